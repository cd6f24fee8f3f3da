//! Any bytes through the analyser: graph, rules, pictures and every form in which findings are shown.
//!
//! A flow is judged as a stranger and again as its own module and its own successor, with every function known, so
//! that each recursion over callees meets itself.

#![no_main]

use std::collections::BTreeMap;
use std::sync::Arc;

use flowbind::flow::facts::{CalleeFacts, Facts, FunctionFacts};
use flowbind::flow::finding::Finding;
use flowbind::flow::rules::{self, FlowView};
use flowbind::flow::stub::FlowType;
use flowbind::flow::{ArnValue, Document, decode, json};
use flowbind::lint::Report;
use flowbind::manifest::Sources;
use flowbind::report::{Layout, graph, lint};
use libfuzzer_sys::fuzz_target;

const FILE: &str = "flows/main.json";

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes) else { return };
    let Ok(document) = Document::parse(&text) else { return };
    let document = Arc::new(document);
    let view = FlowView::new(&document, Some(FILE));
    let mut findings = rules::check(&view, &Facts::default(), rules::ALL);
    draw(&view, &findings);
    findings.extend(rules::check(&view, &around(&view, &document), rules::ALL));
    draw(&view, &findings);
    show(&text, findings);
});

/// A world in which everything that the flow names is the flow itself, and every function answers with its text.
fn around(view: &FlowView<'_>, document: &Arc<Document>) -> Facts {
    // The length picks what else is known, so that the fuzzer can.
    let pick = document.text().len();
    let callee =
        |name: &str| CalleeFacts { name: Some(name.to_owned()), document: Some(Arc::clone(document)) };
    let calls = view.graph.calls().iter().map(|call| call.reference.as_str());
    let function = |arn: &ArnValue| FunctionFacts {
        name: Some(arn.text().to_owned()),
        exists: Some(!pick.is_multiple_of(3)),
        associated: Some(pick.is_multiple_of(2)),
        granted: Some(pick.is_multiple_of(3)),
        unread: pick.is_multiple_of(13).then(|| "its policy could not be read".to_owned()),
        active: Some(pick.is_multiple_of(5)),
        reserved_concurrency: Some((pick % 3) as u32),
        qualifier: Some((!pick.is_multiple_of(4)).then(|| "live".to_owned())),
        declared: Some(pick.is_multiple_of(7)),
        response_example: Some(document.text().to_owned()),
        timeout_seconds: Some((pick % 13) as u32),
        response_type: None,
        response_keys: Some(["answer".to_owned()].into()),
    };
    let functions = document.invocations().into_iter().filter_map(|invocation| invocation.function);
    Facts {
        flow_type: Some(FlowType::ALL[pick % FlowType::ALL.len()]),
        instance_arn: Some("arn:aws:connect:us-east-1:111122223333:instance/i".to_owned()),
        instance_site: Some("arn:aws:connect:us-east-1:111122223333:instance/".to_owned()),
        in_manifest: pick.is_multiple_of(2),
        ids: BTreeMap::new(),
        transferred_to: Some(pick.is_multiple_of(3)),
        functions: functions.map(|arn| (arn.text().to_owned(), function(&arn))).collect(),
        callees: calls.map(|name| (name.to_owned(), callee(name))).collect::<BTreeMap<_, _>>(),
    }
}

fn draw(view: &FlowView<'_>, findings: &[Finding]) {
    let picture = graph::of_flow(view.document, &view.graph, findings);
    for text in [graph::svg(&picture), graph::dot(&picture), graph::mermaid(&picture)] {
        plain(&text);
    }
}

fn show(text: &str, findings: Vec<Finding>) {
    let report = Report { findings, suppressed: Vec::new(), files: 1 };
    let mut sources = Sources::default();
    sources.insert(FILE, text);
    lint::text(&report, &sources, true, &Layout::default());
    plain(&lint::text(&report, &sources, false, &Layout::default()));
    plain(&lint::github(&report, &sources));
    let sarif = lint::sarif(&report, &sources, &[]).expect("findings are data");
    for text in [lint::json(&report, &[], &[]).expect("findings are data"), sarif] {
        plain(&text);
        json::parse(&text).expect("what is written as JSON is read as JSON");
    }
}

/// No control character of a flow gets through to a terminal or a viewer.
fn plain(text: &str) {
    let control = text.chars().find(|it| it.is_control() && *it != '\n');
    assert_eq!(control, None, "a control character gets through:\n{}", text.escape_debug());
}
