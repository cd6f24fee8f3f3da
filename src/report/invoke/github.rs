//! Trials as workflow commands of GitHub Actions, at the blocks.

use super::words::{name, wrong};
use super::{Trials, Untried};
use crate::report::answer::advice_text;
use crate::report::github::{Annotation, Level, commands};
use crate::runtime::trial::{Case, Trial};

/// Writes a command for each breach, each piece of advice and each binding that could not be called.
pub fn invoke_github(trials: &Trials) -> String {
    let annotations = trials.all.iter().flat_map(|one| match one {
        Ok(trial) => of_trial(trial),
        Err(Untried { case, message, hint }) => {
            let lines = [format!("it could not be called: {message}")].into_iter().chain(hint.clone());
            vec![annotation(Level::Error, case, "not called", lines.collect())]
        }
    });
    commands(annotations.collect(), "flowbind invoke")
}

fn of_trial(trial: &Trial) -> Vec<Annotation> {
    let case = &trial.case;
    let breaches = trial.troubles().into_iter().map(|trouble| {
        let wrong = wrong(&trouble, case);
        annotation(Level::Error, case, wrong.code, vec![wrong.message, wrong.hint])
    });
    let advice = trial.verdict.iter().flat_map(|verdict| &verdict.advice);
    let advice = advice.map(|one| annotation(Level::Notice, case, "advice", vec![advice_text(one)]));
    breaches.chain(advice).collect()
}

fn annotation(level: Level, case: &Case, title: &str, lines: Vec<String>) -> Annotation {
    let title = format!("{title}: {}", name(case));
    Annotation { level, place: Some(case.origin.clone()), end_column: None, title, lines }
}
