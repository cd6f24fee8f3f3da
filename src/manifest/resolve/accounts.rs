//! The accounts of a set, and the roles that are assumed for calls to them.

use std::collections::BTreeMap;

use crate::resource::{Code, Label};

use crate::manifest::declared::{At, DeclaredAccount, DeclaredSet, Given};
use crate::manifest::grammar::scalar::form;
use crate::manifest::model::Account;
use crate::manifest::reading::log::Log;

/// Resolves the accounts.
pub(in crate::manifest) fn accounts(declared: &DeclaredSet, log: &mut Log) -> BTreeMap<Label, Account> {
    let mut accounts: BTreeMap<Label, Account> = BTreeMap::new();
    let mut in_order: Vec<(&Label, &At<DeclaredAccount>)> = declared.accounts.iter().collect();
    in_order.sort_by_key(|(_, at)| at.position);
    for (name, At { value, position }) in in_order {
        check_role(value, log);
        let Some(id) = value.id.value() else { continue };
        let account = Account {
            id: id.clone(),
            assume_role: value.assume_role.value().cloned(),
            external_id: value.external_id.value().cloned(),
            regions: value.regions.items().iter().map(|region| region.value.clone()).collect(),
            origin: log.origin(*position),
        };
        let first = accounts.iter().find(|(_, first)| {
            first.id == account.id
                && (&first.assume_role, &first.external_id) != (&account.assume_role, &account.external_id)
        });
        if let Some((first, _)) = first {
            let message = format!("`{name}` and `{first}` are the same account, {id}, with different roles");
            log.error_with(
                Code::DuplicateAccount,
                *position,
                message,
                "flowbind uses one role for each account: keep one of them",
            );
        }
        accounts.insert(name.clone(), account);
    }
    accounts
}

fn check_role(DeclaredAccount { id, assume_role, external_id, regions: _ }: &DeclaredAccount, log: &mut Log) {
    if let (Given::Is(At { position, .. }), Given::Absent) = (external_id, assume_role) {
        let message = "`externalId` requires `assumeRole`";
        log.error_with(Code::BadRole, *position, message, "add the role to assume, or leave it out");
    }
    let (Some(id), Some(At { value: arn, position })) = (id.value(), assume_role.at()) else { return };
    if let Some((account, _)) = form::arn(arn, "role")
        && account != id.as_str()
    {
        let message = format!("the role is in the account {account}, but this account is {id}");
        let hint = "name a role of this account";
        log.error_with(Code::AccountMismatch, *position, message, hint);
    }
}
