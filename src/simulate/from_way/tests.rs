//! For every real flow: the scenarios that are made of ways take them, are read back as they are written, and take every
//! branch together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::*;
use crate::flow::corpus::documents;
use crate::flow::engine::Key;
use crate::flow::explore;
use crate::manifest::{self, Inputs, Manifest, load_scenarios, scenario_yaml};
use crate::resource::{Address, Kind};
use crate::simulate::{Ending, subject};

const MANIFEST: &str = r#"
apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances: { support: { alias: acme-support } }
  functions:
    lookup: { name: caller-lookup, response: { type: string-map, keys: [Name, tier], example: { Name: Ann, tier: gold } } }
  flows:
    main: { instance: support, name: Main, type: contact-flow, content: main.json }
"#;

fn manifest(yaml: &str, flow: &str) -> Option<Manifest> {
    let files: BTreeMap<PathBuf, Vec<u8>> = [("acme.yaml", yaml), ("main.json", flow)]
        .map(|(name, text)| (PathBuf::from(name), text.as_bytes().to_vec()))
        .into();
    let loaded = manifest::load(&[PathBuf::from("acme.yaml")], &Inputs::default(), &files);
    loaded.ok().map(|loaded| loaded.manifests.into_iter().next().unwrap())
}

/// The scenarios of a manifest's flow, how many ways have none, and the branches that the walk takes.
fn scenarios(manifest: &Manifest) -> (Vec<Scenario>, usize, BTreeSet<(Place, Branch)>) {
    let subject = subject(manifest, &Address::parse("flow/main").unwrap()).unwrap();
    let assumptions = Assumptions::default();
    let explored = explore::explore(&subject.program, &[Key::flow("main")], &assumptions);
    let covers = explore::cover(&subject.program, &assumptions, &explored, &[]);
    let mut made = Vec::new();
    for (at, cover) in covers.iter().enumerate() {
        made.extend(from_way(&subject, &cover.way, &format!("way {at}")));
    }
    let without = covers.len() - made.len();
    (made, without, explored.taken.into_keys().collect())
}

/// Runs a scenario: the branches that it takes, and whether it comes to an end.
fn run(manifest: &Manifest, scenario: &Scenario) -> (BTreeSet<(Place, Branch)>, bool, usize) {
    let subject = subject(manifest, &Address::new(Kind::Flow, &scenario.flow)).unwrap();
    let met = contact(&scenario.contact, &profile(&scenario.contact, &subject.instance_arn, subject.kind, 0));
    let mut simulation = Simulation::new(subject, scenario.clone(), &met, 0);
    let mut taken = BTreeSet::new();
    loop {
        match simulation.advance() {
            Progress::Went(step) => {
                taken.insert((step.went.at.clone(), step.went.branch));
                taken.extend(step.went.back.clone());
            }
            Progress::Ended(ending) => {
                let ends = ending != Ending::TooLong;
                return (taken, ends, simulation.unused().len());
            }
            Progress::Needs(_) => return (taken, false, simulation.unused().len()),
            Progress::Refused(refused) => panic!("{refused:?}"),
        }
    }
}

/// Reads scenarios back that were written.
fn read_back(scenarios: &[Scenario]) -> Vec<Scenario> {
    let text: Vec<String> = scenarios.iter().map(scenario_yaml).collect();
    let files = BTreeMap::from([(PathBuf::from("s.yaml"), text.join("---\n").into_bytes())]);
    load_scenarios(Path::new("s.yaml"), &files).map_err(|problems| problems.problems).unwrap().0
}

#[test]
fn every_branch_of_every_real_flow_is_taken_by_a_scenario() {
    let (mut flows, mut refused, mut made, mut unmade, mut endless) = (0, 0, 0, 0, 0);
    let (mut branches, mut missed) = (0, 0);
    for (path, document) in documents() {
        // Tokens of other tools are texts here. Older exports and flows that lead nowhere are no flows of a manifest.
        let text = document.text().replace("${", "$${");
        let Some(manifest) = manifest(MANIFEST, &text) else {
            refused += 1;
            continue;
        };
        flows += 1;
        let (scenarios, without, taken) = scenarios(&manifest);
        unmade += without;
        made += scenarios.len();
        branches += taken.len();
        let mut covered = BTreeSet::new();
        for (scenario, again) in scenarios.iter().zip(read_back(&scenarios)) {
            assert_eq!(
                (&scenario.contact, scenario.answers.len()),
                (&again.contact, again.answers.len()),
                "{path:?}"
            );
            let (over, ends, unused) = run(&manifest, &again);
            assert_eq!(unused, 0, "{path:?}: {}", scenario_yaml(scenario));
            endless += usize::from(!ends);
            covered.extend(over);
        }
        missed += taken.difference(&covered).count();
    }
    if flows > 0 {
        insta::assert_snapshot!(
            format!(
                "{flows} flows, {refused} refused; {made} scenarios, {endless} without an end, {unmade} ways without one; \
                 {missed} of {branches} branches missed"
            ),
            @"113 flows, 27 refused; 914 scenarios, 80 without an end, 0 ways without one; 0 of 1980 branches missed"
        );
    }
}

const TIERS: &str = r#"{"Version": "2019-10-30", "StartAction": "look", "Actions": [
  {"Identifier": "look", "Type": "InvokeLambdaFunction", "Parameters": {"LambdaFunctionARN": "x", "InvocationTimeLimitSeconds": "2"},
   "Transitions": {"NextAction": "which", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "which", "Type": "Compare", "Parameters": {"ComparisonValue": "$.External.tier"},
   "Transitions": {"Conditions": [{"NextAction": "bye", "Condition": {"Operator": "Equals", "Operands": ["silver"]}}],
     "Errors": [{"ErrorType": "NoMatchingCondition", "NextAction": "site"}]}},
  {"Identifier": "site", "Type": "Compare", "Parameters": {"ComparisonValue": "$.LanguageCode"},
   "Transitions": {"Conditions": [{"NextAction": "bye", "Condition": {"Operator": "Equals", "Operands": ["de-DE"]}}],
     "Errors": [{"ErrorType": "NoMatchingCondition", "NextAction": "bye"}]}},
  {"Identifier": "bye", "Type": "MessageParticipant", "Parameters": {"Text": "Bye"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]}"#;

/// A function's answer has what the manifest promises, and the contact says what its flow reads of it.
#[test]
fn a_scenario_keeps_the_promises_of_the_manifest() {
    let bound = MANIFEST
        .replace("content: main.json }", "content: main.json, bindings: { look: { function: lookup } } }");
    let manifest = manifest(&bound, TIERS).unwrap();
    let (scenarios, without, taken) = scenarios(&manifest);
    assert_eq!(without, 0);
    let covered: BTreeSet<_> = scenarios.iter().flat_map(|scenario| run(&manifest, scenario).0).collect();
    assert_eq!(covered, taken);
    let stubs: Vec<&Stub> = scenarios
        .iter()
        .flat_map(|scenario| scenario.functions.values().flatten())
        .map(|told| &told.value)
        .collect();
    assert!(stubs.iter().all(|stub| !stub.invalid), "{stubs:#?}");
    assert!(
        stubs.iter().any(|stub| stub.outcome == StubOutcome::Failure(StubFailure::Error)
            || stub.outcome == StubOutcome::Failure(StubFailure::Timeout)),
        "{stubs:#?}"
    );
    let texts: Vec<String> = scenarios.iter().map(scenario_yaml).collect();
    assert!(texts.iter().any(|text| text.contains("data: { LanguageCode: de-DE }")), "{texts:#?}");
    assert!(texts.iter().any(|text| text.contains("Name: Ann, tier: silver")), "{texts:#?}");
}
