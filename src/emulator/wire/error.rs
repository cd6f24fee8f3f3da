//! An error as the services answer it: HTTP status, code and members.

use serde_json::{Map, Value, json};

use super::Service;

/// A refusal with its code. The status is the one in the service's model.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiError {
    /// HTTP status.
    pub(crate) status: u16,
    /// The code that clients classify by, such as `ResourceNotFoundException`.
    pub(crate) code: &'static str,
    /// The message; empty for shapes that have none (`InvalidContactFlowException`).
    pub(crate) message: String,
    /// Members beside the message.
    pub(crate) members: Map<String, Value>,
    /// The handler's changes are kept although it failed: a write that was only half done.
    pub(crate) commit: bool,
}

impl ApiError {
    /// Creates an error whose only member is its message.
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), members: Map::new(), commit: false }
    }

    /// Adds a member beside the message.
    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.members.insert(name.to_owned(), value);
        self
    }

    /// Keeps what the handler changed before it failed.
    pub(crate) fn committed(mut self) -> Self {
        self.commit = true;
        self
    }

    /// A request that breaks the shape of its input.
    pub(crate) fn invalid(service: Service, message: impl Into<String>) -> Self {
        match service {
            Service::Connect => Self::new(400, "InvalidRequestException", message),
            Service::Lambda => Self::new(400, "InvalidParameterValueException", message),
            Service::Iam | Service::Sts => Self::new(400, "ValidationError", message),
        }
    }

    /// Too many requests.
    pub(crate) fn throttled(service: Service) -> Self {
        match service {
            Service::Connect => Self::new(429, "TooManyRequestsException", "Rate exceeded"),
            Service::Lambda => Self::new(429, "TooManyRequestsException", "Rate exceeded")
                .with("Reason", json!("CallerRateLimitExceeded")),
            Service::Iam | Service::Sts => Self::new(400, "Throttling", "Rate exceeded"),
        }
    }

    /// A fault of the service.
    pub(crate) fn internal(service: Service) -> Self {
        let message = "An internal error occurred. Try again later.";
        match service {
            Service::Connect => Self::new(500, "InternalServiceException", message),
            Service::Lambda => Self::new(500, "ServiceException", message),
            Service::Iam => Self::new(500, "ServiceFailure", message),
            Service::Sts => Self::new(500, "InternalFailure", message),
        }
    }

    /// The caller may not do this; worded as AWS does when no policy allows an action.
    pub(crate) fn denied(service: Service, principal: &str, action: &str, resource: &str) -> Self {
        let code = if service.is_query() { "AccessDenied" } else { "AccessDeniedException" };
        let message = format!(
            "User: {principal} is not authorized to perform: {action} on resource: {resource} because no \
             identity-based policy allows the {action} action"
        );
        Self::new(403, code, message)
    }
}
