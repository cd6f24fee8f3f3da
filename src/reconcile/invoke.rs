//! Calls the functions of bindings the way Amazon Connect does. Nothing is written by flowbind; what a function does is
//! done.
//!
//! Amazon Connect is let in by a function's resource policy, the caller here by its own permissions: so the policy is
//! read and judged before the call, and a function that Amazon Connect may not call is not called. That a contact does
//! not wait for a function is taken for a call whose answer is still looked at: how Amazon Connect makes it is not
//! documented.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use tokio::time::Instant;

use crate::aws::{self, Fault, FaultKind, LiveError, Session};
use crate::resource::{FunctionRef, InstanceArn, Judgement, ResourcePolicy};
use crate::runtime::trial::{Attempt, Case, Denial, Ran, Reply, Trial};
use crate::runtime::tries::{Next, Try};
use crate::snapshot::Look;

/// How many functions are called at once. Each has one call at a time, so that none meets its own concurrency.
const AT_ONCE: usize = 8;

/// A binding whose function could not be called from here, which says nothing about Amazon Connect.
#[derive(Debug)]
pub struct NotTried {
    /// What was to be tried.
    pub case: Box<Case>,
    /// What happened.
    pub fault: Fault,
}

/// A trial, or why there is none.
pub type Tried = Result<Trial, NotTried>;

/// Tries cases: those of one function one after the other, functions side by side. The results are in the order of the
/// cases.
///
/// # Errors
/// A resource policy could not be read for another reason than a missing permission.
pub async fn invoke(session: &Session, cases: Vec<Case>) -> Result<Vec<Tried>, LiveError> {
    let count = cases.len();
    let mut groups: BTreeMap<FunctionRef, Vec<(usize, Case)>> = BTreeMap::new();
    for (at, case) in cases.into_iter().enumerate() {
        groups.entry(case.function.clone()).or_default().push((at, case));
    }
    let tried = stream::iter(groups).map(|(function, cases)| async move {
        let policy = policy(session, &function).await?;
        let mut tried = Vec::new();
        for (at, case) in cases {
            tried.push((at, one(session, case, &policy).await));
        }
        Ok::<_, LiveError>(tried)
    });
    let mut all: Vec<Option<Tried>> = (0..count).map(|_| None).collect();
    let mut tried = tried.buffer_unordered(AT_ONCE);
    while let Some(group) = tried.next().await {
        for (at, one) in group? {
            if let Some(slot) = all.get_mut(at) {
                *slot = Some(one);
            }
        }
    }
    Ok(all.into_iter().flatten().collect())
}

/// Who may call a function, as far as it could be read.
enum Policy {
    Known(ResourcePolicy),
    NoFunction,
    Unreadable(String),
}

async fn policy(session: &Session, function: &FunctionRef) -> Result<Policy, LiveError> {
    let one = [function.clone()].into();
    match aws::observe_policies(session, &one).await {
        Ok(found) => Ok(match found.into_values().next() {
            Some(Look::Found(policy)) => Policy::Known(policy),
            Some(Look::Absent { .. } | Look::Unknown) | None => Policy::NoFunction,
        }),
        Err(LiveError::Unread(faults)) if faults.iter().all(|fault| fault.kind == FaultKind::Denied) => {
            let said = faults.into_iter().map(|fault| fault.message).collect::<Vec<_>>();
            Ok(Policy::Unreadable(said.join("; ")))
        }
        Err(error) => Err(error),
    }
}

impl Policy {
    /// Why the instance may not call the function, if it may not.
    fn denial(&self, function: &FunctionRef, instance: &InstanceArn) -> Option<Denial> {
        match self {
            Self::NoFunction => Some(Denial::NoFunction),
            Self::Unreadable(_) => None,
            Self::Known(policy) => match policy.judge(function, instance) {
                Judgement::Allowed(_) => None,
                Judgement::Denied(sid) => Some(Denial::Statement(sid)),
                Judgement::Silent => Some(Denial::NoStatement),
            },
        }
    }
}

async fn one(session: &Session, case: Case, policy: &Policy) -> Tried {
    let unjudged = match policy {
        Policy::Unreadable(why) => Some(why.clone()),
        Policy::Known(_) | Policy::NoFunction => None,
    };
    if let Some(denial) = policy.denial(&case.function, &case.instance) {
        let attempt =
            Attempt { started: Duration::ZERO, ended: Duration::ZERO, reply: Reply::Denied(denial) };
        return Ok(Trial::new(case, vec![attempt], Ran::default(), unjudged));
    }
    // What is built from texts and maps always has a form in JSON.
    let event = serde_json::to_vec(&case.event).unwrap_or_default();
    let (began, mut attempts, mut ran) = (Instant::now(), Vec::<Attempt>::new(), Ran::default());
    loop {
        let tries: Vec<Try> = attempts.iter().map(|one| one.as_try(&case.contract)).collect();
        let at = match case.rules.next(&tries) {
            Next::Leave(..) => return Ok(Trial::new(case, attempts, ran, unjudged)),
            Next::Try(at) => at,
        };
        tokio::time::sleep_until(began + at).await;
        let started = began.elapsed();
        let left = case.rules.limit.saturating_sub(started);
        let reply = match called(session, &case.function, &event, left, &mut ran).await {
            Ok(reply) => reply,
            Err(fault) => return Err(NotTried { case: Box::new(case), fault }),
        };
        attempts.push(Attempt { started, ended: began.elapsed(), reply });
    }
}

/// Makes one call. A fault that is not the service's says nothing about Amazon Connect.
async fn called(
    session: &Session,
    function: &FunctionRef,
    event: &[u8],
    left: Duration,
    ran: &mut Ran,
) -> Result<Reply, Fault> {
    // A little longer than the limit: what comes later is out of time, and no fault of the connection.
    let patience = left + Duration::from_secs(1);
    let call = tokio::time::timeout(left, session.invoke(function, event, patience));
    let Ok(answer) = call.await else { return Ok(Reply::OutOfTime) };
    match answer {
        Ok(answer) => {
            *ran = Ran { version: answer.version, log: answer.log };
            Ok(if answer.failed { Reply::Failed(answer.payload) } else { Reply::Answered(answer.payload) })
        }
        Err(fault) => match fault.kind {
            FaultKind::Throttled => Ok(Reply::Throttled(fault.message)),
            FaultKind::Internal => Ok(Reply::ServiceFailure(fault.message)),
            FaultKind::NotFound => Ok(Reply::Denied(Denial::NoFunction)),
            _ => Err(fault),
        },
    }
}
