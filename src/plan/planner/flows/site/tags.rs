//! What the tags of a live flow or module say, against what they are to say.

use std::collections::BTreeMap;

use super::{PlannedTags, Site};
use crate::flow::compare;
use crate::flow::document::Document;
use crate::manifest::Status;
use crate::plan::facts::identity;
use crate::plan::facts::ownership::{ADOPTED_TAG, APPLIED_TAG, OWNER_TAG, OtherSet, Owner, owner_tag};
use crate::plan::model::{Cause, TagTarget, TagsSpec};
use crate::plan::planner::flows::stub_text;
use crate::resource::{InstanceArn, Label};
use crate::snapshot::FlowSeen;

impl Site<'_> {
    pub(in crate::plan) fn owner(&self, seen: &FlowSeen) -> Owner {
        Owner::of(Some(&seen.tags), &self.desired.set)
    }

    /// Says why the set may not write to it unless the manifest adopts it.
    pub(super) fn refusal(&self, seen: &FlowSeen) -> Option<String> {
        match self.owner(seen) {
            Owner::Ours(label) if !self.is_mine(&label) => {
                Some(format!("it carries the tag of {}/{label} and may be a copy", self.kind))
            }
            owner => owner.refusal(),
        }
    }

    /// Whether the set writes to it where it differs. Blocks are bound in what is made by hand, too.
    pub(in crate::plan) fn may_be_written(&self, seen: &FlowSeen) -> bool {
        self.binds(seen) || self.flow.adopt || self.refusal(seen).is_none()
    }

    /// Whether only blocks are bound, in what no set made: what another set made has its own manifest.
    pub(super) fn binds(&self, seen: &FlowSeen) -> bool {
        self.flow.content.is_none() && self.owner(seen) == Owner::Nobody
    }

    /// Whether something that the set made under a logical name is this one: under its own, or under one of earlier
    /// days that the instance's declarations do not have any more.
    fn is_mine(&self, label: &str) -> bool {
        let here = |label: &Label| {
            let declared = self.desired.content(self.kind, label);
            declared.is_some_and(|flow| flow.instances.contains(self.instance))
        };
        label == self.name.as_str() || !Label::parse(label).is_ok_and(|label| here(&label))
    }

    fn is_ours(&self, seen: &FlowSeen) -> bool {
        let owner = self.owner(seen);
        owner.is_ours() && owner.name().is_some_and(|label| self.is_mine(label))
    }

    /// The tag of another set that made it or adopted it: then that one notes in it what was applied last, and not this
    /// one, which only adopts it too.
    pub(super) fn other_set<'t>(&self, seen: &'t FlowSeen) -> Option<OtherSet<'t>> {
        OtherSet::of(&seen.tags, &self.desired.set).filter(|_| !self.is_ours(seen))
    }

    /// The tag that a whole content gets when it is written to: of the owner, or of who adopted it, which never
    /// becomes the owner.
    pub(super) fn claim(&self, seen: &FlowSeen) -> BTreeMap<String, String> {
        let key = if self.is_ours(seen) {
            OWNER_TAG
        } else if self.flow.adopt && Owner::adopted_by_another(&seen.tags, &self.desired.set).is_none() {
            ADOPTED_TAG
        } else {
            return BTreeMap::new();
        };
        let whole = self.flow.content.is_some();
        let tag = whole.then(|| (key.to_owned(), owner_tag(&self.desired.set, self.name)));
        tag.into_iter().collect()
    }

    /// Compares the tags of a content that agrees. What the set never wrote to gets none; what another set made keeps
    /// what that one has noted.
    pub(super) fn tag_change(
        &self,
        instance: &InstanceArn,
        seen: &FlowSeen,
        live: &Document,
    ) -> Option<PlannedTags> {
        self.flow.content.as_ref()?;
        let tag = |key: &str| seen.tags.get(key);
        let ours = self.is_ours(seen);
        let adopted = self.flow.adopt
            && self.other_set(seen).is_none()
            && match self.owner(seen) {
                Owner::Adopted(_) => true,
                Owner::Nobody => tag(APPLIED_TAG).is_some(),
                _ => false,
            };
        if !ours && !adopted {
            return None;
        }
        let (mut tags, mut words) = (BTreeMap::new(), Vec::new());
        for (key, value) in self.claim(seen) {
            match tag(&key).filter(|old| **old != value) {
                Some(old) => {
                    words.push(format!("its tag still says `{old}`, which the manifest no longer declares"))
                }
                None if tag(&key).is_none() => {
                    words.push("it is adopted, but not marked as such yet".to_owned())
                }
                None => continue,
            }
            tags.insert(key, value);
        }
        let cause = if tags.is_empty() { Cause::Unknown } else { Cause::Manifest };
        let digest = compare::digest(live);
        if tag(APPLIED_TAG) != Some(&digest) {
            words.push(
                "its content matches the manifest, but its tag `flowbind/applied` is out of date".to_owned(),
            );
            tags.insert(APPLIED_TAG.to_owned(), digest);
        }
        let target = TagTarget::Content { instance: instance.clone(), arn: seen.summary.arn.clone() };
        let (address, spec) = (self.address(), TagsSpec { target, tags, before: seen.tags.clone() });
        let guard = self.tags_guard(seen, &spec.tags);
        (!spec.tags.is_empty()).then(|| PlannedTags { address, spec, reason: words.join("; "), cause, guard })
    }

    /// The owner's tag alone, of one that the set made under a logical name of earlier days.
    pub(in crate::plan) fn tag_of_earlier_days(
        &self,
        instance: &InstanceArn,
        seen: &FlowSeen,
    ) -> Option<PlannedTags> {
        let old = seen.tags.get(OWNER_TAG).filter(|_| self.is_ours(seen))?;
        let mut tags = self.claim(seen);
        tags.retain(|key, value| seen.tags.get(key) != Some(value));
        let target = TagTarget::Content { instance: instance.clone(), arn: seen.summary.arn.clone() };
        let reason = format!("its tag still says `{old}`, which the manifest no longer declares");
        let (address, spec) = (self.address(), TagsSpec { target, tags, before: seen.tags.clone() });
        let (cause, guard) =
            (Cause::Manifest, self.tags_guard(seen, &spec.tags).filter(|_| !self.is_aside(seen)));
        (!spec.tags.is_empty()).then_some(PlannedTags { address, spec, reason, cause, guard })
    }

    /// Whether a run of the set was interrupted before the content was there: a stub, or never published.
    pub(in crate::plan) fn is_half_made(&self, seen: &FlowSeen) -> bool {
        if self.flow.content.is_none() || !self.is_ours(seen) {
            return false;
        }
        let content = seen.published.as_ref().or(seen.draft.as_ref());
        let stub = || content.is_some_and(|content| content.text.means(&stub_text(self.flow.kind)));
        let unpublished = self.status() == Status::Published && seen.published.is_none();
        // What has the tag was written whole, and only saved because the manifest said so then.
        !seen.tags.contains_key(APPLIED_TAG) && (unpublished || stub())
    }

    /// Whether an interrupted run left it with a temporary name.
    pub(super) fn is_aside(&self, seen: &FlowSeen) -> bool {
        seen.name.ends_with(&identity::aside_suffix(&self.desired.set, self.kind, self.name))
    }
}
