//! A request for a known operation: which operation, who asks, and what the request says.

mod arguments;
pub(crate) mod resource;
pub(crate) mod special;

use std::collections::BTreeMap;

use serde_json::Value;

use self::resource::Resource;
use self::special::Special;
use crate::emulator::wire::Service;

/// A request for a known operation.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) service: Service,
    /// Name of the operation.
    pub(crate) operation: &'static str,
    /// Name of its IAM action, without the service.
    pub(crate) action: &'static str,
    /// What an IAM policy has to name for the operation.
    pub(crate) resource: Resource,
    pub(crate) account: String,
    pub(crate) region: String,
    /// ARN of the caller.
    pub(crate) principal: String,
    /// Labels of the path, decoded.
    pub(crate) labels: BTreeMap<&'static str, String>,
    /// Decoded query string.
    pub(crate) query: Vec<(String, String)>,
    /// JSON body or form; an empty object when there is none.
    pub(crate) body: Value,
    /// Headers whose names begin with `x-amz-`.
    pub(crate) headers: Vec<(String, String)>,
    /// The body of an operation that hands it on.
    pub(crate) payload: Vec<u8>,
}

impl Call {
    /// What tells the operation apart from the others of its service.
    pub(crate) fn special(&self) -> Option<Special> {
        Special::of(self.service, self.operation)
    }

    /// Returns the IAM action of the operation.
    pub(crate) fn action(&self) -> String {
        format!("{}:{}", self.service.prefix(), self.action)
    }
}
