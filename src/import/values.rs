//! The values that flow files take from the manifest: what is no token, each once.

use std::collections::{BTreeMap, BTreeSet};

use super::labels::Labels;
use super::table::value_name;
use super::{Note, NoteKind};
use crate::resource::Label;

/// A value of the instance.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: Label,
    pub(super) text: String,
    pub(super) why: String,
    pub(super) users: BTreeSet<String>,
    /// Whether another note tells of it.
    reported: bool,
}

/// The variables that a manifest has anyway; each value is one too.
const TAKEN: [&str; 5] = ["account", "alias", "instance", "region", "set"];

/// All values, in the order of the flows that need them.
#[derive(Debug)]
pub(super) struct Values {
    pub(super) entries: Vec<Entry>,
    places: BTreeMap<String, usize>,
    labels: Labels,
}

impl Default for Values {
    fn default() -> Self {
        let mut labels = Labels::default();
        TAKEN.iter().for_each(|name| drop(labels.give(name, name)));
        Self { entries: Vec::new(), places: BTreeMap::new(), labels }
    }
}

impl Values {
    /// Finds the name of a text that has one.
    pub(super) fn find(&self, text: &str) -> Option<&Label> {
        self.entries.get(*self.places.get(text)?).map(|entry| &entry.name)
    }

    /// Returns a text a name.
    pub(super) fn give(
        &mut self,
        text: &str,
        (base, why, reported): (&str, String, bool),
        user: String,
    ) -> Label {
        let place = *self.places.entry(text.to_owned()).or_insert(self.entries.len());
        if place == self.entries.len() {
            let name = self.labels.give(&value_name(base), "value");
            self.entries.push(Entry { name, text: text.to_owned(), why, users: BTreeSet::new(), reported });
        }
        let entry = self.entries.get_mut(place).expect("it was inserted or found");
        entry.users.insert(user);
        entry.name.clone()
    }

    pub(super) fn notes(&self) -> Vec<Note> {
        let note = |entry: &Entry| Note {
            kind: NoteKind::NotPortable,
            subject: entry.name.to_string(),
            message: format!("{} ({})", super::yaml::shown(&entry.text), entry.why),
            hint: None,
        };
        self.entries.iter().filter(|entry| !entry.reported).map(note).collect()
    }
}
