//! The calls of each service, and what comes back as plain data: one file a resource.
//!
//! Everything is a method of [`Session`](super::Session), so that no call is made past its pacer. What a call means for a
//! plan is not known here.

mod connect;
mod iam;
mod lambda;
mod sts;

pub(super) use connect::Tagged;
pub use lambda::Invoked;
pub(super) use lambda::unreadable_tags;

use super::session::{Fault, FaultKind};
use crate::operations::Operation;

/// The largest page that an operation gives.
fn page(operation: Operation) -> i32 {
    operation.facts().page.and_then(|page| i32::try_from(page).ok()).unwrap_or(100)
}

/// Returns whether a deletion found something to delete: what is not there any more is as good as deleted.
fn deleted<T>(result: Result<T, Fault>) -> Result<bool, Fault> {
    match result {
        Ok(_) => Ok(true),
        Err(fault) if fault.kind == FaultKind::NotFound => Ok(false),
        Err(fault) => Err(fault),
    }
}
