//! A plan's problems and changes at the places of the manifest that declare them.

use super::{Annotation, Level, commands};
use crate::manifest::Manifest;
use crate::plan::{Action, Plan, Verb};
use crate::resource::{Origin, Problem, Severity, set_prefix};

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
        found.extend(plan.force.iter().map(|much| Annotation {
            level: Level::Warning,
            place: None,
            end_column: None,
            title: format!("{} is protected", plan.set),
            lines: vec![format!("{much}; to do it anyway: --force")],
        }));
    }
    // What goes and what changes before what is new, since GitHub shows the first ones only.
    for verb in [Verb::Delete, Verb::Update, Verb::Create] {
        for (plan, manifest) in plans.iter().zip(manifests) {
            let set = prefix(plans, plan);
            let told = plan.actions.iter().filter(|it| !it.id.step.is_aid() && it.write().verb() == verb);
            found.extend(told.map(|it| action(it, manifest.origin(&it.id.address), &set)));
        }
    }
    commands(found, "flowbind plan")
}

/// The prefix of addresses where there are several sets.
fn prefix(plans: &[Plan], plan: &Plan) -> String {
    set_prefix(&plan.set, plans.len() > 1)
}

/// Writes a command for each problem of manifests that could not be taken.
pub fn problems_github(problems: &[Problem]) -> String {
    commands(problems.iter().map(|it| problem(it, None, "")).collect(), "flowbind validate")
}

fn problem(problem: &Problem, manifest: Option<&Manifest>, set: &str) -> Annotation {
    let Problem { code, severity, origin, address, message, hint } = problem;
    let declared = || manifest?.origin(address.as_ref()?);
    let about = address.as_ref().map(|address| format!("{set}{address}: ")).unwrap_or_default();
    let held = if *severity == Severity::Held { " (blocked)" } else { "" };
    Annotation {
        level: if *severity == Severity::Error { Level::Error } else { Level::Warning },
        place: origin.as_ref().or_else(declared).cloned(),
        end_column: None,
        title: format!("{code}{held}"),
        lines: [format!("{about}{message}")].into_iter().chain(hint.clone()).collect(),
    }
}

/// A change is news; one that a guard holds back is a warning.
fn action(action: &Action, declared: Option<&Origin>, set: &str) -> Annotation {
    let verb = action.write().verb();
    let guard = action.guard.as_ref();
    let guarded =
        guard.map(|guard| format!("{}; to do it anyway: --allow {set}{}", guard.message, guard.allow));
    Annotation {
        level: if guarded.is_some() { Level::Warning } else { Level::Notice },
        place: declared.cloned(),
        end_column: None,
        title: format!("{verb} {set}{}", action.id.address),
        lines: [action.reason.clone()].into_iter().chain(guarded).collect(),
    }
}
