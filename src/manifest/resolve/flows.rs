//! Flows and modules: their bindings and their content, followed to what they refer to.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::flow::{Document, FindError};
use crate::resource::{Code, Label};

use super::content::{Content, Reader, bindable};
use super::entry::{ContentKind, Entry};
use super::known_function;
use super::tokens::{Calls, check_tokens};
use crate::manifest::declared::{At, DeclaredBinding, DeclaredFlow, DeclaredSet, Given, Named};
use crate::manifest::model::{Binding, Flow, Invocation, Names};
use crate::manifest::reading::log::{Log, hint, quote};
use crate::manifest::yaml::Position;

/// The longest that a contact waits for a function, in seconds.
const MAX_SYNC: u64 = 8;
/// The longest that an asynchronous call may take, in seconds.
const MAX_ASYNC: u64 = 60;
/// The type of block that can be bound.
const LAMBDA: &str = "InvokeLambdaFunction";

/// The flows and modules of a set.
#[derive(Debug, Default)]
pub(in crate::manifest) struct Flows {
    pub(in crate::manifest) modules: BTreeMap<Label, Flow>,
    pub(in crate::manifest) flows: BTreeMap<Label, Flow>,
}

/// Resolves flows and modules, reading the files that they name.
pub(in crate::manifest) fn flows(declared: &DeclaredSet, reader: &mut Reader<'_>, log: &mut Log) -> Flows {
    check_names(&declared.modules, ContentKind::Module, log);
    check_names(&declared.flows, ContentKind::Flow, log);
    let mut calls = Calls::default();
    let mut flows = Flows::default();
    for (name, at) in &declared.modules {
        let one = Entry { declared, name, at, what: ContentKind::Module };
        flows.modules.extend(one.resolve(reader, &mut calls, log).map(|flow| (name.clone(), flow)));
    }
    calls.check(log);
    for (name, at) in &declared.flows {
        let one = Entry { declared, name, at, what: ContentKind::Flow };
        flows.flows.extend(one.resolve(reader, &mut Calls::default(), log).map(|flow| (name.clone(), flow)));
    }
    flows
}

impl Entry<'_> {
    fn resolve(&self, reader: &mut Reader<'_>, calls: &mut Calls, log: &mut Log) -> Option<Flow> {
        let At { value, position } = self.at;
        let instances = self.instances(log);
        self.check_purpose(log);
        let mut bindings = BTreeMap::new();
        for (block, at) in value.bindings.entries() {
            if let Some(binding) = binding(self.declared, at, log) {
                bindings.insert(block.clone(), binding);
            }
        }
        let mut text = None;
        if let Given::Is(path) = &value.content
            && let Some(mut content) = reader.read(path, log)
        {
            check_blocks(&content, value, log);
            check_tokens(self, &mut content, calls);
            let Content { file, document: _, tokens: _, log } = content;
            text = Some(file);
            reader.logs.push(log);
        }
        Some(Flow {
            instances,
            name: value.name.value()?.clone(),
            kind: value.kind.value().copied()?,
            names: Names::of(text.as_ref(), &bindings),
            content: text,
            bindings,
            description: value.description.value().cloned(),
            status: value.status.value().copied(),
            state: value.state.value().copied(),
            adopt: value.adopt.is_true(),
            protect: value.protect.is_true(),
            origin: log.origin(*position),
        })
    }

    /// The instances that it stands on, each once.
    fn instances(&self, log: &mut Log) -> Vec<Label> {
        let mut stands_on = Vec::new();
        if let Some(position) = self.at.value.nowhere() {
            let message = format!("the {} `{}` is not assigned to any instance", self.what.word(), self.name);
            log.error_with(Code::NoInstance, position, message, "name one of `instances`, or leave it out");
        }
        for At { value: instance, position } in self.at.value.on() {
            if !self.declared.instances.contains_key(instance) {
                let known = self.declared.instances.keys().map(Label::as_str);
                let message = format!("no instance is named `{instance}`");
                log.unknown(Code::UnknownInstance, *position, message, instance.as_str(), known);
            } else if !stands_on.contains(instance) {
                stands_on.push(instance.clone());
            }
        }
        stands_on
    }

    fn check_purpose(&self, log: &mut Log) {
        let At { value, position } = self.at;
        if !value.content.is_absent() {
            return;
        }
        if let Some(At { position, .. }) = value.status.at() {
            let message = "`status` requires `content`";
            let hint = "without content, flowbind changes blocks of what is published; leave it out";
            log.error_with(Code::BadStatus, *position, message, hint);
        } else if value.bindings.entries().next().is_none()
            && value.description.is_absent()
            && value.state.is_absent()
        {
            let (what, name) = (self.what.word(), self.name);
            let message = format!(
                "the {what} `{name}` has neither `content` nor `bindings`: there is nothing to manage"
            );
            log.error_with(
                Code::EmptyFlow,
                *position,
                message,
                format!("add one of them, or leave the {what} out"),
            );
        }
    }
}
fn binding(declared: &DeclaredSet, at: &At<DeclaredBinding>, log: &mut Log) -> Option<Binding> {
    let DeclaredBinding { function, time_limit, invocation, response_type, parameters } = &at.value;
    let known = function.at().is_some_and(|reference| known_function(declared, reference, log));
    if let Given::Is(limit) = time_limit {
        check_limit(limit, invocation, log);
    }
    let seconds = time_limit.value().map(Duration::as_secs);
    known.then_some(())?;
    Some(Binding {
        function: function.value()?.clone(),
        time_limit: seconds.and_then(|seconds| u32::try_from(seconds).ok()),
        invocation: invocation.value().copied(),
        response_type: response_type.value().copied(),
        parameters: parameters.without_places(),
        origin: log.origin(at.position),
    })
}

/// AWS: "Set timeout" of the block "AWS Lambda function", at most 8 seconds, or 60 for an asynchronous call.
fn check_limit(limit: &At<Duration>, invocation: &Given<Invocation>, log: &mut Log) {
    let seconds = limit.value.as_secs();
    let most = match invocation {
        Given::Is(At { value: Invocation::Async, .. }) | Given::Broken => MAX_ASYNC,
        Given::Is(At { value: Invocation::Sync, .. }) | Given::Absent => MAX_SYNC,
    };
    if (1..=most).contains(&seconds) {
        return;
    }
    let message = format!("the time limit of {seconds}s is outside of 1s to {most}s");
    if most == MAX_SYNC && (MAX_SYNC..=MAX_ASYNC).contains(&seconds) {
        let hint = "a contact waits at most 8 seconds; with `invocation: async` the call may take up to 60s";
        log.error_with(Code::BadTimeLimit, limit.position, message, hint);
    } else {
        log.error(Code::BadTimeLimit, limit.position, message);
    }
}

/// Two flows cannot have one name on one instance, nor can two modules.
fn check_names(named: &Named<DeclaredFlow>, what: ContentKind, log: &mut Log) {
    let word = what.word();
    let mut flows: Vec<(Position, &Label, &DeclaredFlow)> =
        named.iter().map(|(name, at)| (at.position, name, &at.value)).collect();
    flows.sort_by_key(|(position, name, _)| (*position, *name));
    let mut taken: BTreeMap<(&Label, &String), (&Label, Position)> = BTreeMap::new();
    for (_, name, flow) in flows {
        let Given::Is(At { value: own, position }) = &flow.name else { continue };
        for At { value: instance, .. } in flow.on() {
            if let Some((first, at)) = taken.get(&(instance, own)).filter(|(first, _)| *first != name) {
                let message = format!(
                    "the {word} `{first}` has the name {} on the instance `{instance}` too",
                    quote(own)
                );
                let first_at = log.origin(*at);
                let hint =
                    format!("names of {word}s are unique on an instance; the first one is at {first_at}");
                log.error_with(Code::DuplicateFlow, *position, message, hint);
            } else {
                taken.insert((instance, own), (name, *position));
            }
        }
    }
}

fn check_blocks(content: &Content, flow: &DeclaredFlow, log: &mut Log) {
    let mut in_order: Vec<(&String, Position)> =
        flow.bindings.entries().map(|(name, at)| (name, at.position)).collect();
    in_order.sort_by_key(|(_, position)| *position);
    let mut bound: BTreeMap<usize, &String> = BTreeMap::new();
    for (name, position) in in_order {
        if log.is_full() {
            return;
        }
        let path = &content.file.path;
        match content.document.find(name) {
            Err(FindError::Missing { .. }) => {
                let message = format!("{path} has no block {}", quote(name));
                missing(&content.document, name, position, message, log);
            }
            Err(FindError::Ambiguous { identifiers }) => {
                let message = format!("{path} has {} blocks named {}", identifiers.len(), quote(name));
                let hint = format!("use an identifier: `{}`", identifiers.join("`, `"));
                log.error_with(Code::AmbiguousBlock, position, message, hint);
            }
            Ok(block) if block.kind != LAMBDA => {
                let message = format!(
                    "the block {} in {path} is of type {}, not {LAMBDA}",
                    quote(name),
                    quote(&block.kind)
                );
                missing(&content.document, name, position, message, log);
            }
            Ok(block) => {
                if let Some(first) = bound.insert(block.index, name) {
                    let message = format!("{} and {} are the same block", quote(first), quote(name));
                    log.error_with(Code::DuplicateBinding, position, message, "keep one of them");
                }
            }
        }
    }
}

fn missing(document: &Document, name: &str, position: Position, message: String, log: &mut Log) {
    let names: Vec<&str> = bindable(document).map(|block| block.name.as_str()).collect();
    match hint(name, names) {
        Some(hint) => log.error_with(Code::UnknownBlock, position, message, hint),
        None => log.error_with(
            Code::UnknownBlock,
            position,
            message,
            format!("the flow has no block of type {LAMBDA}"),
        ),
    }
}
