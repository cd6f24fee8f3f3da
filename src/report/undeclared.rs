//! What a plan saw beside the declared resources, in words.

use super::several::{cut, of};
use crate::plan::Undeclared;
use crate::resource::Kind;

/// Says how many resources are orphaned, and what deletes them.
pub(super) fn orphaned(undeclared: &Undeclared) -> Option<String> {
    let count = undeclared.orphans.len();
    let what = match count {
        0 => return None,
        1 => "1 resource that this set created is no longer declared".to_owned(),
        n => format!("{n} resources that this set created are no longer declared"),
    };
    let which = cut(undeclared.orphans.iter().map(ToString::to_string));
    Some(format!("Orphaned: {what} ({which}). `flowbind plan --prune` shows what would be deleted."))
}

/// Says how many resources may be orphaned, and what looks.
pub(super) fn unchecked(undeclared: &Undeclared) -> Option<String> {
    let words = undeclared.unchecked.iter().map(|(kind, count)| match kind {
        Kind::Function => of(*count, "associated function"),
        kind => of(*count, kind.word()),
    });
    let words: Vec<String> = words.collect();
    let (last, rest) = words.split_last()?;
    let all = if rest.is_empty() { last.clone() } else { format!("{} and {last}", rest.join(", ")) };
    let one = undeclared.unchecked.values().sum::<usize>() == 1;
    let (are, them) = if one { ("is", "it") } else { ("are", "them") };
    Some(format!(
        "Not checked: {all} {are} not declared; `flowbind plan --prune` checks whether this set created {them}."
    ))
}
