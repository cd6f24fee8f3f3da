//! Where text goes: results to stdout, everything else to stderr, as text or as one JSON document a line.

pub(in crate::cli) mod exit;
pub(in crate::cli) mod live;
pub(in crate::cli) mod logging;
pub(in crate::cli) mod note;
pub(in crate::cli) mod progress;
pub(in crate::cli) mod question;

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::SystemTime;

use anstream::{AutoStream, ColorChoice};
use indicatif::ProgressBar;
use serde::Serialize;
use tokio::sync::oneshot;

use crate::cli::args::{Globals, LogFormat};
use crate::cli::terminal::note::{Level, Note};
use crate::report::{self, Layout, Typed};
use crate::resource::Mask;

/// The two streams, and the line of progress that is drawn on the second.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Terminal {
    color: ColorChoice,
    quiet: bool,
    log: LogFormat,
    /// Whether ARNs are written whole.
    whole_arns: bool,
    /// The columns of stdout and of stderr, where lines are broken.
    columns: [Option<usize>; 2],
    /// The aliases of the instances that were read, by ARN.
    aliases: Arc<Mutex<BTreeMap<String, String>>>,
    /// What the commands in messages are completed with.
    typed: Arc<Mutex<Option<Typed>>>,
    live: Arc<Mutex<Option<ProgressBar>>>,
    /// Whether a result was written, or was to be.
    has_result: Arc<AtomicBool>,
    mask: Mask,
}

impl Terminal {
    pub(in crate::cli) fn new(globals: &Globals) -> Self {
        let color = match globals.color {
            clap::ColorChoice::Auto => ColorChoice::Auto,
            clap::ColorChoice::Always => ColorChoice::Always,
            clap::ColorChoice::Never => ColorChoice::Never,
        };
        Self {
            color,
            quiet: globals.quiet,
            log: globals.log_format,
            whole_arns: globals.verbose > 0,
            columns: columns(),
            aliases: Arc::default(),
            typed: Arc::default(),
            live: Arc::default(),
            has_result: Arc::default(),
            mask: Mask::default(),
        }
    }

    /// Whether `-v` was given.
    pub(in crate::cli) fn is_verbose(&self) -> bool {
        self.whole_arns
    }

    /// Whether results go to a terminal.
    pub(in crate::cli) fn shows_results(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Whether a result was written, or could not be.
    pub(in crate::cli) fn has_result(&self) -> bool {
        self.has_result.load(Ordering::Relaxed)
    }

    /// The values that are taken out of all that is written here.
    pub(in crate::cli) fn mask(&self) -> &Mask {
        &self.mask
    }

    /// How results are laid out as text.
    pub(in crate::cli) fn layout(&self) -> Layout {
        let aliases = self.aliases.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let typed = self.typed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Layout { columns: self.columns[0], whole_arns: self.whole_arns, compact: false, aliases, typed }
    }

    /// How notes are laid out as text.
    pub(in crate::cli) fn notes_layout(&self) -> Layout {
        match self.log {
            LogFormat::Text => Layout { columns: self.columns[1], ..self.layout() },
            // A program reads it.
            LogFormat::Json => Layout { columns: None, whole_arns: true, ..self.layout() },
        }
    }

    /// Takes the aliases of instances, by which they are named from here on.
    pub(in crate::cli) fn learn_aliases(&self, known: BTreeMap<String, String>) {
        self.aliases.lock().unwrap_or_else(PoisonError::into_inner).extend(known);
    }

    /// Takes what was typed: from here on the commands that messages name are whole.
    pub(in crate::cli) fn learn_typed(&self, typed: Typed) {
        *self.typed.lock().unwrap_or_else(PoisonError::into_inner) = Some(typed);
    }

    /// Writes a result that is text for people.
    pub(in crate::cli) fn page(&self, text: &str) -> io::Result<()> {
        self.result(&self.layout().text(text))
    }

    /// Writes a result. A pipe that nobody reads any more, or a terminal that was closed, stops nothing: what the
    /// command does, and the code that it ends with, are the same.
    pub(in crate::cli) fn result(&self, text: &str) -> io::Result<()> {
        self.has_result.store(true, Ordering::Relaxed);
        let text = report::tame(&self.mask.text(text));
        self.around(|| {
            let mut out = AutoStream::new(io::stdout().lock(), self.color);
            match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
                Err(error) if nobody_reads(&error) => Ok(()),
                written => written.map_err(|error| {
                    let message = format!("the result could not be written to standard output: {error}");
                    io::Error::new(error.kind(), message)
                }),
            }
        })
    }

    /// Writes a JSON document.
    pub(in crate::cli) fn json(&self, document: &impl Serialize) -> io::Result<()> {
        self.result(&report::json_text(document)?)
    }

    /// Says something about how it goes, unless the user wants quiet.
    pub(in crate::cli) fn say(&self, text: &str) {
        self.note(&Note::new(Level::Info, text));
    }

    /// Writes a note to stderr, as text or as a line of JSON.
    pub(in crate::cli) fn note(&self, note: &Note) {
        if self.quiet && note.level() == Level::Info {
            return;
        }
        match self.log {
            LogFormat::Text => self.line(&note.text(&self.notes_layout())),
            LogFormat::Json => {
                // `Timestamp::now` would panic at a clock beyond the year 9999.
                let now = jiff::Timestamp::try_from(SystemTime::now()).unwrap_or(jiff::Timestamp::MAX);
                self.line(&note.json(now.to_string(), &self.notes_layout()));
            }
        }
    }

    /// Writes a note that only a log in JSON shows: in text it is a result or drawn.
    pub(in crate::cli) fn event(&self, note: &Note) {
        if self.log == LogFormat::Json {
            self.note(note);
        }
    }

    /// Writes to stderr what is whole by itself.
    fn line(&self, text: &str) {
        let text = report::tame(&self.mask.text(text));
        self.around(|| {
            let mut err = AutoStream::new(io::stderr().lock(), self.color);
            // When nobody can hear it there is nobody to tell.
            let _ = writeln!(err, "{text}");
        });
    }

    /// Writes bytes of the log to stderr.
    pub(in crate::cli) fn log(&self, bytes: &[u8]) -> io::Result<()> {
        let text = String::from_utf8_lossy(bytes);
        let text = self.mask.text(&text);
        let text = report::wrap_under(&text, self.notes_layout().columns, 6);
        self.around(|| io::stderr().lock().write_all(text.as_bytes()))
    }

    /// Takes the live line off the screen while something else is written.
    fn around<T>(&self, write: impl FnOnce() -> T) -> T {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match live {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Draws this line of progress until another one or none is drawn.
    pub(in crate::cli) fn draw(&self, bar: Option<ProgressBar>) {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = std::mem::replace(&mut *live, bar) {
            before.finish_and_clear();
        }
    }

    /// Whether progress can be drawn.
    pub(in crate::cli) fn draws(&self) -> bool {
        !self.quiet && self.log == LogFormat::Text && io::stderr().is_terminal()
    }

    /// The columns of the terminal that questions are asked on, and that progress is drawn on.
    pub(in crate::cli) fn columns(&self) -> usize {
        self.columns[1].unwrap_or(80)
    }

    /// Why nobody can be asked, if so: which stream is no terminal, as a sentence.
    pub(in crate::cli) fn cannot_ask(&self) -> Option<&'static str> {
        match (io::stdin().is_terminal(), io::stderr().is_terminal()) {
            (true, true) => None,
            (false, true) => Some("standard input is not a terminal"),
            (true, false) => Some("standard error is not a terminal"),
            (false, false) => Some("neither standard input nor standard error is a terminal"),
        }
    }

    /// Asks, and takes the line; none where the terminal was closed meanwhile. Where the answer is not waited for any
    /// more, the question's line is ended.
    pub(in crate::cli) async fn ask(&self, question: &str) -> io::Result<Option<String>> {
        match self.asked(question).await {
            // A terminal that was closed ends as a file does, too.
            Ok(line) if line.is_empty() && self.cannot_ask().is_some() => Ok(None),
            Ok(line) => Ok(Some(line.trim().to_owned())),
            Err(error) if nobody_reads(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn asked(&self, question: &str) -> io::Result<String> {
        let mut err = AutoStream::new(io::stderr().lock(), self.color);
        write!(err, "{} ", self.mask.text(question))?;
        err.flush()?;
        drop(err);
        // A thread of its own: nothing ends a read of a terminal, and the command must not wait for it.
        let (answer, answered) = oneshot::channel();
        thread::spawn(move || {
            let mut line = String::new();
            let read = io::stdin().read_line(&mut line).map(|_| line);
            // Nobody waits any more where the run was interrupted.
            let _ = answer.send(read);
        });
        let mut open = OpenLine(true);
        let line = answered.await.map_err(io::Error::other)??;
        open.0 = !line.ends_with('\n');
        Ok(line)
    }
}

/// Breaks lines in pipes too, for tests of what a terminal shows.
const PIPE_COLUMNS: &str = "FLOWBIND_PIPE_COLUMNS";

/// The columns of stdout and of stderr: what `COLUMNS` says, else the terminal's. Without a terminal no line is broken,
/// whatever a shell exports: pipes are searched and compared by line.
fn columns() -> [Option<usize>; 2] {
    let of_variable = |name| std::env::var(name).ok().and_then(|columns| columns.parse().ok());
    let (said, piped) = (of_variable("COLUMNS"), of_variable(PIPE_COLUMNS));
    let of = |size: Option<(terminal_size::Width, terminal_size::Height)>| {
        let terminal = size.map(|(width, _)| usize::from(width.0));
        let columns = terminal.map_or(piped, |terminal| Some(said.unwrap_or(terminal)));
        columns.filter(|columns| *columns > 0).map(|columns| columns.max(report::NARROWEST))
    };
    [of(terminal_size::terminal_size_of(io::stdout())), of(terminal_size::terminal_size_of(io::stderr()))]
}

/// A line of stderr on which the cursor stands.
struct OpenLine(bool);

impl Drop for OpenLine {
    fn drop(&mut self) {
        if self.0 {
            // When nobody can see it nothing has to be ended.
            let _ = writeln!(io::stderr().lock());
        }
    }
}

/// A pipe without a reader, or a terminal that was closed (EIO).
fn nobody_reads(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe || (cfg!(unix) && error.raw_os_error() == Some(5))
}
