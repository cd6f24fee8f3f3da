//! Actions that an operation needs beside its own, and what each is authorised on (Service Authorization Reference).
//!
//! Those of Associate and Disassociate, and passing a role, are checked where they are made: AWS leaves open what
//! happens then (U2), or the state decides.

use super::context::{Context, sent_tags};
use crate::emulator::call::Call;
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
    /// The log group of the instance.
    LogGroup,
}

const SETTINGS: &[(&str, On)] = &[
    ("ds:DescribeDirectories", On::Anything),
    ("iam:AttachRolePolicy", On::ServiceRole),
    ("iam:CreateServiceLinkedRole", On::ServiceRole),
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
    ("iam:CreateServiceLinkedRole", On::ServiceRole),
    ("iam:PutRolePolicy", On::ServiceRole),
];

const DELETION: &[(&str, On)] = &[
    ("ds:DeleteDirectory", On::Directory),
    ("ds:DescribeDirectories", On::Anything),
    ("ds:UnauthorizeApplication", On::Directory),
];

fn needed(action: &str) -> &'static [(&'static str, On)] {
    match action {
        "connect:ListInstances" | "connect:DescribeInstance" => &[("ds:DescribeDirectories", On::Anything)],
        "connect:UpdateInstanceAttribute" => SETTINGS,
        "connect:CreateInstance" => CREATION,
        "connect:DeleteInstance" => DELETION,
        "connect:SearchContactFlows" => &[("connect:DescribeContactFlow", On::Flows)],
        "connect:SearchContactFlowModules" => &[("connect:DescribeContactFlowModule", On::Modules)],
        _ => &[],
    }
}

/// What tagging at creation needs besides.
fn tagging(action: &str) -> Option<&'static str> {
    match action {
        "connect:CreateInstance" | "connect:CreateContactFlow" | "connect:CreateContactFlowModule" => {
            Some("connect:TagResource")
        }
        "lambda:CreateFunction" => Some("lambda:TagResource"),
        "iam:CreateRole" => Some("iam:TagRole"),
        _ => None,
    }
}

/// Lists what a call on a resource needs besides: action, resource, and values beside those of the call.
pub(crate) fn of(call: &Call, resource: &str) -> Vec<(&'static str, String, Context)> {
    let action = call.action();
    let tags = tagging(&action).filter(|_| !sent_tags(call).is_empty());
    let needed = needed(&action).iter().copied().chain(tags.map(|action| (action, On::Same)));
    let context = |action: &str| match action {
        "iam:CreateServiceLinkedRole" => {
            vec![("iam:AWSServiceName".to_owned(), vec!["connect.amazonaws.com".to_owned()])]
        }
        _ => Context::new(),
    };
    needed.map(|(action, on)| (action, place(call, resource, on), context(action))).collect()
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
        On::ServiceRole => {
            let path = "/aws-service-role/connect.amazonaws.com/";
            arn::role(account, region, path, "AWSServiceRoleForAmazonConnect_emulated")
        }
        On::LogGroup => format!("arn:{partition}:logs:{region}:{account}:log-group:/aws/connect/emulated"),
    }
}
