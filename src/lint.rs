//! Linting: which rules judge which flows, what is ignored with a reason, and in which order findings are told.
//!
//! Pure: texts and facts come in, a [`Report`] goes out. Who reads files and who shows findings is elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use crate::flow::document::ParseError;
use crate::flow::facts::Facts;
use crate::flow::finding::{Finding, Severity, fingerprint};
use crate::flow::rules::{self, FlowView};
use crate::flow::{DecodeError, Document, FlowText};
use crate::manifest::Suppression;
use crate::resource::{Label, Origin, Problem};

mod codes;
mod manifest;
mod place;
mod selection;
mod suppression;

pub use codes::{BROKEN_SCENARIO, UNREADABLE_FLOW, UNUSED_SUPPRESSION, codes, find};
pub use manifest::{ManifestFlow, manifest_flows};
use place::claims_to_be_a_flow;
pub use selection::{Selection, UnknownCode};
pub use suppression::Suppressed;
/// A flow of a manifest, and what is known around it.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The file, as the caller named it.
    pub name: &'a str,
    /// The file's text: positions are told in it.
    pub text: &'a FlowText,
    /// What is judged, where the manifest makes something else of the file: variables filled in, bindings laid over.
    pub desired: Option<&'a FlowText>,
    /// The flow's logical name.
    pub flow: &'a Label,
    /// What is known around it.
    pub facts: &'a Facts,
}

/// What linting found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The findings, by file and place.
    pub findings: Vec<Finding>,
    /// The findings that a manifest lets pass, by file and place.
    pub suppressed: Vec<Suppressed>,
    /// How many files were judged.
    pub files: usize,
}

impl Report {
    /// Counts the findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Returns whether something is wrong: a warning or worse.
    pub fn fails(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity <= Severity::Warning)
    }
}

/// Judges flows one after the other.
#[derive(Debug)]
pub struct Linter<'s> {
    selection: &'s Selection,
    findings: Vec<Finding>,
    suppressed: Vec<Suppressed>,
    files: BTreeSet<String>,
    /// Every suppression that was given, and whether it let something pass. A set with several targets gives one
    /// again and again, so it is told by its place.
    suppressions: BTreeMap<Origin, (Suppression, bool)>,
}

impl<'s> Linter<'s> {
    /// Creates a linter that has judged nothing.
    pub const fn new(selection: &'s Selection) -> Self {
        Self {
            selection,
            findings: Vec::new(),
            suppressed: Vec::new(),
            files: BTreeSet::new(),
            suppressions: BTreeMap::new(),
        }
    }

    /// Judges a file of which nothing else is known. Unless the caller `named` it, a file that does not claim to be a
    /// flow is passed over; then the answer is no.
    pub fn file(&mut self, name: &str, text: &str, named: bool) -> bool {
        match Document::parse(text) {
            Ok(document) => {
                let view = FlowView::new(&document, Some(name));
                self.findings.extend(rules::check(&view, &Facts::default(), self.selection.rules()));
            }
            Err(_) if !named && !claims_to_be_a_flow(text) => return false,
            Err(error) => self.unreadable(name, error),
        }
        self.files.insert(name.to_owned());
        true
    }

    /// Judges a flow of a manifest.
    pub fn flow(&mut self, input: &Input<'_>, suppressions: &[Suppression]) {
        let Input { name, text, desired, flow, facts } = *input;
        self.files.insert(name.to_owned());
        let document = match desired.unwrap_or(text).document() {
            Ok(document) => document,
            Err(error) => return self.unreadable(name, error.clone()),
        };
        let view = FlowView::new(document, Some(name));
        let mut found = rules::check(&view, facts, self.selection.rules());
        if desired.is_some_and(|desired| desired != text)
            && let Ok(written) = text.document()
        {
            for finding in &mut found {
                place::move_to(finding, written);
            }
        }
        let matches = |suppression: &Suppression, finding: &Finding| {
            suppression::covers(suppression, finding, Some(flow), Some(document))
        };
        self.sort_out(found, suppressions, matches);
    }

    /// Takes what is wrong with a manifest as a whole, such as a function that nothing uses. What is not selected is
    /// left out.
    pub fn problems(&mut self, problems: Vec<Problem>, suppressions: &[Suppression]) {
        let selected = problems.into_iter().filter(|problem| self.selection.has(problem.code.as_str()));
        let found = selected.map(place::finding).collect();
        self.sort_out(found, suppressions, |suppression, finding| {
            suppression::covers(suppression, finding, None, None)
        });
    }

    /// Takes note of a file whose bytes are no text.
    pub fn undecodable(&mut self, name: &str, error: &DecodeError) {
        let message = error.to_string();
        self.files.insert(name.to_owned());
        self.unreadable(name, ParseError { line: 1, column: 1, pointer: String::new(), message });
    }

    fn unreadable(&mut self, name: &str, error: ParseError) {
        let ParseError { line, column, pointer, message } = error;
        if !self.selection.has(UNREADABLE_FLOW.code) {
            return;
        }
        self.findings.push(Finding {
            code: UNREADABLE_FLOW.code,
            severity: UNREADABLE_FLOW.severity,
            confidence: UNREADABLE_FLOW.confidence,
            file: Some(name.to_owned()),
            line,
            column,
            block: None,
            message,
            path: Vec::new(),
            fingerprint: fingerprint(UNREADABLE_FLOW.code, Some(name), None, &pointer),
            pointer,
        });
    }

    fn sort_out(
        &mut self,
        found: Vec<Finding>,
        suppressions: &[Suppression],
        covers: impl Fn(&Suppression, &Finding) -> bool,
    ) {
        for suppression in suppressions {
            let fresh = || (suppression.clone(), false);
            self.suppressions.entry(suppression.origin.clone()).or_insert_with(fresh);
        }
        for finding in found {
            let Some(by) = suppressions.iter().find(|suppression| covers(suppression, &finding)) else {
                self.findings.push(finding);
                continue;
            };
            if let Some((_, used)) = self.suppressions.get_mut(&by.origin) {
                *used = true;
            }
            self.suppressed.push(Suppressed { finding, reason: by.reason.clone() });
        }
    }

    /// Ends: tells suppressions that let nothing pass, and orders everything.
    pub fn finish(mut self) -> Report {
        let unused = self.suppressions.values().filter(|(_, used)| !used);
        let unused = unused.map(|(suppression, _)| suppression);
        let judged = |suppression: &&Suppression| {
            self.selection.has(&suppression.code) || codes::find(&suppression.code).is_none()
        };
        if self.selection.has(UNUSED_SUPPRESSION.code) {
            self.findings.extend(unused.filter(judged).map(suppression::unused));
        }
        let Self { selection, mut findings, mut suppressed, files, .. } = self;
        findings.retain(|finding| finding.severity <= selection.least());
        findings.sort_by(|a, b| place::order(a).cmp(&place::order(b)));
        findings.dedup_by(|a, b| place::order(a) == place::order(b));
        suppressed.sort_by(|a, b| place::order(&a.finding).cmp(&place::order(&b.finding)));
        suppressed.dedup_by(|a, b| place::order(&a.finding) == place::order(&b.finding));
        Report { findings, suppressed, files: files.len() }
    }
}

#[cfg(test)]
mod tests;
