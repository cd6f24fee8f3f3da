//! Blocks that wait for a bot, an agent, or an event.

use serde_json::{Map, Value};

use crate::flow::channel::Channel;
use crate::flow::engine::actions::{ANY, INPUT_LIMIT, TIME_LIMIT};
use crate::flow::engine::outcomes::Cause;
use crate::flow::engine::question::{Answer, Asked, Reply};
use crate::flow::engine::turn::{Decided, Turn, failed};
use crate::flow::json::Node;
use crate::flow::namespaces::Root;

/// The result of a wait that nothing ended.
const WAITED: &str = "WaitCompleted";

/// The members of an answer's data, under names of their own or as they are.
fn members(answer: &Answer) -> Map<String, Value> {
    match &answer.data {
        Some(Value::Object(members)) => members.clone(),
        _ => Map::new(),
    }
}

/// `ConnectParticipantWithLexBot`.
pub(super) fn lex(turn: &mut Turn<'_>) -> Decided {
    let parameters = turn.code.document.block_node(turn.block).and_then(|node| node.get("Parameters"));
    if let Some(said) = parameters.and_then(|parameters| turn.prompt(parameters)) {
        turn.say(said)?;
    }
    let bot = match (turn.node("LexV2Bot"), turn.node("LexBot")) {
        (Some(bot), _) => bot.get("AliasArn").and_then(Node::as_str),
        (None, Some(bot)) => bot.get("Name").or(Some(bot)).and_then(Node::as_str),
        (None, None) => None,
    };
    let bot = turn.fill(bot.unwrap_or_default()).text;
    if bot.is_empty() {
        return Ok(failed(ANY, Cause::Parameter { name: "LexV2Bot".to_owned() }));
    }
    let limit = turn.node("LexTimeoutSeconds").and_then(|limit| limit.get("Text")?.scalar());
    let limit_ms = limit.and_then(|limit| limit.trim().parse::<u64>().ok()?.checked_mul(1_000));
    let asked = Asked::Intent { bot };
    let answer = turn.ask(asked.clone())?;
    match (&answer.reply, limit_ms) {
        (Reply::Result(intent), _) => {
            turn.pass(answer.after_ms);
            turn.state.silence_ms = 0;
            let mut found = members(answer);
            found.insert("IntentName".to_owned(), Value::String(intent.clone()));
            turn.find(Root::Lex, Value::Object(found));
            turn.choose(Some(intent))
        }
        (Reply::TimeOut, Some(limit_ms)) => {
            turn.pass(limit_ms);
            Ok(failed(INPUT_LIMIT, Cause::TimeOver))
        }
        _ => Err(turn.wrong(asked)),
    }
}

/// `ShowView`.
pub(super) fn view(turn: &mut Turn<'_>) -> Decided {
    let limit_ms = turn.limit_ms("InvocationTimeLimitSeconds");
    let asked = Asked::View { limit_ms };
    let answer = turn.ask(asked.clone())?;
    match &answer.reply {
        Reply::Result(action) => {
            turn.pass(answer.after_ms);
            let mut found = Map::new();
            found.insert("Action".to_owned(), Value::String(action.clone()));
            found.insert("ViewResultData".to_owned(), Value::Object(members(answer)));
            turn.find(Root::Views, Value::Object(found));
            turn.choose(Some(action))
        }
        Reply::TimeOut => {
            turn.pass(limit_ms.unwrap_or_default());
            Ok(failed(TIME_LIMIT, Cause::TimeOver))
        }
        Reply::Done | Reply::Error(_) => Err(turn.wrong(asked)),
    }
}

/// `Wait`: without events it needs no answer.
pub(super) fn wait(turn: &mut Turn<'_>) -> Decided {
    let channel = turn.state.channel();
    if channel == Channel::Voice {
        return Ok(failed(ANY, Cause::Channel(channel)));
    }
    let limit_ms = match turn.limit_ms("TimeLimitSeconds").or_else(|| turn.limit_ms("TimeoutSeconds")) {
        Some(limit_ms) => limit_ms,
        None => return Ok(failed(ANY, Cause::Parameter { name: "TimeLimitSeconds".to_owned() })),
    };
    let events = turn.node("Events").map(Node::items).unwrap_or_default();
    if events.is_empty() {
        turn.pass(limit_ms);
        return turn.choose(Some(WAITED));
    }
    let asked = Asked::Event { limit_ms };
    let answer = turn.ask(asked.clone())?;
    match &answer.reply {
        Reply::TimeOut => {
            turn.pass(limit_ms);
            turn.choose(Some(WAITED))
        }
        Reply::Result(event) if events.iter().any(|known| known.as_str() == Some(event)) => {
            turn.pass(answer.after_ms.min(limit_ms));
            turn.choose(Some(event))
        }
        Reply::Done | Reply::Result(_) | Reply::Error(_) => Err(turn.wrong(asked)),
    }
}
