//! Drift at the places of the manifest that declare what drifted.

use super::{Annotation, Level, about, commands};
use crate::drift::{Difference, Drift, DriftKind};
use crate::resource::{Problem, Severity, said_of, set_prefix};

impl Level {
    /// How loud a difference is: what moved behind the repository's back is a warning, the rest is news.
    pub(in crate::report) const fn of(kind: DriftKind) -> Self {
        match kind {
            DriftKind::ChangedOutside
            | DriftKind::ChangedBoth
            | DriftKind::Changed
            | DriftKind::Missing
            | DriftKind::CouldNotTell => Self::Warning,
            DriftKind::ChangedInManifest
            | DriftKind::LeftOver
            | DriftKind::Unmanaged
            | DriftKind::BeingEdited => Self::Notice,
        }
    }
}

/// Writes a command for each difference and finding that counts, and for each warning about the ignore file.
pub fn drift_github(drifts: &[Drift], warnings: &[Problem]) -> String {
    let mut found: Vec<Annotation> = Vec::new();
    for drift in drifts {
        let set = set_prefix(&drift.set, drifts.len() > 1);
        found.extend(drift.counted().map(|it| difference(it, &set)));
        let shown = drift.findings.iter().filter(|finding| finding.ignored.is_none());
        found.extend(shown.map(|finding| problem(&finding.problem, &set)));
    }
    found.extend(warnings.iter().map(|warning| problem(warning, "")));
    commands(found, "flowbind drift")
}

fn difference(difference: &Difference, set: &str) -> Annotation {
    let message = difference.sentence();
    let Difference { kind, address, hint, origin, .. } = difference;
    Annotation {
        level: Level::of(*kind),
        place: origin.clone(),
        end_column: None,
        title: format!("{}: {set}{address}", kind.words()),
        lines: [said_of(&address.to_string(), &message).1.to_owned()]
            .into_iter()
            .chain(hint.clone())
            .collect(),
    }
}

fn problem(problem: &Problem, set: &str) -> Annotation {
    let Problem { code, severity, origin, address, message, hint } = problem;
    Annotation {
        level: if *severity == Severity::Error { Level::Error } else { Level::Warning },
        place: origin.clone(),
        end_column: None,
        title: code.to_string(),
        lines: [about(set, address.as_ref(), message)].into_iter().chain(hint.clone()).collect(),
    }
}
