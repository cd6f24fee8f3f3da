//! Where text goes: results to stdout, everything else to stderr.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use crate::report;

/// The two streams.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terminal {
    color: ColorChoice,
    quiet: bool,
}

impl Terminal {
    pub(super) fn new(color: clap::ColorChoice, quiet: bool) -> Self {
        let color = match color {
            clap::ColorChoice::Auto => ColorChoice::Auto,
            clap::ColorChoice::Always => ColorChoice::Always,
            clap::ColorChoice::Never => ColorChoice::Never,
        };
        Self { color, quiet }
    }

    /// Writes a result. A pipe that nobody reads any more stops nothing: what the command does, and the code that it
    /// ends with, are the same.
    pub(super) fn result(&self, text: &str) -> io::Result<()> {
        let mut out = AutoStream::new(io::stdout().lock(), self.color);
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }

    /// Writes a JSON document.
    pub(super) fn json(&self, document: &impl Serialize) -> io::Result<()> {
        self.result(&report::json_text(document)?)
    }

    /// Says something about how it goes, unless the user wants quiet.
    pub(super) fn say(&self, text: &str) {
        if !self.quiet {
            self.error(text);
        }
    }

    /// Says that something is wrong.
    pub(super) fn error(&self, text: &str) {
        let mut err = AutoStream::new(io::stderr().lock(), self.color);
        // When nobody can hear it there is nobody to tell.
        let _ = writeln!(err, "{text}");
    }

    /// Whether progress can be drawn.
    pub(super) fn draws(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// Whether somebody can be asked.
    pub(super) fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks, and takes the line.
    pub(super) fn ask(&self, question: &str) -> io::Result<String> {
        let mut err = AutoStream::new(io::stderr().lock(), self.color);
        write!(err, "{question} ")?;
        err.flush()?;
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }
}
