//! The machine's view of a contact's way.

use serde::Serialize;

use super::words;
use crate::flow::engine::{Effect, Outcome, Place, Program, Speech, State};
use crate::manifest::EndKind;
use crate::runtime::contact::Contact;
use crate::simulate::{By, Called, Ending, Simulation, Taken, label, words_of};

/// `flowbind.simulate/v1`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SimulateDocument {
    #[cfg_attr(test, schemars(extend("const" = "flowbind.simulate/v1")))]
    format: &'static str,
    /// The set.
    set: String,
    /// The flow that the contact meets.
    flow: String,
    /// The instance.
    instance: String,
    /// The contact, as functions are sent it.
    contact: Contact,
    /// The steps, in order.
    steps: Vec<StepLine>,
    /// How it ended, in words.
    end: String,
    /// Which end it is.
    end_kind: EndKind,
    /// The time that it took, in milliseconds.
    clock_ms: u64,
    /// The longest silence, in milliseconds.
    longest_silence_ms: u64,
    /// Whether the contact heard anything.
    heard: bool,
    /// The answers that no block took, by block.
    unused: Vec<String>,
}

/// A step.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct StepLine {
    /// The flow or module.
    flow: String,
    /// The identifier of the block.
    block: String,
    /// What people call the block.
    name: String,
    /// Its type.
    #[serde(rename = "type")]
    kind: String,
    /// The branch: `next`, a condition or an error type; none where the contact leaves by the block itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
    /// Why it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// Whether it failed.
    failed: bool,
    /// Where a module gave the contact back: the block that invoked it, and its branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    back: Option<Back>,
    /// What the contact heard.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    said: Vec<SaidLine>,
    /// What it was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    /// Whether the answer was given by no one, and the usual one was taken.
    assumed_answer: bool,
    /// The function that it called.
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<FunctionLine>,
    /// What it did, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    did: Vec<String>,
    /// The attributes of the contact that it set.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    attributes: serde_json::Map<String, serde_json::Value>,
    /// What is worth knowing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    /// The unknowns that decisions rest on, such as `S1`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    assumed: Vec<&'static str>,
    /// The time since the contact began, after the step, in milliseconds.
    clock_ms: u64,
    /// How long the contact has heard nothing then, in milliseconds.
    silence_ms: u64,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Back {
    flow: String,
    block: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SaidLine {
    /// `text`, `ssml`, `prompt` or `media`.
    form: &'static str,
    /// The text, or the name of the recording.
    text: String,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct FunctionLine {
    /// The function, as the block names it.
    function: String,
    /// What was sent as its parameters.
    parameters: serde_json::Map<String, serde_json::Value>,
    /// How often it was tried.
    tries: usize,
    /// Whether the answer is the example in the manifest.
    example: bool,
    /// What is wrong with the answer, and advice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<String>,
}

impl SimulateDocument {
    /// Creates the document of a run.
    pub fn new(simulation: &Simulation<'_>, contact: &Contact, steps: &[Taken], ending: &Ending) -> Self {
        let subject = &simulation.subject;
        let state: &State = &simulation.state;
        let end = match ending {
            Ending::End(end) => words::ended(end, &subject.program),
            Ending::TooLong => "it goes round without end".to_owned(),
        };
        Self {
            format: "flowbind.simulate/v1",
            set: subject.manifest.set.to_string(),
            flow: subject.flow.to_string(),
            instance: subject.instance.to_string(),
            contact: contact.clone(),
            steps: steps.iter().map(|taken| line(&subject.program, taken)).collect(),
            end,
            end_kind: ending.kind(),
            clock_ms: state.clock_ms,
            longest_silence_ms: state.longest_silence_ms,
            heard: state.heard,
            unused: simulation.unused().into_iter().map(|unused| unused.block).collect(),
        }
    }
}

fn line(program: &Program, taken: &Taken) -> StepLine {
    let went = &taken.went;
    let block = program.block(&went.at);
    let of_block = |part: fn(&crate::flow::Block) -> &String| block.map(part).cloned().unwrap_or_default();
    let mut assumed: Vec<_> = taken.called.iter().flat_map(|called| called.assumed.clone()).collect();
    let (mut said, mut warnings, mut did) = (Vec::new(), Vec::new(), Vec::new());
    let mut attributes = serde_json::Map::new();
    for effect in &went.effects {
        match effect {
            Effect::Said { form, text } => said.push(SaidLine { form: form_of(*form), text: text.clone() }),
            Effect::Assumed(switch) => assumed.push(*switch),
            Effect::Warned(warning) => warnings.push(words::warned(warning)),
            effect => {
                if let Effect::Attribute {
                    scope: crate::flow::engine::Scope::Contact,
                    name,
                    value: Some(value),
                } = effect
                {
                    attributes.insert(name.clone(), value.as_str().into());
                }
                did.extend(words::effect(effect, program));
            }
        }
    }
    assumed.sort_unstable();
    assumed.dedup();
    let back = went.back.as_ref().map(|(place, branch)| Back {
        flow: place.flow.to_string(),
        block: identifier(program, place),
        branch: label(program, place, *branch).map(str::to_owned),
    });
    StepLine {
        flow: went.at.flow.to_string(),
        block: of_block(|block| &block.identifier),
        name: of_block(|block| &block.name),
        kind: of_block(|block| &block.kind),
        branch: label(program, &went.at, went.branch).map(str::to_owned),
        why: words::because(taken),
        failed: matches!(went.outcome, Outcome::Failed { .. }),
        back,
        said,
        answer: taken
            .answer
            .as_ref()
            .filter(|_| taken.called.is_none())
            .map(|(answer, _)| words_of(&answer.reply)),
        assumed_answer: taken.answer.as_ref().is_some_and(|(_, by)| *by == By::Default),
        function: taken.called.as_ref().map(|called| function(called, taken)),
        did,
        attributes,
        warnings,
        assumed: assumed.into_iter().map(crate::flow::engine::Switch::code).collect(),
        clock_ms: went.state.clock_ms,
        silence_ms: went.state.silence_ms,
    }
}

fn identifier(program: &Program, place: &Place) -> String {
    program.block(place).map(|block| block.identifier.clone()).unwrap_or_default()
}

const fn form_of(form: Speech) -> &'static str {
    match form {
        Speech::Text => "text",
        Speech::Ssml => "ssml",
        Speech::Prompt => "prompt",
        Speech::Media => "media",
    }
}

fn function(called: &Called, taken: &Taken) -> FunctionLine {
    let breaches = called.breaches.iter().map(|breach| crate::report::breach_text(breach).0);
    FunctionLine {
        function: called.call.function.clone(),
        parameters: called.call.parameters.clone().into_iter().collect(),
        tries: called.tries.len(),
        example: taken.answer.as_ref().is_some_and(|(_, by)| *by == By::Example),
        findings: breaches.chain(called.advice.iter().map(crate::report::advice_text)).collect(),
    }
}

#[cfg(test)]
#[test]
fn the_shipped_schema_is_that_of_the_type() {
    crate::report::schema::check_shipped::<SimulateDocument>("simulate");
}
