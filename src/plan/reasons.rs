//! The words of the most common reasons, and what a reason says beyond them: where a new permission stands under the
//! flow that calls the function, that it is missing and who calls it need not be said again.

use crate::plan::model::{Action, Write};
use crate::resource::{Address, FunctionRef, Kind, said_of};

/// An association is missing.
pub(super) fn not_associated(function: &FunctionRef) -> String {
    format!("{} is not associated with the instance", function.name)
}

/// A statement is missing.
pub(super) fn not_allowed(function: &FunctionRef) -> String {
    format!("the policy of {function} does not let the instance call it")
}

/// Who needs a function.
pub(super) fn needed_by(user: &Address) -> String {
    match user.kind {
        Kind::Instance => format!("{user} lists it"),
        _ => format!("{user} calls it"),
    }
}

/// Something is not written before something else is, and why that is not.
pub(super) fn waits(who: &Address, of: &Address, why: &str) -> String {
    match said_of(&of.to_string(), why) {
        (" ", said) => format!("{who} waits for {of}, which {said}"),
        (parts, said) => format!("{who} waits for {of}{parts}{said}"),
    }
}

impl Action {
    /// Says what the reason of an association or a permission adds to that it is missing and that `users` need it.
    pub fn further_reason(&self, users: &[&Address]) -> Option<&str> {
        let reason = self.reason.as_str();
        let missing = match self.write() {
            Write::Association(spec) => Some(not_associated(&spec.function)),
            Write::Grant(spec) if !spec.replaces => Some(not_allowed(&spec.grant.function)),
            Write::Grant(_)
            | Write::Role(_)
            | Write::Function(_)
            | Write::Stub(_)
            | Write::Flow(_)
            | Write::Aside(_)
            | Write::Metadata(_)
            | Write::Archive(_)
            | Write::Tags(_)
            | Write::Attributes(_)
            | Write::Instance(_)
            | Write::Removal(_) => None,
        };
        let rest = missing.and_then(|missing| reason.strip_prefix(missing.as_str())).unwrap_or(reason);
        let rest = users.iter().fold(rest, |rest, user| {
            let need = needed_by(user);
            let rest = rest.strip_prefix(&format!("; {need}")).unwrap_or(rest);
            rest.strip_prefix(need.as_str())
                .or_else(|| rest.strip_suffix(&format!("; {need}")))
                .unwrap_or(rest)
        });
        let rest = rest.trim_start_matches("; ");
        (!rest.is_empty()).then_some(rest)
    }
}
