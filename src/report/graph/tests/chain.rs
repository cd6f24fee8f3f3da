//! Findings in pictures of flows.

use serde_json::json;

use crate::flow::Document;
use crate::flow::facts::Facts;
use crate::flow::finding::{Confidence, Finding, PathStep, Severity, Taken};
use crate::flow::graph::EdgeKind;
use crate::flow::graph::Graph;
use crate::flow::rules::{self, FlowView};
use crate::report::graph::flow::short;
use crate::report::graph::model::MarkKind;
use crate::report::graph::{Picture, of_flow, svg};

/// Three invocations in a row behind a prompt, the last of which may be tried again.
fn document() -> Document {
    let invoke = |name: &str, limit: &str, next: &str, error: &str| {
        json!({"Identifier": name, "Type": "InvokeLambdaFunction",
            "Parameters": {"LambdaFunctionARN": format!("${{function.{name}.arn}}"), "InvocationTimeLimitSeconds": limit},
            "Transitions": {"NextAction": next, "Errors": [{"NextAction": error, "ErrorType": "NoMatchingError"}]}})
    };
    let flow = json!({"Version": "2019-10-30", "StartAction": "greet", "Actions": [
        {"Identifier": "greet", "Type": "MessageParticipant", "Parameters": {"Text": "Hi"},
            "Transitions": {"NextAction": "one", "Errors": [{"NextAction": "end", "ErrorType": "NoMatchingError"}]}},
        invoke("one", "8", "two", "end"),
        invoke("two", "8", "three", "end"),
        invoke("three", "5", "end", "one"),
        {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]});
    Document::parse(&flow.to_string()).unwrap()
}

/// A block, the seconds when it is through, and the module that it is in.
type Step = (usize, u64, Option<&'static str>);

fn finding(code: &'static str, pointer: &str, block: Option<&str>, path: &[Step]) -> Finding {
    let step = |(block, seconds, callee): &Step| PathStep {
        block: block.to_string(),
        pointer: format!("/Actions/{block}"),
        callee: callee.map(str::to_owned),
        by: Taken::Branch(EdgeKind::Next),
        line: 1,
        seconds: Some(*seconds),
        rounds: None,
    };
    Finding {
        code,
        severity: Severity::Warning,
        confidence: Confidence::High,
        file: None,
        line: 1,
        column: 1,
        pointer: pointer.to_owned(),
        block: block.map(str::to_owned),
        message: "21 s without a prompt".to_owned(),
        path: path.iter().map(step).collect(),
        fingerprint: String::new(),
    }
}

fn picture(findings: &[Finding]) -> Picture {
    let document = document();
    of_flow(&document, &Graph::of(&document), findings)
}

#[test]
fn a_chain_is_drawn_with_its_sums() {
    let path = [(0, 0, None), (1, 8, None), (2, 16, None), (3, 21, None)];
    let chain = finding("lambda-chain-too-long", "/Actions/3", Some("three"), &path);
    let picture = picture(&[chain]);
    let sums = |index: usize| -> Vec<_> {
        let marks = picture.boxes[index].marks.iter();
        marks
            .filter(|mark| matches!(mark.kind, MarkKind::Sum { .. }))
            .map(|mark| mark.text.as_str())
            .collect()
    };
    assert_eq!((sums(0), sums(1)), (vec![], vec!["+8 s = 8 s"]));
    assert_eq!((sums(2), sums(3)), (vec!["+8 s = 16 s"], vec!["+5 s = 21 s"]));
    assert_eq!(picture.boxes[3].marks[0].kind, MarkKind::Sum { over: true });
    assert_eq!(picture.boxes[3].marks[1].text, "lambda-chain-too-long");
    let strong: Vec<_> =
        picture.arrows.iter().filter(|arrow| arrow.strong).map(|arrow| (arrow.from, arrow.to)).collect();
    assert_eq!(strong, [(0, 1), (1, 2), (2, 3)]);
    assert_eq!(picture.notes, ["lambda-chain-too-long: 21 s without a prompt"]);
    super::check(&picture, "chain");
    assert!(svg(&picture).contains(">+5 s = 21 s</text>"));
}

#[test]
fn what_a_module_adds_stands_at_the_block_that_calls_it() {
    let path = [(1, 8, None), (0, 11, Some("m")), (1, 14, Some("m")), (2, 22, None), (77, 30, None)];
    let picture = picture(&[finding("lambda-chain-too-long", "/Actions/2", Some("two"), &path)]);
    assert_eq!(picture.boxes[1].marks[0].text, "+14 s = 14 s");
    assert_eq!(picture.boxes[2].marks[0].text, "+16 s = 30 s");
    assert!(picture.boxes[0].marks.is_empty());
}

#[test]
fn the_rule_and_the_picture_agree() {
    for rule in rules::ALL.iter().filter(|rule| rule.meta().code == "lambda-chain-too-long") {
        let document = Document::parse(rule.meta().bad).unwrap();
        let view = FlowView::new(&document, None);
        let picture = of_flow(&document, &view.graph, &rules::check(&view, &Facts::default(), &[*rule]));
        let sums = picture.boxes.iter().flat_map(|tile| &tile.marks);
        let over = sums.filter(|mark| mark.kind == MarkKind::Sum { over: true }).count();
        assert_eq!((over, picture.notes.len()), (1, 1));
        assert!(picture.arrows.iter().any(|arrow| arrow.strong));
    }
}

#[test]
fn references_are_shown_by_what_tells_them_apart() {
    let arn = "arn:aws:lambda:eu-west-2:111122223333:function:lookup:live";
    let flow = "arn:aws:connect:eu-west-2:111122223333:instance/i/contact-flow/f";
    for (reference, name) in [
        (arn, "lookup:live"),
        (flow, "f"),
        ("${function.crm.arn}", "crm"),
        ("${Lookup.Arn}", "Lookup"),
        ("${Lookup}", "${Lookup}"),
        ("$.Attributes.f", "$.Attributes.f"),
        ("arn:", "arn:"),
    ] {
        assert_eq!(short(reference), name);
    }
}

#[test]
fn findings_mark_the_block_of_their_place() {
    let twice = finding("lambda-time-limit", "/Actions/1/Parameters", None, &[]);
    let other = finding("unknown-start", "/StartAction", None, &[]);
    let far = finding("x", "/Actions/77", Some("two"), &[]);
    let picture = picture(&[twice.clone(), twice, other, far]);
    let marks =
        |index: usize| picture.boxes[index].marks.iter().map(|mark| mark.text.as_str()).collect::<Vec<_>>();
    assert_eq!((marks(1), marks(2)), (vec!["lambda-time-limit ×2"], vec!["x"]));
    assert_eq!(picture.notes, ["unknown-start (warning): 21 s without a prompt"]);
    assert_eq!(picture.boxes[1].severity(), Some(Severity::Warning));
}
