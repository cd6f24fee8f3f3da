//! Tags, marks and names: what each says of who a live flow is.

use flowbind::emulator::Settings;
use flowbind::reconcile;
use flowbind::resource::{Kind, Severity};

use crate::apply::carry_out;
use crate::world::World;

use super::{
    HEAD, apply, by_hand, by_word, declare, instance, lines, live, manifest, put, saying, world, write,
};

#[tokio::test]
async fn a_changed_logical_name_is_a_changed_tag_and_edits_go_on() {
    for kind in [Kind::Flow, Kind::Module] {
        let world = world(kind, &[("a", "Main", "")], Settings::default()).await;
        apply(&world).await;
        let id = by_word(&live(&world, kind).await)["a"].clone();
        let world = write(world, "front", &saying(kind, "a"));
        let world = declare(world, &manifest(kind, &[("front", "Main", "")]));
        let plan = world.plan().await;
        let reason = "its tag still says `acme/a`, which the manifest no longer declares";
        assert_eq!(lines(&plan), [format!("{kind}/front Tag: {reason}")]);
        apply(&world).await;
        assert_eq!(live(&world, kind).await[&id].2["flowbind/set"], "acme/front");
        let world = declare(world, &manifest(kind, &[("front", "Front door", "")]));
        let world = write(world, "front", &saying(kind, "edited"));
        apply(&world).await;
        let seen = live(&world, kind).await;
        assert_eq!((seen.len(), seen[&id].0.as_str(), seen[&id].1.as_str()), (1, "Front door", "edited"));
        // The name and an edit at once: the tag comes with the content.
        let world = write(world, "b", &saying(kind, "again"));
        let world = declare(world, &manifest(kind, &[("b", "Front door", "")]));
        apply(&world).await;
        let seen = live(&world, kind).await;
        assert_eq!(
            (seen.len(), seen[&id].1.as_str(), seen[&id].2["flowbind/set"].as_str()),
            (1, "again", "acme/b")
        );
    }
}

#[tokio::test]
async fn an_adopted_flow_with_a_new_name_is_renamed_and_never_owned() {
    let adopting = manifest(Kind::Flow, &[("a", "Theirs", ", adopt: true")]);
    let world = world(Kind::Flow, &[("d", "Unrelated", "")], Settings::default()).await;
    let id = by_hand(&world, "Theirs", "before").await;
    let world = declare(world, &adopting);
    apply(&world).await;
    let world = declare(world, &manifest(Kind::Flow, &[("a", "Ours to write", ", adopt: true")]));
    let plan = world.plan().await;
    assert_eq!(lines(&plan), ["flow/a Metadata: it is called `Theirs`"]);
    apply(&world).await;
    let seen = live(&world, Kind::Flow).await;
    assert_eq!((seen.len(), seen[&id].0.as_str()), (1, "Ours to write"));
    assert_eq!(seen[&id].2["flowbind/adopted"], "acme/a");
    assert!(!seen[&id].2.contains_key("flowbind/set"));
    // Without the declaration nothing of it is the set's to remove.
    let world = declare(world, HEAD);
    let pruned = crate::removal::pruned(&world).await;
    assert!(pruned.actions.is_empty(), "{:?}", lines(&pruned));
}

#[tokio::test]
async fn what_an_earlier_version_adopted_is_marked_and_what_was_never_written_to_is_not() {
    let world = world(Kind::Flow, &[("d", "Unrelated", "")], Settings::default()).await;
    let (id, equal) = (by_hand(&world, "Theirs", "a").await, by_hand(&world, "Equal", "b").await);
    let arn = format!(
        "arn:aws:connect:eu-west-2:111122223333:instance/{}/contact-flow/{id}",
        instance(&world).await
    );
    let tag = world.connect("eu-west-2").tag_resource().resource_arn(arn);
    tag.tags("flowbind/applied", "0".repeat(64)).send().await.unwrap();
    let adopt = ", adopt: true";
    let world = declare(world, &manifest(Kind::Flow, &[("a", "Theirs", adopt), ("b", "Equal", adopt)]));
    let plan = world.plan().await;
    assert_eq!(plan.actions.len(), 1, "{:?}", lines(&plan));
    assert!(
        lines(&plan)[0].starts_with("flow/a Tag: it is adopted, but not marked as such yet"),
        "{:?}",
        lines(&plan)
    );
    apply(&world).await;
    let seen = live(&world, Kind::Flow).await;
    assert_eq!(seen[&id].2["flowbind/adopted"], "acme/a");
    assert!(seen[&equal].2.is_empty(), "equal is in sync, whoever made it: {:?}", seen[&equal].2);
    // Nothing tells which flow was meant where nothing was ever written: said, rather than made a second one silently.
    let world = declare(world, &manifest(Kind::Flow, &[("b", "Equal but renamed", adopt)]));
    let plan = world.plan().await;
    let said: Vec<&str> = plan.problems.iter().map(|problem| problem.code.as_str()).collect();
    assert!(said.contains(&"nothing-to-adopt"), "{said:?}");
}

#[tokio::test]
async fn a_tag_that_does_not_fit_what_agrees_is_a_difference() {
    let world = world(Kind::Flow, &[("a", "Main", "")], Settings::default()).await;
    apply(&world).await;
    let seen = live(&world, Kind::Flow).await;
    let (id, (_, _, tags)) = seen.iter().next().unwrap();
    let arn = format!(
        "arn:aws:connect:eu-west-2:111122223333:instance/{}/contact-flow/{id}",
        instance(&world).await
    );
    let tag = world.connect("eu-west-2").tag_resource().resource_arn(arn);
    tag.tags("flowbind/applied", "0".repeat(64)).send().await.unwrap();
    let plan = world.plan().await;
    let reason = "its content matches the manifest, but its tag `flowbind/applied` is out of date";
    assert_eq!(lines(&plan), [format!("flow/a Tag: {reason}")]);
    apply(&world).await;
    assert_eq!(live(&world, Kind::Flow).await[id].2, *tags);
}

#[tokio::test]
async fn two_declarations_of_one_live_flow_are_an_error_at_both_places() {
    let world = world(Kind::Flow, &[("a", "One", "")], Settings::default()).await;
    apply(&world).await;
    let before = live(&world, Kind::Flow).await;
    let bound =
        "    b: { instance: support, name: One, type: contact-flow, bindings: { say: { function: crm } } }\n";
    let text = manifest(Kind::Flow, &[("a", "Two", "")]) + bound;
    let text = text.replace("  flows:\n", "  functions: { crm: { name: crm } }\n  flows:\n");
    let world = declare(world, &text);
    let plan = world.plan().await;
    let twice: Vec<&flowbind::resource::Problem> =
        plan.problems.iter().filter(|problem| problem.code.as_str() == "declared-twice").collect();
    let places: Vec<bool> = twice.iter().map(|problem| problem.origin.is_some()).collect();
    assert_eq!(places, [true, true], "{:?}", plan.problems);
    assert_ne!(twice[0].origin, twice[1].origin);
    assert!(reconcile::may_begin(&plan).is_err());
    assert_eq!(live(&world, Kind::Flow).await, before);
}

#[tokio::test]
async fn of_two_with_one_tag_the_one_with_the_name_counts_and_else_both_are_named() {
    let world = world(Kind::Flow, &[("a", "One", "")], Settings::default()).await;
    apply(&world).await;
    let copy = by_hand(&world, "Copy", "copied").await;
    let arn = format!(
        "arn:aws:connect:eu-west-2:111122223333:instance/{}/contact-flow/{copy}",
        instance(&world).await
    );
    let tag = world.connect("eu-west-2").tag_resource().resource_arn(arn);
    tag.tags("flowbind/set", "acme/a").send().await.unwrap();
    assert!(world.plan().await.actions.is_empty());
    let original = by_word(&live(&world, Kind::Flow).await)["a"].clone();
    let world = declare(world, &manifest(Kind::Flow, &[("a", "Three", "")]));
    let plan = world.plan().await;
    let problem = plan.problems.iter().find(|problem| problem.code.as_str() == "tagged-twice").unwrap();
    assert!(problem.message.contains(&copy) && problem.message.contains(&original), "{}", problem.message);
    assert_eq!(problem.severity, Severity::Error);
}

#[tokio::test]
async fn a_name_that_a_stranger_has_is_waited_for_and_nothing_of_theirs_changes() {
    let world = world(Kind::Flow, &[("a", "One", "")], Settings::default()).await;
    apply(&world).await;
    let theirs = by_hand(&world, "Two", "theirs").await;
    let before = live(&world, Kind::Flow).await;
    let world = declare(world, &manifest(Kind::Flow, &[("a", "Two", ""), ("b", "One", "")]));
    let plan = world.plan().await;
    assert!(plan.actions.is_empty(), "{:?}", lines(&plan));
    let codes: Vec<&str> = plan.problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["name-taken", "name-taken"], "{:?}", plan.problems);
    assert!(plan.problems.iter().any(|problem| problem.message.contains(&theirs)), "{:?}", plan.problems);
    assert_eq!(live(&world, Kind::Flow).await, before);
}

#[tokio::test]
async fn a_steady_state_makes_no_search() {
    let world = world(Kind::Flow, &[("a", "One", ""), ("b", "Two", "")], Settings::default()).await;
    apply(&world).await;
    by_hand(&world, "Theirs", "theirs").await;
    world.emulator.reset();
    assert!(world.plan().await.actions.is_empty());
    let calls = world.calls();
    assert!(!calls.keys().any(|call| call.contains("Search")), "{calls:?}");
    assert_eq!(calls["connect:DescribeContactFlow"], 4, "{calls:?}");
    let world = declare(world, &manifest(Kind::Flow, &[("a", "Three", ""), ("b", "Four", "")]));
    world.emulator.reset();
    assert_eq!(world.plan().await.actions.len(), 2);
    assert_eq!(world.calls()["connect:SearchContactFlows"], 1);
}

#[tokio::test]
async fn where_the_search_is_denied_what_is_settled_goes_on_and_the_rest_is_not_taken_for_absent() {
    let faults = vec!["deny:connect:SearchContactFlows".parse().unwrap()];
    let world =
        world(Kind::Flow, &[("a", "One", ""), ("b", "Two", "")], Settings { faults, ..Settings::default() });
    let world = world.await;
    apply(&world).await;
    by_hand(&world, "Theirs", "theirs").await;
    let world = write(world, "b", &saying(Kind::Flow, "b, edited"));
    let world = declare(world, &manifest(Kind::Flow, &[("a", "Three", ""), ("b", "Two", "")]));
    let plan = world.plan().await;
    let addresses: Vec<String> = plan.actions.iter().map(|action| action.id.address.to_string()).collect();
    assert_eq!(addresses, ["flow/b"], "{:?}", lines(&plan));
    assert_eq!(plan.gaps.len(), 1, "{:?}", plan.gaps);
}

/// Equal content is no reason to write: a run that ended right after the content would leave an adopted flow without its
/// mark for good.
#[tokio::test]
async fn the_mark_of_an_adoption_is_there_before_the_content_is() {
    let faults = vec!["deny:connect:UpdateContactFlowContent".parse().unwrap()];
    let other = [("b", "Other", "")];
    let world = world(Kind::Flow, &other, Settings { faults, ..Settings::default() }).await;
    let id = by_hand(&world, "Theirs", "theirs").await;
    let world = declare(world, &manifest(Kind::Flow, &[("a", "Theirs", ", adopt: true")]));
    let plan = world.plan().await;
    let report = carry_out(&world.session().await, &plan, &world.folder.path().join("own")).await;
    assert!(report.outcomes.iter().any(|(_, outcome)| !outcome.is_done()), "{report:?}");
    let (_, word, tags) = live(&world, Kind::Flow).await.remove(&id).unwrap();
    assert_eq!((word.as_str(), tags["flowbind/adopted"].as_str()), ("theirs", "acme/a"));
}

async fn tag(world: &World, id: &str, tags: &[(&str, &str)]) {
    let arn = format!(
        "arn:aws:connect:eu-west-2:111122223333:instance/{}/contact-flow/{id}",
        instance(world).await
    );
    let mut tag = world.connect("eu-west-2").tag_resource().resource_arn(arn);
    for (key, value) in tags {
        tag = tag.tags(*key, *value);
    }
    tag.send().await.unwrap();
}

/// Another set keeps what it has noted in a flow that this set adopts too, and the plan says that both write to it.
#[tokio::test]
async fn what_another_set_made_or_adopted_is_adopted_with_a_warning_and_keeps_its_notes() {
    for theirs in ["flowbind/set", "flowbind/adopted"] {
        let world = world(Kind::Flow, &[("d", "Unrelated", "")], Settings::default()).await;
        let id = by_hand(&world, "Theirs", "theirs").await;
        tag(&world, &id, &[(theirs, "other/x"), ("flowbind/applied", "digest")]).await;
        let world = declare(world, &manifest(Kind::Flow, &[("a", "Theirs", ", adopt: true")]));
        let plan = world.plan().await;
        let warned: Vec<&str> = plan.problems.iter().map(|problem| problem.code.as_str()).collect();
        assert_eq!(warned, ["adopted-from-another-set"], "{theirs}: {:?}", plan.problems);
        assert!(plan.problems[0].message.contains("`other/x`"), "{:?}", plan.problems);
        apply(&world).await;
        let seen = live(&world, Kind::Flow).await;
        assert_eq!(seen[&id].1, "a");
        assert_eq!(seen[&id].2[theirs], "other/x");
        assert_eq!(seen[&id].2["flowbind/applied"], "digest", "{theirs}");
        let ours = seen[&id].2.get("flowbind/adopted").map(String::as_str);
        assert_eq!(ours, Some(if theirs == "flowbind/set" { "acme/a" } else { "other/x" }));
    }
}

/// Whose a protected flow is changes only by name; noting what was written last does not.
#[tokio::test]
async fn a_protected_flow_is_tagged_anew_only_when_that_is_allowed() {
    let world = world(Kind::Flow, &[("a", "One", ", protect: true")], Settings::default()).await;
    apply(&world).await;
    let id = by_word(&live(&world, Kind::Flow).await)["a"].clone();
    tag(&world, &id, &[("flowbind/applied", "digest")]).await;
    let plan = world.plan().await;
    assert_eq!((plan.actions.len(), plan.actions[0].guard.is_some()), (1, false), "{:?}", lines(&plan));
    apply(&world).await;
    put(&world, "front", &saying(Kind::Flow, "a"));
    let world = declare(world, &manifest(Kind::Flow, &[("front", "One", ", protect: true")]));
    let plan = world.plan().await;
    let guard = plan.actions[0].guard.as_ref().expect("it is protected");
    assert_eq!((plan.actions.len(), guard.allow.to_string().as_str()), (1, "flow/front"));
    let report = carry_out(&world.session().await, &plan, &world.folder.path().join("own")).await;
    assert!(matches!(report.outcomes[0].1, flowbind::plan::Outcome::Refused { .. }), "{report:?}");
    // What was allowed is not asked for any more.
    let lifted = plan.lifted(&[guard.allow.clone()].into());
    assert!(lifted.actions[0].guard.is_none() && plan.lifted(&[].into()).actions[0].guard.is_some());
}
