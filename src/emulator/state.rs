//! Everything the embedded AWS holds, as plain data: what the state file contains.
//!
//! Whatever can grow lies in maps whose copies share their entries: a copy of the state costs nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map as Members, Value};

use super::associations::Associations;
use super::ids;
use super::shared::{Keyed, Map, Set, Table};

/// The version of the state file that this code reads and writes.
pub(super) const FORMAT: &str = "flowbind.emulator/v1";

/// All accounts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    /// What worlds have brought, so that none is brought twice.
    #[serde(default)]
    pub(super) seeded: Set<String>,
    /// Names the format of the file.
    pub(super) format: String,
    /// The account that an access key without an account id belongs to.
    pub(super) default_account: String,
    /// Counts everything that needed a new id; ids are digests of it.
    pub(super) counter: u64,
    /// When the last write was; each write is later than the one before, however fast they come.
    pub(super) last_write: u64,
    /// Regional content, by account and Region.
    pub(super) regions: Map<String, Map<String, Region>>,
    /// Roles by account and name.
    pub(super) roles: Map<String, Table<Role>>,
    /// Sessions of AssumeRole: access key to the assumed role's ARN.
    pub(super) sessions: Map<String, String>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            seeded: Set::default(),
            format: FORMAT.to_owned(),
            default_account: "000000000000".to_owned(),
            counter: 0,
            last_write: 0,
            regions: Map::default(),
            roles: Map::default(),
            sessions: Map::default(),
        }
    }
}

impl State {
    /// Returns what a Region of an account holds.
    pub(super) fn region(&self, account: &str, region: &str) -> Option<&Region> {
        self.regions.get(account)?.get(region)
    }

    /// Returns what a Region of an account holds, made when there is none.
    pub(super) fn region_mut(&mut self, account: &str, region: &str) -> &mut Region {
        self.regions.or_default(&account.to_owned()).or_default(&region.to_owned())
    }

    /// Returns a function, wherever it is.
    pub(super) fn function(&self, account: &str, region: &str, name: &str) -> Option<&Function> {
        self.region(account, region)?.functions.get(name)
    }

    /// Returns a function for writing.
    pub(super) fn function_mut(&mut self, account: &str, region: &str, name: &str) -> Option<&mut Function> {
        self.regions.get_mut(account)?.get_mut(region)?.functions.get_mut(name)
    }

    /// Makes an id that no call before got, the same in every run of the same calls.
    pub(super) fn next_id(&mut self, what: &str) -> String {
        self.counter += 1;
        ids::uuid(&[what, &self.counter.to_string()])
    }
}

/// One Region of one account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Region {
    /// Connect instances by id.
    pub(super) instances: Table<Instance>,
    /// Lambda functions by name.
    pub(super) functions: Map<String, Function>,
    /// How many instances were created or deleted, ever.
    pub(super) instance_churn: u64,
}

/// A Connect instance.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Instance {
    pub(super) alias: Option<String>,
    pub(super) identity: String,
    /// Milliseconds since the epoch, as every time in the state.
    pub(super) created: u64,
    /// When CREATION_IN_PROGRESS ends.
    pub(super) ready_at: u64,
    /// Why the creation failed.
    pub(super) failure: Option<String>,
    /// By AttributeType, all of them.
    pub(super) attributes: BTreeMap<String, String>,
    /// In the order they were made.
    pub(super) associations: Associations,
    pub(super) flows: Table<Flow>,
    pub(super) modules: Table<Flow>,
    /// Names of queues by id; prompts and hours alike.
    pub(super) queues: Table<String>,
    pub(super) prompts: Table<String>,
    pub(super) hours: Table<String>,
    pub(super) tags: BTreeMap<String, String>,
    /// The ClientToken that made the instance.
    pub(super) token: Option<String>,
    /// Names of deleted flows, kept for the assumption that they stay taken.
    pub(super) retired_names: Set<String>,
}

/// A contact flow, or a flow module. Its name and token do not change but through [`Table::change`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Flow {
    pub(super) name: String,
    /// CONTACT_FLOW and so on; empty for a module.
    pub(super) kind: String,
    pub(super) description: String,
    pub(super) archived: bool,
    /// What contacts run through; None until the first publish.
    pub(super) published: Option<Content>,
    /// What the designer shows when it differs from the published content.
    pub(super) draft: Option<Content>,
    pub(super) tags: BTreeMap<String, String>,
    /// A module's Settings.
    pub(super) settings: Option<String>,
    /// The ClientToken that made a module.
    pub(super) token: Option<String>,
}

/// The text of a flow and when it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Content {
    pub(super) text: String,
    pub(super) modified: u64,
}

/// A Lambda function with its versions, aliases and policies.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Function {
    /// The members of `$LATEST` as GetFunctionConfiguration answers them, without those computed at reading.
    pub(super) latest: Members<String, Value>,
    /// Published versions.
    pub(super) versions: Map<u64, Members<String, Value>>,
    /// The number of the last version that was published, deleted ones too.
    pub(super) last_version: u64,
    pub(super) aliases: Map<String, Alias>,
    /// Policies by qualifier; the empty one is that of the unqualified function.
    pub(super) policies: Map<String, Policy>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) reserved_concurrency: Option<u64>,
    /// Until when the function is Pending.
    pub(super) active_at: u64,
    /// Until when LastUpdateStatus is InProgress.
    pub(super) updated_at: u64,
}

/// An alias of a function.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Alias {
    pub(super) version: String,
    pub(super) description: String,
    /// Additional version weights.
    pub(super) weights: BTreeMap<String, f64>,
    pub(super) revision: String,
}

/// The resource policy of a function, version or alias.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Policy {
    pub(super) revision: String,
    pub(super) statements: Vec<Value>,
}

/// An IAM role. Its attached policies do not change but through [`Table::change`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Role {
    pub(super) path: String,
    pub(super) id: String,
    pub(super) created: u64,
    /// The trust policy as it was sent.
    pub(super) trust: String,
    /// From when Lambda can assume the role, if the trust policy allows it.
    pub(super) assumable_at: u64,
    pub(super) description: Option<String>,
    pub(super) max_session: u64,
    pub(super) tags: BTreeMap<String, String>,
    /// ARNs of attached managed policies.
    pub(super) attached: BTreeSet<String>,
    /// Inline policies by name.
    pub(super) inline: BTreeMap<String, String>,
}

impl Keyed for Instance {
    fn keys(&self) -> Vec<(&'static str, &str)> {
        keys(&[("alias", self.alias.as_deref()), ("token", self.token.as_deref())])
    }
}

impl Keyed for Flow {
    fn keys(&self) -> Vec<(&'static str, &str)> {
        keys(&[("name", Some(&self.name)), ("token", self.token.as_deref())])
    }
}

impl Keyed for Role {
    fn keys(&self) -> Vec<(&'static str, &str)> {
        self.attached.iter().map(|arn| ("attached", arn.as_str())).collect()
    }
}

/// The name of a queue, a prompt or hours.
impl Keyed for String {
    fn keys(&self) -> Vec<(&'static str, &str)> {
        vec![("name", self)]
    }
}

fn keys<'a>(keys: &[(&'static str, Option<&'a str>)]) -> Vec<(&'static str, &'a str)> {
    keys.iter().filter_map(|(kind, key)| Some((*kind, (*key)?))).collect()
}
