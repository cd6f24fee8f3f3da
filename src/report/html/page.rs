//! What every page is made of.

use std::fmt::Write as _;

use super::Pictures;
use crate::report::document::Failed;
use crate::report::graph::{self, Direction, Picture};
use crate::report::plan::{Block, Detail, Grade, Line, Mark, Note, Tag};
use crate::report::visible::visible;
use crate::resource::said_of;

/// The most lines that are shown of what changes in one thing.
const LINES: usize = 2_000;

/// The most boxes that are drawn beside each other: a page is rather scrolled down.
const BESIDE: usize = 6;

/// A page in the making.
#[derive(Debug, Default)]
pub(super) struct Page {
    title: String,
    body: String,
    /// How many pictures stand in it.
    pictures: usize,
    /// After how many seconds a browser asks for it again, if it does.
    refresh: Option<u32>,
}

/// Writes a text into HTML, in elements and in attributes, with nothing in it that is not seen.
pub(super) fn escape(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| graph::escape(&visible(line))).collect();
    lines.join("\n")
}

/// Writes a sentence; what stands between backticks is code.
pub(super) fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // An odd number of backticks pairs nothing.
    if parts.len().is_multiple_of(2) {
        return escape(text);
    }
    let written = parts.iter().enumerate().map(|(at, part)| match at % 2 {
        0 => escape(part),
        _ => format!("<code>{}</code>", escape(part)),
    });
    written.collect()
}

impl Page {
    pub(super) fn new(title: &str) -> Self {
        let body = format!("<h1>{}</h1>\n", escape(title));
        Self { title: title.to_owned(), body, pictures: 0, refresh: None }
    }

    /// Sets after how many seconds a browser asks for the page again.
    pub(super) fn refreshed(self, seconds: u32) -> Self {
        Self { refresh: Some(seconds), ..self }
    }

    /// Adds markup.
    pub(super) fn html(&mut self, html: &str) {
        self.body.push_str(html);
    }

    /// Adds a heading of a level, with something less important beside it.
    pub(super) fn heading(&mut self, level: u8, text: &str, beside: &str) {
        let beside =
            if beside.is_empty() { String::new() } else { format!(" <small>{}</small>", escape(beside)) };
        let _ = writeln!(self.body, "<h{level}>{}{beside}</h{level}>", escape(text));
    }

    /// Adds counts beside each other.
    pub(super) fn sums(&mut self, sums: &[String]) {
        let items: String = sums.iter().map(|sum| format!("<li>{}</li>", escape(sum))).collect();
        let _ = writeln!(self.body, "<ul class=\"sums\">{items}</ul>");
    }

    /// Adds a paragraph of little weight.
    pub(super) fn soft(&mut self, text: &str) {
        let _ = writeln!(self.body, "<p class=\"soft\">{}</p>", prose(text));
    }

    /// Adds something that needs attention. `class` says how bad it is.
    pub(super) fn remark(&mut self, class: &str, html: &str) {
        let _ = writeln!(self.body, "<div class=\"note {class}\">{html}</div>");
    }

    /// Adds a problem, or what could not be read. `set` goes in front of an address.
    pub(super) fn note(&mut self, note: &Note, set: &str) {
        let Note { grade, address, message, code, place, hint } = note;
        let (parts, message) = said_of(address.as_deref().unwrap_or_default(), message);
        let address =
            address.as_ref().map(|it| format!("<code>{}</code>{parts}", escape(&format!("{set}{it}"))));
        let place = place.as_ref().map(|place| format!(" at <code>{}</code>", escape(place)));
        let place = place.unwrap_or_default();
        let code =
            code.as_ref().map(|code| format!(" <span class=\"soft\">({}{place})</span>", escape(code)));
        let hint = hint.as_ref().map(|hint| format!("<br>{}", prose(hint)));
        let (address, code, hint) =
            (address.unwrap_or_default(), code.unwrap_or_default(), hint.unwrap_or_default());
        let class = if *grade == Grade::Unread { "unread" } else { grade.word() };
        let word = escape(grade.word());
        self.remark(class, &format!("<b>{word}</b> {address}{}{code}{hint}", prose(message)));
    }

    /// Adds what exactly changes: facts as sentences, differences folded.
    pub(super) fn details(&mut self, details: &[Detail], mark: Mark) {
        let mut lines: Vec<(&str, String)> = Vec::new();
        for detail in details {
            match detail {
                Detail::Fact(text) => {
                    let _ = writeln!(self.body, "<p class=\"soft\">{}</p>", prose(text));
                }
                Detail::Words(text) => {
                    let _ = writeln!(self.body, "<p>{}</p>", prose(text));
                }
                Detail::Arns(text) => lines.push((class(mark), format!("{} {text}", mark.sign()))),
                Detail::Field { path, from, to, hidden } => {
                    field(&mut lines, path, from.as_deref(), to.as_deref(), *hidden);
                }
                Detail::Block(block) => block_lines(&mut lines, block),
            }
        }
        if lines.is_empty() {
            return;
        }
        let left_out = lines.len().saturating_sub(LINES);
        let shown = lines.iter().take(LINES);
        let rows: String =
            shown.map(|(class, text)| format!("<span class=\"{class}\">{}</span>", escape(text))).collect();
        let more = if left_out > 0 {
            format!("<span class=\"head\">{left_out} more lines</span>")
        } else {
            String::new()
        };
        let _ = writeln!(
            self.body,
            "<details><summary>what exactly changes</summary><pre>{rows}{more}</pre></details>"
        );
    }

    /// Adds the picture of a flow, folded, if there is one.
    pub(super) fn picture(&mut self, pictures: &Pictures, address: &str) {
        let Some(picture) = pictures.get(address) else { return };
        self.pictures += 1;
        let long = picture.boxes.len() > BESIDE;
        let direction = if long { Direction::Down } else { Direction::Right };
        let svg = graph::svg_within(&Picture { direction, ..picture.clone() }, self.pictures);
        let _ = writeln!(
            self.body,
            "<details><summary>picture of {}</summary><div class=\"picture\">{svg}</div></details>",
            escape(address)
        );
    }

    /// Ends the page.
    pub(super) fn finish(self) -> String {
        let Self { title, body, pictures, refresh } = self;
        let refresh = refresh.map(|seconds| format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">\n"));
        let refresh = refresh.unwrap_or_default();
        let style = include_str!("page.css");
        let of_pictures = if pictures > 0 { graph::STYLE } else { "" };
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n{refresh}\
             <title>{}</title>\n<style>\n{style}{of_pictures}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
            escape(&title)
        )
    }
}

fn class(mark: Mark) -> &'static str {
    match mark {
        Mark::Create => "comes",
        Mark::Delete => "goes",
        Mark::Update | Mark::Unchanged => "",
    }
}

fn field(
    lines: &mut Vec<(&'static str, String)>,
    path: &str,
    from: Option<&str>,
    to: Option<&str>,
    hidden: bool,
) {
    let value = |value: &str| if hidden { "(the value is not shown)".to_owned() } else { value.to_owned() };
    lines.extend(from.map(|from| ("goes", format!("- {path}: {}", value(from)))));
    lines.extend(to.map(|to| ("comes", format!("+ {path}: {}", value(to)))));
}

fn block_lines(lines: &mut Vec<(&'static str, String)>, block: &Block) {
    if let Some(title) = &block.title {
        lines.push(("head", format!("{} {title}", block.mark.sign())));
    }
    lines.extend(block.lines.iter().map(|Line(tag, text)| match tag {
        Tag::Goes => ("goes", format!("- {text}")),
        Tag::Comes => ("comes", format!("+ {text}")),
        Tag::Stays => ("", format!("  {text}")),
        Tag::Gap => ("head", "  ...".to_owned()),
    }));
}

/// Writes why a command ended early, and what it had found until then.
pub fn failed_html(failed: &Failed) -> String {
    let mut page = Page::new(&failed.title());
    let (problems, unread) = Note::of_found(&failed.found);
    problems.iter().chain(&unread).for_each(|note| page.note(note, ""));
    let lines: Vec<String> = failed.error.lines().iter().map(|line| prose(line)).collect();
    page.remark("error", &format!("<b>error</b> {}", lines.join("<br>")));
    page.finish()
}
