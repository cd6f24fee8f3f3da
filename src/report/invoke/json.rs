//! Trials, for machines.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::words::{branch_text, interpreter, is_example, reply_code, reply_text, shape_text, wrong};
use super::{Trials, Untried};
use crate::flow::InvocationKind;
use crate::operations::Operation;
use crate::report::answer::advice_text;
use crate::report::document::ErrorLine;
use crate::report::event::note_text;
use crate::resource::Problem;
use crate::runtime::event::Event;
use crate::runtime::trial::{Attempt, Case, Trial};

/// `flowbind.invoke/v1`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct InvokeDocument<'a> {
    #[cfg_attr(test, schemars(extend("const" = "flowbind.invoke/v1")))]
    format: &'static str,
    /// The calls that were made, in the order of the bindings.
    trials: Vec<TrialLine<'a>>,
    /// What was not called or gave no answer from here, which says nothing about Amazon Connect.
    without_answer: Vec<UntriedLine<'a>>,
    /// What is wrong with the manifests: nothing was called.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    problems: &'a [Problem],
    /// Why the command ended early, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorLine>,
    /// How often each operation was called, by `service:Operation`.
    #[cfg_attr(test, schemars(with = "BTreeMap<String, u32>"))]
    calls: BTreeMap<Operation, u32>,
}

/// What was called.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct CaseLine<'a> {
    address: String,
    function: String,
    instance: String,
    /// The form of the contact, with `--shapes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    shape: Option<&'static str>,
    /// Whether the contact waits for the answer.
    waits: bool,
    time_limit_s: u64,
    event: &'a Event,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct TrialLine<'a> {
    #[serde(flatten)]
    case: CaseLine<'a>,
    /// Whether the flow gets what it was promised.
    ok: bool,
    /// `success`, `error` or `timeout`.
    branch: &'static str,
    /// When the contact left the block, since it reached it.
    left_ms: u64,
    tries: Vec<TryLine>,
    breaches: Vec<BreachLine>,
    advice: Vec<String>,
    /// What is worth knowing about the parameters that were sent.
    notes: Vec<String>,
    /// What the function answered, where that is JSON of at most 64 KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Value>,
    /// Its length in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<usize>,
    /// The version that ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    /// Whether no code ran and the embedded AWS answered the example of the manifest.
    example: bool,
    /// What ran the code, on the embedded AWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    interpreter: Option<&'a str>,
    /// The end of the log, at most 4 KB.
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<&'a str>,
    /// Why it is not known whether Amazon Connect may call the function.
    #[serde(skip_serializing_if = "Option::is_none")]
    unjudged: Option<&'a str>,
}

/// One call, by the time since the contact reached the block.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct TryLine {
    started_ms: u64,
    ended_ms: u64,
    #[cfg_attr(test, schemars(extend("enum" = ["answered", "function-error", "throttled", "service-failure", "denied", "time-limit"])))]
    outcome: &'static str,
    message: String,
}

/// What went wrong.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct BreachLine {
    code: &'static str,
    message: String,
    hint: String,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct UntriedLine<'a> {
    address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shape: Option<&'static str>,
    /// Whether the function may have run.
    may_have_run: bool,
    /// The calls before.
    tries: Vec<TryLine>,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
}

/// The largest answer that is written, in bytes.
const LARGEST: usize = 64 << 10;

impl<'a> InvokeDocument<'a> {
    /// Creates the document of trials and the calls that they took.
    pub fn new(trials: &'a Trials, calls: &BTreeMap<Operation, u32>) -> Self {
        let (mut made, mut without_answer) = (Vec::new(), Vec::new());
        for one in &trials.all {
            match one {
                Ok(trial) => made.push(TrialLine::new(trial)),
                Err(untried) => without_answer.push(UntriedLine::new(untried)),
            }
        }
        let (problems, calls) = (trials.problems.as_slice(), calls.clone());
        Self { format: "flowbind.invoke/v1", trials: made, without_answer, problems, error: None, calls }
    }

    /// Adds why the command ended early.
    #[must_use]
    pub fn failed(self, error: ErrorLine) -> Self {
        Self { error: Some(error), ..self }
    }
}

impl<'a> CaseLine<'a> {
    fn new(case: &'a Case) -> Self {
        Self {
            address: case.address.to_string(),
            function: case.function.arn().to_string(),
            instance: case.instance.to_string(),
            shape: case.shape.map(shape_text),
            waits: case.kind == InvocationKind::Sync,
            time_limit_s: case.rules.limit.as_secs(),
            event: &case.event,
        }
    }
}

impl<'a> TrialLine<'a> {
    fn new(trial: &'a Trial) -> Self {
        let (left, branch) = trial.left;
        let breaches = trial.troubles().into_iter().map(|trouble| {
            let wrong = wrong(&trouble, trial);
            BreachLine { code: wrong.code, message: wrong.message, hint: wrong.hint }
        });
        let body = trial.body();
        Self {
            case: CaseLine::new(&trial.case),
            ok: trial.is_good(),
            branch: branch_text(branch),
            left_ms: milliseconds(left),
            tries: trial.attempts.iter().map(TryLine::new).collect(),
            breaches: breaches.collect(),
            advice: trial.verdict.iter().flat_map(|verdict| &verdict.advice).map(advice_text).collect(),
            notes: trial.case.notes.iter().map(note_text).collect(),
            answer: body
                .filter(|body| body.len() <= LARGEST)
                .and_then(|body| serde_json::from_slice(body).ok()),
            bytes: body.map(<[u8]>::len),
            version: trial.ran.version.as_deref(),
            example: is_example(&trial.ran),
            interpreter: interpreter(&trial.ran),
            log: trial.ran.log.as_deref(),
            unjudged: trial.unjudged.as_deref(),
        }
    }
}

impl TryLine {
    fn new(attempt: &Attempt) -> Self {
        Self {
            started_ms: milliseconds(attempt.started),
            ended_ms: milliseconds(attempt.ended),
            outcome: reply_code(&attempt.reply),
            message: reply_text(&attempt.reply),
        }
    }
}

impl<'a> UntriedLine<'a> {
    fn new(untried: &'a Untried) -> Self {
        let Untried { address, origin: _, shape, function, attempts, may_have_run, message, hint } = untried;
        Self {
            address: address.to_string(),
            function: function.as_ref().map(|function| function.arn().to_string()),
            shape: shape.map(shape_text),
            may_have_run: *may_have_run,
            tries: attempts.iter().map(TryLine::new).collect(),
            message,
            hint: hint.as_deref(),
        }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
