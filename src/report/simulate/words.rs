//! The words for what blocks ask, come to and do.

use crate::flow::engine::{
    Asked, Cause, Effect, End, InputMode, Lost, Outcome, Program, Question, REGISTER, Refusal, Scope, Switch,
    Target, Warning,
};
use crate::report::count;
use crate::runtime::tries;
use crate::simulate::{Taken, UnusedAnswer, words_of};

/// Writes milliseconds as seconds: `0.3 s`, `12 s`.
pub(in crate::report) fn seconds(ms: u64) -> String {
    match (ms / 1_000, ms % 1_000) {
        (whole, 0) => format!("{whole} s"),
        (whole, part) => {
            let part = format!("{part:03}");
            format!("{whole}.{} s", part.trim_end_matches('0'))
        }
    }
}

/// Names the type of a flow.
pub(super) fn kind(kind: crate::flow::stub::FlowType) -> String {
    kind.as_str().to_lowercase().replace('_', "-")
}

/// Says what is assumed, and why it has to be.
pub(super) fn assumed(switch: Switch) -> String {
    let about = match switch {
        Switch::S10 => "the form of this block is not published",
        Switch::S12 => "the waits between tries of a function",
        switch => {
            REGISTER.iter().find(|question| question.switch == switch).map_or("", |question| question.about)
        }
    };
    format!(
        "{}: AWS does not document {}",
        switch.code(),
        about.trim_start_matches("the form of this block is ")
    )
    .replace("document not published", "publish the form of this block")
}

/// Says what is worth knowing.
pub(super) fn warned(warning: &Warning) -> String {
    match warning {
        Warning::Unset { reference } => format!("`{reference}` is not set"),
        Warning::NoLeaf { reference } => {
            format!("`{reference}` names a whole map or list, which has no text")
        }
        Warning::UnknownRoot { reference } => {
            format!("`{reference}` is not a reference that Amazon Connect knows")
        }
        Warning::NothingSaid => "the prompt is empty, so nothing is heard".to_owned(),
        Warning::NumberUnchecked => "whether this is a valid telephone number is not checked".to_owned(),
        Warning::NotAllowed(flow) => format!("this block is not allowed in a {} flow", kind(*flow)),
        Warning::UnknownHook { hook } => {
            format!("the flow for {hook} is not in the manifest, so it does not run")
        }
    }
}

/// Says what a block did to something; none for what is shown otherwise.
pub(super) fn effect(effect: &Effect, program: &Program) -> Option<String> {
    Some(match effect {
        Effect::Attribute { scope, name, value } => {
            let whose = match scope {
                Scope::Contact => "attribute",
                Scope::Related => "attribute of the related contact",
                Scope::Flow => "flow attribute",
                Scope::Data => "contact's",
                Scope::Tag => "tag",
            };
            match value {
                Some(value) => format!("sets the {whose} `{name}` to `{value}`"),
                None => format!("removes the {whose} `{name}`"),
            }
        }
        Effect::Found { root, value } => format!("$.{} is now {value}", root.name()),
        Effect::Stored(Some(text)) => format!("$.StoredCustomerInput is now `{text}`"),
        Effect::Stored(None) => "$.StoredCustomerInput is now the encrypted entry".to_owned(),
        Effect::Queue(target) => format!("sets the working queue to {}", target_text(target, program)),
        Effect::Hook { event, flow: Some(flow) } => {
            let flow = program.callee(flow).map_or_else(|| flow.clone(), ToString::to_string);
            format!("sets {flow} for {event}")
        }
        Effect::Hook { event, flow: None } => format!("removes the flow for {event}"),
        Effect::Entered(key) => format!("enters {key}"),
        Effect::Returned { from, result: Some(result) } => format!("returns from {from} with `{result}`"),
        Effect::Returned { from, result: None } => format!("returns from {from}"),
        Effect::Passed(ms) => format!("takes {}", seconds(*ms)),
        Effect::ChainCut => "functions took 20 s without a prompt: Amazon Connect ends the call".to_owned(),
        Effect::Unheard => "a task hears no prompt".to_owned(),
        Effect::Said { .. } | Effect::Setting | Effect::Assumed(_) | Effect::Warned(_) => return None,
    })
}

pub(super) fn target_text(target: &Target, program: &Program) -> String {
    match target {
        Target::Queue(text) => format!("the queue `{}`", program.name_of(text)),
        Target::Agent(text) => format!("the queue of the agent `{}`", program.name_of(text)),
    }
}

/// Says how a try of a function ended.
pub(super) const fn tried(outcome: tries::Outcome) -> &'static str {
    match outcome {
        tries::Outcome::Answered => "the function answers",
        tries::Outcome::Refused => "its answer is refused",
        tries::Outcome::FunctionError => "the function fails with an error",
        tries::Outcome::Throttled => "Lambda throttles the call",
        tries::Outcome::ServiceFailure => "Lambda fails",
        tries::Outcome::Denied => "Amazon Connect is not allowed to call the function",
        tries::Outcome::OutOfTime => "the time limit of the block is over",
    }
}

/// Says why a branch was taken.
pub(super) fn because(taken: &Taken) -> Option<String> {
    let last = taken.called.as_ref().and_then(|called| called.tries.last());
    match &taken.went.outcome {
        Outcome::Failed { cause: Cause::Answered, .. } if last.is_some() => {
            last.map(|last| tried(last.outcome).to_owned())
        }
        Outcome::Done | Outcome::Leaves => None,
        Outcome::Matched { value, .. } => Some(format!("the value is `{value}`")),
        Outcome::NoMatch { value: Some(value) } => Some(format!("no condition holds for `{value}`")),
        Outcome::NoMatch { value: None } => Some("the value is not set, so no condition holds".to_owned()),
        Outcome::Failed { cause, .. } => Some(caused(cause)),
    }
}

fn caused(cause: &Cause) -> String {
    match cause {
        Cause::Answered => "the answer is this error".to_owned(),
        Cause::TimeOver => "the time limit is over".to_owned(),
        Cause::NoQueue => "no working queue is set".to_owned(),
        Cause::AgentQueue(_) => "the working queue is an agent's".to_owned(),
        Cause::Channel(channel) => format!("a {} contact cannot do this", channel.word()),
        Cause::Chain => "functions took 20 s without a prompt".to_owned(),
        Cause::NotAnObject => "the answer is not a JSON object".to_owned(),
        Cause::Nested { key } => format!("`{key}` is nested, and the block reads a flat map"),
        Cause::NotText { key } => format!("`{key}` is not a text, and the block reads a flat map of texts"),
        Cause::Parameter { name } => format!("`{name}` has no usable value"),
        Cause::TooLarge => "the attributes are larger than 32 KB together".to_owned(),
        Cause::NotAllowed(flow) => format!("the block is not allowed in a {} flow", kind(*flow)),
        Cause::WrongType(flow) => format!("a {} flow takes no transfers", kind(*flow)),
        Cause::TooDeep => "modules are nested more than 5 deep".to_owned(),
    }
}

/// Says how the contact's way ended.
pub(in crate::report) fn ended(end: &End, program: &Program) -> String {
    match end {
        End::Disconnected => "the contact is disconnected".to_owned(),
        End::FlowEnded => "the flow ends, and the contact stays where it is".to_owned(),
        End::Queued(target) => format!("the contact waits in {}", target_text(target, program)),
        End::Agent => "the contact is transferred to an agent".to_owned(),
        End::Taken => "an agent takes the contact".to_owned(),
        End::ThirdParty(number) => format!("the contact is transferred to {number}"),
        End::Elsewhere(flow) => {
            format!("the contact goes on in `{flow}`, whose content is not in the manifest")
        }
        End::Lost(Lost::NoStart(key)) => format!("{key} has no first block"),
        End::Lost(Lost::NoBranch(place)) => {
            let name = program.block(place).map_or("?", |block| block.name.as_str());
            format!("`{name}` has no branch for what happened, so the flow stops here")
        }
        End::Lost(Lost::NoBlock { to, .. }) => format!("the branch leads to `{to}`, which is not a block"),
    }
}

/// Says what a block asks.
pub fn question_text(question: &Question, program: &Program) -> String {
    match &question.asked {
        Asked::Function(call) => {
            let name =
                call.function.split_once(":function:").map_or(call.function.as_str(), |(_, name)| name);
            format!("what does the function `{name}` answer")
        }
        Asked::Input { mode: InputMode::Menu, .. } => "what does the customer press".to_owned(),
        Asked::Input { mode: InputMode::Store { .. }, .. } => "what does the customer enter".to_owned(),
        Asked::Hours { hours: Some(hours) } => format!("is it within the hours `{}`", program.name_of(hours)),
        Asked::Hours { hours: None } => "is it within the hours of the working queue".to_owned(),
        Asked::Metric { metric, queue } => format!("what is {metric} of `{}`", program.name_of(queue)),
        Asked::Metrics => "which metrics are there".to_owned(),
        Asked::Intent { bot } => format!("which intent does the bot `{bot}` understand"),
        Asked::View { .. } => "which action does the agent choose".to_owned(),
        Asked::Event { .. } => "which event comes first".to_owned(),
        Asked::Chance => "which number from 1 to 100 comes up".to_owned(),
        Asked::Capacity { queue } => format!("does the queue `{}` have room", program.name_of(queue)),
        Asked::ThirdParty { number } => format!("does {number} answer"),
        Asked::Interruption { .. } => "do the prompts repeat, or does an agent take the contact".to_owned(),
        Asked::Callee { reference } => format!("what does `{reference}` come to"),
        Asked::Undecidable => "what does this block come to".to_owned(),
    }
}

/// Says why an answer was not taken.
pub fn refusal_text(why: &Refusal, answer: &crate::flow::engine::Answer) -> String {
    let text = words_of(&answer.reply);
    match why {
        Refusal::NoSuchError { known } if known.is_empty() => format!("`{text}`: the block has no errors"),
        Refusal::NoSuchError { known } => {
            format!("`{text}`: the errors of the block are {}", known.join(", "))
        }
        Refusal::NotAsked => format!("`{text}`: the block needs no answer"),
        Refusal::WrongForm(_) => format!("`{text}` is not an answer that the block takes"),
    }
}

/// Says which answers no block took.
pub fn unused_text(unused: &[UnusedAnswer]) -> Option<String> {
    let all: Vec<String> = unused
        .iter()
        .map(|UnusedAnswer { block, at, function, .. }| {
            let what = if *function { "function" } else { "answer" };
            format!("{what} {} of `{block}`", at + 1)
        })
        .collect();
    (!all.is_empty()).then(|| format!("{} not used: {}", count(all.len(), "answer"), all.join(", ")))
}
