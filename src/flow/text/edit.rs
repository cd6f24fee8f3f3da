//! Changes to a text at byte spans, with every other byte kept.

use crate::flow::json::Span;

/// Replacements that do not overlap, in any order.
#[derive(Debug, Default)]
pub(in crate::flow) struct Edits {
    edits: Vec<(Span, String)>,
}

impl Edits {
    /// Notes that `span` is to read `text`.
    pub(in crate::flow) fn replace(&mut self, span: Span, text: String) {
        self.edits.push((span, text));
    }

    /// Creates the changed text. An edit that overlaps an earlier one is left out.
    pub(in crate::flow) fn apply(mut self, text: &str) -> String {
        self.edits.sort_by_key(|(span, _)| (span.start, span.end));
        let (mut result, mut copied) = (String::with_capacity(text.len()), 0);
        for (span, replacement) in &self.edits {
            debug_assert!(copied <= span.start, "edits must not overlap");
            if copied > span.start {
                continue;
            }
            result.push_str(text.get(copied..span.start).unwrap_or_default());
            result.push_str(replacement);
            copied = span.end;
        }
        result.push_str(text.get(copied..).unwrap_or_default());
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_apply_in_the_order_of_the_text() {
        let mut edits = Edits::default();
        edits.replace(Span { start: 4, end: 5 }, "E".into());
        edits.replace(Span { start: 0, end: 1 }, String::new());
        edits.replace(Span { start: 2, end: 2 }, "--".into());
        assert_eq!(edits.apply("abcdef"), "b--cdEf");
    }
}
