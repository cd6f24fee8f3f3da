//! The planner: what would be done to make AWS agree with the manifest, and why.
//!
//! Pure: `plan(&Manifest, &Snapshot) -> Plan` reads no clock, no file and no network, and gives the same bytes for the
//! same input. A plan is data; the executor has no choice left to make.

mod begin;
mod bindings;
mod buckets;
mod calls;
mod cause;
mod chains;
mod checksum;
mod claims;
mod counts;
mod draft;
mod editing;
mod empty;
mod evidence;
mod extent;
mod fields;
mod fingerprint;
mod floor;
mod flow_names;
mod flow_order;
mod flow_site;
mod flow_text;
mod flow_wanted;
mod flows;
mod functions;
mod guard;
pub mod identity;
mod instances;
mod look_calls;
mod namesake;
mod only;
mod order;
mod order_check;
mod outcome;
mod outline;
mod ownership;
mod policy_size;
mod queue;
mod quotas;
mod reads;
mod reasons;
mod relied_on;
mod removal;
mod roles;
mod rollback;
mod schedule;
mod standing;
mod step;
mod tags;
mod undeclared;
mod uses;
mod wave;

use std::collections::BTreeMap;

pub use begin::{NotBegun, may_begin};
pub use buckets::{ARRIVAL, Buckets};
pub use calls::{CALLERS_LAST, Calls, apply_calls, apply_ends, apply_schedule};
pub use cause::{Cause, Withheld};
pub use chains::describes;
pub use claims::settle_rivals;
pub use counts::Counts;
use draft::Draft;
pub use editing::editing;
pub use evidence::{ActionEvidence, Evidence, Moved, checksum, checksum_of};
pub use extent::Extent;
pub use fields::FieldChange;
#[cfg(feature = "aws")]
pub(crate) use fields::{CODE, differences};
pub use fingerprint::{ABSENT, fingerprints};
pub use flow_text::{LateText, LateTextError, Made};
pub use flows::stub_of;
pub use functions::FunctionSpec;
pub use guard::Guard;
pub use instances::InstanceSpec;
pub use look_calls::Forecast;
pub use only::{Partial, addresses, chosen};
pub use order_check::order_fault;
pub use outcome::{ApplyReport, Outcome};
pub use outline::{Outline, Outlined};
pub(crate) use ownership::Owner;
pub use ownership::{ADOPTED_TAG, APPLIED_TAG, OWNER_TAG, REGION_TAG, owner_tag};
pub use policy_size::{PolicySeen, check_policy_sizes};
pub use queue::Queue;
pub use reads::{Read, Reads, drift_reads, reads};
pub use relied_on::{caller, function_added, referrer};
pub use removal::{
    Callers, Disassociation, FlowRemoval, FunctionRemoval, KeptGrant, OwnStatement, Removal, RemovalReads,
    RoleRemoval, StatementRemoval, removal_reads,
};
pub(crate) use removal::{account_address, label, logical};
pub use roles::RoleSpec;
pub(crate) use roles::managed;
pub use rollback::{KeptFlow, LiveFlow, kept_forecast, plan_rollback};
pub use schedule::{Pace, Schedule};
pub use standing::{Rests, Standing, about_is, function_changed, owner_changed, role_changed, standing};
pub use step::{ActionId, Step};
pub use tags::{TagTarget, TagsSpec};
pub use undeclared::Undeclared;
pub use uses::flow_address;
pub(crate) use uses::{association_of, uses};
#[cfg(feature = "aws")]
pub(crate) use uses::{called, called_in};
pub use wave::Wave;

use crate::audit;
use crate::flow::compare::FlowDiff;
use crate::manifest::{Claim, Manifest, State, Status};
use crate::resource::{
    FlowType, FunctionRef, Grant, InstanceArn, Kind, Label, OwnSid, Problem, SetName, SidKind,
};
use crate::snapshot::{FlowSeen, Gap, Snapshot};

/// What would be done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The set that it is for.
    pub set: SetName,
    /// The manifest's digest.
    pub manifest: String,
    /// The actions, in the order of kinds and addresses; `after` gives the order of writing.
    pub actions: Vec<Action>,
    /// What is wrong between the manifest and AWS.
    pub problems: Vec<Problem>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// Differences that are seen and not written; problems say why.
    pub withheld: Vec<Withheld>,
    /// How many resources agree already.
    pub in_sync: usize,
    /// The policies that it may add to: see [`check_policy_sizes`].
    pub policies: BTreeMap<FunctionRef, PolicySeen>,
    /// What the set would write if it differed, in sync or not: see [`settle_rivals`].
    pub claims: Vec<Claim>,
    /// What it rests on, by address: see [`fingerprints`].
    pub fingerprints: BTreeMap<String, String>,
    /// Set where it is a part of what would be done ([`Plan::only`]).
    pub partial: Option<Partial>,
    /// Set where so much would be deleted that nothing at all is written unless somebody insists: says how much.
    pub force: Option<String>,
    /// What the look showed beside the declared resources, where nothing is deleted.
    pub undeclared: Undeclared,
    /// What its actions belong to, in the manifest's words.
    pub outline: Outline,
}

/// One write, why it is made, and what must have happened before.
#[derive(Debug, Clone)]
pub struct Action {
    /// Its name.
    pub id: ActionId,
    /// What it does.
    pub change: Change,
    /// Why, in words for the user.
    pub reason: String,
    /// Who moved, so that it has to be made.
    pub cause: Cause,
    /// Actions that must have succeeded before.
    pub after: Vec<ActionId>,
    /// Set where somebody has to allow it by name.
    pub guard: Option<Guard>,
}

/// What an action does to its resource.
#[derive(Debug, Clone)]
pub enum Change {
    /// Makes it.
    Create(Spec),
    /// Changes it.
    Update(Spec),
    /// Takes it away.
    Delete(Spec),
}

/// A write in full.
#[derive(Debug, Clone)]
pub enum Spec {
    /// Writes a role.
    Role(Box<RoleSpec>),
    /// Writes a function, its version and alias.
    Function(Box<FunctionSpec>),
    /// Puts a function into an instance's list.
    Association(AssociationSpec),
    /// Writes a statement.
    Grant(GrantSpec),
    /// Writes a flow or module.
    Flow(Box<FlowSpec>),
    /// Writes name, description and state of a flow or module.
    FlowMetadata(FlowMetadataSpec),
    /// Writes tags of something that agrees otherwise.
    Tags(TagsSpec),
    /// Sets an instance's settings.
    Attributes(AttributesSpec),
    /// Makes an instance.
    Instance(InstanceSpec),
    /// Takes away what is left over.
    Removal(Removal),
}

/// An association to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssociationSpec {
    /// The instance.
    pub instance: InstanceArn,
    /// The function, as the list is to hold it.
    pub function: FunctionRef,
}

/// A statement to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantSpec {
    /// What it allows.
    pub grant: Grant,
    /// The set that will own it.
    pub set: SetName,
    /// Which kind of Sid it gets: whether it marks the association as the set's.
    pub kind: SidKind,
    /// Other Sids of the set's own for the same call, and its own where that holds something else: they go when the
    /// statement is there.
    pub taken: Vec<String>,
    /// Whether it is written only where no statement of anybody's says the same by then: Amazon Connect may have written
    /// one with the association.
    pub only_if_missing: bool,
}

/// A flow or module to be written.
#[derive(Debug, Clone)]
pub struct FlowSpec {
    /// Flow or module, and its logical name.
    pub key: (Kind, Label),
    /// The instance.
    pub instance: InstanceArn,
    /// The instance's logical name.
    pub instance_name: Label,
    /// Its id; none for one that does not exist yet, or not before this run.
    pub id: Option<String>,
    /// Its ARN, where it exists.
    pub arn: Option<String>,
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: FlowType,
    /// Whether it is published, or saved only.
    pub status: Status,
    /// The description that a new one gets.
    pub description: Option<String>,
    /// The tags that it gets, but for the digest of what is applied; none where the set does not own it.
    pub tags: BTreeMap<String, String>,
    /// Whether a tag keeps the digest of what is applied, so that later somebody else's edit shows as theirs: of every
    /// whole content, adopted ones too.
    pub marked: bool,
    /// The content to be sent.
    pub content: LateText,
    /// The live content that is overwritten.
    pub before: Option<String>,
    /// The draft that is newer than what is published, and is overwritten too.
    pub draft: Option<String>,
    /// All that was seen of it: it is read again right before the write, and nothing is written when it differs.
    pub base: Option<Box<FlowSeen>>,
    /// How the two differ.
    pub diff: FlowDiff,
}

/// Name, description and state to be written; what is `None` stays.
#[derive(Debug, Clone)]
pub struct FlowMetadataSpec {
    /// Flow or module, and its logical name.
    pub key: (Kind, Label),
    /// The instance.
    pub instance: InstanceArn,
    /// The instance's logical name.
    pub instance_name: Label,
    /// Its id; none for one that this run makes.
    pub id: Option<String>,
    /// Its new name.
    pub name: Option<String>,
    /// The name that it gets in the end, where the new one is temporary.
    pub at_last: Option<String>,
    /// Its new description.
    pub description: Option<String>,
    /// Its new state.
    pub state: Option<State>,
    /// All that was seen of it: it is read again right before the write, and nothing is written when it differs.
    pub base: Option<Box<FlowSeen>>,
}

/// Settings of an instance to be set.
#[derive(Debug, Clone)]
pub struct AttributesSpec {
    /// The instance.
    pub instance: InstanceArn,
    /// The settings that differ, by their names in the API, with their new values.
    pub attributes: BTreeMap<String, bool>,
}

/// Plans.
pub fn plan(desired: &Manifest, observed: &Snapshot) -> Plan {
    finish(desired, observed, drafted(desired, observed, false))
}

/// Plans, and takes away what the set owns and the manifest does not name any more. Needs a snapshot that has looked
/// at all that [`removal_reads`] names: without it nothing is left over.
pub fn plan_pruned(desired: &Manifest, observed: &Snapshot) -> Plan {
    let mut draft = drafted(desired, observed, true);
    let force = removal::plan(desired, observed, &mut draft);
    flow_names::inherit(&mut draft);
    Plan { force, ..finish(desired, observed, draft) }
}

/// Adds to a plan what is wrong with what the manifest does not name, where every flow and function was read.
pub fn audited(mut plan: Plan, desired: &Manifest, observed: &Snapshot) -> Plan {
    plan.problems.extend(audit::unmanaged(desired, observed));
    sort(&mut plan.problems);
    plan
}

fn drafted(desired: &Manifest, observed: &Snapshot, prunes: bool) -> Draft {
    let mut draft = Draft { prunes, ..Draft::default() };
    instances::plan(desired, observed, &mut draft);
    roles::plan(desired, observed, &mut draft);
    functions::plan(desired, observed, &mut draft);
    bindings::plan(desired, observed, &mut draft);
    flows::plan(desired, observed, &mut draft);
    quotas::check(observed, &mut draft);
    draft.problems.extend(audit::live(desired, observed));
    draft
}

fn finish(desired: &Manifest, observed: &Snapshot, draft: Draft) -> Plan {
    let Draft { mut actions, mut problems, in_sync, withheld, .. } = draft;
    actions.sort_by(|a, b| a.id.cmp(&b.id));
    problems.extend(order_check::problem(&actions));
    sort(&mut problems);
    let mut gaps = observed.gaps.clone();
    gaps.sort();
    let (set, manifest) = (desired.set.clone(), desired.digest.clone());
    let fingerprints = fingerprints(desired, observed);
    let outline = Outline::of(desired, observed, &actions);
    let mut plan = Plan {
        set,
        manifest,
        actions,
        problems,
        gaps,
        withheld,
        in_sync,
        policies: policy_size::seen(desired, observed),
        claims: claims::claims(desired, observed),
        fingerprints,
        partial: None,
        force: None,
        undeclared: Undeclared::default(),
        outline,
    };
    check_policy_sizes(std::slice::from_mut(&mut plan));
    plan
}

fn sort(problems: &mut Vec<Problem>) {
    problems.sort_by(|a, b| {
        (a.severity, &a.origin, &a.address, &a.message).cmp(&(b.severity, &b.origin, &b.address, &b.message))
    });
    problems.dedup();
}

impl GrantSpec {
    /// The Sid that the statement gets.
    pub fn sid(&self) -> OwnSid {
        OwnSid { kind: self.kind, set: self.set.clone(), hash: self.grant.hash() }
    }
}

impl Change {
    /// Whether the resource goes.
    pub fn is_deletion(&self) -> bool {
        matches!(self, Self::Delete(_))
    }

    /// What is written.
    pub fn spec(&self) -> &Spec {
        match self {
            Self::Create(spec) | Self::Update(spec) | Self::Delete(spec) => spec,
        }
    }
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod schedule_laws;
#[cfg(test)]
mod set_laws;
