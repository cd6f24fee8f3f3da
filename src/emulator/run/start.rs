//! Starts execution environments: the interpreter, the package, the variables and limits of a function's process.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::environment::Environment;
use super::folder::{self, Folders};
use super::interpreter::{Family, Interpreter};
use super::processes::{Limits, Order};
use super::runtime_api::RuntimeApi;
use super::{Invocation, RunFunctions, archive, cannot_run, variables};
use crate::emulator::wire::ApiError;

/// What an interpreter needs beyond the memory of its function, in megabytes.
const OVERHEAD: u64 = 64;

/// The runtimes that serve a function of their language.
const NODE: &str = include_str!("bootstrap.mjs");
const PYTHON: &str = include_str!("bootstrap.py");

/// Why no environment was started.
#[derive(Debug)]
pub(super) enum NotStarted {
    /// Code of its kind does not run on this machine, for this reason.
    Cannot(String),
    Failed(ApiError),
}

/// What every start needs.
#[derive(Debug)]
pub(super) struct Starter {
    how: RunFunctions,
    /// The emulator's own address, for the functions.
    url: String,
    interpreters: tokio::sync::Mutex<BTreeMap<&'static str, Result<Interpreter, String>>>,
}

impl Starter {
    pub(super) fn new(how: RunFunctions, url: String) -> Self {
        Self { how, url, interpreters: tokio::sync::Mutex::default() }
    }

    /// Starts an environment for an invocation, in the folder that `folder` makes for a user.
    pub(super) async fn start(
        &self,
        invocation: &Invocation,
        code: &Arc<Vec<u8>>,
        folder: impl FnOnce(Option<u32>) -> std::io::Result<PathBuf>,
    ) -> Result<Environment, NotStarted> {
        let (name, runtime) = (&invocation.function.name, &invocation.configuration.runtime);
        let family = Family::of(runtime).ok_or_else(|| {
            NotStarted::Cannot(match runtime.as_str() {
                "" => format!("`{name}` is a container image, which does not run here"),
                _ => {
                    format!(
                        "`{name}` has the runtime {runtime}; nodejs, python and provided runtimes run here"
                    )
                }
            })
        })?;
        let interpreter = self.interpreter(family).await.map_err(NotStarted::Cannot)?;
        let failed = |what: &str, error: &dyn std::fmt::Display| {
            NotStarted::Failed(cannot_run(format!("`{name}` could not be started: {what}: {error}")))
        };
        let root = folder(interpreter.user).map_err(|error| failed("its folder", &error))?;
        let (made, code) = (root.clone(), Arc::clone(code));
        let user = interpreter.user;
        let unpacked = tokio::task::spawn_blocking(move || prepare(made, user, family, &code)).await;
        let folders = match unpacked {
            Ok(Ok(folders)) => folders,
            Ok(Err(error)) => {
                folder::remove(&root);
                let message = format!("Could not unzip the package of `{name}`: {error}");
                return Err(NotStarted::Failed(ApiError::new(502, "InvalidZipFileException", message)));
            }
            Err(error) => return Err(failed("its package", &error)),
        };
        let api = RuntimeApi::start().await.map_err(|error| failed("its Runtime API", &error))?;
        let order = self.order(invocation, family, &interpreter, &folders, &api);
        let differs = interpreter.differs(family, runtime);
        Environment::start(&self.how.supervisor, &order, api, differs)
            .map_err(|error| failed("its supervisor", &error))
    }

    async fn interpreter(&self, family: Family) -> Result<Interpreter, String> {
        let which = match family {
            Family::Node(_) => "node",
            Family::Python => "python",
            Family::Provided => "provided",
        };
        let mut known = self.interpreters.lock().await;
        if let Some(found) = known.get(which) {
            return found.clone();
        }
        let RunFunctions { search_path, supervisor, .. } = self.how.clone();
        let find = move || Interpreter::find(family, &search_path, &supervisor);
        let found = tokio::task::spawn_blocking(find).await;
        let found = found.map_err(|error| error.to_string()).and_then(|found| found);
        known.insert(which, found.clone());
        found
    }

    fn order(
        &self,
        invocation: &Invocation,
        family: Family,
        interpreter: &Interpreter,
        folders: &Folders,
        api: &RuntimeApi,
    ) -> Order {
        let text = |path: &std::path::Path| path.to_string_lossy().into_owned();
        let memory = invocation.configuration.memory;
        let bootstrap = |name: &str| text(&folders.runtime.join(name));
        let (program, arguments) = match family {
            Family::Node(_) => {
                let heap = format!("--max-old-space-size={}", memory * 9 / 10);
                (text(&interpreter.path), vec![heap, bootstrap("bootstrap.mjs")])
            }
            Family::Python => (text(&interpreter.path), vec!["-u".to_owned(), bootstrap("bootstrap.py")]),
            Family::Provided => (text(&folders.task.join("bootstrap")), Vec::new()),
        };
        let address = api.address.to_string();
        let mut variables = variables::of(invocation, family, folders, (&address, &self.url));
        if let Family::Node(generation) = family {
            variables.push(("_FLOWBIND_NODE".to_owned(), generation.to_string()));
        }
        let limits =
            Limits { memory: (memory + OVERHEAD) << 20, storage: invocation.configuration.storage << 20 };
        Order {
            program,
            arguments,
            variables,
            directory: text(&folders.task),
            remove: text(&folders.root),
            readable: interpreter.readable.clone(),
            limits,
            user: interpreter.user,
        }
    }
}

/// Creates the folders of an environment with all that is in them.
fn prepare(
    root: PathBuf,
    user: Option<u32>,
    family: Family,
    code: &[u8],
) -> Result<Folders, archive::ArchiveError> {
    let failed = |source| archive::ArchiveError::Write { name: ".".to_owned(), source };
    let folders = Folders::make(root, user).map_err(failed)?;
    archive::unpack(code, &folders.task)?;
    let (name, text) = match family {
        Family::Node(_) => ("bootstrap.mjs", NODE),
        Family::Python => ("bootstrap.py", PYTHON),
        Family::Provided => return Ok(folders),
    };
    std::fs::write(folders.runtime.join(name), text).map_err(failed)?;
    Ok(folders)
}
