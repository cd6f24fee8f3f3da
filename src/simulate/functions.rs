//! The call of a function: its tries within the limit of the block, and what Amazon Connect makes of its answer.

use std::time::Duration;

use serde_json::{Value, json};

use crate::flow::InvocationKind;
use crate::flow::engine::{Answer, AnswerSize, Assumptions, Call, FunctionErrors, Place, Reply, Switch};
use crate::runtime::answer::{self, Advice, Breach, Contract, MAX_BYTES, REPORTED_BYTES};
use crate::runtime::binding::Bound;
use crate::runtime::contact::invented_id;
use crate::runtime::tries::{self, Branch, Next, Rules, Try};

/// What one try of a function comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The function answered; whether the answer is taken is not decided here.
    Answered(Vec<u8>),
    /// It did not.
    Failed(tries::Outcome),
}

/// One try.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// How long it took.
    pub took: Duration,
    /// What it came to.
    pub outcome: Outcome,
}

/// A try of a function that is to be made.
#[derive(Debug, Clone, Copy)]
pub struct Attempted<'a> {
    /// The block.
    pub place: &'a Place,
    /// What it calls.
    pub call: &'a Call,
    /// The contact's data, in the form in which functions are sent it.
    pub contact: &'a Value,
    /// The binding, where the block has one.
    pub bound: Option<&'a Bound<'a>>,
    /// The number of the try, from 0.
    pub number: usize,
}

/// Whoever answers for functions.
pub trait Functions {
    /// Tries a function. None where nothing is known of it.
    fn attempt(&mut self, attempted: &Attempted<'_>) -> Option<Tried>;
}

/// Knows no function.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFunctions;

impl Functions for NoFunctions {
    fn attempt(&mut self, _: &Attempted<'_>) -> Option<Tried> {
        None
    }
}

/// A call, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Called {
    /// What was sent.
    pub call: Call,
    /// The tries.
    pub tries: Vec<Try>,
    /// What is wrong with the answer.
    pub breaches: Vec<Breach>,
    /// What may surprise about it.
    pub advice: Vec<Advice>,
    /// What decided, where AWS leaves it undocumented.
    pub assumed: Vec<Switch>,
    /// Whether the scenario means the answer to be wrong.
    pub invalid: bool,
}

/// Calls a function as Amazon Connect does, and gives what the engine takes as the answer.
pub(super) fn call(
    functions: &mut dyn Functions,
    first: &Attempted<'_>,
    assumptions: &Assumptions,
    seed: u64,
) -> Option<(Called, Answer)> {
    let Attempted { place, call, bound, .. } = *first;
    let rules = Rules {
        has_timeout_branch: call.has_timeout_branch,
        retries_function_errors: assumptions.function_errors == FunctionErrors::Retried,
        ..Rules::new(call.kind, call.limit_seconds, seed)
    };
    let contract = bound.map_or_else(|| Contract::new(call.response_type, None), Bound::contract);
    let mut called = Called {
        call: call.clone(),
        tries: Vec::new(),
        breaches: Vec::new(),
        advice: Vec::new(),
        assumed: Vec::new(),
        invalid: false,
    };
    let mut data = None;
    let (at, branch) = loop {
        match rules.next(&called.tries) {
            Next::Leave(at, branch) => break (at, branch),
            Next::Try(started) => {
                let Tried { took, outcome } =
                    functions.attempt(&Attempted { number: called.tries.len(), ..*first })?;
                let outcome = match outcome {
                    Outcome::Failed(outcome) => outcome,
                    Outcome::Answered(bytes) => {
                        judged(&bytes, &contract, assumptions, &mut called, &mut data)
                    }
                };
                let ended = started.saturating_add(took);
                called.tries.push(Try { started, ended, outcome });
            }
        }
    };
    let last = called.tries.last().map(|last| last.outcome);
    if last == Some(tries::Outcome::FunctionError) {
        called.assumed.push(Switch::S3);
    }
    if called.tries.len() > 1 {
        called.assumed.push(Switch::S12);
    }
    let late = branch == Branch::Timeout || last == Some(tries::Outcome::OutOfTime) || at >= rules.limit;
    let reply = match (call.kind, branch, last) {
        // Only the call itself can fail; nobody waits for what comes of it.
        (InvocationKind::Async, _, Some(tries::Outcome::Denied)) => {
            Reply::Error("NoMatchingError".to_owned())
        }
        (InvocationKind::Async, ..) => {
            data = Some(json!({ "InvocationId": invented_id(seed, &format!("invocation {place:?}")) }));
            Reply::Done
        }
        (InvocationKind::Sync, Branch::Success, _) => Reply::Done,
        (InvocationKind::Sync, ..) if late => Reply::TimeOut,
        (InvocationKind::Sync, ..) => Reply::Error("NoMatchingError".to_owned()),
    };
    let after_ms = u64::try_from(at.as_millis()).unwrap_or(u64::MAX);
    Some((called, Answer { reply, after_ms, data }))
}

/// Holds an answer against what the block and the manifest say of it. A promised key that is missing is no error of
/// Amazon Connect's.
fn judged(
    bytes: &[u8],
    contract: &Contract,
    assumptions: &Assumptions,
    called: &mut Called,
    data: &mut Option<Value>,
) -> tries::Outcome {
    let mut verdict = answer::verdict(bytes, contract);
    if (MAX_BYTES..REPORTED_BYTES).contains(&bytes.len()) {
        called.assumed.push(Switch::S5);
        if assumptions.answer_size == AnswerSize::Larger {
            verdict.breaches.retain(|breach| !matches!(breach, Breach::TooLong { .. }));
        }
    }
    let refused = verdict.breaches.iter().any(|breach| !matches!(breach, Breach::MissingKey { .. }));
    called.breaches = verdict.breaches;
    called.advice = verdict.advice;
    if refused {
        return tries::Outcome::Refused;
    }
    *data = serde_json::from_slice(bytes).ok();
    tries::Outcome::Answered
}
