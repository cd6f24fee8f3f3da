//! The words for a trial, whatever the format.

use std::time::Duration;

use crate::report::answer::breach_text;
use crate::report::one_line;
use crate::resource::Address;
use crate::runtime::answer::Breach;
use crate::runtime::contact::Shape;
use crate::runtime::trial::{Case, Denial, Failure, Ran, Reply, Trial, Trouble};
use crate::runtime::tries::Branch;

/// What went wrong: a code that stays the same, what it is, and what to do about it.
pub(super) struct Wrong {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) hint: String,
}

/// Says what went wrong in a trial.
pub(super) fn wrong(trouble: &Trouble, trial: &Trial) -> Wrong {
    let case = &trial.case;
    let tries = trial.attempts.len();
    let (code, message, hint) = match trouble {
        Trouble::Breach(breach) => {
            let (message, hint) = breach_text(breach);
            (breach_code(breach), message, hint.to_owned())
        }
        Trouble::Failed(failure) => (
            "function-error",
            format!("the function failed: {}", failure_text(failure)),
            fix(failure).to_owned(),
        ),
        Trouble::Throttled(said) => (
            "throttled",
            format!("Lambda throttled the last of {tries} tries: {}", one_line(said)),
            match trial.after_overrun {
                true => "an earlier call was given up at its limit and may still run: try this block alone."
                    .to_owned(),
                false => "raise the reserved concurrency of the function, or the concurrency of the account."
                    .to_owned(),
            },
        ),
        Trouble::ServiceFailure(said) => (
            "service-failure",
            format!("Lambda failed at the last of {tries} tries: {}", one_line(said)),
            "run the command again; AWS Health shows whether the service has a problem.".to_owned(),
        ),
        Trouble::Denied(denial) => denied(denial, case),
        Trouble::OutOfTime(limit) => (
            "time-limit",
            format!("no answer within the {} of the block; the function may go on running", seconds(*limit)),
            format!(
                "make the function faster, or raise `timeLimit` on the binding (at most {} seconds).",
                case.kind.most_seconds()
            ),
        ),
    };
    Wrong { code, message, hint }
}

fn denied(denial: &Denial, case: &Case) -> (&'static str, String, String) {
    let function = &case.function;
    let apply = "`flowbind apply` grants what the manifest declares.".to_owned();
    match denial {
        Denial::NoFunction => (
            "no-function",
            format!("there is no function `{function}` in {}", function.place),
            "apply the manifest first, or correct the name or qualifier.".to_owned(),
        ),
        Denial::NoStatement => (
            "denied",
            format!("the resource policy of `{function}` does not let {} call it", case.instance),
            apply,
        ),
        Denial::Statement(sid) => (
            "denied",
            format!("the statement `{sid}` of `{function}` denies, or may deny, calls of {}", case.instance),
            "remove the statement, or narrow it.".to_owned(),
        ),
    }
}

/// The SDKs that Lambda's runtimes bring along: version 3 with Node.js 18 and later.
const BROUGHT: [&str; 3] = ["@aws-sdk/", "boto3", "botocore"];

/// What to do about a function that fails.
fn fix(failure: &Failure) -> &'static str {
    let says = |word: &str| failure.message.as_ref().is_some_and(|message| message.contains(word));
    let missing = ["Cannot find", "No module named", "Unable to import"].into_iter().any(says);
    if missing && BROUGHT.into_iter().any(says) {
        return "Lambda's own runtimes bring the AWS SDK, the embedded AWS does not: put it into the package to run the \
                function here.";
    }
    match failure.kind.as_deref() {
        Some("Sandbox.Timedout") => "make the function faster, or raise its `timeout`.",
        _ => "fix the function; `-v` shows its log.",
    }
}

const fn breach_code(breach: &Breach) -> &'static str {
    match breach {
        Breach::Empty => "empty-answer",
        Breach::NotUtf8 { .. } => "not-utf8",
        Breach::NotJson { .. } => "not-json",
        Breach::NotAnObject(_) => "not-an-object",
        Breach::Nested { .. } => "nested-answer",
        Breach::TooLong { .. } => "answer-too-long",
        Breach::MissingKey { .. } => "missing-key",
    }
}

/// Says how one call ended.
pub(super) fn reply_text(reply: &Reply) -> String {
    match reply {
        Reply::Answered(body) => format!("answered {} bytes", body.len()),
        Reply::Failed(payload) => format!("failed: {}", failure_text(&Failure::read(payload))),
        Reply::Throttled(said) => format!("throttled: {}", one_line(said)),
        Reply::ServiceFailure(said) => format!("Lambda failed: {}", one_line(said)),
        Reply::Denied(_) => "not called: Amazon Connect may not".to_owned(),
        Reply::OutOfTime => "no answer before the limit".to_owned(),
    }
}

/// The outcome of a call, in JSON.
pub(super) const fn reply_code(reply: &Reply) -> &'static str {
    match reply {
        Reply::Answered(_) => "answered",
        Reply::Failed(_) => "function-error",
        Reply::Throttled(_) => "throttled",
        Reply::ServiceFailure(_) => "service-failure",
        Reply::Denied(_) => "denied",
        Reply::OutOfTime => "time-limit",
    }
}

fn failure_text(failure: &Failure) -> String {
    match (&failure.kind, &failure.message) {
        (Some(kind), Some(message)) => format!("{kind}: {}", one_line(message)),
        (Some(kind), None) => kind.clone(),
        (None, Some(message)) => one_line(message),
        (None, None) => "it says nothing of why".to_owned(),
    }
}

/// Names the branch that the contact takes.
pub(super) const fn branch_text(branch: Branch) -> &'static str {
    match branch {
        Branch::Success => "success",
        Branch::Error => "error",
        Branch::Timeout => "timeout",
    }
}

/// Names the form of a contact.
pub(super) const fn shape_text(shape: Shape) -> &'static str {
    match shape {
        Shape::FirstChat => "first contact of a chat",
        Shape::Task => "task",
        Shape::Callback => "callback",
        Shape::Disconnect => "disconnect flow",
        Shape::NoQueue => "before a queue is set",
        Shape::Queued => "queue with a number of its own",
    }
}

/// Names a trial: the block, and the form of its contact.
pub(super) fn name(address: &Address, shape: Option<Shape>) -> String {
    match shape {
        Some(shape) => format!("{address} ({})", shape_text(shape)),
        None => address.to_string(),
    }
}

/// Says how long something took.
pub(super) fn time(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

/// Says how long something may take.
pub(super) fn seconds(limit: Duration) -> String {
    format!("{} s", limit.as_secs())
}

/// What the last line of an invocation's log reports under a label.
fn reported<'r>(ran: &'r Ran, label: &str) -> Option<&'r str> {
    let report = ran.log.as_deref()?.lines().rev().find(|line| line.starts_with("REPORT "))?;
    report.split('\t').find_map(|part| part.strip_prefix(label))
}

/// What ran the code, where the embedded AWS says that it is not what is declared.
pub(super) fn interpreter(ran: &Ran) -> Option<&str> {
    reported(ran, "flowbind: ")
}

/// Whether the embedded AWS answered the example of the manifest, and ran no code.
pub(super) fn is_example(ran: &Ran) -> bool {
    ran.log.as_deref().unwrap_or_default().lines().any(|line| line.starts_with("flowbind: no code ran"))
}

/// How long the environment took to start, where this call started one.
pub(super) fn init(ran: &Ran) -> Option<String> {
    let milliseconds: f64 = reported(ran, "Init Duration: ")?.strip_suffix(" ms")?.parse().ok()?;
    Some(format!("{:.2} s", milliseconds / 1000.0))
}

/// The lines that the function printed, as far as the end of the log holds them.
pub(super) fn printed(trial: &Trial) -> Vec<&str> {
    let platform = ["START RequestId: ", "END RequestId: ", "REPORT RequestId: "];
    let lines = trial.ran.log.as_deref().unwrap_or_default().lines();
    lines.filter(|line| !platform.iter().any(|word| line.starts_with(word))).collect()
}
