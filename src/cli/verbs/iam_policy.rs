//! `flowbind iam-policy`: the least policy that a command needs. Offline.

use crate::cli::args::{IamPolicyArgs, Output, PolicyFor};
use crate::cli::inputs::load;
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::permissions::{Command, Scope, notes, policies};
use crate::plan::Reach;
use crate::report::{IamPolicyDocument, iam_policy_summary, iam_policy_text};

pub(in crate::cli) fn run(args: &IamPolicyArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let loaded = load::load_or_show(&args.manifest, None, terminal)?;
    let command = match args.command {
        PolicyFor::Plan | PolicyFor::Drift => Command::Plan,
        PolicyFor::Apply => Command::Apply,
        PolicyFor::Invoke => Command::Invoke,
    };
    let scope = Scope { command, reach: Reach::asked(args.prune, false) };
    let policies = policies(&loaded.manifests, scope).map_err(|error| {
        Failure::new(Exit::Error, error).hint("shorten the names in the manifest.".to_owned())
    })?;
    let notes = notes(&loaded.manifests, scope);
    match args.output {
        Output::Json => terminal.json(&IamPolicyDocument::new(&policies, scope, &notes))?,
        Output::Text => {
            let text = iam_policy_text(&policies).map_err(|error| Failure::new(Exit::Error, error))?;
            terminal.result(&text)?;
            terminal.say(iam_policy_summary(&policies).trim_end());
            notes.iter().for_each(|note| terminal.say(&format!("note: {note}")));
        }
    }
    Ok(Exit::Done)
}
