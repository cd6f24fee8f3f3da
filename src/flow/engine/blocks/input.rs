//! `GetParticipantInput`: digits that choose a branch, or are stored.

use serde_json::Value;

use crate::flow::channel::Channel;
use crate::flow::engine::actions::{ANY, INPUT_LIMIT, is_true, stores};
use crate::flow::engine::effect::{Effect, Warning};
use crate::flow::engine::outcomes::{Cause, Outcome};
use crate::flow::engine::question::{Asked, InputMode, Reply};
use crate::flow::engine::turn::{Decided, Turn, failed};
use crate::flow::json::Node;
use crate::flow::namespaces::Root;

/// How long the block waits for a digit where it does not say.
const USUAL_LIMIT_MS: u64 = 5_000;

/// What is stored when the customer enters nothing; the administrator guide, "Flow block: Store customer input".
const NOTHING: &str = "Timeout";

/// The digits of a telephone.
const DIGITS: &str = "0123456789*#";

pub(super) fn input(turn: &mut Turn<'_>) -> Decided {
    let channel = turn.state.channel();
    if channel != Channel::Voice {
        return Ok(failed(ANY, Cause::Channel(channel)));
    }
    let parameters = turn.code.document.block_node(turn.block).and_then(|node| node.get("Parameters"));
    if let Some(said) = parameters.and_then(|parameters| turn.prompt(parameters)) {
        turn.say(said)?;
    }
    let limit_ms = turn.limit_ms("InputTimeLimitSeconds").unwrap_or(USUAL_LIMIT_MS);
    match stores(&turn.code.document, turn.block) {
        true => store(turn, limit_ms),
        false => menu(turn, limit_ms),
    }
}

fn menu(turn: &mut Turn<'_>, limit_ms: u64) -> Decided {
    let asked = Asked::Input { mode: InputMode::Menu, limit_ms };
    let answer = turn.ask(asked.clone())?;
    match &answer.reply {
        Reply::Result(digit) if digit.len() == 1 && DIGITS.contains(digit.as_str()) => {
            turn.pass(answer.after_ms);
            turn.state.silence_ms = 0;
            turn.choose(Some(digit))
        }
        Reply::TimeOut => {
            turn.pass(limit_ms);
            Ok(failed(INPUT_LIMIT, Cause::TimeOver))
        }
        Reply::Done | Reply::Result(_) | Reply::Error(_) => Err(turn.wrong(asked)),
    }
}

fn store(turn: &mut Turn<'_>, limit_ms: u64) -> Decided {
    let validation = turn.node("InputValidation");
    let custom = validation.and_then(|validation| validation.get("CustomValidation"));
    let longest = custom.and_then(|custom| custom.get("MaximumLength")?.scalar()?.trim().parse().ok());
    let asked = Asked::Input { mode: InputMode::Store { longest }, limit_ms };
    let answer = turn.ask(asked.clone())?;
    let entered = match &answer.reply {
        Reply::TimeOut => {
            turn.pass(limit_ms);
            NOTHING.to_owned()
        }
        Reply::Result(keys) if !keys.is_empty() && keys.chars().all(|key| DIGITS.contains(key)) => {
            turn.pass(answer.after_ms);
            turn.state.silence_ms = 0;
            if validation.is_some_and(|validation| validation.get("PhoneNumberValidation").is_some()) {
                turn.effects.push(Effect::Warned(Warning::NumberUnchecked));
            }
            entered(turn, keys, longest)
        }
        Reply::Done | Reply::Result(_) | Reply::Error(_) => return Err(turn.wrong(asked)),
    };
    let encrypted = turn.node("InputEncryption").is_some();
    turn.frame.doubtful.remove(&Root::StoredCustomerInput);
    turn.frame.values.insert(Root::StoredCustomerInput, Value::String(entered.clone()));
    turn.effects.push(Effect::Stored((!encrypted).then_some(entered)));
    Ok(Outcome::Done)
}

/// Returns what is stored of the keys that are pressed: up to the keys that end an entry or to the most digits; `*` begins
/// anew.
fn entered(turn: &Turn<'_>, keys: &str, longest: Option<usize>) -> String {
    let configuration = turn.node("DTMFConfiguration");
    let part = |name: &str| configuration.and_then(|configuration| configuration.get(name));
    let last = part("InputTerminationSequence").and_then(Node::scalar).unwrap_or("#".into());
    let clears = !part("DisableCancelKey").is_some_and(is_true);
    let mut entered = String::new();
    for key in keys.chars() {
        if key == '*' && clears && !last.contains('*') {
            entered.clear();
            continue;
        }
        entered.push(key);
        if !last.is_empty() && entered.ends_with(&*last) {
            entered.truncate(entered.len() - last.len());
            break;
        }
        if longest.is_some_and(|longest| entered.len() >= longest) {
            break;
        }
    }
    entered
}
