//! Deletions whose answers are lost: what is gone is done, what is still there is deleted again, and what cannot be seen is
//! unknown.

use flowbind::backup::Backups;
use flowbind::plan::{Failure, Outcome};
use flowbind::reconcile;

use super::{Run, Start, everything};
use crate::apply::Silent;
use crate::permissions_apply::{EVERYTHING, manifests};
use crate::permissions_prune::apply_and_leave;
use crate::removal;
use crate::world::World;

const DELETIONS: [&str; 8] = [
    "connect:DeleteContactFlow",
    "connect:DeleteContactFlowModule",
    "connect:DisassociateLambdaFunction",
    "lambda:RemovePermission",
    "lambda:DeleteFunction",
    "iam:DetachRolePolicy",
    "iam:DeleteRolePolicy",
    "iam:DeleteRole",
];

/// Everything was made, functions and roles among it, and nothing but the instance is declared any more.
pub(super) async fn start() -> Start {
    let (head, _) = EVERYTHING.split_once("      functions: [crm").unwrap();
    let world = everything(apply_and_leave).await;
    Start { world: World { manifests: manifests(head), ..world }, prune: true }
}

/// A run in which every answer to an operation is false.
async fn run(start: &Start, kind: &str, operation: &str) -> Run {
    start.run(&format!("{kind}:{operation}")).await
}

#[tokio::test]
async fn a_deletion_that_was_carried_out_is_done_whatever_is_answered() {
    let removal = removal::with_manifest(removal::applied(super::quick(&[])).await, &removal::reduced());
    let starts = [start().await, Start { world: removal, prune: true }];
    let mut met = Vec::new();
    for start in &starts {
        let clean = start.run("").await;
        for operation in DELETIONS.iter().filter(|operation| clean.calls.contains_key(**operation)) {
            met.push(*operation);
            for kind in ["after-html", "after-empty", "after-braces", "after-500", "drop-after"] {
                let run = run(start, kind, operation).await;
                for (id, outcome) in &run.report.outcomes {
                    assert!(outcome.is_done(), "{kind} {operation}: {}: {outcome:?}", id.address);
                }
                assert!(run.left.actions.is_empty(), "{kind} {operation}: {:?}", run.left.actions);
                let most = 4 * clean.calls[*operation];
                assert!(run.calls[*operation] <= most, "{kind} {operation}: {}", run.calls[*operation]);
            }
        }
    }
    assert!(DELETIONS.iter().all(|operation| met.contains(operation)), "{met:?}");
}

#[tokio::test]
async fn a_deletion_that_is_never_carried_out_ends_as_unknown_with_what_was_seen() {
    let start = start().await;
    let clean = start.run("").await;
    for operation in DELETIONS.iter().filter(|operation| clean.calls.contains_key(**operation)) {
        for kind in ["html", "500"] {
            let run = run(&start, kind, operation).await;
            let told = run.report.outcomes.iter().filter_map(|(_, outcome)| match outcome {
                Outcome::Unknown(Failure { message, .. }) => Some(message),
                _ => None,
            });
            let mut told = told.filter(|message| message.contains(operation));
            let message =
                told.next().unwrap_or_else(|| panic!("{kind} {operation}: {:#?}", run.report.outcomes));
            assert!(message.contains("it is still there"), "{message}");
            let most = 12 * clean.calls[*operation];
            assert!(run.calls[*operation] <= most, "{kind} {operation}: {}", run.calls[*operation]);
        }
    }
}

/// A server that fails for longer than one call is asked for is asked again after a look.
#[tokio::test]
async fn a_deletion_that_fails_for_a_while_is_made_again() {
    let start = start().await;
    let clean = start.run("").await;
    for operation in DELETIONS.iter().filter(|operation| clean.calls.contains_key(**operation)) {
        let faults: Vec<String> = (1..=6).map(|nth| format!("500:{operation}:nth={nth}")).collect();
        let faults: Vec<&str> = faults.iter().map(String::as_str).collect();
        let world = super::fork(&start.world, super::quick(&faults)).await;
        let session = super::hasty(world.emulator.url(), "").await;
        let plan = start.plan(&world, &session).await.unwrap();
        let allowed = plan.actions.iter().filter_map(|action| Some(action.guard.as_ref()?.allow.clone()));
        let backups = Backups::new(&world.folder.path().join("own"), "run");
        let allowed = allowed.collect();
        let report = reconcile::apply(&session, &plan, &allowed, &backups, &Silent).await.unwrap();
        for (id, outcome) in &report.outcomes {
            assert!(outcome.is_done(), "{operation}: {}: {outcome:?}", id.address);
        }
    }
}
