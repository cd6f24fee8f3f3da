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

use crate::aws::{self, Fault, FaultKind, Session};
use crate::operations::Operation;
use crate::resource::{FunctionRef, InstanceArn, Judgement, ResourcePolicy};
use crate::runtime::trial::{Attempt, Case, Denial, Ran, Reply, Trial};
use crate::runtime::tries::{Next, Try};

/// How many functions are called at once. Each has one call at a time, so that none meets its own concurrency, unless an
/// earlier call runs on after its time limit.
const AT_ONCE: usize = 8;

/// A binding whose function gave no answer here that says anything about Amazon Connect.
#[derive(Debug)]
pub struct NotTried {
    /// What was to be tried.
    pub case: Box<Case>,
    /// The calls before the one that failed.
    pub attempts: Vec<Attempt>,
    /// What happened.
    pub fault: Fault,
}

impl NotTried {
    /// Whether the function may have run.
    pub fn may_have_run(&self) -> bool {
        self.fault.operation == Operation::Invoke && self.fault.maybe_done() || !self.attempts.is_empty()
    }
}

/// A trial, or why there is none.
pub type Tried = Result<Trial, NotTried>;

/// Tries cases: those of one function one after the other, functions side by side. The results are in the order of the
/// cases.
pub async fn invoke(session: &Session, cases: Vec<Case>) -> Vec<Tried> {
    let count = cases.len();
    let mut groups: BTreeMap<FunctionRef, Vec<(usize, Case)>> = BTreeMap::new();
    for (at, case) in cases.into_iter().enumerate() {
        groups.entry(case.function.unqualified()).or_default().push((at, case));
    }
    let tried = stream::iter(groups.into_values()).map(|cases| group(session, cases));
    let mut all: Vec<Option<Tried>> = (0..count).map(|_| None).collect();
    let mut tried = tried.buffer_unordered(AT_ONCE);
    while let Some(group) = tried.next().await {
        for (at, one) in group {
            if let Some(slot) = all.get_mut(at) {
                *slot = Some(one);
            }
        }
    }
    all.into_iter().flatten().collect()
}

/// The cases of one function and its qualifiers.
async fn group(session: &Session, cases: Vec<(usize, Case)>) -> Vec<(usize, Tried)> {
    let mut policies: BTreeMap<FunctionRef, Result<Policy, Fault>> = BTreeMap::new();
    let (mut tried, mut runs_on) = (Vec::new(), false);
    for (at, case) in cases {
        let function = case.function.clone();
        if !policies.contains_key(&function) {
            policies.insert(function.clone(), policy(session, &function).await);
        }
        let one = match policies.get(&function) {
            Some(Ok(policy)) => one(session, case, policy).await,
            Some(Err(fault)) => {
                Err(NotTried { case: Box::new(case), attempts: Vec::new(), fault: fault.clone() })
            }
            None => continue,
        };
        let one = one.map(|trial| Trial { after_overrun: runs_on, ..trial });
        runs_on |= one.as_ref().is_ok_and(Trial::ran_out_of_time);
        tried.push((at, one));
    }
    tried
}

/// Who may call a function, as far as it could be read.
enum Policy {
    Known(ResourcePolicy),
    NoFunction,
    Unreadable(String),
}

async fn policy(session: &Session, function: &FunctionRef) -> Result<Policy, Fault> {
    match aws::read_policy(session, function).await {
        Ok(Some(policy)) => Ok(Policy::Known(policy)),
        Ok(None) => Ok(Policy::NoFunction),
        Err(fault) if fault.kind == FaultKind::Denied => Ok(Policy::Unreadable(fault.message)),
        Err(fault) => Err(fault),
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
    let (mut began, mut attempts, mut ran) = (Instant::now(), Vec::<Attempt>::new(), Ran::default());
    loop {
        let tries: Vec<Try> = attempts.iter().map(|one| one.as_try(&case.contract)).collect();
        let at = match case.rules.next(&tries) {
            Next::Leave(..) => return Ok(Trial::new(case, attempts, ran, unjudged)),
            Next::Try(at) => at,
        };
        tokio::time::sleep_until(began + at).await;
        if attempts.is_empty() {
            began = Instant::now();
        }
        let started = began.elapsed();
        let left = case.rules.limit.saturating_sub(started);
        let reply = match called(session, &case.function, &event, left, &mut ran).await {
            Ok(reply) => reply,
            Err(fault) => return Err(NotTried { case: Box::new(case), attempts, fault }),
        };
        attempts.push(Attempt { started, ended: began.elapsed(), reply });
    }
}

/// Tries a function once, as an instance calls it.
///
/// # Errors
///
/// When the call says nothing about Amazon Connect, such as when the function cannot run here.
pub async fn invoke_once(
    session: &Session,
    (function, instance): (&FunctionRef, &InstanceArn),
    event: &[u8],
    limit: Duration,
) -> Result<Reply, Fault> {
    if let Some(denial) = policy(session, function).await?.denial(function, instance) {
        return Ok(Reply::Denied(denial));
    }
    called(session, function, event, limit, &mut Ran::default()).await
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
