//! Looks at one instance as a whole, for import: every flow and module with its draft, the list of functions, queues,
//! prompts and hours. Nothing is read twice, and what could not be read is told, never left out.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join, join_all};

use crate::aws::session::{Fault, FaultKind, Session};
use crate::manifest::{Instance, InstanceLookup, NamedKind, suggest};
use crate::plan::describes;
use crate::resource::{AccountId, FunctionRef, InstanceArn, Kind, Place, Region, ResourcePolicy};
use crate::snapshot::{FlowIds, FlowSeen, FlowSummary, InstanceSeen, InstanceStatus, LiveInstance, Look};

/// How somebody names an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// By its ARN.
    Arn(InstanceArn),
    /// By its id.
    Id(String),
    /// By its alias.
    Alias(String),
}

impl Wanted {
    /// Tells ARN, id and alias apart. An id is 36 characters of hexadecimal digits and dashes, an alias is not.
    pub fn parse(text: &str) -> Self {
        let is_id = |text: &str| {
            text.len() == 36
                && text.bytes().enumerate().all(|(at, byte)| match at {
                    8 | 13 | 18 | 23 => byte == b'-',
                    _ => byte.is_ascii_hexdigit(),
                })
        };
        match InstanceArn::parse(text) {
            Ok(arn) => Self::Arn(arn),
            Err(_) if is_id(text) => Self::Id(text.to_owned()),
            Err(_) => Self::Alias(text.to_owned()),
        }
    }
}

/// Why an instance could not be read as a whole.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// Nobody could say who calls.
    #[error("the caller could not be identified")]
    Identity(#[source] Fault),
    /// The ARN names another account than the caller's.
    #[error("the credentials belong to account {found} ({arn}), but the instance belongs to {wanted}")]
    WrongAccount {
        /// The account of the instance.
        wanted: AccountId,
        /// The account of the caller.
        found: String,
        /// The caller.
        arn: String,
    },
    /// There is no such instance.
    #[error("no instance {name} in {place}")]
    Missing {
        /// How it was named, in words.
        name: String,
        /// Where it was looked for.
        place: Place,
        /// What may have been meant.
        hint: Option<String>,
    },
    /// It is not ready.
    #[error("instance {name} is {status}, not ACTIVE")]
    NotActive {
        /// Its ARN.
        name: String,
        /// How far its creation is.
        status: InstanceStatus,
    },
    /// Calls failed.
    #[error("{} of what the instance holds could not be read", .0.len())]
    Unread(Vec<Fault>),
}

/// Finds an instance and reads all of it.
///
/// # Errors
///
/// When the caller cannot be identified or is in another account, the instance is not there or not active, or any of
/// it could not be read. Only the settings may be missing.
pub async fn observe_instance(
    session: &Session,
    wanted: &Wanted,
    region: &Region,
) -> Result<LiveInstance, LiveError> {
    let instance = find(session, wanted, region).await?;
    if instance.status != InstanceStatus::Active {
        return Err(LiveError::NotActive { name: instance.arn.to_string(), status: instance.status });
    }
    let arn = &instance.arn;
    let subject = format!("instance {}", arn.id);
    let contents = join(contents(session, Kind::Flow, arn), contents(session, Kind::Module, arn));
    let lists = join_all([NamedKind::Queue, NamedKind::Prompt, NamedKind::Hours].map(|kind| {
        let subject = &subject;
        async move { (kind, session.all_named(kind, arn, subject).await) }
    }));
    let about = join(session.functions_of(arn, &subject), session.attributes(arn, &subject));
    let ((flows, modules), (lists, (associations, attributes))) = join(contents, join(lists, about)).await;
    let mut faults = Vec::new();
    let mut all = Vec::new();
    for (kind, seen) in [(Kind::Flow, flows), (Kind::Module, modules)] {
        for seen in seen {
            match seen {
                Ok(seen) => all.push((kind, seen)),
                Err(fault) => faults.push(fault),
            }
        }
    }
    let mut named: BTreeMap<NamedKind, Vec<(String, FlowIds)>> = BTreeMap::new();
    for (kind, list) in lists {
        match list {
            Ok(list) => drop(named.insert(kind, list)),
            Err(fault) => faults.push(fault),
        }
    }
    let associations = associations.unwrap_or_else(|fault| {
        faults.push(fault);
        BTreeSet::new()
    });
    if !faults.is_empty() {
        return Err(LiveError::Unread(faults));
    }
    // They stand in a comment only: not worth failing for.
    let attributes = attributes.ok();
    Ok(LiveInstance { instance, attributes, contents: all, associations, named })
}

/// Reads the policies of functions; one that is not there is absent.
///
/// # Errors
///
/// All faults, when any of them could not be read.
pub async fn observe_policies(
    session: &Session,
    functions: &BTreeSet<FunctionRef>,
) -> Result<BTreeMap<FunctionRef, Look<ResourcePolicy>>, LiveError> {
    let looks =
        functions.iter().map(|function| async move { (function, read_policy(session, function).await) });
    let (mut found, mut faults) = (BTreeMap::new(), Vec::new());
    for (function, look) in join_all(looks).await {
        match look {
            Ok(Some(policy)) => drop(found.insert(function.clone(), Look::Found(policy))),
            Ok(None) => drop(found.insert(function.clone(), Look::Absent { close: Vec::new() })),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(LiveError::Unread(faults)) }
}

/// Reads the policy of a function; none if there is no such function.
///
/// # Errors
///
/// When it could not be read.
pub async fn read_policy(session: &Session, function: &FunctionRef) -> Result<Option<ResourcePolicy>, Fault> {
    session.policy(function, &format!("function `{function}`")).await
}

async fn find(session: &Session, wanted: &Wanted, region: &Region) -> Result<InstanceSeen, LiveError> {
    let (name, id, place) = match wanted {
        Wanted::Arn(arn) => {
            in_its_account(session, &arn.place).await?;
            (format!("`{arn}`"), arn.id.clone(), arn.place.clone())
        }
        Wanted::Id(id) => (format!("with the id `{id}`"), id.clone(), own_place(session, region).await?),
        Wanted::Alias(alias) => return by_alias(session, alias, own_place(session, region).await?).await,
    };
    let seen = session.instance(&place, &id, &name).await.map_err(|fault| LiveError::Unread(vec![fault]))?;
    seen.ok_or(LiveError::Missing { name, place, hint: None })
}

/// Finds an instance as a manifest names it.
///
/// # Errors
///
/// When the caller cannot be identified or is in another account, or the instance is not there.
pub async fn find_instance(session: &Session, declared: &Instance) -> Result<InstanceSeen, LiveError> {
    let place = declared.place.clone();
    in_its_account(session, &place).await?;
    match &declared.lookup {
        InstanceLookup::Alias(alias) => by_alias(session, alias, place).await,
        InstanceLookup::Id(id) => {
            let name = format!("with the id `{id}`");
            let seen = session.instance(&place, id, &name).await;
            let seen = seen.map_err(|fault| LiveError::Unread(vec![fault]))?;
            seen.ok_or(LiveError::Missing { name, place, hint: None })
        }
    }
}

/// Makes sure that the caller is in the account of what is looked at.
async fn in_its_account(session: &Session, place: &Place) -> Result<(), LiveError> {
    let subject = format!("account {}", place.account);
    let (found, arn) = session.identity(place, &subject).await.map_err(LiveError::Identity)?;
    if found == place.account.as_str() {
        return Ok(());
    }
    Err(LiveError::WrongAccount { wanted: place.account.clone(), found, arn })
}

async fn by_alias(session: &Session, alias: &str, place: Place) -> Result<InstanceSeen, LiveError> {
    let subject = format!("the instances in {place}");
    let mut list =
        session.instances(&place, &subject).await.map_err(|fault| LiveError::Unread(vec![fault]))?;
    match list.iter().position(|seen| seen.alias.as_deref() == Some(alias)) {
        Some(at) => Ok(list.swap_remove(at)),
        None => {
            let known = list.iter().filter_map(|seen| seen.alias.as_deref());
            let hint = suggest(alias, known);
            Err(LiveError::Missing { name: format!("with the alias `{alias}`"), place, hint })
        }
    }
}

async fn own_place(session: &Session, region: &Region) -> Result<Place, LiveError> {
    let (account, _) = session.caller(region, "the caller").await.map_err(LiveError::Identity)?;
    let account = AccountId::parse(&account).map_err(|error| {
        let operation = crate::operations::Operation::GetCallerIdentity;
        LiveError::Identity(Fault::unexpected(operation, "the caller", error.to_string()))
    })?;
    Ok(Place { account, region: region.clone() })
}

/// Reads every flow or module with its draft; a failed list is one fault.
async fn contents(session: &Session, kind: Kind, arn: &InstanceArn) -> Vec<Result<FlowSeen, Fault>> {
    let list = match session.list(kind, arn, &format!("instance {}", arn.id)).await {
        Ok(list) => list,
        Err(fault) => return vec![Err(fault)],
    };
    join_all(list.iter().map(|(name, summary)| content(session, kind, arn, name, summary))).await
}

async fn content(
    session: &Session,
    kind: Kind,
    arn: &InstanceArn,
    name: &str,
    summary: &FlowSummary,
) -> Result<FlowSeen, Fault> {
    let subject = format!("{kind} `{name}`");
    let seen = session.seen(kind, arn, name, summary, &subject).await?;
    if seen.published.is_some() || seen.draft.is_some() {
        return Ok(seen);
    }
    // Deleted meanwhile, or not visible yet: either way the next run knows more.
    let operation = describes(kind);
    let message = "it is in the list, but it was not found; run the command again";
    Err(Fault { kind: FaultKind::NotFound, ..Fault::unexpected(operation, &subject, message) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arn_id_and_alias_are_told_apart() {
        let id = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
        let arn = format!("arn:aws:connect:eu-west-2:111122223333:instance/{id}");
        assert!(matches!(Wanted::parse(&arn), Wanted::Arn(found) if found.id == id));
        assert_eq!(Wanted::parse(id), Wanted::Id(id.to_owned()));
        for alias in ["acme", "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1fx", "arn-of-acme"] {
            assert_eq!(Wanted::parse(alias), Wanted::Alias(alias.to_owned()));
        }
    }
}
