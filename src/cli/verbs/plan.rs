//! `flowbind plan`: what would change, and why.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::SystemTime;

use anyhow::anyhow;

use crate::cli::args::{PlanArgs, PlanOutput, RemovalArgs, retype};
use crate::cli::inputs::{chosen, load};
use crate::cli::run::connect::{Connection, Shown, no_plans};
use crate::cli::run::fresh::{self, views};
use crate::cli::run::{approval, writing};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::manifest::Loaded;
use crate::plan::{Plan, Reach};
use crate::reconcile::{Goal, Wish};
use crate::report::{self, Found, Layout, PlanDocument, PlanView};
use crate::saved::{SavedOptions, SavedPlan};

pub(in crate::cli) async fn run(
    args: &PlanArgs,
    now: SystemTime,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let wish = Wish {
        reach: Reach::asked(args.removal.prune, args.audit),
        force: args.removal.force,
        only: chosen::parse("--only", &args.selection.only)?,
    };
    terminal.learn_typed(retype::typed(&args.manifest, &args.aws, chosen::options(&wish)));
    let loaded = load::load_or_show(&args.manifest, Some(&args.aws), terminal)?;
    let connection = Connection::open(&args.aws, &loaded.manifests, terminal).await?;
    let goal = Goal::Declared { manifests: &loaded.manifests, wish: &wish };
    let plans = goal.plans(&connection.session, &Shown { connection: &connection, terminal }).await;
    let calls = connection.session.calls();
    let found = || Found { calls: calls.clone(), ..Found::default() };
    let plans = plans.map_err(|error| no_plans(error, terminal).with(found()))?;
    connection.close().await?;
    match args.output {
        PlanOutput::Json => terminal.json(&PlanDocument::new(&plans, &calls))?,
        PlanOutput::Text => {
            for plan in &plans {
                fresh::show(plan, plans.len() > 1, &loaded.sources, terminal);
                let layout = Layout { compact: args.compact, ..terminal.layout() };
                terminal.result(&report::plan_text(&PlanView::of(plan), plans.len() > 1, &layout))?;
            }
            terminal.result(&report::total_text(&plans, &terminal.layout()))?;
            terminal.result(&report::checksum_text(
                &plans,
                &|sum| reviewed(Reviewed::Checksum(sum), args, &plans),
                &terminal.layout(),
            ))?;
            terminal.result(&report::calls_text(&calls, &terminal.layout()))?;
        }
        PlanOutput::Markdown => terminal.result(&report::plan_markdown(
            &views(&plans, terminal),
            &loaded.warnings,
            report::approvable(&plans).as_deref(),
        ))?,
        PlanOutput::Html => {
            let views = views(&plans, terminal);
            let pictures = report::pictures_of(&views, &loaded.manifests);
            let checksum = report::approvable(&plans);
            terminal.result(&report::plan_html(&views, &loaded.warnings, checksum.as_deref(), &pictures))?;
        }
        PlanOutput::Github => {
            terminal.result(&report::plan_github(&plans, &loaded.manifests, &loaded.warnings))?;
        }
    }
    if let Some(file) = &args.saving.out {
        save(file, args, &loaded, &plans, now, terminal)?;
    }
    Ok(Exit::of_plans(&plans, args.detailed_exitcode))
}

/// Saves plans, unless apply would not begin to carry them out.
fn save(
    file: &Path,
    args: &PlanArgs,
    loaded: &Loaded,
    plans: &[Plan],
    now: SystemTime,
    terminal: &Terminal,
) -> Result<(), Failure> {
    writing::begin(plans, "the plan was not saved")?;
    if plans.iter().any(Plan::is_incomplete) {
        let error = anyhow!("some resources could not be read; the plan was not saved");
        let hint = "fix the errors above, then plan again.".to_owned();
        return Err(Failure::new(Exit::Incomplete, error).hint(hint));
    }
    let inputs = approval::inputs(&args.manifest, loaded);
    let RemovalArgs { prune, force } = args.removal;
    let options = SavedOptions { prune, force, only: args.selection.only.clone() };
    let views = views(plans, terminal);
    let saved = SavedPlan::new(&loaded.manifests, (plans, views), inputs, options, now, args.saving.expires)
        .map_err(|error| Failure::new(Exit::Error, error))?;
    saved.write(file).map_err(|error| Failure::new(Exit::Error, error))?;
    let name = file.display();
    terminal.say(&format!("The plan is saved in {name}, valid until {}.", saved.expires));
    terminal.say(&format!("To apply it: {}", reviewed(Reviewed::Saved(&name.to_string()), args, plans)));
    Ok(())
}

/// What an apply is given in place of a plan of its own.
enum Reviewed<'a> {
    /// The checksum of what was shown.
    Checksum(&'a str),
    /// The file of a saved plan.
    Saved(&'a str),
}

/// Writes the command that carries out exactly these plans: a reviewed plan is written whole, what is protected in it
/// too.
fn reviewed(evidence: Reviewed<'_>, args: &PlanArgs, plans: &[Plan]) -> String {
    let guards = plans.iter().flat_map(|plan| plan.actions.iter().map(move |action| (plan, action)));
    let guards = guards.filter_map(|(plan, action)| Some((plan, action.guard.as_ref()?)));
    let allow: BTreeSet<String> =
        guards.flat_map(|(plan, guard)| retype::allow(plan, plans.len() > 1, guard)).collect();
    let allow: String = allow.into_iter().map(|option| format!(" {option}")).collect();
    let (option, value, wish) = match evidence {
        Reviewed::Checksum(sum) => ("--checksum", sum, wish(args)),
        // It holds what it was made with.
        Reviewed::Saved(file) => ("--plan", file, String::new()),
    };
    let verb = format!("apply {option} {}{wish}{allow}", retype::quoted(value));
    retype::command(&verb, &args.manifest, &args.aws)
}

fn wish(args: &PlanArgs) -> String {
    retype::wish(args.removal.prune, args.removal.force, &args.selection.only)
}
