//! Makes instances and sets their settings.

use std::time::Duration;

use tokio::time::Instant;

use super::apply::{Ended, Runner};
use super::fault::Fault;
use crate::plan::{AttributesSpec, InstanceSpec, Outcome};

/// An instance takes minutes to be made; after this time the user is told to come back.
const MADE_WITHIN: Duration = Duration::from_secs(15 * 60);

impl Runner<'_> {
    pub(super) async fn attributes(&self, spec: &AttributesSpec, subject: &str) -> Ended {
        for (name, value) in &spec.attributes {
            self.session.set_attribute(&spec.instance, name, *value, subject).await?;
        }
        let began = Instant::now();
        let mut pause = Duration::from_millis(200);
        loop {
            let live = self.session.attributes(&spec.instance, subject).await?;
            let differs = spec.attributes.iter().find(|(name, value)| live.get(*name) != Some(*value));
            let Some((name, value)) = differs else { return Ok(Outcome::Applied) };
            if began.elapsed() >= self.session.visible_within() {
                let message =
                    format!("{subject}: {name} was set to {value}, but Amazon Connect does not show it");
                let hint = "some settings have to be enabled for the account by AWS Support first.";
                return Ok(Outcome::Failed { message, hint: Some(hint.to_owned()) });
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }

    /// Makes an instance and waits until it is active. After an unknown outcome the list is asked for the alias.
    pub(super) async fn instance(&self, spec: &InstanceSpec, subject: &str) -> Ended {
        // The same alias in the same place gives the same token: a second try is the same instance.
        let token = format!("flowbind-{}-{}", spec.place.region, spec.alias);
        let id = match self.session.create_instance(spec, &token, subject).await {
            Ok(id) => id,
            Err(fault) if fault.maybe_done() => self.find_instance(spec, fault, subject).await?,
            Err(fault) => return Err(fault),
        };
        let began = Instant::now();
        let mut pause = Duration::from_millis(500);
        loop {
            let seen = self.session.instance(&spec.place, &id, subject).await?;
            if let Some(seen) = &seen
                && seen.active
            {
                return Ok(Outcome::Applied);
            }
            let failed = seen.as_ref().filter(|seen| seen.status == "CREATION_FAILED");
            if let Some(seen) = failed {
                let why =
                    seen.status_reason.clone().unwrap_or_else(|| "Amazon Connect gives no reason".to_owned());
                let message = format!("{subject}: the instance could not be made: {why}");
                let hint = "mend the reason and run the command again; creations are rationed, so do not repeat it blindly.";
                return Ok(Outcome::Failed { message, hint: Some(hint.to_owned()) });
            }
            if began.elapsed() >= MADE_WITHIN {
                let message = format!("{subject}: the instance is still being made");
                return Ok(Outcome::Failed {
                    message,
                    hint: Some("run the command again later.".to_owned()),
                });
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(15));
        }
    }

    async fn find_instance(&self, spec: &InstanceSpec, fault: Fault, subject: &str) -> Result<String, Fault> {
        let there = self.session.instances(&spec.place, subject).await?;
        let found = there.into_iter().find(|seen| seen.alias.as_ref() == Some(&spec.alias));
        found.map(|seen| seen.arn.id).ok_or(fault)
    }
}
