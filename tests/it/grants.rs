//! Which statements let instances call a function, and how large its policy becomes: one function on many instances.

use std::fmt::Write;

use flowbind::aws;
use flowbind::emulator::Settings;
use flowbind::plan::{NotBegun, Plan, Reach, check_policy_sizes, may_begin, reads};
use flowbind::reconcile;
use flowbind::resource::Address;
use serde_json::Value;

use crate::apply::{Silent, all_done, carry_out};
use crate::world::{ACCOUNT, World, code, flowbind, is_read, load, stderr, stdout};

const LONDON: &str = "eu-west-2";
const LIMIT: usize = 20_480;

/// One function that so many instances list, with more keys for the function.
pub(crate) fn on_many(instances: usize, keys: &str) -> String {
    of_set("many", "i", instances, keys)
}

pub(crate) fn of_set(set: &str, instance: &str, instances: usize, keys: &str) -> String {
    let mut text = format!(
        "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: {{ name: {set} }}\nspec:\n  \
         accounts: {{ main: {{ id: \"{ACCOUNT}\" }} }}\n  defaults: {{ account: main, region: {LONDON} }}\n  \
         functions:\n    crm: {{ name: crm{keys} }}\n  instances:\n"
    );
    for n in 0..instances {
        writeln!(text, "    {instance}{n:02}: {{ alias: acme-{instance}-{n:02}, functions: [crm] }}")
            .unwrap();
    }
    text
}

pub(crate) async fn apply(world: &World, run: &str) -> flowbind::plan::ApplyReport {
    let (session, plan) = (world.session().await, world.plan().await);
    carry_out(&session, &plan, &world.folder.path().join(run)).await
}

/// The statements of the function's policy, and its length.
pub(crate) async fn policy(world: &World, qualifier: Option<&str>) -> (Vec<Value>, usize) {
    let call = world.lambda(LONDON).get_policy().function_name("crm");
    let text = call.set_qualifier(qualifier.map(str::to_owned)).send().await;
    let text = text.ok().and_then(|answer| answer.policy).unwrap_or_default();
    let document: Value = serde_json::from_str(&text).unwrap_or_default();
    (document["Statement"].as_array().cloned().unwrap_or_default(), text.len())
}

/// The Sids of the function's policy that begin with a text.
pub(crate) async fn sids(world: &World, qualifier: Option<&str>, prefix: &str) -> Vec<String> {
    let sids =
        policy(world, qualifier).await.0.into_iter().map(|one| one["Sid"].as_str().unwrap().to_owned());
    sids.filter(|sid| sid.starts_with(prefix)).collect()
}

fn too_large(plan: &Plan) -> Vec<&flowbind::resource::Problem> {
    plan.problems.iter().filter(|problem| problem.code.as_str() == "policy-too-large").collect()
}

pub(crate) fn writes(world: &World) -> u64 {
    world.calls().into_iter().filter(|(name, _)| !is_read(name)).map(|(_, count)| count).sum()
}

/// The ids of the manifest's instances, in the order of their names.
pub(crate) async fn instances(world: &World) -> Vec<String> {
    let (session, manifest) = (world.session().await, world.manifest());
    let observed = aws::observe(&session, manifest, &reads(manifest)).await.unwrap();
    observed.instances.values().map(|seen| seen.found().unwrap().arn.id.clone()).collect()
}

fn crm() -> String {
    format!("arn:aws:lambda:{LONDON}:{ACCOUNT}:function:crm")
}

/// Lists the function at the first of the instances by hand.
async fn associate(world: &World, count: usize) {
    for id in instances(world).await.into_iter().take(count) {
        let call = world.connect(LONDON).associate_lambda_function();
        call.instance_id(id).function_arn(crm()).send().await.unwrap();
    }
}

/// Takes the function out of every list by hand.
async fn disassociate(world: &World) {
    for id in instances(world).await {
        let call = world.connect(LONDON).disassociate_lambda_function();
        call.instance_id(id).function_arn(crm()).send().await.unwrap();
    }
}

/// A statement of somebody else's.
async fn foreign(world: &World) {
    let call = world.lambda(LONDON).add_permission().function_name("crm").statement_id("theirs");
    let call = call.action("lambda:InvokeFunction").principal("s3.amazonaws.com");
    call.source_arn("arn:aws:s3:::bucket").send().await.unwrap();
}

/// The largest number of instances whose plan has no error is carried out whole, and with one more nothing is.
async fn the_forecast_is_exact(
    (keys, qualifier): (&str, Option<&str>),
    mut instances: usize,
    prepared: impl AsyncFn(&World),
) {
    let most = instances;
    let world = loop {
        let world = World::new(&on_many(instances, keys)).await;
        prepared(&world).await;
        let plan = world.plan().await;
        if too_large(&plan).is_empty() {
            break world;
        }
        assert_eq!(may_begin(&plan), Err(NotBegun::Errors));
        instances -= 1;
    };
    assert!(instances < most, "{keys}: {instances} fit");
    all_done(&apply(&world, "first").await);
    let bytes = policy(&world, qualifier).await.1;
    // The next instance would have added one or two statements.
    assert!((LIMIT - 900..=LIMIT).contains(&bytes), "{keys}: {bytes} bytes for {instances}");
    assert!(world.plan().await.actions.is_empty());
}

#[tokio::test]
async fn the_largest_plan_without_an_error_is_carried_out_and_one_instance_more_is_refused() {
    the_forecast_is_exact(("", None), 29, async |_| {}).await;
}

#[tokio::test]
async fn what_is_in_the_policy_counts_once() {
    let prepared = async |world: &World| {
        foreign(world).await;
        associate(world, 9).await;
    };
    the_forecast_is_exact(("", None), 29, prepared).await;
}

#[tokio::test]
async fn the_service_fills_the_policy_of_the_unqualified_function_though_flows_call_an_alias() {
    the_forecast_is_exact((", qualifier: live", None), 54, async |_| {}).await;
    the_forecast_is_exact((", qualifier: live, associate: none", Some("live")), 54, async |_| {}).await;
}

#[tokio::test]
async fn one_function_on_forty_instances_fails_before_the_first_write_and_says_what_to_do() {
    let world = World::new(&on_many(40, "")).await;
    let plan = world.plan().await;
    let problems = too_large(&plan);
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!(problem.address.as_ref().map(ToString::to_string).as_deref(), Some("function/crm"));
    for words in ["Lambda allows 20480", "this run adds 40 statements", "Amazon Connect adds 40 statements"] {
        assert!(problem.message.contains(words), "{}", problem.message);
    }
    let hint = problem.hint.as_deref().unwrap_or_default();
    assert!(hint.contains("`grants: exact`") && hint.contains("`grants: account`"), "{hint}");
    world.emulator.reset();
    let (session, own) = (world.session().await, world.folder.path().join("own"));
    let backups = flowbind::backup::Backups::new(&own, "run");
    let refused = reconcile::apply(&session, &plan, &[].into(), &backups, &Silent).await;
    assert_eq!((refused.err(), writes(&world)), (Some(NotBegun::Errors), 0));
    // A part of it that fits may go on.
    let only = ["grant/i00/crm", "association/i01/crm"].map(|text| Address::parse(text).unwrap()).into();
    let mut part = [plan.only(world.manifest(), &only)];
    check_policy_sizes(&mut part);
    all_done(&carry_out(&session, &part[0], &own).await);
    assert_eq!(writes(&world), 3);
}

#[test]
fn the_command_line_refuses_it_too() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.yaml"), on_many(40, "")).unwrap();
    let run = |args: &[&str]| flowbind(folder.path()).args(args).output().unwrap();
    let output = run(&["apply", "m.yaml", "--sandbox", "--auto-approve"]);
    let said = stdout(&output) + &stderr(&output);
    assert_eq!(code(&output), 1, "{said}");
    assert!(said.contains("Lambda allows 20480") && said.contains("grants: exact"), "{said}");
    let only = ["--only", "grant/i00/crm", "--only", "association/i01/crm"];
    let output = run(&[&["apply", "m.yaml", "--sandbox", "--auto-approve"], &only[..]].concat());
    assert_eq!(code(&output), 0, "{}", stdout(&output) + &stderr(&output));
}

#[tokio::test]
async fn two_sets_that_fit_alone_and_not_together_are_refused_together() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("sets")).unwrap();
    for (set, instance) in [("one", "a"), ("two", "b")] {
        let path = folder.path().join(format!("sets/{set}.yaml"));
        std::fs::write(path, of_set(set, instance, 15, "")).unwrap();
    }
    let world = World::in_folder(folder, "sets").await;
    let session = world.session().await;
    let mut plans = Vec::new();
    for manifest in load(&world.folder.path().join("sets")) {
        let plan = reconcile::plan(&session, &manifest, Reach::Declared).await.unwrap();
        assert!(too_large(&plan).is_empty(), "{:?}", plan.problems);
        plans.push(plan);
    }
    check_policy_sizes(&mut plans);
    // What both would make too large is one error.
    assert_eq!(plans.iter().map(|plan| too_large(plan).len()).collect::<Vec<_>>(), [1, 0]);
    let args = ["plan", "sets", "--sandbox"];
    let output = flowbind(world.folder.path()).args(args).output().unwrap();
    let said = stdout(&output) + &stderr(&output);
    assert_eq!(said.matches("Lambda allows 20480").count(), 1, "{said}");
}

/// A statement that its own write replaces makes room before the next one is written.
#[tokio::test]
async fn statements_that_are_replaced_one_after_the_other_do_not_count_twice() {
    let world = World::new(&on_many(22, "")).await;
    associate(&world, 22).await;
    all_done(&apply(&world, "first").await);
    assert_eq!(sids(&world, None, "flowbind_g_").await.len(), 22);
    disassociate(&world).await;
    let plan = world.plan().await;
    assert_eq!((plan.actions.len(), too_large(&plan).len()), (44, 0), "{:?}", plan.problems);
    all_done(&apply(&world, "second").await);
    assert_eq!(sids(&world, None, "flowbind_a_").await.len(), 22);
}

/// The embedded AWS refuses whichever statement is too much, the service's too.
#[tokio::test]
async fn the_embedded_aws_counts_the_statement_that_associate_writes() {
    let quotas = ["policy-bytes=900".parse().unwrap()].into_iter().collect();
    let world = World::with(&on_many(3, ""), Settings { quotas, ..Settings::default() }).await;
    associate(&world, 2).await;
    let last = instances(&world).await.pop().unwrap();
    let call = world.connect(LONDON).associate_lambda_function().instance_id(&last).function_arn(crm());
    let refused = format!("{:?}", call.send().await.unwrap_err());
    assert!(refused.contains("bigger than the limit (900)"), "{refused}");
    assert_eq!(policy(&world, None).await.0.len(), 2);
    let listed = world.connect(LONDON).list_lambda_functions().instance_id(&last).send().await.unwrap();
    assert!(listed.lambda_functions().is_empty(), "{listed:?}");
}
