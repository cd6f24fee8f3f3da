//! Trials, for people.

use super::words::{
    branch_text, init, interpreter, is_example, name, printed, reply_text, seconds, time, wrong,
};
use super::{Trials, Untried};
use crate::flow::InvocationKind;
use crate::report::answer::advice_text;
use crate::report::event::note_text;
use crate::report::layout::{Layout, Page};
use crate::report::style::{bold, dim, green, red, yellow};
use crate::report::visible::{one_line, unforged, visible};
use crate::resource::count;
use crate::runtime::trial::{Attempt, Failure, Reply, Trial};

/// How far what belongs to a trial is indented.
const UNDER: usize = 10;
/// The most characters of an answer that are shown, and lines of a trace.
const ANSWER: usize = 400;
const TRACE: usize = 3;

/// Writes trials, and sums them up; with `whole` the answers and logs are not cut.
pub fn invoke_text(trials: &Trials, whole: bool, layout: &Layout) -> String {
    let mut page = Page::default();
    for one in &trials.all {
        match one {
            Ok(trial) => made(trial, whole, &mut page),
            Err(untried) => not_made(untried, &mut page),
        }
        page.line("");
    }
    page.line(&sums(trials));
    page.finish(layout)
}

fn made(trial: &Trial, whole: bool, page: &mut Page) {
    let case = &trial.case;
    let waits = match case.kind {
        InvocationKind::Sync => format!("time limit {}", seconds(case.rules.limit)),
        InvocationKind::Async => "without waiting".to_owned(),
    };
    let published = trial.ran.version.as_ref().filter(|version| version.parse::<u64>().is_ok());
    let version = published.map(|version| format!(" (version {version})")).unwrap_or_default();
    page.under(
        2,
        format!("{} calls {}{version}, {waits}\n", bold(&name(&case.address, case.shape)), case.function),
    );
    if trial.attempts.len() > 1 {
        tries(&trial.attempts, page);
    }
    verdict(trial, page);
    match trial.attempts.last().map(|last| &last.reply) {
        Some(Reply::Answered(body)) => {
            let text = cut(&String::from_utf8_lossy(body), whole);
            let text = if text.trim().is_empty() { "(empty)".to_owned() } else { unforged(&visible(&text)) };
            page.content(format!("{:UNDER$}{text}\n", ""));
        }
        Some(Reply::Failed(payload)) => {
            let trace = Failure::read(payload).trace;
            let shown = if whole { trace.len() } else { TRACE.min(trace.len()) };
            for line in trace.iter().take(shown) {
                page.content(format!("{:UNDER$}{}\n", "", dim(&unforged(&one_line(line)))));
            }
        }
        _ => {}
    }
    for advice in trial.verdict.iter().flat_map(|verdict| &verdict.advice) {
        page.under(UNDER, format!("  {} {}\n", yellow("advice "), advice_text(advice)));
    }
    if let Some(why) = &trial.unjudged {
        let text = format!("whether Amazon Connect may call the function is not known: {why}");
        page.under(UNDER, format!("  {} {text}\n", yellow("note   ")));
    }
    for note in &case.notes {
        page.under(UNDER, format!("  {} {}\n", yellow("note   "), note_text(note)));
    }
    if let Some(interpreter) = interpreter(&trial.ran) {
        page.under(UNDER, format!("  {}\n", dim(&format!("note    {interpreter}"))));
    }
    if whole {
        log(trial, page);
    }
}

/// Writes what went wrong, or that nothing did.
fn verdict(trial: &Trial, page: &mut Page) {
    let case = &trial.case;
    let (left, branch) = trial.left;
    let troubles = trial.troubles();
    if troubles.is_empty() {
        let took = trial.attempts.last().map(|last| last.ended).unwrap_or_default();
        let start = init(&trial.ran).map(|start| format!(", {start} of it to start")).unwrap_or_default();
        match is_example(&trial.ran) {
            true => {
                let text = "no code ran: this is `response.example` of the manifest; `-v` shows why";
                page.under(UNDER, format!("  {} {text}\n", yellow("example")));
            }
            false => {
                page.under(UNDER, format!("  {} answered after {}{start}\n", green("ok     "), time(took)))
            }
        }
    }
    for (n, trouble) in troubles.iter().enumerate() {
        let wrong = wrong(trouble, trial);
        page.under(UNDER, format!("  {} {}\n", red("breach "), wrong.message));
        if n + 1 == troubles.len() {
            let goes = match case.kind {
                InvocationKind::Async => "the contact has gone on without the answer".to_owned(),
                InvocationKind::Sync => {
                    format!("after {} the contact takes the {} branch", time(left), branch_text(branch))
                }
            };
            page.under(UNDER, format!("{:UNDER$}{goes}\n", ""));
        }
        page.typed(format!("{:UNDER$}hint: {}\n", "", wrong.hint));
    }
}

/// Writes what the function printed.
fn log(trial: &Trial, page: &mut Page) {
    for (n, line) in printed(trial).iter().enumerate() {
        let label = if n == 0 { "log    " } else { "       " };
        let line = unforged(&visible(line.trim_end()));
        page.content(format!("  {}\n", dim(&format!("{label} {line}"))));
    }
}

fn cut(text: &str, whole: bool) -> String {
    match text.char_indices().nth(ANSWER) {
        Some((at, _)) if !whole => {
            format!("{}... (`-v` shows all {} bytes)", &text[..at], text.len())
        }
        _ => text.to_owned(),
    }
}

fn tries(attempts: &[Attempt], page: &mut Page) {
    for (n, attempt) in attempts.iter().enumerate() {
        let said = reply_text(&attempt.reply);
        let (from, to) = (time(attempt.started), time(attempt.ended));
        page.under(UNDER, format!("  try {}   {from} to {to}: {said}\n", n + 1));
    }
}

fn not_made(untried: &Untried, page: &mut Page) {
    let Untried { address, origin: _, shape, function, attempts, may_have_run, message, hint } = untried;
    let calls = function.as_ref().map(|function| format!(" calls {function}")).unwrap_or_default();
    page.under(2, format!("{}{calls}\n", bold(&name(address, *shape))));
    tries(attempts, page);
    let what = if *may_have_run { "called, but without an answer" } else { "not called" };
    page.under(UNDER, format!("  {} {what}: {message}\n", red("error  ")));
    if *may_have_run {
        page.under(UNDER, format!("{:UNDER$}The function may have run.\n", ""));
    }
    if let Some(hint) = hint {
        page.typed(format!("{:UNDER$}hint: {hint}\n", ""));
    }
}

/// Sums trials up.
fn sums(trials: &Trials) -> String {
    let (mut good, mut examples, mut bad) = (0, 0, 0);
    for trial in trials.made() {
        let sum = match (trial.is_good(), is_example(&trial.ran)) {
            (false, _) => &mut bad,
            (true, true) => &mut examples,
            (true, false) => &mut good,
        };
        *sum += 1;
    }
    let unknown = trials.all.iter().flat_map(|one| one.as_ref().err()).filter(|one| one.may_have_run).count();
    let not_called = trials.all.iter().filter(|one| one.is_err()).count() - unknown;
    let mut parts = vec![format!("{good} ok")];
    let more = [
        (examples, "by example"),
        (bad, "in breach"),
        (unknown, "without an answer"),
        (not_called, "not called"),
    ];
    parts.extend(more.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
    format!("{}: {}.", count(trials.all.len(), "call"), parts.join(", "))
}
