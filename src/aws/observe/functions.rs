//! Looks at functions from `source:` and at their roles. Nothing is read twice: whether a function is there tells what
//! an empty answer about its policy means.

use futures_util::future::{join, join_all};

use super::gap;
use crate::aws::client::unreadable_tags;
use crate::aws::session::{Fault, Session};
use crate::manifest::{Manifest, RoleRef, Source};
use crate::operations::Operation;
use crate::plan::{Read, Reads};
use crate::resource::{Address, FunctionRef, Kind, Label, ResourcePolicy};
use crate::snapshot::{FunctionSeen, Look, RoleSeen, Snapshot};

/// What was seen of one function from `source:`.
struct SourceSeen {
    function: Look<FunctionSeen>,
    policy: Option<(FunctionRef, Look<ResourcePolicy>)>,
    faults: Vec<Fault>,
}

/// Whether a function's policy is read with the function itself.
pub(super) fn is_from_source(desired: &Manifest, target: &FunctionRef) -> bool {
    desired.functions.values().any(|function| function.source.is_some() && function.target == *target)
}

/// Reads every function from `source:`, its alias, its policy and the managed roles.
pub(super) async fn sources(session: &Session, desired: &Manifest, reads: &Reads) -> Snapshot {
    let functions = reads.by_id.iter().filter_map(|read| match read {
        Read::Function(name) => Some(async move { (name, source(session, desired, reads, name).await) }),
        _ => None,
    });
    let roles = reads.by_id.iter().filter_map(|read| match read {
        Read::Role(name) => Some(async move { (name, role(session, desired, name).await) }),
        _ => None,
    });
    let (functions, roles) = join(join_all(functions), join_all(roles)).await;
    let mut snapshot = Snapshot::default();
    for (name, seen) in functions {
        let address = Address::new(Kind::Function, name);
        snapshot.gaps.extend(seen.faults.iter().map(|fault| gap(fault, &address)));
        snapshot.sources.insert(name.clone(), seen.function);
        snapshot.policies.extend(seen.policy);
    }
    for (name, seen) in roles {
        let look = seen.unwrap_or_else(|fault| {
            snapshot.gaps.push(gap(&fault, &Address::new(Kind::Role, name)));
            Look::Unknown
        });
        snapshot.roles.insert(name.clone(), look);
    }
    snapshot
}

async fn source(session: &Session, desired: &Manifest, reads: &Reads, name: &Label) -> SourceSeen {
    let mut seen = SourceSeen { function: Look::Unknown, policy: None, faults: Vec::new() };
    let Some(function) = desired.functions.get(name) else { return seen };
    let Some(source) = &function.source else { return seen };
    let subject = Address::new(Kind::Function, name).to_string();
    let target = &function.target;
    match look(session, target, source, &subject).await {
        Ok(look) => {
            if look.found().is_some_and(|function| function.tags.is_none()) {
                seen.faults.push(unreadable_tags(&subject));
            }
            seen.function = look;
        }
        Err(fault) => seen.faults.push(fault),
    }
    if !reads.by_id.contains(&Read::Policy(target.clone())) {
        return seen;
    }
    let policy = match there(&seen.function, target, source) {
        Some(false) => Ok(Look::Absent { close: Vec::new() }),
        Some(true) => session
            .policy_of_existing(target, &subject)
            .await
            .map(|policy| Look::Found(policy.unwrap_or_default())),
        None => session
            .policy(target, &subject)
            .await
            .map(|policy| policy.map_or(Look::Absent { close: Vec::new() }, Look::Found)),
    };
    let policy = policy.unwrap_or_else(|fault| {
        seen.faults.push(fault);
        Look::Unknown
    });
    seen.policy = Some((target.clone(), policy));
    seen
}

/// Whether the qualifier that flows call is there, as far as reading the function has shown it.
fn there(function: &Look<FunctionSeen>, target: &FunctionRef, source: &Source) -> Option<bool> {
    match (function, &target.qualifier) {
        (Look::Absent { .. }, _) => Some(false),
        (Look::Found(_), None) => Some(true),
        (Look::Found(seen), qualifier) if *qualifier == source.publish => Some(seen.alias.is_some()),
        (Look::Found(_) | Look::Unknown, _) => None,
    }
}

async fn look(
    session: &Session,
    target: &FunctionRef,
    source: &Source,
    subject: &str,
) -> Result<Look<FunctionSeen>, Fault> {
    let alias = async {
        match &source.publish {
            Some(name) => session.alias(target, name, subject).await,
            None => Ok(None),
        }
    };
    let (function, alias) = join(session.function(target, subject), alias).await;
    let Some(mut seen) = function? else { return Ok(Look::Absent { close: Vec::new() }) };
    seen.alias = alias?;
    let version = seen.alias.as_ref().map(|alias| alias.version.clone());
    if let (Some(version), false) = (version, is_noted(&seen)) {
        let behind = session.function_at(target, &version, subject).await?.ok_or_else(|| {
            let message = format!("version {version} does not exist, though an alias points at it");
            Fault::unexpected(Operation::GetFunction, subject, message)
        })?;
        if let Some(alias) = &mut seen.alias {
            alias.behind = Some(behind.latest);
        }
    }
    Ok(Look::Found(seen))
}

/// Whether the alias's description says that it is what `$LATEST` is. Only where it may, the digest is made.
fn is_noted(seen: &FunctionSeen) -> bool {
    seen.alias.as_ref().is_some_and(|alias| {
        alias.noted() == Some(alias.version.as_str()) && alias.is_note_of(&seen.digest())
    })
}

async fn role(session: &Session, desired: &Manifest, name: &Label) -> Result<Look<RoleSeen>, Fault> {
    let Some(function) = desired.functions.get(name) else { return Ok(Look::Unknown) };
    let Some(RoleRef::Managed(role)) = function.source.as_ref().map(|source| &source.role) else {
        return Ok(Look::Unknown);
    };
    let subject = Address::new(Kind::Role, name).to_string();
    let seen = session.role(&function.target.place, &role.name, &subject).await?;
    Ok(seen.map_or(Look::Absent { close: Vec::new() }, Look::Found))
}
