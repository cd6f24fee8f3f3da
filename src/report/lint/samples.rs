//! Findings for the tests of all formats: plain ones, and ones whose every name was written by an attacker.

use crate::flow::finding::{Confidence, Finding, PathStep, Severity, Taken};
use crate::flow::graph::EdgeKind;
use crate::lint::{Report, Suppressed};
use crate::manifest::Sources;

/// What must reach no terminal and no log as it is.
pub(in crate::report) const HOSTILE: [&str; 4] = ["\u{1b}]0;", "\u{9b}2J", "\u{202e}", "\n::error"];

const NAME: &str = "x\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}%25%,:\n::error file=a::b\r\n[a](https://e.invalid) `|` **\"'{0}\u{2028}";

pub(in crate::report) fn sources() -> Sources {
    let mut sources = Sources::default();
    sources.insert("flows/main.json", "{\n  \"StartAction\": \"a\",\n  \"Actions\": [\n    {\"Identifier\": \"é\", \"Type\": \"X\"}\n  ]\n}\n");
    sources.insert(format!("{NAME}.json"), format!("{NAME}\n\"{NAME}"));
    sources
}

pub(in crate::report) fn step(block: &str, by: &str, line: usize) -> PathStep {
    PathStep {
        block: block.to_owned(),
        pointer: "/Actions/0".to_owned(),
        callee: None,
        by: match by {
            "" => Taken::End,
            "next" => Taken::Branch(EdgeKind::Next),
            error => Taken::Branch(EdgeKind::Error(error.to_owned())),
        },
        line,
        seconds: None,
        rounds: None,
    }
}

pub(in crate::report) fn finding(code: &'static str, line: usize, column: usize) -> Finding {
    Finding {
        code,
        severity: Severity::Error,
        confidence: Confidence::High,
        file: Some("f.json".to_owned()),
        line,
        column,
        pointer: "/Actions/0".to_owned(),
        block: Some("a".to_owned()),
        message: "it is wrong".to_owned(),
        path: Vec::new(),
        fingerprint: "0123456789abcdef".to_owned(),
    }
}

pub(in crate::report) fn report(findings: Vec<Finding>) -> Report {
    Report { findings, suppressed: Vec::new(), files: 1 }
}

/// Four findings of all kinds in a file, one without a file, and one that is suppressed.
pub(in crate::report) fn sample() -> Report {
    let at = |line, column, severity, code| Finding {
        file: Some("flows/main.json".to_owned()),
        severity,
        ..finding(code, line, column)
    };
    let timed =
        |block: &str, by: &str, line, seconds| PathStep { seconds: Some(seconds), ..step(block, by, line) };
    let path = vec![
        timed("Welcome", "next", 2, 0),
        PathStep { callee: Some("auth".to_owned()), ..timed("Lookup", "NoMatchingError", 4, 8) },
        PathStep { rounds: Some(3), ..timed("Lookup again", "", 5, 24) },
    ];
    let live = Finding {
        file: None,
        severity: Severity::Info,
        line: 1,
        column: 1,
        ..finding("unreadable-flow", 1, 1)
    };
    let findings = vec![
        live,
        at(2, 3, Severity::Error, "unreadable-flow"),
        at(4, 20, Severity::Warning, "unused-suppression"),
        Finding { path, confidence: Confidence::Medium, ..at(4, 27, Severity::Advice, "unused-suppression") },
    ];
    let suppressed = Suppressed {
        finding: at(5, 3, Severity::Warning, "unreadable-flow"),
        reason: "until May".to_owned(),
    };
    Report { findings, suppressed: vec![suppressed], files: 2 }
}

/// A finding whose names, file, path and reason are hostile.
pub(in crate::report) fn hostile() -> Report {
    let found = Finding {
        file: Some(format!("{NAME}.json")),
        block: Some(NAME.to_owned()),
        message: format!("no action has the identifier `{NAME}`"),
        pointer: format!("/{NAME}"),
        path: vec![PathStep { callee: Some(NAME.to_owned()), ..step(NAME, NAME, 1) }],
        ..finding("dangling-transition", 2, 1)
    };
    let suppressed = Suppressed { finding: found.clone(), reason: NAME.to_owned() };
    Report { findings: vec![found], suppressed: vec![suppressed], files: 1 }
}
