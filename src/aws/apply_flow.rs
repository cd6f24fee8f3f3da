//! Writes flows: keeps what is overwritten, and looks at what AWS holds afterwards.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::apply::{Ended, Runner, lock};
use super::fault::{Fault, FaultKind};
use crate::flow::compare;
use crate::flow::document::Document;
use crate::manifest::Status;
use crate::plan::{APPLIED_TAG, ActionId, FlowMetadataSpec, FlowSpec, KeptFlow, Outcome, Step};
use crate::snapshot::FlowIds;

impl Runner<'_> {
    pub(super) async fn flow(&self, id: &ActionId, spec: &FlowSpec, subject: &str) -> Ended {
        let made = lock(&self.made).get(&spec.instance_name).cloned().unwrap_or_default();
        let text = match spec.content.resolve(&made) {
            Ok(text) => text,
            Err(error) => {
                let hint = "run the command again when what it names is there.".to_owned();
                return Ok(Outcome::Failed { message: format!("{subject}: {error}"), hint: Some(hint) });
            }
        };
        if let Some(kept) = kept(id, spec) {
            match self.keep.keep_flow(&kept) {
                Ok(paths) => lock(&self.backups).extend(paths),
                Err(error) => {
                    let message = format!(
                        "{subject}: the live content could not be kept, so it was not overwritten: {error}"
                    );
                    return Ok(Outcome::Failed {
                        message,
                        hint: Some("make the folder `.flowbind` writable.".to_owned()),
                    });
                }
            }
        }
        let existing = made
            .get(&spec.key)
            .cloned()
            .or_else(|| Some(FlowIds { id: spec.id.clone()?, arn: spec.arn.clone()? }));
        let written = match existing {
            Some(ids) => self.update_flow(spec, ids, &text, subject).await,
            None => self.create_flow(spec, &text, subject).await,
        };
        match written {
            // A stub is overwritten in the same run: that it exists is enough.
            Ok((outcome, _)) if id.step == Step::Stub => Ok(outcome),
            Ok((outcome, flow)) => self.settle(outcome, spec, &flow, &text, subject).await,
            Err(fault) => Ok(failed(&fault, &text)),
        }
    }

    pub(super) async fn flow_metadata(&self, spec: &FlowMetadataSpec, subject: &str) -> Ended {
        let made = lock(&self.made).get(&spec.instance_name).and_then(|made| made.get(&spec.key).cloned());
        let Some(id) = spec.id.clone().or_else(|| made.map(|ids| ids.id)) else {
            let hint = "run the command again when it is there.".to_owned();
            return Ok(Outcome::Failed { message: format!("{subject} was not created"), hint: Some(hint) });
        };
        let about = (spec.name.as_deref(), spec.description.as_deref(), spec.state);
        self.session.write_metadata(spec.key.0, &spec.instance, &id, about, subject).await?;
        Ok(Outcome::Applied)
    }

    /// The tags of a whole content: the owner, if it is the set, and the digest of what is applied.
    fn tags(spec: &FlowSpec, text: &str) -> BTreeMap<String, String> {
        let mut tags = spec.tags.clone();
        if let (true, Ok(document)) = (spec.marked, Document::parse(text)) {
            tags.insert(APPLIED_TAG.to_owned(), compare::digest(&document));
        }
        tags
    }

    async fn update_flow(
        &self,
        spec: &FlowSpec,
        ids: FlowIds,
        text: &str,
        subject: &str,
    ) -> Result<(Outcome, String), Fault> {
        self.session.write_flow(spec, &ids.id, text, subject).await?;
        let tags = Self::tags(spec, text);
        if !tags.is_empty() {
            self.session.tag(&spec.instance, &ids.arn, &tags, subject).await?;
        }
        Ok((Outcome::Applied, ids.id))
    }

    /// Creates it. Flows have no idempotency token: when the name is taken, or the outcome unknown, the list is read,
    /// and what stands there is compared like anything that was written.
    async fn create_flow(
        &self,
        spec: &FlowSpec,
        text: &str,
        subject: &str,
    ) -> Result<(Outcome, String), Fault> {
        let tagged = FlowSpec { tags: Self::tags(spec, text), ..spec.clone() };
        let created = self.session.create_flow(&tagged, text, subject).await;
        let (outcome, ids) = match created {
            Ok(ids) => (Outcome::Applied, ids),
            Err(fault) if fault.kind == FaultKind::AlreadyExists || fault.maybe_done() => {
                let list = self.session.list(spec.key.0, &spec.instance, subject).await?;
                let Some(summary) = list.get(&spec.name) else { return Err(fault) };
                (Outcome::AlreadySo, FlowIds { id: summary.id.clone(), arn: summary.arn.clone() })
            }
            Err(fault) => return Err(fault),
        };
        let id = ids.id.clone();
        lock(&self.made).entry(spec.instance_name.clone()).or_default().insert(spec.key.clone(), ids);
        Ok((outcome, id))
    }

    /// Looks until AWS shows what was written.
    async fn settle(
        &self,
        outcome: Outcome,
        spec: &FlowSpec,
        flow: &str,
        text: &str,
        subject: &str,
    ) -> Ended {
        let wanted = Document::parse(text).ok();
        let began = Instant::now();
        let mut pause = Duration::from_millis(200);
        loop {
            let live = match spec.status {
                Status::Published => {
                    self.session.published(spec.key.0, &spec.instance, flow, subject).await?
                }
                Status::Saved => self.session.draft(spec.key.0, &spec.instance, flow, subject).await?,
            };
            let live = live.and_then(|seen| Document::parse(&seen.content.text).ok());
            if let (Some(live), Some(wanted)) = (&live, &wanted)
                && compare::same(live, wanted)
            {
                return Ok(outcome);
            }
            // What was there already will not change by waiting.
            if outcome == Outcome::AlreadySo || began.elapsed() >= self.session.visible_within() {
                let message =
                    format!("{subject}: AWS holds another content than the one that was to be written");
                let hint =
                    "somebody else may have written it meanwhile: run `flowbind plan` to see the difference.";
                return Ok(Outcome::Failed { message, hint: Some(hint.to_owned()) });
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }
}

/// What is overwritten, with all that brings it back.
fn kept(id: &ActionId, spec: &FlowSpec) -> Option<KeptFlow> {
    Some(KeptFlow {
        address: id.address.clone(),
        key: spec.key.clone(),
        instance: spec.instance.clone(),
        instance_name: spec.instance_name.clone(),
        id: spec.id.clone()?,
        arn: spec.arn.clone()?,
        name: spec.name.clone(),
        kind: spec.kind,
        published: spec.status == Status::Published,
        description: spec.description.clone().unwrap_or_default(),
        tags: spec.tags.clone(),
        content: spec.before.clone()?,
        draft: spec.draft.clone(),
    })
}

/// Puts the blocks' names to the indexes in which the service counts its complaints.
fn failed(fault: &Fault, text: &str) -> Outcome {
    let mut message = fault.to_string();
    if let (FaultKind::Invalid(problems), Ok(document)) = (&fault.kind, Document::parse(text)) {
        let named =
            problems.iter().map(|problem| match index(problem).and_then(|n| document.blocks().get(n)) {
                Some(block) => format!("block `{}`: {problem}", block.name),
                None => problem.clone(),
            });
        message =
            format!("{} for {}: {}", fault.operation, fault.subject, named.collect::<Vec<_>>().join("; "));
    }
    Outcome::Failed { message, hint: fault.hint() }
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
