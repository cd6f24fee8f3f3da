//! The problems as rules, for formats that list them: what each is, why it is bad, and what to do.

use crate::flow::explore::Problem;
use crate::flow::finding::{Confidence, Severity};
use crate::flow::rules::RuleMeta;
use crate::lint::UNREADABLE_FLOW;

const fn rule(
    code: &'static str,
    severity: Severity,
    what: &'static str,
    why: &'static str,
    fix: &'static str,
) -> RuleMeta {
    RuleMeta { code, severity, confidence: Confidence::High, what, why, fix, bad: "", good: "" }
}

static HANG_UP_UNHEARD: RuleMeta = rule(
    "hang-up-unheard",
    Severity::Warning,
    "Finds blocks that disconnect a contact which has heard nothing at all.",
    "The caller does not know whether the call went through, and calls again.",
    "Play a prompt on the way.",
);

static NO_QUEUE_SET: RuleMeta = rule(
    "no-queue-set",
    Severity::Warning,
    "Finds transfers to a queue that contacts reach without a working queue.",
    "The transfer fails, and the contact takes the Error branch.",
    "Set the working queue before the transfer on every way.",
);

static ENDLESS_CYCLE: RuleMeta = rule(
    "endless-cycle",
    Severity::Warning,
    "Finds cycles in which contacts can go round without an input, a loop or a wait.",
    "The contact goes round as fast as Amazon Connect executes blocks, until it is cut off.",
    "Count the rounds with a Loop block, or ask or wait in between.",
);

static FAILURE_UNHEARD: RuleMeta = rule(
    "failure-unheard",
    Severity::Warning,
    "Finds functions whose failure is followed by the end of the contact without a word in between.",
    "The caller is disconnected and never learns that something went wrong.",
    "Play a prompt on the Error branch.",
);

static CONTACT_LOST: RuleMeta = rule(
    "contact-lost",
    Severity::Warning,
    "Finds blocks with no branch for something that can happen there.",
    "Amazon Connect disconnects the contact at that block.",
    "Connect the missing branch.",
);

static LONGEST_SILENCE: RuleMeta = rule(
    "longest-silence",
    Severity::Info,
    "Names the way on which contacts hear nothing for the longest time, if that is over a second.",
    "Callers take a long silence for a broken line and hang up.",
    "Play a prompt before slow blocks, or lower their time limits.",
);

/// A branch that no contact takes.
pub(super) static UNREACHABLE_BRANCH: RuleMeta = rule(
    "unreachable-branch",
    Severity::Info,
    "Finds branches that no contact takes, whatever it brings, enters and is answered.",
    "What they lead to is never tried, and perhaps it was meant to be.",
    "Remove the branch or the condition, or correct the value that decides it.",
);

/// Returns the rule of a problem.
pub(super) const fn rule_of(problem: Problem) -> &'static RuleMeta {
    match problem {
        Problem::HangUpUnheard => &HANG_UP_UNHEARD,
        Problem::NoQueue => &NO_QUEUE_SET,
        Problem::Cycle => &ENDLESS_CYCLE,
        Problem::FailureUnheard => &FAILURE_UNHEARD,
        Problem::Lost => &CONTACT_LOST,
        Problem::LongestSilence => &LONGEST_SILENCE,
    }
}

/// Every rule, by its code.
pub(super) fn all() -> Vec<&'static RuleMeta> {
    vec![
        &CONTACT_LOST,
        &ENDLESS_CYCLE,
        &FAILURE_UNHEARD,
        &HANG_UP_UNHEARD,
        &LONGEST_SILENCE,
        &NO_QUEUE_SET,
        &UNREACHABLE_BRANCH,
        &UNREADABLE_FLOW,
    ]
}
