//! `flowbind show`: a saved plan as it was reviewed. Reads neither manifests nor AWS.

use std::time::SystemTime;

use crate::cli::args::{ShowArgs, ShowOutput, retype};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::cli::terminal::note::Note;
use crate::report::{self, Layout, Pictures};
use crate::saved::{Age, FileError, SavedError, SavedPlan};

pub(in crate::cli) fn run(args: &ShowArgs, now: SystemTime, terminal: &Terminal) -> Result<Exit, Failure> {
    let plan = SavedPlan::read(&args.plan).map_err(unreadable)?;
    let checksum = Some(plan.checksum.as_str()).filter(|_| !plan.actions.is_empty());
    match args.output {
        ShowOutput::Json => terminal.json(&plan)?,
        ShowOutput::Markdown => terminal.result(&report::plan_markdown(&plan.views, &[], checksum))?,
        ShowOutput::Html => {
            terminal.result(&report::plan_html(&plan.views, &[], checksum, &Pictures::new()))?;
        }
        ShowOutput::Github => {
            let text = report::saved_github(&plan.views, &plan.actions).map_err(std::io::Error::from)?;
            terminal.result(&text)?;
        }
        ShowOutput::Text => text(args, &plan, terminal)?,
    }
    let name = args.plan.display();
    match plan.age(now) {
        Age::Good => {}
        Age::Expired => {
            terminal.note(&Note::warning("expired:", format!("{name} expired at {}", plan.expires)))
        }
        Age::Future => terminal.note(&Note::warning(
            "clock:",
            format!("{name} was made at {}, which is in the future", plan.created),
        )),
    }
    Ok(Exit::Done)
}

fn text(args: &ShowArgs, plan: &SavedPlan, terminal: &Terminal) -> Result<(), Failure> {
    terminal.learn_aliases(plan.views.iter().flat_map(|view| view.aliases().clone()).collect());
    let layout = Layout { compact: args.compact, ..terminal.layout() };
    for view in &plan.views {
        terminal.result(&report::plan_text(view, plan.views.len() > 1, &layout))?;
        terminal.page(&report::notes_text(view))?;
    }
    terminal.page(&format!(
        "Made by flowbind {} at {}, valid until {}.\n",
        plan.tool, plan.created, plan.expires
    ))?;
    if plan.actions.is_empty() {
        return Ok(());
    }
    let file = retype::quoted(&args.plan.display().to_string());
    let with: String = retype::made_with(&plan.inputs).iter().map(|word| format!(" {word}")).collect();
    terminal.page(&format!("To apply it: flowbind apply --plan {file}{with} PATH...\n"))?;
    Ok(())
}

fn unreadable(error: FileError) -> Failure {
    let hint = match &error {
        FileError::Saved { source: SavedError::Newer(_), .. } => {
            "use that version of flowbind, or plan again with this one."
        }
        FileError::Saved { source: SavedError::Encoding { .. }, .. } => {
            "save it as UTF-8, or write it with `flowbind plan --out FILE` instead of `>`."
        }
        FileError::Saved { source: SavedError::Json(_), .. } => {
            "give the file that `flowbind plan --out FILE` wrote; a manifest goes to `flowbind plan`."
        }
        FileError::Saved { source: SavedError::Foreign(_), .. } => {
            "give the file that `flowbind plan --out FILE` wrote; what `--output json` prints cannot be shown again."
        }
        FileError::Read { .. } => "`flowbind plan --out FILE` saves a plan.",
        _ => "plan again with `flowbind plan --out FILE`.",
    };
    Failure::new(Exit::Error, error).hint(hint.to_owned())
}
