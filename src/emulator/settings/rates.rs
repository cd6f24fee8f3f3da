//! Rate limits: which there are, and token buckets, one for each rate-limited group of operations, account and Region.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Instant;

use super::error::SettingError;
use crate::emulator::call::special::Special;
use crate::emulator::wire::Service;

/// Rate limits.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Rates {
    /// No limit.
    #[default]
    Off,
    /// AWS's documented limits.
    Real,
    /// AWS's limits times a factor. Bursts stay as they are.
    Times(f64),
}

impl Rates {
    /// Returns the factor on AWS's rates; None when nothing is limited.
    pub(crate) fn factor(self) -> Option<f64> {
        match self {
            Self::Off => None,
            Self::Real => Some(1.0),
            Self::Times(factor) => Some(factor),
        }
    }
}

impl FromStr for Rates {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        match text {
            "off" => Ok(Self::Off),
            "real" => Ok(Self::Real),
            _ => text
                .strip_prefix('x')
                .and_then(|factor| factor.parse::<f64>().ok())
                .filter(|factor| factor.is_finite() && *factor > 0.0)
                .map(Self::Times)
                .ok_or_else(|| SettingError::new("rate", text, "write off, real or a factor such as x10")),
        }
    }
}

/// Requests a second and how many may come at once.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Limit {
    per_second: f64,
    burst: f64,
}

/// The bucket that an operation draws from, and its limit.
///
/// Connect: 2 a second, burst 5, for each operation (Amazon Connect service quotas); creating and deleting instances
/// 0.1. Lambda: GetFunction 100, GetPolicy 15, Invoke ten times an account's concurrency of 1000, all other operations
/// (the control plane) 15 together (Lambda quotas). The rates of IAM and STS are not published.
fn limit(service: Service, operation: &'static str, connect_burst: f64) -> (&'static str, Limit) {
    match (service, Special::of(service, operation)) {
        (Service::Connect, Some(Special::CreateInstance | Special::DeleteInstance)) => {
            (operation, Limit { per_second: 0.1, burst: connect_burst })
        }
        (Service::Connect, _) => (operation, Limit { per_second: 2.0, burst: connect_burst }),
        (Service::Lambda, Some(Special::GetFunction)) => {
            (operation, Limit { per_second: 100.0, burst: 100.0 })
        }
        (Service::Lambda, Some(Special::GetPolicy)) => (operation, Limit { per_second: 15.0, burst: 15.0 }),
        (Service::Lambda, Some(Special::Invoke)) => {
            (operation, Limit { per_second: 10_000.0, burst: 10_000.0 })
        }
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
    fn rates_are_read() {
        assert_eq!("off".parse(), Ok(Rates::Off));
        assert_eq!("real".parse(), Ok(Rates::Real));
        assert_eq!("x10".parse(), Ok(Rates::Times(10.0)));
        for wrong in ["10", "x0", "x-1", "xinf", "fast"] {
            assert!(wrong.parse::<Rates>().is_err(), "{wrong}");
        }
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
