//! Blocks by which a contact leaves a flow for good, or is joined with someone else.

use crate::flow::engine::actions::{ANY, is_true};
use crate::flow::engine::assumptions::{AnswerAcrossFlows, StoredInput, Switch};
use crate::flow::engine::outcomes::{Cause, Outcome};
use crate::flow::engine::question::{Asked, Reply};
use crate::flow::engine::state::{End, Frame};
use crate::flow::engine::turn::{Decided, Leave, Turn, failed};
use crate::flow::namespaces::Root;
use crate::flow::stub::FlowType;

/// `TransferToFlow`: the other flow begins at its start, and nothing comes back.
pub(super) fn flow(turn: &mut Turn<'_>) -> Decided {
    let written = turn.node("ContactFlowId").and_then(|node| node.as_str());
    let by_token = written.and_then(|text| turn.program.callee(text)).cloned();
    let reference = turn.required("ContactFlowId")?;
    let key = by_token.or_else(|| turn.program.callee(&reference).cloned());
    if let Some(kind) = key.as_ref().and_then(|key| turn.program.flows.get(key)).map(|code| code.kind)
        && !matches!(kind, FlowType::ContactFlow | FlowType::AgentTransfer | FlowType::QueueTransfer)
    {
        return Ok(failed(ANY, Cause::WrongType(kind)));
    }
    if let Some(mut frame) = key.and_then(|key| turn.enter(&key)) {
        turn.unless_it_fails()?;
        carry(turn, &mut frame);
        turn.leave = Some(Leave::To(frame));
        return Ok(Outcome::Leaves);
    }
    let asked = Asked::Callee { reference: reference.clone() };
    let answer = turn.ask(asked.clone())?;
    match &answer.reply {
        Reply::Done => Ok(turn.end(End::Elsewhere(reference))),
        Reply::TimeOut | Reply::Result(_) | Reply::Error(_) => Err(turn.wrong(asked)),
    }
}

/// What is still known in the next flow is not documented; that it was known is kept, so that reading it is marked.
fn carry(turn: &Turn<'_>, next: &mut Frame) {
    for (root, value) in &turn.frame.values {
        let (switch, carried) = match root {
            Root::FlowAttributes => continue,
            Root::StoredCustomerInput => (Switch::S11, turn.assumptions.stored_input == StoredInput::Carried),
            _ => (Switch::S2, turn.assumptions.answer_across_flows == AnswerAcrossFlows::Carried),
        };
        next.doubtful.insert(*root, switch);
        if carried {
            next.values.insert(*root, value.clone());
        }
    }
}

/// `TransferContactToAgent`.
pub(super) fn agent(turn: &mut Turn<'_>) -> Decided {
    Ok(turn.end(End::Agent))
}

/// `TransferParticipantToThirdParty`: whether the flow goes on afterwards is said by the block.
pub(super) fn third_party(turn: &mut Turn<'_>) -> Decided {
    let number = turn.required("ThirdPartyPhoneNumber")?;
    let comes_back = turn.node("ContinueFlowExecution").is_some_and(is_true);
    let asked = Asked::ThirdParty { number: number.clone() };
    let answer = turn.ask(asked.clone())?;
    match &answer.reply {
        Reply::Done if comes_back => {
            turn.pass(answer.after_ms);
            // Someone was there.
            turn.state.silence_ms = 0;
            Ok(Outcome::Done)
        }
        Reply::Done => Ok(turn.end(End::ThirdParty(number))),
        Reply::TimeOut | Reply::Result(_) | Reply::Error(_) => Err(turn.wrong(asked)),
    }
}

/// `DisconnectParticipant`.
pub(super) fn disconnect(turn: &mut Turn<'_>) -> Decided {
    Ok(turn.end(End::Disconnected))
}

/// `EndFlowExecution`: the contact stays where it is.
pub(super) fn end(turn: &mut Turn<'_>) -> Decided {
    let end = match (&turn.state.queue, turn.state.in_queue) {
        (Some(queue), true) => End::Queued(queue.clone()),
        _ => End::FlowEnded,
    };
    Ok(turn.end(end))
}
