//! Lets differences pass that an ignore file names, for as long as it says.

use serde::Serialize;

use super::{Drift, DriftKind};
use crate::manifest::{Date, DriftIgnore};
use crate::resource::{Address, Code, Problem};

/// Why something is ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Ignored {
    /// The reason that the ignore file gives.
    pub reason: String,
    /// The last day on which it is ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub until: Option<Date>,
}

/// What people read for what documents of version 1 call `left-over`: an ignore file may say either.
pub(super) const ORPHANED: &str = "orphaned";

pub(super) fn mark_ignored(drifts: &mut [Drift], entries: &[DriftIgnore], today: Date) -> Vec<Problem> {
    let mut warnings = Vec::new();
    for entry in entries {
        let pattern = entry
            .kind
            .as_deref()
            .map_or_else(|| format!("`{}`", entry.address), |kind| format!("`{}` ({kind})", entry.address));
        if let Some(until) = entry.until.filter(|until| *until < today) {
            let message = format!("{pattern} was ignored until {until}; it is reported again");
            let hint = "remove the entry, or give it a later date if the reason still applies.";
            warnings.push(Problem::warning(Code::IgnoreExpired, message).at(&entry.origin).hint(hint));
            continue;
        }
        let mut matched = false;
        let ignored = Ignored { reason: entry.reason.clone(), until: entry.until };
        for drift in drifts.iter_mut() {
            for difference in &mut drift.differences {
                if covers(
                    entry,
                    &drift.set,
                    &difference.address,
                    Some(difference.kind),
                    difference.kind.name(),
                ) {
                    matched = true;
                    difference.ignored.get_or_insert_with(|| ignored.clone());
                }
            }
            for finding in &mut drift.findings {
                let Some(address) = &finding.problem.address else { continue };
                if covers(entry, &drift.set, address, None, finding.problem.code.as_str()) {
                    matched = true;
                    finding.ignored.get_or_insert_with(|| ignored.clone());
                }
            }
        }
        if !matched {
            let message = format!("{pattern} matches no drift");
            let hint = "remove the entry: it would hide the next change there.";
            warnings.push(Problem::warning(Code::IgnoreUnused, message).at(&entry.origin).hint(hint));
        }
    }
    warnings
}

/// What could not be told is ignored only by name: a gap must not look like agreement.
fn covers(
    entry: &DriftIgnore,
    set: &crate::resource::SetName,
    address: &Address,
    kind: Option<DriftKind>,
    name: &str,
) -> bool {
    let kind_fits = match &entry.kind {
        Some(wanted) => wanted == name || (kind == Some(DriftKind::LeftOver) && wanted == ORPHANED),
        None => kind != Some(DriftKind::CouldNotTell),
    };
    let text = address.to_string();
    kind_fits && (matches(&entry.address, &text) || matches(&entry.address, &format!("{set}:{text}")))
}

/// Matches `*`, which stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_orphaned_is_named_as_it_is_shown_or_as_documents_have_it() {
        let set = crate::resource::SetName::parse("acme").unwrap();
        let address =
            Address::new(crate::resource::Kind::Flow, &crate::resource::Label::parse("old").unwrap());
        let covered = |word: &str, kind: DriftKind| {
            let (pattern, reason) = ("flow/*".to_owned(), "x".to_owned());
            let origin = crate::resource::Origin { file: "i.yaml".to_owned(), line: 1, column: 1 };
            let entry =
                DriftIgnore { address: pattern, kind: Some(word.to_owned()), reason, until: None, origin };
            covers(&entry, &set, &address, Some(kind), kind.name())
        };
        assert!(super::super::ignorable().contains(&ORPHANED));
        assert!(covered(ORPHANED, DriftKind::LeftOver) && covered("left-over", DriftKind::LeftOver));
        assert!(!covered(ORPHANED, DriftKind::Unmanaged));
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, fits) in [
            ("flow/main", "flow/main", true),
            ("flow/main", "flow/main-ivr", false),
            ("flow/*", "flow/main", true),
            ("flow/*", "module/main", false),
            ("*/support/*", "grant/support/crm", true),
            ("flow/*@backup", "flow/main@backup", true),
            ("flow/*a", "flow/a", true),
            ("a*a", "a", false),
            ("*", "anything", true),
            ("flow/a*b*b", "flow/ab", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
