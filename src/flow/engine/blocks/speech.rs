//! Blocks that only speak.

use crate::flow::channel::Channel;
use crate::flow::engine::actions::ANY;
use crate::flow::engine::outcomes::{Cause, Outcome};
use crate::flow::engine::question::{Asked, Reply};
use crate::flow::engine::state::End;
use crate::flow::engine::turn::{Decided, Turn, failed};
use crate::flow::json::Node;

/// `MessageParticipant`.
pub(super) fn message(turn: &mut Turn<'_>) -> Decided {
    let parameters = turn.code.document.block_node(turn.block).and_then(|node| node.get("Parameters"));
    match parameters.and_then(|parameters| turn.prompt(parameters)) {
        Some(said) => turn.say(said)?,
        None => return Ok(failed(ANY, Cause::Parameter { name: "Text".to_owned() })),
    }
    Ok(Outcome::Done)
}

/// `MessageParticipantIteratively`: says its prompts, from the first on each time, until they are interrupted or someone
/// takes the contact.
pub(super) fn messages(turn: &mut Turn<'_>) -> Decided {
    let channel = turn.state.channel();
    if channel == Channel::Chat {
        return Ok(failed(ANY, Cause::Channel(channel)));
    }
    for message in turn.node("Messages").map(Node::items).unwrap_or_default() {
        if let Some(said) = turn.prompt(message) {
            turn.say(said)?;
        }
    }
    let every_ms = turn.limit_ms("InterruptFrequencySeconds");
    let asked = Asked::Interruption { every_ms };
    let answer = turn.ask(asked.clone())?;
    match (&answer.reply, every_ms) {
        (Reply::TimeOut, Some(every_ms)) => {
            // The prompts go on all the time.
            turn.pass(every_ms);
            turn.state.silence_ms = 0;
            turn.choose(Some("MessagesInterrupted"))
        }
        (Reply::Done, _) => {
            turn.pass(answer.after_ms);
            Ok(turn.end(End::Taken))
        }
        _ => Err(turn.wrong(asked)),
    }
}
