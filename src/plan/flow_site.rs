//! One flow or module on one instance: what it lacks, and whether it may be written.

mod writes;

use std::collections::{BTreeMap, BTreeSet};

use super::editing::{is_editing, newer_draft};
use super::flow_text::LateText;
use super::ownership::{APPLIED_TAG, Owner, who};
use super::uses::{flow_address, functions_of};
use super::{ActionId, Cause, Change, Draft, FlowMetadataSpec, FlowSpec, Guard, Spec, Step};
use crate::flow::compare::{self, FlowDiff};
use crate::flow::document::Document;
use crate::manifest::{self, Flow, Manifest, State, Status};
use crate::resource::{Address, InstanceArn, Kind, Label, Problem};
use crate::snapshot::{FlowContent, FlowSeen, FlowSummary, Look, Snapshot};

/// A write before it is put into its order.
pub(super) struct Planned {
    pub(super) address: Address,
    pub(super) spec: FlowSpec,
    pub(super) reason: String,
    pub(super) cause: Cause,
    pub(super) guard: Option<Guard>,
    pub(super) after: Vec<ActionId>,
    pub(super) names: BTreeSet<(Kind, Label)>,
}

/// Name, description and state that differ.
pub(super) struct PlannedMetadata {
    pub(super) address: Address,
    pub(super) spec: FlowMetadataSpec,
    pub(super) reason: String,
    pub(super) cause: Cause,
    pub(super) guard: Option<Guard>,
}

/// A flow or module on an instance.
pub(super) struct Site<'a> {
    pub(super) desired: &'a Manifest,
    pub(super) observed: &'a Snapshot,
    pub(super) instance: &'a Label,
    pub(super) kind: Kind,
    pub(super) name: &'a Label,
    pub(super) flow: &'a Flow,
}

impl Site<'_> {
    pub(super) fn address(&self) -> Address {
        flow_address(self.desired, self.kind, self.name, self.instance)
    }

    pub(super) fn problem(&self, problem: Problem) -> Problem {
        problem.on(&self.address()).at(&self.flow.origin)
    }

    fn hold(&self, draft: &mut Draft, code: &'static str, message: String, hint: Option<&str>) {
        draft.block(self.address(), message.clone());
        let mut problem = self.problem(Problem::held(code, message));
        problem.hint = hint.map(str::to_owned);
        draft.problems.push(problem);
    }

    /// Plans content and metadata.
    pub(super) fn plan(&self, draft: &mut Draft) -> (Option<Planned>, Option<PlannedMetadata>) {
        let blocked = draft.blocked.get(&Address::new(Kind::Instance, self.instance)).cloned();
        if let Some(why) = blocked {
            draft.block(self.address(), why);
            return (None, None);
        }
        let look = self.observed.instances.get(self.instance).and_then(Look::found);
        let Some(instance) = look.map(|seen| seen.arn.clone()) else { return (None, None) };
        let Some(Look::Found(list)) = self.observed.lists.get(&(self.kind, self.instance.clone())) else {
            draft.block(self.address(), format!("the instance's {}s could not be read", self.kind));
            return (None, None);
        };
        let key = (self.kind, self.instance.clone(), self.name.clone());
        match self.observed.flows.get(&key) {
            Some(Look::Found(seen)) => self.existing(&instance, seen, draft),
            Some(Look::Unknown) => {
                draft.block(self.address(), "its content could not be read");
                (None, None)
            }
            Some(Look::Absent { .. }) | None => self.absent(&instance, list, draft),
        }
    }

    fn absent(
        &self,
        instance: &InstanceArn,
        list: &BTreeMap<String, FlowSummary>,
        draft: &mut Draft,
    ) -> (Option<Planned>, Option<PlannedMetadata>) {
        let Some(file) = &self.flow.content else {
            let message =
                format!("no {} named `{}` on instance/{}", self.kind, self.flow.name, self.instance);
            let suggested = manifest::suggest(&self.flow.name, list.keys().map(String::as_str));
            let or = format!("without `content:` the {} must exist", self.kind);
            let hint = suggested.map_or_else(|| or.clone(), |close| format!("{close} ({or})"));
            draft.block(self.address(), message.clone());
            let code = if self.kind == Kind::Module { "module-not-found" } else { "flow-not-found" };
            draft.problems.push(self.problem(Problem::error(code, message)).hint(hint));
            return (None, None);
        };
        let after = self.needs(draft);
        let Some((content, preview)) = self.whole(file, instance, None, draft) else { return (None, None) };
        if self.parse(&preview, draft).is_none() {
            return (None, None);
        }
        let reason = format!("no {} named `{}` on the instance", self.kind, self.flow.name);
        let (spec, cause) = (self.spec(instance, None, content, None, FlowDiff::default()), Cause::Absent);
        let Some(after) = after else {
            draft.withhold(self.address(), Change::Create(Spec::Flow(Box::new(spec))), reason, cause);
            return (None, None);
        };
        let archive =
            self.flow.state.filter(|state| *state == State::Archived).map(|state| PlannedMetadata {
                address: self.address(),
                spec: FlowMetadataSpec { state: Some(state), ..self.metadata(instance, None) },
                reason: "the manifest says archived".to_owned(),
                cause: Cause::Follows,
                guard: None,
            });
        let write =
            Planned { address: self.address(), spec, reason, cause, guard: None, after, names: self.names() };
        (Some(write), archive)
    }

    fn existing(
        &self,
        instance: &InstanceArn,
        seen: &FlowSeen,
        draft: &mut Draft,
    ) -> (Option<Planned>, Option<PlannedMetadata>) {
        if !self.same_type(&seen.summary, draft) {
            return (None, None);
        }
        let metadata = self.metadata_change(instance, seen, draft);
        let archived = seen.summary.archived && self.flow.state != Some(State::Active);
        if archived && self.flow.state.is_none() {
            let message = format!("{} `{}` is archived", self.kind, self.flow.name);
            self.hold(draft, "flow-archived", message, Some("say `state: active`, or `state: archived`."));
        }
        let write = if archived { None } else { self.content_change(instance, seen, draft) };
        if write.is_none() && metadata.is_none() && !draft.blocked.contains_key(&self.address()) {
            draft.in_sync += 1;
        }
        (write, metadata)
    }

    fn content_change(&self, instance: &InstanceArn, seen: &FlowSeen, draft: &mut Draft) -> Option<Planned> {
        let live = self.live(seen, draft)?;
        let live_document = self.parse(&live.text, draft)?;
        let (content, preview) = match &self.flow.content {
            Some(file) => self.whole(file, instance, Some(live.text.clone()), draft)?,
            None => {
                let text = self.patched(&live_document, draft)?;
                (LateText::Known(text.clone()), text)
            }
        };
        let wanted = self.parse(&preview, draft)?;
        let unpublished = self.status() == Status::Published && seen.published.is_none();
        let editing = self.draft_of(seen, &live_document);
        if compare::same(&live_document, &wanted) && !unpublished {
            if editing.is_some() {
                let message = format!(
                    "{} has a draft that is newer than what is published: someone is editing it",
                    self.address()
                );
                draft.problems.push(self.problem(Problem::warning("flow-being-edited", message)));
            }
            return None;
        }
        let after = self.needs(draft);
        let diff = compare::diff(&live_document, &wanted);
        let (reason, cause) = if unpublished {
            ("it was never published".to_owned(), Cause::Unknown)
        } else {
            let cause = self.cause(seen, &live_document, &wanted);
            (self.reason(&diff, seen, &live_document), cause)
        };
        let ids = Some((seen.summary.id.clone(), seen.summary.arn.clone()));
        let mut spec = self.spec(instance, ids, content, Some(live.text.clone()), diff);
        spec.draft = newer_draft(seen);
        let owner = Owner::of(Some(&seen.tags), &self.desired.set);
        if owner.name() != Some(self.name.as_str()) || !owner.is_ours() {
            // What is adopted is written to, but not owned: it is never removed.
            spec.tags.clear();
        }
        // Blocks are bound in what is made by hand; what another set made has its own manifest.
        let binds = self.flow.content.is_none() && owner == Owner::Nobody;
        let may = after.is_some() && (binds || self.may_write(seen, &reason, draft));
        let Some(after) = after.filter(|_| may) else {
            draft.withhold(self.address(), Change::Update(Spec::Flow(Box::new(spec))), reason, cause);
            return None;
        };
        let guard = editing.or_else(|| self.protection());
        Some(Planned { address: self.address(), spec, reason, cause, guard, after, names: self.names() })
    }

    fn metadata_change(
        &self,
        instance: &InstanceArn,
        seen: &FlowSeen,
        draft: &mut Draft,
    ) -> Option<PlannedMetadata> {
        let name = (seen.name != self.flow.name).then(|| self.flow.name.clone());
        let description = self.flow.description.clone().filter(|wanted| *wanted != seen.description);
        let state = self.flow.state.filter(|state| (*state == State::Archived) != seen.summary.archived);
        let words = [
            name.as_ref().map(|_| format!("it is called `{}`", seen.name)),
            description.as_ref().map(|_| "its description differs".to_owned()),
            state.map(|_| if seen.summary.archived { "it is archived" } else { "it is active" }.to_owned()),
        ];
        let reason = words.into_iter().flatten().collect::<Vec<_>>().join(", ");
        if reason.is_empty() {
            return None;
        }
        let id = Some((seen.summary.id.clone(), seen.summary.arn.clone()));
        let spec = FlowMetadataSpec { name, description, state, ..self.metadata(instance, id) };
        // The digest is one of the content alone.
        let cause = Cause::Unknown;
        if !self.may_write(seen, &reason, draft) {
            draft.withhold(self.address(), Change::Update(Spec::FlowMetadata(spec)), reason, cause);
            return None;
        }
        Some(PlannedMetadata { address: self.address(), spec, reason, cause, guard: self.protection() })
    }

    /// A namesake that the set does not own is written to only when the manifest adopts it.
    fn may_write(&self, seen: &FlowSeen, difference: &str, draft: &mut Draft) -> bool {
        let refusal = Owner::of(Some(&seen.tags), &self.desired.set).refusal();
        let Some(why) = refusal.filter(|_| !self.flow.adopt) else { return true };
        let message = format!("{} `{}` differs ({difference}), but {why}", self.kind, self.flow.name);
        let hint = "say `adopt: true` on it to let this set write to it, or give it another name.";
        self.hold(draft, "not-owned", message, Some(hint));
        false
    }

    fn protection(&self) -> Option<Guard> {
        self.flow.protect.then(|| Guard {
            code: "protected",
            message: "the manifest protects it".to_owned(),
            allow: self.address(),
        })
    }

    fn status(&self) -> Status {
        self.flow.status.unwrap_or(Status::Published)
    }

    fn same_type(&self, summary: &FlowSummary, draft: &mut Draft) -> bool {
        if summary.kind == Some(self.flow.kind) {
            return true;
        }
        let message = format!(
            "flow `{}` exists with type {}, and the manifest says {}: the type of a flow cannot be changed",
            self.flow.name,
            summary.kind_text,
            self.flow.kind.wire()
        );
        draft.block(self.address(), message.clone());
        let hint = "give the flow another name, or correct `type:`.";
        draft.problems.push(self.problem(Problem::error("flow-type-differs", message)).hint(hint));
        false
    }

    /// Picks the content to compare with: what callers meet, or the draft of what was never published.
    fn live<'s>(&self, seen: &'s FlowSeen, draft: &mut Draft) -> Option<&'s FlowContent> {
        if self.status() == Status::Saved && seen.published.is_some() {
            let message =
                format!("{} `{}` is published: it cannot be only saved any more", self.kind, self.flow.name);
            let hint = "leave `status: saved` out, or give a new name.";
            draft.block(self.address(), message.clone());
            draft.problems.push(self.problem(Problem::error("flow-is-published", message)).hint(hint));
            return None;
        }
        if seen.published.is_none() && self.flow.content.is_none() {
            let message =
                format!("{} `{}` was never published: there is only a draft", self.kind, self.flow.name);
            self.hold(
                draft,
                "flow-never-published",
                message,
                Some("publish it in Amazon Connect, then run the command again."),
            );
            return None;
        }
        let live = seen.published.as_ref().or(seen.draft.as_ref());
        if live.is_none() {
            self.hold(
                draft,
                "flow-unreadable",
                format!("{} `{}` has neither content nor draft", self.kind, self.flow.name),
                Some("open and publish it in the designer of Amazon Connect, then run the command again."),
            );
        }
        live
    }

    /// A draft that differs from what is published and is not older means that someone is editing.
    fn draft_of(&self, seen: &FlowSeen, published: &Document) -> Option<Guard> {
        is_editing(seen, published).then(|| Guard {
            code: "draft",
            message: format!(
                "a draft is newer than what is published: someone is editing this {}",
                self.kind
            ),
            allow: self.address(),
        })
    }

    /// The actions that must come first; none at all if something that the flow calls cannot be made callable.
    fn needs(&self, draft: &mut Draft) -> Option<Vec<ActionId>> {
        let mut after = Vec::new();
        for function in functions_of(self.flow) {
            after.extend(super::functions::action(&function, draft));
            for kind in [Kind::Association, Kind::Grant] {
                let address = Address::between(kind, self.instance, &function);
                if let Some(why) = draft.blocked.get(&address).cloned() {
                    let message =
                        format!("{} is not written: {address} is not settled ({why})", self.address());
                    let hint = format!("mend {address} first; then run the command again.");
                    self.hold(draft, "flow-held", message, Some(&hint));
                    return None;
                }
                let id = ActionId { address, step: Step::Write };
                if draft.actions.iter().any(|action| action.id == id) {
                    after.push(id);
                }
            }
        }
        Some(after)
    }

    pub(super) fn parse(&self, text: &str, draft: &mut Draft) -> Option<Document> {
        Document::parse(text)
            .map_err(|error| {
                let message =
                    format!("the content of {} `{}` cannot be read: {error}", self.kind, self.flow.name);
                let hint = "open and publish it in the designer of Amazon Connect, or correct the file.";
                self.hold(draft, "flow-unreadable", message, Some(hint));
            })
            .ok()
    }

    fn reason(&self, diff: &FlowDiff, seen: &FlowSeen, live: &Document) -> String {
        let names: Vec<&str> = diff.blocks.iter().map(compare::BlockChange::name).collect();
        let what = match names.as_slice() {
            [] => "the live content differs from the manifest".to_owned(),
            [one] => format!("block `{one}` differs from the manifest"),
            many => format!("{} blocks differ from the manifest", many.len()),
        };
        match self.flow.content {
            Some(_) => format!("{what}; {}", who(&seen.tags, &compare::digest(live))),
            None => what,
        }
    }

    /// Blocks that are bound in a flow of somebody else leave no trace of what was applied.
    fn cause(&self, seen: &FlowSeen, live: &Document, wanted: &Document) -> Cause {
        let applied = seen.tags.get(APPLIED_TAG).filter(|_| self.flow.content.is_some());
        Cause::of(applied.map(String::as_str), &compare::digest(live), || {
            Some(applied == Some(&compare::digest(wanted)))
        })
    }
}
