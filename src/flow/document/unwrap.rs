//! Finds the flow in what people save: the flow itself, its text as a JSON string, or an API's whole answer.

use std::sync::Arc;

use super::super::json::{self, Duplicate, JsonError, Node, Value, unescape};
use super::{Lines, ParseError, Places, Position};

/// In what a flow's text stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrapping {
    /// In nothing: the file is the flow.
    None,
    /// In a JSON string.
    Text,
    /// In an answer of the API; the pointer of its `Content`.
    Answer(String),
}

pub(super) struct Unwrapped {
    pub(super) text: Arc<str>,
    pub(super) root: Node,
    pub(super) duplicates: Vec<Duplicate>,
    pub(super) wrapping: Wrapping,
    pub(super) places: Places,
}

/// Where the API's answers and inputs hold a flow's text.
const CONTENT: [&str; 3] = ["/ContactFlow/Content", "/ContactFlowModule/Content", "/Content"];

pub(super) fn unwrap(text: &Arc<str>) -> Result<Unwrapped, ParseError> {
    let places = Places { lines: Lines::new(text), outer: None, marks: Vec::new() };
    let parsed = json::parse(text).map_err(|error| place(&places, text, error, "this is not JSON: "))?;
    let (wrapping, node) = match wrapped(&parsed.root) {
        Some((wrapping, node)) => (wrapping, node),
        None => {
            let json::Parsed { root, duplicates } = parsed;
            return Ok(Unwrapped {
                text: Arc::clone(text),
                root,
                duplicates,
                wrapping: Wrapping::None,
                places,
            });
        }
    };
    let begin = node.span.start + 1;
    let raw = text.get(begin..node.span.end.saturating_sub(1)).unwrap_or_default();
    let unescaped = unescape(raw).map_err(|(offset, message)| {
        let error = JsonError { offset: begin + offset, pointer: String::new(), message };
        place(&places, text, error, "")
    })?;
    let inner = unescaped.text.strip_prefix('\u{FEFF}').unwrap_or(&unescaped.text);
    let marks = unescaped.marks(begin, unescaped.text.len() - inner.len());
    let places = Places { lines: places.lines, outer: Some(Arc::clone(text)), marks };
    let json::Parsed { root, duplicates } =
        json::parse(inner).map_err(|error| place(&places, inner, error, "the text inside is not JSON: "))?;
    Ok(Unwrapped { text: Arc::from(inner), root, duplicates, wrapping, places })
}

fn wrapped(root: &Node) -> Option<(Wrapping, &Node)> {
    if root.as_str().is_some() {
        return Some((Wrapping::Text, root));
    }
    if root.get("Actions").is_some() || root.get("modules").is_some() {
        return None;
    }
    let found = CONTENT.iter().find_map(|pointer| Some((*pointer, root.pointer(pointer)?)));
    found
        .filter(|(_, node)| matches!(node.value, Value::String(_)))
        .map(|(pointer, node)| (Wrapping::Answer(pointer.to_owned()), node))
}

fn place(places: &Places, text: &str, error: JsonError, prefix: &str) -> ParseError {
    let Position { line, column } = places.position(text, error.offset);
    ParseError { line, column, pointer: error.pointer, message: format!("{prefix}{}", error.message) }
}

#[cfg(test)]
mod tests {
    use super::super::Document;
    use super::*;

    const FLOW: &str = "{\"Version\":\"2019-10-30\",\n \"StartAction\":\"é\", \"Actions\":[\t{\"Identifier\":\"é\",\"Type\":\"X\"}]}";

    #[test]
    fn a_flow_in_a_string_or_an_answer_is_found_with_positions_of_the_file() {
        let quoted = json::quote(FLOW);
        for (text, wrapping) in [
            (quoted.clone(), Wrapping::Text),
            (
                format!("{{\"ContactFlow\": {{\n\"Content\": {quoted}}}}}"),
                Wrapping::Answer(CONTENT[0].into()),
            ),
            (
                format!("{{\"ContactFlowModule\":{{\"Content\":{quoted}}}}}"),
                Wrapping::Answer(CONTENT[1].into()),
            ),
        ] {
            let document = Document::parse(&text).unwrap();
            assert_eq!(*document.wrapping(), wrapping);
            assert_eq!(document.text(), FLOW);
            let at = document.position("/Actions/0/Type").unwrap();
            let line = text.lines().nth(at.line - 1).unwrap();
            assert!(line.chars().skip(at.column - 1).collect::<String>().starts_with("\\\"X"), "{at:?}");
        }
    }

    #[test]
    fn an_error_inside_the_string_is_placed_in_the_file() {
        let error = Document::parse("\n {\"Content\": \"{\\\"Actions\\\": tru}\"}").unwrap_err();
        assert_eq!((error.line, error.column), (2, 29));
        assert_eq!(error.message, "the text inside is not JSON: expected a value, found `t`");
    }

    #[test]
    fn a_byte_order_mark_counts_nowhere() {
        for text in [format!("\u{FEFF}{FLOW}"), json::quote(&format!("\u{FEFF}{FLOW}"))] {
            assert_eq!(Document::parse(&text).unwrap().text(), FLOW);
        }
    }
}
