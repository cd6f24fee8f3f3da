//! The texts that were read, so that a report can show the line that a problem is in.

use std::collections::{BTreeMap, BTreeSet};

/// The texts that were read, by the names that origins use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    texts: BTreeMap<String, String>,
    /// The lines, from 1, in which values are hidden.
    masked: BTreeMap<String, BTreeSet<usize>>,
}

impl Sources {
    /// Keeps a text.
    pub fn insert(&mut self, file: impl Into<String>, text: impl Into<String>) {
        let file = file.into();
        self.masked.remove(&file);
        self.texts.insert(file, text.into());
    }

    /// Keeps a text in which values are hidden, line by line as in the text that was read.
    pub fn insert_masked(&mut self, file: impl Into<String>, read: &str, masked: String) {
        let file = file.into();
        let lines = read.split('\n').zip(masked.split('\n')).enumerate();
        let hidden = lines.filter(|(_, (read, masked))| read != masked).map(|(at, _)| at + 1).collect();
        self.masked.insert(file.clone(), hidden);
        self.texts.insert(file, masked);
    }

    /// Whether values of a line, counted from 1, are hidden.
    pub fn hides(&self, file: &str, line: usize) -> bool {
        self.masked.get(file).is_some_and(|lines| lines.contains(&line))
    }

    /// Gives the text of a file.
    pub fn get(&self, file: &str) -> Option<&str> {
        self.texts.get(file).map(String::as_str)
    }

    /// Names the files, in order.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }
}
