//! The text of a flow as a file: laid out for people, with tokens in place of what differs between instances.
//!
//! Key order, numbers and strings stay as they are written; what the file means is what the flow means.

use std::collections::BTreeMap;

use super::contents::Taken;
use super::table::{Meaning, Table, pieces};
use super::values::Values;
use crate::flow::Token;
use crate::flow::json::{self, Member, Node, Value};
use crate::flow::limits::MAX_CHARACTERS;

/// The members whose texts name blocks and types, never anything of an instance.
const NAMES: [&str; 5] = ["Identifier", "NextAction", "StartAction", "Type", "Version"];

/// Writes a flow's file, and gives names to the values that it needs.
pub(super) fn render(taken: &Taken<'_>, table: &Table, values: &mut Values) -> String {
    let source = taken.document.text();
    let mut written = |pretty: bool, tokens: bool| {
        let mut writer =
            Writer { source, taken, table, values, pretty, tokens, out: String::new(), depth: 0 };
        writer.node(taken.document.root(), Place { key: "", metadata: false });
        writer.out.push('\n');
        writer.out
    };
    // What stands only in the designer's metadata gets no value of its own: all others are known after the first time.
    drop(written(false, true));
    // Amazon Connect counts the characters of the layout too, and a manifest those of the tokens.
    let fits = |text: &String| text.chars().count() <= MAX_CHARACTERS;
    let tries = [(true, true), (false, true)].into_iter();
    let text = tries.map(|(pretty, tokens)| written(pretty, tokens)).find(fits);
    text.unwrap_or_else(|| written(false, false))
}

#[derive(Clone, Copy)]
struct Place<'a> {
    /// The key of the nearest member.
    key: &'a str,
    /// Whether it is the designer's metadata.
    metadata: bool,
}

struct Writer<'a> {
    source: &'a str,
    taken: &'a Taken<'a>,
    table: &'a Table,
    values: &'a mut Values,
    pretty: bool,
    /// Whether tokens are put in at all.
    tokens: bool,
    out: String,
    depth: usize,
}

impl Writer<'_> {
    /// Recursion is bounded: the reader refused what nests deeper than its limit.
    fn node(&mut self, node: &Node, place: Place<'_>) {
        match &node.value {
            Value::String(text) => {
                let template = self.template(text, place);
                self.string(text, &template, node.span);
            }
            Value::Array(items) => {
                self.list('[', ']', items.len(), |writer, index| {
                    items.get(index).into_iter().for_each(|item| writer.node(item, place));
                });
            }
            Value::Object(members) => {
                let members = last_of_each(members);
                self.list('{', '}', members.len(), |writer, index| {
                    members.get(index).into_iter().for_each(|member| writer.member(member, place));
                });
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => self.out.push_str(node.span.of(self.source)),
        }
    }

    fn member(&mut self, member: &Member, place: Place<'_>) {
        let key = member.key.replace("${", "$${");
        self.string(&member.key, &key, member.key_span);
        self.out.push_str(if self.pretty { ": " } else { ":" });
        let metadata = place.metadata || (self.depth == 1 && member.key == "Metadata");
        self.node(&member.value, Place { key: &member.key, metadata });
    }

    fn list(&mut self, open: char, close: char, length: usize, mut item: impl FnMut(&mut Self, usize)) {
        self.out.push(open);
        self.depth += 1;
        for index in 0..length {
            if index > 0 {
                self.out.push(',');
            }
            self.line();
            item(self, index);
        }
        self.depth -= 1;
        if length > 0 {
            self.line();
        }
        self.out.push(close);
    }

    fn line(&mut self) {
        if self.pretty {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", self.depth));
        }
    }

    /// Keeps the escapes of a string that stays as it is.
    fn string(&mut self, text: &str, template: &str, span: json::Span) {
        match template == text {
            true => self.out.push_str(span.of(self.source)),
            false => self.out.push_str(&json::quote(template)),
        }
    }

    /// Puts tokens into a text; `${` in what stays is a literal.
    fn template(&mut self, text: &str, place: Place<'_>) -> String {
        let (mut out, mut done) = (String::with_capacity(text.len()), 0);
        let literal = |from: usize, to: usize| text.get(from..to).unwrap_or_default().replace("${", "$${");
        let pieces = if !self.tokens || NAMES.contains(&place.key) { Vec::new() } else { pieces(text) };
        for piece in pieces {
            let Some((length, meaning)) = self.table.meaning(&piece, self.taken) else { continue };
            let found = piece.text.get(..length).unwrap_or_default();
            let Some(token) = self.token(found, meaning, place) else { continue };
            out.push_str(&literal(done, piece.start));
            out.push_str(&token.to_string());
            done = piece.start + length;
        }
        out.push_str(&literal(done, text.len()));
        out
    }

    fn token(&mut self, text: &str, meaning: Meaning, place: Place<'_>) -> Option<Token> {
        let name = match meaning {
            Meaning::Token(token) => return Some(token),
            Meaning::Value { .. } if place.metadata => self.values.find(text)?.to_string(),
            Meaning::Value { base, why, reported } => {
                self.values.give(text, (&base, why, reported), self.taken.address()).to_string()
            }
        };
        Some(Token::Value(name))
    }
}

/// Of equal keys the last counts; it stays where it is.
fn last_of_each(members: &[Member]) -> Vec<&Member> {
    let last: BTreeMap<&str, usize> =
        members.iter().enumerate().map(|(index, member)| (member.key.as_str(), index)).collect();
    let counts = |(index, member): &(usize, &Member)| last.get(member.key.as_str()) == Some(index);
    members.iter().enumerate().filter(counts).map(|(_, member)| member).collect()
}
