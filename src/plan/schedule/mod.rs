//! How many calls a look or an apply makes, in which order, and how long they take: a simulation, without a clock.

pub(super) mod apply;
pub(super) mod buckets;
pub(super) mod chains;
pub(super) mod floor;
#[cfg(test)]
mod laws;
pub(super) mod look;
pub(super) mod pace;
pub(super) mod queue;
pub(super) mod simulation;
pub(super) mod task;
pub(super) mod wave;
