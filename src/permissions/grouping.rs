//! Puts needs together to statements, without allowing anything more than they do.

use std::collections::{BTreeMap, BTreeSet};

use super::condition::Condition;
use super::need::Need;
use crate::operations::Action;

/// Actions on resources under a condition: every action on every resource is needed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    pub(super) writes: bool,
    pub(super) resources: BTreeSet<String>,
    pub(super) condition: Option<Condition>,
    pub(super) actions: BTreeSet<Action>,
}

/// Groups needs: reads before writes, then by resource.
pub(super) fn statements(needs: BTreeSet<Need>) -> Vec<Group> {
    let needs = merged(needs);
    let mut by_action: BTreeMap<(Action, Option<Condition>), BTreeSet<String>> = BTreeMap::new();
    for need in needs.iter().filter(|need| !needs.iter().any(|other| covers(other, need))) {
        let key = (need.action, need.condition.clone());
        by_action.entry(key).or_default().insert(need.resource.clone());
    }
    let mut groups: BTreeMap<(bool, BTreeSet<String>, Option<Condition>), BTreeSet<Action>> = BTreeMap::new();
    for ((action, condition), resources) in by_action {
        groups.entry((!action.is_read(), resources, condition)).or_default().insert(action);
    }
    let groups = groups.into_iter();
    groups
        .map(|((writes, resources, condition), actions)| Group { writes, resources, condition, actions })
        .collect()
}

/// Operator and key of a condition.
type Key = (&'static str, String);

/// The same action on the same resource under either value of a key is one need under both values.
fn merged(needs: BTreeSet<Need>) -> BTreeSet<Need> {
    let mut values: BTreeMap<(Action, String, Option<Key>), BTreeSet<String>> = BTreeMap::new();
    for Need { action, resource, condition } in needs {
        let (key, some) = match condition {
            Some(Condition { operator, key, values }) => (Some((operator, key)), values),
            None => (None, BTreeSet::new()),
        };
        values.entry((action, resource, key)).or_default().extend(some);
    }
    let needs = values.into_iter().map(|((action, resource, key), values)| Need {
        action,
        resource,
        condition: key.map(|(operator, key)| Condition { operator, key, values }),
    });
    needs.collect()
}

/// Whether the other need allows all that this one does.
fn covers(other: &Need, need: &Need) -> bool {
    let wider = other.condition.is_none() || other.condition == need.condition;
    other != need && other.action == need.action && wider && like(&other.resource, &need.resource)
}

/// Whether a pattern, in which `*` is any text, covers all that another pattern covers.
fn like(pattern: &str, other: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| other.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.len() >= last.len() && rest.ends_with(last)
}
