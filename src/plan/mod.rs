//! Plans: what would be done to make AWS agree with the manifest, and why.
//!
//! `model` is what a plan is; `facts` what follows from a manifest and a snapshot alone; `planner` makes a plan of them;
//! `schedule` counts its calls and their time; `evidence` is what is saved of it; `review` is what is asked about it before
//! it is carried out, and `recheck` right before each write. `rollback` plans kept contents back.
//!
//! Pure: `plan(&Manifest, &Snapshot) -> Plan` reads no clock, no file and no network, and gives the same bytes for the
//! same input. A plan is data; the executor has no choice left to make.

mod evidence;
mod facts;
mod model;
mod outline;
mod planner;
mod reasons;
mod recheck;
mod review;
mod rollback;
mod schedule;

pub use evidence::fingerprint::fingerprints;
pub use evidence::record::{ActionEvidence, Evidence, Moved, checksum, checksum_of};
#[cfg(feature = "aws")]
pub(crate) use facts::differences::differences;
pub use facts::editing::editing;
pub use facts::identity;
#[cfg(feature = "aws")]
pub(crate) use facts::ownership::Owner;
pub use facts::ownership::{ADOPTED_TAG, APPLIED_TAG, OWNER_TAG, REGION_TAG, owner_tag};
pub use facts::reach::{LookReads, Reach};
pub use facts::reads::{Read, Reads, drift_reads, reads};
pub use facts::removal_reads::{RemovalReads, removal_reads};
pub(crate) use facts::roles::managed;
#[cfg(test)]
pub(crate) use model::samples;
pub use model::{
    ABSENT, Action, ActionId, ApplyReport, AsideSpec, AssociationSpec, AttributesSpec, Callers, Cause,
    Counts, Disassociation, FailedCall, Failure, FieldChange, FieldPath, FlowMetadataSpec, FlowRemoval,
    FlowSpec, FunctionRemoval, FunctionSpec, GrantSpec, Guard, InstanceSpec, KeptFlow, KeptGrant, LateText,
    LateTextError, LiveFlow, Made, Outcome, Outline, Outlined, OwnStatement, Partial, Plan, PolicySeen,
    Purpose, Removal, RoleRemoval, RoleSpec, StatementRemoval, Step, TagTarget, TagsSpec, Undeclared, Verb,
    Withheld, Write,
};
pub use planner::claims::settle_rivals;
pub use planner::flows::stub_of;
pub use planner::policy_size::check_policy_sizes;
pub(crate) use planner::removal::{account_address, label, logical};
pub use planner::{audited, plan, plan_pruned};
pub use recheck::relied_on::{caller, function_added, referrer};
pub use recheck::standing::{
    Rests, Standing, about_is, function_changed, owner_changed, role_changed, standing,
};
pub use review::begin::{NotBegun, all_may_begin, may_begin};
pub use review::extent::Extent;
pub use review::only::{addresses, chosen};
pub use review::order_check::order_fault;
pub use review::verdict::{ApplyVerdict, PlanVerdict};
pub use rollback::{kept_forecast, plan_rollback};
pub use schedule::apply::{CALLERS_LAST, Calls, apply_calls, apply_ends, apply_schedule};
pub use schedule::buckets::{ARRIVAL, Buckets};
pub use schedule::chains::describes;
pub use schedule::look::Forecast;
pub use schedule::pace::Pace;
pub use schedule::queue::Queue;
pub use schedule::task::Schedule;
pub use schedule::wave::Wave;
