//! Functions that flowbind makes and their roles, as they were seen. Values of environments stay hidden.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::resource::{Secret, hidden_digest, sha256};

/// The tag that names the owner: `<set>/<logical name>`.
pub const SET_TAG: &str = "flowbind/set";
/// The tag that names, in the same words, the set that adopted something which it did not make. It is no ownership: what is
/// adopted is recognised by it, and never removed.
pub const ADOPTED_TAG: &str = "flowbind/adopted";
/// The tag that holds the digest of what was last applied.
pub const APPLIED_TAG: &str = "flowbind/applied";
/// What that tag holds while something is being created, until all that belongs to it is written.
pub const UNFINISHED: &str = "unfinished";

/// The tag of a role that says in which Region the function is that it was created for: roles have no Region, and a later
/// run has to know where else to look before it deletes one.
pub const REGION_TAG: &str = "flowbind/region";
/// What that tag holds on an instance when all that belongs to its creation is written: its settings have no digest.
pub const CREATED: &str = "created";
/// The version of the digests; a change of it makes every tag stale, which only costs the reason of a difference.
const VERSION: &str = "flowbind.applied/v1";

/// A function as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionSeen {
    /// Its ARN, without a qualifier.
    pub arn: String,
    /// What `$LATEST` is.
    pub latest: FunctionConfiguration,
    /// Whether it can be written to.
    pub state: FunctionState,
    /// What a conditional write names (`RevisionId`).
    pub revision: String,
    /// Its tags; none if the caller may not read them, which is not the same as having none.
    pub tags: Option<BTreeMap<String, String>>,
    /// The alias that is published to; none where there is none, or nothing is published.
    pub alias: Option<AliasSeen>,
}

/// Code and configuration of a function or of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionConfiguration {
    /// The runtime; images have none.
    pub runtime: Option<String>,
    /// The handler; images have none.
    pub handler: Option<String>,
    /// The ARN of the execution role.
    pub role: String,
    /// The time limit in seconds.
    pub timeout: u32,
    /// The memory in MB.
    pub memory: u32,
    /// The description.
    pub description: String,
    /// The environment variables; none if the service could not decrypt them for this caller.
    pub environment: Option<BTreeMap<String, Secret>>,
    /// The SHA-256 of the package in Base64 (`CodeSha256`).
    pub code: String,
}

/// Whether a function can be written to ("Lambda function states").
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FunctionState {
    /// It can.
    Ready,
    /// It is being created or updated.
    Busy,
    /// It is a container image: no package can become its code.
    Image,
    /// Creating it failed.
    Failed(String),
    /// The last update of it failed.
    UpdateFailed(String),
}

/// An alias as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasSeen {
    /// The version that it points at.
    pub version: String,
    /// Its description, where flowbind notes what it published.
    pub description: String,
    /// The versions that get a share of the calls beside it (`RoutingConfig`).
    pub weighted: BTreeSet<String>,
    /// What a conditional write names.
    pub revision: String,
    /// What the version is; not read where the description says that it is the same as `$LATEST`.
    pub behind: Option<FunctionConfiguration>,
}

/// A role as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleSeen {
    /// Its ARN.
    pub arn: String,
    /// Its policies.
    pub policies: RolePolicies,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// The policies of a role, documents in canonical form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RolePolicies {
    /// Who may assume it.
    pub trust: String,
    /// The ARNs of the managed policies attached.
    pub managed: BTreeSet<String>,
    /// The inline policies, by name.
    pub inline: BTreeMap<String, String>,
}

impl FunctionConfiguration {
    /// Returns the digest by which a change is noticed. `salt` is the function's ARN.
    pub fn digest(&self, salt: &str) -> String {
        let Self { runtime, handler, role, timeout, memory, description, environment, code } = self;
        let environment = environment.as_ref().map(|variables| {
            hidden_digest(salt, variables.iter().map(|(name, value)| (name.as_str(), value)))
        });
        short(&json!([VERSION, runtime, handler, role, timeout, memory, description, environment, code]))
    }
}

impl RolePolicies {
    /// Returns the digest by which a change is noticed.
    pub fn digest(&self) -> String {
        let Self { trust, managed, inline } = self;
        short(&json!([VERSION, trust, managed, inline]))
    }
}

fn short(value: &serde_json::Value) -> String {
    sha256(value.to_string())[..32].to_owned()
}

impl AliasSeen {
    /// What flowbind writes into an alias's description: what it published, and as which version.
    pub fn note(digest: &str, version: &str) -> String {
        format!("flowbind {digest} {version}")
    }

    /// Whether the alias still points at the version that flowbind made of this `$LATEST`.
    pub fn is_note_of(&self, digest: &str) -> bool {
        self.description == Self::note(digest, &self.version)
    }

    /// The version that flowbind pointed it at last.
    pub fn noted(&self) -> Option<&str> {
        let mut words = self.description.strip_prefix("flowbind ")?.split(' ');
        let (digest, version) = (words.next()?, words.next()?);
        (digest.len() == 32 && words.next().is_none()).then_some(version)
    }
}

impl FunctionSeen {
    /// Returns the digest of what it is now. It is slow on purpose, so that no value of the environment is guessed from it.
    pub fn digest(&self) -> String {
        self.latest.digest(&self.arn)
    }

    /// What is kept before the function is overwritten, as JSON text. Of the environment it holds the names alone.
    pub fn record(&self) -> String {
        let FunctionConfiguration { runtime, handler, role, timeout, memory, description, environment, code } =
            &self.latest;
        let names: Option<Vec<&String>> = environment.as_ref().map(|variables| variables.keys().collect());
        let alias = self.alias.as_ref().map(|alias| &alias.version);
        let record = json!({
            "format": "flowbind.function/v1",
            "arn": self.arn,
            "runtime": runtime,
            "handler": handler,
            "role": role,
            "timeout": timeout,
            "memory": memory,
            "description": description,
            "environment": names,
            "code": code,
            "version": alias,
        });
        format!("{record:#}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configuration() -> FunctionConfiguration {
        FunctionConfiguration {
            runtime: Some("nodejs22.x".to_owned()),
            handler: Some("index.handler".to_owned()),
            role: "arn:aws:iam::111122223333:role/r".to_owned(),
            timeout: 3,
            memory: 128,
            description: String::new(),
            environment: Some([("TABLE".to_owned(), Secret::new("canary"))].into()),
            code: "sha".to_owned(),
        }
    }

    #[test]
    fn the_digest_notices_every_field_and_the_salt() {
        let base = configuration();
        let mut others = vec![base.clone(); 8];
        others[0].runtime = None;
        others[1].handler = None;
        others[2].role.push('x');
        others[3].timeout = 4;
        others[4].memory = 129;
        others[5].description.push('x');
        others[6].environment = Some([("TABLE".to_owned(), Secret::new("canary2"))].into());
        others[7].code.push('x');
        let digests: BTreeSet<String> = others.iter().chain([&base]).map(|c| c.digest("arn")).collect();
        assert_eq!(digests.len(), 9);
        assert_ne!(base.digest("arn"), base.digest("other"));
    }

    #[test]
    fn a_note_is_read_back_and_a_description_of_somebody_else_is_none() {
        let digest = configuration().digest("arn");
        let mut alias = AliasSeen {
            version: "3".to_owned(),
            description: AliasSeen::note(&digest, "3"),
            weighted: BTreeSet::new(),
            revision: "r".to_owned(),
            behind: None,
        };
        assert!(alias.is_note_of(&digest) && alias.noted() == Some("3"));
        alias.version = "4".to_owned();
        assert!(!alias.is_note_of(&digest));
        alias.description = "flowbind is nice".to_owned();
        assert_eq!(alias.noted(), None);
    }

    #[test]
    fn the_record_and_debug_hold_no_value_of_the_environment() {
        let seen = FunctionSeen {
            arn: "arn".to_owned(),
            latest: configuration(),
            state: FunctionState::Ready,
            revision: "r".to_owned(),
            tags: None,
            alias: None,
        };
        let shown = format!("{seen:?}{}", seen.record());
        assert!(shown.contains("TABLE") && !shown.contains("canary"), "{shown}");
    }
}
