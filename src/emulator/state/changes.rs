//! What differs between two states, as a list of parts that were set or taken away, and how such a list is followed.
//!
//! Looking for it costs as much as there are changes: what two states share is not looked at.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::hash::Hash;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map as Members, Value};

use super::associations::Associations;
use super::shared::{Keyed, Map, Set, Table};
use super::{Alias, Flow, Function, Instance, Policy, Region, Role, State};

/// A part that is set, or null where an entry of a map, a set or a list is taken away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    /// Where the part stands in the document that a state is written as; an association stands at its ARN.
    pub(crate) at: Vec<String>,
    pub(crate) to: Value,
}

/// Lists what has to be changed in `before` to make it `now`.
pub(crate) fn between(before: &State, now: &State) -> Result<Vec<Change>, serde_json::Error> {
    let mut found = Found { at: Vec::new(), changes: Ok(Vec::new()) };
    now.compare(before, &mut found);
    found.changes
}

/// Changes a state; none for a change of something that a state does not have.
pub(crate) fn follow(state: &mut State, changes: Vec<Change>) -> Option<()> {
    changes.into_iter().try_for_each(|change| state.set(&change.at, change.to))
}

struct Found {
    at: Vec<String>,
    changes: Result<Vec<Change>, serde_json::Error>,
}

impl Found {
    fn set(&mut self, to: &impl Serialize) {
        match serde_json::to_value(to) {
            Ok(to) => self.add(to),
            Err(error) => self.changes = Err(error),
        }
    }

    fn add(&mut self, to: Value) {
        if let Ok(changes) = &mut self.changes {
            changes.push(Change { at: self.at.clone(), to });
        }
    }

    fn below(&mut self, name: String, look: impl FnOnce(&mut Self)) {
        self.at.push(name);
        look(self);
        self.at.pop();
    }
}

/// A part of the state.
trait Part: Sized {
    fn compare(&self, before: &Self, found: &mut Found);

    /// Sets what stands at a path below it; none if nothing can.
    fn set(&mut self, at: &[String], to: Value) -> Option<()>;
}

/// A part that is set as a whole.
fn set_whole<T: DeserializeOwned>(part: &mut T, at: &[String], to: Value) -> Option<()> {
    if !at.is_empty() {
        return None;
    }
    *part = serde_json::from_value(to).ok()?;
    Some(())
}

macro_rules! whole {
    ($($part:ty),* $(,)?) => {$(
        impl Part for $part {
            fn compare(&self, before: &Self, found: &mut Found) {
                if self != before {
                    found.set(self);
                }
            }

            fn set(&mut self, at: &[String], to: Value) -> Option<()> {
                set_whole(self, at, to)
            }
        }
    )*};
}

whole!(String, u64, Option<String>, Option<u64>, BTreeMap<String, String>, Members<String, Value>);
whole!(Alias, Flow, Policy, Role);

macro_rules! fields {
    ($part:ident { $($field:ident),* $(,)? }) => {
        impl Part for $part {
            fn compare(&self, before: &Self, found: &mut Found) {
                let Self { $($field),* } = self;
                $(found.below(stringify!($field).to_owned(), |found| $field.compare(&before.$field, found));)*
            }

            fn set(&mut self, at: &[String], to: Value) -> Option<()> {
                let (field, at) = at.split_first()?;
                match field.as_str() {
                    $(stringify!($field) => self.$field.set(at, to),)*
                    _ => None,
                }
            }
        }
    };
}

fields!(State { seeded, format, default_account, counter, last_write, regions, roles, sessions });
fields!(Region { instances, functions, instance_churn });
fields!(Instance {
    alias,
    identity,
    created,
    ready_at,
    failure,
    attributes,
    associations,
    flows,
    modules,
    queues,
    prompts,
    hours,
    tags,
    token,
    retired_names,
});
fields!(Function {
    latest,
    versions,
    last_version,
    aliases,
    policies,
    tags,
    reserved_concurrency,
    active_at,
    updated_at,
});

/// Notes what became of an entry.
fn entry<V: Part + Serialize>(key: String, was: Option<&V>, is: Option<&V>, found: &mut Found) {
    found.below(key, |found| match (was, is) {
        (Some(was), Some(is)) => is.compare(was, found),
        (None, Some(is)) => found.set(is),
        (_, None) => found.add(Value::Null),
    });
}

impl<K, V> Part for Map<K, V>
where
    K: Ord + Hash + Clone + Display + FromStr,
    V: Part + Clone + Serialize + DeserializeOwned,
{
    fn compare(&self, before: &Self, found: &mut Found) {
        self.differences(before, &mut |key, was, is| entry(key.to_string(), was, is, found));
    }

    fn set(&mut self, at: &[String], to: Value) -> Option<()> {
        let (key, at) = at.split_first()?;
        let key: K = key.parse().ok()?;
        if !at.is_empty() {
            return self.get_mut(&key)?.set(at, to);
        }
        if to.is_null() {
            self.remove(&key);
        } else {
            self.insert(key, serde_json::from_value(to).ok()?);
        }
        Some(())
    }
}

impl<V: Keyed + Part + Serialize + DeserializeOwned> Part for Table<V> {
    fn compare(&self, before: &Self, found: &mut Found) {
        self.things().compare(before.things(), found);
    }

    fn set(&mut self, at: &[String], to: Value) -> Option<()> {
        let (id, at) = at.split_first()?;
        if !at.is_empty() {
            return self.change(id, |thing| thing.set(at, to))?;
        }
        if to.is_null() {
            self.remove(id);
        } else {
            self.insert(id.clone(), serde_json::from_value(to).ok()?);
        }
        Some(())
    }
}

impl Part for Set<String> {
    fn compare(&self, before: &Self, found: &mut Found) {
        self.0.differences(&before.0, &mut |key, _, is| {
            found.below(key.clone(), |found| found.add(if is.is_some() { true.into() } else { Value::Null }));
        });
    }

    fn set(&mut self, at: &[String], to: Value) -> Option<()> {
        let [key] = at else { return None };
        if to.is_null() {
            self.remove(key);
        } else {
            self.insert(key.clone());
        }
        Some(())
    }
}

impl Part for Associations {
    fn compare(&self, before: &Self, found: &mut Found) {
        self.differences(before, &mut |arn, is| {
            found.below(arn.to_owned(), |found| match is {
                Some(is) => found.set(is),
                None => found.add(Value::Null),
            });
        });
    }

    fn set(&mut self, at: &[String], to: Value) -> Option<()> {
        let [arn] = at else { return None };
        if to.is_null() {
            self.remove(arn);
        } else {
            self.push(serde_json::from_value(to).ok()?);
        }
        Some(())
    }
}

#[cfg(test)]
mod tests;
