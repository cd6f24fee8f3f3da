//! Reaches AWS: the real one, or the embedded one in this process.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::Context;

use crate::aws::{
    ATTEMPT, Access, AssumedRole, FIRST_PAUSE, Fault, FaultKind, LiveError, ObserveError, Options, Session,
    trust,
};
use crate::cli::args::AwsArgs;
use crate::cli::inputs::chosen;
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::cli::terminal::live::seconds;
use crate::cli::terminal::note::Note;
use crate::cli::terminal::progress::Reading;
use crate::emulator::{Emulator, RunFunctions, Settings};
use crate::manifest::Manifest;
use crate::plan::{CALLERS_LAST, Forecast};
use crate::reconcile::{Ahead, LookError, Watch};
use crate::report;
use crate::resource::AccountId;
use crate::sandbox;

/// How long to wait until a write shows, or what became of it: after that its outcome is reported as unknown.
const VISIBLE_WITHIN: std::time::Duration = std::time::Duration::from_secs(60);
/// How long a function may take to become active: the SDK's own waiters take as long.
const READY_WITHIN: std::time::Duration = std::time::Duration::from_secs(300);

/// A session, with the embedded AWS behind it if there is one.
pub(in crate::cli) struct Connection {
    pub(in crate::cli) session: Session,
    /// The run's time limit.
    timeout: Option<Duration>,
    emulator: Option<Emulator>,
}

impl Connection {
    pub(in crate::cli) async fn open(
        args: &AwsArgs,
        manifests: &[Manifest],
        terminal: &Terminal,
    ) -> Result<Self, Failure> {
        Self::open_running(args, manifests, None, terminal).await
    }

    /// The same; an embedded AWS in this process runs functions as `functions` says.
    pub(in crate::cli) async fn open_running(
        args: &AwsArgs,
        manifests: &[Manifest],
        functions: Option<RunFunctions>,
        terminal: &Terminal,
    ) -> Result<Self, Failure> {
        let Some(file) = &args.sandbox else {
            let (profile, endpoint) = (args.profile.clone(), args.endpoint_url.clone());
            let trust = trust(profile.as_deref(), std::env::var_os("AWS_CA_BUNDLE").map(Into::into))
                .await
                .map_err(|error| Failure::new(Exit::Error, error))?;
            let access = Access::Machine { profile, endpoint, trust };
            let session = Session::open(Options {
                access,
                paced: true,
                visible_within: VISIBLE_WITHIN,
                ready_within: READY_WITHIN,
                attempt: ATTEMPT,
                timeout: args.timeout,
                first_pause: FIRST_PAUSE,
                callers_last: CALLERS_LAST,
                roles: roles(manifests),
                mask: terminal.mask().clone(),
            })
            .await;
            let session = match args.paced {
                Some(false) if session.is_on_this_machine() => session.unpaced(),
                None => session.at_embedded_rates().await,
                Some(_) => session,
            };
            if let Some(endpoint) = session.endpoint() {
                terminal.say(&format!("Using the AWS endpoint {endpoint}."));
            }
            return Ok(Self { session, timeout: args.timeout, emulator: None });
        };
        let settings = Settings { state: Some(file.clone()), functions, ..Settings::default() };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let started = Emulator::start(address, settings, sandbox::world(manifests)).await;
        let emulator = started
            .with_context(|| format!("the sandbox in {} could not be started", file.display()))
            .map_err(|error| Failure::new(Exit::Error, error))?;
        let mask = terminal.mask().clone();
        let options = Options { timeout: args.timeout, mask, ..Options::embedded(emulator.url()) };
        let session = Session::open(options).await;
        Ok(Self { session, timeout: args.timeout, emulator: Some(emulator) })
    }

    /// Says beforehand that the time is too short to read everything.
    fn warn_of_time(&self, reading: Duration, terminal: &Terminal) {
        let Some(limit) = self.timeout.filter(|limit| *limit < reading) else { return };
        let words = |time: Duration| seconds(time).unwrap_or_else(|| "less than 1 s".to_owned());
        let (reading, limit) = (words(reading), words(limit));
        let message = format!("reading AWS takes about {reading}; --timeout ends the run after {limit}");
        terminal.note(&Note::warning("warning:", message).hint(Some("give a longer --timeout.")));
    }

    /// Tells the terminal how people name what was read.
    pub(in crate::cli) fn teach(&self, terminal: &Terminal) {
        let aliases = self.session.aliases();
        terminal.learn_aliases(aliases.into_iter().map(|(arn, alias)| (arn.to_string(), alias)).collect());
    }

    /// Stops the embedded AWS, and waits until its state is on disk.
    pub(in crate::cli) async fn close(self) -> Result<(), Failure> {
        let Some(emulator) = self.emulator else { return Ok(()) };
        let stopped = emulator.stop().await.context("the sandbox's state could not be written");
        stopped.map_err(|error| Failure::new(Exit::Error, error))
    }
}

/// Shows looks on a terminal, and lets it know the names that were read.
pub(in crate::cli) struct Shown<'a> {
    pub(in crate::cli) connection: &'a Connection,
    pub(in crate::cli) terminal: &'a Terminal,
}

impl Watch for Shown<'_> {
    async fn during<T>(&self, ahead: &[Ahead<'_>], looks: impl Future<Output = T>) -> T {
        let (connection, terminal) = (self.connection, self.terminal);
        let pace = connection.session.pace();
        let all = Forecast::joined(ahead.iter().map(|one| one.forecast));
        connection.warn_of_time(all.time(&mut pace.clone()), terminal);
        let reading = Reading::begin(terminal, ahead, &all, &pace);
        let looked = reading.during(&connection.session, looks).await;
        connection.teach(terminal);
        looked
    }
}

/// How functions run: beside this binary, with the interpreters of `PATH`.
pub(in crate::cli) fn run_functions() -> Result<RunFunctions, Failure> {
    let supervisor = std::env::current_exe()
        .context("functions cannot run, since the path of flowbind itself is unknown")
        .map_err(|error| Failure::new(Exit::Error, error))?;
    Ok(RunFunctions { supervisor, search_path: std::env::var_os("PATH").unwrap_or_default(), warm: true })
}

/// The roles that the manifests assume.
pub(in crate::cli) fn roles(manifests: &[Manifest]) -> BTreeMap<AccountId, AssumedRole> {
    let accounts = manifests.iter().flat_map(|manifest| manifest.accounts.values());
    let roles = accounts.filter_map(|account| {
        let arn = account.assume_role.clone()?;
        Some((account.id.clone(), AssumedRole { arn, external_id: account.external_id.clone() }))
    });
    roles.collect()
}

/// Leaves what was tried for credentials to `-v`: the hint says what to set.
pub(in crate::cli) fn shorten(fault: &mut Fault, terminal: &Terminal) {
    let tried = fault.message.find(". Attempted:").filter(|_| fault.kind == FaultKind::Credentials);
    if let Some(at) = tried.filter(|_| !terminal.is_verbose()) {
        fault.message.truncate(at);
        fault.message.push_str(" (-v lists what was tried)");
    }
}

/// Says why there are no plans.
pub(in crate::cli) fn no_plans(error: LookError, terminal: &Terminal) -> Failure {
    match error {
        LookError::Unread(error) => unread(error, terminal),
        LookError::Unknown(unknown) => chosen::unknown(*unknown),
    }
}

/// What an instance is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Sought {
    /// It is the manifest's, and its functions are called.
    Called,
    /// It is to be imported: there is no manifest yet.
    Imported,
}

/// Says why an instance could not be found, or not be read; shows each call that failed.
pub(in crate::cli) fn unfound(error: LiveError, sought: Sought, terminal: &Terminal) -> Failure {
    let imported = sought == Sought::Imported;
    let (exit, error, hint) = match error {
        LiveError::Identity(mut fault) => {
            let hint = fault.hint();
            shorten(&mut fault, terminal);
            (Exit::Error, LiveError::Identity(fault).into(), hint)
        }
        LiveError::WrongAccount { .. } => {
            let correct = if imported { "" } else { ", or correct `accounts:` in the manifest" };
            (Exit::Refused, error.into(), Some(format!("use the credentials of that account{correct}.")))
        }
        LiveError::Missing { ref hint, .. } => {
            let hint = match (hint, imported) {
                (Some(hint), true) => format!("{hint} (or another `--region`)"),
                (None, true) => "look in another Region with `--region`.".to_owned(),
                (Some(hint), false) => hint.clone(),
                (None, false) => "correct its alias or id, or apply the manifest.".to_owned(),
            };
            (Exit::Error, error.into(), Some(hint))
        }
        LiveError::NotActive { .. } => {
            (Exit::Error, error.into(), Some("wait until it is, or delete it if it failed.".to_owned()))
        }
        LiveError::Unread(faults) => {
            for fault in &faults {
                let note = Note::error("could not be read:", fault.to_string()).hint(fault.hint());
                terminal.note(&note.field("operation", fault.operation.to_string()));
            }
            let undone = if imported { "nothing was written" } else { "no function was called" };
            let error = anyhow::anyhow!("{} failed; {undone}", report::count(faults.len(), "call"));
            let hint = "an import is all or nothing: run it again when these can be read.";
            (Exit::Incomplete, error, imported.then(|| hint.to_owned()))
        }
    };
    Failure::new(exit, error).hint(hint)
}

/// Says why AWS could not be looked at.
pub(in crate::cli) fn unread(mut error: ObserveError, terminal: &Terminal) -> Failure {
    if let ObserveError::Identity { source, .. } = &mut error {
        shorten(source, terminal);
    }
    match &error {
        ObserveError::WrongAccount { .. } => Failure::new(Exit::Refused, error)
            .hint("use the credentials of that account, or correct `accounts:` in the manifest.".to_owned()),
        ObserveError::Identity { source, .. } => {
            let hint = match source.kind {
                FaultKind::Denied => Some("allow the caller to call sts:GetCallerIdentity.".to_owned()),
                _ => source.hint(),
            };
            Failure::new(Exit::Error, error).hint(hint)
        }
    }
}
