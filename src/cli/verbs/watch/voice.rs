//! Writes each event as one line: for people, or for machines.

use std::time::SystemTime;

use crate::cli::args::Output;
use crate::cli::terminal::Terminal;
use crate::report::WatchLine;

/// Where lines go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Voice<'a> {
    pub(super) terminal: &'a Terminal,
    pub(super) output: Output,
}

impl Voice<'_> {
    /// Writes a line; a stream that is full or closed stops nothing.
    pub(super) fn say(&self, line: &WatchLine) {
        let time = time(SystemTime::now());
        let written = match self.output {
            Output::Text => self.terminal.page(&line.text(&time)),
            Output::Json => self.terminal.result(&line.json(&time)),
        };
        if let Err(error) = written {
            tracing::error!(%error, "a line could not be written");
        }
    }
}

/// Writes a time to the second, in UTC.
pub(super) fn time(now: SystemTime) -> String {
    let now = jiff::Timestamp::try_from(now).unwrap_or(jiff::Timestamp::MAX);
    now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
