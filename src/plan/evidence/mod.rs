//! What is saved of a plan, so that a later plan can be compared with it: digests of what it writes, and of what it
//! rests on.

pub(super) mod checksum;
pub(super) mod fingerprint;
pub(super) mod record;
