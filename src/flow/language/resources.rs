//! What blocks name of an instance: queues, prompts, flows, modules and hours, by ARN or id.
//!
//! Rests on the pages of the actions in the flow language, which say which parameter takes what. Data that somebody
//! else reads, such as attributes and what a function is given, is told apart.

use crate::flow::document::{Document, Format};
use crate::flow::invocation::is_dynamic;
use crate::flow::json::{Node, Value, escape_pointer};

/// What a reference is to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResourceKind {
    /// A queue.
    Queue,
    /// A prompt.
    Prompt,
    /// Another flow.
    Flow,
    /// A module.
    Module,
    /// Hours of operation.
    Hours,
}

impl ResourceKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Queue, Self::Prompt, Self::Flow, Self::Module, Self::Hours];

    /// Returns the word that ARNs have for it.
    pub const fn segment(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Prompt => "prompt",
            Self::Flow => "contact-flow",
            Self::Module => "flow-module",
            Self::Hours => "operating-hours",
        }
    }

    /// Returns the word for people.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Prompt => "prompt",
            Self::Flow => "flow",
            Self::Module => "module",
            Self::Hours => "hours of operation",
        }
    }
}

/// What a string is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A parameter that takes this kind.
    Of(ResourceKind),
    /// A parameter that takes an ARN or id of something else.
    Reference,
    /// Text, or data that somebody else reads.
    Data,
}

/// A string in the parameters of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The index of the block.
    pub block: usize,
    /// Its JSON pointer.
    pub pointer: String,
    /// It.
    pub text: String,
    /// What it is for.
    pub role: Role,
}

/// The ARN of something of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OfInstance<'t> {
    /// The ARN of the instance.
    pub instance: &'t str,
    /// The id of the instance.
    pub instance_id: &'t str,
    /// What it is, by the word of the ARN; empty for the instance itself.
    pub segment: &'t str,
    /// Its id.
    pub id: &'t str,
}

impl<'t> OfInstance<'t> {
    /// Reads an ARN such as `arn:aws:connect:us-east-1:111122223333:instance/ID/queue/ID`.
    pub fn parse(arn: &'t str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':');
        let (scheme, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
        let (_region, _account, rest) = (parts.next()?, parts.next()?, parts.next()?);
        if scheme != "arn" || !partition.starts_with("aws") || service != "connect" {
            return None;
        }
        let mut steps = rest.strip_prefix("instance/")?.split('/');
        let instance_id = steps.next()?;
        let (segment, id) = (steps.next().unwrap_or_default(), steps.next().unwrap_or_default());
        // A version or `$SAVED` may stand behind a flow's id, an alias behind a module's.
        let id = id.split(':').next().unwrap_or_default();
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let instance = &arn[..arn.len() - rest.len() + "instance/".len() + instance_id.len()];
        let whole = !instance_id.is_empty() && plain(instance_id) && plain(segment) && plain(id);
        whole.then_some(Self { instance, instance_id, segment, id })
    }
}

/// The parameters whose members are data.
const DATA: [&str; 12] = [
    "Attributes",
    "CaseRequestFields",
    "CustomerRequestData",
    "FlowAttributes",
    "LambdaInvocationAttributes",
    "LexSessionAttributes",
    "ProfileRequestData",
    "References",
    "SegmentAttributes",
    "SessionAttributes",
    "Tags",
    "ViewData",
];

/// Lists the strings in the parameters of all blocks that are no references such as `$.Attributes.x`, in the order of
/// the text.
pub fn named(document: &Document) -> Vec<Named> {
    let mut walk = Walk { block: 0, found: Vec::new() };
    for block in document.blocks() {
        let Some(node) = document.block_node(block) else { continue };
        walk.block = block.index;
        match document.format() {
            Format::Language => {
                let pointer = format!("{}/Parameters", block.pointer);
                node.get("Parameters").into_iter().for_each(|node| walk.node(node, &pointer, Role::Data));
            }
            Format::Legacy => {
                let items = node.get("parameters").map(Node::items).unwrap_or_default();
                for (index, item) in items.iter().enumerate() {
                    let name = item.get("name").and_then(Node::as_str).unwrap_or_default();
                    let role = role(name, Role::Data);
                    let reference =
                        item.get("namespace").and_then(Node::as_str).is_some_and(|n| !n.is_empty());
                    let pointer = format!("{}/parameters/{index}/value", block.pointer);
                    let value = item.get("value").filter(|_| !reference);
                    value.into_iter().for_each(|value| walk.node(value, &pointer, role));
                }
            }
        }
    }
    walk.found
}

struct Walk {
    block: usize,
    found: Vec<Named>,
}

impl Walk {
    /// Recursion is bounded: the reader refused what nests deeper than its limit.
    fn node(&mut self, node: &Node, pointer: &str, as_role: Role) {
        match &node.value {
            Value::String(text) if !is_dynamic(text) => self.found.push(Named {
                block: self.block,
                pointer: pointer.to_owned(),
                text: text.to_string(),
                role: as_role,
            }),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.node(item, &format!("{pointer}/{index}"), as_role);
                }
            }
            Value::Object(members) => {
                for member in members {
                    let pointer = format!("{pointer}/{}", escape_pointer(&member.key));
                    match DATA.contains(&&*member.key) {
                        true => self.data(&member.value, &pointer),
                        false => self.node(&member.value, &pointer, role(&member.key, as_role)),
                    }
                }
            }
            _ => {}
        }
    }

    fn data(&mut self, node: &Node, pointer: &str) {
        let first = self.found.len();
        self.node(node, pointer, Role::Data);
        self.found[first..].iter_mut().for_each(|named| named.role = Role::Data);
    }
}

fn role(key: &str, outer: Role) -> Role {
    match key {
        "QueueId" => Role::Of(ResourceKind::Queue),
        "PromptId" => Role::Of(ResourceKind::Prompt),
        "ContactFlowId" | "EventHooks" => Role::Of(ResourceKind::Flow),
        "FlowModuleId" => Role::Of(ResourceKind::Module),
        "HoursOfOperationId" => Role::Of(ResourceKind::Hours),
        _ if ["Id", "ID", "Arn", "ARN"].iter().any(|end| key.ends_with(end)) => Role::Reference,
        // What hooks lead to stands under their names.
        _ if outer == Role::Of(ResourceKind::Flow) => outer,
        _ => Role::Data,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_of_an_instance_are_taken_apart() {
        let arn = "arn:aws:connect:us-east-1:111122223333:instance/0f1e/contact-flow/8b4d:$SAVED";
        let found = OfInstance::parse(arn).unwrap();
        assert_eq!(found.instance, "arn:aws:connect:us-east-1:111122223333:instance/0f1e");
        assert_eq!((found.instance_id, found.segment, found.id), ("0f1e", "contact-flow", "8b4d"));
        let alone = OfInstance::parse("arn:aws-us-gov:connect:us-gov-west-1:111122223333:instance/0f1e");
        assert_eq!(alone.map(|found| (found.instance_id, found.segment)), Some(("0f1e", "")));
        for other in [
            "arn:aws:connect:us-east-1:aws:view/detail:1",
            "arn:aws:lambda:a:b:instance/x",
            "x",
            "arn:aws:connect:a:b:instance/",
        ] {
            assert_eq!(OfInstance::parse(other), None, "{other}");
        }
    }

    #[test]
    fn strings_are_told_apart_by_the_parameter_that_they_are_in() {
        let text = r#"{"StartAction": "a", "Actions": [{"Identifier": "a", "Parameters": {
            "QueueId": "q", "Text": "hello", "EventHooks": {"CustomerQueue": "f"}, "AliasArn": "b",
            "Media": {"PromptId": "p"}, "ContactFlowId": "$.Attributes.f",
            "LambdaInvocationAttributes": {"QueueId": "d", "nested": [{"PromptId": "e"}]}}}]}"#;
        let found = named(&Document::parse(text).unwrap());
        let roles: Vec<(&str, Role)> = found.iter().map(|named| (named.text.as_str(), named.role)).collect();
        let expected = [
            ("q", Role::Of(ResourceKind::Queue)),
            ("hello", Role::Data),
            ("f", Role::Of(ResourceKind::Flow)),
            ("b", Role::Reference),
            ("p", Role::Of(ResourceKind::Prompt)),
            ("d", Role::Data),
            ("e", Role::Data),
        ];
        assert_eq!(roles, expected);
        assert_eq!(found[2].pointer, "/Actions/0/Parameters/EventHooks/CustomerQueue");
    }
}
