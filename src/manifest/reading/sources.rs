//! The texts that were read, so that a report can show the line that a problem is in.

use std::collections::{BTreeMap, BTreeSet};

use crate::resource::{Mask, Secret};

/// The texts that were read, by the names that origins use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    texts: BTreeMap<String, String>,
    /// The lines, from 1, in which values are hidden.
    masked: BTreeMap<String, BTreeSet<usize>>,
    /// The values of environments and of the variables that they use.
    hidden: BTreeSet<Secret>,
    /// The texts that manifests write elsewhere.
    open: BTreeSet<String>,
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

    /// Notes values that are secret.
    pub(in crate::manifest) fn hide(&mut self, values: impl IntoIterator<Item = Secret>) {
        self.hidden.extend(values);
    }

    /// Notes texts that are none.
    pub(in crate::manifest) fn open<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) {
        for text in texts {
            if !self.open.contains(text) {
                self.open.insert(text.to_owned());
            }
        }
    }

    /// Tells a mask the values of environments and of the variables that they use, which nothing may show.
    pub fn teach(&self, mask: &Mask) {
        mask.open(self.open.iter().map(String::as_str));
        mask.hide(self.hidden.iter().map(Secret::expose));
    }

    /// Returns the text of a file.
    pub fn get(&self, file: &str) -> Option<&str> {
        self.texts.get(file).map(String::as_str)
    }

    /// Names the files, in order.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }
}
