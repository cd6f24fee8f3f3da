//! Tokens in flow files: `${function.crm-lookup.arn}` and the like, inside JSON strings, keys too.
//!
//! Only `${` is special and `$${` is a literal `${`; `$.Attributes.x` is what it always was. A name in quotes stands
//! in a JSON string with its quotes escaped: `"${queue[\"Support\"].arn}"`.

use super::document::Document;
use super::json::{
    self, Member, Node, Span, Unescaped, Value, escape_pointer, join_pointer, quote, unescape,
};
use super::position::{Lines, Position};
use crate::flow::text::edit::Edits;

mod token;
mod tool;

pub use token::{Attribute, Token};
pub(in crate::flow) use tool::braces_tool;
pub(crate) use tool::tool_of;

/// A token and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The token.
    pub token: Token,
    /// The JSON pointer of the string that holds it. For a key the pointer of its member.
    pub pointer: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
}

/// A token that is wrong or could not be resolved, and its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct TokenError {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// What is wrong, with a proposal where one is near.
    pub message: String,
}

/// Returns whether a token of flowbind stands behind a `${`, and how many bytes it has with its `}`.
pub(super) fn own(behind: &str) -> Option<usize> {
    token::read(behind).ok().map(|(_, length)| length)
}

/// Finds the tokens of a flow's text, in its order.
///
/// # Errors
/// All tokens that are not well formed; or the one place where the text is not JSON.
pub fn tokens(text: &str) -> Result<Vec<Found>, Vec<TokenError>> {
    sorted(scan(text)?)
}

/// Finds the tokens of a flow that was read. Places are those of the flow's own text.
///
/// # Errors
/// All tokens that are not well formed.
pub fn tokens_of(document: &Document) -> Result<Vec<Found>, Vec<TokenError>> {
    sorted(places(document.text(), document.root()))
}

fn sorted(places: Vec<Place>) -> Result<Vec<Found>, Vec<TokenError>> {
    let mut found = Vec::new();
    let mut errors = Vec::new();
    for place in places {
        let Position { line, column } = place.position;
        match place.what {
            What::Token(token) => found.push(Found { token, pointer: place.pointer, line, column }),
            What::Wrong(message) => errors.push(TokenError { line, column, message }),
            What::Literal => {}
        }
    }
    if errors.is_empty() { Ok(found) } else { Err(errors) }
}

/// Replaces tokens by their values. All bytes outside the tokens stay.
///
/// For each token `resolve` gives its value, which is escaped for JSON; or `None` to leave the token as it stands,
/// to be resolved by a later call; or what is wrong with it. As long as a token is left the result is a template
/// again: `$${` stays, and `${` in a value becomes `$${`. With none left the result is final, and each `$${` in it
/// has become `${`. A text that goes through several calls goes through [`render_some`] in all but the last.
///
/// # Errors
/// All tokens that are not well formed or that `resolve` refused; or the one place where the text is not JSON.
pub fn render(
    text: &str,
    resolve: &mut dyn FnMut(&Token) -> Result<Option<String>, String>,
) -> Result<String, Vec<TokenError>> {
    replace(text, &scan(text)?, resolve, false)
}

/// Replaces tokens as [`render`] does, but leaves a template in every case: `$${` stays.
///
/// # Errors
/// As [`render`].
pub fn render_some(
    text: &str,
    resolve: &mut dyn FnMut(&Token) -> Result<Option<String>, String>,
) -> Result<String, Vec<TokenError>> {
    replace(text, &scan(text)?, resolve, true)
}

/// Replaces the tokens of a flow that was read, as [`render`] does.
///
/// # Errors
/// As [`render`].
pub fn render_of(
    document: &Document,
    resolve: &mut dyn FnMut(&Token) -> Result<Option<String>, String>,
) -> Result<String, Vec<TokenError>> {
    let (text, root) = (document.text(), document.root());
    replace(text, &places(text, root), resolve, false)
}

/// Replaces the tokens of a flow that was read, as [`render_some`] does.
///
/// # Errors
/// As [`render`].
pub fn render_some_of(
    document: &Document,
    resolve: &mut dyn FnMut(&Token) -> Result<Option<String>, String>,
) -> Result<String, Vec<TokenError>> {
    let (text, root) = (document.text(), document.root());
    replace(text, &places(text, root), resolve, true)
}

fn replace(
    text: &str,
    places: &[Place],
    resolve: &mut dyn FnMut(&Token) -> Result<Option<String>, String>,
    stays_template: bool,
) -> Result<String, Vec<TokenError>> {
    let (mut values, mut errors, mut template) = (Vec::new(), Vec::new(), stays_template);
    for place in places {
        let value = match &place.what {
            What::Literal => Ok(None),
            What::Wrong(message) => Err(message.clone()),
            What::Token(token) => resolve(token).inspect(|value| template |= value.is_none()),
        };
        let Position { line, column } = place.position;
        values.push(value.unwrap_or_else(|message| {
            errors.push(TokenError { line, column, message });
            None
        }));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut edits = Edits::default();
    for (place, value) in places.iter().zip(values) {
        match (&place.what, value) {
            (What::Token(_), Some(value)) => {
                let value = if template { value.replace("${", "$${") } else { value };
                let quoted = quote(&value);
                edits.replace(place.span, quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned());
            }
            (What::Literal, _) if !template => edits.replace(place.span, "${".to_owned()),
            _ => {}
        }
    }
    Ok(edits.apply(text))
}

enum What {
    Token(Token),
    /// `$${`.
    Literal,
    Wrong(String),
}

struct Place {
    what: What,
    span: Span,
    pointer: String,
    position: Position,
}

struct Scan<'a> {
    text: &'a str,
    lines: Lines,
    pointer: Vec<String>,
    found: Vec<Place>,
}

fn scan(text: &str) -> Result<Vec<Place>, Vec<TokenError>> {
    let lines = Lines::new(text);
    let parsed = json::parse(text).map_err(|error| {
        let Position { line, column } = lines.position(text, error.offset);
        vec![TokenError { line, column, message: error.message }]
    })?;
    Ok(places_in(text, lines, &parsed.root))
}

fn places(text: &str, root: &Node) -> Vec<Place> {
    // Most texts have none, and their lines need not be counted.
    if !text.contains('$') && !text.contains('\\') {
        return Vec::new();
    }
    places_in(text, Lines::new(text), root)
}

fn places_in(text: &str, lines: Lines, root: &Node) -> Vec<Place> {
    let mut scan = Scan { text, lines, pointer: Vec::new(), found: Vec::new() };
    scan.node(root);
    scan.found
}

impl Scan<'_> {
    /// Recursion is bounded: the reader refused what nests deeper than [`json::MAX_DEPTH`].
    fn node(&mut self, node: &Node) {
        match &node.value {
            Value::String(text) => self.string(text, node.span),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.pointer.push(index.to_string());
                    self.node(item);
                    self.pointer.pop();
                }
            }
            Value::Object(members) => {
                for Member { key, key_span, value } in members {
                    self.pointer.push(escape_pointer(key));
                    self.string(key, *key_span);
                    self.node(value);
                    self.pointer.pop();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn string(&mut self, text: &str, span: Span) {
        if !text.contains("${") {
            return;
        }
        let inner = Span { start: span.start + 1, end: span.end.saturating_sub(1) };
        // The reader resolved the same string before.
        let Ok(unescaped) = unescape(inner.of(self.text)) else { return };
        let mut at = 0;
        while let Some(found) = text.get(at..).and_then(|rest| rest.find("${")) {
            let start = at + found;
            let literal =
                start.checked_sub(1).filter(|before| *before >= at && text.as_bytes()[*before] == b'$');
            if let Some(before) = literal {
                at = start + 2;
                self.push(What::Literal, &unescaped, inner.start, before..at);
                continue;
            }
            let (what, length) = match token::read(text.get(start + 2..).unwrap_or_default()) {
                Ok((token, length)) => (What::Token(token), length),
                Err((message, length)) => (What::Wrong(message), length),
            };
            at = start + 2 + length;
            self.push(what, &unescaped, inner.start, start..at);
        }
    }

    fn push(&mut self, what: What, unescaped: &Unescaped<'_>, base: usize, range: std::ops::Range<usize>) {
        let span = Span {
            start: base + unescaped.raw_offset(range.start),
            end: base + unescaped.raw_offset(range.end),
        };
        let pointer = join_pointer(self.pointer.iter().map(String::as_str));
        let position = self.lines.position(self.text, span.start);
        self.found.push(Place { what, span, pointer, position });
    }
}

#[cfg(test)]
mod tests;
