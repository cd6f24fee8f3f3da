//! Who may do what: denials injected as faults, and the policy that limits the caller.

mod context;
mod dependent;
mod policy;

use serde_json::Value;

use self::context::Context;
use crate::emulator::call::Call;
use crate::emulator::call::resource;
use crate::emulator::settings::Settings;
use crate::emulator::settings::assumptions::{Assumptions, AuthorisedArn, RemovedPrincipal};
use crate::emulator::settings::faults::Faults;
use crate::emulator::state::State;
use crate::emulator::wire::{ApiError, Service};

/// What the caller of one request may do beside the operation it asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Access<'a> {
    faults: &'a Faults,
    policy: Option<&'a Value>,
    assumptions: &'a Assumptions,
}

/// A write to a function's policy that Amazon Connect makes on the caller's behalf.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PolicyWrite {
    Add,
    Remove,
}

impl PolicyWrite {
    /// The operation, which is also the IAM action.
    pub(crate) fn operation(self) -> &'static str {
        match self {
            Self::Add => "AddPermission",
            Self::Remove => "RemovePermission",
        }
    }
}

impl<'a> Access<'a> {
    pub(crate) fn new(faults: &'a Faults, settings: &'a Settings) -> Self {
        Self { faults, policy: settings.caller_policy.as_ref(), assumptions: &settings.assumptions }
    }

    /// Returns the first action that the policy does not allow, with the resource it was asked for.
    pub(crate) fn missing(&self, call: &Call, state: &State) -> Option<(String, String)> {
        let policy = self.policy?;
        let (action, resource) = self.own(call);
        let context = context::of(call, &resource, state, self.assumptions);
        if !policy::allows(policy, &action, &resource, &context) {
            return Some((action, resource));
        }
        let needed = dependent::of(call, &resource).into_iter();
        let mut refused = needed.filter(|(action, resource, own)| {
            let context: Context = context.iter().chain(own).cloned().collect();
            !policy::allows(policy, action, resource, &context)
        });
        refused.next().map(|(action, resource, _)| (action.to_owned(), resource))
    }

    /// The action of the call, and the resource that it is authorised on.
    fn own(&self, call: &Call) -> (String, String) {
        let resource = match resource::qualifier(call).filter(|_| self.qualifies()) {
            Some(qualifier) => format!("{}:{qualifier}", resource::resource_arn(call)),
            None => resource::resource_arn(call),
        };
        (call.action(), resource)
    }

    /// U15: whether a qualifier is part of the ARN that Lambda authorises.
    pub(crate) fn qualifies(&self) -> bool {
        self.assumptions.authorised_arn == AuthorisedArn::Qualified
    }

    /// Says what is not allowed, in the words of AWS; the call's own action where a fault denies it.
    pub(crate) fn refusal(&self, call: &Call, state: &State) -> ApiError {
        let (action, resource) = self.missing(call, state).unwrap_or_else(|| self.own(call));
        ApiError::denied(call.service, &call.principal, &action, &resource)
    }

    /// Returns whether the caller may do `operation` of `service` on `resource`, under the given condition values.
    pub(crate) fn allows(
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
        let context: Context =
            context.iter().map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()])).collect();
        self.policy.is_none_or(|document| policy::allows(document, &action, resource, &context))
    }

    /// Returns whether the caller may change a function's policy through Connect, which calls on its behalf (U14).
    pub(crate) fn allows_policy_write(&self, write: PolicyWrite, function: &str) -> bool {
        let names_principal = match write {
            PolicyWrite::Add => true,
            PolicyWrite::Remove => self.assumptions.removed_principal == RemovedPrincipal::Named,
        };
        let principal = [("lambda:Principal", "connect.amazonaws.com")];
        let context = if names_principal { principal.as_slice() } else { &[] };
        self.allows(Service::Lambda, write.operation(), function, context)
    }
}
