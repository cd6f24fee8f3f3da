//! Blocks about queues: hours, metrics, the working queue, and the transfer to it.

use serde_json::{Value, json};

use crate::flow::engine::actions::ANY;
use crate::flow::engine::assumptions::{OldestContact, Switch};
use crate::flow::engine::effect::{Effect, Warning};
use crate::flow::engine::outcomes::{Cause, Outcome};
use crate::flow::engine::question::{Asked, Reply};
use crate::flow::engine::state::{End, Target};
use crate::flow::engine::turn::{Decided, Halt, Leave, Turn, failed};
use crate::flow::namespaces::Root;

/// The event of a contact that waits in a queue.
const QUEUE_FLOW: &str = "CustomerQueue";

fn no_queue() -> Halt {
    Halt::Came(failed(ANY, Cause::NoQueue))
}

/// `CheckHoursOfOperation`: of the hours that it names, else of the working queue.
pub(super) fn hours(turn: &mut Turn<'_>) -> Decided {
    let hours = match turn.node("HoursOfOperationId") {
        Some(_) => Some(turn.required("HoursOfOperationId")?),
        None => match &turn.state.queue {
            Some(Target::Queue(_)) => None,
            Some(agent @ Target::Agent(_)) => return Ok(failed(ANY, Cause::AgentQueue(agent.clone()))),
            None => return Err(no_queue()),
        },
    };
    let asked = Asked::Hours { hours };
    let (_, open) = turn.ask_result(asked.clone())?;
    match open {
        "True" | "False" => turn.choose(Some(open)),
        _ => Err(turn.wrong(asked)),
    }
}

/// The queue that a block names, else the working queue.
fn queue(turn: &mut Turn<'_>) -> Result<String, Halt> {
    match turn.node("QueueId") {
        Some(_) => turn.required("QueueId"),
        None => turn.state.queue.as_ref().map(|queue| queue.text().to_owned()).ok_or_else(no_queue),
    }
}

/// `CheckMetricData`.
pub(super) fn metric(turn: &mut Turn<'_>) -> Decided {
    let (queue, metric) = (queue(turn)?, turn.required("MetricType")?);
    let oldest = metric == "OldestContactInQueueAgeSeconds";
    let asked = Asked::Metric { metric, queue };
    let (_, text) = turn.ask_result(asked.clone())?;
    let Ok(number) = text.trim().parse::<u64>() else { return Err(turn.wrong(asked)) };
    let mut value = number;
    if oldest {
        turn.assume(Switch::S7);
        if turn.assumptions.oldest_contact == OldestContact::Milliseconds {
            value = number.saturating_mul(1_000);
        }
    }
    turn.choose(Some(&value.to_string()))
}

/// `GetMetricData`.
pub(super) fn metrics(turn: &mut Turn<'_>) -> Decided {
    let answer = turn.ask(Asked::Metrics)?;
    match (&answer.reply, &answer.data) {
        (Reply::Done, Some(data @ Value::Object(_))) => {
            turn.pass(answer.after_ms);
            turn.find(Root::Metrics, data.clone());
            Ok(Outcome::Done)
        }
        _ => Err(turn.wrong(Asked::Metrics)),
    }
}

/// `UpdateContactTargetQueue`.
pub(super) fn target(turn: &mut Turn<'_>) -> Decided {
    let target = match turn.node("AgentId") {
        Some(_) => Target::Agent(turn.required("AgentId")?),
        None => Target::Queue(turn.required("QueueId")?),
    };
    set(turn, target);
    Ok(Outcome::Done)
}

fn set(turn: &mut Turn<'_>, target: Target) {
    let name = turn.program.name_of(target.text()).to_owned();
    let queue = json!({"ARN": target.text(), "Name": name, "OutboundCallerId": null});
    turn.state.set_member("Queue", queue);
    turn.state.queue = Some(target.clone());
    turn.effects.push(Effect::Queue(target));
}

/// `TransferContactToQueue` and `DequeueContactAndTransferToQueue`: the flow ends, and that of the queue begins.
pub(super) fn transfer(turn: &mut Turn<'_>) -> Decided {
    let named = match (turn.node("AgentId"), turn.node("QueueId")) {
        (Some(_), _) => Some(Target::Agent(turn.required("AgentId")?)),
        (None, Some(_)) => Some(Target::Queue(turn.required("QueueId")?)),
        (None, None) => None,
    };
    let target = named.clone().or_else(|| turn.state.queue.clone()).ok_or_else(no_queue)?;
    let asked = Asked::Capacity { queue: target.text().to_owned() };
    let answer = turn.ask(asked.clone())?;
    match &answer.reply {
        Reply::Done => {}
        Reply::TimeOut | Reply::Result(_) | Reply::Error(_) => return Err(turn.wrong(asked)),
    }
    turn.pass(answer.after_ms);
    if let Some(target) = named {
        set(turn, target);
    }
    let hook = turn.state.hooks.get(QUEUE_FLOW).cloned();
    let known = hook.as_ref().and_then(|hook| turn.program.callee(hook)).cloned();
    let frame = known.and_then(|key| turn.enter(&key));
    if hook.is_some() && frame.is_none() {
        let hook = QUEUE_FLOW.to_owned();
        turn.effects.push(Effect::Warned(Warning::UnknownHook { hook }));
    }
    match frame {
        Some(frame) => {
            turn.state.in_queue = true;
            turn.leave = Some(Leave::To(frame));
            Ok(Outcome::Leaves)
        }
        None => Ok(turn.end(End::Queued(target))),
    }
}
