//! Failures on the way are survived, told, and never taken for something that is not there.

use flowbind::emulator::{Fault, Settings};
use flowbind::plan::Outcome;
use flowbind::reconcile::{self, NotBegun};

use crate::apply::{all_done, carry_out};
use crate::budget::many;
use crate::world::World;

async fn with(faults: &[&str]) -> World {
    let faults = faults.iter().map(|text| text.parse::<Fault>().unwrap()).collect();
    World::with(&many(3), Settings { faults, ..Settings::default() }).await
}

#[tokio::test]
async fn a_read_that_is_denied_is_a_gap_and_nothing_is_written() {
    for operation in [
        "connect:ListInstances",
        "connect:DescribeInstance",
        "connect:ListLambdaFunctions",
        "connect:ListContactFlows",
        "connect:DescribeContactFlow",
        "lambda:GetPolicy",
        "lambda:GetFunction",
    ] {
        let world = with(&[&format!("deny:{operation}")]).await;
        let plan = world.plan().await;
        assert!(!plan.gaps.is_empty(), "{operation}");
        for gap in &plan.gaps {
            assert_eq!(gap.operation.to_string(), operation);
            let hint = gap.hint.as_deref().unwrap_or_default();
            assert!(gap.denied && hint.contains(operation), "{gap:?}");
        }
        assert_eq!(reconcile::may_begin(&plan), Err(NotBegun::MayNotRead), "{operation}");
    }
}

#[tokio::test]
async fn a_write_that_is_denied_fails_and_what_needs_it_is_skipped() {
    let world = with(&["deny:connect:AssociateLambdaFunction"]).await;
    let session = world.session().await;
    let plan = world.plan().await;
    let report = carry_out(&session, &plan, &world.folder.path().join("own")).await;
    let (mut failed, mut skipped) = (0, 0);
    for (_, outcome) in &report.outcomes {
        match outcome {
            Outcome::Failed { hint, .. } => {
                failed += 1;
                let needs = "the caller needs connect:AssociateLambdaFunction and lambda:AddPermission.";
                assert_eq!(hint.as_deref(), Some(needs));
            }
            Outcome::Skipped { .. } => skipped += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((failed, skipped), (3, 4), "three associations, then three grants and a flow");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_account_is_told_before_anything_else_is_read() {
    let world = World::new(&many(1)).await;
    let text = many(1).replace("111122223333", "444455556666");
    std::fs::write(world.folder.path().join("m.yaml"), text).unwrap();
    // The environment's dummy key belongs to the account of the first manifest.
    let output = crate::world::flowbind_at(world.folder.path(), &world.emulator.url())
        .args(["plan", "m.yaml"])
        .output()
        .unwrap();
    assert_eq!(crate::world::code(&output), 4, "{}", crate::world::stderr(&output));
    assert!(crate::world::stderr(&output).contains("444455556666"));
    let calls = world.calls();
    assert_eq!(calls.keys().collect::<Vec<_>>(), ["sts:GetCallerIdentity"]);
}

#[tokio::test]
async fn a_slow_aws_is_waited_for() {
    let settings =
        Settings { consistency_delay: std::time::Duration::from_millis(400), ..Settings::default() };
    let world = World::with(&many(3), settings).await;
    let session = world.session().await;
    let plan = world.plan().await;
    all_done(&carry_out(&session, &plan, &world.folder.path().join("own")).await);
    assert!(world.plan().await.actions.is_empty());
}
