//! Writes associations, and the statements that let an instance call a function.
//!
//! Whatever AWS answers is compared with what it shows afterwards, for a minute at most. Somebody else's identical
//! write is as good as one's own: two runs of one set end with one association and one statement.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use super::Runner;
use super::ended::{Done, Ended, NotDone};
use crate::aws::session::{Fault, FaultKind};
use crate::plan::{AssociationSpec, Failure, GrantSpec};
use crate::resource::{FunctionRef, OwnSid, ResourcePolicy, SidKind};

/// The longest that a write of this module is waited for.
const LONGEST: Duration = Duration::from_secs(60);
/// Tries of a write that is accepted but does not show, or whose outcome is unknown each time.
const ROUNDS: u32 = 3;
/// After so many looks without the statement it is written again: parallel writers of one policy can lose statements,
/// a defect that AWS has acknowledged.
const LOOKS_BEFORE_WRITING_AGAIN: u32 = 3;

impl Runner<'_> {
    /// How long a write of this module is waited for.
    fn bound(&self) -> Duration {
        self.session.visible_within().min(LONGEST)
    }

    pub(super) async fn associate(&self, spec: &AssociationSpec, subject: &str) -> Ended {
        let arn = spec.function.arn().to_string();
        let began = Instant::now();
        let (mut accepted, mut unsure, mut last) = (false, false, None);
        for _ in 0..ROUNDS {
            let written = {
                let guard = self.policy_of(&spec.function);
                let _held = guard.lock().await;
                self.session.associate(&spec.instance, &arn, subject).await
            };
            let (fault, within) = match written {
                Ok(()) => {
                    accepted = true;
                    (None, self.bound() / ROUNDS)
                }
                // It is there already, or something else is in the way: the list says which.
                Err(fault) if fault.kind == FaultKind::Conflict => (Some(fault), self.bound() / ROUNDS),
                Err(fault) if fault.maybe_done() => {
                    unsure = true;
                    (Some(fault), self.bound() / (4 * ROUNDS))
                }
                Err(fault) => return Err(fault.into()),
            };
            match self.visibility.wait(self.session, &spec.instance, &arn, within, subject).await {
                Ok(true) if accepted => return Ok(Done::Written),
                Ok(true) => return Ok(Done::AlreadySo),
                Ok(false) => {}
                Err(unread) if !accepted && !unsure => return Err(unread.into()),
                Err(unread) => {
                    let written = fault.as_ref().map(|fault| format!("{fault}; ")).unwrap_or_default();
                    let message = format!("{written}the association could not be read back: {unread}");
                    return Err(unknown(message, Some(fault.as_ref().unwrap_or(&unread))));
                }
            }
            match fault {
                Some(fault) if fault.kind == FaultKind::Conflict && !accepted && !unsure => {
                    return Err(fault.into());
                }
                other => last = other.or(last),
            }
        }
        let accepted = || "AWS accepted the association".to_owned();
        let answer = last.as_ref().map_or_else(accepted, ToString::to_string);
        let waited = began.elapsed().as_secs();
        let message = format!("{answer}; the instance's list does not show it after {waited} s");
        Err(unknown(message, last.as_ref()))
    }

    pub(super) async fn grant(&self, spec: &GrantSpec, subject: &str) -> Ended {
        let guard = self.policy_of(&spec.grant.function);
        let _held = guard.lock().await;
        let function = &spec.grant.function;
        if spec.only_if_missing {
            let policy = self.session.policy_of_existing(function, subject).await?.unwrap_or_default();
            if policy.says(&spec.grant) {
                return Ok(Done::AlreadySo);
            }
        }
        let sid = spec.sid();
        let mut going: BTreeSet<String> = spec.taken.iter().cloned().collect();
        if going.remove(&sid.to_string()) {
            // The Sid holds something else. Another one of the same kind keeps permission and mark meanwhile.
            let interim = OwnSid { hash: spec.grant.interim_hash(), ..sid.clone() };
            self.write_statement(spec, &interim, subject).await?;
            self.drop_statement(function, &sid.to_string(), subject).await?;
            going.insert(interim.to_string());
        }
        let done = self.write_statement(spec, &sid, subject).await?;
        if going.is_empty() {
            return Ok(done);
        }
        for old in &going {
            self.drop_statement(function, old, subject).await?;
        }
        Ok(Done::Written)
    }

    /// Writes a statement, and looks until it is there. The caller holds the lock of the function's policies.
    pub(super) async fn write_statement(&self, spec: &GrantSpec, sid: &OwnSid, subject: &str) -> Ended {
        let function = &spec.grant.function;
        let text = sid.to_string();
        // From the first answer: until then it may only have waited for its turn.
        let mut wait = None;
        let mut done = Done::Written;
        let (mut looks, mut unsure) = (0, 0);
        loop {
            let mut fault = None;
            if looks % LOOKS_BEFORE_WRITING_AGAIN == 0 || unsure > 0 {
                match self.session.add_permission(&spec.grant, &text, subject).await {
                    Ok(()) => unsure = 0,
                    Err(taken) if taken.kind == FaultKind::Conflict => {
                        if looks == 0 {
                            done = Done::AlreadySo;
                        }
                        unsure = 0;
                    }
                    Err(failed) if failed.maybe_done() => {
                        unsure += 1;
                        fault = Some(failed);
                    }
                    Err(failed) => return Err(failed.into()),
                }
            }
            looks += 1;
            let wait = wait.get_or_insert_with(|| self.session.wait_for(self.bound()));
            let began = wait.began();
            let lag = &self.visibility.lag;
            if looks == 1 {
                lag.pass(began).await;
            }
            let policy = match self.session.policy_of_existing(function, subject).await {
                Ok(policy) => policy.unwrap_or_default(),
                Err(unread) if !self.session.budget.has_sent(subject) => return Err(unread.into()),
                Err(unread) => {
                    let written = fault.as_ref().map(|fault| format!("{fault}; ")).unwrap_or_default();
                    let message = format!("{written}statement `{text}` could not be read back: {unread}");
                    return Err(unknown(message, Some(fault.as_ref().unwrap_or(&unread))));
                }
            };
            if let Some(yielded) = self.one_of_two(spec, sid, &policy, subject).await? {
                if looks > 1 && fault.is_none() {
                    lag.learn(began);
                }
                return Ok(yielded.unwrap_or(done));
            }
            if unsure >= ROUNDS || !wait.goes_on().await {
                return Err(not_shown(function, &text, &policy, fault.as_ref(), began.elapsed()));
            }
        }
    }

    /// Looks whether the policy shows the statement. Where another run of the set wrote the same under the other kind
    /// of Sid, the mark of the association stays and the other one goes; gives what that makes of the outcome.
    async fn one_of_two(
        &self,
        spec: &GrantSpec,
        sid: &OwnSid,
        policy: &ResourcePolicy,
        subject: &str,
    ) -> Result<Option<Option<Done>>, Fault> {
        let of_kind = |kind: SidKind| {
            let wanted = OwnSid { kind, ..sid.clone() };
            policy.exact(&spec.grant, |own| *own == wanted).map(|statement| statement.sid.clone())
        };
        let (mark, plain) = (of_kind(SidKind::WithAssociation), of_kind(SidKind::GrantOnly));
        let drop = async |sid: &str| self.drop_statement(&spec.grant.function, sid, subject).await;
        match (sid.kind, mark, plain) {
            (SidKind::WithAssociation, Some(_), plain) => {
                if let Some(plain) = plain {
                    drop(&plain).await?;
                }
                Ok(Some(None))
            }
            (SidKind::GrantOnly, Some(mark), plain) if !spec.taken.contains(&mark) => {
                if let Some(plain) = plain {
                    drop(&plain).await?;
                }
                Ok(Some(Some(Done::AlreadySo)))
            }
            (SidKind::GrantOnly, _, Some(_)) => Ok(Some(None)),
            _ => Ok(None),
        }
    }
}

/// Says that a write was tried and whether it was carried out is not known; `fault` is the call that failed.
fn unknown(message: String, fault: Option<&Fault>) -> NotDone {
    let hint = "run the command again: it reads AWS first and plans only what is missing.";
    NotDone::Unknown(Failure { call: fault.map(Fault::call), ..Failure::new(message, hint) })
}

/// Says what the policy shows in place of the statement.
fn not_shown(
    function: &FunctionRef,
    sid: &str,
    policy: &ResourcePolicy,
    fault: Option<&Fault>,
    waited: Duration,
) -> NotDone {
    if policy.sids().any(|there| there == sid) {
        let message = format!("statement `{sid}` in the policy of {function} was changed meanwhile");
        return NotDone::failed(message, "run `flowbind plan` to see what it is now.");
    }
    let answer =
        fault.map_or_else(|| format!("AWS accepted statement `{sid}`"), |fault| format!("`{sid}`: {fault}"));
    let waited = waited.as_secs();
    unknown(format!("{answer}; the policy of {function} does not show it after {waited} s"), fault)
}
