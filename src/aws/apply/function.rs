//! Writes functions in the order that Lambda needs: code, wait, configuration, wait, version, alias.
//!
//! Every write names the revision that it replaces. When that is stale, or an outcome unknown, the function is read:
//! what is so already is not written again, what is as planned is tried again, and anything else ends the action.

use super::Runner;
use super::ended::{Done, Ended, NotDone};
use super::once::{Created, once, or_shown};
use super::role_race::RoleRace;
use crate::aws::session::{FaultKind, Session};
use crate::plan::{FieldPath, FunctionSpec, differences, owner_changed};
use crate::resource::Address;
use crate::snapshot::{APPLIED_TAG, FunctionConfiguration, FunctionSeen, FunctionState, SET_TAG, UNFINISHED};

/// Writes at the most whose outcome is unknown each time, and after which nothing has changed.
pub(super) const TRIES: u32 = 3;

/// Up to where a function is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// It can be written to.
    Settled,
    /// It has the code.
    Code,
    /// It has the configuration.
    Configuration,
    /// It has both.
    Whole,
}

/// One function that is written.
pub(super) struct Writing<'a> {
    pub(super) session: &'a Session,
    pub(super) spec: &'a FunctionSpec,
    pub(super) subject: &'a str,
}

impl Runner<'_> {
    pub(super) async fn function(&self, address: &Address, spec: &FunctionSpec, subject: &str) -> Ended {
        if let Some(before) = spec.before.as_ref().filter(|_| spec.overwrites()) {
            let path = self.keep.keep(address, &before.record());
            self.kept(path.map(|path| vec![path]), ("the live configuration", "overwritten"), subject)?;
        }
        Writing { session: self.session, spec, subject }.carry_out().await
    }
}

impl Writing<'_> {
    /// Writes what differs.
    async fn carry_out(&self) -> Ended {
        let mut wrote = match &self.spec.before {
            None => match self.create().await? {
                Some(wrote) => wrote,
                None => return Ok(Done::AlreadySo),
            },
            Some(before) => self.update(before).await?,
        };
        let settled = self.settle(Goal::Whole).await?;
        let digest = settled.digest();
        let live = settled.tags.clone().unwrap_or_default();
        if let Some(alias) = &self.spec.source.publish {
            wrote |= self.publish(alias, settled, &digest).await?;
        }
        // Last of all: until then its creation counts as unfinished.
        let mut tags = self.spec.marks.clone();
        if self.spec.noted {
            tags.insert(APPLIED_TAG.to_owned(), digest);
        }
        tags.retain(|key, value| live.get(key) != Some(value));
        if !tags.is_empty() {
            let written = self.session.tag_function(&self.spec.function, &tags, self.subject).await;
            let look = async || {
                let seen = self.session.function(&self.spec.function, self.subject).await?;
                let live = seen.and_then(|seen| seen.tags).unwrap_or_default();
                Ok(tags.iter().all(|(key, value)| live.get(key) == Some(value)))
            };
            or_shown(self.session, written, look).await?;
            wrote = true;
        }
        Ok(Done::of(wrote))
    }

    /// Creates it, and says whether this call did; none where somebody else made just what is wanted.
    async fn create(&self) -> Result<Option<bool>, NotDone> {
        let FunctionSpec { function, marks, source, role, .. } = self.spec;
        let mut tags = marks.clone();
        tags.insert(APPLIED_TAG.to_owned(), UNFINISHED.to_owned());
        let mut race = RoleRace::new(self.session);
        loop {
            let create =
                async || self.session.create_function(self.spec, &tags, self.subject).await.map(|()| None);
            let look = async || {
                let seen = self.session.function(&self.spec.function, self.subject).await?;
                Ok(seen.map(Some))
            };
            let (seen, fault) = match once(self.session, create, look).await {
                Ok(Created::Made(_)) => return Ok(Some(true)),
                Ok(Created::Found(seen, fault)) => (seen, fault),
                Err(fault) if fault.role_may_be_new() => {
                    race.wait(self.session, self.spec, fault, self.subject).await?;
                    continue;
                }
                Err(fault) => return Err(fault.into()),
            };
            let tags = seen.as_ref().and_then(|seen| seen.tags.as_ref());
            let ours = seen.is_none() || tags.and_then(|tags| tags.get(SET_TAG)) == marks.get(SET_TAG);
            let differences =
                seen.as_ref().map(|seen| differences(source, role, &seen.latest)).unwrap_or_default();
            return match differences.as_slice() {
                // Whoever answers late may have done the work: then it carries this set's tag.
                [] if ours => Ok(Some(fault.maybe_done())),
                // What somebody else made is not published, nor tagged as this set's.
                [] if source.publish.is_none() => Ok(None),
                _ => Err(NotDone::taken(self.subject, &format!("function `{}`", function.name))),
            };
        }
    }

    async fn update(&self, before: &FunctionSeen) -> Result<bool, NotDone> {
        let (mut at, mut wrote) = (before.clone(), false);
        for goal in [Goal::Code, Goal::Configuration] {
            if self.spec.writes(goal) {
                wrote |= self.write(goal, &mut at).await?;
            }
        }
        Ok(wrote)
    }

    /// Writes code or configuration over what was seen at `at`, and waits until it is done.
    async fn write(&self, goal: Goal, at: &mut FunctionSeen) -> Result<bool, NotDone> {
        let mut race = RoleRace::new(self.session);
        let mut wait = self.session.wait();
        let mut tries = 0;
        loop {
            let revision = &at.revision;
            let sent = match goal {
                Goal::Code => self.session.update_code(self.spec, revision, self.subject).await,
                _ => self.session.update_configuration(self.spec, revision, self.subject).await,
            };
            let fault = match sent {
                Ok(()) => {
                    let now = self.settle(goal).await?;
                    let expected =
                        FunctionConfiguration { code: now.latest.code.clone(), ..at.latest.clone() };
                    if goal == Goal::Code && now.latest != expected {
                        return Err(self.changed("its configuration was changed after its code was written"));
                    }
                    *at = now;
                    return Ok(true);
                }
                Err(fault) => fault,
            };
            if fault.role_may_be_new() {
                race.wait(self.session, self.spec, fault, self.subject).await?;
                continue;
            }
            let look = matches!(fault.kind, FaultKind::Conflict | FaultKind::Stale) || fault.maybe_done();
            if !look {
                return Err(fault.into());
            }
            let now = self.settle(Goal::Settled).await.map_err(|not| not.after(&fault))?;
            // The owner's tag does not survive a deletion: what has the name now is another function.
            if let (Some(before), Some(live)) = (&at.tags, &now.tags)
                && let Some(what) = owner_changed(before, live)
            {
                return Err(self.changed(&what));
            }
            if self.reached(goal, &now) {
                *at = now;
                return Ok(fault.maybe_done());
            }
            if now.latest != at.latest {
                return Err(self.changed("its code or configuration was changed"));
            }
            tries += u32::from(fault.maybe_done());
            if tries >= TRIES || !wait.goes_on().await {
                return Err(fault.into());
            }
            *at = now;
        }
    }

    /// Looks until the function can be written to and shows what was written.
    pub(super) async fn settle(&self, goal: Goal) -> Result<FunctionSeen, NotDone> {
        // AWS may work on it for long, but shows soon what it works on.
        let mut wait = self.session.wait();
        let mut working = self.session.wait_for(self.session.ready_within());
        loop {
            let mut busy = false;
            let seen = self.session.function(&self.spec.function, self.subject).await?;
            match seen {
                Some(seen) if self.reached(goal, &seen) => match &seen.state {
                    FunctionState::Ready => return Ok(seen),
                    FunctionState::UpdateFailed(_) if goal == Goal::Settled => return Ok(seen),
                    FunctionState::Failed(why) | FunctionState::UpdateFailed(why) => {
                        return Err(NotDone::failed(
                            format!("{}: Lambda could not complete it: {why}", self.subject),
                            "fix the cause, then run again.",
                        ));
                    }
                    FunctionState::Image => {
                        return Err(self.changed("it is a container image now"));
                    }
                    FunctionState::Busy => busy = true,
                },
                Some(seen) if seen.state == FunctionState::Image => {
                    return Err(self.changed("it is a container image now"));
                }
                Some(seen) => busy = seen.state == FunctionState::Busy,
                None => {}
            }
            let (waiting, what) = match busy {
                true => (&mut working, "is still being updated by Lambda"),
                false => (&mut wait, "does not show what was written"),
            };
            if !waiting.goes_on().await {
                let seen = format!("{}: function `{}` {what}", self.subject, self.spec.function.name);
                return Err(NotDone::not_shown(waiting, seen));
            }
        }
    }

    fn reached(&self, goal: Goal, seen: &FunctionSeen) -> bool {
        let open = differences(&self.spec.source, &self.spec.role, &seen.latest);
        match goal {
            Goal::Settled => true,
            Goal::Code => open.iter().all(|field| field.path != FieldPath::Code),
            Goal::Configuration => open.iter().all(|field| field.path == FieldPath::Code),
            Goal::Whole => open.is_empty(),
        }
    }

    pub(super) fn changed(&self, what: &str) -> NotDone {
        NotDone::changed(self.subject, what)
    }
}

impl FunctionSpec {
    /// Whether it changes code or configuration.
    fn writes(&self, goal: Goal) -> bool {
        self.fields.iter().any(|field| match goal {
            Goal::Code => field.path == FieldPath::Code,
            _ => field.path.is_configuration(),
        })
    }

    fn overwrites(&self) -> bool {
        self.writes(Goal::Code) || self.writes(Goal::Configuration)
    }
}
