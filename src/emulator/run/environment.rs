//! One execution environment: a process of one version of a function, for one invocation at a time.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use tokio::net::unix::pipe;
use tokio::sync::watch;

use super::failure::Failure;
use super::logs::{Log, Report};
use super::processes::{self, Ended, Order, Said};
use super::runtime_api::{Posted, RuntimeApi, Seen, Work};
use super::{HIDDEN, Invocation};

/// How long a runtime may take to start, as on Lambda.
const START_WITHIN: Duration = Duration::from_secs(10);
/// How long is waited for all processes of a function to end.
const END_WITHIN: Duration = Duration::from_secs(10);
/// The most output that is waited for at the end of an invocation, in reads.
const LAST_READS: usize = 64;

/// A running environment. Its processes end with it.
#[derive(Debug)]
pub(super) struct Environment {
    /// The supervisor's standard input: when it closes, all processes are ended.
    control: Mutex<Option<ChildStdin>>,
    supervisor: u32,
    api: RuntimeApi,
    life: watch::Receiver<Life>,
    output: Arc<Output>,
    /// What runs the function, where that is not what is declared.
    interpreter: Option<String>,
    begun: Instant,
    initialised: AtomicBool,
    /// It is not used again.
    retired: AtomicBool,
}

/// How far the processes are.
#[derive(Debug, Clone, Copy, Default)]
struct Life {
    process: Option<u32>,
    /// How the function's own process ended.
    ended: Option<Ended>,
    /// Whether all of them are gone.
    gone: bool,
}

/// What the function prints, and its log.
#[derive(Debug)]
struct Output {
    pipe: pipe::Receiver,
    log: Mutex<Log>,
}

/// How an invocation ended.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) payload: Vec<u8>,
    /// Whether the function failed.
    pub(super) failed: bool,
    /// The end of its log.
    pub(super) tail: Vec<u8>,
    /// Whether the environment can be used again.
    pub(super) reusable: bool,
}

/// What came out of an invocation, or of a start.
enum End {
    Answer(Bytes),
    Error(Bytes),
    Failure(Failure),
}

impl Environment {
    /// Starts a supervisor with its order. The API is what the function's process will talk to.
    pub(super) fn start(
        binary: &Path,
        order: &Order,
        api: RuntimeApi,
        interpreter: Option<String>,
    ) -> io::Result<Self> {
        let mut child = Command::new(binary)
            .args([HIDDEN, "supervise"])
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let supervisor = child.id();
        let _ = api.above.set(supervisor);
        let (life, watched) = watch::channel(Life::default());
        let mut control = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let output = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        std::thread::spawn(move || follow(child, &life));
        serde_json::to_writer(&mut control, order)?;
        control.write_all(b"\n")?;
        let pipe = pipe::Receiver::from_owned_fd(output.into())?;
        let output = Arc::new(Output { pipe, log: Mutex::default() });
        tokio::spawn(Arc::clone(&output).follow());
        Ok(Self {
            control: Mutex::new(Some(control)),
            supervisor,
            api,
            life: watched,
            output,
            interpreter,
            begun: Instant::now(),
            initialised: AtomicBool::new(false),
            retired: AtomicBool::new(false),
        })
    }

    /// Carries an invocation out.
    pub(super) async fn run(&self, invocation: &Invocation, id: &str) -> Finished {
        let first = !self.initialised.swap(true, Ordering::SeqCst);
        let not_started = if first { self.initialise(invocation).await } else { None };
        let init = first.then(|| milliseconds(self.begun.elapsed()));
        self.output.settle().await;
        self.output.log().start(id, &invocation.version);
        let begun = Instant::now();
        let (end, alive) = match not_started {
            Some(end) => (end, false),
            None => self.carry_out(invocation, id).await,
        };
        let limit = Duration::from_secs(invocation.configuration.timeout);
        let duration = milliseconds(begun.elapsed().min(limit));
        self.output.settle().await;
        let peak = self.life.borrow().process.and_then(processes::peak);
        if !alive {
            self.end();
            self.gone().await;
            self.output.settle().await;
        }
        let failure = match &end {
            End::Failure(failure) => Some(failure),
            End::Answer(_) | End::Error(_) => None,
        };
        let report = Report {
            id,
            duration,
            init,
            memory: invocation.configuration.memory,
            used: peak,
            interpreter: self.interpreter.as_deref(),
            failure: failure.map(Failure::kind),
        };
        let mut log = self.output.log();
        if let Some(failure) = failure {
            log.line(&failure.line(id));
        }
        log.line(&format!("END RequestId: {id}"));
        log.line(&report.line());
        let tail = log.finish();
        drop(log);
        let (payload, failed) = match end {
            End::Answer(bytes) => (bytes.to_vec(), false),
            End::Error(bytes) => (bytes.to_vec(), true),
            End::Failure(failure) => (failure.payload(id).to_string().into_bytes(), true),
        };
        Finished { payload, failed, tail, reusable: alive && !self.retired.load(Ordering::SeqCst) }
    }

    /// Waits until the runtime asks for work; what came instead, if it never does.
    async fn initialise(&self, invocation: &Invocation) -> Option<End> {
        let (mut seen, mut life) = (self.api.seen.clone(), self.life.clone());
        let init_error = || self.api.seen.borrow().init_error.clone().map(End::Error);
        tokio::select! {
            biased;
            _ = seen.wait_for(|seen| seen.asked > 0 || seen.init_error.is_some()) => init_error(),
            ended = life.wait_for(|life| life.ended.is_some()) => {
                let ended = ended.ok().and_then(|life| life.ended).unwrap_or(Ended::Code(1));
                Some(init_error().unwrap_or(End::Failure(Failure::Exited(ended))))
            }
            () = tokio::time::sleep(START_WITHIN) => {
                Some(End::Failure(Failure::TimedOut(invocation.configuration.timeout)))
            }
        }
    }

    /// Hands the work out and waits for what is posted and for the next question, which shows that the runtime is done.
    async fn carry_out(&self, invocation: &Invocation, id: &str) -> (End, bool) {
        let seconds = invocation.configuration.timeout;
        let limit = Duration::from_secs(seconds);
        let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + limit;
        let work = Work {
            id: id.to_owned(),
            payload: invocation.payload.clone(),
            deadline: u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX),
            arn: invocation.arn.clone(),
            client_context: invocation.client_context.clone(),
        };
        let (mut seen, mut life) = (self.api.seen.clone(), self.life.clone());
        let asked = seen.borrow().asked;
        let posted = |seen: &Seen| seen.posted.clone().filter(|(of, _)| of == id).map(|(_, posted)| posted);
        let now = || posted(&self.api.seen.borrow());
        let exchange = async {
            if self.api.work.send(work).await.is_ok() {
                let _ = seen.wait_for(|seen| posted(seen).is_some() && seen.asked > asked).await;
            }
        };
        let (missing, alive) = tokio::select! {
            biased;
            () = exchange => (Failure::Exited(Ended::Code(1)), true),
            ended = life.wait_for(|life| life.ended.is_some()) => {
                let ended = ended.ok().and_then(|life| life.ended).unwrap_or(Ended::Code(1));
                (Failure::Exited(ended), false)
            }
            () = tokio::time::sleep(limit) => (Failure::TimedOut(seconds), false),
        };
        let end = match now() {
            Some(Posted::Answer(bytes)) => End::Answer(bytes),
            Some(Posted::Error(bytes)) => End::Error(bytes),
            Some(Posted::TooLarge(size)) => End::Failure(Failure::TooLarge(size)),
            None => End::Failure(missing),
        };
        (end, alive)
    }

    /// Whether it can take an invocation: an idle process may have ended meanwhile.
    pub(super) fn is_alive(&self) -> bool {
        self.life.borrow().ended.is_none() && !self.retired.load(Ordering::SeqCst)
    }

    /// Uses it no more: ends it now, or when its invocation is done.
    pub(super) fn retire(&self) {
        self.retired.store(true, Ordering::SeqCst);
    }

    /// Has all of its processes ended.
    pub(super) fn end(&self) {
        self.retire();
        self.control.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Waits until all of its processes are gone.
    pub(super) async fn gone(&self) {
        let mut life = self.life.clone();
        let gone = life.wait_for(|life| life.gone);
        if tokio::time::timeout(END_WITHIN, gone).await.is_err() {
            tracing::error!(supervisor = self.supervisor, "the processes of a function do not end");
            let supervisor = i32::try_from(self.supervisor).ok().and_then(rustix::process::Pid::from_raw);
            // The function's own process dies with its supervisor.
            let _ = supervisor.map(|pid| rustix::process::kill_process(pid, rustix::process::Signal::KILL));
        }
    }
}

/// Follows what a supervisor reports, until it is gone.
fn follow(mut child: Child, life: &watch::Sender<Life>) {
    if let Some(said) = child.stderr.take() {
        for line in BufReader::new(said).lines().map_while(Result::ok) {
            match line.parse() {
                Ok(Said::Started(process)) => life.send_modify(|life| life.process = Some(process)),
                Ok(Said::Ended(ended)) => life.send_modify(|life| life.ended = Some(ended)),
                Err(()) => tracing::warn!(line, "a supervisor said what is not understood"),
            }
        }
    }
    let _ = child.wait();
    life.send_modify(|life| {
        life.ended = life.ended.or(Some(Ended::Code(1)));
        life.gone = true;
    });
}

impl Output {
    fn log(&self) -> std::sync::MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads until all ends of the pipe are closed.
    async fn follow(self: Arc<Self>) {
        while self.pipe.readable().await.is_ok() {
            if self.pull().is_ok_and(|read| read == 0) {
                return;
            }
        }
    }

    fn pull(&self) -> io::Result<usize> {
        // Locked before it is read, so that nothing is between the pipe and the log.
        let mut log = self.log();
        let mut buffer = [0; 16 * 1024];
        let read = self.pipe.try_read(&mut buffer)?;
        log.printed(&buffer[..read]);
        Ok(read)
    }

    /// Reads what was printed up to now; of a flood, a part.
    async fn settle(&self) {
        for _ in 0..LAST_READS {
            if rustix::io::ioctl_fionread(&self.pipe).unwrap_or_default() == 0
                || self.pipe.readable().await.is_err()
            {
                return;
            }
            let _ = self.pull();
        }
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
