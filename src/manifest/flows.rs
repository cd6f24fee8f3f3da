//! Flows: their bindings, their content, and the tokens in it, followed to what they refer to.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::flow::{Document, FindError, Found, Token};
use crate::resource::Label;

use super::content::{Content, Reader, bindable};
use super::draft::{At, BindingDraft, Draft, FlowDraft, Given, Named};
use super::log::{Log, hint, quote};
use super::model::{Binding, Flow, FlowText, Invocation};
use super::resolve::known_function;
use super::yaml::Position;

/// The longest that a contact waits for a function, in seconds.
const MAX_SYNC: u64 = 8;
/// The longest that an asynchronous call may take, in seconds.
const MAX_ASYNC: u64 = 60;
/// The type of block that can be bound.
const LAMBDA: &str = "InvokeLambdaFunction";

/// Resolves the flows, reading the files that they name.
pub(super) fn flows(draft: &Draft, reader: &mut Reader<'_>, log: &mut Log) -> BTreeMap<Label, Flow> {
    check_names(draft, log);
    let mut resolved = BTreeMap::new();
    for (name, at) in &draft.flows {
        if let Some(flow) = flow(draft, name, at, reader, log) {
            resolved.insert(name.clone(), flow);
        }
    }
    resolved
}

fn flow(
    draft: &Draft,
    name: &Label,
    at: &At<FlowDraft>,
    reader: &mut Reader<'_>,
    log: &mut Log,
) -> Option<Flow> {
    let At { value: FlowDraft { instances, name: own, kind, content, bindings }, position } = at;
    let mut stands_on = Vec::new();
    for At { value: instance, position } in instances {
        if !draft.instances.contains_key(instance) {
            let known = draft.instances.keys().map(Label::as_str);
            let message = format!("no instance is named `{instance}`");
            log.unknown("unknown-instance", *position, message, instance.as_str(), known);
        } else if !stands_on.contains(instance) {
            stands_on.push(instance.clone());
        }
    }
    if content.is_absent() && bindings.is_empty() {
        let message =
            format!("the flow `{name}` has neither `content` nor `bindings`: there is nothing to manage");
        log.error_with("empty-flow", *position, message, "add one of them, or leave the flow out");
    }
    let mut bound = BTreeMap::new();
    for (block, at) in bindings {
        if let Some(binding) = binding(draft, at, log) {
            bound.insert(block.clone(), binding);
        }
    }
    let mut text = None;
    if let Given::Is(path) = content
        && let Some(mut content) = reader.read(path, log)
    {
        check_blocks(&content, bindings, log);
        check_tokens(draft, name, &at.value, &mut content);
        let Content { path, document, tokens: _, log } = content;
        text = Some(FlowText { path, text: document.text().to_owned() });
        reader.logs.push(log);
    }
    let origin = log.origin(*position);
    Some(Flow {
        instances: stands_on,
        name: own.value()?.clone(),
        kind: kind.value().copied()?,
        content: text,
        bindings: bound,
        description: None,
        status: None,
        state: None,
        adopt: false,
        protect: false,
        origin,
    })
}

fn binding(draft: &Draft, at: &At<BindingDraft>, log: &mut Log) -> Option<Binding> {
    let BindingDraft { function, time_limit, invocation, response_type, parameters } = &at.value;
    let known = function.at().is_some_and(|reference| known_function(draft, reference, log));
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
        parameters: parameters.clone(),
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
        log.error_with("bad-time-limit", limit.position, message, hint);
    } else {
        log.error("bad-time-limit", limit.position, message);
    }
}

/// Two flows cannot have one name on one instance.
fn check_names(draft: &Draft, log: &mut Log) {
    let mut flows: Vec<(Position, &Label, &FlowDraft)> =
        draft.flows.iter().map(|(name, at)| (at.position, name, &at.value)).collect();
    flows.sort_by_key(|(position, name, _)| (*position, *name));
    let mut taken: BTreeMap<(&Label, &String), &Label> = BTreeMap::new();
    for (_, name, flow) in flows {
        let Given::Is(At { value: own, position }) = &flow.name else { continue };
        for At { value: instance, .. } in &flow.instances {
            if let Some(first) = taken.get(&(instance, own)) {
                let message = format!(
                    "the flow `{first}` has the name {} on the instance `{instance}` too",
                    quote(own)
                );
                log.error_with(
                    "duplicate-flow",
                    *position,
                    message,
                    "names of flows are unique on an instance",
                );
            } else {
                taken.insert((instance, own), name);
            }
        }
    }
}

fn check_blocks(content: &Content, bindings: &BTreeMap<String, At<BindingDraft>>, log: &mut Log) {
    let mut in_order: Vec<(&String, Position)> =
        bindings.iter().map(|(name, at)| (name, at.position)).collect();
    in_order.sort_by_key(|(_, position)| *position);
    let mut bound: BTreeMap<usize, &String> = BTreeMap::new();
    for (name, position) in in_order {
        if log.is_full() {
            return;
        }
        let path = &content.path;
        match content.document.find(name) {
            Err(FindError::Missing { .. }) => {
                let message = format!("{path} has no block {}", quote(name));
                missing(&content.document, name, position, message, log);
            }
            Err(FindError::Ambiguous { identifiers }) => {
                let message = format!("{path} has {} blocks named {}", identifiers.len(), quote(name));
                let hint = format!("use an identifier: `{}`", identifiers.join("`, `"));
                log.error_with("ambiguous-block", position, message, hint);
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
                    log.error_with("duplicate-binding", position, message, "keep one of them");
                }
            }
        }
    }
}

fn missing(document: &Document, name: &str, position: Position, message: String, log: &mut Log) {
    let names: Vec<&str> = bindable(document).map(|block| block.name.as_str()).collect();
    match hint(name, names) {
        Some(hint) => log.error_with("unknown-block", position, message, hint),
        None => log.error_with(
            "unknown-block",
            position,
            message,
            format!("the flow has no block of type {LAMBDA}"),
        ),
    }
}

/// Every token must name something that the manifest knows, on every instance that the flow stands on.
fn check_tokens(draft: &Draft, flow: &Label, own: &FlowDraft, content: &mut Content) {
    let Content { tokens, log, .. } = content;
    for Found { token, line, column, .. } in &*tokens {
        let position = Position { line: *line, column: *column };
        match token {
            Token::Var(_) | Token::Instance(_) => {}
            Token::Function(name) => {
                if !declared(&draft.functions, name) {
                    let message = format!("no function is named {}", quote(name));
                    let names = draft.functions.keys().map(Label::as_str);
                    log.unknown("unknown-function", position, message, name, names);
                }
            }
            Token::Flow { name, .. } => check_flow(draft, flow, own, name, position, log),
            Token::Value(name) => check_value(draft, own, name, position, log),
            Token::Module { .. } | Token::Queue { .. } | Token::Prompt { .. } | Token::Hours { .. } => {
                let message =
                    format!("{} is not supported by this version of flowbind yet", quote(&token.to_string()));
                let hint = "declare the ARN under the instance's `values`, and write `${value.NAME}`";
                log.error_with("not-supported", position, message, hint);
            }
        }
    }
}

fn declared<T>(named: &Named<T>, name: &str) -> bool {
    Label::parse(name).is_ok_and(|label| named.contains_key(&label))
}

/// Ids of flows differ from instance to instance.
fn check_flow(draft: &Draft, flow: &Label, own: &FlowDraft, name: &str, position: Position, log: &mut Log) {
    let Some(At { value: other, .. }) = Label::parse(name).ok().and_then(|label| draft.flows.get(&label))
    else {
        let names = draft.flows.keys().map(Label::as_str);
        return log.unknown(
            "unknown-flow",
            position,
            format!("no flow is named {}", quote(name)),
            name,
            names,
        );
    };
    for At { value: instance, .. } in &own.instances {
        if draft.instances.contains_key(instance) && !other.instances.iter().any(|at| at.value == *instance) {
            let message =
                format!("the flow `{name}` does not stand on the instance `{instance}`, and `{flow}` does");
            log.error_with(
                "unknown-flow",
                position,
                message,
                "a flow can refer only to flows of its own instance",
            );
        }
    }
}

fn check_value(draft: &Draft, own: &FlowDraft, name: &str, position: Position, log: &mut Log) {
    for At { value: label, .. } in &own.instances {
        let Some(At { value: instance, .. }) = draft.instances.get(label) else { continue };
        if !instance.values.contains_key(name) {
            let message = format!("the instance `{label}` has no value named {}", quote(name));
            if instance.values.is_empty() {
                let hint = format!("add `values: {{ {name}: … }}` to the instance");
                log.error_with("unknown-value", position, message, hint);
            } else {
                let known = instance.values.keys().map(String::as_str);
                log.unknown("unknown-value", position, message, name, known);
            }
        }
    }
}
