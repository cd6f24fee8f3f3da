//! Looks at AWS: carries out what `plan::reads` asks for, and turns every failure into a gap.
//!
//! Nothing is read twice. Who calls is asked first: in a wrong account nothing else is read.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join, join_all};

use super::fault::Fault;
use super::observe_functions::{is_from_source, sources};
use super::session::Session;
use crate::manifest::{InstanceLookup, Manifest};
use crate::plan::{Read, Reads, flow_address};
use crate::resource::{AccountId, Address, FunctionRef, InstanceArn, Kind, Label, Place, Region};
use crate::snapshot::{FlowSeen, FlowSummary, Gap, InstanceSeen, Look, Snapshot};

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
        "the credentials belong to account {found} ({arn}), and the manifest says {wanted}: nothing was read"
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

/// Reads what `reads` names.
///
/// # Errors
///
/// When the caller cannot be identified or is in another account. Every other failure is a gap in the snapshot.
pub async fn observe(session: &Session, desired: &Manifest, reads: &Reads) -> Result<Snapshot, ObserveError> {
    let observer = Observer { session, desired, reads };
    let mut snapshot = Snapshot { identities: observer.identities().await?, ..Snapshot::default() };
    let sites = async {
        let places = observer.places().await;
        join_all(desired.instances.keys().map(|name| observer.site(name, &places))).await
    };
    let policies = join_all(reads.by_id.iter().filter_map(|read| match read {
        Read::Policy(function) if !is_from_source(desired, function) => Some(observer.policy(function)),
        _ => None,
    }));
    let ((sites, policies), made) = join(join(sites, policies), sources(session, desired, reads)).await;
    snapshot = Snapshot { identities: snapshot.identities, ..made };
    for site in sites {
        snapshot.gaps.extend(site.gaps);
        snapshot.instances.insert(site.name.clone(), site.instance);
        site.associations.map(|look| snapshot.associations.insert(site.name.clone(), look));
        site.list.map(|look| snapshot.flow_lists.insert(site.name.clone(), look));
        snapshot.flows.extend(site.flows.into_iter().map(|(flow, look)| ((site.name.clone(), flow), look)));
    }
    for (function, look, gap) in policies {
        snapshot.policies.insert(function, look);
        snapshot.gaps.extend(gap);
    }
    snapshot.calls = session.calls();
    Ok(snapshot)
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
    list: Option<Look<BTreeMap<String, FlowSummary>>>,
    flows: Vec<(Label, Look<FlowSeen>)>,
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
            let identity = self.session.identity(&place, &subject).await;
            let (found, arn) =
                identity.map_err(|source| ObserveError::Identity { account: account.clone(), source })?;
            if found != account.as_str() {
                return Err(ObserveError::WrongAccount { wanted: account.clone(), found, arn });
            }
            identities.insert(account.clone(), arn);
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
            list: None,
            flows: Vec::new(),
            gaps,
        };
        let Some(arn) = site.instance.found().filter(|seen| seen.active).map(|seen| seen.arn.clone()) else {
            return site;
        };
        let (associations, (list, flows)) = join(self.associations(name, &arn), self.flows(name, &arn)).await;
        site.associations = associations.map(|result| look(result, name, &mut site.gaps));
        site.list = list.map(|result| look(result, name, &mut site.gaps));
        for (flow, result) in flows {
            let address = flow_address(self.desired, &flow, name);
            let seen = result.unwrap_or_else(|fault| {
                site.gaps.push(gap(&fault, &address));
                Look::Unknown
            });
            site.flows.push((flow, seen));
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

    async fn flows(
        &self,
        name: &Label,
        arn: &InstanceArn,
    ) -> (Option<Result<BTreeMap<String, FlowSummary>, Fault>>, Vec<(Label, Result<Look<FlowSeen>, Fault>)>)
    {
        if !self.reads.by_id.contains(&Read::Flows(name.clone())) {
            return (None, Vec::new());
        }
        let list = match self.session.flows_of(arn, &format!("instance/{name}")).await {
            Ok(list) => list,
            Err(fault) => return (Some(Err(fault)), Vec::new()),
        };
        let declared = self.reads.by_id.iter().filter_map(|read| match read {
            Read::Flow { instance, flow } if instance == name => Some(flow),
            _ => None,
        });
        let looks = declared.filter_map(|flow| {
            let summary = list.get(&self.desired.flows.get(flow)?.name)?;
            Some(async move { (flow.clone(), self.flow(name, flow, arn, summary).await) })
        });
        let flows = join_all(looks).await;
        (Some(Ok(list)), flows)
    }

    async fn flow(
        &self,
        instance: &Label,
        flow: &Label,
        arn: &InstanceArn,
        summary: &FlowSummary,
    ) -> Result<Look<FlowSeen>, Fault> {
        let subject = flow_address(self.desired, flow, instance).to_string();
        let published = async {
            match summary.published {
                true => self.session.published(arn, &summary.id, &subject).await,
                false => Ok(None),
            }
        };
        let (published, draft) = join(published, self.session.draft(arn, &summary.id, &subject)).await;
        Ok(Look::Found(FlowSeen { summary: summary.clone(), published: published?, draft: draft? }))
    }

    async fn policy(
        &self,
        function: &FunctionRef,
    ) -> (FunctionRef, Look<crate::resource::ResourcePolicy>, Option<Gap>) {
        let name = self.desired.functions.iter().find(|(_, f)| f.target == *function).map(|(name, _)| name);
        let address = name.map(|name| Address::new(Kind::Function, name));
        let subject = address.as_ref().map_or_else(|| function.to_string(), ToString::to_string);
        match self.session.policy(function, &subject).await {
            Ok(Some(policy)) => (function.clone(), Look::Found(policy), None),
            Ok(None) => (function.clone(), Look::Absent { close: Vec::new() }, None),
            Err(fault) => (function.clone(), Look::Unknown, address.map(|address| gap(&fault, &address))),
        }
    }
}

fn look<T>(result: Result<T, Fault>, name: &Label, gaps: &mut Vec<Gap>) -> Look<T> {
    result.map(Look::Found).unwrap_or_else(|fault| {
        gaps.push(gap(&fault, &Address::new(Kind::Instance, name)));
        Look::Unknown
    })
}

pub(super) fn gap(fault: &Fault, address: &Address) -> Gap {
    Gap {
        operation: fault.operation,
        address: address.clone(),
        denied: matches!(fault.kind, super::FaultKind::Denied | super::FaultKind::Credentials),
        message: fault.message.clone(),
        hint: fault.hint(),
    }
}

fn aliases(instances: &[InstanceSeen]) -> Vec<String> {
    let mut names: Vec<String> = instances.iter().filter_map(|seen| seen.alias.clone()).collect();
    names.sort();
    names
}
