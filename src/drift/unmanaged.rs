//! Finds live resources that the manifest does not declare: orphaned where the set's own tag or Sid marks them, else
//! unmanaged.
//!
//! Resources of another set, by their tag or Sid, and those that another manifest of the same run declares are not drift.
//! Flows that Amazon Connect creates with every instance are not reported.

mod flows;
mod statements;

use std::collections::{BTreeMap, BTreeSet};

use super::{Detail, Difference, DriftKind, Moved};
use crate::manifest::{Instance, InstanceLookup, Manifest};
use crate::plan::{label, logical};
use crate::resource::{
    Address, FunctionArn, FunctionRef, InstanceArn, Kind, Label, OwnSid, ResourcePolicy, SidKind, Statement,
};
use crate::snapshot::{FunctionFound, InstanceSeen, Look, Snapshot};

const PRUNE: &str =
    "`flowbind plan --prune` checks whether something still refers to it, and shows what would be deleted.";

/// Adds orphaned and unmanaged resources.
pub(super) fn add(
    desired: &Manifest,
    observed: &Snapshot,
    beside: &[Manifest],
    differences: &mut Vec<Difference>,
) {
    let finder = Finder::new(desired, observed, beside);
    let found = finder.all();
    // The planner has already reported these, with more detail.
    let reported: BTreeSet<(Kind, Option<Label>, Label)> = differences
        .iter()
        .filter(|difference| difference.kind == DriftKind::LeftOver)
        .map(|d| (d.address.kind, d.address.instance.clone(), d.address.name.clone()))
        .collect();
    differences.extend(found.into_iter().filter(|difference| {
        let Address { kind, instance, name, .. } = &difference.address;
        difference.kind != DriftKind::LeftOver || !reported.contains(&(*kind, instance.clone(), name.clone()))
    }));
}

/// What one look at AWS shows, with what is declared about it.
pub(super) struct Finder<'a> {
    desired: &'a Manifest,
    observed: &'a Snapshot,
    beside: Vec<&'a Manifest>,
    /// The instances that are there.
    instances: BTreeMap<&'a Label, &'a InstanceSeen>,
    /// Every policy that was read.
    policies: BTreeMap<FunctionRef, &'a ResourcePolicy>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(desired: &'a Manifest, observed: &'a Snapshot, beside: &'a [Manifest]) -> Self {
        let seen = observed.instances.iter();
        let instances = seen.filter_map(|(name, look)| Some((name, look.found()?))).collect();
        let mut policies: BTreeMap<FunctionRef, &ResourcePolicy> = BTreeMap::new();
        let unmanaged = observed.unmanaged.iter().filter_map(|(key, look)| Some((key, look.found()?)));
        let all = observed.removal.iter().flat_map(|removal| &removal.functions);
        for ((place, name), found) in unmanaged.chain(all) {
            for (qualifier, policy) in &found.policies {
                let (place, name, qualifier) = (place.clone(), name.clone(), qualifier.clone());
                policies.insert(FunctionRef { place, name, qualifier }, policy);
            }
        }
        let read = observed.policies.iter();
        policies.extend(read.filter_map(|(function, look)| Some((function.clone(), look.found()?))));
        let beside = beside.iter().filter(|other| other.set != desired.set).collect();
        Self { desired, observed, beside, instances, policies }
    }

    /// Everything that is there and not declared.
    pub(super) fn all(&self) -> Vec<Difference> {
        let mut found = Vec::new();
        for (name, seen) in &self.instances {
            found.extend(self.flows(name, seen));
            found.extend(self.associations(name, seen));
        }
        found.extend(self.statements());
        found.extend(self.functions());
        found
    }

    /// The instances that are there.
    pub(super) fn instances(&self) -> impl Iterator<Item = (&&'a Label, &&'a InstanceSeen)> {
        self.instances.iter()
    }

    /// Whether a function is declared, or its policies or tags were read.
    pub(super) fn is_known(&self, function: &FunctionRef) -> bool {
        let same = |f: &FunctionRef| f.place == function.place && f.name == function.name;
        self.declared(function).is_some() || self.found(function).is_some() || self.policies.keys().any(same)
    }

    /// Whether an instance may be one that is declared and could not be read: then nothing is known of what it needs.
    fn is_unread(&self, instance: &InstanceArn) -> bool {
        let known = self.instances.values().any(|seen| seen.arn == *instance);
        let unread = |name: &Label| matches!(self.observed.instances.get(name), None | Some(Look::Unknown));
        let declared = self.desired.instances.iter().filter(|(_, it)| it.place == instance.place);
        !known && declared.into_iter().any(|(name, _)| unread(name))
    }

    /// The manifests of the run with their names of this instance.
    fn declaring(&self, name: &'a Label, seen: &InstanceSeen) -> Vec<(&'a Manifest, &'a Label)> {
        let mut found = vec![(self.desired, name)];
        for other in &self.beside {
            let same = other.instances.iter().filter(|(_, instance)| is(instance, seen));
            found.extend(same.map(|(name, _)| (*other, name)));
        }
        found
    }

    /// The functions that some manifest needs on an instance, with and without their qualifiers.
    fn wanted(&self, name: &'a Label, seen: &InstanceSeen) -> Vec<FunctionRef> {
        let declaring = self.declaring(name, seen).into_iter();
        let functions = declaring.flat_map(|(manifest, at)| {
            manifest.needs.on(at).filter_map(|(function, need)| {
                need.association.as_ref()?;
                manifest.functions.get(function).map(|function| function.target.clone())
            })
        });
        functions.collect()
    }

    fn associations(&self, name: &'a Label, seen: &InstanceSeen) -> Vec<Difference> {
        let Some(Look::Found(list)) = self.observed.associations.get(name) else { return Vec::new() };
        let wanted = self.wanted(name, seen);
        let declared = |text: &str| {
            wanted.iter().any(|f| f.arn().to_string() == text || f.unqualified().arn().to_string() == text)
        };
        let unmanaged = list.iter().filter(|text| !declared(text));
        unmanaged.filter_map(|text| self.association(name, seen, text)).collect()
    }

    fn association(&self, name: &Label, seen: &InstanceSeen, text: &str) -> Option<Difference> {
        let arn = FunctionArn::parse(text).ok()?;
        let function = FunctionRef { place: arn.place, name: arn.name, qualifier: None };
        let address = Address::between(Kind::Association, name, &self.function_label(&function)?);
        let makers: BTreeSet<String> =
            self.marks(&function, &seen.arn).map(|own| own.set.to_string()).collect();
        let detail = Some(Detail::Association { function: text.to_owned() });
        if makers.contains(self.desired.set.as_str()) {
            let message = format!(
                "this set associated {text} with instance/{name}, and the manifest no longer declares it"
            );
            return Some(orphaned(address, message, detail));
        }
        if !makers.is_empty() {
            return None;
        }
        let key = (function.place.clone(), function.name.clone());
        let unread = matches!(self.observed.unmanaged.get(&key), Some(Look::Unknown));
        let whose =
            if unread { "; whether this set made it could not be read from the function" } else { "" };
        let declared = self.declared(&function).is_some();
        let nobody = match declared {
            true => "no flow or instance that is declared needs it",
            false => "it is not declared",
        };
        let message = format!("instance/{name} lists {text}, and {nobody}{whose}");
        let hint = format!(
            "name it in the `functions:` of instance/{name}, or disassociate it; an instance holds at most 50 functions by default."
        );
        Some(unmanaged(address, message, detail, &hint))
    }

    /// The Sids that say that a set made the association.
    fn marks(&self, function: &FunctionRef, instance: &InstanceArn) -> impl Iterator<Item = OwnSid> {
        let policies = self.policies.iter();
        let here = policies.filter(|(f, _)| f.place == function.place && f.name == function.name);
        let statements: Vec<&Statement> = here
            .flat_map(|(_, policy)| &policy.statements)
            .filter(|statement| statement.instance().as_ref() == Some(instance))
            .collect();
        let own = statements.into_iter().filter_map(|statement| OwnSid::parse(&statement.sid));
        own.filter(|own| own.kind == SidKind::WithAssociation)
    }

    /// The name that the manifest has for a function; else one made of its own.
    fn function_label(&self, function: &FunctionRef) -> Option<Label> {
        let tagged = || self.orphaned(&self.found(function)?.tags);
        self.declared(function).cloned().or_else(tagged).or_else(|| label(&function.name))
    }

    /// The logical name under which the set made a function, unless it stands for another one by now.
    fn orphaned(&self, tags: &BTreeMap<String, String>) -> Option<Label> {
        logical(tags, self.desired).filter(|label| !self.desired.functions.contains_key(label))
    }

    fn declared(&self, function: &FunctionRef) -> Option<&'a Label> {
        let same = |f: &FunctionRef| f.place == function.place && f.name == function.name;
        self.desired.functions.iter().find(|(_, f)| same(&f.target)).map(|(name, _)| name)
    }

    /// A function that nothing declared needs, if it was looked at.
    fn found(&self, function: &FunctionRef) -> Option<&'a FunctionFound> {
        let key = (function.place.clone(), function.name.clone());
        let listed = self.observed.unmanaged.get(&key).and_then(Look::found);
        listed.or_else(|| self.observed.removal.as_ref()?.functions.get(&key))
    }

    /// Functions in the lists that the set made and the manifest does not name any more.
    fn functions(&self) -> Vec<Difference> {
        let found = self.observed.unmanaged.iter().filter_map(|(key, look)| Some((key, look.found()?)));
        let made = found.filter_map(|((place, name), found)| {
            let function = FunctionRef { place: place.clone(), name: name.clone(), qualifier: None };
            logical(&found.tags, self.desired)?;
            if self.declared(&function).is_some() {
                return None;
            }
            let message = format!("this set created `{name}` and no longer declares it");
            Some(orphaned(Address::new(Kind::Function, &self.function_label(&function)?), message, None))
        });
        made.collect()
    }
}

/// Whether a manifest means this instance.
fn is(declared: &Instance, seen: &InstanceSeen) -> bool {
    declared.place == seen.arn.place
        && match &declared.lookup {
            InstanceLookup::Alias(alias) => seen.alias.as_ref() == Some(alias),
            InstanceLookup::Id(id) => seen.arn.id == *id,
        }
}

fn orphaned(address: Address, message: String, detail: Option<Detail>) -> Difference {
    let (kind, moved) = (DriftKind::LeftOver, Moved::Repository);
    Difference {
        kind,
        address,
        moved,
        message,
        by_kind: false,
        detail,
        hint: Some(PRUNE.to_owned()),
        origin: None,
        ignored: None,
    }
}

fn unmanaged(address: Address, message: String, detail: Option<Detail>, hint: &str) -> Difference {
    let (kind, moved) = (DriftKind::Unmanaged, Moved::Unknown);
    Difference {
        kind,
        address,
        moved,
        message,
        by_kind: false,
        detail,
        hint: Some(hint.to_owned()),
        origin: None,
        ignored: None,
    }
}
