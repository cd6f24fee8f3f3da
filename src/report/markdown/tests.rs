//! Pages read with a parser of CommonMark: nothing that a stranger wrote becomes anything but text.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::page::LIMIT;
use super::*;
use crate::drift::{Detail, Difference, Drift, DriftKind, Finding, Ignored, Moved};
use crate::flow::compare::{BlockChange, FieldChange as FlowField, FlowDiff};
use crate::manifest::{Sources, Status};
use crate::operations::Operation;
use crate::plan::{Action, AssociationSpec, Cause, FlowSpec, Guard, LateText, Plan, Write};
use crate::report::{PlanView, approvable};
use crate::resource::{Address, FlowType, FunctionRef, InstanceArn, Kind, Label, Origin, Problem, SetName};
use crate::snapshot::Gap;

mod oracle;
mod properties;

use oracle::read;

const HOSTILE: &str = "x` ``` </summary></details><img src=x onerror=alert(1)> [a](https://e.invalid) ![b](c) \
                       @octocat #1 GH-2 https://e.invalid/x www.e.invalid <!-- flowbind --> | a | b | **bold** _i_ \
                       ~~s~~ $x$ &lt; &#60; [^1] :smile: a@b.invalid 0123456789abcdef\n# Heading\n> quote\n- list\n\
                       ```\n~~~\n</details>\n\u{202e}\u{1b}[31m\0\r\n===\n";

fn views(plans: &[Plan]) -> Vec<PlanView> {
    plans.iter().map(PlanView::of).collect()
}

fn written(plans: &[Plan]) -> String {
    plan_markdown(&views(plans), &[], approvable(plans).as_deref())
}

fn label(text: &str) -> Label {
    Label::parse(text).unwrap()
}

fn instance() -> InstanceArn {
    InstanceArn::parse("arn:aws:connect:eu-west-2:111122223333:instance/0f1e").unwrap()
}

fn action(kind: Kind, name: &str, write: Write, reason: &str) -> Action {
    let why = (Cause::Unknown, reason.to_owned());
    Action::new(Address::new(kind, &label(name)), write, why, Vec::new(), None)
}

fn flow_update(name: &str, text: &str, lines: usize) -> Action {
    let field = FlowField { pointer: text.to_owned(), from: Some(text.to_owned()), to: None };
    let json = |last: &str| format!("{}\n{last}\n", vec![text; lines].join("\n"));
    let diff = FlowDiff {
        start: Some((text.to_owned(), "b".to_owned())),
        blocks: vec![
            BlockChange::Added {
                name: text.to_owned(),
                kind: text.to_owned(),
                lines: vec![text.to_owned(); lines],
            },
            BlockChange::Renamed { from: text.to_owned(), to: "b".to_owned() },
            BlockChange::Changed {
                name: text.to_owned(),
                kind: "Wait".to_owned(),
                fields: vec![field.clone()],
                from_text: json("1"),
                to_text: json(text),
            },
        ],
        outside: vec![field],
    };
    let spec = FlowSpec {
        key: (Kind::Flow, label(name)),
        instance: instance(),
        instance_name: label("london"),
        id: Some("i".to_owned()),
        arn: None,
        name: text.to_owned(),
        kind: FlowType::ContactFlow,
        status: Status::Published,
        description: None,
        tags: [].into(),
        marked: true,
        content: LateText::Known(String::new().into()),
        before: None,
        draft: None,
        base: None,
        diff,
    };
    action(Kind::Flow, name, Write::Flow(Box::new(spec)), text)
}

fn association(name: &str) -> Action {
    let function = FunctionRef { place: instance().place, name: "crm".to_owned(), qualifier: None };
    let spec = Write::Association(AssociationSpec { instance: instance(), function });
    action(Kind::Association, name, spec, "the instance's list does not hold crm")
}

fn plan_of(actions: Vec<Action>) -> Plan {
    Plan {
        purpose: crate::plan::Purpose::Declared,
        set: SetName::parse("acme").unwrap(),
        manifest: String::new(),
        actions,
        problems: Vec::new(),
        gaps: Vec::new(),
        withheld: Vec::new(),
        in_sync: 3,
        policies: std::collections::BTreeMap::new(),
        claims: Vec::new(),
        fingerprints: [].into(),
        partial: None,
        force: None,
        undeclared: crate::plan::Undeclared::default(),
        outline: crate::plan::Outline::default(),
    }
}

fn hostile_plan() -> Plan {
    let address = Address::new(Kind::Flow, &label("main")).block(HOSTILE);
    let origin = Origin { file: HOSTILE.to_owned(), line: 1, column: 2 };
    let error =
        Problem::error(crate::resource::Code::Rule("code"), HOSTILE).at(&origin).on(&address).hint(HOSTILE);
    let gap = Gap {
        operation: Operation::GetPolicy,
        address: address.clone(),
        denied: true,
        message: HOSTILE.to_owned(),
        hint: Some(HOSTILE.to_owned()),
        cut_off: None,
    };
    let mut guarded = flow_update("main", HOSTILE, 20);
    guarded.guard =
        Some(Guard { code: "protected", message: HOSTILE.to_owned(), allow: address, with: Vec::new() });
    Plan {
        problems: vec![
            error.clone(),
            Problem::held(crate::resource::Code::Rule("code"), HOSTILE),
            Problem::warning(crate::resource::Code::Rule("code"), HOSTILE),
        ],
        gaps: vec![gap],
        force: Some(HOSTILE.to_owned()),
        ..plan_of(vec![association("a"), guarded])
    }
}

#[test]
fn a_plan_reads_well_from_the_sums_to_the_details() {
    let page = read(&written(&[plan_of(vec![association("a"), flow_update("main", "x", 1)])]));
    assert_eq!(page.headings[0], "flowbind plan: 1 to create, 1 to update, 0 to delete");
    assert_eq!(page.headings[1..], [" (1)", "instance/london  (1)"]);
    assert!(page.code.contains(&instance().to_string()), "{:?}", page.code);
    assert_eq!(page.folded, 2);
    assert!(page.code.last().unwrap().starts_with("flowbind apply --checksum "), "{:?}", page.code);
    let synced = read(&written(&[plan_of(Vec::new())]));
    assert_eq!((synced.headings.as_slice(), synced.folded), (&["flowbind plan: in sync".to_owned()][..], 0));
    assert!(synced.code.iter().all(|code| !code.contains("--checksum")));
    let broken = Plan {
        problems: vec![Problem::error(crate::resource::Code::Rule("c"), "m")],
        ..plan_of(vec![association("a")])
    };
    assert!(read(&written(&[broken])).code.iter().all(|code| !code.contains("--checksum")));
}

#[test]
fn hostile_names_in_a_plan_are_text_and_nothing_else() {
    let plans = [hostile_plan(), hostile_plan()];
    for text in [plan_markdown(&views(&plans[..1]), &plans[0].problems, None), written(&plans)] {
        let page = read(&text);
        assert!(
            page.text.contains("onerror") && page.code.iter().any(|code| code.contains("onerror")),
            "{text}"
        );
        assert!(page.headings[1].starts_with("Needs attention"), "{text}");
        assert!(page.headings.last().unwrap().starts_with("Warnings"), "{text}");
        assert_eq!(page.headings.len(), if text.contains("| set |") { 7 } else { 5 });
        assert!(!text.chars().any(|c| c != '\n' && crate::report::visible::steers(c)), "{text:?}");
    }
    let page = read(&failed_markdown(&crate::report::document::hostile(HOSTILE)));
    assert_eq!(page.headings.len(), 3, "the command, its problems and what could not be read");
}

#[test]
fn hostile_names_in_findings_are_text_and_nothing_else() {
    use crate::report::lint::samples;
    let notice = crate::report::lint::Notice { file: HOSTILE.to_owned(), message: HOSTILE.to_owned() };
    for (mut report, sources) in [
        (samples::hostile(), samples::sources()),
        (samples::sample(), samples::sources()),
        (samples::hostile(), Sources::default()),
    ] {
        for finding in &mut report.findings {
            finding.message.push_str(HOSTILE);
        }
        let text = lint_markdown(&report, &sources, std::slice::from_ref(&notice));
        let page = read(&text);
        assert_eq!(page.folded, report.findings.len(), "{text}");
    }
}

fn hostile_drift() -> Drift {
    let difference = |kind, detail| Difference {
        kind,
        address: Address::new(Kind::Flow, &label("main")).block(HOSTILE),
        moved: Moved::Aws,
        message: HOSTILE.to_owned(),
        by_kind: false,
        detail,
        hint: Some(HOSTILE.to_owned()),
        origin: Some(Origin { file: HOSTILE.to_owned(), line: 1, column: 2 }),
        ignored: None,
    };
    let update = flow_update("main", HOSTILE, 3);
    let update = update.write();
    let Write::Flow(flow) = update else { panic!("a flow is written") };
    let draft = Some(Detail::Draft(flow.diff.clone()));
    let mut differences: Vec<Difference> =
        DriftKind::ALL.map(|kind| difference(kind, Some(Detail::Planned(Box::new(update.clone()))))).into();
    differences.push(difference(DriftKind::BeingEdited, draft));
    differences
        .push(difference(DriftKind::Unmanaged, Some(Detail::Association { function: HOSTILE.to_owned() })));
    let ignored = Some(Ignored { reason: HOSTILE.to_owned(), until: None });
    differences.push(Difference { ignored: ignored.clone(), ..difference(DriftKind::Missing, None) });
    let problem = hostile_plan().problems.remove(0);
    Drift {
        set: SetName::parse("acme").unwrap(),
        manifest: String::new(),
        differences,
        findings: vec![Finding { problem: problem.clone(), ignored: None }, Finding { problem, ignored }],
        gaps: Vec::new(),
        in_sync: 1,
        audited: true,
    }
}

#[test]
fn hostile_names_in_a_drift_are_text_and_nothing_else() {
    let warning = Problem::warning(crate::resource::Code::Rule("code"), HOSTILE);
    for count in [1, 2, 400] {
        let drifts: Vec<Drift> = (0..count).map(|_| hostile_drift()).collect();
        let text = drift_markdown(&drifts, std::slice::from_ref(&warning), true);
        assert!(text.len() <= LIMIT, "{}", text.len());
        let page = read(&text);
        let sums = format!("{count} could not tell, {count} changed outside");
        assert!(page.headings[0].starts_with(&format!("flowbind drift: {sums}")), "{:?}", page.headings);
        assert_eq!(page.headings.last().unwrap(), "Next");
        assert_eq!(page.headings.len(), 14, "{:?}", page.headings);
        assert!(page.folded > 0 || count > 2, "{text}");
    }
    let mut clean = hostile_drift();
    clean.differences.clear();
    clean.findings.clear();
    let page = read(&drift_markdown(&[clean], &[], true));
    assert_eq!(page.headings, ["flowbind drift: in sync"]);
}

#[test]
fn three_hundred_changes_with_long_diffs_fit_and_say_what_is_left_out() {
    for (text, lines, changes) in [("x", 200, 300), (HOSTILE, 20, 300), (HOSTILE, 4, 1_500)] {
        let mut plan = hostile_plan();
        plan.actions = (0..changes).map(|n| flow_update(&format!("f{n}"), text, lines)).collect();
        plan.actions.push(association("last"));
        let page = written(&[plan]);
        assert!(page.len() <= LIMIT && page.encode_utf16().count() < 65_536, "{}", page.len());
        let read = read(&page);
        assert!(read.folded > 0 || text == HOSTILE, "{page}");
        assert_eq!(read.headings[1], "Needs attention (4)", "what matters stays");
        assert!(page.contains("left out") && page.contains("`flowbind plan` shows all"), "{page}");
    }
}

#[test]
fn many_sets_do_not_break_the_page() {
    let plans: Vec<Plan> = (0..300).map(|_| hostile_plan()).collect();
    let page = written(&plans);
    assert!(page.len() <= LIMIT, "{}", page.len());
    let read = read(&page);
    assert_eq!(read.rows, 41);
    assert!(page.contains("260 more sets"), "{page}");
}
