//! Failures on the way are survived, told, and never taken for something that is not there.

use flowbind::emulator::{Fault, Settings};
use flowbind::plan::{Failure, Outcome};
use flowbind::reconcile::{self, NotBegun};
use flowbind::resource::Kind;

use crate::apply::{all_done, carry_out, converges};
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
    for (id, outcome) in &report.outcomes {
        match outcome {
            Outcome::Applied if id.address.kind == Kind::Grant => {}
            Outcome::Failed(Failure { hint, .. }) => {
                failed += 1;
                let hint = hint.as_deref().unwrap_or_default();
                assert!(
                    hint.contains("the caller needs connect:AssociateLambdaFunction on arn:aws:"),
                    "{hint}"
                );
                assert!(hint.contains(", with lambda:AddPermission;"), "{hint}");
            }
            Outcome::Skipped { .. } => skipped += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((failed, skipped), (3, 1), "three associations, then a flow");
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

#[tokio::test]
async fn whichever_write_loses_its_answer_or_is_lost_a_second_run_mends_it() {
    for operation in
        ["connect:AssociateLambdaFunction", "lambda:AddPermission", "connect:UpdateContactFlowContent"]
    {
        for fault in ["drop-after", "drop-before", "500", "throttle"] {
            for nth in 1..=3 {
                let spec = format!("{fault}:{operation}:nth={nth}");
                converges(&with(&[&spec]).await, 3, &spec).await;
            }
        }
    }
}

#[tokio::test]
async fn a_created_flow_whose_answer_was_lost_is_found_and_not_made_twice() {
    for fault in ["drop-after", "drop-before"] {
        let folder = tempfile::tempdir().unwrap();
        crate::world::copy(&crate::world::shipped("demo"), &folder.path().join("demo"));
        let faults = vec![format!("{fault}:connect:CreateContactFlow:nth=1").parse().unwrap()];
        let world = World::in_folder_with(folder, "demo", Settings { faults, ..Settings::default() }).await;
        converges(&world, 3, fault).await;
        let list = world.connect("eu-west-2").list_instances().send().await.unwrap();
        let id = list.instance_summary_list()[0].id().unwrap();
        let flows = world.connect("eu-west-2").list_contact_flows().instance_id(id).send().await.unwrap();
        assert_eq!(flows.contact_flow_summary_list().len(), 2, "{fault}");
    }
}

#[tokio::test]
async fn statements_lost_to_another_writer_are_written_again() {
    let world = with(&["lose-policy-write:lambda:AddPermission:p=0.5"]).await;
    converges(&world, 3, "lost statements").await;
}

#[tokio::test]
async fn one_sick_flow_does_not_stop_the_rest() {
    // The first two reads of a flow's content fail for good: more tries than the session makes.
    let faults: Vec<String> = (1..=8).map(|n| format!("500:connect:DescribeContactFlow:nth={n}")).collect();
    let faults: Vec<&str> = faults.iter().map(String::as_str).collect();
    let world = with(&faults).await;
    let plan = world.plan().await;
    assert_eq!(plan.gaps.len(), 1, "{:?}", plan.gaps);
    assert!(!plan.gaps[0].denied);
    let session = world.session().await;
    let report = carry_out(&session, &plan, &world.folder.path().join("own")).await;
    all_done(&report);
    assert_eq!(report.outcomes.len(), 6, "three associations and three grants, but not the flow");
}

#[tokio::test]
async fn a_page_where_an_answer_should_be_is_never_taken_for_nothing() {
    for operation in ["connect:ListLambdaFunctions", "lambda:GetPolicy", "connect:ListContactFlows"] {
        let world = with(&[&format!("html:{operation}")]).await;
        let plan = world.plan().await;
        assert!(!plan.gaps.is_empty(), "{operation}");
        assert!(
            plan.actions.iter().all(|action| action.id.address.kind != flowbind::resource::Kind::Flow),
            "{operation}"
        );
    }
}

#[tokio::test]
async fn every_answer_to_what_aws_leaves_open_ends_in_the_declared_state() {
    for question in flowbind::emulator::REGISTER {
        for answer in question.answers {
            // These make the emulator refuse what the manifest asks for: told as a failure, not survived.
            if ["denied-with-association", "service-has-lambda-rights"].contains(answer) {
                continue;
            }
            let spec = format!("{}={answer}", question.unknown);
            let assumptions = [spec.parse().unwrap()].into_iter().collect();
            let world = World::with(&many(3), Settings { assumptions, ..Settings::default() }).await;
            converges(&world, 3, &spec).await;
        }
    }
}
