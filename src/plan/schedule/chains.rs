//! The calls of one action of a plan, in the order in which they are made.

use std::time::Duration;

use super::task::{Call, Step};
use crate::operations::Operation;
use crate::plan::model::{
    Action, ActionId, AsideSpec, AttributesSpec, Disassociation, FieldPath, FlowMetadataSpec, FlowRemoval,
    FlowSpec, FunctionRemoval, FunctionSpec, GrantSpec, OwnStatement, Removal, RoleRemoval, RoleSpec,
    StatementRemoval, Step as ActionStep, TagTarget, TagsSpec, Write, kind_of_arn,
};
use crate::resource::{FunctionRef, Kind, Place};
use crate::snapshot::ADOPTED_TAG;

/// Pages of an instance's attributes: 13 of them, 7 a page.
const ATTRIBUTE_PAGES: usize = 2;
/// The pause before a second look, or a second try.
const PAUSE: Duration = Duration::from_millis(250);

/// Calls one after the other.
#[derive(Default)]
pub(in crate::plan) struct Chain(pub(in crate::plan) Vec<Step>);

impl Chain {
    /// A call that is made in any case.
    fn call(&mut self, place: &Place, operation: Operation) {
        self.at_once(vec![call(place, operation, 1)]);
    }

    /// A call that is made if this holds.
    fn if_so(&mut self, holds: bool, place: &Place, operation: Operation) {
        self.calls(usize::from(holds), place, operation);
    }

    /// Calls one after the other that are made in any case.
    fn calls(&mut self, times: usize, place: &Place, operation: Operation) {
        (0..times).for_each(|_| self.call(place, operation));
    }

    /// A call that is made if things are as they mostly are.
    fn mostly(&mut self, place: &Place, operation: Operation) {
        self.at_once(vec![Call { sure: 0, ..call(place, operation, 1) }]);
    }

    pub(in crate::plan) fn at_once(&mut self, calls: Vec<Call>) {
        self.0.push(Step::Calls(calls));
    }

    /// A look at a flow or module: the draft, then what is published.
    fn both(&mut self, place: &Place, kind: Kind) {
        self.calls(2, place, describes(kind));
    }

    /// Waits for Lambda, which has mostly not ended when it is looked at first.
    fn settles(&mut self, place: &Place) {
        self.mostly(place, Operation::GetFunction);
        self.0.push(Step::Pause(PAUSE));
        self.call(place, Operation::GetFunction);
    }
}

/// What an action waits for besides its own calls.
#[derive(Default)]
pub(in crate::plan) struct Waits {
    /// The list of functions in which its association has to show.
    pub(in crate::plan) list: Option<usize>,
    /// Every flow and module of each of its instances, which are read again.
    pub(in crate::plan) callers: Vec<usize>,
    /// Whether a role of its own is made before it, which Lambda cannot assume at once.
    pub(in crate::plan) new_role: bool,
}

/// Calls of one operation that are made in any case.
pub(in crate::plan) fn call(place: &Place, operation: Operation, times: u32) -> Call {
    Call { place: Some(place.clone()), operation, times, sure: times }
}

/// Returns an action's calls.
pub(in crate::plan) fn chain(action: &Action, waits: &Waits) -> Vec<Step> {
    let mut chain = Chain::default();
    match action.write() {
        Write::Role(spec) => chain.role(spec),
        Write::Function(spec) => chain.function(spec, waits.new_role),
        Write::Association(spec) => {
            chain.call(&spec.instance.place, Operation::AssociateLambdaFunction);
            chain.0.extend(waits.list.map(Step::Shared));
        }
        Write::Grant(spec) => chain.grant(spec),
        Write::Stub(spec) => chain.stub(spec),
        Write::Flow(spec) => {
            let stub = ActionId { address: action.id.address.clone(), step: ActionStep::Stub };
            chain.flow(spec, action.after.contains(&stub));
        }
        Write::Aside(AsideSpec { metadata: FlowMetadataSpec { key, instance, .. }, at_last: _ })
        | Write::Metadata(FlowMetadataSpec { key, instance, .. })
        | Write::Archive(FlowMetadataSpec { key, instance, .. }) => {
            chain.both(&instance.place, key.0);
            chain.call(&instance.place, metadata(key.0));
        }
        Write::Tags(spec) => chain.tags(spec),
        Write::Attributes(AttributesSpec { instance, attributes }) => {
            let place = &instance.place;
            chain.calls(ATTRIBUTE_PAGES, place, Operation::ListInstanceAttributes);
            chain.calls(attributes.len(), place, Operation::UpdateInstanceAttribute);
            chain.calls(ATTRIBUTE_PAGES, place, Operation::ListInstanceAttributes);
        }
        Write::Instance(spec) => {
            chain.if_so(spec.begun.is_none(), &spec.place, Operation::CreateInstance);
            chain.call(&spec.place, Operation::DescribeInstance);
        }
        Write::Removal(removal) => chain.removal(removal, &waits.callers),
    }
    chain.0
}

impl Chain {
    fn role(&mut self, spec: &RoleSpec) {
        let RoleSpec { place, wanted, before, .. } = spec;
        match before {
            None => {
                self.call(place, Operation::CreateRole);
                self.calls(wanted.managed.len(), place, Operation::AttachRolePolicy);
                self.calls(wanted.inline.len(), place, Operation::PutRolePolicy);
            }
            Some(before) => {
                self.whole_role(place, before.inline.len());
                self.if_so(wanted.trust != before.trust, place, Operation::UpdateAssumeRolePolicy);
                let attached = wanted.managed.difference(&before.managed).count();
                self.calls(attached, place, Operation::AttachRolePolicy);
                let put = |(name, text): &(&String, &String)| before.inline.get(*name) != Some(*text);
                self.calls(wanted.inline.iter().filter(put).count(), place, Operation::PutRolePolicy);
                let detached = before.managed.difference(&wanted.managed).count();
                self.calls(detached, place, Operation::DetachRolePolicy);
                let deleted = before.inline.keys().filter(|name| !wanted.inline.contains_key(*name)).count();
                self.calls(deleted, place, Operation::DeleteRolePolicy);
            }
        }
        self.whole_role(place, wanted.inline.len());
        self.if_so(spec.noted || !spec.marks.is_empty(), place, Operation::TagRole);
    }

    /// A look at a role with all its policies.
    fn whole_role(&mut self, place: &Place, inline: usize) {
        self.call(place, Operation::GetRole);
        let lists = [Operation::ListAttachedRolePolicies, Operation::ListRolePolicies];
        self.at_once(lists.map(|operation| call(place, operation, 1)).into());
        self.at_once(vec![call(place, Operation::GetRolePolicy, count(inline))]);
    }

    fn function(&mut self, spec: &FunctionSpec, new_role: bool) {
        let place = &spec.function.place;
        let known = spec.before.as_ref().and_then(|before| before.alias.as_ref());
        let mut tagged = true;
        if spec.before.is_none() {
            if new_role {
                self.mostly(place, Operation::CreateFunction);
                self.mostly(place, Operation::GetRole);
                self.0.push(Step::Pause(PAUSE));
            }
            self.call(place, Operation::CreateFunction);
            self.settles(place);
        } else {
            let code = spec.fields.iter().any(|field| field.path == FieldPath::Code);
            let rest = spec.fields.iter().any(|field| field.path.is_configuration());
            for (writes, operation) in
                [(code, Operation::UpdateFunctionCode), (rest, Operation::UpdateFunctionConfiguration)]
            {
                if writes {
                    self.call(place, operation);
                    self.settles(place);
                }
            }
            tagged = code || rest;
            self.call(place, Operation::GetFunction);
        }
        if spec.source.publish.is_some() {
            self.call(place, Operation::PublishVersion);
            self.call(place, Operation::GetFunction);
            let point = if known.is_some() { Operation::UpdateAlias } else { Operation::CreateAlias };
            self.call(place, point);
            self.call(place, Operation::GetAlias);
        }
        self.if_so(tagged && (spec.noted || !spec.marks.is_empty()), place, Operation::TagFunction);
    }

    fn grant(&mut self, spec: &GrantSpec) {
        let place = &spec.grant.function.place;
        if spec.only_if_missing {
            // Amazon Connect has mostly written it.
            self.call(place, Operation::GetPolicy);
            return;
        }
        self.call(place, Operation::AddPermission);
        self.call(place, Operation::GetPolicy);
        self.calls(spec.taken.len(), place, Operation::RemovePermission);
    }

    /// What is written afterwards in the same run confirms it.
    fn stub(&mut self, spec: &FlowSpec) {
        self.call(&spec.instance.place, creates(spec.key.0));
    }

    fn flow(&mut self, spec: &FlowSpec, stubbed: bool) {
        let (place, kind) = (&spec.instance.place, spec.key.0);
        if spec.id.is_none() && !stubbed {
            self.call(place, creates(kind));
        } else {
            self.both(place, kind);
            self.if_so(spec.tags.contains_key(ADOPTED_TAG), place, Operation::TagResource);
            self.call(place, content(kind));
            self.if_so(spec.marked || !spec.tags.is_empty(), place, Operation::TagResource);
        }
        self.call(place, describes(kind));
    }

    fn tags(&mut self, spec: &TagsSpec) {
        match &spec.target {
            TagTarget::Content { instance, arn } => {
                self.both(&instance.place, kind_of_arn(arn));
                self.call(&instance.place, Operation::TagResource);
            }
            TagTarget::Instance(instance) => {
                self.call(&instance.place, Operation::DescribeInstance);
                self.call(&instance.place, Operation::TagResource);
            }
            TagTarget::Function(function) => {
                self.call(&function.place, Operation::GetFunction);
                self.call(&function.place, Operation::TagFunction);
            }
            TagTarget::Role { place, .. } => {
                self.call(place, Operation::GetRole);
                self.call(place, Operation::TagRole);
            }
        }
    }

    /// A function's own policy and those of its aliases.
    fn policies(&mut self, function: &FunctionRef, aliases: usize) {
        self.call(&function.place, Operation::ListAliases);
        self.calls(1 + aliases, &function.place, Operation::GetPolicy);
    }

    fn removal(&mut self, removal: &Removal, callers: &[usize]) {
        match removal {
            Removal::Flow(removal) => {
                let FlowRemoval { flow, .. } = &**removal;
                let (place, kind) = (&flow.instance.place, flow.key.0);
                self.0.extend(callers.iter().copied().map(Step::Shared));
                self.both(place, kind);
                self.call(place, deletes(kind));
                self.both(place, kind);
            }
            Removal::Association(Disassociation {
                instance,
                functions,
                callers: _,
                set: _,
                aliases,
                keep,
            }) => {
                let place = &instance.place;
                self.0.extend(callers.iter().copied().map(Step::Shared));
                if let Some(function) = functions.first() {
                    self.policies(function, aliases.len());
                }
                self.calls(functions.len(), place, Operation::DisassociateLambdaFunction);
                self.call(place, Operation::ListLambdaFunctions);
                for kept in keep {
                    self.call(&kept.grant.grant.function.place, Operation::GetPolicy);
                }
            }
            Removal::Statements(StatementRemoval { instance, statements, ends, callers: _ }) => {
                self.0.extend(callers.iter().copied().map(Step::Shared));
                self.if_so(!ends.is_empty(), &instance.place, Operation::ListLambdaFunctions);
                self.calls(ends.len(), &instance.place, Operation::DisassociateLambdaFunction);
                for OwnStatement { function, .. } in statements {
                    self.call(&function.place, Operation::GetPolicy);
                    self.call(&function.place, Operation::RemovePermission);
                    self.call(&function.place, Operation::GetPolicy);
                }
            }
            Removal::Function(FunctionRemoval { function, aliases, .. }) => {
                self.0.extend(callers.iter().copied().map(Step::Shared));
                self.policies(function, aliases.len());
                self.call(&function.place, Operation::GetFunction);
                self.call(&function.place, Operation::DeleteFunction);
                self.call(&function.place, Operation::GetFunction);
            }
            Removal::Role(RoleRemoval { place, policies, looked, .. }) => {
                for place in looked {
                    self.call(place, Operation::ListFunctions);
                }
                self.whole_role(place, policies.inline.len());
                self.calls(policies.managed.len(), place, Operation::DetachRolePolicy);
                self.calls(policies.inline.len(), place, Operation::DeleteRolePolicy);
                self.call(place, Operation::DeleteRole);
                self.call(place, Operation::GetRole);
            }
        }
    }
}

pub(in crate::plan) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The operation that reads a flow or module.
pub fn describes(kind: Kind) -> Operation {
    if kind == Kind::Module { Operation::DescribeContactFlowModule } else { Operation::DescribeContactFlow }
}

fn creates(kind: Kind) -> Operation {
    if kind == Kind::Module { Operation::CreateContactFlowModule } else { Operation::CreateContactFlow }
}

fn content(kind: Kind) -> Operation {
    match kind {
        Kind::Module => Operation::UpdateContactFlowModuleContent,
        _ => Operation::UpdateContactFlowContent,
    }
}

fn metadata(kind: Kind) -> Operation {
    match kind {
        Kind::Module => Operation::UpdateContactFlowModuleMetadata,
        _ => Operation::UpdateContactFlowMetadata,
    }
}

fn deletes(kind: Kind) -> Operation {
    if kind == Kind::Module { Operation::DeleteContactFlowModule } else { Operation::DeleteContactFlow }
}
