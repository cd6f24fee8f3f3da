//! Plans instances: their settings, and the making of those that are to be made. None is ever replaced or deleted:
//! AWS rations both.

use std::collections::BTreeMap;

use super::ownership::{OWNER_TAG, owner_tag};
use super::{AttributesSpec, Cause, Change, Draft, Guard, InstanceSpec, Spec};
use crate::manifest::{Instance, InstanceLookup, Manifest};
use crate::resource::{Address, Kind, Label, Problem};
use crate::snapshot::{InstanceSeen, Look, Snapshot};

/// Plans instances, reports those that are missing or not active, and blocks what belongs to them.
pub(super) fn plan(desired: &Manifest, observed: &Snapshot, draft: &mut Draft) {
    let twice = declared_twice(desired, observed);
    for (name, instance) in &desired.instances {
        let address = Address::new(Kind::Instance, name);
        if let Some(first) = twice.get(name) {
            again(name, instance, (first, &desired.instances[*first]), draft);
            continue;
        }
        match observed.instances.get(name) {
            Some(Look::Found(seen)) if seen.active => attributes(name, instance, seen, observed, draft),
            Some(Look::Absent { .. }) if instance.create.is_some() => create(desired, name, instance, draft),
            Some(Look::Found(InstanceSeen { status, .. })) => {
                let message =
                    format!("instance/{name} has status {status}: nothing can be written to it yet");
                draft.block(address.clone(), message.clone());
                let hint = "wait until it is ACTIVE, then run the command again.";
                draft.problems.push(
                    Problem::held("instance-not-active", message)
                        .on(&address)
                        .at(&instance.origin)
                        .hint(hint),
                );
            }
            Some(Look::Absent { close }) => {
                let (what, code) = match &instance.lookup {
                    InstanceLookup::Alias(alias) => (format!("alias `{alias}`"), "unknown-instance-alias"),
                    InstanceLookup::Id(id) => (format!("id `{id}`"), "unknown-instance-id"),
                };
                let message = format!("no Amazon Connect instance with {what} in {}", instance.place);
                draft.block(address.clone(), message.clone());
                let hint = match close.as_slice() {
                    [] => "that account and Region holds no instance: check the Region and the credentials."
                        .to_owned(),
                    names => format!("the instances there are: {}.", names.join(", ")),
                };
                draft
                    .problems
                    .push(Problem::error(code, message).on(&address).at(&instance.origin).hint(hint));
            }
            Some(Look::Unknown) | None => {
                draft.block(address, format!("instance/{name} could not be read"));
            }
        }
    }
}

/// Finds the instances that are another declared one, such as one named by its alias and by its id: each with the first
/// declaration.
fn declared_twice<'a>(desired: &'a Manifest, observed: &Snapshot) -> BTreeMap<&'a Label, &'a Label> {
    let mut in_order: Vec<(&Label, &Instance)> = desired.instances.iter().collect();
    in_order.sort_by_key(|(name, instance)| (&instance.origin, *name));
    let (mut firsts, mut twice) = (BTreeMap::new(), BTreeMap::new());
    for (name, _) in in_order {
        let Some(Look::Found(seen)) = observed.instances.get(name) else { continue };
        let first = *firsts.entry(&seen.arn).or_insert(name);
        if first != name {
            twice.insert(name, first);
        }
    }
    twice
}

fn again(name: &Label, instance: &Instance, (first, first_instance): (&Label, &Instance), draft: &mut Draft) {
    let address = Address::new(Kind::Instance, name);
    let message = format!("instance/{name} and instance/{first} are the same instance");
    draft.block(address.clone(), message.clone());
    let hint = format!("keep one of them; the first one is at {}.", first_instance.origin);
    let problem = Problem::error("duplicate-instance", message).on(&address).at(&instance.origin);
    draft.problems.push(problem.hint(hint));
}

/// Switching these off cuts callers off: somebody has to allow it by name.
const CALLS: [&str; 2] = ["INBOUND_CALLS", "OUTBOUND_CALLS"];

fn attributes(
    name: &Label,
    instance: &Instance,
    seen: &InstanceSeen,
    observed: &Snapshot,
    draft: &mut Draft,
) {
    let address = Address::new(Kind::Instance, name);
    let live = match observed.attributes.get(name) {
        Some(Look::Found(live)) => live,
        Some(_) => return draft.block(address, "its settings could not be read"),
        None => return,
    };
    let differs = instance.attributes.iter().filter(|(key, value)| live.get(*key) != Some(*value));
    let attributes: BTreeMap<String, bool> = differs.map(|(key, value)| (key.clone(), *value)).collect();
    if attributes.is_empty() {
        draft.in_sync += 1;
        return;
    }
    let words: Vec<String> = attributes.iter().map(|(key, value)| format!("{key} is not {value}")).collect();
    let off = attributes.iter().find(|(key, value)| CALLS.contains(&key.as_str()) && !**value);
    let guard = match off {
        Some((key, _)) => Some(("calls-off", format!("{key} would be switched off: callers are cut off"))),
        None if instance.protect => Some(("protected", "the manifest protects it".to_owned())),
        None => None,
    };
    let spec = AttributesSpec { instance: seen.arn.clone(), attributes };
    let id = draft.act(
        address.clone(),
        Change::Update(Spec::Attributes(spec)),
        (Cause::Unknown, words.join(", ")),
        Vec::new(),
    );
    if let Some(action) = draft.actions.iter_mut().find(|action| action.id == id) {
        action.guard = guard.map(|(code, message)| Guard { code, message, allow: address });
    }
}

/// What belongs to a new instance names its ARN everywhere, so that it is planned when the instance exists.
fn create(desired: &Manifest, name: &Label, instance: &Instance, draft: &mut Draft) {
    let address = Address::new(Kind::Instance, name);
    let (Some(create), InstanceLookup::Alias(alias)) = (&instance.create, &instance.lookup) else { return };
    let spec = InstanceSpec {
        place: instance.place.clone(),
        alias: alias.clone(),
        create: create.clone(),
        tags: [(OWNER_TAG.to_owned(), owner_tag(&desired.set, name))].into(),
    };
    let reason = format!("no instance with alias `{alias}` in {}", instance.place);
    draft.act(address.clone(), Change::Create(Spec::Instance(spec)), (Cause::Absent, reason), Vec::new());
    draft.block(address.clone(), "the instance is made first");
    let message = format!("what belongs to instance/{name} is planned when the instance exists");
    let hint = "`apply` plans and shows it in a second round; a saved plan or a checksum covers the first round alone.";
    draft
        .problems
        .push(Problem::warning("instance-first", message).on(&address).at(&instance.origin).hint(hint));
}
