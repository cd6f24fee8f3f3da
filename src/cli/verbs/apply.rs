//! `flowbind apply`: makes AWS agree with the manifests.

use std::sync::Mutex;
use std::time::SystemTime;

use crate::cli::args::{ApplyArgs, Output, retype};
use crate::cli::inputs::{chosen, load};
use crate::cli::run::approval::Approval;
use crate::cli::run::connect::{Connection, Shown};
use crate::cli::run::interrupt::Interrupt;
use crate::cli::run::writing::{Review, Writing};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::cli::terminal::live::LiveLine;
use crate::cli::terminal::note::Note;
use crate::reconcile::{Done, Ended, Goal, Reconciler, Wish};
use crate::report::{self, ApplyDocument, Found};

pub(in crate::cli) async fn run(
    args: &ApplyArgs,
    now: SystemTime,
    terminal: &Terminal,
    interrupt: &Interrupt,
) -> Result<Exit, Failure> {
    let allowed = chosen::parse("--allow", &args.allow)?;
    let (approval, wish) = Approval::of(args)?;
    terminal.learn_typed(retype::typed(&args.manifest, &args.aws, chosen::options(&wish)));
    let loaded = load::load_or_show(&args.manifest, Some(&args.aws), terminal)?;
    approval.check_inputs(&args.manifest, &loaded, now)?;
    let connection = Connection::open(&args.aws, &loaded.manifests, terminal).await?;
    let goal = Goal::Declared { manifests: &loaded.manifests, wish: &wish };
    let reconciler = Reconciler { session: &connection.session, goal, allowed: &allowed };
    let writing = Writing {
        output: args.output,
        approval,
        sources: &loaded.sources,
        rollback: &|run| retype::rollback(run, &args.manifest, &args.aws),
        rolls_back: None,
        review: Some(review(args, &wish)),
        run: run_name(now),
        reconciler: &reconciler,
        shown: Shown { connection: &connection, terminal },
        terminal,
        interrupt,
        live: LiveLine::default(),
        found: Mutex::default(),
    };
    // What belongs to a new instance was in no plan that anybody has reviewed.
    let rounds = if writing.approval.is_evidence() { 1 } else { Reconciler::MOST_ROUNDS };
    let mut reports = Vec::new();
    let Ended { again, failure } = reconciler.run(rounds, &writing, &mut reports).await;
    let next = writing.approval.again().map(str::to_owned);
    let over = interrupt.is_signalled() || connection.session.over().is_some();
    let exit = end((&reports, writing.found()), failure, connection, args.output, terminal).await?;
    if over && (again || reports.iter().any(|(_, report)| report.is_cut_short())) {
        return Ok(unfinished(&reports, exit, next.as_deref().unwrap_or(interrupt.again()), terminal));
    }
    Ok(next.filter(|_| again).map_or(exit, |next| first_round(exit, &next, terminal)))
}

/// What to type instead of answering.
fn review(args: &ApplyArgs, wish: &Wish) -> Review {
    let (plan, allow) = (chosen::options(wish), retype::each("--allow", &args.allow));
    let command = |verb: String| retype::command(&verb, &args.manifest, &args.aws);
    Review {
        plan: command(format!("plan --out plan.json{plan}")),
        apply: command(format!("apply --plan plan.json{allow}")),
    }
}

/// Says that a reviewed plan was carried out and that it was not all: what belongs to a new instance is a plan of its
/// own.
fn first_round(exit: Exit, next: &str, terminal: &Terminal) -> Exit {
    let message =
        "an instance was created; its resources could not be planned before, and they are not approved yet";
    terminal.note(
        &Note::warning("not all:", message).hint(Some(format!("review the rest, then apply it: {next}"))),
    );
    if exit == Exit::Done { Exit::Refused } else { exit }
}

/// Says what a run has left that ended early, and what to type next.
pub(in crate::cli) fn unfinished(reports: &[Done], exit: Exit, next: &str, terminal: &Terminal) -> Exit {
    let message = report::unfinished_text(reports.iter().map(|(plan, report)| (plan, report)));
    let hint = Some(format!("to do the rest: {next}"));
    terminal.note(&Note::error("not finished:", message).hint(hint));
    if exit == Exit::Refused { exit } else { Exit::Error }
}

/// Closes the connection and shows what was done, then why no more was.
///
/// # Errors
///
/// The failure itself, where nothing was begun: then there is nothing to report.
pub(in crate::cli) async fn end(
    (reports, found): (&[Done], Found),
    failure: Option<Failure>,
    connection: Connection,
    output: Output,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let calls = connection.session.calls();
    let found = Found { calls, ..found };
    let failure = match failure {
        Some(failure)
            if reports.is_empty()
                || failure.is_interrupt() && reports.iter().all(|(_, report)| report.outcomes.is_empty()) =>
        {
            return Err(failure.with(found));
        }
        // A signal is told as what it has left undone.
        other => other.filter(|failure| !failure.is_interrupt()),
    };
    let closed = connection.close().await;
    let failures: Vec<Failure> = failure.into_iter().chain(closed.err()).collect();
    let shown = match output {
        Output::Json => {
            let error = failures.first().map(|failure| failure.line(terminal));
            terminal.json(&ApplyDocument::new(reports, found).failed(error))
        }
        Output::Text => {
            let (layout, next) = (terminal.layout(), report::next_text(reports, &terminal.layout()));
            terminal.result(&format!("{next}{}", report::calls_text(&found.calls, &layout)))
        }
    };
    let failures = failures.into_iter().chain(shown.err().map(Failure::from));
    Ok(failures.map(|failure| failure.print(terminal)).fold(Exit::of_reports(reports), Exit::heavier))
}

/// Names a run by its time, such as `20260102T030405Z`.
pub(in crate::cli) fn run_name(now: SystemTime) -> String {
    jiff::Timestamp::try_from(now)
        .map_or_else(|_| "run".to_owned(), |time| time.strftime("%Y%m%dT%H%M%SZ").to_string())
}
