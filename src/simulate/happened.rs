//! What happened to a contact, as an expectation of the next time.

use std::time::Duration;

use super::check::{Played, Stop, Unmet, queue_name};
use super::heard::{heard, is_like};
use super::run::label;
use crate::manifest::{EndKind, Expectations, ExpectedStep, Told};

/// Says what a scenario would have to expect so that it passes. What it expects already and was met stays as it is
/// written; a scenario that expects nothing yet gets what is heard, attributes, the queue and the end.
pub fn happened(played: &Played<'_>) -> Expectations {
    let simulation = &played.simulation;
    let before = simulation.scenario.expect.clone();
    let is_new = before.is_none();
    let mut expect = before.unwrap_or_default();
    let all_heard = heard(&played.steps);
    let is_unmet = |which: fn(&Unmet) -> bool| played.unmet.iter().any(which);
    if is_new || is_unmet(|unmet| matches!(unmet, Unmet::NotHeard { .. })) {
        let texts = all_heard.iter().filter(|heard| !heard.text.is_empty());
        expect.heard = texts.map(|heard| Told::new(heard.text.clone())).collect();
    }
    expect.unheard.retain(|told| !all_heard.iter().any(|heard| is_like(&heard.text, &told.value)));
    if is_unmet(|unmet| matches!(unmet, Unmet::NotPassed(_) | Unmet::OtherBranch { .. })) {
        expect.path = path(played);
    }
    let attributes: Vec<(String, String)> =
        simulation.state.attributes().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let found = |name: &str| attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value);
    if is_new {
        // What the contact brought says nothing about the flow.
        let brought = &simulation.scenario.contact.attributes;
        let set = attributes.iter().filter(|(name, value)| brought.get(name) != Some(value));
        // The id of an instance is made up where the manifest has its alias alone, and another one in each set.
        let instance = simulation.subject.instance_arn.to_string();
        let set = set.filter(|(_, value)| !value.contains(&instance));
        expect.attributes = set.map(|(name, value)| (name.clone(), Told::new(value.clone()))).collect();
    }
    let unset = expect.attributes.keys().filter(|name| found(name).is_none()).cloned().collect::<Vec<_>>();
    for name in unset {
        expect.attributes.remove(&name);
        expect.unset.push(Told::new(name));
    }
    expect.unset.retain(|told| found(&told.value).is_none());
    for (name, told) in &mut expect.attributes {
        if let Some(value) = found(name).filter(|value| **value != told.value) {
            *told = Told::new(value.clone());
        }
    }
    if is_new || is_unmet(|unmet| matches!(unmet, Unmet::Queue { .. })) {
        let queue = queue_name(simulation);
        expect.queue = match is_new {
            true => queue.map(Told::new),
            false => Some(Told::new(queue.unwrap_or_else(|| "none".to_owned()))),
        };
    }
    if let Stop::Ended(ending) = &played.stop {
        let kind = ending.kind();
        let is_bad = matches!(kind, EndKind::Lost | EndKind::TooLong);
        if is_new || is_bad || expect.end.as_ref().is_some_and(|end| end.value != kind) {
            expect.end = Some(Told::new(kind));
        }
    }
    for (most, ms) in [
        (&mut expect.silence, simulation.state.longest_silence_ms),
        (&mut expect.time, simulation.state.clock_ms),
    ] {
        let found = Duration::from_millis(ms);
        if let Some(told) = most.as_mut().filter(|told| told.value < found) {
            *told = Told::new(Duration::from_secs(ms.div_ceil(1_000)));
        }
    }
    expect
}

/// Every block that the contact came to, and its branch where that is an error.
fn path(played: &Played<'_>) -> Vec<Told<ExpectedStep>> {
    let program = &played.simulation.subject.program;
    let step = |taken: &super::run::Taken| {
        let place = &taken.went.at;
        let name = program.block(place).map(|block| block.name.clone())?;
        let block = if place.flow == played.simulation.subject.key() {
            name
        } else {
            format!("{}#{name}", place.flow)
        };
        let is_error = matches!(taken.went.branch, crate::flow::engine::Branch::Error(_));
        let branch = label(program, place, taken.went.branch).filter(|_| is_error).map(str::to_owned);
        Some(Told::new(ExpectedStep { block, branch }))
    };
    played.steps.iter().filter_map(step).collect()
}
