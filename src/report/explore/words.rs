//! The words for what exploring found.

use crate::flow::engine::{Branch, Place, Program};
use crate::flow::explore::{Finding, Problem, Way};
use crate::simulate::{label, words_of};

/// Says what can go wrong.
pub(super) fn message(finding: &Finding) -> String {
    let silence = finding.silence_ms.unwrap_or_default();
    match finding.problem {
        Problem::HangUpUnheard => "contacts can be disconnected here without hearing anything".to_owned(),
        Problem::NoQueue => "contacts can come here without a queue, and the transfer fails".to_owned(),
        Problem::Cycle => "contacts can go round here without an input, a loop or a wait".to_owned(),
        Problem::FailureUnheard => {
            "when this function fails, contacts can be disconnected without a word after it".to_owned()
        }
        Problem::Lost => "no branch leads on from here for something that can happen".to_owned(),
        Problem::LongestSilence => {
            format!(
                "contacts can hear nothing for {}.{} s up to here",
                silence / 1_000,
                silence % 1_000 / 100
            )
        }
    }
}

/// Names a block: its flow and the name that the console shows.
pub(super) fn block(program: &Program, place: &Place) -> String {
    let name = program.block(place).map(|block| block.name.as_str()).unwrap_or_default();
    format!("{}#{name}", place.flow)
}

/// Names a branch.
pub(super) fn branch(program: &Program, place: &Place, branch: Branch) -> String {
    label(program, place, branch).unwrap_or("end").to_owned()
}

/// Writes a way in a line: the contact, and each block that was answered or that branches, with its branch.
pub(super) fn way(program: &Program, way: &Way) -> String {
    let channel = way.contact.get("Channel").and_then(serde_json::Value::as_str).unwrap_or_default();
    let mut parts = vec![format!("a {} contact", channel.to_lowercase())];
    let attributes = way.contact.get("Attributes").and_then(serde_json::Value::as_object);
    parts.extend(attributes.into_iter().flatten().map(|(name, value)| format!("with {name} {value}")));
    for passed in &way.passed {
        let name = program.block(&passed.at).map(|block| block.name.clone()).unwrap_or_default();
        let data = passed.answer.as_ref().and_then(|answer| answer.data.as_ref());
        let data = data.filter(|data| data.as_object().is_none_or(|members| !members.is_empty()));
        match (&passed.answer, passed.branch) {
            (Some(answer), _) => {
                let data = data.map(|data| format!(" {data}")).unwrap_or_default();
                parts.push(format!("`{name}`: {}{data}", words_of(&answer.reply)));
            }
            (None, Branch::Condition(_) | Branch::Error(_)) => {
                parts.push(format!("`{name}`: {}", branch(program, &passed.at, passed.branch)));
            }
            (None, Branch::Next | Branch::Leaves | Branch::Missing) => {}
        }
    }
    parts.join(", ")
}
