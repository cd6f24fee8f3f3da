//! `InvokeLambdaFunction`: what a function is sent, and what becomes of its answer.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::flow::engine::actions::{ANY, TIME_LIMIT};
use crate::flow::engine::assumptions::{FailedAnswer, NotText, Switch, TimeoutBranch};
use crate::flow::engine::effect::Effect;
use crate::flow::engine::outcomes::{Cause, Outcome};
use crate::flow::engine::question::{Answer, Asked, Call, Reply};
use crate::flow::engine::state::CHAIN_LIMIT_MS;
use crate::flow::engine::turn::{Decided, Halt, Turn, failed};
use crate::flow::invocation::{InvocationKind, ResponseType, TimeLimit};
use crate::flow::namespaces::Root;

pub(super) fn function(turn: &mut Turn<'_>) -> Decided {
    let call = call(turn)?;
    let (kind, response_type, limit_ms) = (call.kind, call.response_type, limit_ms(&call));
    let has_timeout_branch = call.has_timeout_branch;
    let asked = Asked::Function(Box::new(call));
    let Some(answer) = turn.answer else { return turn.ask(asked).map(|_| Outcome::Done) };
    turn.answer = None;
    if kind == InvocationKind::Async {
        return asynchronous(turn, answer, asked);
    }
    let took = if answer.reply == Reply::TimeOut { limit_ms } else { answer.after_ms };
    let left = CHAIN_LIMIT_MS.saturating_sub(turn.state.chain_ms);
    turn.pass(took.min(left));
    turn.state.chain_ms += took.min(left);
    let outcome = if took > left {
        turn.effects.push(Effect::ChainCut);
        failed(ANY, Cause::Chain)
    } else {
        match &answer.reply {
            Reply::Done => taken(turn, answer, response_type),
            Reply::TimeOut => {
                turn.assume(Switch::S4);
                let declared =
                    turn.assumptions.timeout_branch == TimeoutBranch::Declared && has_timeout_branch;
                failed(if declared { TIME_LIMIT } else { ANY }, Cause::TimeOver)
            }
            Reply::Error(kind) => match turn.fails(kind) {
                Halt::Came(outcome) => outcome,
                halt => return Err(halt),
            },
            Reply::Result(_) => return Err(turn.wrong(asked)),
        }
    };
    if matches!(outcome, Outcome::Failed { .. }) {
        failed_call(turn);
    }
    Ok(outcome)
}

/// What the block sends.
fn call(turn: &mut Turn<'_>) -> Result<Call, Halt> {
    let missing = || Halt::Came(failed(ANY, Cause::Parameter { name: "LambdaFunctionARN".to_owned() }));
    let invocation = turn.program.invocation(&turn.place).ok_or_else(missing)?;
    let written = invocation.function.as_ref().ok_or_else(missing)?;
    // A token is how the function is known to whoever answers.
    let function = match written.literal() {
        Some(text) => text.to_owned(),
        None => turn.fill(written.text()).text,
    };
    if function.is_empty() {
        return Err(missing());
    }
    let parameters: BTreeMap<String, Value> =
        invocation.parameters.iter().map(|(name, value)| (name.clone(), turn.fill_value(value))).collect();
    Ok(Call {
        function,
        parameters,
        kind: invocation.kind,
        limit_seconds: invocation.time_limit.as_ref().and_then(TimeLimit::seconds),
        response_type: invocation.response_type,
        has_timeout_branch: turn.block.transitions.error(TIME_LIMIT).is_some(),
        chain_left_ms: CHAIN_LIMIT_MS.saturating_sub(turn.state.chain_ms),
    })
}

fn limit_ms(call: &Call) -> u64 {
    u64::from(call.limit_seconds.unwrap_or(call.kind.usual_seconds())) * 1_000
}

/// The contact does not wait; only the id of the call is known, and the latest answer stays.
fn asynchronous(turn: &mut Turn<'_>, answer: &Answer, asked: Asked) -> Decided {
    match &answer.reply {
        Reply::Done => {
            let id = answer.data.as_ref().and_then(|data| data.get("InvocationId")?.as_str());
            turn.find(Root::LambdaInvocation, json!({ "InvocationId": id }));
            Ok(Outcome::Done)
        }
        Reply::Error(kind) => Err(turn.fails(kind)),
        Reply::TimeOut | Reply::Result(_) => Err(turn.wrong(asked)),
    }
}

/// Takes an answer: the latest one replaces the one before as a whole.
fn taken(turn: &mut Turn<'_>, answer: &Answer, response_type: ResponseType) -> Outcome {
    let Some(Value::Object(members)) = &answer.data else { return failed(ANY, Cause::NotAnObject) };
    let mut kept = Map::new();
    for (key, value) in members {
        let value = match (response_type, value) {
            (ResponseType::Json, value) | (_, value @ Value::String(_)) => value.clone(),
            (_, Value::Array(_) | Value::Object(_)) => {
                return failed(ANY, Cause::Nested { key: key.clone() });
            }
            (ResponseType::StringMap, Value::Null | Value::Bool(_) | Value::Number(_)) => {
                turn.assume(Switch::S8);
                if turn.assumptions.not_text == NotText::Refused {
                    return failed(ANY, Cause::NotText { key: key.clone() });
                }
                if value.is_null() { Value::Null } else { Value::String(value.to_string()) }
            }
        };
        kept.insert(key.clone(), value);
    }
    turn.find(Root::External, Value::Object(kept));
    Outcome::Done
}

/// Whether an earlier answer is still there after a failed call is not documented.
fn failed_call(turn: &mut Turn<'_>) {
    if !turn.frame.values.contains_key(&Root::External) {
        return;
    }
    if turn.assumptions.failed_answer == FailedAnswer::Emptied {
        turn.frame.values.remove(&Root::External);
    }
    turn.frame.doubtful.insert(Root::External, Switch::S2);
}
