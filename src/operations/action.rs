//! The IAM actions that the operations need, by service and by what they do. The names are those of the Service
//! Authorization Reference.

use std::cmp::Ordering;
use std::fmt;

/// What an action does, as far as policies tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Does {
    /// It changes nothing.
    Read,
    /// It makes something new.
    Create,
    /// It changes what is there.
    Write,
    /// It gives a role a policy.
    Attach,
    /// It runs a function.
    Invoke,
    /// It changes who may call a function.
    Permit,
    /// It hands a role on.
    Pass,
    /// It takes on a role.
    Assume,
    /// It writes tags.
    Tag,
    /// It deletes something.
    Delete,
}

impl Does {
    /// As it is written in the names of statements.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "Read",
            Self::Create => "Create",
            Self::Write => "Write",
            Self::Attach => "Attach",
            Self::Invoke => "Invoke",
            Self::Permit => "Permit",
            Self::Pass => "Pass",
            Self::Assume => "Assume",
            Self::Tag => "Tag",
            Self::Delete => "Delete",
        }
    }
}

macro_rules! actions {
    ($($(#[$doc:meta])* $service:ident $prefix:literal: $($does:ident { $($name:ident),* })*;)*) => {
        /// An IAM action.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the names are those of the services")]
        pub enum Action { $($service($service)),* }

        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
            #[expect(missing_docs, reason = "the names are those of the Service Authorization Reference")]
            pub enum $service { $($($name),*),* }
        )*

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$($($(Self::$service($service::$name)),*),*),*];

            /// The service's prefix.
            pub fn prefix(self) -> &'static str {
                match self {
                    $(Self::$service(_) => $prefix,)*
                }
            }

            /// Its name, without the service's prefix.
            pub fn name(self) -> &'static str {
                match self {
                    $($($(Self::$service($service::$name) => stringify!($name),)*)*)*
                }
            }

            /// What it does.
            pub fn does(self) -> Does {
                match self {
                    $($($(Self::$service($service::$name) => Does::$does,)*)*)*
                }
            }
        }
    };
}

actions! {
    /// Actions of Amazon Connect.
    Connect "connect":
        Read {
            DescribeContactFlow, DescribeContactFlowModule, DescribeInstance,
            ListContactFlowModules, ListContactFlows, ListHoursOfOperations, ListInstanceAttributes,
            ListInstances, ListLambdaFunctions, ListPrompts, ListQueues, SearchContactFlowModules,
            SearchContactFlows
        }
        Create { CreateContactFlow, CreateContactFlowModule, CreateInstance }
        Write {
            AssociateLambdaFunction, DisassociateLambdaFunction, UpdateContactFlowContent,
            UpdateContactFlowMetadata, UpdateContactFlowModuleContent,
            UpdateContactFlowModuleMetadata, UpdateInstanceAttribute
        }
        Tag { TagResource }
        Delete { DeleteContactFlow, DeleteContactFlowModule };
    /// Actions of AWS Directory Service, which Amazon Connect takes with the caller's rights.
    Ds "ds":
        Read { CheckAlias, DescribeDirectories }
        Create { CreateAlias, CreateDirectory, CreateIdentityPoolDirectory }
        Write { AuthorizeApplication, UnauthorizeApplication }
        Delete { DeleteDirectory };
    /// Actions of AWS Identity and Access Management.
    Iam "iam":
        Read { GetRole, GetRolePolicy, ListAttachedRolePolicies, ListRolePolicies, ListRoleTags, ListRoles }
        Create { CreateRole, CreateServiceLinkedRole }
        Write { DetachRolePolicy, PutRolePolicy, UpdateAssumeRolePolicy }
        Attach { AttachRolePolicy }
        Pass { PassRole }
        Tag { TagRole }
        Delete { DeleteRole, DeleteRolePolicy };
    /// Actions of AWS Lambda.
    Lambda "lambda":
        Read { GetAlias, GetFunction, GetPolicy, ListAliases, ListFunctions, ListTags }
        Create { CreateAlias, CreateFunction }
        Write { PublishVersion, UpdateAlias, UpdateFunctionCode, UpdateFunctionConfiguration }
        Invoke { InvokeFunction }
        Permit { AddPermission, RemovePermission }
        Tag { TagResource }
        Delete { DeleteFunction };
    /// Actions of Amazon CloudWatch Logs, which Amazon Connect takes with the caller's rights.
    Logs "logs":
        Create { CreateLogGroup };
    /// Actions of AWS Security Token Service.
    Sts "sts":
        Assume { AssumeRole };
}

impl Action {
    /// Finds an action by its name with the service's prefix, such as `lambda:GetPolicy`.
    pub fn find(text: &str) -> Option<Self> {
        let (prefix, name) = text.split_once(':')?;
        Self::ALL.iter().find(|action| (action.prefix(), action.name()) == (prefix, name)).copied()
    }

    /// Whether it changes nothing.
    pub fn is_read(self) -> bool {
        self.does() == Does::Read
    }
}

impl Ord for Action {
    /// As their names are ordered.
    fn cmp(&self, other: &Self) -> Ordering {
        (self.prefix(), self.name()).cmp(&(other.prefix(), other.name()))
    }
}

impl PartialOrd for Action {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.prefix(), self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_found_by_its_name_and_ordered_by_it() {
        let mut sorted = Action::ALL.to_vec();
        sorted.sort();
        let mut names: Vec<String> = Action::ALL.iter().map(ToString::to_string).collect();
        names.sort();
        assert_eq!(sorted.iter().map(ToString::to_string).collect::<Vec<_>>(), names);
        for action in Action::ALL {
            assert_eq!(Action::find(&action.to_string()), Some(*action));
        }
        assert_eq!(Action::find("lambda:PassRole"), None);
    }

    /// The Service Authorization Reference names by these verbs what it lists with the access level Read or List.
    #[test]
    fn what_reads_is_named_so() {
        for action in Action::ALL {
            let verbs = ["Get", "List", "Describe", "Search", "Check"];
            assert_eq!(
                action.is_read(),
                verbs.iter().any(|verb| action.name().starts_with(verb)),
                "{action}"
            );
        }
    }
}
