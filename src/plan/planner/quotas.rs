//! Quotas, looked at ahead: what a new account has is told when it would be passed. Quotas can be raised, so that it
//! is a warning; the service has the last word.

use std::collections::BTreeMap;

use super::builder::PlanBuilder;
use crate::plan::model::Write;
use crate::resource::{Address, Code, Kind, Label, Problem};
use crate::snapshot::{Look, Snapshot};

/// A quota of an instance ("Amazon Connect service quotas").
struct Quota {
    code: Code,
    /// What it counts, in words.
    what: &'static str,
    /// What a new account has.
    default: usize,
    /// Its code in Service Quotas.
    service_code: &'static str,
}

const FUNCTIONS: Quota = Quota {
    code: Code::FunctionsPerInstance,
    what: "functions in its list",
    default: 50,
    service_code: "L-E3D2F503",
};
const FLOWS: Quota =
    Quota { code: Code::FlowsPerInstance, what: "flows", default: 100, service_code: "L-22922690" };
const MODULES: Quota =
    Quota { code: Code::ModulesPerInstance, what: "modules", default: 200, service_code: "L-19755C7E" };

/// Warns of every quota that the drafted writes would pass. What is deleted in the same run still counts: it goes last.
pub(super) fn check(observed: &Snapshot, builder: &mut PlanBuilder) {
    let mut added: BTreeMap<(Kind, Label), usize> = BTreeMap::new();
    for action in &builder.actions {
        let key = match action.write() {
            Write::Association(_) => action.id.address.instance.clone().map(|at| (Kind::Association, at)),
            Write::Flow(spec) if spec.id.is_none() => Some((spec.key.0, spec.instance_name.clone())),
            _ => None,
        };
        key.into_iter().for_each(|key| *added.entry(key).or_default() += 1);
    }
    for ((kind, instance), new) in added {
        let there = match kind {
            Kind::Association => observed.associations.get(&instance).and_then(Look::found).map(|l| l.len()),
            _ => observed.lists.get(&(kind, instance.clone())).and_then(Look::found).map(BTreeMap::len),
        };
        let quota = match kind {
            Kind::Association => FUNCTIONS,
            Kind::Module => MODULES,
            _ => FLOWS,
        };
        // A new instance comes with flows of its own, which nobody has seen yet.
        builder.problems.extend(quota.warning(&instance, there.unwrap_or_default() + new));
    }
}

impl Quota {
    fn warning(&self, instance: &Label, count: usize) -> Option<Problem> {
        let Self { code, what, default, service_code } = self;
        let message =
            format!("instance/{instance} would have {count} {what}; the quota of a new account is {default}");
        let hint = format!(
            "see whether it was raised before you apply: aws service-quotas get-service-quota --service-code connect --quota-code {service_code}"
        );
        let problem = Problem::warning(*code, message).on(&Address::new(Kind::Instance, instance)).hint(hint);
        (count > *default).then_some(problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_told_when_it_would_be_passed_and_not_when_it_is_met() {
        let support = Label::parse("support").unwrap();
        for quota in [FUNCTIONS, FLOWS, MODULES] {
            assert_eq!(quota.warning(&support, quota.default), None);
            let problem = quota.warning(&support, quota.default + 1).unwrap();
            assert!(problem.message.contains(&(quota.default + 1).to_string()), "{problem:?}");
            assert!(problem.hint.unwrap().contains(quota.service_code));
        }
    }
}
