//! Which attributes a flow sets itself.

use std::collections::BTreeSet;

use crate::flow::document::{Block, Document, Format, is_template};
use crate::flow::json::Node;

/// The attributes that the blocks of a flow set, whether or not a contact comes to them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The contact's attributes (`UpdateContactAttributes`).
    pub contact: BTreeSet<String>,
    /// The attributes of this run of the flow (`UpdateFlowAttributes`).
    pub flow: BTreeSet<String>,
    /// Whether a name is known only when a contact is there: then any attribute may be set.
    pub open: bool,
}

impl Written {
    /// Collects what a flow sets.
    pub fn of(document: &Document) -> Self {
        let mut written = Self::default();
        for block in document.blocks() {
            let name = match block.kind.as_str() {
                "UpdateContactAttributes" => "Attributes",
                "UpdateFlowAttributes" => "FlowAttributes",
                _ => continue,
            };
            for key in keys(document, block, name) {
                written.open |= key.contains('$') || is_template(&key);
                let set = if name == "Attributes" { &mut written.contact } else { &mut written.flow };
                set.insert(key);
            }
        }
        written
    }
}

fn keys(document: &Document, block: &Block, name: &str) -> Vec<String> {
    match document.format() {
        Format::Language => {
            let members = document.parameter(block, name).map(Node::members).unwrap_or_default();
            members.iter().map(|member| member.key.clone()).collect()
        }
        Format::Legacy => {
            let items = document.block_node(block).and_then(|node| node.get("parameters"));
            let items = items.map(Node::items).unwrap_or_default();
            items.iter().filter_map(|item| item.get("key")?.as_str().map(str::to_owned)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_flow_sets_is_collected_in_both_formats() {
        let of = |text: &str| Written::of(&Document::parse(text).unwrap());
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let written = of(r#"{"StartAction": "a", "Actions": [
            {"Identifier": "a", "Type": "UpdateContactAttributes", "Parameters": {"Attributes": {"x": "1", "y": "2"}}},
            {"Identifier": "b", "Type": "UpdateFlowAttributes", "Parameters": {"FlowAttributes": {"z": {"Value": "1"}}}}]}"#);
        assert_eq!(written, Written { contact: set(&["x", "y"]), flow: set(&["z"]), open: false });
        let written = of(r#"{"start": "a", "modules": [{"id": "a", "type": "SetAttributes", "parameters": [
            {"name": "Attribute", "value": "v", "key": "$.External.k", "namespace": null}]}]}"#);
        assert!(written.open && written.contact.len() == 1);
    }
}
