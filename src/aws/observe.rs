//! Looks at AWS: carries out what `plan::reads` asks for, and turns every failure into a gap.
//!
//! Nothing is read twice. Who calls is asked first: in a wrong account nothing else is read.

mod called;
mod flows;
mod functions;
mod import;
mod kept;
mod removal;
mod roles;
mod unmanaged;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join, join_all};

use self::called::observe_called;
use self::functions::{is_from_source, sources};
pub use self::import::{LiveError, Wanted, find_instance, observe_instance, observe_policies, read_policy};
pub use self::kept::observe_kept;
pub use self::removal::observe_removal;
use self::unmanaged::former;
pub use self::unmanaged::observe_unmanaged;
use super::session::{Fault, FaultKind, Session};
use crate::manifest::{InstanceLookup, Manifest, NamedKind};
use crate::operations::Operation;
use crate::plan::{Read, Reads};
use crate::resource::{AccountId, Address, FunctionRef, InstanceArn, Kind, Label, Place, Region};
use crate::snapshot::{
    FlowIds, FlowSeen, FlowSummary, Gap, InstanceSeen, InstanceStatus, Look, Resolved, Snapshot,
};

/// Why nothing could be observed at all.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// Nobody could say who calls.
    #[error("the caller could not be identified in account {account}")]
    Identity {
        /// The account that was to be reached.
        account: AccountId,
        /// What went wrong.
        source: Fault,
    },
    /// The caller is somebody in another account.
    #[error(
        "the credentials belong to account {found} ({arn}), but the manifest says {wanted}; nothing was read"
    )]
    WrongAccount {
        /// The account of the manifest.
        wanted: AccountId,
        /// The account of the caller.
        found: String,
        /// The caller.
        arn: String,
    },
}

/// Who calls in each account that could be reached.
pub type Identities = BTreeMap<AccountId, String>;

/// Finds out who calls, in each account that `reads` names: before anything else is read.
///
/// # Errors
///
/// When the caller cannot be identified or is in another account.
pub async fn identify(
    session: &Session,
    desired: &Manifest,
    reads: &Reads,
) -> Result<Identities, ObserveError> {
    Observer { session, desired, reads }.identities().await
}

/// Reads what `reads` names.
///
/// # Errors
///
/// When the caller cannot be identified or is in another account. Every other failure is a gap in the snapshot.
pub async fn observe(session: &Session, desired: &Manifest, reads: &Reads) -> Result<Snapshot, ObserveError> {
    let identities = identify(session, desired, reads).await?;
    Ok(observe_as(session, desired, reads, identities).await)
}

/// Reads what `reads` names, where it is known who calls.
pub async fn observe_as(
    session: &Session,
    desired: &Manifest,
    reads: &Reads,
    identities: Identities,
) -> Snapshot {
    let observer = Observer { session, desired, reads };
    let sites = async {
        let places = observer.places().await;
        join_all(desired.instances.keys().map(|name| observer.site(name, &places))).await
    };
    let policies = join_all(reads.by_id.iter().filter_map(|read| match read {
        Read::Policy(function) if !is_from_source(desired, function) => Some(observer.policy(function)),
        _ => None,
    }));
    let ((sites, policies), made) = join(join(sites, policies), sources(session, desired, reads)).await;
    let mut snapshot = Snapshot { identities, ..made };
    for site in sites {
        snapshot.gaps.extend(site.gaps);
        snapshot.instances.insert(site.name.clone(), site.instance);
        site.associations.map(|look| snapshot.associations.insert(site.name.clone(), look));
        site.attributes.map(|look| snapshot.attributes.insert(site.name.clone(), look));
        snapshot.lists.extend(site.lists.into_iter().map(|(kind, look)| ((kind, site.name.clone()), look)));
        snapshot.owners.extend(site.owners.into_iter().map(|(kind, look)| ((kind, site.name.clone()), look)));
        snapshot
            .namesakes
            .extend(site.namesakes.into_iter().map(|(kind, id, tags)| ((kind, site.name.clone(), id), tags)));
        snapshot.resolved.extend(
            site.resolved.into_iter().map(|(kind, flow, found)| ((kind, site.name.clone(), flow), found)),
        );
        snapshot
            .flows
            .extend(site.flows.into_iter().map(|(kind, flow, look)| ((kind, site.name.clone(), flow), look)));
        snapshot.named.extend(site.named.into_iter().map(|(kind, look)| ((site.name.clone(), kind), look)));
    }
    for (function, look, gap) in policies {
        snapshot.policies.insert(function, look);
        snapshot.gaps.extend(gap);
    }
    snapshot.former = former(session, desired, &snapshot).await;
    observe_called(session, desired, &mut snapshot).await;
    snapshot
}

struct Observer<'a> {
    session: &'a Session,
    desired: &'a Manifest,
    reads: &'a Reads,
}

/// What was seen of one instance.
struct SiteSeen {
    name: Label,
    instance: Look<InstanceSeen>,
    associations: Option<Look<BTreeSet<String>>>,
    attributes: Option<Look<BTreeMap<String, bool>>>,
    lists: Vec<(Kind, Look<BTreeMap<String, FlowSummary>>)>,
    owners: Vec<(Kind, Look<BTreeMap<String, String>>)>,
    namesakes: Vec<(Kind, String, BTreeMap<String, String>)>,
    resolved: Vec<(Kind, Label, Resolved)>,
    flows: Vec<(Kind, Label, Look<FlowSeen>)>,
    named: Vec<(NamedKind, Look<BTreeMap<String, FlowIds>>)>,
    gaps: Vec<Gap>,
}

type Listed = BTreeMap<Place, Result<Vec<InstanceSeen>, Fault>>;

impl Observer<'_> {
    async fn identities(&self) -> Result<BTreeMap<AccountId, String>, ObserveError> {
        let mut identities = BTreeMap::new();
        for read in &self.reads.names {
            let Read::Identity(account) = read else { continue };
            let place = self.any_place(account);
            let subject = format!("account {account}");
            // Without the account of an instance there is nothing to do; a function's account can be done without,
            // and what concerns it is a gap.
            let needed = self.desired.instances.values().any(|instance| instance.place.account == *account);
            match self.session.identity(&place, &subject).await {
                Ok((found, arn)) if found == account.as_str() => {
                    identities.insert(account.clone(), arn);
                }
                Ok((found, arn)) if needed || self.desired.instances.is_empty() => {
                    return Err(ObserveError::WrongAccount { wanted: account.clone(), found, arn });
                }
                Err(source) if needed || self.desired.instances.is_empty() => {
                    return Err(ObserveError::Identity { account: account.clone(), source });
                }
                Ok((found, _)) => {
                    let message = format!(
                        "the credentials belong to account {found}, not to {account}; set `assumeRole` for that account"
                    );
                    let kind = FaultKind::Credentials;
                    let fault = Fault::unexpected(Operation::GetCallerIdentity, &subject, message);
                    self.session.lose(account, Fault { kind, ..fault });
                }
                Err(fault) => self.session.lose(account, fault),
            }
        }
        Ok(identities)
    }

    /// STS answers in every Region: one that the set uses anyway is the surest to be reachable and enabled.
    fn any_place(&self, account: &AccountId) -> Place {
        let instances = self.desired.instances.values().map(|instance| &instance.place);
        let functions = self.desired.functions.values().map(|function| &function.target.place);
        let place = instances.chain(functions).find(|place| place.account == *account).cloned();
        place.unwrap_or_else(|| Place {
            account: account.clone(),
            region: Region::parse("us-east-1").expect("a Region that exists"),
        })
    }

    async fn places(&self) -> Listed {
        let places = self.reads.names.iter().filter_map(|read| match read {
            Read::Instances(place) => Some(place),
            _ => None,
        });
        let looks = places.map(|place| async move {
            let subject = format!("the instances in {place}");
            (place.clone(), self.session.instances(place, &subject).await)
        });
        join_all(looks).await.into_iter().collect()
    }

    async fn site(&self, name: &Label, listed: &Listed) -> SiteSeen {
        let mut gaps = Vec::new();
        let instance = self.instance(name, listed, &mut gaps).await;
        let mut site = SiteSeen {
            name: name.clone(),
            instance,
            associations: None,
            attributes: None,
            lists: Vec::new(),
            owners: Vec::new(),
            namesakes: Vec::new(),
            resolved: Vec::new(),
            flows: Vec::new(),
            named: Vec::new(),
            gaps,
        };
        let Some(arn) = site
            .instance
            .found()
            .filter(|seen| seen.status == InstanceStatus::Active)
            .map(|seen| seen.arn.clone())
        else {
            return site;
        };
        let kinds = join(self.contents(Kind::Flow, name, &arn), self.contents(Kind::Module, name, &arn));
        let lists = join(self.associations(name, &arn), self.attributes(name, &arn));
        let (lists, (kinds, named)) = join(lists, join(kinds, self.named(name, &arn))).await;
        site.associations = lists.0.map(|result| look(result, name, &mut site.gaps));
        site.attributes = lists.1.map(|result| look(result, name, &mut site.gaps));
        site.named =
            named.into_iter().map(|(kind, result)| (kind, look(result, name, &mut site.gaps))).collect();
        for seen in [kinds.0, kinds.1] {
            self.add_contents(&mut site, seen);
        }
        site
    }

    async fn instance(&self, name: &Label, listed: &Listed, gaps: &mut Vec<Gap>) -> Look<InstanceSeen> {
        let Some(instance) = self.desired.instances.get(name) else { return Look::Unknown };
        let address = Address::new(Kind::Instance, name);
        let id = match &instance.lookup {
            InstanceLookup::Id(id) => id.clone(),
            InstanceLookup::Alias(alias) => match listed.get(&instance.place) {
                Some(Ok(there)) => match there.iter().find(|seen| seen.alias.as_ref() == Some(alias)) {
                    Some(seen) => seen.arn.id.clone(),
                    None => return Look::Absent { close: aliases(there) },
                },
                Some(Err(fault)) => {
                    gaps.push(gap(fault, &address));
                    return Look::Unknown;
                }
                None => return Look::Unknown,
            },
        };
        match self.session.instance(&instance.place, &id, &address.to_string()).await {
            Ok(Some(seen)) => Look::Found(seen),
            Ok(None) => Look::Absent { close: Vec::new() },
            Err(fault) => {
                gaps.push(gap(&fault, &address));
                Look::Unknown
            }
        }
    }

    async fn associations(&self, name: &Label, arn: &InstanceArn) -> Option<Result<BTreeSet<String>, Fault>> {
        if !self.reads.by_id.contains(&Read::Associations(name.clone())) {
            return None;
        }
        Some(self.session.functions_of(arn, &format!("instance/{name}")).await)
    }

    async fn attributes(
        &self,
        name: &Label,
        arn: &InstanceArn,
    ) -> Option<Result<BTreeMap<String, bool>, Fault>> {
        if !self.reads.by_id.contains(&Read::Attributes(name.clone())) {
            return None;
        }
        Some(self.session.attributes(arn, &format!("instance/{name}")).await)
    }

    async fn policy(
        &self,
        function: &FunctionRef,
    ) -> (FunctionRef, Look<crate::resource::ResourcePolicy>, Option<Gap>) {
        let named = |same: &dyn Fn(&FunctionRef) -> bool| {
            self.desired.functions.iter().find(|(_, f)| same(&f.target)).map(|(name, _)| name)
        };
        let called = named(&|target| *target == *function);
        // Of the rest only the size is of interest: nothing is stopped where it may not be read.
        let name = called.or_else(|| named(&|target| target.unqualified() == *function));
        let address = name.map(|name| Address::new(Kind::Function, name));
        let subject = address.as_ref().map_or_else(|| function.to_string(), ToString::to_string);
        match self.session.policy(function, &subject).await {
            Ok(Some(policy)) => (function.clone(), Look::Found(policy), None),
            Ok(None) => (function.clone(), Look::Absent { close: Vec::new() }, None),
            Err(fault) => (
                function.clone(),
                Look::Unknown,
                address.map(|address| {
                    let gap = gap(&fault, &address);
                    Gap { denied: gap.denied && called.is_some(), ..gap }
                }),
            ),
        }
    }
}

fn look<T>(result: Result<T, Fault>, name: &Label, gaps: &mut Vec<Gap>) -> Look<T> {
    result.map(Look::Found).unwrap_or_else(|fault| {
        gaps.push(gap(&fault, &Address::new(Kind::Instance, name)));
        Look::Unknown
    })
}

fn gap(fault: &Fault, address: &Address) -> Gap {
    Gap {
        operation: fault.operation,
        address: address.clone(),
        denied: matches!(fault.kind, FaultKind::Denied | FaultKind::Credentials),
        message: fault.message.clone(),
        hint: fault.hint(),
        cut_off: fault.time_limit(),
    }
}

fn aliases(instances: &[InstanceSeen]) -> Vec<String> {
    let mut names: Vec<String> = instances.iter().filter_map(|seen| seen.alias.clone()).collect();
    names.sort();
    names
}
