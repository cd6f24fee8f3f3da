//! The calls of a look at what stands today where a run kept something: forecast before it, and before it is made again.

use std::collections::BTreeSet;

use crate::operations::Operation;
use crate::plan::model::{KeptFlow, Plan};
use crate::plan::schedule::chains::{call, describes};
use crate::plan::schedule::look::{Forecast, lists};
use crate::plan::schedule::task::{Call, Schedule, Step, Task};
use crate::resource::{AccountId, Address, InstanceArn, Kind};

/// Predicts the calls of looking where a run kept something; of another look, if this plan was made of the first one.
pub fn kept_forecast(kept: &[KeptFlow], plan: Option<&Plan>) -> Forecast {
    let absent: BTreeSet<&Address> = plan
        .into_iter()
        .flat_map(|plan| &plan.actions)
        .filter(|action| action.write().is_creation())
        .map(|action| &action.id.address)
        .collect();
    let mut tasks: Vec<Task> = Vec::new();
    // Who calls is asked for one account after the other.
    let accounts: BTreeSet<&AccountId> = kept.iter().map(|kept| &kept.instance.place.account).collect();
    for _ in accounts {
        let identity = Call { place: None, operation: Operation::GetCallerIdentity, times: 1, sure: 1 };
        let after = tasks.len().checked_sub(1).into_iter().collect();
        tasks.push(Task { steps: vec![Step::Calls(vec![identity])], after });
    }
    let identities: Vec<usize> = tasks.len().checked_sub(1).into_iter().collect();
    let listed: BTreeSet<(Kind, &InstanceArn)> =
        kept.iter().map(|kept| (kept.key.0, &kept.instance)).collect();
    let first = tasks.len();
    for (kind, instance) in listed {
        let steps = vec![Step::Calls(vec![call(&instance.place, lists(kind), 1)])];
        tasks.push(Task { steps, after: identities.clone() });
    }
    let all: Vec<usize> = (first..tasks.len()).collect();
    for kept in kept.iter().filter(|kept| !absent.contains(&kept.address)) {
        // The draft, then what is published.
        let sure = u32::from(plan.is_some());
        let look = Call { sure, ..call(&kept.instance.place, describes(kept.key.0), 1) };
        let steps = vec![Step::Calls(vec![look.clone()]), Step::Calls(vec![look])];
        tasks.push(Task { steps, after: all.clone() });
    }
    Forecast::of(Schedule { tasks, shared: Vec::new() })
}
