//! The manifest of what was imported, written for people: what it is, what stands out, then the sections in the order
//! of the schema.

use super::contents::Contents;
use super::functions::Functions;
use super::values::Values;
use super::{Note, NoteKind, yaml};
use crate::manifest::writing::{DeclaredManifest, DeclaredMetadata, DeclaredSpec, MAX_SET, fits, kind};
use crate::resource::SetName;
use crate::snapshot::LiveInstance;

mod lines;
mod sections;

use lines::{Keys, Lines};

/// Everything that the text tells of.
pub(super) struct Text<'a> {
    pub(super) live: &'a LiveInstance,
    pub(super) contents: &'a Contents<'a>,
    pub(super) functions: &'a Functions,
    pub(super) values: &'a Values,
    pub(super) notes: &'a [Note],
    pub(super) set: Option<&'a SetName>,
}

impl Text<'_> {
    pub(super) fn write(&self) -> String {
        let mut lines = Lines::default();
        self.head(&mut lines);
        self.stands_out(&mut lines);
        let document = Keys::document();
        document.first_word(&DeclaredManifest::api_version(), &mut lines);
        document.first_word(&DeclaredManifest::kind(), &mut lines);
        self.set(&document, &mut lines);
        lines.gap();
        let spec = document.object(&DeclaredManifest::spec(), &mut lines);
        self.variables(&spec, &mut lines);
        sections::places(&spec, &mut lines);
        sections::instance(self, &spec, &mut lines);
        sections::functions(self, &spec, &mut lines);
        sections::modules(self, &spec, &mut lines);
        sections::flows(self, &spec, &mut lines);
        lines.into_text()
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
        self.live.instance.alias.as_deref().filter(|alias| fits::<kind::InstanceAlias>(alias))
    }

    /// The instance's alias, where a set can have it for its name too.
    fn alias_for_set(&self) -> Option<&str> {
        self.by_alias().filter(|alias| fits::<kind::SetName>(alias))
    }

    /// Names the set: what it owns on one instance must not look orphaned on another.
    fn set(&self, document: &Keys<DeclaredManifest>, lines: &mut Lines) {
        let metadata = document.object(&DeclaredManifest::metadata(), lines);
        let (why, variable) = match (self.set, self.alias_for_set()) {
            (None, Some(_)) => {
                ("# Marks what flowbind creates for this set: use another name for each instance.", "alias")
            }
            _ => (
                "# Marks what flowbind creates for this set: give `--var set=NAME` for each other instance.",
                "set",
            ),
        };
        lines.add(metadata.depth(), why);
        metadata.variable(&DeclaredMetadata::name(), variable, lines);
    }

    fn variables(&self, spec: &Keys<DeclaredSpec>, lines: &mut Lines) {
        lines.add(spec.depth(), "# What differs between instances.");
        let variables = spec.map(&DeclaredSpec::variables(), lines);
        match self.by_alias() {
            Some(alias) => sections::variable(&variables, "alias", alias, "alias of the instance", lines),
            None => {
                let id = &self.live.instance.arn.id;
                sections::variable(&variables, "instance", id, "id of the instance", lines);
            }
        }
        if self.set.is_some() || self.alias_for_set().is_none() {
            let alias = self.live.instance.alias.as_deref().and_then(super::labels::slug);
            let own = alias.map(|alias| alias.chars().take(MAX_SET).collect::<String>());
            let own = own.map_or_else(|| "imported".to_owned(), |own| own.trim_end_matches('-').to_owned());
            let name = self.set.map_or(own, ToString::to_string);
            sections::variable(&variables, "set", &name, "name of this set", lines);
        }
        let place = &self.live.instance.arn.place;
        sections::variable(&variables, "account", place.account.as_str(), "account of the instance", lines);
        sections::variable(&variables, "region", place.region.as_str(), "Region of the instance", lines);
        if !self.values.entries.is_empty() {
            lines.add(variables.depth(), "# What flow files take through `values:` of the instance.");
        }
        for entry in &self.values.entries {
            sections::default(&variables, entry.name.as_str(), &entry.text, lines);
        }
    }
}
