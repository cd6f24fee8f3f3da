//! One action on one resource under at most one condition, and the list of them that a manifest leads to.

use std::collections::{BTreeMap, BTreeSet};

use super::condition::Condition;
use super::identity::Identity;
use super::target::Target;
use crate::manifest::{Account, Manifest};
use crate::operations::action::Sts;
use crate::operations::{Action, Operation};
use crate::resource::AccountId;

/// Something that must be allowed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Need {
    pub(super) action: Action,
    pub(super) resource: String,
    pub(super) condition: Option<Condition>,
}

/// Everything that a manifest needs, by identity.
pub(super) struct Needs<'a> {
    manifest: &'a Manifest,
    found: BTreeMap<Identity, BTreeSet<Need>>,
}

impl<'a> Needs<'a> {
    pub(super) fn new(manifest: &'a Manifest) -> Self {
        Self { manifest, found: BTreeMap::new() }
    }

    /// Adds an operation with the actions that depend on it.
    pub(super) fn add(&mut self, operation: Operation, target: &Target<'_>) {
        for action in operation.facts().actions {
            self.add_action(*action, target);
        }
    }

    /// Adds the operation's own action alone, where nothing that depends on it is used.
    pub(super) fn add_alone(&mut self, operation: Operation, target: &Target<'_>) {
        if let Some(action) = operation.facts().actions.first() {
            self.add_action(*action, target);
        }
    }

    fn add_action(&mut self, action: Action, target: &Target<'_>) {
        let identity = self.identity(&target.place.account);
        let needs = self.found.entry(identity).or_default();
        for (resource, condition) in target.resources(action) {
            needs.insert(Need { action, resource, condition });
        }
    }

    fn account(&self, id: &AccountId) -> Option<&'a Account> {
        self.manifest.accounts.values().find(|account| account.id == *id)
    }

    fn identity(&self, id: &AccountId) -> Identity {
        match self.account(id).and_then(|account| account.assume_role.as_ref()) {
            Some(arn) => Identity::Role { arn: arn.clone(), account: id.clone() },
            None => Identity::CallerIn(id.clone()),
        }
    }

    /// Returns what was found; the caller gets the right to assume the roles.
    pub(super) fn by_identity(mut self) -> BTreeMap<Identity, BTreeSet<Need>> {
        // Who runs flowbind is at home in an account that it reaches without a role, the instances' first.
        let instances = self.manifest.instances.values().map(|instance| &instance.place.account);
        let accounts = self.manifest.accounts.values().map(|account| &account.id);
        let mut all = instances.chain(accounts);
        let home = all.find_map(|id| Some(self.identity(id)).filter(|i| matches!(i, Identity::CallerIn(_))));
        let home = home.unwrap_or(Identity::Caller);
        let roles = self.manifest.accounts.values().filter_map(|account| {
            let Account { id: _, assume_role, external_id, regions: _, origin: _ } = account;
            let condition =
                external_id.as_ref().map(|id| Condition::new("StringEquals", "sts:ExternalId", [id]));
            let action = Action::Sts(Sts::AssumeRole);
            Some(Need { action, resource: assume_role.clone()?, condition })
        });
        let roles: BTreeSet<Need> = roles.collect();
        if !roles.is_empty() {
            self.found.entry(home).or_default().extend(roles);
        }
        self.found
    }
}
