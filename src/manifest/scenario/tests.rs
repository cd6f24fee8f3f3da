//! Scenarios are read with the place of everything, and of every mistake.

use std::path::PathBuf;

use serde_json::json;

use super::kinds::LONGEST_MS;
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
  contact: { channel: chat, customer: "+447700900123", attributes: { tier: gold }, data: { LanguageCode: de-DE, Name: null } }
  inputs: ["2"]
  answers:
    Main menu: ["1", none]
    Queue: [done, error, "error:QueueAtCapacity", { error: NoMatchingError, after: 2s }]
    Bot: [{ result: Orders, data: { Slots: { number: 7 } } }]
  functions:
    Look up caller: [{ answer: { Name: Ann, Visits: 3 }, after: 300ms }, timeout, { failure: throttled, after: 1s }]
  events: [CustomerRemaining]
  expect:
    heard: ["Hello*", Please hold]
    unheard: ["*sorry*"]
    path: [Main menu, { block: Look up caller, branch: NoMatchingError }]
    attributes: { tier: gold }
    unset: [open]
    queue: Orders
    end: queued
    silence: 4s
    time: 90s
  assume: [S1=unset-as-written]
"#;

#[test]
fn a_scenario_says_who_comes_and_what_the_world_answers() {
    let [scenario] = &of(WHOLE).unwrap()[..] else { panic!() };
    assert_eq!((scenario.name.as_str(), scenario.flow.as_str()), ("known caller", "main-ivr"));
    assert_eq!(scenario.contact.channel, Some(Channel::Chat));
    assert_eq!(scenario.contact.attributes["tier"], "gold");
    assert_eq!(scenario.contact.data, Some(json!({"LanguageCode": "de-DE", "Name": null})));
    let replies =
        |block: &str| scenario.answers[block].iter().map(|told| told.value.reply.clone()).collect::<Vec<_>>();
    assert_eq!(replies("Main menu"), [Reply::Result("1".to_owned()), Reply::TimeOut]);
    let error = |kind: &str| Reply::Error(kind.to_owned());
    let queue = [Reply::Done, error("NoMatchingError"), error("QueueAtCapacity"), error("NoMatchingError")];
    assert_eq!(replies("Queue"), queue);
    assert_eq!(scenario.answers["Queue"][3].value.after_ms, 2_000);
    assert_eq!(scenario.answers["Bot"][0].value.data, Some(json!({"Slots": {"number": 7}})));
    let [ann, late, throttled] = &scenario.functions["Look up caller"][..] else { panic!() };
    assert_eq!(ann.value.outcome, StubOutcome::Answer(json!({"Name": "Ann", "Visits": 3})));
    assert_eq!(ann.value.after, Duration::from_millis(300));
    assert_eq!(late.value.outcome, StubOutcome::Failure(StubFailure::Timeout));
    assert_eq!(throttled.value.outcome, StubOutcome::Failure(StubFailure::Throttled));
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

#[test]
fn two_scenarios_of_a_file_have_two_names() {
    let one = "apiVersion: flowbind.dev/v1alpha1\nkind: Scenario\nmetadata: { name: a }\nspec: { flow: x }\n";
    let wrong = load(&format!("{one}---\n{one}")).unwrap_err();
    assert_eq!(wrong, ["s.yaml:8:19: a second scenario of this file is named `a`"]);
}

#[test]
fn what_must_happen_is_read() {
    let [scenario] = &of(WHOLE).unwrap()[..] else { panic!() };
    let expect = scenario.expect.as_ref().unwrap();
    assert_eq!(expect.heard[1].value, "Please hold");
    assert_eq!(expect.path[1].value.branch.as_deref(), Some("NoMatchingError"));
    assert_eq!(expect.end.as_ref().map(|told| told.value), Some(EndKind::Queued));
    assert_eq!(expect.time.as_ref().map(|told| told.value), Some(Duration::from_secs(90)));
    let wrong = of("  flow: main\n  expect: { end: gone, silence: 4 }\n").unwrap_err();
    assert!(wrong[0].starts_with("s.yaml:6:18: "), "{wrong:?}");
    assert!(wrong[1].contains("`4` is not a time"), "{wrong:?}");
}

mod written {
    use proptest::collection::{btree_map, vec};
    use proptest::option;
    use proptest::prelude::*;

    use super::*;
    use crate::manifest::grammar::scalar::{ScalarKind as _, kind};

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            "[A-Za-z][A-Za-z0-9 _-]{0,12}",
            "[ -~]{0,8}",
            Just("none".to_owned()),
            Just("error:X".to_owned()),
            Just("null".to_owned()),
            Just("1.10".to_owned()),
            Just("${var.x} é\u{1F600}\u{202E}".to_owned()),
            Just("a\nb: - #c".to_owned()),
        ]
    }

    fn name() -> impl Strategy<Value = String> {
        text().prop_filter("a name", |text| kind::Name::parse(text).is_ok())
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<i16>().prop_map(|quarters| Value::from(f64::from(quarters) / 4.0)),
            text().prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 8, 3, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..3).prop_map(Value::from),
                vec((name(), inner), 0..3).prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    fn object() -> impl Strategy<Value = Value> {
        vec((name(), json()), 0..3).prop_map(|members| members.into_iter().collect())
    }

    fn time() -> impl Strategy<Value = Duration> {
        (0..=LONGEST_MS).prop_map(Duration::from_millis)
    }

    fn an_answer() -> impl Strategy<Value = Answer> {
        let of = prop_oneof![
            Just(Reply::Done),
            Just(Reply::TimeOut),
            text().prop_map(Reply::Result),
            name().prop_map(Reply::Error),
        ];
        let after = prop_oneof![Just(0), 0..=LONGEST_MS];
        (of, after, option::of(object())).prop_map(|(reply, after_ms, data)| Answer { reply, after_ms, data })
    }

    fn a_stub() -> impl Strategy<Value = Stub> {
        let failures = prop::sample::select(StubFailure::ALL);
        prop_oneof![
            Just(Stub::new(StubOutcome::Run)),
            (failures, time(), any::<bool>()).prop_map(|(failure, after, invalid)| Stub {
                after,
                invalid,
                ..Stub::new(StubOutcome::Failure(failure))
            }),
            (json(), time(), any::<bool>()).prop_map(|(answer, after, invalid)| Stub {
                after,
                invalid,
                ..Stub::new(StubOutcome::Answer(answer))
            }),
        ]
    }

    fn told<T: std::fmt::Debug>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Told<T>> {
        of.prop_map(Told::new)
    }

    fn texts() -> impl Strategy<Value = Vec<Told<String>>> {
        vec(told(text()), 0..4)
    }

    fn an_expectation() -> impl Strategy<Value = Expectations> {
        let step = (name(), option::of(text())).prop_map(|(block, branch)| ExpectedStep { block, branch });
        let attributes = btree_map(name(), told(text()), 0..3);
        let end = option::of(told(prop::sample::select(EndKind::ALL)));
        let limits = (option::of(told(time())), option::of(told(time())));
        (texts(), texts(), vec(told(step), 0..3), attributes, option::of(told(text())), end, limits).prop_map(
            |(heard, unheard, path, attributes, queue, end, (silence, time))| Expectations {
                heard,
                unheard,
                path,
                attributes,
                queue,
                end,
                silence,
                time,
                ..Expectations::default()
            },
        )
    }

    fn a_scenario() -> impl Strategy<Value = Scenario> {
        let contact = (
            option::of(prop::sample::select(Channel::ALL)),
            option::of(text()),
            btree_map(name(), text(), 0..3),
            option::of(btree_map(name(), json(), 0..3).prop_map(|members| members.into_iter().collect())),
        )
            .prop_map(|(channel, customer, attributes, data)| ScenarioContact {
                channel,
                customer,
                attributes,
                data,
                ..ScenarioContact::default()
            });
        let lists = (
            btree_map(name(), vec(told(an_answer()), 1..3), 0..3),
            btree_map(name(), vec(told(a_stub()), 1..3), 0..3),
        );
        // No list of its own is read: what is written lists no input that is no text.
        let inputs = vec(told(text().prop_map(|text| Answer::new(reply(&text)))), 0..3);
        (name(), contact, inputs, lists, vec(name(), 0..2), option::of(an_expectation())).prop_map(
            |(name, contact, inputs, (answers, functions), events, expect)| Scenario {
                name,
                contact,
                inputs,
                answers,
                functions,
                events,
                expect,
                assumptions: ["S1=unset-as-written".parse().unwrap()].into_iter().collect(),
                ..Scenario::new(Label::parse("main-ivr").unwrap())
            },
        )
    }

    proptest! {
        #[test]
        fn a_scenario_is_read_back_as_it_was_written(scenario in a_scenario()) {
            let text = to_yaml(&scenario);
            let mut read = load(&text).map_err(|wrong| TestCaseError::fail(format!("{wrong:?}\n{text}")))?;
            prop_assert_eq!(read.len(), 1);
            let mut expected = scenario;
            // A section that holds nothing is not written.
            expected.expect = expected.expect.filter(|expect| *expect != Expectations::default());
            prop_assert_eq!(read.remove(0).without_places(), expected, "{}", text);
        }
    }
}
