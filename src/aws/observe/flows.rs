//! Looks at the flows and modules of an instance, and at what their files name there.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join, join_all};

use super::{Observer, SiteSeen, gap, look};
use crate::aws::client::Tagged;
use crate::aws::session::Fault;
use crate::manifest::NamedKind;
use crate::plan::identity::{self, Declared, Identity, Live};
use crate::plan::{ADOPTED_TAG, OWNER_TAG, Read, owner_tag};
use crate::resource::{Address, InstanceArn, Kind, Label};
use crate::snapshot::{FlowIds, FlowSeen, FlowSummary, Look, Resolved};

type Lines = BTreeMap<String, FlowSummary>;

/// What was seen of the flows, or of the modules, of one instance.
pub(super) struct ContentsSeen {
    kind: Kind,
    list: Option<Result<Lines, Fault>>,
    owners: Option<Result<Vec<Tagged>, Fault>>,
    /// Why it could not be found out which live ones the declared ones are.
    unread: Option<Fault>,
    resolved: Vec<(Label, Resolved)>,
    flows: Vec<(Label, Result<FlowSeen, Fault>)>,
    /// What was read and is none of the declared ones: its id and tags.
    namesakes: Vec<(String, BTreeMap<String, String>)>,
}

/// The flows or modules of one instance while they are looked at.
struct Site<'o> {
    observer: &'o Observer<'o>,
    kind: Kind,
    name: &'o Label,
    arn: &'o InstanceArn,
    declared: Vec<Declared<'o>>,
    list: Lines,
    /// What was read, by id.
    read: BTreeMap<String, Result<FlowSeen, Fault>>,
    /// The tags that a search showed.
    searched: Vec<Tagged>,
}

impl Observer<'_> {
    /// Lists, finds what is declared by its tag or by its name, and reads it.
    pub(super) async fn contents(&self, kind: Kind, name: &Label, arn: &InstanceArn) -> ContentsSeen {
        let mut seen = ContentsSeen {
            kind,
            list: None,
            owners: None,
            unread: None,
            resolved: Vec::new(),
            flows: Vec::new(),
            namesakes: Vec::new(),
        };
        if !self.reads.by_id.contains(&Read::List(kind, name.clone())) {
            return seen;
        }
        let subject = format!("instance/{name}");
        let (list, owners) =
            join(self.session.list(kind, arn, &subject), self.owners(kind, name, arn, &subject)).await;
        let list = match list {
            Ok(list) => list,
            Err(fault) => {
                seen.list = Some(Err(fault));
                return seen;
            }
        };
        let (declared, read, searched) = (self.declared(kind, name), BTreeMap::new(), Vec::new());
        let mut site = Site { observer: self, kind, name, arn, declared, list, read, searched };
        let identities = site.look(&owners, &mut seen.unread).await;
        let Site { list, mut read, .. } = site;
        for (label, identity) in identities {
            if let Some(Identity::Is(id)) = &identity
                && let Some(result) = read.remove(id)
            {
                seen.flows.push((label.clone(), result));
            }
            seen.resolved.extend(resolved(identity, &list).map(|resolved| (label, resolved)));
        }
        seen.namesakes.extend(read.into_iter().filter_map(|(id, read)| Some((id, read.ok()?.tags))));
        (seen.list, seen.owners) = (Some(Ok(list)), owners);
        seen
    }

    fn declared<'a>(&'a self, kind: Kind, name: &'a Label) -> Vec<Declared<'a>> {
        let declared = self.reads.by_id.iter().filter_map(|read| match read {
            Read::Flow { kind: of, instance, flow } if *of == kind && instance == name => {
                let declared = self.desired.content(kind, flow)?;
                let (whole, adopt) = (declared.content.is_some(), declared.adopt);
                Some(Declared { label: flow, name: &declared.name, whole, adopt })
            }
            _ => None,
        });
        declared.collect()
    }

    /// Reads every owner tag, where that is asked for.
    async fn owners(
        &self,
        kind: Kind,
        name: &Label,
        arn: &InstanceArn,
        subject: &str,
    ) -> Option<Result<Vec<Tagged>, Fault>> {
        if !self.reads.by_id.contains(&Read::Owners(kind, name.clone())) {
            return None;
        }
        Some(self.session.tagged(kind, arn, None, subject).await)
    }

    /// Reads the lists of what flow files name: queues, prompts, hours.
    pub(super) async fn named(
        &self,
        name: &Label,
        arn: &InstanceArn,
    ) -> Vec<(NamedKind, Result<BTreeMap<String, FlowIds>, Fault>)> {
        let kinds = self.reads.by_id.iter().filter_map(|read| match read {
            Read::Named(instance, kind) if instance == name => Some(*kind),
            _ => None,
        });
        let subject = format!("instance/{name}");
        let subject = &subject;
        let looks = kinds.map(|kind| async move { (kind, self.session.named(kind, arn, subject).await) });
        join_all(looks).await
    }

    /// Puts what was seen to its instance, failures as gaps.
    pub(super) fn add_contents(&self, site: &mut SiteSeen, seen: ContentsSeen) {
        let ContentsSeen { kind, list, owners, unread, resolved, flows, namesakes } = seen;
        if let Some(result) = list {
            let name = site.name.clone();
            let list = look(result, &name, &mut site.gaps);
            site.lists.push((kind, list));
        }
        if let Some(result) = owners {
            let tagged =
                |tagged: Vec<Tagged>| tagged.into_iter().filter_map(|t| Some((t.id, t.owner?))).collect();
            let owners = look(result.map(tagged), &site.name.clone(), &mut site.gaps);
            site.owners.push((kind, owners));
        }
        site.gaps.extend(unread.map(|fault| gap(&fault, &Address::new(Kind::Instance, &site.name))));
        site.namesakes.extend(namesakes.into_iter().map(|(id, tags)| (kind, id, tags)));
        site.resolved.extend(resolved.into_iter().map(|(flow, resolved)| (kind, flow, resolved)));
        for (flow, result) in flows {
            let address = self.desired.flow_address(kind, &flow, &site.name);
            let seen = result.map(Look::Found).unwrap_or_else(|fault| {
                site.gaps.push(gap(&fault, &address));
                Look::Unknown
            });
            site.flows.push((kind, flow, seen));
        }
    }
}

impl Site<'_> {
    /// Finds out which live ones the declared ones are, and reads them. Tags are searched for only where a namesake does
    /// not carry the declared one's own, and something is there that was not read anyway. None stands for what could not
    /// be found out.
    async fn look(
        &mut self,
        owners: &Option<Result<Vec<Tagged>, Fault>>,
        unread: &mut Option<Fault>,
    ) -> BTreeMap<Label, Option<Identity>> {
        self.read_all(self.candidates()).await;
        let set = &self.observer.desired.set;
        let unsettled: BTreeSet<Label> =
            identity::unsettled(set, &self.declared, &self.live()).into_iter().cloned().collect();
        let all_read = self.list.values().all(|line| matches!(self.read.get(&line.id), Some(Ok(_))));
        let mut missed = BTreeSet::new();
        if !unsettled.is_empty() && !all_read {
            match owners {
                Some(Ok(owners)) => self.searched.clone_from(owners),
                // The failure is a gap already.
                Some(Err(_)) => missed = unsettled,
                None => match self.search(&unsettled).await {
                    Ok(found) => self.searched = found,
                    Err(fault) => (missed, *unread) = (unsettled, Some(fault)),
                },
            }
        }
        loop {
            let identities = identity::resolve(set, &self.declared, &self.live());
            let ids = identities.iter().filter_map(|(label, identity)| match identity {
                Identity::Is(id) if !self.read.contains_key(id) => Some((id.clone(), label.clone())),
                _ => None,
            });
            let ids: Vec<(String, Label)> = ids.collect();
            if ids.is_empty() {
                let is_known = |label: &Label| !missed.contains(label);
                return identities
                    .into_iter()
                    .map(|(label, identity)| (label.clone(), Some(identity).filter(|_| is_known(&label))))
                    .collect();
            }
            // What a search shows may lag behind: what is read is decided on again.
            self.read_all(ids).await;
        }
    }

    /// The namesakes of the declared ones, and those that an interrupted run left with a temporary name.
    fn candidates(&self) -> Vec<(String, Label)> {
        let set = &self.observer.desired.set;
        let mut found = BTreeMap::new();
        for declared in &self.declared {
            let suffix = identity::aside_suffix(set, self.kind, declared.label);
            let aside = |name: &str| declared.whole && name.ends_with(&suffix);
            let lines = self.list.iter().filter(|(name, _)| *name == declared.name || aside(name));
            found.extend(lines.map(|(_, line)| (line.id.clone(), declared.label.clone())));
        }
        found.into_iter().collect()
    }

    async fn search(&self, labels: &BTreeSet<Label>) -> Result<Vec<Tagged>, Fault> {
        let values: Vec<String> =
            labels.iter().map(|label| owner_tag(&self.observer.desired.set, label)).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let subject = format!("instance/{}", self.name);
        self.observer.session.tagged(self.kind, self.arn, Some(&values), &subject).await
    }

    /// Reads some, by their ids; what a failure says names the declared one that each is read for.
    async fn read_all(&mut self, wanted: Vec<(String, Label)>) {
        let looks = wanted.into_iter().filter_map(|(id, label)| {
            let (live, line) = self.list.iter().find(|(_, line)| line.id == id)?;
            let subject = self.observer.desired.flow_address(self.kind, &label, self.name).to_string();
            let (session, kind, arn) = (self.observer.session, self.kind, self.arn);
            Some(async move { (id, session.seen(kind, arn, live, line, &subject).await) })
        });
        let read = join_all(looks).await;
        self.read.extend(read);
    }

    /// Everything on the list, with the tags as far as they are known.
    fn live(&self) -> Vec<Live<'_>> {
        let searched: BTreeMap<&str, &Tagged> =
            self.searched.iter().map(|tagged| (tagged.id.as_str(), tagged)).collect();
        let live = self.list.iter().map(|(name, line)| {
            let (owner, mark) = match (self.read.get(&line.id), searched.get(line.id.as_str())) {
                (Some(Ok(seen)), _) => (seen.tags.get(OWNER_TAG), seen.tags.get(ADOPTED_TAG)),
                (_, Some(tagged)) => (tagged.owner.as_ref(), tagged.mark.as_ref()),
                _ => (None, None),
            };
            Live { id: &line.id, name, owner: owner.map(String::as_str), mark: mark.map(String::as_str) }
        });
        live.collect()
    }
}

/// Says the same with what the list holds; none where nothing live is it.
fn resolved(identity: Option<Identity>, list: &Lines) -> Option<Resolved> {
    let line = |id: &str| list.iter().find(|(_, line)| line.id == id);
    let name = |id: &str| line(id).map(|(name, _)| name.clone()).unwrap_or_default();
    match identity {
        None => Some(Resolved::Unread),
        Some(Identity::Absent) => None,
        Some(Identity::Is(id)) => {
            line(&id).map(|(_, line)| Resolved::Is(FlowIds { id: line.id.clone(), arn: line.arn.clone() }))
        }
        Some(Identity::Several(ids)) => {
            Some(Resolved::Several(ids.into_iter().map(|id| (name(&id), id)).collect()))
        }
        Some(Identity::Shared { id, with }) => Some(Resolved::Shared { name: name(&id), id, with }),
    }
}
