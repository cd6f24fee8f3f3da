//! The emulator behind its wire: one state behind one mutex, and everything that decides whether and how a request
//! reaches it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;

use super::front_door::Hosts;
use super::inner::{Around, Done, Inner};
use super::passage::{Admitted, InPlace, Incoming, Outcome};
use super::stats::{Stats, UnderWay};
use crate::emulator::registry;
use crate::emulator::run::Functions;
use crate::emulator::settings::Settings;
use crate::emulator::settings::faults::endless;
use crate::emulator::settings::faults::lost_writes;
use crate::emulator::settings::faults::{FalseAnswer, FaultKind, Faults};
use crate::emulator::settings::rates::Buckets;
use crate::emulator::state::State;
use crate::emulator::state::history::History;
use crate::emulator::store::packages::Packages;
use crate::emulator::store::saving::Saving;
use crate::emulator::store::{StateError, Store};
use crate::emulator::wire::ApiError;

/// The shared part of a running emulator.
#[derive(Debug)]
pub(crate) struct Core {
    settings: Settings,
    inner: Mutex<Inner>,
    /// The code of functions.
    packages: Arc<Packages>,
    /// The functions that run.
    pub(crate) functions: Arc<Functions>,
    /// The state file, if there is one. Never locked by who has locked the other.
    saving: Option<Saving>,
    /// The operation at which the world stands still, if it does.
    frozen: watch::Sender<Option<String>>,
    /// The calls that are on their way.
    pub(crate) under_way: UnderWay,
}

impl Core {
    pub(crate) fn new(
        settings: Settings,
        state: State,
        store: Option<Store>,
        (packages, functions): (Arc<Packages>, Arc<Functions>),
    ) -> Self {
        let faults = Faults::new(&settings.faults, settings.seed);
        let saving = store.map(|store| Saving::new(store, state.clone()));
        let inner = Inner {
            state,
            history: History::default(),
            buckets: Buckets::default(),
            faults,
            stats: Stats::default(),
            writes: 0,
            requests: 0,
            closed: false,
        };
        Self {
            settings,
            inner: Mutex::new(inner),
            packages,
            functions,
            saving,
            frozen: watch::Sender::new(None),
            under_way: UnderWay::default(),
        }
    }

    /// A panic in one request must not silence the others; the state is replaced as a whole, so it is never half
    /// written.
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn around(&self) -> Around<'_> {
        Around { settings: &self.settings, packages: &self.packages, functions: &self.functions }
    }

    /// The names under which it may be called.
    pub(crate) fn hosts(&self) -> Hosts {
        if self.settings.allow_remote { Hosts::Any } else { Hosts::Loopback }
    }

    /// Returns the counters.
    pub(crate) fn stats(&self) -> Stats {
        // One lock after the other: a call that freezes the world holds the inner one while it says so.
        let stats = self.inner().stats.clone();
        let (frozen, rates) = (self.frozen.borrow().clone(), self.settings.rates.factor());
        Stats { frozen, rates, most_at_once: self.under_way.most(), ..stats }
    }

    /// Clears the counters, those of faults too.
    pub(crate) fn reset(&self) {
        let mut inner = self.inner();
        inner.stats = Stats::default();
        inner.faults.reset();
        self.under_way.reset();
    }

    /// Returns the code of functions.
    pub(crate) fn packages(&self) -> &Arc<Packages> {
        &self.packages
    }

    /// Returns a copy of everything it holds.
    pub(crate) fn state(&self) -> State {
        self.inner().state.clone()
    }

    /// Waits until the world stands still, and says at which operation.
    pub(crate) async fn until_frozen(&self) -> String {
        let mut frozen = self.frozen.subscribe();
        // The sender lives as long as this.
        frozen.wait_for(Option::is_some).await.ok().and_then(|at| at.clone()).unwrap_or_default()
    }

    /// Waits until the world does not stand still.
    pub(crate) async fn until_thawed(&self) {
        let _ = self.frozen.subscribe().wait_for(Option::is_none).await;
    }

    /// Lets a frozen world go on.
    pub(crate) fn thaw(&self) {
        self.frozen.send_replace(None);
    }

    /// Returns whether a write waits for a disk.
    pub(crate) fn writes_files(&self) -> bool {
        self.settings.state.is_some()
    }

    /// Creates the id of a request that fits no operation.
    pub(crate) fn request_id(&self) -> String {
        self.inner().request_id(self.settings.seed)
    }

    /// Saves the state and lets go of its file. Requests that come later get no answer.
    pub(crate) fn close(&self) -> Result<(), StateError> {
        let state = {
            let mut inner = self.inner();
            inner.closed = true;
            inner.state.clone()
        };
        self.saving.as_ref().map_or(Ok(()), |saving| saving.close(&state))
    }

    /// Finds the operation, counts the call and decides what is injected.
    pub(crate) fn admit(&self, incoming: Incoming) -> Admitted {
        let mut inner = self.inner();
        let request_id = inner.request_id(self.settings.seed);
        let Incoming { scope, service, raw } = incoming;
        let action = raw.body.get("Action").and_then(Value::as_str);
        let Some((operation, labels)) = registry::find(service, &raw, action) else {
            let modelled = registry::absent::find(service, &raw).map(|operation| operation.name);
            let named = modelled.or(action).map(str::to_owned);
            let what = named.unwrap_or_else(|| format!("{} {}", raw.method, raw.path));
            let name = format!("{}:{what}", service.prefix());
            tracing::warn!(operation = name, "unknown operation");
            inner.stats.unknown.insert(name.clone());
            let delay = Duration::ZERO;
            return Admitted { known: None, faults: Vec::new(), snapshot: None, delay, name, request_id };
        };
        inner.stats.called(service.prefix(), operation.name);
        let faults = inner.faults.decide(service, operation.name, operation.handler.writes());
        let call = inner.call(operation, labels, &scope, raw);
        let mut delay = Duration::ZERO;
        let mut snapshot = None;
        for fault in &faults {
            match fault {
                FaultKind::Delay(wait) => delay = delay.max(*wait),
                FaultKind::LosePolicyWrite => {
                    snapshot = lost_writes::snapshot(&inner.state, &call);
                    delay = delay.max(lost_writes::WINDOW);
                }
                _ => {}
            }
        }
        let name = operation.name.to_owned();
        Admitted { known: Some((call, operation.handler)), faults, snapshot, delay, name, request_id }
    }

    /// Carries the request out, or refuses it, and waits until what it saw is on disk. While the world is frozen the
    /// request is handed back, to be tried again when it goes on.
    pub(crate) fn execute(&self, admitted: Admitted) -> Result<Outcome, Box<Admitted>> {
        let service = admitted.known.as_ref().map(|(call, _)| call.service);
        let (outcome, writes) = self.carry_out(admitted)?;
        match service {
            Some(service) if !self.saved(writes) => Ok(Outcome::Answer(Err(ApiError::internal(service)))),
            _ => Ok(outcome),
        }
    }

    /// Returns whether the first writes are on disk, where there is one; those that it refuses are undone.
    fn saved(&self, writes: u64) -> bool {
        let Some(saving) = &self.saving else { return true };
        let newest = || {
            let inner = self.inner();
            (inner.writes, inner.state.clone())
        };
        let undo = |state: &State| {
            let mut inner = self.inner();
            (inner.state, inner.history) = (state.clone(), History::default());
            inner.writes += 1;
            inner.writes - 1
        };
        saving.holds(writes, newest, undo)
    }

    /// Carries the request out, and counts the writes up to then.
    fn carry_out(&self, mut admitted: Admitted) -> Result<(Outcome, u64), Box<Admitted>> {
        let mut inner = self.inner();
        let at =
            admitted.known.as_ref().map(|(call, _)| format!("{}:{}", call.service.prefix(), admitted.name));
        if let Some(index) = admitted.faults.iter().position(|fault| *fault == FaultKind::FreezeBefore) {
            admitted.faults.remove(index);
            self.frozen.send_replace(at.clone());
        }
        if self.frozen.borrow().is_some() {
            return Err(Box::new(admitted));
        }
        let after = admitted.faults.contains(&FaultKind::FreezeAfter);
        let outcome = self.outcome(&mut inner, admitted);
        if after {
            self.frozen.send_replace(at);
        }
        Ok((outcome, inner.writes))
    }

    fn outcome(&self, inner: &mut Inner, admitted: Admitted) -> Outcome {
        let Some((mut call, handler)) = admitted.known else { return Outcome::Unknown };
        let has = |kind| admitted.faults.contains(&kind);
        if has(FaultKind::DropBefore) || inner.closed {
            return Outcome::Drop;
        }
        let before = |fault: &FaultKind| match fault {
            FaultKind::False(answer) => Some(*answer),
            _ => None,
        };
        if let Some(answer) = admitted.faults.iter().find_map(before) {
            return Outcome::False(answer, Err(ApiError::internal(call.service)));
        }
        let token = match (has(FaultKind::Endless), has(FaultKind::EndlessFresh)) {
            (true, _) => Some("again".to_owned()),
            (_, true) => Some(inner.request_id(self.settings.seed)),
            _ => None,
        };
        if token.is_some() {
            endless::to_first_page(&mut call);
        }
        if let Err(error) = inner.refuse(&call, &self.settings, &admitted.faults) {
            return Outcome::Answer(Err(error));
        }
        let failing = has(FaultKind::CreationFailed);
        let after = |fault: &FaultKind| match fault {
            FaultKind::FalseAfter(answer) => Some(*answer),
            _ => None,
        };
        let after = admitted.faults.iter().find_map(after);
        let (done, committed) = inner.run(handler, &call, self.around(), admitted.snapshot.as_ref(), failing);
        let answer = match done {
            Done::Answer(answer) => answer,
            Done::Invocation(invocation) => {
                let in_place = after.map_or(InPlace::Nothing, InPlace::False);
                let in_place = if has(FaultKind::DropAfter) { InPlace::Drop } else { in_place };
                return Outcome::Run(invocation, in_place);
            }
        };
        if committed && has(FaultKind::Kill) {
            return Outcome::Killed;
        }
        if has(FaultKind::DropAfter) {
            return Outcome::Drop;
        }
        match after {
            Some(FalseAnswer::Internal) => Outcome::Answer(Err(ApiError::internal(call.service))),
            Some(instead) => Outcome::False(instead, answer),
            None => Outcome::Answer(match token {
                Some(token) => answer.map(|reply| endless::with_token(reply, call.service, &token)),
                None => answer,
            }),
        }
    }
}
