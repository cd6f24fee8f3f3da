//! Functions from `source:` are made, published and bound, and are in sync afterwards; no value of their environment
//! shows anywhere.

use std::collections::BTreeSet;
use std::path::Path;

use flowbind::aws::{self, Session};
use flowbind::backup::Backups;
use flowbind::emulator::Settings;
use flowbind::plan::{self, Outcome, Plan, Reach, reads};
use flowbind::report::{PlanDocument, apply_text, plan_text};
use flowbind::{reconcile, snapshot::Snapshot};

use crate::apply::{Silent, all_done, carry_out};
use crate::world::{World, load};

pub(crate) const LONDON: &str = "eu-west-2";
/// Stands in the environment, and must stand nowhere else.
pub(crate) const CANARY: &str = "canary-7f3a9c";
pub(crate) const NAME: &str = "greeter-dev";

pub(crate) const MANIFEST: &str = r#"
apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: made }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances: { support: { alias: acme } }
  functions:
    greeter:
      name: greeter-dev
      source:
        runtime: nodejs22.x
        handler: index.handler
        code: code
        role:
          name: greeter-role
          managedPolicies: [AWSLambdaBasicExecutionRole]
          inlinePolicies:
            table:
              Version: 2012-10-17
              Statement: [{ Effect: Allow, Action: "dynamodb:GetItem", Resource: "*" }]
        timeout: 7s
        memory: 256
        environment: { TABLE: customers, TOKEN: canary-7f3a9c }
        description: greets
        publish: live
  flows:
    main:
      instance: support
      name: Main
      type: contact-flow
      bindings: { Greet: { function: greeter, timeLimit: 8s } }
"#;

/// An embedded AWS where nothing of the manifest's function is made yet.
pub(crate) async fn world(manifest: &str, settings: Settings) -> World {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("code")).unwrap();
    write_code(folder.path(), "exports.handler = async () => ({ Name: 'Ann' });\n");
    std::fs::write(folder.path().join("m.yaml"), manifest).unwrap();
    World::at(folder, "m.yaml", settings).await
}

pub(crate) fn write_code(folder: &Path, text: &str) {
    std::fs::write(folder.join("code/index.js"), text).unwrap();
}

/// The same world after the manifest was edited.
pub(crate) fn edited(world: World, manifest: &str) -> World {
    std::fs::write(world.folder.path().join("m.yaml"), manifest).unwrap();
    World { manifests: load(&world.folder.path().join("m.yaml")), ..world }
}

/// Plans and applies; each run keeps its backups in a folder of its own.
pub(crate) async fn applied(world: &World, run: &str) -> Plan {
    let session = world.session().await;
    let plan = world.plan().await;
    all_done(&carry_out(&session, &plan, &world.folder.path().join(run)).await);
    in_sync(world).await;
    plan
}

pub(crate) async fn in_sync(world: &World) {
    let plan = world.plan().await;
    assert!(plan.actions.is_empty() && plan.problems.is_empty() && plan.gaps.is_empty(), "{plan:#?}");
}

/// A plan's actions with their reasons.
pub(crate) fn lines(plan: &Plan) -> Vec<String> {
    plan.actions.iter().map(|action| format!("{}: {}", action.id.address, action.reason)).collect()
}

async fn snapshot(world: &World, session: &Session) -> Snapshot {
    aws::observe(session, world.manifest(), &reads(world.manifest())).await.unwrap()
}

#[tokio::test]
async fn a_function_is_made_with_its_role_and_alias_before_it_is_bound_and_then_all_is_in_sync() {
    let world = world(MANIFEST, Settings::default()).await;
    let plan = applied(&world, "first").await;
    insta::assert_snapshot!(lines(&plan).join("\n"), @r"
    role/greeter: no role `greeter-role` in account 111122223333
    function/greeter: no function `greeter-dev` in account 111122223333, eu-west-2
    association/support/greeter: greeter-dev is not associated with the instance; flow/main calls it
    grant/support/greeter: the policy of greeter-dev:live does not let the instance call it; flow/main calls it
    flow/main: block `Greet` differs from the manifest
    ");
    let after = |kind: &str| {
        let action = plan.actions.iter().find(|action| action.id.address.kind.word() == kind).unwrap();
        action.after.iter().map(|id| id.address.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(after("function"), ["role/greeter"]);
    assert_eq!(after("grant"), ["function/greeter"]);
    assert_eq!(after("association"), ["function/greeter", "grant/support/greeter"]);
    assert_eq!(after("flow"), ["function/greeter", "association/support/greeter", "grant/support/greeter"]);

    let live =
        world.lambda(LONDON).get_function().function_name(NAME).qualifier("live").send().await.unwrap();
    let (live, tags) = (live.configuration().unwrap(), live.tags().unwrap());
    assert_eq!(live.version(), Some("1"));
    assert_eq!(
        (live.timeout(), live.memory_size(), live.description()),
        (Some(7), Some(256), Some("greets"))
    );
    assert_eq!(tags.get("flowbind/set").map(String::as_str), Some("made/greeter"));
    assert!(tags.contains_key("flowbind/applied"));
}

#[tokio::test]
async fn a_second_apply_makes_no_write_and_reads_nothing_twice() {
    let world = world(MANIFEST, Settings::default()).await;
    applied(&world, "first").await;
    world.emulator.reset();
    let session = world.session().await;
    let plan = reconcile::plan(&session, world.manifest(), Reach::Declared).await.unwrap();
    let report = carry_out(&session, &plan, &world.folder.path().join("second")).await;
    assert!(report.outcomes.is_empty() && report.backups.is_empty());
    let calls: Vec<String> = world.calls().into_iter().map(|(name, n)| format!("{name} {n}")).collect();
    insta::assert_snapshot!(calls.join("\n"), @r"
    connect:DescribeContactFlow 2
    connect:DescribeInstance 1
    connect:ListContactFlows 1
    connect:ListInstances 1
    connect:ListLambdaFunctions 1
    iam:GetRole 1
    iam:GetRolePolicy 1
    iam:ListAttachedRolePolicies 1
    iam:ListRolePolicies 1
    lambda:GetAlias 1
    lambda:GetFunction 1
    lambda:GetPolicy 1
    sts:GetCallerIdentity 1
    ");
    assert_eq!(session.calls(), Reach::Declared.of_plan(world.manifest()).forecast(world.manifest()).calls);
}

#[tokio::test]
async fn no_value_of_the_environment_shows_anywhere() {
    let world = world(MANIFEST, Settings::default()).await;
    let own = world.folder.path().join("own");
    let mut shown = String::new();
    let mut show = |plan: &Plan, snapshot: &Snapshot| {
        let json =
            serde_json::to_string(&PlanDocument::new(std::slice::from_ref(plan), &snapshot.calls)).unwrap();
        shown.push_str(&format!(
            "{plan:?}{snapshot:?}{}{json}",
            plan_text(&flowbind::report::PlanView::of(plan), false, &flowbind::report::Layout::default())
        ));
    };
    let session = world.session().await;
    let fresh = snapshot(&world, &session).await;
    let first = plan::plan(world.manifest(), &fresh);
    show(&first, &fresh);
    let report = carry_out(&session, &first, &own).await;
    let mut said = apply_text(&first, &report, false, &flowbind::report::Layout::default());

    // The value changes in the manifest: both the old and the new one are at hand.
    let world = edited(world, &MANIFEST.replace(CANARY, "canary-7f3a9c-new"));
    let seen = snapshot(&world, &session).await;
    let second = plan::plan(world.manifest(), &seen);
    assert_eq!(lines(&second), ["function/greeter: the manifest changed: environment.TOKEN"]);
    assert!(
        plan_text(&flowbind::report::PlanView::of(&second), false, &flowbind::report::Layout::default())
            .contains("environment.TOKEN: changed"),
        "{}",
        plan_text(&flowbind::report::PlanView::of(&second), false, &flowbind::report::Layout::default())
    );
    show(&second, &seen);
    let report = carry_out(&session, &second, &world.folder.path().join("second")).await;
    all_done(&report);
    said.push_str(&apply_text(&second, &report, false, &flowbind::report::Layout::default()));
    let kept = std::fs::read_to_string(&report.backups[0]).unwrap();
    assert!(kept.contains("TOKEN") && kept.contains("nodejs22.x"), "{kept}");
    assert!(shown.contains("TOKEN"), "the names are shown");
    for text in [&shown, &said, &kept, &format!("{:?}", world.manifest())] {
        assert!(!text.contains("canary"), "{text}");
    }
}

#[tokio::test]
async fn an_edit_of_the_manifest_publishes_a_new_version() {
    let world = world(MANIFEST, Settings::default()).await;
    applied(&world, "first").await;
    write_code(world.folder.path(), "exports.handler = async () => ({ Name: 'Eve' });\n");
    let world = edited(world, &MANIFEST.replace("memory: 256", "memory: 512"));
    let plan = applied(&world, "second").await;
    assert_eq!(lines(&plan), ["function/greeter: the manifest changed: memory, code"]);
    let text = plan_text(&flowbind::report::PlanView::of(&plan), false, &flowbind::report::Layout::default());
    assert!(text.contains("publish.live: ") && text.contains("version 1"), "{text}");
    let alias = world.lambda(LONDON).get_alias().function_name(NAME).name("live").send().await.unwrap();
    assert_eq!(alias.function_version(), Some("2"));
}

#[tokio::test]
async fn a_protected_function_is_updated_only_by_name() {
    let world = world(MANIFEST, Settings::default()).await;
    applied(&world, "first").await;
    let protected = MANIFEST
        .replace("memory: 256", "memory: 512")
        .replace("name: greeter-dev", "name: greeter-dev\n      protect: true");
    let world = edited(world, &protected);
    let session = world.session().await;
    let plan = world.plan().await;
    let report = carry_out(&session, &plan, &world.folder.path().join("second")).await;
    assert!(matches!(&report.outcomes[0].1, Outcome::Refused { .. }), "{report:?}");
    let allowed: BTreeSet<_> = [plan.actions[0].id.address.clone()].into();
    let backups = Backups::new(&world.folder.path().join("third"), "run");
    let report = reconcile::apply(&session, &plan, &allowed, &backups, &Silent).await.unwrap();
    all_done(&report);
    in_sync(&world).await;
}

#[tokio::test]
async fn a_plan_carried_out_twice_or_by_two_at_once_ends_in_the_same_state() {
    let world = world(MANIFEST, Settings::default()).await;
    let (one, two) = (world.session().await, world.session().await);
    let plan = world.plan().await;
    let (folder_one, folder_two) = (world.folder.path().join("one"), world.folder.path().join("two"));
    let (first, second) =
        tokio::join!(carry_out(&one, &plan, &folder_one), carry_out(&two, &plan, &folder_two));
    let third = carry_out(&one, &plan, &world.folder.path().join("three")).await;
    for (id, outcome) in first.outcomes.iter().chain(&second.outcomes).chain(&third.outcomes) {
        assert!(matches!(outcome, Outcome::Applied | Outcome::AlreadySo), "{}: {outcome:?}", id.address);
    }
    in_sync(&world).await;
    let versions = world.lambda(LONDON).list_versions_by_function().function_name(NAME).send().await.unwrap();
    assert_eq!(versions.versions().len(), 2, "$LATEST and one version");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_binary_shows_no_value_of_the_environment_however_verbose_it_is() {
    let world = world(MANIFEST, Settings::default()).await;
    let folder = world.folder.path();
    let mut shown = String::new();
    for arguments in [
        ["plan", "m.yaml", "-vv", "--output", "json"].as_slice(),
        ["apply", "m.yaml", "-vv", "--auto-approve"].as_slice(),
        ["plan", "m.yaml", "-vv", "--detailed-exitcode"].as_slice(),
    ] {
        let output =
            crate::world::flowbind_at(folder, &world.emulator.url()).args(arguments).output().unwrap();
        assert_eq!(crate::world::code(&output), 0, "{}", crate::world::stderr(&output));
        shown.push_str(&format!("{}{}", crate::world::stdout(&output), crate::world::stderr(&output)));
    }
    assert!(shown.contains("function/greeter") && !shown.contains("canary"), "{shown}");
}
