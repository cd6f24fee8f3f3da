//! The flows and modules of the instances: which are orphaned, and what each of them names when the run is over.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::DeletionCounts;
use crate::flow::FlowText;
use crate::manifest::Manifest;
use crate::plan::facts::editing::{editing, kind};
use crate::plan::facts::mentions::{self, Called};
use crate::plan::facts::ownership::{OWNER_TAG, Owner};
use crate::plan::model::{Action, ActionId, Callers, FlowRemoval, Guard, KeptFlow, Removal, Step};
use crate::plan::planner::builder::PlanBuilder;
use crate::plan::planner::cycles::Order;
use crate::resource::{Address, Code, FunctionRef, InstanceArn, Kind, Label, Problem, SetName};
use crate::snapshot::{FlowSeen, Look, Snapshot};

/// A flow or module, there already or about to be made.
pub(super) struct Content<'a> {
    pub(super) instance: &'a Label,
    kind: Kind,
    name: Cow<'a, str>,
    id: Option<&'a str>,
    /// Whether it carries the set's tag.
    owned: bool,
    /// What it says when the run is over; whether each is a draft.
    texts: Vec<(bool, Cow<'a, str>)>,
    /// What it says now, where this run writes it, and the write.
    before: Option<(Vec<Cow<'a, str>>, ActionId)>,
    /// Set where it is to go.
    orphaned: Option<Orphan<'a>>,
}

struct Orphan<'a> {
    set: &'a SetName,
    seen: &'a FlowSeen,
    logical: Label,
    address: Address,
}

impl Content<'_> {
    fn says(&self, of: impl Fn(&str) -> bool) -> bool {
        self.texts.iter().any(|(_, text)| of(text))
    }

    /// Names it for a message; the draft where only that is meant.
    fn words(&self, of: impl Fn(&str) -> bool) -> String {
        let only_draft = !self.texts.iter().any(|(draft, text)| !draft && of(text));
        let draft = if only_draft { "the draft of " } else { "" };
        format!("{draft}{} `{}` on instance/{}", self.kind, self.name, self.instance)
    }
}

/// All flows and modules that could be read.
pub(super) struct Contents<'a> {
    all: Vec<Content<'a>>,
    /// The instances whose flows and modules could not all be read.
    pub(super) unreadable: BTreeSet<&'a Label>,
    /// The ARNs of the instances that are there.
    pub(super) arns: BTreeMap<&'a Label, &'a InstanceArn>,
}

impl<'a> Contents<'a> {
    /// Collects what was seen, and what the drafted writes will make of it.
    pub(super) fn new(desired: &'a Manifest, observed: &'a Snapshot, builder: &PlanBuilder) -> Self {
        let mut contents = Self { all: Vec::new(), unreadable: BTreeSet::new(), arns: BTreeMap::new() };
        let seen = observed.removal.as_ref();
        for instance in desired.instances.keys() {
            let look = observed.instances.get(instance);
            if let Some(Look::Found(seen)) = look {
                contents.arns.insert(instance, &seen.arn);
            }
            match seen.and_then(|seen| seen.contents.get(instance)) {
                Some(Look::Found(list)) => {
                    contents.all.extend(list.iter().map(|seen| content(desired, instance, seen, builder)));
                }
                _ if matches!(look, Some(Look::Absent { .. })) => {}
                _ => drop(contents.unreadable.insert(instance)),
            }
        }
        contents.add_new(desired, builder);
        contents.find_orphaned(desired, observed);
        contents
    }

    /// What the run creates may name what is there.
    fn add_new(&mut self, desired: &'a Manifest, builder: &PlanBuilder) {
        for action in &builder.actions {
            let Some(spec) = action.write().content() else { continue };
            let Some((instance, _)) = desired.instances.get_key_value(&spec.instance_name) else { continue };
            if spec.id.is_none() {
                let text = mentions::plain(spec.content.preview()).into_owned();
                let texts = vec![(false, Cow::Owned(text))];
                let (kind, name) = (spec.key.0, Cow::Owned(spec.name.clone()));
                self.all.push(Content {
                    instance,
                    kind,
                    name,
                    id: None,
                    owned: false,
                    texts,
                    before: None,
                    orphaned: None,
                });
            }
        }
    }

    /// Orphaned is what carries the set's tag, under a logical name that is not declared on the instance, and is no
    /// flow that the manifest means under another name.
    fn find_orphaned(&mut self, desired: &'a Manifest, observed: &'a Snapshot) {
        let meant: BTreeSet<&str> =
            observed.flows.values().filter_map(Look::found).map(|seen| seen.summary.id.as_str()).collect();
        let seen = observed.removal.iter().flat_map(|seen| &seen.contents);
        let mut found: BTreeMap<&str, (&FlowSeen, Label)> = BTreeMap::new();
        let mut several: BTreeMap<(Kind, Label), usize> = BTreeMap::new();
        for (instance, seen) in seen.filter_map(|(name, look)| Some((name, look.found()?))) {
            for seen in seen.iter().filter(|seen| !meant.contains(seen.summary.id.as_str())) {
                let Some(logical) = logical(&seen.tags, desired) else { continue };
                let declared = desired.content(kind(seen), &logical);
                if !declared.is_some_and(|flow| flow.instances.contains(instance)) {
                    // Declared elsewhere counts like a second one: `flow/x` alone would mean the other.
                    let count = several.entry((kind(seen), logical.clone())).or_default();
                    *count += 1 + usize::from(declared.is_some());
                    found.insert(&seen.summary.id, (seen, logical));
                }
            }
        }
        for content in &mut self.all {
            let Some((seen, logical)) = content.id.and_then(|id| found.remove(id)) else { continue };
            let at = several.get(&(content.kind, logical.clone())).is_some_and(|count| *count > 1);
            let at = at.then(|| content.instance.clone());
            let address = Address { at, ..Address::new(content.kind, &logical) };
            content.orphaned = Some(Orphan { set: &desired.set, seen, logical, address });
        }
    }

    /// Counts what is there on an instance.
    pub(super) fn callers(&self, instance: &Label) -> Callers {
        let there = |kind| {
            let of = |content: &&Content<'_>| {
                content.instance == instance && content.kind == kind && content.id.is_some()
            };
            u32::try_from(self.all.iter().filter(of).count()).unwrap_or(u32::MAX)
        };
        Callers { flows: there(Kind::Flow), modules: there(Kind::Module) }
    }

    /// Counts what is there on each instance.
    pub(super) fn all_callers(&self) -> BTreeMap<InstanceArn, Callers> {
        self.arns.iter().map(|(name, arn)| ((*arn).clone(), self.callers(name))).collect()
    }

    /// Names a flow or module that stays and calls the function, if one does.
    pub(super) fn caller(
        &self,
        instance: &Label,
        function: &FunctionRef,
        qualifier: Called<'_>,
    ) -> Option<String> {
        let calls = |text: &str| mentions::calls(text, &function.place, &function.name, qualifier);
        let stays = |c: &&Content<'_>| c.instance == instance && c.orphaned.is_none();
        self.all.iter().filter(stays).find(|c| c.says(calls)).map(|c| c.words(calls))
    }

    /// The actions after which nothing calls the function any more: deletions and writes of what does now.
    pub(super) fn last_calls(&self, instance: &Label, function: &FunctionRef) -> Vec<ActionId> {
        let calls = |text: &str| mentions::calls(text, &function.place, &function.name, Called::Anyhow);
        self.all.iter().filter(|c| c.instance == instance).filter_map(|c| c.last_mention(calls)).collect()
    }

    /// Drops what something that stays still names, and plans the deletion of the rest, callers first.
    pub(super) fn plan(&mut self, builder: &mut PlanBuilder, deletions: &mut DeletionCounts) {
        self.count(deletions);
        self.drop_ambiguous(builder);
        while let Some((at, user)) = self.needed() {
            let Some(left) = self.all[at].orphaned.take() else { break };
            let message = format!("it is orphaned, but {user} still refers to it");
            let hint = "remove the reference, or declare it again; nothing was removed.";
            builder.problems.push(Problem::held(Code::StillReferred, message).on(&left.address).hint(hint));
        }
        let going: Vec<usize> = (0..self.all.len()).filter(|at| self.all[*at].orphaned.is_some()).collect();
        let names: BTreeMap<usize, BTreeSet<usize>> = going
            .iter()
            .map(|from| (*from, going.iter().copied().filter(|to| self.names(*from, *to)).collect()))
            .collect();
        let order = Order::new(&names);
        for at in &going {
            let Some(left) = &self.all[*at].orphaned else { continue };
            let Some(arn) = self.arns.get(self.all[*at].instance) else { continue };
            let callers = going.iter().filter(|from| names[from].contains(at) && !order.same_cycle(from, at));
            let callers = callers.filter_map(|from| self.all[*from].orphaned.as_ref());
            let along = going.iter().filter(|from| names[from].contains(at) && order.same_cycle(from, at));
            let along = along.filter_map(|from| self.all[*from].id.map(str::to_owned)).collect();
            let mut after: Vec<ActionId> = callers.map(|caller| deletion(&caller.address)).collect();
            let id = left.seen.summary.id.as_str();
            let here =
                self.all.iter().filter(|c| c.instance == self.all[*at].instance && c.orphaned.is_none());
            after.extend(here.filter_map(|c| c.last_mention(|text| mentions::holds(text, id))));
            deletions.delete(left.address.kind);
            let key = (left.address.kind, left.logical.clone());
            let instance = ((*arn).clone(), self.all[*at].instance.clone());
            let flow = KeptFlow::of(left.seen, left.address.clone(), key, instance);
            let base = left.seen.clone();
            let callers_of = self.callers(self.all[*at].instance);
            let removal = FlowRemoval { flow, base, callers: callers_of, along };
            let reason = left.reason();
            builder.remove(
                left.address.clone(),
                Removal::Flow(Box::new(removal)),
                reason,
                after,
                left.guard(),
            );
        }
    }

    fn count(&self, deletions: &mut DeletionCounts) {
        for content in &self.all {
            if content.owned {
                deletions.own(content.kind);
            }
        }
    }

    /// Two with the same tag on one instance: which of them the set made cannot be told.
    fn drop_ambiguous(&mut self, builder: &mut PlanBuilder) {
        let mut counts: BTreeMap<Address, usize> = BTreeMap::new();
        for left in self.all.iter().filter_map(|content| content.orphaned.as_ref()) {
            *counts.entry(left.address.clone()).or_default() += 1;
        }
        for (address, count) in counts.into_iter().filter(|(_, count)| *count > 1) {
            let message = format!(
                "{count} {}s carry the tag of {address}: it is unknown which one is orphaned",
                address.kind
            );
            let hint = format!("remove the tag `{OWNER_TAG}` from those that do not belong to the set.");
            builder.problems.push(Problem::held(Code::CannotTell, message).on(&address).hint(hint));
            for content in &mut self.all {
                if content.orphaned.as_ref().is_some_and(|left| left.address == address) {
                    content.orphaned = None;
                }
            }
        }
    }

    /// Finds one that is to go and that something which stays names.
    fn needed(&self) -> Option<(usize, String)> {
        self.all.iter().enumerate().find_map(|(at, content)| {
            let id = &content.orphaned.as_ref()?.seen.summary.id;
            let names = |text: &str| mentions::holds(text, id);
            let stays = |c: &&Content<'_>| c.instance == content.instance && c.orphaned.is_none();
            let user = self.all.iter().filter(stays).find(|c| c.says(names))?;
            Some((at, user.words(names)))
        })
    }

    fn names(&self, from: usize, to: usize) -> bool {
        let (from, to) = (&self.all[from], &self.all[to]);
        let id = to.id.unwrap_or_default();
        from.instance == to.instance && from.id != to.id && from.says(|text| mentions::holds(text, id))
    }
}

impl Content<'_> {
    /// The action after which it does not say so any more, if it does now.
    fn last_mention(&self, of: impl Fn(&str) -> bool) -> Option<ActionId> {
        match (&self.orphaned, &self.before) {
            (Some(left), _) => self.says(of).then(|| deletion(&left.address)),
            (None, Some((texts, write))) => texts.iter().any(|text| of(text)).then(|| write.clone()),
            (None, None) => None,
        }
    }
}

impl Orphan<'_> {
    fn reason(&self) -> String {
        format!("orphaned: this set created `{}`, and the manifest no longer declares it", self.seen.name)
    }

    /// A published flow may be met by callers in ways that nobody can see here, such as a phone number.
    fn guard(&self) -> Option<Guard> {
        let guard = |code, message: String| Some(Guard::new(code, message, &self.address));
        let word = self.address.kind;
        if let Some(mark) = Owner::adopted_by_another(&self.seen.tags, self.set) {
            return guard("adopted-by-another-set", format!("another set adopted it as `{mark}`"));
        }
        if editing(self.seen) {
            return guard(
                "draft",
                format!("a draft is newer than what is published: someone is editing this {word}"),
            );
        }
        if word == Kind::Flow && self.seen.published.is_some() {
            return guard("deletes-published-flow", "the flow is published: callers may reach it".to_owned());
        }
        None
    }
}

fn content<'a>(
    desired: &Manifest,
    instance: &'a Label,
    seen: &'a FlowSeen,
    builder: &PlanBuilder,
) -> Content<'a> {
    let id = seen.summary.id.as_str();
    let live = [(false, &seen.published), (true, &seen.draft)];
    let live: Vec<(bool, Cow<'a, str>)> = live
        .into_iter()
        .filter_map(|(is_draft, content)| Some((is_draft, mentions::plain(&content.as_ref()?.text))))
        .collect();
    let (mut texts, mut before) = (live, None);
    if let Some((action, text)) = builder.actions.iter().find_map(|action| written(action, id)) {
        let now = texts.iter().map(|(_, text)| text.clone()).collect();
        before = Some((now, action.id.clone()));
        // A draft that somebody is working on stays what it is, whether or not the write is allowed.
        texts.retain(|(is_draft, _)| *is_draft && editing(seen));
        texts.push((false, Cow::Owned(mentions::plain(text).into_owned())));
    }
    let owned = logical(&seen.tags, desired).is_some();
    let name = seen.name.as_str().into();
    Content { instance, kind: kind(seen), name, id: Some(id), owned, texts, before, orphaned: None }
}

/// What an action writes into the flow with this id, where that is known.
fn written<'d>(action: &'d Action, id: &str) -> Option<(&'d Action, &'d FlowText)> {
    let spec = action.write().content()?;
    (spec.id.as_deref() == Some(id)).then(|| (action, spec.content.preview()))
}

fn deletion(address: &Address) -> ActionId {
    ActionId { address: address.clone(), step: Step::Delete }
}

/// The logical name under which the set made something, by its tags.
pub(crate) fn logical(tags: &BTreeMap<String, String>, desired: &Manifest) -> Option<Label> {
    match Owner::of(Some(tags), &desired.set) {
        Owner::Ours(name) => Label::parse(&name).ok(),
        _ => None,
    }
}
