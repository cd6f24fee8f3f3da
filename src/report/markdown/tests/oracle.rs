//! Reads a page as GitHub does, and fails on whatever only a stranger's text can have brought in.

use super::*;

/// The words that are set in bold.
const BOLD: [&str; 5] = ["error", "blocked", "warning", "protected", "not read"];

/// What a page holds.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) headings: Vec<String>,
    /// Everything that is read, code too.
    pub(super) text: String,
    /// Spans and blocks of code.
    pub(super) code: Vec<String>,
    /// How many details are folded.
    pub(super) folded: usize,
    /// The rows of tables, heads too.
    pub(super) rows: usize,
}

/// Everything that GitHub has and more, but for typographic quotes.
pub(super) fn options() -> Options {
    Options::all() - Options::ENABLE_SMART_PUNCTUATION
}

/// Reads a page.
pub(super) fn read(page: &str) -> Reading {
    let mut reading = Reading::default();
    let (mut heading, mut bold, mut block) = (None, None, false);
    let mut depth = 0_usize;
    for event in Parser::new_ext(page, options()) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => reading.headings.extend(heading.take()),
            Event::Start(Tag::Strong) => bold = Some(String::new()),
            Event::End(TagEnd::Strong) => {
                let bold = bold.take().unwrap_or_default();
                let note = bold.ends_with(" left out") && bold.starts_with(|c: char| c.is_ascii_digit());
                assert!(BOLD.contains(&bold.as_str()) || note, "{bold} is bold in\n{page}");
            }
            Event::Start(Tag::CodeBlock(_)) => block = true,
            Event::End(TagEnd::CodeBlock) => block = false,
            Event::Start(Tag::TableHead | Tag::TableRow) => reading.rows += 1,
            Event::Text(text) => {
                reading.text.push_str(&text);
                match (&mut heading, &mut bold) {
                    _ if block => reading.code.push(text.to_string()),
                    (Some(heading), _) => heading.push_str(&text),
                    (_, Some(bold)) => bold.push_str(&text),
                    _ => {}
                }
                if !block {
                    plain(&text);
                }
            }
            Event::Code(text) => {
                reading.text.push_str(&text);
                reading.code.push(text.to_string());
            }
            Event::Html(html) => markup(&html, &mut depth, &mut reading),
            Event::InlineHtml(html) => assert_eq!(&*html, "<br>", "{page}"),
            Event::SoftBreak | Event::HardBreak => {}
            Event::Start(tag) => allowed(&tag, page),
            Event::End(_) => {}
            other => panic!("{other:?} in\n{page}"),
        }
    }
    assert_eq!(depth, 0, "details are open at the end of\n{page}");
    reading
}

fn allowed(tag: &Tag<'_>, page: &str) {
    let fine = matches!(
        tag,
        Tag::Paragraph | Tag::List(_) | Tag::Item | Tag::Table(_) | Tag::TableCell | Tag::HtmlBlock
    );
    assert!(fine, "{tag:?} in\n{page}");
}

/// Fails on text outside of code that GitHub makes a mention, a reference, a link or a formula of.
fn plain(text: &str) {
    let lower = text.to_lowercase();
    for sign in ["@", "://", "www.", "$", "gh-2", "#1", ":smile:", "0123456789abcdef", "`"] {
        assert!(!lower.contains(sign), "{sign} is bare in {text:?}");
    }
}

/// Reads the HTML of a page: nothing but folded details with code in their line.
fn markup(html: &str, depth: &mut usize, reading: &mut Reading) {
    let (mut rest, mut code) = (html, false);
    while let Some((before, after)) = rest.split_once('<') {
        let (tag, next) = after.split_once('>').unwrap_or_else(|| panic!("an open tag in {html:?}"));
        read_text(before, code, reading);
        match tag {
            "details" => {
                *depth += 1;
                reading.folded += 1;
            }
            "/details" => *depth = depth.checked_sub(1).unwrap_or_else(|| panic!("closed twice: {html:?}")),
            "summary" | "/summary" => assert_eq!(*depth, 1, "{html:?}"),
            "code" => code = true,
            "/code" => code = false,
            other => panic!("<{other}> in {html:?}"),
        }
        rest = next;
    }
    read_text(rest, code, reading);
}

fn read_text(text: &str, code: bool, reading: &mut Reading) {
    assert!(!text.contains('>'), "{text:?}");
    let read = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
    let text = read.iter().fold(text.to_owned(), |text, (entity, raw)| text.replace(entity, raw));
    if code {
        reading.code.push(text.clone());
    } else {
        plain(&text);
    }
    reading.text.push_str(&text);
}
