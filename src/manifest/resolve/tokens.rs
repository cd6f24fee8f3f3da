//! The tokens in flow files, followed to what they refer to.

use std::collections::{BTreeMap, BTreeSet};

use crate::flow::{Found, Token};
use crate::resource::{Code, Label, Origin, Problem};

use super::content::Content;
use super::entry::{ContentKind, Entry};
use crate::manifest::declared::{At, DeclaredFlow, Named};
use crate::manifest::reading::log::{Log, quote};
use crate::manifest::yaml::Position;

/// Every token must name something that the manifest knows, on every instance that the flow stands on. ContentKind is looked
/// up by its name on the live instance is known there alone.
pub(in crate::manifest) fn check_tokens(one: &Entry<'_>, content: &mut Content, calls: &mut Calls) {
    let Content { tokens, log, .. } = content;
    for Found { token, line, column, .. } in &*tokens {
        let position = Position { line: *line, column: *column };
        match token {
            Token::Var(_) | Token::Instance(_) => {}
            Token::Queue { .. } | Token::Prompt { .. } | Token::Hours { .. } => {}
            Token::Function(name) => check_function(one, name, position, log),
            Token::Flow { name, .. } => {
                check_other(one, ContentKind::Flow, &one.declared.flows, name, position, log);
            }
            Token::Module { name, .. } => {
                let other = check_other(one, ContentKind::Module, &one.declared.modules, name, position, log);
                calls.add(one.name, other, log.origin(position));
            }
            Token::Value(name) => check_value(one, name, position, log),
        }
    }
}

fn check_function(one: &Entry<'_>, name: &str, position: Position, log: &mut Log) {
    let functions = &one.declared.functions;
    if !Label::parse(name).is_ok_and(|label| functions.contains_key(&label)) {
        let message = format!("no function is named {}", quote(name));
        log.unknown(Code::UnknownFunction, position, message, name, functions.keys().map(Label::as_str));
    }
}

/// Ids of flows and modules differ from instance to instance.
fn check_other(
    one: &Entry<'_>,
    what: ContentKind,
    named: &Named<DeclaredFlow>,
    name: &str,
    position: Position,
    log: &mut Log,
) -> Option<Label> {
    let (word, code) = match what {
        ContentKind::Flow => ("flow", Code::UnknownFlow),
        ContentKind::Module => ("module", Code::UnknownModule),
    };
    let label = Label::parse(name).ok();
    let Some(At { value: other, .. }) = label.as_ref().and_then(|label| named.get(label)) else {
        let message = format!("no {word} is named {}", quote(name));
        let (others, other) = match what {
            ContentKind::Flow => (&one.declared.modules, "module"),
            ContentKind::Module => (&one.declared.flows, "flow"),
        };
        if label.as_ref().is_some_and(|label| others.get(label).is_some()) {
            let hint =
                format!("`{name}` is a {other}: write `${{{other}.{name}.arn}}` or `${{{other}.{name}.id}}`");
            log.error_with(code, position, message, hint);
        } else {
            log.unknown(code, position, message, name, named.keys().map(Label::as_str));
        }
        return None;
    };
    let declared = |instance: &Label| one.declared.instances.contains_key(instance);
    if other.on().next().is_none() || !other.on().all(|at| declared(&at.value)) {
        // That it stands nowhere, or somewhere unknown, is reported there.
        return label;
    }
    for At { value: instance, .. } in one.at.value.on() {
        if declared(instance) && !other.on().any(|at| at.value == *instance) {
            let message =
                format!("the {word} `{name}` is not on the instance `{instance}`, but `{}` is", one.name);
            let hint = format!("a {} can refer only to {word}s of its own instance", one.what.word());
            log.error_with(code, position, message, hint);
        }
    }
    label
}

fn check_value(one: &Entry<'_>, name: &str, position: Position, log: &mut Log) {
    for At { value: label, .. } in one.at.value.on() {
        let Some(At { value: instance, .. }) = one.declared.instances.get(label) else { continue };
        let values = instance.values.value();
        if !values.is_some_and(|values| values.contains_key(name)) {
            let message = format!("the instance `{label}` has no value named {}", quote(name));
            if values.is_none_or(BTreeMap::is_empty) {
                let hint = format!("add `values: {{ {name}: … }}` to the instance");
                log.error_with(Code::UnknownValue, position, message, hint);
            } else {
                let known = instance.values.entries().map(|(name, _)| name.as_str());
                log.unknown(Code::UnknownValue, position, message, name, known);
            }
        }
    }
}

/// Which module names which, and where.
#[derive(Debug, Default)]
pub(in crate::manifest) struct Calls(BTreeMap<Label, BTreeMap<Label, Origin>>);

impl Calls {
    fn add(&mut self, from: &Label, to: Option<Label>, at: Origin) {
        if let Some(to) = to {
            self.0.entry(from.clone()).or_default().entry(to).or_insert(at);
        }
    }

    /// Reports modules that call each other in a circle: none of them could be made first. Not recursive: a chain may
    /// be long.
    pub(in crate::manifest) fn check(&self, log: &mut Log) {
        let mut done: BTreeSet<&Label> = BTreeSet::new();
        for start in self.0.keys() {
            let mut path = vec![(start, self.next(start))];
            while let Some((from, next)) = path.last_mut() {
                let (from, call) = (*from, next.next());
                let Some((to, origin)) = call else {
                    done.insert(from);
                    path.pop();
                    continue;
                };
                if let Some(at) = path.iter().position(|(name, _)| *name == to) {
                    let names: Vec<&str> = path[at..].iter().map(|(name, _)| name.as_str()).collect();
                    let message =
                        format!("modules call each other in a circle: `{}` -> `{to}`", names.join("` -> `"));
                    let problem = Problem::error(Code::ModuleCycle, message).at(origin);
                    log.push(problem.hint("move what they share into a third module"));
                } else if !done.contains(to) {
                    path.push((to, self.next(to)));
                }
            }
        }
    }

    fn next(&self, from: &Label) -> impl Iterator<Item = (&Label, &Origin)> + use<'_> {
        self.0.get(from).into_iter().flatten()
    }
}
