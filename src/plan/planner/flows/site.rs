//! One flow or module on one instance: what it lacks, and whether it may be written.

use crate::plan::planner::functions;
mod content;
mod metadata;
mod tags;
mod wanted;
mod writes;

use std::collections::{BTreeMap, BTreeSet};

use crate::flow::FlowText;
use crate::flow::compare::FlowDiff;
use crate::flow::document::Document;
use crate::manifest::{self, Flow, Manifest, State, Status};
use crate::plan::facts::ownership::{ADOPTED_TAG, OWNER_TAG};
use crate::plan::model::{ActionId, Cause, FlowMetadataSpec, FlowSpec, Guard, Step, TagsSpec, Write};
use crate::plan::planner::builder::PlanBuilder;
use crate::plan::reasons;
use crate::resource::{Address, Code, InstanceArn, Kind, Label, Problem};
use crate::snapshot::{FlowSeen, FlowSummary, Look, Resolved, Snapshot};

/// A write before it is put into its order.
pub(in crate::plan) struct Planned {
    pub(in crate::plan) address: Address,
    pub(in crate::plan) spec: FlowSpec,
    pub(in crate::plan) reason: String,
    pub(in crate::plan) cause: Cause,
    pub(in crate::plan) guard: Option<Guard>,
    pub(in crate::plan) after: Vec<ActionId>,
    /// Set for a new one whose name another has now: after these it is free.
    pub(in crate::plan) before_name: Vec<ActionId>,
    pub(in crate::plan) names: BTreeSet<(Kind, Label)>,
}

/// Name, description and state that differ.
pub(in crate::plan) struct PlannedMetadata {
    pub(in crate::plan) address: Address,
    pub(in crate::plan) spec: FlowMetadataSpec,
    /// The name that it has now.
    pub(in crate::plan) from: String,
    pub(in crate::plan) reason: String,
    pub(in crate::plan) cause: Cause,
    pub(in crate::plan) guard: Option<Guard>,
}

/// Tags that differ where the content agrees.
pub(in crate::plan) struct PlannedTags {
    pub(in crate::plan) address: Address,
    pub(in crate::plan) spec: TagsSpec,
    pub(in crate::plan) reason: String,
    pub(in crate::plan) cause: Cause,
    pub(in crate::plan) guard: Option<Guard>,
}

/// All that one flow or module lacks.
#[derive(Default)]
pub(in crate::plan) struct Lack {
    pub(in crate::plan) write: Option<Planned>,
    pub(in crate::plan) metadata: Option<PlannedMetadata>,
    /// Its state, where it is put aside only after its content was written.
    pub(in crate::plan) archive: Option<PlannedMetadata>,
    pub(in crate::plan) tags: Option<PlannedTags>,
}

impl Lack {
    fn is_empty(&self) -> bool {
        let Self { write, metadata, archive, tags } = self;
        write.is_none() && metadata.is_none() && archive.is_none() && tags.is_none()
    }
}

/// A flow or module on an instance.
pub(in crate::plan) struct Site<'a> {
    pub(in crate::plan) desired: &'a Manifest,
    pub(in crate::plan) observed: &'a Snapshot,
    pub(in crate::plan) instance: &'a Label,
    pub(in crate::plan) kind: Kind,
    pub(in crate::plan) name: &'a Label,
    pub(in crate::plan) flow: &'a Flow,
}

impl Site<'_> {
    pub(in crate::plan) fn address(&self) -> Address {
        self.desired.flow_address(self.kind, self.name, self.instance)
    }

    pub(in crate::plan) fn problem(&self, problem: Problem) -> Problem {
        problem.on(&self.address()).at(&self.flow.origin)
    }

    pub(in crate::plan) fn hold(
        &self,
        builder: &mut PlanBuilder,
        code: Code,
        message: String,
        hint: Option<&str>,
    ) {
        builder.block(self.address(), message.clone());
        let mut problem = self.problem(Problem::held(code, message));
        problem.hint = hint.map(str::to_owned);
        builder.problems.push(problem);
    }

    /// Plans content, name, description, state and tags.
    pub(in crate::plan) fn plan(&self, builder: &mut PlanBuilder) -> Lack {
        let blocked = builder.blocked.get(&Address::new(Kind::Instance, self.instance)).cloned();
        if let Some(why) = blocked {
            builder.block(self.address(), why);
            return Lack::default();
        }
        let look = self.observed.instances.get(self.instance).and_then(Look::found);
        let Some(instance) = look.map(|seen| seen.arn.clone()) else { return Lack::default() };
        let Some(Look::Found(list)) = self.observed.lists.get(&(self.kind, self.instance.clone())) else {
            builder.block(self.address(), format!("the instance's {}s could not be read", self.kind));
            return Lack::default();
        };
        let key = (self.kind, self.instance.clone(), self.name.clone());
        if !self.is_resolved(self.observed.resolved.get(&key), builder) {
            return Lack::default();
        }
        match self.observed.flows.get(&key) {
            Some(Look::Found(seen)) => self.existing(&instance, seen, builder),
            Some(Look::Unknown) => {
                builder.block(self.address(), "its content could not be read");
                Lack::default()
            }
            Some(Look::Absent { .. }) | None => self.absent(&instance, list, builder),
        }
    }

    /// Whether it is known which live one it is, or that there is none; if not, that is reported.
    fn is_resolved(&self, resolved: Option<&Resolved>, builder: &mut PlanBuilder) -> bool {
        let (kind, instance) = (self.kind, self.instance);
        let (code, message, hint) = match resolved {
            None | Some(Resolved::Is(_)) => return true,
            Some(Resolved::Unread) => {
                builder.block(self.address(), "the tags that identify it could not be read");
                return false;
            }
            Some(Resolved::Several(live)) => {
                let names: Vec<String> = live.iter().map(|(name, id)| format!("`{name}` ({id})")).collect();
                let message = format!(
                    "{} {kind}s on instance/{instance} carry the tag of {}, and none is named `{}`: {}",
                    live.len(),
                    self.address(),
                    self.flow.name,
                    names.join(", ")
                );
                let hint =
                    "remove the tags `flowbind/set` and `flowbind/adopted` from those that are copies.";
                (Code::TaggedTwice, message, hint)
            }
            Some(Resolved::Shared { name, id, with }) => {
                let other = self.desired.flow_address(kind, with, instance);
                let message =
                    format!("{} and {other} are the same live {kind}, `{name}` ({id})", self.address());
                (Code::DeclaredTwice, message, "declare it once, or give one of them the name of another.")
            }
        };
        builder.block(self.address(), message.clone());
        builder.problems.push(self.problem(Problem::error(code, message)).hint(hint));
        false
    }

    fn absent(
        &self,
        instance: &InstanceArn,
        list: &BTreeMap<String, FlowSummary>,
        builder: &mut PlanBuilder,
    ) -> Lack {
        let Some(file) = &self.flow.content else {
            let message =
                format!("no {} named `{}` on instance/{}", self.kind, self.flow.name, self.instance);
            let suggested = manifest::suggest(&self.flow.name, list.keys().map(String::as_str));
            let or = format!("without `content:` the {} must exist", self.kind);
            let hint = suggested.map_or_else(|| or.clone(), |close| format!("{close} ({or})"));
            builder.block(self.address(), message.clone());
            let code = if self.kind == Kind::Module { Code::ModuleNotFound } else { Code::FlowNotFound };
            builder.problems.push(self.problem(Problem::error(code, message)).hint(hint));
            return Lack::default();
        };
        let after = self.needs(builder);
        let Some(content) = self.whole(file, instance, None, builder) else {
            return Lack::default();
        };
        if self.readable(content.preview(), builder).is_none() {
            return Lack::default();
        }
        if self.flow.adopt {
            let message = format!(
                "{} says `adopt: true`, and there is no {} named `{}`: a new one will be created",
                self.address(),
                self.kind,
                self.flow.name
            );
            let hint = "to adopt one that exists, give the name that it has in Amazon Connect; a changed `name:` renames it \
                        only after flowbind has written to it.";
            builder.problems.push(self.problem(Problem::warning(Code::NothingToAdopt, message)).hint(hint));
        }
        let reason = format!("no {} named `{}` on the instance", self.kind, self.flow.name);
        let (spec, cause) = (self.spec(instance, None, content, None, FlowDiff::default()), Cause::Absent);
        let Some(after) = after else {
            builder.withhold(self.address(), Write::Flow(Box::new(spec)), reason, cause);
            return Lack::default();
        };
        let archive =
            self.flow.state.filter(|state| *state == State::Archived).map(|state| PlannedMetadata {
                address: self.address(),
                spec: FlowMetadataSpec { state: Some(state), ..self.metadata(instance, None) },
                from: self.flow.name.clone(),
                reason: "the manifest says archived".to_owned(),
                cause: Cause::Follows,
                guard: None,
            });
        let (address, names) = (self.address(), self.names());
        let write =
            Planned { address, spec, reason, cause, guard: None, after, before_name: Vec::new(), names };
        Lack { write: Some(write), archive, ..Lack::default() }
    }

    fn existing(&self, instance: &InstanceArn, seen: &FlowSeen, builder: &mut PlanBuilder) -> Lack {
        if !self.same_type(&seen.name, &seen.summary, builder) {
            return Lack::default();
        }
        self.warn_of_other_set(seen, builder);
        let mut metadata = self.metadata_change(instance, seen, builder);
        let mut archive = None;
        let archived = seen.summary.archived && self.flow.state != Some(State::Active);
        if archived && self.flow.state.is_none() {
            let message = format!("{} `{}` is archived", self.kind, self.flow.name);
            self.hold(
                builder,
                Code::FlowArchived,
                message,
                Some("set `state: active` or `state: archived`."),
            );
        }
        let (mut write, mut tags) = (None, None);
        if !archived {
            (write, tags) = self.content_change(instance, seen, builder);
        }
        if let (Some(_), Some(about)) = (&write, metadata.take_if(|_| write.is_some())) {
            (metadata, archive) = about.split();
        }
        let lack = Lack { write, metadata, archive, tags };
        if lack.is_empty() && !builder.blocked.contains_key(&self.address()) {
            builder.in_sync += 1;
        }
        lack
    }

    /// A namesake that the set does not own is written to only when the manifest adopts it.
    fn may_write(&self, seen: &FlowSeen, difference: &str, builder: &mut PlanBuilder) -> bool {
        let Some(why) = self.refusal(seen).filter(|_| !self.flow.adopt) else { return true };
        let message = format!("{} `{}` differs ({difference}), but {why}", self.kind, seen.name);
        let hint = "set `adopt: true` on it to let this set write to it, or give it another name.";
        self.hold(builder, Code::NotOwned, message, Some(hint));
        false
    }

    /// What two sets write to has no one declared state.
    fn warn_of_other_set(&self, seen: &FlowSeen, builder: &mut PlanBuilder) {
        if let Some(other) = self.other_set(seen).filter(|_| self.flow.adopt && self.flow.content.is_some()) {
            let problem = other.adopted_too(&format!("{} `{}`", self.kind, seen.name));
            builder.problems.push(self.problem(problem));
        }
    }

    /// Whose a protected one is, is only changed by name; what was written last is noted without: that ends a write.
    fn tags_guard(&self, seen: &FlowSeen, tags: &BTreeMap<String, String>) -> Option<Guard> {
        let claims = [OWNER_TAG, ADOPTED_TAG].into_iter().any(|key| tags.contains_key(key));
        self.protection(seen).filter(|_| claims)
    }

    /// What a run of the set left half made is finished without asking.
    fn protection(&self, seen: &FlowSeen) -> Option<Guard> {
        (self.flow.protect && !self.is_half_made(seen)).then(|| Guard::declared(&self.address()))
    }

    fn status(&self) -> Status {
        self.flow.status.unwrap_or(Status::Published)
    }

    fn same_type(&self, live: &str, summary: &FlowSummary, builder: &mut PlanBuilder) -> bool {
        if summary.kind == Some(self.flow.kind) {
            return true;
        }
        let message = format!(
            "flow `{}` exists with type {}, and the manifest says {}: the type of a flow cannot be changed",
            live,
            summary.kind_text,
            self.flow.kind.wire()
        );
        builder.block(self.address(), message.clone());
        let hint = format!(
            "correct `type:`, give the flow another name, or delete `{live}` ({}) if nothing needs it, then run again.",
            summary.id
        );
        builder.problems.push(self.problem(Problem::error(Code::FlowTypeDiffers, message)).hint(hint));
        false
    }

    /// The actions that must come first; none at all if something that the flow calls cannot be made callable.
    fn needs(&self, builder: &mut PlanBuilder) -> Option<Vec<ActionId>> {
        let mut after = Vec::new();
        for function in &self.flow.names.functions {
            after.extend(functions::action(function, builder));
            for kind in [Kind::Association, Kind::Grant] {
                let address = Address::between(kind, self.instance, function);
                if let Some(why) = builder.blocked.get(&address).cloned() {
                    let message = reasons::waits(&self.address(), &address, &why);
                    let hint = format!("fix {address} first, then run again.");
                    self.hold(builder, Code::FlowHeld, message, Some(&hint));
                    return None;
                }
                let shared = builder.shared.get(&address).cloned();
                let id = shared.unwrap_or(ActionId { address, step: Step::Write });
                if builder.actions.iter().any(|action| action.id == id) {
                    after.push(id);
                }
            }
        }
        Some(after)
    }

    /// The flow in a text; one that is none is held back.
    pub(in crate::plan) fn readable<'t>(
        &self,
        text: &'t FlowText,
        builder: &mut PlanBuilder,
    ) -> Option<&'t Document> {
        text.document()
            .map(|document| &**document)
            .map_err(|error| {
                let message =
                    format!("the content of {} `{}` cannot be read: {error}", self.kind, self.flow.name);
                let hint = "open and publish it in the designer of Amazon Connect, or correct the file.";
                self.hold(builder, Code::FlowUnreadable, message, Some(hint));
            })
            .ok()
    }
}
