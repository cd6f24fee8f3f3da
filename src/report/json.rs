//! The machine's view: versioned JSON documents. A field may be added within a version, none is renamed or removed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::flow::compare::BlockChange;
use crate::manifest::{Sources, State};
use crate::operations::Operation;
use crate::plan::{
    Action, ApplyReport, Change, Counts, FieldChange, Guard, LateSid, Outcome, Plan, Removal, Spec, Step,
};
use crate::resource::{OwnSid, Problem, SidKind};
use crate::snapshot::Gap;

/// `flowbind.plan/v1`.
#[derive(Debug, Serialize)]
pub struct PlanDocument {
    format: &'static str,
    sets: Vec<SetLine>,
    actions: Vec<ActionLine>,
    problems: Vec<Problem>,
    gaps: Vec<Gap>,
    summary: Summary,
    calls: BTreeMap<Operation, u32>,
}

#[derive(Debug, Serialize)]
struct SetLine {
    set: String,
    manifest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    needs_force: Option<String>,
}

#[derive(Debug, Default, Serialize)]
struct Summary {
    create: usize,
    update: usize,
    delete: usize,
    in_sync: usize,
}

#[derive(Debug, Serialize)]
struct ActionLine {
    set: String,
    address: String,
    step: Step,
    action: &'static str,
    reason: String,
    after: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guard: Option<Guard>,
    #[serde(flatten)]
    detail: PlannedDetail,
}

/// What a write holds.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PlannedDetail {
    Role { account: String, name: String, fields: Vec<ValueLine> },
    Function { function: String, code: String, fields: Vec<ValueLine> },
    Association { instance: String, function: String },
    Grant { instance: String, function: String, sid: String, replaces: Vec<String> },
    Flow { instance: String, name: String, r#type: String, blocks: Vec<BlockLine> },
    Metadata { instance: String, name: Option<String>, description: Option<String>, state: Option<State> },
    Attributes { instance: String, attributes: BTreeMap<String, bool> },
    Instance { account: String, region: String, alias: String },
    RemovedFlow { instance: String, id: String, name: String, r#type: String },
    RemovedAssociation { instance: String, functions: Vec<String> },
    RemovedStatements { instance: String, statements: Vec<StatementLine> },
    RemovedFunction { function: String },
    RemovedRole { account: String, name: String },
}

#[derive(Debug, Serialize)]
pub(super) struct StatementLine {
    function: String,
    sid: String,
}

#[derive(Debug, Serialize)]
pub(super) struct BlockLine {
    block: String,
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed_from: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldLine>,
}

#[derive(Debug, Serialize)]
struct FieldLine {
    pointer: String,
    from: Option<String>,
    to: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct ValueLine {
    path: String,
    from: Option<String>,
    to: Option<String>,
    /// The values are such as nobody may see.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    hidden: bool,
}

impl PlanDocument {
    /// Makes the document of several sets' plans and the calls that they took together.
    pub fn new(plans: &[Plan], calls: &BTreeMap<Operation, u32>) -> Self {
        let mut document = Self {
            format: "flowbind.plan/v1",
            sets: Vec::new(),
            actions: Vec::new(),
            problems: Vec::new(),
            gaps: Vec::new(),
            summary: Summary::default(),
            calls: calls.clone(),
        };
        for plan in plans {
            let Counts { create, update, delete } = plan.counts();
            document.sets.push(SetLine {
                set: plan.set.to_string(),
                manifest: plan.manifest.clone(),
                needs_force: plan.force.clone(),
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

fn action_line(plan: &Plan, action: &Action) -> ActionLine {
    ActionLine {
        set: plan.set.to_string(),
        address: action.id.address.to_string(),
        step: action.id.step,
        action: match action.change {
            Change::Create(_) => "create",
            Change::Update(_) => "update",
            Change::Delete(_) => "delete",
        },
        reason: action.reason.clone(),
        after: action.after.iter().map(|id| id.address.to_string()).collect(),
        guard: action.guard.clone(),
        detail: planned_detail(action.change.spec()),
    }
}

pub(super) fn planned_detail(spec: &Spec) -> PlannedDetail {
    match spec {
        Spec::Role(spec) => PlannedDetail::Role {
            account: spec.place.account.to_string(),
            name: spec.name.clone(),
            fields: value_lines(&spec.fields),
        },
        Spec::Function(spec) => PlannedDetail::Function {
            function: spec.function.arn().to_string(),
            code: spec.source.code.digest.clone(),
            fields: value_lines(&spec.fields),
        },
        Spec::Association(spec) => PlannedDetail::Association {
            instance: spec.instance.to_string(),
            function: spec.function.arn().to_string(),
        },
        Spec::Grant(spec) => {
            let kind = match &spec.sid {
                LateSid::Known(kind) => *kind,
                LateSid::After(_) => SidKind::WithAssociation,
            };
            let sid = OwnSid { kind, set: spec.set.clone(), hash: spec.grant.hash() };
            PlannedDetail::Grant {
                instance: spec.grant.instance.to_string(),
                function: spec.grant.function.arn().to_string(),
                sid: sid.to_string(),
                replaces: spec.taken.clone(),
            }
        }
        Spec::Flow(spec) => PlannedDetail::Flow {
            instance: spec.instance.to_string(),
            name: spec.name.clone(),
            r#type: spec.kind.wire(),
            blocks: spec.diff.blocks.iter().map(block_line).collect(),
        },
        Spec::FlowMetadata(spec) => PlannedDetail::Metadata {
            instance: spec.instance.to_string(),
            name: spec.name.clone(),
            description: spec.description.clone(),
            state: spec.state,
        },
        Spec::Attributes(spec) => PlannedDetail::Attributes {
            instance: spec.instance.to_string(),
            attributes: spec.attributes.clone(),
        },
        Spec::Instance(spec) => PlannedDetail::Instance {
            account: spec.place.account.to_string(),
            region: spec.place.region.to_string(),
            alias: spec.alias.clone(),
        },
        Spec::Removal(removal) => removed(removal),
    }
}

fn removed(removal: &Removal) -> PlannedDetail {
    match removal {
        Removal::Flow(removal) => PlannedDetail::RemovedFlow {
            instance: removal.flow.instance.to_string(),
            id: removal.flow.id.clone(),
            name: removal.flow.name.clone(),
            r#type: removal.flow.kind.wire(),
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
                .map(|(function, sid)| StatementLine {
                    function: function.arn().to_string(),
                    sid: sid.clone(),
                })
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
        ValueLine { path, from, to, hidden }
    };
    changes.iter().map(line).collect()
}

pub(super) fn block_line(change: &BlockChange) -> BlockLine {
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
            let fields = fields.iter().map(|field| FieldLine {
                pointer: field.pointer.clone(),
                from: field.from.clone(),
                to: field.to.clone(),
            });
            BlockLine { fields: fields.collect(), ..line(name, "change") }
        }
    }
}

/// `flowbind.apply/v1`.
#[derive(Debug, Serialize)]
pub struct ApplyDocument {
    format: &'static str,
    outcomes: Vec<OutcomeLine>,
    backups: Vec<String>,
    calls: BTreeMap<Operation, u32>,
}

#[derive(Debug, Serialize)]
struct OutcomeLine {
    set: String,
    address: String,
    step: Step,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl ApplyDocument {
    /// Makes the document of several sets' reports and the calls that they took together.
    pub fn new(reports: &[(Plan, ApplyReport)], calls: &BTreeMap<Operation, u32>) -> Self {
        let lines = reports.iter().flat_map(|(plan, report)| {
            report.outcomes.iter().map(|(id, outcome)| {
                let (outcome, message, hint) = match outcome {
                    Outcome::Applied => ("applied", None, None),
                    Outcome::AlreadySo => ("already-so", None, None),
                    Outcome::Failed { message, hint } => ("failed", Some(message.clone()), hint.clone()),
                    Outcome::Skipped { because_of } => {
                        ("skipped", Some(format!("{} was not done", because_of.address)), None)
                    }
                    Outcome::Refused { message, allow } => {
                        ("refused", Some(message.clone()), Some(format!("--allow {allow}")))
                    }
                };
                let (set, address, step) = (plan.set.to_string(), id.address.to_string(), id.step);
                OutcomeLine { set, address, step, outcome, message, hint }
            })
        });
        let outcomes = lines.collect();
        let backups = reports.iter().flat_map(|(_, report)| &report.backups);
        let backups = backups.map(|path| path.display().to_string()).collect();
        Self { format: "flowbind.apply/v1", outcomes, backups, calls: calls.clone() }
    }
}

/// `flowbind.validate/v1`.
#[derive(Debug, Serialize)]
pub struct ValidateDocument<'a> {
    format: &'static str,
    files: Vec<&'a str>,
    problems: &'a [Problem],
}

impl<'a> ValidateDocument<'a> {
    /// Makes the document of what was wrong, if anything.
    pub fn new(problems: &'a [Problem], sources: &'a Sources) -> Self {
        Self { format: "flowbind.validate/v1", files: sources.files().collect(), problems }
    }
}
