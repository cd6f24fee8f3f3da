//! Everything the embedded AWS holds, as plain data: what the state file contains.
//!
//! Whatever can grow lies in maps whose copies share their entries: a copy of the state costs nothing.

pub(crate) mod arn;
pub(crate) mod associations;
pub(crate) mod changes;
pub(crate) mod clock;
pub(crate) mod history;
pub(crate) mod ids;
pub(crate) mod new_instance;
pub(crate) mod shared;
pub(crate) mod world;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map as Members, Value};

use self::associations::Associations;
use self::shared::{Keyed, Map, Set, Table};

/// The version of the state file that this code reads and writes.
pub(crate) const FORMAT: &str = "flowbind.emulator/v1";

/// All accounts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    /// What worlds have brought, so that none is brought twice.
    #[serde(default)]
    pub(crate) seeded: Set<String>,
    /// Names the format of the file.
    pub(crate) format: String,
    /// The account that an access key without an account id belongs to.
    pub(crate) default_account: String,
    /// Counts everything that needed a new id; ids are digests of it.
    pub(crate) counter: u64,
    /// When the last write was; each write is later than the one before, however fast they come.
    pub(crate) last_write: u64,
    /// Regional content, by account and Region.
    pub(crate) regions: Map<String, Map<String, Region>>,
    /// Roles by account and name.
    pub(crate) roles: Map<String, Table<Role>>,
    /// Sessions of AssumeRole: access key to the assumed role's ARN.
    pub(crate) sessions: Map<String, String>,
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
    pub(crate) fn region(&self, account: &str, region: &str) -> Option<&Region> {
        self.regions.get(account)?.get(region)
    }

    /// Returns what a Region of an account holds, made when there is none.
    pub(crate) fn region_mut(&mut self, account: &str, region: &str) -> &mut Region {
        self.regions.or_default(&account.to_owned()).or_default(&region.to_owned())
    }

    /// Returns a function, wherever it is.
    pub(crate) fn function(&self, account: &str, region: &str, name: &str) -> Option<&Function> {
        self.region(account, region)?.functions.get(name)
    }

    /// Returns a function for writing.
    pub(crate) fn function_mut(&mut self, account: &str, region: &str, name: &str) -> Option<&mut Function> {
        self.regions.get_mut(account)?.get_mut(region)?.functions.get_mut(name)
    }

    /// Returns the digests of all code.
    pub(crate) fn code_digests(&self) -> impl Iterator<Item = &str> {
        let regions = self.regions.iter().flat_map(|(_, regions)| regions.iter());
        let functions = regions.flat_map(|(_, region)| region.functions.iter());
        let versions = functions.flat_map(|(_, function)| {
            std::iter::once(&function.latest).chain(function.versions.iter().map(|(_, members)| members))
        });
        versions.filter_map(|members| members.get("CodeSha256")?.as_str())
    }

    /// Creates an id that no call before got, the same in every run of the same calls.
    pub(crate) fn next_id(&mut self, what: &str) -> String {
        self.counter += 1;
        ids::uuid(&[what, &self.counter.to_string()])
    }
}

/// One Region of one account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Region {
    /// Connect instances by id.
    pub(crate) instances: Table<Instance>,
    /// Lambda functions by name.
    pub(crate) functions: Map<String, Function>,
    /// How many instances were created or deleted, ever.
    pub(crate) instance_churn: u64,
}

/// A Connect instance.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Instance {
    pub(crate) alias: Option<String>,
    pub(crate) identity: String,
    /// Milliseconds since the epoch, as every time in the state.
    pub(crate) created: u64,
    /// When CREATION_IN_PROGRESS ends.
    pub(crate) ready_at: u64,
    /// Why the creation failed.
    pub(crate) failure: Option<String>,
    /// By AttributeType, all of them.
    pub(crate) attributes: BTreeMap<String, String>,
    /// In the order they were made.
    pub(crate) associations: Associations,
    pub(crate) flows: Table<Flow>,
    pub(crate) modules: Table<Flow>,
    /// Names of queues by id; prompts and hours alike.
    pub(crate) queues: Table<String>,
    pub(crate) prompts: Table<String>,
    pub(crate) hours: Table<String>,
    pub(crate) tags: BTreeMap<String, String>,
    /// The ClientToken that made the instance.
    pub(crate) token: Option<String>,
    /// Names of deleted flows, kept for the assumption that they stay taken.
    pub(crate) retired_names: Set<String>,
}

/// A contact flow, or a flow module. Its name and token do not change but through [`Table::change`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Flow {
    pub(crate) name: String,
    /// CONTACT_FLOW and so on; empty for a module.
    pub(crate) kind: String,
    pub(crate) description: String,
    pub(crate) archived: bool,
    /// What contacts run through; None until the first publish.
    pub(crate) published: Option<Content>,
    /// What the designer shows when it differs from the published content.
    pub(crate) draft: Option<Content>,
    pub(crate) tags: BTreeMap<String, String>,
    /// A module's Settings.
    pub(crate) settings: Option<String>,
    /// The ClientToken that made a module.
    pub(crate) token: Option<String>,
}

/// The text of a flow and when it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Content {
    pub(crate) text: String,
    pub(crate) modified: u64,
}

/// A Lambda function with its versions, aliases and policies.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Function {
    /// The members of `$LATEST` as GetFunctionConfiguration answers them, without those computed at reading.
    pub(crate) latest: Members<String, Value>,
    /// Published versions.
    pub(crate) versions: Map<u64, Members<String, Value>>,
    /// The number of the last version that was published, deleted ones too.
    pub(crate) last_version: u64,
    pub(crate) aliases: Map<String, Alias>,
    /// Policies by qualifier; the empty one is that of the unqualified function.
    pub(crate) policies: Map<String, Policy>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) reserved_concurrency: Option<u64>,
    /// Until when the function is Pending.
    pub(crate) active_at: u64,
    /// Until when LastUpdateStatus is InProgress.
    pub(crate) updated_at: u64,
}

/// An alias of a function.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Alias {
    pub(crate) version: String,
    pub(crate) description: String,
    /// Additional version weights.
    pub(crate) weights: BTreeMap<String, f64>,
    pub(crate) revision: String,
}

/// The resource policy of a function, version or alias.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Policy {
    pub(crate) revision: String,
    pub(crate) statements: Vec<Value>,
}

/// An IAM role. Its attached policies do not change but through [`Table::change`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Role {
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) created: u64,
    /// The trust policy as it was sent.
    pub(crate) trust: String,
    /// From when Lambda can assume the role, if the trust policy allows it.
    pub(crate) assumable_at: u64,
    pub(crate) description: Option<String>,
    pub(crate) max_session: u64,
    pub(crate) tags: BTreeMap<String, String>,
    /// ARNs of attached managed policies.
    pub(crate) attached: BTreeSet<String>,
    /// Inline policies by name.
    pub(crate) inline: BTreeMap<String, String>,
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
