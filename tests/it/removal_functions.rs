//! Functions that the set made go with their roles, after all that calls them; the whole platform can be emptied.

use std::collections::BTreeSet;

use aws_sdk_connect::types::ContactFlowType;
use flowbind::backup::Backups;
use flowbind::emulator::Settings;
use flowbind::manifest::Manifest;
use flowbind::plan::{Outcome, Plan, Reach};
use flowbind::reconcile;
use flowbind::resource::Address;

use crate::apply::{Silent, all_done, carry_out};
use crate::functions::{CANARY, LONDON, MANIFEST, NAME, applied, edited, world};
use crate::world::{World, copy, load, shipped};

async fn pruned(world: &World, manifest: &Manifest) -> Plan {
    let session = world.session().await;
    reconcile::plan(&session, manifest, Reach::Orphaned).await.unwrap()
}

async fn prune(world: &World, manifest: &Manifest) -> Vec<(String, Outcome)> {
    let session = world.session().await;
    let plan = pruned(world, manifest).await.forced();
    let guards = plan.actions.iter().filter_map(|action| action.guard.as_ref());
    let allowed: BTreeSet<Address> = guards.map(|guard| guard.allow.clone()).collect();
    let backups = Backups::new(&world.folder.path().join("own"), manifest.set.as_str());
    let report = reconcile::apply(&session, &plan, &allowed, &backups, &Silent).await.unwrap();
    report.outcomes.into_iter().map(|(id, outcome)| (id.address.to_string(), outcome)).collect()
}

fn lines(plan: &Plan) -> Vec<String> {
    let line = |action: &flowbind::plan::Action| {
        let after: Vec<String> = action.after.iter().map(|id| id.address.to_string()).collect();
        let guard = action.guard.as_ref().map(|guard| format!(" ({})", guard.code)).unwrap_or_default();
        format!("{} after [{}]{guard}", action.id.address, after.join(", "))
    };
    plan.actions.iter().map(line).collect()
}

fn problems(plan: &Plan) -> Vec<String> {
    plan.problems.iter().map(|problem| format!("{}: {}", problem.code, problem.message)).collect()
}

/// Without the function; the flow is somebody else's and only its block was bound.
pub(crate) fn without() -> String {
    let (head, _) = MANIFEST.split_once("  functions:").unwrap();
    head.to_owned()
}

/// Takes the call out of the flow that is not the set's.
pub(crate) async fn take_the_call_out(world: &World) {
    empty_flow(world, crate::world::ACCOUNT, "Main").await;
}

async fn empty_flow(world: &World, account: &str, name: &str) {
    let connect = aws_sdk_connect::Client::new(&world.config_of(account, LONDON));
    let instances = connect.list_instances().send().await.unwrap();
    let instance = instances.instance_summary_list()[0].id().unwrap();
    let flows = connect.list_contact_flows().instance_id(instance).send().await.unwrap();
    let flow = flows.contact_flow_summary_list().iter().find(|flow| flow.name() == Some(name)).unwrap();
    let id = flow.id().unwrap();
    let content = r#"{"Version":"2019-10-30","StartAction":"end","Actions":[{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}"#;
    let update = connect.update_contact_flow_content().instance_id(instance).contact_flow_id(id);
    update.content(content).send().await.unwrap();
}

#[tokio::test]
async fn removing_a_function_takes_the_calls_that_are_forecast() {
    let made = world(MANIFEST, Settings::default()).await;
    applied(&made, "first").await;
    let world = edited(made, &without());
    take_the_call_out(&world).await;
    let plan = pruned(&world, world.manifest()).await.forced();
    let forecast = flowbind::plan::apply_calls(&plan);
    let deletions =
        forecast.iter().filter(|((_, operation), _)| operation.to_string() == "lambda:DeleteFunction");
    assert_eq!(deletions.map(|(_, times)| times).sum::<u32>(), 1, "{forecast:?}");
    crate::apply_calls::carried_out_as_forecast(&world, &plan).await;
}

#[tokio::test]
async fn a_function_goes_with_its_role_once_nothing_calls_it() {
    let made = world(MANIFEST, Settings::default()).await;
    applied(&made, "first").await;
    let world = edited(made, &without());
    let plan = pruned(&world, world.manifest()).await;
    assert!(plan.actions.is_empty(), "{:?}", lines(&plan));
    assert!(
        problems(&plan).iter().any(|p| p.contains("flow `Main` on instance/support still refers to it")),
        "{:?}",
        problems(&plan)
    );

    take_the_call_out(&world).await;
    let plan = pruned(&world, world.manifest()).await;
    assert_eq!(
        lines(&plan),
        [
            "role/greeter after [function/greeter]",
            "function/greeter after [association/support/greeter, grant/support/greeter]",
            "association/support/greeter after []",
            "grant/support/greeter after [association/support/greeter]",
        ]
    );
    assert!(!format!("{plan:?}").contains(CANARY));
    for (address, outcome) in prune(&world, world.manifest()).await {
        assert_eq!(outcome, Outcome::Applied, "{address}");
    }
    assert!(world.lambda(LONDON).get_function().function_name(NAME).send().await.is_err());
    assert!(world.iam(LONDON).get_role().role_name("greeter-role").send().await.is_err());
    let kept =
        std::fs::read_to_string(world.folder.path().join("own/backup/made/function-greeter.json")).unwrap();
    assert!(kept.contains("\"TABLE\"") && !kept.contains(CANARY), "{kept}");
    let again = pruned(&world, world.manifest()).await;
    assert!(again.actions.is_empty() && again.problems.is_empty(), "{again:#?}");
}

#[tokio::test]
async fn a_function_that_others_may_use_needs_a_word_and_a_role_that_others_have_stays() {
    let made = world(MANIFEST, Settings::default()).await;
    applied(&made, "first").await;
    let lambda = made.lambda(LONDON);
    let add = lambda.add_permission().function_name(NAME).statement_id("theirs");
    add.action("lambda:InvokeFunction").principal("lex.amazonaws.com").send().await.unwrap();
    let role = lambda.get_function().function_name(NAME).send().await.unwrap();
    let role = role.configuration.unwrap().role.unwrap();
    let code = aws_sdk_lambda::types::FunctionCode::builder()
        .zip_file(aws_sdk_lambda::primitives::Blob::new(EMPTY_ZIP));
    let create = lambda.create_function().function_name("theirs").role(role).code(code.build());
    create.runtime("nodejs22.x".into()).handler("index.handler").send().await.unwrap();
    let world = edited(made, &without());
    take_the_call_out(&world).await;
    let plan = pruned(&world, world.manifest()).await;
    assert!(
        lines(&plan).iter().any(|line| line.ends_with("(function-used-by-others)")),
        "{:?}",
        lines(&plan)
    );
    assert_eq!(
        problems(&plan),
        ["still-referred: role `greeter-role` is orphaned, but function `theirs` still uses it"]
    );
    let session = world.session().await;
    let backups = Backups::new(&world.folder.path().join("own"), "refused");
    let report =
        reconcile::apply(&session, &plan.forced(), &BTreeSet::new(), &backups, &Silent).await.unwrap();
    let function =
        report.outcomes.iter().find(|(id, _)| id.address.to_string() == "function/greeter").unwrap();
    assert!(matches!(function.1, Outcome::Refused { .. }), "{:?}", function.1);
    assert!(world.lambda(LONDON).get_function().function_name(NAME).send().await.is_ok());
}

/// The end of an empty zip file, which is all that it is.
const EMPTY_ZIP: [u8; 22] = [0x50, 0x4b, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

#[tokio::test]
async fn whichever_deletion_of_a_function_loses_its_answer_a_second_run_mends_it() {
    for operation in
        ["lambda:DeleteFunction", "iam:DetachRolePolicy", "iam:DeleteRolePolicy", "iam:DeleteRole"]
    {
        for fault in ["drop-after", "drop-before", "500", "throttle"] {
            let spec = format!("{fault}:{operation}:nth=1");
            let faults = vec![spec.parse().unwrap()];
            let made = world(MANIFEST, Settings { faults, ..Settings::default() }).await;
            applied(&made, "first").await;
            let world = edited(made, &without());
            take_the_call_out(&world).await;
            for (address, outcome) in prune(&world, world.manifest()).await {
                assert!(
                    matches!(outcome, Outcome::Applied | Outcome::AlreadySo),
                    "{spec}: {address}: {outcome:?}"
                );
            }
            assert!(world.iam(LONDON).get_role().role_name("greeter-role").send().await.is_err(), "{spec}");
        }
    }
}

/// All that can be seen of an account and Region.
async fn state(world: &World, account: &str, region: &str) -> Vec<String> {
    let config = world.config_of(account, region);
    let (connect, lambda) = (aws_sdk_connect::Client::new(&config), aws_sdk_lambda::Client::new(&config));
    let mut all = Vec::new();
    for instance in connect.list_instances().send().await.unwrap().instance_summary_list() {
        let id = instance.id().unwrap();
        let flows = connect.list_contact_flows().instance_id(id).send().await.unwrap();
        for flow in flows.contact_flow_summary_list() {
            let describe =
                connect.describe_contact_flow().instance_id(id).contact_flow_id(flow.id().unwrap());
            let content = describe.send().await.unwrap().contact_flow.unwrap().content;
            all.push(format!("{flow:?} {content:?}"));
        }
        let modules = connect.list_contact_flow_modules().instance_id(id).send().await.unwrap();
        all.push(format!("{id} {:?}", modules.contact_flow_modules_summary_list()));
        let list = connect.list_lambda_functions().instance_id(id).send().await.unwrap();
        all.push(format!("{id} {:?}", list.lambda_functions()));
    }
    for function in lambda.list_functions().send().await.unwrap().functions() {
        let name = function.function_name().unwrap();
        let aliases = lambda.list_aliases().function_name(name).send().await.unwrap();
        let qualifiers = aliases.aliases().iter().map(|alias| alias.name.clone()).chain([None]);
        for qualifier in qualifiers {
            let get = lambda.get_policy().function_name(name).set_qualifier(qualifier.clone()).send().await;
            all.push(format!("{name} {qualifier:?} {:?}", get.ok().and_then(|answer| answer.policy)));
        }
    }
    let roles = aws_sdk_iam::Client::new(&config).list_roles().send().await.unwrap();
    all.extend(roles.roles().iter().map(|role| format!("role {}", role.role_name())));
    all
}

const PLACES: [(&str, &str); 8] = [
    ("111122223333", "eu-west-2"),
    ("111122223333", "eu-central-1"),
    ("444455556666", "eu-west-2"),
    ("444455556666", "eu-central-1"),
    ("777788889999", "eu-west-2"),
    ("777788889999", "eu-central-1"),
    ("222233334444", "eu-west-2"),
    ("222233334444", "eu-central-1"),
];

async fn everything(world: &World) -> Vec<String> {
    let mut all = Vec::new();
    for (account, region) in PLACES {
        all.extend(
            state(world, account, region).await.into_iter().map(|line| format!("{account} {region} {line}")),
        );
    }
    all
}

async fn add_foreign(world: &World) {
    // Somebody else's flow, and a statement beside those that the sets will write.
    let connect = world.connect(LONDON);
    let instances = connect.list_instances().send().await.unwrap();
    let create =
        connect.create_contact_flow().instance_id(instances.instance_summary_list()[0].id().unwrap());
    let content = r#"{"Version":"2019-10-30","StartAction":"end","Actions":[{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}"#;
    create.name("Theirs").r#type(ContactFlowType::ContactFlow).content(content).send().await.unwrap();
    let add = world.lambda_of("222233334444", LONDON).add_permission().function_name("fraud-score");
    let add = add.set_qualifier(
        world.manifests[0]
            .functions
            .values()
            .find(|f| f.target.name == "fraud-score")
            .unwrap()
            .target
            .qualifier
            .clone(),
    );
    add.statement_id("theirs")
        .action("lambda:InvokeFunction")
        .principal("lex.amazonaws.com")
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn the_platform_is_removed_again_and_everything_else_is_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    copy(&shipped("platform"), &folder.path().join("platform"));
    let world = World::at(folder, "platform", Settings::default()).await;
    add_foreign(&world).await;
    let before = everything(&world).await;

    for manifest in &world.manifests {
        let session = world.session().await;
        let plan = reconcile::plan(&session, manifest, Reach::Declared).await.unwrap();
        all_done(&carry_out(&session, &plan, &world.folder.path().join(manifest.set.as_str())).await);
        assert!(
            pruned(&world, manifest).await.actions.is_empty(),
            "nothing is left over of what is declared"
        );
    }
    assert!(everything(&world).await.len() > before.len() + 100);

    let path = world.folder.path().join("platform/flowbind.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.split("\n  functions:\n").next().unwrap()).unwrap();
    let emptied = load(&path);
    assert_eq!(emptied.len(), 3);
    for (manifest, account) in emptied.iter().zip(["111122223333", "444455556666", "777788889999"]) {
        assert!(prune(&world, manifest).await.len() > 40);
        // This flow is somebody else's, and the set only bound two of its blocks: what they call stays.
        let held = problems(&pruned(&world, manifest).await);
        assert_eq!(held.len(), 3, "{held:?}");
        assert!(
            held.iter().all(|problem| problem.contains("flow `Staff desk` on instance/london still")),
            "{held:?}"
        );
        empty_flow(&world, account, "Staff desk").await;
        let rest = prune(&world, manifest).await;
        assert!(rest.len() > 4, "{rest:?}");
        for (address, outcome) in rest {
            assert_eq!(outcome, Outcome::Applied, "{}: {address}", manifest.set);
        }
        let again = pruned(&world, manifest).await;
        assert!(again.actions.is_empty() && again.problems.is_empty(), "{again:#?}");
    }
    let theirs = |line: &String| !line.contains("Staff desk");
    let after: Vec<String> = everything(&world).await.into_iter().filter(theirs).collect();
    assert_eq!(after, before.into_iter().filter(theirs).collect::<Vec<_>>());
}
