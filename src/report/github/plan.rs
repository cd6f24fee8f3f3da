//! A plan's problems and changes at the places of the manifest that declare them.

use serde::Deserialize;
use serde_json::Value;

use super::{Annotation, Level, about, commands};
use crate::manifest::Manifest;
use crate::plan::{Action, Guard, Plan, Step, Verb};
use crate::report::document::Failed;
use crate::report::plan::{Grade, Note, PlanView, RemarkKind};
use crate::resource::{Origin, Problem, Severity, said_of, set_prefix};

/// Writes a command for each problem, gap, guard and change of the plans, and for each warning about the manifests.
/// `manifests` are those of the plans, in their order.
pub fn plan_github(plans: &[Plan], manifests: &[Manifest], warnings: &[Problem]) -> String {
    let mut found: Vec<_> = warnings.iter().map(|warning| problem(warning, None, "")).collect();
    for (plan, manifest) in plans.iter().zip(manifests) {
        let set = prefix(plans, plan);
        found.extend(plan.problems.iter().map(|it| problem(it, Some(manifest), &set)));
        found.extend(plan.gaps.iter().map(|gap| Annotation {
            level: Level::Warning,
            place: manifest.origin(&gap.address).cloned(),
            end_column: None,
            title: format!("{set}{} could not be read", gap.address),
            lines:
                [format!("{}: {}", gap.operation, gap.message)].into_iter().chain(gap.hint.clone()).collect(),
        }));
        found.extend(plan.force.iter().map(|much| protected(plan.set.as_str(), much)));
    }
    // What goes and what changes before what is new, since GitHub shows the first ones only.
    for verb in [Verb::Delete, Verb::Update, Verb::Create] {
        for (plan, manifest) in plans.iter().zip(manifests) {
            let set = prefix(plans, plan);
            let shown = plan.actions.iter().filter(|it| !it.id.step.is_aid() && it.write().verb() == verb);
            found.extend(shown.map(|it| Change::of(it).annotation(manifest.origin(&it.id.address), &set)));
        }
    }
    commands(found, "flowbind plan")
}

/// The same of a saved plan, whose changes no longer say where they are declared; `actions` are the lines of its document.
///
/// # Errors
///
/// When an action is not one of a plan's document.
pub fn saved_github(views: &[PlanView], actions: &[Value]) -> serde_json::Result<String> {
    let several = views.len() > 1;
    let mut found = Vec::new();
    for view in views {
        let set = set_prefix(&view.set, several);
        found.extend(view.problems.iter().chain(&view.unread).map(|it| note(it, &set)));
        let forced = view.remarks.iter().filter(|remark| remark.kind == RemarkKind::Protected);
        found.extend(forced.map(|remark| protected(&view.set, &remark.text)));
    }
    let changes: Vec<SavedChange> = actions.iter().map(SavedChange::deserialize).collect::<Result<_, _>>()?;
    for verb in [Verb::Delete, Verb::Update, Verb::Create] {
        let shown = changes.iter().filter(|it| !it.step.is_aid() && it.change.verb == verb);
        found.extend(shown.map(|it| it.change.annotation(None, &set_prefix(&it.set, several))));
    }
    Ok(commands(found, "flowbind show"))
}

/// What a line of a saved plan's actions holds, as far as it is shown.
#[derive(Deserialize)]
struct SavedChange {
    set: String,
    step: Step,
    #[serde(flatten)]
    change: Change,
}

/// A change, and what keeps it from being written.
#[derive(Deserialize)]
struct Change {
    address: String,
    #[serde(rename = "action")]
    verb: Verb,
    reason: String,
    guard: Option<Kept>,
}

#[derive(Deserialize)]
struct Kept {
    message: String,
    allow: String,
}

impl Change {
    fn of(action: &Action) -> Self {
        let kept = |guard: &Guard| Kept { message: guard.message.clone(), allow: guard.allow.to_string() };
        Self {
            address: action.id.address.to_string(),
            verb: action.write().verb(),
            reason: action.reason.clone(),
            guard: action.guard.as_ref().map(kept),
        }
    }

    /// A change is news; one that a guard holds back is a warning.
    fn annotation(&self, declared: Option<&Origin>, set: &str) -> Annotation {
        let Self { address, verb, reason, guard } = self;
        let guarded = guard.as_ref().map(|Kept { message, allow }| {
            format!("{}; to do it anyway: --allow {set}{allow}", said_of(address, message).1)
        });
        Annotation {
            level: if guarded.is_some() { Level::Warning } else { Level::Notice },
            place: declared.cloned(),
            end_column: None,
            title: format!("{verb} {set}{address}"),
            lines: [reason.clone()].into_iter().chain(guarded).collect(),
        }
    }
}

fn protected(set: &str, much: &str) -> Annotation {
    Annotation {
        level: Level::Warning,
        place: None,
        end_column: None,
        title: format!("{set} is protected"),
        lines: vec![format!("{much}; to do it anyway: --force")],
    }
}

/// A problem, or what could not be read, as a saved plan keeps it: the place is in the message.
fn note(note: &Note, set: &str) -> Annotation {
    let Note { grade, address, message, code, place, hint } = note;
    let (parts, said) = said_of(address.as_deref().unwrap_or_default(), message);
    let about = address.as_ref().map(|address| format!("{set}{address}{parts}")).unwrap_or_default();
    let place = place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
    let held = if *grade == Grade::Blocked { " (blocked)" } else { "" };
    Annotation {
        level: if *grade == Grade::Error { Level::Error } else { Level::Warning },
        place: None,
        end_column: None,
        title: format!("{}{held}", code.as_deref().unwrap_or(grade.word())),
        lines: [format!("{place}{about}{said}")].into_iter().chain(hint.clone()).collect(),
    }
}

/// The prefix of addresses where there are several sets.
fn prefix(plans: &[Plan], plan: &Plan) -> String {
    set_prefix(&plan.set, plans.len() > 1)
}

/// Writes a command for each problem of manifests that could not be taken.
pub fn problems_github(problems: &[Problem]) -> String {
    commands(problems.iter().map(|it| problem(it, None, "")).collect(), "flowbind validate")
}

/// Writes why a command ended early: what is wrong with the manifests stands at its lines, and says it all.
pub fn failed_github(failed: &Failed) -> String {
    let Failed { found, error, .. } = failed;
    let all = found.problems.iter().map(|it| problem(it, None, ""));
    let mut all: Vec<Annotation> =
        all.chain(found.gaps.iter().map(|gap| note(&Note::unread(gap), ""))).collect();
    if !all.iter().any(|annotation| annotation.level == Level::Error) {
        let title = failed.title();
        all.push(Annotation {
            level: Level::Error,
            place: None,
            end_column: None,
            title,
            lines: error.lines(),
        });
    }
    commands(all, "flowbind validate")
}

fn problem(problem: &Problem, manifest: Option<&Manifest>, set: &str) -> Annotation {
    let Problem { code, severity, origin, address, message, hint } = problem;
    let declared = || manifest?.origin(address.as_ref()?);
    let held = if *severity == Severity::Held { " (blocked)" } else { "" };
    Annotation {
        level: if *severity == Severity::Error { Level::Error } else { Level::Warning },
        place: origin.as_ref().or_else(declared).cloned(),
        end_column: None,
        title: format!("{code}{held}"),
        lines: [about(set, address.as_ref(), message)].into_iter().chain(hint.clone()).collect(),
    }
}
