//! How large each function's policy becomes, counted before anything is written: Lambda refuses a policy of more than
//! 20 KB, and in the middle of a run that is too late.
//!
//! What counts: the text of the live policy, each statement that the plan writes, and the one that Amazon Connect writes
//! itself with an association (`connect-<instance id>`), unless the policy has it. What the run removes does not count:
//! removals come after all that takes their place. Only a statement that its own write replaces goes before the next one
//! is written, since policy writes are one at a time for each function.
//!
//! Which policy the association of a qualified ARN writes is not documented (U3): both count as possible, and what is
//! only possible is a warning.

use std::collections::{BTreeMap, BTreeSet};

use super::sort;
use crate::manifest::{Grants, Manifest};
use crate::plan::model::{GrantSpec, Plan, PolicySeen, Write};
use crate::resource::{
    Address, Code, FunctionRef, Grant, InstanceArn, Kind, MAX_POLICY_BYTES, Problem, count,
};
use crate::snapshot::{Look, Snapshot};

/// A policy of no statement, as the service writes it.
const EMPTY: usize = r#"{"Version":"2012-10-17","Id":"default","Statement":[]}"#.len();

/// Keeps what is needed of the policies of the declared functions, with and without their qualifiers.
pub(super) fn seen(desired: &Manifest, observed: &Snapshot) -> BTreeMap<FunctionRef, PolicySeen> {
    let mut seen = BTreeMap::new();
    for (name, function) in &desired.functions {
        for target in [function.target.clone(), function.target.unqualified()] {
            let policy = observed.policies.get(&target).and_then(Look::found);
            let bytes = policy.map_or(0, |policy| policy.bytes);
            let size = |body: &serde_json::Value| body.to_string().len() + 1;
            let statements = policy.map(|policy| &policy.statements).into_iter().flatten();
            let statements = statements.map(|one| (one.sid.clone(), size(&one.body))).collect();
            let (origin, grants) = (function.origin.clone(), function.grants);
            let one = PolicySeen { name: name.clone(), origin, grants, bytes, statements };
            seen.entry(target).or_insert(one);
        }
    }
    seen
}

/// A statement that is added.
struct Added {
    bytes: usize,
    instance: InstanceArn,
    /// Amazon Connect writes it, with an association.
    by_service: bool,
}

/// What one policy gets.
#[derive(Default)]
struct Growth {
    /// By Sid: two sets of one run that associate the same function get one statement of the service's.
    sure: BTreeMap<String, Added>,
    possible: BTreeMap<String, Added>,
    /// What replaced statements add for good.
    more: usize,
    /// The largest that is replaced: it is still there while the new one is written.
    meanwhile: usize,
}

/// Counts over all plans of a run, and reports what would be too large, in the first that adds to it. What was reported before is
/// counted anew.
pub fn check_policy_sizes(plans: &mut [Plan]) {
    let mut growth: BTreeMap<FunctionRef, Growth> = BTreeMap::new();
    for plan in &*plans {
        for action in &plan.actions {
            match action.write() {
                Write::Association(spec) => {
                    let qualified = spec.function.qualifier.is_some();
                    for function in [spec.function.clone(), spec.function.unqualified()] {
                        let known = plan.policies.get(&function);
                        let grant = Grant { function: function.clone(), instance: spec.instance.clone() };
                        growth.entry(function).or_default().service(&grant, known, qualified);
                    }
                }
                Write::Grant(spec) => {
                    let function = &spec.grant.function;
                    let known = plan.policies.get(function).filter(|_| spec.replaces);
                    growth.entry(function.clone()).or_default().own(spec, known);
                }
                _ => {}
            }
        }
    }
    // What sets share is too large once.
    let mut reported = BTreeSet::new();
    for plan in plans {
        plan.problems.retain(|problem| problem.code != TOO_LARGE && problem.code != PERHAPS_TOO_LARGE);
        for (function, growth) in &growth {
            let Some(seen) = plan.policies.get(function) else { continue };
            let concerned = plan.actions.iter().any(|action| writes_to(action.write(), function));
            if !concerned || reported.contains(function) {
                continue;
            }
            let problem = growth.problem(function, seen);
            reported.extend(problem.iter().map(|_| function));
            plan.problems.extend(problem);
        }
        sort(&mut plan.problems);
    }
}

const TOO_LARGE: Code = Code::PolicyTooLarge;
const PERHAPS_TOO_LARGE: Code = Code::PolicyPerhapsTooLarge;

fn writes_to(spec: &Write, function: &FunctionRef) -> bool {
    match spec {
        Write::Association(spec) => spec.function == *function || spec.function.unqualified() == *function,
        Write::Grant(spec) => spec.grant.function == *function,
        _ => false,
    }
}

impl Growth {
    /// The statement that the service writes.
    fn service(&mut self, grant: &Grant, known: Option<&PolicySeen>, only_possible: bool) {
        let sid = grant.instance.service_sid();
        if known.is_some_and(|known| known.statements.contains_key(&sid)) {
            return;
        }
        let added = Added { bytes: grant.bytes(&sid), instance: grant.instance.clone(), by_service: true };
        let to = if only_possible { &mut self.possible } else { &mut self.sure };
        let either = to.entry(sid).or_insert(added);
        either.bytes = either.bytes.max(grant.bytes(&grant.instance.service_sid()));
    }

    /// A statement of flowbind's; the one of a plan that replaces others takes their room when it is done.
    fn own(&mut self, spec: &GrantSpec, replaced: Option<&PolicySeen>) {
        let sid = spec.sid().to_string();
        let bytes = spec.grant.bytes(&sid);
        let instance = spec.grant.instance.clone();
        if spec.only_if_missing {
            // One of the two is written: the service's, or this one in its place.
            let entry = self.sure.entry(instance.service_sid());
            let either = entry.or_insert(Added { bytes, instance, by_service: true });
            either.bytes = either.bytes.max(bytes);
            return;
        }
        let Some(known) = replaced else {
            let added = Added { bytes, instance, by_service: false };
            self.sure.insert(sid, added);
            return;
        };
        let taken: usize = spec.taken.iter().filter_map(|sid| known.statements.get(sid)).sum();
        self.more += bytes.saturating_sub(taken);
        self.meanwhile = self.meanwhile.max(taken.min(bytes));
    }

    /// The policy's size at its largest.
    fn size<'a>(&'a self, seen: &PolicySeen, added: impl Iterator<Item = &'a Added>) -> usize {
        let (count, bytes) = added.fold((0, 0), |(count, bytes), one| (count + 1, bytes + one.bytes));
        // There is no comma before the first statement of a new policy.
        let before = if seen.bytes == 0 && count > 0 { EMPTY - 1 } else { seen.bytes };
        before + bytes + self.more + self.meanwhile
    }

    fn problem(&self, function: &FunctionRef, seen: &PolicySeen) -> Option<Problem> {
        let sure = self.size(seen, self.sure.values());
        let beside = self.possible.iter().filter(|(sid, _)| !self.sure.contains_key(*sid));
        let possible = self.size(seen, self.sure.values().chain(beside.map(|(_, added)| added)));
        let (size, is_sure) = if sure > MAX_POLICY_BYTES { (sure, true) } else { (possible, false) };
        if size <= MAX_POLICY_BYTES {
            return None;
        }
        let by_service = self.sure.values().chain(self.possible.values()).filter(|added| added.by_service);
        let own = self.sure.values().filter(|added| !added.by_service).count();
        let parts: Vec<String> = [
            (seen.bytes > 0).then(|| format!("{} bytes are there", seen.bytes)),
            (own > 0).then(|| format!("this run adds {}", count(own, "statement"))),
            Some(by_service.count())
                .filter(|n| *n > 0)
                .map(|n| format!("Amazon Connect adds {} with the associations", count(n, "statement"))),
        ]
        .into_iter()
        .flatten()
        .collect();
        let would = if is_sure { "would have" } else { "may have" };
        let message = format!(
            "the policy of {function} {would} {size} bytes; Lambda allows {MAX_POLICY_BYTES} ({})",
            parts.join(", ")
        );
        let problem = match is_sure {
            true => Problem::error(TOO_LARGE, message),
            false => Problem::warning(PERHAPS_TOO_LARGE, message),
        };
        let address = Address::new(Kind::Function, &seen.name);
        Some(problem.on(&address).at(&seen.origin).hint(self.hint(seen)))
    }

    /// What makes it fit.
    fn hint(&self, seen: &PolicySeen) -> String {
        let service = || self.sure.values().filter(|added| added.by_service);
        let own = || self.sure.values().filter(|added| !added.by_service);
        let covered = |added: &&Added| service().any(|other| other.instance == added.instance);
        let exact = self.size(seen, service().chain(own().filter(|added| !covered(added))));
        let account = self.size(seen, service().chain(own().take(1)));
        let fits = |grants: Grants, size: usize| seen.grants < grants && size <= MAX_POLICY_BYTES;
        let mut ways = Vec::new();
        if fits(Grants::Exact, exact) {
            ways.push("`grants: exact`, which accepts the statement that Amazon Connect writes");
        }
        if fits(Grants::Account, account) {
            ways.push(
                "`grants: account`, which is one statement for all instances of the account in a Region",
            );
        }
        if ways.is_empty() && service().next().is_some() {
            ways.push("`grants: account` and `associate: none`, so that Amazon Connect adds no statements");
        }
        let ways = ways.join(", or ");
        let rest = "remove statements that are not needed, or let fewer instances call it.";
        match ways.is_empty() {
            true => rest.to_owned(),
            false => format!("set {ways}; or {rest}"),
        }
    }
}
