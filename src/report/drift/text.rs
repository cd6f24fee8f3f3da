//! Drift for people: what moved, by kind, one line each and what exactly differs under it, then the sums and what to
//! type next.

use std::time::Duration;

use crate::drift::{Detail, Difference, Drift, DriftKind, Finding, Ignored, Verdict};
use crate::manifest::Date;
use crate::report::layout::{Layout, Page};
use crate::report::plan::{beyond_message, details_text, flow_details};
use crate::report::several::{cut, of as count};
use crate::report::style::{bold, cyan, dim, green, red, yellow};
use crate::resource::{said_of, set_prefix, spoken};

const INDENT: &str = "      ";

/// Writes a drift; where it is one of several, addresses have the set in front.
pub fn drift_text(drift: &Drift, several: bool, layout: &Layout) -> String {
    let set = set_prefix(&drift.set, several);
    let mut page = Page::default();
    if several {
        page.line(&bold(&drift.set.to_string()));
        page.line("");
    }
    let mut next = Vec::new();
    for kind in DriftKind::ALL {
        let of_kind: Vec<&Difference> =
            drift.counted().filter(|difference| difference.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        heading(&mut page, kind.words(), kind.meaning());
        let (cut_off, of_kind): (Vec<&Difference>, Vec<&Difference>) =
            of_kind.into_iter().partition(|difference| cut_off(difference).is_some());
        let mut hinted = None;
        for difference in of_kind {
            page.append(difference_text(difference, &set, &mut hinted));
        }
        page.append(cut_off_text(&cut_off, &set));
        page.line("");
        next.extend(next_step(kind).filter(|step| !next.contains(step)));
    }
    let findings: Vec<&Finding> = drift.findings.iter().filter(|finding| finding.ignored.is_none()).collect();
    if !findings.is_empty() {
        heading(&mut page, "problems in live AWS", "whoever caused them");
        findings.into_iter().for_each(|finding| page.append(finding_text(finding, &set)));
        page.line("");
    }
    summary(&mut page, drift);
    if drift.counted().any(|difference| shows_diff(difference.detail.as_ref())) {
        let legend = "In fields and blocks, - is in AWS now and + is declared; in a flow being edited, - is published and + is in the draft.";
        page.line(&dim(legend));
    }
    for step in next {
        page.line(&format!("{} {step}", dim("next:")));
    }
    if several {
        page.line("");
    }
    page.finish(layout)
}

/// Writes what an ignore file suppresses, with the reasons.
pub fn ignored_text(drift: &Drift, several: bool, layout: &Layout) -> String {
    let set = set_prefix(&drift.set, several);
    let mut page = Page::default();
    let mut line = |address: &str, what: &str, ignored: &Ignored| {
        let until = |until: &Date| format!(" (until {until})");
        let until = ignored.until.as_ref().map(until).unwrap_or_default();
        if page.is_empty() {
            page.line(&bold("Ignored"));
        }
        page.line(&dim(&format!("  {set}{address}  {what}: {}{until}", plain(&ignored.reason))));
    };
    for difference in &drift.differences {
        if let Some(ignored) = &difference.ignored {
            line(&difference.address.to_string(), difference.kind.words(), ignored);
        }
    }
    for finding in &drift.findings {
        if let (Some(ignored), Some(address)) = (&finding.ignored, &finding.problem.address) {
            line(&address.to_string(), finding.problem.code.as_str(), ignored);
        }
    }
    page.finish(layout)
}

fn heading(page: &mut Page, words: &str, meaning: &str) {
    let mut words = words.to_owned();
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    page.line(&format!("{}  {}", bold(&words), dim(&format!("({meaning})"))));
}

/// A hint that many differences share is said once.
fn difference_text(difference: &Difference, set: &str, hinted: &mut Option<String>) -> Page {
    let Difference { kind, address, message, detail, hint, .. } = difference;
    let mark = match kind {
        DriftKind::CouldNotTell => red("?"),
        // As in a plan: it would be made, it would be deleted.
        DriftKind::Missing => green("+"),
        DriftKind::LeftOver => red("-"),
        DriftKind::Unmanaged => cyan("?"),
        _ => yellow("~"),
    };
    let mut page = Page::default();
    page.line(&format!(
        "  {mark} {}  {}",
        bold(&format!("{set}{address}")),
        plain(said_of(&address.to_string(), message).1)
    ));
    page.append(detail.as_ref().map(detail_text).unwrap_or_default());
    if let Some(hint) = hint.as_ref().filter(|hint| hinted.as_ref() != Some(*hint)) {
        page.typed(format!("{INDENT}hint: {}\n", plain(hint)));
        *hinted = Some(hint.clone());
    }
    page
}

/// The time limit of the run, where only that kept something from being read.
fn cut_off(difference: &Difference) -> Option<Duration> {
    match difference.detail {
        Some(Detail::CutOff(limit)) => Some(limit),
        _ => None,
    }
}

/// What the run's time limit cut off is said once.
fn cut_off_text(all: &[&Difference], set: &str) -> Page {
    let mut page = Page::default();
    let Some(limit) = all.first().and_then(|difference| cut_off(difference)).map(spoken) else { return page };
    let addresses = cut(all.iter().map(|difference| format!("{set}{}", difference.address)));
    page.line(&format!(
        "  {} {}  reading AWS was cut off after {limit} (--timeout)",
        red("?"),
        bold(&addresses)
    ));
    page.typed(format!("{INDENT}hint: give a longer --timeout.\n"));
    page
}

/// Whether lines with `-` and `+` stand under a difference.
fn shows_diff(detail: Option<&Detail>) -> bool {
    match detail {
        Some(Detail::Draft(_)) => true,
        Some(Detail::Planned(write)) => write.content().is_some_and(|spec| spec.id.is_some()),
        _ => false,
    }
}

fn detail_text(detail: &Detail) -> Page {
    match detail {
        Detail::Planned(write) => {
            beyond_message(write).map_or_else(Page::default, |details| details_text(&details, INDENT, true))
        }
        Detail::Draft(diff) => details_text(&flow_details(diff), INDENT, true),
        Detail::CutOff(_) | Detail::Association { .. } | Detail::Statement { .. } | Detail::Flow { .. } => {
            Page::default()
        }
    }
}

fn finding_text(finding: &Finding, set: &str) -> Page {
    let problem = &finding.problem;
    let address = problem.address.as_ref().map_or_else(String::new, |address| format!("{set}{address}"));
    let mut page = Page::default();
    let about = problem.address.as_ref().map(ToString::to_string).unwrap_or_default();
    let (mark, message) = (yellow("!"), plain(said_of(&about, &problem.message).1));
    page.line(&format!("  {mark} {}  {message} [{}]", bold(&address), problem.code));
    if let Some(hint) = &problem.hint {
        page.typed(format!("{INDENT}hint: {}\n", plain(hint)));
    }
    page
}

/// Names on AWS are anybody's text: nothing of them may steer the terminal.
fn plain(text: &str) -> std::borrow::Cow<'_, str> {
    crate::report::visible::visible(text)
}

fn summary(page: &mut Page, drift: &Drift) {
    let mut counts: Vec<String> =
        drift.counts().into_iter().map(|(kind, count)| format!("{count} {}", kind.words())).collect();
    let findings = drift.findings.iter().filter(|finding| finding.ignored.is_none()).count();
    match findings {
        0 => {}
        many => counts.push(count(many, "problem")),
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
    page.line(&format!("{}{agree}{passed}", bold(&format!("Drift: {}: {verdict}.", drift.set))));
    if drift.verdict() == Verdict::Incomplete {
        let incomplete =
            "Incomplete: some of AWS could not be read or compared; only what could be read is shown.";
        page.line(&red(incomplete));
    }
}

/// What to type after something of a kind.
pub(in crate::report) fn next_step(kind: DriftKind) -> Option<&'static str> {
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
            by_kind: false,
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
        let text = drift_text(&drift("flow `\u{1b}[2J\u{7}`"), false, &Layout::default());
        assert!(!text.contains("\u{1b}[2J") && !text.contains('\u{7}'), "{text:?}");
    }

    #[test]
    fn a_mark_says_what_a_plan_would_do() {
        let text = drift_text(&drift("m"), false, &Layout::default());
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
        let text = drift_text(&drift("m"), true, &Layout::default());
        for kind in DriftKind::ALL {
            assert!(text.contains(kind.meaning()) && text.contains(&format!("2 {}", kind.words())), "{text}");
        }
        assert_eq!(text.matches("hint: do something").count(), DriftKind::ALL.len());
        assert!(text.contains("acme:flow/x"));
    }
}
