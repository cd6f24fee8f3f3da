//! Scenarios are read with the place of everything, and of every mistake.

use std::path::PathBuf;

use serde_json::json;

use super::*;
use crate::resource::Problem;

fn load(text: &str) -> Result<Vec<Scenario>, Vec<String>> {
    let files: BTreeMap<PathBuf, Vec<u8>> = [(PathBuf::from("s.yaml"), text.as_bytes().to_vec())].into();
    let loaded = load_scenarios(Path::new("s.yaml"), &files);
    loaded.map(|(scenarios, _)| scenarios).map_err(|problems| {
        let line = |p: &Problem| match &p.origin {
            Some(origin) => format!("{origin}: {}", p.message),
            None => p.message.clone(),
        };
        problems.problems.iter().map(line).collect()
    })
}

fn of(spec: &str) -> Result<Vec<Scenario>, Vec<String>> {
    load(&format!(
        "apiVersion: flowbind.dev/v1alpha1\nkind: Scenario\nmetadata: {{ name: known caller }}\nspec:\n{spec}"
    ))
}

const WHOLE: &str = r#"  flow: main-ivr
  instance: london
  contact: { channel: chat, customer: "+447700900123", attributes: { tier: gold } }
  inputs: ["2"]
  answers:
    Main menu: ["1", none]
    Queue: [done, error, "error:QueueAtCapacity", { error: NoMatchingError, after: 2s }]
    Bot: [{ result: Orders, data: { Slots: { number: 7 } } }]
  functions:
    Look up caller: [{ answer: { Name: Ann, Visits: 3 }, after: 300ms }, timeout, { failure: throttled, after: 1s }]
  events: [CustomerRemaining]
  assume: [S1=unset-as-written]
"#;

#[test]
fn a_scenario_says_who_comes_and_what_the_world_answers() {
    let [scenario] = &of(WHOLE).unwrap()[..] else { panic!() };
    assert_eq!((scenario.name.as_str(), scenario.flow.as_str()), ("known caller", "main-ivr"));
    assert_eq!(scenario.contact.channel, Some(Channel::Chat));
    assert_eq!(scenario.contact.attributes["tier"], "gold");
    let replies =
        |block: &str| scenario.answers[block].iter().map(|told| told.value.reply.clone()).collect::<Vec<_>>();
    assert_eq!(replies("Main menu"), [Reply::Result("1".to_owned()), Reply::TimeOut]);
    let error = |kind: &str| Reply::Error(kind.to_owned());
    let queue = [Reply::Done, error("NoMatchingError"), error("QueueAtCapacity"), error("NoMatchingError")];
    assert_eq!(replies("Queue"), queue);
    assert_eq!(scenario.answers["Queue"][3].value.after_ms, 2_000);
    assert_eq!(scenario.answers["Bot"][0].value.data, Some(json!({"Slots": {"number": 7}})));
    let [ann, late, throttled] = &scenario.functions["Look up caller"][..] else { panic!() };
    assert_eq!(ann.value.outcome, Ok(json!({"Name": "Ann", "Visits": 3})));
    assert_eq!(ann.value.after, Duration::from_millis(300));
    assert_eq!(late.value.outcome, Err(StubFailure::Timeout));
    assert_eq!(throttled.value.outcome, Err(StubFailure::Throttled));
    assert_eq!(late.origin.as_ref().map(|origin| (origin.line, origin.file.as_str())), Some((14, "s.yaml")));
    assert_eq!(scenario.inputs[0].value.reply, Reply::Result("2".to_owned()));
    assert_ne!(scenario.assumptions, Assumptions::default());
}

#[test]
fn a_file_may_hold_several_scenarios() {
    let one = "apiVersion: flowbind.dev/v1alpha1\nkind: Scenario\nmetadata: { name: a }\nspec: { flow: x }\n";
    assert_eq!(load(&format!("{one}---\n{}", one.replace("name: a", "name: b"))).unwrap().len(), 2);
}

#[test]
fn every_mistake_is_named_with_its_place() {
    for (spec, line, part) in [
        ("  flow: x\n  answer: {}\n", 6, "`answer`"),
        ("  flow: x\n  answers: { a: '1' }\n", 6, "list"),
        ("  flow: x\n  functions: { a: [tomeout] }\n", 6, "`tomeout`"),
        ("  flow: x\n  functions: { a: [{ failure: error, after: 4 }] }\n", 6, "`4` is not a time"),
        ("  flow: x\n  contact: { channel: fax }\n", 6, "`fax`"),
        ("  flow: x\n  assume: [S1=maybe]\n", 6, "unset-empty"),
        ("  flow: x\n  answers: { a: [{ after: 1s }] }\n", 6, "result"),
        ("  contact: {}\n", 4, "`flow`"),
    ] {
        let problems = of(spec).unwrap_err();
        let found = problems.iter().any(|p| p.starts_with(&format!("s.yaml:{line}:")) && p.contains(part));
        assert!(found, "{spec}: {problems:?}");
    }
    assert!(load("").unwrap_err()[0].contains("empty"));
    assert!(load("apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\n").is_err());
}

#[test]
fn times_have_a_unit() {
    let ms = |text| time(text).map(|time| time.as_millis());
    assert_eq!((ms("300ms"), ms("4s"), ms("2m")), (Some(300), Some(4_000), Some(120_000)));
    for wrong in ["4", "s", "-1s", "1h", "1.5s", "99999999999999999999s", "700000000ms", ""] {
        assert_eq!(time(wrong), None, "{wrong}");
    }
}

#[test]
fn the_words_are_those_of_the_options() {
    for channel in Channel::ALL {
        assert_eq!(Words::word(*channel), Channel::word(*channel));
    }
    for initiation in Initiation::ALL {
        assert_eq!(Words::word(*initiation), Initiation::word(*initiation));
    }
    assert_eq!(<Channel as Words>::ALL, Channel::ALL);
    assert_eq!(<Initiation as Words>::ALL, Initiation::ALL);
}
