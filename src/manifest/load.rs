//! Loading: from paths to closed manifests, or to all that is wrong with them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::resource::{Origin, Problem, SetName, Severity};

use super::content::Reader;
use super::draft::{At, Draft, Given, decode};
use super::files::{Files, clean, display};
use super::log::{Log, hint, quote};
use super::model::Manifest;
use super::scalar::{API_VERSION, KIND, Scalar};
use super::shape::{Shape, check};
use super::sources::Sources;
use super::table::MANIFEST;
use super::variables::Variables;
use super::yaml::{self, MAX_BYTES, Node, NodeValue, Position};
use super::{digest, example, flows, resolve};

/// The most problems that one load reports.
const MAX_PROBLEMS: usize = 1_000;

/// What is given beside the manifests.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// Variables, as in `--var NAME=VALUE`; the last one of a name counts, and they win over files.
    pub vars: Vec<(String, String)>,
    /// Files of variables: YAML maps of names to texts; the last file that has a name counts.
    pub var_files: Vec<PathBuf>,
    /// The targets that are wanted, as in `--for TARGET`; none means all.
    pub targets: Vec<String>,
    /// The Region of what has none in the manifest, as in `--region`.
    pub region: Option<String>,
}

/// Manifests that are in order.
#[derive(Debug)]
pub struct Loaded {
    /// One for each document, in the order of the paths.
    pub manifests: Vec<Manifest>,
    /// What is worth knowing.
    pub warnings: Vec<Problem>,
    /// The texts that were read.
    pub sources: Sources,
}

/// All that is wrong with the manifests.
#[derive(Debug)]
pub struct Problems {
    /// The problems, by file and place.
    pub problems: Vec<Problem>,
    /// The texts that were read.
    pub sources: Sources,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors = self.problems.iter().filter(|problem| problem.severity == Severity::Error).count();
        write!(f, "the manifest has {errors} problem{}", if errors == 1 { "" } else { "s" })
    }
}

impl std::error::Error for Problems {}

/// Reads manifests: files, or all `*.yaml` and `*.yml` of folders, and the flow files that they name.
///
/// # Errors
///
/// All problems of all files at once.
pub fn load(paths: &[PathBuf], inputs: &Inputs, files: &dyn Files) -> Result<Loaded, Problems> {
    let mut loader = Loader {
        files,
        sources: Sources::default(),
        given: BTreeMap::new(),
        used: BTreeMap::new(),
        sets: BTreeMap::new(),
        manifests: Vec::new(),
        problems: Vec::new(),
    };
    loader.variables(inputs);
    if paths.is_empty() {
        loader.problems.push(Problem::error("no-manifest", "no manifest was given"));
    }
    for path in loader.manifest_paths(paths) {
        loader.file(&path);
    }
    loader.unused_variables(inputs);
    let Loader { sources, manifests, problems, .. } = loader;
    let problems = bounded(problems);
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(Problems { problems, sources });
    }
    Ok(Loaded { manifests, warnings: problems, sources })
}

struct Loader<'f> {
    files: &'f dyn Files,
    sources: Sources,
    /// The values given from outside.
    given: BTreeMap<String, String>,
    /// The variables that some document declares.
    used: BTreeMap<String, ()>,
    sets: BTreeMap<SetName, Origin>,
    manifests: Vec<Manifest>,
    problems: Vec<Problem>,
}

impl Loader<'_> {
    fn take(&mut self, log: Log) {
        self.problems.extend(log.into_problems());
    }

    /// Reads a text that a person wrote and named.
    fn text(&mut self, path: &Path) -> Option<String> {
        let name = display(path);
        let text = match self.files.read(path, MAX_BYTES as u64) {
            Ok(bytes) => String::from_utf8(bytes).map_err(|error| {
                let line = error.as_bytes()[..error.utf8_error().valid_up_to()]
                    .iter()
                    .filter(|b| **b == b'\n')
                    .count()
                    + 1;
                let origin = Origin { file: name.clone(), line, column: 1 };
                Problem::error("unreadable", "the file is not UTF-8").at(&origin).hint("save it as UTF-8")
            }),
            Err(error) => Err(Problem::error("unreadable", format!("{}: {error}", quote(&name)))),
        };
        match text {
            Ok(text) => {
                self.sources.insert(name, &*text);
                Some(text)
            }
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    fn variables(&mut self, inputs: &Inputs) {
        for path in &inputs.var_files {
            let path = clean(path);
            let Some(text) = self.text(&path) else { continue };
            let mut log = Log::new(&display(&path));
            let documents = yaml::parse(&text, &mut log);
            for document in &documents {
                check(document, Shape::Map(Scalar::Variable, &Shape::Scalar(Scalar::Text)), &mut log);
                for (key, value) in document.entries() {
                    if let Some(text) = value.text() {
                        self.given.insert(key.text.clone(), text.to_owned());
                    }
                }
            }
            self.take(log);
        }
        self.given.extend(inputs.vars.iter().cloned());
    }

    /// A variable on the command line that nobody declares is a slip; a file of variables may serve several sets.
    fn unused_variables(&mut self, inputs: &Inputs) {
        for (name, _) in &inputs.vars {
            if self.used.contains_key(name) || !self.problems.is_empty() && self.used.is_empty() {
                continue;
            }
            let problem = Problem::error(
                "unknown-variable",
                format!("`--var {name}=…`: no variable is named {}", quote(name)),
            );
            self.problems.push(match hint(name, self.used.keys().map(String::as_str)) {
                Some(hint) => problem.hint(hint),
                None => problem.hint("declare it under `spec.variables`"),
            });
        }
    }

    fn manifest_paths(&mut self, paths: &[PathBuf]) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = Vec::new();
        for path in paths {
            let path = clean(path);
            let manifests: Vec<PathBuf> = match self.files.list(&path) {
                Ok(None) => vec![path],
                Ok(Some(inside)) => {
                    let is_yaml =
                        |path: &PathBuf| path.extension().is_some_and(|e| e == "yaml" || e == "yml");
                    let inside: Vec<PathBuf> =
                        inside.iter().map(|path| clean(path)).filter(is_yaml).collect();
                    if inside.is_empty() {
                        let message =
                            format!("the folder {} holds no `*.yaml` or `*.yml`", quote(&display(&path)));
                        self.problems.push(Problem::error("no-manifest", message));
                    }
                    inside
                }
                Err(error) => {
                    let message = format!("{}: {error}", quote(&display(&path)));
                    self.problems.push(Problem::error("unreadable", message));
                    Vec::new()
                }
            };
            for path in manifests {
                if !found.contains(&path) {
                    found.push(path);
                }
            }
        }
        found
    }

    fn file(&mut self, path: &Path) {
        let Some(text) = self.text(path) else { return };
        let name = display(path);
        let mut log = Log::new(&name);
        let start = Position { line: 1, column: 1 };
        if matches!(path.file_stem().and_then(|stem| stem.to_str()), Some("kustomization" | "Kustomization"))
        {
            let hint = "build it first, and give the result: `kustomize build DIR > out.yaml`";
            log.error_with("not-a-manifest", start, "this is a kustomization, not a binding set", hint);
            return self.take(log);
        }
        let documents = yaml::parse(&text, &mut log);
        if documents.is_empty() && log.is_empty() {
            let hint = format!("a manifest starts with `apiVersion: {API_VERSION}` and `kind: {KIND}`");
            log.error_with("not-a-manifest", start, "the file is empty", hint);
        }
        self.take(log);
        for document in documents {
            self.document(path, &name, document);
        }
    }

    fn document(&mut self, path: &Path, name: &str, mut document: Node) {
        let mut log = Log::new(name);
        if !is_binding_set(&document, &mut log) {
            return self.take(log);
        }
        let declared = document.get("spec").and_then(|spec| spec.get("variables")).cloned();
        let variables = Variables::resolve(declared.as_ref(), &self.given, &mut log);
        self.used.extend(variables.names().map(|name| (name.to_owned(), ())));
        substitute(&mut document, &variables, &mut log);
        check(&document, Shape::Object(&MANIFEST), &mut log);
        check_examples(&document, &mut log);
        let draft = decode(&document);
        let resolved = resolve::resolve(&draft, &mut log);
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut reader = Reader::new(self.files, folder, &variables, &mut self.sources);
        let flows = flows::flows(&draft, &mut reader, &mut log);
        let inside = reader.logs;
        self.claim(&draft, &mut log);
        let clean = log.is_empty() && inside.iter().all(Log::is_empty);
        self.take(log);
        inside.into_iter().for_each(|log| self.take(log));
        if let (true, Some(set)) = (clean, draft.set.value()) {
            let resolve::Resolved { accounts, instances, functions } = resolved;
            let set = set.clone();
            let mut manifest = Manifest {
                set,
                target: None,
                digest: String::new(),
                accounts,
                instances,
                functions,
                modules: BTreeMap::new(),
                flows,
            };
            manifest.digest = digest::digest(&manifest);
            self.manifests.push(manifest);
        }
    }

    /// What two documents of one name made could not be told apart.
    fn claim(&mut self, draft: &Draft, log: &mut Log) {
        let Given::Is(At { value: set, position }) = &draft.set else { return };
        let origin = log.origin(*position);
        if let Some(first) = self.sets.get(set) {
            let message = format!("a second binding set is named `{set}`");
            log.error_with("duplicate-set", *position, message, format!("the first one is at {first}"));
        } else {
            self.sets.insert(set.clone(), origin);
        }
    }
}

/// Checks what kind of document it is; of another kind, nothing else is worth saying.
fn is_binding_set(document: &Node, log: &mut Log) -> bool {
    if !matches!(document.value, NodeValue::Map(_)) {
        let message = format!("a manifest is a map, and this is {}", document.kind());
        log.error("not-a-manifest", document.position, message);
        return false;
    }
    let said = |key: &str| document.get(key).and_then(|node| Some((node.text()?, node.position)));
    for (key, expected) in [("apiVersion", API_VERSION), ("kind", KIND)] {
        let Some((text, position)) = said(key) else { continue };
        if text != expected {
            let message =
                format!("{key} is {}, and this version of flowbind reads `{expected}`", quote(text));
            log.error("not-a-manifest", position, message);
            return false;
        }
    }
    if document.get("apiVersion").is_none() && document.get("kind").is_none() {
        let hint = format!("a manifest starts with `apiVersion: {API_VERSION}` and `kind: {KIND}`");
        log.error_with("not-a-manifest", document.position, "this is not a binding set", hint);
        return false;
    }
    true
}

/// Replaces variables everywhere but where they are declared.
fn substitute(document: &mut Node, variables: &Variables, log: &mut Log) {
    let NodeValue::Map(entries) = &mut document.value else { return };
    for (key, part) in entries {
        match (&mut part.value, key.text.as_str()) {
            (NodeValue::Map(spec), "spec") => {
                let parts = spec.iter_mut().filter(|(key, _)| key.text != "variables");
                parts.for_each(|(_, part)| variables.substitute(part, log));
            }
            _ => variables.substitute(part, log),
        }
    }
}

fn check_examples(document: &Node, log: &mut Log) {
    let functions = document.get("spec").and_then(|spec| spec.get("functions"));
    for (_, function) in functions.map_or(&[][..], Node::entries) {
        if let Some(response) = function.get("response") {
            example::check(response, log);
        }
    }
}

/// Drops what was reported already (one flow file may serve two flows), and what nobody would read.
fn bounded(problems: Vec<Problem>) -> Vec<Problem> {
    let mut kept: Vec<Problem> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    let mut dropped = 0;
    for problem in problems {
        if !seen.insert(problem.clone()) {
            continue;
        }
        if kept.len() < MAX_PROBLEMS {
            kept.push(problem);
        } else {
            dropped += 1;
        }
    }
    if dropped > 0 {
        kept.push(Problem::error("too-many", format!("there are {dropped} more problems")));
    }
    kept
}

#[cfg(test)]
mod tests;
