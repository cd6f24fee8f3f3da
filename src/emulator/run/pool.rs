//! The execution environments of all functions: warm ones, how many at once, and when they are ended.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use super::environment::Environment;
use super::folder;
use super::start::{NotStarted, Starter};
use super::{Examples, FunctionId, Invocation, Invoked, RunFunctions, Waiting, cannot_run};
use crate::emulator::store::packages::Packages;
use crate::emulator::wire::ApiError;

/// The most environments that run at once, over all functions; an account has more on Lambda.
const MOST_RUNNING: usize = 64;
/// The most that are kept warm, and for how long.
const MOST_WARM: usize = 16;
const WARM_FOR: Duration = Duration::from_secs(600);

/// Everything that runs.
#[derive(Debug)]
pub(crate) struct Functions {
    starter: Result<Starter, &'static str>,
    pub(crate) examples: Examples,
    packages: Arc<Packages>,
    /// Whether processes stay warm.
    warm: bool,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    folder: Option<TempDir>,
    made: u64,
    warm: Vec<Warm>,
    all: Vec<(Key, Weak<Environment>)>,
    running: BTreeMap<FunctionId, u64>,
    closed: bool,
}

/// One version of a function as it was after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    function: FunctionId,
    version: String,
    revision: String,
}

#[derive(Debug)]
struct Warm {
    key: Key,
    environment: Arc<Environment>,
    since: Instant,
}

/// One running invocation, until it is dropped.
struct Running {
    functions: Arc<Functions>,
    function: FunctionId,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(count) = self.functions.inner().running.get_mut(&self.function) {
            *count = count.saturating_sub(1);
        }
    }
}

impl Functions {
    /// `remote` says that other machines reach the emulator.
    pub(crate) fn new(
        (run, remote): (Option<RunFunctions>, bool),
        address: SocketAddr,
        packages: Arc<Packages>,
        examples: Examples,
    ) -> Self {
        let warm = run.as_ref().is_none_or(|run| run.warm);
        let how = match run {
            None => Err(
                "this embedded AWS does not run functions. Start it with `flowbind emulator --run-functions`",
            ),
            Some(_) if remote => Err(
                "functions do not run in an embedded AWS that other machines reach, for they could run anything \
                 here. Start it without --allow-remote, on 127.0.0.1",
            ),
            Some(run) => Ok(run),
        };
        #[cfg(target_os = "linux")]
        if how.is_ok() {
            use rustix::process::{DumpableBehavior, set_dumpable_behavior};
            // Its memory and environment are closed to functions of the same user.
            if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
                tracing::warn!(%error, "functions could read the emulator's environment");
            }
        }
        let starter = how.map(|how| Starter::new(how, format!("http://{address}")));
        Self { starter, examples, packages, warm, inner: Mutex::default() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Invokes a function. It goes on to its end even when the caller does not wait for it.
    pub(crate) async fn invoke(
        self: &Arc<Self>,
        invocation: Invocation,
        id: &str,
    ) -> Result<Invoked, ApiError> {
        let version = invocation.version.clone();
        let empty = |status| Invoked {
            status,
            payload: Vec::new(),
            failed: false,
            version: version.clone(),
            tail: None,
            example: false,
        };
        let waiting = invocation.waiting;
        if waiting == Waiting::DryRun {
            return Ok(empty(204));
        }
        let running = self.admit(&invocation);
        let (functions, id) = (Arc::clone(self), id.to_owned());
        let task = tokio::spawn(async move {
            let _running = running?;
            functions.carry_out(invocation, &id).await
        });
        if waiting == Waiting::Event {
            tokio::spawn(async move {
                match task.await {
                    Ok(Err(error)) => tracing::warn!(error.message, "an asynchronous invocation did not run"),
                    Ok(Ok(done)) if done.failed => tracing::warn!("an asynchronous invocation failed"),
                    _ => {}
                }
            });
            return Ok(empty(202));
        }
        task.await.unwrap_or_else(|_| Err(ApiError::internal(crate::emulator::wire::Service::Lambda)))
    }

    /// Counts an invocation, unless it is one too many.
    fn admit(self: &Arc<Self>, invocation: &Invocation) -> Result<Running, ApiError> {
        let mut inner = self.inner();
        let all: u64 = inner.running.values().sum();
        let count = inner.running.entry(invocation.function.clone()).or_default();
        let reason = match invocation.reserved {
            Some(reserved) if *count >= reserved => "ReservedFunctionConcurrentInvocationLimitExceeded",
            None if usize::try_from(all).is_ok_and(|all| all >= MOST_RUNNING) => {
                "ConcurrentInvocationLimitExceeded"
            }
            _ => {
                *count += 1;
                let function = invocation.function.clone();
                return Ok(Running { functions: Arc::clone(self), function });
            }
        };
        Err(ApiError::new(429, "TooManyRequestsException", "Rate Exceeded.").with("Reason", json!(reason)))
    }

    async fn carry_out(&self, invocation: Invocation, id: &str) -> Result<Invoked, ApiError> {
        let name = &invocation.function.name;
        let code = self.packages.get(&invocation.configuration.code);
        let code =
            code.map_err(|error| cannot_run(format!("the code of `{name}` cannot be read: {error}")))?;
        let Some(code) = code else {
            let no_code = format!(
                "the embedded AWS does not have the code of `{name}`. Upload a package with UpdateFunctionCode"
            );
            let why = self.starter.as_ref().err().map_or(no_code.as_str(), |why| *why);
            return self.examples.instead(&invocation, id, why);
        };
        let starter = self.starter.as_ref().map_err(|why| cannot_run(*why))?;
        let key = Key {
            function: invocation.function.clone(),
            version: invocation.version.clone(),
            revision: invocation.configuration.revision.clone(),
        };
        let environment = match self.take_warm(&key) {
            Some(environment) => environment,
            None => match self.start(starter, &invocation, &code, &key).await {
                Ok(environment) => environment,
                Err(NotStarted::Cannot(why)) => return self.examples.instead(&invocation, id, &why),
                Err(NotStarted::Failed(error)) => return Err(error),
            },
        };
        let finished = environment.run(&invocation, id).await;
        if finished.reusable && self.warm {
            self.keep_warm(key, environment);
        } else {
            environment.end();
        }
        let tail = invocation.tail.then_some(finished.tail);
        let (payload, failed) = (finished.payload, finished.failed);
        Ok(Invoked { status: 200, payload, failed, version: invocation.version, tail, example: false })
    }

    fn take_warm(&self, key: &Key) -> Option<Arc<Environment>> {
        let mut inner = self.inner();
        let ended = |warm: &Warm| !warm.environment.is_alive() || warm.since.elapsed() > WARM_FOR;
        inner.warm.retain(|warm| {
            let keep = !ended(warm);
            if !keep {
                warm.environment.end();
            }
            keep
        });
        // The one that was used last is the warmest.
        let at = inner.warm.iter().rposition(|warm| warm.key == *key)?;
        Some(inner.warm.remove(at).environment)
    }

    fn keep_warm(&self, key: Key, environment: Arc<Environment>) {
        let mut inner = self.inner();
        if inner.closed || !environment.is_alive() {
            environment.end();
            return;
        }
        inner.warm.push(Warm { key, environment, since: Instant::now() });
        if inner.warm.len() > MOST_WARM {
            inner.warm.remove(0).environment.end();
        }
    }

    async fn start(
        &self,
        starter: &Starter,
        invocation: &Invocation,
        code: &Arc<Vec<u8>>,
        key: &Key,
    ) -> Result<Arc<Environment>, NotStarted> {
        let environment = starter.start(invocation, code, |user| self.new_folder(user)).await?;
        let environment = Arc::new(environment);
        let mut inner = self.inner();
        inner.all.retain(|(_, environment)| environment.strong_count() > 0);
        inner.all.push((key.clone(), Arc::downgrade(&environment)));
        if inner.closed {
            environment.end();
        }
        Ok(environment)
    }

    fn new_folder(&self, user: Option<u32>) -> std::io::Result<PathBuf> {
        let mut inner = self.inner();
        inner.made += 1;
        let number = inner.made;
        let folder = match &inner.folder {
            Some(folder) => folder,
            None => {
                let made = tempfile::Builder::new().prefix("flowbind-functions-").tempdir()?;
                if user.is_some() {
                    let passable = std::os::unix::fs::PermissionsExt::from_mode(0o711);
                    std::fs::set_permissions(made.path(), passable)?;
                }
                inner.folder.insert(made)
            }
        };
        Ok(folder.path().join(number.to_string()))
    }

    /// Ends the environments of what was changed or deleted. `current` gives the revision of a version.
    pub(crate) fn retire(&self, current: impl Fn(&FunctionId, &str) -> Option<String>) {
        let mut inner = self.inner();
        let old = |key: &Key| current(&key.function, &key.version).as_deref() != Some(key.revision.as_str());
        for (_, environment) in inner.all.iter().filter(|(key, _)| old(key)) {
            environment.upgrade().inspect(|environment| environment.retire());
        }
        inner.warm.retain(|warm| {
            let keep = !old(&warm.key);
            if !keep {
                warm.environment.end();
            }
            keep
        });
    }

    /// Ends all of them, and starts none any more.
    pub(crate) fn end(&self) {
        let mut inner = self.inner();
        inner.closed = true;
        inner.warm.clear();
        for (_, environment) in &inner.all {
            environment.upgrade().inspect(|environment| environment.end());
        }
    }

    /// Ends all of them and waits until their processes are gone.
    pub(crate) async fn ended(&self) {
        let all: Vec<Arc<Environment>> =
            self.inner().all.iter().filter_map(|(_, environment)| environment.upgrade()).collect();
        self.end();
        for environment in all {
            environment.gone().await;
        }
        let folder = self.inner().folder.take();
        if let Some(folder) = folder {
            folder::remove(folder.path());
        }
    }
}
