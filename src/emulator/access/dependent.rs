//! Actions that an operation needs beside its own, and what each is authorised on (Service Authorization Reference).
//!
//! Those of Associate and Disassociate, and passing a role, are checked where they are made: AWS leaves open what
//! happens then (U2), or the state decides.

use super::context::{Context, sent_tags};
use crate::emulator::call::Call;
use crate::emulator::call::special::Special;
use crate::emulator::state::arn;

/// What a dependent action is authorised on.
#[derive(Debug, Clone, Copy)]
enum On {
    /// `*`
    Anything,
    /// What the call itself is about.
    Same,
    /// The flows of the instance.
    Flows,
    /// The modules of the instance.
    Modules,
    /// A directory of the Region.
    Directory,
    /// Amazon Connect's service-linked role.
    ServiceRole,
    /// The same, which does not exist yet.
    NewServiceRole,
    /// The log group of the instance.
    LogGroup,
}

const SETTINGS: &[(&str, On)] = &[
    ("ds:DescribeDirectories", On::Anything),
    ("iam:AttachRolePolicy", On::ServiceRole),
    ("iam:CreateServiceLinkedRole", On::NewServiceRole),
    ("iam:PutRolePolicy", On::ServiceRole),
    ("logs:CreateLogGroup", On::LogGroup),
];

const CREATION: &[(&str, On)] = &[
    ("ds:AuthorizeApplication", On::Directory),
    ("ds:CheckAlias", On::Anything),
    ("ds:CreateAlias", On::Directory),
    ("ds:CreateDirectory", On::Anything),
    ("ds:CreateIdentityPoolDirectory", On::Anything),
    ("ds:DeleteDirectory", On::Directory),
    ("ds:DescribeDirectories", On::Anything),
    ("ds:UnauthorizeApplication", On::Directory),
    ("iam:AttachRolePolicy", On::ServiceRole),
    ("iam:CreateServiceLinkedRole", On::NewServiceRole),
    ("iam:PutRolePolicy", On::ServiceRole),
];

const DELETION: &[(&str, On)] = &[
    ("ds:DeleteDirectory", On::Directory),
    ("ds:DescribeDirectories", On::Anything),
    ("ds:UnauthorizeApplication", On::Directory),
];

fn needed(operation: Special) -> &'static [(&'static str, On)] {
    match operation {
        Special::ListInstances | Special::DescribeInstance => &[("ds:DescribeDirectories", On::Anything)],
        Special::UpdateInstanceAttribute => SETTINGS,
        Special::CreateInstance => CREATION,
        Special::DeleteInstance => DELETION,
        Special::SearchFlows => &[("connect:DescribeContactFlow", On::Flows)],
        Special::SearchModules => &[("connect:DescribeContactFlowModule", On::Modules)],
        _ => &[],
    }
}

/// What tagging at creation needs besides.
fn tagging(operation: Special) -> Option<&'static str> {
    match operation {
        Special::CreateInstance | Special::CreateFlow | Special::CreateModule => Some("connect:TagResource"),
        Special::CreateFunction => Some("lambda:TagResource"),
        Special::CreateRole => Some("iam:TagRole"),
        _ => None,
    }
}

/// Lists what a call on a resource needs besides: action, resource, and values beside those of the call.
pub(crate) fn of(call: &Call, resource: &str) -> Vec<(&'static str, String, Context)> {
    let Some(operation) = call.special() else { return Vec::new() };
    let tags = tagging(operation).filter(|_| !sent_tags(call).is_empty());
    let needed = needed(operation).iter().copied().chain(tags.map(|action| (action, On::Same)));
    let context = |on: On| match on {
        On::NewServiceRole => {
            vec![("iam:AWSServiceName".to_owned(), vec!["connect.amazonaws.com".to_owned()])]
        }
        _ => Context::new(),
    };
    needed.map(|(action, on)| (action, place(call, resource, on), context(on))).collect()
}

fn place(call: &Call, resource: &str, on: On) -> String {
    let partition = arn::partition(&call.region);
    let (region, account) = (&call.region, &call.account);
    match on {
        On::Anything => "*".to_owned(),
        // A new instance has no id yet.
        On::Same if resource == "*" => arn::instance(account, region, "*"),
        On::Same => resource.to_owned(),
        On::Flows => format!("{resource}/contact-flow/*"),
        On::Modules => format!("{resource}/flow-module/*"),
        On::Directory => format!("arn:{partition}:ds:{region}:{account}:directory/d-emulated00"),
        On::ServiceRole | On::NewServiceRole => {
            let path = "/aws-service-role/connect.amazonaws.com/";
            arn::role(account, region, path, "AWSServiceRoleForAmazonConnect_emulated")
        }
        On::LogGroup => format!("arn:{partition}:logs:{region}:{account}:log-group:/aws/connect/emulated"),
    }
}
