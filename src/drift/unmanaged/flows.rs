//! Flows and modules that are there and not declared.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Detail, Difference};
use super::{Finder, orphaned, unmanaged};
use crate::plan::label;
use crate::resource::{Address, Kind, Label};
use crate::snapshot::{FlowSummary, InstanceSeen, Look, Resolved};

/// The flows that the service makes with every instance (administrator guide, "Default flows in Amazon Connect").
/// Whoever wants one managed declares it under its name.
const DEFAULTS: [&str; 8] = [
    "Default agent hold",
    "Default agent transfer",
    "Default agent whisper",
    "Default customer hold",
    "Default customer queue",
    "Default customer whisper",
    "Default outbound",
    "Default queue transfer",
];

impl<'a> Finder<'a> {
    /// Flows and modules of an instance that the manifest does not name.
    pub(super) fn flows(&self, instance: &'a Label, seen: &InstanceSeen) -> Vec<Difference> {
        let mut found = Vec::new();
        for kind in [Kind::Flow, Kind::Module] {
            let key = (kind, instance.clone());
            let (Some(Look::Found(list)), Some(Look::Found(owners))) =
                (self.observed.lists.get(&key), self.observed.owners.get(&key))
            else {
                continue;
            };
            let mut taken = BTreeSet::new();
            // What the set made comes first: its address is the one that the plan gives it.
            let (made, others): (Vec<_>, Vec<_>) =
                list.iter().partition(|(_, summary)| self.made(owners, summary).is_some());
            for (name, summary) in made.into_iter().chain(others) {
                if self.is_declared(kind, instance, seen, name, summary) {
                    continue;
                }
                let site = Site { instance, kind, name, summary };
                found.extend(self.flow(&site, owners, &mut taken));
            }
        }
        found
    }

    /// Whether a line of a list is neither declared nor made by the service with every instance.
    pub(in crate::drift) fn is_beside(
        &self,
        kind: Kind,
        instance: &'a Label,
        seen: &InstanceSeen,
        name: &str,
        summary: &FlowSummary,
    ) -> bool {
        let default = kind == Kind::Flow && DEFAULTS.contains(&name);
        !default && !self.is_declared(kind, instance, seen, name, summary)
    }

    /// Whether the manifest, or another of the run, means it: by its name, or under another name by its tag.
    fn is_declared(
        &self,
        kind: Kind,
        instance: &'a Label,
        seen: &InstanceSeen,
        name: &str,
        summary: &FlowSummary,
    ) -> bool {
        let meant = self.observed.flows.iter().any(|((of, at, _), look)| {
            *of == kind && at == instance && look.found().is_some_and(|flow| flow.summary.id == summary.id)
        });
        // The name tells only where no other live one is known to be it.
        let other = |label: &Label| {
            let found = self.observed.resolved.get(&(kind, instance.clone(), label.clone()));
            matches!(found, Some(Resolved::Is(ids)) if ids.id != summary.id)
        };
        let named = |(manifest, at): &(&crate::manifest::Manifest, &Label)| {
            let own = std::ptr::eq(*manifest, self.desired);
            let mut contents = manifest.contents().filter(|(of, _, flow)| *of == kind && flow.name == name);
            contents.any(|(_, label, flow)| flow.instances.contains(*at) && !(own && other(label)))
        };
        meant || self.declaring(instance, seen).iter().any(named)
    }

    fn flow(
        &self,
        site: &Site<'_>,
        owners: &BTreeMap<String, String>,
        taken: &mut BTreeSet<Label>,
    ) -> Option<Difference> {
        let Site { instance, kind, name, summary } = site;
        let detail = Some(Detail::Flow { id: summary.id.clone(), name: (*name).to_owned() });
        let owner = owners.get(&summary.id);
        let Some(owner) = owner else {
            if *kind == Kind::Flow && DEFAULTS.contains(name) {
                return None;
            }
            let address = self.address(site, label(name), taken);
            let archived = if summary.archived { ", archived" } else { "" };
            let message = format!(
                "{kind} `{name}` of instance/{instance} ({}{archived}) is not declared",
                summary.kind_text
            );
            let hint = format!(
                "declare it under `{kind}s:` (`flowbind import` writes that), or delete it in Amazon Connect."
            );
            return Some(unmanaged(address, message, detail, &hint));
        };
        // What another set owns is declared there.
        self.logical(owner)?;
        let logical = self.made(owners, summary);
        if let Some(logical) = logical.as_ref().filter(|logical| self.is_on(*kind, instance, logical)) {
            let message = format!(
                "{kind} `{name}` of instance/{instance} carries the tag of {kind}/{logical}, but is another one, perhaps a copy"
            );
            let hint = "delete it in Amazon Connect, or remove the tag `flowbind/set` from it.";
            return Some(unmanaged(self.address(site, label(name), taken), message, detail, hint));
        }
        let message = format!(
            "this set created {kind} `{name}` on instance/{instance}, and the manifest no longer declares it"
        );
        let address = logical.and_then(|logical| self.planned(site, logical, taken));
        let address = address.unwrap_or_else(|| self.address(site, label(name), taken));
        Some(orphaned(address, message, detail))
    }

    /// What stands behind the set's name in an owner tag; none for another set's.
    fn logical<'t>(&self, owner: &'t str) -> Option<&'t str> {
        owner.strip_prefix(self.desired.set.as_str())?.strip_prefix('/')
    }

    /// The logical name under which the set made it.
    fn made(&self, owners: &BTreeMap<String, String>, summary: &FlowSummary) -> Option<Label> {
        Label::parse(self.logical(owners.get(&summary.id)?)?).ok()
    }

    fn is_on(&self, kind: Kind, instance: &Label, logical: &Label) -> bool {
        self.desired.content(kind, logical).is_some_and(|flow| flow.instances.contains(instance))
    }

    /// The address that a plan with deletions has for it: with the instance only where the name alone would mean
    /// another one as well. None where it has been given away.
    fn planned(&self, site: &Site<'_>, logical: Label, taken: &mut BTreeSet<Label>) -> Option<Address> {
        let Site { instance, kind, .. } = site;
        if !taken.insert(logical.clone()) {
            return None;
        }
        let several =
            self.desired.content(*kind, &logical).is_some() || self.count_orphaned(*kind, &logical) > 1;
        Some(Address { at: several.then(|| (*instance).clone()), ..Address::new(*kind, &logical) })
    }

    /// How many flows or modules of all instances the set made under a name that is not declared there.
    fn count_orphaned(&self, kind: Kind, logical: &Label) -> usize {
        let meant = self.observed.flows.values().filter_map(Look::found);
        let meant: BTreeSet<&str> = meant.map(|seen| seen.summary.id.as_str()).collect();
        let on = |instance: &Label| {
            let key = (kind, instance.clone());
            let list = self.observed.lists.get(&key).and_then(Look::found)?;
            let owners = self.observed.owners.get(&key).and_then(Look::found)?;
            let made = list.values().filter(|summary| !meant.contains(summary.id.as_str()));
            Some(made.filter(|summary| self.made(owners, summary).as_ref() == Some(logical)).count())
        };
        let elsewhere = self.instances.keys().filter(|instance| !self.is_on(kind, instance, logical));
        elsewhere.filter_map(|instance| on(instance)).sum()
    }

    /// Creates an address of its own for what no plan knows: of the wanted name, else with the id behind it.
    fn address(&self, site: &Site<'_>, wanted: Option<Label>, taken: &mut BTreeSet<Label>) -> Address {
        let Site { instance, kind, summary, .. } = site;
        let free = |name: &Label| self.desired.content(*kind, name).is_none();
        let id = || {
            let short: String = summary.id.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
            let name: String = wanted.as_ref().map_or(kind.word(), Label::as_str).chars().take(50).collect();
            label(&format!("{name}-{short}"))
        };
        let name = wanted.clone().filter(|name| free(name) && !taken.contains(name)).or_else(id);
        let name = name.unwrap_or_else(|| (*instance).clone());
        taken.insert(name.clone());
        let several = self.desired.instances.len() > 1;
        Address { at: several.then(|| (*instance).clone()), ..Address::new(*kind, &name) }
    }
}

/// A line of an instance's list.
struct Site<'s> {
    instance: &'s Label,
    kind: Kind,
    name: &'s str,
    summary: &'s FlowSummary,
}
