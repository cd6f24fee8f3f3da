//! How a command ends.

use std::process::ExitCode;

use crate::cli::terminal::Terminal;
use crate::cli::terminal::note::{Level, Note};
use crate::drift::{self, Drift};
use crate::plan::{ApplyReport, ApplyVerdict, NotBegun, Plan, PlanVerdict};
use crate::report::{self, ErrorLine, Found, Tests, Trials};
use crate::runtime::trial::Trial;
use crate::watch::Refusal;

/// The exit codes, in the order of their weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// A signal ended it: at once, and nothing was written unless it was the second one.
    Interrupted,
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

impl Exit {
    /// Every way to end, by its code.
    pub(in crate::cli) const ALL: [Self; 7] = [
        Self::Done,
        Self::Error,
        Self::Differences,
        Self::Incomplete,
        Self::Refused,
        Self::Usage,
        Self::Interrupted,
    ];

    /// The one of two that weighs more.
    pub(in crate::cli) fn heavier(self, other: Self) -> Self {
        self.min(other)
    }

    /// Returns the code that the process ends with.
    pub(in crate::cli) fn code(self) -> u8 {
        match self {
            Self::Interrupted => 130,
            Self::Usage => 64,
            Self::Refused => 4,
            Self::Error => 1,
            Self::Incomplete => 3,
            Self::Differences => 2,
            Self::Done => 0,
        }
    }

    /// Says in words what the code means.
    pub(in crate::cli) fn meaning(self) -> &'static str {
        match self {
            Self::Interrupted => {
                "Interrupted: nothing was written, or a second signal ended the command while it was writing."
            }
            Self::Usage => "The command line is wrong.",
            Self::Refused => {
                "Refused: a protected resource, an outdated plan, a wrong account, a draft that someone is editing, \
                 or no approval."
            }
            Self::Error => "An error, an invalid manifest (validate ends with 2), or an action that failed.",
            Self::Incomplete => "Something could not be read; what could be is shown.",
            Self::Differences => "Differences or findings, where they were asked for.",
            Self::Done => "Done, or in sync.",
        }
    }
}

impl Exit {
    /// How a command ends that was to plan; differences count where they were asked for.
    pub(in crate::cli) fn of_plans(plans: &[Plan], detailed: bool) -> Self {
        match plans.iter().map(Plan::verdict).min().unwrap_or(PlanVerdict::InSync) {
            PlanVerdict::Errors => Self::Error,
            PlanVerdict::Incomplete => Self::Incomplete,
            PlanVerdict::Differs if detailed => Self::Differences,
            PlanVerdict::Differs | PlanVerdict::InSync => Self::Done,
        }
    }

    /// How a command ends that was to write.
    pub(in crate::cli) fn of_reports(reports: &[(Plan, ApplyReport)]) -> Self {
        let verdicts = reports.iter().map(|(plan, report)| report.verdict(plan));
        match verdicts.min().unwrap_or(ApplyVerdict::Done) {
            ApplyVerdict::Refused => Self::Refused,
            ApplyVerdict::Failed | ApplyVerdict::Blocked => Self::Error,
            ApplyVerdict::Incomplete => Self::Incomplete,
            ApplyVerdict::Done => Self::Done,
        }
    }

    /// How a command ends that was to compare.
    pub(in crate::cli) fn of_drifts(drifts: &[Drift]) -> Self {
        match drifts.iter().map(Drift::verdict).min().unwrap_or(drift::Verdict::InSync) {
            drift::Verdict::Incomplete => Self::Incomplete,
            drift::Verdict::Differs => Self::Differences,
            drift::Verdict::InSync => Self::Done,
        }
    }

    /// How a command ends that was to judge flows: some could not be read, or some findings fail.
    pub(in crate::cli) fn of_lint(unread: bool, fails: bool) -> Self {
        match (unread, fails) {
            (true, _) => Self::Error,
            (false, true) => Self::Differences,
            (false, false) => Self::Done,
        }
    }

    /// How a command ends that called functions: some could not be called from here, or some break their contract.
    pub(in crate::cli) fn of_trials(trials: &Trials) -> Self {
        match (trials.all.iter().any(Result::is_err), trials.made().all(Trial::is_good)) {
            (true, _) => Self::Error,
            (false, false) => Self::Differences,
            (false, true) => Self::Done,
        }
    }

    /// How a command ends that played scenarios: some may fail, or come to too little of the flows.
    pub(in crate::cli) fn of_tests(tests: &Tests<'_>) -> Self {
        if tests.pass() { Self::Done } else { Self::Differences }
    }

    /// How a command ends whose plan may not be carried out.
    pub(in crate::cli) fn of_refusal(why: &NotBegun) -> Self {
        match why {
            NotBegun::Errors | NotBegun::Order(_) => Self::Error,
            NotBegun::NeedsForce(_) => Self::Refused,
            NotBegun::MayNotRead => Self::Incomplete,
        }
    }
}

impl Exit {
    /// How a round of a process that stays ends whose plan is not carried out.
    pub(in crate::cli) fn of_watch_refusal(why: &Refusal) -> Self {
        match why {
            Refusal::NotBegun(why) => Self::of_refusal(why),
            Refusal::Deletes(_) => Self::Refused,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command could not do what it is for.
#[derive(Debug)]
pub(in crate::cli) struct Failure {
    exit: Exit,
    error: anyhow::Error,
    /// What it is about, a line each.
    details: Vec<String>,
    hint: Option<String>,
    /// What was found before, which a document shows beside it.
    found: Box<Found>,
}

impl Failure {
    /// Creates a failure that ends with `exit`.
    pub(in crate::cli) fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: error.into(), details: Vec::new(), hint: None, found: Box::default() }
    }

    /// A signal ended the command before anything was written.
    pub(in crate::cli) fn interrupted() -> Self {
        Self::new(Exit::Interrupted, anyhow::anyhow!("Interrupted: nothing was written"))
    }

    /// Whether a signal ended the command.
    pub(in crate::cli) fn is_interrupt(&self) -> bool {
        self.exit == Exit::Interrupted
    }

    /// Says what failed because of it.
    pub(in crate::cli) fn within(mut self, message: String) -> Self {
        self.error = self.error.context(message);
        self
    }

    /// Says what to do.
    pub(in crate::cli) fn hint(mut self, hint: impl Into<Option<String>>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Adds what it is about, a line each: that was said before.
    pub(in crate::cli) fn details(self, details: Vec<String>) -> Self {
        Self { details, ..self }
    }

    /// Adds what was found before: that was shown already.
    pub(in crate::cli) fn with(self, found: Found) -> Self {
        Self { found: Box::new(found), ..self }
    }

    /// What was found before.
    pub(in crate::cli) fn found(&self) -> &Found {
        &self.found
    }

    /// Writes it for a document.
    pub(in crate::cli) fn line(&self, terminal: &Terminal) -> ErrorLine {
        let layout = terminal.layout();
        ErrorLine {
            message: self.error.to_string(),
            caused_by: self.error.chain().skip(1).map(ToString::to_string).collect(),
            details: self.details.clone(),
            hint: self.hint.as_ref().map(|hint| layout.completed(hint).into_owned()),
            exit_code: self.exit.code(),
        }
    }

    /// Prints the chain of causes and the hint, each on a line of its own whatever names they hold.
    pub(in crate::cli) fn print(self, terminal: &Terminal) -> Exit {
        let line = |text: &dyn std::fmt::Display| report::one_line(&text.to_string());
        let message = line(&self.error);
        let causes: Vec<String> = self.error.chain().skip(1).map(|cause| line(&cause)).collect();
        let hint = self.hint.as_ref().map(|hint| line(hint));
        let label = if self.exit == Exit::Interrupted {
            String::new()
        } else {
            format!("{} ", report::red("error:"))
        };
        let mut text = format!("{label}{message}");
        causes.iter().for_each(|cause| text.push_str(&format!("\n  caused by: {cause}")));
        text.extend(hint.iter().map(|hint| format!("\nhint: {hint}")));
        let mut note = Note::new(Level::Error, message).worded(text).hint(hint);
        if !causes.is_empty() {
            note = note.field("caused_by", causes);
        }
        terminal.note(&note.field("exit_code", self.exit.code()));
        self.exit
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(Exit::Error, error)
    }
}
