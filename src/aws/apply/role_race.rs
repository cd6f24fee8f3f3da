//! Waiting until Lambda can assume a role that was just made.
//!
//! IAM spreads its changes for some seconds, and there is nothing to ask whether it has: the call that needs the role
//! is made again. A trust policy that is wrong for good is refused with the very same words, so it is read first.

use std::time::Duration;

use super::ended::NotDone;
use crate::aws::session::{Fault, FaultKind, Session, Wait};
use crate::plan::{Failure, FunctionSpec};
use crate::resource::trusts_lambda;

/// The longest wait: a role that cannot be assumed after this time will not be by waiting.
const LONGEST: Duration = Duration::from_secs(90);

/// One wait for one role.
pub(super) struct RoleRace<'a> {
    wait: Wait<'a>,
    trust_is_right: bool,
}

impl<'a> RoleRace<'a> {
    pub(super) fn new(session: &'a Session) -> Self {
        Self { wait: session.wait_for(LONGEST.min(session.ready_within())), trust_is_right: false }
    }

    /// Waits before the next try.
    ///
    /// # Errors
    ///
    /// When the trust policy is wrong, the role missing, or the time over.
    pub(super) async fn wait(
        &mut self,
        session: &Session,
        spec: &FunctionSpec,
        fault: Fault,
        subject: &str,
    ) -> Result<(), NotDone> {
        if !self.trust_is_right {
            self.check(session, spec, subject).await?;
        }
        if session.over().is_some() || !self.wait.goes_on().await {
            let waited = self.wait.waited();
            let message = format!("{fault}; its trust policy is right, but Lambda refused it for {waited}");
            let hint = "IAM may be slow to propagate the role: run the command again in a minute.".to_owned();
            return Err(NotDone::Failed(Failure { message, hint: Some(hint), call: Some(fault.call()) }));
        }
        Ok(())
    }

    /// Reads the trust policy. A caller who may not read it waits without.
    async fn check(&mut self, session: &Session, spec: &FunctionSpec, subject: &str) -> Result<(), NotDone> {
        let name = spec.role.rsplit('/').next().unwrap_or_default();
        match session.trust(&spec.function.place, name, subject).await {
            Ok(Some(trust)) if trusts_lambda(&trust) => {}
            Ok(Some(_)) => {
                return Err(NotDone::failed(
                    format!("{subject}: the trust policy of role `{name}` does not let Lambda assume it"),
                    "allow `sts:AssumeRole` for `lambda.amazonaws.com` in the role's trust policy.",
                ));
            }
            Ok(None) => {
                return Err(NotDone::failed(
                    format!(
                        "{subject}: there is no role `{name}` in account {}",
                        spec.function.place.account
                    ),
                    "create it, or correct `role:` in the manifest.",
                ));
            }
            Err(fault) if fault.kind == FaultKind::Denied => {}
            Err(fault) => return Err(fault.into()),
        }
        self.trust_is_right = true;
        Ok(())
    }
}
