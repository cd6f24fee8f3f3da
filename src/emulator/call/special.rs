//! The operations that rights, rates and faults treat in their own way: the one place that reads their names.

use crate::emulator::wire::Service;

/// An operation that is unlike the others of its service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Special {
    GetCallerIdentity,
    ListInstances,
    DescribeInstance,
    UpdateInstanceAttribute,
    CreateInstance,
    DeleteInstance,
    SearchFlows,
    SearchModules,
    CreateFlow,
    CreateModule,
    AssociateFunction,
    DisassociateFunction,
    GetFunction,
    CreateFunction,
    GetPolicy,
    AddPermission,
    RemovePermission,
    Invoke,
    CreateRole,
}

pub(crate) const NAMES: &[(Service, &str, Special)] = &[
    (Service::Sts, "GetCallerIdentity", Special::GetCallerIdentity),
    (Service::Connect, "ListInstances", Special::ListInstances),
    (Service::Connect, "DescribeInstance", Special::DescribeInstance),
    (Service::Connect, "UpdateInstanceAttribute", Special::UpdateInstanceAttribute),
    (Service::Connect, "CreateInstance", Special::CreateInstance),
    (Service::Connect, "DeleteInstance", Special::DeleteInstance),
    (Service::Connect, "SearchContactFlows", Special::SearchFlows),
    (Service::Connect, "SearchContactFlowModules", Special::SearchModules),
    (Service::Connect, "CreateContactFlow", Special::CreateFlow),
    (Service::Connect, "CreateContactFlowModule", Special::CreateModule),
    (Service::Connect, "AssociateLambdaFunction", Special::AssociateFunction),
    (Service::Connect, "DisassociateLambdaFunction", Special::DisassociateFunction),
    (Service::Lambda, "GetFunction", Special::GetFunction),
    (Service::Lambda, "CreateFunction", Special::CreateFunction),
    (Service::Lambda, "GetPolicy", Special::GetPolicy),
    (Service::Lambda, "AddPermission", Special::AddPermission),
    (Service::Lambda, "RemovePermission", Special::RemovePermission),
    (Service::Lambda, "Invoke", Special::Invoke),
    (Service::Iam, "CreateRole", Special::CreateRole),
];

impl Special {
    /// Finds what is special about an operation.
    pub(crate) fn of(service: Service, name: &str) -> Option<Self> {
        NAMES.iter().find(|(of, known, _)| (*of, *known) == (service, name)).map(|(_, _, special)| *special)
    }
}

/// Whether an operation answers in pages.
pub(crate) fn is_list(name: &str) -> bool {
    name.starts_with("List") || name.starts_with("Search")
}
