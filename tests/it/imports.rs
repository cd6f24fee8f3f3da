//! What each file of `src` uses of the others, read from its paths: `use` trees, `crate::`, `self::`, `super::`, and paths
//! that begin with a child module or an imported name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::world::files;

/// A module's path from the crate's root.
pub(crate) type Module = Vec<String>;

/// One file that uses another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    pub(crate) from: Module,
    pub(crate) to: Module,
    /// File and line of the first use.
    pub(crate) place: String,
}

/// Reads every file under `src` by its path inside it.
pub(crate) fn sources() -> BTreeMap<String, String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&source, "rs", &mut found);
    let name = |path: &Path| path.strip_prefix(&source).unwrap().to_str().unwrap().replace('\\', "/");
    found.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

/// What counts as a use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    /// The module that a path names, in tests too.
    Named,
    /// The file that defines what a path names, without what is compiled for tests alone.
    Defining,
}

/// Lists who uses whom.
pub(crate) fn imports(sources: &BTreeMap<String, String>, counted: Counted) -> Vec<Import> {
    let tests = counted == Counted::Named;
    let steps = if tests { 0 } else { 8 };
    let mut parsed: BTreeMap<Module, File> = BTreeMap::new();
    for (name, text) in sources.iter().filter(|(name, _)| *name != "main.rs") {
        let module = module(name);
        parsed.insert(module.clone(), File::parse(name, &module, &bare(text)));
    }
    let only_tests: BTreeSet<Module> = parsed.values().flat_map(|file| file.test_modules.clone()).collect();
    let is_test = |module: &Module| (1..=module.len()).any(|end| only_tests.contains(&module[..end]));
    let mut all = BTreeMap::new();
    for (from, file) in parsed.iter().filter(|(module, _)| tests || !is_test(module)) {
        for used in file.paths.iter().filter(|used| tests || !used.in_test) {
            let Some(to) = defined_in(&parsed, &used.path, steps).filter(|to| to != from) else { continue };
            all.entry((from.clone(), to)).or_insert_with(|| format!("src/{}:{}", file.name, used.line));
        }
    }
    all.into_iter().map(|((from, to), place)| Import { from, to, place }).collect()
}

/// The module that a file is.
pub(crate) fn module(name: &str) -> Module {
    let stem = name.trim_end_matches(".rs");
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    if stem == "lib" { Module::new() } else { stem.split('/').map(str::to_owned).collect() }
}

/// Finds the module whose file defines what a path from the root names; none for what is in no file.
fn defined_in(parsed: &BTreeMap<Module, File>, path: &[String], steps: u8) -> Option<Module> {
    let known = (0..=path.len()).rev().find(|end| parsed.contains_key(&path[..*end]))?;
    let file = &parsed[&path[..known]];
    let handed_on = path.get(known).and_then(|name| file.names.get(name)).filter(|_| steps > 0);
    match handed_on {
        Some(target) => {
            let target: Module = target.iter().chain(&path[known + 1..]).cloned().collect();
            defined_in(parsed, &target, steps - 1).or_else(|| Some(path[..known].to_vec()))
        }
        // A name of the root that is in no file of its own is another crate's, or a macro.
        None if known == 0 => None,
        None => Some(path[..known].to_vec()),
    }
}

/// A path that a file names, from the crate's root.
#[derive(Debug)]
struct Used {
    path: Module,
    line: usize,
    in_test: bool,
}

#[derive(Debug)]
struct File {
    name: String,
    paths: Vec<Used>,
    /// Names that `use` brings in, with the path of each.
    names: BTreeMap<String, Module>,
    /// Modules in files of their own that are compiled for tests alone.
    test_modules: Vec<Module>,
}

/// What is read while the tokens of a file are walked.
struct Walk<'t> {
    tokens: &'t [(String, usize)],
    at: usize,
    /// The module at this point: the file's, or one inside it.
    module: Module,
    /// How deep in braces each inner module began.
    inner: Vec<usize>,
    depth: usize,
    /// Depth at which an item for tests alone began.
    test: Option<usize>,
}

impl File {
    fn parse(name: &str, module: &Module, text: &str) -> Self {
        let tokens = tokens(text);
        let mut file = Self {
            name: name.to_owned(),
            paths: Vec::new(),
            names: BTreeMap::new(),
            test_modules: Vec::new(),
        };
        let mut walk =
            Walk { tokens: &tokens, at: 0, module: module.clone(), inner: Vec::new(), depth: 0, test: None };
        let mut plain = Vec::new();
        while let Some(token) = walk.token(0) {
            let token = token.to_owned();
            walk.step(&token, &mut file, &mut plain);
        }
        for (segments, used) in plain {
            file.resolve_plain(&segments, used, module);
        }
        file
    }

    /// A path that begins with a name: a child module, or what a `use` brought in.
    fn resolve_plain(&mut self, segments: &[String], used: Used, module: &Module) {
        let path = match self.names.get(&segments[0]) {
            Some(target) => target.iter().chain(&segments[1..]).cloned().collect(),
            None => module.iter().chain(segments).cloned().collect(),
        };
        self.paths.push(Used { path, ..used });
    }
}

impl Walk<'_> {
    fn token(&self, ahead: usize) -> Option<&str> {
        self.tokens.get(self.at + ahead).map(|(text, _)| text.as_str())
    }

    fn step(&mut self, token: &str, file: &mut File, plain: &mut Vec<(Module, Used)>) {
        let line = self.tokens[self.at].1;
        match token {
            "#" if self.is_for_tests() => {
                self.test.get_or_insert(self.depth);
                while self.token(0).is_some_and(|token| token != "]") {
                    self.at += 1;
                }
            }
            "{" => self.depth += 1,
            "}" => {
                self.depth = self.depth.saturating_sub(1);
                if self.inner.last() == Some(&self.depth) {
                    self.inner.pop();
                    self.module.pop();
                }
                self.test = self.test.filter(|began| *began < self.depth);
            }
            ";" => self.test = self.test.filter(|began| *began != self.depth),
            "mod" => self.declare(file),
            "use" => return self.take_use(line, file),
            "pub" if self.ahead(&["pub", "("]) => {
                // `pub(in crate::x)` uses nothing.
                while self.token(0).is_some_and(|token| token != ")") {
                    self.at += 1;
                }
            }
            name if is_name(name) && !self.continues() => return self.take_path(line, file, plain),
            _ => {}
        }
        self.at += 1;
    }

    fn ahead(&self, expected: &[&str]) -> bool {
        expected.iter().enumerate().all(|(ahead, text)| self.token(ahead) == Some(text))
    }

    fn is_for_tests(&self) -> bool {
        self.ahead(&["#", "[", "cfg", "(", "test", ")"])
            || self.ahead(&["#", "[", "cfg", "(", "all", "(", "test", ","])
    }

    /// Whether the token before makes this one a part of something else: a field, a method, a lifetime.
    fn continues(&self) -> bool {
        self.at > 0 && [".", "::", "'"].contains(&self.tokens[self.at - 1].0.as_str())
    }

    fn declare(&mut self, file: &mut File) {
        let (Some(name), Some(end)) = (self.token(1).map(str::to_owned), self.token(2)) else { return };
        if end == "{" {
            self.module.push(name);
            self.inner.push(self.depth);
        } else if self.test.is_some() {
            file.test_modules.push(self.module.iter().cloned().chain([name]).collect());
        }
    }

    /// Turns a path into one from the root; none where it begins with neither `crate`, `self` nor `super`.
    fn absolute(&self, segments: &[String]) -> Option<Module> {
        let mut path = match segments.first()?.as_str() {
            "crate" => Module::new(),
            "self" => self.module.clone(),
            "super" => self.module[..self.module.len().saturating_sub(1)].to_vec(),
            _ => return None,
        };
        for segment in &segments[1..] {
            if segment == "super" {
                path.pop();
            } else {
                path.push(segment.clone());
            }
        }
        Some(path)
    }

    fn take_path(&mut self, line: usize, file: &mut File, plain: &mut Vec<(Module, Used)>) {
        let mut segments = vec![self.token(0).unwrap_or_default().to_owned()];
        self.at += 1;
        while self.token(0) == Some("::") && self.token(1).is_some_and(is_name) {
            segments.push(self.token(1).unwrap_or_default().to_owned());
            self.at += 2;
        }
        if segments.len() < 2 {
            return;
        }
        let used = |path| Used { path, line, in_test: self.test.is_some() };
        match self.absolute(&segments) {
            Some(path) => file.paths.push(used(path)),
            None => plain.push((segments, used(Module::new()))),
        }
    }

    fn take_use(&mut self, line: usize, file: &mut File) {
        self.at += 1;
        let mut leaves = Vec::new();
        self.tree(&mut Vec::new(), &mut leaves);
        for (segments, name) in leaves {
            let child = || self.module.iter().chain(&segments).cloned().collect();
            let path = self.absolute(&segments).unwrap_or_else(child);
            if let Some(name) = name.filter(|_| self.inner.is_empty()) {
                file.names.insert(name, path.clone());
            }
            file.paths.push(Used { path, line, in_test: self.test.is_some() });
        }
    }

    /// Reads a `use` tree: each path of it, and the name that it brings in; none for `*`.
    fn tree(&mut self, prefix: &mut Module, leaves: &mut Vec<(Module, Option<String>)>) {
        let before = prefix.len();
        loop {
            match self.token(0).map(str::to_owned).as_deref() {
                Some("::") => self.at += 1,
                Some("*") => {
                    self.at += 1;
                    leaves.push((prefix.clone(), None));
                    break;
                }
                Some("{") => {
                    self.at += 1;
                    while self.token(0).is_some_and(|token| token != "}") {
                        self.tree(prefix, leaves);
                        self.at += usize::from(self.token(0) == Some(","));
                    }
                    self.at += 1;
                    break;
                }
                Some(name) if is_name(name) => {
                    self.at += 1;
                    let own = name == "self" && !prefix.is_empty();
                    if !own {
                        prefix.push(name.to_owned());
                    }
                    if self.token(0) != Some("::") {
                        let renamed = (self.token(0) == Some("as")).then(|| self.token(1)).flatten();
                        let brought = renamed.map(str::to_owned).or_else(|| prefix.last().cloned());
                        self.at += if renamed.is_some() { 2 } else { 0 };
                        leaves.push((prefix.clone(), brought));
                        break;
                    }
                }
                _ => {
                    self.at += 1;
                    break;
                }
            }
        }
        prefix.truncate(before);
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Splits text without comments into names, `::` and single characters, each with its line.
fn tokens(text: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = if first.is_alphanumeric() || first == '_' {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            found.push((rest[..length].to_owned(), number + 1));
            rest = rest[length..].trim_start();
        }
    }
    found
}

/// Takes out comments and what stands in quotation marks; lines stay lines.
fn bare(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '"' => quoted(rest),
            'r' if !kept.ends_with(|c: char| c.is_alphanumeric() || c == '_') => raw(rest).unwrap_or(0),
            // A character; a lifetime has no second mark behind it.
            '\'' if rest.starts_with("'\\") => rest[2..].find('\'').map_or(1, |end| end + 3).max(4),
            '\'' => match rest.char_indices().nth(2) {
                Some((at, '\'')) => at + 1,
                _ => 0,
            },
            _ => 0,
        };
        if length == 0 {
            kept.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            kept.extend(rest[..length].chars().filter(|c| *c == '\n'));
            rest = &rest[length..];
        }
    }
    kept
}

/// How long the text in quotation marks at the start is.
fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// How long the raw text (`r#"…"#`) at the start is, if there is one.
fn raw(rest: &str) -> Option<usize> {
    let marks = rest[1..].len() - rest[1..].trim_start_matches('#').len();
    let inside = rest[1 + marks..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(marks));
    Some(2 + marks + inside.find(&end)? + end.len())
}
