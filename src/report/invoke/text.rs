//! Trials, for people.

use super::words::{branch_text, init, interpreter, is_example, name, printed, reply_text, time, wrong};
use super::{Trials, Untried};
use crate::flow::InvocationKind;
use crate::report::answer::advice_text;
use crate::report::layout::{Layout, Page};
use crate::report::style::{bold, dim, green, red, yellow};
use crate::report::visible::{one_line, visible};
use crate::resource::count;
use crate::runtime::trial::{Failure, Reply, Trial};

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
        InvocationKind::Sync => format!("time limit {}", time(case.rules.limit)),
        InvocationKind::Async => "without waiting".to_owned(),
    };
    let published = trial.ran.version.as_ref().filter(|version| version.parse::<u64>().is_ok());
    let version = published.map(|version| format!(" (version {version})")).unwrap_or_default();
    page.under(2, format!("{} calls {}{version}, {waits}\n", bold(&name(case)), case.function));
    if let [_, _, ..] = trial.attempts.as_slice() {
        for (n, attempt) in trial.attempts.iter().enumerate() {
            let said = reply_text(&attempt.reply);
            let (from, to) = (time(attempt.started), time(attempt.ended));
            page.under(UNDER, format!("  try {}   {from} to {to}: {said}\n", n + 1));
        }
    }
    verdict(trial, page);
    match trial.attempts.last().map(|last| &last.reply) {
        Some(Reply::Answered(body)) => {
            let text = cut(&String::from_utf8_lossy(body), whole);
            page.content(format!("{:UNDER$}{}\n", "", visible(&text)));
        }
        Some(Reply::Failed(payload)) => {
            let trace = Failure::read(payload).trace;
            let shown = if whole { trace.len() } else { TRACE.min(trace.len()) };
            for line in trace.iter().take(shown) {
                page.content(format!("{:UNDER$}{}\n", "", dim(&one_line(line))));
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
    if is_example(&trial.ran) {
        let text = "no code ran: the answer is `response.example` of the manifest; `-v` shows why";
        page.under(UNDER, format!("  {} {text}\n", yellow("note   ")));
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
        page.under(UNDER, format!("  {} answered after {}{start}\n", green("ok     "), time(took)));
    }
    for (n, trouble) in troubles.iter().enumerate() {
        let wrong = wrong(trouble, case);
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
        page.content(format!("  {}\n", dim(&format!("{label} {}", visible(line.trim_end())))));
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

fn not_made(untried: &Untried, page: &mut Page) {
    let Untried { case, message, hint } = untried;
    page.under(2, format!("{} calls {}\n", bold(&name(case)), case.function));
    page.under(UNDER, format!("  {} it was not called: {message}\n", red("error  ")));
    if let Some(hint) = hint {
        page.typed(format!("{:UNDER$}hint: {hint}\n", ""));
    }
}

/// Sums trials up.
fn sums(trials: &Trials) -> String {
    let good = trials.made().filter(|trial| trial.is_good()).count();
    let bad = trials.made().count() - good;
    let not_made = trials.all.len() - good - bad;
    let mut parts = vec![format!("{good} ok")];
    parts.extend((bad > 0).then(|| format!("{bad} in breach")));
    parts.extend((not_made > 0).then(|| format!("{not_made} not called")));
    format!("{}: {}.", count(trials.all.len(), "call"), parts.join(", "))
}
