//! `flowbind plan`: what would change, and why.

use super::args::{Output, PlanArgs};
use super::connect::Connection;
use super::exit::{Exit, Failure};
use super::load;
use super::terminal::Terminal;
use crate::manifest::Sources;
use crate::plan::Plan;
use crate::report::{self, PlanDocument};

pub(super) async fn run(args: &PlanArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let loaded = load::load_or_show(&args.manifest, terminal)?;
    let connection = Connection::open(&args.aws, &loaded.manifests, terminal).await?;
    let mut plans = Vec::new();
    for manifest in &loaded.manifests {
        let plan = connection.plan(manifest, args.removal.prune, args.audit, terminal).await?;
        plans.push(if args.removal.force { plan.forced() } else { plan });
    }
    let calls = connection.session.calls();
    connection.close().await?;
    match args.output {
        Output::Json => terminal.json(&PlanDocument::new(&plans, &calls))?,
        Output::Text => {
            for plan in &plans {
                show(plan, &loaded.sources, terminal);
                terminal.result(&report::plan_text(plan, plans.len() > 1))?;
            }
            terminal.result(&report::calls_text(&calls))?;
        }
    }
    Ok(exit(&plans, args.detailed_exitcode))
}

/// Shows what is wrong and what could not be read.
pub(super) fn show(plan: &Plan, sources: &Sources, terminal: &Terminal) {
    load::show(&plan.problems, sources, terminal);
    if plan.is_incomplete() {
        terminal.error(report::gaps_text(plan).trim_end());
    }
}

fn exit(plans: &[Plan], detailed: bool) -> Exit {
    let differs = |plan: &Plan| !plan.actions.is_empty() || plan.is_held();
    if plans.iter().any(Plan::has_errors) {
        Exit::Error
    } else if plans.iter().any(Plan::is_incomplete) {
        Exit::Incomplete
    } else if detailed && plans.iter().any(differs) {
        Exit::Differences
    } else {
        Exit::Done
    }
}
