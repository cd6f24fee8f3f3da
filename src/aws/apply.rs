//! Carries a plan out, one file a kind of action: policy writes one at a time for each function, and every unknown outcome looked at before
//! anything is repeated.

mod binding;
mod ended;
mod flow;
mod function;
mod instance;
mod once;
mod publish;
mod removal;
mod reread;
mod role;
mod role_race;
mod role_removal;
mod schedule;
mod tags;
mod visibility;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError};

use tokio::sync::Mutex;

use self::ended::NotDone;
use self::reread::Known;
pub use self::schedule::{GRACE, apply};
use self::visibility::Visibility;
use super::session::{Fault, FaultKind, Session};
use crate::plan::{Action, ActionId, AsideSpec, KeptFlow, Made, Outcome, Write};
use crate::resource::{Address, FunctionRef, Kind, Label};

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

/// What the actions of one run share.
struct Runner<'a> {
    session: &'a Session,
    keep: &'a dyn Keep,
    backups: StdMutex<Vec<PathBuf>>,
    /// The flows and modules of each instance that this run made.
    made: StdMutex<BTreeMap<Label, Made>>,
    policies: StdMutex<BTreeMap<FunctionRef, Arc<Mutex<()>>>>,
    visibility: Visibility,
    /// What this run knows of the flows and modules that it writes.
    known: Known,
}

impl<'a> Runner<'a> {
    fn new(session: &'a Session, visibility: Visibility, keep: &'a dyn Keep) -> Self {
        Self {
            session,
            keep,
            backups: StdMutex::default(),
            made: StdMutex::default(),
            policies: StdMutex::default(),
            visibility,
            known: Known::default(),
        }
    }

    async fn run(&self, action: &Action) -> Outcome {
        let subject = action.id.address.to_string();
        self.session.budget.begin(&subject);
        let outcome = self.carry_out(action, &subject).await;
        self.session.budget.end(&subject);
        outcome
    }

    async fn carry_out(&self, action: &Action, subject: &str) -> Outcome {
        let ended = match action.write() {
            Write::Role(spec) => self.role(spec, subject).await,
            Write::Function(spec) => self.function(&action.id.address, spec, subject).await,
            Write::Association(spec) => self.associate(spec, subject).await,
            Write::Grant(spec) => self.grant(spec, subject).await,
            Write::Stub(spec) => self.stub(spec, subject).await,
            Write::Flow(spec) => self.flow(&action.id.address, spec, subject).await,
            Write::Aside(AsideSpec { metadata, at_last }) => {
                self.flow_metadata(metadata, Some(at_last), subject).await
            }
            Write::Metadata(spec) | Write::Archive(spec) => self.flow_metadata(spec, None, subject).await,
            Write::Tags(spec) => self.retag(spec, subject).await,
            Write::Attributes(spec) => self.attributes(spec, subject).await,
            Write::Instance(spec) => self.instance(spec, subject).await,
            Write::Removal(removal) => self.remove(&action.id.address, removal, subject).await,
        };
        let not = match ended {
            Ok(done) => return done.into(),
            Err(not) => not,
        };
        match not {
            NotDone::Call(fault) => match vanished(action, &fault) {
                Some(what) => gone(subject, &what, &fault),
                None => fault.outcome(subject, self.session.budget.has_sent(subject)),
            },
            other => other.outcome(subject, self.session.budget.has_sent(subject)),
        }
    }

    /// Notes where something was kept before it is overwritten or deleted.
    ///
    /// # Errors
    ///
    /// When it could not be kept: then nothing is done to it. `what` and `not` say what was to be done to what.
    fn kept(
        &self,
        kept: std::io::Result<Vec<PathBuf>>,
        (what, not): (&str, &str),
        subject: &str,
    ) -> Result<(), NotDone> {
        let paths = kept.map_err(|error| {
            let message = format!("{subject}: {what} could not be backed up, so it was not {not}: {error}");
            NotDone::failed(message, "make the folder `.flowbind` writable.")
        })?;
        lock(&self.backups).extend(paths);
        Ok(())
    }

    /// One writer at a time for a function's policies, whatever the qualifier: `AssociateLambdaFunction` writes there too.
    fn policy_of(&self, function: &FunctionRef) -> Arc<Mutex<()>> {
        Arc::clone(lock(&self.policies).entry(function.unqualified()).or_default())
    }
}

/// Names what a write found missing that was there when the plan was made. What this run makes itself may only not show
/// yet.
fn vanished(action: &Action, fault: &Fault) -> Option<String> {
    if fault.kind != FaultKind::NotFound || !fault.operation.writes() {
        return None;
    }
    let made = |kind: Kind| action.after.iter().any(|id| id.address.kind == kind);
    let function = |function: &FunctionRef| (!made(Kind::Function)).then(|| format!("function {function}"));
    match action.write() {
        Write::Role(spec) => spec.before.is_some().then(|| format!("role `{}`", spec.name)),
        Write::Function(spec) => spec.before.is_some().then(|| format!("function {}", spec.function)),
        Write::Grant(spec) => function(&spec.grant.function),
        Write::Association(spec) => {
            Some(format!("{} or instance {}", function(&spec.function)?, spec.instance))
        }
        Write::Stub(spec) => Some(format!("instance {}", spec.instance)),
        Write::Flow(spec) if spec.id.is_none() => Some(format!("instance {}", spec.instance)),
        Write::Attributes(spec) => Some(format!("instance {}", spec.instance)),
        Write::Flow(_) | Write::Aside(_) | Write::Metadata(_) | Write::Archive(_) | Write::Tags(_) => {
            Some("it".to_owned())
        }
        Write::Instance(_) | Write::Removal(_) => None,
    }
}

fn gone(subject: &str, what: &str, fault: &Fault) -> Outcome {
    let message = format!(
        "{subject}: {what} was deleted by someone since the plan was made ({}: {}). Run `flowbind plan` again.",
        fault.operation, fault.message
    );
    Outcome::Moved { message }
}

/// Locks plain data. A panic elsewhere leaves it whole: every change of it is one insertion.
fn lock<T>(mutex: &StdMutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
