//! How text for people is laid out, whatever it says: its width and its ARNs.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::arns::ShortArns;
use super::typed::Typed;
use super::wrap::{wrap, wrap_under};

/// How text for people is laid out. By default no line is broken.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// The columns at which lines are broken, if they are.
    pub columns: Option<usize>,
    /// Whether ARNs are written whole; otherwise by what tells them apart.
    pub whole_arns: bool,
    /// Whether a plan is written with a line for each thing, without reasons and differences.
    pub compact: bool,
    /// The aliases of instances, by ARN: where one is known it stands for the ARN.
    pub aliases: BTreeMap<String, String>,
    /// What the commands in the text are completed with, if it is known.
    pub typed: Option<Typed>,
}

impl Layout {
    /// Lays prose out that stands beside something, such as a label, which takes so many columns of each line.
    pub(super) fn beside(&self, taken: usize, text: &str) -> String {
        let short = match self.whole_arns {
            true => text.to_owned(),
            false => ShortArns::of([text].into_iter(), &self.aliases).write(text),
        };
        self.typed_beside(taken, &short)
    }

    /// The same for what is typed or copied: its ARNs stay whole.
    pub(super) fn typed_beside(&self, taken: usize, text: &str) -> String {
        wrap_under(&self.completed(text), self.columns.map(|columns| columns.saturating_sub(taken)), 0)
    }

    /// Completes the commands in a text with what was typed.
    pub fn completed<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.typed.as_ref().map_or(Cow::Borrowed(text), |typed| typed.complete(text))
    }

    /// Lays a text out of which every line is prose. A line that begins with `hint:` says what to type: its ARNs stay
    /// whole.
    pub fn text(&self, text: &str) -> String {
        let mut page = Page::default();
        for line in text.split_inclusive('\n') {
            match line.trim_start().starts_with("hint: ") {
                true => page.typed(line),
                false => page.text(line),
            }
        }
        page.finish(self)
    }
}

/// A text in the making: prose, which is broken at the terminal's width, and content, which is not.
#[derive(Debug, Default)]
pub(super) struct Page(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    /// Lines of prose, and how far the lines that continue them are indented, where that does not follow from them.
    Prose(String, Option<usize>),
    /// Prose with something to type or to copy: its ARNs stay whole.
    Typed(String),
    /// Lines that are shown as they are.
    Content(String),
}

impl Page {
    /// Adds lines of prose, each with its end.
    pub(super) fn text(&mut self, text: impl Into<String>) {
        self.0.push(Piece::Prose(text.into(), None));
    }

    /// Adds a line of prose; the lines that continue it are indented by `hang`.
    pub(super) fn under(&mut self, hang: usize, text: impl Into<String>) {
        self.0.push(Piece::Prose(text.into(), Some(hang)));
    }

    /// Adds a line of prose, and its end.
    pub(super) fn line(&mut self, text: &str) {
        self.text(format!("{text}\n"));
    }

    /// Adds lines of which something is typed or copied.
    pub(super) fn typed(&mut self, text: impl Into<String>) {
        self.0.push(Piece::Typed(text.into()));
    }

    /// Adds lines that are never broken, such as those of a difference.
    pub(super) fn content(&mut self, text: impl Into<String>) {
        self.0.push(Piece::Content(text.into()));
    }

    /// Adds another page.
    pub(super) fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Lays it out.
    pub(super) fn finish(self, layout: &Layout) -> String {
        let prose = self.0.iter().filter_map(|piece| match piece {
            Piece::Prose(text, _) if !layout.whole_arns => Some(text.as_str()),
            _ => None,
        });
        let arns = ShortArns::of(prose, &layout.aliases);
        let laid = |piece: &Piece| match piece {
            Piece::Prose(text, None) => wrap(&layout.completed(&arns.write(text)), layout.columns),
            Piece::Prose(text, Some(hang)) => {
                wrap_under(&layout.completed(&arns.write(text)), layout.columns, *hang)
            }
            Piece::Typed(text) => wrap(&layout.completed(text), layout.columns),
            Piece::Content(text) => text.clone(),
        };
        self.0.iter().map(laid).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_not_broken_and_what_is_typed_keeps_its_arns() {
        let arn = "arn:aws:lambda:eu-west-2:111122223333:function:x";
        let mut page = Page::default();
        page.text(format!("it calls {arn}\n"));
        page.typed(format!("hint: {arn}\n"));
        page.content(format!("+ {arn} {arn}\n"));
        let layout = Layout { columns: Some(60), ..Layout::default() };
        assert_eq!(page.finish(&layout), format!("it calls function:x\nhint: {arn}\n+ {arn} {arn}\n"));
        let whole = Layout { whole_arns: true, ..layout };
        assert_eq!(whole.text(arn), arn);
    }
}
