//! Writes tags alone, of what agrees otherwise.

use std::collections::BTreeMap;

use super::Runner;
use super::ended::{Done, Ended, NotDone};
use super::once::or_shown;
use super::reread::Target;
use super::role::steady;
use crate::aws::session::Fault;
use crate::plan::{TagTarget, TagsSpec, owner_changed};
use crate::resource::InstanceArn;

impl Runner<'_> {
    pub(super) async fn retag(&self, spec: &TagsSpec, subject: &str) -> Ended {
        let TagsSpec { target, tags, before } = spec;
        let content = target.content().zip(target.instance());
        let content = content.map(|((kind, id), instance)| Target { kind, instance, id, subject });
        let flow = match content {
            Some(content) => self.session.flow_now(content).await?,
            None => None,
        };
        let now = match content {
            Some(_) => flow.as_ref().map(|seen| seen.tags.clone()),
            None => self.tags_now(target, subject).await?,
        };
        let Some(now) = now else { return Err(NotDone::gone(subject)) };
        if tags.iter().all(|(key, value)| now.get(key) == Some(value)) {
            if let Some((content, seen)) = content.zip(flow) {
                self.found_tags(content, before, seen);
            }
            return Ok(Done::AlreadySo);
        }
        if let Some(what) = owner_changed(before, &now) {
            return Err(NotDone::changed(subject, &what));
        }
        let written = self.write_tags(spec, subject).await;
        let look = async || {
            let now = self.tags_now(target, subject).await?;
            Ok(now.is_some_and(|now| tags.iter().all(|(key, value)| now.get(key) == Some(value))))
        };
        or_shown(self.session, written, look).await?;
        if let Some((content, seen)) = content.zip(flow) {
            self.retagged(content, seen, tags);
        }
        Ok(Done::Written)
    }

    async fn write_tags(&self, TagsSpec { target, tags, .. }: &TagsSpec, subject: &str) -> Result<(), Fault> {
        match target {
            TagTarget::Content { instance, arn } => {
                self.session.tag(instance, arn, tags, subject).await?;
            }
            TagTarget::Instance(instance) => {
                self.session.tag(instance, &instance.to_string(), tags, subject).await?;
            }
            TagTarget::Function(function) => {
                self.session.tag_function(function, tags, subject).await?;
            }
            TagTarget::Role { place, name } => {
                steady(self.session, || self.session.tag_role(place, name, tags, subject)).await?;
            }
        }
        Ok(())
    }

    /// Reads the tags right before they are written; none if what carries them is gone.
    async fn tags_now(
        &self,
        target: &TagTarget,
        subject: &str,
    ) -> Result<Option<BTreeMap<String, String>>, Fault> {
        Ok(match target {
            TagTarget::Content { instance, .. } => {
                let Some((kind, id)) = target.content() else { return Ok(None) };
                let target = Target { kind, instance, id, subject };
                self.session.flow_now(target).await?.map(|seen| seen.tags)
            }
            TagTarget::Instance(InstanceArn { place, id }) => {
                let seen = self.session.instance(place, id, subject).await?;
                seen.map(|seen| seen.tags.unwrap_or_default())
            }
            TagTarget::Function(function) => {
                let seen = self.session.function(function, subject).await?;
                seen.map(|seen| seen.tags.unwrap_or_default())
            }
            TagTarget::Role { place, name } => {
                let role = self.session.role_alone(place, name, subject).await?;
                role.map(|(_, _, tags)| tags)
            }
        })
    }
}
