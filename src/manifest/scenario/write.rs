//! Scenarios as YAML, as a person would write them: what is read back is what was written.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;

use super::kinds::RUN;
use super::{Expectations, ExpectedStep, Scenario, ScenarioContact, Stub, StubOutcome, Told, reply};
use crate::flow::engine::{Answer, Reply};
use crate::manifest::grammar::scalar::API_VERSION;
use crate::manifest::reading::kind::SCENARIO;
use crate::manifest::yaml::write::scalar;

/// The longest that a list in one line gets, in characters.
const LONGEST_LINE: usize = 100;

/// Lines, each with its depth.
#[derive(Debug, Default)]
struct Lines(Vec<(usize, String)>);

impl Lines {
    fn line(&mut self, depth: usize, text: String) {
        self.0.push((depth, text));
    }

    fn pair(&mut self, depth: usize, key: &str, value: Option<String>) {
        if let Some(value) = value {
            self.line(depth, format!("{}: {value}", scalar(key)));
        }
    }

    /// Writes a list: in one line where it fits, else an item a line. An empty list is left out.
    fn list(&mut self, depth: usize, key: &str, items: &[String]) {
        let short = format!("{}: [{}]", scalar(key), items.join(", "));
        match items {
            [] => {}
            _ if short.chars().count() + 2 * depth <= LONGEST_LINE => self.line(depth, short),
            _ => self.items(depth, key, items),
        }
    }

    /// Writes a list, an item a line.
    fn items(&mut self, depth: usize, key: &str, items: &[String]) {
        if !items.is_empty() {
            self.line(depth, format!("{}:", scalar(key)));
            items.iter().for_each(|item| self.line(depth + 1, format!("- {item}")));
        }
    }

    /// Writes what belongs to a key, if anything does.
    fn under(&mut self, depth: usize, key: &str, write: impl FnOnce(&mut Self, usize)) {
        let mut inner = Self::default();
        write(&mut inner, depth + 1);
        if !inner.0.is_empty() {
            self.line(depth, format!("{key}:"));
            self.0.append(&mut inner.0);
        }
    }

    fn text(self) -> String {
        self.0.into_iter().fold(String::new(), |mut text, (depth, line)| {
            // Writing into a text does not fail.
            let _ = writeln!(text, "{:indent$}{line}", "", indent = 2 * depth);
            text
        })
    }
}

/// Writes a scenario as a document of YAML.
pub fn yaml(scenario: &Scenario) -> String {
    let Scenario { name, origin: _, flow, instance, contact, inputs, .. } = scenario;
    let mut lines = Lines::default();
    lines.pair(0, "apiVersion", Some(API_VERSION.to_owned()));
    lines.pair(0, "kind", Some(SCENARIO.to_owned()));
    lines.under(0, "metadata", |lines, depth| lines.pair(depth, "name", Some(scalar(name))));
    lines.under(0, "spec", |lines, depth| {
        lines.pair(depth, "flow", Some(scalar(flow.as_str())));
        lines.pair(depth, "instance", instance.as_ref().map(|instance| scalar(instance.as_str())));
        lines.under(depth, "contact", |lines, depth| of_contact(contact, lines, depth));
        lines.list(depth, "inputs", &texts(inputs, |answer| scalar(&entry(&answer.reply))));
        lines.under(depth, "answers", |lines, depth| {
            let lists = scenario.answers.iter().filter(|(_, list)| !list.is_empty());
            lists.for_each(|(block, list)| lines.list(depth, block, &texts(list, answer)));
        });
        lines.under(depth, "functions", |lines, depth| {
            let lists = scenario.functions.iter().filter(|(_, list)| !list.is_empty());
            lists.for_each(|(block, list)| lines.list(depth, block, &texts(list, stub)));
        });
        let events: Vec<String> = scenario.events.iter().map(|event| scalar(event)).collect();
        lines.list(depth, "events", &events);
        lines.list(depth, "assume", &scenario.assumptions.named());
        if let Some(expect) = &scenario.expect {
            expected(expect, lines, depth);
        }
    });
    lines.text()
}

fn texts<T>(list: &[Told<T>], text: impl Fn(&T) -> String) -> Vec<String> {
    list.iter().map(|told| text(&told.value)).collect()
}

fn of_contact(contact: &ScenarioContact, lines: &mut Lines, depth: usize) {
    let ScenarioContact { channel, initiation, customer, system, queue, attributes, data } = contact;
    lines.pair(depth, "channel", channel.map(|channel| channel.word().to_owned()));
    lines.pair(depth, "initiation", initiation.map(|initiation| initiation.word().to_owned()));
    lines.pair(depth, "customer", customer.as_deref().map(scalar));
    lines.pair(depth, "system", system.as_deref().map(scalar));
    lines.pair(depth, "queue", queue.as_deref().map(scalar));
    lines.under(depth, "attributes", |lines, depth| {
        attributes.iter().for_each(|(name, value)| lines.pair(depth, name, Some(scalar(value))));
    });
    lines.pair(depth, "data", data.as_ref().map(json));
}

/// Writes what must happen as a section that is indented so far.
pub(super) fn expectation_text(expect: &Expectations, indent: usize) -> String {
    let mut lines = Lines::default();
    expected(expect, &mut lines, 0);
    lines.text().split_inclusive('\n').map(|line| format!("{:indent$}{line}", "")).collect()
}

/// Writes what must happen.
fn expected(expect: &Expectations, lines: &mut Lines, depth: usize) {
    let Expectations { heard, unheard, path, attributes, unset, queue, end, silence, time } = expect;
    let plain = |text: &String| scalar(text);
    lines.under(depth, "expect", |lines, depth| {
        lines.items(depth, "heard", &texts(heard, plain));
        lines.items(depth, "unheard", &texts(unheard, plain));
        lines.items(depth, "path", &texts(path, step));
        lines.under(depth, "attributes", |lines, depth| {
            let pairs = attributes.iter();
            pairs.for_each(|(name, told)| lines.pair(depth, name, Some(scalar(&told.value))));
        });
        lines.list(depth, "unset", &texts(unset, plain));
        lines.pair(depth, "queue", queue.as_ref().map(|told| scalar(&told.value)));
        lines.pair(depth, "end", end.as_ref().map(|told| told.value.word().to_owned()));
        lines.pair(depth, "silence", silence.as_ref().map(|told| time_text(told.value)));
        lines.pair(depth, "time", time.as_ref().map(|told| time_text(told.value)));
    });
}

fn step(ExpectedStep { block, branch }: &ExpectedStep) -> String {
    match branch {
        None => scalar(block),
        Some(branch) => format!("{{ block: {}, branch: {} }}", scalar(block), scalar(branch)),
    }
}

/// Writes a time so that [`time`](super::time) reads it.
fn time_text(time: Duration) -> String {
    match time.as_millis() {
        ms if ms % 1_000 == 0 => format!("{}s", ms / 1_000),
        ms => format!("{ms}ms"),
    }
}

/// Returns a reply as people type it.
pub fn entry(of: &Reply) -> String {
    match of {
        Reply::Done => "done".to_owned(),
        Reply::Result(text) => text.clone(),
        Reply::TimeOut => "none".to_owned(),
        Reply::Error(kind) if kind == "NoMatchingError" => "error".to_owned(),
        Reply::Error(kind) => format!("error:{kind}"),
    }
}

fn answer(of: &Answer) -> String {
    let typed = entry(&of.reply);
    if of.after_ms == 0 && of.data.is_none() && reply(&typed) == of.reply {
        return scalar(&typed);
    }
    let mut members = vec![match &of.reply {
        Reply::Done => "outcome: done".to_owned(),
        Reply::TimeOut => "outcome: none".to_owned(),
        Reply::Result(text) => format!("result: {}", scalar(text)),
        Reply::Error(kind) => format!("error: {}", scalar(kind)),
    }];
    if of.after_ms > 0 {
        members.push(format!("after: {}", time_text(Duration::from_millis(of.after_ms))));
    }
    members.extend(of.data.as_ref().map(|data| format!("data: {}", json(data))));
    format!("{{ {} }}", members.join(", "))
}

fn stub(of: &Stub) -> String {
    let mut members = vec![match &of.outcome {
        StubOutcome::Run => return RUN.to_owned(),
        StubOutcome::Failure(failure) if of.after.is_zero() => return failure.word().to_owned(),
        StubOutcome::Failure(failure) => format!("failure: {}", failure.word()),
        StubOutcome::Answer(value) => format!("answer: {}", json(value)),
    }];
    if !of.after.is_zero() {
        members.push(format!("after: {}", time_text(of.after)));
    }
    if of.invalid {
        members.push("invalid: true".to_owned());
    }
    format!("{{ {} }}", members.join(", "))
}

/// Writes JSON in YAML's short form.
fn json(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Array(items) => format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(", ")),
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| format!("{}: {}", scalar(name), json(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}
