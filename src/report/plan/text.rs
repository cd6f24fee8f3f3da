//! A plan as text: a heading for each instance, a line for each thing, and under it what exactly changes.

use super::sums::verdict;
use super::view::{Block, Detail, Entry, Guarded, Line, Mark, Note, PlanView, RemarkKind, Section, Tag};
use crate::report::fields::field_text;
use crate::report::layout::{Layout, Page};
use crate::report::style::{bold, dim, green, red, yellow};
use crate::resource::{said_of, set_prefix};

const INDENT: &str = "      ";

/// Writes a plan, grouped by instance and flow; where it is one of several, it begins with the set's name.
pub fn plan_text(view: &PlanView, several: bool, layout: &Layout) -> String {
    let mut page = Page::default();
    if several && !view.is_empty() {
        page.line(&bold(&format!("Set {}", view.set)));
        page.line("");
    }
    let writer = Writer { set: set_prefix(&view.set, several), layout };
    for section in &view.sections {
        page.line(&heading(section, layout));
        for entry in &section.entries {
            writer.entry(&mut page, entry, "  ");
        }
        page.line("");
    }
    sums(&mut page, view);
    if several {
        page.line("");
    }
    page.finish(layout)
}

/// Writes the problems of a plan, which a fresh plan shows with the lines of their files.
pub fn notes_text(view: &PlanView) -> String {
    let mut out = String::new();
    for Note { grade, address, message, code, place, hint } in view.problems.iter().chain(&view.unread) {
        let (parts, message) = said_of(address.as_deref().unwrap_or_default(), message);
        let address = address.as_ref().map(|address| format!("{address}{parts}")).unwrap_or_default();
        let code = code.as_ref().map(|code| format!("[{code}]")).unwrap_or_default();
        let place = place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
        out.push_str(&format!("{}: {address}{message}{place}\n", yellow(&format!("{}{code}", grade.word()))));
        out.extend(hint.as_ref().map(|hint| format!("hint: {hint}\n")));
    }
    out
}

/// Writes what a plan comes to, and what else must be known.
fn sums(page: &mut Page, view: &PlanView) {
    let verdict = match view.rollback {
        true => format!("{}.", verdict(view)),
        false => format!("{}: {}.", view.set, verdict(view)),
    };
    let agree = match view.agree {
        0 => String::new(),
        1 => " 1 resource agrees already.".to_owned(),
        n => format!(" {n} resources agree already."),
    };
    page.line(&format!("{}{agree}", bold(&format!("Plan: {verdict}"))));
    for remark in &view.remarks {
        let text = remark.text.as_str();
        page.line(&match remark.kind {
            RemarkKind::Partial | RemarkKind::Orphaned => yellow(text),
            RemarkKind::Protected => format!("{} {text}; to do it anyway: --force", red("protected:")),
            RemarkKind::Unchecked => dim(text),
            RemarkKind::Incomplete => red(text),
        });
    }
}

fn heading(section: &Section, layout: &Layout) -> String {
    let Some(arn) = &section.instance else { return bold(&section.title) };
    let alias = if layout.whole_arns { None } else { layout.aliases.get(arn) };
    let live = match alias {
        Some(alias) => format!("{alias}, {}", arn.split(':').nth(3).unwrap_or_default()),
        None => arn.clone(),
    };
    match section.title.is_empty() {
        true => bold(&live),
        false => format!("{}  {}", bold(&section.title), dim(&live)),
    }
}

struct Writer<'a> {
    set: String,
    layout: &'a Layout,
}

impl Writer<'_> {
    fn entry(&self, page: &mut Page, entry: &Entry, indent: &str) {
        let full = !self.layout.compact;
        let Entry { name, beside, in_short, target, why, .. } = entry;
        let mut line = format!("{indent}{} {}{beside}", mark(entry.mark), bold(name));
        match (entry.binding, full) {
            (true, true) => {
                line.push_str(&target.as_ref().map(|it| dim(&format!(" ({it})"))).unwrap_or_default());
            }
            (false, true) => line.push_str(&why.first().map(|why| format!("  {why}")).unwrap_or_default()),
            (_, false) if in_short.is_empty() => {}
            (_, false) => line.push_str(&format!("  {in_short}")),
        }
        page.line(&line);
        let below = format!("{indent}    ");
        if full {
            for why in why.iter().skip(usize::from(!entry.binding)) {
                page.line(&format!("{below}{why}"));
            }
            let whole = self.layout.whole_arns || entry.mark == Mark::Delete;
            page.append(details_text(&entry.details, &below, whole));
        }
        for part in &entry.parts {
            self.entry(page, part, INDENT);
        }
        for Guarded { message, allow, deletes, .. } in &entry.guards {
            let verb = if *deletes { "delete" } else { "write" };
            let (protected, set) = (red("protected:"), &self.set);
            page.line(&format!("{below}{protected} {message}; to {verb} it anyway: --allow {set}{allow}"));
        }
    }
}

/// Writes what exactly changes, each line indented by `indent`. `whole` is whether whole ARNs are wanted.
pub(in crate::report) fn details_text(details: &[Detail], indent: &str, whole: bool) -> Page {
    let mut page = Page::default();
    for detail in details {
        match detail {
            Detail::Arns(_) if !whole => {}
            Detail::Fact(text) | Detail::Arns(text) => page.line(&format!("{indent}{}", dim(text))),
            Detail::Words(text) => page.line(&format!("{indent}{text}")),
            Detail::Field { path, from, to, hidden } => {
                let text = field_text(path, from.as_deref(), to.as_deref(), *hidden);
                page.line(&format!("{indent}{text}"));
            }
            Detail::Block(block) => block_text(&mut page, block, indent),
        }
    }
    page
}

/// Writes a block that changes. That it comes or goes says enough: its content is in the flow's file, or in the backup.
fn block_text(page: &mut Page, block: &Block, indent: &str) {
    if let Some(title) = &block.title {
        page.line(&format!("{indent}{} {title}", mark(block.mark)));
    }
    let indent = if block.title.is_some() { format!("{indent}  ") } else { indent[2..].to_owned() };
    if block.mark != Mark::Update {
        return;
    }
    for Line(tag, text) in &block.lines {
        let line = match tag {
            Tag::Goes => red(&format!("  - {text}")),
            Tag::Comes => green(&format!("  + {text}")),
            Tag::Stays => dim(&format!("    {text}")),
            Tag::Gap => dim("    ..."),
        };
        page.content(format!("{indent}{line}\n"));
    }
}

fn mark(mark: Mark) -> String {
    match mark {
        Mark::Create => green("+"),
        Mark::Update => yellow("~"),
        Mark::Delete => red("-"),
        Mark::Unchanged => " ".to_owned(),
    }
}
