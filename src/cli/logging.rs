//! The log: to stderr, quiet unless asked for.

use std::io::IsTerminal;

use clap::ColorChoice;
use tracing_subscriber::EnvFilter;

use super::args::{Globals, LogFormat};

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
pub(super) fn start(globals: &Globals) {
    let level = match (globals.quiet, globals.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, _) => "debug",
    };
    let filter = EnvFilter::new(format!("off,flowbind={level}"));
    // Where stderr cannot be written there is nobody to tell either, and nothing to panic for.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let log = log.with_target(false).with_ansi(colors(globals.color)).log_internal_errors(false);
    // A second start in one process, as in tests, keeps the first.
    let _ = match globals.log_format {
        LogFormat::Text => log.without_time().try_init(),
        LogFormat::Json => log.json().try_init(),
    };
}
