//! One document: what kind it is, its variables, and what its shape does not say.

use super::super::log::{Log, quote};
use super::super::scalar::{API_VERSION, KIND};
use super::super::variables::Variables;
use super::super::yaml::{Node, NodeValue};
use super::super::{example, policy};

/// Checks what kind of document it is; of another kind, nothing else is worth saying.
pub(super) fn is_binding_set(document: &Node, log: &mut Log) -> bool {
    if !matches!(document.value, NodeValue::Map(_)) {
        let message = format!("a manifest is a map, and this is {}", document.kind());
        log.error("not-a-manifest", document.position, message);
        return false;
    }
    let said = |key: &str| document.get(key).and_then(|node| Some((node.text()?, node.position)));
    for (key, expected) in [("apiVersion", API_VERSION), ("kind", KIND)] {
        let Some((text, position)) = said(key) else { continue };
        if text != expected {
            let message =
                format!("{key} is {}, and this version of flowbind reads `{expected}`", quote(text));
            log.error("not-a-manifest", position, message);
            return false;
        }
    }
    if document.get("apiVersion").is_none() && document.get("kind").is_none() {
        let hint = format!(
            "a manifest starts with `apiVersion: {API_VERSION}` and `kind: {KIND}`; where other YAML lies beside it, name \
             the manifest's file rather than its folder"
        );
        log.error_with("not-a-manifest", document.position, "this is not a binding set", hint);
        return false;
    }
    true
}

/// Replaces variables everywhere but where they are declared and where targets give their values.
pub(super) fn substitute(document: &mut Node, variables: &mut Variables, log: &mut Log) {
    let NodeValue::Map(entries) = &mut document.value else { return };
    for (key, part) in entries {
        match (&mut part.value, key.text.as_str()) {
            (NodeValue::Map(spec), "spec") => {
                for (key, part) in spec {
                    match key.text.as_str() {
                        "variables" => {}
                        "targets" => places(part, variables, log),
                        _ => variables.substitute(part, log),
                    }
                }
            }
            _ => variables.substitute(part, log),
        }
    }
}

/// Replaces variables in where targets are, not in what they give to variables.
fn places(targets: &mut Node, variables: &mut Variables, log: &mut Log) {
    let NodeValue::Map(targets) = &mut targets.value else { return };
    for (_, target) in targets {
        let NodeValue::Map(parts) = &mut target.value else { continue };
        let parts = parts.iter_mut().filter(|(key, _)| key.text != "vars");
        parts.for_each(|(_, part)| variables.substitute(part, log));
    }
}

/// Checks what the table of shapes takes as it is: examples of answers, and policies.
pub(super) fn check_inside(document: &Node, log: &mut Log) {
    let functions = document.get("spec").and_then(|spec| spec.get("functions"));
    for (_, function) in functions.map_or(&[][..], Node::entries) {
        if let Some(response) = function.get("response") {
            example::check(response, log);
        }
        let role = function.get("source").and_then(|source| source.get("role"));
        let policies = role.and_then(|role| role.get("inlinePolicies"));
        policies.map_or(&[][..], Node::entries).iter().for_each(|(_, document)| policy::check(document, log));
    }
}
