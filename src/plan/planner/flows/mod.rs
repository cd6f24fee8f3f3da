//! Plans flows and modules, and the order in which they are written: each after those that it names.

mod names;
mod order;
pub(in crate::plan) mod site;

use std::collections::{BTreeMap, BTreeSet};

use crate::flow::compare::FlowDiff;
use crate::flow::{FlowText, stub};
use crate::manifest::Manifest;
use crate::plan::model::{Action, ActionId, Cause, FlowMetadataSpec, FlowSpec, LateText, Step, Write};
use crate::plan::planner::builder::PlanBuilder;
use crate::resource::{Address, Code, FlowType, Kind, Label};
use crate::snapshot::{Look, Snapshot};
use names::NamesAfter;
use order::{Node, Now};
use site::{Lack, Planned, PlannedMetadata, PlannedTags, Site};

pub(super) use names::inherit;

type Key = (Kind, Label);

/// Plans every flow and module on every instance that it stands on.
pub(in crate::plan) fn plan(desired: &Manifest, observed: &Snapshot, builder: &mut PlanBuilder) {
    for instance in desired.instances.keys() {
        let here = desired.contents().filter(|(_, _, flow)| flow.instances.contains(instance));
        let mut lacks: Vec<(Site<'_>, Lack)> = here
            .map(|(kind, name, flow)| {
                let site = Site { desired, observed, instance, kind, name, flow };
                let lack = site.plan(builder);
                (site, lack)
            })
            .collect();
        let names = names::order(&mut lacks, builder);
        hold_callers(&mut lacks, builder);
        add(lacks, &names, builder);
    }
}

/// Names come before contents, so that a rename is never a second flow; archiving comes last.
fn add(lacks: Vec<(Site<'_>, Lack)>, names: &NamesAfter, builder: &mut PlanBuilder) {
    let bridges = bridges(&lacks);
    let first = |address: &Address| !names.last.contains(address);
    let mut planned = Vec::new();
    let mut renames = BTreeSet::new();
    for (_, lack) in lacks {
        let Lack { write, metadata, archive, tags } = lack;
        if let Some(metadata) = metadata {
            let mut after = names.after.get(&metadata.address).cloned().unwrap_or_default();
            match &write {
                Some(write) if !first(&write.address) => {
                    after.push(ActionId { address: write.address.clone(), step: Step::Write });
                }
                _ => drop(renames.insert(metadata.address.clone())),
            }
            // The look before a rename rests on whose it is.
            after.extend(
                tags.as_ref().map(|tags| ActionId { address: tags.address.clone(), step: Step::Tag }),
            );
            after.sort();
            after.dedup();
            add_metadata(metadata, Write::Metadata, after, builder);
        }
        if let Some(archive) = archive {
            let id = |step| ActionId { address: archive.address.clone(), step };
            let mut after = vec![id(Step::Write)];
            after.extend((!first(&archive.address)).then(|| id(Step::Metadata)));
            add_metadata(archive, Write::Archive, after, builder);
        }
        if let Some(tags) = tags {
            let PlannedTags { address, spec, reason, cause, guard } = tags;
            builder.tag(address, spec, (cause, reason), Vec::new(), guard);
        }
        planned.extend(write);
    }
    add_contents(planned, &renames, &bridges, builder);
}

fn add_metadata(
    planned: PlannedMetadata,
    write: fn(FlowMetadataSpec) -> Write,
    after: Vec<ActionId>,
    builder: &mut PlanBuilder,
) {
    let PlannedMetadata { address, spec, from: _, reason, cause, guard } = planned;
    builder.push(Action::new(address, write(spec), (cause, reason), after, guard));
}

fn key(site: &Site<'_>) -> Key {
    (site.kind, site.name.clone())
}

/// What a caller must not be led to now, and cannot be written: it does not exist, or holds a stub.
fn stuck(lacks: &[(Site<'_>, Lack)]) -> BTreeMap<Key, Address> {
    let stuck = lacks.iter().filter(|(site, lack)| {
        let at = (site.kind, site.instance.clone(), site.name.clone());
        let unfinished = match site.observed.flows.get(&at) {
            Some(Look::Found(seen)) => site.is_half_made(seen),
            Some(Look::Unknown) => false,
            Some(Look::Absent { .. }) | None => true,
        };
        unfinished && lack.write.is_none()
    });
    stuck.map(|(site, _)| (key(site), site.address())).collect()
}

/// Holds back what names a flow that is not there, or not whole, and cannot be written: one after the other.
fn hold_callers(lacks: &mut [(Site<'_>, Lack)], builder: &mut PlanBuilder) {
    loop {
        let stuck = stuck(lacks);
        let caller = lacks.iter_mut().find_map(|(site, lack)| {
            let names = &lack.write.as_ref()?.names;
            let named = names.iter().find_map(|name| stuck.get(name))?;
            Some((site, lack, named))
        });
        let Some((site, lack, named)) = caller else { return };
        let Some(write) = lack.write.take() else { return };
        lack.archive = None;
        let content = Write::Flow(Box::new(write.spec));
        builder.withhold(write.address, content, write.reason, write.cause);
        let message =
            format!("{} waits for {named}, which it names and which cannot be written", site.address());
        let hint = format!("fix {named} first, then run again.");
        site.hold(builder, Code::FlowHeld, message, Some(&hint));
    }
}

/// The half-made flows that each flow which is not written leads to: whoever names it leads there too.
fn bridges(lacks: &[(Site<'_>, Lack)]) -> Bridges {
    let mut bridges = Bridges::default();
    for (site, lack) in lacks {
        let at = (site.kind, site.instance.clone(), site.name.clone());
        let seen = site.observed.flows.get(&at).and_then(Look::found);
        match lack.write {
            Some(_) if seen.is_some_and(|seen| site.is_half_made(seen)) => {
                bridges.half_made.insert(key(site));
            }
            Some(_) => {}
            None => drop(bridges.names.insert(key(site), site.flow.names.contents.clone())),
        }
    }
    bridges
}

/// What lies between the flows that are written.
#[derive(Debug, Default)]
pub(in crate::plan) struct Bridges {
    /// The flows that are written, and hold only a stub now.
    half_made: BTreeSet<Key>,
    /// What the flows that are not written name.
    names: BTreeMap<Key, BTreeSet<Key>>,
}

impl Bridges {
    /// What a flow names, and the half-made flows behind those that are not written.
    fn reach(&self, names: &BTreeSet<Key>) -> BTreeSet<Key> {
        let mut reached = names.clone();
        let mut waiting: Vec<&Key> = names.iter().collect();
        let mut seen = BTreeSet::new();
        while let Some(key) = waiting.pop() {
            let Some(next) = self.names.get(key).filter(|_| seen.insert(key)) else { continue };
            reached.extend(next.intersection(&self.half_made).cloned());
            waiting.extend(next);
        }
        reached
    }
}

/// Where new flows name each other in a circle, they are created as stubs first.
pub(in crate::plan) fn add_contents(
    planned: Vec<Planned>,
    renames: &BTreeSet<Address>,
    bridges: &Bridges,
    builder: &mut PlanBuilder,
) {
    let node = |planned: &Planned| {
        let now = match &planned.spec {
            spec if spec.id.is_none() => Now::New,
            spec if bridges.half_made.contains(&spec.key) => Now::HalfMade,
            _ => Now::Whole,
        };
        Node { names: bridges.reach(&planned.names), now }
    };
    let nodes: BTreeMap<Key, Node<Key>> = planned.iter().map(|p| (p.spec.key.clone(), node(p))).collect();
    let order = order::order(&nodes);
    let places: BTreeMap<Key, Address> =
        planned.iter().map(|p| (p.spec.key.clone(), p.address.clone())).collect();
    for Planned { address, spec, reason, cause, guard, mut after, before_name, names: _ } in planned {
        let key = spec.key.clone();
        let id = |key: &Key, step| Some(ActionId { address: places.get(key)?.clone(), step });
        if let Some(waits) = order.waits.get(&key) {
            after.extend(waits.writes.iter().filter_map(|other| id(other, Step::Write)));
            after.extend(waits.stubs.iter().filter_map(|other| id(other, Step::Stub)));
        }
        if renames.contains(&address) {
            after.push(ActionId { address: address.clone(), step: Step::Metadata });
        }
        if order.stubbed.contains(&key) {
            let stub = add_stub(&address, &spec, before_name.clone(), builder);
            after.push(stub);
        }
        after.extend(before_name);
        after.sort();
        after.dedup();
        let write = Write::Flow(Box::new(spec));
        builder.push(Action::new(address, write, (cause, reason), after, guard));
    }
}

/// A stub says whose it is and not what was applied: nothing was.
fn add_stub(address: &Address, spec: &FlowSpec, after: Vec<ActionId>, builder: &mut PlanBuilder) -> ActionId {
    let text = LateText::Known(stub_text(spec.kind));
    let stub = FlowSpec { content: text, marked: false, diff: FlowDiff::default(), ..spec.clone() };
    let reason = "it and other flows refer to each other".to_owned();
    let write = Write::Stub(Box::new(stub));
    builder.push(Action::new(address.clone(), write, (Cause::Follows, reason), after, None))
}

/// A minimal valid flow of a type.
pub fn stub_of(kind: FlowType) -> String {
    stub_text(kind).to_string()
}

/// The same, parsed once.
pub(in crate::plan) fn stub_text(kind: FlowType) -> FlowText {
    FlowText::stub(stub::FlowType::from_name(&kind.wire()).unwrap_or(stub::FlowType::ContactFlow))
}
