//! Addresses on the command line, and what plans are to hold.

use anyhow::anyhow;

use crate::cli::args::retype;
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::cli::terminal::note::Note;
use crate::manifest::{self, Manifest};
use crate::plan::Plan;
use crate::reconcile::{Chosen, Unknown, Wish};

/// Reads the addresses that an option was given.
pub(in crate::cli) fn parse(option: &str, texts: &[String]) -> Result<Vec<Chosen>, Failure> {
    let parse = |text: &String| {
        Chosen::parse(text).map_err(|error| Failure::new(Exit::Usage, anyhow!("{option} {error}")))
    };
    texts.iter().map(parse).collect()
}

/// Says which of what was allowed is nowhere: a slip, or something that is settled by now.
pub(in crate::cli) fn warn_of_unknown(
    allowed: &[Chosen],
    manifests: &[Manifest],
    plans: &[Plan],
    terminal: &Terminal,
) {
    for chosen in allowed.iter().filter(|c| plans.iter().all(|plan| c.means(manifests, plan).is_empty())) {
        let text = &chosen.text;
        let nothing = "no planned or declared resource has this address";
        let warning = Note::warning("warning:", format!("--allow {text}: {nothing}"));
        terminal.note(&warning.hint(chosen.suggested(manifests, plans)));
    }
}

/// The options that ask for what plans are to hold, each behind a space.
pub(in crate::cli) fn options(wish: &Wish) -> String {
    let only: Vec<String> = wish.only.iter().map(|chosen| chosen.text.clone()).collect();
    retype::wish(wish.reach.prunes(), wish.force, &only)
}

/// Says that an address was chosen that is nowhere.
pub(in crate::cli) fn unknown(unknown: Unknown) -> Failure {
    let Unknown { chosen, sets, suggested, prunes } = unknown;
    let sets: Vec<&str> = sets.iter().map(|set| set.as_str()).collect();
    if let Some(set) = chosen.set.as_ref().filter(|set| !sets.contains(&set.as_str())) {
        let hint = manifest::suggest(set, sets);
        let error = anyhow!("--only {}: no set is named `{set}`", chosen.text);
        return Failure::new(Exit::Usage, error).hint(hint);
    }
    let orphan = if prunes { ", and no orphaned resource has it" } else { "" };
    let error = anyhow!("--only {}: the manifest has no such address{orphan}", chosen.text);
    let hint = match prunes {
        true => suggested,
        false => {
            let orphans = "orphaned resources are only read with --prune.";
            Some(match suggested {
                Some(hint) => format!("{}; {orphans}", hint.trim_end_matches('.')),
                None => orphans.to_owned(),
            })
        }
    };
    Failure::new(Exit::Usage, error).hint(hint)
}
