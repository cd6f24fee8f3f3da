//! Looks at the flows and modules of an instance, and at what their files name there.

use std::collections::BTreeMap;

use futures_util::future::{join, join_all};

use super::connect_search::Tagged;
use super::fault::Fault;
use super::observe::{Observer, SiteSeen, gap, look};
use super::session::Session;
use crate::manifest::NamedKind;
use crate::plan::{Read, flow_address, owner_tag};
use crate::resource::{InstanceArn, Kind, Label};
use crate::snapshot::{FlowIds, FlowSeen, FlowSummary, Look};

/// What was seen of the flows, or of the modules, of one instance.
pub(super) struct ContentsSeen {
    kind: Kind,
    list: Option<Result<BTreeMap<String, FlowSummary>, Fault>>,
    owners: Option<Result<Vec<Tagged>, Fault>>,
    flows: Vec<(Label, Result<FlowSeen, Fault>)>,
}

impl Observer<'_> {
    /// Lists, finds what was declared by name or, where the name is not there, by tag, and reads it.
    pub(super) async fn contents(&self, kind: Kind, name: &Label, arn: &InstanceArn) -> ContentsSeen {
        let mut seen = ContentsSeen { kind, list: None, owners: None, flows: Vec::new() };
        if !self.reads.by_id.contains(&Read::List(kind, name.clone())) {
            return seen;
        }
        let subject = format!("instance/{name}");
        let declared: Vec<(&Label, &str)> = self.declared(kind, name).collect();
        let listed = async {
            let (list, owners) =
                join(self.session.list(kind, arn, &subject), self.owners(kind, name, arn, &subject)).await;
            let list = list?;
            let known = match &owners {
                Some(Ok(owners)) => Some(owners.as_slice()),
                _ => None,
            };
            let renamed = self.renamed(kind, arn, &declared, &list, known, &subject).await?;
            Ok((list, owners, renamed))
        };
        let (list, owners, renamed) = match listed.await {
            Ok(all) => all,
            Err(fault) => {
                seen.list = Some(Err(fault));
                return seen;
            }
        };
        let looks = declared.into_iter().filter_map(|(flow, wanted)| {
            let live = if list.contains_key(wanted) { wanted } else { renamed.get(flow)?.as_str() };
            let summary = list.get(live)?;
            Some(async move { (flow.clone(), self.flow(kind, name, flow, arn, live, summary).await) })
        });
        seen.flows = join_all(looks).await;
        (seen.list, seen.owners) = (Some(Ok(list)), owners);
        seen
    }

    fn declared<'a>(&'a self, kind: Kind, name: &'a Label) -> impl Iterator<Item = (&'a Label, &'a str)> {
        self.reads.by_id.iter().filter_map(move |read| match read {
            Read::Flow { kind: of, instance, flow } if *of == kind && instance == name => {
                Some((flow, self.desired.content(kind, flow)?.name.as_str()))
            }
            _ => None,
        })
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

    /// Finds flows of the set that are there under another name, by their tag. Only whole contents are tagged.
    async fn renamed(
        &self,
        kind: Kind,
        arn: &InstanceArn,
        declared: &[(&Label, &str)],
        list: &BTreeMap<String, FlowSummary>,
        owners: Option<&[Tagged]>,
        subject: &str,
    ) -> Result<BTreeMap<Label, String>, Fault> {
        let missing = declared.iter().filter(|(flow, name)| {
            let whole = self.desired.content(kind, flow).is_some_and(|flow| flow.content.is_some());
            whole && !list.contains_key(*name)
        });
        let wanted: BTreeMap<String, &Label> =
            missing.map(|(flow, _)| (owner_tag(&self.desired.set, flow), *flow)).collect();
        // Where every flow there has a declared name, none can have been renamed.
        let strangers = list.keys().any(|name| !declared.iter().any(|(_, declared)| declared == name));
        if wanted.is_empty() || !strangers {
            return Ok(BTreeMap::new());
        }
        let values: Vec<&str> = wanted.keys().map(String::as_str).collect();
        let searched = match owners {
            Some(_) => Vec::new(),
            None => self.session.tagged(kind, arn, Some(&values), subject).await?,
        };
        let found = owners.unwrap_or(&searched).iter();
        Ok(found
            .filter_map(|tagged| Some(((*wanted.get(&tagged.owner)?).clone(), tagged.name.clone())))
            .collect())
    }

    async fn flow(
        &self,
        kind: Kind,
        instance: &Label,
        flow: &Label,
        arn: &InstanceArn,
        live: &str,
        summary: &FlowSummary,
    ) -> Result<FlowSeen, Fault> {
        let subject = flow_address(self.desired, kind, flow, instance).to_string();
        self.session.seen(kind, arn, live, summary, &subject).await
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
        let ContentsSeen { kind, list, owners, flows } = seen;
        if let Some(result) = list {
            let name = site.name.clone();
            let list = look(result, &name, &mut site.gaps);
            site.lists.push((kind, list));
        }
        if let Some(result) = owners {
            let by_id = |tagged: Vec<Tagged>| tagged.into_iter().map(|t| (t.id, t.owner)).collect();
            let owners = look(result.map(by_id), &site.name.clone(), &mut site.gaps);
            site.owners.push((kind, owners));
        }
        for (flow, result) in flows {
            let address = flow_address(self.desired, kind, &flow, &site.name);
            let seen = result.map(Look::Found).unwrap_or_else(|fault| {
                site.gaps.push(gap(&fault, &address));
                Look::Unknown
            });
            site.flows.push((kind, flow, seen));
        }
    }
}

impl Session {
    /// Reads what is published, and the draft.
    pub(super) async fn seen(
        &self,
        kind: Kind,
        arn: &InstanceArn,
        live: &str,
        summary: &FlowSummary,
        subject: &str,
    ) -> Result<FlowSeen, Fault> {
        let published = async {
            match summary.published {
                true => self.published(kind, arn, &summary.id, subject).await,
                false => Ok(None),
            }
        };
        let (published, draft) = join(published, self.draft(kind, arn, &summary.id, subject)).await;
        let (published, draft) = (published?, draft?);
        let about = published.as_ref().or(draft.as_ref());
        Ok(FlowSeen {
            summary: summary.clone(),
            name: live.to_owned(),
            description: about.map(|seen| seen.description.clone()).unwrap_or_default(),
            tags: about.map(|seen| seen.tags.clone()).unwrap_or_default(),
            published: published.map(|seen| seen.content),
            draft: draft.map(|seen| seen.content),
        })
    }
}
