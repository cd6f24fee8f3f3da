//! Which rules judge, and how bad a finding must be to be reported.

use std::collections::BTreeSet;

use super::codes;
use crate::flow::finding::Severity;
use crate::flow::rules::{self, Rule};
use crate::manifest::suggest;

/// The word for every code.
const ALL: &str = "all";

/// A code that no rule has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no rule has the code `{code}`")]
pub struct UnknownCode {
    /// What was given.
    pub code: String,
    /// What may have been meant.
    pub hint: Option<String>,
}

/// Which rules judge.
#[derive(Clone)]
pub struct Selection {
    codes: BTreeSet<&'static str>,
    rules: Vec<&'static dyn Rule>,
    least: Severity,
}

impl std::fmt::Debug for Selection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Selection")
            .field("codes", &self.codes)
            .field("least", &self.least)
            .finish_non_exhaustive()
    }
}

impl Selection {
    /// Creates a selection of codes or of `all`; none selected means all. What is ignored is out, whoever selected it. A
    /// flow that cannot be read is told whatever is selected, since silence would look like a clean flow; it too can
    /// be ignored. Findings less bad than `least` are not told.
    ///
    /// # Errors
    /// The first code that does not exist.
    pub fn new(select: &[String], ignore: &[String], least: Severity) -> Result<Self, UnknownCode> {
        let all: BTreeSet<&'static str> = codes::codes().iter().map(|meta| meta.code).collect();
        let named = |names: &[String]| {
            let mut codes = BTreeSet::new();
            for name in names {
                match all.get(name.as_str()) {
                    Some(code) => drop(codes.insert(*code)),
                    None if name == ALL => codes.clone_from(&all),
                    None => return Err(UnknownCode::of(name)),
                }
            }
            Ok(codes)
        };
        let mut codes = if select.is_empty() { all.clone() } else { named(select)? };
        codes.insert(codes::UNREADABLE_FLOW.code);
        for code in named(ignore)? {
            codes.remove(code);
        }
        let rules = rules::ALL.iter().filter(|rule| codes.contains(rule.meta().code)).copied().collect();
        Ok(Self { codes, rules, least })
    }

    /// Returns whether findings of a code are wanted.
    pub fn has(&self, code: &str) -> bool {
        self.codes.contains(code)
    }

    pub(super) fn rules(&self) -> &[&'static dyn Rule] {
        &self.rules
    }

    pub(super) const fn least(&self) -> Severity {
        self.least
    }
}

impl UnknownCode {
    /// Says that no rule has a code, and which one may have been meant.
    pub fn of(code: &str) -> Self {
        let hint = suggest(code, codes::codes().iter().map(|meta| meta.code));
        Self { code: code.to_owned(), hint }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(select: &[&str], ignore: &[&str]) -> Result<Selection, UnknownCode> {
        let own = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        Selection::new(&own(select), &own(ignore), Severity::Info)
    }

    #[test]
    fn codes_are_selected_and_ignored() {
        let all = selection(&[], &[]).unwrap();
        assert_eq!(all.rules().len(), rules::ALL.len());
        assert_eq!(selection(&["all"], &[]).unwrap().codes, all.codes);
        let one = selection(&["unreachable-block"], &[]).unwrap();
        assert_eq!(one.codes, BTreeSet::from(["unreachable-block", "unreadable-flow"]));
        assert_eq!(one.rules().len(), 1);
        assert!(selection(&["all"], &["all"]).unwrap().codes.is_empty());
        let less =
            selection(&["unreachable-block", "duplicate-identifier"], &["duplicate-identifier"]).unwrap();
        assert!(less.has("unreachable-block") && !less.has("duplicate-identifier"));
    }

    #[test]
    fn an_unknown_code_is_refused_with_the_nearest_one() {
        for wrong in [selection(&["unreachable-blok"], &[]), selection(&[], &["unreachable-blok"])] {
            let error = wrong.unwrap_err();
            assert_eq!(error.to_string(), "no rule has the code `unreachable-blok`");
            assert_eq!(error.hint.as_deref(), Some("did you mean `unreachable-block`?"));
        }
        // A prefix is no code: what it would mean changes with every new rule.
        assert!(selection(&["unreachable"], &[]).is_err());
    }
}
