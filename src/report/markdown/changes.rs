//! What exactly changes, as the lines of a diff: `+` comes, `-` goes, `!` changes unseen, `@@` begins a block.

use crate::report::plan::{Block, Detail, Line, Mark, Tag};

/// The most lines of one thing, and the most bytes.
const LINES: usize = 120;
const BYTES: usize = 8_000;

/// Returns the lines of details; `mark` is what becomes of the thing that they are about.
pub(super) fn diff_lines(details: &[Detail], mark: Mark) -> Vec<String> {
    whole_or_cut(details.iter().flat_map(|detail| lines(detail, mark)).collect())
}

/// Cuts very many lines, and says how many are missing.
fn whole_or_cut(mut lines: Vec<String>) -> Vec<String> {
    let mut bytes = 0;
    let fits = |line: &&String| {
        bytes += line.len() + 1;
        bytes <= BYTES
    };
    let kept = lines.iter().take(LINES).take_while(fits).count();
    let left_out = lines.len() - kept;
    if left_out > 0 {
        lines.truncate(kept);
        lines.push(format!("@@ {left_out} more lines @@"));
    }
    lines
}

fn lines(detail: &Detail, mark: Mark) -> Vec<String> {
    match detail {
        Detail::Fact(text) | Detail::Arns(text) => {
            vec![format!("{} {text}", if mark == Mark::Delete { '-' } else { '+' })]
        }
        Detail::Words(text) => vec![format!("! {text}")],
        Detail::Field { path, from, to, hidden } => field(path, from.as_deref(), to.as_deref(), *hidden),
        Detail::Block(block) => block_lines(block),
    }
}

/// Writes a field that changes; a hidden value is named and never shown.
fn field(path: &str, from: Option<&str>, to: Option<&str>, hidden: bool) -> Vec<String> {
    match (from, to, hidden) {
        (None, _, true) => vec![format!("+ {path} (the value is not shown)")],
        (_, None, true) => vec![format!("- {path} (the value is not shown)")],
        (Some(_), Some(_), true) => vec![format!("! {path} changes (the values are not shown)")],
        (from, to, false) => {
            let from = from.map(|from| format!("- {path}: {from}"));
            let to = to.map(|to| format!("+ {path}: {to}"));
            from.into_iter().chain(to).collect()
        }
    }
}

fn block_lines(block: &Block) -> Vec<String> {
    let what = match block.mark {
        Mark::Create => "new ",
        Mark::Delete => "removed ",
        Mark::Update | Mark::Unchanged => "",
    };
    let title = block.title.as_ref().map(|title| format!("@@ {what}{title} @@"));
    let lines = block.lines.iter().map(|Line(tag, text)| match tag {
        Tag::Goes => format!("- {text}"),
        Tag::Comes => format!("+ {text}"),
        Tag::Stays => format!("  {text}"),
        Tag::Gap => "  …".to_owned(),
    });
    title.into_iter().chain(lines).collect()
}
