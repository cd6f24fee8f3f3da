//! What a plan and an apply come to: what a command's exit code is made of.

use crate::plan::model::{ApplyReport, Outcome, Plan};

/// What a plan comes to, in the order of weight: of several plans the smallest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlanVerdict {
    /// Something has to be fixed before anything may be written.
    Errors,
    /// Something could not be read.
    Incomplete,
    /// Something would be written, or has to be and is blocked.
    Differs,
    /// AWS agrees with the manifest.
    InSync,
}

/// What an apply comes to, in the order of weight: of several the smallest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ApplyVerdict {
    /// Something was not tried: nobody allowed it, or what it was planned on has changed.
    Refused,
    /// Something failed, was not started, or may have been carried out or not.
    Failed,
    /// All was done that the plan has, and something could not be read for it.
    Incomplete,
    /// All was done that the plan has, and something that the manifest declares is blocked.
    Blocked,
    /// All was done.
    Done,
}

impl Plan {
    /// Says what it comes to.
    pub fn verdict(&self) -> PlanVerdict {
        if self.has_errors() {
            PlanVerdict::Errors
        } else if self.is_incomplete() {
            PlanVerdict::Incomplete
        } else if !self.actions.is_empty() || self.is_held() {
            PlanVerdict::Differs
        } else {
            PlanVerdict::InSync
        }
    }
}

impl ApplyReport {
    /// Says what carrying out this plan came to.
    pub fn verdict(&self, plan: &Plan) -> ApplyVerdict {
        let worst = self.outcomes.iter().filter_map(|(_, outcome)| weight(outcome)).min();
        worst.unwrap_or_else(|| {
            if plan.is_incomplete() {
                ApplyVerdict::Incomplete
            } else if plan.is_held() {
                ApplyVerdict::Blocked
            } else {
                ApplyVerdict::Done
            }
        })
    }
}

/// What one outcome makes of an apply. What was skipped counts by what it waited for.
fn weight(outcome: &Outcome) -> Option<ApplyVerdict> {
    match outcome {
        Outcome::Applied | Outcome::AlreadySo | Outcome::Skipped { .. } => None,
        Outcome::Refused { .. } | Outcome::Moved { .. } => Some(ApplyVerdict::Refused),
        Outcome::Failed { .. } | Outcome::Unknown { .. } | Outcome::NotBegun { .. } => {
            Some(ApplyVerdict::Failed)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::model::{ActionId, Failure, Step};
    use crate::resource::{Address, Code, Kind, Label, Problem, SetName};
    use crate::snapshot::Gap;

    fn plan(problems: Vec<Problem>, gaps: usize) -> Plan {
        let gap = Gap {
            address: Address::new(Kind::Flow, &Label::parse("main").unwrap()),
            operation: crate::operations::Operation::DescribeContactFlow,
            message: "not allowed".to_owned(),
            hint: None,
            denied: true,
            cut_off: None,
        };
        Plan { problems, gaps: vec![gap; gaps], ..Plan::empty(SetName::parse("acme").unwrap()) }
    }

    fn report(outcomes: &[Outcome]) -> ApplyReport {
        let id =
            ActionId { address: Address::new(Kind::Flow, &Label::parse("main").unwrap()), step: Step::Write };
        let outcomes = outcomes.iter().map(|outcome| (id.clone(), outcome.clone())).collect();
        ApplyReport { outcomes, backups: Vec::new() }
    }

    #[test]
    fn an_error_weighs_more_than_a_gap_and_a_gap_more_than_a_difference() {
        let error = || Problem::error(Code::PlanOrder, "wrong");
        let held = || Problem::held(Code::FlowHeld, "waits");
        assert_eq!(plan(vec![error(), held()], 1).verdict(), PlanVerdict::Errors);
        assert_eq!(plan(vec![held()], 1).verdict(), PlanVerdict::Incomplete);
        assert_eq!(plan(vec![held()], 0).verdict(), PlanVerdict::Differs);
        assert_eq!(plan(Vec::new(), 0).verdict(), PlanVerdict::InSync);
    }

    #[test]
    fn the_heaviest_outcome_counts_and_the_plan_only_where_all_was_done() {
        let failed = Outcome::Failed(Failure::new("no", "run again"));
        let moved = Outcome::Moved { message: String::new() };
        let because_of = report(&[Outcome::Applied]).outcomes[0].0.clone();
        let skipped = Outcome::Skipped { because_of };
        let held = plan(vec![Problem::held(Code::FlowHeld, "waits")], 0);
        for (outcomes, plan, verdict) in [
            (vec![failed.clone(), moved, skipped.clone()], &held, ApplyVerdict::Refused),
            (vec![Outcome::Applied, skipped, failed], &plan(Vec::new(), 1), ApplyVerdict::Failed),
            (vec![Outcome::Applied, Outcome::AlreadySo], &plan(Vec::new(), 1), ApplyVerdict::Incomplete),
            (vec![Outcome::Applied], &held, ApplyVerdict::Blocked),
            (vec![Outcome::Applied], &plan(Vec::new(), 0), ApplyVerdict::Done),
        ] {
            assert_eq!(report(&outcomes).verdict(plan), verdict);
        }
    }
}
