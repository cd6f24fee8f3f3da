//! What exactly a write changes, in words.

use similar::{ChangeTag, TextDiff};

use super::view::{Block, Detail, Line, Mark, Tag};
use crate::flow::compare::{BlockChange, FieldChange as FlowField, FlowDiff};
use crate::manifest::writing::attribute_word;
use crate::plan::{AsideSpec, FlowMetadataSpec, FlowSpec, Write};
use crate::report::fields::{function_line, role_line};
use crate::report::removal::removal_lines;

/// Lines of a block's JSON around a change.
const CONTEXT: usize = 1;

/// Says what exactly is written.
pub(in crate::report) fn details(spec: &Write) -> Vec<Detail> {
    match spec {
        Write::Role(spec) if spec.before.is_none() => vec![Detail::Fact(role_line(spec))],
        Write::Role(spec) => spec.fields.iter().map(field).collect(),
        Write::Function(spec) if spec.before.is_none() => vec![Detail::Fact(function_line(spec))],
        Write::Function(spec) => spec.fields.iter().map(field).collect(),
        Write::Association(spec) => {
            vec![Detail::Arns(format!("{} on {}", spec.function.arn(), spec.instance))]
        }
        Write::Grant(spec) => {
            let grant = &spec.grant;
            let arns = format!("{} lets {} call {}", spec.sid(), grant.instance, grant.function.arn());
            vec![Detail::Arns(arns)]
        }
        Write::Stub(spec) => vec![new_flow(spec)],
        Write::Flow(spec) if spec.id.is_none() => vec![new_flow(spec)],
        Write::Flow(spec) => flow_details(&spec.diff),
        Write::Aside(AsideSpec { metadata: spec, at_last: _ })
        | Write::Metadata(spec)
        | Write::Archive(spec) => {
            let FlowMetadataSpec { name, description, state, .. } = spec;
            let name = name.as_ref().map(|name| format!("name -> `{name}`"));
            let description = description.as_ref().map(|text| format!("description -> `{text}`"));
            let state = state.map(|state| format!("state -> {}", state.word()));
            [name, description, state].into_iter().flatten().map(Detail::Words).collect()
        }
        Write::Tags(spec) => {
            spec.tags.iter().map(|(key, value)| Detail::Fact(format!("tag {key} -> {value}"))).collect()
        }
        Write::Attributes(spec) => {
            let given = spec.attributes.iter();
            given.map(|(name, value)| Detail::Words(format!("{} -> {value}", attribute_word(name)))).collect()
        }
        Write::Instance(spec) => vec![Detail::Fact(format!("alias `{}` in {}", spec.alias, spec.place))],
        Write::Removal(removal) => removal_lines(removal).into_iter().map(Detail::Fact).collect(),
    }
}

/// Says what exactly a difference of a drift consists of; none where its message says it all.
pub(in crate::report) fn beyond_message(write: &Write) -> Option<Vec<Detail>> {
    match write {
        Write::Removal(_) | Write::Association(_) | Write::Grant(_) => None,
        Write::Role(_)
        | Write::Function(_)
        | Write::Stub(_)
        | Write::Flow(_)
        | Write::Aside(_)
        | Write::Metadata(_)
        | Write::Archive(_)
        | Write::Tags(_)
        | Write::Attributes(_)
        | Write::Instance(_) => Some(details(write)),
    }
}

fn new_flow(spec: &FlowSpec) -> Detail {
    Detail::Fact(format!("`{}`, type {}, on {}", spec.name, spec.kind, spec.instance))
}

fn field(change: &crate::plan::FieldChange) -> Detail {
    let crate::plan::FieldChange { path, from, to, hidden } = change;
    let shown = |value: &Option<String>| {
        value.as_ref().map(|text| if *hidden { String::new() } else { text.clone() })
    };
    Detail::Field { path: path.to_string(), from: shown(from), to: shown(to), hidden: *hidden }
}

/// Says how two flows differ.
pub(in crate::report) fn flow_details(diff: &FlowDiff) -> Vec<Detail> {
    let mut all = around_blocks(diff);
    all.extend(diff.blocks.iter().map(|change| Detail::Block(block(change))));
    all
}

/// Says what differs outside the blocks.
pub(in crate::report) fn around_blocks(diff: &FlowDiff) -> Vec<Detail> {
    let start = diff.start.as_ref().map(|(from, to)| (format!("start: {from} -> {to}"), Vec::new()));
    let outside = diff.outside.iter().map(|FlowField { pointer, from, to }| {
        let from = from.iter().map(|from| Line(Tag::Goes, from.clone()));
        let to = to.iter().map(|to| Line(Tag::Comes, to.clone()));
        (format!("outside the blocks: {pointer}"), from.chain(to).collect())
    });
    let all = start.into_iter().chain(outside);
    all.map(|(title, lines)| Detail::Block(Block { mark: Mark::Update, title: Some(title), lines })).collect()
}

/// Says how a block differs.
pub(in crate::report) fn block(change: &BlockChange) -> Block {
    let whole = |tag, lines: &[String]| lines.iter().map(|line| Line(tag, line.clone())).collect();
    let (mark, title, lines) = match change {
        BlockChange::Added { name, kind, lines } => {
            (Mark::Create, format!("block `{name}` ({kind})"), whole(Tag::Comes, lines))
        }
        BlockChange::Removed { name, kind, lines } => {
            (Mark::Delete, format!("block `{name}` ({kind})"), whole(Tag::Goes, lines))
        }
        BlockChange::Renamed { from, to } => {
            (Mark::Update, format!("block `{from}` is now called `{to}`"), Vec::new())
        }
        BlockChange::Changed { name, kind, from_text, to_text, .. } => {
            (Mark::Update, format!("block `{name}` ({kind})"), changed(from_text, to_text))
        }
    };
    Block { mark, title: Some(title), lines }
}

fn changed(from: &str, to: &str) -> Vec<Line> {
    let diff = TextDiff::from_lines(from, to);
    let mut lines = Vec::new();
    for (index, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if index > 0 {
            lines.push(Line(Tag::Gap, String::new()));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let tag = match change.tag() {
                ChangeTag::Delete => Tag::Goes,
                ChangeTag::Insert => Tag::Comes,
                ChangeTag::Equal => Tag::Stays,
            };
            lines.push(Line(tag, change.value().trim_end_matches('\n').to_owned()));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_outside_the_blocks_is_shown() {
        let field = |pointer: &str, from: Option<&str>, to: Option<&str>| FlowField {
            pointer: pointer.to_owned(),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
        };
        let diff = FlowDiff {
            start: Some(("a".to_owned(), "b".to_owned())),
            outside: vec![field("/Settings/Input", Some("1"), None), field("/Settings/New", None, Some("2"))],
            ..FlowDiff::default()
        };
        let page = super::super::text::details_text(&flow_details(&diff), "  ", false);
        let text = page.finish(&crate::report::Layout::default());
        let lines: Vec<&str> = text.lines().collect();
        let words = ["start: a -> b", "outside the blocks: /Settings/Input", "- 1", "/Settings/New", "+ 2"];
        assert_eq!(lines.len(), words.len(), "{text}");
        assert!(lines.iter().zip(words).all(|(line, words)| line.contains(words)), "{text}");
    }
}
