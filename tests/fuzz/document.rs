//! Any bytes through the flow document: decoding, parsing, positions, tokens, patches, comparison.
//!
//! Beside panics and hangs it looks for broken promises: what is patched with its own values keeps every byte, what is
//! patched twice is what it was after the first time, and a document is the same as itself.

#![no_main]

use std::collections::BTreeMap;

use flowbind::flow::document::MAX_TEXT_BYTES;
use flowbind::flow::json::{self, Node, Value};
use flowbind::flow::patch::{BlockValues, set};
use flowbind::flow::{
    Block, Document, Format, Invocation, InvocationKind, ResponseType, TimeLimit, Wrapping, compare, decode,
    limits, template,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes) else { return };
    tokens(&text);
    let Ok(document) = Document::parse(&text) else { return };
    positions(&document);
    limits::check(&document);
    assert!(compare::same(&document, &document));
    assert!(compare::diff(&document, &document).is_empty());
    patches(&document);
});

/// A token stands where it is said to stand, and rendering without values changes nothing.
fn tokens(text: &str) {
    let Ok(found) = template::tokens(text) else { return };
    let parsed = json::parse(text).expect("text whose tokens were read is JSON");
    // Of equal keys a pointer means the last.
    for found in found.iter().filter(|_| parsed.duplicates.is_empty()) {
        assert!(parsed.root.pointer(&found.pointer).is_some(), "no string for {found:?}");
    }
    assert_eq!(template::render_some(text, &mut |_| Ok(None)).as_deref(), Ok(text));
    let filled = template::render(text, &mut |_| Ok(Some("\"${\n\u{2028}\\".to_owned())));
    json::parse(&filled.expect("every token has a value")).expect("a rendered text is JSON");
}

/// Every block, and every value of it, has a place.
fn positions(document: &Document) {
    for block in document.blocks() {
        assert_eq!(document.position(&block.pointer), Some(block.position), "{}", block.pointer);
        let node = document.block_node(block).expect("a block has a node");
        // Of equal keys a pointer means the last.
        if document.duplicate_keys().next().is_none() {
            walk(document, node, &mut block.pointer.clone());
        }
    }
}

/// The reader bounds the depth, and with it this recursion.
fn walk(document: &Document, node: &Node, pointer: &mut String) {
    assert!(document.position(pointer).is_some(), "no place for {pointer}");
    let length = pointer.len();
    let mut child = |key: &str, node: &Node| {
        pointer.push('/');
        pointer.push_str(&json::escape_pointer(key));
        walk(document, node, pointer);
        pointer.truncate(length);
    };
    for member in node.members() {
        child(&member.key, &member.value);
    }
    for (index, item) in node.items().iter().enumerate() {
        child(&index.to_string(), item);
    }
}

fn patches(document: &Document) {
    let (mut own, mut other) = (Vec::new(), Vec::new());
    for invocation in document.invocations() {
        let block = &document.blocks()[invocation.index];
        // A name may be that of several blocks, or of another one.
        if document.find(&block.identifier).ok().map(|found| found.index) == Some(block.index) {
            own.push((block.identifier.clone(), own_values(document, block, &invocation)));
            other.push((block.identifier.clone(), other_values()));
        }
    }
    let Ok(same) = set(document, &own) else {
        assert!(document.format() == Format::Legacy || *document.wrapping() != Wrapping::None);
        return;
    };
    assert_eq!(same, document.text(), "patched with its own values");
    let once = set(document, &other).expect("what takes its own values takes others");
    // What grows too long is refused, as it is everywhere.
    if once.len() > MAX_TEXT_BYTES {
        return;
    }
    let changed = Document::parse(&once).expect("a patched flow is a flow");
    assert_eq!(set(&changed, &other).as_deref(), Ok(&*once), "patched twice");
}

/// What the block says itself; what it says in a form that patching would put right is left out.
fn own_values(document: &Document, block: &Block, invocation: &Invocation) -> BlockValues {
    let parameter = |name: &str| document.parameter(block, name);
    let says = |node: Option<&Node>, text: &str| node.and_then(Node::as_str).is_none_or(|it| it == text);
    let validation = parameter("ResponseValidation").and_then(|node| node.get("ResponseType"));
    let attributes = parameter("LambdaInvocationAttributes");
    let map = attributes.is_none_or(|node| matches!(node.value, Value::Object(_)));
    let strings = || {
        let pairs = invocation.parameters.iter();
        pairs.map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
    };
    BlockValues {
        function_arn: parameter("LambdaFunctionARN").and_then(Node::as_str).map(str::to_owned),
        display_name: Some("another".to_owned()),
        time_limit: invocation.time_limit.as_ref().and_then(TimeLimit::seconds),
        invocation: says(parameter("InvocationType"), invocation.kind.as_str()).then_some(invocation.kind),
        response_type: says(validation, invocation.response_type.as_str())
            .then_some(invocation.response_type),
        parameters: if map { strings() } else { None },
    }
}

fn other_values() -> BlockValues {
    BlockValues {
        function_arn: Some("arn:aws:lambda:us-east-1:111122223333:function:other:live".to_owned()),
        display_name: None,
        time_limit: Some(7),
        invocation: Some(InvocationKind::Async),
        response_type: Some(ResponseType::Json),
        parameters: Some(BTreeMap::from([("new key\"".to_owned(), "v\\\n".to_owned())])),
    }
}
