//! One block's turn: what it reads, asks, says and sets.

use std::convert::Infallible;

use serde_json::Value;

use super::actions::{ANY, Exits, Family, exits, family};
use super::assumptions::{Assumptions, ChainRestart, Switch};
use super::conditions;
use super::effect::{Effect, Speech, Warning};
use super::outcomes::{Cause, Outcome};
use super::program::{Code, Key, Place, Program};
use super::question::{Answer, Asked, Question, Refusal, Reply};
use super::state::{End, Frame, State};
use crate::flow::channel::Channel;
use crate::flow::document::Block;
use crate::flow::json::Node;
use crate::flow::namespaces::{Read, Root, canonical, of_contact, under};
use crate::flow::references;

/// Why a block's turn ended before its last line.
#[derive(Debug)]
pub(super) enum Halt {
    /// It asks.
    Ask(Question),
    /// It does not take the answer.
    Refused(Refusal),
    /// It came to this already.
    Came(Outcome),
}

/// What a block came to, or why it did not.
pub(super) type Decided = Result<Outcome, Halt>;

/// Where the contact goes when it leaves by the block itself.
#[derive(Debug)]
pub(super) enum Leave {
    /// Into a module.
    Into(Frame),
    /// To another flow.
    To(Frame),
    /// Back to the caller of the module.
    Back { result: Option<String>, data: Option<Value> },
    /// Nowhere.
    End(End),
}

/// A text with its references filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) text: String,
    /// Whether a reference had no value.
    pub(super) missing: bool,
}

/// A block's turn. The flow that it is in was taken off the state.
pub(super) struct Turn<'a> {
    pub(super) program: &'a Program,
    pub(super) assumptions: &'a Assumptions,
    pub(super) code: &'a Code,
    pub(super) block: &'a Block,
    pub(super) place: Place,
    pub(super) state: State,
    pub(super) frame: Frame,
    pub(super) effects: Vec<Effect>,
    /// What was answered, until it is used.
    pub(super) answer: Option<&'a Answer>,
    pub(super) leave: Option<Leave>,
}

/// Fails with a type of error.
pub(super) fn failed(error: &str, cause: Cause) -> Outcome {
    Outcome::Failed { error: error.to_owned(), cause }
}

impl<'a> Turn<'a> {
    /// Returns what the block may come to.
    pub(super) fn exits(&self) -> Exits {
        exits(self.code, self.block)
    }

    /// Returns a parameter as it is written.
    pub(super) fn node(&self, name: &str) -> Option<&'a Node> {
        self.code.document.parameter(self.block, name)
    }

    /// Returns a parameter with its references filled in.
    pub(super) fn text(&mut self, name: &str) -> Option<Filled> {
        let text = self.node(name)?.scalar()?;
        Some(self.fill(&text))
    }

    /// Returns a parameter with its references filled in; without a value the block fails.
    pub(super) fn required(&mut self, name: &str) -> Result<String, Halt> {
        match self.text(name) {
            Some(filled) if !filled.text.is_empty() => Ok(filled.text),
            _ => Err(Halt::Came(failed(ANY, Cause::Parameter { name: name.to_owned() }))),
        }
    }

    /// Returns a parameter in seconds as milliseconds.
    pub(super) fn limit_ms(&mut self, name: &str) -> Option<u64> {
        let seconds: u64 = self.text(name)?.text.trim().parse().ok()?;
        seconds.checked_mul(1_000)
    }

    /// Fills the references of a text in. What is not set is empty, with a warning.
    pub(super) fn fill(&mut self, text: &str) -> Filled {
        self.filled(text, false)
    }

    /// The same, or what is not set stays as it is written.
    pub(super) fn filled(&mut self, text: &str, as_written: bool) -> Filled {
        let text = self.program.rendered(text);
        let mut missing = false;
        let Ok(text) = references::filled::<Infallible>(&text, |written, steps| {
            let reference = written.to_owned();
            let warning = match self.read(steps) {
                Read::Text(text) => return Ok(text),
                Read::Unset | Read::OfRun => Warning::Unset { reference },
                Read::NoLeaf => Warning::NoLeaf { reference },
                Read::UnknownRoot => Warning::UnknownRoot { reference },
            };
            missing = true;
            self.effects.push(Effect::Warned(warning));
            Ok(if as_written { written.to_owned() } else { String::new() })
        });
        Filled { text, missing }
    }

    /// Fills the references of a whole value in. Recursion is bounded: the reader of flows refused what nests deeper.
    pub(super) fn fill_value(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.fill(text).text),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.fill_value(item)).collect()),
            Value::Object(members) => {
                let members = members.iter().map(|(name, value)| (name.clone(), self.fill_value(value)));
                Value::Object(members.collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    /// Reads a reference.
    fn read(&mut self, steps: &[String]) -> Read {
        let steps = canonical(steps);
        let Some((first, rest)) = steps.split_first() else { return Read::UnknownRoot };
        let Some(root) = Root::of(first) else { return of_contact(&self.state.contact, &steps) };
        if let Some(switch) = self.frame.doubtful.get(&root) {
            self.effects.push(Effect::Assumed(*switch));
        }
        let values = if root.stays() { &self.state.values } else { &self.frame.values };
        match values.get(&root) {
            None => Read::Unset,
            // Names of attributes may have full stops.
            Some(value) if root == Root::FlowAttributes && !rest.is_empty() => {
                under(value, &[rest.join(".")])
            }
            Some(value) => under(value, rest),
        }
    }

    /// Puts what a block found out under a root, in place of what was there.
    pub(super) fn find(&mut self, root: Root, value: Value) {
        self.frame.doubtful.remove(&root);
        let values = if root.stays() { &mut self.state.values } else { &mut self.frame.values };
        values.insert(root, value.clone());
        self.effects.push(Effect::Found { root, value });
    }

    /// Marks a decision that rests on an assumption.
    pub(super) fn assume(&mut self, switch: Switch) {
        self.effects.push(Effect::Assumed(switch));
    }

    /// Lets time go by.
    pub(super) fn pass(&mut self, ms: u64) {
        if ms > 0 {
            self.state.pass(ms);
            self.effects.push(Effect::Passed(ms));
        }
    }

    /// Returns the answer, or asks for it. An error that the block has is what the block came to.
    pub(super) fn ask(&mut self, asked: Asked) -> Result<&'a Answer, Halt> {
        let Some(answer) = self.answer.take() else {
            return Err(Halt::Ask(Question { place: self.place.clone(), asked }));
        };
        if let Reply::Error(kind) = &answer.reply {
            self.pass(answer.after_ms);
            return Err(self.fails(kind));
        }
        Ok(answer)
    }

    /// Fails as it was answered.
    pub(super) fn fails(&self, kind: &str) -> Halt {
        let known = self.exits().errors;
        match known.iter().any(|error| error == kind) {
            true => Halt::Came(failed(kind, Cause::Answered)),
            false => Halt::Refused(Refusal::NoSuchError { known }),
        }
    }

    /// Fails where an error is answered, though nothing has to be asked.
    pub(super) fn unless_it_fails(&mut self) -> Result<(), Halt> {
        let Some(Answer { reply: Reply::Error(kind), after_ms, .. }) = self.answer else { return Ok(()) };
        self.answer = None;
        self.pass(*after_ms);
        Err(self.fails(kind))
    }

    /// Says that an answer has the wrong form.
    pub(super) fn wrong(&self, asked: Asked) -> Halt {
        Halt::Refused(Refusal::WrongForm(Question { place: self.place.clone(), asked }))
    }

    /// Asks for a result, and chooses the branch by it.
    pub(super) fn ask_result(&mut self, asked: Asked) -> Result<(&'a Answer, &'a str), Halt> {
        let answer = self.ask(asked.clone())?;
        match &answer.reply {
            Reply::Result(text) => {
                self.pass(answer.after_ms);
                Ok((answer, text))
            }
            Reply::Done | Reply::TimeOut | Reply::Error(_) => Err(self.wrong(asked)),
        }
    }

    /// Chooses the first condition that holds for a value.
    pub(super) fn choose(&mut self, value: Option<&str>) -> Decided {
        let block = self.block;
        for (condition, branch) in block.transitions.conditions.iter().enumerate() {
            let operand = self.fill(branch.operands.first().map_or("", String::as_str));
            let value = value.filter(|_| !operand.missing);
            // Blocks whose operators are not known do not come here.
            if conditions::holds(&branch.operator, &operand.text, value) == Some(true) {
                let value = value.unwrap_or_default().to_owned();
                return Ok(Outcome::Matched { condition, value });
            }
        }
        Ok(Outcome::NoMatch { value: value.map(str::to_owned) })
    }

    /// Chooses a condition by its name.
    pub(super) fn named(&self, text: &str) -> Outcome {
        let conditions = &self.block.transitions.conditions;
        let found = conditions.iter().position(|branch| branch.label == text);
        let by_operand =
            || conditions.iter().position(|branch| branch.operands.first().is_some_and(|it| it == text));
        match found.or_else(by_operand) {
            Some(condition) => Outcome::Matched { condition, value: text.to_owned() },
            None => Outcome::NoMatch { value: Some(text.to_owned()) },
        }
    }

    /// Returns what an object with a prompt says: its form and its text.
    pub(super) fn prompt(&mut self, node: &Node) -> Option<(Speech, Filled)> {
        let forms = [
            ("Text", Speech::Text),
            ("SSML", Speech::Ssml),
            ("PromptId", Speech::Prompt),
            ("Media", Speech::Media),
        ];
        let (form, value) = forms.iter().find_map(|(name, form)| Some((*form, node.get(name)?)))?;
        let written = match form {
            Speech::Media => value.get("Uri")?.scalar()?,
            _ => value.scalar()?,
        };
        let as_ssml = node.get("TextToSpeechType").and_then(Node::as_str).is_some_and(|kind| kind == "ssml");
        let form = if form == Speech::Text && as_ssml { Speech::Ssml } else { form };
        let speaks = matches!(form, Speech::Text | Speech::Ssml);
        let as_written = self.assumptions.unset_reference == super::assumptions::UnsetReference::AsWritten;
        let mut said = self.filled(&written, as_written && speaks);
        if said.missing && speaks {
            self.assume(Switch::S1);
        }
        if form == Speech::Prompt {
            said.text = self.program.name_of(&said.text).to_owned();
        }
        Some((form, said))
    }

    /// Says something. Recordings and marks for reading are for voice alone.
    pub(super) fn say(&mut self, (form, said): (Speech, Filled)) -> Result<(), Halt> {
        let channel = self.state.channel();
        if channel == Channel::Task {
            self.effects.push(Effect::Unheard);
            return Ok(());
        }
        if channel == Channel::Chat && matches!(form, Speech::Ssml | Speech::Prompt) {
            return Err(Halt::Came(failed(ANY, Cause::Channel(channel))));
        }
        if said.text.trim().is_empty() {
            self.effects.push(Effect::Warned(Warning::NothingSaid));
            return Ok(());
        }
        let play = family(&self.code.document, self.block) == Family::Message;
        if self.state.chain_ms > 0 && !play {
            self.assume(Switch::S9);
        }
        if play || self.assumptions.chain_restart == ChainRestart::AnySpeech {
            self.state.chain_ms = 0;
        }
        if form != Speech::Ssml || has_words(&said.text) {
            self.state.heard = true;
            self.state.silence_ms = 0;
        }
        self.effects.push(Effect::Said { form, text: said.text });
        Ok(())
    }

    /// Enters another flow or module; none where its content is not at hand.
    pub(super) fn enter(&mut self, key: &Key) -> Option<Frame> {
        let frame = Frame::new(self.program, key)?;
        self.effects.push(Effect::Entered(key.clone()));
        Some(frame)
    }

    /// Ends the contact's way.
    pub(super) fn end(&mut self, end: End) -> Outcome {
        self.leave = Some(Leave::End(end));
        Outcome::Leaves
    }
}

/// Whether something is heard of a text with marks: a pause alone is none.
fn has_words(ssml: &str) -> bool {
    let mut inside = false;
    let text = ssml.chars().any(|c| {
        inside = (inside || c == '<') && c != '>';
        !inside && c != '>' && !c.is_whitespace()
    });
    text || ssml.contains("<audio")
}
