//! What was answered to one attempt, for the log: the SDK's results do not say.

use std::cell::RefCell;
use std::future::Future;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::time::Instant;

use super::answer::request_id;
use super::fault::Fault;
use crate::operations::Operation;
use crate::resource::Place;

tokio::task_local! {
    /// The answer to the attempt that this task makes.
    static ANSWER: RefCell<Answered>;
}

/// What of an answer the log says; nothing where none came.
#[derive(Debug, Default)]
struct Answered {
    status: Option<u16>,
    request_id: Option<String>,
}

/// Notes the answer, for the clients of every service.
#[derive(Debug)]
pub(super) struct NoteAnswers;

impl Intercept for NoteAnswers {
    fn name(&self) -> &'static str {
        "NoteAnswers"
    }

    fn read_after_transmit(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let (status, request_id) =
            (Some(response.status().as_u16()), request_id(response).map(str::to_owned));
        // An attempt that no call makes is not in the log.
        let _ = ANSWER.try_with(|answer| *answer.borrow_mut() = Answered { status, request_id });
        Ok(())
    }
}

/// One attempt of a call.
pub(super) struct Attempt<'a> {
    pub(super) operation: Operation,
    pub(super) place: &'a Place,
    pub(super) subject: &'a str,
    pub(super) number: u32,
}

impl Attempt<'_> {
    /// Makes the attempt, writes one line of the log, and hands the answer's status to `note`, if there was one; `read`
    /// makes a fault of what went wrong.
    pub(super) async fn make<T, E>(
        &self,
        note: impl FnOnce(Option<u16>),
        send: impl Future<Output = Result<T, E>>,
        read: impl FnOnce(&E) -> Fault,
    ) -> Result<T, Fault> {
        let began = Instant::now();
        // The SDK's futures are large: on the heap they are moved through these layers for nothing.
        let send = Box::pin(send);
        let answered = async {
            let sent = send.await;
            (sent, ANSWER.with(RefCell::take))
        };
        let (sent, Answered { status, request_id }) = ANSWER.scope(RefCell::default(), answered).await;
        note(status);
        let done = sent.map_err(|error| read(&error));
        let Self { operation, place, subject: address, number: attempt } = self;
        let (account, region) = (place.account.as_str(), place.region.as_str());
        let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let fault = done.as_ref().err();
        let request_id = request_id.as_ref().or_else(|| fault?.request_id.as_ref()).map(String::as_str);
        match fault {
            None => tracing::debug!(
                %operation, address, account, region, attempt, status, request_id, duration_ms, "call"
            ),
            Some(fault) => tracing::debug!(
                %operation, address, account, region, attempt, status, request_id, duration_ms,
                kind = ?fault.kind, "call failed: {}", fault.message
            ),
        }
        done
    }
}
