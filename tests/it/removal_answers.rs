//! Removal, whatever AWS answers: failures, lost answers, and what AWS leaves undocumented.

use aws_sdk_connect::types::ContactFlowStatus;
use flowbind::backup::Backups;
use flowbind::emulator::Settings;
use flowbind::plan::Outcome;
use flowbind::reconcile;
use flowbind::resource::Address;

use crate::apply::{Silent, all_done};
use crate::removal::{
    addresses, applied, arn, flow, ids, instance, problems, prune, pruned, reduced, state, theirs,
    with_manifest,
};
use crate::world::World;

const LONDON: &str = "eu-west-2";

#[tokio::test]
async fn where_a_flow_cannot_be_read_nothing_of_its_instance_is_removed() {
    for operation in
        ["DescribeContactFlowModule", "DescribeContactFlow", "ListContactFlowModules", "ListContactFlows"]
    {
        for kind in ["500", "deny", "html"] {
            let folder = tempfile::tempdir().unwrap();
            let state_file = Some(folder.path().join("state.json"));
            let world = applied(Settings { state: state_file.clone(), ..Settings::default() }).await;
            let World { folder, emulator, .. } = with_manifest(world, &reduced());
            emulator.stop().await.unwrap();
            let faults = vec![format!("{kind}:connect:{operation}").parse().unwrap()];
            let world = World::in_folder_with(
                folder,
                "m.yaml",
                Settings { state: state_file, faults, ..Settings::default() },
            )
            .await;
            let plan = pruned(&world).await;
            assert!(addresses(&plan).is_empty(), "{kind} {operation}: {:?}", addresses(&plan));
            assert!(!plan.gaps.is_empty() && plan.is_held(), "{kind} {operation}");
            let told =
                "cannot-tell instance/support: some flows or modules of instance/support could not be read";
            assert!(
                problems(&plan).iter().any(|p| p.starts_with(told)),
                "{kind} {operation}: {:?}",
                problems(&plan)
            );
            assert_eq!(reconcile::may_begin(&plan).is_err(), kind == "deny", "{kind} {operation}");
        }
    }
}

#[tokio::test]
async fn a_function_that_somebody_deleted_leaves_nothing_that_is_provably_the_sets() {
    for answer in ["U5=deleted-function-listed", "U5=deleted-function-unlisted"] {
        let settings =
            Settings { assumptions: [answer.parse().unwrap()].into_iter().collect(), ..Settings::default() };
        let world = with_manifest(applied(settings).await, &reduced());
        world.lambda(LONDON).delete_function().function_name("orders").send().await.unwrap();
        let plan = pruned(&world).await;
        assert!(!addresses(&plan).contains(&"association/support/orders".to_owned()), "{answer}");
        all_done(&prune(&world).await);
        assert!(pruned(&world).await.actions.is_empty(), "{answer}");
    }
}

#[tokio::test]
async fn whatever_aws_answers_to_what_it_leaves_open_the_removal_ends() {
    for question in flowbind::emulator::REGISTER {
        for answer in question.answers {
            let spec = format!("{}={answer}", question.unknown);
            // These refuse what the manifest asks for in the first place.
            if ["denied-with-association", "service-has-lambda-rights"].contains(answer) {
                continue;
            }
            let assumptions = [spec.parse().unwrap()].into_iter().collect();
            let world =
                with_manifest(applied(Settings { assumptions, ..Settings::default() }).await, &reduced());
            let report = prune(&world).await;
            for (id, outcome) in &report.outcomes {
                assert!(
                    matches!(outcome, Outcome::Applied | Outcome::AlreadySo),
                    "{spec}: {}: {outcome:?}",
                    id.address
                );
            }
            assert!(pruned(&world).await.actions.is_empty(), "{spec}");
        }
    }
}

#[tokio::test]
async fn the_service_that_misses_its_own_statement_gets_it_back_to_take_it_away() {
    let settings = Settings {
        assumptions: ["U1=missing-statement-refused".parse().unwrap()].into_iter().collect(),
        ..Settings::default()
    };
    let world = with_manifest(applied(settings).await, &reduced());
    let remove = world.lambda(LONDON).remove_permission().function_name("orders");
    remove.statement_id(format!("connect-{}", instance(&world).await)).send().await.unwrap();
    all_done(&prune(&world).await);
    assert!(state(&world).await.contains(&"orders None ".to_owned()), "its policy is empty");
}

#[tokio::test]
async fn what_refers_to_an_orphaned_flow_is_named_before_aws_refuses_its_deletion() {
    let settings = Settings {
        assumptions: ["U8=referenced-delete-refused".parse().unwrap()].into_iter().collect(),
        ..Settings::default()
    };
    let world = with_manifest(applied(settings).await, &reduced());
    let session = world.session().await;
    let plan = pruned(&world).await.forced();
    let allowed = ["flow/night", "flow/survey"].map(|text| Address::parse(text).unwrap()).into();
    // Between plan and apply somebody makes a flow that goes there.
    let (survey, _) = ids(&world, "Survey").await;
    let content = flow(&arn("theirs"), Some(("TransferToFlow", "ContactFlowId", &survey)));
    theirs(&world, "Theirs", &content, ContactFlowStatus::Published).await;
    let backups = Backups::new(&world.folder.path().join("own"), "pruned");
    let report = reconcile::apply(&session, &plan, &allowed, &backups, &Silent).await.unwrap();
    let of =
        |address: &str| &report.outcomes.iter().find(|(id, _)| id.address.to_string() == address).unwrap().1;
    assert_eq!(of("flow/night"), &Outcome::Applied);
    let Outcome::Moved { message } = of("flow/survey") else { panic!("{:?}", of("flow/survey")) };
    assert!(message.contains("flow `Theirs` refers to it now"), "{message}");
    assert!(matches!(of("association/support/orders"), Outcome::Skipped { .. }));
}

#[tokio::test]
async fn whichever_deletion_loses_its_answer_or_is_lost_a_second_run_mends_it() {
    for operation in [
        "connect:DeleteContactFlow",
        "connect:DeleteContactFlowModule",
        "connect:DisassociateLambdaFunction",
        "lambda:RemovePermission",
    ] {
        for fault in ["drop-after", "drop-before", "500", "throttle"] {
            let spec = format!("{fault}:{operation}:nth=1");
            let faults = vec![spec.parse().unwrap()];
            let world = with_manifest(applied(Settings { faults, ..Settings::default() }).await, &reduced());
            prune(&world).await;
            let again = prune(&world).await;
            for (id, outcome) in &again.outcomes {
                assert!(
                    matches!(outcome, Outcome::Applied | Outcome::AlreadySo),
                    "{spec}: {}: {outcome:?}",
                    id.address
                );
            }
            assert!(pruned(&world).await.actions.is_empty(), "{spec}");
        }
    }
}
