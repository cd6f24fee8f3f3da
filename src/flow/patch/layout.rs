//! How a document is laid out, and writing into it in the same manner.

use std::collections::{BTreeMap, BTreeSet};

use super::super::json::{Node, Span, Value, quote};

/// The layout of a document, learnt from its outermost object.
pub(super) struct Layout<'a> {
    text: &'a str,
    /// The line break, where the document has several lines.
    line: Option<&'static str>,
    /// One level of indentation.
    unit: String,
    /// What stands between a key and its value.
    colon: String,
    /// What stands between two members on one line.
    comma: &'static str,
}

impl<'a> Layout<'a> {
    pub(super) fn of(text: &'a str, root: &Node) -> Self {
        let mut layout = Self { text, line: None, unit: "  ".to_owned(), colon: ":".to_owned(), comma: "," };
        let Some(first) = root.members().first() else { return layout };
        let lead = layout.between(root.span.start + 1, first.key_span.start);
        if let Some((before, unit)) = lead.rsplit_once('\n') {
            layout.line = Some(if before.ends_with('\r') { "\r\n" } else { "\n" });
            unit.clone_into(&mut layout.unit);
        }
        layout.between(first.key_span.end, first.value.span.start).clone_into(&mut layout.colon);
        if layout.colon.ends_with(' ') {
            layout.comma = ", ";
        }
        layout
    }

    fn between(&self, start: usize, end: usize) -> &'a str {
        Span { start, end }.of(self.text)
    }

    /// Returns the indentation one level below `indent`.
    pub(super) fn deeper(&self, indent: Option<&str>) -> Option<String> {
        indent.map(|indent| format!("{indent}{}", self.unit))
    }

    /// Returns the indentation of an object's members; `outer` is that of the member it is the value of.
    /// None: they stand on one line.
    pub(super) fn indent(&self, object: &Node, outer: Option<&str>) -> Option<String> {
        match object.members().first() {
            Some(first) => {
                let lead = self.between(object.span.start + 1, first.key_span.start);
                lead.rsplit_once('\n').map(|(_, indent)| indent.to_owned())
            }
            None => self.deeper(outer),
        }
    }

    /// Rewrites an object, or makes one where there is none or something else.
    pub(super) fn set(
        &self,
        found: Option<&Node>,
        sets: &[(&str, String)],
        removed: &BTreeSet<&str>,
        outer: Option<&str>,
    ) -> String {
        match found {
            Some(node) if matches!(node.value, Value::Object(_)) => self.rewrite(node, sets, removed, outer),
            _ => self.object(sets, outer),
        }
    }

    /// Writes an object with the given members. `outer` is the indentation of the member whose value it becomes.
    pub(super) fn object(&self, members: &[(&str, String)], outer: Option<&str>) -> String {
        let members = members.iter().map(|(key, value)| format!("{}{}{value}", quote(key), self.colon));
        self.enclose('{', &members.collect::<Vec<_>>(), '}', outer)
    }

    /// Writes any value; what is nested in it goes one level deeper than `outer`.
    pub(super) fn value(&self, value: &serde_json::Value, outer: Option<&str>) -> String {
        let inner = self.deeper(outer);
        match value {
            serde_json::Value::Array(items) => {
                let items = items.iter().map(|item| self.value(item, inner.as_deref()));
                self.enclose('[', &items.collect::<Vec<_>>(), ']', outer)
            }
            serde_json::Value::Object(members) => {
                let members =
                    members.iter().map(|(key, value)| (key.as_str(), self.value(value, inner.as_deref())));
                self.object(&members.collect::<Vec<_>>(), outer)
            }
            scalar => scalar.to_string(),
        }
    }

    fn enclose(&self, open: char, parts: &[String], close: char, outer: Option<&str>) -> String {
        if parts.is_empty() {
            return format!("{open}{close}");
        }
        match (self.line, outer) {
            (Some(line), Some(outer)) => {
                let lead = format!("{line}{outer}{}", self.unit);
                format!("{open}{lead}{}{line}{outer}{close}", parts.join(&format!(",{lead}")))
            }
            _ => format!("{open}{}{close}", parts.join(self.comma)),
        }
    }

    /// Writes an object anew: values set, members removed, new members at the end; all other bytes stay.
    /// `outer` counts only for an object that was empty.
    pub(super) fn rewrite(
        &self,
        object: &Node,
        sets: &[(&str, String)],
        removed: &BTreeSet<&str>,
        outer: Option<&str>,
    ) -> String {
        let members = object.members();
        let (Some(first), Some(last)) = (members.first(), members.last()) else {
            return self.object(sets, outer);
        };
        let lead = self.between(object.span.start + 1, first.key_span.start);
        let separator = match members {
            [.., before, last] => self.between(before.value.span.end, last.key_span.start).to_owned(),
            _ if lead.is_empty() => self.comma.to_owned(),
            _ => format!(",{lead}"),
        };
        let mut written = String::from("{");
        let mut left: BTreeMap<&str, &str> = sets.iter().map(|(key, value)| (*key, value.as_str())).collect();
        // Backwards first: of equal keys the last one counts, and it is the one that is set.
        let mut values: Vec<&str> = Vec::with_capacity(members.len());
        for member in members.iter().rev() {
            let set = left.remove(member.key.as_str());
            values.push(set.unwrap_or_else(|| member.value.span.of(self.text)));
        }
        let mut before = None;
        for (member, value) in members.iter().zip(values.into_iter().rev()) {
            let gap = before.map_or(lead, |end| self.between(end, member.key_span.start));
            before = Some(member.value.span.end);
            if removed.contains(member.key.as_str()) {
                continue;
            }
            written.push_str(if written.len() == 1 { lead } else { gap });
            written.push_str(self.between(member.key_span.start, member.value.span.start));
            written.push_str(value);
        }
        let colon = self.between(last.key_span.end, last.value.span.start);
        for (key, value) in sets.iter().filter(|(key, _)| left.contains_key(key)) {
            written.push_str(if written.len() == 1 { lead } else { &separator });
            written.push_str(&quote(key));
            written.push_str(colon);
            written.push_str(value);
        }
        if written.len() == 1 {
            return "{}".to_owned();
        }
        written.push_str(self.between(last.value.span.end, object.span.end));
        written
    }
}
