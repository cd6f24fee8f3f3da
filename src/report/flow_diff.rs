//! A flow's differences, block by block.

use similar::{ChangeTag, TextDiff};

use super::layout::Page;
use super::style::{dim, green, red, yellow};
use crate::flow::compare::{BlockChange, FieldChange, FlowDiff};

/// Lines of a block's JSON around a change.
const CONTEXT: usize = 1;

/// Writes the differences, each line indented by `indent`.
pub(super) fn flow_diff(diff: &FlowDiff, indent: &str) -> Page {
    let mut out = around_blocks(diff, indent);
    diff.blocks.iter().for_each(|change| out.append(block_diff(change, indent)));
    out
}

/// Writes what differs outside the blocks.
pub(super) fn around_blocks(diff: &FlowDiff, indent: &str) -> Page {
    let mut out = Page::default();
    if let Some((from, to)) = &diff.start {
        line(&mut out, indent, &yellow("~"), &format!("start: {from} -> {to}"));
    }
    for FieldChange { pointer, from, to } in &diff.outside {
        line(&mut out, indent, &yellow("~"), &format!("outside the blocks: {pointer}"));
        for (mark, value) in [("-", from), ("+", to)] {
            let Some(value) = value else { continue };
            let value = format!("  {mark} {value}");
            let value = if mark == "-" { red(&value) } else { green(&value) };
            out.content(format!("{indent}  {value}\n"));
        }
    }
    out
}

/// Writes how a block differs.
pub(super) fn block_diff(change: &BlockChange, indent: &str) -> Page {
    let mut out = Page::default();
    match change {
        BlockChange::Added { name, kind, .. } => {
            line(&mut out, indent, &green("+"), &format!("block `{name}` ({kind})"));
        }
        BlockChange::Removed { name, kind, .. } => {
            line(&mut out, indent, &red("-"), &format!("block `{name}` ({kind})"));
        }
        BlockChange::Renamed { from, to } => {
            line(&mut out, indent, &yellow("~"), &format!("block `{from}` is now called `{to}`"));
        }
        BlockChange::Changed { name, kind, .. } => {
            line(&mut out, indent, &yellow("~"), &format!("block `{name}` ({kind})"));
            out.append(block_lines(change, indent));
        }
    }
    out
}

/// Writes the lines of a block that differ, without naming it.
pub(super) fn block_lines(change: &BlockChange, indent: &str) -> Page {
    let mut out = Page::default();
    if let BlockChange::Changed { from_text, to_text, .. } = change {
        changed(&mut out, indent, from_text, to_text);
    }
    out
}

fn line(out: &mut Page, indent: &str, mark: &str, text: &str) {
    out.line(&format!("{indent}{mark} {text}"));
}

fn changed(out: &mut Page, indent: &str, from: &str, to: &str) {
    let diff = TextDiff::from_lines(from, to);
    for (index, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if index > 0 {
            out.content(format!("{indent}  {}\n", dim("    ...")));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let text = change.value().trim_end_matches('\n');
            let text = match change.tag() {
                ChangeTag::Delete => red(&format!("  - {text}")),
                ChangeTag::Insert => green(&format!("  + {text}")),
                ChangeTag::Equal => dim(&format!("    {text}")),
            };
            out.content(format!("{indent}  {text}\n"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_outside_the_blocks_is_shown() {
        let field = |pointer: &str, from: Option<&str>, to: Option<&str>| FieldChange {
            pointer: pointer.to_owned(),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
        };
        let diff = FlowDiff {
            start: Some(("a".to_owned(), "b".to_owned())),
            outside: vec![field("/Settings/Input", Some("1"), None), field("/Settings/New", None, Some("2"))],
            ..FlowDiff::default()
        };
        let text = flow_diff(&diff, "  ").finish(&crate::report::Layout::default());
        let lines: Vec<&str> = text.lines().collect();
        let words = ["start: a -> b", "outside the blocks: /Settings/Input", "- 1", "/Settings/New", "+ 2"];
        assert_eq!(lines.len(), words.len(), "{text}");
        assert!(lines.iter().zip(words).all(|(line, words)| line.contains(words)), "{text}");
    }
}
