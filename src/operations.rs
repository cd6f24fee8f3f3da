//! The one table of AWS operations: where pacing, prediction, retries and `iam-policy` get their facts from.
//!
//! Rates are requests a second for one account and Region. Sources: "Amazon Connect service quotas" in the Amazon
//! Connect administrator guide (2 a second, burst 5, for each operation), "Lambda quotas" in the Lambda developer
//! guide (GetFunction 100, GetPolicy 15, all other control-plane calls 15 together), and the Service Authorization
//! Reference for the actions. STS and IAM publish no rates: theirs are low enough to be polite.

pub mod action;
mod fault;

use std::fmt;

use serde::{Serialize, Serializer};

pub use self::action::Action;
use self::action::Does;
pub use self::fault::FaultKind;

/// The share of the published rates that is used: clocks and the network are not exact.
pub const PACED_SHARE: f64 = 0.97;

/// An AWS service that flowbind calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Amazon Connect.
    Connect,
    /// AWS Lambda.
    Lambda,
    /// AWS Identity and Access Management.
    Iam,
    /// AWS Security Token Service.
    Sts,
}

impl Service {
    /// The prefix that IAM actions and the emulator's counters use.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Lambda => "lambda",
            Self::Iam => "iam",
            Self::Sts => "sts",
        }
    }
}

/// Whether a call may be made again when nobody knows whether the first one was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// A read, or a write that ends in the same state however often it is made.
    Safe,
    /// A write without an idempotency token: tried once, then the state is read.
    Once,
    /// Something that whoever asks for it repeats by rules of their own: one attempt, throttled or not.
    Never,
}

/// Which calls share a token bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shares {
    /// The operation has a bucket of its own.
    Nothing,
    /// All operations of Lambda's control plane but GetFunction and GetPolicy share one.
    LambdaControlPlane,
}

/// What a success of an operation holds at the least. What lacks it is not the service's answer, whatever its status.
///
/// AWS's models mark few members of answers as required. The lists are named here because every recorded answer of an
/// empty one holds the list, empty; that AWS never leaves it out is not documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nothing: an empty body or an object of no certain members. Which of the two is not documented.
    Bare,
    /// This top-level member.
    Has(&'static str),
    /// Whatever a function says, or nothing.
    Payload,
}

/// What is known of an operation.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// Its service.
    pub service: Service,
    /// Its name in the API.
    pub name: &'static str,
    /// Sustained requests a second.
    pub rate: f64,
    /// Requests that may come at once.
    pub burst: u32,
    /// The largest page, for lists.
    pub page: Option<u32>,
    /// Whether it may be repeated blindly.
    pub repeat: Repeat,
    /// Which bucket it draws from.
    pub shares: Shares,
    /// What its success holds at the least.
    pub answer: Answer,
    /// The IAM actions that the caller needs, dependent ones included.
    pub actions: &'static [Action],
}

macro_rules! operations {
    (@api $name:ident) => { stringify!($name) };
    (@api $name:ident $api:literal) => { $api };
    ($($name:ident $(as $api:literal)?: $service:ident, $rate:expr, $burst:expr, $page:expr, $repeat:ident, $shares:ident, $answer:ident $(($member:literal))?, [$($group:ident:$action:ident),*];)*) => {
        /// An operation that flowbind calls.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the names are those of the API, but where two services share one")]
        pub enum Operation { $($name),* }

        impl Operation {
            /// Every operation.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Looks the operation up.
            pub const fn facts(self) -> Facts {
                match self {
                    $(Self::$name => Facts {
                        service: Service::$service, name: operations!(@api $name $($api)?), rate: $rate, burst: $burst, page: $page,
                        repeat: Repeat::$repeat, shares: Shares::$shares,
                        answer: Answer::$answer $(($member))?,
                        actions: &[$(Action::$group(action::$group::$action)),*],
                    }),*
                }
            }
        }
    };
}

operations! {
    GetCallerIdentity:        Sts,     10.0,  10,  None,       Safe, Nothing, Has("Account"), [];
    ListInstances:            Connect, 2.0,   5,   Some(10),   Safe, Nothing, Has("InstanceSummaryList"), [Connect:ListInstances, Ds:DescribeDirectories];
    DescribeInstance:         Connect, 2.0,   5,   None,       Safe, Nothing, Has("Instance"), [Connect:DescribeInstance, Ds:DescribeDirectories];
    ListLambdaFunctions:      Connect, 2.0,   5,   Some(25),   Safe, Nothing, Has("LambdaFunctions"), [Connect:ListLambdaFunctions];
    AssociateLambdaFunction:  Connect, 2.0,   5,   None,       Safe, Nothing, Bare, [Connect:AssociateLambdaFunction, Lambda:AddPermission];
    ListContactFlows:         Connect, 2.0,   5,   Some(1000), Safe, Nothing, Has("ContactFlowSummaryList"), [Connect:ListContactFlows];
    DescribeContactFlow:      Connect, 2.0,   5,   None,       Safe, Nothing, Has("ContactFlow"), [Connect:DescribeContactFlow];
    CreateContactFlow:        Connect, 2.0,   5,   None,       Once, Nothing, Has("ContactFlowId"), [Connect:CreateContactFlow, Connect:TagResource];
    UpdateContactFlowContent: Connect, 2.0,   5,   None,       Safe, Nothing, Bare, [Connect:UpdateContactFlowContent];
    ListInstanceAttributes:   Connect, 2.0,   5,   Some(7),    Safe, Nothing, Has("Attributes"), [Connect:ListInstanceAttributes];
    UpdateInstanceAttribute:  Connect, 2.0,   5,   None,       Safe, Nothing, Bare, [Connect:UpdateInstanceAttribute, Ds:DescribeDirectories, Iam:AttachRolePolicy, Iam:CreateServiceLinkedRole, Iam:PutRolePolicy, Logs:CreateLogGroup];
    CreateInstance:           Connect, 0.1,   1,   None,       Once, Nothing, Has("Id"), [Connect:CreateInstance, Connect:TagResource, Ds:AuthorizeApplication, Ds:CheckAlias, Ds:CreateAlias, Ds:CreateDirectory, Ds:CreateIdentityPoolDirectory, Ds:DeleteDirectory, Ds:DescribeDirectories, Ds:UnauthorizeApplication, Iam:AttachRolePolicy, Iam:CreateServiceLinkedRole, Iam:PutRolePolicy];
    SearchContactFlows:       Connect, 2.0,   5,   Some(100),  Safe, Nothing, Has("ContactFlows"), [Connect:SearchContactFlows, Connect:DescribeContactFlow];
    UpdateContactFlowMetadata: Connect, 2.0,  5,   None,       Safe, Nothing, Bare, [Connect:UpdateContactFlowMetadata];
    ListContactFlowModules:   Connect, 2.0,   5,   Some(1000), Safe, Nothing, Has("ContactFlowModulesSummaryList"), [Connect:ListContactFlowModules];
    DescribeContactFlowModule: Connect, 2.0,  5,   None,       Safe, Nothing, Has("ContactFlowModule"), [Connect:DescribeContactFlowModule];
    SearchContactFlowModules: Connect, 2.0,   5,   Some(100),  Safe, Nothing, Has("ContactFlowModules"), [Connect:SearchContactFlowModules, Connect:DescribeContactFlowModule];
    CreateContactFlowModule:  Connect, 2.0,   5,   None,       Once, Nothing, Has("Id"), [Connect:CreateContactFlowModule, Connect:TagResource];
    UpdateContactFlowModuleContent: Connect, 2.0, 5, None,     Safe, Nothing, Bare, [Connect:UpdateContactFlowModuleContent];
    UpdateContactFlowModuleMetadata: Connect, 2.0, 5, None,    Safe, Nothing, Bare, [Connect:UpdateContactFlowModuleMetadata];
    TagResource:              Connect, 2.0,   5,   None,       Safe, Nothing, Bare, [Connect:TagResource];
    ListQueues:               Connect, 2.0,   5,   Some(1000), Safe, Nothing, Has("QueueSummaryList"), [Connect:ListQueues];
    ListPrompts:              Connect, 2.0,   5,   Some(1000), Safe, Nothing, Has("PromptSummaryList"), [Connect:ListPrompts];
    ListHoursOfOperations:    Connect, 2.0,   5,   Some(1000), Safe, Nothing, Has("HoursOfOperationSummaryList"), [Connect:ListHoursOfOperations];
    // Without lambda:ListTags the answer has a TagsError in place of the tags.
    GetFunction:              Lambda,  100.0, 100, None,       Safe, Nothing, Has("Configuration"), [Lambda:GetFunction, Lambda:ListTags];
    GetPolicy:                Lambda,  15.0,  15,  None,       Safe, Nothing, Has("Policy"), [Lambda:GetPolicy];
    AddPermission:            Lambda,  15.0,  15,  None,       Safe, LambdaControlPlane, Has("Statement"), [Lambda:AddPermission];
    RemovePermission:         Lambda,  15.0,  15,  None,       Safe, LambdaControlPlane, Bare, [Lambda:RemovePermission];
    ListFunctions:            Lambda,  15.0,  15,  Some(50),   Safe, LambdaControlPlane, Has("Functions"), [Lambda:ListFunctions];
    ListAliases:              Lambda,  15.0,  15,  Some(50),   Safe, LambdaControlPlane, Has("Aliases"), [Lambda:ListAliases];
    DeleteFunction:           Lambda,  15.0,  15,  None,       Safe, LambdaControlPlane, Bare, [Lambda:DeleteFunction];
    DisassociateLambdaFunction: Connect, 2.0, 5,   None,       Safe, Nothing, Bare, [Connect:DisassociateLambdaFunction, Lambda:RemovePermission];
    DeleteContactFlow:        Connect, 2.0,   5,   None,       Safe, Nothing, Bare, [Connect:DeleteContactFlow];
    DeleteContactFlowModule:  Connect, 2.0,   5,   None,       Safe, Nothing, Bare, [Connect:DeleteContactFlowModule];

    GetAlias:                    Lambda, 15.0, 15, None, Safe, LambdaControlPlane, Has("FunctionVersion"), [Lambda:GetAlias];
    CreateFunction:              Lambda, 15.0, 15, None, Once, LambdaControlPlane, Has("FunctionArn"), [Lambda:CreateFunction, Lambda:TagResource, Iam:PassRole];
    // Repeatable: each is sent with the revision that it replaces, or ends in the state that it names.
    UpdateFunctionCode:          Lambda, 15.0, 15, None, Safe, LambdaControlPlane, Has("FunctionArn"), [Lambda:UpdateFunctionCode];
    UpdateFunctionConfiguration: Lambda, 15.0, 15, None, Safe, LambdaControlPlane, Has("FunctionArn"), [Lambda:UpdateFunctionConfiguration, Iam:PassRole];
    // Publishes nothing when nothing changed since the last version.
    PublishVersion:              Lambda, 15.0, 15, None, Safe, LambdaControlPlane, Has("Version"), [Lambda:PublishVersion];
    CreateAlias:                 Lambda, 15.0, 15, None, Once, LambdaControlPlane, Has("AliasArn"), [Lambda:CreateAlias];
    UpdateAlias:                 Lambda, 15.0, 15, None, Safe, LambdaControlPlane, Has("AliasArn"), [Lambda:UpdateAlias];
    // AWS names no rate but that of the function's concurrency; this one is polite.
    Invoke:                      Lambda, 100.0, 100, None, Never, Nothing, Payload, [Lambda:InvokeFunction];
    TagFunction as "TagResource": Lambda, 15.0, 15, None, Safe, LambdaControlPlane, Bare, [Lambda:TagResource];

    GetRole:                  Iam, 10.0, 10, None,       Safe, Nothing, Has("Role"), [Iam:GetRole];
    ListRoles:                Iam, 10.0, 10, Some(1000), Safe, Nothing, Has("IsTruncated"), [Iam:ListRoles];
    // ListRoles shows no tags.
    ListRoleTags:             Iam, 10.0, 10, Some(50),   Safe, Nothing, Has("IsTruncated"), [Iam:ListRoleTags];
    ListAttachedRolePolicies: Iam, 10.0, 10, Some(100),  Safe, Nothing, Has("IsTruncated"), [Iam:ListAttachedRolePolicies];
    ListRolePolicies:         Iam, 10.0, 10, Some(100),  Safe, Nothing, Has("IsTruncated"), [Iam:ListRolePolicies];
    GetRolePolicy:            Iam, 10.0, 10, None,       Safe, Nothing, Has("PolicyDocument"), [Iam:GetRolePolicy];
    CreateRole:               Iam, 10.0, 10, None,       Once, Nothing, Has("Role"), [Iam:CreateRole, Iam:TagRole];
    UpdateAssumeRolePolicy:   Iam, 10.0, 10, None,       Safe, Nothing, Bare, [Iam:UpdateAssumeRolePolicy];
    AttachRolePolicy:         Iam, 10.0, 10, None,       Safe, Nothing, Bare, [Iam:AttachRolePolicy];
    DetachRolePolicy:         Iam, 10.0, 10, None,       Safe, Nothing, Bare, [Iam:DetachRolePolicy];
    PutRolePolicy:            Iam, 10.0, 10, None,       Safe, Nothing, Bare, [Iam:PutRolePolicy];
    DeleteRolePolicy:         Iam, 10.0, 10, None,       Safe, Nothing, Bare, [Iam:DeleteRolePolicy];
    TagRole:                  Iam, 10.0, 10, None,       Safe, Nothing, Bare, [Iam:TagRole];
    DeleteRole:               Iam, 10.0, 10, None,       Safe, Nothing, Bare, [Iam:DeleteRole];
}

impl Operation {
    /// Finds the operation of a service by its name in the API.
    pub fn find(service: Service, name: &str) -> Option<Self> {
        let is = |operation: &&Self| {
            let facts = operation.facts();
            facts.service == service && facts.name == name
        };
        Self::ALL.iter().find(is).copied()
    }

    /// Whether it changes anything that flowbind manages. A function that runs may change anything else.
    pub fn writes(self) -> bool {
        self.facts().actions.first().is_some_and(|action| !action.is_read() && action.does() != Does::Invoke)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = self.facts();
        write!(f, "{}:{}", facts.service.prefix(), facts.name)
    }
}

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_write_that_is_tried_once_is_a_create() {
        for operation in Operation::ALL {
            let facts = operation.facts();
            if facts.repeat == Repeat::Once {
                assert!(
                    facts.name.starts_with("Create"),
                    "{operation} may be repeated: it is keyed by what it writes"
                );
            }
        }
    }

    #[test]
    fn what_reads_or_creates_has_an_answer_that_is_not_bare() {
        for operation in Operation::ALL {
            let facts = operation.facts();
            assert_eq!(Operation::find(facts.service, facts.name), Some(*operation));
            if !operation.writes() || facts.repeat == Repeat::Once {
                assert_ne!(
                    facts.answer,
                    Answer::Bare,
                    "{operation}: an empty answer would be taken for nothing"
                );
            }
        }
    }

    #[test]
    fn every_operation_names_the_actions_it_needs() {
        for operation in Operation::ALL {
            let needs_none = *operation == Operation::GetCallerIdentity;
            assert_eq!(operation.facts().actions.is_empty(), needs_none, "{operation}");
        }
    }
}
