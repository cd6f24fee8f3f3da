//! Calls, and which of them wait for which others.

use std::time::Duration;

use crate::operations::Operation;
use crate::resource::Place;

/// Calls of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::plan) struct Call {
    /// Where they go, if that is known.
    pub(in crate::plan) place: Option<Place>,
    pub(in crate::plan) operation: Operation,
    pub(in crate::plan) times: u32,
    /// How many of them are made in any case, as long as nothing fails.
    pub(in crate::plan) sure: u32,
}

/// What a task does next, when the step before has ended.
#[derive(Debug, Clone)]
pub(in crate::plan) enum Step {
    /// Calls that are made at once; it ends when all of them are answered.
    Calls(Vec<Call>),
    /// A wait that has to do with no bucket.
    Pause(Duration),
    /// Something that several tasks wait for, by its number.
    Shared(usize),
}

/// Something that several tasks wait for.
#[derive(Debug, Clone)]
pub(in crate::plan) struct Shared {
    pub(in crate::plan) steps: Vec<Step>,
    pub(in crate::plan) again: Again,
}

/// Whether something shared is done again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum Again {
    /// It shows what tasks have done: it is done as often as they need to see that, the [`Wave`] says when.
    Wave,
    /// Who comes so long after it has ended needs it again, or as long after as it took if that is longer.
    After(Duration),
}

/// Steps, one after the other, which begin when other tasks have ended.
#[derive(Debug, Clone, Default)]
pub(in crate::plan) struct Task {
    pub(in crate::plan) steps: Vec<Step>,
    /// The numbers of the other tasks.
    pub(in crate::plan) after: Vec<usize>,
}

/// Calls, and which of them wait for which others.
#[derive(Debug, Clone, Default)]
pub struct Schedule {
    pub(in crate::plan) tasks: Vec<Task>,
    pub(in crate::plan) shared: Vec<Shared>,
}

impl Schedule {
    /// Schedules side by side: nothing of one waits for another, but for tokens.
    pub(in crate::plan) fn joined<'s>(schedules: impl IntoIterator<Item = &'s Self>) -> Self {
        let mut all = Self::default();
        for schedule in schedules {
            let (tasks, shared) = (all.tasks.len(), all.shared.len());
            let step = |step: &Step| match step {
                Step::Shared(number) => Step::Shared(number + shared),
                other => other.clone(),
            };
            all.tasks.extend(schedule.tasks.iter().map(|task| Task {
                steps: task.steps.iter().map(step).collect(),
                after: task.after.iter().map(|number| number + tasks).collect(),
            }));
            all.shared.extend(
                schedule
                    .shared
                    .iter()
                    .map(|one| Shared { steps: one.steps.iter().map(step).collect(), again: one.again }),
            );
        }
        all
    }

    /// All calls, each shared one once.
    pub(in crate::plan) fn calls(&self) -> impl Iterator<Item = &Call> {
        let steps = self.tasks.iter().map(|task| &task.steps).chain(self.shared.iter().map(|it| &it.steps));
        let calls = steps.flatten().filter_map(|step| match step {
            Step::Calls(calls) => Some(calls),
            Step::Pause(_) | Step::Shared(_) => None,
        });
        calls.flatten()
    }

    /// The calls that are made in any case, as long as nothing fails.
    pub fn at_least(&self) -> u32 {
        self.calls().fold(0, |sum, call| sum.saturating_add(call.sure))
    }
}
