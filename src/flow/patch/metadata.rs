//! What the designer keeps in a flow: positions and names, of no meaning to the runtime.

use std::collections::{BTreeMap, BTreeSet};

use super::super::document::{Document, Format};
use super::super::invocation::Invocation;
use super::super::json::Node;
use super::layout::Layout;

/// Finds the function's name that the designer shows for a block.
pub(super) fn display_name_node<'a>(document: &'a Document, identifier: &str) -> Option<&'a Node> {
    let metadata = document.root().get("Metadata")?.get("ActionMetadata")?.get(identifier)?;
    metadata.get("parameters")?.get("LambdaFunctionARN")?.get("displayName")
}

/// Returns what the designer shows for an ARN: the function's name, with its qualifier. Other text is shown as it is.
pub fn display_name(arn: &str) -> &str {
    match arn.strip_prefix("arn:").and_then(|rest| rest.split_once(":function:")) {
        Some((_, name)) if !name.is_empty() => name,
        _ => arn,
    }
}

/// Returns the content's text, with the Metadata of the live flow where the content has none.
///
/// What the live Metadata says of blocks that the content does not have is left out; where the content invokes
/// another function than the live flow, the name shown is that function's.
pub fn with_metadata_of(content: &Document, live: &Document) -> String {
    let text = content.text();
    let written = content.format() == Format::Language && live.format() == Format::Language;
    let Some(metadata) = live.root().get("Metadata").filter(|_| written) else { return text.to_owned() };
    if content.root().get("Metadata").is_some() {
        return text.to_owned();
    }
    let mut metadata = metadata.to_json();
    if let Some(blocks) = metadata.get_mut("ActionMetadata").and_then(serde_json::Value::as_object_mut) {
        let known: BTreeSet<&str> = content.blocks().iter().map(|block| block.identifier.as_str()).collect();
        blocks.retain(|identifier, _| known.contains(identifier.as_str()));
        rename(blocks, content, live);
    }
    let layout = Layout::of(text, content.root());
    let indent = layout.indent(content.root(), None);
    let metadata = layout.value(&metadata, indent.as_deref());
    let root = layout.rewrite(content.root(), &[("Metadata", metadata)], &BTreeSet::new(), None);
    let span = content.root().span;
    let (before, after) = (text.get(..span.start), text.get(span.end..));
    format!("{}{root}{}", before.unwrap_or_default(), after.unwrap_or_default())
}

fn rename(blocks: &mut serde_json::Map<String, serde_json::Value>, content: &Document, live: &Document) {
    let function = |invocation: Invocation| (invocation.block, invocation.function);
    let live: BTreeMap<_, _> = live.invocations().into_iter().map(function).collect();
    for (identifier, wanted) in content.invocations().into_iter().map(function) {
        let changed = live.get(&identifier).is_none_or(|live| *live != wanted);
        let Some(wanted) = wanted.filter(|_| changed) else { continue };
        let shown = blocks
            .get_mut(&identifier)
            .and_then(|block| block.pointer_mut("/parameters/LambdaFunctionARN/displayName"));
        if let Some(shown) = shown {
            *shown = display_name(wanted.text()).into();
        }
    }
}
