//! What each `grants:` writes, leaves and takes away, and that a run that is killed changes nothing of it.

use flowbind::drift::Scope;
use flowbind::emulator::Settings;
use flowbind::plan::{Outcome, Plan, Reach, Step};
use flowbind::reconcile;
use flowbind::resource::{Address, FunctionRef, InstanceArn, Judgement, Kind, Problem, ResourcePolicy};
use serde_json::Value;

use crate::apply::{all_done, carry_out};
use crate::grants::{apply, instances, of_set, on_many, policy, sids, writes};
use crate::marks::killed_at_each;
use crate::removal::{addresses, carry_out_allowed, flow, prune, pruned, with_manifest};
use crate::world::{ACCOUNT, World, code, flowbind, stdout};

const LONDON: &str = "eu-west-2";

fn told<'p>(plan: &'p Plan, code: &str) -> Vec<&'p Problem> {
    plan.problems.iter().filter(|problem| problem.code.as_str() == code).collect()
}

async fn remove_statement(world: &World, sid: &str) {
    let call = world.lambda(LONDON).remove_permission().function_name("crm").statement_id(sid);
    call.send().await.unwrap();
}

/// Whether every declared instance may call the function.
async fn all_may_call(world: &World) -> bool {
    let (statements, _) = policy(world, None).await;
    let text = serde_json::json!({ "Statement": statements }).to_string();
    let policy = ResourcePolicy::parse(&text, None).unwrap();
    let place = world.manifest().instances.values().next().unwrap().place.clone();
    let function = FunctionRef { place: place.clone(), name: "crm".to_owned(), qualifier: None };
    let ids = instances(world).await;
    let judged = ids.into_iter().map(|id| policy.judge(&function, &InstanceArn { place: place.clone(), id }));
    judged.into_iter().all(|judgement| matches!(judgement, Judgement::Allowed(_)))
}

async fn drifted(world: &World) -> Vec<String> {
    drifted_in(world, Reach::Everything { prune: false }).await
}

async fn drifted_in(world: &World, reach: Reach) -> Vec<String> {
    let scope = Scope { manifests: &world.manifests, reach };
    let session = world.session().await;
    let drift = reconcile::drift(&session, world.manifest(), scope).await.unwrap();
    let findings = drift.findings.iter().map(|finding| format!("{finding:?}"));
    drift.differences.iter().map(|difference| difference.message.clone()).chain(findings).collect()
}

#[tokio::test]
async fn exact_is_content_with_the_statement_that_amazon_connect_writes() {
    let world = World::new(&on_many(40, ", grants: exact")).await;
    let plan = world.plan().await;
    assert!(!plan.has_errors(), "{:?}", plan.problems);
    let notes = told(&plan, "association-unmarked");
    let [note] = notes.as_slice() else { panic!("{notes:?}") };
    assert!(note.message.contains("40 associations"), "{}", note.message);
    let report = apply(&world, "first").await;
    for (id, outcome) in &report.outcomes {
        let wanted = if id.address.kind == Kind::Grant { Outcome::AlreadySo } else { Outcome::Applied };
        assert_eq!(*outcome, wanted, "{}", id.address);
    }
    assert_eq!(sids(&world, None, "connect-").await.len(), 40);
    assert!(sids(&world, None, "flowbind_").await.is_empty());
    assert!(!world.calls().contains_key("lambda:AddPermission"));
    let plan = world.plan().await;
    assert!(plan.actions.is_empty() && plan.problems.is_empty(), "{:?}", plan.problems);
    assert_eq!(drifted(&world).await, Vec::<String>::new());
}

#[tokio::test]
async fn exact_writes_one_when_the_service_has_none_or_what_it_has_vanishes_or_is_wider() {
    let world = World::new(&on_many(2, ", grants: exact")).await;
    apply(&world, "first").await;
    let gone = sids(&world, None, "connect-").await.remove(0);
    let (statements, _) = policy(&world, None).await;
    let source = &statements.iter().find(|one| one["Sid"] == gone.as_str()).unwrap()["Condition"]["ArnLike"];
    let source = source["AWS:SourceArn"].as_str().unwrap().to_owned();
    remove_statement(&world, &gone).await;
    // One without the account, and one for more instances, are not exact.
    for (sid, source) in
        [("open", source.as_str()), ("wide", "arn:aws:connect:eu-west-2:111122223333:instance/*")]
    {
        let call = world.lambda(LONDON).add_permission().function_name("crm").statement_id(sid);
        let call = call.action("lambda:InvokeFunction").principal("connect.amazonaws.com");
        call.source_arn(source).send().await.unwrap();
    }
    let plan = world.plan().await;
    assert_eq!(plan.actions.len(), 1, "{:?}", addresses(&plan));
    all_done(&apply(&world, "second").await);
    assert_eq!(sids(&world, None, "flowbind_g_").await.len(), 1);
    assert!(world.plan().await.actions.is_empty());
    // Somebody else's exact one is as good.
    let own = sids(&world, None, "flowbind_g_").await.remove(0);
    let call = world.lambda(LONDON).add_permission().function_name("crm").statement_id("by-hand");
    let call = call.action("lambda:InvokeFunction").principal("connect.amazonaws.com");
    call.source_arn(source).source_account(ACCOUNT).send().await.unwrap();
    remove_statement(&world, &own).await;
    assert!(world.plan().await.actions.is_empty());
}

/// Which policy the association of a qualified ARN writes is not documented: the right one is written either way.
#[tokio::test]
async fn exact_is_right_whichever_policy_the_association_writes() {
    for (answer, own) in [("qualified-writes-unqualified", 2), ("qualified-writes-qualified", 0)] {
        let assumptions = [format!("U3={answer}").parse().unwrap()].into_iter().collect();
        let text = on_many(2, ", qualifier: live, associate: exact, grants: exact");
        let world = World::with(&text, Settings { assumptions, ..Settings::default() }).await;
        let report = apply(&world, "first").await;
        assert!(report.outcomes.iter().all(|(_, outcome)| outcome.is_done()), "{report:?}");
        assert_eq!(sids(&world, Some("live"), "flowbind_g_").await.len(), own, "{answer}");
        assert!(world.plan().await.actions.is_empty(), "{answer}");
    }
    // The service writes nothing on the alias that is called: the set's own statement marks the association.
    let world = World::new(&on_many(2, ", qualifier: live, grants: exact")).await;
    all_done(&apply(&world, "first").await);
    assert_eq!(sids(&world, Some("live"), "flowbind_a_").await.len(), 2);
}

#[tokio::test]
async fn from_own_to_exact_and_back_nothing_is_lost_and_nothing_is_left_to_do() {
    let world = World::new(&on_many(3, "")).await;
    all_done(&apply(&world, "own").await);
    let marks = sids(&world, None, "flowbind_a_").await;
    let world = with_manifest(world, &on_many(3, ", grants: exact"));
    let plan = pruned(&world).await;
    assert!(plan.actions.is_empty(), "{:?}", addresses(&plan));
    assert_eq!(drifted(&world).await, Vec::<String>::new());
    // What they mark is still the set's: it goes with its last user.
    assert_eq!(sids(&world, None, "flowbind_a_").await, marks);
    let none = on_many(3, ", grants: exact").replace(", functions: [crm]", "");
    let world = with_manifest(world, &none);
    all_done(&prune(&world).await);
    assert!(policy(&world, None).await.0.is_empty());
    // The other way round statements are added, and the associations stay nobody's.
    let world = with_manifest(world, &on_many(3, ", grants: exact"));
    apply(&world, "exact").await;
    let world = with_manifest(world, &on_many(3, ""));
    all_done(&apply(&world, "own again").await);
    assert_eq!(sids(&world, None, "flowbind_g_").await.len(), 3);
    assert!(pruned(&world).await.actions.is_empty());
}

#[tokio::test]
async fn account_writes_one_statement_for_all_instances() {
    let world = World::new(&on_many(40, ", grants: account")).await;
    let plan = world.plan().await;
    let grants = plan.actions.iter().filter(|action| action.id.address.kind == Kind::Grant);
    assert_eq!((grants.count(), told(&plan, "association-unmarked").len(), plan.has_errors()), (1, 1, false));
    all_done(&apply(&world, "first").await);
    let own: Vec<Value> = policy(&world, None).await.0;
    let own: Vec<&Value> =
        own.iter().filter(|one| one["Sid"].as_str().unwrap().starts_with("flowbind_")).collect();
    let [own] = own.as_slice() else { panic!("{own:?}") };
    let every = format!("arn:aws:connect:{LONDON}:{ACCOUNT}:instance/*");
    assert_eq!(own["Condition"]["ArnLike"]["AWS:SourceArn"], every.as_str());
    assert_eq!(own["Condition"]["StringEquals"]["AWS:SourceAccount"], ACCOUNT);
    let plan = pruned(&world).await;
    assert!(plan.actions.is_empty() && plan.problems.is_empty(), "{:?}", plan.problems);
    assert_eq!(drifted(&world).await, Vec::<String>::new());
    let none = on_many(40, ", grants: account").replace(", functions: [crm]", "");
    let world = with_manifest(world, &none);
    assert!(drifted(&world).await.iter().any(|line| line.contains("nothing declared needs")));
    all_done(&prune(&world).await);
    assert!(sids(&world, None, "flowbind_").await.is_empty());
    // Nothing says who made the associations: they stay.
    assert_eq!(sids(&world, None, "connect-").await.len(), 40);
    assert!(pruned(&world).await.actions.is_empty());
}

#[tokio::test]
async fn account_without_associations_has_room_for_any_number_of_instances() {
    let world = World::new(&on_many(90, ", grants: account, associate: none")).await;
    all_done(&apply(&world, "first").await);
    assert_eq!((writes(&world), policy(&world, None).await.0.len()), (1, 1));
    assert!(all_may_call(&world).await);
    let world = World::new(&on_many(60, ", grants: account")).await;
    let plan = world.plan().await;
    let notes = told(&plan, "policy-too-large");
    let [note] = notes.as_slice() else { panic!("{notes:?}") };
    assert!(note.hint.as_deref().is_some_and(|hint| hint.contains("`associate: none`")), "{note:?}");
}

/// Each way from one to another: the calls are allowed after every run, and the last plan of each is empty.
#[tokio::test]
async fn from_account_to_others_and_back_prune_takes_what_is_not_needed_any_more() {
    for other in ["own", "exact", "any"] {
        let text = |grants: &str| on_many(3, &format!(", grants: {grants}"));
        let world = World::new(&text(other)).await;
        apply(&world, "first").await;
        let mut world = with_manifest(world, &text("account"));
        for (grants, own) in [("account", 1), (other, if other == "own" { 3 } else { 0 })] {
            world = with_manifest(world, &text(grants));
            apply(&world, grants).await;
            assert!(world.plan().await.actions.is_empty() && all_may_call(&world).await, "{other} {grants}");
            let plan = pruned(&world).await.forced();
            carry_out_allowed(&world, &plan).await;
            assert!(all_may_call(&world).await, "{other} {grants}");
            assert!(pruned(&world).await.actions.is_empty(), "{other} {grants}");
            assert_eq!(sids(&world, None, "flowbind_").await.len(), own, "{other} {grants}");
            assert_eq!(drifted(&world).await, Vec::<String>::new(), "{other} {grants}");
        }
    }
}

/// Amazon Connect's own statement is in the policy of the unqualified function: on an alias nothing else allows the call.
#[tokio::test]
async fn what_grants_any_is_content_with_alone_is_not_pruned() {
    let text = |grants: &str| on_many(2, &format!(", qualifier: live, grants: {grants}"));
    let world = World::new(&text("account")).await;
    all_done(&apply(&world, "first").await);
    let world = with_manifest(world, &text("any"));
    let plan = pruned(&world).await.forced();
    assert!(plan.actions.is_empty(), "{:?}", addresses(&plan));
    let wide = told(&plan, "grant-with-wildcard");
    assert!(
        wide.iter().all(|problem| problem.hint.as_ref().unwrap().contains("this set created it")),
        "{wide:?}"
    );
    carry_out_allowed(&world, &plan).await;
    assert_eq!(sids(&world, Some("live"), "flowbind_").await.len(), 1);
    assert!(pruned(&world).await.actions.is_empty());
}

#[tokio::test]
async fn a_statement_for_the_account_stays_while_an_undeclared_flow_calls_the_function() {
    let world = World::new(&on_many(2, ", grants: account")).await;
    all_done(&apply(&world, "first").await);
    let ids = instances(&world).await;
    let arn = format!("arn:aws:lambda:{LONDON}:{ACCOUNT}:function:crm");
    let call = world.connect(LONDON).create_contact_flow().instance_id(&ids[1]).name("Theirs");
    let call = call.r#type(aws_sdk_connect::types::ContactFlowType::ContactFlow);
    call.content(flow(&arn, None)).send().await.unwrap();
    let world = with_manifest(world, &on_many(2, "").replace(", functions: [crm]", ""));
    let plan = pruned(&world).await;
    assert!(plan.actions.is_empty(), "{:?}", addresses(&plan));
    let held = told(&plan, "still-referred");
    assert!(held.iter().any(|problem| problem.message.contains("flow `Theirs`")), "{:?}", plan.problems);
}

#[tokio::test]
async fn a_statement_is_said_to_be_replaced_only_once_the_policy_holds_the_other_one() {
    let world = World::new(&on_many(2, "")).await;
    all_done(&apply(&world, "first").await);
    let world = with_manifest(world, &on_many(2, ", grants: account"));
    let (asked, replaced) =
        ("the manifest asks for `grants: account` instead", "another statement of this set allows that too");
    let says = |lines: &[String], what: &str| lines.iter().filter(|line| line.contains(what)).count();
    let lines = drifted_in(&world, Reach::Declared).await;
    assert_eq!((says(&lines, asked), says(&lines, replaced)), (2, 0), "{lines:?}");
    all_done(&apply(&world, "second").await);
    let lines = drifted_in(&world, Reach::Declared).await;
    assert_eq!((says(&lines, asked), says(&lines, replaced)), (0, 2), "{lines:?}");
}

#[tokio::test]
async fn from_own_to_account_the_sums_agree_and_lost_marks_are_said_once() {
    let world = World::new(&on_many(3, "")).await;
    all_done(&apply(&world, "first").await);
    let world = with_manifest(world, &on_many(3, ", grants: account"));
    let plan = pruned(&world).await;
    let (counts, extent) = (plan.counts(), plan.extent(&std::collections::BTreeSet::new()));
    let deletions = plan.actions.iter().filter(|action| action.id.step == Step::Delete).count();
    assert_eq!((counts.create, counts.delete, deletions), (1, 3, 3), "{:?}", addresses(&plan));
    assert_eq!((extent.written, extent.deleted), (1, 3));
    let notes = told(&plan, "association-unmarked");
    let [note] = notes.as_slice() else { panic!("{notes:?}") };
    assert!(note.message.starts_with("3 associations (association/"), "{}", note.message);
    assert!(plan.actions.iter().all(|action| !action.reason.contains("another statement")), "{plan:?}");
    let undeclared = world.plan().await.undeclared.orphans;
    assert_eq!(undeclared.len(), 3, "{undeclared:?}");
    // Each part of what is one statement selects it.
    let all = world.plan().await;
    for instance in world.manifest().instances.keys() {
        let asked =
            Address::between(Kind::Grant, instance, world.manifest().functions.keys().next().unwrap());
        let chosen = flowbind::plan::chosen(Some(world.manifest()), &all, &asked);
        let part = all.clone().only(world.manifest(), &chosen);
        assert_eq!(part.actions.len(), 1, "{asked}: {:?}", addresses(&part));
    }
    all_done(&prune(&world).await);
    assert!(told(&pruned(&world).await, "association-unmarked").is_empty());
    // Back again: what goes is a grant, and is named as one.
    let world = with_manifest(world, &on_many(3, ""));
    all_done(&apply(&world, "own").await);
    let orphans: Vec<String> =
        world.plan().await.undeclared.orphans.iter().map(ToString::to_string).collect();
    let planned: Vec<String> = addresses(&pruned(&world).await);
    assert_eq!(orphans, ["grant/every-eu-west-2-111122223333/crm"]);
    assert_eq!(planned, orphans);
}

/// The statement is one action, of the first instance: the others wait for it too.
#[tokio::test]
async fn every_association_that_ends_waits_for_the_statement_for_the_account() {
    let world = World::new(&on_many(3, "")).await;
    all_done(&apply(&world, "first").await);
    let world = with_manifest(world, &on_many(3, ", grants: account, associate: none"));
    let plan = pruned(&world).await;
    let of = |kind: Kind| plan.actions.iter().filter(move |action| action.id.address.kind == kind);
    let writes: Vec<_> = of(Kind::Grant).filter(|action| action.id.step == Step::Write).collect();
    let [write] = writes.as_slice() else { panic!("{:?}", addresses(&plan)) };
    assert_eq!(of(Kind::Association).count(), 3, "{:?}", addresses(&plan));
    for ends in of(Kind::Association) {
        assert!(ends.after.contains(&write.id), "{}: {:?}", ends.id.address, ends.after);
    }
}

/// It needs the associations of every instance there, so the set that made them does not end them.
#[tokio::test]
async fn an_association_that_another_set_needs_by_its_statement_for_the_account_stays() {
    let world = World::new(&on_many(2, "")).await;
    all_done(&apply(&world, "first").await);
    let world = with_manifest(world, &of_set("other", "i", 2, ", grants: account"));
    all_done(&apply(&world, "other").await);
    let world = with_manifest(world, &on_many(2, "").replace(", functions: [crm]", ""));
    let plan = pruned(&world).await.forced();
    assert_eq!(told(&plan, "used-by-another-set").len(), 2, "{:?}", plan.problems);
    carry_out_allowed(&world, &plan).await;
    assert_eq!(sids(&world, None, "connect-").await.len(), 2);
    assert_eq!(sids(&world, None, "flowbind_g_other_").await.len(), 1);
}

#[tokio::test]
async fn the_declared_statement_for_the_account_is_no_finding_and_an_orphaned_one_is() {
    let world = World::new(&on_many(2, ", grants: account")).await;
    all_done(&apply(&world, "first").await);
    assert!(told(&world.plan().await, "grant-with-wildcard").is_empty());
    let world = with_manifest(world, &on_many(2, ""));
    assert_eq!(told(&world.plan().await, "grant-with-wildcard").len(), 1);
}

#[test]
fn lint_says_what_a_statement_for_the_account_gives_up_and_explains_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.yaml"), on_many(1, ", grants: account")).unwrap();
    let run = |args: &[&str]| flowbind(folder.path()).args(args).output().unwrap();
    let output = run(&["lint", "m.yaml", "--output", "json"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let finding = &found["findings"][0];
    let place = (finding["code"].as_str(), finding["line"].as_u64(), finding["severity"].as_str());
    assert_eq!(place, (Some("grant-for-account"), Some(8), Some("info")), "{found}");
    assert_eq!(code(&output), 0, "{found}");
    assert!(stdout(&run(&["lint", "--explain", "grant-for-account"])).contains("grants: exact"));
}

#[tokio::test]
async fn killed_at_any_write_exact_and_account_end_as_they_would_have() {
    for keys in [
        ", grants: exact",
        ", grants: account",
        ", qualifier: live, grants: exact",
        ", qualifier: live, associate: exact, grants: exact",
    ] {
        killed_at_each(async |settings: Settings| World::with(&on_many(2, keys), settings).await, 1).await;
    }
}

#[tokio::test]
async fn a_plan_of_exact_calls_no_more_than_it_says() {
    let world = World::new(&on_many(6, ", grants: exact")).await;
    let plan = world.plan().await;
    world.emulator.reset();
    let session = world.session().await;
    carry_out(&session, &plan, &world.folder.path().join("own")).await;
    let calls = world.calls();
    assert_eq!((calls["connect:AssociateLambdaFunction"], calls["lambda:GetPolicy"]), (6, 6), "{calls:?}");
}
