//! What an operation is: its request, what it is authorised on, and what carries it out.

use super::call::{Call, Edit, View};
use crate::emulator::state::arn;
use crate::emulator::wire::{Answer, Service};

/// One operation of a service.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) service: Service,
    /// Name of the operation, which is also that of its IAM action.
    pub(crate) name: &'static str,
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
    Operation { service, name, method, path, resource, handler }
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

impl Operation {
    /// Returns the IAM action of the operation.
    pub(crate) fn action(&self) -> String {
        format!("{}:{}", self.service.prefix(), self.name)
    }
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
}

impl Handler {
    /// Tells whether the operation changes the state.
    pub(crate) fn writes(self) -> bool {
        matches!(self, Self::Write(_))
    }
}

/// The kind of resource that an operation is authorised on (Service Authorization Reference).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resource {
    /// `*`
    Any,
    /// The instance that the path or body names.
    Instance,
    /// A flow of an instance.
    Flow,
    /// All flows of an instance.
    Flows,
    /// All queues of an instance.
    Queues,
    /// A module of an instance.
    Module,
    /// A Lambda function.
    Function,
    /// An IAM role, by `RoleName` or `RoleArn`.
    Role,
    /// The resource whose ARN the path names.
    Tagged,
}

/// Returns the qualifier of a Lambda function that a call names: a version, or an alias that it is about.
pub(crate) fn qualifier(call: &Call) -> Option<String> {
    if call.operation.resource != Resource::Function {
        return None;
    }
    let named = || arn::FunctionName::parse(call.label("FunctionName")).and_then(|name| name.qualifier);
    let alias = || call.labels.get("Name").cloned();
    call.query("Qualifier").map(str::to_owned).or_else(named).or_else(alias)
}

/// Returns the ARN that a call is authorised on, without any qualifier.
pub(crate) fn resource_arn(call: &Call) -> String {
    let member =
        |name: &str| call.body.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let instance = || {
        let id = match call.label("InstanceId") {
            "" => member("InstanceId"),
            id => id.to_owned(),
        };
        arn::instance(&call.account, &call.region, &id)
    };
    let bare = |id: &str| id.split(':').next().unwrap_or_default().to_owned();
    match call.operation.resource {
        Resource::Any => "*".to_owned(),
        Resource::Instance => instance(),
        Resource::Flow => format!("{}/contact-flow/{}", instance(), star(&bare(call.label("ContactFlowId")))),
        Resource::Flows => format!("{}/contact-flow/*", instance()),
        Resource::Queues => format!("{}/queue/*", instance()),
        Resource::Module => {
            format!("{}/flow-module/{}", instance(), star(&bare(call.label("ContactFlowModuleId"))))
        }
        Resource::Function => {
            let name = match call.label("FunctionName") {
                "" => member("FunctionName"),
                name => name.to_owned(),
            };
            let name = arn::FunctionName::parse(&name).map_or(name, |parsed| parsed.name);
            arn::function(&call.account, &call.region, &name)
        }
        Resource::Role => match member("RoleArn") {
            role if role.is_empty() => arn::role(&call.account, &call.region, "/", &member("RoleName")),
            role => role,
        },
        Resource::Tagged => call.label("Resource").to_owned(),
    }
}

fn star(id: &str) -> &str {
    if id.is_empty() { "*" } else { id }
}
