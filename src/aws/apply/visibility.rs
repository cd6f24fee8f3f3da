//! Waiting until an association shows in its instance's list.
//!
//! Associations come many at a time and the list has no look-up by function, so that waiters share their looks. When one
//! is due is the [`Wave`]'s matter; a look that began after the write answers for every waiter.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex, Notify};
use tokio::time::Instant;

use crate::aws::session::{Fault, Session};
use crate::plan::{Action, Queue, Wave, Write};
use crate::resource::InstanceArn;

/// How long a write stays invisible, as this run has seen it: reads that come sooner would be in vain, and many wait at
/// once.
#[derive(Debug, Default)]
pub(super) struct Lag(AtomicU64);

/// No write is waited for longer before it is looked at first.
const LONGEST_LAG: Duration = Duration::from_secs(3);

impl Lag {
    /// Waits until a write may show.
    pub(super) async fn pass(&self, written: Instant) {
        tokio::time::sleep_until(written + Duration::from_millis(self.0.load(Ordering::Relaxed))).await;
    }

    /// A write shows now that did not at an earlier look.
    pub(super) fn learn(&self, written: Instant) {
        let lag = written.elapsed().min(LONGEST_LAG).as_millis();
        self.0.fetch_max(u64::try_from(lag).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// The associations of a run, by instance.
#[derive(Debug, Default)]
pub(super) struct Visibility {
    lists: BTreeMap<InstanceArn, List>,
    pub(super) lag: Lag,
}

/// One instance's list.
#[derive(Debug, Default)]
struct List {
    /// By the ARNs of the functions.
    wave: StdMutex<Waiting>,
    /// Heard by all who wait when a look may be due.
    moved: Notify,
    /// The last look, and when it began. One that failed answers for all who waited for it as well.
    seen: Mutex<Option<(Instant, Looked)>>,
}

type Looked = Result<Arc<BTreeSet<String>>, Fault>;

#[derive(Debug, Default)]
struct Waiting {
    wave: Wave<String>,
    /// Those whose look is due.
    due: BTreeSet<String>,
}

impl Visibility {
    /// Expects the associations of some actions, which are queued by their numbers.
    pub(super) fn expecting(actions: &[Action], queue: &Queue) -> Self {
        let mut lists: BTreeMap<InstanceArn, List> = BTreeMap::new();
        for (n, action) in actions.iter().enumerate() {
            if let Write::Association(spec) = action.write() {
                let list = lists.entry(spec.instance.clone()).or_default();
                let waiting = queue.waiters(n).iter().copied();
                list.waiting().wave.expect(spec.function.arn().to_string(), waiting);
            }
        }
        Self { lists, lag: Lag::default() }
    }

    /// An action has ended: it will write no association any more.
    pub(super) fn over(&self, action: &Action) {
        if let Write::Association(spec) = action.write()
            && let Some(list) = self.lists.get(&spec.instance)
        {
            list.moves(|wave| wave.over(&spec.function.arn().to_string()));
        }
    }

    /// Waits until the list holds the ARN of a function that was associated; says whether it did so in time.
    pub(super) async fn wait(
        &self,
        session: &Session,
        instance: &InstanceArn,
        arn: &str,
        within: Duration,
        subject: &str,
    ) -> Result<bool, Fault> {
        let unexpected = List::default();
        let list = self.lists.get(instance).unwrap_or(&unexpected);
        let mut since = Instant::now();
        list.moves(|wave| wave.written(arn.to_owned()));
        tokio::select! {
            () = list.until_due(arn) => {}
            // Nothing more is written that could be waited for.
            () = session.until_ends() => {}
        }
        // The last write that the look is to show has just ended.
        let due = Instant::now();
        let (mut wait, mut looks) = (session.wait_for(within), 0);
        self.lag.pass(due).await;
        loop {
            looks += 1;
            if list.look(session, instance, subject, since).await?.contains(arn) {
                if looks > 1 {
                    self.lag.learn(due);
                }
                return Ok(true);
            }
            since = Instant::now();
            if !wait.goes_on().await {
                return Ok(false);
            }
        }
    }
}

impl List {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // A panic elsewhere leaves whole entries behind.
        self.wave.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the wave, and tells all who wait if a look is due now.
    fn moves(&self, change: impl FnOnce(&mut Wave<String>)) {
        let mut waiting = self.waiting();
        change(&mut waiting.wave);
        let due = waiting.wave.due();
        if !due.is_empty() {
            waiting.due.extend(due);
            self.moved.notify_waiters();
        }
    }

    async fn until_due(&self, arn: &str) {
        loop {
            let moved = self.moved.notified();
            if self.waiting().due.remove(arn) {
                return;
            }
            moved.await;
        }
    }

    /// Looks, or takes a look that began after `since`: however long it had to wait for its turn, it answers for all who
    /// waited meanwhile.
    async fn look(&self, session: &Session, instance: &InstanceArn, subject: &str, since: Instant) -> Looked {
        let mut seen = self.seen.lock().await;
        if let Some((at, looked)) = seen.as_ref()
            && *at >= since
        {
            return looked.clone().map_err(|fault| Fault { subject: subject.to_owned(), ..fault });
        }
        let at = Instant::now();
        let looked = session.functions_of(instance, subject).await.map(Arc::new);
        *seen = Some((at, looked.clone()));
        looked
    }
}
