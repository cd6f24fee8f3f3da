//! The planner's laws over flows that are renamed, relabelled, adopted, foreign and half written: a model of what AWS
//! would hold after each write, and the plans for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::flow::compare;
use crate::flow::document::Document;
use crate::manifest::{Inputs, Manifest, State, load};
use crate::plan::identity::{self, Declared, Identity, Live};
use crate::plan::{
    ADOPTED_TAG, APPLIED_TAG, Action, AsideSpec, Made, OWNER_TAG, Plan, Step, TagTarget, Write, plan,
};
use crate::resource::{FlowType, InstanceArn, Kind, Label, Severity};
use crate::snapshot::{
    FlowContent, FlowIds, FlowSeen, FlowSummary, InstanceSeen, InstanceStatus, Look, Resolved, Snapshot,
};

const LABELS: [&str; 5] = ["a", "b", "c", "d", "e"];
const NAMES: [&str; 6] = ["One", "Two", "Three", "Four", "Five", "Six"];

/// A declared flow: its name, what it says, what it names, and whether it is adopted.
type One = (&'static str, u8, BTreeSet<&'static str>, bool);
/// A set of them, by logical name.
type Set = BTreeMap<&'static str, One>;

fn text(word: &str, names: &[String]) -> String {
    let goes = names.iter().enumerate().map(|(n, target)| {
        format!(
            r#"{{"Identifier":"go{n}","Type":"TransferToFlow","Parameters":{{"ContactFlowId":"{target}"}},
  "Transitions":{{"NextAction":"end","Errors":[{{"ErrorType":"NoMatchingError","NextAction":"end"}}]}}}},"#
        )
    });
    format!(
        r#"{{"Version":"2019-10-30","StartAction":"say","Actions":[
{{"Identifier":"say","Type":"MessageParticipant","Parameters":{{"Text":"{word}"}},
  "Transitions":{{"NextAction":"end","Errors":[{{"ErrorType":"NoMatchingError","NextAction":"end"}}]}}}},{}
{{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{{}},"Transitions":{{}}}}]}}"#,
        goes.collect::<String>()
    )
}

fn manifest(set: &Set, turned: bool) -> Manifest {
    let mut lines: Vec<String> = set
        .iter()
        .map(|(label, (name, _, _, adopt))| {
            format!("    {label}: {{ instance: i, name: {name}, type: contact-flow, content: {label}.json, adopt: {adopt} }}\n")
        })
        .collect();
    if turned {
        lines.reverse();
    }
    let flows = if lines.is_empty() { String::new() } else { format!("  flows:\n{}", lines.concat()) };
    let yaml = format!(
        "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: {{ name: acme }}\nspec:\n  accounts: {{ m: {{ id: \"111122223333\" }} }}\n  \
         defaults: {{ account: m, region: eu-west-2 }}\n  instances: {{ i: {{ id: 0f1e }} }}\n{flows}"
    );
    let mut files: BTreeMap<PathBuf, Vec<u8>> = [(PathBuf::from("m.yaml"), yaml.into_bytes())].into();
    for (label, (_, said, names, _)) in set {
        let names: Vec<String> = names
            .iter()
            .filter(|name| set.contains_key(*name))
            .map(|name| format!("${{flow.{name}.arn}}"))
            .collect();
        files.insert(
            PathBuf::from(format!("{label}.json")),
            text(&format!("{label}{said}"), &names).into_bytes(),
        );
    }
    let loaded = load(&[PathBuf::from("m.yaml")], &Inputs::default(), &files);
    loaded.unwrap_or_else(|problems| panic!("{:#?}", problems.problems)).manifests.remove(0)
}

#[derive(Debug, Clone, PartialEq)]
struct Object {
    name: String,
    text: String,
    tags: BTreeMap<String, String>,
}

/// What AWS holds, by id.
#[derive(Debug, Clone, Default, PartialEq)]
struct World {
    flows: BTreeMap<String, Object>,
    made: usize,
}

fn arn(id: &str) -> String {
    format!("arn:aws:connect:eu-west-2:111122223333:instance/0f1e/contact-flow/{id}")
}

fn instance() -> Label {
    Label::parse("i").unwrap()
}

fn seen(id: &str, object: &Object) -> FlowSeen {
    let summary = FlowSummary {
        id: id.to_owned(),
        arn: arn(id),
        kind: Some(FlowType::ContactFlow),
        kind_text: "CONTACT_FLOW".to_owned(),
        published: true,
        archived: false,
    };
    let content = Some(FlowContent { text: object.text.clone().into(), modified_ms: None });
    let (name, tags) = (object.name.clone(), object.tags.clone());
    FlowSeen { summary, name, description: String::new(), tags, published: content.clone(), draft: content }
}

impl World {
    /// What a look shows that has read every tag.
    fn observe(&self, desired: &Manifest) -> Snapshot {
        let mut observed = Snapshot::default();
        let arn = InstanceArn { place: desired.instances[&instance()].place.clone(), id: "0f1e".to_owned() };
        let status = InstanceStatus::Active;
        let it = InstanceSeen { arn, alias: None, status, status_reason: None, identity: None, tags: None };
        observed.instances.insert(instance(), Look::Found(it));
        let list = self.flows.iter().map(|(id, object)| (object.name.clone(), seen(id, object).summary));
        observed.lists.insert((Kind::Flow, instance()), Look::Found(list.collect()));
        let declared: Vec<Declared<'_>> = desired
            .flows
            .iter()
            .map(|(label, flow)| Declared { label, name: &flow.name, whole: true, adopt: flow.adopt })
            .collect();
        let tag = |object: &'_ Object, key: &str| object.tags.get(key).cloned();
        let tags: Vec<(Option<String>, Option<String>)> =
            self.flows.values().map(|object| (tag(object, OWNER_TAG), tag(object, ADOPTED_TAG))).collect();
        let live: Vec<Live<'_>> = self
            .flows
            .iter()
            .zip(&tags)
            .map(|((id, object), (owner, mark))| Live {
                id,
                name: &object.name,
                owner: owner.as_deref(),
                mark: mark.as_deref(),
            })
            .collect();
        for (label, identity) in identity::resolve(&desired.set, &declared, &live) {
            let key = (Kind::Flow, instance(), label);
            let name = |id: &String| self.flows[id].name.clone();
            let resolved = match identity {
                Identity::Absent => continue,
                Identity::Is(id) => {
                    observed.flows.insert(key.clone(), Look::Found(seen(&id, &self.flows[&id])));
                    Resolved::Is(FlowIds { arn: self::arn(&id), id })
                }
                Identity::Several(ids) => {
                    Resolved::Several(ids.into_iter().map(|id| (name(&id), id)).collect())
                }
                Identity::Shared { id, with } => Resolved::Shared { name: name(&id), id, with },
            };
            observed.resolved.insert(key, resolved);
        }
        observed
    }

    fn named(&self, name: &str) -> Option<&String> {
        self.flows.iter().find(|(_, object)| object.name == name).map(|(id, _)| id)
    }

    /// Carries out an action as AWS would.
    fn write(&mut self, action: &Action, made: &mut Made) {
        match action.write() {
            Write::Stub(spec) | Write::Flow(spec) => {
                let text = spec.content.resolve(made).unwrap();
                let id = spec.id.clone().or_else(|| made.get(&spec.key).map(|ids| ids.id.clone()));
                let id = id.unwrap_or_else(|| {
                    assert_eq!(self.named(&spec.name), None, "the name is taken");
                    self.made += 1;
                    let id = format!("made-{}", self.made);
                    made.insert(spec.key.clone(), FlowIds { id: id.clone(), arn: arn(&id) });
                    let object =
                        Object { name: spec.name.clone(), text: String::new(), tags: BTreeMap::new() };
                    self.flows.insert(id.clone(), object);
                    id
                });
                let object = self.flows.get_mut(&id).unwrap();
                object.tags.extend(spec.tags.clone());
                if spec.marked {
                    let digest = compare::digest(&Document::parse(&text).unwrap());
                    object.tags.insert(APPLIED_TAG.to_owned(), digest);
                }
                object.text = text.to_string();
            }
            Write::Aside(AsideSpec { metadata: spec, at_last: _ }) | Write::Metadata(spec) => {
                assert_ne!(spec.state, Some(State::Archived));
                let id = spec.id.clone().unwrap();
                if let Some(name) = &spec.name {
                    assert_eq!(self.named(name), None, "the name is taken");
                    self.flows.get_mut(&id).unwrap().name.clone_from(name);
                }
            }
            Write::Tags(spec) => {
                let TagTarget::Content { arn, .. } = &spec.target else { panic!("{spec:?}") };
                let id = arn.rsplit('/').next().unwrap();
                self.flows.get_mut(id).unwrap().tags.extend(spec.tags.clone());
            }
            other => panic!("{other:?}"),
        }
    }

    /// Carries out so many actions of a plan, of those that are ready the one that `pick` says.
    fn carry_out(&mut self, plan: &Plan, count: usize, pick: usize) {
        let (mut made, mut done) = (Made::new(), BTreeSet::new());
        for _ in 0..count.min(plan.actions.len()) {
            let ready = plan.actions.iter().filter(|action| {
                !done.contains(&action.id) && action.after.iter().all(|needed| done.contains(needed))
            });
            let ready: Vec<&Action> = ready.collect();
            assert!(!ready.is_empty(), "nothing is ready, and not everything is done");
            let action = ready[pick % ready.len()];
            self.write(action, &mut made);
            done.insert(action.id.clone());
        }
    }
}

fn lines(plan: &Plan) -> Vec<String> {
    let line = |action: &Action| format!("{} {:?}: {}", action.id.address, action.id.step, action.reason);
    plan.actions.iter().map(line).collect()
}

fn set() -> impl Strategy<Value = Set> {
    let names = Just(NAMES.to_vec()).prop_shuffle();
    let labels = prop::sample::subsequence(LABELS.to_vec(), 0..=5);
    let links = prop::collection::vec(
        (prop::collection::btree_set(prop::sample::select(LABELS.to_vec()), 0..3), 0u8..2, any::<bool>()),
        5,
    );
    (labels, names, links).prop_map(|(labels, names, links)| {
        let all = labels.into_iter().zip(names).zip(links);
        all.map(|((label, name), (links, said, adopt))| (label, (name, said, links, adopt))).collect()
    })
}

/// What others made: nobody's, of another set, a copy with the set's tag, and one that the set made in other days.
fn unmanaged() -> impl Strategy<Value = World> {
    let tag = prop::sample::select(vec![None, None, Some("other/a"), Some("acme/z"), Some("acme/a")]);
    prop::collection::vec((prop::sample::select(NAMES.to_vec()), tag), 0..3).prop_map(|all| {
        let mut world = World::default();
        for (n, (name, tag)) in all.into_iter().enumerate() {
            if world.named(name).is_none() {
                let tags = tag.map(|tag| (OWNER_TAG.to_owned(), tag.to_owned())).into_iter().collect();
                let object = Object { name: name.to_owned(), text: text(&format!("theirs{n}"), &[]), tags };
                world.flows.insert(format!("live-{n}"), object);
            }
        }
        world
    })
}

/// 100 cases; `PROPTEST_CASES=2000 cargo test --no-default-features --lib plan::laws` tries more.
fn config() -> ProptestConfig {
    let more = std::env::var_os("PROPTEST_CASES").is_some();
    let default = ProptestConfig::default();
    // The same cases in every run, unless more are asked for: those are others each time.
    let rng_seed = if more { RngSeed::Random } else { RngSeed::Fixed(1) };
    ProptestConfig { cases: if more { default.cases } else { 100 }, rng_seed, ..default }
}

fn is_ours(object: &Object) -> bool {
    object.tags.get(OWNER_TAG).is_some_and(|tag| tag.starts_with("acme/"))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_was_interrupted_is_finished_and_no_content_lands_on_another_id(
        before in set(), after in set(), mut world in unmanaged(), cut in 0usize..12, pick in 0usize..7,
    ) {
        for (set, cut) in [(&before, cut), (&after, cut)] {
            let desired = manifest(set, false);
            let first = world.clone();
            let owners: BTreeMap<String, Identity> = {
                let observed = first.observe(&desired);
                let is = |(key, resolved): (&(Kind, Label, Label), &Resolved)| match resolved {
                    Resolved::Is(ids) => Some((key.2.to_string(), Identity::Is(ids.id.clone()))),
                    _ => None,
                };
                observed.resolved.iter().filter_map(is).collect()
            };
            // Interrupted once, then run until nothing is left to do.
            let planned = plan(&desired, &world.observe(&desired));
            if planned.has_errors() {
                return Ok(());
            }
            world.carry_out(&planned, cut, pick);
            for _ in 0..4 {
                let planned = plan(&desired, &world.observe(&desired));
                prop_assert!(!planned.has_errors(), "{:?}", planned.problems);
                world.carry_out(&planned, usize::MAX, pick);
            }
            let last = plan(&desired, &world.observe(&desired));
            prop_assert!(last.actions.is_empty(), "{:?}", lines(&last));
            let held = |label: &str| last.problems.iter().any(|problem| {
                problem.severity != Severity::Warning
                    && problem.address.as_ref().is_some_and(|address| address.name.as_str() == label)
            });
            let resolved = world.observe(&desired).resolved;
            for (label, (name, said, names, _)) in set {
                // Whoever was it before is it still.
                let Some(Resolved::Is(ids)) =
                    resolved.get(&(Kind::Flow, instance(), Label::parse(label).unwrap()))
                else {
                    prop_assert!(held(label), "{} is not there, and nothing says why", label);
                    continue;
                };
                if let Some(Identity::Is(id)) = owners.get(*label) {
                    prop_assert_eq!(&ids.id, id);
                }
                let names: Vec<String> = names.iter().filter(|name| set.contains_key(*name)).map(|name| {
                    let key = (Kind::Flow, instance(), Label::parse(name).unwrap());
                    match resolved.get(&key) {
                        Some(Resolved::Is(ids)) => ids.arn.clone(),
                        _ => "-".to_owned(),
                    }
                }).collect();
                let wanted = Document::parse(&text(&format!("{label}{said}"), &names)).unwrap();
                let object = &world.flows[&ids.id];
                let same = compare::same(&Document::parse(&object.text).unwrap(), &wanted);
                prop_assert!(held(label) || (same && object.name == *name), "{}: {:?}", label, object);
            }
            let meant: BTreeSet<&str> = owners.values().filter_map(|identity| match identity {
                Identity::Is(id) => Some(id.as_str()),
                _ => None,
            }).collect();
            for (id, object) in &first.flows {
                let now = &world.flows[id];
                if !meant.contains(id.as_str()) {
                    prop_assert_eq!(now, object, "nobody declared it");
                }
                prop_assert_eq!(is_ours(now), is_ours(object), "adopting is no owning");
            }
        }
    }

    #[test]
    fn the_order_of_the_manifest_does_not_count_and_what_agrees_gives_an_empty_plan(
        set in set(), mut world in unmanaged(), pick in 0usize..7,
    ) {
        let (one, other) = (manifest(&set, false), manifest(&set, true));
        let planned = plan(&one, &world.observe(&one));
        prop_assert_eq!(lines(&planned), lines(&plan(&other, &world.observe(&other))));
        prop_assert_eq!(&planned.fingerprints, &plan(&other, &world.observe(&other)).fingerprints);
        if planned.problems.is_empty() {
            world.carry_out(&planned, usize::MAX, pick);
            let again = plan(&one, &world.observe(&one));
            prop_assert!(again.actions.is_empty() && again.problems.is_empty(), "{:?}", lines(&again));
            prop_assert_eq!(again.in_sync, set.len());
            let steps = planned.actions.iter().filter(|action| action.id.step == Step::Delete).count();
            prop_assert_eq!(steps, 0);
        }
    }
}
