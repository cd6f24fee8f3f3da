//! A role is found by its own tag, whatever became of the function that it was made for; and nothing of anybody else is
//! touched, however often a run is cut off.

use std::collections::BTreeSet;

use flowbind::backup::Backups;
use flowbind::drift::{DriftKind, Scope};
use flowbind::emulator::{Settings, Timings};
use flowbind::plan::{ApplyReport, Outcome, Plan, Reach};
use flowbind::reconcile;
use flowbind::resource::Address;

use crate::apply::{Silent, carry_out};
use crate::functions::{LONDON, MANIFEST, NAME, applied, edited, in_sync, world};
use crate::removal::pruned;
use crate::world::World;

const ROLE: &str = "greeter-role";
/// Lambda assumes it.
const TRUST: &str = crate::permissions::TRUST;

/// The function and its role alone.
fn declared() -> String {
    MANIFEST.split("  flows:").next().unwrap().to_owned()
}

/// Nothing but the instance.
fn emptied() -> String {
    MANIFEST.split("  functions:").next().unwrap().to_owned()
}

/// Without waiting for what AWS takes its time with.
pub(crate) fn quick() -> Settings {
    let moment = std::time::Duration::from_millis(1);
    let timings = Timings {
        function_pending: moment,
        function_update: moment,
        role_propagation: moment,
        instance_creation: moment,
    };
    Settings { timings, ..Settings::default() }
}

async fn prune(world: &World, plan: Plan) -> ApplyReport {
    let session = world.session().await;
    let backups = Backups::new(&world.folder.path().join("own"), "prune");
    reconcile::apply(&session, &plan.forced(), &BTreeSet::<Address>::new(), &backups, &Silent).await.unwrap()
}

fn lines(plan: &Plan) -> Vec<String> {
    let line = |action: &flowbind::plan::Action| {
        let after: Vec<String> =
            action.after.iter().map(|id| format!("{} {:?}", id.address, id.step)).collect();
        format!("{} {:?} after [{}]", action.id.address, action.id.step, after.join(", "))
    };
    plan.actions.iter().map(line).collect()
}

fn problems(plan: &Plan) -> Vec<String> {
    plan.problems.iter().map(|problem| format!("{}: {}", problem.code, problem.message)).collect()
}

/// Roles of others: one that any function may have, one of another set, one whose set's name begins alike.
async fn add_foreign_roles(world: &World) {
    for (name, owner) in
        [("plain", None), ("another", Some("other/greeter")), ("alike", Some("made-too/greeter"))]
    {
        let create = world.iam(LONDON).create_role().role_name(name).assume_role_policy_document(TRUST);
        let tag = |value: &str| {
            aws_sdk_iam::types::Tag::builder().key("flowbind/set").value(value).build().unwrap()
        };
        create.set_tags(owner.map(|owner| vec![tag(owner)])).send().await.unwrap();
        let attach = world.iam(LONDON).attach_role_policy().role_name(name);
        let arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
        attach.policy_arn(arn).send().await.unwrap();
    }
}

/// Everything of the account's roles, those of the set left out.
async fn foreign_roles(world: &World) -> Vec<String> {
    let iam = world.iam(LONDON);
    let mut all = Vec::new();
    for role in iam.list_roles().send().await.unwrap().roles() {
        let name = role.role_name();
        if name.starts_with(ROLE) {
            continue;
        }
        let tags = iam.list_role_tags().role_name(name).send().await.unwrap();
        let attached = iam.list_attached_role_policies().role_name(name).send().await.unwrap();
        all.push(format!("{role:?} {:?} {:?}", tags.tags(), attached.attached_policies()));
    }
    all
}

async fn has_role(world: &World, name: &str) -> bool {
    world.iam(LONDON).get_role().role_name(name).send().await.is_ok()
}

/// The same AWS and folder with other faults.
pub(crate) async fn restarted(world: World, faults: &[&str]) -> World {
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    let emulator = world.emulator.fork(Settings { faults, ..quick() }).await.unwrap();
    World { emulator, ..world }
}

#[tokio::test]
async fn a_role_whose_function_is_gone_already_is_found_and_removed() {
    let made = world(&declared(), Settings::default()).await;
    add_foreign_roles(&made).await;
    let before = foreign_roles(&made).await;
    applied(&made, "first").await;
    made.lambda(LONDON).delete_function().function_name(NAME).send().await.unwrap();
    let world = edited(made, &emptied());
    let plan = pruned(&world).await;
    assert_eq!(lines(&plan), ["role/greeter Delete after []"]);
    assert_eq!(plan.actions[0].reason, "orphaned: this set created `greeter-role` and no longer declares it");
    crate::apply::all_done(&prune(&world, plan).await);
    assert!(!has_role(&world, ROLE).await);
    assert_eq!(foreign_roles(&world).await, before);
    let again = pruned(&world).await;
    assert!(again.actions.is_empty() && again.problems.is_empty() && again.gaps.is_empty(), "{again:#?}");
}

/// Between the look and the deletion somebody gives the role to a function of theirs.
#[tokio::test]
async fn a_role_that_a_function_came_to_use_after_the_look_stays() {
    let made = world(&declared(), quick()).await;
    applied(&made, "first").await;
    let world = edited(made, &emptied());
    let plan = pruned(&world).await;
    let role = world.iam(LONDON).get_role().role_name(ROLE).send().await.unwrap().role.unwrap();
    let code =
        aws_sdk_lambda::types::FunctionCode::builder().zip_file(aws_sdk_lambda::primitives::Blob::new(b"PK"));
    let lambda = world.lambda(LONDON);
    let theirs = lambda.create_function().function_name("theirs").role(role.arn).handler("index.handler");
    let theirs = theirs.runtime(aws_sdk_lambda::types::Runtime::Nodejs22x).code(code.build());
    theirs.send().await.unwrap();
    let report = prune(&world, plan).await;
    let role = report.outcomes.iter().find(|(id, _)| id.address.to_string() == "role/greeter").unwrap();
    let Outcome::Moved { message } = &role.1 else { panic!("{role:?}") };
    assert!(message.contains("function `theirs` uses it now"), "{message}");
    assert!(has_role(&world, ROLE).await);
    assert!(lambda.get_function().function_name("theirs").send().await.unwrap().configuration.is_some());
}

/// Roles have no Region: one whose function is in a Region that the manifest no longer names goes only when somebody has
/// allowed it.
#[tokio::test]
async fn a_role_for_a_region_that_left_the_manifest_stays() {
    let far = declared().replace("name: greeter-dev\n", "name: greeter-dev\n      region: us-west-2\n");
    assert_ne!(far, declared());
    let made = world(&far, Settings::default()).await;
    applied(&made, "first").await;
    let world = edited(made, &emptied());
    let plan = pruned(&world).await;
    assert_eq!(lines(&plan), ["role/greeter Delete after []"]);
    let guard = plan.actions[0].guard.as_ref().unwrap();
    assert!(guard.message.contains("us-west-2, which the manifest no longer names"), "{guard:?}");
    let report = prune(&world, plan).await;
    assert!(matches!(report.outcomes[0].1, Outcome::Refused { .. }), "{:?}", report.outcomes);
    assert!(has_role(&world, ROLE).await);
}

#[tokio::test]
async fn a_role_that_was_made_before_its_function_is_found_and_drift_reports_it() {
    let faults = vec!["deny:lambda:CreateFunction".parse().unwrap()];
    let made = world(&declared(), Settings { faults, ..Settings::default() }).await;
    let session = made.session().await;
    let plan = made.plan().await;
    let report = carry_out(&session, &plan, &made.folder.path().join("first")).await;
    assert!(report.outcomes.iter().any(|(_, outcome)| matches!(outcome, Outcome::Failed { .. })));
    let world = edited(made, &emptied());
    let scope = Scope { manifests: &world.manifests, reach: Reach::Everything { prune: false } };
    let drift = reconcile::drift(&session, world.manifest(), scope).await.unwrap();
    let found: Vec<(DriftKind, String)> =
        drift.differences.iter().map(|found| (found.kind, found.address.to_string())).collect();
    assert_eq!(found, [(DriftKind::LeftOver, "role/greeter".to_owned())]);
    let plan = pruned(&world).await;
    crate::apply::all_done(&prune(&world, plan).await);
    assert!(!has_role(&world, ROLE).await);
}

#[tokio::test]
async fn a_role_that_got_another_name_goes_after_its_function_has_the_new_one() {
    let made = world(&declared(), Settings::default()).await;
    applied(&made, "first").await;
    let world = edited(made, &declared().replace("name: greeter-role", "name: greeter-role-2"));
    let plan = pruned(&world).await;
    assert_eq!(
        lines(&plan),
        [
            "role/greeter Write after []",
            "role/greeter-role Delete after [function/greeter Write]",
            "function/greeter Write after [role/greeter Write]",
        ]
    );
    crate::apply::all_done(&prune(&world, plan).await);
    assert!(!has_role(&world, ROLE).await && has_role(&world, "greeter-role-2").await);
    in_sync(&world).await;
    assert!(pruned(&world).await.actions.is_empty());
}

#[tokio::test]
async fn a_function_that_got_another_name_leaves_one_that_is_found() {
    let made = world(&declared(), Settings::default()).await;
    applied(&made, "first").await;
    let world = edited(made, &declared().replace("greeter-dev", "greeter-prod"));
    let plan = pruned(&world).await;
    assert_eq!(lines(&plan), ["function/greeter Write after []", "function/greeter-dev Delete after []"]);
    let scope = Scope { manifests: &world.manifests, reach: Reach::Everything { prune: false } };
    let session = world.session().await;
    let drift = reconcile::drift(&session, world.manifest(), scope).await.unwrap();
    let found: Vec<String> = drift
        .differences
        .iter()
        .filter(|found| found.kind == DriftKind::LeftOver)
        .map(|found| found.address.to_string())
        .collect();
    assert_eq!(found, ["function/greeter-dev"]);
    crate::apply::all_done(&prune(&world, plan).await);
    assert!(world.lambda(LONDON).get_function().function_name(NAME).send().await.is_err());
    assert!(has_role(&world, ROLE).await, "the new function has it");
    in_sync(&world).await;
    let again = pruned(&world).await;
    assert!(again.actions.is_empty() && again.problems.is_empty(), "{again:#?}");
}

#[tokio::test]
async fn a_role_that_a_function_of_the_set_still_uses_stays() {
    let made = world(&declared(), Settings::default()).await;
    applied(&made, "first").await;
    // The function is only referred to from now on, and keeps the role.
    let referred = "  functions: { greeter: { name: greeter-dev, qualifier: live } }\n";
    let world = edited(made, &format!("{}{referred}", emptied()));
    let plan = pruned(&world).await;
    assert!(plan.actions.is_empty(), "{:?}", lines(&plan));
    assert_eq!(
        problems(&plan),
        ["still-referred: role `greeter-role` is orphaned, but function `greeter-dev` still uses it"]
    );
}

#[tokio::test]
async fn roles_that_cannot_be_listed_could_not_be_read() {
    for operation in ["iam:ListRoles", "iam:ListRoleTags", "lambda:ListFunctions"] {
        let made = world(&declared(), quick()).await;
        add_foreign_roles(&made).await;
        applied(&made, "first").await;
        let world = edited(made, &emptied());
        let world = restarted(world, &[&format!("deny:{operation}")]).await;
        let plan = pruned(&world).await;
        let role = lines(&plan).into_iter().find(|line| line.starts_with("role/"));
        assert_eq!(role, None, "{operation}");
        assert!(!plan.gaps.is_empty(), "{operation}");
        for gap in &plan.gaps {
            let hint = gap.hint.as_deref().unwrap_or_default();
            assert!(gap.denied && gap.operation.to_string() == operation, "{gap:?}");
            assert!(hint.contains(&format!("the caller needs {operation}")), "{hint}");
        }
        assert!(reconcile::may_begin(&plan).is_err(), "{operation}");
        let session = world.session().await;
        let scope = Scope { manifests: &world.manifests, reach: Reach::Everything { prune: false } };
        let drift = reconcile::drift(&session, world.manifest(), scope).await;
        assert_eq!(drift.unwrap().verdict(), flowbind::drift::Verdict::Incomplete, "{operation}");
    }
}

/// Carries a plan out in an AWS that dies at a call, then lets it live again. Says whether the run got through.
async fn cut_off(world: World, call: usize, plan: Plan) -> (World, bool) {
    let world = restarted(world, &[&format!("drop-before:*:*:from={call}")]).await;
    let session = world.session().await;
    let backups = Backups::new(&world.folder.path().join(format!("own-{call}")), "cut-off");
    let report =
        reconcile::apply(&session, &plan.forced(), &BTreeSet::new(), &backups, &Silent).await.unwrap();
    let done = report.outcomes.iter().all(|(_, outcome)| *outcome == Outcome::Applied);
    (restarted(world, &[]).await, done)
}

#[tokio::test(flavor = "multi_thread")]
async fn wherever_a_removal_is_cut_off_the_next_one_finishes_it() {
    for call in 1.. {
        let made = world(&declared(), quick()).await;
        add_foreign_roles(&made).await;
        let before = foreign_roles(&made).await;
        applied(&made, "first").await;
        let emptied = edited(made, &emptied());
        let plan = pruned(&emptied).await;
        let (world, done) = cut_off(emptied, call, plan).await;
        let rest = pruned(&world).await;
        assert!(rest.problems.is_empty() && rest.gaps.is_empty(), "cut off at {call}: {rest:#?}");
        for (id, outcome) in prune(&world, rest).await.outcomes {
            assert!(
                matches!(outcome, Outcome::Applied | Outcome::AlreadySo),
                "cut off at {call}: {}: {outcome:?}",
                id.address
            );
        }
        assert!(world.lambda(LONDON).get_function().function_name(NAME).send().await.is_err(), "{call}");
        assert!(!has_role(&world, ROLE).await, "cut off at {call}");
        assert_eq!(foreign_roles(&world).await, before, "cut off at {call}");
        if done {
            assert!(call > 10, "every call of the removal was cut off once: {call}");
            return;
        }
    }
}
