//! Whether what a write rests on still holds: the pure half of the look right before each write.

pub(super) mod relied_on;
pub(super) mod standing;
