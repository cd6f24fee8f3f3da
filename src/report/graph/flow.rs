//! A flow as a picture: its blocks, their branches, and what the analyser says about them.

use std::collections::{BTreeMap, BTreeSet};

use crate::flow::document::Block;
use crate::flow::finding::{Finding, Severity};
use crate::flow::graph::{EdgeKind, Graph, hands_over, is_terminal};
use crate::flow::json::Value;
use crate::flow::{Document, InvocationKind};

use super::chain::{self, Ways};
use super::model::{Arrow, Line, Mark, MarkKind, Picture, Role, Tile};

/// Creates the picture of a flow. Findings mark the blocks that they are about; the way of a chain of functions that
/// is too long is drawn with its running sums.
pub fn of_flow(document: &Document, graph: &Graph, findings: &[Finding]) -> Picture {
    let ways = chain::ways(document, findings);
    let mut boxes: Vec<Tile> = document.blocks().iter().map(|block| tile(document, graph, block)).collect();
    let mut picture = Picture { title: title(document), ..Picture::default() };
    mark(document, findings, &ways, &mut boxes, &mut picture.notes);
    picture.arrows = arrows(graph, &ways, &mut boxes);
    if let Some(first) = graph.start() {
        picture.arrows.push(arrow(boxes.len(), first, Line::Next, String::new(), "start".to_owned()));
        boxes.push(Tile::new("start".to_owned(), "start".to_owned(), Role::Start));
    }
    picture.boxes = boxes;
    picture
}

const fn arrow(from: usize, to: usize, line: Line, label: String, detail: String) -> Arrow {
    Arrow { from, to, label, detail, line, strong: false }
}

fn title(document: &Document) -> String {
    let metadata = document.root().get("Metadata").or_else(|| document.root().get("metadata"));
    let name = metadata.and_then(|metadata| metadata.get("name")?.as_str()).filter(|name| !name.is_empty());
    name.unwrap_or("Contact flow").to_owned()
}

fn tile(document: &Document, graph: &Graph, block: &Block) -> Tile {
    let mut tile = Tile::new(block.identifier.clone(), block.name.clone(), role(&block.kind));
    tile.subtitle.clone_from(&block.kind);
    if is_opaque(&block.name) && !block.kind.is_empty() {
        tile.title = std::mem::take(&mut tile.subtitle);
    }
    tile.detail = detail(document, block).unwrap_or_default();
    tile.faint = !graph.is_reachable(block.index);
    tile
}

/// Returns whether a name says nothing to a person: a UUID, or a JSON pointer in place of a name.
fn is_opaque(name: &str) -> bool {
    let hex = |c: char| c.is_ascii_hexdigit() || c == '-';
    name.starts_with("/Actions/")
        || name.starts_with("/modules/")
        || (name.len() >= 32 && name.chars().all(hex))
}

fn role(kind: &str) -> Role {
    match kind {
        "InvokeLambdaFunction" => Role::Invoke,
        "MessageParticipant"
        | "MessageParticipantIteratively"
        | "GetParticipantInput"
        | "ShowView"
        | "ConnectParticipantWithLexBot" => Role::Speak,
        "Compare" | "Loop" | "Wait" | "DistributeByPercentage" => Role::Choose,
        "InvokeFlowModule" | "TransferParticipantToThirdParty" | "CreateCallbackContact" => Role::Transfer,
        _ if is_terminal(kind) => Role::End,
        _ if hands_over(kind) => Role::Transfer,
        _ if kind.starts_with("Check") => Role::Choose,
        _ => Role::Set,
    }
}

/// The parameters that say what a block does, the most telling first.
const TELLING: &[&str] = &[
    "Text",
    "SSML",
    "PromptId",
    "ComparisonValue",
    "LoopCount",
    "ContactFlowId",
    "FlowModuleId",
    "QueueId",
    "AgentId",
    "ThirdPartyPhoneNumber",
    "HoursOfOperationId",
    "MetricType",
    "FlowLoggingBehavior",
    "TextToSpeechVoice",
    "TimeLimitSeconds",
];

fn detail(document: &Document, block: &Block) -> Option<String> {
    if let Some(invocation) = document.invocation(block) {
        let function = invocation.function.as_ref().map_or("no function", |function| short(function.text()));
        let limit = invocation.time_limit.as_ref().map(|limit| format!(", {} s", limit.text()));
        let kind = if invocation.kind == InvocationKind::Async { ", asynchronous" } else { "" };
        return Some(format!("{function}{}{kind}", limit.unwrap_or_default()));
    }
    if let Some(attributes) = document.parameter(block, "Attributes") {
        let keys: Vec<_> = attributes.members().iter().map(|member| member.key.as_str()).collect();
        return (!keys.is_empty()).then(|| keys.join(", "));
    }
    TELLING.iter().find_map(|name| {
        let node = document.parameter(block, name)?;
        if matches!(node.value, Value::Object(_) | Value::Array(_)) {
            return None;
        }
        let text = node.scalar()?;
        let text = short(&text);
        match *name {
            "LoopCount" => Some(format!("{text} times")),
            "TimeLimitSeconds" => Some(format!("{text} s")),
            "SSML" => Some(spoken(text)),
            "Text" if text.trim_start().starts_with("<speak") => Some(spoken(text)),
            _ => Some(text.to_owned()).filter(|text| !text.is_empty() && !is_opaque(text)),
        }
    })
}

/// Returns the words of a text in SSML.
fn spoken(ssml: &str) -> String {
    let mut inside = false;
    let words = ssml.chars().map(|c| {
        inside = (inside || c == '<') && c != '>';
        if inside || c == '>' { ' ' } else { c }
    });
    words.collect()
}

/// Returns the part of a reference that tells it from others: of an ARN what is behind its type, of a token its name.
pub(super) fn short(reference: &str) -> &str {
    let token = reference.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    if let Some((head, rest)) = token.and_then(|token| token.split_once('.')) {
        // Other tools put the attribute second: `${Lookup.Arn}`.
        let own = matches!(head, "function" | "flow" | "module" | "value" | "var");
        return if own { rest.split('.').next().unwrap_or(rest) } else { head };
    }
    if !reference.starts_with("arn:") {
        return reference;
    }
    let resource = reference.splitn(6, ':').nth(5).unwrap_or(reference);
    let name = resource.strip_prefix("function:").unwrap_or(resource);
    name.rsplit_once('/').map_or(name, |(_, last)| last)
}

/// Creates the arrows, one for each pair of blocks, and boxes for identifiers that no block has.
fn arrows(graph: &Graph, ways: &Ways, boxes: &mut Vec<Tile>) -> Vec<Arrow> {
    let mut missing: BTreeMap<&str, usize> = BTreeMap::new();
    let mut places: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let (mut arrows, mut kinds) = (Vec::<Arrow>::new(), Vec::<BTreeSet<&EdgeKind>>::new());
    for edge in graph.edges() {
        let to = edge.to.unwrap_or_else(|| {
            let name = edge.target.identifier.as_str();
            *missing.entry(name).or_insert_with(|| {
                let mut tile = Tile::new(format!("missing {name}"), name.to_owned(), Role::Missing);
                "no such block".clone_into(&mut tile.subtitle);
                boxes.push(tile);
                boxes.len() - 1
            })
        });
        let (line, label, detail) = words(&edge.kind);
        let place = *places.entry((edge.from, to)).or_insert_with(|| {
            arrows.push(arrow(edge.from, to, line, String::new(), String::new()));
            kinds.push(BTreeSet::new());
            arrows.len() - 1
        });
        kinds[place].insert(&edge.kind);
        let arrow = &mut arrows[place];
        arrow.line = arrow.line.min(line);
        arrow.strong = ways.arrows.contains(&(edge.from, to));
        join(&mut arrow.label, &label);
        join(&mut arrow.detail, &detail);
    }
    let mut leaving: BTreeMap<usize, usize> = BTreeMap::new();
    for arrow in &arrows {
        *leaving.entry(arrow.from).or_default() += 1;
    }
    for (arrow, kinds) in arrows.iter_mut().zip(kinds) {
        let kinds: Vec<&EdgeKind> = kinds.into_iter().collect();
        match kinds.as_slice() {
            // The only way out needs no name.
            [EdgeKind::Next] => arrow.label.clear(),
            _ if leaving.get(&arrow.from) == Some(&1) => arrow.label.clear(),
            // Where no condition holds there is no other next block.
            [EdgeKind::Next, other] if other.is_no_match() => arrow.label = words(other).1,
            _ => {}
        }
    }
    arrows
}

fn join(text: &mut String, more: &str) {
    let known = text.split(", ").any(|part| part == more);
    if more.is_empty() || known {
        return;
    }
    if !text.is_empty() {
        text.push_str(", ");
    }
    text.push_str(more);
}

/// Returns how an edge is drawn, and its name in short and in full.
fn words(kind: &EdgeKind) -> (Line, String, String) {
    match kind {
        EdgeKind::Next => (Line::Next, "next".to_owned(), "next".to_owned()),
        EdgeKind::Condition(label) => {
            let (operator, operands) = label.split_once(' ').unwrap_or((label, ""));
            let sign = match operator {
                "Equals" | "NumberEquals" => "=".to_owned(),
                "NumberGreaterThan" => ">".to_owned(),
                "NumberGreaterOrEqualTo" => "≥".to_owned(),
                "NumberLessThan" => "<".to_owned(),
                "NumberLessOrEqualTo" => "≤".to_owned(),
                other => lower(other.strip_prefix("Text").unwrap_or(other)),
            };
            (Line::Condition, format!("{sign} {operands}").trim().to_owned(), label.clone())
        }
        EdgeKind::Error(label) => {
            let short = match label.as_str() {
                "NoMatchingError" => "error".to_owned(),
                _ if kind.is_no_match() => "no match".to_owned(),
                "InputTimeLimitExceeded" => "timeout".to_owned(),
                other => lower(other),
            };
            (Line::Error, short, label.clone())
        }
    }
}

/// Writes `QueueAtCapacity` as `queue at capacity`.
fn lower(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// Marks the boxes that findings are about. What is about no block becomes a note.
fn mark(document: &Document, findings: &[Finding], ways: &Ways, boxes: &mut [Tile], notes: &mut Vec<String>) {
    for (block, sums) in &ways.sums {
        let marks = sums.iter().map(|sum| Mark {
            kind: MarkKind::Sum { over: sum.is_over() },
            text: match sum.rounds {
                Some(rounds) => format!("{rounds} rounds = {} s", sum.total),
                None => format!("+{} s = {} s", sum.own, sum.total),
            },
            detail: format!("up to {} s without a prompt when this block is through", sum.total),
        });
        if let Some(tile) = boxes.get_mut(*block) {
            tile.marks.extend(marks);
        }
    }
    let mut counts: BTreeMap<(usize, Severity, &str), Vec<&str>> = BTreeMap::new();
    for finding in findings {
        match block_of(document, finding) {
            Some(block) => {
                counts.entry((block, finding.severity, finding.code)).or_default().push(&finding.message);
            }
            None => {
                notes.push(format!("{} ({}): {}", finding.code, finding.severity.as_str(), finding.message))
            }
        }
        if finding.code == chain::TOO_LONG {
            notes.push(format!("{}: {}", finding.code, finding.message));
        }
    }
    notes.dedup();
    for ((block, severity, code), messages) in counts {
        let times = if messages.len() > 1 { format!(" ×{}", messages.len()) } else { String::new() };
        let mark = Mark {
            kind: MarkKind::Finding(severity),
            text: format!("{code}{times}"),
            detail: format!("{}: {}", severity.as_str(), messages.join("; ")),
        };
        if let Some(tile) = boxes.get_mut(block) {
            tile.marks.push(mark);
        }
    }
}

/// Finds the block that a finding is about: by its place, since names may stand for several.
fn block_of(document: &Document, finding: &Finding) -> Option<usize> {
    let place = ["/Actions/", "/modules/"].iter().find_map(|list| finding.pointer.strip_prefix(list));
    let index = place.and_then(|rest| rest.split('/').next()?.parse::<usize>().ok());
    let named = || document.find(finding.block.as_ref()?).ok().map(|block| block.index);
    index.filter(|index| *index < document.blocks().len()).or_else(named)
}
