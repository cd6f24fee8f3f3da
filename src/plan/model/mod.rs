//! What a plan is, as data: its actions, what each of them writes and why, and what became of them. Nothing is decided
//! here.

mod action;
mod binding;
mod cause;
mod counts;
mod field;
mod flow;
mod function;
mod guard;
mod instance;
mod kept;
mod outcome;
mod outline;
mod plan;
mod policy;
mod removal;
mod tags;
mod text;
mod undeclared;
mod write;

pub use action::{Action, ActionId, Withheld};
pub use binding::{AssociationSpec, GrantSpec};
pub use cause::Cause;
pub use counts::Counts;
pub use field::{FieldChange, FieldPath};
pub use flow::{AsideSpec, FlowMetadataSpec, FlowSpec};
pub use function::{FunctionSpec, RoleSpec};
pub use guard::Guard;
pub use instance::{AttributesSpec, InstanceSpec};
pub use kept::{KeptFlow, LiveFlow};
pub use outcome::{ApplyReport, FailedCall, Failure, Outcome};
pub use outline::{Outline, Outlined};
pub use plan::{ABSENT, Partial, Plan, Purpose};
pub use policy::PolicySeen;
pub use removal::{
    Callers, Disassociation, FlowRemoval, FunctionRemoval, KeptGrant, OwnStatement, Removal, RoleRemoval,
    StatementRemoval,
};
pub(in crate::plan) use tags::kind_of_arn;
pub use tags::{TagTarget, TagsSpec};
pub(in crate::plan) use text::{Kept, Pending, pick, renamed};
pub use text::{LateText, LateTextError, Made};
pub use undeclared::Undeclared;
#[cfg(test)]
pub(crate) use write::samples;
pub use write::{Step, Verb, Write};
