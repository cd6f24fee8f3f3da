//! `flowbind plan`: what would change, and why.

use super::args::{PlanArgs, PlanOutput};
use super::connect::Connection;
use super::exit::{Exit, Failure};
use super::load;
use super::terminal::Terminal;
use crate::manifest::Sources;
use crate::plan::Plan;
use crate::report::{self, PlanDocument};
use crate::resource::Problem;

pub(super) async fn run(args: &PlanArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let page = |problems: &[Problem]| broken("plan", args.output, problems);
    let loaded = load::load_or_report(&args.manifest, terminal, page)?;
    let connection = Connection::open(&args.aws, &loaded.manifests, terminal).await?;
    let mut plans = Vec::new();
    for manifest in &loaded.manifests {
        let plan = connection.plan(manifest, args.removal.prune, args.audit, terminal).await?;
        plans.push(if args.removal.force { plan.forced() } else { plan });
    }
    let calls = connection.session.calls();
    connection.close().await?;
    match args.output {
        PlanOutput::Json => terminal.json(&PlanDocument::new(&plans, &calls))?,
        PlanOutput::Text => {
            for plan in &plans {
                show(plan, &loaded.sources, terminal);
                terminal.result(&report::plan_text(plan, plans.len() > 1))?;
            }
            terminal.result(&report::checksum_text(&plans))?;
            terminal.result(&report::calls_text(&calls))?;
        }
        PlanOutput::Markdown => terminal.result(&report::plan_markdown(&plans, &loaded.warnings))?,
        PlanOutput::Github => {
            terminal.result(&report::plan_github(&plans, &loaded.manifests, &loaded.warnings))?;
        }
    }
    Ok(exit(&plans, args.detailed_exitcode))
}

/// Writes what is wrong with a manifest for those formats that a pull request reads.
pub(super) fn broken(command: &str, output: PlanOutput, problems: &[Problem]) -> Option<String> {
    match output {
        PlanOutput::Text | PlanOutput::Json => None,
        PlanOutput::Markdown => Some(report::problems_markdown(command, problems)),
        PlanOutput::Github => Some(report::problems_github(problems)),
    }
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
