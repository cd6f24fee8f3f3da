//! Where a resource lives: its account and Region, out of its own keys, its ARN and the defaults.

use crate::resource::{AccountId, Code, Label, Place, Region};

use crate::manifest::declared::{At, DeclaredSet, Given};
use crate::manifest::reading::log::{Log, quote};
use crate::manifest::yaml::Position;

/// What a resource says about where it lives.
pub(in crate::manifest) struct Claim<'d> {
    /// Its `account`.
    pub(in crate::manifest) account: &'d Given<Label>,
    /// Its `region`.
    pub(in crate::manifest) region: &'d Given<Region>,
    /// The place that its ARN says; `Broken` when the ARN is.
    pub(in crate::manifest) arn: Given<Place>,
}

/// Finds the place of a resource, or reports why there is none.
pub(in crate::manifest) fn place(declared: &DeclaredSet, claim: &Claim<'_>, log: &mut Log) -> Option<Place> {
    let account = account(declared, claim, log);
    let region = region(declared, claim, log);
    Some(Place { account: account?, region: region? })
}

/// Returns the place that an ARN says.
pub(in crate::manifest) fn arn_place<T>(arn: &Given<T>, place: impl Fn(&T) -> &Place) -> Given<Place> {
    match arn {
        Given::Absent => Given::Absent,
        Given::Broken => Given::Broken,
        Given::Is(At { value, position }) => {
            Given::Is(At { value: place(value).clone(), position: *position })
        }
    }
}

/// Reports default references that lead nowhere, and that there is no account at all.
pub(in crate::manifest) fn check_defaults(declared: &DeclaredSet, log: &mut Log) {
    if let Given::Is(At { value, position }) = &declared.default_account {
        unknown_account(declared, value, *position, log);
    }
    if needs_accounts(declared) {
        let name = declared.default_account.value().map_or("main", Label::as_str);
        log.error_with(
            Code::MissingAccount,
            declared.position,
            "the set declares no account",
            format!(
                "add `accounts: {{ {name}: {{ id: \"111122223333\" }} }}` with the id of yours to `spec`"
            ),
        );
    }
    if declared.default_account.is_absent() && declared.accounts.len() > 1 {
        let without = without(declared, |account, _| account.is_absent());
        let message = |of: &str| format!("{of} no account, and the set declares several");
        report(&without, Code::MissingAccount, message, ("account: NAME", ""), log);
    }
    if declared.default_region.is_absent() {
        let without = without(declared, |_, region| region.is_absent());
        report(
            &without,
            Code::MissingRegion,
            |of| format!("{of} no Region"),
            ("region: eu-west-2", ", or yours,"),
            log,
        );
    }
}

/// Finds the instances and functions that lack something and have no ARN that says it.
fn without(
    declared: &DeclaredSet,
    lacks: impl Fn(&Given<Label>, &Given<Region>) -> bool,
) -> Vec<(Position, String)> {
    let instances = declared.instances.iter().filter_map(|(name, At { value, position })| {
        let lacks = value.arn.is_absent() && lacks(&value.account, &value.region);
        lacks.then(|| (*position, format!("the instance `{name}`")))
    });
    let functions = declared.functions.iter().filter_map(|(name, At { value, position })| {
        let lacks = value.arn.is_absent() && lacks(&value.account, &value.region);
        lacks.then(|| (*position, format!("the function `{name}`")))
    });
    let mut without: Vec<_> = instances.chain(functions).collect();
    without.sort();
    without
}

/// Reports what lacks something in one problem: it is most likely one line that is missing.
fn report(
    without: &[(Position, String)],
    code: Code,
    message: impl Fn(&str) -> String,
    (key, yours): (&str, &str),
    log: &mut Log,
) {
    let Some((position, first)) = without.first() else { return };
    let of = match without {
        [_] => format!("{first} has"),
        [_, (_, second)] => format!("{first} and {second} have"),
        more => format!("{first} and {} others have", more.len() - 1),
    };
    let hint = match without {
        [_] => format!("add `{key}`{yours} to it or to `defaults`"),
        _ => format!("add `{key}`{yours} to `defaults`, or to each of them"),
    };
    log.error_with(code, *position, message(&of), hint);
}

/// Returns whether the set declares no account, and something that is in one.
fn needs_accounts(declared: &DeclaredSet) -> bool {
    declared.accounts.is_empty() && !(declared.instances.is_empty() && declared.functions.is_empty())
}

fn unknown_account(declared: &DeclaredSet, name: &Label, position: Position, log: &mut Log) -> bool {
    let unknown = !declared.accounts.contains_key(name);
    // That there is no account at all is reported once for the whole set.
    if unknown && !needs_accounts(declared) {
        let known = declared.accounts.keys().map(Label::as_str);
        log.unknown(
            Code::UnknownAccount,
            position,
            format!("no account is named `{name}`"),
            name.as_str(),
            known,
        );
    }
    unknown
}

fn account(declared: &DeclaredSet, claim: &Claim<'_>, log: &mut Log) -> Option<AccountId> {
    let id_of = |name: &Label| declared.accounts.get(name).and_then(|account| account.value.id.value());
    match (claim.account, &claim.arn) {
        (Given::Broken, _) | (Given::Absent, Given::Broken) => None,
        (Given::Is(At { value: name, position }), arn) => {
            if unknown_account(declared, name, *position, log) {
                return None;
            }
            let id = id_of(name)?;
            if let Given::Is(At { value: Place { account, .. }, position }) = arn
                && account != id
            {
                let message =
                    format!("the ARN is in account {account}, but `account` says `{name}`, which is {id}");
                log.error_with(Code::AccountMismatch, *position, message, "correct one of them");
                return None;
            }
            Some(id.clone())
        }
        (Given::Absent, Given::Is(At { value: Place { account, .. }, position })) => {
            let mut ids = declared.accounts.values().map(|declared| declared.value.id.value());
            // A declared account whose id is broken may be this one.
            if !declared.accounts.is_empty() && !ids.any(|id| id.is_none_or(|id| id == account)) {
                let message = format!("the account {account} of this ARN is not declared");
                let hint = format!("add it under `accounts`: `NAME: {{ id: \"{account}\" }}`");
                log.error_with(Code::UndeclaredAccount, *position, message, hint);
                return None;
            }
            Some(account.clone())
        }
        (Given::Absent, Given::Absent) => match &declared.default_account {
            Given::Is(At { value: name, .. }) => id_of(name).cloned(),
            Given::Broken => None,
            Given::Absent => only_account(declared),
        },
    }
}

fn only_account(declared: &DeclaredSet) -> Option<AccountId> {
    let mut accounts = declared.accounts.values();
    match (accounts.next(), accounts.next()) {
        (Some(only), None) => only.value.id.value().cloned(),
        // None and several are reported once for the whole set.
        _ => None,
    }
}

fn region(declared: &DeclaredSet, claim: &Claim<'_>, log: &mut Log) -> Option<Region> {
    match (claim.region, &claim.arn) {
        (Given::Broken, _) | (Given::Absent, Given::Broken) => None,
        (Given::Is(At { value: said, .. }), Given::Is(At { value: Place { region, .. }, position })) => {
            if said != region {
                let message =
                    format!("the ARN is in Region {region}, but `region` says {}", quote(said.as_str()));
                log.error_with(Code::RegionMismatch, *position, message, "correct one of them");
                return None;
            }
            Some(said.clone())
        }
        (Given::Is(At { value, .. }), _) => Some(value.clone()),
        (Given::Absent, Given::Is(At { value: Place { region, .. }, .. })) => Some(region.clone()),
        // Reported for all that has none.
        (Given::Absent, Given::Absent) => declared.default_region.value().cloned(),
    }
}
