//! Answers that nobody gave, and those of stubs.

use std::time::Duration;

use serde_json::Value;

use super::functions::{Functions, Outcome, Tried};
use crate::flow::engine::{Answer, Asked, Call, Place, Reply};
use crate::manifest::{Stub, StubFailure};
use crate::runtime::binding::{Bound, Callee};
use crate::runtime::tries;

/// What usually happens, where nobody says otherwise: a queue has room, and prompts that repeat end when someone takes the
/// contact.
pub(super) fn usual(asked: &Asked) -> Option<Answer> {
    matches!(asked, Asked::Capacity { .. } | Asked::Interruption { .. }).then(|| Answer::new(Reply::Done))
}

/// Takes the words that people have for hours.
pub(super) fn as_asked(answer: Answer, asked: &Asked) -> Answer {
    let reply = match (&answer.reply, asked) {
        (Reply::Result(text), Asked::Hours { .. }) if text == "open" => Reply::Result("True".to_owned()),
        (Reply::Result(text), Asked::Hours { .. }) if text == "closed" => Reply::Result("False".to_owned()),
        (reply, _) => reply.clone(),
    };
    Answer { reply, ..answer }
}

/// Returns the example of its answer in the manifest, where a function has one.
pub(super) fn example(bound: &Bound<'_>) -> Option<Stub> {
    let Callee::Declared(_, function) = &bound.callee else { return None };
    let example = function.response.as_ref()?.example.as_ref()?;
    let value: Value = serde_json::from_str(example).ok()?;
    Some(Stub { outcome: Ok(value), after: Duration::ZERO })
}

/// What an asynchronous call comes to, where nobody says otherwise.
pub(super) fn accepted() -> Stub {
    Stub { outcome: Ok(Value::Object(serde_json::Map::new())), after: Duration::ZERO }
}

/// A stub stands for the whole call: every try of it comes to the same.
pub(super) struct Stubs(pub(super) Stub);

impl Functions for Stubs {
    fn attempt(&mut self, _: &Place, call: &Call, _: usize) -> Option<Tried> {
        let took = self.0.after;
        Some(match &self.0.outcome {
            Ok(value) => Tried { took, outcome: Outcome::Answered(value.to_string().into_bytes()) },
            Err(StubFailure::Timeout) => {
                let seconds = call.limit_seconds.unwrap_or(call.kind.usual_seconds());
                let took = Duration::from_secs(seconds.into());
                Tried { took, outcome: Outcome::Failed(tries::Outcome::OutOfTime) }
            }
            Err(StubFailure::Error) => {
                Tried { took, outcome: Outcome::Failed(tries::Outcome::FunctionError) }
            }
            Err(StubFailure::Throttled) => {
                Tried { took, outcome: Outcome::Failed(tries::Outcome::Throttled) }
            }
            Err(StubFailure::Unavailable) => {
                Tried { took, outcome: Outcome::Failed(tries::Outcome::ServiceFailure) }
            }
            Err(StubFailure::Denied) => Tried { took, outcome: Outcome::Failed(tries::Outcome::Denied) },
        })
    }
}

/// Returns a reply as people type it.
pub fn words_of(reply: &Reply) -> String {
    match reply {
        Reply::Done => "done".to_owned(),
        Reply::Result(text) => text.clone(),
        Reply::TimeOut => "none".to_owned(),
        Reply::Error(kind) if kind == "NoMatchingError" => "error".to_owned(),
        Reply::Error(kind) => format!("error:{kind}"),
    }
}
