//! A contact's way through flows, as data: from a state, and what the world answers, to the next state.
//!
//! [`step`] is a pure function. Nothing sleeps: time is a number in the state, and comes with the answers. What a block
//! cannot know (what the caller presses, what a function answers, whether it is open) it asks as a [`Question`]; a block
//! that the engine does not know asks as well, with the branches that it declares. Whatever is not documented is decided
//! by [`Assumptions`], and each decision that rests on one is marked in the [`Effect`]s.
//!
//! ```
//! use std::sync::Arc;
//!
//! use flowbind::flow::engine::{Assumptions, Code, Effect, Key, Program, State, Step, step};
//! use flowbind::flow::stub::FlowType;
//! use flowbind::flow::Document;
//!
//! let text = r#"{"StartAction": "hello", "Actions": [
//!   {"Identifier": "hello", "Type": "MessageParticipant", "Parameters": {"Text": "Hello $.Attributes.name"},
//!    "Transitions": {"NextAction": "end"}},
//!   {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]}"#;
//! let code = Code { document: Arc::new(Document::parse(text)?), kind: FlowType::ContactFlow };
//! let key = Key::flow("main");
//! let program = Program { flows: [(key.clone(), code)].into(), ..Program::default() };
//!
//! let contact = serde_json::json!({"Channel": "VOICE", "Attributes": {"name": "Ann"}});
//! let state = State::new(&program, key, contact);
//! let Step::Went(went) = step(&program, &Assumptions::default(), &state, None) else { panic!() };
//! assert!(matches!(&went.effects[..], [Effect::Said { text, .. }] if text == "Hello Ann"));
//! # Ok::<(), flowbind::flow::ParseError>(())
//! ```
//!
//! What of a function's call is no business of the flow (tries, waits between them, whether its answer is taken) is worked
//! out outside, and comes as the answer.

mod actions;
mod assumptions;
mod blocks;
mod conditions;
mod effect;
mod outcomes;
mod program;
mod question;
mod state;
mod step;
mod turn;

pub use assumptions::{
    AnswerAcrossFlows, AnswerSize, Assumption, AssumptionError, Assumptions, ChainRestart, FailedAnswer,
    FunctionErrors, LoopCounter, NotText, OldestContact, REGISTER, StoredInput, Switch, SwitchQuestion,
    TimeoutBranch, UnsetReference,
};
pub use effect::{Effect, Scope, Speech, Warning};
pub use outcomes::{Branch, Cause, Outcome, outcomes};
pub use program::{Code, Key, KeyKind, Place, Program};
pub use question::{Answer, Asked, Call, InputMode, Question, Refusal, Reply};
pub use state::{CHAIN_LIMIT_MS, End, Frame, Lost, State, Target};
pub use step::{Step, Went, after_hook, over, replies, step};

#[cfg(test)]
mod tests;
