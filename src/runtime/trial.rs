//! A trial: the function of a binding is sent an event the way Amazon Connect does it, and what comes of it is judged.
//!
//! What is done here is only said: who makes the calls takes a [`Case`], asks [`Rules::next`](super::tries::Rules::next) when
//! to make each, and hands the replies to [`Trial::new`].

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::answer::{self, Breach, Contract, Verdict};
use super::binding::{Bound, Callee};
use super::contact::{Contact, Shape};
use super::event::{Event, Fields};
use super::parameters::{self, Filled, Given, Note, UnknownRoot};
use super::tries::{Branch, Next, Outcome, Rules, Try};
use crate::flow::InvocationKind;
use crate::resource::{Address, FunctionArn, FunctionRef, InstanceArn, Origin};

/// A binding and the event that its function is sent.
#[derive(Debug, Clone)]
pub struct Case {
    /// The block.
    pub address: Address,
    /// Where the flow file has the block, or the manifest the flow.
    pub origin: Origin,
    /// The function, as the block names it.
    pub function: FunctionRef,
    /// The instance that calls it.
    pub instance: InstanceArn,
    /// Whether the contact waits for the answer.
    pub kind: InvocationKind,
    /// How often it is tried, and for how long.
    pub rules: Rules,
    /// What an answer is held against.
    pub contract: Contract,
    /// The form of the contact, where it is not the one that was asked for.
    pub shape: Option<Shape>,
    /// What the function is sent.
    pub event: Event,
    /// What is worth knowing about the parameters.
    pub notes: BTreeSet<Note>,
}

/// Says why a binding cannot be tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaseError {
    /// The block names no function.
    #[error("{0} names no function")]
    NoFunction(Box<Address>),
    /// The function is known only in a contact, by this reference.
    #[error("{0} takes its function from `{1}`, which has no value here")]
    Dynamic(Box<Address>, String),
    /// What the block names is no ARN of a function.
    #[error("{0} names `{1}`, which is not the ARN of a function")]
    NotAnArn(Box<Address>, String),
    /// A parameter reads what no flow knows.
    #[error("{0}: {1}")]
    Root(Box<Address>, Box<UnknownRoot>),
}

/// What is the same for all events of a run.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Parameters that are set by hand.
    pub parameters: Vec<(String, String)>,
    /// What the flow learns while it runs.
    pub given: Vec<Given>,
    /// Which members of the contact are sent.
    pub fields: Fields,
    /// The seed of the waits between tries.
    pub seed: u64,
}

impl Asked {
    /// Makes the event that a binding's function is sent, and says what is worth knowing about its parameters.
    ///
    /// # Errors
    /// A parameter reads what no flow knows.
    pub fn event(
        &self,
        bound: &Bound<'_>,
        contact: &Contact,
    ) -> Result<(Event, BTreeSet<Note>), UnknownRoot> {
        let mut wanted = bound.parameters.clone().unwrap_or_default();
        wanted.extend(self.parameters.iter().map(|(name, value)| (name.clone(), value.as_str().into())));
        let Filled { parameters, notes } = parameters::fill(&wanted, contact, &self.given)?;
        Ok((Event::new(contact, parameters, self.fields), notes))
    }
}

impl Case {
    /// Makes the event of a binding and a contact.
    ///
    /// # Errors
    /// The function is not known, or a parameter reads what no flow has.
    pub fn new(
        bound: &Bound<'_>,
        contact: &Contact,
        shape: Option<Shape>,
        asked: &Asked,
    ) -> Result<Self, CaseError> {
        let function = function(bound, contact, asked)?;
        let (event, notes) = asked
            .event(bound, contact)
            .map_err(|error| CaseError::Root(Box::new(bound.address.clone()), Box::new(error)))?;
        Ok(Self {
            address: bound.address.clone(),
            origin: bound.origin.clone(),
            function,
            instance: bound.instance_arn.clone(),
            kind: bound.kind,
            rules: bound.rules(asked.seed),
            contract: bound.contract(),
            shape,
            event,
            notes,
        })
    }
}

/// The function that a binding calls; a reference is looked up in the contact and in what was given.
fn function(bound: &Bound<'_>, contact: &Contact, asked: &Asked) -> Result<FunctionRef, CaseError> {
    let address = || Box::new(bound.address.clone());
    let text = match &bound.callee {
        Callee::Declared(_, function) => return Ok(function.target.clone()),
        Callee::None => return Err(CaseError::NoFunction(address())),
        Callee::Literal(text) => text.clone(),
        Callee::Dynamic(reference) => parameters::value(reference, contact, &asked.given)
            .ok_or_else(|| CaseError::Dynamic(address(), reference.clone()))?,
    };
    let arn = FunctionArn::parse(&text).map_err(|_| CaseError::NotAnArn(address(), text))?;
    let FunctionArn { place, name, qualifier } = arn;
    Ok(FunctionRef { place, name, qualifier })
}

/// What came of one call, as Amazon Connect sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The function answered this.
    Answered(Vec<u8>),
    /// The function failed; this is what Lambda says of it.
    Failed(Vec<u8>),
    /// Lambda throttled the call, in its words.
    Throttled(String),
    /// Lambda failed, in its words.
    ServiceFailure(String),
    /// Amazon Connect may not call the function, or cannot.
    Denied(Denial),
    /// The limit of the block was over first.
    OutOfTime,
}

/// Why Amazon Connect gets no function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// The statement with this Sid denies it, or may.
    Statement(String),
    /// No statement of the resource policy allows it.
    NoStatement,
    /// There is no such function, version or alias.
    NoFunction,
}

/// One call and what came of it, in time since the contact reached the block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When it was begun.
    pub started: Duration,
    /// When it ended.
    pub ended: Duration,
    /// What came of it.
    pub reply: Reply,
}

impl Attempt {
    /// How the call counts.
    pub fn as_try(&self, contract: &Contract) -> Try {
        let outcome = match &self.reply {
            Reply::Answered(body) if answer::verdict(body, contract).is_taken() => Outcome::Answered,
            Reply::Answered(_) => Outcome::Refused,
            Reply::Failed(_) => Outcome::FunctionError,
            Reply::Throttled(_) => Outcome::Throttled,
            Reply::ServiceFailure(_) => Outcome::ServiceFailure,
            Reply::Denied(_) => Outcome::Denied,
            Reply::OutOfTime => Outcome::OutOfTime,
        };
        Try { started: self.started, ended: self.ended, outcome }
    }
}

/// What a function's failure says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failure {
    /// Its type, such as `KeyError` or `Sandbox.Timedout`.
    pub kind: Option<String>,
    /// Its message.
    pub message: Option<String>,
    /// Where it happened, a line for each call.
    pub trace: Vec<String>,
}

impl Failure {
    /// Reads what Lambda answers when a function fails.
    pub fn read(payload: &[u8]) -> Self {
        let value: Value = serde_json::from_slice(payload).unwrap_or_default();
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        // Node.js says `trace`, Python `stackTrace`.
        let trace = ["trace", "stackTrace"].into_iter().find_map(|name| value.get(name)?.as_array());
        let lines = trace.into_iter().flatten().filter_map(Value::as_str).flat_map(str::lines);
        let trace = lines.map(|line| line.trim_end().to_owned()).collect();
        Self { kind: text("errorType"), message: text("errorMessage"), trace }
    }
}

/// What went wrong in a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The answer is not what Amazon Connect takes, or not what was promised.
    Breach(Breach),
    /// The function failed.
    Failed(Failure),
    /// Every call was throttled.
    Throttled(String),
    /// Lambda failed every time.
    ServiceFailure(String),
    /// Amazon Connect may not call the function.
    Denied(Denial),
    /// The limit of the block was over first.
    OutOfTime(Duration),
}

/// What Lambda reports beside an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ran {
    /// The version that ran.
    pub version: Option<String>,
    /// The end of the log.
    pub log: Option<String>,
}

/// A trial that was made.
#[derive(Debug, Clone)]
pub struct Trial {
    /// What was tried.
    pub case: Case,
    /// The calls, the first one first.
    pub attempts: Vec<Attempt>,
    /// When the contact left the block, and where to.
    pub left: (Duration, Branch),
    /// What is made of the last answer, if there was one.
    pub verdict: Option<Verdict>,
    /// What Lambda reported with the last reply.
    pub ran: Ran,
    /// Why it is not known whether Amazon Connect may call the function, where it could not be read.
    pub unjudged: Option<String>,
    /// Whether an earlier call of the function was given up at its limit, and may still have run.
    pub after_overrun: bool,
}

impl Trial {
    /// Judges calls that were made as [`Rules::next`](super::tries::Rules::next) said.
    pub fn new(case: Case, attempts: Vec<Attempt>, ran: Ran, unjudged: Option<String>) -> Self {
        let tries: Vec<Try> = attempts.iter().map(|one| one.as_try(&case.contract)).collect();
        let left = match case.rules.next(&tries) {
            // The contact does not wait.
            Next::Leave(_, _) if case.kind == InvocationKind::Async => (Duration::ZERO, Branch::Success),
            Next::Leave(at, branch) => (at, branch),
            // Calls that stop too early: the contact would still be waiting.
            Next::Try(at) => (at, Branch::Error),
        };
        let verdict = match attempts.last().map(|last| &last.reply) {
            Some(Reply::Answered(body)) => Some(answer::verdict(body, &case.contract)),
            _ => None,
        };
        Self { case, attempts, left, verdict, ran, unjudged, after_overrun: false }
    }

    /// What went wrong, in order; nothing where the flow gets what it was promised.
    pub fn troubles(&self) -> Vec<Trouble> {
        let Some(last) = self.attempts.last() else { return Vec::new() };
        // An answer that came when the limit was over is none.
        let late = last.ended >= self.case.rules.limit;
        match &last.reply {
            Reply::Answered(_) if late => vec![Trouble::OutOfTime(self.case.rules.limit)],
            Reply::Answered(_) => {
                let breaches = self.verdict.iter().flat_map(|verdict| &verdict.breaches);
                breaches.cloned().map(Trouble::Breach).collect()
            }
            Reply::Failed(payload) => vec![Trouble::Failed(Failure::read(payload))],
            Reply::Throttled(said) => vec![Trouble::Throttled(said.clone())],
            Reply::ServiceFailure(said) => vec![Trouble::ServiceFailure(said.clone())],
            Reply::Denied(denial) => vec![Trouble::Denied(denial.clone())],
            Reply::OutOfTime => vec![Trouble::OutOfTime(self.case.rules.limit)],
        }
    }

    /// Whether the flow gets what it was promised.
    pub fn is_good(&self) -> bool {
        self.troubles().is_empty()
    }

    /// What the last call gave back: the function's answer, or what Lambda says of its failure.
    pub fn body(&self) -> Option<&[u8]> {
        match &self.attempts.last()?.reply {
            Reply::Answered(body) | Reply::Failed(body) => Some(body),
            Reply::Throttled(_) | Reply::ServiceFailure(_) | Reply::Denied(_) | Reply::OutOfTime => None,
        }
    }

    /// Whether a call was given up at the limit of the block.
    pub fn ran_out_of_time(&self) -> bool {
        self.attempts.iter().any(|attempt| attempt.reply == Reply::OutOfTime)
    }
}

#[cfg(test)]
mod tests;
