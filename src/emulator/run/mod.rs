//! Functions that run: the Lambda service behind `Invoke`, from warm processes to Lambda's own errors.
//!
//! Knows nothing of the emulator's state: it gets an [`Invocation`] with everything in it. `pool` keeps the execution
//! environments, `environment` is one of them, `runtime_api` the Lambda Runtime API that its process talks to,
//! `supervisor` what ends all of its processes, even those that hid, and even when the emulator was killed. Where no code
//! can run, `example` gives the answer.

#[cfg(unix)]
mod archive;
#[cfg(unix)]
mod confined;
#[cfg(unix)]
mod contained;
#[cfg(unix)]
mod environment;
mod example;
#[cfg(unix)]
mod failure;
#[cfg(unix)]
mod folder;
#[cfg(unix)]
mod interpreter;
#[cfg(unix)]
mod logs;
#[cfg(unix)]
mod pool;
#[cfg(unix)]
mod processes;
#[cfg(unix)]
mod runtime_api;
#[cfg(unix)]
mod start;
#[cfg(unix)]
mod supervisor;
#[cfg(unix)]
mod usage;
#[cfg(unix)]
mod variables;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

pub(crate) use example::Examples;
#[cfg(unix)]
pub(crate) use pool::Functions;

use super::wire::ApiError;

/// How the embedded AWS runs functions. Whoever reaches the server can run programs on this machine then.
///
/// The code is contained: a session and a supervisor of its own, which ends every process that the function made, at the
/// deadline, at the end of the server, and when the server was killed; a cleared environment with fake keys and an
/// `AWS_ENDPOINT_URL` that leads back here; no inherited descriptors; limits of memory (its own and 64 MB, measured over all
/// of its processes), files, processes, written bytes; HOME and TMPDIR of its own, removed afterwards; no way to more rights;
/// a Runtime API that answers its own processes alone. A server of root runs functions as nobody (65534), and an interpreter
/// that is only root's is none.
///
/// On Linux from 5.13 on (Landlock) a function writes to its own folder alone and reads the system's, its interpreter's and
/// its own, nobody's home; from 6.12 on it can signal no other process. Where user namespaces can be had its `/tmp` is its own
/// folder too. An interpreter that needs more than that to start may read everything.
///
/// Not promised: the network is open, so code can call what this machine can call, instance metadata included; `/var/task` is
/// another path. Without Landlock code can read and write what its user can, and before 6.12 it can end the user's processes,
/// its own supervisor among them; on systems other than Linux a process that leaves its group outlives its function, and
/// memory is not measured. So functions never run when other machines reach the server, nor on Windows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFunctions {
    /// The `flowbind` binary, which supervises the processes of a function. Its `main` has to call
    /// [`run_function`](super::run_function) first.
    pub supervisor: PathBuf,
    /// Where `node` and `python3` are looked for, as in `PATH`.
    pub search_path: OsString,
    /// Whether a process stays warm for the next invocation; otherwise each one starts cold.
    pub warm: bool,
}

/// The first argument that makes the binary a supervisor.
const HIDDEN: &str = "__run-function";

/// Does the part of a supervisor, or of a process that becomes a function, when the arguments say so; None when they
/// are a user's.
pub fn run_function(arguments: &[OsString]) -> Option<ExitCode> {
    if arguments.get(1).is_none_or(|first| first != HIDDEN) {
        return None;
    }
    #[cfg(unix)]
    let code = match arguments.get(2).and_then(|part| part.to_str()) {
        Some(contained::PART) => contained::become_function(&arguments[3..]),
        _ => supervisor::supervise(),
    };
    #[cfg(not(unix))]
    let code = ExitCode::FAILURE;
    Some(code)
}

/// How the caller waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// For the answer.
    RequestResponse,
    /// Not at all.
    Event,
    /// Only for whether it could be invoked.
    DryRun,
}

/// One call of a function, with everything that is needed to run it.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    pub(crate) function: FunctionId,
    /// `$LATEST` or the number of the version that runs.
    pub(crate) version: String,
    /// The ARN that was invoked.
    pub(crate) arn: String,
    pub(crate) configuration: Configuration,
    /// Reserved concurrent executions.
    pub(crate) reserved: Option<u64>,
    pub(crate) payload: Vec<u8>,
    /// The client context, as JSON.
    pub(crate) client_context: Option<String>,
    /// Whether the end of the log is wanted.
    pub(crate) tail: bool,
    pub(crate) waiting: Waiting,
}

/// A function, wherever it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FunctionId {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) name: String,
}

/// What a version declares.
#[derive(Debug, Clone, Default)]
pub(crate) struct Configuration {
    /// Another one after each change.
    pub(crate) revision: String,
    /// Empty for a container image.
    pub(crate) runtime: String,
    pub(crate) handler: String,
    /// Megabytes.
    pub(crate) memory: u64,
    /// Seconds.
    pub(crate) timeout: u64,
    /// Megabytes of `/tmp`.
    pub(crate) storage: u64,
    pub(crate) variables: Vec<(String, String)>,
    /// The digest of the package.
    pub(crate) code: String,
}

/// What an invocation gives.
#[derive(Debug)]
pub(crate) struct Invoked {
    pub(crate) status: u16,
    pub(crate) payload: Vec<u8>,
    /// Whether the function failed.
    pub(crate) failed: bool,
    /// The version that ran.
    pub(crate) version: String,
    /// The last 4 KB of the log.
    pub(crate) tail: Option<Vec<u8>>,
    /// Whether it is an example, and no code ran.
    pub(crate) example: bool,
}

/// The function cannot run here, for a reason that is not the caller's.
pub(crate) fn cannot_run(message: impl Into<String>) -> ApiError {
    ApiError::new(502, "InvalidRuntimeException", message)
}

/// Where processes cannot be contained.
#[cfg(not(unix))]
mod elsewhere {
    use std::net::SocketAddr;
    use std::sync::Arc;

    use super::{Examples, FunctionId, Invocation, Invoked, RunFunctions};
    use crate::emulator::store::packages::Packages;
    use crate::emulator::wire::ApiError;

    /// Runs nothing.
    #[derive(Debug)]
    pub(crate) struct Functions {
        pub(crate) examples: Examples,
    }

    impl Functions {
        pub(crate) fn new(
            _: (Option<RunFunctions>, bool),
            _: SocketAddr,
            _: Arc<Packages>,
            examples: Examples,
        ) -> Self {
            Self { examples }
        }

        pub(crate) async fn invoke(
            self: &Arc<Self>,
            invocation: Invocation,
            id: &str,
        ) -> Result<Invoked, ApiError> {
            self.examples.instead(&invocation, id, "functions run on Linux and macOS only")
        }

        pub(crate) fn retire(&self, _: impl Fn(&FunctionId, &str) -> Option<String>) {}

        pub(crate) fn end(&self) {}

        pub(crate) async fn ended(&self) {}
    }
}
#[cfg(not(unix))]
pub(crate) use elsewhere::Functions;
