//! The one table of AWS operations: where pacing, prediction, retries and `iam-policy` get their facts from.
//!
//! Rates are requests a second for one account and Region. Sources: "Amazon Connect service quotas" in the Amazon
//! Connect administrator guide (2 a second, burst 5, for each operation), "Lambda quotas" in the Lambda developer
//! guide (GetFunction 100, GetPolicy 15, all other control-plane calls 15 together), and the Service Authorization
//! Reference for the actions. STS and IAM publish no rates: theirs are low enough to be polite.

use std::fmt;

use serde::{Serialize, Serializer};

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
    /// The IAM actions that the caller needs, dependent ones included.
    pub actions: &'static [&'static str],
}

macro_rules! operations {
    (@api $name:ident) => { stringify!($name) };
    (@api $name:ident $api:literal) => { $api };
    ($($name:ident $(as $api:literal)?: $service:ident, $rate:expr, $burst:expr, $page:expr, $repeat:ident, $shares:ident, $actions:expr;)*) => {
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
                        repeat: Repeat::$repeat, shares: Shares::$shares, actions: $actions,
                    }),*
                }
            }
        }
    };
}

operations! {
    GetCallerIdentity:        Sts,     10.0,  10,  None,       Safe, Nothing, &[];
    ListInstances:            Connect, 2.0,   5,   Some(10),   Safe, Nothing, &["connect:ListInstances", "ds:DescribeDirectories"];
    DescribeInstance:         Connect, 2.0,   5,   None,       Safe, Nothing, &["connect:DescribeInstance", "ds:DescribeDirectories"];
    ListLambdaFunctions:      Connect, 2.0,   5,   Some(25),   Safe, Nothing, &["connect:ListLambdaFunctions"];
    AssociateLambdaFunction:  Connect, 2.0,   5,   None,       Safe, Nothing, &["connect:AssociateLambdaFunction", "lambda:AddPermission"];
    ListContactFlows:         Connect, 2.0,   5,   Some(1000), Safe, Nothing, &["connect:ListContactFlows"];
    DescribeContactFlow:      Connect, 2.0,   5,   None,       Safe, Nothing, &["connect:DescribeContactFlow"];
    CreateContactFlow:        Connect, 2.0,   5,   None,       Once, Nothing, &["connect:CreateContactFlow", "connect:TagResource"];
    UpdateContactFlowContent: Connect, 2.0,   5,   None,       Safe, Nothing, &["connect:UpdateContactFlowContent"];
    ListInstanceAttributes:   Connect, 2.0,   5,   Some(7),    Safe, Nothing, &["connect:ListInstanceAttributes"];
    UpdateInstanceAttribute:  Connect, 2.0,   5,   None,       Safe, Nothing, &["connect:UpdateInstanceAttribute", "ds:DescribeDirectories", "iam:AttachRolePolicy", "iam:CreateServiceLinkedRole", "iam:PutRolePolicy", "logs:CreateLogGroup"];
    CreateInstance:           Connect, 0.1,   1,   None,       Once, Nothing, &["connect:CreateInstance", "connect:TagResource", "ds:AuthorizeApplication", "ds:CheckAlias", "ds:CreateAlias", "ds:CreateDirectory", "ds:CreateIdentityPoolDirectory", "ds:DeleteDirectory", "ds:DescribeDirectories", "ds:UnauthorizeApplication", "iam:AttachRolePolicy", "iam:CreateServiceLinkedRole", "iam:PutRolePolicy"];
    SearchContactFlows:       Connect, 2.0,   5,   Some(100),  Safe, Nothing, &["connect:SearchContactFlows", "connect:DescribeContactFlow"];
    UpdateContactFlowMetadata: Connect, 2.0,  5,   None,       Safe, Nothing, &["connect:UpdateContactFlowMetadata"];
    ListContactFlowModules:   Connect, 2.0,   5,   Some(1000), Safe, Nothing, &["connect:ListContactFlowModules"];
    DescribeContactFlowModule: Connect, 2.0,  5,   None,       Safe, Nothing, &["connect:DescribeContactFlowModule"];
    SearchContactFlowModules: Connect, 2.0,   5,   Some(100),  Safe, Nothing, &["connect:SearchContactFlowModules", "connect:DescribeContactFlowModule"];
    CreateContactFlowModule:  Connect, 2.0,   5,   None,       Once, Nothing, &["connect:CreateContactFlowModule", "connect:TagResource"];
    UpdateContactFlowModuleContent: Connect, 2.0, 5, None,     Safe, Nothing, &["connect:UpdateContactFlowModuleContent"];
    UpdateContactFlowModuleMetadata: Connect, 2.0, 5, None,    Safe, Nothing, &["connect:UpdateContactFlowModuleMetadata"];
    TagResource:              Connect, 2.0,   5,   None,       Safe, Nothing, &["connect:TagResource"];
    ListQueues:               Connect, 2.0,   5,   Some(1000), Safe, Nothing, &["connect:ListQueues"];
    ListPrompts:              Connect, 2.0,   5,   Some(1000), Safe, Nothing, &["connect:ListPrompts"];
    ListHoursOfOperations:    Connect, 2.0,   5,   Some(1000), Safe, Nothing, &["connect:ListHoursOfOperations"];
    // Without lambda:ListTags the answer has a TagsError in place of the tags.
    GetFunction:              Lambda,  100.0, 100, None,       Safe, Nothing, &["lambda:GetFunction", "lambda:ListTags"];
    GetPolicy:                Lambda,  15.0,  15,  None,       Safe, Nothing, &["lambda:GetPolicy"];
    AddPermission:            Lambda,  15.0,  15,  None,       Safe, LambdaControlPlane, &["lambda:AddPermission"];
    RemovePermission:         Lambda,  15.0,  15,  None,       Safe, LambdaControlPlane, &["lambda:RemovePermission"];
    ListFunctions:            Lambda,  15.0,  15,  Some(50),   Safe, LambdaControlPlane, &["lambda:ListFunctions"];
    ListAliases:              Lambda,  15.0,  15,  Some(50),   Safe, LambdaControlPlane, &["lambda:ListAliases"];
    DeleteFunction:           Lambda,  15.0,  15,  None,       Safe, LambdaControlPlane, &["lambda:DeleteFunction"];
    DisassociateLambdaFunction: Connect, 2.0, 5,   None,       Safe, Nothing, &["connect:DisassociateLambdaFunction", "lambda:RemovePermission"];
    DeleteContactFlow:        Connect, 2.0,   5,   None,       Safe, Nothing, &["connect:DeleteContactFlow"];
    DeleteContactFlowModule:  Connect, 2.0,   5,   None,       Safe, Nothing, &["connect:DeleteContactFlowModule"];

    GetAlias:                    Lambda, 15.0, 15, None, Safe, LambdaControlPlane, &["lambda:GetAlias"];
    CreateFunction:              Lambda, 15.0, 15, None, Once, LambdaControlPlane, &["lambda:CreateFunction", "lambda:TagResource", "iam:PassRole"];
    // Repeatable: each is sent with the revision that it replaces, or ends in the state that it names.
    UpdateFunctionCode:          Lambda, 15.0, 15, None, Safe, LambdaControlPlane, &["lambda:UpdateFunctionCode"];
    UpdateFunctionConfiguration: Lambda, 15.0, 15, None, Safe, LambdaControlPlane, &["lambda:UpdateFunctionConfiguration", "iam:PassRole"];
    // Publishes nothing when nothing changed since the last version.
    PublishVersion:              Lambda, 15.0, 15, None, Safe, LambdaControlPlane, &["lambda:PublishVersion"];
    CreateAlias:                 Lambda, 15.0, 15, None, Once, LambdaControlPlane, &["lambda:CreateAlias"];
    UpdateAlias:                 Lambda, 15.0, 15, None, Safe, LambdaControlPlane, &["lambda:UpdateAlias"];
    TagFunction as "TagResource": Lambda, 15.0, 15, None, Safe, LambdaControlPlane, &["lambda:TagResource"];

    GetRole:                  Iam, 10.0, 10, None,       Safe, Nothing, &["iam:GetRole"];
    ListRoles:                Iam, 10.0, 10, Some(1000), Safe, Nothing, &["iam:ListRoles"];
    // ListRoles shows no tags.
    ListRoleTags:             Iam, 10.0, 10, Some(50),   Safe, Nothing, &["iam:ListRoleTags"];
    ListAttachedRolePolicies: Iam, 10.0, 10, Some(100),  Safe, Nothing, &["iam:ListAttachedRolePolicies"];
    ListRolePolicies:         Iam, 10.0, 10, Some(100),  Safe, Nothing, &["iam:ListRolePolicies"];
    GetRolePolicy:            Iam, 10.0, 10, None,       Safe, Nothing, &["iam:GetRolePolicy"];
    CreateRole:               Iam, 10.0, 10, None,       Once, Nothing, &["iam:CreateRole", "iam:TagRole"];
    UpdateAssumeRolePolicy:   Iam, 10.0, 10, None,       Safe, Nothing, &["iam:UpdateAssumeRolePolicy"];
    AttachRolePolicy:         Iam, 10.0, 10, None,       Safe, Nothing, &["iam:AttachRolePolicy"];
    DetachRolePolicy:         Iam, 10.0, 10, None,       Safe, Nothing, &["iam:DetachRolePolicy"];
    PutRolePolicy:            Iam, 10.0, 10, None,       Safe, Nothing, &["iam:PutRolePolicy"];
    DeleteRolePolicy:         Iam, 10.0, 10, None,       Safe, Nothing, &["iam:DeleteRolePolicy"];
    TagRole:                  Iam, 10.0, 10, None,       Safe, Nothing, &["iam:TagRole"];
    DeleteRole:               Iam, 10.0, 10, None,       Safe, Nothing, &["iam:DeleteRole"];
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
    fn every_operation_names_the_actions_it_needs() {
        for operation in Operation::ALL {
            let needs_none = *operation == Operation::GetCallerIdentity;
            assert_eq!(operation.facts().actions.is_empty(), needs_none, "{operation}");
        }
    }
}
