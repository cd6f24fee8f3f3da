//! The one table of AWS operations: where pacing, prediction, retries and `iam-policy` get their facts from.
//!
//! Rates are requests a second for one account and Region. Sources: "Amazon Connect service quotas" in the Amazon
//! Connect administrator guide (2 a second, burst 5, for each operation), "Lambda quotas" in the Lambda developer
//! guide (GetFunction 100, GetPolicy 15, all other control-plane calls 15 together), and the Service Authorization
//! Reference for the actions. STS and IAM publish no rates: theirs are low enough to be polite.

mod fault;

use std::fmt;

use serde::{Serialize, Serializer};

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
    pub actions: &'static [&'static str],
}

macro_rules! operations {
    (@api $name:ident) => { stringify!($name) };
    (@api $name:ident $api:literal) => { $api };
    ($($name:ident $(as $api:literal)?: $service:ident, $rate:expr, $burst:expr, $page:expr, $repeat:ident, $shares:ident, $answer:ident $(($member:literal))?, $actions:expr;)*) => {
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
                        answer: Answer::$answer $(($member))?, actions: $actions,
                    }),*
                }
            }
        }
    };
}

operations! {
    GetCallerIdentity:        Sts,     10.0,  10,  None,       Safe, Nothing, Has("Account"), &[];
    ListInstances:            Connect, 2.0,   5,   Some(10),   Safe, Nothing, Has("InstanceSummaryList"), &["connect:ListInstances", "ds:DescribeDirectories"];
    DescribeInstance:         Connect, 2.0,   5,   None,       Safe, Nothing, Has("Instance"), &["connect:DescribeInstance", "ds:DescribeDirectories"];
    ListLambdaFunctions:      Connect, 2.0,   5,   Some(25),   Safe, Nothing, Has("LambdaFunctions"), &["connect:ListLambdaFunctions"];
    AssociateLambdaFunction:  Connect, 2.0,   5,   None,       Safe, Nothing, Bare, &["connect:AssociateLambdaFunction", "lambda:AddPermission"];
    ListContactFlows:         Connect, 2.0,   5,   Some(1000), Safe, Nothing, Has("ContactFlowSummaryList"), &["connect:ListContactFlows"];
    DescribeContactFlow:      Connect, 2.0,   5,   None,       Safe, Nothing, Has("ContactFlow"), &["connect:DescribeContactFlow"];
    CreateContactFlow:        Connect, 2.0,   5,   None,       Once, Nothing, Has("ContactFlowId"), &["connect:CreateContactFlow", "connect:TagResource"];
    UpdateContactFlowContent: Connect, 2.0,   5,   None,       Safe, Nothing, Bare, &["connect:UpdateContactFlowContent"];
    ListInstanceAttributes:   Connect, 2.0,   5,   Some(7),    Safe, Nothing, Has("Attributes"), &["connect:ListInstanceAttributes"];
    UpdateInstanceAttribute:  Connect, 2.0,   5,   None,       Safe, Nothing, Bare, &["connect:UpdateInstanceAttribute", "ds:DescribeDirectories", "iam:AttachRolePolicy", "iam:CreateServiceLinkedRole", "iam:PutRolePolicy", "logs:CreateLogGroup"];
    CreateInstance:           Connect, 0.1,   1,   None,       Once, Nothing, Has("Id"), &["connect:CreateInstance", "connect:TagResource", "ds:AuthorizeApplication", "ds:CheckAlias", "ds:CreateAlias", "ds:CreateDirectory", "ds:CreateIdentityPoolDirectory", "ds:DeleteDirectory", "ds:DescribeDirectories", "ds:UnauthorizeApplication", "iam:AttachRolePolicy", "iam:CreateServiceLinkedRole", "iam:PutRolePolicy"];
    SearchContactFlows:       Connect, 2.0,   5,   Some(100),  Safe, Nothing, Has("ContactFlows"), &["connect:SearchContactFlows", "connect:DescribeContactFlow"];
    UpdateContactFlowMetadata: Connect, 2.0,  5,   None,       Safe, Nothing, Bare, &["connect:UpdateContactFlowMetadata"];
    ListContactFlowModules:   Connect, 2.0,   5,   Some(1000), Safe, Nothing, Has("ContactFlowModulesSummaryList"), &["connect:ListContactFlowModules"];
    DescribeContactFlowModule: Connect, 2.0,  5,   None,       Safe, Nothing, Has("ContactFlowModule"), &["connect:DescribeContactFlowModule"];
    SearchContactFlowModules: Connect, 2.0,   5,   Some(100),  Safe, Nothing, Has("ContactFlowModules"), &["connect:SearchContactFlowModules", "connect:DescribeContactFlowModule"];
    CreateContactFlowModule:  Connect, 2.0,   5,   None,       Once, Nothing, Has("Id"), &["connect:CreateContactFlowModule", "connect:TagResource"];
    UpdateContactFlowModuleContent: Connect, 2.0, 5, None,     Safe, Nothing, Bare, &["connect:UpdateContactFlowModuleContent"];
    UpdateContactFlowModuleMetadata: Connect, 2.0, 5, None,    Safe, Nothing, Bare, &["connect:UpdateContactFlowModuleMetadata"];
    TagResource:              Connect, 2.0,   5,   None,       Safe, Nothing, Bare, &["connect:TagResource"];
    ListQueues:               Connect, 2.0,   5,   Some(1000), Safe, Nothing, Has("QueueSummaryList"), &["connect:ListQueues"];
    ListPrompts:              Connect, 2.0,   5,   Some(1000), Safe, Nothing, Has("PromptSummaryList"), &["connect:ListPrompts"];
    ListHoursOfOperations:    Connect, 2.0,   5,   Some(1000), Safe, Nothing, Has("HoursOfOperationSummaryList"), &["connect:ListHoursOfOperations"];
    // Without lambda:ListTags the answer has a TagsError in place of the tags.
    GetFunction:              Lambda,  100.0, 100, None,       Safe, Nothing, Has("Configuration"), &["lambda:GetFunction", "lambda:ListTags"];
    GetPolicy:                Lambda,  15.0,  15,  None,       Safe, Nothing, Has("Policy"), &["lambda:GetPolicy"];
    AddPermission:            Lambda,  15.0,  15,  None,       Safe, LambdaControlPlane, Has("Statement"), &["lambda:AddPermission"];
    RemovePermission:         Lambda,  15.0,  15,  None,       Safe, LambdaControlPlane, Bare, &["lambda:RemovePermission"];
    ListFunctions:            Lambda,  15.0,  15,  Some(50),   Safe, LambdaControlPlane, Has("Functions"), &["lambda:ListFunctions"];
    ListAliases:              Lambda,  15.0,  15,  Some(50),   Safe, LambdaControlPlane, Has("Aliases"), &["lambda:ListAliases"];
    DeleteFunction:           Lambda,  15.0,  15,  None,       Safe, LambdaControlPlane, Bare, &["lambda:DeleteFunction"];
    DisassociateLambdaFunction: Connect, 2.0, 5,   None,       Safe, Nothing, Bare, &["connect:DisassociateLambdaFunction", "lambda:RemovePermission"];
    DeleteContactFlow:        Connect, 2.0,   5,   None,       Safe, Nothing, Bare, &["connect:DeleteContactFlow"];
    DeleteContactFlowModule:  Connect, 2.0,   5,   None,       Safe, Nothing, Bare, &["connect:DeleteContactFlowModule"];

    GetAlias:                    Lambda, 15.0, 15, None, Safe, LambdaControlPlane, Has("FunctionVersion"), &["lambda:GetAlias"];
    CreateFunction:              Lambda, 15.0, 15, None, Once, LambdaControlPlane, Has("FunctionArn"), &["lambda:CreateFunction", "lambda:TagResource", "iam:PassRole"];
    // Repeatable: each is sent with the revision that it replaces, or ends in the state that it names.
    UpdateFunctionCode:          Lambda, 15.0, 15, None, Safe, LambdaControlPlane, Has("FunctionArn"), &["lambda:UpdateFunctionCode"];
    UpdateFunctionConfiguration: Lambda, 15.0, 15, None, Safe, LambdaControlPlane, Has("FunctionArn"), &["lambda:UpdateFunctionConfiguration", "iam:PassRole"];
    // Publishes nothing when nothing changed since the last version.
    PublishVersion:              Lambda, 15.0, 15, None, Safe, LambdaControlPlane, Has("Version"), &["lambda:PublishVersion"];
    CreateAlias:                 Lambda, 15.0, 15, None, Once, LambdaControlPlane, Has("AliasArn"), &["lambda:CreateAlias"];
    UpdateAlias:                 Lambda, 15.0, 15, None, Safe, LambdaControlPlane, Has("AliasArn"), &["lambda:UpdateAlias"];
    TagFunction as "TagResource": Lambda, 15.0, 15, None, Safe, LambdaControlPlane, Bare, &["lambda:TagResource"];

    GetRole:                  Iam, 10.0, 10, None,       Safe, Nothing, Has("Role"), &["iam:GetRole"];
    ListRoles:                Iam, 10.0, 10, Some(1000), Safe, Nothing, Has("IsTruncated"), &["iam:ListRoles"];
    // ListRoles shows no tags.
    ListRoleTags:             Iam, 10.0, 10, Some(50),   Safe, Nothing, Has("IsTruncated"), &["iam:ListRoleTags"];
    ListAttachedRolePolicies: Iam, 10.0, 10, Some(100),  Safe, Nothing, Has("IsTruncated"), &["iam:ListAttachedRolePolicies"];
    ListRolePolicies:         Iam, 10.0, 10, Some(100),  Safe, Nothing, Has("IsTruncated"), &["iam:ListRolePolicies"];
    GetRolePolicy:            Iam, 10.0, 10, None,       Safe, Nothing, Has("PolicyDocument"), &["iam:GetRolePolicy"];
    CreateRole:               Iam, 10.0, 10, None,       Once, Nothing, Has("Role"), &["iam:CreateRole", "iam:TagRole"];
    UpdateAssumeRolePolicy:   Iam, 10.0, 10, None,       Safe, Nothing, Bare, &["iam:UpdateAssumeRolePolicy"];
    AttachRolePolicy:         Iam, 10.0, 10, None,       Safe, Nothing, Bare, &["iam:AttachRolePolicy"];
    DetachRolePolicy:         Iam, 10.0, 10, None,       Safe, Nothing, Bare, &["iam:DetachRolePolicy"];
    PutRolePolicy:            Iam, 10.0, 10, None,       Safe, Nothing, Bare, &["iam:PutRolePolicy"];
    DeleteRolePolicy:         Iam, 10.0, 10, None,       Safe, Nothing, Bare, &["iam:DeleteRolePolicy"];
    TagRole:                  Iam, 10.0, 10, None,       Safe, Nothing, Bare, &["iam:TagRole"];
    DeleteRole:               Iam, 10.0, 10, None,       Safe, Nothing, Bare, &["iam:DeleteRole"];
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

    /// Whether it changes anything.
    pub fn writes(self) -> bool {
        let name = self.facts().name;
        !["Get", "List", "Describe", "Search"].iter().any(|verb| name.starts_with(verb))
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
