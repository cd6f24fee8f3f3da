//! Who is who among functions and roles: a name finds them, tags tell whose they are, and a run that was cut off is
//! finished without a word.

use std::collections::{BTreeMap, BTreeSet};

use flowbind::backup::Backups;
use flowbind::drift::{DriftKind, Scope};
use flowbind::emulator::Settings;
use flowbind::plan::{Outcome, Plan, Reach, Step};
use flowbind::reconcile;

use crate::apply::{Silent, all_done, carry_out};
use crate::functions::{LONDON, MANIFEST, NAME, applied, edited, in_sync, world};
use crate::roles_orphaned::{quick, restarted};
use crate::world::{World, code, flowbind_at, stderr};

/// The function and its role alone.
fn declared() -> String {
    MANIFEST.split("  flows:").next().unwrap().to_owned()
}

/// The same without an environment, whose digest takes its time.
fn plain() -> String {
    declared().lines().filter(|line| !line.contains("environment:")).map(|line| format!("{line}\n")).collect()
}

fn steps(plan: &Plan) -> Vec<String> {
    plan.actions.iter().map(|action| format!("{} {:?}", action.id.address, action.id.step)).collect()
}

async fn function_tags(world: &World, name: &str) -> BTreeMap<String, String> {
    let get = world.lambda(LONDON).get_function().function_name(name).send().await.unwrap();
    get.tags.unwrap_or_default().into_iter().collect()
}

async fn role_tags(world: &World, name: &str) -> BTreeMap<String, String> {
    let tags = world.iam(LONDON).list_role_tags().role_name(name).send().await.unwrap();
    tags.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}

async fn tag_function(world: &World, name: &str, tags: &[(&str, &str)]) {
    let arn = format!("arn:aws:lambda:eu-west-2:111122223333:function:{name}");
    let mut tag = world.lambda(LONDON).tag_resource().resource(arn);
    for (key, value) in tags {
        tag = tag.tags(*key, *value);
    }
    tag.send().await.unwrap();
}

async fn untag_function(world: &World, name: &str, keys: &[&str]) {
    let arn = format!("arn:aws:lambda:eu-west-2:111122223333:function:{name}");
    let mut untag = world.lambda(LONDON).untag_resource().resource(arn);
    for key in keys {
        untag = untag.tag_keys(*key);
    }
    untag.send().await.unwrap();
}

#[tokio::test]
async fn another_logical_name_is_the_same_function_and_role_and_edits_go_on() {
    let made = world(&declared(), Settings::default()).await;
    applied(&made, "first").await;
    let renamed = declared().replace("    greeter:\n", "    welcome:\n");
    let world = edited(made, &renamed);
    let plan = world.plan().await;
    assert_eq!(steps(&plan), ["role/welcome Tag", "function/welcome Tag"]);
    assert_eq!(plan.actions[1].reason, "this set created function `greeter-dev` as `greeter`");
    applied(&world, "second").await;
    assert_eq!(function_tags(&world, NAME).await["flowbind/set"], "made/welcome");
    assert_eq!(role_tags(&world, "greeter-role").await["flowbind/set"], "made/welcome");
    let world = edited(world, &renamed.replace("memory: 256", "memory: 512"));
    let plan = applied(&world, "third").await;
    assert_eq!(plan.actions[0].reason, "the manifest changed: memory");
}

#[tokio::test]
async fn another_logical_name_and_an_edit_at_once_are_one_write() {
    let made = world(&declared(), Settings::default()).await;
    applied(&made, "first").await;
    let renamed =
        declared().replace("    greeter:\n", "    welcome:\n").replace("memory: 256", "memory: 512");
    let world = edited(made, &renamed);
    let plan = applied(&world, "second").await;
    assert_eq!(steps(&plan), ["role/welcome Tag", "function/welcome Write"]);
    assert_eq!(function_tags(&world, NAME).await["flowbind/set"], "made/welcome");
}

/// Two functions; `one` and `two` are their names on AWS.
fn pair(one: &str, two: &str) -> String {
    let head = MANIFEST.split("  functions:").next().unwrap();
    let function = |label: &str, name: &str, memory: u32| {
        format!(
            "    {label}:\n      name: {name}\n      source: {{ runtime: nodejs22.x, handler: index.handler, code: code, role: {{ name: {name}-role }}, memory: {memory}, publish: live }}\n"
        )
    };
    format!("{head}  functions:\n{}{}", function("one", one, 256), function("two", two, 512))
}

#[tokio::test]
async fn names_that_were_swapped_are_tagged_anew_and_none_is_orphaned() {
    let made = world(&pair("first", "second"), Settings::default()).await;
    applied(&made, "first").await;
    let world = edited(made, &pair("second", "first"));
    let session = world.session().await;
    let pruned = reconcile::plan(&session, world.manifest(), Reach::Orphaned).await.unwrap();
    assert_eq!(steps(&pruned), ["role/one Tag", "role/two Tag", "function/one Write", "function/two Write"]);
    all_done(&carry_out(&session, &pruned, &world.folder.path().join("second")).await);
    in_sync(&world).await;
    assert_eq!(function_tags(&world, "second").await["flowbind/set"], "made/one");
    assert_eq!(function_tags(&world, "first").await["flowbind/set"], "made/two");
    assert_eq!(role_tags(&world, "first-role").await["flowbind/set"], "made/two");
}

#[tokio::test]
async fn what_is_adopted_gets_a_mark_which_is_no_ownership() {
    let made = world(&declared(), Settings::default()).await;
    applied(&made, "first").await;
    untag_function(&made, NAME, &["flowbind/set"]).await;
    made.iam(LONDON).untag_role().role_name("greeter-role").tag_keys("flowbind/set").send().await.unwrap();
    let adopting = declared().replace("name: greeter-dev", "name: greeter-dev\n      adopt: true");
    let world = edited(made, &adopting);
    assert_eq!(steps(&world.plan().await), ["role/greeter Tag", "function/greeter Tag"]);
    applied(&world, "second").await;
    let tags = function_tags(&world, NAME).await;
    assert_eq!(tags["flowbind/adopted"], "made/greeter");
    assert!(!tags.contains_key("flowbind/set"));
    assert_eq!(role_tags(&world, "greeter-role").await["flowbind/adopted"], "made/greeter");

    // Its new name is another function, and that is said; the adopted one is nobody's to delete.
    let lambda = world.lambda(LONDON);
    let arn = format!("arn:aws:lambda:eu-west-2:111122223333:function:{NAME}");
    let connect = world.connect(LONDON);
    let instances = connect.list_instances().send().await.unwrap();
    let id = instances.instance_summary_list()[0].id().unwrap();
    let associate = connect.associate_lambda_function().instance_id(id).function_arn(&arn);
    associate.send().await.unwrap();
    let listed = adopting.replace(
        "instances: { support: { alias: acme } }",
        "instances: { support: { alias: acme, functions: [greeter] } }",
    );
    let world = edited(world, &listed.replace("greeter-dev", "greeter-prod"));
    let plan = world.plan().await;
    let told: Vec<&str> = plan
        .problems
        .iter()
        .filter(|problem| problem.code.as_str() == "function-renamed")
        .map(|problem| problem.message.as_str())
        .collect();
    assert_eq!(
        told,
        [
            "AWS cannot rename a function: `greeter-prod` is created as another function, and `greeter-dev`, which this set adopted, stays as it is"
        ]
    );
    assert!(plan.problems[0].origin.is_some());
    let session = world.session().await;
    let pruned = reconcile::plan(&session, world.manifest(), Reach::Orphaned).await.unwrap();
    assert!(pruned.actions.iter().all(|action| action.id.step != Step::Delete), "{:?}", steps(&pruned));
    assert!(pruned.problems.iter().any(|problem| problem.code.as_str() == "function-renamed"));
    assert!(lambda.get_function().function_name(NAME).send().await.is_ok());
}

#[tokio::test]
async fn a_digest_that_does_not_fit_what_agrees_is_written_anew_and_nobody_is_blamed() {
    let made = world(&declared(), Settings::default()).await;
    applied(&made, "first").await;
    let good = function_tags(&made, NAME).await["flowbind/applied"].clone();
    tag_function(&made, NAME, &[("flowbind/applied", "0123")]).await;
    let tag = aws_sdk_iam::types::Tag::builder().key("flowbind/applied").value("0123").build().unwrap();
    made.iam(LONDON).tag_role().role_name("greeter-role").tags(tag).send().await.unwrap();
    let plan = made.plan().await;
    assert_eq!(steps(&plan), ["role/greeter Tag", "function/greeter Tag"]);
    let session = made.session().await;
    let scope = Scope { manifests: &made.manifests, reach: Reach::Declared };
    let drift = reconcile::drift(&session, made.manifest(), scope).await.unwrap();
    assert!(drift.differences.iter().all(|found| found.kind != DriftKind::ChangedOutside), "{drift:#?}");
    applied(&made, "second").await;
    assert_eq!(function_tags(&made, NAME).await["flowbind/applied"], good);
}

/// Carries a plan out, and kills that right before or after a write is committed. Says whether the run got through.
async fn killed(world: World, (when, nth): (&str, usize), plan: &Plan) -> (World, bool) {
    let world = restarted(world, &[&format!("{when}:*:*:nth={nth}")]).await;
    let session = world.session().await;
    let folder = world.folder.path().join("killed");
    let done = tokio::select! {
        report = carry_out(&session, plan, &folder) => {
            all_done(&report);
            true
        }
        _ = world.emulator.frozen() => false,
    };
    (restarted(world, &[]).await, done)
}

/// Every write of a run, right before and right after it is committed, until the run gets through.
const MOMENTS: [&str; 2] = ["freeze-before", "freeze-after"];

#[tokio::test(flavor = "multi_thread")]
async fn wherever_the_creation_of_what_is_protected_is_killed_nobody_has_to_allow_its_end() {
    let protected = plain().replace("name: greeter-dev", "name: greeter-dev\n      protect: true");
    for when in MOMENTS {
        for nth in 1.. {
            let at = format!("{when} {nth}");
            let made = world(&protected, quick()).await;
            let plan = made.plan().await;
            let (world, done) = killed(made, (when, nth), &plan).await;
            if done {
                assert!(nth > 7, "{at}: every write of the creation was met");
                break;
            }
            let rest = world.plan().await;
            let blamed = rest.actions.iter().find(|action| action.reason.contains("outside"));
            assert!(blamed.is_none(), "{at}: {blamed:?}");
            applied(&world, "rest").await;
            for tags in [function_tags(&world, NAME).await, role_tags(&world, "greeter-role").await] {
                assert_eq!(
                    (tags["flowbind/set"].as_str(), tags["flowbind/applied"].len()),
                    ("made/greeter", 32),
                    "{at}"
                );
            }
            // Whole, it is guarded again.
            let changed = edited(world, &protected.replace("memory: 256", "memory: 512"));
            assert!(changed.plan().await.actions[0].guard.is_some(), "{at}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wherever_an_update_is_killed_the_digest_fits_after_the_next_run() {
    let changed =
        plain().replace("memory: 256", "memory: 512").replace("dynamodb:GetItem", "dynamodb:PutItem");
    for when in MOMENTS {
        for nth in 1.. {
            let at = format!("{when} {nth}");
            let made = world(&plain(), quick()).await;
            applied(&made, "first").await;
            let made = edited(made, &changed);
            let plan = made.plan().await;
            let (world, done) = killed(made, (when, nth), &plan).await;
            if done {
                assert!(nth > 5, "{at}: every write of the update was met");
                break;
            }
            applied_or_in_sync(&world, &at).await;
            // Now somebody edits: it is they who are blamed.
            let update = world.lambda(LONDON).update_function_configuration().function_name(NAME);
            update.memory_size(1024).send().await.unwrap();
            let plan = world.plan().await;
            assert_eq!(plan.actions[0].reason, "changed outside of flowbind: memory", "{at}");
        }
    }
}

async fn applied_or_in_sync(world: &World, at: &str) {
    let session = world.session().await;
    let plan = world.plan().await;
    let backups = Backups::new(&world.folder.path().join("rest"), "run");
    let report = reconcile::apply(&session, &plan, &BTreeSet::new(), &backups, &Silent).await.unwrap();
    for (id, outcome) in &report.outcomes {
        assert_eq!(*outcome, Outcome::Applied, "{at}: {}", id.address);
    }
    in_sync(world).await;
}

#[tokio::test]
async fn a_function_that_another_set_made_meanwhile_is_not_taken_over() {
    let made = world(&declared(), Settings::default()).await;
    let plan = made.plan().await;
    let other = edited(made, &declared().replace("metadata: { name: made }", "metadata: { name: other }"));
    let session = other.session().await;
    all_done(&carry_out(&session, &other.plan().await, &other.folder.path().join("other")).await);
    let before = function_tags(&other, NAME).await;
    let report = carry_out(&session, &plan, &other.folder.path().join("late")).await;
    let done = |outcome: &Outcome| matches!(outcome, Outcome::Applied | Outcome::AlreadySo);
    assert!(!report.outcomes.iter().any(|(_, outcome)| done(outcome)), "{report:?}");
    assert_eq!(function_tags(&other, NAME).await, before);
    assert_eq!(role_tags(&other, "greeter-role").await["flowbind/set"], "other/greeter");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_creation_is_finished_by_the_same_command() {
    let protected = declared().replace("name: greeter-dev", "name: greeter-dev\n      protect: true");
    let faults = ["deny:lambda:CreateAlias", "deny:iam:PutRolePolicy"];
    let made = restarted(world(&protected, quick()).await, &faults).await;
    let apply = |world: &World| {
        let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
        command.args(["apply", "m.yaml", "--auto-approve"]).output().unwrap()
    };
    assert_ne!(code(&apply(&made)), 0);
    let world = restarted(made, &faults[..1]).await;
    assert_ne!(code(&apply(&world)), 0);
    let world = restarted(world, &[]).await;
    let last = apply(&world);
    assert_eq!(code(&last), 0, "{}", stderr(&last));
    in_sync(&world).await;
}

/// Another set keeps what it has noted in a function and role that this set adopts too, and the plan says that both write.
#[tokio::test]
async fn what_another_set_made_is_adopted_with_a_warning_and_keeps_its_notes() {
    let made = world(&declared(), Settings::default()).await;
    applied(&made, "first").await;
    let theirs = [("flowbind/set", "other/x"), ("flowbind/applied", "digest")];
    tag_function(&made, NAME, &theirs).await;
    let tags =
        theirs.map(|(key, value)| aws_sdk_iam::types::Tag::builder().key(key).value(value).build().unwrap());
    made.iam(LONDON).tag_role().role_name("greeter-role").set_tags(Some(tags.into())).send().await.unwrap();
    let adopting = declared().replace("name: greeter-dev", "name: greeter-dev\n      adopt: true");
    let changed =
        adopting.replace("memory: 256", "memory: 512").replace("dynamodb:GetItem", "dynamodb:PutItem");
    let world = edited(made, &changed);
    let plan = world.plan().await;
    let warned: Vec<(&str, String)> = plan
        .problems
        .iter()
        .map(|problem| (problem.code.as_str(), problem.address.as_ref().unwrap().to_string()))
        .collect();
    let both = ["role/greeter", "function/greeter"];
    assert_eq!(warned, both.map(|address| ("adopted-from-another-set", address.to_owned())), "{plan:?}");
    crate::apply_calls::carried_out_as_forecast(&world, &plan).await;
    for tags in [function_tags(&world, NAME).await, role_tags(&world, "greeter-role").await] {
        assert_eq!((tags["flowbind/set"].as_str(), tags["flowbind/applied"].as_str()), ("other/x", "digest"));
        assert_eq!(tags["flowbind/adopted"], "made/greeter");
    }
    assert!(world.plan().await.actions.is_empty());
}
