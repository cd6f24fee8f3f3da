//! Publishes a version and points the alias at it. The alias's description notes what was published, so that the next
//! look needs no further call.

use super::ended::NotDone;
use super::function::{Goal, TRIES, Writing};
use crate::aws::session::{Fault, FaultKind, Wait};
use crate::snapshot::{AliasSeen, FunctionSeen, FunctionState};

impl Writing<'_> {
    /// Publishes what was settled and moves the alias; says whether the alias was written.
    pub(super) async fn publish(
        &self,
        alias: &str,
        settled: FunctionSeen,
        digest: &str,
    ) -> Result<bool, NotDone> {
        let version = self.version(settled).await?;
        let note = AliasSeen::note(digest, &version);
        let shows = |seen: &AliasSeen| seen.version == version && seen.description == note;
        let known = self.spec.before.as_ref().and_then(|before| before.alias.as_ref());
        if known.is_some_and(shows) {
            return Ok(false);
        }
        let revision = |alias: Option<&AliasSeen>| alias.map(|alias| alias.revision.clone());
        let mut tries = 0;
        let mut looks = self.session.wait_for(self.session.others_within());
        let wrote = loop {
            tries += 1;
            let Err(fault) = self.point(alias, known, (&version, &note)).await else { break true };
            let look = matches!(fault.kind, FaultKind::Conflict | FaultKind::Stale) || fault.maybe_done();
            if !look {
                return Err(fault.into());
            }
            let seen = self.session.alias(&self.spec.function, alias, self.subject).await;
            match seen.map_err(|read| fault.unread(read))? {
                Some(seen) if shows(&seen) && seen.weighted.is_empty() => break fault.maybe_done(),
                // As it was, so that nothing was done.
                seen if fault.maybe_done() && revision(seen.as_ref()) == revision(known) && tries < TRIES => {
                }
                _ if fault.maybe_done() => return Err(fault.into()),
                // Somebody else wrote it, and what they wrote does not show yet.
                seen if revision(seen.as_ref()) == revision(known) && looks.goes_on().await => {}
                _ => return Err(self.changed(&format!("alias `{alias}` was changed"))),
            }
        };
        self.until(alias, |seen| seen.as_ref().is_some_and(shows)).await?;
        Ok(wrote)
    }

    /// Makes or moves the alias, once.
    async fn point(&self, alias: &str, known: Option<&AliasSeen>, to: (&str, &str)) -> Result<(), Fault> {
        let function = &self.spec.function;
        match known {
            None => self.session.create_alias(function, alias, to, self.subject).await,
            Some(known) => {
                self.session.update_alias(function, alias, to, &known.revision, self.subject).await
            }
        }
    }

    /// Publishes a version of what was settled, and waits until it can be called.
    async fn version(&self, settled: FunctionSeen) -> Result<String, NotDone> {
        let (function, code) = (&self.spec.function, &self.spec.source.code.digest);
        let mut wait = self.session.wait();
        let mut at = settled;
        let version = loop {
            let published = self.session.publish_version(function, code, &at.revision, self.subject).await;
            let fault = match published {
                Ok(version) => break version,
                Err(fault) => fault,
            };
            let look = matches!(fault.kind, FaultKind::Conflict | FaultKind::Stale);
            if !look || !wait.goes_on().await {
                return Err(fault.into());
            }
            let now = self.settle(Goal::Settled).await?;
            if now.latest != at.latest {
                return Err(self.changed("its code or configuration was changed"));
            }
            at = now;
        };
        let mut working = self.session.wait_for(self.session.ready_within());
        loop {
            match self.session.function_at(function, &version, self.subject).await?.map(|seen| seen.state) {
                Some(FunctionState::Failed(why)) => {
                    return Err(NotDone::failed(
                        format!("{}: version {version} cannot be called: {why}", self.subject),
                        "fix the cause, then run again; the alias still points at the old version.",
                    ));
                }
                Some(FunctionState::Ready | FunctionState::Image | FunctionState::UpdateFailed(_)) => {
                    return Ok(version);
                }
                Some(FunctionState::Busy) | None => {}
            }
            if !working.goes_on().await {
                return Err(self.slow(&format!("version {version}"), &working));
            }
        }
    }

    async fn until(&self, alias: &str, good: impl Fn(&Option<AliasSeen>) -> bool) -> Result<(), NotDone> {
        let look = async || {
            let seen = self.session.alias(&self.spec.function, alias, self.subject).await?;
            Ok(good(&seen).then_some(()))
        };
        let mut wait = self.session.wait();
        wait.until(look).await?.ok_or_else(|| self.slow(&format!("alias `{alias}`"), &wait))
    }

    fn slow(&self, what: &str, wait: &Wait<'_>) -> NotDone {
        NotDone::not_shown(wait, format!("{}: {what} was accepted but does not show up", self.subject))
    }
}
