//! Roles that spread slowly, functions that are pending, answers that are lost: waited for, and told when in vain.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use flowbind::aws::{Options, Session};
use flowbind::emulator::{Emulator, Fault, Settings, Timings};
use flowbind::plan::{Failure, Outcome};
use flowbind::sandbox;

use crate::apply::{all_done, carry_out};
use crate::functions::{LONDON, MANIFEST, applied, edited, in_sync, lines, world, write_code};
use crate::world::World;

#[tokio::test]
async fn a_slow_role_and_a_pending_function_are_waited_for() {
    let slow = Duration::from_millis(1500);
    let timings = Timings {
        role_propagation: slow,
        function_pending: slow,
        function_update: slow,
        ..Timings::default()
    };
    let world = world(MANIFEST, Settings { timings, ..Settings::default() }).await;
    let began = Instant::now();
    applied(&world, "first").await;
    assert!(began.elapsed() >= slow * 2);
    assert!(world.calls()["lambda:CreateFunction"] > 1, "the role was waited for by trying again");
}

#[tokio::test]
async fn a_role_that_never_becomes_assumable_is_told_after_the_deadline() {
    let timings = Timings { role_propagation: Duration::from_secs(3600), ..Timings::default() };
    let world = world(MANIFEST, Settings { timings, ..Settings::default() }).await;
    let options = Options { ready_within: Duration::from_secs(1), ..Options::embedded(world.emulator.url()) };
    let session = Session::open(options).await;
    let plan = world.plan().await;
    let report = carry_out(&session, &plan, &world.folder.path().join("own")).await;
    let outcome = |address: &str| {
        report.outcomes.iter().find(|(id, _)| id.address.to_string() == address).unwrap().1.clone()
    };
    assert_eq!(outcome("role/greeter"), Outcome::Applied);
    let Outcome::Failed(Failure { message, .. }) = outcome("function/greeter") else { panic!("{report:?}") };
    assert!(message.contains("its trust policy is right"), "{message}");
    for address in ["association/support/greeter", "grant/support/greeter", "flow/main"] {
        assert!(matches!(outcome(address), Outcome::Skipped { .. }), "{address}");
    }
}

#[tokio::test]
async fn a_trust_policy_that_is_wrong_for_good_is_told_at_once() {
    let start = MANIFEST.find("        role:\n").unwrap();
    let end = MANIFEST.find("        timeout:").unwrap();
    let arn = "        role: arn:aws:iam::111122223333:role/service-role/theirs\n";
    let manifest = format!("{}{arn}{}", &MANIFEST[..start], &MANIFEST[end..]);
    let world = world(&manifest, Settings::default()).await;
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
    let update = world.iam(LONDON).update_assume_role_policy().role_name("theirs").policy_document(trust);
    update.send().await.unwrap();
    let session = world.session().await;
    let plan = world.plan().await;
    let began = Instant::now();
    let report = carry_out(&session, &plan, &world.folder.path().join("own")).await;
    let Outcome::Failed(Failure { message, .. }) = &report.outcomes[0].1 else { panic!("{report:?}") };
    assert!(message.contains("the trust policy of role `theirs` does not let Lambda assume it"), "{message}");
    assert!(began.elapsed() < Duration::from_secs(2));
    assert!(!world.calls().contains_key("iam:CreateRole"));
}

#[tokio::test]
async fn a_lost_answer_or_a_failure_of_any_call_is_survived() {
    for operation in [
        "iam:CreateRole",
        "iam:AttachRolePolicy",
        "iam:PutRolePolicy",
        "lambda:CreateFunction",
        "lambda:PublishVersion",
        "lambda:CreateAlias",
        "lambda:GetAlias",
        "iam:GetRolePolicy",
    ] {
        for kind in ["drop-after", "500", "drop-before"] {
            let fault: Fault = format!("{kind}:{operation}:nth=1").parse().unwrap();
            let world = world(MANIFEST, Settings { faults: vec![fault], ..Settings::default() }).await;
            let session = world.session().await;
            let plan = world.plan().await;
            let report = carry_out(&session, &plan, &world.folder.path().join("own")).await;
            all_done(&report);
            in_sync(&world).await;
        }
    }
}

#[tokio::test]
async fn an_aws_that_shows_writes_late_is_waited_for() {
    let settings = Settings { consistency_delay: Duration::from_millis(400), ..Settings::default() };
    let world = world(MANIFEST, settings).await;
    let session = world.session().await;
    let plan = world.plan().await;
    all_done(&carry_out(&session, &plan, &world.folder.path().join("own")).await);
    tokio::time::sleep(Duration::from_millis(500)).await;
    in_sync(&world).await;
}

/// The same AWS, behaving otherwise.
async fn restarted(world: World, settings: Settings) -> World {
    let World { folder, manifests, emulator } = world;
    emulator.stop().await.unwrap();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let emulator = Emulator::start(address, settings, sandbox::world(&manifests)).await.unwrap();
    World { folder, manifests, emulator }
}

#[tokio::test]
async fn a_read_that_is_denied_is_a_gap_at_its_address() {
    let own = tempfile::tempdir().unwrap();
    let with =
        |faults| Settings { faults, state: Some(own.path().join("state.json")), ..Settings::default() };
    let mut world = world(MANIFEST, with(Vec::new())).await;
    applied(&world, "first").await;
    for (operation, address) in [
        ("lambda:GetFunction", "function/greeter"),
        ("lambda:GetAlias", "function/greeter"),
        ("iam:GetRole", "role/greeter"),
        ("iam:ListAttachedRolePolicies", "role/greeter"),
        ("iam:GetRolePolicy", "role/greeter"),
    ] {
        let fault: Fault = format!("deny:{operation}").parse().unwrap();
        world = restarted(world, with(vec![fault])).await;
        let plan = world.plan().await;
        assert!(plan.actions.is_empty(), "{operation}: {:?}", plan.actions);
        let gap = plan.gaps.iter().find(|gap| gap.operation.to_string() == operation).unwrap();
        assert!(gap.denied && gap.address.to_string() == address, "{gap:?}");
    }
}

#[tokio::test]
async fn a_lost_answer_of_any_update_is_survived() {
    let own = tempfile::tempdir().unwrap();
    let with =
        |faults| Settings { faults, state: Some(own.path().join("state.json")), ..Settings::default() };
    let mut world = world(MANIFEST, with(Vec::new())).await;
    applied(&world, "first").await;
    let mut memory = 256;
    for operation in [
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
        "lambda:TagResource",
        "lambda:PublishVersion",
        "lambda:UpdateAlias",
        "iam:PutRolePolicy",
        "iam:TagRole",
    ] {
        for kind in ["drop-after", "500"] {
            let fault: Fault = format!("{kind}:{operation}:nth=1").parse().unwrap();
            world = restarted(world, with(vec![fault])).await;
            memory += 1;
            write_code(world.folder.path(), &format!("// {memory}\n"));
            let manifest = MANIFEST.replace("memory: 256", &format!("memory: {memory}"));
            world = edited(world, &manifest.replace("dynamodb:GetItem", &format!("dynamodb:Get{memory}")));
            let plan = applied(&world, &format!("run-{memory}")).await;
            assert_eq!(
                lines(&plan),
                [
                    "role/greeter: the manifest changed: inline.table",
                    "function/greeter: the manifest changed: memory, code"
                ],
                "{kind} {operation}"
            );
        }
    }
}
