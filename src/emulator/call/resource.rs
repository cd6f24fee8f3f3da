//! What a call is about: the kind of resource, its ARN, and the qualifier of a Lambda function.

use super::Call;
use crate::emulator::state::arn;

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
    if call.resource != Resource::Function {
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
    match call.resource {
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
