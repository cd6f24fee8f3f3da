//! How long calls take at the rates of the operations' table: the floor under every forecast.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::operations::{Operation, PACED_SHARE, Service, Shares};
use crate::resource::Place;

/// Calls that share a rate: the same account and Region, service and, unless it shares one, operation.
type Key<'a> = (Option<&'a Place>, Service, Option<Operation>);

/// Gives the time that the slowest bucket needs for calls that are all made at once; `None` is a call whose account
/// and Region are not known yet.
pub fn paced_time<'a>(calls: impl IntoIterator<Item = (Option<&'a Place>, Operation, u32)>) -> Duration {
    let mut buckets: BTreeMap<Key<'a>, (u32, Operation)> = BTreeMap::new();
    for (place, operation, times) in calls {
        let facts = operation.facts();
        let own = (facts.shares == Shares::Nothing).then_some(operation);
        let (sum, _) = buckets.entry((place, facts.service, own)).or_insert((0, operation));
        *sum = sum.saturating_add(times);
    }
    let seconds = buckets.values().map(|(times, operation)| {
        let facts = operation.facts();
        f64::from(times.saturating_sub(facts.burst)) / (facts.rate * PACED_SHARE)
    });
    Duration::from_secs_f64(seconds.fold(0.0, f64::max))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::{AccountId, Region};

    fn place(region: &str) -> Place {
        Place { account: AccountId::parse("111122223333").unwrap(), region: Region::parse(region).unwrap() }
    }

    #[test]
    fn the_slowest_bucket_decides_and_regions_do_not_share_one() {
        let (here, there) = (place("eu-west-2"), place("us-west-2"));
        let flows = |place, n| (Some(place), Operation::DescribeContactFlow, n);
        assert_eq!(paced_time([flows(&here, 5)]), Duration::ZERO, "a burst takes no time");
        let one = paced_time([flows(&here, 25)]);
        assert!((10.0..10.6).contains(&one.as_secs_f64()), "20 at 2 a second: {one:?}");
        assert_eq!(paced_time([flows(&here, 25), flows(&there, 25)]), one);
        assert!(paced_time([flows(&here, 25), flows(&here, 25)]) > one.mul_f64(2.0));
        let shared = [Operation::AddPermission, Operation::GetAlias].map(|o| (Some(&here), o, 15));
        assert!(paced_time(shared) > Duration::from_millis(900), "Lambda's control plane has one bucket");
    }
}
