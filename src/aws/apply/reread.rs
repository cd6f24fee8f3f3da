//! Reads what is about to be overwritten or deleted once more, right before it is, and remembers what this run made
//! of it: nothing is written over what somebody else changed since the plan was made. What may refer to it is read within
//! seconds before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex as StdMutex};

use futures_util::future::{join, join_all};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::ended::NotDone;
use super::{Runner, lock};
use crate::aws::session::{Fault, Session};
use crate::manifest::State;
use crate::plan::{self, Rests, Standing, standing};
use crate::resource::{FunctionRef, InstanceArn, Kind};
use crate::snapshot::FlowSeen;

/// A flow or module on AWS.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) kind: Kind,
    pub(super) instance: &'a InstanceArn,
    pub(super) id: &'a str,
    pub(super) subject: &'a str,
}

/// What a look right before a write shows.
pub(super) enum Now {
    /// It is as this run knows it.
    Known(Box<FlowSeen>),
    /// Somebody else changed it; says what.
    Changed(Box<FlowSeen>, String),
    /// It is not there any more.
    Gone,
}

type Key = (InstanceArn, String);
type Read = Arc<Mutex<Option<Contents>>>;

/// Every flow and module of an instance, as they were read.
#[derive(Clone)]
struct Contents {
    all: Arc<Vec<FlowSeen>>,
    began: Instant,
    /// Until when that counts.
    until: Instant,
}

/// What one run knows of the flows and modules that it writes.
#[derive(Default)]
pub(super) struct Known {
    flows: StdMutex<BTreeMap<Key, History>>,
    /// Every flow and module of an instance, read again before something that they may refer to is taken away.
    all: StdMutex<BTreeMap<InstanceArn, Read>>,
}

/// A flow or module, as the plan saw it and as this run left it after each write.
#[derive(Clone, Default)]
struct History {
    /// Whether this run created it.
    made: bool,
    states: Vec<FlowSeen>,
    deleted: bool,
    /// Whether another run of this set has written what is in it.
    filled: bool,
}

impl Runner<'_> {
    /// Looks whether a flow or module is as this run knows it; `base` is what the plan saw. Where AWS does not show
    /// this run's own write yet, it is waited for.
    pub(super) async fn look_again(
        &self,
        target: Target<'_>,
        base: Option<&FlowSeen>,
        rests: Rests,
    ) -> Result<Now, Fault> {
        let now = self.compare_again(target, base, rests).await?;
        if !matches!(now, Now::Known(_)) {
            // Whoever changed this one may have changed others.
            self.forget(target.instance);
        }
        Ok(now)
    }

    async fn compare_again(
        &self,
        target: Target<'_>,
        base: Option<&FlowSeen>,
        rests: Rests,
    ) -> Result<Now, Fault> {
        let history = self.history(target, base);
        let mut wait = self.session.wait();
        loop {
            let late = match self.session.flow_now(target).await? {
                None if history.made => Now::Gone,
                None => return Ok(Now::Gone),
                Some(now) if history.filled => {
                    let what = "another run of this set created it and wrote it meanwhile".to_owned();
                    return Ok(Now::Changed(Box::new(now), what));
                }
                Some(now) => match standing(&history.states, &now, rests) {
                    Standing::Known => {
                        self.refresh(target, &now);
                        return Ok(Now::Known(Box::new(now)));
                    }
                    Standing::Changed(what) => return Ok(Now::Changed(Box::new(now), what)),
                    Standing::Stale => {
                        let what = "it does not show what this run wrote to it".to_owned();
                        Now::Changed(Box::new(now), what)
                    }
                },
            };
            if !wait.goes_on().await {
                return Ok(late);
            }
        }
    }

    /// What is reported where a flow or module is gone: that it was deleted, or that another one has its name now. A
    /// list that cannot be read does not hide the deletion.
    pub(super) async fn gone_flow(&self, target: Target<'_>, name: &str) -> NotDone {
        let Target { kind, instance, id, subject } = target;
        let list = self.session.list(kind, instance, subject).await.ok();
        match list.as_ref().and_then(|list| list.get(name)).filter(|line| line.id != id) {
            Some(line) => {
                let message = format!(
                    "{subject} was replaced by someone since the plan was made: {kind} `{name}` has the id {} now, not {id}; nothing was written to it. Run `flowbind plan` again.",
                    line.id
                );
                NotDone::Changed(message)
            }
            None => NotDone::gone(subject),
        }
    }

    fn history(&self, target: Target<'_>, base: Option<&FlowSeen>) -> History {
        let mut flows = lock(&self.known.flows);
        let history = flows.entry(target.key()).or_default();
        if history.states.is_empty() {
            history.states.extend(base.cloned());
        }
        history.clone()
    }

    /// What was seen right before the first write is what the run found.
    fn refresh(&self, target: Target<'_>, now: &FlowSeen) {
        if let Some(history) = lock(&self.known.flows).get_mut(&target.key())
            && !history.made
            && history.states.len() <= 1
        {
            history.states = vec![now.clone()];
        }
    }

    /// Remembers what this run made of a flow or module.
    pub(super) fn wrote(&self, target: Target<'_>, now: FlowSeen) {
        lock(&self.known.flows).entry(target.key()).or_default().states.push(now);
    }

    /// Remembers that this run wrote tags of a flow or module, and what it was before.
    pub(super) fn retagged(&self, target: Target<'_>, before: FlowSeen, tags: &BTreeMap<String, String>) {
        let mut after = self.history(target, Some(&before)).states.pop().unwrap_or(before);
        after.tags.extend(tags.clone());
        self.wrote(target, after);
    }

    /// Remembers which of name, description and state of a flow or module are as this run is to make them; says whether
    /// one was not known. What else this run knows of it stays.
    pub(super) fn found_about(
        &self,
        target: Target<'_>,
        now: &FlowSeen,
        (name, description, state): (Option<&str>, Option<&str>, Option<State>),
    ) -> bool {
        let Some(known) = self.history(target, None).states.pop() else { return false };
        let mut after = known.clone();
        if name == Some(now.name.as_str()) {
            after.name.clone_from(&now.name);
        }
        if description == Some(now.description.as_str()) {
            after.description.clone_from(&now.description);
        }
        if state.is_some_and(|state| (state == State::Archived) == now.summary.archived) {
            after.summary.archived = now.summary.archived;
        }
        let is_new = after != known;
        if is_new {
            self.wrote(target, after);
        }
        is_new
    }

    /// Remembers that tags of a flow or module are what this run was to make of them.
    pub(super) fn found_tags(&self, target: Target<'_>, before: &BTreeMap<String, String>, now: FlowSeen) {
        let known = FlowSeen { tags: before.clone(), ..now.clone() };
        let mut after = self.history(target, Some(&known)).states.pop().unwrap_or(known);
        after.tags = now.tags;
        self.wrote(target, after);
    }

    /// Remembers that this run created a flow or module, or another run of the same set at the same time.
    /// `filled` tells that the other run has written to it already: then it is no longer this run's to write.
    pub(super) fn created(&self, target: Target<'_>, now: FlowSeen, filled: bool) {
        let history = History { made: !filled, states: vec![now], deleted: false, filled };
        lock(&self.known.flows).insert(target.key(), history);
    }

    /// Remembers that this run deleted a flow or module.
    pub(super) fn deleted(&self, target: Target<'_>) {
        lock(&self.known.flows).entry(target.key()).or_default().deleted = true;
    }

    /// Whether this run has deleted or renamed what has a name.
    pub(super) fn gave_up(&self, holder: Target<'_>, name: &str) -> bool {
        let flows = lock(&self.known.flows);
        flows.get(&holder.key()).is_some_and(|history| {
            history.deleted || history.states.last().is_some_and(|last| last.name != name)
        })
    }

    /// What the run found, with the contents of now; none where the run itself created it.
    pub(super) fn found(&self, target: Target<'_>, now: &FlowSeen) -> Option<FlowSeen> {
        let history = lock(&self.known.flows).get(&target.key()).cloned().unwrap_or_default();
        if history.made {
            return None;
        }
        let (published, draft) = (now.published.clone(), now.draft.clone());
        let first = history.states.into_iter().next().unwrap_or_else(|| now.clone());
        Some(FlowSeen { published, draft, ..first })
    }

    /// Names a flow or module that calls the function by now; what this run wrote since counts as it wrote it.
    pub(super) async fn caller_now(
        &self,
        instance: &InstanceArn,
        function: &FunctionRef,
        whatever_qualifier: bool,
        subject: &str,
    ) -> Result<Option<String>, Fault> {
        let find = |contents: &mut Current<'_>| plan::caller(contents, function, whatever_qualifier);
        self.found_now(instance, find, subject).await
    }

    /// Names a flow or module that refers to another one by now, but for those that go along with it.
    pub(super) async fn referrer_now(
        &self,
        target: Target<'_>,
        along: &BTreeSet<String>,
    ) -> Result<Option<String>, Fault> {
        let find = |contents: &mut Current<'_>| {
            let others =
                contents.filter(|seen| seen.summary.id != target.id && !along.contains(&seen.summary.id));
            plan::referrer(others, target.id)
        };
        self.found_now(target.instance, find, target.subject).await
    }

    /// Looks for something in every flow and module of an instance. They are read once for all that looks within
    /// seconds, or as long as reading takes, and again when somebody changed one of them meanwhile. What is found in a
    /// read that began before this look is looked for again: it may be gone.
    async fn found_now(
        &self,
        instance: &InstanceArn,
        find: impl Fn(&mut Current<'_>) -> Option<String>,
        subject: &str,
    ) -> Result<Option<String>, Fault> {
        let start = Instant::now();
        loop {
            let Contents { all, began, .. } = self.contents_now(instance, subject).await?;
            let found = {
                let flows = lock(&self.known.flows);
                let written = |seen: &&FlowSeen| flows.get(&(instance.clone(), seen.summary.id.clone()));
                let mut current = all.iter().filter_map(|seen| match written(&seen) {
                    Some(history) if history.deleted => None,
                    // It was read before this run wrote it, or does not show that yet.
                    Some(history) if standing(&history.states, seen, Rests::OnText) == Standing::Stale => {
                        history.states.last()
                    }
                    _ => Some(seen),
                });
                find(&mut current)
            };
            if found.is_none() || began >= start {
                return Ok(found);
            }
            self.forget_read(instance, &all).await;
        }
    }

    /// Every flow and module of an instance, as read within seconds.
    async fn contents_now(&self, instance: &InstanceArn, subject: &str) -> Result<Contents, Fault> {
        let read = Arc::clone(lock(&self.known.all).entry(instance.clone()).or_default());
        let mut read = read.lock().await;
        if let Some(known) = read.as_ref().filter(|known| Instant::now() <= known.until) {
            return Ok(known.clone());
        }
        let began = Instant::now();
        let all = Arc::new(self.session.everything(instance, subject).await?);
        // Where reading takes long, it is not read all the time.
        let lasts = self.session.callers_last().max(began.elapsed());
        let contents = Contents { all, began, until: Instant::now() + lasts };
        *read = Some(contents.clone());
        Ok(contents)
    }

    /// Lets the flows and modules of an instance be read again, unless that happened since this read.
    async fn forget_read(&self, instance: &InstanceArn, all: &Arc<Vec<FlowSeen>>) {
        let read = Arc::clone(lock(&self.known.all).entry(instance.clone()).or_default());
        let mut read = read.lock().await;
        if read.as_ref().is_some_and(|known| Arc::ptr_eq(&known.all, all)) {
            *read = None;
        }
    }

    /// Lets the flows and modules of an instance be read again by who needs them next.
    fn forget(&self, instance: &InstanceArn) {
        lock(&self.known.all).remove(instance);
    }
}

type Current<'a> = dyn Iterator<Item = &'a FlowSeen> + 'a;

impl Target<'_> {
    fn key(self) -> Key {
        (self.instance.clone(), self.id.to_owned())
    }
}

impl Session {
    /// Reads what is published and the draft, by id alone; none if it is gone.
    pub(super) async fn flow_now(&self, target: Target<'_>) -> Result<Option<FlowSeen>, Fault> {
        let Target { kind, instance, id, subject } = target;
        // The draft first, as in `seen`.
        let draft = self.draft(kind, instance, id, subject).await?;
        let published = self.published(kind, instance, id, subject).await?;
        Ok(FlowSeen::of(published, draft))
    }

    /// Reads every flow and module of an instance, drafts too.
    async fn everything(&self, instance: &InstanceArn, subject: &str) -> Result<Vec<FlowSeen>, Fault> {
        let (flows, modules) =
            join(self.list(Kind::Flow, instance, subject), self.list(Kind::Module, instance, subject)).await;
        let flows = flows?.into_iter().map(|listed| (Kind::Flow, listed));
        let modules = modules?.into_iter().map(|listed| (Kind::Module, listed));
        let looks = flows.chain(modules).map(|(kind, (name, summary))| async move {
            self.seen(kind, instance, &name, &summary, subject).await
        });
        join_all(looks).await.into_iter().collect()
    }
}
