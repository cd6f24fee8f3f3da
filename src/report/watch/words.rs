//! The words of a round.

use std::time::Duration;

use crate::drift::{Drift, Verdict};
use crate::plan::{NotBegun, Plan};
use crate::report::count;
use crate::watch::{Decision, MANY_TIMES, Refusal};

/// Returns the stable name of a decision, as events have it.
pub(super) const fn decision_name(decision: &Decision) -> &'static str {
    match decision {
        Decision::Nothing => "nothing",
        Decision::Tell => "show",
        Decision::Apply { .. } => "apply",
        Decision::Refuse(_) => "refuse",
    }
}

/// Sums a drift up, such as `1 changed outside, 2 missing, 12 resources agree`.
pub fn drift_sums(drift: &Drift) -> String {
    let mut sums: Vec<String> =
        drift.counts().iter().map(|(kind, count)| format!("{count} {}", kind.words())).collect();
    let findings = drift.findings.iter().filter(|finding| finding.ignored.is_none()).count();
    sums.extend((findings > 0).then(|| count(findings, "problem")));
    if drift.verdict() == Verdict::InSync {
        sums.push("in sync".to_owned());
    }
    sums.push(match drift.in_sync {
        1 => "1 resource agrees".to_owned(),
        many => format!("{many} resources agree"),
    });
    sums.join(", ")
}

/// Says what is done about a plan.
pub fn decision_text(decision: &Decision, plan: &Plan) -> String {
    let changes = || count(plan.changes().len(), "change");
    match decision {
        Decision::Nothing => "nothing to do".to_owned(),
        Decision::Tell if plan.actions.is_empty() && plan.is_held() => {
            "nothing can be applied: what differs is blocked".to_owned()
        }
        Decision::Tell if plan.actions.is_empty() => "nothing to apply".to_owned(),
        Decision::Tell => format!("{} to apply; nothing is written without --apply", changes()),
        Decision::Apply { times } if *times >= MANY_TIMES => format!(
            "{} to apply, the same in {times} rounds in a row: something undoes it each time",
            changes()
        ),
        Decision::Apply { .. } => format!("{} to apply", changes()),
        Decision::Refuse(Refusal::NotBegun(why)) => match why {
            NotBegun::Errors => "nothing is written: the plan has errors".to_owned(),
            NotBegun::Order(why) => format!("nothing is written: internal error: the order is wrong ({why})"),
            NotBegun::MayNotRead => {
                "nothing is written: the caller lacks permission to read some of the resources".to_owned()
            }
            NotBegun::NeedsForce(much) => format!("nothing is written: {much}"),
        },
        Decision::Refuse(Refusal::Deletes(address)) => {
            format!("nothing is written: {address} would be deleted, which `flowbind watch` never does")
        }
    }
}

/// Writes a time to wait or that was taken: to a tenth of a second below a minute.
pub fn duration_text(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        seconds @ 60..3_600 if seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds @ 60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds if seconds % 3_600 < 60 => format!("{} h", seconds / 3_600),
        seconds => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_at_a_glance() {
        let text = |millis| duration_text(Duration::from_millis(millis));
        for (millis, written) in [
            (0, "0.0 s"),
            (1_250, "1.2 s"),
            (60_000, "1 min"),
            (90_400, "1 min 30 s"),
            (3_600_000, "1 h"),
            (5_400_000, "1 h 30 min"),
        ] {
            assert_eq!(text(millis), written);
        }
    }
}
