//! Name, description and state of a live flow or module, against what the manifest wants.

use super::{PlannedMetadata, Site};
use crate::manifest::State;
use crate::plan::model::{Cause, FlowMetadataSpec, Write};
use crate::plan::planner::builder::PlanBuilder;
use crate::resource::InstanceArn;
use crate::snapshot::FlowSeen;

impl Site<'_> {
    pub(super) fn metadata_change(
        &self,
        instance: &InstanceArn,
        seen: &FlowSeen,
        builder: &mut PlanBuilder,
    ) -> Option<PlannedMetadata> {
        let name = (seen.name != self.flow.name).then(|| self.flow.name.clone());
        let description = self.flow.description.clone().filter(|wanted| *wanted != seen.description);
        let state = self.flow.state.filter(|state| (*state == State::Archived) != seen.summary.archived);
        let id = Some((seen.summary.id.clone(), seen.summary.arn.clone()));
        let base = Some(Box::new(seen.clone()));
        let spec = FlowMetadataSpec { name, description, state, base, ..self.metadata(instance, id) };
        let reason = reason(&spec, &seen.name);
        if reason.is_empty() {
            return None;
        }
        // The digest is one of the content alone.
        let cause = Cause::Unknown;
        if !self.may_write(seen, &reason, builder) {
            builder.withhold(self.address(), Write::Metadata(spec), reason, cause);
            return None;
        }
        let guard = self.protection(seen).filter(|_| !self.is_aside(seen));
        let (address, from) = (self.address(), seen.name.clone());
        Some(PlannedMetadata { address, spec, from, reason, cause, guard })
    }
}

/// Says what differs; nothing where nothing is to be written.
fn reason(spec: &FlowMetadataSpec, from: &str) -> String {
    let words = [
        spec.name.as_ref().map(|_| format!("it is called `{from}`")),
        spec.description.as_ref().map(|_| "its description differs".to_owned()),
        spec.state.map(|state| match state {
            State::Active => "it is archived".to_owned(),
            State::Archived => "it is active".to_owned(),
        }),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

impl PlannedMetadata {
    /// Takes out the state, to be written when the content is there: what is put aside takes no content.
    pub(super) fn split(self) -> (Option<Self>, Option<Self>) {
        if self.spec.state != Some(State::Archived) {
            return (Some(self), None);
        }
        let last = FlowMetadataSpec { name: None, description: None, ..self.spec.clone() };
        let first = FlowMetadataSpec { state: None, ..self.spec };
        let part = |spec: FlowMetadataSpec| {
            let reason = reason(&spec, &self.from);
            let (address, from, guard) = (self.address.clone(), self.from.clone(), self.guard.clone());
            (!reason.is_empty()).then_some(Self { address, spec, from, reason, cause: self.cause, guard })
        };
        (part(first), part(last))
    }
}
