//! One write of a plan: its name, why it is made, and what comes before it.

use super::binding::GrantSpec;
use super::cause::Cause;
use super::guard::Guard;
use super::write::{Step, Write};
use crate::resource::Address;

/// Names an action within a plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActionId {
    /// The resource.
    pub address: Address,
    /// Which of the writes to it.
    pub step: Step,
}

/// One write, why it is made, and what must have happened before.
#[derive(Debug, Clone)]
pub struct Action {
    /// Its name.
    pub id: ActionId,
    /// What it does; its name says which of the writes to the resource it is.
    write: Write,
    /// Why, in words for the user.
    pub reason: String,
    /// Which side changed, so that it has to be made.
    pub cause: Cause,
    /// Actions that must have succeeded before.
    pub after: Vec<ActionId>,
    /// Set where somebody has to allow it by name.
    pub guard: Option<Guard>,
}

/// A difference that is seen and not written: a problem of the same address says why.
#[derive(Debug, Clone)]
pub struct Withheld {
    /// The resource.
    pub address: Address,
    /// What would be written.
    pub write: Write,
    /// How it differs, in words for the user.
    pub reason: String,
    /// Which side changed.
    pub cause: Cause,
}

impl Action {
    /// Creates an action, whose name follows from what it writes.
    pub fn new(
        address: Address,
        write: Write,
        (cause, reason): (Cause, String),
        after: Vec<ActionId>,
        guard: Option<Guard>,
    ) -> Self {
        let id = ActionId { address, step: write.step() };
        Self { id, write, reason, cause, after, guard }
    }

    /// What it does.
    pub fn write(&self) -> &Write {
        &self.write
    }

    /// The statement that it writes, to be changed while the plan is put together.
    pub(in crate::plan) fn grant_mut(&mut self) -> Option<&mut GrantSpec> {
        let Write::Grant(spec) = &mut self.write else { return None };
        Some(spec)
    }

    /// What a checksum covers: all but what is said in words.
    pub(in crate::plan) fn checked(&self) -> (&ActionId, &Write, &[ActionId], Option<&Guard>) {
        let Self { id, write, reason: _, cause: _, after, guard } = self;
        (id, write, after, guard.as_ref())
    }

    /// The difference alone, where the action is not to be taken.
    pub(in crate::plan) fn withheld(self) -> Withheld {
        let Self { id, write, reason, cause, after: _, guard: _ } = self;
        Withheld { address: id.address, write, reason, cause }
    }
}
