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
use crate::resource::Problem;
use crate::runtime::event::Event;
use crate::runtime::trial::{Attempt, Case, Reply, Trial};

/// `flowbind.invoke/v1`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct InvokeDocument<'a> {
    #[cfg_attr(test, schemars(extend("const" = "flowbind.invoke/v1")))]
    format: &'static str,
    /// The calls that were made, in the order of the bindings.
    trials: Vec<TrialLine<'a>>,
    /// What could not be called from here, which says nothing about Amazon Connect.
    not_called: Vec<UntriedLine<'a>>,
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
    /// Seconds.
    time_limit: u64,
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
    /// When the contact left the block, in milliseconds since it reached it.
    left: u64,
    tries: Vec<TryLine>,
    breaches: Vec<BreachLine>,
    advice: Vec<String>,
    /// What the function answered, where that is JSON.
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

/// One call, in milliseconds since the contact reached the block.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct TryLine {
    started: u64,
    ended: u64,
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
    #[serde(flatten)]
    case: CaseLine<'a>,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
}

impl<'a> InvokeDocument<'a> {
    /// Creates the document of trials and the calls that they took.
    pub fn new(trials: &'a Trials, calls: &BTreeMap<Operation, u32>) -> Self {
        let (mut made, mut not_called) = (Vec::new(), Vec::new());
        for one in &trials.all {
            match one {
                Ok(trial) => made.push(TrialLine::new(trial)),
                Err(untried) => not_called.push(UntriedLine::new(untried)),
            }
        }
        let (problems, calls) = (trials.problems.as_slice(), calls.clone());
        Self { format: "flowbind.invoke/v1", trials: made, not_called, problems, error: None, calls }
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
            time_limit: case.rules.limit.as_secs(),
            event: &case.event,
        }
    }
}

impl<'a> TrialLine<'a> {
    fn new(trial: &'a Trial) -> Self {
        let (left, branch) = trial.left;
        let breaches = trial.troubles().into_iter().map(|trouble| {
            let wrong = wrong(&trouble, &trial.case);
            BreachLine { code: wrong.code, message: wrong.message, hint: wrong.hint }
        });
        let body = match trial.attempts.last().map(|last| &last.reply) {
            Some(Reply::Answered(body) | Reply::Failed(body)) => Some(body),
            _ => None,
        };
        Self {
            case: CaseLine::new(&trial.case),
            ok: trial.is_good(),
            branch: branch_text(branch),
            left: milliseconds(left),
            tries: trial.attempts.iter().map(TryLine::new).collect(),
            breaches: breaches.collect(),
            advice: trial.verdict.iter().flat_map(|verdict| &verdict.advice).map(advice_text).collect(),
            answer: body.and_then(|body| serde_json::from_slice(body).ok()),
            bytes: body.map(Vec::len),
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
            started: milliseconds(attempt.started),
            ended: milliseconds(attempt.ended),
            outcome: reply_code(&attempt.reply),
            message: reply_text(&attempt.reply),
        }
    }
}

impl<'a> UntriedLine<'a> {
    fn new(untried: &'a Untried) -> Self {
        let Untried { case, message, hint } = untried;
        Self { case: CaseLine::new(case), message, hint: hint.as_deref() }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
