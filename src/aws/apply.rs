//! Carries one action out: policy writes one at a time for each function, and every unknown outcome looked at before
//! anything is repeated.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::fault::{Fault, FaultKind};
use super::reread::Known;
use super::session::Session;
use super::visibility::Visibility;
use crate::plan::{Action, ActionId, AssociationSpec, GrantSpec, KeptFlow, LateSid, Made, Outcome, Spec};
use crate::resource::{Address, FunctionRef, Label, OwnSid, SidKind};

/// After so many looks without the statement it is written again: parallel writers of one policy can lose statements,
/// a defect that AWS has acknowledged.
const LOOKS_BEFORE_WRITING_AGAIN: u32 = 3;

/// Keeps what is about to be overwritten.
pub trait Keep: Sync {
    /// Keeps a flow's live content and says where.
    ///
    /// # Errors
    ///
    /// When it cannot be kept: then it is not overwritten.
    fn keep(&self, address: &Address, content: &str) -> std::io::Result<PathBuf>;

    /// Keeps a flow or module with all that brings it back, and says where: its content, then its draft.
    ///
    /// # Errors
    ///
    /// When it cannot be kept: then it is neither overwritten nor deleted.
    fn keep_flow(&self, flow: &KeptFlow) -> std::io::Result<Vec<PathBuf>>;
}

/// Hears how an apply goes on.
pub trait Progress: Sync {
    /// An action begins.
    fn started(&self, action: &Action);
    /// An action has ended.
    fn ended(&self, id: &ActionId, outcome: &Outcome);
}

pub(super) type Ended = Result<Outcome, Fault>;

/// What the actions of one run share.
pub(super) struct Runner<'a> {
    pub(super) session: &'a Session,
    pub(super) keep: &'a dyn Keep,
    pub(super) backups: StdMutex<Vec<PathBuf>>,
    /// The flows and modules of each instance that this run made.
    pub(super) made: StdMutex<BTreeMap<Label, Made>>,
    associated: StdMutex<BTreeSet<ActionId>>,
    policies: StdMutex<BTreeMap<FunctionRef, Arc<Mutex<()>>>>,
    visibility: Visibility,
    /// What this run knows of the flows and modules that it writes.
    pub(super) known: Known,
}

impl<'a> Runner<'a> {
    pub(super) fn new(session: &'a Session, keep: &'a dyn Keep) -> Self {
        Self {
            session,
            keep,
            backups: StdMutex::default(),
            made: StdMutex::default(),
            associated: StdMutex::default(),
            policies: StdMutex::default(),
            visibility: Visibility::default(),
            known: Known::default(),
        }
    }

    pub(super) async fn run(&self, action: &Action) -> Outcome {
        let subject = action.id.address.to_string();
        self.session.budget.begin(&subject);
        let ended = match action.change.spec() {
            Spec::Role(spec) => self.role(spec, &subject).await,
            Spec::Function(spec) => return self.function(&action.id, spec, &subject).await,
            Spec::Association(spec) => self.associate(&action.id, spec, &subject).await,
            Spec::Grant(spec) => self.grant(spec, &subject).await,
            Spec::Flow(spec) => self.flow(&action.id, spec, &subject).await,
            Spec::FlowMetadata(spec) => self.flow_metadata(spec, &subject).await,
            Spec::Tags(spec) => self.retag(spec, &subject).await,
            Spec::Attributes(spec) => self.attributes(spec, &subject).await,
            Spec::Instance(spec) => self.instance(spec, &subject).await,
            Spec::Removal(removal) => self.remove(&action.id, removal, &subject).await,
        };
        ended.unwrap_or_else(|fault| fault.outcome(self.session.budget.has_sent(&subject)))
    }

    /// One writer at a time for a function's policies, whatever the qualifier: `AssociateLambdaFunction` writes there too.
    pub(super) fn policy_of(&self, function: &FunctionRef) -> Arc<Mutex<()>> {
        Arc::clone(lock(&self.policies).entry(function.unqualified()).or_default())
    }

    async fn associate(&self, id: &ActionId, spec: &AssociationSpec, subject: &str) -> Ended {
        let arn = spec.function.arn().to_string();
        let guard = self.policy_of(&spec.function);
        let held = guard.lock().await;
        let written = self.session.associate(&spec.instance, &arn, subject).await;
        drop(held);
        let outcome = match written {
            Ok(()) => Outcome::Applied,
            // A conflict means that it is there already; after an unknown outcome the list tells.
            Err(fault) if fault.kind == FaultKind::Conflict || fault.maybe_done() => {
                if !self.session.functions_of(&spec.instance, subject).await?.contains(&arn) {
                    return Err(fault);
                }
                Outcome::AlreadySo
            }
            Err(fault) => return Err(fault),
        };
        if !self.visibility.wait(self.session, &spec.instance, &arn, subject).await? {
            let waited = self.session.visible_within().as_secs();
            return Ok(Outcome::Failed {
                message: format!(
                    "the association was accepted, but the instance's list does not show it after {waited} s"
                ),
                hint: Some("run the command again in some minutes.".to_owned()),
            });
        }
        if outcome == Outcome::Applied {
            lock(&self.associated).insert(id.clone());
        }
        Ok(outcome)
    }

    async fn grant(&self, spec: &GrantSpec, subject: &str) -> Ended {
        let kind = match &spec.sid {
            LateSid::Known(kind) => *kind,
            LateSid::After(id) if lock(&self.associated).contains(id) => SidKind::WithAssociation,
            LateSid::After(_) => SidKind::GrantOnly,
        };
        let guard = self.policy_of(&spec.grant.function);
        let _held = guard.lock().await;
        let mut sid = OwnSid { kind, set: spec.set.clone(), hash: spec.grant.hash() };
        if spec.taken.contains(&sid.to_string()) {
            sid.kind = match kind {
                SidKind::WithAssociation => SidKind::GrantOnly,
                SidKind::GrantOnly => SidKind::WithAssociation,
            };
        }
        let sid = sid.to_string();
        if spec.taken.contains(&sid) {
            // Both Sids hold something else: only here the old statement must go before the new one comes.
            self.session.remove_permission(&spec.grant.function, &sid, subject).await?;
        }
        let outcome = self.write_statement(spec, &sid, subject).await?;
        for old in spec.taken.iter().filter(|old| **old != sid) {
            self.session.remove_permission(&spec.grant.function, old, subject).await?;
        }
        Ok(outcome)
    }

    /// Writes the statement and looks until it is there.
    pub(super) async fn write_statement(&self, spec: &GrantSpec, sid: &str, subject: &str) -> Ended {
        let function = &spec.grant.function;
        let began = Instant::now();
        let mut outcome = Outcome::Applied;
        let (mut looks, mut pause) = (0, Duration::from_millis(200));
        loop {
            if looks % LOOKS_BEFORE_WRITING_AGAIN == 0 {
                match self.session.add_permission(&spec.grant, sid, subject).await {
                    Ok(()) => {}
                    Err(fault) if fault.kind == FaultKind::Conflict && looks == 0 => {
                        outcome = Outcome::AlreadySo
                    }
                    Err(fault) if fault.kind == FaultKind::Conflict || fault.maybe_done() => {}
                    Err(fault) => return Err(fault),
                }
            }
            looks += 1;
            let policy = self.session.policy(function, subject).await?.unwrap_or_default();
            if policy.exact(&spec.grant, |own| own.set == spec.set).is_some() {
                return Ok(outcome);
            }
            if began.elapsed() >= self.session.visible_within() {
                let waited = self.session.visible_within().as_secs();
                return Ok(Outcome::Failed {
                    message: format!(
                        "statement `{sid}` was written, but the policy of {function} does not show it after {waited} s"
                    ),
                    hint: Some(
                        "run the command again; if it stays so, look for another writer of this policy."
                            .to_owned(),
                    ),
                });
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }
}

/// Locks plain data. A panic elsewhere leaves it whole: every change of it is one insertion.
pub(super) fn lock<T>(mutex: &StdMutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
