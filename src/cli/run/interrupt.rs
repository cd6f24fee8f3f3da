//! Ctrl-C, SIGTERM and a closed terminal: while AWS is only read the command ends at once, while it is written no new
//! write begins, and a second signal ends the process wherever it is.

use std::ffi::OsString;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::watch;

use crate::aws::{GRACE, InFlight, Session, StopHandle};
use crate::cli::args::retype;
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::cli::terminal::note::Note;
use crate::report;

/// How long the last word of a command may take that is ended at once.
const SAYING: Duration = Duration::from_millis(500);

/// The signals of one command.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Interrupt {
    signalled: watch::Sender<bool>,
    /// What ends the writing and what counts the changes in flight, from when it has begun.
    writing: Arc<Mutex<Option<(StopHandle, InFlight)>>>,
    /// The command line, to be typed again.
    again: String,
}

impl Interrupt {
    /// Listens to nothing.
    pub(in crate::cli) fn never(arguments: &[OsString]) -> Self {
        let again = retype::again(arguments);
        Self { signalled: watch::Sender::new(false), writing: Arc::default(), again }
    }

    /// Listens from now on.
    pub(in crate::cli) fn listen(terminal: &Terminal, arguments: &[OsString]) -> Self {
        let interrupt = Self::never(arguments);
        let Some(mut signals) = Signals::install() else { return interrupt };
        let (own, terminal) = (interrupt.clone(), terminal.clone());
        tokio::spawn(async move {
            signals.first().await;
            own.signal(&terminal);
            signals.second().await;
            own.at_the_second(&terminal);
            std::process::exit(Exit::Interrupted.code().into());
        });
        interrupt
    }

    fn signal(&self, terminal: &Terminal) {
        self.signalled.send_replace(true);
        // Nothing is waited for while this is locked.
        let stops = match &*self.writing.lock().unwrap_or_else(PoisonError::into_inner) {
            Some((stop, _)) => {
                stop.request();
                true
            }
            None => false,
        };
        if stops {
            let terminal = terminal.clone();
            let text = format!(
                "Interrupted: no new writes start; waiting up to {} s for those in flight. Interrupt again to stop \
                 at once.",
                GRACE.as_secs()
            );
            drop(aside(move || terminal.say(&text)));
        }
    }

    /// Says what is left open; the process ends whether that can be written or not.
    fn at_the_second(&self, terminal: &Terminal) {
        // Nobody keeps this locked while waiting for something.
        let writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let in_flight = writing.as_ref().map_or(0, |(_, in_flight)| in_flight.count());
        drop(writing);
        let message = match in_flight {
            0 => "no change was in flight".to_owned(),
            1 => "1 change was in flight, and its outcome is unknown".to_owned(),
            many => {
                format!("{} were in flight, and their outcomes are unknown", report::count(many, "change"))
            }
        };
        let hint = format!("to see what was written and do the rest: {}", self.again);
        let note = Note::error("Stopped at once:", message).hint(Some(hint));
        let terminal = terminal.clone();
        let written = aside(move || {
            terminal.draw(None);
            terminal.note(&note);
        });
        // Time enough for whoever reads; it fails where nobody does, or where it is said.
        let _ = written.recv_timeout(SAYING);
    }

    /// From here on a signal does not end the command at once: the session is to stop, and the report comes.
    pub(in crate::cli) fn writing(&self, session: &Session) {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        *writing = Some((session.stop().clone(), session.in_flight()));
        if *self.signalled.borrow() {
            session.stop().request();
        }
    }

    /// The command line that does the rest.
    pub(in crate::cli) fn again(&self) -> &str {
        &self.again
    }

    /// Whether a signal has come.
    pub(in crate::cli) fn is_signalled(&self) -> bool {
        *self.signalled.borrow()
    }

    /// Waits for the first signal.
    pub(in crate::cli) async fn signalled(&self) {
        // The sender lives as long as this value, so that the wait cannot fail.
        let _ = self.signalled.subscribe().wait_for(|signalled| *signalled).await;
    }

    /// Waits for something that writes nothing, such as an answer.
    ///
    /// # Errors
    ///
    /// When a signal comes before, or has come: nothing is begun then.
    pub(in crate::cli) async fn or<T>(&self, wait: impl Future<Output = T>) -> Result<T, Failure> {
        tokio::select! {
            biased;
            () = self.signalled() => Err(Failure::interrupted()),
            done = wait => Ok(done),
        }
    }

    /// Waits for a signal that ends the command at once; for ever, once something is written.
    pub(in crate::cli) async fn at_once(&self) {
        self.signalled().await;
        if self.writing.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            std::future::pending::<()>().await;
        }
    }
}

/// Writes on a thread of its own: a stream that takes nothing, or another writer that waits for one, keeps no signal from
/// being acted on. What is returned hears when it is written.
fn aside(write: impl FnOnce() + Send + 'static) -> Receiver<()> {
    let (written, hear) = mpsc::channel();
    let write = move || {
        write();
        // Nobody waits for it any more where it took too long.
        let _ = written.send(());
    };
    // Without a thread nothing is reported.
    drop(thread::Builder::new().spawn(write));
    hear
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// None where it was ignored when the process began: `nohup` means that.
    hangup: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    /// None where they cannot be listened to: then they end the process.
    fn install() -> Option<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let hangup = if ignored(1) { None } else { signal(SignalKind::hangup()).ok() };
        let interrupt = signal(SignalKind::interrupt()).ok()?;
        let terminate = signal(SignalKind::terminate()).ok()?;
        Some(Self { interrupt, terminate, hangup })
    }

    async fn first(&mut self) {
        let Self { interrupt, terminate, hangup } = self;
        let hung_up = async {
            match hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hung_up => {}
        }
    }

    /// A closed terminal may send several hang-ups, its own and the shell's: only a person or a supervisor means it
    /// twice.
    async fn second(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Whether the process was started with this signal ignored; false where that cannot be read.
#[cfg(unix)]
fn ignored(signal: u32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    mask & (1 << (signal - 1)) != 0
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn install() -> Option<Self> {
        Some(Self)
    }

    async fn first(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    async fn second(&mut self) {
        self.first().await;
    }
}
