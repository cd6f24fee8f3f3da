//! What a command writes to stdout that could not do what it is for. Whoever asked for JSON gets a document in every case;
//! formats for people get a page where the manifests are wrong.

use std::io;

use crate::cli::args::{
    Command, DriftOutput, InvokeOutput, LintOutput, Output, PlanOutput, ShowOutput, SimulateOutput,
};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::report::{
    self, ApplyDocument, DriftDocument, ErrorDocument, InvokeDocument, PlanDocument, Trials,
};

/// Says why a command ended early, on stdout too unless its result is there.
pub(in crate::cli) fn end(command: &Command, failure: Failure, terminal: &Terminal) -> Exit {
    let written = match terminal.has_result() {
        true => Ok(()),
        false => document(command, &failure, terminal)
            .and_then(|text| text.map_or(Ok(()), |text| terminal.result(&text))),
    };
    let exit = failure.print(terminal);
    written.map_or_else(|error| exit.heavier(Failure::from(error).print(terminal)), |()| exit)
}

fn document(command: &Command, failure: &Failure, terminal: &Terminal) -> io::Result<Option<String>> {
    let (found, error) = (failure.found().clone(), || failure.line(terminal));
    let problems = &failure.found().problems;
    // A page of no problem would say that the manifests are fine.
    let page = |write: &dyn Fn() -> String| (!problems.is_empty()).then(write);
    Ok(match command {
        Command::Plan(args) => match args.output {
            PlanOutput::Text => None,
            PlanOutput::Json => Some(report::json_text(&PlanDocument::failed(found, error()))?),
            PlanOutput::Markdown => page(&|| report::problems_markdown("plan", problems)),
            PlanOutput::Github => page(&|| report::problems_github(problems)),
            PlanOutput::Html => page(&|| report::problems_html("plan", problems)),
        },
        Command::Drift(args) => match args.output {
            DriftOutput::Text => None,
            DriftOutput::Json => Some(report::json_text(&DriftDocument::failed(found, error()))?),
            DriftOutput::Sarif if problems.is_empty() => None,
            DriftOutput::Sarif => Some(report::problems_sarif("flowbind/drift/", problems, None)?),
            DriftOutput::Markdown => page(&|| report::problems_markdown("drift", problems)),
            DriftOutput::Github => page(&|| report::problems_github(problems)),
            DriftOutput::Html => page(&|| report::problems_html("drift", problems)),
        },
        Command::Invoke(args) => match args.output {
            InvokeOutput::Text | InvokeOutput::Junit => None,
            InvokeOutput::Json => Some(uncalled(failure, terminal)?),
            InvokeOutput::Github => page(&|| report::problems_github(problems)),
        },
        Command::Apply(args) if args.output == Output::Json => Some(applied(failure, terminal)?),
        Command::Rollback(args) if args.output == Output::Json => Some(applied(failure, terminal)?),
        Command::Lint(args) if args.output == LintOutput::Json => Some(report::lint::failed_json(error())?),
        Command::Show(args) if args.output == ShowOutput::Json => Some(other(failure, terminal)?),
        Command::Simulate(args) if args.output == SimulateOutput::Json => Some(other(failure, terminal)?),
        Command::Explore(args) if args.output == Output::Json => Some(other(failure, terminal)?),
        Command::IamPolicy(args) if args.output == Output::Json => Some(other(failure, terminal)?),
        _ => None,
    })
}

/// The document of a run that has carried nothing out.
fn applied(failure: &Failure, terminal: &Terminal) -> serde_json::Result<String> {
    let document = ApplyDocument::new(&[], failure.found().clone());
    report::json_text(&document.failed(Some(failure.line(terminal))))
}

/// The document of a command that has called no function.
fn uncalled(failure: &Failure, terminal: &Terminal) -> serde_json::Result<String> {
    let trials = Trials { all: Vec::new(), problems: failure.found().problems.clone() };
    report::json_text(&InvokeDocument::new(&trials, &failure.found().calls).failed(failure.line(terminal)))
}

/// The document of a command whose own one has no room for an error.
fn other(failure: &Failure, terminal: &Terminal) -> serde_json::Result<String> {
    report::json_text(&ErrorDocument::new(failure.found().problems.clone(), failure.line(terminal)))
}
