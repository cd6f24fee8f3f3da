//! Variables: what `${var.NAME}` stands for, and its substitution into the scalars of a document.
//!
//! A variable's value is text and is put in as it is: it is not searched for variables again, unless it is a default
//! of the manifest. `$${` stands for a literal `${`.

use std::collections::{BTreeMap, BTreeSet};

use crate::resource::{Code, Problem};

use super::grammar::keys;
use super::reading::log::{Log, closest, quote};
use super::yaml::{Key, Node, NodeValue, Position};

mod split;
mod substitute;

use split::{Part, split};

/// The longest value of a variable, in bytes.
const MAX_VALUE: usize = 16 << 10;
/// The most text that substitution may bring into a document, in bytes.
const MAX_SUBSTITUTED: usize = 4 << 20;

/// The variables of a document with their values.
#[derive(Debug, Default)]
pub(super) struct Variables {
    /// `None` where the value could not be found out, which was reported.
    values: BTreeMap<String, Option<String>>,
    /// Whether they are declared in a way that cannot be read, which was reported.
    unread: bool,
    /// Where those have their values from that have them not from a default.
    set: BTreeMap<String, Set>,
    /// The scalars that variables were put into.
    replaced: Vec<Replaced>,
    /// The scalars that name a variable as a shell does, and which.
    dollars: BTreeMap<Position, String>,
}

/// Who gave a variable its value.
#[derive(Debug, Clone, Copy)]
enum Set {
    /// The command line, or a file of variables: nobody has written the value into the manifest.
    Outside,
    /// The target, at this place.
    Target(Position),
}

/// A scalar that variables were put into.
#[derive(Debug)]
struct Replaced {
    position: Position,
    written: String,
    value: String,
    /// The variables in it.
    names: Vec<String>,
}

impl Variables {
    /// Finds out the value of every declared variable: out of the given ones, the target's and the defaults, in this
    /// order.
    pub(super) fn resolve(
        declared: Option<&Node>,
        of_target: Option<(&Key, Option<&Node>)>,
        given: &BTreeMap<String, String>,
        log: &mut Log,
    ) -> Self {
        let target = of_target.map(|(key, _)| key);
        let of_target = of_target.and_then(|(_, vars)| vars);
        let entries = declared.map_or(&[][..], Node::entries);
        let mut open = BTreeMap::new();
        let unread = declared.is_some_and(|declared| !matches!(declared.value, NodeValue::Map(_)));
        let mut this = Self { unread, ..Self::default() };
        check_target(entries, of_target, log);
        for (key, variable) in entries {
            let name = key.text.clone();
            if let Some(value) = given.get(&name) {
                this.set.insert(name.clone(), Set::Outside);
                this.values.insert(name, Some(value.clone()));
                continue;
            }
            let given_there = of_target.and_then(|vars| vars.get(&name));
            if let Some(there) = given_there {
                this.set.insert(name.clone(), Set::Target(there.position));
            }
            let default = given_there.or_else(|| variable.get(keys::DEFAULT));
            let Some(text) = default.and_then(Node::text) else {
                if default.is_none() && matches!(variable.value, NodeValue::Map(_)) {
                    let keys = of_target.map_or(&[][..], Node::entries);
                    // A misspelt name in the target is a problem of its own.
                    let misspelt = |(key, _): &(Key, Node)| closest(&key.text, [name.as_str()]).is_some();
                    if !keys.iter().any(misspelt) {
                        missing(key, target, log);
                    }
                }
                this.values.insert(name, None);
                continue;
            };
            let position = default.map_or(key.position, |node| node.position);
            match split(text) {
                Ok(parts) => {
                    open.insert(name, Default { parts, position });
                }
                Err(fault) => {
                    fault.report(position, log);
                    this.values.insert(name, None);
                }
            }
        }
        this.expand(&open, log);
        this
    }

    /// Lists the declared variables.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// Returns a variable's value; the inner `None` means that a problem with it was reported.
    pub(super) fn get(&self, name: &str) -> Option<Option<&str>> {
        self.values.get(name).map(Option::as_deref).or(self.unread.then_some(None))
    }

    /// Expands the defaults, each after those that it uses. Not recursive: a chain may be long.
    fn expand(&mut self, open: &BTreeMap<String, Default<'_>>, log: &mut Log) {
        for start in open.keys() {
            let mut path: Vec<(&str, usize)> = vec![(start, 0)];
            while let Some((name, next)) = path.last_mut() {
                let Some(default) = open.get(*name).filter(|_| !self.values.contains_key(*name)) else {
                    path.pop();
                    continue;
                };
                let used = default.parts.get(*next);
                *next += 1;
                match used {
                    None => {
                        let value = self.join(default, open, log);
                        self.values.insert((*name).to_owned(), value);
                    }
                    Some(Part::Variable(used))
                        if open.contains_key(*used) && !self.values.contains_key(*used) =>
                    {
                        if let Some(at) = path.iter().position(|(name, _)| name == used) {
                            self.circle(&path[at..], used, default.position, log);
                        } else {
                            path.push((used, 0));
                        }
                    }
                    Some(_) => {}
                }
            }
        }
    }

    fn circle(&mut self, path: &[(&str, usize)], back: &str, position: Position, log: &mut Log) {
        let names: Vec<&str> = path.iter().map(|(name, _)| *name).collect();
        let shown = if names.len() > 10 {
            names[..10].join("` -> `") + "` -> … -> `" + back
        } else {
            format!("{}` -> `{back}", names.join("` -> `"))
        };
        let message = format!("variables refer to each other in a circle: `{shown}`");
        log.error_with(Code::VariableCycle, position, message, "give one of them a plain default");
        for name in names {
            self.values.insert(name.to_owned(), None);
        }
    }

    fn join(
        &self,
        default: &Default<'_>,
        open: &BTreeMap<String, Default<'_>>,
        log: &mut Log,
    ) -> Option<String> {
        let mut text = String::new();
        for part in &default.parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Variable(name) => match self.values.get(*name) {
                    Some(value) => text.push_str(value.as_deref()?),
                    None => {
                        let known = self.names().chain(open.keys().map(String::as_str));
                        self.unknown(name, known, default.position, log);
                        return None;
                    }
                },
            }
            if text.len() > MAX_VALUE {
                let message = format!("the value of this variable has more than {MAX_VALUE} bytes");
                log.error(Code::TooLarge, default.position, message);
                return None;
            }
        }
        Some(text)
    }

    fn unknown<'a>(&self, name: &str, known: impl Iterator<Item = &'a str>, at: Position, log: &mut Log) {
        let message = format!("no variable is named {}", quote(name));
        let known: BTreeSet<&str> = known.take(500).collect();
        if known.is_empty() {
            let hint = format!("declare it under `spec.variables`: `{name}: {{ default: VALUE }}`");
            log.error_with(Code::UnknownVariable, at, message, hint);
        } else {
            log.unknown(Code::UnknownVariable, at, message, name, known);
        }
    }

    /// Reports what is wrong with a value of a target where the target gives it, and quotes no value that was given
    /// outside of the manifest.
    pub(super) fn blame(&self, target: Option<&str>, secret: &BTreeSet<String>, log: &mut Log) {
        let places: BTreeMap<Position, &Replaced> =
            self.replaced.iter().map(|replaced| (replaced.position, replaced)).collect();
        log.reword(|problem, place, origin| {
            if let Some(name) = self.dollars.get(&place) {
                problem.hint = Some(format!("write `${{var.{name}}}`"));
            }
            let Some(Replaced { written, value, names, .. }) = places.get(&place) else { return };
            if names.iter().any(|name| secret.contains(name)) {
                self.unsaid(problem, names, (written, value));
            }
            let sets: Vec<(&String, Set)> =
                names.iter().filter_map(|name| Some((name, *self.set.get(name)?))).collect();
            let mut hints: Vec<String> = problem.hint.take().into_iter().collect();
            if let Some((name, _)) = sets.iter().find(|(_, set)| matches!(set, Set::Outside)) {
                problem.message = problem.message.replace(&quote(value), &quote(written));
                // A hint may hold a part of the value too.
                hints = vec![format!("`{name}` has its value from `--var` or `--var-file`")];
            } else if let Some((name, at)) = sets.iter().find_map(|(name, set)| match set {
                Set::Target(at) => Some((name, *at)),
                Set::Outside => None,
            }) {
                let used = problem.origin.take().map(|used| format!("`{name}` is used at {used}"));
                problem.origin = Some(origin(at));
                let target = target.map(|target| format!("target `{target}`, ")).unwrap_or_default();
                problem.message = format!("{target}variable `{name}`: {}", problem.message);
                hints.extend(used);
            }
            problem.hint = (!hints.is_empty()).then(|| hints.join("; "));
        });
    }

    /// Takes the values of variables that an environment uses out of a problem.
    fn unsaid(&self, problem: &mut Problem, names: &[String], (written, value): (&str, &str)) {
        problem.message = problem.message.replace(&quote(value), &quote(written));
        for name in names {
            let Some(value) = self.get(name).flatten().filter(|value| !value.is_empty()) else { continue };
            let cut = |text: &str| text.contains(value) || text.contains(quote(value).trim_matches('`'));
            if cut(&problem.message) {
                problem.message = format!("the value of `{written}` is not valid here");
            }
            problem.hint = problem.hint.take().filter(|hint| !cut(hint));
        }
    }
}

/// A variable without a value is missing in the target, where there is one.
fn missing(Key { text: name, position }: &Key, target: Option<&Key>, log: &mut Log) {
    let (position, message, hint) = match target {
        None => {
            let hint = format!("give it with `--var {name}=VALUE`, or a `default`");
            (*position, format!("the variable `{name}` has no value"), hint)
        }
        Some(target) => {
            let message = format!("the target `{}` gives no value to the variable `{name}`", target.text);
            let hint = format!(
                "add `vars: {{ {name}: VALUE }}` to the target, give it with `--var {name}=VALUE`, or add a `default`"
            );
            (target.position, message, hint)
        }
    };
    log.error_with(Code::MissingVariable, position, message, hint);
}

/// A target gives values to variables that are declared.
fn check_target(declared: &[(Key, Node)], of_target: Option<&Node>, log: &mut Log) {
    for (key, _) in of_target.map_or(&[][..], Node::entries) {
        if !declared.iter().any(|(name, _)| name.text == key.text) {
            let message = format!("no variable is named {}", quote(&key.text));
            let known: Vec<&str> = declared.iter().map(|(name, _)| name.text.as_str()).collect();
            if known.is_empty() {
                let hint = format!("declare it under `spec.variables`: `{}: {{ default: VALUE }}`", key.text);
                log.error_with(Code::UnknownVariable, key.position, message, hint);
            } else {
                log.unknown(Code::UnknownVariable, key.position, message, &key.text, known);
            }
        }
    }
}

struct Default<'t> {
    parts: Vec<Part<'t>>,
    position: Position,
}

#[cfg(test)]
mod tests;
