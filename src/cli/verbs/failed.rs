//! What a command writes to stdout that could not do what it is for: in every format but the text for a terminal, so that
//! no pipeline takes an empty file for a result. Text is for a person, who reads the error on stderr.

use std::io;

use super::watch;
use crate::cli::args::{Command, Format};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::report::{
    self, ApplyDocument, DriftDocument, ErrorDocument, Failed, InvokeDocument, PlanDocument, Trials,
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

/// The command's name and the format that it was asked for, where it has several.
fn asked(command: &Command) -> Option<(&'static str, Format)> {
    Some(match command {
        Command::Plan(args) => ("plan", args.output.into()),
        Command::Apply(args) => ("apply", args.output.into()),
        Command::Rollback(args) => ("rollback", args.output.into()),
        Command::Drift(args) => ("drift", args.output.into()),
        Command::Lint(args) => ("lint", args.output.into()),
        Command::Show(args) => ("show", args.output.into()),
        Command::Invoke(args) => ("invoke", args.output.into()),
        Command::Simulate(args) => ("simulate", args.output.into()),
        Command::Test(args) => ("test", args.output.into()),
        Command::Explore(args) => ("explore", args.output.into()),
        Command::IamPolicy(args) => ("iam-policy", args.output.into()),
        // Its lines are a stream; the one of a process that makes no round is its last one too.
        Command::Watch(args) => ("watch", args.output.into()),
        _ => return None,
    })
}

fn document(command: &Command, failure: &Failure, terminal: &Terminal) -> io::Result<Option<String>> {
    let Some((name, format)) = asked(command) else { return Ok(None) };
    let failed = Failed { command: name, found: failure.found().clone(), error: failure.line(terminal) };
    Ok(match format {
        Format::Shown => None,
        Format::Json => Some(json(command, failed)?),
        Format::Markdown => Some(report::failed_markdown(&failed)),
        Format::Github => Some(report::failed_github(&failed)),
        Format::Html => Some(report::failed_html(&failed)),
        Format::Sarif => Some(report::failed_sarif(&failed)?),
        Format::Junit => Some(report::failed_junit(&failed)?),
    })
}

/// The command's own document; that of an error where it has no room for one.
fn json(command: &Command, failed: Failed) -> serde_json::Result<String> {
    if let Command::Watch(_) = command {
        return watch::failed_line(&failed);
    }
    let Failed { command: _, found, error } = failed;
    match command {
        Command::Plan(_) => report::json_text(&PlanDocument::failed(found, error)),
        Command::Drift(_) => report::json_text(&DriftDocument::failed(found, error)),
        Command::Apply(_) | Command::Rollback(_) => {
            report::json_text(&ApplyDocument::new(&[], found).failed(Some(error)))
        }
        Command::Invoke(_) => {
            let trials = Trials { all: Vec::new(), problems: found.problems };
            report::json_text(&InvokeDocument::new(&trials, &found.calls).failed(error))
        }
        Command::Lint(_) => report::lint::failed_json(error),
        _ => report::json_text(&ErrorDocument::new(found.problems, error)),
    }
}
