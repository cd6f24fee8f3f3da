//! `flowbind.drift/v1`, the machine's view of drift. A field may be added within a version, none is renamed or removed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::drift::{Detail, Difference, Drift, DriftKind, Ignored, Moved, Verdict};
use crate::operations::Operation;
use crate::report::document::{ErrorLine, Found};
use crate::report::plan::{BlockLine, FieldLine, PlannedDetail, block_line, outside_lines, planned_detail};
use crate::resource::{Address, Origin, Problem};
use crate::snapshot::Gap;

/// `flowbind.drift/v1`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DriftDocument {
    #[cfg_attr(test, schemars(extend("const" = "flowbind.drift/v1")))]
    format: &'static str,
    sets: Vec<SetLine>,
    differences: Vec<DifferenceLine>,
    findings: Vec<FindingLine>,
    gaps: Vec<Gap>,
    /// What is wrong with the ignore file.
    warnings: Vec<Problem>,
    /// What is wrong with the manifests, or so much with the ignore file that nothing was read from AWS.
    problems: Vec<Problem>,
    /// Why the command ended early, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorLine>,
    /// How often each operation was called, by `service:Operation`.
    #[cfg_attr(test, schemars(with = "BTreeMap<String, u32>"))]
    calls: BTreeMap<Operation, u32>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SetLine {
    set: String,
    manifest: String,
    #[cfg_attr(test, schemars(extend("enum" = ["incomplete", "differs", "in-sync"])))]
    verdict: &'static str,
    in_sync: usize,
    audited: bool,
    /// By kind, without what is ignored.
    counts: BTreeMap<&'static str, usize>,
    ignored: usize,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct DifferenceLine {
    set: String,
    kind: DriftKind,
    #[cfg_attr(test, schemars(with = "String"))]
    address: Address,
    moved: Moved,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<Origin>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignored: Option<Ignored>,
    #[serde(flatten)]
    detail: Option<DetailLine>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum DetailLine {
    /// What `apply` would write, as in `flowbind.plan/v1`.
    Planned(PlannedDetail),
    Draft {
        blocks: Vec<BlockLine>,
        /// What differs outside the blocks.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        outside: Vec<FieldLine>,
    },
    Found(FoundLine),
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum FoundLine {
    Association { function: String },
    Statement { function: String, sid: String },
    Flow { id: String, name: String },
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FindingLine {
    set: String,
    #[serde(flatten)]
    problem: Problem,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignored: Option<Ignored>,
}

impl DriftDocument {
    /// Creates the document of several sets' drifts, what is wrong with the ignore file, and the calls that it all took.
    pub fn new(drifts: &[Drift], warnings: &[Problem], calls: &BTreeMap<Operation, u32>) -> Self {
        let mut document = Self {
            format: "flowbind.drift/v1",
            sets: drifts.iter().map(set_line).collect(),
            differences: Vec::new(),
            findings: Vec::new(),
            gaps: Vec::new(),
            warnings: warnings.to_vec(),
            problems: Vec::new(),
            error: None,
            calls: calls.clone(),
        };
        for drift in drifts {
            let set = drift.set.to_string();
            let lines = drift.differences.iter().map(|difference| difference_line(&set, difference));
            document.differences.extend(lines);
            document.findings.extend(drift.findings.iter().map(|finding| FindingLine {
                set: set.clone(),
                problem: finding.problem.clone(),
                ignored: finding.ignored.clone(),
            }));
            document.gaps.extend(drift.gaps.iter().cloned());
        }
        document
    }
}

impl DriftDocument {
    /// Creates the document of a command that ended before anything was compared.
    pub fn failed(found: Found, error: ErrorLine) -> Self {
        let Found { problems, gaps, calls } = found;
        Self { problems, gaps, error: Some(error), ..Self::new(&[], &[], &calls) }
    }
}

fn set_line(drift: &Drift) -> SetLine {
    SetLine {
        set: drift.set.to_string(),
        manifest: drift.manifest.clone(),
        verdict: match drift.verdict() {
            Verdict::Incomplete => "incomplete",
            Verdict::Differs => "differs",
            Verdict::InSync => "in-sync",
        },
        in_sync: drift.in_sync,
        audited: drift.audited,
        counts: drift.counts().into_iter().map(|(kind, count)| (kind.name(), count)).collect(),
        ignored: drift.ignored(),
    }
}

fn difference_line(set: &str, difference: &Difference) -> DifferenceLine {
    let message = difference.sentence();
    let Difference { kind, address, moved, message: _, by_kind: _, detail, hint, origin, ignored } =
        difference.clone();
    let detail = detail.and_then(|detail| match detail {
        Detail::Planned(write) => Some(DetailLine::Planned(planned_detail(&write))),
        Detail::Draft(diff) => Some(DetailLine::Draft {
            blocks: diff.blocks.iter().map(block_line).collect(),
            outside: outside_lines(&diff),
        }),
        Detail::CutOff(_) => None,
        Detail::Association { function } => Some(DetailLine::Found(FoundLine::Association { function })),
        Detail::Statement { function, sid } => {
            Some(DetailLine::Found(FoundLine::Statement { function: function.arn().to_string(), sid }))
        }
        Detail::Flow { id, name } => Some(DetailLine::Found(FoundLine::Flow { id, name })),
    });
    DifferenceLine { set: set.to_owned(), kind, address, moved, message, hint, origin, ignored, detail }
}
