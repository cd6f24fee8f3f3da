//! Trials as workflow commands of GitHub Actions, at the blocks.

use super::words::{is_example, name, wrong};
use super::{Trials, Untried};
use crate::report::answer::advice_text;
use crate::report::github::{Annotation, Level, commands};
use crate::runtime::trial::{Case, Trial};

/// Writes a command for each breach, each piece of advice and each binding that could not be called.
pub fn invoke_github(trials: &Trials) -> String {
    let annotations = trials.all.iter().flat_map(|one| match one {
        Ok(trial) => of_trial(trial),
        Err(untried) => vec![of_untried(untried)],
    });
    commands(annotations.collect(), "flowbind invoke --output text")
}

fn of_trial(trial: &Trial) -> Vec<Annotation> {
    let case = &trial.case;
    let breaches = trial.troubles().into_iter().map(|trouble| {
        let wrong = wrong(&trouble, trial);
        annotation(Level::Error, case, wrong.code, vec![wrong.message, wrong.hint])
    });
    let advice = trial.verdict.iter().flat_map(|verdict| &verdict.advice);
    let advice = advice.map(|one| annotation(Level::Notice, case, "advice", vec![advice_text(one)]));
    let example = is_example(&trial.ran).then(|| {
        let text = "no code ran: the answer is `response.example` of the manifest".to_owned();
        annotation(Level::Notice, case, "example", vec![text])
    });
    breaches.chain(advice).chain(example).collect()
}

fn of_untried(untried: &Untried) -> Annotation {
    let Untried { address, origin, shape, message, hint, may_have_run, .. } = untried;
    let what = if *may_have_run { "without an answer" } else { "not called" };
    Annotation {
        level: Level::Error,
        place: Some(origin.clone()),
        end_column: None,
        title: format!("{what}: {}", name(address, *shape)),
        lines: [message.clone()].into_iter().chain(hint.clone()).collect(),
    }
}

fn annotation(level: Level, case: &Case, title: &str, lines: Vec<String>) -> Annotation {
    let title = format!("{title}: {}", name(&case.address, case.shape));
    Annotation { level, place: Some(case.origin.clone()), end_column: None, title, lines }
}
