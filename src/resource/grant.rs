//! A grant: the one statement that lets one instance invoke one function by one qualifier.

use std::fmt;

use serde_json::{Value, json};

use super::arn::InstanceArn;
use super::digest::sha256;
use super::function::FunctionRef;
use super::name::{Place, SetName};

/// The principal that Amazon Connect calls functions as.
pub(super) const CONNECT: &str = "connect.amazonaws.com";
/// The action that a call needs.
pub(super) const INVOKE: &str = "lambda:InvokeFunction";

/// A permission for exactly one instance, or for all of an account in a Region, as `AddPermission` writes it from `SourceArn` and `SourceAccount`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// The function and the qualifier whose policy holds the statement.
    pub function: FunctionRef,
    /// The instance that may call, or the pattern of [`Grant::of_account`].
    pub instance: InstanceArn,
}

/// What stands for the id of an instance where every instance of the account and Region is meant.
const EVERY: &str = "*";

impl Grant {
    /// The grant for every instance of an account in a Region: its `SourceArn` is a pattern.
    pub fn of_account(function: FunctionRef, place: Place) -> Self {
        Self { function, instance: InstanceArn { place, id: EVERY.to_owned() } }
    }

    /// Whether it is for every instance of an account in a Region.
    pub fn is_of_account(&self) -> bool {
        self.instance.id == EVERY
    }

    /// Writes the statement with a Sid, in the form in which `GetPolicy` returns it.
    pub fn statement(&self, sid: &str) -> Value {
        json!({
            "Sid": sid,
            "Effect": "Allow",
            "Principal": { "Service": CONNECT },
            "Action": INVOKE,
            "Resource": self.function.arn().to_string(),
            "Condition": {
                "StringEquals": { "AWS:SourceAccount": self.instance.place.account.as_str() },
                "ArnLike": { "AWS:SourceArn": self.instance.to_string() },
            },
        })
    }

    /// Hashes the canonical statement: the first 16 hex digits of its SHA-256. Version 1 of the form; a change of
    /// it would orphan every Sid in the field.
    pub fn hash(&self) -> String {
        let canonical = format!(
            "v1\n{CONNECT}\n{INVOKE}\n{}\n{}\n{}\n",
            self.function.arn(),
            self.instance.place.account,
            self.instance
        );
        sha256(canonical)[..16].to_owned()
    }

    /// Hashes for the Sid that holds the statement while another one is replaced under its own Sid.
    pub fn interim_hash(&self) -> String {
        sha256(format!("interim\n{}", self.hash()))[..16].to_owned()
    }

    /// The bytes that the statement adds to a policy, the comma before it included.
    pub fn bytes(&self, sid: &str) -> usize {
        self.statement(sid).to_string().len() + 1
    }
}

/// What a Sid of flowbind's says about the association beside the grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SidKind {
    /// flowbind made the association too.
    WithAssociation,
    /// The association was there already, or none is wanted.
    GrantOnly,
}

/// A Sid that flowbind wrote: `flowbind_a_SET_HASH` or `flowbind_g_SET_HASH`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnSid {
    /// What it says about the association.
    pub kind: SidKind,
    /// The set that owns the statement.
    pub set: SetName,
    /// The hash of the statement.
    pub hash: String,
}

impl OwnSid {
    /// Reads a Sid; anything that is not of flowbind's form is somebody else's.
    pub fn parse(sid: &str) -> Option<Self> {
        let rest = sid.strip_prefix("flowbind_")?;
        let (kind, rest) = rest.split_once('_')?;
        let (set, hash) = rest.rsplit_once('_')?;
        let kind = match kind {
            "a" => SidKind::WithAssociation,
            "g" => SidKind::GrantOnly,
            _ => return None,
        };
        let hex = hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let set = SetName::parse(set).ok()?;
        hex.then(|| Self { kind, set, hash: hash.to_owned() })
    }
}

impl fmt::Display for OwnSid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            SidKind::WithAssociation => 'a',
            SidKind::GrantOnly => 'g',
        };
        write!(f, "flowbind_{kind}_{}_{}", self.set, self.hash)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::resource::name::{AccountId, Place, Region};

    pub(in crate::resource) fn grant(qualifier: Option<&str>) -> Grant {
        let place = Place {
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("eu-west-2").unwrap(),
        };
        Grant {
            function: FunctionRef {
                place: place.clone(),
                name: "crm".into(),
                qualifier: qualifier.map(str::to_owned),
            },
            instance: InstanceArn { place, id: "0f1e".into() },
        }
    }

    #[test]
    fn the_hash_is_the_published_one() {
        // The Sid is a public, versioned format: this value may never change.
        assert_eq!(grant(Some("live")).hash(), "a55a552276fe63d7");
        assert_ne!(grant(Some("live")).hash(), grant(None).hash());
    }

    #[test]
    fn own_sids_are_read_back_and_strangers_are_not() {
        let sid = OwnSid {
            kind: SidKind::WithAssociation,
            set: SetName::parse("acme-support").unwrap(),
            hash: grant(None).hash(),
        };
        assert_eq!(OwnSid::parse(&sid.to_string()), Some(sid));
        for foreign in
            ["connect-0f1e", "flowbind_x_a_0123456789abcdef", "flowbind_g_a_0123", "100", "flowbind_g_"]
        {
            assert_eq!(OwnSid::parse(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn the_longest_sid_fits_into_a_statement_id() {
        let set = SetName::parse(&"s".repeat(71)).unwrap();
        let sid = OwnSid { kind: SidKind::GrantOnly, set, hash: "0".repeat(16) };
        assert!(sid.to_string().len() <= 100);
    }
}
