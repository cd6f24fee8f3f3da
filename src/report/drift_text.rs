//! Drift for people: what moved, by kind, one line each and what exactly differs under it, then the sums and what to
//! type next.

use std::fmt::Write;

use super::flow_diff::flow_diff;
use super::plan_text::spec_text;
use super::style::{bold, cyan, dim, green, red, yellow};
use crate::drift::{Detail, Difference, Drift, DriftKind, Finding, Ignored, Verdict};
use crate::manifest::Date;
use crate::plan::Spec;

const INDENT: &str = "      ";

/// Writes a drift; where it is one of several, addresses have the set in front.
pub fn drift_text(drift: &Drift, several: bool) -> String {
    let set = if several { format!("{}:", drift.set) } else { String::new() };
    let mut out = String::new();
    if several {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{}\n", bold(&drift.set.to_string()));
    }
    let mut next = Vec::new();
    for kind in DriftKind::ALL {
        let of_kind: Vec<&Difference> =
            drift.counted().filter(|difference| difference.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        heading(&mut out, kind.words(), kind.meaning());
        let mut hinted = None;
        for difference in of_kind {
            out.push_str(&difference_text(difference, &set, &mut hinted));
        }
        out.push('\n');
        next.extend(next_step(kind).filter(|step| !next.contains(step)));
    }
    let findings: Vec<&Finding> = drift.findings.iter().filter(|finding| finding.ignored.is_none()).collect();
    if !findings.is_empty() {
        heading(&mut out, "findings", "wrong in live AWS, whoever made it so");
        findings.into_iter().for_each(|finding| out.push_str(&finding_text(finding, &set)));
        out.push('\n');
    }
    out.push_str(&summary(drift));
    if drift.counted().any(|difference| shows_diff(difference.detail.as_ref())) {
        let legend = "Of fields and blocks, - is in AWS now, + is declared; of what is being edited, - is published, + is in the draft.";
        let _ = writeln!(out, "{}", dim(legend));
    }
    for step in next {
        let _ = writeln!(out, "{} {step}", dim("next:"));
    }
    if several {
        out.push('\n');
    }
    out
}

/// Writes what an ignore file lets pass, with the reasons.
pub fn ignored_text(drift: &Drift, several: bool) -> String {
    let set = if several { format!("{}:", drift.set) } else { String::new() };
    let mut out = String::new();
    let mut line = |address: &str, what: &str, ignored: &Ignored| {
        let until = |until: &Date| format!(" (until {until})");
        let until = ignored.until.as_ref().map(until).unwrap_or_default();
        let _ = writeln!(out, "  {set}{address}  {what}: ignored, {}{until}", ignored.reason);
    };
    for difference in &drift.differences {
        if let Some(ignored) = &difference.ignored {
            line(&difference.address.to_string(), difference.kind.words(), ignored);
        }
    }
    for finding in &drift.findings {
        if let (Some(ignored), Some(address)) = (&finding.ignored, &finding.problem.address) {
            line(&address.to_string(), finding.problem.code, ignored);
        }
    }
    if out.is_empty() { out } else { format!("{}\n{}\n", bold("Let pass"), dim(out.trim_end_matches('\n'))) }
}

fn heading(out: &mut String, words: &str, meaning: &str) {
    let mut words = words.to_owned();
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let _ = writeln!(out, "{}  {}", bold(&words), dim(&format!("({meaning})")));
}

/// A hint that many differences share is said once.
fn difference_text(difference: &Difference, set: &str, hinted: &mut Option<String>) -> String {
    let Difference { kind, address, message, detail, hint, .. } = difference;
    let mark = match kind {
        DriftKind::CouldNotTell => red("?"),
        // As in a plan: it would be made, it would be deleted.
        DriftKind::Missing => green("+"),
        DriftKind::LeftOver => red("-"),
        DriftKind::Unmanaged => cyan("?"),
        _ => yellow("~"),
    };
    let mut out = String::new();
    let _ = writeln!(out, "  {mark} {}  {}", bold(&format!("{set}{address}")), plain(message));
    if let Some(detail) = detail {
        out.push_str(&detail_text(detail));
    }
    if let Some(hint) = hint.as_ref().filter(|hint| hinted.as_ref() != Some(*hint)) {
        let _ = writeln!(out, "{INDENT}hint: {}", plain(hint));
        *hinted = Some(hint.clone());
    }
    out
}

/// Whether lines with `-` and `+` stand under a difference.
fn shows_diff(detail: Option<&Detail>) -> bool {
    match detail {
        Some(Detail::Draft(_)) => true,
        Some(Detail::Planned(change)) => matches!(change.spec(), Spec::Flow(spec) if spec.id.is_some()),
        _ => false,
    }
}

fn detail_text(detail: &Detail) -> String {
    match detail {
        Detail::Planned(change) => match change.spec() {
            // The message says it all.
            Spec::Removal(_) | Spec::Association(_) | Spec::Grant(_) => String::new(),
            spec => spec_text(spec),
        },
        Detail::Draft(diff) => flow_diff(diff, INDENT),
        Detail::Association { .. } | Detail::Statement { .. } | Detail::Flow { .. } => String::new(),
    }
}

fn finding_text(finding: &Finding, set: &str) -> String {
    let problem = &finding.problem;
    let address = problem.address.as_ref().map_or_else(String::new, |address| format!("{set}{address}"));
    let mut out = String::new();
    let _ =
        writeln!(out, "  {} {}  {} [{}]", yellow("!"), bold(&address), plain(&problem.message), problem.code);
    if let Some(hint) = &problem.hint {
        let _ = writeln!(out, "{INDENT}hint: {hint}");
    }
    out
}

/// Names on AWS are anybody's text: nothing of them may steer the terminal.
fn plain(text: &str) -> std::borrow::Cow<'_, str> {
    super::visible::visible(text)
}

fn summary(drift: &Drift) -> String {
    let mut counts: Vec<String> =
        drift.counts().into_iter().map(|(kind, count)| format!("{count} {}", kind.words())).collect();
    let findings = drift.findings.iter().filter(|finding| finding.ignored.is_none()).count();
    match findings {
        0 => {}
        1 => counts.push("1 finding".to_owned()),
        many => counts.push(format!("{many} findings")),
    }
    let verdict = match drift.verdict() {
        Verdict::InSync => "in sync".to_owned(),
        Verdict::Differs | Verdict::Incomplete => counts.join(", "),
    };
    let agree = match drift.in_sync {
        0 => String::new(),
        1 => " 1 resource agrees.".to_owned(),
        many => format!(" {many} resources agree."),
    };
    let passed = match drift.ignored() {
        0 => String::new(),
        passed => format!(" {passed} ignored by the ignore file."),
    };
    let mut out = String::new();
    let _ = writeln!(out, "{}{agree}{passed}", bold(&format!("Drift: {}: {verdict}.", drift.set)));
    if drift.verdict() == Verdict::Incomplete {
        let incomplete =
            "Incomplete: some of AWS could not be read or compared; what is shown is what could be.";
        let _ = writeln!(out, "{}", red(incomplete));
    }
    out
}

/// What to type after something of a kind.
pub(super) fn next_step(kind: DriftKind) -> Option<&'static str> {
    match kind {
        DriftKind::ChangedOutside | DriftKind::Changed | DriftKind::ChangedBoth => Some(
            "`flowbind apply PATH...` writes the declared state back and keeps what it overwrites; to keep the change instead, put it into the manifest or the flow file.",
        ),
        DriftKind::ChangedInManifest | DriftKind::Missing => {
            Some("`flowbind plan PATH...` shows what would be written, `flowbind apply PATH...` writes it.")
        }
        DriftKind::LeftOver => Some(
            "`flowbind plan --prune PATH...` shows what would be deleted, `flowbind apply --prune PATH...` deletes it.",
        ),
        DriftKind::Unmanaged => {
            Some("declare unmanaged resources, delete them, or list them in the `--ignore` file.")
        }
        DriftKind::BeingEdited => None,
        DriftKind::CouldNotTell => {
            Some("fix what could not be read, then run `flowbind drift PATH...` again.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::Moved;
    use crate::resource::{Address, Kind, Label, SetName};

    fn drift(message: &str) -> Drift {
        let address = Address::new(Kind::Flow, &Label::parse("x").unwrap());
        let difference = |kind| Difference {
            kind,
            address: address.clone(),
            moved: Moved::Unknown,
            message: message.to_owned(),
            detail: None,
            hint: Some("do something".to_owned()),
            origin: None,
            ignored: None,
        };
        Drift {
            set: SetName::parse("acme").unwrap(),
            manifest: String::new(),
            differences: DriftKind::ALL
                .into_iter()
                .flat_map(|kind| [difference(kind), difference(kind)])
                .collect(),
            findings: Vec::new(),
            gaps: Vec::new(),
            in_sync: 1,
            audited: false,
        }
    }

    #[test]
    fn a_name_on_aws_does_not_steer_the_terminal() {
        let text = drift_text(&drift("flow `\u{1b}[2J\u{7}`"), false);
        assert!(!text.contains("\u{1b}[2J") && !text.contains('\u{7}'), "{text:?}");
    }

    #[test]
    fn a_mark_says_what_a_plan_would_do() {
        let text = drift_text(&drift("m"), false);
        for (kind, mark) in [
            (DriftKind::ChangedOutside, yellow("~")),
            (DriftKind::Missing, green("+")),
            (DriftKind::LeftOver, red("-")),
            (DriftKind::Unmanaged, cyan("?")),
            (DriftKind::CouldNotTell, red("?")),
        ] {
            let (_, under) = text.split_once(kind.meaning()).unwrap();
            let line = under.lines().nth(1).unwrap();
            assert!(line.starts_with(&format!("  {mark} ")), "{line}");
        }
    }

    #[test]
    fn every_kind_has_its_own_heading_and_a_shared_hint_is_said_once() {
        let text = drift_text(&drift("m"), true);
        for kind in DriftKind::ALL {
            assert!(text.contains(kind.meaning()) && text.contains(&format!("2 {}", kind.words())), "{text}");
        }
        assert_eq!(text.matches("hint: do something").count(), DriftKind::ALL.len());
        assert!(text.contains("acme:flow/x"));
    }
}
