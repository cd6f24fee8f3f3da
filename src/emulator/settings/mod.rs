//! How an emulator behaves beside its content: rates, quotas, delays, faults, assumptions.

pub(crate) mod assumptions;
pub(crate) mod faults;
pub(crate) mod rates;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde_json::Value;

use self::assumptions::Assumptions;
use self::faults::Fault;

/// A setting that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} `{text}` is not understood: {hint}")]
pub struct SettingError {
    what: &'static str,
    text: String,
    hint: String,
}

impl SettingError {
    pub(crate) fn new(what: &'static str, text: &str, hint: impl Into<String>) -> Self {
        Self { what, text: text.to_owned(), hint: hint.into() }
    }
}

/// Everything about an emulator that is not its content. The default has no rate limit and no fault.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Whether and how fast requests are limited.
    pub rates: Rates,
    /// Quotas that differ from AWS's defaults.
    pub quotas: Quotas,
    /// How long reads go on showing the state before a write. Writes see each other at once.
    pub consistency_delay: Duration,
    /// Faults to inject.
    pub faults: Vec<Fault>,
    /// Answers to what AWS leaves undocumented.
    pub assumptions: Assumptions,
    /// Decides which calls a fault with a probability hits.
    pub seed: u64,
    /// File that the state is read from and written to; None keeps it in memory.
    pub state: Option<PathBuf>,
    /// An IAM policy document that limits every caller; None allows everything.
    pub caller_policy: Option<Value>,
    /// How long asynchronous work takes.
    pub timings: Timings,
    /// Whether other machines may connect, under whatever name; else only loopback addresses are listened on.
    pub allow_remote: bool,
    /// How long a request may take to arrive whole; then its connection is closed.
    pub arrival: Arrival,
}

/// How long a request may take to arrive whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival(pub Duration);

impl Default for Arrival {
    /// A minute, which is enough for the largest package over loopback.
    fn default() -> Self {
        Self(Duration::from_secs(60))
    }
}

/// How long the asynchronous parts of AWS take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timings {
    /// From CreateFunction until the function is Active.
    pub function_pending: Duration,
    /// From an update of code or configuration until LastUpdateStatus is Successful.
    pub function_update: Duration,
    /// From CreateRole (or a new trust policy) until Lambda can assume the role.
    pub role_propagation: Duration,
    /// From CreateInstance until the instance is ACTIVE.
    pub instance_creation: Duration,
}

impl Default for Timings {
    /// A fifth of a second each: long enough that a client which does not wait fails.
    fn default() -> Self {
        let short = Duration::from_millis(200);
        Self {
            function_pending: short,
            function_update: short,
            role_propagation: short,
            instance_creation: short,
        }
    }
}

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

/// The quotas that the emulator knows, with AWS's defaults
/// (Amazon Connect service quotas, IAM and Lambda quotas pages).
const QUOTAS: &[(&str, u64)] = &[
    ("instances-per-region", 2),
    ("instance-changes", 100),
    ("lambda-functions-per-instance", 50),
    ("flows-per-instance", 100),
    ("modules-per-instance", 200),
    ("actions-per-flow", 250),
    ("policy-bytes", 20_480),
    ("managed-policies-per-role", 10),
];

/// One quota, read from `lambda-functions-per-instance=60`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// Which quota.
    pub name: String,
    /// The most that is allowed.
    pub value: u64,
}

impl FromStr for Quota {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let known = || QUOTAS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let (name, value) = text.split_once('=').ok_or_else(|| {
            SettingError::new("quota", text, "write it as lambda-functions-per-instance=60")
        })?;
        if !QUOTAS.iter().any(|(known, _)| *known == name) {
            return Err(SettingError::new("quota", text, format!("the quotas are {}", known())));
        }
        let value =
            value.parse().map_err(|_| SettingError::new("quota", text, "its value must be a number"))?;
        Ok(Self { name: name.to_owned(), value })
    }
}

/// Quotas: AWS's defaults, except where one was set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quotas(BTreeMap<String, u64>);

impl Quotas {
    /// Sets one quota, in place of the value before.
    pub fn set(&mut self, quota: Quota) {
        self.0.insert(quota.name, quota.value);
    }

    /// Returns the most that `name` allows; a quota that is not known has no limit.
    pub(crate) fn get(&self, name: &str) -> u64 {
        let default = || QUOTAS.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        self.0.get(name).copied().or_else(default).unwrap_or(u64::MAX)
    }

    /// Tells whether `count` things are all that `name` allows.
    pub(crate) fn reached(&self, name: &str, count: usize) -> bool {
        u64::try_from(count).is_ok_and(|count| count >= self.get(name))
    }
}

impl FromIterator<Quota> for Quotas {
    fn from_iter<I: IntoIterator<Item = Quota>>(quotas: I) -> Self {
        let mut all = Self::default();
        quotas.into_iter().for_each(|quota| all.set(quota));
        all
    }
}

/// Reads `250ms`, `2s` or `1.5s`.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 0.001),
        None => (text.strip_suffix('s')?, 1.0),
    };
    let seconds = number.parse::<f64>().ok()? * unit;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_quota_replaces_the_default() {
        let mut quotas = Quotas::default();
        assert_eq!(quotas.get("lambda-functions-per-instance"), 50);
        quotas.set("lambda-functions-per-instance=60".parse().expect("a quota"));
        assert_eq!(quotas.get("lambda-functions-per-instance"), 60);
        assert!(quotas.reached("flows-per-instance", 100) && !quotas.reached("flows-per-instance", 99));
    }

    #[test]
    fn an_unknown_quota_names_the_known_ones() {
        let error = "flows=3".parse::<Quota>().expect_err("unknown").to_string();
        assert!(error.contains("flows-per-instance"), "{error}");
        assert!("flows-per-instance=many".parse::<Quota>().is_err());
    }

    #[test]
    fn durations_are_read() {
        assert_eq!(parse_duration("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(parse_duration("1.5s"), Some(Duration::from_millis(1500)));
        assert_eq!(parse_duration("-1s"), None);
        assert_eq!(parse_duration("5"), None);
    }
}
