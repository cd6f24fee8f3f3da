//! What a running emulator holds behind its mutex: the state with its history, counters, and what is injected.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::Value;

use super::stats::Stats;
use crate::emulator::access::Access;
use crate::emulator::call::Call;
use crate::emulator::call::special::Special;
use crate::emulator::dispatch::operation::{Handler, Operation};
use crate::emulator::dispatch::view::{Edit, View};
use crate::emulator::run::{FunctionId, Functions, Invocation};
use crate::emulator::settings::Settings;
use crate::emulator::settings::assumptions::Burst;
use crate::emulator::settings::faults::echo;
use crate::emulator::settings::faults::lost_writes::{self, PolicySnapshot};
use crate::emulator::settings::faults::{FaultKind, Faults};
use crate::emulator::settings::rates::Buckets;
use crate::emulator::state::State;
use crate::emulator::state::clock;
use crate::emulator::state::history::History;
use crate::emulator::state::ids;
use crate::emulator::store::packages::Packages;
use crate::emulator::wire::{Answer, ApiError, RawRequest, Scope, Service};

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) state: State,
    pub(super) history: History,
    pub(super) buckets: Buckets,
    pub(super) faults: Faults,
    pub(super) stats: Stats,
    /// How many writes were committed.
    pub(super) writes: u64,
    pub(super) requests: u64,
    /// Nothing is done any more: the state file may belong to another process by now.
    pub(super) closed: bool,
}

impl Inner {
    pub(super) fn request_id(&mut self, seed: u64) -> String {
        self.requests += 1;
        ids::uuid(&["request", &seed.to_string(), &self.requests.to_string()])
    }

    pub(super) fn call(
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
            action: operation.action,
            resource: operation.resource,
            account,
            region,
            principal,
            labels,
            query,
            body,
            headers: raw.headers,
            payload: raw.payload,
        }
    }

    /// What stands between a request and its operation: injected errors, the rate, the caller's rights.
    pub(super) fn refuse(
        &mut self,
        call: &Call,
        settings: &Settings,
        faults: &[FaultKind],
    ) -> Result<(), ApiError> {
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
    pub(super) fn run(
        &mut self,
        handler: Handler,
        call: &Call,
        around: Around<'_>,
        snapshot: Option<&PolicySnapshot>,
        failing: bool,
    ) -> (Done, bool) {
        let now = clock::now();
        let Around { settings, packages, functions } = around;
        let access = Access::new(&self.faults, settings);
        match handler {
            Handler::ReadNow(handler) => {
                let answer = handler(&View { state: &self.state, call, settings, now, access });
                (Done::Answer(answer), false)
            }
            Handler::Read(handler) => {
                let state = self.history.shown(settings.consistency_delay).unwrap_or(&self.state);
                (Done::Answer(handler(&View { state, call, settings, now, access })), false)
            }
            Handler::Invoke(handler) => {
                let invocation = handler(&View { state: &self.state, call, settings, now, access });
                let failed = |error| Done::Answer(Err(error));
                (invocation.map_or_else(failed, |invocation| Done::Invocation(Box::new(invocation))), false)
            }
            Handler::Write(handler) => {
                // Written on a copy, so that a refused request leaves no trace.
                let mut next = self.state.clone();
                let now = now.max(next.last_write + 1);
                next.last_write = now;
                if let Some(snapshot) = snapshot {
                    lost_writes::restore(&mut next, snapshot);
                }
                let state = &mut next;
                let answer = handler(&mut Edit { state, call, settings, now, access, failing, packages });
                let keep = answer.as_ref().map_or_else(|error| error.commit, |_| true);
                if !keep {
                    return (Done::Answer(answer), false);
                }
                self.writes += 1;
                let before = std::mem::replace(&mut self.state, next);
                self.history.keep(before, settings.consistency_delay);
                if call.service == Service::Lambda {
                    functions.retire(|id, version| revision(&self.state, id, version));
                }
                (Done::Answer(answer), true)
            }
        }
    }
}

/// The revision of a version of a function, if it exists.
fn revision(state: &State, id: &FunctionId, version: &str) -> Option<String> {
    let function = state.function(&id.account, &id.region, &id.name)?;
    let members = match version.parse() {
        Ok(number) => function.versions.get(&number)?,
        Err(_) => &function.latest,
    };
    Some(members.get("RevisionId").and_then(Value::as_str).unwrap_or_default().to_owned())
}

/// What an operation works with, apart from the state.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) settings: &'a Settings,
    pub(super) packages: &'a Packages,
    pub(super) functions: &'a Functions,
}

/// What an operation gives.
pub(super) enum Done {
    Answer(Answer),
    Invocation(Box<Invocation>),
}
