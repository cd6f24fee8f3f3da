//! Waiting until an association shows in its instance's list.
//!
//! Associations come many at a time and the list has no look-up by function, so that waiters share their looks: a
//! look that began after the write answers for every waiter.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::budget::Patience;
use super::fault::Fault;
use super::session::Session;
use crate::resource::InstanceArn;

type Seen = Arc<Mutex<Option<(Instant, BTreeSet<String>)>>>;

/// The last look at each instance.
#[derive(Debug, Default)]
pub(super) struct Visibility {
    looks: StdMutex<BTreeMap<InstanceArn, Seen>>,
}

impl Visibility {
    /// Waits until the list holds the ARN; says whether it did so in time.
    pub(super) async fn wait(
        &self,
        session: &Session,
        instance: &InstanceArn,
        arn: &str,
        within: Duration,
        subject: &str,
    ) -> Result<bool, Fault> {
        let mut since = Instant::now();
        let mut patience = Patience::new(session, within);
        loop {
            if self.look(session, instance, subject, since).await?.contains(arn) {
                return Ok(true);
            }
            since = Instant::now();
            if !patience.goes_on().await {
                return Ok(false);
            }
        }
    }

    /// Looks, or takes a look that began after `since`: however long it had to wait for its turn, it answers for all who
    /// waited meanwhile.
    async fn look(
        &self,
        session: &Session,
        instance: &InstanceArn,
        subject: &str,
        since: Instant,
    ) -> Result<BTreeSet<String>, Fault> {
        let seen = {
            let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(looks.entry(instance.clone()).or_default())
        };
        let mut seen = seen.lock().await;
        if let Some((at, list)) = seen.as_ref()
            && *at >= since
        {
            return Ok(list.clone());
        }
        let at = Instant::now();
        let list = session.functions_of(instance, subject).await?;
        *seen = Some((at, list.clone()));
        Ok(list)
    }
}
