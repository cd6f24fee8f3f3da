//! Who may do what: denials injected as faults, and the policy that limits the caller.

use serde_json::Value;

use super::call::Call;
use super::faults::Faults;
use super::policy;
use super::wire::{ApiError, Service};

/// What the caller of one request may do beside the operation it asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Access<'a> {
    pub(super) faults: &'a Faults,
    pub(super) policy: Option<&'a Value>,
}

/// Actions that an operation needs beside its own, on any resource (Service Authorization Reference). Those of
/// Associate and Disassociate are checked where they are made, because AWS leaves open what happens then (U2).
const DEPENDENT: &[(&str, &[&str])] = &[
    ("connect:ListInstances", &["ds:DescribeDirectories"]),
    ("connect:DescribeInstance", &["ds:DescribeDirectories"]),
    (
        "connect:UpdateInstanceAttribute",
        &[
            "ds:DescribeDirectories",
            "iam:AttachRolePolicy",
            "iam:CreateServiceLinkedRole",
            "iam:PutRolePolicy",
            "logs:CreateLogGroup",
        ],
    ),
    ("connect:SearchContactFlows", &["connect:DescribeContactFlow"]),
    (
        "connect:CreateInstance",
        &[
            "ds:AuthorizeApplication",
            "ds:CheckAlias",
            "ds:CreateAlias",
            "ds:CreateDirectory",
            "ds:CreateIdentityPoolDirectory",
            "ds:DeleteDirectory",
            "ds:DescribeDirectories",
            "ds:UnauthorizeApplication",
            "iam:AttachRolePolicy",
            "iam:CreateServiceLinkedRole",
            "iam:PutRolePolicy",
        ],
    ),
    (
        "connect:DeleteInstance",
        &["ds:DeleteDirectory", "ds:DescribeDirectories", "ds:UnauthorizeApplication"],
    ),
];

/// What tagging at creation needs besides.
const TAGGING: &[(&str, &str)] = &[
    ("connect:CreateInstance", "connect:TagResource"),
    ("connect:CreateContactFlow", "connect:TagResource"),
    ("connect:CreateContactFlowModule", "connect:TagResource"),
    ("lambda:CreateFunction", "lambda:TagResource"),
    ("iam:CreateRole", "iam:TagRole"),
];

fn dependent(action: &str, call: &Call) -> impl Iterator<Item = &'static str> {
    let found = DEPENDENT.iter().find(|(known, _)| *known == action);
    let tags = call.body.get("Tags").is_some_and(|tags| {
        tags.as_object().is_some_and(|tags| !tags.is_empty()) || tags.as_array().is_some()
    });
    let tagging = TAGGING.iter().find(|(known, _)| tags && *known == action);
    found
        .into_iter()
        .flat_map(|(_, needed)| needed.iter().copied())
        .chain(tagging.into_iter().map(|(_, needed)| *needed))
}

/// The values that conditions of the policy may ask for.
fn context(call: &Call) -> Vec<(&'static str, &str)> {
    let mut context = vec![("aws:RequestedRegion", call.region.as_str())];
    if let Some(instance) = call.labels.get("InstanceId") {
        context.push(("connect:InstanceId", instance));
    }
    if let Some(attribute) = call.labels.get("AttributeType") {
        context.push(("connect:AttributeType", attribute));
    }
    if let Some(principal) = call.body.get("Principal").and_then(Value::as_str) {
        context.push(("lambda:Principal", principal));
    }
    context
}

impl Access<'_> {
    /// Returns the first action that the policy does not allow, with the resource it was asked for.
    fn missing(&self, call: &Call, resource: &str) -> Option<(String, String)> {
        let policy = self.policy?;
        let action = call.operation.action();
        let context = context(call);
        if !policy::allows(policy, &action, resource, &context) {
            return Some((action, resource.to_owned()));
        }
        dependent(&action, call)
            .find(|needed| !policy::allows_somewhere(policy, needed))
            .map(|needed| (needed.to_owned(), "*".to_owned()))
    }

    /// Tells whether the policy allows the call with all that it needs.
    pub(super) fn permits(&self, call: &Call, resource: &str) -> bool {
        self.missing(call, resource).is_none()
    }

    /// Says what is not allowed, in the words of AWS.
    pub(super) fn refusal(&self, call: &Call, resource: &str) -> ApiError {
        let (action, resource) =
            self.missing(call, resource).unwrap_or_else(|| (call.operation.action(), resource.to_owned()));
        ApiError::denied(call.service(), &call.principal, &action, &resource)
    }

    /// Tells whether the caller may do `operation` of `service` on `resource`, under the given condition values.
    pub(super) fn allows(
        &self,
        service: Service,
        operation: &str,
        resource: &str,
        context: &[(&str, &str)],
    ) -> bool {
        if self.faults.always_denies(service, operation) {
            return false;
        }
        let action = format!("{}:{operation}", service.prefix());
        self.policy.is_none_or(|document| policy::allows(document, &action, resource, context))
    }
}
