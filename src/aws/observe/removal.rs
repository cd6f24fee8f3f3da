//! Looks at what only removal needs: every flow and module of the instances, and every function of their accounts.
//! What the manifest's own reads have seen already is taken from them.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join, join_all};

use super::called::observe_called;
use super::gap;
use crate::aws::client::unreadable_tags;
use crate::aws::session::{Fault, Session};
use crate::manifest::{Function, Manifest};
use crate::plan::{RemovalReads, describes};
use crate::resource::{Address, FunctionRef, InstanceArn, Kind, Label, OwnSid, Place};
use crate::snapshot::{
    FlowSeen, FlowSummary, FunctionFound, FunctionSeen, Gap, InstanceStatus, Look, RemovalSeen, Resolved,
    Snapshot,
};

/// Adds to a snapshot what removal looks at. Every failure is a gap.
pub async fn observe_removal(
    session: &Session,
    desired: &Manifest,
    reads: &RemovalReads,
    snapshot: &mut Snapshot,
) {
    let observer = Observer { session, desired, seen: snapshot };
    let sites = reads.instances.iter().filter_map(|name| {
        let instance = observer
            .seen
            .instances
            .get(name)?
            .found()
            .filter(|seen| seen.status == InstanceStatus::Active)?;
        Some(observer.site(name, &instance.arn))
    });
    let places = reads.places.iter().map(|place| observer.place(place));
    let (sites, places) = join(join_all(sites), join_all(places)).await;
    let (mut removal, mut gaps) = (RemovalSeen::default(), Vec::new());
    removal.places.clone_from(&reads.places);
    for site in sites {
        gaps.extend(site.gaps);
        removal.contents.insert(site.name.clone(), site.contents);
        removal.associations.insert(site.name, site.associations);
    }
    for (place, (functions, missed)) in reads.places.iter().zip(places) {
        if missed.is_empty() {
            removal.whole.insert(place.clone());
        }
        removal.functions.extend(functions);
        gaps.extend(missed);
    }
    let ((roles, missed), gone) = join(observer.roles(&reads.roles), observer.gone(&removal)).await;
    (removal.roles, removal.gone) = (roles, gone);
    gaps.extend(missed);
    snapshot.removal = Some(removal);
    snapshot.gaps.extend(gaps);
    observe_called(session, desired, snapshot).await;
}

pub(super) struct Observer<'a> {
    pub(super) session: &'a Session,
    pub(super) desired: &'a Manifest,
    pub(super) seen: &'a Snapshot,
}

struct Site {
    name: Label,
    contents: Look<Vec<FlowSeen>>,
    associations: Look<BTreeSet<String>>,
    gaps: Vec<Gap>,
}

type Functions = BTreeMap<(Place, String), FunctionFound>;

impl Observer<'_> {
    async fn site(&self, name: &Label, arn: &InstanceArn) -> Site {
        let kinds = join(self.contents(Kind::Flow, name, arn), self.contents(Kind::Module, name, arn));
        let ((flows, modules), associations) = join(kinds, self.associations(name, arn)).await;
        let mut gaps = Vec::new();
        let mut contents = Some(Vec::new());
        for seen in flows.into_iter().chain(modules) {
            match seen {
                Ok(Some(seen)) => contents.iter_mut().for_each(|all| all.push(seen.clone())),
                Ok(None) => contents = None,
                Err(gap) => {
                    gaps.push(gap);
                    contents = None;
                }
            }
        }
        let associations = associations.unwrap_or_else(|fault| {
            gaps.push(gap(&fault, &Address::new(Kind::Instance, name)));
            Look::Unknown
        });
        Site { name: name.clone(), contents: contents.map_or(Look::Unknown, Look::Found), associations, gaps }
    }

    /// Reads every flow or module; `Ok(None)` stands for what a gap tells of already.
    async fn contents(
        &self,
        kind: Kind,
        name: &Label,
        arn: &InstanceArn,
    ) -> Vec<Result<Option<FlowSeen>, Gap>> {
        let address = Address::new(Kind::Instance, name);
        let list = match self.seen.lists.get(&(kind, name.clone())) {
            Some(Look::Found(list)) => list.clone(),
            Some(_) => return vec![Ok(None)],
            None => match self.session.list(kind, arn, &address.to_string()).await {
                Ok(list) => list,
                Err(fault) => return vec![Err(gap(&fault, &address))],
            },
        };
        let looks = list.iter().map(|(live, summary)| self.content(kind, name, arn, live, summary));
        join_all(looks).await
    }

    async fn content(
        &self,
        kind: Kind,
        instance: &Label,
        arn: &InstanceArn,
        live: &str,
        summary: &FlowSummary,
    ) -> Result<Option<FlowSeen>, Gap> {
        // Of a declared one that could not be read only the id is known, or not even that.
        let declared = self.seen.flows.iter().filter(|((of, at, _), _)| *of == kind && at == instance);
        for ((_, _, logical), look) in declared {
            match look {
                Look::Found(seen) if seen.summary.id == summary.id => return Ok(Some(seen.clone())),
                Look::Unknown if self.is(kind, instance, logical, live, &summary.id) => return Ok(None),
                _ => {}
            }
        }
        let mut unread = self.seen.resolved.iter().filter(|(_, resolved)| **resolved == Resolved::Unread);
        if unread.any(|((of, at, label), _)| {
            *of == kind && at == instance && self.is(kind, instance, label, live, &summary.id)
        }) {
            return Ok(None);
        }
        let address = Address::new(Kind::Instance, instance);
        let subject = format!("{kind} `{live}` of {address}");
        let named = |fault: Fault| {
            let unread = gap(&fault, &address);
            Gap { message: format!("{kind} `{live}`: {}", unread.message), ..unread }
        };
        let seen = self.session.seen(kind, arn, live, summary, &subject).await.map_err(named)?;
        if seen.published.is_none() && seen.draft.is_none() {
            // Deleted meanwhile, or not visible yet: either way the next run knows more.
            let message = "it is in the list, but it was not found";
            let operation = describes(kind);
            return Err(named(Fault::unexpected(operation, &subject, message)));
        }
        Ok(Some(seen))
    }

    /// Whether a live one is the declared one, or may be as far as is known.
    fn is(&self, kind: Kind, instance: &Label, logical: &Label, live: &str, id: &str) -> bool {
        match self.seen.resolved.get(&(kind, instance.clone(), logical.clone())) {
            Some(Resolved::Is(ids)) => ids.id == id,
            _ => self.desired.content(kind, logical).is_some_and(|flow| flow.name == live),
        }
    }

    async fn associations(&self, name: &Label, arn: &InstanceArn) -> Result<Look<BTreeSet<String>>, Fault> {
        if let Some(seen) = self.seen.associations.get(name) {
            return Ok(seen.clone());
        }
        self.session.functions_of(arn, &format!("instance/{name}")).await.map(Look::Found)
    }

    async fn place(&self, place: &Place) -> (Functions, Vec<Gap>) {
        let subject = format!("the functions in {place}");
        let address = self.address_of(place);
        let names = match self.session.functions_in(place, &subject).await {
            Ok(names) => names,
            Err(fault) => return (Functions::new(), address.map(|a| gap(&fault, &a)).into_iter().collect()),
        };
        let looks = names.into_iter().map(|(name, _)| async move {
            let function = FunctionRef { place: place.clone(), name: name.clone(), qualifier: None };
            (name, self.function(function).await)
        });
        let (mut found, mut gaps) = (Functions::new(), Vec::new());
        for (name, result) in join_all(looks).await {
            match result {
                Ok(Some(function)) => drop(found.insert((place.clone(), name), function)),
                Ok(None) => {}
                Err(fault) => gaps.extend(address.iter().map(|address| {
                    let unread = gap(&fault, address);
                    Gap { message: format!("function `{name}` in {place}: {}", unread.message), ..unread }
                })),
            }
        }
        (found, gaps)
    }

    /// A gap needs an address: what of the set lies there stands for the place.
    pub(super) fn address_of(&self, place: &Place) -> Option<Address> {
        let function = self.desired.functions.iter().find(|(_, f)| f.target.place == *place);
        let function = function.map(|(name, _)| Address::new(Kind::Function, name));
        let instances = &self.desired.instances;
        let instance = || {
            let here = instances.iter().find(|(_, instance)| instance.place == *place);
            here.or_else(|| instances.iter().next()).map(|(name, _)| Address::new(Kind::Instance, name))
        };
        function
            .or_else(instance)
            .or_else(|| Label::parse("all").ok().map(|l| Address::new(Kind::Function, &l)))
    }

    /// Reads tags and policies; none if the function is gone meanwhile.
    pub(super) async fn function(&self, function: FunctionRef) -> Result<Option<FunctionFound>, Fault> {
        let subject = format!("function `{}`", function.name);
        let (seen, aliases) =
            join(self.seen_of(&function, &subject), self.session.aliases_of(&function, &subject)).await;
        let Some(seen) = seen? else { return Ok(None) };
        let Some(tags) = seen.tags.clone() else {
            // No tags and tags that may not be read are not the same: the set may have made it.
            return Err(unreadable_tags(&subject));
        };
        let aliases: BTreeSet<String> = aliases?.into_iter().collect();
        let qualifiers = aliases.iter().cloned().map(Some).chain([None]);
        let looks = qualifiers.map(|qualifier| {
            let function = FunctionRef { qualifier, ..function.clone() };
            let subject = &subject;
            async move {
                let policy = match self.seen.policies.get(&function) {
                    Some(Look::Found(policy)) => Some(policy.clone()),
                    Some(Look::Absent { .. }) => None,
                    // What could not be read for the manifest is tried again: here it may hide something else.
                    Some(Look::Unknown) | None => self.session.policy_of_existing(&function, subject).await?,
                };
                Ok((function.qualifier, policy))
            }
        });
        let mut policies = BTreeMap::new();
        for look in join_all(looks).await {
            let (qualifier, policy) = look?;
            policies.extend(policy.filter(|p| !p.statements.is_empty()).map(|policy| (qualifier, policy)));
        }
        Ok(Some(FunctionFound { seen, tags, policies, aliases }))
    }

    /// A function from `source:` was read already.
    async fn seen_of(&self, function: &FunctionRef, subject: &str) -> Result<Option<FunctionSeen>, Fault> {
        let same = |f: &Function| f.target.place == function.place && f.target.name == function.name;
        let mut declared = self.desired.functions.iter().filter(|(_, f)| same(f));
        let seen = declared.find_map(|(name, _)| self.seen.sources.get(name)?.found());
        match seen {
            Some(seen) => Ok(Some(seen.clone())),
            None => self.session.function(function, subject).await,
        }
    }

    /// Finds out which of the instances that the set's statements name, and the manifest does not, exist no more.
    async fn gone(&self, removal: &RemovalSeen) -> BTreeSet<InstanceArn> {
        let known: BTreeSet<&InstanceArn> =
            self.seen.instances.values().filter_map(|look| look.found().map(|seen| &seen.arn)).collect();
        let statements =
            removal.functions.values().flat_map(|f| f.policies.values()).flat_map(|p| &p.statements);
        let own = statements.filter(|s| OwnSid::parse(&s.sid).is_some_and(|own| own.set == self.desired.set));
        let named: BTreeSet<InstanceArn> =
            own.filter_map(|s| s.instance()).filter(|arn| !known.contains(arn)).collect();
        let ours = |arn: &&InstanceArn| self.seen.identities.contains_key(&arn.place.account);
        let looks = named.iter().filter(ours).map(|arn| async move {
            let look = self.session.instance(&arn.place, &arn.id, &arn.to_string()).await;
            matches!(look, Ok(None)).then(|| arn.clone())
        });
        join_all(looks).await.into_iter().flatten().collect()
    }
}
