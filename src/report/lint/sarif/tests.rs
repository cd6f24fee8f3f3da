//! What the 2.1.0 schema and GitHub demand, checked on plain and on hostile findings.

use serde_json::Value;

use super::super::samples::{hostile, sample, sources};
use super::*;

fn log(report: &Report, notices: &[Notice]) -> Value {
    let text = sarif(report, &sources(), notices).unwrap();
    assert!(!text.chars().any(|c| c != '\n' && crate::report::visible::steers(c)), "{text}");
    serde_json::from_str(&text).unwrap()
}

fn strings<'v>(value: &'v Value, key: &str, found: &mut Vec<&'v Value>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if name == key {
                    found.push(value);
                }
                strings(value, key, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| strings(item, key, found)),
        _ => {}
    }
}

fn all<'v>(value: &'v Value, key: &str) -> Vec<&'v Value> {
    let mut found = Vec::new();
    strings(value, key, &mut found);
    found
}

#[test]
fn what_the_schema_and_github_demand_holds() {
    for report in [sample(), hostile(), Report::default()] {
        let log = log(&report, &[]);
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(rules.len(), codes().len());
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), report.findings.len() + report.suppressed.len());
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
            assert!(!result["message"]["text"].as_str().unwrap().is_empty());
            assert_eq!(result["partialFingerprints"][FINGERPRINT].as_str().map(str::len), Some(16));
        }
        for number in ["startLine", "startColumn", "endColumn"] {
            assert!(all(&log, number).iter().all(|number| number.as_u64() >= Some(1)), "{log}");
        }
        for region in all(&log, "region") {
            assert!(
                region["endColumn"].as_u64().is_none_or(|end| Some(end) >= region["startColumn"].as_u64())
            );
        }
        for uri in all(&log, "uri") {
            let uri = uri.as_str().unwrap();
            let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
            assert!(!uri.is_empty() && uri.bytes().all(safe), "{uri}");
        }
        assert_eq!(run["invocations"][0]["executionSuccessful"], true);
        assert_eq!(run["automationDetails"]["id"], "flowbind/lint/");
    }
}

#[test]
fn a_path_is_a_code_flow_and_what_is_ignored_is_suppressed() {
    let log = log(&sample(), &[]);
    let results = &log["runs"][0]["results"];
    let steps = results[3]["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
    let texts: Vec<_> =
        steps.iter().map(|step| step["location"]["message"]["text"].as_str().unwrap()).collect();
    let expected =
        ["Welcome - next, 0 s", "auth > Lookup - NoMatchingError, 8 s", "Lookup again, 3 rounds, 24 s"];
    assert_eq!(texts, expected);
    assert!(steps[1]["location"]["physicalLocation"].is_null(), "its lines are another file's");
    assert_eq!(results[4]["suppressions"][0]["justification"], "until May");
    assert!(results[0]["locations"][0]["physicalLocation"].is_null(), "a live flow is in no file");
    assert!(results[2]["suppressions"].is_null() && results[2]["codeFlows"].is_null());
    let region = &results[2]["locations"][0]["physicalLocation"]["region"];
    assert_eq!((&region["startColumn"], &region["endColumn"]), (&20.into(), &23.into()));
}

#[test]
fn an_input_that_could_not_be_read_is_told() {
    let notice = Notice { file: "a b".to_owned(), message: "there is no such file".to_owned() };
    let log = log(&Report::default(), &[notice]);
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"][0]["message"]["text"], "there is no such file");
    assert_eq!(all(invocation, "uri"), [&Value::from("a%20b")]);
}

#[test]
fn a_path_becomes_a_uri_reference() {
    for (path, expected) in [
        ("./flows/a b.json", "flows/a%20b.json"),
        ("c:d/#?é.json", "c%3Ad/%23%3F%C3%A9.json"),
        ("/a/b.json", "file:///a/b.json"),
        ("../x%20", "../x%2520"),
    ] {
        assert_eq!(crate::report::sarif::uri(path), expected);
    }
}

#[test]
fn a_message_holds_no_link_and_no_placeholder() {
    assert_eq!(
        plain("see [a](https://e.invalid) {0} ${x.y} {}"),
        "see \\[a\\](https://e.invalid) {{0} ${x.y} {}"
    );
    assert_eq!(plain("queue[\"x\"]\u{1b}"), "queue[\"x\"]\\u001b");
    assert_eq!(pascal("external-before-any-call"), "ExternalBeforeAnyCall");
}
