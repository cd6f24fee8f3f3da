//! `flowbind apply`: makes AWS agree with the manifests.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::SystemTime;

use anyhow::anyhow;

use super::args::{ApplyArgs, Output};
use super::connect::Connection;
use super::exit::{Exit, Failure};
use super::progress::Console;
use super::terminal::Terminal;
use super::{load, plan as plan_verb};
use crate::backup::Backups;
use crate::manifest::Sources;
use crate::plan::{ApplyReport, Outcome, Plan};
use crate::reconcile::{self, NotBegun};
use crate::report::{self, ApplyDocument};
use crate::resource::Address;

/// Where flowbind keeps its own files, below the working folder.
pub(super) const OWN_FOLDER: &str = ".flowbind";

/// How plans are shown, approved and carried out.
pub(super) struct Writing {
    pub(super) output: Output,
    pub(super) auto_approve: bool,
    pub(super) allowed: BTreeSet<Address>,
    /// Whether somebody insists on a large deletion.
    pub(super) force: bool,
}

pub(super) async fn run(args: &ApplyArgs, now: SystemTime, terminal: &Terminal) -> Result<Exit, Failure> {
    let writing = Writing {
        output: args.output,
        auto_approve: args.auto_approve,
        allowed: allowed(&args.allow)?,
        force: args.removal.force,
    };
    let loaded = load::load_or_show(&args.manifest, terminal)?;
    let connection = Connection::open(&args.aws, &loaded.manifests, terminal).await?;
    let mut plans = Vec::new();
    for manifest in &loaded.manifests {
        plans.push(connection.plan(manifest, args.removal.prune, terminal).await?);
    }
    write(&writing, plans, connection, &loaded.sources, now, terminal).await
}

/// Shows plans, has them approved and carries them out.
pub(super) async fn write(
    writing: &Writing,
    plans: Vec<Plan>,
    connection: Connection,
    sources: &Sources,
    now: SystemTime,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let forced = |plan: Plan| if writing.force { plan.forced() } else { plan };
    let plans: Vec<Plan> = plans.into_iter().map(forced).collect();
    for plan in &plans {
        plan_verb::show(plan, sources, terminal);
        if writing.output == Output::Text {
            terminal.result(&report::plan_text(plan))?;
        }
    }
    begin(&plans)?;
    approve(writing, &plans, terminal)?;
    let backups = Backups::new(Path::new(OWN_FOLDER), &run_name(now));
    let mut reports = Vec::new();
    for plan in plans {
        let console = Console::writing(terminal, &plan);
        let report = reconcile::apply(&connection.session, &plan, &writing.allowed, &backups, &console).await;
        console.end();
        let report = report.map_err(|why| not_begun(&why))?;
        if writing.output == Output::Text {
            terminal.result(&report::apply_text(&plan, &report))?;
        }
        reports.push((plan, report));
    }
    let calls = connection.session.calls();
    connection.close().await?;
    match writing.output {
        Output::Json => terminal.json(&ApplyDocument::new(&reports, &calls))?,
        Output::Text => terminal.result(&report::calls_text(&calls))?,
    }
    Ok(exit(&reports))
}

/// Nothing at all is written unless every set may begin.
fn begin(plans: &[Plan]) -> Result<(), Failure> {
    plans.iter().try_for_each(reconcile::may_begin).map_err(|why| not_begun(&why))
}

fn not_begun(why: &NotBegun) -> Failure {
    match why {
        NotBegun::Errors => Failure::new(
            Exit::Error,
            anyhow!("the errors above have to be mended first: nothing was written"),
        ),
        NotBegun::NeedsForce(much) => {
            let error = anyhow!("{much}: nothing was written");
            let hint = "read the plan, then give --force if that is what you want.".to_owned();
            Failure::new(Exit::Refused, error).hint(hint)
        }
        NotBegun::MayNotRead => Failure::new(
            Exit::Incomplete,
            anyhow!("the caller may not read all that the manifest needs: nothing was written"),
        ),
    }
}

fn approve(writing: &Writing, plans: &[Plan], terminal: &Terminal) -> Result<(), Failure> {
    if writing.auto_approve || plans.iter().all(|plan| plan.actions.is_empty()) {
        return Ok(());
    }
    if !terminal.can_ask() {
        let error = anyhow!("nobody is there to approve the plan: nothing was written");
        return Err(
            Failure::new(Exit::Refused, error).hint("review the plan, then give --auto-approve.".to_owned())
        );
    }
    if writing.output == Output::Json {
        for plan in plans {
            terminal.error(report::plan_text(plan).trim_end());
        }
    }
    if terminal.ask("Write this to AWS? Only `yes` is taken as yes:")? == "yes" {
        Ok(())
    } else {
        Err(Failure::new(Exit::Refused, anyhow!("not approved: nothing was written")))
    }
}

pub(super) fn allowed(texts: &[String]) -> Result<BTreeSet<Address>, Failure> {
    let parse = |text: &String| {
        Address::parse(text).map_err(|error| Failure::new(Exit::Usage, anyhow!("--allow {text}: {error}")))
    };
    texts.iter().map(parse).collect()
}

/// Names a run by its time, such as `20260102T030405Z`.
fn run_name(now: SystemTime) -> String {
    jiff::Timestamp::try_from(now)
        .map_or_else(|_| "run".to_owned(), |time| time.strftime("%Y%m%dT%H%M%SZ").to_string())
}

fn exit(reports: &[(Plan, ApplyReport)]) -> Exit {
    let any =
        |wanted: fn(&Outcome) -> bool| reports.iter().flat_map(|(_, r)| &r.outcomes).any(|(_, o)| wanted(o));
    if any(|outcome| matches!(outcome, Outcome::Refused { .. })) {
        Exit::Refused
    } else if any(|outcome| matches!(outcome, Outcome::Failed { .. })) {
        Exit::Error
    } else if reports.iter().any(|(plan, _)| plan.is_incomplete()) {
        Exit::Incomplete
    } else if reports.iter().any(|(plan, _)| plan.is_held()) {
        Exit::Error
    } else {
        Exit::Done
    }
}
