//! The emulator behind its wire: one state behind one mutex, and everything that decides whether and how a request
//! reaches it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::watch;

use super::front_door::Hosts;
use super::passage::{Admitted, Incoming, Outcome};
use super::stats::{Stats, UnderWay};
use crate::emulator::access::Access;
use crate::emulator::call::Call;
use crate::emulator::call::special::Special;
use crate::emulator::dispatch::operation::{Handler, Operation};
use crate::emulator::dispatch::view::{Edit, View};
use crate::emulator::registry;
use crate::emulator::settings::Settings;
use crate::emulator::settings::assumptions::Burst;
use crate::emulator::settings::faults::echo;
use crate::emulator::settings::faults::endless;
use crate::emulator::settings::faults::lost_writes::{self, PolicySnapshot};
use crate::emulator::settings::faults::{FalseAnswer, FaultKind, Faults};
use crate::emulator::settings::rates::Buckets;
use crate::emulator::state::State;
use crate::emulator::state::clock;
use crate::emulator::state::history::History;
use crate::emulator::state::ids;
use crate::emulator::store::saving::Saving;
use crate::emulator::store::{StateError, Store};
use crate::emulator::wire::{Answer, ApiError, RawRequest, Scope};

/// The shared part of a running emulator.
#[derive(Debug)]
pub(crate) struct Core {
    settings: Settings,
    inner: Mutex<Inner>,
    /// The state file, if there is one. Never locked by who has locked the other.
    saving: Option<Saving>,
    /// The operation at which the world stands still, if it does.
    frozen: watch::Sender<Option<String>>,
    /// The calls that are on their way.
    pub(crate) under_way: UnderWay,
}

#[derive(Debug)]
struct Inner {
    state: State,
    history: History,
    buckets: Buckets,
    faults: Faults,
    stats: Stats,
    /// How many writes were committed.
    writes: u64,
    requests: u64,
    /// Nothing is done any more: the state file may belong to another process by now.
    closed: bool,
}

impl Core {
    pub(crate) fn new(settings: Settings, state: State, store: Option<Store>) -> Self {
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
            let what = action.map_or_else(|| format!("{} {}", raw.method, raw.path), str::to_owned);
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
        let (answer, committed) =
            inner.run(handler, &call, &self.settings, admitted.snapshot.as_ref(), failing);
        if committed && has(FaultKind::Kill) {
            return Outcome::Killed;
        }
        if has(FaultKind::DropAfter) {
            return Outcome::Drop;
        }
        let after = |fault: &FaultKind| match fault {
            FaultKind::FalseAfter(answer) => Some(*answer),
            _ => None,
        };
        match admitted.faults.iter().find_map(after) {
            Some(FalseAnswer::Internal) => Outcome::Answer(Err(ApiError::internal(call.service))),
            Some(instead) => Outcome::False(instead, answer),
            None => Outcome::Answer(match token {
                Some(token) => answer.map(|reply| endless::with_token(reply, call.service, &token)),
                None => answer,
            }),
        }
    }
}

impl Inner {
    fn request_id(&mut self, seed: u64) -> String {
        self.requests += 1;
        ids::uuid(&["request", &seed.to_string(), &self.requests.to_string()])
    }

    fn call(
        &self,
        operation: &'static Operation,
        labels: BTreeMap<&'static str, String>,
        scope: &Scope,
        raw: RawRequest,
    ) -> Call {
        let session = self.state.sessions.get(&scope.access_key);
        let account = scope.account_in_key().unwrap_or(&self.state.default_account).to_owned();
        let partition = crate::emulator::state::arn::partition(&scope.region);
        let principal =
            session.cloned().unwrap_or_else(|| format!("arn:{partition}:iam::{account}:user/emulator"));
        let (region, query, body) = (scope.region.clone(), raw.query, raw.body);
        Call {
            service: operation.service,
            operation: operation.name,
            resource: operation.resource,
            account,
            region,
            principal,
            labels,
            query,
            body,
        }
    }

    /// What stands between a request and its operation: injected errors, the rate, the caller's rights.
    fn refuse(&mut self, call: &Call, settings: &Settings, faults: &[FaultKind]) -> Result<(), ApiError> {
        let service = call.service;
        if faults.contains(&FaultKind::Throttle) || !self.within_rate(call, settings) {
            self.stats.throttled += 1;
            return Err(ApiError::throttled(service));
        }
        if faults.contains(&FaultKind::Internal) {
            return Err(ApiError::internal(service));
        }
        if faults.contains(&FaultKind::Echo) {
            return Err(echo::refusal(call));
        }
        let access = Access::new(&self.faults, settings);
        let allowed = !faults.contains(&FaultKind::Deny) && access.missing(call, &self.state).is_none();
        // STS answers GetCallerIdentity to everyone, whatever the policy says.
        if allowed
            || (call.special() == Some(Special::GetCallerIdentity) && !faults.contains(&FaultKind::Deny))
        {
            return Ok(());
        }
        self.stats.denied += 1;
        Err(access.refusal(call, &self.state))
    }

    fn within_rate(&mut self, call: &Call, settings: &Settings) -> bool {
        let Some(factor) = settings.rates.factor() else { return true };
        let burst = match settings.assumptions.burst {
            Burst::Five => 5.0,
            Burst::One => 1.0,
        };
        let operation = (call.service, call.operation);
        self.buckets.take(operation, &call.account, &call.region, (factor, burst), Instant::now())
    }

    /// Runs the operation and tells whether it changed the state.
    fn run(
        &mut self,
        handler: Handler,
        call: &Call,
        settings: &Settings,
        snapshot: Option<&PolicySnapshot>,
        failing: bool,
    ) -> (Answer, bool) {
        let now = clock::now();
        match handler {
            Handler::ReadNow(handler) => {
                let access = Access::new(&self.faults, settings);
                (handler(&View { state: &self.state, call, settings, now, access }), false)
            }
            Handler::Read(handler) => {
                let access = Access::new(&self.faults, settings);
                let state = self.history.shown(settings.consistency_delay).unwrap_or(&self.state);
                (handler(&View { state, call, settings, now, access }), false)
            }
            Handler::Write(handler) => {
                // Written on a copy, so that a refused request leaves no trace.
                let mut next = self.state.clone();
                let now = now.max(next.last_write + 1);
                next.last_write = now;
                if let Some(snapshot) = snapshot {
                    lost_writes::restore(&mut next, snapshot);
                }
                let access = Access::new(&self.faults, settings);
                let answer = handler(&mut Edit { state: &mut next, call, settings, now, access, failing });
                let keep = answer.as_ref().map_or_else(|error| error.commit, |_| true);
                if !keep {
                    return (answer, false);
                }
                self.writes += 1;
                let before = std::mem::replace(&mut self.state, next);
                self.history.keep(before, settings.consistency_delay);
                (answer, true)
            }
        }
    }
}
