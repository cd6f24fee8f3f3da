//! Quotas: AWS's defaults and what replaces them.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::error::SettingError;

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
