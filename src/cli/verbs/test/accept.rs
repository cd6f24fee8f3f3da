//! `--accept`: what happened becomes what is expected.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::anyhow;

use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::disk;
use crate::manifest::{self, Disk, Expectations, Files, MAX_MANIFEST_BYTES};
use crate::report::{Tests, count};
use crate::simulate::{Stop, Unmet, happened};

/// Writes what happened into the files of the scenarios, and says so.
pub(super) fn accept(tests: &Tests<'_>, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut files: BTreeMap<&str, BTreeMap<&str, Expectations>> = BTreeMap::new();
    let mut unended = 0;
    for test in &tests.all {
        let scenario = &test.played.simulation.scenario;
        let Some(origin) = &scenario.origin else { continue };
        if !matches!(test.played.stop, Stop::Ended(_)) || test.played.unmet.iter().any(is_no_expectation) {
            unended += 1;
            continue;
        }
        // What holds stays as it is written.
        if test.passes() && scenario.expect.is_some() {
            continue;
        }
        let happened = happened(&test.played);
        let file = files.entry(&origin.file).or_default();
        if let Some(other) = file.get(scenario.name.as_str()).filter(|other| **other != happened) {
            let _ = other;
            let error = anyhow!(
                "{origin}: `{}` ends differently in two sets, so one expectation cannot hold for both; nothing was written",
                scenario.name
            );
            return Err(Failure::new(Exit::Refused, error).hint("choose one set with `--for`.".to_owned()));
        }
        file.insert(&scenario.name, happened);
    }
    let mut texts = Vec::new();
    for (file, expectations) in &files {
        let path = Path::new(file);
        let bytes = Disk.read(path, MAX_MANIFEST_BYTES as u64).map_err(|error| unwritten(file, &error))?;
        let text = String::from_utf8(bytes).map_err(|error| unwritten(file, &error))?;
        let accepted =
            manifest::accept(&text, file, expectations).map_err(|error| unwritten(file, &error))?;
        if accepted != text {
            texts.push((path, accepted));
        }
    }
    for (path, text) in &texts {
        disk::replace(path, text.as_bytes(), disk::Access::Usual)
            .map_err(|error| unwritten(&path.display().to_string(), &error))?;
        terminal.say(&format!("Wrote what happened into {}.", path.display()));
    }
    if texts.is_empty() && unended == 0 {
        terminal.say("Nothing to write: everything is as expected.");
    }
    if unended > 0 {
        let what = count(unended, "scenario");
        let error = anyhow!("{what} fail for another reason than what is expected, and stay as they are");
        let hint = "run again without --accept to see why.".to_owned();
        return Err(Failure::new(Exit::Differences, error).hint(hint));
    }
    Ok(Exit::Done)
}

fn unwritten(file: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Error, anyhow!("{file}: what happened could not be written: {error}"))
}

/// Whether something is wrong that no expectation puts right.
const fn is_no_expectation(unmet: &Unmet) -> bool {
    matches!(unmet, Unmet::Unused(_) | Unmet::Breach { .. } | Unmet::Valid { .. } | Unmet::NotRun { .. })
}
