//! One document: what kind it is, its variables, and what its shape does not say.

use super::super::grammar::keys;
use super::super::grammar::objects::DeclaredSpec;
use super::super::grammar::scalar::{API_VERSION, KIND};
use super::super::reading::log::{Log, closest, quote};
use super::super::variables::Variables;
use super::super::yaml::{Node, NodeValue};
use crate::resource::Code;

/// Checks what kind of document it is; of another kind, nothing else is worth saying.
pub(super) fn is_binding_set(document: &Node, log: &mut Log) -> bool {
    if !matches!(document.value, NodeValue::Map(_)) {
        let message = format!("a manifest is a map, and this is {}", document.kind());
        log.error(Code::NotAManifest, document.position, message);
        return false;
    }
    if foreign(document, log) {
        return false;
    }
    let said = |key: &str| document.get(key).and_then(|node| Some((node.text()?, node.position)));
    for (key, expected) in [(keys::API_VERSION, API_VERSION), (keys::KIND, KIND)] {
        let Some((text, position)) = said(key) else { continue };
        if text != expected {
            let message =
                format!("{key} is {}, and this version of flowbind reads `{expected}`", quote(text));
            log.error_with(Code::NotAManifest, position, message, format!("write `{key}: {expected}`"));
            return false;
        }
    }
    if document.get(keys::API_VERSION).is_none() && document.get(keys::KIND).is_none() {
        let hint = format!(
            "a manifest starts with `apiVersion: {API_VERSION}` and `kind: {KIND}`; if other YAML lies in the same folder, name \
             the manifest's file rather than its folder"
        );
        log.error_with(Code::NotAManifest, document.position, "this is not a binding set", hint);
        return false;
    }
    true
}

/// Reports the document of another tool that lies beside the manifests, such as one of Kubernetes.
fn foreign(document: &Node, log: &mut Log) -> bool {
    let text = |key: &str| document.get(key).and_then(Node::text);
    let Some(kind) = text(keys::KIND).filter(|kind| closest(kind, [KIND]).is_none()) else { return false };
    if text(keys::API_VERSION).is_some_and(|version| {
        let group = |version: &str| version.split('/').next().unwrap_or_default().to_owned();
        closest(&group(version), [group(API_VERSION).as_str()]).is_some()
    }) {
        return false;
    }
    let origin = log.origin(document.position);
    let (file, kind) = (quote(&origin.file), quote(&format!("kind: {kind}")));
    let message = format!("{file} is not a flowbind manifest ({kind})");
    let hint = "move it to another folder, or name the manifest's file rather than the folder";
    log.error_with(Code::NotAManifest, document.position, message, hint);
    true
}

/// What cannot be found because the section that declares it cannot be read: a misspelt key, or no map; or
/// because the file was read only in part. The codes of problems that follow from it and are not worth saying.
pub(super) fn follow_ups(document: &Node, incomplete: bool) -> Vec<Code> {
    const SECTIONS: [(&str, Code); 9] = [
        (DeclaredSpec::variables().name(), Code::UnknownVariable),
        (DeclaredSpec::accounts().name(), Code::UnknownAccount),
        (DeclaredSpec::accounts().name(), Code::MissingAccount),
        (DeclaredSpec::defaults().name(), Code::MissingRegion),
        (DeclaredSpec::instances().name(), Code::UnknownInstance),
        (DeclaredSpec::instances().name(), Code::UnknownValue),
        (DeclaredSpec::functions().name(), Code::UnknownFunction),
        (DeclaredSpec::flows().name(), Code::UnknownFlow),
        (DeclaredSpec::modules().name(), Code::UnknownModule),
    ];
    let spec = document.get(keys::SPEC).filter(|spec| matches!(spec.value, NodeValue::Map(_)));
    let all = SECTIONS.into_iter().map(|(_, code)| code);
    let Some(spec) = spec.filter(|_| !incomplete) else {
        return all.chain([Code::EmptySet]).collect();
    };
    let missing = SECTIONS.into_iter().filter(|(name, _)| spec.get(name).is_none());
    let odd = spec.entries().iter().filter(|(key, _)| !SECTIONS.iter().any(|(name, _)| key.text == *name));
    let misspelt = |name: &str| odd.clone().any(|(key, _)| closest(&key.text, [name]).is_some());
    let unread = |name: &str| spec.get(name).is_some_and(|node| !matches!(node.value, NodeValue::Map(_)));
    let lost = missing.filter(|(name, _)| misspelt(name));
    lost.chain(SECTIONS.into_iter().filter(|(name, _)| unread(name))).map(|(_, code)| code).collect()
}

/// Replaces variables everywhere but where they are declared and where targets give their values.
pub(super) fn substitute(document: &mut Node, variables: &mut Variables, log: &mut Log) {
    let NodeValue::Map(entries) = &mut document.value else { return };
    for (key, part) in entries {
        match (&mut part.value, key.text.as_str()) {
            (NodeValue::Map(spec), keys::SPEC) => {
                for (key, part) in spec {
                    match key.text.as_str() {
                        keys::VARIABLES => {}
                        keys::TARGETS => places(part, variables, log),
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
        let parts = parts.iter_mut().filter(|(key, _)| key.text != keys::VARS);
        parts.for_each(|(_, part)| variables.substitute(part, log));
    }
}
