//! Plans flows: whole contents, and the bound blocks of flows that somebody else owns.

use std::collections::{BTreeMap, BTreeSet};

use super::flow_text::{FlowIds, LateText, Pending, pick};
use super::order::Order;
use super::uses::{flow_address, functions_of};
use super::{Action, ActionId, Change, Draft, FlowSpec, Guard, Spec, Step};
use crate::flow::compare::{self, FlowDiff};
use crate::flow::document::Document;
use crate::flow::patch::{self, BlockValues};
use crate::flow::template::{self, Attribute, Token};
use crate::flow::{InvocationKind, stub};
use crate::manifest::{self, Flow, FlowText, Manifest};
use crate::resource::{Address, FlowType, InstanceArn, Kind, Label, Problem};
use crate::snapshot::{FlowContent, FlowSeen, FlowSummary, Look, Snapshot};

/// Plans every flow on every instance that it stands on.
pub(super) fn plan(desired: &Manifest, observed: &Snapshot, draft: &mut Draft) {
    for instance in desired.instances.keys() {
        let planned: Vec<Planned> = desired
            .flows
            .iter()
            .filter(|(_, flow)| flow.instances.contains(instance))
            .filter_map(|(name, flow)| {
                let site = Site { desired, observed, instance, name, flow };
                site.plan(draft)
            })
            .collect();
        order(planned, draft);
    }
}

/// A flow write before it is put into its order.
struct Planned {
    address: Address,
    spec: FlowSpec,
    reason: String,
    guard: Option<Guard>,
    after: Vec<ActionId>,
    names: BTreeSet<Label>,
}

/// Turns the writes of one instance into actions: a flow is written after those that it names; where that is a circle,
/// the new flows on it are created as stubs first.
fn order(planned: Vec<Planned>, draft: &mut Draft) {
    let edges: BTreeMap<Label, BTreeSet<Label>> =
        planned.iter().map(|p| (p.spec.flow.clone(), p.names.clone())).collect();
    let order = Order::new(&edges);
    let addresses: BTreeMap<Label, (Address, bool)> = planned
        .iter()
        .map(|p| {
            let stubbed = p.spec.id.is_none() && order.on_cycle(&p.spec.flow);
            (p.spec.flow.clone(), (p.address.clone(), stubbed))
        })
        .collect();
    for Planned { address, spec, reason, guard, mut after, names } in planned {
        let flow = spec.flow.clone();
        for named in &names {
            let Some((other, stubbed)) = addresses.get(named) else { continue };
            if !order.same_cycle(&flow, named) {
                after.push(ActionId { address: other.clone(), step: Step::Write });
            } else if *stubbed {
                after.push(ActionId { address: other.clone(), step: Step::Stub });
            }
        }
        let creates = spec.id.is_none();
        if addresses.get(&flow).is_some_and(|(_, stubbed)| *stubbed) {
            let id = ActionId { address: address.clone(), step: Step::Stub };
            after.push(id.clone());
            let text = LateText::Known(stub_of(spec.kind));
            let stub = FlowSpec { content: text, diff: FlowDiff::default(), ..spec.clone() };
            let reason = "flows that name one another exist before their contents are written".to_owned();
            let change = Change::Create(Spec::Flow(Box::new(stub)));
            draft.actions.push(Action { id, change, reason, after: Vec::new(), guard: None });
        }
        after.sort();
        after.dedup();
        let spec = Spec::Flow(Box::new(spec));
        let change = if creates { Change::Create(spec) } else { Change::Update(spec) };
        let id = ActionId { address, step: Step::Write };
        draft.actions.push(Action { id, change, reason, after, guard });
    }
}

/// One flow on one instance.
struct Site<'a> {
    desired: &'a Manifest,
    observed: &'a Snapshot,
    instance: &'a Label,
    name: &'a Label,
    flow: &'a Flow,
}

impl Site<'_> {
    fn address(&self) -> Address {
        flow_address(self.desired, self.name, self.instance)
    }

    fn problem(&self, problem: Problem) -> Problem {
        problem.on(&self.address()).at(&self.flow.origin)
    }

    fn hold(&self, draft: &mut Draft, code: &'static str, message: String, hint: Option<&str>) {
        draft.block(self.address(), message.clone());
        let mut problem = self.problem(Problem::held(code, message));
        problem.hint = hint.map(str::to_owned);
        draft.problems.push(problem);
    }

    fn plan(&self, draft: &mut Draft) -> Option<Planned> {
        let blocked = draft.blocked.get(&Address::new(Kind::Instance, self.instance)).cloned();
        if let Some(why) = blocked {
            draft.block(self.address(), why);
            return None;
        }
        let instance = self.observed.instances.get(self.instance)?.found()?.arn.clone();
        let Some(Look::Found(list)) = self.observed.flow_lists.get(self.instance) else {
            draft.block(self.address(), "the instance's flows could not be read");
            return None;
        };
        match list.get(&self.flow.name) {
            None => self.create(&instance, list, draft),
            Some(summary) => self.update(&instance, list, summary, draft),
        }
    }

    fn create(
        &self,
        instance: &InstanceArn,
        list: &BTreeMap<String, FlowSummary>,
        draft: &mut Draft,
    ) -> Option<Planned> {
        let Some(file) = &self.flow.content else {
            let message = format!("no flow named `{}` on instance/{}", self.flow.name, self.instance);
            let suggested = manifest::suggest(&self.flow.name, list.keys().map(String::as_str));
            let or = "without `content:` the flow must exist";
            let hint = suggested.map_or_else(|| or.to_owned(), |close| format!("{close} ({or})"));
            draft.block(self.address(), message.clone());
            draft.problems.push(self.problem(Problem::error("flow-not-found", message)).hint(hint));
            return None;
        };
        let after = self.needs(draft)?;
        let pending = self.pending(file, instance, list, None);
        let (content, preview) = self.complete(pending, draft)?;
        self.parse(&preview, draft)?;
        let reason = format!("no flow named `{}` on the instance", self.flow.name);
        let spec = self.spec(instance, None, content, None, FlowDiff::default());
        Some(Planned { address: self.address(), spec, reason, guard: None, after, names: self.names() })
    }

    fn update(
        &self,
        instance: &InstanceArn,
        list: &BTreeMap<String, FlowSummary>,
        summary: &FlowSummary,
        draft: &mut Draft,
    ) -> Option<Planned> {
        let seen = match self.observed.flows.get(&(self.instance.clone(), self.name.clone())) {
            Some(Look::Found(seen)) => seen,
            _ => {
                draft.block(self.address(), "its content could not be read");
                return None;
            }
        };
        let live = self.live(summary, seen, draft)?;
        let live_document = self.parse(&live.text, draft)?;
        let (content, preview) = match &self.flow.content {
            Some(file) => {
                let pending = self.pending(file, instance, list, Some(live.text.clone()));
                self.complete(pending, draft)?
            }
            None => {
                let text = self.patched(&live_document, draft)?;
                (LateText::Known(text.clone()), text)
            }
        };
        let wanted = self.parse(&preview, draft)?;
        let editing = self.draft_of(seen, &live_document);
        if compare::same(&live_document, &wanted) {
            draft.in_sync += 1;
            if editing.is_some() {
                let message = format!(
                    "{} has a draft that is newer than what is published: someone is editing it",
                    self.address()
                );
                draft.problems.push(self.problem(Problem::warning("flow-being-edited", message)));
            }
            return None;
        }
        let after = self.needs(draft)?;
        let diff = compare::diff(&live_document, &wanted);
        let reason = change_reason(&diff);
        let spec = self.spec(instance, Some(summary.id.clone()), content, Some(live.text.clone()), diff);
        Some(Planned { address: self.address(), spec, reason, guard: editing, after, names: self.names() })
    }

    /// Picks the content that callers meet, or says why there is none to compare with.
    fn live<'s>(
        &self,
        summary: &FlowSummary,
        seen: &'s FlowSeen,
        draft: &mut Draft,
    ) -> Option<&'s FlowContent> {
        if summary.kind != Some(self.flow.kind) {
            let message = format!(
                "flow `{}` exists with type {}, and the manifest says {}: the type of a flow cannot be changed",
                self.flow.name,
                summary.kind_text,
                self.flow.kind.wire()
            );
            draft.block(self.address(), message.clone());
            let hint = "give the flow another name, or correct `type:`.";
            draft.problems.push(self.problem(Problem::error("flow-type-differs", message)).hint(hint));
            return None;
        }
        if summary.archived {
            let message = format!("flow `{}` is archived", self.flow.name);
            self.hold(
                draft,
                "flow-archived",
                message,
                Some("restore it in Amazon Connect, then run the command again."),
            );
            return None;
        }
        if seen.published.is_none() {
            let message = format!("flow `{}` was never published: there is only a draft", self.flow.name);
            self.hold(
                draft,
                "flow-never-published",
                message,
                Some("publish it in Amazon Connect, then run the command again."),
            );
        }
        seen.published.as_ref()
    }

    /// A draft that differs from what is published and is not older means that someone is editing. Where the service
    /// gives no time the draft counts: the safe reading of U6 (what a write does to a pending draft is unknown).
    fn draft_of(&self, seen: &FlowSeen, published: &Document) -> Option<Guard> {
        let draft = seen.draft.as_ref()?;
        let document = Document::parse(&draft.text).ok();
        let differs = document.is_none_or(|document| !compare::same(&document, published));
        let older = match (draft.modified_ms, seen.published.as_ref().and_then(|p| p.modified_ms)) {
            (Some(draft), Some(published)) => draft <= published,
            _ => false,
        };
        (differs && !older).then(|| Guard {
            code: "draft",
            message: "a draft is newer than what is published: someone is editing this flow".to_owned(),
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
                    self.hold(draft, "flow-held", message, None);
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

    /// The flows of the set that this one names.
    fn names(&self) -> BTreeSet<Label> {
        let file = self.flow.content.iter();
        let tokens = file.flat_map(|file| template::tokens(&file.text).unwrap_or_default());
        tokens
            .filter_map(|found| match found.token {
                Token::Flow { name, .. } => Label::parse(&name).ok(),
                _ => None,
            })
            .collect()
    }

    fn pending(
        &self,
        file: &FlowText,
        instance: &InstanceArn,
        list: &BTreeMap<String, FlowSummary>,
        live: Option<String>,
    ) -> Pending {
        let tokens = template::tokens(&file.text).unwrap_or_default();
        let known = tokens
            .into_iter()
            .filter_map(|found| Some((found.token.clone(), self.value(&found.token, instance, list)?)))
            .collect();
        Pending { template: file.text.clone(), known, edits: self.edits(), live }
    }

    fn value(
        &self,
        token: &Token,
        instance: &InstanceArn,
        list: &BTreeMap<String, FlowSummary>,
    ) -> Option<String> {
        match token {
            Token::Function(name) => {
                let function = self.desired.functions.get(&Label::parse(name).ok()?)?;
                Some(function.target.arn().to_string())
            }
            Token::Flow { name, attribute } => {
                let flow = self.desired.flows.get(&Label::parse(name).ok()?)?;
                let summary = list.get(&flow.name)?;
                Some(pick(&FlowIds { id: summary.id.clone(), arn: summary.arn.clone() }, *attribute))
            }
            Token::Instance(Attribute::Arn) => Some(instance.to_string()),
            Token::Instance(Attribute::Id) => Some(instance.id.clone()),
            Token::Value(name) => self.desired.instances.get(self.instance)?.values.get(name).cloned(),
            _ => None,
        }
    }

    /// Completes the text where everything is known; the preview stands in where flows have yet to be made.
    fn complete(&self, pending: Pending, draft: &mut Draft) -> Option<(LateText, String)> {
        let mut late = false;
        let preview = pending.resolve(|token| match token {
            Token::Flow { name, .. } if self.will_exist(name) => {
                late = true;
                Ok(token.to_string())
            }
            other => Err(format!("{other} has no value on instance/{}", self.instance)),
        });
        match preview {
            Ok(text) if late => Some((LateText::After(pending), text)),
            Ok(text) => Some((LateText::Known(text.clone()), text)),
            Err(error) => {
                draft.block(self.address(), error.to_string());
                draft.problems.push(self.problem(Problem::error("flow-content", error.to_string())));
                None
            }
        }
    }

    fn will_exist(&self, name: &str) -> bool {
        let flow = Label::parse(name).ok().and_then(|label| self.desired.flows.get(&label));
        flow.is_some_and(|flow| flow.content.is_some() && flow.instances.contains(self.instance))
    }

    fn patched(&self, live: &Document, draft: &mut Draft) -> Option<String> {
        let mut bound = true;
        for (block, binding) in &self.flow.bindings {
            if let Err(error) = patch::set(live, &[(block.clone(), self.values(binding))]) {
                bound = false;
                let address = self.address().block(block);
                let message = format!("flow `{}`: {error}", self.flow.name);
                draft
                    .problems
                    .push(Problem::error("block-not-found", message).on(&address).at(&binding.origin));
            }
        }
        if !bound {
            draft.block(self.address(), "a bound block is missing");
            return None;
        }
        patch::set(live, &self.edits()).ok()
    }

    fn parse(&self, text: &str, draft: &mut Draft) -> Option<Document> {
        Document::parse(text)
            .map_err(|error| {
                let message = format!("the content of flow `{}` cannot be read: {error}", self.flow.name);
                self.hold(draft, "flow-unreadable", message, None);
            })
            .ok()
    }

    fn edits(&self) -> Vec<(String, BlockValues)> {
        self.flow.bindings.iter().map(|(block, binding)| (block.clone(), self.values(binding))).collect()
    }

    fn values(&self, binding: &manifest::Binding) -> BlockValues {
        let function = self.desired.functions.get(&binding.function);
        BlockValues {
            function_arn: function.map(|f| f.target.arn().to_string()),
            display_name: function.map(|f| f.target.name.clone()),
            time_limit: binding.time_limit,
            invocation: binding.invocation.map(|i| match i {
                manifest::Invocation::Sync => InvocationKind::Sync,
                manifest::Invocation::Async => InvocationKind::Async,
            }),
            response_type: binding.response_type.map(|r| match r {
                manifest::ResponseType::StringMap => crate::flow::ResponseType::StringMap,
                manifest::ResponseType::Json => crate::flow::ResponseType::Json,
            }),
            parameters: binding.parameters.clone(),
        }
    }

    fn spec(
        &self,
        instance: &InstanceArn,
        id: Option<String>,
        content: LateText,
        before: Option<String>,
        diff: FlowDiff,
    ) -> FlowSpec {
        FlowSpec {
            flow: self.name.clone(),
            instance: instance.clone(),
            instance_name: self.instance.clone(),
            id,
            name: self.flow.name.clone(),
            kind: self.flow.kind,
            content,
            before,
            diff,
        }
    }
}

fn change_reason(diff: &FlowDiff) -> String {
    let names: Vec<&str> = diff.blocks.iter().map(compare::BlockChange::name).collect();
    match names.as_slice() {
        [] => "the live content differs from the manifest".to_owned(),
        [one] => format!("block `{one}` differs from the manifest"),
        many => format!("{} blocks differ from the manifest", many.len()),
    }
}

/// A minimal valid flow of a type.
pub(crate) fn stub_of(kind: FlowType) -> String {
    stub::stub(stub::FlowType::from_name(&kind.wire()).unwrap_or(stub::FlowType::ContactFlow))
}
