//! Quotas: AWS's defaults and what replaces them.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::error::SettingError;

/// Declares the quotas: what is limited, the quota's name, and AWS's default
/// (Amazon Connect service quotas, IAM and Lambda quotas pages).
macro_rules! quotas {
    ($($Limited:ident = $name:literal, $default:literal;)+) => {
        /// What a quota limits.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Limited {
            $($Limited),+
        }

        impl Limited {
            const ALL: &[Self] = &[$(Self::$Limited),+];

            const fn name(self) -> &'static str {
                match self {
                    $(Self::$Limited => $name),+
                }
            }

            const fn default_value(self) -> u64 {
                match self {
                    $(Self::$Limited => $default),+
                }
            }
        }
    };
}

quotas! {
    InstancesPerRegion = "instances-per-region", 2;
    InstanceChanges = "instance-changes", 100;
    FunctionsPerInstance = "lambda-functions-per-instance", 50;
    FlowsPerInstance = "flows-per-instance", 100;
    ModulesPerInstance = "modules-per-instance", 200;
    ActionsPerFlow = "actions-per-flow", 250;
    PolicyBytes = "policy-bytes", 20_480;
    ManagedPoliciesPerRole = "managed-policies-per-role", 10;
}

/// One quota, read from `lambda-functions-per-instance=60`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    limited: Limited,
    value: u64,
}

impl FromStr for Quota {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            SettingError::new("quota", text, "write it as lambda-functions-per-instance=60")
        })?;
        let limited = Limited::ALL.iter().copied().find(|limited| limited.name() == name);
        let limited = limited.ok_or_else(|| {
            let names: Vec<&str> = Limited::ALL.iter().map(|limited| limited.name()).collect();
            SettingError::new("quota", text, format!("the quotas are {}", names.join(", ")))
        })?;
        let value =
            value.parse().map_err(|_| SettingError::new("quota", text, "its value must be a number"))?;
        Ok(Self { limited, value })
    }
}

/// Quotas: AWS's defaults, except where one was set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quotas(BTreeMap<Limited, u64>);

impl Quotas {
    /// Sets one quota, in place of the value before.
    pub fn set(&mut self, quota: Quota) {
        self.0.insert(quota.limited, quota.value);
    }

    /// Returns the most that is allowed.
    pub(crate) fn get(&self, limited: Limited) -> u64 {
        self.0.get(&limited).copied().unwrap_or(limited.default_value())
    }

    /// Returns whether `count` things are all that is allowed.
    pub(crate) fn reached(&self, limited: Limited, count: usize) -> bool {
        u64::try_from(count).is_ok_and(|count| count >= self.get(limited))
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
        assert_eq!(quotas.get(Limited::FunctionsPerInstance), 50);
        quotas.set("lambda-functions-per-instance=60".parse().expect("a quota"));
        assert_eq!(quotas.get(Limited::FunctionsPerInstance), 60);
        assert!(
            quotas.reached(Limited::FlowsPerInstance, 100) && !quotas.reached(Limited::FlowsPerInstance, 99)
        );
    }

    #[test]
    fn an_unknown_quota_names_the_known_ones() {
        let error = "flows=3".parse::<Quota>().expect_err("unknown").to_string();
        assert!(error.contains("flows-per-instance"), "{error}");
        assert!("flows-per-instance=many".parse::<Quota>().is_err());
    }
}
