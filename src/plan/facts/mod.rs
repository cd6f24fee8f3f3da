//! What a manifest implies and what a snapshot says before anything is planned: which function an instance needs, what
//! has to be read, whose a live resource is, how a field differs.

pub(super) mod differences;
pub(super) mod editing;
pub mod identity;
pub(super) mod kept;
pub(super) mod mentions;
pub(super) mod names;
pub(super) mod ownership;
pub(super) mod reach;
pub(super) mod reads;
pub(super) mod removal_reads;
pub(super) mod roles;
