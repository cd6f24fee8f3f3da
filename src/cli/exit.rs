//! How a command ends.

use std::process::ExitCode;

use super::terminal::Terminal;
use crate::report;

/// The exit codes, in the order of their weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The command line is wrong.
    Usage,
    /// A guard, a wrong account, a draft, or nobody there to approve.
    Refused,
    /// An error, or an action that failed.
    Error,
    /// Something could not be read; what could be is shown.
    Incomplete,
    /// Differences or findings, where they were asked for.
    Differences,
    /// Done, or in sync.
    Done,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Usage => 64,
            Exit::Refused => 4,
            Exit::Error => 1,
            Exit::Incomplete => 3,
            Exit::Differences => 2,
            Exit::Done => 0,
        })
    }
}

/// Why a command could not do what it is for.
#[derive(Debug)]
pub(super) struct Failure {
    exit: Exit,
    error: anyhow::Error,
    hint: Option<String>,
}

impl Failure {
    /// Makes a failure that ends with `exit`.
    pub(super) fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: error.into(), hint: None }
    }

    /// Says what to do.
    pub(super) fn hint(mut self, hint: impl Into<Option<String>>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Prints the chain of causes and the hint. A pipe that nobody reads any more is no failure.
    pub(super) fn print(self, terminal: &Terminal) -> Exit {
        if let Some(error) = self.error.downcast_ref::<std::io::Error>()
            && error.kind() == std::io::ErrorKind::BrokenPipe
        {
            return Exit::Done;
        }
        terminal.error(&format!("{} {}", report::red("error:"), self.error));
        for cause in self.error.chain().skip(1) {
            terminal.error(&format!("  caused by: {cause}"));
        }
        if let Some(hint) = &self.hint {
            terminal.error(&format!("hint: {hint}"));
        }
        self.exit
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(Exit::Error, error)
    }
}
