//! Token buckets: one for each rate-limited group of operations, account and Region.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::emulator::wire::Service;

/// Requests a second and how many may come at once.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Limit {
    per_second: f64,
    burst: f64,
}

/// The bucket that an operation draws from, and its limit.
///
/// Connect: 2 a second, burst 5, for each operation (Amazon Connect service quotas); creating and deleting instances
/// 0.1. Lambda: GetFunction 100, GetPolicy 15, all other control-plane operations 15 together (Lambda quotas). The
/// rates of IAM and STS are not published.
fn limit(service: Service, operation: &'static str, connect_burst: f64) -> (&'static str, Limit) {
    match (service, operation) {
        (Service::Connect, "CreateInstance" | "DeleteInstance") => {
            (operation, Limit { per_second: 0.1, burst: connect_burst })
        }
        (Service::Connect, _) => (operation, Limit { per_second: 2.0, burst: connect_burst }),
        (Service::Lambda, "GetFunction") => (operation, Limit { per_second: 100.0, burst: 100.0 }),
        (Service::Lambda, "GetPolicy") => (operation, Limit { per_second: 15.0, burst: 15.0 }),
        (Service::Lambda, _) => ("control plane", Limit { per_second: 15.0, burst: 15.0 }),
        (Service::Iam | Service::Sts, _) => ("all", Limit { per_second: 50.0, burst: 100.0 }),
    }
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

/// All buckets that were drawn from.
#[derive(Debug, Default)]
pub(crate) struct Buckets(BTreeMap<(Service, &'static str, String, String), Bucket>);

impl Buckets {
    /// Takes a token; false when there is none. `factor` speeds up the refill, `connect_burst` is the capacity of
    /// Connect's buckets.
    pub(crate) fn take(
        &mut self,
        operation: (Service, &'static str),
        account: &str,
        region: &str,
        (factor, connect_burst): (f64, f64),
        now: Instant,
    ) -> bool {
        let (group, limit) = limit(operation.0, operation.1, connect_burst);
        let key = (operation.0, group, account.to_owned(), region.to_owned());
        let bucket = self.0.entry(key).or_insert(Bucket { tokens: limit.burst, at: now });
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.tokens = (bucket.tokens + passed * limit.per_second * factor).min(limit.burst);
        bucket.at = now;
        let granted = bucket.tokens >= 1.0;
        if granted {
            bucket.tokens -= 1.0;
        }
        granted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn count(
        buckets: &mut Buckets,
        service: Service,
        operation: &'static str,
        calls: usize,
        at: Instant,
    ) -> usize {
        (0..calls).filter(|_| buckets.take((service, operation), "a", "r", (1.0, 5.0), at)).count()
    }

    #[test]
    fn five_connect_calls_pass_at_once_then_two_a_second() {
        let (mut buckets, start) = (Buckets::default(), Instant::now());
        assert_eq!(count(&mut buckets, Service::Connect, "ListInstances", 10, start), 5);
        assert_eq!(
            count(&mut buckets, Service::Connect, "DescribeInstance", 10, start),
            5,
            "a bucket of its own"
        );
        let later = start + Duration::from_secs(1);
        assert_eq!(count(&mut buckets, Service::Connect, "ListInstances", 10, later), 2);
    }

    #[test]
    fn lambda_shares_one_bucket_except_two_operations() {
        let (mut buckets, now) = (Buckets::default(), Instant::now());
        assert_eq!(count(&mut buckets, Service::Lambda, "AddPermission", 10, now), 10);
        assert_eq!(count(&mut buckets, Service::Lambda, "CreateAlias", 10, now), 5);
        assert_eq!(count(&mut buckets, Service::Lambda, "GetPolicy", 20, now), 15);
        assert_eq!(count(&mut buckets, Service::Lambda, "GetFunction", 120, now), 100);
    }

    #[test]
    fn a_factor_refills_faster_but_keeps_the_burst() {
        let (mut buckets, start) = (Buckets::default(), Instant::now());
        let mut calls =
            |at| (0..50).filter(|_| buckets.take((Service::Connect, "X"), "a", "r", (10.0, 5.0), at)).count();
        assert_eq!(calls(start), 5);
        assert_eq!(calls(start + Duration::from_millis(100)), 2);
    }
}
