//! What is done about a plan in a round.

use crate::plan::{ApplyReport, ApplyVerdict, Evidence, NotBegun, Plan, may_begin};
use crate::resource::{Address, Severity};

/// Whether a process that stays writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Mode {
    /// It only shows what it sees.
    #[default]
    Observe,
    /// It makes AWS agree with the manifests.
    Apply,
}

/// How a set is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// Whether it is written.
    pub mode: Mode,
}

/// What became of a set's last round.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Last {
    /// The digests of the actions that were carried out, if all of them were.
    applied: Vec<String>,
    /// How many rounds in a row have carried out the same.
    times: u32,
}

/// So many rounds in a row that carry out the same mean that someone undoes it each time.
pub const MANY_TIMES: u32 = 3;

/// What is done about a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// AWS agrees with the manifest.
    Nothing,
    /// What differs is shown, and nothing is written.
    Tell,
    /// It is carried out.
    Apply {
        /// How many rounds in a row, with this one, carry out the same.
        times: u32,
    },
    /// Something differs and is not written.
    Refuse(Refusal),
}

/// Why a plan is not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It may not begin.
    NotBegun(NotBegun),
    /// It deletes this: a process that stays never does.
    Deletes(Address),
}

/// Decides about a plan.
pub fn decide(settings: Settings, last: &Last, plan: &Plan) -> Decision {
    let quiet = plan.actions.is_empty()
        && plan.withheld.is_empty()
        && plan.gaps.is_empty()
        && plan.problems.iter().all(|problem| problem.severity == Severity::Warning);
    if quiet {
        return Decision::Nothing;
    }
    if settings.mode == Mode::Observe {
        return Decision::Tell;
    }
    if let Err(why) = may_begin(plan) {
        return Decision::Refuse(Refusal::NotBegun(why));
    }
    if let Some(action) = plan.actions.iter().find(|action| action.write().is_deletion()) {
        return Decision::Refuse(Refusal::Deletes(action.id.address.clone()));
    }
    if plan.actions.is_empty() {
        return Decision::Tell;
    }
    let times = if last.applied == digests(plan) { last.times + 1 } else { 1 };
    Decision::Apply { times }
}

impl Last {
    /// What is known after a round: its plan, with what was decided and what became of it.
    pub fn of(plan: &Plan, decision: &Decision, report: Option<&ApplyReport>) -> Self {
        match (decision, report) {
            (Decision::Apply { times }, Some(report)) if report.verdict(plan) == ApplyVerdict::Done => {
                Self { applied: digests(plan), times: *times }
            }
            _ => Self::default(),
        }
    }
}

fn digests(plan: &Plan) -> Vec<String> {
    Evidence::of(plan).actions.into_iter().map(|action| action.digest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::Operation;
    use crate::plan::{Action, Cause, Outcome, Step, Verb, samples};
    use crate::resource::{Code, InstanceArn, Kind, Label, Problem, SetName};
    use crate::snapshot::Gap;

    const APPLY: Settings = Settings { mode: Mode::Apply };
    const OBSERVE: Settings = Settings { mode: Mode::Observe };

    fn empty() -> Plan {
        Plan::empty(SetName::parse("acme").unwrap())
    }

    fn writing(step: Step, verb: Verb) -> Plan {
        let instance = InstanceArn::parse("arn:aws:connect:eu-west-2:111122223333:instance/0f1e").unwrap();
        let address = Address::new(Kind::Flow, &Label::parse("main").unwrap());
        let write = samples::flow_write(step, verb, &instance);
        let action = Action::new(address, write, (Cause::Unknown, String::new()), Vec::new(), None);
        Plan { actions: vec![action], ..empty() }
    }

    fn unread(denied: bool) -> Gap {
        Gap {
            address: Address::new(Kind::Flow, &Label::parse("main").unwrap()),
            operation: Operation::DescribeContactFlow,
            message: "no".to_owned(),
            hint: None,
            denied,
            cut_off: None,
        }
    }

    #[test]
    fn every_plan_has_its_decision_in_each_mode() {
        let differs = || writing(Step::Metadata, Verb::Update);
        let wrong = Plan { problems: vec![Problem::error(Code::PlanOrder, "wrong")], ..differs() };
        let waits = Plan { problems: vec![Problem::held(Code::FlowHeld, "waits")], ..empty() };
        let warned = Plan { problems: vec![Problem::warning(Code::PlanOrder, "look")], ..empty() };
        let denied = Plan { gaps: vec![unread(true)], ..differs() };
        let failed = Plan { gaps: vec![unread(false)], ..differs() };
        let much = Plan { force: Some("much".to_owned()), ..differs() };
        let deletes = writing(Step::Delete, Verb::Delete);
        let refuse = |why| Decision::Refuse(Refusal::NotBegun(why));
        let address = deletes.actions[0].id.address.clone();
        for (plan, observed, applied) in [
            (empty(), Decision::Nothing, Decision::Nothing),
            (differs(), Decision::Tell, Decision::Apply { times: 1 }),
            (wrong, Decision::Tell, refuse(NotBegun::Errors)),
            (waits, Decision::Tell, Decision::Tell),
            (warned, Decision::Nothing, Decision::Nothing),
            (denied, Decision::Tell, refuse(NotBegun::MayNotRead)),
            (failed, Decision::Tell, Decision::Apply { times: 1 }),
            (much, Decision::Tell, refuse(NotBegun::NeedsForce("much".to_owned()))),
            (deletes, Decision::Tell, Decision::Refuse(Refusal::Deletes(address))),
        ] {
            assert_eq!(decide(OBSERVE, &Last::default(), &plan), observed, "{plan:?}");
            assert_eq!(decide(APPLY, &Last::default(), &plan), applied, "{plan:?}");
        }
    }

    #[test]
    fn rounds_that_carry_out_the_same_are_counted_until_one_does_not() {
        let plan = writing(Step::Metadata, Verb::Update);
        let ended = |outcome| ApplyReport {
            outcomes: vec![(plan.actions[0].id.clone(), outcome)],
            backups: Vec::new(),
        };
        let mut last = Last::default();
        for times in 1..=4 {
            let decision = decide(APPLY, &last, &plan);
            assert_eq!(decision, Decision::Apply { times });
            last = Last::of(&plan, &decision, Some(&ended(Outcome::Applied)));
        }
        let quiet = Last::of(&empty(), &decide(APPLY, &last, &empty()), None);
        assert_eq!(decide(APPLY, &quiet, &plan), Decision::Apply { times: 1 });
        let refused = Outcome::Moved { message: String::new() };
        let refused = Last::of(&plan, &Decision::Apply { times: 4 }, Some(&ended(refused)));
        assert_eq!(decide(APPLY, &refused, &plan), Decision::Apply { times: 1 }, "that wrote nothing");
    }
}
