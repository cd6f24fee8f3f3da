//! An embedded AWS of its own, to which manifests are applied: functions run there as Amazon Connect calls them, and
//! nothing is left of it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use serde_json::json;
use tokio::runtime::Handle;

use super::connect::run_functions;
use crate::aws::{Keep, Options, Progress, Session, find_instance};
use crate::cli::terminal::exit::{Exit, Failure};
use crate::emulator::{Emulator, RunFunctions, Settings};
use crate::manifest::Manifest;
use crate::plan::{Action, ActionId, KeptFlow, Outcome, Plan, Reach};
use crate::resource::{Address, FunctionArn, FunctionRef, InstanceArn, Label, Severity};
use crate::runtime::binding::Callee;
use crate::runtime::trial::Reply;
use crate::runtime::tries;
use crate::simulate::{self, Attempted, Tried};
use crate::{reconcile, sandbox};

/// What is made of a new instance takes a second look.
const ROUNDS: usize = 2;

/// An embedded AWS, as manifests make it.
pub(in crate::cli) struct Rehearsal {
    session: Session,
    emulator: Emulator,
    /// The instances, by set and name: their ids are made up when they are made.
    instances: BTreeMap<(String, Label), InstanceArn>,
}

/// Nothing is overwritten that was there before.
struct Nothing;

impl Keep for Nothing {
    fn keep(&self, _: &Address, _: &str) -> std::io::Result<std::path::PathBuf> {
        Ok(std::path::PathBuf::new())
    }

    fn keep_flow(&self, _: &KeptFlow) -> std::io::Result<Vec<std::path::PathBuf>> {
        Ok(Vec::new())
    }
}

impl Progress for Nothing {
    fn started(&self, _: &Action) {}
    fn ended(&self, _: &ActionId, _: &Outcome) {}
}

impl Rehearsal {
    /// Starts an embedded AWS and applies the manifests. Without `warm` each call of a function starts a new process.
    pub(in crate::cli) async fn open(manifests: &[Manifest], warm: bool) -> Result<Self, Failure> {
        let functions = RunFunctions { warm, ..run_functions()? };
        let settings = Settings { functions: Some(functions), ..Settings::default() };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let emulator = Emulator::start(address, settings, sandbox::world(manifests)).await;
        let emulator = emulator
            .context("the embedded AWS could not be started")
            .map_err(|error| Failure::new(Exit::Error, error))?;
        let session = Session::open(Options::embedded(emulator.url())).await;
        let mut rehearsal = Self { session, emulator, instances: BTreeMap::new() };
        for manifest in manifests {
            rehearsal.apply(manifest).await.map_err(|error| Failure::new(Exit::Error, error))?;
        }
        Ok(rehearsal)
    }

    async fn apply(&mut self, manifest: &Manifest) -> anyhow::Result<()> {
        let unapplied = || format!("{} could not be applied to the embedded AWS", manifest.set);
        for _ in 0..ROUNDS {
            let plan =
                reconcile::plan(&self.session, manifest, Reach::Declared).await.with_context(unapplied)?;
            if plan.actions.is_empty() && plan.problems.is_empty() {
                break;
            }
            // Everything is new, so nothing that is protected is changed.
            let allowed: BTreeSet<Address> =
                plan.actions.iter().map(|action| action.id.address.clone()).collect();
            let report = reconcile::apply(&self.session, &plan, &allowed, &Nothing, &Nothing).await;
            let report = report.map_err(|_| anyhow!("{}", first_error(&plan))).with_context(unapplied)?;
            let failed = report.outcomes.iter().find(|(_, outcome)| !outcome.is_done());
            if let Some((id, outcome)) = failed {
                return Err(anyhow!(
                    "{}: {}",
                    id.address,
                    outcome.failure().map_or("it was not carried out", |failure| failure.message.as_str())
                ))
                .with_context(unapplied);
            }
        }
        for (name, declared) in &manifest.instances {
            let seen = find_instance(&self.session, declared).await.with_context(unapplied)?;
            self.instances.insert((manifest.set.to_string(), name.clone()), seen.arn);
        }
        Ok(())
    }

    /// Returns what calls functions for the contacts of an instance, from a thread that may wait.
    pub(in crate::cli) fn functions(&self, set: &str, instance: &Label) -> Functions<'_> {
        let instance = self.instances.get(&(set.to_owned(), instance.clone()));
        Functions { session: &self.session, handle: Handle::current(), instance, fault: None }
    }

    /// Stops the embedded AWS.
    pub(in crate::cli) async fn close(self) -> Result<(), Failure> {
        let stopped = self.emulator.stop().await.context("the embedded AWS could not be stopped");
        stopped.map_err(|error| Failure::new(Exit::Error, error))
    }
}

/// What is wrong with a plan that may not begin.
fn first_error(plan: &Plan) -> String {
    let error = plan.problems.iter().find(|problem| problem.severity == Severity::Error);
    error.map_or_else(|| "its plan may not begin".to_owned(), |problem| problem.message.clone())
}

/// Calls functions on an embedded AWS.
pub(in crate::cli) struct Functions<'a> {
    session: &'a Session,
    handle: Handle,
    instance: Option<&'a InstanceArn>,
    /// Why a function could not run.
    pub(in crate::cli) fault: Option<String>,
}

impl simulate::Functions for Functions<'_> {
    fn attempt(&mut self, attempted: &Attempted<'_>) -> Option<Tried> {
        let function = callee(attempted)?;
        let Attempted { call, contact, .. } = *attempted;
        let event = json!({
            "Details": { "ContactData": contact, "Parameters": call.parameters },
            "Name": "ContactFlowEvent",
        });
        let limit = Duration::from_secs(call.limit_seconds.unwrap_or(call.kind.usual_seconds()).into());
        let began = Instant::now();
        let (event, place) = (event.to_string(), (&function, self.instance?));
        let reply =
            self.handle.block_on(reconcile::invoke_once(self.session, place, event.as_bytes(), limit));
        let failed = |outcome| simulate::Outcome::Failed(outcome);
        let outcome = match reply {
            Ok(Reply::Answered(body)) => simulate::Outcome::Answered(body),
            Ok(Reply::Failed(_)) => failed(tries::Outcome::FunctionError),
            Ok(Reply::Throttled(_)) => failed(tries::Outcome::Throttled),
            Ok(Reply::ServiceFailure(_)) => failed(tries::Outcome::ServiceFailure),
            Ok(Reply::Denied(_)) => failed(tries::Outcome::Denied),
            Ok(Reply::OutOfTime) => failed(tries::Outcome::OutOfTime),
            Err(fault) => {
                self.fault = Some(format!("{} could not run: {}", function.name, fault.message));
                failed(tries::Outcome::ServiceFailure)
            }
        };
        Some(Tried { took: began.elapsed(), outcome })
    }
}

/// The function that a block calls, where its code is in the manifest.
fn callee(attempted: &Attempted<'_>) -> Option<FunctionRef> {
    match &attempted.bound?.callee {
        Callee::Declared(_, function) => function.source.as_ref().map(|_| function.target.clone()),
        Callee::Dynamic(_) => {
            let FunctionArn { place, name, qualifier } = FunctionArn::parse(&attempted.call.function).ok()?;
            Some(FunctionRef { place, name, qualifier })
        }
        Callee::Literal(_) | Callee::None => None,
    }
}
