//! The transcript: block by block, what the caller hears, the silence so far, the branch and why.

use super::words;
use crate::flow::engine::{Branch, Effect, Place, Program, Speech};
use crate::report::layout::Page;
use crate::report::{Layout, answer, bold, dim, red, yellow};
use crate::resource::Kind;
use crate::runtime::contact::Contact;
use crate::simulate::{By, Called, Ending, Simulation, Subject, Taken, label, spoken, words_of};

/// How far what belongs to a block is indented.
const INDENT: usize = 4;

/// Says who comes, and where.
pub fn contact_text(simulation: &Simulation<'_>, contact: &Contact, layout: &Layout) -> String {
    let from = contact.customer_endpoint.as_ref();
    let from = from.map(|endpoint| format!(" from {}", endpoint.address)).unwrap_or_default();
    let (kind, channel) = (Kind::Flow.word(), contact.channel.word());
    let mut page = Page::default();
    let subject = &simulation.subject;
    let title = format!("{kind}/{} on {}: a {channel} contact{from}", subject.flow, subject.instance);
    page.line(&bold(&title));
    for (name, value) in &contact.attributes {
        page.under(INDENT, format!("  attribute `{name}`: `{value}`\n"));
    }
    page.finish(layout)
}

/// Writes one step.
pub fn step_text(subject: &Subject<'_>, taken: &Taken, layout: &Layout) -> String {
    let program = &subject.program;
    let mut page = Page::default();
    if let Some(event) = &taken.event {
        page.line(&format!("\n{}", bold(&format!("{event}:"))));
    }
    head(subject, taken, &mut page);
    let mut line = |text: String| page.under(INDENT + 2, format!("{:INDENT$}{text}\n", ""));
    for effect in &taken.went.effects {
        if let Effect::Said { form, text } = effect {
            line(match form {
                Speech::Text => format!("says: \u{201c}{text}\u{201d}"),
                Speech::Ssml => format!("says: \u{201c}{}\u{201d}", spoken(text)),
                Speech::Prompt | Speech::Media => format!("plays: `{text}`"),
            });
        }
    }
    if let Some(called) = &taken.called {
        calls(called, taken, &mut line);
    } else if let Some((answer, by)) = &taken.answer {
        let who = if *by == By::Default { " (assumed, since no answer is given)" } else { "" };
        line(format!("answered: {}{who}", words_of(&answer.reply)));
    }
    let mut assumed = taken.called.as_ref().map(|called| called.assumed.clone()).unwrap_or_default();
    for effect in &taken.went.effects {
        match effect {
            Effect::Assumed(switch) => assumed.push(*switch),
            Effect::Warned(warning) => line(yellow(&format!("warning: {}", words::warned(warning)))),
            effect => words::effect(effect, program).into_iter().for_each(&mut line),
        }
    }
    assumed.sort_unstable();
    assumed.dedup();
    for switch in assumed {
        line(yellow(&format!("assumed {}", words::assumed(switch))));
    }
    branch(program, taken, &mut line);
    page.finish(layout)
}

fn head(subject: &Subject<'_>, taken: &Taken, page: &mut Page) {
    let place = &taken.went.at;
    let (name, kind) = named(&subject.program, place);
    // Most blocks are of the flow that the contact meets first.
    let flow = if place.flow == subject.key() { String::new() } else { format!("{}, ", place.flow) };
    let state = &taken.went.state;
    let silence = match state.silence_ms {
        0 => String::new(),
        ms => format!(", silent for {}", words::seconds(ms)),
    };
    let at = dim(&format!("{}{silence}", words::seconds(state.clock_ms)));
    page.under(INDENT, format!("{} ({flow}{kind})  {at}\n", bold(&name)));
}

fn named(program: &Program, place: &Place) -> (String, String) {
    let block = program.block(place);
    block.map_or_else(Default::default, |block| (block.name.clone(), block.kind.clone()))
}

/// Says what came of a function's call.
fn calls(called: &Called, taken: &Taken, line: &mut impl FnMut(String)) {
    let by = match taken.answer.as_ref().map(|(_, by)| by) {
        Some(By::Example) => ", which answers the example in the manifest",
        Some(By::Default) => ", which is assumed to be accepted",
        Some(By::Function) => ", which runs",
        Some(By::Scenario(_)) | None => "",
    };
    line(format!("calls `{}`{by}", called.call.function));
    for (name, value) in &called.call.parameters {
        line(format!("with `{name}`: {value}"));
    }
    for one in &called.tries {
        let ms =
            |time: std::time::Duration| words::seconds(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        line(format!("{} after {}", words::tried(one.outcome), ms(one.ended)));
    }
    for breach in &called.breaches {
        line(red(&answer::breach_text(breach).0));
    }
    for advice in &called.advice {
        line(dim(&answer::advice_text(advice)));
    }
}

fn branch(program: &Program, taken: &Taken, line: &mut impl FnMut(String)) {
    let went = &taken.went;
    let why = words::because(taken).map(|why| format!(": {why}")).unwrap_or_default();
    match (went.branch, label(program, &went.at, went.branch)) {
        (Branch::Error(_), Some(label)) => line(red(&format!("→ {label}{why}"))),
        (_, Some(label)) => line(format!("→ {label}{why}")),
        (Branch::Missing, None) => line(red(&format!("→ no branch{why}"))),
        (_, None) => {}
    }
    if let Some((caller, branch)) = &went.back {
        let (name, _) = named(program, caller);
        let label = label(program, caller, *branch).unwrap_or("no branch");
        line(format!("→ back in {}, at `{name}`: {label}", caller.flow));
    }
}

/// Says how it ended, how long it took and how long the contact was silent.
pub fn ending_text(simulation: &Simulation<'_>, ending: &Ending, layout: &Layout) -> String {
    let state = &simulation.state;
    let end = match ending {
        Ending::End(end) => words::ended(end, &simulation.subject.program),
        Ending::TooLong => format!(
            "the contact took {} steps and is still in the flows: it goes round without end",
            crate::simulate::MAX_STEPS
        ),
    };
    let heard = if state.heard { "" } else { " It heard nothing." };
    let mut page = Page::default();
    page.under(
        2,
        format!(
            "\nAfter {}: {end}. The longest silence was {}.{heard}\n",
            words::seconds(state.clock_ms),
            words::seconds(state.longest_silence_ms)
        ),
    );
    page.finish(layout)
}

/// Asks for an answer on a terminal.
pub fn asked_text(program: &Program, place: &Place, question: &str, answers: &[String]) -> String {
    let (name, _) = named(program, place);
    let few: Vec<String> = answers.iter().take(8).map(|answer| format!("`{answer}`")).collect();
    let few = if few.is_empty() { String::new() } else { format!(" (such as {})", few.join(", ")) };
    format!("`{name}`: {question}?{few}")
}
