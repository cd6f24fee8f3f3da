//! Plans the removal of what is orphaned: what the set owns and the manifest does not name any more.
//!
//! Nothing is removed that something else still names, nor on an instance of which not every flow and module, drafts
//! too, could be read. What the set does not own is never touched.

mod bindings;
mod contents;
mod functions;
mod roles;

use std::collections::BTreeMap;

use crate::manifest::Manifest;
use crate::plan::planner::builder::PlanBuilder;
use crate::resource::{Address, Code, Kind, Label, Place, Problem};
use crate::snapshot::Snapshot;
use contents::Contents;

pub(crate) use contents::logical;

/// Adds deletions to a draft; says how much goes where that is so much that somebody has to insist.
pub(super) fn plan(desired: &Manifest, observed: &Snapshot, builder: &mut PlanBuilder) -> Option<String> {
    let seen = observed.removal.as_ref()?;
    let mut deletions = DeletionCounts::default();
    let mut contents = Contents::new(desired, observed, builder);
    for instance in &contents.unreadable {
        let address = Address::new(Kind::Instance, instance);
        let message =
            format!("some flows or modules of {address} could not be read: nothing of it is removed");
        let hint = "fix what could not be read, then run again.";
        builder.problems.push(Problem::held(Code::CannotTell, message).on(&address).hint(hint));
    }
    contents.plan(builder, &mut deletions);
    let disassociations = bindings::plan(desired, observed, seen, &contents, builder, &mut deletions);
    functions::plan(desired, seen, &contents, &disassociations, builder, &mut deletions);
    roles::plan(desired, seen, builder, &mut deletions);
    for action in &mut builder.actions {
        action.after.sort();
        action.after.dedup();
    }
    deletions.verdict()
}

/// A share of a kind that may go without anybody insisting: three in ten.
const SHARE: (usize, usize) = (3, 10);
/// One is always a small matter.
const AT_LEAST: usize = 2;

/// How many of each kind the set owns, and how many of them go.
#[derive(Debug, Default)]
struct DeletionCounts(BTreeMap<Kind, (usize, usize)>);

impl DeletionCounts {
    fn own(&mut self, kind: Kind) {
        self.0.entry(kind).or_default().0 += 1;
    }

    fn delete(&mut self, kind: Kind) {
        self.0.entry(kind).or_default().1 += 1;
    }

    fn verdict(&self) -> Option<String> {
        let much = self
            .0
            .iter()
            .filter(|(_, (owned, deleted))| *deleted >= AT_LEAST && deleted * SHARE.1 > owned * SHARE.0);
        let words: Vec<String> =
            much.map(|(kind, (owned, deleted))| format!("{deleted} of {owned} {kind}s")).collect();
        let (last, rest) = words.split_last()?;
        let rest = if rest.is_empty() { String::new() } else { format!("{} and ", rest.join(", ")) };
        Some(format!("{rest}{last} that the set owns would be deleted"))
    }
}

/// Addresses what the set made and does not declare: by the logical name that its tag holds, or by its name on AWS where
/// the logical name is declared for something else or stands for another deletion.
fn orphan(
    (kind, logical, name): (Kind, &str, &str),
    declared: impl Fn(&Label) -> bool,
    builder: &PlanBuilder,
) -> Option<Address> {
    let names = [Label::parse(logical).ok(), label(name)].into_iter().flatten();
    let mut addresses = names.filter(|label| !declared(label)).map(|label| Address::new(kind, &label));
    addresses.find(|address| builder.actions.iter().all(|action| action.id.address != *address))
}

/// Creates a logical name of a name of AWS's, for what the manifest has no name for.
pub(crate) fn label(text: &str) -> Option<Label> {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let text: String = text.chars().take(63).map(plain).collect();
    Label::parse(text.trim_matches('-')).ok()
}

/// Addresses a statement for all instances of an account in a Region, by a name that stands for them.
pub(crate) fn account_address(place: &Place, function: &Label) -> Option<Address> {
    let every = label(&format!("every-{}-{}", place.region, place.account))?;
    Some(Address::between(Kind::Grant, &every, function))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_three_in_ten_and_at_least_two_need_somebody_to_insist() {
        for (owned, deleted, much) in [
            (1, 1, false),
            (2, 1, false),
            (3, 2, true),
            (6, 2, true),
            (7, 2, false),
            (10, 3, false),
            (10, 4, true),
        ] {
            let mut deletions = DeletionCounts::default();
            (0..owned).for_each(|_| deletions.own(Kind::Flow));
            (0..deleted).for_each(|_| deletions.delete(Kind::Flow));
            assert_eq!(deletions.verdict().is_some(), much, "{deleted} of {owned}");
        }
    }

    #[test]
    fn names_of_aws_become_logical_names() {
        assert_eq!(label("Crm_Lookup").map(|l| l.to_string()).as_deref(), Some("crm-lookup"));
        assert_eq!(label("_x_").map(|l| l.to_string()).as_deref(), Some("x"));
        assert_eq!(label("__"), None);
    }
}
