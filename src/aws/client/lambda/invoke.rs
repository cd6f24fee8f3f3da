//! Functions that are run.

use std::time::Duration;

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::LogType;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::functions::patient;
use crate::aws::session::{Fault, Session};
use crate::operations::Operation;
use crate::resource::FunctionRef;

/// What Lambda gave back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoked {
    /// What the function answered, or what Lambda says of its failure.
    pub payload: Vec<u8>,
    /// Whether the function failed.
    pub failed: bool,
    /// The version that ran.
    pub version: Option<String>,
    /// The end of its log, at most 4 KB.
    pub log: Option<String>,
}

impl Session {
    /// Runs a function and waits for its answer, once: not even a throttled call is made again. The function is named by
    /// its whole ARN, so that no namesake in the caller's account runs.
    ///
    /// # Errors
    /// Lambda did not run it, or gave no answer within `limit`.
    pub async fn invoke(
        &self,
        function: &FunctionRef,
        event: &[u8],
        limit: Duration,
    ) -> Result<Invoked, Fault> {
        let client = self.at(&function.place);
        let invoke = client
            .lambda
            .invoke()
            .function_name(function.unqualified().arn().to_string())
            .set_qualifier(function.qualifier.clone())
            .log_type(LogType::Tail)
            .payload(Blob::new(event));
        let request = || invoke.clone().customize().config_override(patient(limit)).send();
        let subject = function.to_string();
        let answer = self.call(Operation::Invoke, &function.place, &subject, request).await?;
        let log = answer.log_result.and_then(|log| STANDARD.decode(log).ok());
        Ok(Invoked {
            payload: answer.payload.map(Blob::into_inner).unwrap_or_default(),
            failed: answer.function_error.is_some(),
            version: answer.executed_version,
            log: log.map(|log| String::from_utf8_lossy(&log).into_owned()),
        })
    }
}
