//! Plans flows and modules, and the order in which they are written: each after those that it names.

use std::collections::{BTreeMap, BTreeSet};

use super::flow_site::{Planned, PlannedMetadata, Site};
use super::flow_text::LateText;
use super::order::Order;
use super::{Action, ActionId, Cause, Change, Draft, FlowSpec, Spec, Step};
use crate::flow::compare::FlowDiff;
use crate::flow::stub;
use crate::manifest::{Manifest, State};
use crate::resource::{Address, FlowType, Kind, Label};
use crate::snapshot::Snapshot;

/// Plans every flow and module on every instance that it stands on.
pub(super) fn plan(desired: &Manifest, observed: &Snapshot, draft: &mut Draft) {
    for instance in desired.instances.keys() {
        let (mut planned, mut metadata) = (Vec::new(), Vec::new());
        for (kind, name, flow) in desired.contents().filter(|(_, _, flow)| flow.instances.contains(instance))
        {
            let site = Site { desired, observed, instance, kind, name, flow };
            let (content, about) = site.plan(draft);
            planned.extend(content);
            metadata.extend(about);
        }
        let writes: BTreeSet<Address> = planned.iter().map(|p| p.address.clone()).collect();
        let renames: BTreeSet<Address> =
            metadata.iter().filter(|m| !archives(m)).map(|m| m.address.clone()).collect();
        add_metadata(metadata, &writes, draft);
        add_contents(planned, &renames, draft);
    }
}

fn archives(metadata: &PlannedMetadata) -> bool {
    metadata.spec.state == Some(State::Archived)
}

/// Names come before contents, so that a rename is never a second flow; archiving comes last.
fn add_metadata(metadata: Vec<PlannedMetadata>, writes: &BTreeSet<Address>, draft: &mut Draft) {
    for planned in metadata {
        let last = archives(&planned) && writes.contains(&planned.address);
        let after = last.then(|| ActionId { address: planned.address.clone(), step: Step::Write });
        let id = ActionId { address: planned.address, step: Step::Metadata };
        let change = Change::Update(Spec::FlowMetadata(planned.spec));
        let after = after.into_iter().collect();
        draft.actions.push(Action {
            id,
            change,
            reason: planned.reason,
            cause: planned.cause,
            after,
            guard: planned.guard,
        });
    }
}

/// Where flows name each other in a circle, the new ones on it are created as stubs first.
pub(super) fn add_contents(planned: Vec<Planned>, renames: &BTreeSet<Address>, draft: &mut Draft) {
    let edges: BTreeMap<(Kind, Label), BTreeSet<(Kind, Label)>> =
        planned.iter().map(|p| (p.spec.key.clone(), p.names.clone())).collect();
    let order = Order::new(&edges);
    let places: BTreeMap<(Kind, Label), (Address, bool)> = planned
        .iter()
        .map(|p| {
            let stubbed = p.spec.id.is_none() && order.on_cycle(&p.spec.key);
            (p.spec.key.clone(), (p.address.clone(), stubbed))
        })
        .collect();
    for Planned { address, spec, reason, cause, guard, mut after, names } in planned {
        let key = spec.key.clone();
        for named in &names {
            let Some((other, stubbed)) = places.get(named) else { continue };
            if !order.same_cycle(&key, named) {
                after.push(ActionId { address: other.clone(), step: Step::Write });
            } else if *stubbed {
                after.push(ActionId { address: other.clone(), step: Step::Stub });
            }
        }
        if renames.contains(&address) {
            after.push(ActionId { address: address.clone(), step: Step::Metadata });
        }
        let creates = spec.id.is_none();
        if places.get(&key).is_some_and(|(_, stubbed)| *stubbed) {
            let stub = add_stub(&address, &spec, draft);
            after.push(stub);
        }
        after.sort();
        after.dedup();
        let spec = Spec::Flow(Box::new(spec));
        let change = if creates { Change::Create(spec) } else { Change::Update(spec) };
        let id = ActionId { address, step: Step::Write };
        draft.actions.push(Action { id, change, reason, cause, after, guard });
    }
}

fn add_stub(address: &Address, spec: &FlowSpec, draft: &mut Draft) -> ActionId {
    let id = ActionId { address: address.clone(), step: Step::Stub };
    let text = LateText::Known(stub_of(spec.kind));
    let stub = FlowSpec { content: text, diff: FlowDiff::default(), ..spec.clone() };
    let reason = "flows that name one another exist before their contents are written".to_owned();
    let change = Change::Create(Spec::Flow(Box::new(stub)));
    let cause = Cause::Follows;
    draft.actions.push(Action { id: id.clone(), change, reason, cause, after: Vec::new(), guard: None });
    id
}

/// A minimal valid flow of a type.
pub fn stub_of(kind: FlowType) -> String {
    stub::stub(stub::FlowType::from_name(&kind.wire()).unwrap_or(stub::FlowType::ContactFlow))
}
