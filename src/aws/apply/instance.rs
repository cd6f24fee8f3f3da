//! Makes instances and sets their settings.

use std::time::Duration;

use super::Runner;
use super::ended::{Done, Ended, NotDone};
use super::once::{Created, once, or_shown};
use crate::aws::session::Fault;
use crate::plan::{AttributesSpec, Failure, InstanceSpec};
use crate::snapshot::InstanceStatus;

/// An instance takes minutes to be made; after this time the user is told to come back.
const MADE_WITHIN: Duration = Duration::from_secs(15 * 60);

impl Runner<'_> {
    pub(super) async fn attributes(&self, spec: &AttributesSpec, subject: &str) -> Ended {
        // Each is on or off: what is not as it was when the plan was made is as it is to be.
        let now = self.session.attributes(&spec.instance, subject).await?;
        let open = spec.attributes.iter().filter(|(name, value)| now.get(*name) != Some(*value));
        let open: Vec<_> = open.collect();
        if open.is_empty() {
            return Ok(Done::AlreadySo);
        }
        for (name, value) in open {
            let written = self.session.set_attribute(&spec.instance, name, *value, subject).await;
            let look = async || {
                let live = self.session.attributes(&spec.instance, subject).await?;
                Ok(live.get(name) == Some(value))
            };
            or_shown(self.session, written, look).await?;
        }
        let mut wait = self.session.wait();
        loop {
            let live = self.session.attributes(&spec.instance, subject).await?;
            let differs = spec.attributes.iter().find(|(name, value)| live.get(*name) != Some(*value));
            let Some((name, value)) = differs else { return Ok(Done::Written) };
            if !wait.goes_on().await {
                let message = format!(
                    "{subject}: Amazon Connect accepted {name}={value} and does not show it after {}",
                    wait.waited()
                );
                let hint = "AWS Support has to enable some settings for the account first; `flowbind plan` shows whether it \
                            took effect.";
                return Err(NotDone::Unknown(Failure::new(message, hint)));
            }
        }
    }

    /// Creates an instance and waits until it is active. After an unknown outcome the list is asked for the alias.
    pub(super) async fn instance(&self, spec: &InstanceSpec, subject: &str) -> Ended {
        // The same alias in the same place gives the same token: a second try is the same instance.
        let token = format!("flowbind-{}-{}", spec.place.region, spec.alias);
        let create = || self.session.create_instance(spec, &token, subject);
        let id = match &spec.begun {
            Some(id) => id.clone(),
            None => match once(self.session, create, || self.find_instance(spec, subject)).await? {
                Created::Made(id) | Created::Found(id, _) => id,
            },
        };
        let mut wait = self.session.wait_for(MADE_WITHIN);
        loop {
            let seen = self.session.instance(&spec.place, &id, subject).await?;
            if let Some(seen) = &seen
                && seen.status == InstanceStatus::Active
            {
                return Ok(Done::Written);
            }
            let failed = seen.as_ref().filter(|seen| seen.status == InstanceStatus::Failed);
            if let Some(seen) = failed {
                let why =
                    seen.status_reason.clone().unwrap_or_else(|| "Amazon Connect gives no reason".to_owned());
                let message = format!("{subject}: the instance could not be created: {why}");
                let hint = "fix the cause before you run again: AWS limits how often instances are created.";
                return Err(NotDone::failed(message, hint));
            }
            if !wait.goes_on().await {
                return Err(NotDone::not_shown(
                    &wait,
                    format!("{subject}: the instance is still being created"),
                ));
            }
        }
    }

    async fn find_instance(&self, spec: &InstanceSpec, subject: &str) -> Result<Option<String>, Fault> {
        let there = self.session.instances(&spec.place, subject).await?;
        let found = there.into_iter().find(|seen| seen.alias.as_ref() == Some(&spec.alias));
        Ok(found.map(|seen| seen.arn.id))
    }
}
