//! Writes flows: keeps what is overwritten, and looks at what AWS holds afterwards.

use std::collections::BTreeMap;
use std::future::Future;

use super::ended::{Done, Ended, NotDone};
use super::once::{Created, once, or_shown};
use super::reread::{Now, Target};
use super::{Runner, lock};
use crate::aws::session::{Fault, FaultKind};
use crate::flow::{FlowText, compare};
use crate::manifest::{State, Status};
use crate::plan::{
    APPLIED_TAG, Failure, FlowMetadataSpec, FlowSpec, KeptFlow, Made, Rests, about_is, editing,
};
use crate::resource::Address;
use crate::snapshot::{ADOPTED_TAG, FlowContent, FlowIds, FlowSeen, FlowSummary, SET_TAG};

impl Runner<'_> {
    /// Creates a flow that is filled later in the same run: that it exists is enough.
    pub(super) async fn stub(&self, spec: &FlowSpec, subject: &str) -> Ended {
        let (_, text) = self.text_of(spec, subject)?;
        match self.create_flow(Makes::Stub, spec, &text, subject).await {
            Ok((done, _)) => Ok(done),
            Err(NotDone::Call(fault)) => Err(explained(fault, &text)),
            Err(other) => Err(other),
        }
    }

    /// What this run made on the instance, and the content to be sent.
    fn text_of(&self, spec: &FlowSpec, subject: &str) -> Result<(Made, FlowText), NotDone> {
        let made = lock(&self.made).get(&spec.instance_name).cloned().unwrap_or_default();
        let text = spec.content.resolve(&made).map_err(|error| {
            let hint = "run the command again when the resources that it names exist.";
            NotDone::failed(format!("{subject}: {error}"), hint)
        })?;
        Ok((made, text))
    }

    pub(super) async fn flow(&self, address: &Address, spec: &FlowSpec, subject: &str) -> Ended {
        let (made, text) = self.text_of(spec, subject)?;
        let existing = made
            .get(&spec.key)
            .cloned()
            .or_else(|| Some(FlowIds { id: spec.id.clone()?, arn: spec.arn.clone()? }));
        let written = match existing {
            Some(ids) => self.update_flow(address, spec, &ids, &text, subject).await,
            None => {
                self.create_flow(Makes::Whole, spec, &text, subject).await.map(|(done, flow)| match done {
                    Done::AlreadySo => Written::Whole(done),
                    Done::Written => Written::To(done, flow),
                })
            }
        };
        match written {
            Ok(Written::To(done, flow)) => self.settle(done, spec, &flow, &text, subject).await,
            Ok(Written::Whole(done)) => Ok(done),
            Err(NotDone::Call(fault)) => Err(explained(fault, &text)),
            Err(other) => Err(other),
        }
    }

    /// Writes name, description and state; `at_last` is the name that it gets in the end, where this one is temporary.
    pub(super) async fn flow_metadata(
        &self,
        spec: &FlowMetadataSpec,
        at_last: Option<&str>,
        subject: &str,
    ) -> Ended {
        let made = lock(&self.made).get(&spec.instance_name).and_then(|made| made.get(&spec.key).cloned());
        let Some(id) = spec.id.clone().or_else(|| made.map(|ids| ids.id)) else {
            let hint = "run the command again when it exists.";
            return Err(NotDone::failed(format!("{subject} was not created"), hint));
        };
        let target = Target { kind: spec.key.0, instance: &spec.instance, id: &id, subject };
        // Whoever edits what is to be archived still needs it.
        let archives = spec.state == Some(State::Archived);
        let rests = if archives { Rests::OnAll } else { Rests::OnAbout };
        let about = (spec.name.as_deref(), spec.description.as_deref(), spec.state);
        let base = spec.base.as_deref();
        let mut now = self.look_again(target, base, rests).await?;
        // What is already as it is to be was changed by another run with the same plan.
        if let Now::Changed(seen, _) = &now
            && self.found_about(target, seen, about)
        {
            now = self.look_again(target, base, rests).await?;
        }
        let now = match now {
            Now::Gone => {
                let name = spec.base.as_ref().map(|base| base.name.as_str()).or(spec.name.as_deref());
                return Err(self.gone_flow(target, name.unwrap_or_default()).await);
            }
            // Another run with the same plan may be as far as this one, or further.
            Now::Known(now) | Now::Changed(now, _)
                if about_is(&now, about.0, about.1, about.2)
                    || at_last.is_some_and(|name| now.name == name) =>
            {
                self.found_about(target, &now, (at_last.or(about.0), about.1, about.2));
                self.found_about(target, &now, about);
                return Ok(Done::AlreadySo);
            }
            Now::Changed(_, what) => return Err(NotDone::changed(subject, &what)),
            Now::Known(now) => now,
        };
        let write = || self.session.write_metadata(spec.key.0, &spec.instance, &id, about, subject);
        let written = match self.while_taken(target, spec.name.as_deref(), write).await? {
            Some(written) => written,
            None => {
                let name = spec.name.as_deref().unwrap_or_default();
                return Err(NotDone::taken(subject, &format!("{} `{name}`", spec.key.0)));
            }
        };
        let look = async || {
            let now = self.session.flow_now(target).await?;
            Ok(now.is_some_and(|now| about_is(&now, about.0, about.1, about.2)))
        };
        or_shown(self.session, written, look).await?;
        let mut after = *now;
        after.name = spec.name.clone().unwrap_or(after.name);
        after.description = spec.description.clone().unwrap_or(after.description);
        after.summary.archived = spec.state.map_or(after.summary.archived, |state| state == State::Archived);
        self.wrote(target, after);
        Ok(Done::Written)
    }

    /// Writes a name; where AWS still counts it as that of something which this run has deleted or renamed, again a
    /// while later. None where somebody else has it.
    async fn while_taken<W: Future<Output = Result<(), Fault>>>(
        &self,
        target: Target<'_>,
        name: Option<&str>,
        write: impl Fn() -> W,
    ) -> Result<Option<Result<(), Fault>>, Fault> {
        let mut wait = self.session.wait_for(self.session.others_within());
        loop {
            let written = write().await;
            let (Some(name), Err(fault)) = (name, &written) else { return Ok(Some(written)) };
            if fault.kind != FaultKind::AlreadyExists {
                return Ok(Some(written));
            }
            let list = self.session.list(target.kind, target.instance, target.subject).await?;
            let holder = list.get(name).map(|line| line.id.as_str()).filter(|id| *id != target.id);
            if holder.is_some_and(|id| !self.gave_up(Target { id, ..target }, name)) {
                return Ok(None);
            }
            if !wait.goes_on().await {
                return Ok(Some(written));
            }
        }
    }

    /// Keeps what is about to be overwritten or deleted.
    pub(super) fn keep_found(&self, kept: &KeptFlow, not: &str, subject: &str) -> Result<(), NotDone> {
        self.kept(self.keep.keep_flow(kept), ("its live content", not), subject)
    }

    /// The tags of a whole content: the owner, if it is the set, and the digest of what is applied.
    fn tags(spec: &FlowSpec, text: &FlowText) -> BTreeMap<String, String> {
        let mut tags = spec.tags.clone();
        if let (true, Ok(document)) = (spec.marked, text.document()) {
            tags.insert(APPLIED_TAG.to_owned(), compare::digest(document));
        }
        tags
    }

    async fn update_flow(
        &self,
        address: &Address,
        spec: &FlowSpec,
        ids: &FlowIds,
        text: &FlowText,
        subject: &str,
    ) -> Result<Written, NotDone> {
        let target = Target { kind: spec.key.0, instance: &spec.instance, id: &ids.id, subject };
        // Where only blocks are bound, all the rest of the text is what the plan saw.
        let rests = if spec.marked { Rests::OnMeaning } else { Rests::OnText };
        let tags = Self::tags(spec, text);
        let now = match self.look_again(target, spec.base.as_deref(), rests).await? {
            Now::Gone => return Err(self.gone_flow(target, &spec.name).await),
            Now::Known(now) | Now::Changed(now, _) if is_written(&now, spec, text) => {
                let differs = tags.iter().any(|(key, value)| now.tags.get(key) != Some(value));
                // Whoever has taken it over keeps it.
                let owner = |tags: &BTreeMap<String, String>| tags.get(SET_TAG).cloned();
                let base = spec.base.as_ref().and_then(|base| owner(&base.tags));
                let kept = owner(&now.tags).is_none_or(|now| Some(&now) == tags.get(SET_TAG))
                    || owner(&now.tags) == base;
                if differs && spec.marked && kept {
                    self.mark(target, &ids.arn, &tags).await?;
                }
                return Ok(Written::Whole(Done::AlreadySo));
            }
            Now::Changed(_, what) => return Err(NotDone::changed(subject, &what)),
            Now::Known(now) => now,
        };
        if let Some(found) = self.found(target, &now) {
            let instance = (spec.instance.clone(), spec.instance_name.clone());
            let kept = KeptFlow::of(&found, address.clone(), spec.key.clone(), instance);
            self.keep_found(&kept, "overwritten", subject)?;
        }
        // The mark of an adoption comes first: content that agrees is no reason to write anything, and a run that ends
        // right after it would leave a flow that nothing recognises under another name.
        if let Some((key, mark)) =
            tags.get_key_value(ADOPTED_TAG).filter(|(key, mark)| now.tags.get(*key) != Some(mark))
        {
            self.mark(target, &ids.arn, &BTreeMap::from([(key.clone(), mark.clone())])).await?;
        }
        let written = self.session.write_flow(spec, &ids.id, text, subject).await;
        or_shown(self.session, written, || self.shows(spec, &ids.id, text, subject)).await?;
        self.wrote(target, holding(*now, spec, text));
        if !tags.is_empty() {
            self.mark(target, &ids.arn, &tags).await?;
        }
        Ok(Written::To(Done::Written, ids.id.clone()))
    }

    async fn mark(
        &self,
        target: Target<'_>,
        arn: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), Fault> {
        let written = self.session.tag(target.instance, arn, tags, target.subject).await;
        let look = async || {
            let now = self.session.flow_now(target).await?;
            Ok(now.is_some_and(|now| tags.iter().all(|(key, value)| now.tags.get(key) == Some(value))))
        };
        or_shown(self.session, written, look).await
    }

    /// Creates it. Flows have no idempotency token: when the name is taken, or the outcome unknown, the list is read,
    /// and what is there is taken for this one only if the set's tag says so or it holds exactly what is wanted.
    async fn create_flow(
        &self,
        makes: Makes,
        spec: &FlowSpec,
        text: &FlowText,
        subject: &str,
    ) -> Result<(Done, String), NotDone> {
        let tagged = FlowSpec { tags: Self::tags(spec, text), ..spec.clone() };
        let create = async || {
            let ids = self.session.create_flow(&tagged, text, subject).await?;
            Ok(new(&tagged, ids, text))
        };
        let look = async || {
            let list = self.session.list(spec.key.0, &spec.instance, subject).await?;
            let Some(summary) = list.get(&spec.name) else { return Ok(None) };
            let seen = self.session.seen(spec.key.0, &spec.instance, &spec.name, summary, subject).await?;
            Ok(Some(seen))
        };
        let (done, seen) = match once(self.session, create, look).await? {
            Created::Made(seen) => (Done::Written, seen),
            Created::Found(seen, fault) => {
                let ours = spec.tags.get(SET_TAG).is_some_and(|owner| seen.tags.get(SET_TAG) == Some(owner));
                let same = is_written(&seen, spec, text);
                // Where the answer was lost it is what this run created, or another run that is as far as this one. What
                // that other run has filled already is its own, and only to be taken as it is.
                let accepted = if makes == Makes::Stub { ours } else { same };
                if !accepted {
                    let what = format!("{} `{}`", spec.key.0, spec.name);
                    return Err(NotDone::taken(subject, &what));
                }
                // With this set's tag it is what the creation made whose answer was lost.
                (Done::of(ours && fault.maybe_done()), seen)
            }
        };
        let ids = FlowIds { id: seen.summary.id.clone(), arn: seen.summary.arn.clone() };
        let flow = ids.id.clone();
        let filled = makes == Makes::Stub && !is_written(&seen, spec, text);
        self.created(Target { kind: spec.key.0, instance: &spec.instance, id: &flow, subject }, seen, filled);
        lock(&self.made).entry(spec.instance_name.clone()).or_default().insert(spec.key.clone(), ids);
        Ok((done, flow))
    }

    /// Looks until AWS shows what was written.
    async fn settle(&self, done: Done, spec: &FlowSpec, flow: &str, text: &FlowText, subject: &str) -> Ended {
        let mut wait = self.session.wait();
        let look = async || Ok(self.shows(spec, flow, text, subject).await?.then_some(done));
        wait.until(look).await?.ok_or_else(|| {
            NotDone::not_shown(&wait, format!("{subject}: AWS does not show the content that it accepted"))
        })
    }

    /// Whether AWS shows what was to be written.
    async fn shows(
        &self,
        spec: &FlowSpec,
        flow: &str,
        text: &FlowText,
        subject: &str,
    ) -> Result<bool, Fault> {
        let live = match spec.status {
            Status::Published => self.session.published(spec.key.0, &spec.instance, flow, subject).await?,
            Status::Saved => self.session.draft(spec.key.0, &spec.instance, flow, subject).await?,
        };
        Ok(live.is_some_and(|seen| text.means(&seen.content.text)))
    }
}

/// What a creation makes of a flow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Makes {
    /// A minimal one, which is filled later.
    Stub,
    /// The one that is wanted.
    Whole,
}

/// How far a write came.
enum Written {
    /// It was accepted; AWS has yet to show it under this id.
    To(Done, String),
    /// Nothing more is to be done.
    Whole(Done),
}

/// Whether a flow holds what is wanted already, and nobody is editing it.
fn is_written(now: &FlowSeen, spec: &FlowSpec, text: &FlowText) -> bool {
    let live = match spec.status {
        Status::Published => now.published.as_ref(),
        Status::Saved => now.draft.as_ref().filter(|_| now.published.is_none()),
    };
    live.is_some_and(|live| text.means(&live.text)) && !editing(now)
}

/// What a flow is after its content was written: what becomes of a pending draft is unknown (U6), and without one the
/// designer shows what is published.
fn holding(now: FlowSeen, spec: &FlowSpec, text: &FlowText) -> FlowSeen {
    let content = FlowContent { text: text.clone(), modified_ms: None };
    let tags = now.tags.clone().into_iter().chain(Runner::tags(spec, text)).collect();
    match spec.status {
        Status::Published if editing(&now) => FlowSeen { published: Some(content), tags, ..now },
        Status::Published => FlowSeen { published: Some(content.clone()), draft: Some(content), tags, ..now },
        Status::Saved => FlowSeen { draft: Some(content), tags, ..now },
    }
}

/// What a flow is right after it was created.
fn new(spec: &FlowSpec, ids: FlowIds, text: &FlowText) -> FlowSeen {
    let content = FlowContent { text: text.clone(), modified_ms: None };
    let published = spec.status == Status::Published;
    let FlowIds { id, arn } = ids;
    let (kind, kind_text) = (Some(spec.kind), spec.kind.wire());
    FlowSeen {
        summary: FlowSummary { id, arn, kind, kind_text, published, archived: false },
        name: spec.name.clone(),
        description: spec.description.clone().unwrap_or_default(),
        tags: spec.tags.clone(),
        published: published.then(|| content.clone()),
        draft: Some(content),
    }
}

/// Puts the blocks' names to the indexes in which the service counts its complaints.
fn explained(fault: Fault, text: &FlowText) -> NotDone {
    let (FaultKind::Invalid, Ok(document)) = (fault.kind, text.document()) else {
        return fault.into();
    };
    let named =
        fault.problems.iter().map(|problem| match index(problem).and_then(|n| document.blocks().get(n)) {
            Some(block) => format!("block `{}`: {problem}", block.name),
            None => problem.clone(),
        });
    let message =
        format!("{} for {}: {}", fault.operation, fault.subject, named.collect::<Vec<_>>().join("; "));
    NotDone::Failed(Failure { message, ..fault.failure() })
}

/// Reads N out of `Path: Actions[N]`.
fn index(problem: &str) -> Option<usize> {
    let rest = problem.split_once("Actions[")?.1;
    rest.split_once(']')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_in_a_complaint_is_read() {
        assert_eq!(
            index("Action is missing required error. Error: NoMatchingError, Path: Actions[12]"),
            Some(12)
        );
        assert_eq!(index("Invalid Action type. Type: X"), None);
    }
}
