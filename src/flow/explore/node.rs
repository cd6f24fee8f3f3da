//! A state that a walk came to, and how it came there.

use std::collections::BTreeSet;

use super::Passed;
use super::holes::Steps;
use crate::flow::engine::{Outcome, Place, State};
use crate::flow::namespaces::Root;

/// How unknown values are decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// By values that tell the conditions apart, kept for the rest of the way.
    Precise,
    /// By taking every branch.
    Wide,
}

/// A state that a walk came to.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) state: State,
    /// The function that failed, where nothing was said since.
    pub(super) failed: Option<Place>,
    /// Whether the contact has heard something, or would have if a block that speaks had not failed.
    pub(super) spoken_to: bool,
    /// References that were decided to have no value.
    pub(super) absent: BTreeSet<Steps>,
    pub(super) parent: Option<usize>,
    /// The block that led here; none at a start.
    pub(super) passed: Option<Passed>,
    /// What became of that block.
    pub(super) outcome: Option<Outcome>,
    /// The values that were decided before it.
    pub(super) given: Vec<(Steps, String)>,
    /// What it put under which roots.
    pub(super) found: Vec<Root>,
    /// Whether the contact waited there, or something was asked of the customer.
    pub(super) waited: bool,
    /// Whether the walk does not go on from here.
    pub(super) ends: bool,
    /// The number of its key.
    pub(super) key: usize,
}
