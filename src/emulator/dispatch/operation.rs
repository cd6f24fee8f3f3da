//! What an operation is: its request, what it is authorised on, and what carries it out.

use super::view::{Edit, View};
use crate::emulator::call::resource::Resource;
use crate::emulator::run::Invocation;
use crate::emulator::wire::{Answer, ApiError, Service};

/// One operation of a service.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) service: Service,
    /// Name of the operation.
    pub(crate) name: &'static str,
    /// Name of its IAM action, without the service.
    pub(crate) action: &'static str,
    /// HTTP method.
    pub(crate) method: &'static str,
    /// Path template; `{Label}` is one segment. `/` for the query protocol.
    pub(crate) path: &'static str,
    /// What an IAM policy has to name for this operation.
    pub(crate) resource: Resource,
    pub(crate) handler: Handler,
}

const fn operation(
    service: Service,
    (name, method, path): (&'static str, &'static str, &'static str),
    resource: Resource,
    handler: Handler,
) -> Operation {
    Operation { service, name, action: name, method, path, resource, handler }
}

/// An operation of Connect.
pub(crate) const fn connect(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    resource: Resource,
    handler: Handler,
) -> Operation {
    operation(Service::Connect, (name, method, path), resource, handler)
}

/// An operation of Lambda.
pub(crate) const fn lambda(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    resource: Resource,
    handler: Handler,
) -> Operation {
    operation(Service::Lambda, (name, method, path), resource, handler)
}

/// An operation of IAM.
pub(crate) const fn iam(name: &'static str, resource: Resource, handler: Handler) -> Operation {
    operation(Service::Iam, (name, "POST", "/"), resource, handler)
}

/// An operation of STS.
pub(crate) const fn sts(name: &'static str, resource: Resource, handler: Handler) -> Operation {
    operation(Service::Sts, (name, "POST", "/"), resource, handler)
}

/// What carries an operation out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Handler {
    /// Reads; may be shown an older state (`Settings::consistency_delay`).
    Read(fn(&View<'_>) -> Answer),
    /// Reads the state as it is: AWS answers these from the place that was written.
    ReadNow(fn(&View<'_>) -> Answer),
    /// Changes the state.
    Write(fn(&mut Edit<'_>) -> Answer),
    /// Reads what is needed to run a function; the request's body is its event.
    Invoke(fn(&View<'_>) -> Result<Invocation, ApiError>),
}

impl Handler {
    /// Returns whether the request's body is not the service's, but handed on.
    pub(crate) fn takes_payload(self) -> bool {
        matches!(self, Self::Invoke(_))
    }

    /// Returns whether the operation changes the state.
    pub(crate) fn writes(self) -> bool {
        matches!(self, Self::Write(_))
    }
}
