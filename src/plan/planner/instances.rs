//! Plans instances: their settings, and the making of those that are to be made. None is ever replaced or deleted:
//! AWS rations both.

use std::collections::BTreeMap;

use super::builder::PlanBuilder;
use crate::manifest::writing::attribute_word;
use crate::manifest::{Identity, Instance, InstanceLookup, Manifest};
use crate::plan::facts::ownership::{APPLIED_TAG, OWNER_TAG, Owner, owner_tag};
use crate::plan::model::{ActionId, AttributesSpec, Cause, Guard, InstanceSpec, TagTarget, TagsSpec, Write};
use crate::resource::{Address, Code, Kind, Label, Problem, SetName};
use crate::snapshot::{CREATED, InstanceSeen, InstanceStatus, Look, Snapshot, UNFINISHED};

/// Plans instances, reports those that are missing or not active, and blocks what belongs to them.
pub(super) fn plan(desired: &Manifest, observed: &Snapshot, builder: &mut PlanBuilder) {
    let twice = declared_twice(desired, observed);
    for (name, instance) in &desired.instances {
        let address = Address::new(Kind::Instance, name);
        if let Some(first) = twice.get(name) {
            again(name, instance, (first, &desired.instances[*first]), builder);
            continue;
        }
        match observed.instances.get(name) {
            Some(Look::Found(seen)) if seen.status == InstanceStatus::Active => {
                builder.problems.extend(other_identity(name, instance, seen));
                let creation = Creation::of(seen, &desired.set);
                attributes((name, instance), (seen, creation), observed, builder);
            }
            Some(Look::Found(seen)) if is_begun(seen, instance, &desired.set) => {
                create(desired, (name, instance), Some(seen), builder);
            }
            Some(Look::Absent { .. }) if instance.create.is_some() => {
                create(desired, (name, instance), None, builder);
            }
            Some(Look::Found(seen)) if seen.status == InstanceStatus::Failed => {
                creation_failed(name, instance, seen, builder);
            }
            Some(Look::Found(InstanceSeen { status, .. })) => {
                let message =
                    format!("instance/{name} has status {status}: nothing can be written to it yet");
                builder.block(address.clone(), message.clone());
                let hint = "wait until it is ACTIVE, then run the command again.";
                builder.problems.push(
                    Problem::held(Code::InstanceNotActive, message)
                        .on(&address)
                        .at(&instance.origin)
                        .hint(hint),
                );
            }
            Some(Look::Absent { close }) => {
                let (what, code) = match &instance.lookup {
                    InstanceLookup::Alias(alias) => (format!("alias `{alias}`"), Code::UnknownInstanceAlias),
                    InstanceLookup::Id(id) => (format!("id `{id}`"), Code::UnknownInstanceId),
                };
                let message = format!("no Amazon Connect instance with {what} in {}", instance.place);
                builder.block(address.clone(), message.clone());
                let hint = match close.as_slice() {
                    [] => "that account and Region holds no instance: check the Region and the credentials."
                        .to_owned(),
                    names => format!("the instances there are: {}.", names.join(", ")),
                };
                builder
                    .problems
                    .push(Problem::error(code, message).on(&address).at(&instance.origin).hint(hint));
            }
            Some(Look::Unknown) | None => {
                builder.block(address, format!("instance/{name} could not be read"));
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

fn again(
    name: &Label,
    instance: &Instance,
    (first, first_instance): (&Label, &Instance),
    builder: &mut PlanBuilder,
) {
    let address = Address::new(Kind::Instance, name);
    let message = format!("instance/{name} and instance/{first} are the same instance");
    builder.block(address.clone(), message.clone());
    let hint = format!("keep one of them; the first one is at {}.", first_instance.origin);
    let problem = Problem::error(Code::DuplicateInstance, message).on(&address).at(&instance.origin);
    builder.problems.push(problem.hint(hint));
}

/// Switching these off cuts callers off: somebody has to allow it by name.
const CALLS: [&str; 2] = ["INBOUND_CALLS", "OUTBOUND_CALLS"];

/// How far the set has come with an instance that it creates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Creation {
    /// Its settings are not all written yet: that is finished as it was begun, without asking.
    Unfinished,
    /// The set created it, and nothing says whether that came to an end.
    Unread,
    /// It came to an end, or the set did not create it.
    Over,
}

impl Creation {
    fn of(seen: &InstanceSeen, set: &SetName) -> Self {
        if !Owner::of(seen.tags.as_ref(), set).is_ours() {
            return Self::Over;
        }
        match seen.tags.as_ref().and_then(|tags| tags.get(APPLIED_TAG)).map(String::as_str) {
            Some(UNFINISHED) => Self::Unfinished,
            Some(_) => Self::Over,
            None => Self::Unread,
        }
    }
}

/// A failed creation never becomes an instance, whoever waits for it.
fn creation_failed(name: &Label, instance: &Instance, seen: &InstanceSeen, builder: &mut PlanBuilder) {
    let why = seen.status_reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    let message =
        format!("instance/{name} could not be created (CREATION_FAILED{why}); it never becomes usable");
    let hint = format!(
        "fix the cause and delete instance `{}`, which AWS otherwise keeps for 24 h; then run again, or give the new instance another alias.",
        seen.arn.id
    );
    let address = Address::new(Kind::Instance, name);
    builder.block(address.clone(), message.clone());
    let problem = Problem::held(Code::InstanceCreationFailed, message).on(&address).at(&instance.origin);
    builder.problems.push(problem.hint(hint));
}

/// Who keeps the users is settled when an instance is created.
fn other_identity(name: &Label, instance: &Instance, seen: &InstanceSeen) -> Option<Problem> {
    let wanted = match &instance.create.as_ref()?.identity {
        Identity::ConnectManaged => "CONNECT_MANAGED",
        Identity::Saml => "SAML",
        Identity::ExistingDirectory { .. } => "EXISTING_DIRECTORY",
    };
    let live = seen.identity.as_deref().filter(|live| *live != wanted)?;
    let message = format!(
        "instance/{name} has identity management {live}, and the manifest says {wanted}: it cannot be changed on an existing instance"
    );
    let hint = format!(
        "correct `create.identity`, or give the manifest another alias so that a new instance is created; `{}` stays as it is.",
        seen.arn.id
    );
    let address = Address::new(Kind::Instance, name);
    Some(
        Problem::warning(Code::InstanceIdentityDiffers, message).on(&address).at(&instance.origin).hint(hint),
    )
}

/// Whether an earlier run of the set began to create it, and it is still on its way.
fn is_begun(seen: &InstanceSeen, instance: &Instance, set: &SetName) -> bool {
    let ours = Owner::of(seen.tags.as_ref(), set).is_ours();
    ours && instance.create.is_some() && seen.status == InstanceStatus::Creating
}

fn attributes(
    (name, instance): (&Label, &Instance),
    (seen, creation): (&InstanceSeen, Creation),
    observed: &Snapshot,
    builder: &mut PlanBuilder,
) {
    let address = Address::new(Kind::Instance, name);
    let live = match observed.attributes.get(name) {
        Some(Look::Found(live)) => live,
        Some(_) => return builder.block(address, "its settings could not be read"),
        None => {
            if creation == Creation::Unfinished {
                finish(address, seen, Vec::new(), builder);
            }
            return;
        }
    };
    let differs = instance.attributes.iter().filter(|(key, value)| live.get(*key) != Some(*value));
    let attributes: BTreeMap<String, bool> = differs.map(|(key, value)| (key.clone(), *value)).collect();
    let mut after = Vec::new();
    if !attributes.is_empty() {
        let guard = guard(&address, instance, &attributes, creation);
        let words = attributes.iter().map(|(key, wanted)| match live.get(key) {
            Some(live) => format!("{} is {live}", attribute_word(key)),
            None => format!("{} is not {wanted}", attribute_word(key)),
        });
        let words: Vec<String> = words.collect();
        let spec = AttributesSpec { instance: seen.arn.clone(), attributes };
        let write = Write::Attributes(spec);
        let id = builder.act(address.clone(), write, (Cause::Unknown, words.join(", ")), Vec::new());
        builder.guard(&id, guard);
        after.push(id);
    }
    if creation == Creation::Unfinished {
        finish(address, seen, after, builder);
    } else if after.is_empty() {
        builder.in_sync += 1;
    }
}

/// Notes that all of its creation is written.
fn finish(address: Address, seen: &InstanceSeen, after: Vec<ActionId>, builder: &mut PlanBuilder) {
    let spec = TagsSpec {
        target: TagTarget::Instance(seen.arn.clone()),
        tags: [(APPLIED_TAG.to_owned(), CREATED.to_owned())].into(),
        before: seen.tags.clone().unwrap_or_default(),
    };
    let reason = match after.is_empty() {
        true => "its creation was interrupted at the end",
        false => "all that belongs to its creation is written then",
    };
    builder.tag(address, spec, (Cause::Follows, reason.to_owned()), after, None);
}

fn guard(
    address: &Address,
    instance: &Instance,
    attributes: &BTreeMap<String, bool>,
    creation: Creation,
) -> Option<Guard> {
    let off = attributes.iter().find(|(key, value)| CALLS.contains(&key.as_str()) && !**value);
    let untold = match creation {
        Creation::Unfinished => return None,
        Creation::Unread => {
            "; if a run was interrupted while it created the instance, allow it to finish that"
        }
        Creation::Over => "",
    };
    let (code, message) = match off {
        Some((key, _)) => ("calls-off", format!("{key} would be switched off: callers are cut off{untold}")),
        None if instance.protect => ("protected", format!("the manifest protects it{untold}")),
        None => return None,
    };
    Some(Guard::new(code, message, address))
}

/// What belongs to a new instance names its ARN everywhere, so that it is planned when the instance exists. One that an
/// earlier run began to create is only waited for.
fn create(
    desired: &Manifest,
    (name, instance): (&Label, &Instance),
    begun: Option<&InstanceSeen>,
    builder: &mut PlanBuilder,
) {
    let address = Address::new(Kind::Instance, name);
    let (Some(create), InstanceLookup::Alias(alias)) = (&instance.create, &instance.lookup) else { return };
    let mut tags = BTreeMap::from([(OWNER_TAG.to_owned(), owner_tag(&desired.set, name))]);
    if !instance.attributes.is_empty() {
        tags.insert(APPLIED_TAG.to_owned(), UNFINISHED.to_owned());
    }
    let reason = match begun {
        Some(_) => format!("the instance with alias `{alias}` is still being created"),
        None => format!("no instance with alias `{alias}` in {}", instance.place),
    };
    let spec = InstanceSpec {
        place: instance.place.clone(),
        alias: alias.clone(),
        create: create.clone(),
        tags,
        begun: begun.map(|seen| seen.arn.id.clone()),
    };
    builder.act(address.clone(), Write::Instance(spec), (Cause::Absent, reason), Vec::new());
    builder.block(address.clone(), "the instance is created first");
    let message = format!("the resources of instance/{name} are planned when the instance exists");
    let hint = "`apply` plans and shows it in a second round; a saved plan or a checksum covers the first round alone.";
    builder
        .problems
        .push(Problem::warning(Code::InstanceFirst, message).on(&address).at(&instance.origin).hint(hint));
}
