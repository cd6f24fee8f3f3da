//! The machine's view of a plan. The JSON documents are versioned: a field may be added within a version, none is
//! renamed or removed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::flow::compare::{self, BlockChange, FlowDiff};
use crate::manifest::State;
use crate::operations::Operation;
use crate::plan::{
    self, Action, AsideSpec, Counts, FieldChange, Guard, Partial, Plan, Removal, Step, TagTarget, TagsSpec,
    Verb, Write,
};
use crate::report::document::{ErrorLine, Found};
use crate::resource::Problem;
use crate::snapshot::Gap;

/// `flowbind.plan/v1`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlanDocument {
    #[cfg_attr(test, schemars(extend("const" = "flowbind.plan/v1")))]
    format: &'static str,
    sets: Vec<SetLine>,
    actions: Vec<ActionLine>,
    problems: Vec<Problem>,
    gaps: Vec<Gap>,
    /// Why the command ended early, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorLine>,
    summary: Summary,
    /// What `apply --checksum` takes.
    checksum: String,
    /// How often each operation was called, by `service:Operation`.
    #[cfg_attr(test, schemars(with = "BTreeMap<String, u32>"))]
    calls: BTreeMap<Operation, u32>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SetLine {
    set: String,
    manifest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    needs_force: Option<String>,
    /// The plan is a part of what would be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    partial: Option<PartialLine>,
    /// What the set created and no longer declares, as far as the look showed it; `--prune` looks at everything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    orphaned: Vec<String>,
    /// How many resources of each kind are there that nothing declares and whose owner was not read.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    unchecked: BTreeMap<&'static str, usize>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct PartialLine {
    only: Vec<String>,
    left_out: usize,
}

#[derive(Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Summary {
    create: usize,
    update: usize,
    delete: usize,
    in_sync: usize,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ActionLine {
    set: String,
    address: String,
    step: Step,
    action: Verb,
    reason: String,
    after: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guard: Option<Guard>,
    #[serde(flatten)]
    detail: PlannedDetail,
}

/// What a write holds.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::report) enum PlannedDetail {
    Role {
        account: String,
        name: String,
        fields: Vec<ValueLine>,
    },
    Function {
        function: String,
        code: String,
        fields: Vec<ValueLine>,
    },
    Association {
        instance: String,
        function: String,
    },
    Grant {
        instance: String,
        function: String,
        sid: String,
        replaces: Vec<String>,
    },
    Flow {
        instance: String,
        name: String,
        r#type: String,
        blocks: Vec<BlockLine>,
        /// What differs outside the blocks: the first block, a module's settings.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        outside: Vec<FieldLine>,
    },
    Metadata {
        instance: String,
        name: Option<String>,
        description: Option<String>,
        state: Option<State>,
    },
    Tags {
        /// The ARN, or a role's name.
        target: String,
        tags: BTreeMap<String, String>,
    },
    Attributes {
        instance: String,
        attributes: BTreeMap<String, bool>,
    },
    Instance {
        account: String,
        region: String,
        alias: String,
    },
    RemovedFlow {
        instance: String,
        id: String,
        name: String,
        r#type: String,
    },
    RemovedAssociation {
        instance: String,
        functions: Vec<String>,
    },
    RemovedStatements {
        instance: String,
        statements: Vec<StatementLine>,
    },
    RemovedFunction {
        function: String,
    },
    RemovedRole {
        account: String,
        name: String,
    },
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::report) struct StatementLine {
    function: String,
    sid: String,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::report) struct BlockLine {
    block: String,
    #[cfg_attr(test, schemars(extend("enum" = ["add", "remove", "rename", "change"])))]
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed_from: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldLine>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::report) struct FieldLine {
    pointer: String,
    from: Option<String>,
    to: Option<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::report) struct ValueLine {
    path: String,
    from: Option<String>,
    to: Option<String>,
    /// The values are secret and not shown.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    hidden: bool,
}

impl PlanDocument {
    /// Creates the document of several sets' plans and the calls that they took together.
    pub fn new(plans: &[Plan], calls: &BTreeMap<Operation, u32>) -> Self {
        let mut document = Self {
            format: "flowbind.plan/v1",
            sets: Vec::new(),
            actions: Vec::new(),
            problems: Vec::new(),
            gaps: Vec::new(),
            error: None,
            summary: Summary::default(),
            checksum: plan::checksum(plans),
            calls: calls.clone(),
        };
        for plan in plans {
            let Counts { create, update, delete } = plan.counts();
            document.sets.push(SetLine {
                set: plan.set.to_string(),
                manifest: plan.manifest.clone(),
                needs_force: plan.force.clone(),
                partial: plan.partial.as_ref().map(|Partial { only, left_out }| PartialLine {
                    only: only.iter().map(ToString::to_string).collect(),
                    left_out: *left_out,
                }),
                orphaned: plan.undeclared.orphans.iter().map(ToString::to_string).collect(),
                unchecked: plan.undeclared.unchecked.iter().map(|(kind, n)| (kind.word(), *n)).collect(),
            });
            document.actions.extend(plan.actions.iter().map(|action| action_line(plan, action)));
            document.problems.extend(plan.problems.iter().cloned());
            document.gaps.extend(plan.gaps.iter().cloned());
            document.summary.create += create;
            document.summary.update += update;
            document.summary.delete += delete;
            document.summary.in_sync += plan.in_sync;
        }
        document
    }
}

impl PlanDocument {
    /// Creates the document of a command that ended before there was a plan.
    pub fn failed(found: Found, error: ErrorLine) -> Self {
        let Found { problems, gaps, calls } = found;
        Self { problems, gaps, error: Some(error), ..Self::new(&[], &calls) }
    }
}

/// Writes the actions of plans as the lines of the plan document.
pub fn action_lines(plans: &[Plan]) -> Vec<serde_json::Value> {
    let lines = plans.iter().flat_map(|plan| plan.actions.iter().map(|action| action_line(plan, action)));
    // Only a map with keys that are no texts fails, and there is none.
    lines.map(|line| serde_json::to_value(line).unwrap_or_default()).collect()
}

fn action_line(plan: &Plan, action: &Action) -> ActionLine {
    ActionLine {
        set: plan.set.to_string(),
        address: action.id.address.to_string(),
        step: action.id.step,
        action: action.write().verb(),
        reason: action.reason.clone(),
        after: action.after.iter().map(|id| id.address.to_string()).collect(),
        guard: action.guard.clone(),
        detail: planned_detail(action.write()),
    }
}

pub(in crate::report) fn planned_detail(spec: &Write) -> PlannedDetail {
    match spec {
        Write::Role(spec) => PlannedDetail::Role {
            account: spec.place.account.to_string(),
            name: spec.name.clone(),
            fields: value_lines(&spec.fields),
        },
        Write::Function(spec) => PlannedDetail::Function {
            function: spec.function.arn().to_string(),
            code: spec.source.code.digest.clone(),
            fields: value_lines(&spec.fields),
        },
        Write::Association(spec) => PlannedDetail::Association {
            instance: spec.instance.to_string(),
            function: spec.function.arn().to_string(),
        },
        Write::Grant(spec) => PlannedDetail::Grant {
            instance: spec.grant.instance.to_string(),
            function: spec.grant.function.arn().to_string(),
            sid: spec.sid().to_string(),
            replaces: spec.taken.clone(),
        },
        Write::Stub(spec) | Write::Flow(spec) => PlannedDetail::Flow {
            instance: spec.instance.to_string(),
            name: spec.name.clone(),
            r#type: spec.kind.wire(),
            blocks: spec.diff.blocks.iter().map(block_line).collect(),
            outside: outside_lines(&spec.diff),
        },
        Write::Aside(AsideSpec { metadata: spec, at_last: _ })
        | Write::Metadata(spec)
        | Write::Archive(spec) => PlannedDetail::Metadata {
            instance: spec.instance.to_string(),
            name: spec.name.clone(),
            description: spec.description.clone(),
            state: spec.state,
        },
        Write::Tags(TagsSpec { target, tags, before: _ }) => PlannedDetail::Tags {
            target: match target {
                TagTarget::Content { arn, .. } => arn.clone(),
                TagTarget::Instance(instance) => instance.to_string(),
                TagTarget::Function(function) => function.unqualified().arn().to_string(),
                TagTarget::Role { name, .. } => name.clone(),
            },
            tags: tags.clone(),
        },
        Write::Attributes(spec) => PlannedDetail::Attributes {
            instance: spec.instance.to_string(),
            attributes: spec.attributes.clone(),
        },
        Write::Instance(spec) => PlannedDetail::Instance {
            account: spec.place.account.to_string(),
            region: spec.place.region.to_string(),
            alias: spec.alias.clone(),
        },
        Write::Removal(removal) => removed(removal),
    }
}

fn removed(removal: &Removal) -> PlannedDetail {
    match removal {
        Removal::Flow(removal) => PlannedDetail::RemovedFlow {
            instance: removal.flow.instance.to_string(),
            id: removal.flow.id.clone(),
            name: removal.flow.name.clone(),
            r#type: removal.flow.kind.clone(),
        },
        Removal::Association(removal) => PlannedDetail::RemovedAssociation {
            instance: removal.instance.to_string(),
            functions: removal.functions.iter().map(|function| function.arn().to_string()).collect(),
        },
        Removal::Statements(removal) => PlannedDetail::RemovedStatements {
            instance: removal.instance.to_string(),
            statements: removal
                .statements
                .iter()
                .map(|one| StatementLine { function: one.function.arn().to_string(), sid: one.sid.clone() })
                .collect(),
        },
        Removal::Role(removal) => PlannedDetail::RemovedRole {
            account: removal.place.account.to_string(),
            name: removal.name.clone(),
        },
        Removal::Function(removal) => {
            PlannedDetail::RemovedFunction { function: removal.function.arn().to_string() }
        }
    }
}

fn value_lines(changes: &[FieldChange]) -> Vec<ValueLine> {
    let line = |change: &FieldChange| {
        let FieldChange { path, from, to, hidden } = change.clone();
        ValueLine { path: path.to_string(), from, to, hidden }
    };
    changes.iter().map(line).collect()
}

pub(in crate::report) fn block_line(change: &BlockChange) -> BlockLine {
    let line = |block: &str, action| BlockLine {
        block: block.to_owned(),
        action,
        renamed_from: None,
        fields: Vec::new(),
    };
    match change {
        BlockChange::Added { name, .. } => line(name, "add"),
        BlockChange::Removed { name, .. } => line(name, "remove"),
        BlockChange::Renamed { from, to } => {
            BlockLine { renamed_from: Some(from.clone()), ..line(to, "rename") }
        }
        BlockChange::Changed { name, fields, .. } => {
            BlockLine { fields: fields.iter().map(field_line).collect(), ..line(name, "change") }
        }
    }
}

fn field_line(field: &compare::FieldChange) -> FieldLine {
    let compare::FieldChange { pointer, from, to } = field.clone();
    FieldLine { pointer, from, to }
}

/// What differs outside the blocks.
pub(in crate::report) fn outside_lines(diff: &FlowDiff) -> Vec<FieldLine> {
    let start = diff.start.clone().map(|(from, to)| FieldLine {
        pointer: "/StartAction".to_owned(),
        from: Some(from),
        to: Some(to),
    });
    start.into_iter().chain(diff.outside.iter().map(field_line)).collect()
}
