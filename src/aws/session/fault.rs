//! What went wrong with a call: the only place that reads the services' error codes.
//!
//! Codes are compared as text: services answer with codes that their models do not name, and the SDK's own lists call
//! a reached quota (`LimitExceededException`) a throttle.

use std::error::Error;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_connect::config::http::HttpResponse;
use aws_sdk_connect::error::{ProvideErrorMetadata, SdkError};

use super::answer;
use super::ending::{Ending, NOT_CALLED};
use crate::operations::{FaultKind, Operation};
use crate::resource::{Mask, said};

/// How the message of an answer begins that came in place of the service's.
const NOT_THE_SERVICE: &str = "an answer that is not the service's";

/// What Lambda says while IAM's changes spread.
const ROLE_NOT_READY: &[&str] = &[
    "cannot be assumed by Lambda",
    "The provided execution role does not have permissions",
    "throttled by EC2",
    "KMS key is invalid for CreateGrant",
];

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operation} for {subject}: {message}{}", .request_id.as_ref().map(|id| format!(" (request {id})")).unwrap_or_default())]
pub struct Fault {
    /// The operation.
    pub operation: Operation,
    /// What it was made for.
    pub subject: String,
    /// What kind of fault it is.
    pub kind: FaultKind,
    /// What the service said, or what happened.
    pub message: String,
    /// What the service said about each part of a request that is not acceptable.
    pub problems: Vec<String>,
    /// The service's id of the request.
    pub request_id: Option<String>,
    /// What ended the run, where only that kept the call from being made or answered.
    pub(in crate::aws) ending: Option<Ending>,
}

impl Fault {
    /// Creates a fault of an answer that lacks what it must have.
    pub(in crate::aws) fn unexpected(
        operation: Operation,
        subject: &str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            operation,
            subject: subject.to_owned(),
            kind: FaultKind::Unexpected,
            message: message.into(),
            problems: Vec::new(),
            request_id: None,
            ending: None,
        }
    }

    /// Reads an error of the SDK.
    pub(in crate::aws) fn read<E>(
        operation: Operation,
        subject: &str,
        error: &SdkError<E, HttpResponse>,
    ) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let mut problems = Vec::new();
        let (kind, message) = match error {
            SdkError::ServiceError(context) => service(context.err(), context.raw(), &mut problems),
            SdkError::TimeoutError(_) => (FaultKind::Unreachable, "no answer in time".to_owned()),
            SdkError::DispatchFailure(failure) => dispatch(failure.as_connector_error()),
            SdkError::ResponseError(context) => {
                let status = context.raw().status().as_u16();
                let kind = match status {
                    // Whoever asks to slow down has passed nothing on.
                    429 => FaultKind::Throttled,
                    500.. => FaultKind::Internal,
                    _ => FaultKind::Unexpected,
                };
                (kind, format!("{NOT_THE_SERVICE} (HTTP {status}): {}", innermost(error)))
            }
            other => (FaultKind::Unexpected, innermost(other)),
        };
        let request_id = match error {
            SdkError::ServiceError(context) => answer::request_id(context.raw()).map(str::to_owned),
            _ => None,
        };
        Self { operation, subject: subject.to_owned(), kind, message, problems, request_id, ending: None }
    }

    /// Takes secret values out of what the service said, and what would forge lines or reorder them, before anybody logs it
    /// or reports it.
    pub(in crate::aws) fn masked(mut self, mask: &Mask) -> Self {
        let clean = |text: &mut String| *text = said(&mask.foreign(text));
        clean(&mut self.message);
        self.problems.iter_mut().for_each(clean);
        self
    }

    /// Whether the call may have been carried out although it failed.
    pub fn maybe_done(&self) -> bool {
        matches!(self.kind, FaultKind::Unreachable | FaultKind::Internal | FaultKind::Unexpected)
    }

    /// What is known after a write that failed so and could not be read back: where it may have been carried out, that
    /// is what stays unknown, and not what the read says.
    pub(in crate::aws) fn unread(&self, read: Self) -> Self {
        if !self.maybe_done() {
            return read;
        }
        self.with(&format!("it could not be read back: {read}"))
    }

    /// The same fault, with what was seen afterwards.
    pub(in crate::aws) fn with(&self, seen: &str) -> Self {
        Self { message: format!("{}; {seen}", self.message), ..self.clone() }
    }

    /// Whether the call was not made at all.
    pub(in crate::aws) fn not_called(&self) -> bool {
        matches!(self.kind, FaultKind::OutOfTime | FaultKind::Interrupted | FaultKind::NotCalled)
    }

    /// Whether Lambda could not assume the function's role, which may be too new for it.
    pub(in crate::aws) fn role_may_be_new(&self) -> bool {
        matches!(self.kind, FaultKind::Invalid | FaultKind::Denied)
            && ROLE_NOT_READY.iter().any(|words| self.message.contains(words))
    }

    /// Whether trying again may help: what answers in place of the service may be gone the next time.
    pub(in crate::aws) fn transient(&self) -> bool {
        self.maybe_done()
    }

    /// The run's time limit, where only that kept the call from being made or answered.
    pub(in crate::aws) fn time_limit(&self) -> Option<Duration> {
        match self.ending? {
            Ending::OutOfTime(limit) => Some(limit),
            Ending::Interrupted => None,
        }
    }

    /// Says what to do about it.
    pub fn hint(&self) -> Option<String> {
        match &self.kind {
            FaultKind::Denied => self.permission(),
            FaultKind::Credentials if refused(&self.message).is_some() => self.permission(),
            FaultKind::Credentials => Some(
                "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in again; \
                 `--sandbox` needs no credentials."
                    .to_owned(),
            ),
            FaultKind::Unreachable => {
                Some("check the network, the Region, and AWS_ENDPOINT_URL or --endpoint-url.".to_owned())
            }
            FaultKind::Quota => Some(
                "request an increase in Service Quotas, or remove what is not needed; trying again does not help."
                    .to_owned(),
            ),
            FaultKind::Unexpected if self.message.starts_with(NOT_THE_SERVICE) => Some(
                "something may answer in place of AWS: check the proxy settings, AWS_ENDPOINT_URL and --endpoint-url."
                    .to_owned(),
            ),
            FaultKind::OutOfTime => Some("give a longer --timeout, or run the command again.".to_owned()),
            FaultKind::Interrupted => Some("run the command again.".to_owned()),
            FaultKind::NotCalled => Some("run the command again once the service answers.".to_owned()),
            FaultKind::Throttled => {
                Some("something else uses up the account's rate: try again later.".to_owned())
            }
            _ => None,
        }
    }
}

impl Ending {
    /// The fault of a call that is not made any more.
    pub(in crate::aws) fn fault(self, operation: Operation, subject: &str) -> Fault {
        self.met(operation, subject, NOT_CALLED)
    }

    /// The fault of a read whose answer is not waited for any more.
    pub(in crate::aws) fn cuts_off(self, operation: Operation, subject: &str) -> Fault {
        self.met(operation, subject, "not waited for: ")
    }

    fn met(self, operation: Operation, subject: &str, how: &str) -> Fault {
        let kind = match self {
            Self::Interrupted => FaultKind::Interrupted,
            Self::OutOfTime(_) => FaultKind::OutOfTime,
        };
        let fault = Fault::unexpected(operation, subject, format!("{how}{self}"));
        Fault { kind, ending: Some(self), ..fault }
    }
}

impl Fault {
    /// Names the permission that is missing: the one that the service names, else all that the operation needs.
    fn permission(&self) -> Option<String> {
        let actions: Vec<String> = self.operation.facts().actions.iter().map(ToString::to_string).collect();
        let needed = match refused(&self.message) {
            Some((action, resource)) => {
                let on = resource.map(|resource| format!(" on {resource}")).unwrap_or_default();
                let more =
                    if actions.first().is_some_and(|first| first == action) { &actions[1..] } else { &[] };
                let with =
                    if more.is_empty() { String::new() } else { format!(", with {}", more.join(" and ")) };
                format!("{action}{on}{with}")
            }
            None => actions.join(" and "),
        };
        let command = match self.operation {
            Operation::Invoke => "invoke",
            // Only deletions and an audit call these.
            Operation::ListFunctions | Operation::ListAliases => "plan --prune",
            operation if !operation.writes() => "plan",
            Operation::DeleteContactFlow
            | Operation::DeleteContactFlowModule
            | Operation::DeleteFunction
            | Operation::DeleteRole
            | Operation::DisassociateLambdaFunction => "apply --prune",
            _ => "apply",
        };
        (!needed.is_empty()).then(|| {
            format!(
                "the caller needs {needed}; `flowbind iam-policy PATH --for {command}` prints all that is needed."
            )
        })
    }
}

/// Reads action and resource out of AWS's words for a denial.
fn refused(message: &str) -> Option<(&str, Option<&str>)> {
    let word = |text: &'_ str| text.find(char::is_whitespace).unwrap_or(text.len());
    let (_, rest) = message.split_once("not authorized to perform: ")?;
    let action = rest[..word(rest)].trim_end_matches([')', ',', '.']);
    let resource = rest.split_once("on resource: ").map(|(_, rest)| rest[..word(rest)].trim_end_matches('.'));
    Some((action, resource))
}

fn service<E: ProvideErrorMetadata>(
    error: &E,
    raw: &HttpResponse,
    problems: &mut Vec<String>,
) -> (FaultKind, String) {
    let status = raw.status().as_u16();
    let Some(code) = error.code() else {
        let kind = if status >= 500 { FaultKind::Internal } else { FaultKind::Unexpected };
        return (kind, format!("an answer without an error code (HTTP {status}); is a proxy in between?"));
    };
    let said = error.message().unwrap_or_default().to_owned();
    let kind = kind(code, status);
    if kind == FaultKind::Invalid {
        *problems = reasons(raw);
        if problems.is_empty() && !said.is_empty() {
            problems.push(said.clone());
        }
    }
    let message = match problems.as_slice() {
        [_, ..] => format!("{code}: {}", problems.join("; ")),
        [] if said.is_empty() => code.to_owned(),
        [] => format!("{code}: {said}"),
    };
    (kind, message)
}

fn kind(code: &str, status: u16) -> FaultKind {
    match code {
        "ResourceNotFoundException" | "NoSuchEntity" => FaultKind::NotFound,
        "ContactFlowNotPublishedException" => FaultKind::NotPublished,
        "DuplicateResourceException" | "EntityAlreadyExists" => FaultKind::AlreadyExists,
        "ResourceConflictException" | "ConcurrentModification" => FaultKind::Conflict,
        "PreconditionFailedException" => FaultKind::Stale,
        "InvalidRuntimeException" | "InvalidZipFileException" => FaultKind::NotRunnable,
        "ThrottlingException" | "Throttling" | "TooManyRequestsException" | "RequestLimitExceeded" => {
            FaultKind::Throttled
        }
        "LimitExceededException"
        | "LimitExceeded"
        | "ServiceQuotaExceededException"
        | "PolicyLengthExceededException"
        | "CodeStorageExceededException" => FaultKind::Quota,
        "AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation" => FaultKind::Denied,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "MissingAuthenticationTokenException" => FaultKind::Credentials,
        "InvalidContactFlowException" | "InvalidContactFlowModuleException" => FaultKind::Invalid,
        _ if status == 403 => FaultKind::Denied,
        _ if status == 429 => FaultKind::Throttled,
        _ if status >= 500 => FaultKind::Internal,
        _ if status >= 400 => FaultKind::Invalid,
        _ => FaultKind::Unexpected,
    }
}

/// The reasons of an `InvalidContactFlowException` stand in `problems` alone: its message is empty.
fn reasons(raw: &HttpResponse) -> Vec<String> {
    let body = raw.body().bytes().and_then(|bytes| serde_json::from_slice::<serde_json::Value>(bytes).ok());
    let list = body
        .as_ref()
        .and_then(|b| b.get("problems").or_else(|| b.get("Problems")))
        .and_then(|p| p.as_array());
    list.into_iter().flatten().filter_map(|p| p.get("message")?.as_str()).map(str::to_owned).collect()
}

fn dispatch(error: Option<&aws_smithy_runtime_api::client::result::ConnectorError>) -> (FaultKind, String) {
    let Some(error) = error else {
        return (FaultKind::Unreachable, "the request could not be sent".to_owned());
    };
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(here) = cause {
        if let Some(credentials) = here.downcast_ref::<CredentialsError>() {
            // The SDK lists what it tried, each in a line of its own.
            let said = one_line(&innermost(credentials));
            return (FaultKind::Credentials, format!("no usable credentials: {said}"));
        }
        cause = here.source();
    }
    (FaultKind::Unreachable, innermost(error))
}

/// Joins the lines of a text.
fn one_line(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("; ").replace(":; ", ": ")
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut here = error;
    while let Some(source) = here.source() {
        here = source;
    }
    here.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_sdk_tried_for_credentials_is_one_line() {
        let said =
            "no credentials found in chain. Attempted:\n  Environment: not set\n  Profile: not enabled\n";
        let expected = "no credentials found in chain. Attempted: Environment: not set; Profile: not enabled";
        assert_eq!(one_line(said), expected);
    }

    fn denied(operation: Operation, message: &str) -> Fault {
        Fault { kind: FaultKind::Denied, ..Fault::unexpected(operation, "flow/main", message) }
    }

    #[test]
    fn a_value_that_the_service_repeats_is_hidden() {
        let mask = Mask::default();
        mask.hide(["canary", "1"]);
        let mut fault = denied(Operation::CreateFunction, "value 'canary' of 1 is bad");
        fault.problems = vec!["canary is bad".to_owned()];
        let fault = fault.masked(&mask);
        assert_eq!(fault.message, "value '<hidden>' of 1 is bad");
        let forged = denied(Operation::CreateFunction, "no\r\n  done  function/x \u{202e}").masked(&mask);
        assert_eq!(forged.message, "no\\r\\n  done  function/x \\u202e");
        assert_eq!(fault.problems, ["<hidden> is bad"]);
    }

    #[test]
    fn a_denial_names_the_permission_that_is_missing() {
        let message = "AccessDeniedException: User: arn:aws:iam::1:user/u is not authorized to perform: \
                       lambda:AddPermission on resource: arn:aws:lambda:r:1:function:f because no \
                       identity-based policy allows the lambda:AddPermission action";
        let hint = denied(Operation::AssociateLambdaFunction, message).hint().unwrap();
        assert!(hint.contains("needs lambda:AddPermission on arn:aws:lambda:r:1:function:f;"), "{hint}");
        assert!(hint.contains("--for apply`"), "{hint}");
    }

    #[test]
    fn a_denial_that_names_nothing_is_told_with_all_that_the_operation_needs() {
        let hint = denied(Operation::ListInstances, "AccessDeniedException").hint().unwrap();
        assert!(hint.contains("connect:ListInstances and ds:DescribeDirectories"), "{hint}");
        assert!(hint.contains("--for plan`"), "{hint}");
        let hint = denied(Operation::DeleteFunction, "AccessDeniedException").hint().unwrap();
        assert!(hint.contains("--for apply --prune`"), "{hint}");
    }
}
