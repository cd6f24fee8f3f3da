//! Writes flows: keeps what is overwritten, and looks at what AWS holds afterwards.

use std::time::Duration;

use tokio::time::Instant;

use super::apply::{Ended, Runner, lock};
use super::fault::{Fault, FaultKind};
use crate::flow::compare;
use crate::flow::document::Document;
use crate::plan::{ActionId, FlowIds, FlowSpec, Outcome, Step};

impl Runner<'_> {
    pub(super) async fn flow(&self, id: &ActionId, spec: &FlowSpec, subject: &str) -> Ended {
        let made = lock(&self.made).get(&spec.instance_name).cloned().unwrap_or_default();
        let text = match spec.content.resolve(&made) {
            Ok(text) => text,
            Err(error) => return Ok(Outcome::Failed { message: format!("{subject}: {error}"), hint: None }),
        };
        if let Some(before) = &spec.before {
            match self.keep.keep(&id.address, before) {
                Ok(path) => lock(&self.backups).push(path),
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
        let existing = spec.id.clone().or_else(|| made.get(&spec.flow).map(|ids| ids.id.clone()));
        let written = match &existing {
            Some(flow) => self.update_flow(spec, flow, &text, subject).await,
            None => self.create_flow(spec, &text, subject).await,
        };
        match written {
            // A stub is overwritten in the same run: that it exists is enough.
            Ok((outcome, _)) if id.step == Step::Stub => Ok(outcome),
            Ok((outcome, flow)) => self.settle(outcome, spec, &flow, &text, subject).await,
            Err(fault) => Ok(failed(&fault, &text)),
        }
    }

    async fn update_flow(
        &self,
        spec: &FlowSpec,
        flow: &str,
        text: &str,
        subject: &str,
    ) -> Result<(Outcome, String), Fault> {
        self.session.write_flow(&spec.instance, flow, text, subject).await?;
        Ok((Outcome::Applied, flow.to_owned()))
    }

    /// Creates the flow. There is no idempotency token: when the name is taken, or the outcome unknown, the list is
    /// read, and what stands there is compared like anything that was written.
    async fn create_flow(
        &self,
        spec: &FlowSpec,
        text: &str,
        subject: &str,
    ) -> Result<(Outcome, String), Fault> {
        let created = self.session.create_flow(&spec.instance, &spec.name, spec.kind, text, subject).await;
        let (outcome, ids) = match created {
            Ok(ids) => (Outcome::Applied, ids),
            Err(fault) if fault.kind == FaultKind::AlreadyExists || fault.maybe_done() => {
                let list = self.session.flows_of(&spec.instance, subject).await?;
                let Some(summary) = list.get(&spec.name) else { return Err(fault) };
                (Outcome::AlreadySo, FlowIds { id: summary.id.clone(), arn: summary.arn.clone() })
            }
            Err(fault) => return Err(fault),
        };
        let id = ids.id.clone();
        lock(&self.made).entry(spec.instance_name.clone()).or_default().insert(spec.flow.clone(), ids);
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
            let live = self.session.published(&spec.instance, flow, subject).await?;
            let live = live.and_then(|content| Document::parse(&content.text).ok());
            if let (Some(live), Some(wanted)) = (&live, &wanted)
                && compare::same(live, wanted)
            {
                return Ok(outcome);
            }
            // A flow that was there already will not change by waiting.
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
