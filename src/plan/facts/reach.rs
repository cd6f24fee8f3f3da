//! How far a run looks around in AWS beyond what a manifest declares: one description for plan, drift, forecasts and
//! permissions.

use super::reads::{Reads, drift_reads, reads};
use super::removal_reads::{RemovalReads, removal_reads};
use crate::manifest::Manifest;

/// How far a look goes, and what a plan does with what it finds there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// What the manifest declares.
    #[default]
    Declared,
    /// What the set created and no longer declares as well; a plan deletes it.
    Orphaned,
    /// Every flow and function, so that those that are not managed are judged as well.
    Everything {
        /// Whether a plan also deletes what is orphaned.
        prune: bool,
    },
}

impl Reach {
    /// The reach that somebody asks for by the options `--prune` and `--audit`.
    pub fn asked(prune: bool, audit: bool) -> Self {
        match (audit, prune) {
            (true, prune) => Self::Everything { prune },
            (false, true) => Self::Orphaned,
            (false, false) => Self::Declared,
        }
    }

    /// Whether the lists of what the manifest does not name are read.
    pub fn sees_orphans(self) -> bool {
        self != Self::Declared
    }

    /// Whether a plan deletes what is orphaned.
    pub fn prunes(self) -> bool {
        matches!(self, Self::Orphaned | Self::Everything { prune: true })
    }

    /// Whether what is not managed is judged.
    pub fn judges_unmanaged(self) -> bool {
        matches!(self, Self::Everything { .. })
    }

    /// What a plan has to read.
    pub fn of_plan(self, desired: &Manifest) -> LookReads {
        self.with(desired, reads(desired))
    }

    /// What a drift has to read.
    pub fn of_drift(self, desired: &Manifest) -> LookReads {
        self.with(desired, drift_reads(desired))
    }

    fn with(self, desired: &Manifest, declared: Reads) -> LookReads {
        LookReads { declared, removal: self.sees_orphans().then(|| removal_reads(desired)) }
    }
}

/// All that one look at AWS reads.
#[derive(Debug, Clone)]
pub struct LookReads {
    /// What follows from the declarations.
    pub declared: Reads,
    /// The lists of what the manifest does not name; none where nothing else is looked for.
    pub removal: Option<RemovalReads>,
}
