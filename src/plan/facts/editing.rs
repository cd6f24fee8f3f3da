//! Whether somebody is editing a flow or module: its draft is newer than what is published, and different.

use crate::flow::FlowText;
use crate::resource::{FlowType, Kind};
use crate::snapshot::FlowSeen;

/// Whether a draft is newer than what is published, and different.
pub fn editing(seen: &FlowSeen) -> bool {
    match seen.published.as_ref().map(|published| published.text.document()) {
        Some(Ok(_)) => is_editing(seen),
        // What cannot be read cannot be compared.
        Some(Err(_)) => seen.draft.as_ref().map(|d| &d.text) != seen.published.as_ref().map(|p| &p.text),
        None => false,
    }
}

/// The text of a draft that somebody is editing: a write destroys it.
pub(in crate::plan) fn newer_draft(seen: &FlowSeen) -> Option<FlowText> {
    seen.draft.as_ref().filter(|_| editing(seen)).map(|draft| draft.text.clone())
}

/// The same, where what is published can be read. Where the service gives no time the draft counts: the safe
/// reading of U6 (what a write does to a pending draft is unknown).
pub(in crate::plan) fn is_editing(seen: &FlowSeen) -> bool {
    let (Some(draft), Some(live)) = (&seen.draft, &seen.published) else { return false };
    let differs = !draft.text.means(&live.text);
    let older = match (draft.modified_ms, live.modified_ms) {
        (Some(draft), Some(published)) => draft <= published,
        _ => false,
    };
    differs && !older
}

/// Whether it is a flow or a module.
pub(in crate::plan) fn kind(seen: &FlowSeen) -> Kind {
    if seen.summary.kind == Some(FlowType::Module) { Kind::Module } else { Kind::Flow }
}
