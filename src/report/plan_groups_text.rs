//! The groups of a plan as text: a heading for each instance, a line for each thing, and under it what exactly changes.

use super::flow_diff::{around_blocks, block_diff, block_lines};
use super::layout::{Layout, Page};
use super::plan_groups::{Group, Heading, Mark, Section, Subject, sections};
use super::plan_text::{spec_text, step_text};
use super::several::{cut, of};
use super::style::{bold, dim, green, red, yellow};
use super::visible::visible;
use crate::flow::compare::BlockChange;
use crate::plan::{Action, Change, FlowSpec, Plan, Removal, Spec, Step};
use crate::resource::{Address, Kind};

const INDENT: &str = "      ";

/// Writes the groups of a plan, with an empty line after each section; nothing where nothing is written.
pub(super) fn groups_text(plan: &Plan, several: bool, layout: &Layout) -> Page {
    let mut page = Page::default();
    if several && !plan.actions.is_empty() {
        page.line(&bold(&format!("Set {}", plan.set)));
        page.line("");
    }
    let set = if several { format!("{}:", plan.set) } else { String::new() };
    let writer = Writer { set, layout };
    for section in sections(plan) {
        page.line(&heading(&section, layout));
        for group in &section.groups {
            writer.group(&mut page, group, &section.heading);
        }
        page.line("");
    }
    page
}

fn heading(section: &Section<'_>, layout: &Layout) -> String {
    match &section.heading {
        Heading::Place(place) => bold(&format!("functions and roles in {place}")),
        Heading::Deletions => bold("to delete"),
        Heading::Instance(name) => {
            let name = name.as_ref().map(|name| Address::new(Kind::Instance, name).to_string());
            let arn = section.instance.map(ToString::to_string);
            let alias = arn.as_ref().filter(|_| !layout.whole_arns).and_then(|arn| layout.aliases.get(arn));
            let live = match (alias, section.instance) {
                (Some(alias), Some(instance)) => format!("{alias}, {}", instance.place.region),
                _ => arn.unwrap_or_default(),
            };
            match name {
                Some(name) if live.is_empty() => bold(&name),
                Some(name) => format!("{}  {}", bold(&name), dim(&live)),
                None => bold(&live),
            }
        }
    }
}

struct Writer<'a> {
    set: String,
    layout: &'a Layout,
}

impl Writer<'_> {
    fn is_full(&self) -> bool {
        !self.layout.compact
    }

    fn group(&self, page: &mut Page, group: &Group<'_>, heading: &Heading) {
        match group.subject {
            Subject::Resource(address) => self.resource(page, group, address, heading),
            Subject::Binding { .. } => self.binding(page, group, "  ", &[]),
        }
    }

    fn resource(&self, page: &mut Page, group: &Group<'_>, address: &Address, heading: &Heading) {
        let main = main_action(&group.actions);
        let step = main.map_or("", |action| step_text(action.id.step));
        let name = bold(&address.to_string());
        let what = match (main, self.is_full()) {
            (Some(action), true) => format!("  {}", reason(action, heading)),
            (Some(action), false) => in_short(action, group),
            (None, _) => String::new(),
        };
        page.line(&format!("  {} {name}{step}{what}", mark(group.mark())));
        if let Some(action) = main.filter(|_| self.is_full()) {
            match action.change.spec() {
                Spec::Flow(spec) if spec.id.is_none() || action.id.step == Step::Stub => {
                    page.line(&format!("{INDENT}{}", dim(&new_flow(spec, group))));
                }
                Spec::Flow(spec) => {
                    page.append(around_blocks(&spec.diff, INDENT));
                    group.other_blocks().for_each(|change| page.append(block_diff(change, INDENT)));
                }
                spec => page.append(spec_text(spec)),
            }
        }
        for action in group.actions.iter().filter(|action| main.is_none_or(|main| main.id != action.id)) {
            self.beside(page, action);
        }
        for part in &group.below {
            match part.subject {
                Subject::Binding { .. } => self.binding(page, part, INDENT, &[address]),
                Subject::Resource(below) => self.part(page, part, below, heading),
            }
        }
        self.guards(page, &group.actions, INDENT);
    }

    /// Writes another write to the same resource.
    fn beside(&self, page: &mut Page, action: &Action) {
        if !self.is_full() {
            return;
        }
        let step = step_text(action.id.step);
        let step = step.trim_start_matches([' ', '(']).trim_end_matches(')');
        page.line(&format!("{INDENT}{step}: {}", action.reason));
        if !matches!(action.change.spec(), Spec::Flow(_)) {
            page.append(spec_text(action.change.spec()));
        }
    }

    /// Writes a resource below another one: the role of a function.
    fn part(&self, page: &mut Page, part: &Group<'_>, address: &Address, heading: &Heading) {
        let Some(action) = main_action(&part.actions) else { return };
        let step = step_text(action.id.step);
        let why = if self.is_full() { format!("  {}", reason(action, heading)) } else { String::new() };
        page.line(&format!("{INDENT}{} {}{step}{why}", mark(part.mark()), bold(&address.to_string())));
        if self.is_full() {
            page.append(spec_text(action.change.spec()).indented("    "));
        }
        for action in part.actions.iter().filter(|other| other.id != action.id) {
            self.beside(page, action);
        }
        self.guards(page, &part.actions, "          ");
    }

    fn binding(&self, page: &mut Page, group: &Group<'_>, indent: &str, users: &[&Address]) {
        let Subject::Binding { instance, function, blocks } = &group.subject else { return };
        let goes = group.mark() == Mark::Delete;
        let from = match blocks.is_empty() {
            true => String::new(),
            false => format!("{} -> ", cut(blocks.iter().map(|block| format!("`{}`", visible(block))))),
        };
        let on = if goes { format!(" on instance/{instance}") } else { String::new() };
        let name = bold(&format!("binding {from}{function}"));
        let (parts, target) = (parts(group), target(group));
        let target = target.filter(|_| self.is_full() && !goes);
        let target = target.map(|target| dim(&format!(" ({target})"))).unwrap_or_default();
        page.line(&format!("{indent}{} {name}{on}{parts}{target}", mark(group.mark())));
        if self.is_full() {
            let mut said = Vec::new();
            for reason in group.actions.iter().filter_map(|action| action.further_reason(users)) {
                if !said.contains(&reason) {
                    page.line(&format!("{indent}    {reason}"));
                    said.push(reason);
                }
            }
            for action in &group.actions {
                if goes || self.layout.whole_arns {
                    page.append(spec_text(action.change.spec()).indented(&indent[2..]));
                }
            }
            group.blocks.iter().for_each(|change| page.append(block_lines(change, indent)));
        }
        self.guards(page, &group.actions, &format!("{indent}    "));
    }

    fn guards(&self, page: &mut Page, actions: &[&Action], indent: &str) {
        let mut said = Vec::new();
        for action in actions {
            let Some(guard) = action.guard.as_ref().filter(|guard| !said.contains(guard)) else { continue };
            let verb = if matches!(action.change, Change::Delete(_)) { "delete" } else { "write" };
            let (protected, message, set) = (red("protected:"), &guard.message, &self.set);
            page.line(&format!(
                "{indent}{protected} {message}; to {verb} it anyway: --allow {set}{}",
                guard.allow
            ));
            said.push(guard);
        }
    }
}

fn mark(mark: Mark) -> String {
    match mark {
        Mark::Create => green("+"),
        Mark::Update => yellow("~"),
        Mark::Delete => red("-"),
        Mark::Stays => " ".to_owned(),
    }
}

/// The write that the others prepare or follow.
fn main_action<'p>(actions: &[&'p Action]) -> Option<&'p Action> {
    let main = actions.iter().find(|action| matches!(action.id.step, Step::Write | Step::Delete));
    main.or_else(|| actions.iter().find(|action| !action.id.step.is_aid())).or(actions.first()).copied()
}

/// A reason, without the account and Region that the heading has.
fn reason<'a>(action: &'a Action, heading: &Heading) -> &'a str {
    let reason = action.reason.as_str();
    let Heading::Place(place) = heading else { return reason };
    let without = reason.strip_suffix(&format!(" in {place}"));
    without.or_else(|| reason.strip_suffix(&format!(" in account {}", place.account))).unwrap_or(reason)
}

/// What a line has room for.
fn in_short(action: &Action, group: &Group<'_>) -> String {
    match action.change.spec() {
        Spec::Flow(spec) if spec.id.is_none() => format!("  {}", new_flow(spec, group)),
        Spec::Flow(spec) => match spec.diff.blocks.len() {
            0 => String::new(),
            blocks => format!("  {}", of(blocks, "block")),
        },
        Spec::Removal(Removal::Flow(removal)) => format!("  `{}`", visible(&removal.flow.name)),
        _ => String::new(),
    }
}

/// Says in a line what a new flow is.
fn new_flow(spec: &FlowSpec, group: &Group<'_>) -> String {
    let mut line = format!("`{}`, {}", visible(&spec.name), spec.kind);
    let Some(outlined) = group.outlined else { return line };
    if let Some(blocks) = outlined.blocks {
        line.push_str(&format!(" of {}", of(blocks, "block")));
    }
    if !outlined.calls.is_empty() {
        line.push_str(&format!(", calls {}", cut(outlined.calls.keys().map(ToString::to_string))));
    }
    line
}

/// Names the parts of a binding that change, where they are more than its block.
fn parts(group: &Group<'_>) -> String {
    if group.actions.is_empty() {
        return String::new();
    }
    let of_group = group.mark();
    let of_action = |action: &&Action| {
        let word = if action.id.address.kind == Kind::Association { "association" } else { "permission" };
        let mark = match action.change {
            Change::Create(_) => Mark::Create,
            Change::Update(_) => Mark::Update,
            Change::Delete(_) => Mark::Delete,
        };
        (mark, word)
    };
    let of_block = |change: &&BlockChange| match change {
        BlockChange::Added { .. } => (Mark::Create, "block"),
        _ => (Mark::Update, "block"),
    };
    let mut parts: Vec<(Mark, &str)> = group.actions.iter().map(of_action).collect();
    parts.extend(group.blocks.iter().map(of_block));
    let alike = parts.iter().all(|(mark, _)| *mark == of_group);
    let written = parts
        .iter()
        .map(|(it, word)| if alike { (*word).to_owned() } else { format!("{} {word}", mark(*it)) });
    format!(": {}", written.collect::<Vec<_>>().join(", "))
}

/// The function with the qualifier that is called, and where it is unless that is where the instance is.
fn target(group: &Group<'_>) -> Option<String> {
    let found = |action: &&'_ Action| match action.change.spec() {
        Spec::Association(spec) => Some((spec.function.clone(), spec.instance.place.clone())),
        Spec::Grant(spec) => Some((spec.grant.function.clone(), spec.grant.instance.place.clone())),
        _ => None,
    };
    let (function, near) = group.actions.iter().filter_map(found).next_back()?;
    let place = &function.place;
    Some(match (place.account == near.account, place.region == near.region) {
        (true, true) => function.to_string(),
        (true, false) => format!("{function} in {}", place.region),
        (false, _) => format!("{function} in {place}"),
    })
}
