//! Kept contents name one another by ids, and what was deleted comes back under another id.

use crate::flow::FlowText;
use crate::plan::model::{KeptFlow, LiveFlow, renamed};
use crate::resource::{Kind, Label};
use crate::snapshot::{FlowIds, Look};

/// What became of a flow or module that is not there under its kept id.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Move {
    /// It was made again already.
    To(FlowIds),
    /// This rollback makes it again.
    Anew,
    /// It does not come back.
    Never,
}

/// The kept flows and modules whose ids lead nowhere any more.
pub(in crate::plan) struct Moves<'a>(Vec<(&'a KeptFlow, Move)>);

/// A kept text with the new ids, as far as they are known.
pub(in crate::plan) struct Renamed {
    /// The text.
    pub(in crate::plan) text: FlowText,
    /// What it names that is made again first, by the ids of then.
    pub(in crate::plan) names: Vec<((Kind, Label), FlowIds)>,
}

impl<'a> Moves<'a> {
    /// Compares what was kept with what stands there today.
    pub(in crate::plan) fn of(kept: &'a [KeptFlow], live: &[LiveFlow]) -> Self {
        let moved = |(kept, live): (&'a KeptFlow, &LiveFlow)| match &live.flow {
            Look::Found(seen) if seen.summary.id != kept.id => {
                Some((kept, Move::To(FlowIds { id: seen.summary.id.clone(), arn: seen.summary.arn.clone() })))
            }
            Look::Absent { .. } if live.name_taken || kept.content.document().is_err() => {
                Some((kept, Move::Never))
            }
            Look::Absent { .. } => Some((kept, Move::Anew)),
            Look::Found(_) | Look::Unknown => None,
        };
        let mut moves = Self(kept.iter().zip(live).filter_map(moved).collect());
        // What names one that does not come back does not come back either: each round finds one more, or none.
        while let Some(lost) = moves.lost() {
            if let Some((_, what)) = moves.0.get_mut(lost) {
                *what = Move::Never;
            }
        }
        moves
    }

    fn lost(&self) -> Option<usize> {
        self.0.iter().position(|(kept, what)| *what == Move::Anew && self.renamed(kept).is_err())
    }

    /// Returns a kept text the ids of today.
    ///
    /// # Errors
    ///
    /// The first that it names and that does not come back.
    pub(in crate::plan) fn renamed(&self, kept: &KeptFlow) -> Result<Renamed, &'a KeptFlow> {
        let (mut text, mut names) = (kept.content.clone(), Vec::new());
        for (other, what) in &self.0 {
            let named =
                other.instance == kept.instance && !other.id.is_empty() && kept.content.contains(&other.id);
            let old = || FlowIds { id: other.id.clone(), arn: other.arn.clone() };
            match what {
                _ if !named => {}
                Move::To(new) => text = text.changed_to(renamed(&text, &old(), new)),
                Move::Anew => names.push((other.key.clone(), old())),
                Move::Never if other.id == kept.id => {}
                Move::Never => return Err(other),
            }
        }
        Ok(Renamed { text, names })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::stub::{FlowType as Stub, stub};
    use crate::plan::{Action, Plan, Step, Write, plan_rollback};
    use crate::resource::{Address, FlowType, InstanceArn};

    fn label(text: &str) -> Label {
        Label::parse(text).unwrap()
    }

    /// A flow that names others in what is said.
    fn kept(name: &str, named: &[&str]) -> KeptFlow {
        let arn = |name: &str| {
            format!("arn:aws:connect:eu-west-2:111122223333:instance/0f1e/contact-flow/{name}-id")
        };
        let says: Vec<String> = named.iter().map(|name| format!("{} ${{x}} {name}-id", arn(name))).collect();
        let content = stub(Stub::ContactFlow).replacen('{', &format!("{{\"Note\": {:?},", says.join(" ")), 1);
        KeptFlow {
            address: Address::new(Kind::Flow, &label(name)),
            key: (Kind::Flow, label(name)),
            instance: InstanceArn::parse("arn:aws:connect:eu-west-2:111122223333:instance/0f1e").unwrap(),
            instance_name: label("london"),
            id: format!("{name}-id"),
            arn: arn(name),
            name: name.to_owned(),
            kind: FlowType::ContactFlow.wire(),
            archived: false,
            published: true,
            description: String::new(),
            tags: [].into(),
            content: content.into(),
            draft: None,
        }
    }

    fn deleted(name_taken: bool) -> LiveFlow {
        LiveFlow { flow: Look::Absent { close: Vec::new() }, name_taken }
    }

    fn action<'p>(plan: &'p Plan, name: &str, step: Step) -> &'p Action {
        let at = |action: &&Action| {
            action.id.address.to_string() == format!("flow/{name}") && action.id.step == step
        };
        plan.actions.iter().find(at).unwrap()
    }

    fn needs(action: &Action) -> Vec<String> {
        action.after.iter().map(|id| format!("{} {:?}", id.address, id.step)).collect()
    }

    #[test]
    fn what_names_a_deleted_flow_is_written_after_it_with_the_new_id() {
        let all = [kept("caller", &["target"]), kept("target", &[])];
        let plan = plan_rollback("run", (&all, &[]), &[deleted(false), deleted(false)], Vec::new());
        let write = action(&plan, "caller", Step::Write);
        assert_eq!(needs(write), ["flow/target Write"]);
        assert!(write.reason.ends_with("what it names gets a new id, which is put in"), "{}", write.reason);
        let Write::Flow(spec) = write.write() else { panic!("{write:?}") };
        assert!(spec.content.resolve(&[].into()).is_err());
        let new = FlowIds { id: "new".to_owned(), arn: all[1].arn.replace("target-id", "new") };
        let made = [((Kind::Flow, label("target")), new)].into();
        assert_eq!(spec.content.resolve(&made).unwrap(), all[0].content.replace("target-id", "new").into());
        assert!(plan.problems.iter().any(|problem| problem.code.as_str() == "rollback-contents-only"));
    }

    #[test]
    fn flows_that_name_one_another_are_stubs_first() {
        let all = [kept("one", &["two"]), kept("two", &["one", "two"])];
        let plan = plan_rollback("run", (&all, &[]), &[deleted(false), deleted(false)], Vec::new());
        let stubs = plan.actions.iter().filter(|action| action.id.step == Step::Stub).count();
        assert_eq!((plan.actions.len(), stubs), (4, 2));
        assert_eq!(needs(action(&plan, "two", Step::Write)), ["flow/one Stub", "flow/two Stub"]);
    }

    #[test]
    fn what_names_one_that_does_not_come_back_is_held_and_so_on() {
        let all = [kept("a", &["b"]), kept("b", &["c"]), kept("c", &[]), kept("d", &[])];
        let live = [deleted(false), deleted(false), deleted(true), deleted(false)];
        let plan = plan_rollback("run", (&all, &[]), &live, Vec::new());
        let held: Vec<String> = plan
            .problems
            .iter()
            .filter_map(|problem| Some(format!("{} {}", problem.address.as_ref()?, problem.code)))
            .collect();
        assert_eq!(held, ["flow/a flow-held", "flow/b flow-held", "flow/c name-taken"]);
        assert_eq!(plan.actions.len(), 1);
    }
}
