//! The reader: one pass over the bytes, recursion bounded by the depth limit.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use super::{
    Duplicate, JsonError, MAX_DEPTH, MAX_DUPLICATES, Member, Node, Parsed, Span, Value, escape_pointer,
    join_pointer, unescape,
};

/// Reads a JSON text.
///
/// # Errors
/// The first place that is not JSON, that nests deeper than [`MAX_DEPTH`], or that holds half a surrogate pair.
pub fn parse(text: &str) -> Result<Parsed, JsonError> {
    tracing::debug!(bytes = text.len(), digest = %mark(text), "parses a text");
    let mut reader = Reader { text, at: 0, path: Vec::new(), duplicates: Vec::new() };
    reader.space();
    let root = reader.value()?;
    reader.space();
    if reader.at < text.len() {
        return Err(reader.error("trailing characters after the value"));
    }
    Ok(Parsed { root, duplicates: reader.duplicates })
}

/// Tells texts apart in the log, and is made only where that is written: the first 16 hex digits of the SHA-256.
fn mark(text: &str) -> String {
    let mut digest = format!("{:x}", Sha256::digest(text));
    digest.truncate(16);
    digest
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// The key or index being read on each level; none while a key is still to come.
    path: Vec<Option<String>>,
    duplicates: Vec<Duplicate>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn pointer(&self) -> String {
        join_pointer(self.path.iter().flatten().map(String::as_str))
    }

    fn error(&self, message: impl Into<String>) -> JsonError {
        JsonError { offset: self.at, pointer: self.pointer(), message: message.into() }
    }

    fn expected(&self, what: &str) -> JsonError {
        match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            None => self.error(format!("the text ends where {what} is expected")),
            Some(found) => self.error(match self.slip(found) {
                Some(slip) => slip.to_owned(),
                None => format!("expected {what}, found `{}`", shown(found)),
            }),
        }
    }

    /// Names a mistake that people make often, by what stands where something else is expected.
    fn slip(&self, found: char) -> Option<&'static str> {
        let before = self.text.get(..self.at).unwrap_or_default().trim_end();
        match found {
            '}' | ']' if before.ends_with(',') => Some("nothing follows the last `,`: remove that comma"),
            ',' if before.ends_with([',', '[', '{']) => Some("a `,` too many"),
            '\'' => Some("keys and strings need double quotes, not in `'`"),
            '\u{201C}' | '\u{201D}' | '\u{2018}' | '\u{2019}' => {
                Some("keys and strings need straight double quotes, not in typographic ones")
            }
            '/' | '#' => Some("JSON has no comments"),
            '"' | '{' | '['
                if before.ends_with(['"', '}', ']']) || before.ends_with(char::is_alphanumeric) =>
            {
                Some("a `,` is missing in front of this")
            }
            _ => None,
        }
    }

    fn value(&mut self) -> Result<Node, JsonError> {
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(b'"') => Value::String(self.string()?.0),
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => return Err(self.expected("a value")),
        };
        Ok(Node { span: Span { start, end: self.at }, value })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, JsonError>) -> Result<Value, JsonError> {
        if self.path.len() >= MAX_DEPTH {
            return Err(self.error(format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.at += 1;
        self.path.push(None);
        let value = read(self)?;
        self.path.pop();
        Ok(value)
    }

    fn step(&mut self, token: String) {
        if let Some(last) = self.path.last_mut() {
            *last = Some(token);
        }
    }

    /// Ends one item: true when another one follows.
    fn another(&mut self, close: u8, what: &str) -> Result<bool, JsonError> {
        self.space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.space();
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(self.expected(what)),
        }
    }

    fn array(&mut self) -> Result<Value, JsonError> {
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::Array(items));
        }
        loop {
            self.step(items.len().to_string());
            items.push(self.value()?);
            if !self.another(b']', "`,` or `]`")? {
                return Ok(Value::Array(items));
            }
        }
    }

    fn object(&mut self) -> Result<Value, JsonError> {
        let (mut members, mut seen) = (Vec::new(), BTreeSet::new());
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(members));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.expected("a key in double quotes"));
            }
            let (key, key_span) = self.string()?;
            self.step(escape_pointer(&key));
            if !seen.insert(key.clone()) && self.duplicates.len() < MAX_DUPLICATES {
                self.duplicates.push(Duplicate { pointer: self.pointer(), span: key_span });
            }
            self.space();
            if self.peek() != Some(b':') {
                return Err(match self.peek() {
                    Some(b'"' | b'{' | b'[') => self.error("a `:` is missing in front of this"),
                    _ => self.expected("`:`"),
                });
            }
            self.at += 1;
            self.space();
            let value = self.value()?;
            members.push(Member { key, key_span, value });
            if !self.another(b'}', "`,` or `}`")? {
                return Ok(Value::Object(members));
            }
        }
    }

    /// Reads a string whose opening quote is next.
    fn string(&mut self) -> Result<(String, Span), JsonError> {
        let start = self.at;
        let mut end = start + 1;
        loop {
            match self.text.as_bytes().get(end) {
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(0..0x20) => {
                    self.at = end;
                    return Err(self.error("a control character in a string must be written as an escape"));
                }
                Some(_) => end += 1,
                None => return Err(self.error("the string is not closed")),
            }
        }
        let raw = self.text.get(start + 1..end).unwrap_or_default();
        let unescaped = unescape(raw).map_err(|(offset, message)| {
            self.at = start + 1 + offset;
            self.error(message)
        })?;
        self.at = end + 1;
        Ok((unescaped.text.into_owned(), Span { start, end: self.at }))
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, JsonError> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            return Ok(value);
        }
        Err(self.expected("a value"))
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.expected("a digit"));
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
            if matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.error("a number must not begin with 0"));
            }
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Value::Number(Span { start, end: self.at }.of(self.text).to_owned()))
    }
}

/// Shows a character in a message; a quote needs no escape there.
fn shown(character: char) -> String {
    match character {
        '"' | '\'' => character.to_string(),
        _ => character.escape_debug().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn error(text: &str) -> (usize, String, String) {
        let error = parse(text).unwrap_err();
        (error.offset, error.pointer, error.message)
    }

    #[test]
    fn a_frequent_mistake_is_called_by_its_name() {
        for (text, at, message) in [
            (r#"{"a": 1,}"#, 8, "nothing follows the last `,`: remove that comma"),
            ("[1,\n]", 4, "nothing follows the last `,`: remove that comma"),
            (r#"{"a": 1 "b": 2}"#, 8, "a `,` is missing in front of this"),
            (r#"{"a": {} "b": 2}"#, 9, "a `,` is missing in front of this"),
            ("[{} {}]", 4, "a `,` is missing in front of this"),
            (r#"{"a" "b"}"#, 5, "a `:` is missing in front of this"),
            ("{'a': 1}", 1, "keys and strings need double quotes, not in `'`"),
            (
                "{\u{201C}a\u{201D}: 1}",
                1,
                "keys and strings need straight double quotes, not in typographic ones",
            ),
            ("// x\n{}", 0, "JSON has no comments"),
            ("[1,,2]", 3, "a `,` too many"),
            ("[1 2]", 3, "expected `,` or `]`, found `2`"),
        ] {
            let (offset, _, found) = error(text);
            assert_eq!((offset, found.as_str()), (at, message), "{text}");
        }
    }

    #[test]
    fn an_error_names_its_place() {
        let (offset, pointer, message) = error(r#"{"a": [1, {"b": tru}]}"#);
        assert_eq!((offset, pointer.as_str()), (16, "/a/1/b"));
        assert_eq!(message, "expected a value, found `t`");
        assert_eq!(error("{").2, "the text ends where a key in double quotes is expected");
        assert_eq!(error("[]]").2, "trailing characters after the value");
        assert_eq!(error("\"a\nb\"").2, "a control character in a string must be written as an escape");
        assert_eq!(error("\"a\\").2, "the string is not closed");
        assert_eq!(error("01").2, "a number must not begin with 0");
        assert_eq!(error("1 2").2, "trailing characters after the value");
    }

    #[test]
    fn nesting_is_read_to_the_limit_and_refused_behind_it() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parse(&nested(MAX_DEPTH)).is_ok());
        assert!(error(&nested(MAX_DEPTH + 1)).2.contains("nested deeper"));
        assert!(error(&"[".repeat(3_000_000)).2.contains("nested deeper"));
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn spans_hold(text: &str, node: &Node) {
        assert_eq!(serde_json::from_str::<serde_json::Value>(node.span.of(text)).unwrap(), node.to_json());
        node.items().iter().for_each(|item| spans_hold(text, item));
        node.members().iter().for_each(|member| spans_hold(text, &member.value));
    }

    proptest! {
        #[test]
        fn every_serialised_value_is_read_as_serde_json_reads_it(value in json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let text = text.unwrap();
            let parsed = parse(&text).unwrap();
            let again: serde_json::Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(parsed.root.to_json(), again);
            spans_hold(&text, &parsed.root);
        }

        #[test]
        fn what_serde_json_refuses_is_refused_and_the_other_way(text in r#"[\[\]{},:"\\u0-9a-fD.eE+truefalsn \t-]{0,24}"#) {
            let theirs = serde_json::from_str::<serde_json::Value>(&text);
            let out_of_range = theirs.as_ref().is_err_and(|error| error.to_string().contains("out of range"));
            prop_assert!(out_of_range || parse(&text).is_ok() == theirs.is_ok(), "{:?} {:?}", parse(&text), theirs);
        }
    }
}
