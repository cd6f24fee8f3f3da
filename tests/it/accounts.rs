//! Several accounts: each call carries the right identity, and what cannot be had is a gap.

use crate::world::{World, code, flowbind_at, stderr, stdout};

const MANIFEST: &str = r#"
apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: shop }
spec:
  variables: { stage: { default: dev } }
  targets:
    dev: { vars: { stage: dev }, account: dev }
    prod: { vars: { stage: prod }, account: prod, region: us-west-2 }
  accounts:
    dev: { id: "111122223333" }
    prod: { id: "444455556666", assumeRole: "arn:aws:iam::444455556666:role/deploy" }
    shared: { id: "777788889999", assumeRole: "arn:aws:iam::777788889999:role/deploy" }
  defaults: { region: eu-west-2 }
  instances: { desk: { alias: "desk-${var.stage}" } }
  functions:
    own: { name: "own-${var.stage}" }
    directory: { name: directory, account: shared, region: eu-west-2 }
  flows:
    main:
      instance: desk
      name: Main
      type: contact-flow
      bindings:
        Own: { function: own }
        Directory: { function: directory }
"#;

async fn run(world: &World, arguments: &[&str]) -> std::process::Output {
    let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
    command.args(arguments);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

#[tokio::test]
async fn two_targets_and_a_shared_function_are_each_written_with_their_own_account() {
    let world = World::new(MANIFEST).await;
    let apply = run(&world, &["apply", "--auto-approve", "m.yaml"]).await;
    assert_eq!(code(&apply), 0, "{}{}", stdout(&apply), stderr(&apply));
    let plan = run(&world, &["plan", "--detailed-exitcode", "m.yaml"]).await;
    assert_eq!(code(&plan), 0, "{}", stdout(&plan));
    // The function of the shared account lets both instances call it, and is in neither list.
    let shared = world
        .lambda_of("777788889999", "eu-west-2")
        .get_policy()
        .function_name("directory")
        .send()
        .await
        .unwrap();
    let policy = shared.policy.unwrap();
    for instance in ["connect:eu-west-2:111122223333:instance/", "connect:us-west-2:444455556666:instance/"] {
        assert_eq!(policy.matches(instance).count(), 1, "{instance} in {policy}");
    }
    let elsewhere =
        world.lambda_of("111122223333", "eu-west-2").get_function().function_name("directory").send().await;
    assert!(elsewhere.is_err(), "the emulator keeps accounts apart");
    let one = run(&world, &["plan", "--for", "dev", "m.yaml"]).await;
    assert!(stdout(&one).contains("shop-dev") && !stdout(&one).contains("shop-prod"), "{}", stdout(&one));
}

#[tokio::test]
async fn a_shared_account_that_cannot_be_reached_is_a_gap() {
    let text = MANIFEST.replace(", assumeRole: \"arn:aws:iam::777788889999:role/deploy\"", "");
    let world = World::new(&text).await;
    let plan = run(&world, &["plan", "--for", "dev", "m.yaml"]).await;
    assert_eq!(code(&plan), 3, "{}{}", stdout(&plan), stderr(&plan));
    assert!(stderr(&plan).contains("assumeRole"), "{}", stderr(&plan));
    assert!(
        stdout(&plan).contains("-> own: association, permission"),
        "the rest is shown: {}",
        stdout(&plan)
    );
}
