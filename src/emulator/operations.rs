//! The table of operations: which request is which operation, and which resource it is about.

use std::collections::BTreeMap;

use super::arn;
use super::call::{Call, Edit, View};
use super::wire::{Answer, RawRequest, Service, percent_decode};
use super::{
    connect_associations, connect_flows, connect_instances, connect_lifecycle, connect_modules,
    connect_named, connect_search, connect_tags, iam_policies, iam_roles, lambda_aliases, lambda_concurrency,
    lambda_create, lambda_functions, lambda_policy, lambda_tags, lambda_update, lambda_versions,
    sts as sts_service,
};

/// One operation of a service.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) service: Service,
    /// Name of the operation, which is also that of its IAM action.
    pub(super) name: &'static str,
    /// HTTP method.
    pub(super) method: &'static str,
    /// Path template; `{Label}` is one segment. `/` for the query protocol.
    pub(super) path: &'static str,
    /// What an IAM policy has to name for this operation.
    pub(super) resource: Resource,
    pub(super) handler: Handler,
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
pub(super) const fn connect(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    resource: Resource,
    handler: Handler,
) -> Operation {
    operation(Service::Connect, (name, method, path), resource, handler)
}

/// An operation of Lambda.
pub(super) const fn lambda(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    resource: Resource,
    handler: Handler,
) -> Operation {
    operation(Service::Lambda, (name, method, path), resource, handler)
}

/// An operation of IAM.
pub(super) const fn iam(name: &'static str, resource: Resource, handler: Handler) -> Operation {
    operation(Service::Iam, (name, "POST", "/"), resource, handler)
}

/// An operation of STS.
pub(super) const fn sts(name: &'static str, resource: Resource, handler: Handler) -> Operation {
    operation(Service::Sts, (name, "POST", "/"), resource, handler)
}

impl Operation {
    /// Returns the IAM action of the operation.
    pub(super) fn action(&self) -> String {
        format!("{}:{}", self.service.prefix(), self.name)
    }
}

/// What carries an operation out.
#[derive(Debug, Clone, Copy)]
pub(super) enum Handler {
    /// Reads; may be shown an older state (`Settings::consistency_delay`).
    Read(fn(&View<'_>) -> Answer),
    /// Reads the state as it is: AWS answers these from the place that was written.
    ReadNow(fn(&View<'_>) -> Answer),
    /// Changes the state.
    Write(fn(&mut Edit<'_>) -> Answer),
}

impl Handler {
    /// Tells whether the operation changes the state.
    pub(super) fn writes(self) -> bool {
        matches!(self, Self::Write(_))
    }
}

/// The kind of resource that an operation is authorised on (Service Authorization Reference).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resource {
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

const TABLES: &[&[Operation]] = &[
    connect_instances::OPERATIONS,
    connect_lifecycle::OPERATIONS,
    connect_associations::OPERATIONS,
    connect_flows::OPERATIONS,
    connect_modules::OPERATIONS,
    connect_search::OPERATIONS,
    connect_named::OPERATIONS,
    connect_tags::OPERATIONS,
    lambda_functions::OPERATIONS,
    lambda_create::OPERATIONS,
    lambda_update::OPERATIONS,
    lambda_versions::OPERATIONS,
    lambda_aliases::OPERATIONS,
    lambda_policy::OPERATIONS,
    lambda_concurrency::OPERATIONS,
    lambda_tags::OPERATIONS,
    iam_roles::OPERATIONS,
    iam_policies::OPERATIONS,
    sts_service::OPERATIONS,
];

/// Returns every operation that the emulator knows.
pub(super) fn all() -> impl Iterator<Item = &'static Operation> {
    TABLES.iter().copied().flatten()
}

/// Finds the operation of a request with the labels of its path.
pub(super) fn find(
    service: Service,
    request: &RawRequest,
    action: Option<&str>,
) -> Option<(&'static Operation, BTreeMap<&'static str, String>)> {
    if service.is_query() {
        let operation =
            all().find(|operation| operation.service == service && action == Some(operation.name))?;
        return Some((operation, BTreeMap::new()));
    }
    all()
        .filter(|operation| operation.service == service && operation.method == request.method)
        .find_map(|operation| Some((operation, labels(operation.path, &request.path)?)))
}

/// Compares a path with a template segment by segment, before decoding: an encoded slash is part of a label.
fn labels(template: &'static str, path: &str) -> Option<BTreeMap<&'static str, String>> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut found = BTreeMap::new();
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let segment = segments.next()?;
        match expected.strip_prefix('{').and_then(|label| label.strip_suffix('}')) {
            Some(_) if segment.is_empty() => return None,
            Some(label) => {
                found.insert(label, percent_decode(segment, false));
            }
            None if expected != segment => return None,
            None => {}
        }
    }
    segments.next().is_none().then_some(found)
}

/// Returns the qualifier of a Lambda function that a call names: a version, or an alias that it is about.
pub(super) fn qualifier(call: &Call) -> Option<String> {
    if call.operation.resource != Resource::Function {
        return None;
    }
    let named = || arn::FunctionName::parse(call.label("FunctionName")).and_then(|name| name.qualifier);
    let alias = || call.labels.get("Name").cloned();
    call.query("Qualifier").map(str::to_owned).or_else(named).or_else(alias)
}

/// Returns the ARN that a call is authorised on, without any qualifier.
pub(super) fn resource_arn(call: &Call) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, path: &str) -> RawRequest {
        RawRequest {
            method: method.into(),
            path: path.into(),
            query: Vec::new(),
            body: serde_json::Value::Null,
        }
    }

    #[test]
    fn a_path_names_its_operation_and_labels() {
        let (operation, labels) =
            find(Service::Connect, &request("GET", "/contact-flows/i/f%3A%24SAVED"), None).expect("known");
        assert_eq!(operation.name, "DescribeContactFlow");
        assert_eq!(labels["ContactFlowId"], "f:$SAVED");
    }

    #[test]
    fn a_trailing_slash_does_not_matter_and_an_encoded_slash_is_no_separator() {
        for path in ["/2015-03-31/functions", "/2015-03-31/functions/"] {
            assert_eq!(
                find(Service::Lambda, &request("GET", path), None).expect(path).0.name,
                "ListFunctions"
            );
        }
        let (operation, labels) =
            find(Service::Connect, &request("GET", "/instance/arn%3Aaws%2Fx"), None).expect("known");
        assert_eq!((operation.name, labels["InstanceId"].as_str()), ("DescribeInstance", "arn:aws/x"));
    }

    #[test]
    fn another_service_or_method_is_unknown() {
        assert!(find(Service::Lambda, &request("GET", "/instance"), None).is_none());
        assert!(find(Service::Connect, &request("PATCH", "/instance"), None).is_none());
        assert!(find(Service::Sts, &request("POST", "/"), Some("GetFederationToken")).is_none());
    }

    #[test]
    fn the_module_page_lists_every_operation() {
        let page = include_str!("mod.rs");
        for operation in all() {
            assert!(page.contains(operation.name), "{} is not on the page", operation.name);
        }
    }

    #[test]
    fn no_two_operations_share_a_request_or_a_name() {
        let mut seen = std::collections::BTreeSet::new();
        let mut names = std::collections::BTreeSet::new();
        for operation in all() {
            assert!(names.insert((operation.service, operation.name)), "{} twice", operation.name);
            if !operation.service.is_query() {
                let shape: Vec<&str> = operation
                    .path
                    .split('/')
                    .map(|part| if part.starts_with('{') { "{}" } else { part })
                    .collect();
                let key = (operation.service, operation.method, shape.join("/"));
                assert!(seen.insert(key), "{} is ambiguous", operation.name);
            }
        }
    }
}
