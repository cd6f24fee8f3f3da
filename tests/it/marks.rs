//! Who made an association is recorded before it is made: whatever a run is interrupted by, the next one ends with the
//! statements of a run that was not, and `--prune` finds everything.

use flowbind::emulator::Settings;
use flowbind::plan::{Outcome, Plan};
use flowbind::resource::Kind;
use serde_json::Value;

use crate::apply::{all_done, carry_out};
use crate::budget::many;
use crate::removal::{MANIFEST, addresses, applied, prune, pruned, start, with_manifest};
use crate::world::{World, copy, shipped};

const LONDON: &str = "eu-west-2";
const CRM: &str = "arn:aws:lambda:eu-west-2:111122223333:function:crm";

/// The writes that bind a function to an instance.
const WRITES: [&str; 2] = ["connect:AssociateLambdaFunction", "lambda:AddPermission"];

/// Every association, and every Sid with the function that it lets call, as the embedded AWS holds them.
pub(crate) fn bindings(world: &World) -> Vec<String> {
    fn collect(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                if let (Some(sid), Some(on)) = (object.get("Sid"), object.get("Resource")) {
                    found.push(format!("{sid} on {on}"));
                }
                if let Some(Value::Array(associations)) = object.get("associations") {
                    found.extend(associations.iter().map(|one| format!("associated {}", one["arn"])));
                }
                object.values().for_each(|value| collect(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(&world.emulator.content(), &mut found);
    found.sort();
    found
}

/// What the set of a name has between instances and functions, and what the service wrote for it.
fn of_set(world: &World) -> Vec<String> {
    let all = bindings(world).into_iter();
    all.filter(|one| ["flowbind_", "connect-", "associated "].iter().any(|what| one.contains(what))).collect()
}

fn with_fault(fault: &str) -> Settings {
    Settings { faults: vec![fault.parse().unwrap()], ..Settings::default() }
}

async fn apply(world: &World, run: &str) -> flowbind::plan::ApplyReport {
    let (session, plan) = (world.session().await, world.plan().await);
    carry_out(&session, &plan, &world.folder.path().join(run)).await
}

/// Applies until the world stops, ends the run there, and goes on in a world without it.
async fn killed(world: World, run: impl Future<Output = ()>) -> World {
    tokio::select! {
        _ = world.emulator.frozen() => {}
        () = run => panic!("the run ended before the fault"),
    }
    let emulator = world.emulator.fork(Settings::default()).await.unwrap();
    World { emulator, ..world }
}

/// Kills a first apply at writes of a kind, and compares what the same apply makes of that.
pub(crate) async fn killed_at_each(start: impl AsyncFn(Settings) -> World, step: usize) {
    let undisturbed = start(Settings::default()).await;
    let report = apply(&undisturbed, "first").await;
    assert!(report.outcomes.iter().all(|(_, outcome)| outcome.is_done()), "{report:?}");
    let (wanted, calls) = (bindings(&undisturbed), undisturbed.calls());
    let mut kills = 0;
    for operation in WRITES {
        // A set may make no associations, or leave the statements to the service.
        let times = calls.get(operation).copied().unwrap_or_default();
        for (nth, when) in (1..=times).step_by(step).flat_map(|n| [(n, "before"), (n, "after")]) {
            let fault = format!("freeze-{when}:{operation}:nth={nth}");
            let world = start(with_fault(&fault)).await;
            let (session, plan) = (world.session().await, world.plan().await);
            let folder = world.folder.path().join("killed");
            let world = killed(world, async { drop(carry_out(&session, &plan, &folder).await) }).await;
            kills += 1;
            let report = apply(&world, "again").await;
            assert!(report.outcomes.iter().all(|(_, outcome)| outcome.is_done()), "{fault}: {report:?}");
            assert_eq!(bindings(&world), wanted, "{fault}");
            assert!(world.plan().await.actions.is_empty(), "{fault}");
        }
    }
    assert!(kills > 0, "nothing was bound: {calls:?}");
}

#[tokio::test]
async fn killed_at_any_binding_of_the_demo_the_next_run_ends_with_the_same_marks() {
    let demo = async |settings: Settings| {
        let folder = tempfile::tempdir().unwrap();
        copy(&shipped("demo"), &folder.path().join("demo"));
        World::in_folder_with(folder, "demo", settings).await
    };
    killed_at_each(demo, 1).await;
}

#[tokio::test]
async fn killed_at_a_binding_of_several_qualifiers_the_next_run_ends_with_the_same_marks() {
    let start = async |settings: Settings| two_qualifiers(settings).await;
    killed_at_each(start, 1).await;
}

#[tokio::test]
async fn after_a_kill_at_any_binding_and_a_second_run_prune_leaves_nothing_of_the_set() {
    let times = applied(Settings::default()).await.calls();
    for operation in WRITES {
        for (nth, when) in (1..=times[operation]).flat_map(|n| [(n, "before"), (n, "after")]) {
            let fault = format!("freeze-{when}:{operation}:nth={nth}");
            let world = start(with_fault(&fault)).await;
            let (session, plan) = (world.session().await, world.plan().await);
            let folder = world.folder.path().join("killed");
            let world = killed(world, async { drop(carry_out(&session, &plan, &folder).await) }).await;
            apply(&world, "again").await;
            nothing_is_left(world, &fault).await;
        }
    }
}

/// Without the second run: what the killed one left is found too.
#[tokio::test]
async fn after_a_kill_at_any_binding_prune_alone_leaves_nothing_of_the_set() {
    for fault in
        ["freeze-after:lambda:AddPermission:nth=2", "freeze-after:connect:AssociateLambdaFunction:nth=1"]
    {
        let world = start(with_fault(fault)).await;
        let (session, plan) = (world.session().await, world.plan().await);
        let folder = world.folder.path().join("killed");
        let world = killed(world, async { drop(carry_out(&session, &plan, &folder).await) }).await;
        assert!(of_set(&world).iter().any(|one| one.contains("flowbind_a_acme")), "{fault}");
        nothing_is_left(world, fault).await;
    }
}

/// The list shows an association late: the mark that speaks of it does not go without it.
#[tokio::test]
async fn prune_right_after_a_kill_ends_an_association_that_the_list_does_not_show_yet() {
    let fault = "freeze-after:connect:AssociateLambdaFunction:nth=1";
    let settings = Settings { consistency_delay: std::time::Duration::from_secs(4), ..with_fault(fault) };
    let world = start(settings).await;
    let (session, plan) = (world.session().await, world.plan().await);
    let folder = world.folder.path().join("killed");
    tokio::select! {
        _ = world.emulator.frozen() => {}
        report = carry_out(&session, &plan, &folder) => panic!("the run ended before the fault: {report:?}"),
    }
    world.emulator.thaw();
    assert!(of_set(&world).iter().any(|one| one.starts_with("associated ")), "{:?}", of_set(&world));
    let world = with_manifest(world, MANIFEST.split("  functions:").next().unwrap());
    let report = prune(&world).await;
    assert!(report.outcomes.iter().all(|(_, outcome)| outcome.is_done()), "{report:?}");
    assert_eq!(of_set(&world), [""; 0]);
}

/// Somebody ended the association; the mark goes, and what somebody associates meanwhile stays.
#[tokio::test]
async fn a_mark_stays_where_its_association_shows_after_the_plan_was_made() {
    let world = applied(Settings::default()).await;
    let (connect, id) = (world.connect(LONDON), crate::removal::instance(&world).await);
    let orders = crate::removal::arn("orders");
    let disassociate = connect.disassociate_lambda_function().instance_id(&id).function_arn(&orders);
    disassociate.send().await.unwrap();
    let world = with_manifest(world, &crate::removal::reduced());
    let plan = pruned(&world).await.forced();
    connect.associate_lambda_function().instance_id(&id).function_arn(&orders).send().await.unwrap();
    let report = crate::removal::carry_out_allowed(&world, &plan).await;
    let of =
        |address: &str| report.outcomes.iter().find(|(id, _)| id.address.to_string() == address).unwrap();
    let (_, Outcome::Moved { message }) = of("grant/support/orders") else { panic!("{report:?}") };
    assert!(message.contains("is associated with the instance now"), "{message}");
    assert!(of_set(&world).contains(&format!("associated \"{orders}\"")), "{:?}", of_set(&world));
    assert!(of_set(&world).iter().any(|one| one.contains("flowbind_a_acme") && one.contains("orders")));
}

async fn nothing_is_left(world: World, what: &str) {
    let world = with_manifest(world, MANIFEST.split("  functions:").next().unwrap());
    let report = prune(&world).await;
    assert!(report.outcomes.iter().all(|(_, outcome)| outcome.is_done()), "{what}: {report:?}");
    assert_eq!(of_set(&world), [""; 0], "{what}");
    assert!(pruned(&world).await.actions.is_empty(), "{what}");
}

#[tokio::test]
async fn an_answer_that_is_lost_costs_no_mark() {
    let undisturbed = applied(Settings::default()).await;
    let wanted = bindings(&undisturbed);
    for operation in WRITES {
        for kind in ["drop-before", "drop-after", "500", "deny"] {
            let fault = format!("{kind}:{operation}:nth=1");
            let world = start(with_fault(&fault)).await;
            let report = apply(&world, "first").await;
            if kind != "deny" {
                assert!(report.outcomes.iter().all(|(_, outcome)| outcome.is_done()), "{fault}: {report:?}");
            }
            apply(&world, "second").await;
            assert_eq!(bindings(&world), wanted, "{fault}");
        }
    }
}

/// One function that two flows call by two aliases.
async fn two_qualifiers(settings: Settings) -> World {
    World::with(TWO_QUALIFIERS, settings).await
}

const TWO_QUALIFIERS: &str = r#"
apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances: { support: { alias: acme, functions: [beta, live] } }
  functions:
    beta: { name: crm, qualifier: beta }
    live: { name: crm, qualifier: live }
  flows:
    one: { instance: support, name: One, type: contact-flow, bindings: { Call: { function: live, timeLimit: 8s } } }
    two: { instance: support, name: Two, type: contact-flow, bindings: { Call: { function: beta, timeLimit: 8s } } }
"#;

fn after(plan: &Plan, address: &str) -> Vec<String> {
    let action = plan.actions.iter().find(|action| action.id.address.to_string() == address).unwrap();
    let mut after: Vec<String> = action.after.iter().map(|id| id.address.to_string()).collect();
    after.sort();
    after
}

#[tokio::test]
async fn an_association_waits_for_all_its_marks_and_every_flow_for_both() {
    let world = two_qualifiers(Settings::default()).await;
    let plan = world.plan().await;
    assert_eq!(after(&plan, "association/support/beta"), ["grant/support/beta", "grant/support/live"]);
    assert_eq!(after(&plan, "flow/one"), ["association/support/beta", "grant/support/live"]);
    assert_eq!(after(&plan, "flow/two"), ["association/support/beta", "grant/support/beta"]);
    all_done(&apply(&world, "first").await);
    let marks = of_set(&world).into_iter().filter(|one| one.contains("flowbind_a_acme_"));
    assert_eq!(marks.count(), 2, "{:?}", of_set(&world));
}

#[tokio::test]
async fn a_statement_that_is_missing_beside_a_mark_comes_back_as_a_mark() {
    let world = two_qualifiers(Settings::default()).await;
    all_done(&apply(&world, "first").await);
    let wanted = bindings(&world);
    let sid = wanted.iter().find(|one| one.contains("flowbind_a_") && one.contains("crm:live")).unwrap();
    let sid = sid.split('"').nth(1).unwrap();
    let remove = world.lambda(LONDON).remove_permission().function_name("crm").qualifier("live");
    remove.statement_id(sid).send().await.unwrap();
    all_done(&apply(&world, "second").await);
    assert_eq!(bindings(&world), wanted);
}

/// Somebody else's association, and the set's statement beside it, which makes no claim.
async fn granted_only() -> (World, String) {
    let world = World::new(&many(1).replace("fn-00", "crm")).await;
    let connect = world.connect(LONDON);
    let list = connect.list_instances().send().await.unwrap();
    let id = list.instance_summary_list()[0].id().unwrap().to_owned();
    connect.associate_lambda_function().instance_id(&id).function_arn(CRM).send().await.unwrap();
    all_done(&apply(&world, "first").await);
    assert!(of_set(&world).iter().any(|one| one.contains("flowbind_g_many_")), "{:?}", of_set(&world));
    (world, id)
}

#[tokio::test]
async fn a_statement_without_the_mark_is_replaced_before_the_set_associates() {
    let (world, id) = granted_only().await;
    let disassociate = world.connect(LONDON).disassociate_lambda_function().instance_id(id);
    disassociate.function_arn(CRM).send().await.unwrap();
    let plan = world.plan().await;
    assert_eq!(addresses(&plan), ["association/support/f00", "grant/support/f00"]);
    assert_eq!(after(&plan, "association/support/f00"), ["grant/support/f00"]);
    all_done(&apply(&world, "second").await);
    let own: Vec<String> = of_set(&world).into_iter().filter(|one| one.contains("flowbind_")).collect();
    assert!(matches!(own.as_slice(), [one] if one.contains("flowbind_a_many_")), "{own:?}");
    assert!(world.plan().await.actions.is_empty());
}

#[tokio::test]
async fn killed_while_an_edited_mark_is_replaced_the_mark_stays() {
    let edit = async |world: &World| {
        all_done(&apply(world, "first").await);
        let sid = of_set(world).into_iter().find(|one| one.contains("flowbind_a_many_")).unwrap();
        let sid = sid.split('"').nth(1).unwrap().to_owned();
        let lambda = world.lambda(LONDON);
        lambda.remove_permission().function_name("crm").statement_id(&sid).send().await.unwrap();
        let add = lambda.add_permission().function_name("crm").statement_id(&sid);
        add.action("lambda:InvokeFunction").principal("connect.amazonaws.com").send().await.unwrap();
    };
    let text = many(1).replace("fn-00", "crm");
    let world = World::new(&text).await;
    all_done(&apply(&world, "undisturbed").await);
    let wanted = bindings(&world);
    for (nth, when) in (1..=4).flat_map(|n| [(n, "before"), (n, "after")]) {
        let world = World::new(&text).await;
        edit(&world).await;
        let fault = format!("freeze-{when}:*:*:nth={nth}");
        let emulator = world.emulator.fork(with_fault(&fault)).await.unwrap();
        let world = World { emulator, ..world };
        let (session, plan) = (world.session().await, world.plan().await);
        assert_eq!(addresses(&plan), ["grant/support/f00"]);
        let folder = world.folder.path().join("killed");
        let world = killed(world, async { drop(carry_out(&session, &plan, &folder).await) }).await;
        let marked = of_set(&world).iter().any(|one| one.contains("flowbind_a_many_"));
        assert!(marked, "{fault}: {:?}", of_set(&world));
        apply(&world, "again").await;
        assert_eq!(bindings(&world), wanted, "{fault}");
        assert!(world.plan().await.actions.is_empty(), "{fault}");
    }
}

#[tokio::test]
async fn an_association_that_nothing_will_mark_is_told_once() {
    let text = many(1).replace("{ name: fn-00 }", "{ name: crm, grants: any }");
    let world = World::new(&text).await;
    let list = world.connect(LONDON).list_instances().send().await.unwrap();
    let arn = list.instance_summary_list()[0].arn().unwrap().to_owned();
    let add = world.lambda(LONDON).add_permission().function_name("crm").statement_id("by-hand");
    let add = add.action("lambda:InvokeFunction").principal("connect.amazonaws.com");
    add.source_arn(arn).source_account("111122223333").send().await.unwrap();
    let plan = world.plan().await;
    let told: Vec<&str> = plan.problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(told, ["association-unmarked"], "{:?}", plan.problems);
    assert!(!addresses(&plan).iter().any(|address| address.starts_with("grant/")));
    all_done(&apply(&world, "first").await);
    let plan = world.plan().await;
    assert!(plan.actions.is_empty() && plan.problems.is_empty(), "{:?}", plan.problems);
}

#[tokio::test]
async fn a_quota_that_stops_an_association_leaves_a_mark_that_harms_nothing() {
    let quotas = [("lambda-functions-per-instance=1").parse().unwrap()].into_iter().collect();
    let world = World::with(&many(2), Settings { quotas, ..Settings::default() }).await;
    let report = apply(&world, "first").await;
    let failed = report.outcomes.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Failed { .. }));
    assert_eq!(failed.count(), 1, "{report:?}");
    let plan = world.plan().await;
    let left: Vec<Kind> = plan.actions.iter().map(|action| action.id.address.kind).collect();
    assert_eq!(left, [Kind::Association, Kind::Flow], "{:?}", addresses(&plan));
    assert!(
        plan.actions[0].reason.contains("marks the association as this set's"),
        "{}",
        plan.actions[0].reason
    );
}

#[tokio::test]
async fn a_permission_that_fails_for_ever_ends_as_unknown_after_a_few_calls() {
    let world = World::with(&many(7), with_fault("500:lambda:AddPermission")).await;
    let report = apply(&world, "first").await;
    let unknown = report.outcomes.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Unknown { .. }));
    assert_eq!(unknown.count(), 7, "{report:?}");
    let said = format!("{report:?}");
    assert!(!said.contains("was written") && said.contains("does not show it"), "{said}");
    let calls = world.calls();
    assert!(calls["lambda:AddPermission"] <= 7 * 12, "{calls:?}");
    // One look of the plan and one after each try.
    assert!(calls["lambda:GetPolicy"] <= 7 * 4, "{calls:?}");
    assert!(!calls.contains_key("connect:AssociateLambdaFunction"), "{calls:?}");
}
