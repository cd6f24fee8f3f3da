//! A plan in the order in which people think of it: by instance, what belongs to a flow with the flow, the parts of a
//! binding as one thing; then functions with their roles by account and Region; then what goes.
//!
//! Pure, and without words. Every action of the plan is in exactly one group.

use std::collections::{BTreeMap, BTreeSet};

use super::view::Mark;
use crate::flow::compare::{BlockChange, FlowDiff};
use crate::flow::invocation::ACTION;
use crate::plan::{Action, ActionId, AsideSpec, Outlined, Plan, TagTarget, Verb, Write};
use crate::resource::{Address, InstanceArn, Kind, Label, Place};

/// What the groups of a section have in common, in the order of sections.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::report) enum Heading {
    /// They belong to an instance, by its logical name where it has one.
    Instance(Option<Label>),
    /// They are in an account and Region.
    Place(Place),
    /// They are deleted.
    Deletions,
}

/// Groups under one heading.
#[derive(Debug)]
pub(in crate::report) struct Section<'p> {
    pub(in crate::report) heading: Heading,
    /// The instance that the heading names, where it exists.
    pub(in crate::report) instance: Option<&'p InstanceArn>,
    pub(in crate::report) groups: Vec<Group<'p>>,
}

/// What a group is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::report) enum Subject<'p> {
    /// A resource.
    Resource(&'p Address),
    /// A function that an instance may call: its association and its permission, and the blocks that call it.
    Binding { instance: &'p Label, function: &'p Label, blocks: Vec<&'p str> },
}

/// Actions that read as one thing.
#[derive(Debug)]
pub(in crate::report) struct Group<'p> {
    pub(in crate::report) subject: Subject<'p>,
    /// Its actions, in the plan's order; none for a flow of which only bindings change.
    pub(in crate::report) actions: Vec<&'p Action>,
    /// The changes of the flow's blocks that are shown with this binding.
    pub(in crate::report) blocks: Vec<&'p BlockChange>,
    /// What belongs to it: a flow's bindings, a function's role.
    pub(in crate::report) below: Vec<Self>,
    /// The flow or module, as the manifest declares it.
    pub(in crate::report) outlined: Option<&'p Outlined>,
    /// Of a binding under the first flow or module that calls the function: the others that its association or permission
    /// serves.
    pub(in crate::report) other_callers: Vec<&'p Address>,
}

/// Groups a plan.
pub(in crate::report) fn sections(plan: &Plan) -> Vec<Section<'_>> {
    let mut groups: BTreeMap<(Heading, Subject<'_>), Group<'_>> = BTreeMap::new();
    let mut instances: BTreeMap<&Label, &InstanceArn> = plan.outline.instances.iter().collect();
    for action in &plan.actions {
        if let (Some(name), Some(arn)) = (instance_of(plan, action), arn_of(action.write())) {
            instances.entry(name).or_insert(arn);
        }
        let (heading, owner, subject) = (heading(plan, action), owner(plan, action), subject(plan, action));
        let top = owner.clone().unwrap_or_else(|| subject.clone());
        let group = groups.entry((heading, top.clone())).or_insert_with(|| Group::new(plan, top));
        let group = match owner {
            None => group,
            Some(_) => group.part(plan, subject),
        };
        group.actions.push(action);
    }
    let mut sections: Vec<Section<'_>> = Vec::new();
    for ((heading, _), mut group) in groups {
        group.take_blocks(plan);
        group.take_callers(plan);
        match sections.last_mut().filter(|section| section.heading == heading) {
            Some(section) => section.groups.push(group),
            None => {
                let instance = match &heading {
                    Heading::Instance(Some(name)) => instances.get(name).copied(),
                    Heading::Instance(None) => group.actions.first().and_then(|it| arn_of(it.write())),
                    Heading::Place(_) | Heading::Deletions => None,
                };
                sections.push(Section { heading, instance, groups: vec![group] });
            }
        }
    }
    debug_assert!(holds_each_once(plan, &sections), "every action is in one group");
    sections
}

/// Whether every action is in exactly one group.
fn holds_each_once(plan: &Plan, sections: &[Section<'_>]) -> bool {
    let groups = sections.iter().flat_map(|section| &section.groups);
    let mut shown: Vec<&ActionId> = groups.flat_map(Group::all_actions).map(|action| &action.id).collect();
    let mut planned: Vec<&ActionId> = plan.actions.iter().map(|action| &action.id).collect();
    shown.sort();
    planned.sort();
    shown == planned
}

fn heading(plan: &Plan, action: &Action) -> Heading {
    match (action.write().is_deletion(), action.id.address.kind) {
        (true, _) => Heading::Deletions,
        (false, Kind::Function) => Heading::Place(action.write().place().clone()),
        (false, Kind::Role) => {
            Heading::Place(function_of(plan, action).unwrap_or(action).write().place().clone())
        }
        (false, _) => Heading::Instance(instance_of(plan, action).cloned()),
    }
}

/// The write to the function that a role is for.
fn function_of<'p>(plan: &'p Plan, role: &Action) -> Option<&'p Action> {
    let function = Address::new(Kind::Function, &role.id.address.name);
    plan.actions.iter().find(|it| it.id.address == function && !it.write().is_deletion())
}

/// What an action is shown under, if it is not a group of its own.
fn owner<'p>(plan: &'p Plan, action: &'p Action) -> Option<Subject<'p>> {
    let address = &action.id.address;
    if action.write().is_deletion() {
        return None;
    }
    let found = match address.kind {
        Kind::Association | Kind::Grant => {
            &plan.outline.caller(address.instance.as_ref()?, &address.name)?.address
        }
        Kind::Role => &function_of(plan, action)?.id.address,
        _ => return None,
    };
    Some(Subject::Resource(found))
}

fn subject<'p>(plan: &'p Plan, action: &'p Action) -> Subject<'p> {
    let address = &action.id.address;
    match (&address.instance, address.kind) {
        (Some(instance), Kind::Association | Kind::Grant) => {
            let caller = plan.outline.caller(instance, &address.name);
            let blocks = caller.filter(|_| !action.write().is_deletion());
            let blocks = blocks.and_then(|caller| caller.calls.get(&address.name));
            let blocks = blocks.into_iter().flatten().map(String::as_str).collect();
            Subject::Binding { instance, function: &address.name, blocks }
        }
        _ => Subject::Resource(address),
    }
}

/// The logical name of the instance that an action belongs to.
fn instance_of<'p>(plan: &'p Plan, action: &'p Action) -> Option<&'p Label> {
    let address = &action.id.address;
    if address.kind == Kind::Instance {
        return Some(&address.name);
    }
    let said = if let Write::Tags(spec) = action.write() {
        let known = plan.outline.instances.iter();
        let arn = spec.target.instance();
        known.filter(|(_, known)| Some(*known) == arn).map(|(name, _)| name).next()
    } else {
        action.write().content_instance().map(|(_, name)| name)
    };
    let outlined = || Some(&plan.outline.content(address)?.instance);
    address.instance.as_ref().or(address.at.as_ref()).or_else(outlined).or(said)
}

fn arn_of(spec: &Write) -> Option<&InstanceArn> {
    match spec {
        Write::Association(spec) => Some(&spec.instance),
        Write::Stub(spec) | Write::Flow(spec) => Some(&spec.instance),
        Write::Aside(AsideSpec { metadata: spec, at_last: _ })
        | Write::Metadata(spec)
        | Write::Archive(spec) => Some(&spec.instance),
        Write::Attributes(spec) => Some(&spec.instance),
        Write::Tags(spec) => match &spec.target {
            TagTarget::Instance(instance) | TagTarget::Content { instance, .. } => Some(instance),
            TagTarget::Function(_) | TagTarget::Role { .. } => None,
        },
        // A statement may be for all instances of an account.
        Write::Grant(spec) => (!spec.grant.is_of_account()).then_some(&spec.grant.instance),
        Write::Role(_) | Write::Function(_) | Write::Instance(_) | Write::Removal(_) => None,
    }
}

impl<'p> Group<'p> {
    fn new(plan: &'p Plan, subject: Subject<'p>) -> Self {
        let outlined = match subject {
            Subject::Resource(address) => plan.outline.content(address),
            Subject::Binding { .. } => None,
        };
        let (actions, blocks, below, other_callers) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { subject, actions, blocks, below, outlined, other_callers }
    }

    /// Its actions, and those of what belongs to it.
    pub(in crate::report) fn all_actions(&self) -> impl Iterator<Item = &'p Action> {
        self.actions.iter().chain(self.below.iter().flat_map(|part| &part.actions)).copied()
    }

    /// The group below this one that is about something.
    fn part(&mut self, plan: &'p Plan, subject: Subject<'p>) -> &mut Self {
        let at = self.below.iter().position(|part| part.subject == subject).unwrap_or_else(|| {
            self.below.push(Self::new(plan, subject));
            self.below.len() - 1
        });
        &mut self.below[at]
    }

    /// Names with each binding the other flows and modules that its association or permission serves.
    fn take_callers(&mut self, plan: &'p Plan) {
        let Subject::Resource(owner) = &self.subject else { return };
        for part in &mut self.below {
            if !matches!(part.subject, Subject::Binding { .. }) {
                continue;
            }
            let served = part.actions.iter().flat_map(|action| plan.outline.served(&action.id.address));
            let others: BTreeSet<&Address> =
                served.map(|it| &it.address).filter(|address| address != owner).collect();
            part.other_callers = others.into_iter().collect();
        }
    }

    /// Shows the changes of blocks that call a function with the function's binding.
    fn take_blocks(&mut self, plan: &'p Plan) {
        for change in self.flow_diff().into_iter().flat_map(|diff| &diff.blocks) {
            let Some(outlined) = self.outlined else { break };
            let calls = outlined.calls.iter().find(|(_, blocks)| blocks.contains(change.name()));
            let Some((function, blocks)) = calls.filter(|_| calls_function(change)) else { continue };
            let blocks = blocks.iter().map(String::as_str).collect();
            let subject = Subject::Binding { instance: &outlined.instance, function, blocks };
            self.part(plan, subject).blocks.push(change);
        }
        self.below.sort_by(|a, b| a.subject.cmp(&b.subject));
    }

    /// How the content of the flow changes, where it exists.
    pub(in crate::report) fn flow_diff(&self) -> Option<&'p FlowDiff> {
        let contents = self.actions.iter().filter_map(|action| action.write().content());
        contents.filter(|spec| spec.id.is_some()).map(|spec| &spec.diff).next()
    }

    /// The changes of blocks that no binding shows.
    pub(in crate::report) fn other_blocks(&self) -> impl Iterator<Item = &'p BlockChange> {
        let shown = |change: &BlockChange| {
            self.below.iter().flat_map(|part| &part.blocks).any(|it| std::ptr::eq(*it, change))
        };
        self.flow_diff().into_iter().flat_map(|diff| &diff.blocks).filter(move |change| !shown(change))
    }

    /// What becomes of it.
    pub(in crate::report) fn mark(&self) -> Mark {
        let any = |verb: Verb| self.actions.iter().any(|action| action.write().verb() == verb);
        let alters = self.blocks.iter().any(|change| !matches!(change, BlockChange::Added { .. }));
        if self.actions.is_empty() && self.blocks.is_empty() {
            return Mark::Unchanged;
        }
        if any(Verb::Delete) {
            return Mark::Delete;
        }
        match &self.subject {
            // Several writes to one resource are one change: its creation, if one of them makes it.
            Subject::Resource(_) if any(Verb::Create) => Mark::Create,
            Subject::Binding { .. } if !any(Verb::Update) && !alters => Mark::Create,
            _ => Mark::Update,
        }
    }
}

/// Whether a block that changes or comes calls a function.
fn calls_function(change: &BlockChange) -> bool {
    match change {
        BlockChange::Changed { kind, .. } | BlockChange::Added { kind, .. } => kind == ACTION,
        BlockChange::Removed { .. } | BlockChange::Renamed { .. } => false,
    }
}

#[cfg(test)]
mod tests;
