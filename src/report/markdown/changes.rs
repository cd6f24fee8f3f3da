//! What an action writes, as the lines of a diff: `+` comes, `-` goes, `!` changes unseen, `@@` begins a block.

use std::fmt::Display;

use similar::{ChangeTag, TextDiff};

use crate::flow::compare::{BlockChange, FieldChange as FlowField, FlowDiff};
use crate::plan::{FieldChange, FlowMetadataSpec, Removal, Spec};
use crate::report::fields::{function_line, role_line};
use crate::report::removal::removal_lines;

/// Lines of a block's JSON around a change.
const CONTEXT: usize = 2;
/// The most lines of one action, and the most bytes.
const LINES: usize = 120;
const BYTES: usize = 8_000;

/// Gives the lines of an action.
pub(super) fn change_lines(spec: &Spec) -> Vec<String> {
    whole_or_cut(all_lines(spec))
}

/// Cuts very many lines, and says how many are missing.
pub(super) fn whole_or_cut(mut lines: Vec<String>) -> Vec<String> {
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

fn all_lines(spec: &Spec) -> Vec<String> {
    let plus = |text: String| vec![format!("+ {text}")];
    match spec {
        Spec::Role(spec) if spec.before.is_none() => plus(role_line(spec)),
        Spec::Role(spec) => spec.fields.iter().flat_map(field).collect(),
        Spec::Function(spec) if spec.before.is_none() => plus(function_line(spec)),
        Spec::Function(spec) => spec.fields.iter().flat_map(field).collect(),
        Spec::Association(spec) => {
            marked('+', &[("function", &spec.function.arn()), ("instance", &spec.instance)])
        }
        Spec::Grant(spec) => {
            let (grant, sid) = (&spec.grant, spec.sid());
            let function = grant.function.arn();
            marked('+', &[("statement", &sid), ("function", &function), ("instance", &grant.instance)])
        }
        Spec::Flow(spec) if spec.id.is_none() => {
            marked('+', &[("name", &spec.name), ("type", &spec.kind), ("instance", &spec.instance)])
        }
        Spec::Flow(spec) => flow_lines(&spec.diff),
        Spec::FlowMetadata(FlowMetadataSpec { name, description, state, .. }) => {
            let state = state.map(|state| format!("{state:?}").to_lowercase());
            let fields =
                [("name", name.as_ref()), ("description", description.as_ref()), ("state", state.as_ref())];
            let given = fields.iter().filter_map(|(key, value)| Some(format!("+ {key}: {}", (*value)?)));
            given.collect()
        }
        Spec::Tags(spec) => spec.tags.iter().map(|(key, value)| format!("+ tag {key}: {value}")).collect(),
        Spec::Attributes(spec) => {
            spec.attributes.iter().map(|(name, value)| format!("+ {name}: {value}")).collect()
        }
        Spec::Instance(spec) => plus(format!("alias `{}` in {}", spec.alias, spec.place)),
        Spec::Removal(removal) => removed(removal),
    }
}

/// Writes fields, a line each.
fn marked(mark: char, fields: &[(&str, &dyn Display)]) -> Vec<String> {
    fields.iter().map(|(name, value)| format!("{mark} {name}: {value}")).collect()
}

fn removed(removal: &Removal) -> Vec<String> {
    match removal {
        Removal::Flow(removal) => {
            let flow = &removal.flow;
            marked('-', &[("name", &flow.name), ("id", &flow.id), ("instance", &flow.instance)])
        }
        Removal::Association(removal) => {
            let functions =
                removal.functions.iter().map(|function| format!("- function: {}", function.arn()));
            functions.chain([format!("- instance: {}", removal.instance)]).collect()
        }
        Removal::Statements(removal) => {
            let each = removal
                .statements
                .iter()
                .flat_map(|one| marked('-', &[("statement", &one.sid), ("function", &one.function.arn())]));
            let ends =
                removal.ends.iter().map(|function| format!("- disassociates first: {}", function.arn()));
            each.chain(ends).chain([format!("- instance: {}", removal.instance)]).collect()
        }
        Removal::Role(_) | Removal::Function(_) => {
            removal_lines(removal).into_iter().map(|line| format!("- {line}")).collect()
        }
    }
}

/// Writes a field that changes; a hidden value is named and never shown.
fn field(change: &FieldChange) -> Vec<String> {
    let FieldChange { path, from, to, hidden } = change;
    match (from, to, hidden) {
        (None, _, true) => vec![format!("+ {path} (the value is not shown)")],
        (_, None, true) => vec![format!("- {path} (the value is not shown)")],
        (Some(_), Some(_), true) => vec![format!("! {path} changes (the values are not shown)")],
        (from, to, false) => from_to(&path.to_string(), from.as_deref(), to.as_deref()),
    }
}

fn from_to(path: &str, from: Option<&str>, to: Option<&str>) -> Vec<String> {
    let from = from.map(|from| format!("- {path}: {from}"));
    let to = to.map(|to| format!("+ {path}: {to}"));
    from.into_iter().chain(to).collect()
}

/// Writes how two flows differ, block by block.
pub(super) fn flow_lines(diff: &FlowDiff) -> Vec<String> {
    let FlowDiff { start, blocks, outside } = diff;
    let mut lines = Vec::new();
    if let Some((from, to)) = start {
        lines.extend(from_to("starts at", Some(from), Some(to)));
    }
    for FlowField { pointer, from, to } in outside {
        lines.extend(from_to(pointer, from.as_deref(), to.as_deref()));
    }
    for change in blocks {
        match change {
            BlockChange::Added { name, kind, lines: text } => {
                lines.push(format!("@@ new block: {name} ({kind}) @@"));
                lines.extend(text.iter().map(|line| format!("+ {line}")));
            }
            BlockChange::Removed { name, kind, lines: text } => {
                lines.push(format!("@@ removed block: {name} ({kind}) @@"));
                lines.extend(text.iter().map(|line| format!("- {line}")));
            }
            BlockChange::Renamed { from, to } => {
                lines.push("@@ renamed block @@".to_owned());
                lines.extend(from_to("Identifier", Some(from), Some(to)));
            }
            BlockChange::Changed { name, kind, from_text, to_text, .. } => {
                lines.push(format!("@@ block: {name} ({kind}) @@"));
                lines.extend(block_lines(from_text, to_text));
            }
        }
    }
    lines
}

fn block_lines(from: &str, to: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(from, to);
    let mut lines = Vec::new();
    for (index, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if index > 0 {
            lines.push("  …".to_owned());
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let mark = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            lines.push(format!("{mark} {}", change.value().trim_end_matches('\n')));
        }
    }
    lines
}
