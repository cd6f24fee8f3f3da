//! Which live flow or module each declared one is: the tag decides, whatever it is called, and names change hands in one
//! apply. Contents, ids and tags stay with their object, and an interrupted run is finished by the next one.

mod claims;
mod only;
mod relabelled;
mod unfinished;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_connect::types::ContactFlowType;
use flowbind::backup::Backups;
use flowbind::emulator::Settings;
use flowbind::plan::{Plan, Step};
use flowbind::reconcile;
use flowbind::resource::{Address, Kind, Severity};

use crate::apply::{Silent, all_done, carry_out, converges};
use crate::world::{World, load};

const HEAD: &str = "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: { name: acme }\nspec:\n  \
    accounts: { main: { id: \"111122223333\" } }\n  defaults: { account: main, region: eu-west-2 }\n  \
    instances: { support: { alias: acme } }\n";

/// A text that says one word.
fn saying(kind: Kind, word: &str) -> String {
    let end = if kind == Kind::Module { "EndFlowModuleExecution" } else { "DisconnectParticipant" };
    let settings = match kind {
        Kind::Module => r#""Settings":{"InputParameters":[],"OutputParameters":[],"Transitions":[]},"#,
        _ => "",
    };
    format!(
        r#"{{"Version":"2019-10-30","StartAction":"say",{settings}"Actions":[
  {{"Identifier":"say","Type":"MessageParticipant","Parameters":{{"Text":"{word}"}},
    "Transitions":{{"NextAction":"end","Errors":[{{"ErrorType":"NoMatchingError","NextAction":"end"}}],"Conditions":[]}}}},
  {{"Identifier":"end","Type":"{end}","Parameters":{{}},"Transitions":{{}}}}]}}"#
    )
}

/// A text that goes to another flow.
fn going_to(word: &str, target: &str) -> String {
    saying(Kind::Flow, word)
        .replace(r#""NextAction":"end","Errors""#, r#""NextAction":"go","Errors""#)
        .replace(
            r#"  {"Identifier":"end""#,
            &format!(
                r#"  {{"Identifier":"go","Type":"TransferToFlow","Parameters":{{"ContactFlowId":"{target}"}},
    "Transitions":{{"NextAction":"end","Errors":[{{"ErrorType":"NoMatchingError","NextAction":"end"}}],"Conditions":[]}}}},
  {{"Identifier":"end""#
            ),
        )
}

/// Logical name, name in Amazon Connect and more keys.
type One<'a> = (&'a str, &'a str, &'a str);

/// A manifest of whole flows or modules; the file of each is named after its logical name.
fn manifest(kind: Kind, all: &[One<'_>]) -> String {
    let lines: Vec<String> = all
        .iter()
        .map(|(label, name, more)| {
            let of = if kind == Kind::Module { "" } else { ", type: contact-flow" };
            format!(
                "    {label}: {{ instance: support, name: \"{name}\"{of}, content: {label}.json{more} }}\n"
            )
        })
        .collect();
    format!("{HEAD}  {kind}s:\n{}", lines.concat())
}

async fn world(kind: Kind, all: &[One<'_>], settings: Settings) -> World {
    let folder = tempfile::tempdir().unwrap();
    for label in ["a", "b", "c", "d", "front"] {
        std::fs::write(folder.path().join(format!("{label}.json")), saying(kind, label)).unwrap();
    }
    std::fs::write(folder.path().join("m.yaml"), manifest(kind, all)).unwrap();
    World::in_folder_with(folder, "m.yaml", settings).await
}

fn declare(world: World, text: &str) -> World {
    std::fs::write(world.folder.path().join("m.yaml"), text).unwrap();
    let manifests = load(&world.folder.path().join("m.yaml"));
    World { manifests, ..world }
}

fn put(world: &World, label: &str, text: &str) {
    std::fs::write(world.folder.path().join(format!("{label}.json")), text).unwrap();
}

fn write(world: World, label: &str, text: &str) -> World {
    put(&world, label, text);
    let manifests = load(&world.folder.path().join("m.yaml"));
    World { manifests, ..world }
}

fn lines(plan: &Plan) -> Vec<String> {
    let line = |action: &flowbind::plan::Action| {
        format!("{} {:?}: {}", action.id.address, action.id.step, action.reason)
    };
    plan.actions.iter().map(line).collect()
}

async fn apply(world: &World) {
    let session = world.session().await;
    let plan = world.plan().await;
    assert!(plan.problems.iter().all(|p| p.severity == Severity::Warning), "{:?}", plan.problems);
    all_done(&carry_out(&session, &plan, &world.folder.path().join("own")).await);
    let again = world.plan().await;
    assert!(again.actions.is_empty() && again.gaps.is_empty(), "{:?} {:?}", lines(&again), again.problems);
}

/// A live one: its name, the word that it says, and its tags.
type Seen = BTreeMap<String, (String, String, BTreeMap<String, String>)>;

/// Every live flow or module, by its id.
async fn live(world: &World, kind: Kind) -> Seen {
    let (connect, instance) = (world.connect("eu-west-2"), instance(world).await);
    let mut seen = Seen::new();
    if kind == Kind::Module {
        let list = connect.list_contact_flow_modules().instance_id(&instance).send().await.unwrap();
        for line in list.contact_flow_modules_summary_list() {
            let describe = connect.describe_contact_flow_module().instance_id(&instance);
            let module = describe.contact_flow_module_id(line.id().unwrap()).send().await.unwrap();
            let module = module.contact_flow_module.unwrap();
            let tags = module.tags.unwrap_or_default().into_iter().collect();
            let known = (module.name.unwrap(), word(&module.content.unwrap()), tags);
            seen.insert(module.id.unwrap(), known);
        }
        return seen;
    }
    let list = connect.list_contact_flows().instance_id(&instance).send().await.unwrap();
    for line in list.contact_flow_summary_list() {
        let describe = connect.describe_contact_flow().instance_id(&instance);
        let flow = describe.contact_flow_id(line.id().unwrap()).send().await.unwrap().contact_flow.unwrap();
        let tags = flow.tags.unwrap_or_default().into_iter().collect();
        seen.insert(flow.id.unwrap(), (flow.name.unwrap(), word(&flow.content.unwrap()), tags));
    }
    seen
}

fn word(content: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(content).unwrap();
    let mut blocks = value["Actions"].as_array().unwrap().iter();
    blocks.find_map(|block| block["Parameters"]["Text"].as_str()).unwrap_or("-").to_owned()
}

/// Each word with the id that says it.
fn by_word(seen: &Seen) -> BTreeMap<String, String> {
    seen.iter().map(|(id, (_, word, _))| (word.clone(), id.clone())).collect()
}

fn names(seen: &Seen) -> BTreeMap<String, String> {
    seen.values().map(|(name, word, _)| (word.clone(), name.clone())).collect()
}

async fn instance(world: &World) -> String {
    let list = world.connect("eu-west-2").list_instances().send().await.unwrap();
    list.instance_summary_list()[0].id().unwrap().to_owned()
}

/// Somebody makes a flow by hand.
async fn by_hand(world: &World, name: &str, word: &str) -> String {
    let create =
        world.connect("eu-west-2").create_contact_flow().instance_id(instance(world).await).name(name);
    let create = create.r#type(ContactFlowType::ContactFlow).content(saying(Kind::Flow, word));
    create.send().await.unwrap().contact_flow_id.unwrap()
}

/// Before and after of renames that touch one another.
const RENAMES: [(&str, &[One<'_>], &[One<'_>]); 6] = [
    (
        "the issue's case",
        &[("a", "Main IVR", ""), ("b", "Main IVR v2", "")],
        &[("a", "Main IVR (old)", ""), ("b", "Main IVR", "")],
    ),
    ("a swap", &[("a", "One", ""), ("b", "Two", "")], &[("a", "Two", ""), ("b", "One", "")]),
    (
        "a ring of three",
        &[("a", "One", ""), ("b", "Two", ""), ("c", "Three", "")],
        &[("a", "Two", ""), ("b", "Three", ""), ("c", "One", "")],
    ),
    (
        "a chain",
        &[("a", "One", ""), ("b", "Two", ""), ("c", "Three", "")],
        &[("a", "Two", ""), ("b", "Three", ""), ("c", "Four", "")],
    ),
    ("a new one under a name that becomes free", &[("a", "One", "")], &[("a", "Two", ""), ("d", "One", "")]),
    (
        "a swap of what is put aside, and one that is described",
        &[("a", "One", ""), ("b", "Two", "")],
        &[("a", "Two", ", state: archived"), ("b", "One", ", description: Greets")],
    ),
];

#[tokio::test]
async fn names_change_hands_in_one_apply_and_everything_else_stays_with_its_object() {
    for kind in [Kind::Flow, Kind::Module] {
        for (what, before, after) in RENAMES {
            let world = world(kind, before, Settings::default()).await;
            apply(&world).await;
            let first = by_word(&live(&world, kind).await);
            let world = declare(world, &manifest(kind, after));
            apply(&world).await;
            let seen = live(&world, kind).await;
            let wanted: BTreeMap<String, String> =
                after.iter().map(|(label, name, _)| ((*label).to_owned(), (*name).to_owned())).collect();
            assert_eq!(names(&seen), wanted, "{kind}: {what}");
            for (word, id) in &first {
                assert_eq!(&by_word(&seen)[word], id, "{kind}: {what}");
                assert_eq!(seen[id].2["flowbind/set"], format!("acme/{word}"), "{kind}: {what}");
            }
        }
    }
}

#[tokio::test]
async fn a_rename_and_an_edit_reach_the_same_object() {
    let (_, before, after) = RENAMES[0];
    let world = world(Kind::Flow, before, Settings::default()).await;
    apply(&world).await;
    let first = by_word(&live(&world, Kind::Flow).await);
    let world = write(world, "b", &saying(Kind::Flow, "b, edited"));
    let world = declare(world, &manifest(Kind::Flow, after));
    apply(&world).await;
    let seen = live(&world, Kind::Flow).await;
    assert_eq!(by_word(&seen)["a"], first["a"]);
    assert_eq!(by_word(&seen)["b, edited"], first["b"]);
}

#[tokio::test]
async fn renames_that_fail_anywhere_are_finished_by_the_next_runs() {
    for (what, before, after) in &RENAMES[..4] {
        for fault in ["500", "drop-after"] {
            // The session tries some times: only where each of them fails does the run stop there.
            for (from, times) in [(1, 1), (1, 6), (2, 6), (3, 6)] {
                let faults = (from..from + times).map(|nth| {
                    format!("{fault}:connect:UpdateContactFlowMetadata:nth={nth}").parse().unwrap()
                });
                let settings = Settings { faults: faults.collect(), ..Settings::default() };
                let world = world(Kind::Flow, before, settings).await;
                converges(&world, 4, what).await;
                let first = by_word(&live(&world, Kind::Flow).await);
                let world = declare(world, &manifest(Kind::Flow, after));
                let what = format!("{what}, {fault} from {from}");
                converges(&world, 4, &what).await;
                let seen = live(&world, Kind::Flow).await;
                assert_eq!(by_word(&seen), first, "{what}");
                let wanted: BTreeMap<String, String> =
                    after.iter().map(|(label, name, _)| ((*label).to_owned(), (*name).to_owned())).collect();
                assert_eq!(names(&seen), wanted, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn a_ring_that_was_interrupted_is_finished_without_a_word_for_what_has_a_temporary_name() {
    let (_, before, after) = RENAMES[1];
    let world = world(Kind::Flow, before, Settings::default()).await;
    apply(&world).await;
    let world = declare(world, &manifest(Kind::Flow, after));
    let plan = world.plan().await;
    let aside: Vec<&flowbind::plan::Action> =
        plan.actions.iter().filter(|action| action.id.step == Step::Aside).collect();
    assert_eq!(aside.len(), 1, "{:?}", lines(&plan));
    assert_eq!(plan.counts().update, 2, "the temporary name is no change of its own");
    // Only that is done, then the run ends.
    let first = Plan { actions: aside.into_iter().cloned().collect(), ..plan.clone() };
    all_done(&carry_out(&world.session().await, &first, &world.folder.path().join("own")).await);
    let protected: Vec<One<'_>> =
        after.iter().map(|(label, name, _)| (*label, *name, ", protect: true")).collect();
    let world = declare(world, &manifest(Kind::Flow, &protected));
    let plan = world.plan().await;
    let guards: Vec<bool> = plan.actions.iter().map(|action| action.guard.is_some()).collect();
    assert_eq!(guards, [false, true], "{:?}", lines(&plan));
    let world = declare(world, &manifest(Kind::Flow, after));
    apply(&world).await;
}

#[tokio::test]
async fn a_part_of_a_plan_leaves_no_temporary_name() {
    let (_, before, after) = RENAMES[1];
    let world = world(Kind::Flow, before, Settings::default()).await;
    apply(&world).await;
    let world = declare(world, &manifest(Kind::Flow, after));
    for label in ["a", "b"] {
        let plan = world.plan().await;
        let address = plan.actions.iter().map(|a| a.id.address.clone()).find(|a| a.name.as_str() == label);
        let part = plan.clone().only(world.manifest(), &[address.unwrap()].into());
        assert_eq!(part.actions.len(), plan.actions.len(), "{label}: {:?}", lines(&part));
    }
}

/// Either everything in a cycle of renames is allowed, or nothing of it is done: no protected flow keeps a temporary name.
#[tokio::test]
async fn a_cycle_that_is_allowed_in_part_is_not_begun() {
    let guarded =
        |names: [&'static str; 2]| [("a", names[0], ", protect: true"), ("b", names[1], ", protect: true")];
    let world = world(Kind::Flow, &guarded(["One", "Two"]), Settings::default()).await;
    apply(&world).await;
    let before = live(&world, Kind::Flow).await;
    let world = declare(world, &manifest(Kind::Flow, &guarded(["Two", "One"])));
    let plan = world.plan().await;
    let address =
        |label: &str| plan.actions.iter().map(|a| a.id.address.clone()).find(|a| a.name.as_str() == label);
    let run = async |allowed: &BTreeSet<Address>, name: &str| {
        let backups = Backups::new(&world.folder.path().join("part"), name);
        reconcile::apply(&world.session().await, &plan, allowed, &backups, &Silent).await.unwrap()
    };
    for (name, label) in [("first", "a"), ("second", "b")] {
        let report = run(&BTreeSet::from([address(label).unwrap()]), name).await;
        assert!(report.outcomes.iter().all(|(_, outcome)| !outcome.is_done()), "{:?}", report.outcomes);
        assert_eq!(live(&world, Kind::Flow).await, before, "{label}");
    }
    all_done(&run(&BTreeSet::from([address("a").unwrap(), address("b").unwrap()]), "third").await);
    let after = live(&world, Kind::Flow).await;
    assert_eq!(by_word(&after), by_word(&before));
    assert_eq!(names(&after), BTreeMap::from([("a".into(), "Two".into()), ("b".into(), "One".into())]));
}
