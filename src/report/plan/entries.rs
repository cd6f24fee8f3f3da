//! The groups of a plan in words.

use std::collections::BTreeMap;

use super::details::{around_blocks, block, details};
use super::groups::{self, Group, Heading, Subject, sections};
use super::sums::remarks;
use super::view::{Block, Detail, Entry, Grade, Guarded, Mark, Note, PlanView, Section};
use crate::flow::compare::BlockChange;
use crate::plan::{Action, Counts, FlowSpec, Plan, Removal, Step, Verb, Write};
use crate::report::document::Found;
use crate::report::several::{cut, of};
use crate::report::visible::visible;
use crate::resource::{Address, Kind, Label, Mask, Problem, Severity};
use crate::snapshot::Gap;

impl PlanView {
    /// Puts a plan into words.
    pub fn of(plan: &Plan) -> Self {
        let Counts { create, update, delete } = plan.counts();
        let sections = sections(plan).iter().map(section).collect();
        let problem = |wanted| plan.problems.iter().filter(move |it: &&Problem| it.severity == wanted);
        let problems = [Severity::Error, Severity::Held, Severity::Warning].into_iter().flat_map(problem);
        Self {
            set: plan.set.to_string(),
            aliases: BTreeMap::new(),
            sections,
            create,
            update,
            delete,
            agree: plan.in_sync,
            orphans: plan.undeclared.orphans.len(),
            rollback: plan.is_rollback(),
            remarks: remarks(plan),
            problems: problems.map(Note::of).collect(),
            unread: plan.gaps.iter().map(Note::unread).collect(),
        }
    }

    /// The same with those of these aliases that are its instances'.
    #[must_use]
    pub fn named(self, aliases: &BTreeMap<String, String>) -> Self {
        let own =
            self.sections.iter().filter_map(|section| aliases.get_key_value(section.instance.as_ref()?));
        let aliases = own.map(|(arn, alias)| (arn.clone(), alias.clone())).collect();
        Self { aliases, ..self }
    }

    /// The same without the values that a mask hides.
    #[must_use]
    pub fn masked(self, mask: &Mask) -> Self {
        let hidden = serde_json::to_value(&self).map(|mut value| {
            hide(&mut value, mask);
            value
        });
        // The shape is that of a view, only its texts differ.
        hidden.and_then(serde_json::from_value).unwrap_or(self)
    }
}

fn hide(value: &mut serde_json::Value, mask: &Mask) {
    match value {
        serde_json::Value::String(text) => *text = mask.text(text).into_owned(),
        serde_json::Value::Array(all) => all.iter_mut().for_each(|one| hide(one, mask)),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(|one| hide(one, mask)),
        _ => {}
    }
}

impl Note {
    /// What is wrong with manifests, and what could not be read.
    pub(in crate::report) fn of_found(found: &Found) -> (Vec<Self>, Vec<Self>) {
        let Found { problems, gaps, calls: _ } = found;
        (problems.iter().map(Self::of).collect(), gaps.iter().map(Self::unread).collect())
    }

    pub(in crate::report) fn of(problem: &Problem) -> Self {
        let Problem { code, severity, origin, address, message, hint } = problem;
        let grade = match severity {
            Severity::Error => Grade::Error,
            Severity::Held => Grade::Blocked,
            Severity::Warning => Grade::Warning,
        };
        Self {
            grade,
            address: address.as_ref().map(ToString::to_string),
            message: message.clone(),
            code: Some(code.to_string()),
            place: origin.as_ref().map(ToString::to_string),
            hint: hint.clone(),
        }
    }

    pub(in crate::report) fn unread(gap: &Gap) -> Self {
        let Gap { operation, address, denied: _, message, hint, cut_off: _ } = gap;
        Self {
            grade: Grade::Unread,
            address: Some(address.to_string()),
            message: format!("{}: {message}", operation.facts().name),
            code: None,
            place: None,
            hint: hint.clone(),
        }
    }
}

fn section(section: &groups::Section<'_>) -> Section {
    let title = match &section.heading {
        Heading::Place(place) => format!("functions and roles in {place}"),
        Heading::Deletions => "to delete".to_owned(),
        Heading::Instance(Some(name)) => Address::new(Kind::Instance, name).to_string(),
        Heading::Instance(None) => String::new(),
    };
    let instance = section.instance.map(ToString::to_string);
    let entries = section.groups.iter().map(|group| entry(group, &section.heading, &[])).collect();
    Section { title, instance, entries }
}

fn entry(group: &Group<'_>, heading: &Heading, users: &[&Address]) -> Entry {
    let mut entry = match group.subject {
        Subject::Resource(address) => resource(group, address, heading),
        Subject::Binding { instance, function, ref blocks } => {
            binding(group, (instance, function, blocks), users)
        }
    };
    entry.guards = guards(&group.actions);
    entry
}

fn resource(group: &Group<'_>, address: &Address, heading: &Heading) -> Entry {
    let main = main_action(&group.actions);
    let mut shown: Vec<Detail> = main.map(|action| of_action(action, group)).unwrap_or_default();
    for action in group.actions.iter().filter(|action| main.is_none_or(|main| main.id != action.id)) {
        let step = step_words(action.id.step);
        let step = step.trim_start_matches([' ', '(']).trim_end_matches(')');
        shown.push(Detail::Words(format!("{step}: {}", action.reason)));
        if !matches!(action.write(), Write::Stub(_) | Write::Flow(_)) {
            shown.extend(details(action.write()));
        }
    }
    Entry {
        mark: group.mark(),
        name: address.to_string(),
        beside: main.map_or("", |action| step_words(action.id.step)).to_owned(),
        in_short: main.map(|action| in_short(action, group)).unwrap_or_default(),
        target: None,
        binding: false,
        why: main.map(|action| reason(action, heading).to_owned()).into_iter().collect(),
        details: shown,
        parts: group.below.iter().map(|part| entry(part, heading, &[address])).collect(),
        guards: Vec::new(),
    }
}

/// Says what the main write to a resource changes.
fn of_action(action: &Action, group: &Group<'_>) -> Vec<Detail> {
    match action.write() {
        Write::Stub(spec) => vec![Detail::Fact(new_flow(spec, group))],
        Write::Flow(spec) if spec.id.is_none() => vec![Detail::Fact(new_flow(spec, group))],
        Write::Flow(spec) => {
            let mut all = around_blocks(&spec.diff);
            all.extend(group.other_blocks().map(|change| Detail::Block(block(change))));
            all
        }
        write @ (Write::Role(_)
        | Write::Function(_)
        | Write::Association(_)
        | Write::Grant(_)
        | Write::Aside(_)
        | Write::Metadata(_)
        | Write::Archive(_)
        | Write::Tags(_)
        | Write::Attributes(_)
        | Write::Instance(_)
        | Write::Removal(_)) => details(write),
    }
}

fn binding(
    group: &Group<'_>,
    (instance, function, blocks): (&Label, &Label, &[&str]),
    users: &[&Address],
) -> Entry {
    let goes = group.mark() == Mark::Delete;
    let from = match blocks.is_empty() {
        true => String::new(),
        false => format!("{} -> ", cut(blocks.iter().map(|block| format!("`{}`", visible(block))))),
    };
    let on = if goes { format!(" on instance/{instance}") } else { String::new() };
    let mut why: Vec<String> = Vec::new();
    for reason in group.actions.iter().filter_map(|action| action.further_reason(users)) {
        if !why.iter().any(|said| said == reason) {
            why.push(reason.to_owned());
        }
    }
    // Association and permission are the instance's: they are shown under one flow, and serve them all.
    let shared = !group.actions.is_empty() && !group.other_callers.is_empty();
    let shared = shared.then(|| {
        format!("also used by {}", cut(group.other_callers.iter().map(|address| address.to_string())))
    });
    why.extend(shared.clone());
    let mut shown: Vec<Detail> = group.actions.iter().flat_map(|action| details(action.write())).collect();
    shown.extend(group.blocks.iter().map(|change| Detail::Block(Block { title: None, ..block(change) })));
    Entry {
        mark: group.mark(),
        name: format!("binding {from}{function}"),
        beside: format!("{on}{}", parts(group)),
        in_short: shared.unwrap_or_default(),
        target: target(group).filter(|_| !goes),
        binding: true,
        why,
        details: shown,
        parts: Vec::new(),
        guards: Vec::new(),
    }
}

fn guards(actions: &[&Action]) -> Vec<Guarded> {
    let mut all: Vec<Guarded> = Vec::new();
    for action in actions {
        let Some(guard) = &action.guard else { continue };
        let (message, allow) = (guard.message.clone(), guard.allow.to_string());
        let address = action.id.address.to_string();
        match all.iter_mut().find(|said| said.message == message && said.allow == allow) {
            Some(said) if said.addresses.contains(&address) => {}
            Some(said) => said.addresses.push(address),
            None => {
                let deletes = action.write().is_deletion();
                all.push(Guarded { addresses: vec![address], message, allow, deletes });
            }
        }
    }
    all
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
    match action.write() {
        Write::Stub(spec) => new_flow(spec, group),
        Write::Flow(spec) if spec.id.is_none() => new_flow(spec, group),
        Write::Flow(spec) => match spec.diff.blocks.len() {
            0 => String::new(),
            1 => "1 block differs".to_owned(),
            blocks => format!("{blocks} blocks differ"),
        },
        Write::Removal(Removal::Flow(removal)) => format!("`{}`", visible(&removal.flow.name)),
        Write::Removal(
            Removal::Association(_) | Removal::Statements(_) | Removal::Function(_) | Removal::Role(_),
        )
        | Write::Role(_)
        | Write::Function(_)
        | Write::Association(_)
        | Write::Grant(_)
        | Write::Aside(_)
        | Write::Metadata(_)
        | Write::Archive(_)
        | Write::Tags(_)
        | Write::Attributes(_)
        | Write::Instance(_) => String::new(),
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
        let mark = match action.write().verb() {
            Verb::Create => Mark::Create,
            Verb::Update => Mark::Update,
            Verb::Delete => Mark::Delete,
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
    let written = parts.iter().map(|(mark, word)| match alike {
        true => (*word).to_owned(),
        false => format!("{} {word}", mark.sign()),
    });
    format!(": {}", written.collect::<Vec<_>>().join(", "))
}

/// The function with the qualifier that is called, and where it is unless that is where the instance is.
fn target(group: &Group<'_>) -> Option<String> {
    let found = |action: &&'_ Action| match action.write() {
        Write::Association(spec) => Some((spec.function.clone(), spec.instance.place.clone())),
        Write::Grant(spec) => Some((spec.grant.function.clone(), spec.grant.instance.place.clone())),
        Write::Role(_)
        | Write::Function(_)
        | Write::Stub(_)
        | Write::Flow(_)
        | Write::Aside(_)
        | Write::Metadata(_)
        | Write::Archive(_)
        | Write::Tags(_)
        | Write::Attributes(_)
        | Write::Instance(_)
        | Write::Removal(_) => None,
    };
    let (function, near) = group.actions.iter().filter_map(found).next_back()?;
    let place = &function.place;
    Some(match (place.account == near.account, place.region == near.region) {
        (true, true) => function.to_string(),
        (true, false) => format!("{function} in {}", place.region),
        (false, _) => format!("{function} in {place}"),
    })
}

/// Says which of the writes to a resource it is.
pub(in crate::report) fn step_words(step: Step) -> &'static str {
    match step {
        Step::Stub => " (empty at first)",
        Step::Aside => " (temporary name)",
        Step::Archive => " (state)",
        Step::Metadata => " (name, description, state)",
        Step::Tag => " (tags)",
        Step::Write | Step::Delete => "",
    }
}
