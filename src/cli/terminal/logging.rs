//! The log: to stderr, quiet unless asked for.

use std::io::{self, IsTerminal};

use clap::ColorChoice;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::cli::args::{Globals, LogFormat};
use crate::cli::terminal::Terminal;

/// Writes where the terminal's live line is out of the way.
struct Writer(Terminal);

impl<'a> MakeWriter<'a> for Writer {
    type Writer = Lines<'a>;

    fn make_writer(&'a self) -> Lines<'a> {
        Lines(&self.0)
    }
}

/// Writes whole events.
struct Lines<'a>(&'a Terminal);

impl io::Write for Lines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.log(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether the log is in colour.
fn colors(when: ColorChoice) -> bool {
    match when {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => std::io::stderr().is_terminal(),
    }
}

/// Starts the log. The SDK's own crates never log below `info`: at TRACE they write request bodies
/// (RUSTSEC-2023-0125).
pub(in crate::cli) fn start(globals: &Globals, terminal: &Terminal) {
    let level = match (globals.quiet, globals.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, _) => "debug",
    };
    let filter = EnvFilter::new(format!("off,flowbind={level}"));
    // Where stderr cannot be written there is nobody to tell either, and nothing to panic for.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(Writer(terminal.clone()));
    let log = log.with_target(false).with_ansi(colors(globals.color)).log_internal_errors(false);
    // A second start in one process, as in tests, keeps the first.
    let _ = match globals.log_format {
        LogFormat::Text => log.without_time().try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
}
