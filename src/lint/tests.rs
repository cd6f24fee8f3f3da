//! The whole way from texts to findings.

use super::*;
use crate::flow::finding::Severity;

const DANGLING: &str = r#"{"Version": "2019-10-30", "StartAction": "a", "Metadata": {"ActionMetadata": {"a": {"name": "Greet"}}},
"Actions": [
  {"Identifier": "a", "Type": "MessageParticipant", "Parameters": {"Text": "Hello"}, "Transitions": {
    "NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "ende"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#;

fn all() -> Selection {
    Selection::new(&[], &[], Severity::Info).unwrap()
}

fn suppression(code: &str, flow: Option<&str>, block: Option<&str>, line: usize) -> Suppression {
    Suppression {
        code: code.to_owned(),
        flow: flow.map(|flow| Label::parse(flow).unwrap()),
        block: block.map(str::to_owned),
        reason: "known".to_owned(),
        origin: Origin { file: "m.yaml".to_owned(), line, column: 9 },
    }
}

/// Judges the dangling flow as `flow/main` of a manifest.
fn lint(suppressions: &[Suppression]) -> Report {
    let selection = all();
    let mut linter = Linter::new(&selection);
    let (flow, facts) = (Label::parse("main").unwrap(), Facts::default());
    let text = DANGLING.into();
    let input = Input { name: "f.json", text: &text, desired: None, flow: &flow, facts: &facts };
    // Once for each of two instances: what is found twice is told once.
    linter.flow(&input, suppressions);
    linter.flow(&input, suppressions);
    linter.finish()
}

fn findings(report: &Report) -> Vec<(&str, &str, usize)> {
    let tell = |finding: &'_ Finding| (finding.code, finding.line);
    let files = report.findings.iter().map(|finding| finding.file.as_deref().unwrap_or_default());
    report.findings.iter().map(tell).zip(files).map(|((code, line), file)| (code, file, line)).collect()
}

#[test]
fn a_finding_is_told_once_however_many_instances_the_flow_is_on() {
    let report = lint(&[]);
    assert_eq!(findings(&report), [("dangling-transition", "f.json", 4)]);
    assert!(report.fails() && report.files == 1);
}

#[test]
fn a_suppression_lets_pass_what_it_names_and_nothing_else() {
    let code = "dangling-transition";
    for (flow, block) in
        [(None, None), (Some("main"), None), (Some("main"), Some("Greet")), (None, Some("a"))]
    {
        let report = lint(&[suppression(code, flow, block, 3)]);
        assert_eq!(findings(&report), [], "{flow:?} {block:?}");
        assert_eq!(report.suppressed.len(), 1);
        assert_eq!(report.suppressed[0].reason, "known");
    }
    for (other, flow, block) in [
        ("unreachable-block", None, None),
        (code, Some("other"), None),
        (code, None, Some("end")),
        (code, None, Some("nowhere")),
    ] {
        let report = lint(&[suppression(other, flow, block, 3)]);
        let expected = [(code, "f.json", 4), ("unused-suppression", "m.yaml", 3)];
        assert_eq!(findings(&report), expected, "{other} {flow:?} {block:?}");
    }
}

#[test]
fn an_unused_suppression_says_what_to_do() {
    let unused = |suppression: Suppression| {
        let report = lint(&[suppression]);
        let finding = report.findings.into_iter().find(|finding| finding.code == "unused-suppression");
        finding.map(|finding| finding.message)
    };
    assert_eq!(
        unused(suppression("no-way-out", Some("main"), Some("x"), 1)).as_deref(),
        Some(
            "no finding matches this suppression: `no-way-out` in `main` on the block `x`; remove the entry"
        )
    );
    assert_eq!(
        unused(suppression("no-way-ou", None, None, 1)).as_deref(),
        Some("no finding matches this suppression: `no-way-ou`; did you mean `no-way-out`?")
    );
}

#[test]
fn a_suppression_of_a_code_that_is_not_selected_is_not_called_unused() {
    let selection = Selection::new(&["no-way-out".into(), "unused-suppression".into()], &[], Severity::Info);
    let selection = selection.unwrap();
    let mut linter = Linter::new(&selection);
    linter.problems(Vec::new(), &[suppression("duplicate-identifier", None, None, 1)]);
    assert_eq!(linter.finish(), Report::default());
}

#[test]
fn a_file_that_cannot_be_read_is_a_finding_and_the_others_go_on() {
    let selection = all();
    let mut linter = Linter::new(&selection);
    assert!(linter.file("z.json", DANGLING, false));
    assert!(linter.file("a.json", "{\n  oops", true));
    assert!(!linter.file("c.json", "{\n  oops", false), "in a folder it may be anything");
    linter.undecodable("b.json", &crate::flow::decode(b"\xEF\xBB\xBF\xFF").unwrap_err());
    let report = linter.finish();
    let expected = [
        ("unreadable-flow", "a.json", 2),
        ("unreadable-flow", "b.json", 1),
        ("dangling-transition", "z.json", 4),
    ];
    assert_eq!(findings(&report), expected);
    assert_eq!((report.files, report.count(Severity::Error)), (3, 3));
}

#[test]
fn what_is_wrong_with_a_manifest_is_a_finding_like_any_other() {
    let origin = Origin { file: "m.yaml".to_owned(), line: 7, column: 5 };
    let address = crate::resource::Address::parse("function/crm").unwrap();
    let problem = Problem::warning(crate::resource::Code::UnusedFunction, "nothing uses it")
        .on(&address)
        .at(&origin)
        .hint("remove it.");
    let selection = all();
    let findings = |suppressions: &[Suppression]| {
        let mut linter = Linter::new(&selection);
        linter.problems(vec![problem.clone()], suppressions);
        linter.finish()
    };
    let report = findings(&[]);
    let finding = &report.findings[0];
    assert_eq!((finding.line, finding.message.as_str()), (7, "nothing uses it; remove it"));
    assert!(report.fails());
    let excused = findings(&[suppression("unused-function", None, None, 2)]);
    assert_eq!((excused.findings.len(), excused.suppressed.len()), (0, 1));
}

#[test]
fn findings_below_the_threshold_are_not_told() {
    let selection = Selection::new(&[], &[], Severity::Warning).unwrap();
    let mut linter = Linter::new(&selection);
    linter.problems(Vec::new(), &[suppression("duplicate-identifier", None, None, 1)]);
    assert_eq!(linter.finish(), Report::default());
}

#[test]
fn what_a_manifest_makes_of_a_flow_is_judged_and_told_where_it_is_written() {
    let desired = DANGLING
        .replace("Hello", "Hello,\\nand ${var.much} more")
        .replace("\"Transitions\": {\n", "\"Transitions\":\n\n\n{");
    let (text, desired) = (DANGLING.into(), desired.into());
    let selection = all();
    let mut linter = Linter::new(&selection);
    let (flow, facts) = (Label::parse("main").unwrap(), Facts::default());
    let input = Input { name: "f.json", text: &text, desired: Some(&desired), flow: &flow, facts: &facts };
    linter.flow(&input, &[]);
    let report = linter.finish();
    let column = DANGLING.lines().nth(3).unwrap().find("\"ende\"").unwrap() + 1;
    assert_eq!(report.findings.iter().map(|f| (f.line, f.column)).collect::<Vec<_>>(), [(4, column)]);
}

#[test]
fn a_flow_is_told_from_other_json() {
    let quoted = serde_json::to_string(DANGLING).unwrap();
    for text in [
        DANGLING.to_owned(),
        DANGLING.replace("[\n", "[,\n"),
        quoted.clone(),
        format!("{{\"ContactFlow\": {{\"Content\": {quoted}}}}}"),
        r#"{"modules": 3, "start": "x"}"#.to_owned(),
        r#"{"Version": "2031-01-01", "Actions": []}"#.to_owned(),
    ] {
        assert!(claims_to_be_a_flow(&text), "{text}");
    }
    for text in [
        r#"{"name": "app", "scripts": {"start": "node ."}, "modules": true}"#,
        r#"{"Version": "2012-10-17", "Statement": []}"#,
        "[1, 2]",
        "\"text\"",
        "// comment\n{\"compilerOptions\": {}}",
        "",
    ] {
        assert!(!claims_to_be_a_flow(text), "{text}");
    }
}
