//! Who calls: the caller's own identity, or a role that the manifest assumes in an account.

use std::fmt;

use crate::resource::AccountId;

/// Somebody to whom a policy is attached.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Identity {
    /// Whoever runs flowbind, in no account that the manifest uses without a role: it only assumes roles.
    Caller,
    /// Whoever runs flowbind, in this account.
    CallerIn(AccountId),
    /// A role that flowbind assumes for calls to the account.
    Role {
        /// Its ARN.
        arn: String,
        /// The account.
        account: AccountId,
    },
}

impl Identity {
    /// The account whose resources the policy is about, if it is about any.
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Caller => None,
            Self::CallerIn(account) | Self::Role { account, .. } => Some(account),
        }
    }

    /// The ARN of the role that is assumed, if one is.
    pub fn role(&self) -> Option<&str> {
        match self {
            Self::Role { arn, .. } => Some(arn),
            Self::Caller | Self::CallerIn(_) => None,
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caller => f.write_str("caller"),
            Self::CallerIn(account) => write!(f, "caller in {account}"),
            Self::Role { arn, .. } => f.write_str(arn),
        }
    }
}
