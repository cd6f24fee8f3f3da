//! Amazon Connect: the calls, page by page.
//!
//! Every id is a bare id: a whole ARN in its place is answered with AccessDenied for a doubled resource.

mod flows;
mod instances;
mod named;
mod removal;
mod search;

pub(in crate::aws) use search::Tagged;
