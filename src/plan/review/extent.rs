//! How far a plan reaches: what of it may be written, where, and whether something is overwritten.

use std::collections::BTreeSet;

use crate::plan::model::{Action, ActionId, FieldPath, Plan, Removal, Write};
use crate::resource::{Address, Place};

/// What of a plan would be written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extent {
    /// The resources that are created or changed.
    pub written: usize,
    /// The resources that are deleted.
    pub deleted: usize,
    /// Where it writes.
    pub places: BTreeSet<Place>,
}

impl Plan {
    /// The same plan without the guards that are lifted: what is left to be allowed.
    #[must_use]
    pub fn lifted(&self, allowed: &BTreeSet<Address>) -> Self {
        let mut plan = self.clone();
        for action in &mut plan.actions {
            action.guard.take_if(|guard| guard.missing(allowed).is_none());
        }
        plan
    }

    /// Says what would be written if these addresses are allowed by name: what guards protect is left out, and what
    /// waits for that.
    pub fn extent(&self, allowed: &BTreeSet<Address>) -> Extent {
        let refused = self.refused(allowed);
        let mut changes: BTreeSet<(&Address, bool)> = BTreeSet::new();
        let mut extent = Extent::default();
        for action in self.actions.iter().filter(|action| !refused.contains(&action.id)) {
            changes.insert((&action.id.address, action.write().is_deletion()));
            extent.places.insert(action.write().place().clone());
        }
        extent.deleted = changes.iter().filter(|(_, deleted)| *deleted).count();
        extent.written = changes.len() - extent.deleted;
        extent
    }

    /// Returns the plan with those actions alone that are carried out if these addresses are allowed by name, to count
    /// their calls.
    #[must_use]
    pub fn carried_out(&self, allowed: &BTreeSet<Address>) -> Self {
        let refused = self.refused(allowed);
        let mut plan = self.clone();
        plan.actions.retain(|action| !refused.contains(&action.id));
        plan
    }

    /// The actions that a guard keeps from being carried out, and those that wait for one of them.
    fn refused(&self, allowed: &BTreeSet<Address>) -> BTreeSet<&ActionId> {
        let guarded = |action: &&Action| action.guard.as_ref().is_some_and(|g| g.missing(allowed).is_some());
        let mut refused: BTreeSet<&ActionId> = self.actions.iter().filter(guarded).map(|a| &a.id).collect();
        loop {
            let waits = |action: &&Action| action.after.iter().any(|needed| refused.contains(needed));
            let more: Vec<&ActionId> = self.actions.iter().filter(waits).map(|action| &action.id).collect();
            let before = refused.len();
            refused.extend(more);
            if refused.len() == before {
                return refused;
            }
        }
    }

    /// Whether it overwrites or deletes something that has to be kept first, if these addresses are allowed by name.
    pub fn overwrites(&self, allowed: &BTreeSet<Address>) -> bool {
        let refused = self.refused(allowed);
        let written = self.actions.iter().filter(|action| !refused.contains(&action.id));
        written.map(|action| action.write()).any(|write| match write {
            Write::Removal(Removal::Flow(_) | Removal::Function(_))
            | Write::Aside(_)
            | Write::Metadata(_)
            | Write::Archive(_) => true,
            Write::Stub(spec) | Write::Flow(spec) => spec.before.is_some(),
            Write::Function(spec) => {
                spec.before.is_some()
                    && spec.fields.iter().any(|field| !matches!(field.path, FieldPath::Publish(_)))
            }
            Write::Removal(Removal::Association(_) | Removal::Statements(_) | Removal::Role(_))
            | Write::Role(_)
            | Write::Association(_)
            | Write::Grant(_)
            | Write::Tags(_)
            | Write::Attributes(_)
            | Write::Instance(_) => false,
        })
    }
}
