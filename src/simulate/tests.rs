//! Contacts through small manifests: answers by block and by order, functions with their tries and their time.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;
use crate::flow::engine::{Cause, Effect, End, Outcome as Came, Switch};
use crate::flow::namespaces::Root;
use crate::manifest::{
    self, Inputs, Manifest, Scenario, Stub, StubFailure, StubOutcome, Told, scenario_reply,
};
use crate::resource::{Address, Label};
use crate::runtime::answer::Breach;
use crate::runtime::tries;

const MANIFEST: &str = r#"
apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances: { support: { alias: acme-support, values: { hello: "Hello, hello" } } }
  functions:
    lookup: { name: caller-lookup, qualifier: live, response: { type: string-map, keys: [Name], example: { Name: Ann } } }
    other: { name: other }
  modules: { hours: { instance: support, name: Hours, content: hours.json } }
  flows:
    main:
      instance: support
      name: Main
      type: contact-flow
      content: main.json
      bindings: { call: { function: lookup, timeLimit: 2s }, again: { function: other, timeLimit: 8s } }
    next: { instance: support, name: Next, type: contact-flow, content: next.json }
"#;

const MAIN: &str = r#"{"Version": "2019-10-30", "StartAction": "hello", "Actions": [
  {"Identifier": "hello", "Type": "MessageParticipant", "Parameters": {"Text": "${value.hello}"}, "Transitions": {"NextAction": "call"}},
  {"Identifier": "call", "Type": "InvokeLambdaFunction", "Parameters": {"LambdaFunctionARN": "x"},
   "Transitions": {"NextAction": "open", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "open", "Type": "InvokeFlowModule", "Parameters": {"FlowModuleId": "${module.hours.arn}"},
   "Transitions": {"NextAction": "menu", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "menu", "Type": "GetParticipantInput", "Parameters": {"Text": "$.External.Name, press 1"},
   "Transitions": {"NextAction": "end", "Conditions": [{"NextAction": "over", "Condition": {"Operator": "Equals", "Operands": ["1"]}}],
     "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}, {"ErrorType": "InputTimeLimitExceeded", "NextAction": "again"}]}},
  {"Identifier": "again", "Type": "InvokeLambdaFunction", "Parameters": {"LambdaFunctionARN": "y"},
   "Transitions": {"NextAction": "menu", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "over", "Type": "TransferToFlow", "Parameters": {"ContactFlowId": "${flow.next.id}"},
   "Transitions": {"Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]}"#;

const NEXT: &str = r#"{"Version": "2019-10-30", "StartAction": "bye", "Actions": [
  {"Identifier": "bye", "Type": "MessageParticipant", "Parameters": {"Text": "Bye"}, "Transitions": {"NextAction": "end"}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]}"#;

const HOURS: &str = r#"{"Version": "2019-10-30", "StartAction": "check", "Actions": [
  {"Identifier": "check", "Type": "CheckHoursOfOperation", "Parameters": {"HoursOfOperationId": "${hours[\"Day\"].id}"},
   "Transitions": {"NextAction": "end", "Conditions": [
     {"NextAction": "end", "Condition": {"Operator": "Equals", "Operands": ["True"]}},
     {"NextAction": "end", "Condition": {"Operator": "Equals", "Operands": ["False"]}}],
     "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "EndFlowModuleExecution", "Parameters": {}, "Transitions": {}}]}"#;

fn manifest() -> Manifest {
    manifest_with(NEXT)
}

/// The manifest, with another flow for `next`.
fn manifest_with(next: &str) -> Manifest {
    let files = [("acme.yaml", MANIFEST), ("main.json", MAIN), ("next.json", next), ("hours.json", HOURS)];
    let files: BTreeMap<PathBuf, Vec<u8>> =
        files.iter().map(|(name, text)| (PathBuf::from(name), text.as_bytes().to_vec())).collect();
    let loaded = manifest::load(&[PathBuf::from("acme.yaml")], &Inputs::default(), &files);
    loaded.map_err(|problems| problems.problems).unwrap().manifests.remove(0)
}

fn scenario(answers: &[(&str, &str)], functions: &[(&str, Stub)]) -> Scenario {
    let mut scenario = Scenario::new(Label::parse("main").unwrap());
    for (block, text) in answers {
        let value = Answer::new(scenario_reply(text));
        scenario.answers.entry((*block).to_owned()).or_default().push(Told::new(value));
    }
    for (block, stub) in functions {
        let told = Told::new(stub.clone());
        scenario.functions.entry((*block).to_owned()).or_default().push(told);
    }
    scenario
}

use crate::flow::engine::Answer;

fn begin(manifest: &Manifest, scenario: Scenario) -> Simulation<'_> {
    let subject = subject(manifest, &Address::parse("flow/main").unwrap()).unwrap();
    let profile = profile(&scenario.contact, &subject.instance_arn, subject.kind, 0);
    let met = contact(&scenario.contact, &profile);
    Simulation::new(subject, scenario, &met, 0)
}

/// Runs to the end, which must come.
fn run(simulation: &mut Simulation<'_>) -> (Vec<Taken>, Ending) {
    let mut steps = Vec::new();
    loop {
        match simulation.advance() {
            Progress::Went(taken) => steps.push(*taken),
            Progress::Ended(ending) => return (steps, ending),
            other => panic!("{other:?}"),
        }
    }
}

fn said(steps: &[Taken]) -> Vec<&str> {
    let mut all = Vec::new();
    for effect in steps.iter().flat_map(|taken| &taken.went.effects) {
        if let Effect::Said { text, .. } = effect {
            all.push(text.as_str());
        }
    }
    all
}

fn stub(failure: StubFailure, after_ms: u64) -> Stub {
    Stub { after: std::time::Duration::from_millis(after_ms), ..Stub::new(StubOutcome::Failure(failure)) }
}

#[test]
fn a_contact_goes_through_the_modules_and_flows_of_the_manifest() {
    let manifest = manifest();
    let mut simulation = begin(&manifest, scenario(&[("check", "open"), ("menu", "1")], &[]));
    let (steps, ending) = run(&mut simulation);
    assert_eq!(ending, Ending::End(End::Disconnected));
    assert_eq!(said(&steps), ["Hello, hello", "Ann, press 1", "Bye"]);
    assert_eq!(steps[1].answer.as_ref().unwrap().1, By::Example);
    let call = &steps[1].called.as_ref().unwrap().call;
    assert!(call.function.ends_with("function:caller-lookup:live"), "{call:?}");
    assert_eq!(call.limit_seconds, Some(2), "what the manifest binds wins over the file");
    assert_eq!(steps.last().unwrap().went.at.flow.to_string(), "flow/next");
    assert_eq!(simulation.unused(), []);
}

#[test]
fn what_no_one_answers_is_asked_for_and_can_be_given_then() {
    let manifest = manifest();
    let mut simulation = begin(&manifest, scenario(&[("flow/main#menu", "1")], &[]));
    let question = loop {
        match simulation.advance() {
            Progress::Went(_) => {}
            Progress::Needs(question) => break question,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(question.place.flow.to_string(), "module/hours");
    assert!(answers_of(&simulation).contains(&"False".to_owned()));
    simulation.provide(&question.place, Answer::new(scenario_reply("closed")));
    assert_eq!(run(&mut simulation).1, Ending::End(End::Disconnected));
}

#[test]
fn answers_are_used_in_order_and_entries_where_a_block_has_none_of_its_own() {
    let manifest = manifest();
    let other = Stub::new(StubOutcome::Answer(serde_json::json!({"Name": "Bob"})));
    let mut told = scenario(&[("check", "open")], &[("again", other)]);
    for text in ["none", "1", "2"] {
        told.inputs.push(Told { value: Answer::new(scenario_reply(text)), origin: None });
    }
    let mut simulation = begin(&manifest, told);
    let (steps, _) = run(&mut simulation);
    assert_eq!(said(&steps)[1..3], ["Ann, press 1", "Bob, press 1"]);
    let unused = simulation.unused();
    assert_eq!((unused.len(), unused[0].block.as_str(), unused[0].at), (1, "inputs", 2));
}

#[test]
fn an_answer_that_a_block_does_not_take_is_refused() {
    let manifest = manifest();
    let mut simulation = begin(&manifest, scenario(&[("check", "maybe")], &[]));
    let refused = loop {
        match simulation.advance() {
            Progress::Went(_) => {}
            Progress::Refused(refused) => break refused,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(words_of(&refused.answer.reply), "maybe");
}

fn called(stub: Stub) -> (Taken, u64) {
    let manifest = manifest();
    let mut simulation = begin(&manifest, scenario(&[("check", "open"), ("menu", "1")], &[("call", stub)]));
    let (steps, _) = run(&mut simulation);
    (steps[1].clone(), steps[1].went.state.clock_ms)
}

fn cause(taken: &Taken) -> Option<&Cause> {
    match &taken.went.outcome {
        Came::Failed { cause, .. } => Some(cause),
        _ => None,
    }
}

#[test]
fn throttling_is_tried_four_times_and_its_waits_are_assumed() {
    let (taken, clock) = called(stub(StubFailure::Throttled, 10));
    let tries = &taken.called.as_ref().unwrap().tries;
    assert_eq!((tries.len(), cause(&taken)), (4, Some(&Cause::Answered)));
    assert!((740..=1_440).contains(&clock), "{clock}");
    assert_eq!(taken.called.unwrap().assumed, [Switch::S12]);
}

#[test]
fn a_time_out_ends_at_the_limit_of_the_block_and_an_error_at_once() {
    let (taken, clock) = called(stub(StubFailure::Timeout, 0));
    assert_eq!((clock, cause(&taken)), (2_000, Some(&Cause::TimeOver)));
    let (taken, clock) = called(stub(StubFailure::Error, 150));
    assert_eq!((clock, cause(&taken)), (150, Some(&Cause::Answered)));
    assert_eq!(taken.called.unwrap().assumed, [Switch::S3]);
    let (taken, _) = called(stub(StubFailure::Denied, 0));
    assert_eq!(taken.called.unwrap().tries.last().unwrap().outcome, tries::Outcome::Denied);
}

#[test]
fn an_answer_that_comes_too_late_is_none() {
    let late = Stub {
        after: std::time::Duration::from_secs(3),
        ..Stub::new(StubOutcome::Answer(serde_json::json!({"Name": "Ann"})))
    };
    let (taken, clock) = called(late);
    assert_eq!((clock, cause(&taken)), (2_000, Some(&Cause::TimeOver)));
}

#[test]
fn an_answer_is_held_against_the_block_and_the_promise_of_the_manifest() {
    let answer = |value| Stub::new(StubOutcome::Answer(value));
    let (taken, _) = called(answer(serde_json::json!({"Name": {"First": "Ann"}})));
    assert_eq!(taken.called.as_ref().unwrap().tries[0].outcome, tries::Outcome::Refused);
    assert!(cause(&taken).is_some());
    let (taken, _) = called(answer(serde_json::json!({"Other": "x"})));
    assert_eq!(cause(&taken), None, "Amazon Connect knows nothing of the promise");
    assert_eq!(taken.called.unwrap().breaches, [Breach::MissingKey { key: "Name".to_owned() }]);
    let (taken, _) = called(answer(serde_json::json!({"Name": "x".repeat(40_000)})));
    assert_eq!(taken.called.as_ref().unwrap().assumed, [Switch::S5]);
    assert!(cause(&taken).is_some());
}

#[test]
fn what_is_no_flow_with_content_is_refused() {
    let manifest = manifest();
    let of = |text: &str| subject(&manifest, &Address::parse(text).unwrap()).map(drop).unwrap_err();
    assert!(matches!(of("flow/mian"), NoFlow::Unknown { .. }));
    assert!(matches!(of("module/hours"), NoFlow::NotAFlow(_)));
    assert!(matches!(of("flow/main@elsewhere"), NoFlow::Binding(_)));
}

#[test]
fn a_contact_that_goes_round_is_stopped() {
    let round = r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
      {"Identifier": "a", "Type": "MessageParticipant", "Parameters": {"Text": "a"}, "Transitions": {"NextAction": "a"}}]}"#;
    let manifest = manifest_with(round);
    let mut simulation = begin(&manifest, scenario(&[("check", "open"), ("menu", "1")], &[]));
    let (steps, ending) = run(&mut simulation);
    assert_eq!((steps.len(), ending), (MAX_STEPS, Ending::TooLong));
}

#[test]
fn what_a_scenario_says_of_its_contact_is_laid_over_the_invented_one() {
    let manifest = manifest();
    let mut scenario = scenario(&[], &[]);
    scenario.contact.data = Some(serde_json::json!({
        "LanguageCode": null, "SegmentAttributes": {"site": {"ValueString": "Leeds"}}, "Agent": {"FirstName": "Ann"}
    }));
    let state = begin(&manifest, scenario).state;
    assert_eq!(state.contact["LanguageCode"], serde_json::Value::Null);
    assert_eq!(state.contact["SegmentAttributes"]["site"]["ValueString"], "Leeds");
    assert_eq!(state.contact["SegmentAttributes"]["connect:Subtype"]["ValueString"], "connect:Telephony");
    assert_eq!((state.contact.get("Agent"), &state.values[&Root::Agent]["FirstName"]), (None, &"Ann".into()));
}

/// A block that asks nothing succeeds as often as `done` stands before its error.
#[test]
fn a_block_that_asks_nothing_can_fail_at_its_second_time() {
    let round = r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
      {"Identifier": "a", "Type": "MessageParticipant", "Parameters": {"Text": "a"},
       "Transitions": {"NextAction": "a", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
      {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]}"#;
    let manifest = manifest_with(round);
    let answers = [("check", "open"), ("menu", "1"), ("a", "done"), ("a", "done"), ("a", "error")];
    let mut simulation = begin(&manifest, scenario(&answers, &[]));
    let (steps, ending) = run(&mut simulation);
    assert_eq!((said(&steps).split_off(2), ending), (vec!["a", "a"], Ending::End(End::Disconnected)));
    assert_eq!(simulation.unused(), []);
}
