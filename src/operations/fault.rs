//! What can go wrong with a call, in the words of no single service.

use serde::Serialize;

/// Why a call failed: decides about retries, and about what is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// What was asked for is not there.
    NotFound,
    /// The flow has only a draft.
    NotPublished,
    /// Something of that name is there.
    AlreadyExists,
    /// The state does not allow it, or something else was faster.
    Conflict,
    /// The state is not the one that the request named (`RevisionId`).
    Stale,
    /// Too many requests; nothing was carried out.
    Throttled,
    /// A quota is reached; trying again does not help.
    Quota,
    /// An earlier call reached the quota that this one needs: it was not made, or refused like that one.
    QuotaBefore,
    /// The caller lacks a permission.
    Denied,
    /// There are no credentials, or they are not accepted.
    Credentials,
    /// The request is not acceptable.
    Invalid,
    /// The code of a function cannot be run at all: no such runtime, no interpreter for it, or no readable archive.
    NotRunnable,
    /// No answer came.
    Unreachable,
    /// The service failed.
    Internal,
    /// The answer makes no sense, or is not the service's.
    Unexpected,
    /// The call was not made: the run's time is over.
    OutOfTime,
    /// The call was not made: the run was interrupted.
    Interrupted,
    /// The call was not made: the operation has failed for too long.
    NotCalled,
}
