//! Waiting until Lambda can assume a role that was just made.
//!
//! IAM spreads its changes for some seconds, and there is nothing to ask whether it has: the call that needs the role
//! is made again. A trust policy that is wrong for good is refused with the very same words, so it is read first.

use std::time::Duration;

use tokio::time::Instant;

use super::function::Stop;
use crate::aws::session::{Fault, FaultKind, Session};
use crate::plan::FunctionSpec;
use crate::resource::trusts_lambda;

/// The longest wait: a role that cannot be assumed after this time will not be by waiting.
const LONGEST: Duration = Duration::from_secs(90);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What Lambda says while IAM's changes spread.
const WORDS: &[&str] = &[
    "cannot be assumed by Lambda",
    "The provided execution role does not have permissions",
    "throttled by EC2",
    "KMS key is invalid for CreateGrant",
];

/// One wait for one role.
pub(super) struct RoleRace {
    began: Instant,
    pause: Duration,
    trust_is_right: bool,
}

impl RoleRace {
    pub(super) fn new() -> Self {
        Self { began: Instant::now(), pause: Duration::from_millis(250), trust_is_right: false }
    }

    /// Whether a call failed because of a role that may be too new.
    pub(super) fn is_lost(fault: &Fault) -> bool {
        matches!(fault.kind, FaultKind::Invalid(_) | FaultKind::Denied)
            && WORDS.iter().any(|words| fault.message.contains(words))
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
    ) -> Result<(), Stop> {
        if !self.trust_is_right {
            self.check(session, spec, subject).await?;
        }
        let over = session.over().is_some();
        if over || self.began.elapsed() >= LONGEST.min(session.ready_within()) {
            let waited = self.began.elapsed().as_secs();
            let message = format!("{fault}; its trust policy is right, but it was so for {waited} s");
            let hint = "IAM may be slow to spread the role: run the command again in a minute.";
            return Err(Stop::told(message, hint));
        }
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }

    /// Reads the trust policy. A caller who may not read it waits without.
    async fn check(&mut self, session: &Session, spec: &FunctionSpec, subject: &str) -> Result<(), Stop> {
        let name = spec.role.rsplit('/').next().unwrap_or_default();
        match session.trust(&spec.function.place, name, subject).await {
            Ok(Some(trust)) if trusts_lambda(&trust) => {}
            Ok(Some(_)) => {
                return Err(Stop::told(
                    format!("{subject}: the trust policy of role `{name}` does not let Lambda assume it"),
                    "let `lambda.amazonaws.com` do `sts:AssumeRole` in the role's trust policy.",
                ));
            }
            Ok(None) => {
                return Err(Stop::told(
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
