//! The order in which names change hands on one instance. A name is unique there: what is to get one that another has
//! waits until that one has given it up, and where they wait for one another in a circle one of them gets a temporary
//! name first.

use std::collections::{BTreeMap, BTreeSet};

use super::site::{Lack, PlannedTags, Site};
use crate::plan::facts::identity;
use crate::plan::facts::ownership::{OWNER_TAG, Owner};
use crate::plan::model::{Action, ActionId, AsideSpec, Cause, FlowMetadataSpec, Guard, Removal, Step, Write};
use crate::plan::planner::builder::{NameTransfer, PlanBuilder};
use crate::resource::{Address, Code, Kind, Label, Problem};
use crate::snapshot::{Look, Resolved};

type Key = (Kind, Label);

/// What a rename waits for.
#[derive(Default)]
pub(super) struct NamesAfter {
    /// The actions that come before it.
    pub(super) after: BTreeMap<Address, Vec<ActionId>>,
    /// Those that wait for a deletion, which may wait in turn for any content: they come after their contents.
    pub(super) last: BTreeSet<Address>,
}

/// Orders the renames and the creations of one instance; what wants a name that another keeps is held back.
pub(super) fn order(lacks: &mut [(Site<'_>, Lack)], builder: &mut PlanBuilder) -> NamesAfter {
    let ids = ids(lacks);
    while let Some((at, holder, hint)) = kept(lacks, &ids, builder.prunes) {
        let (site, lack) = &mut lacks[at];
        hold(site, lack, &holder, hint, builder);
    }
    lacks.iter_mut().for_each(|(site, lack)| relabel(site, lack));
    let relabelled: Vec<ActionId> = lacks.iter().filter_map(|(_, lack)| relabelling(lack)).collect();
    let renames: BTreeMap<Key, (Address, String)> = lacks
        .iter()
        .filter_map(|(site, lack)| {
            let metadata = lack.metadata.as_ref()?;
            Some((key(site), (metadata.address.clone(), metadata.spec.name.clone()?)))
        })
        .collect();
    let before: BTreeMap<Key, Key> = renames
        .iter()
        .filter_map(|(key, (_, name))| Some((key.clone(), holder(lacks, &ids, key, name)?.1?)))
        .collect();
    let aside = circles(&before, lacks);
    let free = |holder: &Key| {
        let step = if aside.contains(holder) { Step::Aside } else { Step::Metadata };
        renames.get(holder).map(|(address, _)| ActionId { address: address.clone(), step })
    };
    let name_transfers = name_transfers(lacks, &ids);
    let mut after = NamesAfter { last: last(&renames, &before, &name_transfers), ..NamesAfter::default() };
    builder.name_transfers.extend(name_transfers.into_values());
    for (key, (address, _)) in &renames {
        let own = aside.contains(key).then(|| ActionId { address: address.clone(), step: Step::Aside });
        let needs = own.into_iter().chain(before.get(key).and_then(free));
        after.after.insert(address.clone(), needs.chain(relabelled.iter().cloned()).collect());
    }
    for (key, of) in new_ones(lacks) {
        let holder = holder(lacks, &ids, &key, &of).and_then(|(_, holder)| holder);
        let needs: Vec<ActionId> = holder.as_ref().and_then(free).into_iter().collect();
        if let Some((_, lack)) = lacks.iter_mut().find(|(site, _)| self::key(site) == key)
            && let Some(write) = &mut lack.write
        {
            write.before_name = needs;
        }
    }
    together(&before, &aside, lacks);
    for (site, lack) in lacks.iter().filter(|(site, _)| aside.contains(&key(site))) {
        step_aside(site, lack, &relabelled, builder);
    }
    after
}

/// The renames that wait for a deletion, directly or not.
fn last(
    renames: &BTreeMap<Key, (Address, String)>,
    before: &BTreeMap<Key, Key>,
    name_transfers: &BTreeMap<Key, NameTransfer>,
) -> BTreeSet<Address> {
    let waits = |key: &Key| {
        let mut passed = BTreeSet::new();
        let way = std::iter::successors(Some(key), |key| before.get(key));
        let mut way = way.take_while(|key| passed.insert((*key).clone()));
        way.any(|key| name_transfers.contains_key(key))
    };
    renames.iter().filter(|(key, _)| waits(key)).map(|(_, (address, _))| address.clone()).collect()
}

/// Lets each rename that gets the name of something orphaned wait for its deletion. Where that is not deleted, or only
/// after the rename, the rename is held back with all that waits for it.
pub(in crate::plan::planner) fn inherit(builder: &mut PlanBuilder) {
    for NameTransfer { address, of, problem } in std::mem::take(&mut builder.name_transfers) {
        let deletes = |action: &&Action| match action.write() {
            Write::Removal(Removal::Flow(removal)) => removal.flow.id == of,
            _ => false,
        };
        let deletion = builder.actions.iter().find(deletes).map(|action| action.id.clone());
        let rename = ActionId { address, step: Step::Metadata };
        let waiting = builder.waiting_for(&rename);
        match deletion.filter(|deletion| !waiting.contains(deletion)) {
            Some(deletion) => {
                for action in builder.actions.iter_mut().filter(|action| action.id == rename) {
                    action.after.push(deletion.clone());
                    action.after.sort();
                    action.after.dedup();
                }
            }
            None => builder.hold_all(&rename, &waiting, problem),
        }
    }
}

fn key(site: &Site<'_>) -> Key {
    (site.kind, site.name.clone())
}

/// The live ids of the declared ones.
fn ids(lacks: &[(Site<'_>, Lack)]) -> BTreeMap<(Kind, String), Key> {
    let ids = lacks.iter().filter_map(|(site, _)| {
        let at = (site.kind, site.instance.clone(), site.name.clone());
        let id = match (site.observed.flows.get(&at), site.observed.resolved.get(&at)) {
            (Some(Look::Found(seen)), _) => seen.summary.id.clone(),
            (_, Some(Resolved::Is(ids))) => ids.id.clone(),
            _ => return None,
        };
        Some(((site.kind, id), key(site)))
    });
    ids.collect()
}

/// The new ones, with the names that they get.
fn new_ones(lacks: &[(Site<'_>, Lack)]) -> Vec<(Key, String)> {
    let new = lacks.iter().filter_map(|(site, lack)| {
        let write = lack.write.as_ref().filter(|write| write.spec.id.is_none())?;
        Some((key(site), write.spec.name.clone()))
    });
    new.collect()
}

/// Which other live one has a name now: its id, and which declared one it is.
fn holder(
    lacks: &[(Site<'_>, Lack)],
    ids: &BTreeMap<(Kind, String), Key>,
    of: &Key,
    name: &str,
) -> Option<(String, Option<Key>)> {
    let (site, _) = lacks.iter().find(|(site, _)| key(site) == *of)?;
    let list = site.observed.lists.get(&(of.0, site.instance.clone()))?.found()?;
    let id = &list.get(name)?.id;
    let declared = ids.get(&(of.0, id.clone()));
    (declared != Some(of)).then(|| (id.clone(), declared.cloned()))
}

/// Finds one that wants a name which another keeps: where it is, who has the name, and what to do.
fn kept(
    lacks: &[(Site<'_>, Lack)],
    ids: &BTreeMap<(Kind, String), Key>,
    prunes: bool,
) -> Option<(usize, String, &'static str)> {
    let gives_up = |key: &Key| {
        let mut given = lacks.iter().filter(|(site, _)| self::key(site) == *key);
        given.any(|(_, lack)| lack.metadata.as_ref().is_some_and(|metadata| metadata.spec.name.is_some()))
    };
    lacks.iter().enumerate().find_map(|(at, (site, lack))| {
        let renamed = lack.metadata.as_ref().and_then(|metadata| metadata.spec.name.clone());
        let new =
            lack.write.as_ref().filter(|write| write.spec.id.is_none()).map(|write| write.spec.name.clone());
        let is_rename = renamed.is_some();
        let (id, declared) = holder(lacks, ids, &key(site), &renamed.or(new)?)?;
        match declared {
            Some(holder) if gives_up(&holder) => None,
            Some((kind, label)) => Some((at, format!("{kind}/{label}, which keeps it"), RENAME)),
            // Only a rename waits for a deletion: what is new and has the name of something orphaned is that one.
            None if is_orphaned(site, &id) && prunes && is_rename => None,
            None if is_orphaned(site, &id) => Some((at, orphan(site, &id), PRUNE)),
            None => Some((
                at,
                format!("another {} ({id}), which this set may not rename", site.kind),
                "give one of the two another name, or rename the other one in Amazon Connect.",
            )),
        }
    })
}

/// Lists the renames that get the name of something orphaned, which this run deletes before.
fn name_transfers(
    lacks: &[(Site<'_>, Lack)],
    ids: &BTreeMap<(Kind, String), Key>,
) -> BTreeMap<Key, NameTransfer> {
    let name_transfers = lacks.iter().filter_map(|(site, lack)| {
        let metadata = lack.metadata.as_ref()?;
        let (of, None) = holder(lacks, ids, &key(site), metadata.spec.name.as_deref()?)? else {
            return None;
        };
        let message = format!(
            "{} cannot get the name `{}`: it belongs to {}",
            site.address(),
            site.flow.name,
            orphan(site, &of)
        );
        let hint = "fix the problem reported for it, then run again with `--prune`.";
        let problem = site.problem(Problem::held(Code::NameTaken, message)).hint(hint);
        Some((key(site), NameTransfer { address: site.address(), of, problem }))
    });
    name_transfers.collect()
}

fn orphan(site: &Site<'_>, id: &str) -> String {
    format!("an orphaned {} ({id}) of this set", site.kind)
}

const PRUNE: &str = "run `flowbind apply --prune`, which deletes the orphaned one first.";

const RENAME: &str = "give one of the two another name, or rename the other one in Amazon Connect.";

/// Whether the set made the live one that has an id, which is none of the declared ones.
fn is_orphaned(site: &Site<'_>, id: &str) -> bool {
    let tags = site.observed.namesakes.get(&(site.kind, site.instance.clone(), id.to_owned()));
    tags.is_some_and(|tags| Owner::of(Some(tags), &site.desired.set).is_ours())
}

fn hold(site: &Site<'_>, lack: &mut Lack, holder: &str, hint: &str, builder: &mut PlanBuilder) {
    let message =
        format!("{} cannot get the name `{}`: it belongs to {holder}", site.address(), site.flow.name);
    if let Some(metadata) = lack.metadata.take_if(|metadata| metadata.spec.name.is_some()) {
        let write = Write::Metadata(metadata.spec);
        builder.withhold(metadata.address, write, metadata.reason, metadata.cause);
    }
    if let Some(write) = lack.write.take_if(|write| write.spec.id.is_none()) {
        lack.archive = None;
        builder.withhold(write.address, Write::Flow(Box::new(write.spec)), write.reason, write.cause);
    }
    site.hold(builder, Code::NameTaken, message, Some(hint));
}

/// Picks one of each circle: one that somebody has to allow, where there is one, so that without that nothing of the
/// circle is renamed.
fn circles(before: &BTreeMap<Key, Key>, lacks: &[(Site<'_>, Lack)]) -> BTreeSet<Key> {
    let guarded = |key: &Key| {
        let mut named = lacks.iter().filter(|(site, _)| self::key(site) == *key);
        named.any(|(_, lack)| lack.metadata.as_ref().is_some_and(|metadata| metadata.guard.is_some()))
    };
    let mut picked = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for start in before.keys() {
        let mut way: Vec<&Key> = Vec::new();
        let mut at = start;
        while seen.insert(at) {
            way.push(at);
            let Some(next) = before.get(at) else { break };
            at = next;
        }
        // Where the way comes back to itself, a circle has closed.
        if let Some(first) = way.iter().position(|key| *key == at)
            && before.get(way[way.len() - 1]) == Some(at)
        {
            picked.extend(
                way[first..].iter().min_by_key(|key| (!guarded(key), **key)).map(|key| (**key).clone()),
            );
        }
    }
    picked
}

/// Plans the tag of one that is renamed and has another logical name too: that the two belong together shows only as
/// long as no name has changed hands.
fn relabel(site: &Site<'_>, lack: &mut Lack) {
    let Some(metadata) = lack.metadata.as_ref().filter(|metadata| metadata.spec.name.is_some()) else {
        return;
    };
    if lack.tags.is_none()
        && let Some(seen) = &metadata.spec.base
    {
        lack.tags = site.tag_of_earlier_days(&metadata.spec.instance, seen);
    }
}

/// The write of the owner's tag, which comes before any rename.
fn relabelling(lack: &Lack) -> Option<ActionId> {
    let renamed = lack.metadata.as_ref().is_some_and(|metadata| metadata.spec.name.is_some());
    let PlannedTags { address, spec, .. } = lack.tags.as_ref().filter(|_| renamed)?;
    let owner = spec.tags.contains_key(OWNER_TAG);
    owner.then(|| ActionId { address: address.clone(), step: Step::Tag })
}

/// Lets nothing of a circle begin before each of its guards is lifted: one that is renamed in part keeps a temporary name.
fn together(before: &BTreeMap<Key, Key>, aside: &BTreeSet<Key>, lacks: &mut [(Site<'_>, Lack)]) {
    for start in aside {
        let mut circle = BTreeSet::new();
        let mut at = start;
        while circle.insert(at.clone()) {
            let Some(next) = before.get(at) else { break };
            at = next;
        }
        let metadata = lacks.iter_mut().filter(|(site, _)| circle.contains(&key(site)));
        let mut guards: Vec<&mut Guard> =
            metadata.filter_map(|(_, lack)| lack.metadata.as_mut()?.guard.as_mut()).collect();
        let all: BTreeSet<Address> = guards.iter().map(|guard| guard.allow.clone()).collect();
        for guard in &mut guards {
            guard.with = all.iter().filter(|address| **address != guard.allow).cloned().collect();
        }
    }
}

fn step_aside(site: &Site<'_>, lack: &Lack, relabelled: &[ActionId], builder: &mut PlanBuilder) {
    let Some(metadata) = &lack.metadata else { return };
    let list = site.observed.lists.get(&(site.kind, site.instance.clone())).and_then(Look::found);
    let is_taken = |name: &str| list.is_some_and(|list| list.contains_key(name));
    let of = (&site.desired.set, site.kind, site.name);
    let name = identity::aside_name(of, &site.flow.name, is_taken);
    let spec = FlowMetadataSpec { name: Some(name), description: None, state: None, ..metadata.spec.clone() };
    let spec = AsideSpec { metadata: spec, at_last: site.flow.name.clone() };
    let reason = format!(
        "`{}` and `{}` are part of a cycle of renames: it gets a temporary name first",
        metadata.from, site.flow.name
    );
    let (address, guard) = (metadata.address.clone(), metadata.guard.clone());
    let why = (Cause::Follows, reason);
    builder.push(Action::new(address, Write::Aside(spec), why, relabelled.to_vec(), guard));
}
