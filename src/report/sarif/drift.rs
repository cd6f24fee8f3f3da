//! Drift as SARIF: each kind is a rule, and each difference stands where the manifest declares what drifted.

use std::collections::BTreeMap;

use super::log::*;
use super::{about, pascal, physical, plain};
use crate::drift::{Difference, Drift, DriftKind, Finding, Ignored, Moved, Verdict};
use crate::manifest::Manifest;
use crate::report::drift::next_step;
use crate::report::github::Level;
use crate::report::visible::visible;
use crate::resource::{Address, Origin, Problem, Severity};

/// The key of the fingerprint; its version changes when the way it is made does.
const FINGERPRINT: &str = "flowbindDrift/v1";

/// Writes the log, with a line break at its end. `manifests` are those of the drifts, in their order; what is declared
/// nowhere stands at the head of its manifest, since GitHub takes no result without a place.
///
/// # Errors
/// None that this data can cause.
pub fn drift_sarif(drifts: &[Drift], manifests: &[Manifest]) -> serde_json::Result<String> {
    let mut results = Vec::new();
    for (drift, manifest) in drifts.iter().zip(manifests) {
        let mut seen = BTreeMap::new();
        results.extend(drift.differences.iter().map(|it| difference(it, drift, manifest, &mut seen)));
        results.extend(drift.findings.iter().map(|it| finding(it, drift, manifest, &mut seen)));
    }
    let whole = drifts.iter().all(|drift| drift.verdict() != Verdict::Incomplete);
    let invocation = Invocation { execution_successful: whole, tool_execution_notifications: Vec::new() };
    super::write("flowbind/drift/", DriftKind::ALL.map(descriptor).into(), invocation, results)
}

const fn level(kind: DriftKind) -> &'static str {
    match Level::of(kind) {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Notice => "note",
    }
}

fn descriptor(kind: DriftKind) -> ReportingDescriptor {
    let step = next_step(kind).map(|step| format!("\n\n{step}")).unwrap_or_default();
    let precision = match kind {
        DriftKind::Changed | DriftKind::CouldNotTell => "medium",
        _ => "very-high",
    };
    ReportingDescriptor {
        id: kind.name(),
        name: pascal(kind.name()),
        short_description: Message { text: plain(kind.words()) },
        full_description: Message { text: plain(kind.meaning()) },
        help: Help {
            text: plain(&format!("{}{step}", kind.meaning())),
            markdown: format!("{}{step}\n", kind.meaning()),
        },
        default_configuration: Configuration { level: level(kind) },
        properties: RuleProperties {
            precision,
            problem_severity: match Level::of(kind) {
                Level::Notice => "recommendation",
                Level::Error | Level::Warning => level(kind),
            },
        },
    }
}

/// How often each fingerprint's text was used in a set.
type Seen = BTreeMap<String, u32>;

fn difference(difference: &Difference, drift: &Drift, manifest: &Manifest, seen: &mut Seen) -> SarifResult {
    let message = difference.sentence();
    let Difference { kind, address, moved, message: _, by_kind: _, hint, origin, ignored, detail: _ } =
        difference;
    let moved = match moved {
        Moved::Aws => "aws",
        Moved::Repository => "repository",
        Moved::Both => "both",
        Moved::Unknown => "unknown",
    };
    let hint = hint.as_ref().map(|hint| format!("\n{hint}")).unwrap_or_default();
    SarifResult {
        rule_id: kind.name(),
        rule_index: DriftKind::ALL.iter().position(|other| other == kind),
        level: level(*kind),
        message: Message { text: plain(&format!("{}{hint}", about(Some(address), &message))) },
        locations: vec![location(origin.as_ref(), Some(address), manifest)],
        partial_fingerprints: fingerprint(kind.name(), drift, Some(address), seen),
        code_flows: Vec::new(),
        suppressions: ignored.iter().map(suppression).collect(),
        properties: ResultProperties::Drift {
            set: drift.set.to_string(),
            address: address.to_string(),
            moved,
        },
    }
}

fn finding(finding: &Finding, drift: &Drift, manifest: &Manifest, seen: &mut Seen) -> SarifResult {
    let Finding { problem: Problem { code, severity, origin, address, message, hint }, ignored } = finding;
    let hint = hint.as_ref().map(|hint| format!("\n{hint}")).unwrap_or_default();
    SarifResult {
        rule_id: code.as_str(),
        rule_index: None,
        level: if *severity == Severity::Error { "error" } else { "warning" },
        message: Message { text: plain(&format!("{}{hint}", about(address.as_ref(), message))) },
        locations: vec![location(origin.as_ref(), address.as_ref(), manifest)],
        partial_fingerprints: fingerprint(code.as_str(), drift, address.as_ref(), seen),
        code_flows: Vec::new(),
        suppressions: ignored.iter().map(suppression).collect(),
        properties: ResultProperties::Live {
            set: drift.set.to_string(),
            address: address.as_ref().map(ToString::to_string).unwrap_or_default(),
        },
    }
}

fn suppression(ignored: &Ignored) -> Suppression {
    let until = ignored.until.map(|until| format!(" (until {until})")).unwrap_or_default();
    let justification = format!("{}{until}", visible(&ignored.reason));
    Suppression { kind: "external", justification }
}

fn location(origin: Option<&Origin>, address: Option<&Address>, manifest: &Manifest) -> Location {
    let declared = || {
        let address = address?;
        let instance = address.instance.as_ref().or(address.at.as_ref());
        manifest.origin(address).or_else(|| Some(&manifest.instances.get(instance?)?.origin))
    };
    let head = || {
        let any = manifest.accounts.values().map(|account| &account.origin).next();
        any.map(|origin| Origin { line: 1, column: 1, ..origin.clone() })
    };
    let place = origin.or_else(declared).cloned().or_else(head);
    Location {
        physical_location: place.map(|Origin { file, line, column }| {
            let region =
                Region { start_line: line.max(1), start_column: Some(column.max(1)), end_column: None };
            physical(&file, Some(region))
        }),
        logical_locations: address
            .map(|address| LogicalLocation {
                name: visible(&address.to_string()).into_owned(),
                kind: "resource",
            })
            .into_iter()
            .collect(),
        message: None,
    }
}

/// Makes what stays the same while a difference lasts, whatever its message says.
fn fingerprint(
    code: &str,
    drift: &Drift,
    address: Option<&Address>,
    seen: &mut Seen,
) -> BTreeMap<&'static str, String> {
    let address = address.map(ToString::to_string).unwrap_or_default();
    let text = format!("{code}\0{}\0{address}", drift.set);
    [(FINGERPRINT, super::fingerprint(text, seen))].into()
}
