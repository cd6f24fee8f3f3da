//! Drift as a page.

use super::Pictures;
use super::page::{Page, escape, prose};
use crate::drift::{Detail, Difference, Drift, DriftKind, Verdict};
use crate::report::drift::next_step;
use crate::report::plan::{Mark, Note, beyond_message, flow_details};
use crate::report::several::of;
use crate::resource::{Problem, said_of, set_prefix};

/// Writes drifts as a page, with the pictures of the flows that differ. `warnings` are about the ignore file.
pub fn drift_html(drifts: &[Drift], warnings: &[Problem], pictures: &Pictures) -> String {
    let title = match drifts {
        [drift] => format!("Drift of {}", drift.set),
        drifts => format!("Drift of {}", of(drifts.len(), "set")),
    };
    let mut page = Page::new(&title);
    for drift in drifts {
        let set = set_prefix(&drift.set, drifts.len() > 1);
        if drifts.len() > 1 {
            page.heading(2, drift.set.as_str(), "");
        }
        one(&mut page, drift, &set, pictures);
    }
    for warning in warnings {
        page.note(&Note::of(warning), "");
    }
    page.finish()
}

/// Writes one drift; `set` goes in front of addresses.
pub(super) fn one(page: &mut Page, drift: &Drift, set: &str, pictures: &Pictures) {
    let findings: Vec<_> = drift.findings.iter().filter(|finding| finding.ignored.is_none()).collect();
    let counts = drift.counts();
    let mut sums: Vec<String> =
        counts.iter().map(|(kind, count)| format!("{count} {}", kind.words())).collect();
    sums.extend((!findings.is_empty()).then(|| of(findings.len(), "problem")));
    if drift.verdict() == Verdict::InSync {
        sums = vec!["in sync".to_owned()];
    }
    sums.push(match drift.in_sync {
        1 => "1 resource agrees".to_owned(),
        many => format!("{many} resources agree"),
    });
    sums.extend((drift.ignored() > 0).then(|| format!("{} ignored by the ignore file", drift.ignored())));
    page.sums(&sums);
    if drift.verdict() == Verdict::Incomplete {
        page.remark("error", "Some of AWS could not be read or compared; only what could be read is shown.");
    }
    for kind in DriftKind::ALL {
        let of_kind: Vec<&Difference> = drift.counted().filter(|it| it.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        page.heading(3, kind.words(), kind.meaning());
        let mut hinted = None;
        for difference in of_kind {
            thing(page, difference, set, &mut hinted, pictures);
        }
        if let Some(step) = next_step(kind) {
            page.soft(&format!("Next: {step}"));
        }
    }
    if !findings.is_empty() {
        page.heading(3, "problems in live AWS", "whoever caused them");
        for finding in findings {
            page.note(&Note::of(&finding.problem), set);
        }
    }
}

fn thing(
    page: &mut Page,
    difference: &Difference,
    set: &str,
    hinted: &mut Option<String>,
    pictures: &Pictures,
) {
    let Difference { kind, address, message, detail, hint, origin, .. } = difference;
    let (class, sign) = match kind {
        DriftKind::CouldNotTell => ("delete", "?"),
        DriftKind::Missing => ("create", "+"),
        DriftKind::LeftOver => ("delete", "-"),
        DriftKind::Unmanaged => ("unchanged", "?"),
        _ => ("update", "~"),
    };
    let at = origin.as_ref().map(|origin| {
        format!(" <span class=\"soft\">(declared at <code>{}</code>)</span>", escape(&origin.to_string()))
    });
    page.html(&format!(
        "<div class=\"thing {class}\">\n<p><span class=\"sign\">{sign}</span> <span class=\"name\">{}</span> {}{}</p>\n",
        escape(&format!("{set}{address}")),
        prose(said_of(&address.to_string(), message).1),
        at.unwrap_or_default()
    ));
    if let Some(hint) = hint.as_ref().filter(|hint| hinted.as_ref() != Some(*hint)) {
        page.soft(hint);
        *hinted = Some(hint.clone());
    }
    match detail {
        Some(Detail::Planned(write)) => {
            if let Some(details) = beyond_message(write) {
                page.soft("`-` is in AWS, `+` is declared.");
                page.details(&details, Mark::Update);
            }
        }
        Some(Detail::Draft(diff)) => {
            page.soft("`-` is published, `+` is the draft.");
            page.details(&flow_details(diff), Mark::Update);
        }
        Some(
            Detail::CutOff(_) | Detail::Association { .. } | Detail::Statement { .. } | Detail::Flow { .. },
        )
        | None => {}
    }
    page.picture(pictures, &format!("{set}{address}"));
    page.html("</div>\n");
}
