//! What is asked about a plan once it is made: whether it may be carried out, how far it reaches, a part of it, what it comes to.

pub(super) mod begin;
pub(super) mod extent;
pub(super) mod only;
pub(super) mod order_check;
pub(super) mod verdict;
