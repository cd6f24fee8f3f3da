//! The embedded AWS: a server that speaks the wire of Connect and Lambda (REST-JSON), IAM and STS (query and XML) on
//! one port, to the real SDK clients and the AWS CLI.
//!
//! It shares no type and no table with the client side of this crate, or one misreading of AWS would cancel out, and
//! it imports nothing else of the crate.
//!
//! # A request's way
//!
//! Service, Region and account come from the SigV4 credential scope. An access key that holds a 12-digit account id
//! (`111122223333`, or what AssumeRole issues) selects that account, any other key the default account: the first of
//! the [`World`], else 000000000000. **Signatures are not verified.** Then, in this order: the operation is looked up
//! (one that it does not have answers 501 with its name, which is in the log and in the counters too) and counted; injected delays, dropped
//! connections, HTML pages and errors; the rate limit; the caller's policy; the operation, which checks the shape of
//! its input itself. `GET /_emulator/stats` answers the counters and `rates`, the factor on AWS's rates by which a client
//! may pace its calls (null: no limit); `POST /_emulator/reset` clears the counters (and the call counts of faults),
//! `POST /_emulator/thaw` ends a `freeze`, `GET /healthz` answers 200.
//!
//! Writes work on a copy of the state that replaces it when they succeed, so a refused request leaves no trace. Copies
//! share what does not differ (`shared`), so a write costs the same whatever the state holds.
//!
//! With a state file a request is answered when what it saw and made is on disk; requests that come together share one
//! save. A save adds to a journal beside the file (fsync), which is folded into the file (temporary file, fsync, rename)
//! before it outgrows it and at the end. The file names its journal in the member `journal` until then: a copy of the
//! file alone, taken while the emulator runs or after it was killed, is refused and never taken for the whole state. An
//! edit of the file counts, and so does the journal that it names.
//!
//! With [`Settings::consistency_delay`] reads are shown the state as it was that long ago, while writes see each other
//! at once; GetFunction, GetFunctionConfiguration and GetCallerIdentity always see the newest state.
//!
//! Requests of web pages (`Origin`) and under names that are not this machine's (`Host`) are refused with 403 before
//! anything else, and a request that does not arrive whole within a minute ends its connection. It listens on loopback
//! unless [`Settings::allow_remote`].
//!
//! # What it supports
//!
//! - Connect: ListInstances, DescribeInstance, CreateInstance, DeleteInstance, ListInstanceAttributes,
//!   DescribeInstanceAttribute, UpdateInstanceAttribute; AssociateLambdaFunction, DisassociateLambdaFunction,
//!   ListLambdaFunctions; ListContactFlows, SearchContactFlows, DescribeContactFlow, CreateContactFlow,
//!   UpdateContactFlowContent, UpdateContactFlowMetadata, UpdateContactFlowName, DeleteContactFlow;
//!   ListContactFlowModules, SearchContactFlowModules, DescribeContactFlowModule, CreateContactFlowModule,
//!   UpdateContactFlowModuleContent, UpdateContactFlowModuleMetadata, DeleteContactFlowModule; ListQueues, ListPrompts,
//!   ListHoursOfOperations; TagResource, UntagResource, ListTagsForResource.
//! - Lambda: GetFunction, GetFunctionConfiguration, ListFunctions, CreateFunction, DeleteFunction, UpdateFunctionCode,
//!   UpdateFunctionConfiguration; PublishVersion, ListVersionsByFunction; CreateAlias, GetAlias, UpdateAlias,
//!   DeleteAlias, ListAliases; GetPolicy, AddPermission, RemovePermission; GetFunctionConcurrency,
//!   PutFunctionConcurrency, DeleteFunctionConcurrency; TagResource, UntagResource, ListTags; Invoke.
//! - IAM: CreateRole, GetRole, ListRoles, DeleteRole, UpdateAssumeRolePolicy, TagRole, UntagRole, ListRoleTags;
//!   AttachRolePolicy, DetachRolePolicy, ListAttachedRolePolicies, PutRolePolicy, GetRolePolicy, DeleteRolePolicy,
//!   ListRolePolicies, GetPolicy.
//! - STS: GetCallerIdentity, AssumeRole.
//!
//! # Functions that run
//!
//! With [`Settings::functions`] Invoke runs the code that was uploaded: `nodejs` runtimes with the `node` of this machine,
//! `python` runtimes with its `python3`, `provided` runtimes with the executable `bootstrap` of the package. The rules of
//! the declared runtime hold (up to Node.js 22 a handler may take a callback and its plain result is ignored, from 24 on a
//! handler with three parameters is refused), and the log names the interpreter where it is another than the declared one.
//! Each version has processes of its own that stay warm for ten minutes, take one invocation at a time, and end when
//! code or configuration change. The limits are time, reserved concurrency, 6 MB, and 64 invocations at once. Packages
//! lie in the folder `FILE.code` beside a state file, named by their digest. A function without code here, or without an
//! interpreter, answers its [`WorldExample`] (a line of the log and the header `x-flowbind-example` say that no code ran), or
//! with an error that says what is missing (502 InvalidRuntimeException).
//!
//! The code is contained; [`RunFunctions`] says how, and what is not promised.
//!
//! # Faults
//!
//! ```text
//! KIND[:SERVICE[:OPERATION[:SELECTOR]]]
//! KIND       throttle              429 (IAM and STS: 400 Throttling)
//!            500                   500
//!            deny                  403, in AWS's words; also for the Lambda rights that Associate needs
//!            echo                  400, with the texts of the request in its message: as they are, escaped, encoded, cut
//!            drop-before           closes the connection, nothing done
//!            drop-after            does the work, then closes the connection
//!            delay=250ms|2s        waits first
//!            html                  200 with a web page, as a captive proxy answers; nothing done
//!            empty, braces         200 with nothing, with {}, without a request id; nothing done
//!            hang                  never answers, and leaves the connection open; nothing done
//!            after-html, after-empty, after-braces, after-500, after-hang
//!                                  the same, when the work was done
//!            truncated             does the work, then sends half of the answer, as if it were whole
//!            endless               a list: the first page, with the same token behind it, whatever is asked for
//!            endless-fresh         the same, with another token each time
//!            lose-policy-write     a policy write that overlaps another on the same function overwrites it:
//!                                  it works on the policy as it was when it came, and takes a while
//!            creation-failed       CreateInstance ends as CREATION_FAILED
//!            kill                  ends the process (status 137) after the write was committed
//!            freeze-before         stops the world when the write has come: from then on nothing is done and nothing
//!                                  answered, until POST /_emulator/thaw (or [`Emulator::thaw`]); then all goes on
//!            freeze-after          the same, when the write was done and before it is answered
//! SERVICE    connect | lambda | iam | sts | *
//! OPERATION  a name, which may end in *
//! SELECTOR   nth=N                 the N-th matching call only, from 1
//!            from=N                the N-th matching call and all after it
//!            p=0.3                 this share of the calls, decided by the seed
//! ```
//!
//! `kill`, `freeze-…` and `lose-policy-write` count writes only: `freeze-before:*:*:nth=3` stops at the third write of
//! all. A client that is killed in a frozen world is killed at exactly that write, and [`Emulator::fork`] goes on without it.
//!
//! # Assumptions
//!
//! What AWS leaves undocumented, as switches; the first answer is the default.
//!
//! | unknown | question | answers |
//! |---|---|---|
//! | U0 | what publishing checks of a literal Lambda ARN | `lambda-refs-unchecked`, `lambda-refs-checked` (it exists), `lambda-refs-associated` (and is associated) |
//! | U1 | Disassociate and the statement `connect-<id>` | `statement-removed`, `statement-kept` |
//! | U1 | Disassociate when that statement is gone already | `missing-statement-ignored`, `missing-statement-refused` |
//! | U2 | Associate when the Sid `connect-<id>` exists | `sid-kept`, `sid-conflict`, `sid-replaced` |
//! | U2 | Associate when the caller lacks lambda:AddPermission | `denied-without-association`, `denied-with-association` |
//! | U2 | Associate when the function does not exist | `missing-function-refused`, `missing-function-accepted` |
//! | U3 | Associate with an ARN of another Region or account | `foreign-refused`, `foreign-accepted` |
//! | U3 | which policy a qualified ARN's association writes | `qualified-writes-unqualified`, `qualified-writes-qualified`, `qualified-refused` |
//! | U4 | a repeated Associate | `repeat-conflicts`, `repeat-same-token-ok`, `repeat-ok` |
//! | U5 | List after the function was deleted | `deleted-function-listed`, `deleted-function-unlisted` |
//! | U6 | content written to the plain id of a flow that was never published | `plain-write-publishes`, `plain-write-drafts`, `plain-write-refused` |
//! | U6 | a pending draft when content is published | `draft-dropped`, `draft-kept` |
//! | U6 | content written to `:$SAVED` | `saved-write-drafts`, `saved-write-refused` |
//! | U7 | what FlowContentSha256 is made of | `sha-of-bytes`, `sha-of-canonical-json` |
//! | U7 | Content as Describe returns it | `content-verbatim`, `content-reserialised` |
//! | U8 | DeleteContactFlow on a flow that another refers to | `referenced-delete-ok`, `referenced-delete-refused` |
//! | U8 | the name of a deleted flow | `name-reusable`, `name-reserved` |
//! | U9 | the wording of error messages | `words-usual`, `words-other` |
//! | U10 | the burst of Connect's rate limits | `burst-5`, `burst-1` |
//! | U11 | a Timeout error branch on InvokeLambdaFunction | `timeout-error-refused`, `timeout-error-accepted` |
//! | U11 | time limit of an asynchronous invocation | `async-limit-60`, `async-limit-8` |
//! | U12, U13 | answers of a function and ContactData at run time | no switch: the emulator runs no contact |
//! | U14 | whose rights the implicit Add/RemovePermission needs | `caller-needs-lambda-rights`, `service-has-lambda-rights` |
//! | U15 | what Lambda authorises a call with a qualifier on | `qualified-arn-authorised`, `function-arn-authorised` |
//! | U16 | lambda:Principal of a RemovePermission, which names none | `remove-without-principal`, `remove-names-principal` |
//!
//! # Where it may differ from AWS
//!
//! - Messages are AWS's own where they are known (Lambda, IAM) and made up otherwise (most of Connect).
//! - Publishing validates the envelope, identifiers, transitions and InvokeLambdaFunction; the parameters of other
//!   actions pass, and so does an action type that is illegal in the flow's type.
//! - Versions of flows and modules, and aliases of modules, are not kept. A new instance has AWS's default queue,
//!   hours and a few prompts, but none of its sample flows.
//! - A function that a [`World`] brings has no code, and a role that need not exist. Invoke does not read resource
//!   policies, sends every call of an alias to its main version, and tries an asynchronous one once.
//!   InvokeWithResponseStream and InvokeAsync answer 501, as do all operations that are not listed.
//! - A resource policy's statements are kept as they were sent; AWS replaces the ARN of a deleted principal.
//! - Any AWS managed policy can be attached, existing or not, and any role can be assumed.
//! - [`Settings::caller_policy`] is judged by a small evaluator: wildcards, NotAction, NotResource and four condition
//!   operators. What an operation depends on is judged with it, before anything is done; only the rights to the
//!   function's policy (Associate, Disassociate) and to pass a role are judged when they are used.
//! - Creating and deleting instances is rationed over the emulator's life, not over 30 days.
//!
//! # Inside
//!
//! `server` reads a request and decides what is injected into it. `registry` finds its operation, `access` decides whether
//! the caller may call it, and the operation's function in `connect`, `lambda`, `iam` or `sts` answers. `call` is what
//! was asked, `dispatch` what such a function gets, `run` runs functions. `state` is the content, `store` its file,
//! `settings` the rest. Each may use those behind it: `server`, `registry`, the services, `dispatch`, `access`,
//! `settings`, `run`, `call`, `store`, `state`, `wire`; of the services `connect` may use `lambda`, and `lambda` may use `iam`.

mod access;
mod call;
mod connect;
mod dispatch;
mod iam;
mod lambda;
mod registry;
mod run;
mod server;
mod settings;
mod state;
mod store;
mod sts;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use self::run::{Examples, Functions};
use self::server::connection::{Cut, CuttableListener};
use self::server::core::Core;
use self::state::State;
use self::store::Store;
use self::store::packages::Packages;

pub use self::run::{RunFunctions, run_function};
pub use self::server::stats::Stats;
pub use self::settings::assumptions::{Assumption, Assumptions, Question, REGISTER};
pub use self::settings::error::SettingError;
pub use self::settings::faults::Fault;
pub use self::settings::quotas::{Quota, Quotas};
pub use self::settings::rates::Rates;
pub use self::settings::{Arrival, Settings, Timings};
pub use self::state::world::{
    World, WorldAccount, WorldExample, WorldFlow, WorldFunction, WorldInstance, WorldNamed, WorldRole,
};
pub use self::store::StateError;

/// Why an emulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
    /// Other machines would reach it, which nobody has allowed.
    #[error(
        "{0} can be reached from other machines, and whoever reaches the emulator can do anything with it"
    )]
    Remote(SocketAddr),
    /// The state file cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
}

/// A running embedded AWS. Dropping it ends it without waiting for open requests.
#[derive(Debug)]
pub struct Emulator {
    address: SocketAddr,
    core: Arc<Core>,
    shutdown: Option<oneshot::Sender<()>>,
    task: JoinHandle<io::Result<()>>,
}

/// How long [`Emulator::stop`] waits for open requests.
const STOP_WAIT: Duration = Duration::from_secs(2);

impl Emulator {
    /// Starts listening on `address` (port 0 takes a free one) with the state of the settings' file and what `world`
    /// adds to it.
    ///
    /// ```
    /// use flowbind::emulator::{Emulator, Settings, World};
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = Emulator::start(([127, 0, 0, 1], 0).into(), Settings::default(), World::default()).await?;
    /// assert!(emulator.url().starts_with("http://127.0.0.1:"));
    /// emulator.stop().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Fails when the address is taken, or not loopback without [`Settings::allow_remote`], or when the state file is
    /// broken or in use.
    pub async fn start(address: SocketAddr, settings: Settings, world: World) -> Result<Self, StartError> {
        if !settings.allow_remote && !address.ip().is_loopback() {
            return Err(StartError::Remote(address));
        }
        let (mut store, state) = match &settings.state {
            None => (None, None),
            Some(path) => {
                let (store, state) = Store::open_waiting(path).await?;
                (Some(store), state)
            }
        };
        let mut state = state.unwrap_or_default();
        world.merge_into(&mut state, state::clock::now());
        if let Some(store) = &mut store {
            store.save(&state)?;
        }
        let packages = settings.state.as_deref().map(Packages::beside).unwrap_or_default();
        let used: BTreeSet<String> = state.code_digests().map(str::to_owned).collect();
        packages.keep_only(|digest| used.contains(digest));
        Self::launch(address, settings, (state, store), (packages, Examples::of(&world.examples))).await
    }

    /// Starts another one on a free port, with what this one holds now and nothing of its settings. Its state is in
    /// memory: a file that the settings name is not used.
    ///
    /// # Errors
    /// Fails when no port is free.
    pub async fn fork(&self, settings: Settings) -> Result<Self, StartError> {
        let address = SocketAddr::new(self.address.ip(), 0);
        let settings = Settings { state: None, ..settings };
        let packages = Packages::after(self.core.packages());
        let examples = self.core.functions.examples.clone();
        Self::launch(address, settings, (self.core.state(), None), (packages, examples)).await
    }

    async fn launch(
        address: SocketAddr,
        settings: Settings,
        (state, store): (State, Option<Store>),
        (packages, examples): (Packages, Examples),
    ) -> Result<Self, StartError> {
        let listen = |source| StartError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let within = settings.arrival.0;
        let packages = Arc::new(packages);
        let remote = settings.allow_remote || !address.ip().is_loopback();
        let run = (settings.functions.clone(), remote);
        let functions = Arc::new(Functions::new(run, address, Arc::clone(&packages), examples));
        let core = Arc::new(Core::new(settings, state, store, (packages, functions)));
        let (shutdown, stopped) = oneshot::channel();
        let task = serve(CuttableListener { listener, within }, Arc::clone(&core), stopped);
        Ok(Self { address, core, shutdown: Some(shutdown), task })
    }

    /// Returns the address that is listened on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the endpoint for AWS clients.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the counters of calls.
    pub fn stats(&self) -> Stats {
        self.core.stats()
    }

    /// Returns everything it holds, as its state file would: ids, times and environment values in the clear.
    pub fn content(&self) -> Value {
        serde_json::to_value(self.core.state()).unwrap_or_default()
    }

    /// Waits until a fault has stopped the world, and names the operation at which it did.
    pub async fn frozen(&self) -> String {
        self.core.until_frozen().await
    }

    /// Lets a world go on that a fault has stopped, as `POST /_emulator/thaw` does.
    pub fn thaw(&self) {
        self.core.thaw();
    }

    /// Clears the counters of calls, as `POST /_emulator/reset` does.
    pub fn reset(&self) {
        self.core.reset();
    }

    /// Answers open requests, saves the state and lets go of its file.
    ///
    /// # Errors
    /// Fails when the state cannot be saved.
    pub async fn stop(mut self) -> Result<(), StateError> {
        if let Some(shutdown) = self.shutdown.take() {
            // An error means that the server has ended already.
            let _ = shutdown.send(());
        }
        if tokio::time::timeout(STOP_WAIT, &mut self.task).await.is_err() {
            self.task.abort();
        }
        self.core.functions.ended().await;
        self.core.close()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.task.abort();
        self.core.functions.end();
        if let Err(error) = self.core.close() {
            tracing::error!(%error, "the state was not saved");
        }
    }
}

fn serve(
    listener: CuttableListener,
    core: Arc<Core>,
    stopped: oneshot::Receiver<()>,
) -> JoinHandle<io::Result<()>> {
    let router = Router::new().fallback(server::handle).with_state(core);
    let service = router.into_make_service_with_connect_info::<Cut>();
    let serve = axum::serve(listener, service).with_graceful_shutdown(async {
        // A dropped sender ends the server too.
        let _ = stopped.await;
    });
    tokio::spawn(async move { serve.await })
}
