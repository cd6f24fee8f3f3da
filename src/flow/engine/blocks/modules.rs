//! Modules: what they are given and give back. What the caller found out is invisible in a module and survives it.

use serde_json::{Value, json};

use crate::flow::engine::actions::ANY;
use crate::flow::engine::outcomes::{Cause, Outcome};
use crate::flow::engine::question::{Asked, Reply};
use crate::flow::engine::turn::{Decided, Leave, Turn, failed};
use crate::flow::namespaces::Root;

/// How deep modules may be nested; the administrator guide, "Flow modules".
const DEEPEST: usize = 5;

/// `InvokeFlowModule`.
pub(super) fn enter(turn: &mut Turn<'_>) -> Decided {
    let written = turn.node("FlowModuleId").and_then(|node| node.as_str());
    let by_token = written.and_then(|text| turn.program.callee(text)).cloned();
    let reference = turn.required("FlowModuleId")?;
    let key = by_token.or_else(|| turn.program.callee(&reference).cloned());
    // The frame of this block is not among them.
    if turn.state.frames.len() + 1 > DEEPEST {
        return Ok(failed(ANY, Cause::TooDeep));
    }
    let input = turn.node("Input").or_else(|| turn.node("FlowModuleInput"));
    let input = input.map(|input| turn.fill_value(&input.to_json()));
    if let Some(mut frame) = key.and_then(|key| turn.enter(&key)) {
        turn.unless_it_fails()?;
        if let Some(input) = input {
            frame.values.insert(Root::Modules, json!({ "Input": input }));
        }
        turn.leave = Some(Leave::Into(frame));
        return Ok(Outcome::Leaves);
    }
    let asked = Asked::Callee { reference };
    let answer = turn.ask(asked.clone())?;
    let result = match &answer.reply {
        Reply::Done => None,
        Reply::Result(result) => Some(result.as_str()),
        Reply::TimeOut | Reply::Error(_) => return Err(turn.wrong(asked)),
    };
    turn.pass(answer.after_ms);
    turn.frame.returned(result, answer.data.clone());
    match result {
        Some(result) if !turn.block.transitions.conditions.is_empty() => turn.choose(Some(result)),
        _ => Ok(Outcome::Done),
    }
}

/// `EndFlowModuleExecution`.
pub(super) fn end(turn: &mut Turn<'_>) -> Decided {
    let result = turn.text("Result").map(|result| result.text).filter(|result| !result.is_empty());
    let data: Option<Value> = turn.node("ResultData").map(|data| data.to_json());
    let data = data.map(|data| turn.fill_value(&data));
    turn.leave = Some(Leave::Back { result, data });
    Ok(Outcome::Leaves)
}
