//! What is wrong with the flows that callers meet today, and with what stands around them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::facts::Auditor;
use super::grants;
use super::unused::arns;
use crate::flow::document::{Document, is_template};
use crate::flow::facts::Facts;
use crate::flow::finding::{self, Finding};
use crate::flow::graph::{CallKind, Graph};
use crate::flow::resources::OfInstance;
use crate::flow::rules::{self, FlowView, Rule};
use crate::manifest::Manifest;
use crate::resource::{
    Address, Code, FlowType, FunctionArn, FunctionRef, Kind, Label, Origin, Problem, Severity,
};
use crate::snapshot::{FlowSeen, Look, Snapshot};

/// The rules about what a flow names and invokes.
const RULES: [&str; 12] = [
    "function-missing",
    "function-not-associated",
    "function-not-granted",
    "function-not-active",
    "function-concurrency-zero",
    "function-in-another-region",
    "function-unchecked",
    "lambda-arn-invalid",
    "lambda-other-qualifier",
    "placeholder",
    "foreign-reference",
    "unknown-reference",
];

/// Those of them, and others, that can tell something without a look at AWS.
const OFFLINE: [&str; 5] = [
    "lambda-arn-invalid",
    "lambda-other-qualifier",
    "lambda-unqualified-arn",
    "placeholder",
    "foreign-reference",
];

/// The codes of everything that is found.
pub const CODES: [&str; 16] = [
    RULES[0],
    RULES[1],
    RULES[2],
    RULES[3],
    RULES[4],
    RULES[5],
    RULES[6],
    RULES[7],
    RULES[8],
    RULES[9],
    RULES[10],
    RULES[11],
    "unused-association",
    "grant-too-wide",
    "grant-without-source-arn",
    "grant-with-wildcard",
];

/// Judges what was read: live flows that invoke what cannot be invoked, associated functions that no flow uses, and
/// grants that are too wide. What the manifest declares and the plan fixes by itself is left to the plan. The contents
/// that the manifest declares are judged as well: what is wrong with them is reported at its place in the file, once.
pub fn live(desired: &Manifest, observed: &Snapshot) -> Vec<Problem> {
    let judge = Judge::new(desired, Some(observed));
    let mut problems = judge.files(&RULES, Severity::Error);
    problems.extend(foreign_values(desired, &judge.auditor));
    let declared = problems.len();
    for ((kind, instance, name), look) in &observed.flows {
        let Some(seen) = look.found() else { continue };
        let flow = desired.flow_address(*kind, name, instance);
        let is_reported = |problem: &Problem| {
            let same = |other: &Problem| {
                (other.code, &other.address, &other.message)
                    == (problem.code, &problem.address, &problem.message)
            };
            problems[..declared].iter().any(same)
        };
        let found: Vec<Problem> =
            judge.flow(instance, seen, &flow).into_iter().filter(|problem| !is_reported(problem)).collect();
        problems.extend(found);
    }
    for instance in desired.instances.keys() {
        problems.extend(unused_associations(desired, observed, instance));
    }
    problems.extend(grants::wide(desired, observed));
    problems
}

/// Judges the contents that the manifest declares without a look at AWS.
pub fn references(desired: &Manifest) -> Vec<Problem> {
    let judge = Judge::new(desired, None);
    let mut problems = judge.files(&OFFLINE, Severity::Warning);
    problems.extend(foreign_values(desired, &judge.auditor));
    problems
}

/// Names the `values:` of instances that are ARNs of another instance.
fn foreign_values(desired: &Manifest, auditor: &Auditor<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, instance) in &desired.instances {
        let Some(own) = auditor.instance_id(name) else { continue };
        for (key, value) in &instance.values {
            let Some(arn) = OfInstance::parse(value).filter(|arn| arn.instance_id != own) else { continue };
            let id = arn.instance_id;
            let message = format!(
                "the value `{key}` names {}/{} of instance {id}, but this instance is {own}",
                arn.segment, arn.id
            );
            let hint = "name what this instance has, or write a token such as `${instance.arn}` or `${queue[\"Support\"].arn}` \
                        in the flow file.";
            let at = Address::new(Kind::Instance, name);
            problems.push(
                Problem::warning(Code::Rule("foreign-reference"), message)
                    .on(&at)
                    .at(&instance.origin)
                    .hint(hint),
            );
        }
    }
    problems
}

/// Judges the live flows and modules that the manifest does not name, where every one was read. The message says which
/// one it is: it has no address of its own.
pub fn unmanaged(desired: &Manifest, observed: &Snapshot) -> Vec<Problem> {
    let judge = Judge::new(desired, Some(observed));
    let declared: BTreeSet<&str> =
        observed.flows.values().filter_map(Look::found).map(|seen| seen.summary.id.as_str()).collect();
    let mut problems = Vec::new();
    for (instance, look) in observed.removal.iter().flat_map(|seen| &seen.contents) {
        let unmanaged = look.found().into_iter().flatten();
        for seen in unmanaged.filter(|seen| !declared.contains(seen.summary.id.as_str())) {
            let at = Address::new(Kind::Instance, instance);
            for problem in judge.flow(instance, seen, &at) {
                let what = if seen.summary.kind == Some(FlowType::Module) { "module" } else { "flow" };
                let message = format!("{what} `{}`, which is not declared: {}", seen.name, problem.message);
                problems.push(Problem { message, ..problem });
            }
        }
    }
    problems
}

/// Judges what callers of live flows meet.
struct Judge<'a> {
    desired: &'a Manifest,
    auditor: Auditor<'a>,
}

impl<'a> Judge<'a> {
    fn new(desired: &'a Manifest, observed: Option<&'a Snapshot>) -> Self {
        Self { desired, auditor: Auditor::new(desired, observed) }
    }

    /// Judges every content that the manifest declares, on each of its instances. What a binding overwrites does not
    /// count. A block that names what another instance has is as bad as `foreign`: it never works.
    fn files(&self, codes: &[&str], foreign: Severity) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (kind, name, flow) in self.desired.contents() {
            let Some(file) = &flow.content else { continue };
            let bound = |document: &Document| -> BTreeSet<String> {
                let blocks = flow.bindings.keys().filter_map(|block| document.find(block).ok());
                blocks.map(|block| document.function_pointer(block)).collect()
            };
            for instance in &flow.instances {
                let Some(document) = self.auditor.document(kind, instance, name) else { continue };
                let bound = bound(document);
                let at = self.desired.flow_address(kind, name, instance);
                let facts = self.auditor.facts(kind, instance, name);
                for (finding, mut problem) in self.judge(instance, document, facts, codes, &at) {
                    let (line, column) = (finding.line, finding.column);
                    let origin = Origin { file: file.path.clone(), line, column };
                    if problem.code == Code::Rule("foreign-reference")
                        && finding.severity == finding::Severity::Error
                    {
                        problem.severity = foreign;
                    }
                    let is_other = !bound.contains(&finding.pointer);
                    problems.extend(is_other.then(|| problem.at(&origin)));
                }
            }
        }
        problems
    }

    fn flow(&self, instance: &Label, seen: &FlowSeen, flow: &Address) -> Vec<Problem> {
        let Some(document) = published(seen) else { return Vec::new() };
        let facts = self.auditor.facts_of(instance, document);
        let found = self.judge(instance, document, facts, &RULES, flow);
        found.into_iter().map(|(_, problem)| problem).collect()
    }

    fn judge(
        &self,
        instance: &Label,
        document: &Document,
        mut facts: Facts,
        codes: &[&str],
        flow: &Address,
    ) -> Vec<(Finding, Problem)> {
        let rules: Vec<&dyn Rule> = codes.iter().filter_map(|code| rules::find(code)).collect();
        for (text, function) in &mut facts.functions {
            // What a token names is declared.
            if is_template(text) || self.auditor.declares(text) {
                (function.exists, function.associated, function.granted) = (None, None, None);
            } else if self.is_listed(instance, text) {
                function.associated = None;
            }
        }
        let view = FlowView::new(document, None);
        let findings = rules::check(&view, &facts, &rules).into_iter();
        let problem = |finding: Finding| {
            let at = finding.block.as_deref().map_or_else(|| flow.clone(), |block| flow.clone().block(block));
            let fix = rules::find(finding.code).map_or("", |rule| rule.meta().fix);
            let problem =
                Problem::warning(Code::Rule(finding.code), finding.message.clone()).on(&at).hint(fix);
            (finding, problem)
        };
        findings.map(problem).collect()
    }

    /// Whether the manifest has the instance list a function, under this qualifier or for all of them: the plan
    /// associates it, or says what keeps it from that.
    fn is_listed(&self, instance: &Label, text: &str) -> bool {
        let Ok(called) = FunctionArn::parse(text) else { return false };
        let any = FunctionArn { qualifier: None, ..called.clone() };
        let needs = self.desired.needs.on(instance);
        let mut listed = needs.filter_map(|(_, need)| need.association.as_ref()).map(FunctionRef::arn);
        listed.any(|listed| listed == called || listed == any)
    }
}

fn published(flow: &FlowSeen) -> Option<&Arc<Document>> {
    flow.published.as_ref()?.text.document().ok()
}

/// Names the functions in an instance's list that nothing on it invokes: only where every flow and module of the
/// instance, drafts too, was read and each names its functions.
fn unused_associations(desired: &Manifest, observed: &Snapshot, instance: &Label) -> Vec<Problem> {
    let Some(list) = observed.associations.get(instance).and_then(Look::found) else { return Vec::new() };
    let Some(invoked) = invoked_on(observed, instance) else { return Vec::new() };
    let needed = desired.needs.on(instance).filter_map(|(name, _)| desired.functions.get(name));
    let wanted: Vec<FunctionArn> = needed.map(|function| function.target.arn()).collect();
    let idle = list.iter().filter(|text| {
        FunctionArn::parse(text).is_ok_and(|arn| {
            !invoked.iter().chain(&wanted).any(|used| used.place == arn.place && used.name == arn.name)
        })
    });
    let problem = |text: &String| {
        let message = format!("{text} is associated with instance/{instance}, and no flow there invokes it");
        let hint = "remove the association in Amazon Connect if it is not needed: an instance holds at most 50 functions by default.";
        Problem::warning(Code::UnusedAssociation, message)
            .on(&Address::new(Kind::Instance, instance))
            .hint(hint)
    };
    idle.map(problem).collect()
}

/// The functions that the flows and modules of an instance invoke; none where that cannot be known.
fn invoked_on(observed: &Snapshot, instance: &Label) -> Option<Vec<FunctionArn>> {
    let mut read = BTreeSet::new();
    let (mut invoked, mut modules) = (Vec::new(), false);
    for (_, look) in observed.flows.iter().filter(|((_, at, _), _)| at == instance) {
        let Look::Found(seen) = look else { return None };
        read.insert(seen.summary.id.as_str());
        for content in seen.published.iter().chain(&seen.draft) {
            let document = content.text.document().ok()?;
            if document
                .invocations()
                .iter()
                .any(|found| found.function.as_ref().is_some_and(|arn| arn.literal().is_none()))
            {
                return None;
            }
            modules |= Graph::of(document).calls().iter().any(|call| call.kind == CallKind::Module);
            invoked.extend(arns(document));
        }
    }
    let whole = |kind: Kind| {
        let list = observed.lists.get(&(kind, instance.clone())).and_then(Look::found)?;
        Some(list.values().all(|flow| flow.archived || read.contains(flow.id.as_str())))
    };
    let flows = whole(Kind::Flow) == Some(true);
    // Modules are invoked by flows only: those that no flow invokes do not count.
    let modules = !modules || whole(Kind::Module) == Some(true);
    (flows && modules).then_some(invoked)
}
