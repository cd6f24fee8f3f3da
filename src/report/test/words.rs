//! What is not as it must be, in words.

use super::Test;
use crate::flow::engine::{Place, Program};
use crate::manifest::Told;
use crate::report::answer::breach_text;
use crate::report::simulate::{ended_text, question_text, refusal_text, seconds};
use crate::resource::Origin;
use crate::simulate::{Ending, Heard, MAX_STEPS, Unmet};

/// Something that is not as it must be, for people.
#[derive(Debug, Clone)]
pub(super) struct Wrong {
    /// Where the scenario says what must be, or its name.
    pub(super) origin: Option<Origin>,
    /// What is wrong.
    pub(super) message: String,
    /// What to do about it.
    pub(super) hint: Option<String>,
}

/// The most texts that are shown in place of one that was not heard.
const SHOWN: usize = 3;

/// Names a test: its scenario, and its set where there are several.
pub(super) fn name(test: &Test<'_>) -> String {
    let scenario = &test.played.simulation.scenario.name;
    match &test.set {
        Some(set) => format!("{scenario} ({set})"),
        None => scenario.clone(),
    }
}

/// Says what is wrong with a test.
pub(super) fn wrongs(test: &Test<'_>) -> Vec<Wrong> {
    let mut all: Vec<Wrong> = test.played.unmet.iter().map(|unmet| wrong(unmet, test)).collect();
    all.sort_by_key(|wrong| wrong.origin.as_ref().map(|origin| (origin.line, origin.column)));
    all
}

fn wrong(unmet: &Unmet, test: &Test<'_>) -> Wrong {
    let simulation = &test.played.simulation;
    let program = &simulation.subject.program;
    let start = simulation.scenario.origin.clone();
    let (origin, message, hint) = match unmet {
        Unmet::Unanswered(question) => unanswered(question, program),
        Unmet::Refused(refused) => {
            let why = refusal_text(&refused.why, &refused.answer);
            let origin = match &refused.by {
                crate::simulate::By::Scenario(origin) => origin.clone(),
                _ => None,
            };
            (origin, format!("{}: {why}", block(&refused.place, program)), None)
        }
        Unmet::Unused(unused) => {
            let what = if unused.function { "call" } else { "question" };
            let nth = unused.at + 1;
            let message = match unused.block.as_str() {
                "inputs" => format!("entry {nth} of `inputs` is not used: no block asks for it"),
                name => format!("answer {nth} of `{name}` is not used: the contact has no such {what}"),
            };
            (
                unused.origin.clone(),
                message,
                Some("remove it, or correct what leads the contact there.".to_owned()),
            )
        }
        Unmet::Breach { at, breach, origin } => breached(at, breach, origin, program),
        Unmet::Valid { at, origin } => {
            let message = format!(
                "{}: the answer is marked `invalid`, and nothing is wrong with it",
                block(at, program)
            );
            (origin.clone(), message, Some("remove `invalid: true`.".to_owned()))
        }
        Unmet::BadEnd(Ending::End(end)) => (None, ended_text(end, program), None),
        Unmet::BadEnd(Ending::TooLong) => {
            (None, format!("the contact took {MAX_STEPS} steps and goes round without end"), None)
        }
        Unmet::NotRun { why } => (None, why.clone(), None),
        expected => expectation(expected, test),
    };
    Wrong { origin: origin.or(start), message, hint }
}

type Parts = (Option<Origin>, String, Option<String>);

fn unanswered(question: &crate::flow::engine::Question, program: &Program) -> Parts {
    let place = &question.place;
    let is_function = matches!(question.asked, crate::flow::engine::Asked::Function(_));
    let list = if is_function { "functions" } else { "answers" };
    let message =
        format!("{}: {}? No answer is given", block(place, program), question_text(question, program));
    let name = program.block(place).map_or("?", |block| block.name.as_str());
    let more =
        if is_function { ", or `response.example` in the manifest, or run it with `--sandbox`" } else { "" };
    (None, message, Some(format!("give one under `{list}`, for the block `{name}`{more}.")))
}

fn breached(
    at: &Place,
    breach: &crate::runtime::answer::Breach,
    origin: &Option<Origin>,
    program: &Program,
) -> Parts {
    let (message, hint) = breach_text(breach);
    let hint = match origin {
        Some(_) => {
            "correct the answer, or mark it with `invalid: true` if it is meant to be wrong.".to_owned()
        }
        None => hint.to_owned(),
    };
    (origin.clone(), format!("{}: {message}", block(at, program)), Some(hint))
}

/// Says what the scenario expects, and what came.
fn expectation(unmet: &Unmet, test: &Test<'_>) -> Parts {
    let set =
        |value: &Option<String>| value.as_ref().map_or("not set".to_owned(), |value| format!("`{value}`"));
    match unmet {
        Unmet::NotHeard { wanted, instead } => {
            let message = format!("`{}` is not heard; {}", wanted.value, heard_instead(instead));
            (wanted.origin.clone(), message, None)
        }
        Unmet::Heard { unwanted: Told { value, origin }, heard } => {
            let message = format!(
                "`{value}` must not be heard, and {} says \u{201c}{}\u{201d}",
                block(&heard.at, &test.played.simulation.subject.program),
                heard.text
            );
            (origin.clone(), message, None)
        }
        Unmet::NotPassed(wanted) => {
            let message =
                format!("the contact does not come to `{}`{}", wanted.value.block, after(wanted, test));
            (wanted.origin.clone(), message, None)
        }
        Unmet::OtherBranch { wanted, found } => {
            let by = wanted.value.branch.as_deref().unwrap_or_default();
            let found = found.as_ref().map_or("no branch".to_owned(), |found| format!("`{found}`"));
            let message = format!("the contact leaves `{}` by {found}, not by `{by}`", wanted.value.block);
            (wanted.origin.clone(), message, None)
        }
        Unmet::Attribute { name, wanted, found, origin } => {
            let wanted =
                wanted.as_ref().map_or("must not be set".to_owned(), |wanted| format!("must be `{wanted}`"));
            (origin.clone(), format!("attribute `{name}` {wanted} at the end, and is {}", set(found)), None)
        }
        Unmet::Queue { wanted: Told { value, origin }, found } => (
            origin.clone(),
            format!("the working queue must be `{value}` at the end, and is {}", set(found)),
            None,
        ),
        Unmet::End { wanted: Told { value, origin }, found } => (
            origin.clone(),
            format!("the contact must end as `{}`, and ends as `{}`", value.word(), found.word()),
            None,
        ),
        Unmet::Silence { most: Told { value, origin }, found } => {
            let message = format!(
                "the contact hears nothing for {}, and {} is the most",
                seconds(*found),
                seconds(*value)
            );
            (origin.clone(), message, None)
        }
        Unmet::Time { most: Told { value, origin }, found } => (
            origin.clone(),
            format!("it takes {}, and {} is the most", seconds(*found), seconds(*value)),
            None,
        ),
        // The others are no expectations.
        _ => (None, String::new(), None),
    }
}

/// Says behind which block of the path one is missed.
fn after(wanted: &Told<crate::manifest::ExpectedStep>, test: &Test<'_>) -> String {
    let expect = test.played.simulation.scenario.expect.as_ref();
    let path = expect.map(|expect| expect.path.as_slice()).unwrap_or_default();
    let before = path.iter().position(|told| told == wanted).and_then(|at| path.get(at.checked_sub(1)?));
    before.map_or_else(String::new, |before| format!(" after `{}`", before.value.block))
}

fn heard_instead(heard: &[Heard]) -> String {
    let texts: Vec<String> =
        heard.iter().take(SHOWN).map(|heard| format!("\u{201c}{}\u{201d}", heard.text)).collect();
    match heard.len().saturating_sub(SHOWN) {
        _ if texts.is_empty() => "nothing more is heard".to_owned(),
        0 => format!("heard in its place: {}", texts.join(", ")),
        more => format!("heard in its place: {} and {more} more", texts.join(", ")),
    }
}

/// Names a block with its flow.
pub(super) fn block(place: &Place, program: &Program) -> String {
    let name = program.block(place).map_or("?", |block| block.name.as_str());
    format!("{}#{name}", place.flow)
}
