//! A document that was read for one target: its fields with their places, before references are followed.
//!
//! What was refused is `Broken` here: it is declared, and nothing more is said about it.

use std::collections::BTreeMap;

use crate::resource::{Code, Label, Region, SetName};

use super::grammar::objects::{DeclaredManifest, DeclaredModule, DeclaredSpec, DeclaredTarget};
use super::grammar::read::{DeclaredObject, document};
use super::reading::log::Log;
use super::yaml::{Key, Node, Position};

pub(super) use super::grammar::given::{At, Given};
pub(super) use super::grammar::objects::{
    DeclaredAccount, DeclaredBinding, DeclaredCreate, DeclaredFlow, DeclaredFunction, DeclaredInstance,
    DeclaredRole, DeclaredSource, DeclaredSuppression,
};
pub(super) use super::grammar::read::Either;
pub(super) use super::grammar::scalar::IdentityWord;

/// Resources by their logical names; the place is that of the name.
pub(super) type Named<T> = BTreeMap<Label, At<T>>;

/// A whole document.
#[derive(Debug)]
pub(super) struct DeclaredSet {
    /// The name of the set, with the target behind it.
    pub(super) set: Given<SetName>,
    /// Where `spec` starts.
    pub(super) position: Position,
    pub(super) accounts: Named<DeclaredAccount>,
    pub(super) default_account: Given<Label>,
    pub(super) default_region: Given<Region>,
    pub(super) instances: Named<DeclaredInstance>,
    pub(super) functions: Named<DeclaredFunction>,
    pub(super) modules: Named<DeclaredFlow>,
    pub(super) flows: Named<DeclaredFlow>,
    pub(super) suppressions: Vec<At<DeclaredSuppression>>,
}

/// What the manifest's document itself does not say.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Beside<'b> {
    /// The target.
    pub(super) target: Option<&'b Key>,
    /// The Region of what has none.
    pub(super) region: Option<&'b Region>,
}

/// Checks and reads a document for one target; everything that is wrong with it goes into the log.
pub(super) fn read(node: &Node, beside: Beside<'_>, log: &mut Log) -> DeclaredSet {
    let DeclaredManifest { metadata, spec, .. } = document(node, log);
    let position = spec.at().map_or(node.position, |at| at.position);
    let DeclaredSpec { targets, accounts, defaults, instances, functions, modules, flows, lint, .. } =
        spec.into_value().unwrap_or_else(|| DeclaredSpec::fields(&[], log));
    let mut targets = targets.into_value().unwrap_or_default();
    let target = beside.target.and_then(|target| {
        let name = targets.keys().find(|name| name.as_str() == target.text).cloned()?;
        targets.remove(&name)
    });
    let (mut account, mut region) = match target {
        Some(At { value: DeclaredTarget { account, region, .. }, .. }) => (account, region),
        None => (Given::Absent, Given::Absent),
    };
    if let Some(defaults) = defaults.into_value() {
        account = account.or(defaults.account);
        region = region.or(defaults.region);
    }
    if let Some(value) = beside.region {
        region = region.or(Given::Is(At { value: value.clone(), position }));
    }
    let name = metadata.into_value().map_or(Given::Absent, |metadata| metadata.name);
    let flow = |(name, At { value, position }): (Label, At<DeclaredModule>)| {
        (name, At { value: value.into_flow(position), position })
    };
    DeclaredSet {
        set: set(name, beside.target, log),
        position,
        accounts: accounts.into_value().unwrap_or_default(),
        default_account: account,
        default_region: region,
        instances: instances.into_value().unwrap_or_default(),
        functions: functions.into_value().unwrap_or_default(),
        modules: modules.into_value().unwrap_or_default().into_iter().map(flow).collect(),
        flows: flows.into_value().unwrap_or_default(),
        suppressions: lint.into_value().and_then(|lint| lint.ignore.into_value()).unwrap_or_default(),
    }
}

/// Names the set; with a target behind it, its name has another limit than alone.
fn set(name: Given<SetName>, target: Option<&Key>, log: &mut Log) -> Given<SetName> {
    let (Some(target), Given::Is(At { value, position })) = (target, &name) else { return name };
    let both = format!("{value}-{}", target.text);
    match SetName::parse(&both) {
        Ok(value) => Given::Is(At { value, position: *position }),
        // A target that is no label was refused already.
        Err(_) if Label::parse(&target.text).is_err() => Given::Broken,
        Err(_) => {
            let message =
                format!("`{both}` has {} characters; a set and its target have at most 71", both.len());
            let hint = "shorten the target: the ids of the set's statements contain both";
            log.error_with(Code::BadValue, target.position, message, hint);
            Given::Broken
        }
    }
}
