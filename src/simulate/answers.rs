//! Answers that nobody gave, and those of stubs.

use std::time::Duration;

use serde_json::Value;

use super::functions::{Attempted, Functions, Outcome, Tried};
use crate::flow::engine::{Answer, Asked, Reply};
use crate::manifest::{Stub, StubFailure, StubOutcome};
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
    Some(Stub::new(StubOutcome::Answer(value)))
}

/// What an asynchronous call comes to, where nobody says otherwise.
pub(super) fn accepted() -> Stub {
    Stub::new(StubOutcome::Answer(Value::Object(serde_json::Map::new())))
}

/// A stub stands for the whole call: every try of it comes to the same.
pub(super) struct Stubs(pub(super) Stub);

impl Functions for Stubs {
    fn attempt(&mut self, attempted: &Attempted<'_>) -> Option<Tried> {
        let took = self.0.after;
        let failure = match &self.0.outcome {
            StubOutcome::Run => return None,
            StubOutcome::Answer(value) => {
                return Some(Tried { took, outcome: Outcome::Answered(value.to_string().into_bytes()) });
            }
            StubOutcome::Failure(failure) => failure,
        };
        let (took, outcome) = match failure {
            StubFailure::Timeout => {
                let seconds = attempted.call.limit_seconds.unwrap_or(attempted.call.kind.usual_seconds());
                (Duration::from_secs(seconds.into()), tries::Outcome::OutOfTime)
            }
            StubFailure::Error => (took, tries::Outcome::FunctionError),
            StubFailure::Throttled => (took, tries::Outcome::Throttled),
            StubFailure::Unavailable => (took, tries::Outcome::ServiceFailure),
            StubFailure::Denied => (took, tries::Outcome::Denied),
        };
        Some(Tried { took, outcome: Outcome::Failed(outcome) })
    }
}
