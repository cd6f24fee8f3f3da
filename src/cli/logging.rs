//! The log: to stderr, quiet unless asked for.

use tracing_subscriber::EnvFilter;

use super::args::{Globals, LogFormat};

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
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // A second start in one process, as in tests, keeps the first.
    let _ = match globals.log_format {
        LogFormat::Text => log.without_time().try_init(),
        LogFormat::Json => log.json().try_init(),
    };
}
