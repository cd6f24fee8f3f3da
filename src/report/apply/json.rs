//! The machine's view of what an apply did.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::operations::{FaultKind, Operation};
use crate::plan::{ActionId, ApplyReport, FailedCall, Outcome, Plan, Step};
use crate::report::document::{ErrorLine, Found};
use crate::resource::{Problem, SetName, said_of, set_prefix};
use crate::snapshot::Gap;

/// `flowbind.apply/v1`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ApplyDocument {
    #[cfg_attr(test, schemars(extend("const" = "flowbind.apply/v1")))]
    format: &'static str,
    outcomes: Vec<OutcomeLine>,
    backups: Vec<String>,
    /// What is wrong with the manifests, or between them and AWS.
    problems: Vec<Problem>,
    /// What could not be read.
    gaps: Vec<Gap>,
    /// Why the command ended early, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorLine>,
    /// How often each operation was called, by `service:Operation`.
    #[cfg_attr(test, schemars(with = "BTreeMap<String, u32>"))]
    calls: BTreeMap<Operation, u32>,
}

/// How an action ended.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct OutcomeLine {
    set: String,
    address: String,
    step: Step,
    #[cfg_attr(test, schemars(extend("enum" = ["applied", "already-so", "failed", "skipped", "refused", "moved", "unknown", "not-begun"])))]
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(flatten)]
    call: Option<CallLine>,
}

/// The call that failed, where the action ended with one.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct CallLine {
    /// Why the call failed.
    kind: FaultKind,
    /// The operation, as in `calls`.
    #[cfg_attr(test, schemars(with = "String"))]
    operation: Operation,
    /// The service's id of the request, where it answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

impl ApplyDocument {
    /// Creates the document of several sets' reports, and what the last look has found, with the calls that it all took.
    pub fn new(reports: &[(Plan, ApplyReport)], found: Found) -> Self {
        let several = reports.len() > 1;
        let lines = reports.iter().flat_map(|(plan, report)| {
            report.outcomes.iter().map(move |(id, outcome)| OutcomeLine::new(&plan.set, several, id, outcome))
        });
        let outcomes = lines.collect();
        let backups = reports.iter().flat_map(|(_, report)| &report.backups);
        let backups = backups.map(|path| path.display().to_string()).collect();
        let Found { problems, gaps, calls } = found;
        Self { format: "flowbind.apply/v1", outcomes, backups, problems, gaps, error: None, calls }
    }

    /// Adds why the run ended early.
    #[must_use]
    pub fn failed(self, error: Option<ErrorLine>) -> Self {
        Self { error, ..self }
    }
}

impl OutcomeLine {
    fn new(set: &SetName, several: bool, id: &ActionId, outcome: &Outcome) -> Self {
        let failed = outcome.failure().and_then(|failure| failure.call.as_ref());
        let (outcome, message, hint) = match outcome {
            Outcome::Applied => ("applied", None, None),
            Outcome::AlreadySo => ("already-so", None, None),
            Outcome::Failed(failure) => ("failed", Some(failure.message.clone()), failure.hint.clone()),
            Outcome::Skipped { because_of } => {
                ("skipped", Some(format!("{} was not done", because_of.address)), None)
            }
            Outcome::Refused { message, allow } => {
                let only = set_prefix(set, several);
                ("refused", Some(message.clone()), Some(format!("--allow {only}{allow}")))
            }
            Outcome::Moved { message } => ("moved", Some(message.clone()), None),
            Outcome::Unknown(failure) => ("unknown", Some(failure.message.clone()), failure.hint.clone()),
            Outcome::NotBegun { message } => ("not-begun", Some(message.clone()), None),
        };
        let (set, address, step) = (set.to_string(), id.address.to_string(), id.step);
        let call = failed.map(|FailedCall { kind, operation, request_id }| CallLine {
            kind: *kind,
            operation: *operation,
            request_id: request_id.clone(),
        });
        Self { set, address, step, outcome, message, hint, call }
    }
}

/// Writes one action's end for a log: a message, and the fields that the document has as well.
pub fn outcome_event(
    set: &SetName,
    several: bool,
    id: &ActionId,
    outcome: &Outcome,
) -> (String, Map<String, Value>) {
    let line = OutcomeLine::new(set, several, id, outcome);
    let said = |message| said_of(&line.address, message).1;
    let why = line.message.as_deref().map(|message| format!(": {}", said(message))).unwrap_or_default();
    let message = format!("{} {}{why}", line.address, line.outcome);
    let mut fields = match serde_json::to_value(&line) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    fields.shift_remove("message");
    (message, fields)
}
