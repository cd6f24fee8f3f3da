//! Compares live AWS with the manifest, and says which side changed.
//!
//! Pure: `drift(&Manifest, &Snapshot, …) -> Drift` reads no clock, no file and no network. What differs is the planner's
//! word alone: its actions, and the differences that it holds back, become differences here. On top of them come what
//! the set orphaned, what is unmanaged, what somebody is editing, and what could not be read. Nothing here can
//! write.

mod ignore;
mod kind;
mod planned;
mod undeclared;
mod unmanaged;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

pub use ignore::Ignored;
pub use kind::{DriftKind, Moved};
pub use undeclared::undeclared;

use crate::audit;
use crate::flow::compare::FlowDiff;
use crate::manifest::{Date, DriftIgnore, Manifest};
use crate::plan::{self, Reach, Write};
use crate::resource::{Address, Code, FunctionRef, Kind, Origin, Problem, SetName};
use crate::snapshot::{Gap, Snapshot};

/// How live AWS left the declared state of one set.
#[derive(Debug, Clone)]
pub struct Drift {
    /// The set.
    pub set: SetName,
    /// The manifest's digest.
    pub manifest: String,
    /// What differs, by kind and address.
    pub differences: Vec<Difference>,
    /// What is wrong in live AWS beside the declared state.
    pub findings: Vec<Finding>,
    /// What could not be read; each is a difference of the kind [`DriftKind::CouldNotTell`] as well.
    pub gaps: Vec<Gap>,
    /// How many resources agree.
    pub in_sync: usize,
    /// Whether every flow and function was read, rather than the declared ones.
    pub audited: bool,
}

/// One difference.
#[derive(Debug, Clone)]
pub struct Difference {
    /// How it differs.
    pub kind: DriftKind,
    /// What differs. What the manifest does not name has an address made of its name on AWS.
    pub address: Address,
    /// Which side changed.
    pub moved: Moved,
    /// What differs. Which side changed is said here too, unless its kind says it: see [`Self::sentence`].
    pub message: String,
    /// Whether the meaning of its kind says which side changed, so that it is said once under a heading that has it.
    pub by_kind: bool,
    /// What exactly differs.
    pub detail: Option<Detail>,
    /// What to type or do next.
    pub hint: Option<String>,
    /// Where it is declared.
    pub origin: Option<Origin>,
    /// Set where the ignore file ignores it.
    pub ignored: Option<Ignored>,
}

impl Difference {
    /// Returns what differs and which side changed, in one sentence that needs no heading.
    pub fn sentence(&self) -> String {
        match self.by_kind {
            true => format!("{}: {}", self.message, self.kind.meaning()),
            false => self.message.clone(),
        }
    }
}

/// What exactly differs.
#[derive(Debug, Clone)]
pub enum Detail {
    /// What `apply` would write, from what is there to what is declared.
    Planned(Box<Write>),
    /// What a draft changes, from what is published.
    Draft(FlowDiff),
    /// Only the run's time limit, so long, kept it from being read.
    CutOff(Duration),
    /// A function in an instance's list.
    Association {
        /// The ARN as the list holds it.
        function: String,
    },
    /// A statement in a function's policy.
    Statement {
        /// The function and qualifier.
        function: FunctionRef,
        /// Its Sid.
        sid: String,
    },
    /// A flow or module.
    Flow {
        /// Its id.
        id: String,
        /// Its name.
        name: String,
    },
}

/// Something wrong in live AWS.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What is wrong.
    pub problem: Problem,
    /// Set where the ignore file ignores it.
    pub ignored: Option<Ignored>,
}

/// What a drift comes to, in the order of weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Something could not be told.
    Incomplete,
    /// Something differs, or is wrong.
    Differs,
    /// All agrees, but for what is ignored.
    InSync,
}

/// What is known beside the manifest.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope<'a> {
    /// All manifests of the run: what another one declares on the same instance is not unmanaged.
    pub manifests: &'a [Manifest],
    /// How far the snapshot reaches: with every flow and function, the audit judges them too.
    pub reach: Reach,
}

/// Tells how live AWS differs. The snapshot holds what [`plan::drift_reads`] names, and what
/// [`plan::removal_reads`] does if its reach goes beyond what is declared.
pub fn drift(desired: &Manifest, observed: &Snapshot, scope: Scope<'_>) -> Drift {
    let planned = match scope.reach.sees_orphans() {
        true => plan::plan_pruned(desired, observed),
        false => plan::plan(desired, observed),
    };
    let mut findings = Vec::new();
    let mut differences = planned::differences(desired, &planned, &mut findings);
    differences.extend(planned::edited(desired, observed));
    differences.extend(planned.gaps.iter().map(|gap| planned::gap(desired, gap)));
    unmanaged::add(desired, observed, scope.manifests, &mut differences);
    if scope.reach.judges_unmanaged() {
        findings.extend(audit::unmanaged(desired, observed));
    }
    // An unmanaged association is reported once, as drift.
    let reported =
        differences.iter().any(|d| d.kind == DriftKind::Unmanaged && d.address.kind == Kind::Association);
    findings.retain(|problem| !(reported && problem.code == Code::UnusedAssociation));
    findings.sort_by(|a, b| (&a.address, a.code, &a.message).cmp(&(&b.address, b.code, &b.message)));
    findings.dedup();
    differences.sort_by(|a, b| (a.kind, &a.address, &a.message).cmp(&(b.kind, &b.address, &b.message)));
    differences.dedup_by(|a, b| (a.kind, &a.address, &a.message) == (b.kind, &b.address, &b.message));
    Drift {
        set: desired.set.clone(),
        manifest: desired.digest.clone(),
        differences,
        findings: findings.into_iter().map(|problem| Finding { problem, ignored: None }).collect(),
        gaps: planned.gaps,
        in_sync: planned.in_sync,
        audited: scope.reach.judges_unmanaged(),
    }
}

impl Drift {
    /// Lists the differences that count.
    pub fn counted(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(|difference| difference.ignored.is_none())
    }

    /// Says what it comes to.
    pub fn verdict(&self) -> Verdict {
        let findings = self.findings.iter().filter(|finding| finding.ignored.is_none()).count();
        if self.counted().any(|difference| difference.kind == DriftKind::CouldNotTell) {
            Verdict::Incomplete
        } else if findings > 0 || self.counted().next().is_some() {
            Verdict::Differs
        } else {
            Verdict::InSync
        }
    }

    /// Counts the differences that count, by kind.
    pub fn counts(&self) -> BTreeMap<DriftKind, usize> {
        let mut counts = BTreeMap::new();
        self.counted().for_each(|difference| *counts.entry(difference.kind).or_default() += 1);
        counts
    }

    /// Counts what is ignored: differences and findings.
    pub fn ignored(&self) -> usize {
        let differences = self.differences.iter().filter(|difference| difference.ignored.is_some()).count();
        differences + self.findings.iter().filter(|finding| finding.ignored.is_some()).count()
    }
}

/// Names what an entry of an ignore file may be for: the kinds of drift, and the codes of findings.
pub fn ignorable() -> Vec<&'static str> {
    let kinds = DriftKind::ALL.map(DriftKind::name).into_iter();
    kinds
        .chain([ignore::ORPHANED])
        .chain(audit::CODES)
        .chain([Code::GrantDenied, Code::FunctionUpdateFailed].map(Code::as_str))
        .collect()
}

/// Lets pass what an ignore file names, on the day of the run; gives warnings of entries that have expired, and of
/// entries that matched nothing in any of the drifts.
pub fn mark_ignored(drifts: &mut [Drift], entries: &[DriftIgnore], today: Date) -> Vec<Problem> {
    ignore::mark_ignored(drifts, entries, today)
}
