//! The manifest of what was imported, written for people: what it is, what stands out, then the sections in the order
//! of the schema.

use super::contents::Contents;
use super::functions::Functions;
use super::values::Values;
use super::{Note, NoteKind, yaml};
use crate::resource::{Kind, SetName};
use crate::snapshot::LiveInstance;

mod sections;

/// The longest name of a set in a manifest, in characters.
const MAX_SET: usize = 40;
/// How wide comments get, in characters.
const WIDTH: usize = 112;

/// Everything that the text tells of.
pub(super) struct Text<'a> {
    pub(super) live: &'a LiveInstance,
    pub(super) contents: &'a Contents<'a>,
    pub(super) functions: &'a Functions,
    pub(super) values: &'a Values,
    pub(super) notes: &'a [Note],
    pub(super) set: Option<&'a SetName>,
}

/// Lines of YAML.
#[derive(Debug, Default)]
pub(super) struct Lines(String);

impl Lines {
    /// Adds a line, `depth` levels in.
    pub(super) fn add(&mut self, depth: usize, line: impl AsRef<str>) {
        self.0.extend(std::iter::repeat_n("  ", depth));
        self.0.push_str(line.as_ref());
        self.0.push('\n');
    }

    /// Adds a comment in as many lines as it takes.
    pub(super) fn comment(&mut self, depth: usize, text: &str) {
        self.hanging(depth, "", text);
    }

    /// Adds a comment whose lines behind the first begin further in.
    pub(super) fn hanging(&mut self, depth: usize, indent: &str, text: &str) {
        let mut line = String::new();
        for word in text.split(' ') {
            if !line.is_empty() && line.chars().count() + word.chars().count() + 2 * depth + 3 > WIDTH {
                self.add(depth, format!("# {line}"));
                line.clear();
                line.push_str(indent);
            } else if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.add(depth, format!("# {line}").trim_end());
    }

    /// Adds an empty line.
    pub(super) fn gap(&mut self) {
        self.0.push('\n');
    }
}

impl Text<'_> {
    pub(super) fn write(&self) -> String {
        let mut lines = Lines::default();
        self.head(&mut lines);
        self.stands_out(&mut lines);
        lines.add(0, "apiVersion: flowbind.dev/v1alpha1");
        lines.add(0, "kind: BindingSet");
        self.set(&mut lines);
        sections::places(self, &mut lines);
        sections::instance(self, &mut lines);
        sections::functions(self, &mut lines);
        sections::contents(self, Kind::Module, &mut lines);
        sections::contents(self, Kind::Flow, &mut lines);
        lines.0
    }

    fn head(&self, lines: &mut Lines) {
        let instance = &self.live.instance;
        let called =
            instance.alias.as_deref().map_or_else(String::new, |alias| format!("{}, ", yaml::shown(alias)));
        lines.comment(0, "Imported from an instance of Amazon Connect:");
        lines.comment(0, &format!("{called}{}", instance.arn));
        lines.add(0, "#");
        let other = if self.by_alias().is_some() { "alias=OTHER" } else { "instance=ID" };
        for (command, about) in [
            ("flowbind plan .".to_owned(), "finds nothing to do until something is edited"),
            ("flowbind lint .".to_owned(), "checks the flows"),
            (format!("flowbind plan --var {other} ."), "the same flows on another instance"),
            ("flowbind schema > schema.json".to_owned(), "a schema for editors"),
        ] {
            lines.add(0, format!("#     {command:<36} {about}"));
        }
        lines.add(0, "#");
        lines.comment(0, "A key that is left out is not managed: flowbind neither compares nor changes it.");
    }

    fn stands_out(&self, lines: &mut Lines) {
        for (kind, title) in [
            (
                NoteKind::Broken,
                "These calls fail today. Their ARNs are under `values:`, so that nothing changes by itself:",
            ),
            (NoteKind::Unchecked, "These calls were not checked. Their ARNs are under `values:`:"),
            (NoteKind::LeftOut, "Not in this manifest:"),
            (NoteKind::Editing, "Being edited:"),
            (NoteKind::Owned, "Made by another manifest:"),
            (
                NoteKind::NotPortable,
                "Specific to this instance. On another one, set each of these with `--var NAME=ARN`:",
            ),
        ] {
            let mut notes = self.notes.iter().filter(|note| note.kind == kind).peekable();
            if notes.peek().is_none() {
                continue;
            }
            lines.add(0, "#");
            lines.comment(0, title);
            for note in notes {
                let hint = note.hint.as_ref().map_or_else(String::new, |hint| format!("; {hint}"));
                lines.hanging(0, "  ", &format!("- {}: {}{hint}", note.subject, note.message));
            }
        }
    }

    /// The instance's alias, where a manifest can find the instance by it.
    pub(super) fn by_alias(&self) -> Option<&str> {
        let inside = |c: char| c.is_ascii_alphanumeric() || c == '-';
        self.live.instance.alias.as_deref().filter(|alias| {
            (1..=45).contains(&alias.len())
                && alias.chars().all(inside)
                && !alias.starts_with("d-")
                && !alias.starts_with('-')
                && !alias.ends_with('-')
        })
    }

    /// Names the set: what it owns on one instance must not look left over on another.
    fn set(&self, lines: &mut Lines) {
        lines.add(0, "metadata:");
        let fits = |alias: &&str| alias.len() <= MAX_SET && SetName::parse(alias).is_ok();
        match (self.set, self.by_alias().filter(fits)) {
            (None, Some(_)) => {
                lines.add(
                    1,
                    "# Marks what flowbind creates for this set: use another name for each instance.",
                );
                lines.add(1, "name: ${var.alias}");
            }
            _ => {
                lines.add(1, "# Marks what flowbind creates for this set: give `--var set=NAME` for each other instance.");
                lines.add(1, "name: ${var.set}");
            }
        }
        lines.gap();
        lines.add(0, "spec:");
        lines.add(1, "# What differs between instances.");
        lines.add(1, "variables:");
        match self.by_alias() {
            Some(alias) => sections::variable("alias", alias, "alias of the instance", lines),
            None => sections::variable("instance", &self.live.instance.arn.id, "id of the instance", lines),
        }
        if self.set.is_some() || self.by_alias().filter(fits).is_none() {
            let alias = self.live.instance.alias.as_deref().and_then(super::labels::slug);
            let own = alias.map(|alias| alias.chars().take(MAX_SET).collect::<String>());
            let own = own.map_or_else(|| "imported".to_owned(), |own| own.trim_end_matches('-').to_owned());
            let name = self.set.map_or(own, ToString::to_string);
            sections::variable("set", &name, "name of this set", lines);
        }
        let place = &self.live.instance.arn.place;
        sections::variable("account", place.account.as_str(), "account of the instance", lines);
        sections::variable("region", place.region.as_str(), "Region of the instance", lines);
        if !self.values.entries.is_empty() {
            lines.add(2, "# What flow files take through `values:` of the instance.");
        }
        for entry in &self.values.entries {
            sections::default(entry.name.as_str(), &entry.text, lines);
        }
    }
}
