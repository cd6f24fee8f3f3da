//! The lines of an imported manifest: comments, and keys that its grammar declares.

use std::marker::PhantomData;

use super::super::yaml::scalar;
use crate::manifest::writing::{
    DeclaredManifest, DeclaredObject, Kept, Key, List, Map, ScalarKind, Word, Words, kind,
};

/// How wide comments get, in characters.
const WIDTH: usize = 112;
/// How many characters of a line come before a remark.
const REMARK: usize = 19;

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

    /// Adds a comment whose lines after the first begin further in.
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

    /// Returns the text.
    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// The keys of an object that is being written: only those that it has, with values that they take.
#[derive(Debug)]
pub(super) struct Keys<O> {
    depth: usize,
    of: PhantomData<O>,
}

/// The entries of a map that is being written.
#[derive(Debug)]
pub(super) struct Entries<N, V> {
    depth: usize,
    of: PhantomData<(N, V)>,
}

impl Keys<DeclaredManifest> {
    /// Starts the document.
    pub(super) fn document() -> Self {
        Self { depth: 0, of: PhantomData }
    }
}

impl<O> Keys<O> {
    /// Returns the level of the keys.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    fn line<K>(&self, key: &Key<O, K>, value: &str, lines: &mut Lines) {
        lines.add(self.depth, format!("{}: {value}", key.name()));
    }

    /// Writes a text.
    pub(super) fn text<K: ScalarKind>(&self, key: &Key<O, K>, text: &str, lines: &mut Lines) {
        self.line(key, &scalar(text), lines);
    }

    /// Writes a text that means the same to every reader of YAML without quotes.
    pub(super) fn plain<K: ScalarKind>(&self, key: &Key<O, K>, text: &str, lines: &mut Lines) {
        self.line(key, text, lines);
    }

    /// Writes the first word that a key takes.
    pub(super) fn first_word<K: ScalarKind>(&self, key: &Key<O, K>, lines: &mut Lines) {
        let words = K::SCALAR.words();
        self.line(key, words.iter().flatten().next().copied().unwrap_or_default(), lines);
    }

    /// Writes a word.
    pub(super) fn word<W: Words>(&self, key: &Key<O, Word<W>>, word: W, lines: &mut Lines) {
        self.line(key, word.word(), lines);
    }

    /// Writes a word, and a remark after it.
    pub(super) fn word_with<W: Words>(
        &self,
        key: &Key<O, Word<W>>,
        word: W,
        remark: &str,
        lines: &mut Lines,
    ) {
        let line = format!("{}: {}", key.name(), word.word());
        lines.add(self.depth, format!("{line:REMARK$}# {remark}"));
    }

    /// Writes `true`.
    pub(super) fn yes(&self, key: &Key<O, kind::Bool>, lines: &mut Lines) {
        self.line(key, "true", lines);
    }

    /// Writes a variable.
    pub(super) fn variable<K: ScalarKind>(&self, key: &Key<O, K>, name: &str, lines: &mut Lines) {
        self.line(key, &variable(name), lines);
    }

    /// Writes a list.
    pub(super) fn list<'t, K: ScalarKind>(
        &self,
        key: &Key<O, List<K>>,
        texts: impl Iterator<Item = &'t str>,
        lines: &mut Lines,
    ) {
        lines.add(self.depth, format!("{}:", key.name()));
        texts.for_each(|text| lines.add(self.depth + 1, format!("- {}", scalar(text))));
    }

    /// Opens an object.
    pub(super) fn object<P: DeclaredObject>(&self, key: &Key<O, P>, lines: &mut Lines) -> Keys<P> {
        lines.add(self.depth, format!("{}:", key.name()));
        Keys { depth: self.depth + 1, of: PhantomData }
    }

    /// Opens a map.
    pub(super) fn map<N, V>(&self, key: &Key<O, Map<N, V>>, lines: &mut Lines) -> Entries<N, V> {
        lines.add(self.depth, format!("{}:", key.name()));
        Entries { depth: self.depth + 1, of: PhantomData }
    }
}

impl<N, V> Entries<N, V> {
    /// Returns the level of the entries.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }
}

impl<N, O: DeclaredObject> Entries<N, O> {
    /// Opens an object with a name.
    pub(super) fn object(&self, name: &str, lines: &mut Lines) -> Keys<O> {
        lines.add(self.depth, format!("{}:", scalar(name)));
        Keys { depth: self.depth + 1, of: PhantomData }
    }
}

impl<N, K: ScalarKind> Entries<N, Kept<K>> {
    /// Writes a variable under a name.
    pub(super) fn variable(&self, name: &str, lines: &mut Lines) {
        lines.add(self.depth, format!("{}: {}", scalar(name), variable(name)));
    }
}

fn variable(name: &str) -> String {
    format!("${{var.{name}}}")
}
