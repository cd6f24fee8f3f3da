//! Loading: from paths to closed manifests, or to all that is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use crate::resource::{Code, Origin, Problem, Region, SetName, Severity, count};

use super::declared::{self, At, Beside, DeclaredSet, Given};
use super::grammar::keys;
use super::grammar::read::{self, Map};
use super::grammar::scalar::{API_VERSION, KIND, kind};
use super::grammar::{advice, misplaced, secrets};
use super::masking::{hidden, mask};
use super::model::{Manifest, Needs};
use super::package::Packages;
use super::reading::files::{Files, clean, display};
use super::reading::log::{Log, hint, quote};
use super::reading::project::Project;
use super::reading::sources::Sources;
use super::resolve::content::{Reader, Texts};
use super::resolve::functions::FunctionCode;
use super::resolve::suppressions::suppressions;
use super::resolve::{self, flows};
use super::targets::{Split, Wanted, with_target};
use super::variables::Variables;
use super::yaml::{self, Key, Node, Position};
use super::{digest, rivals};

mod document;
mod named;

use document::{is_binding_set, substitute};

/// The most problems that one load reports.
const MAX_PROBLEMS: usize = 1_000;

/// The problems of a document after which its other targets are not looked into.
const ENOUGH: usize = 200;

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
    /// Whether manifests may name files outside of their project, as in `--allow-outside`.
    pub allow_outside: bool,
}

/// Manifests that are in order.
#[derive(Debug)]
pub struct Loaded {
    /// One for each document and target, in the order of the paths and of the documents.
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
        write!(f, "the manifest has {}", count(errors, "problem"))
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
        allow_outside: inputs.allow_outside,
        sources: Sources::default(),
        texts: Texts::default(),
        packages: Packages::new(files),
        given: BTreeMap::new(),
        region: None,
        wanted: Wanted::new(&inputs.targets),
        used: BTreeSet::new(),
        sets: BTreeMap::new(),
        looked_into: false,
        incomplete: false,
        manifests: Vec::new(),
        problems: Vec::new(),
    };
    loader.variables(inputs);
    loader.region(inputs);
    if paths.is_empty() {
        loader.problems.push(Problem::error(Code::NoManifest, "no manifest was given"));
    }
    for path in loader.manifest_paths(paths) {
        loader.file(&path);
    }
    loader.unused_variables(inputs);
    loader.unused_targets();
    let Loader { sources, manifests, mut problems, .. } = loader;
    problems.extend(rivals::problems(&manifests));
    let problems = bounded(problems);
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(Problems { problems, sources });
    }
    Ok(Loaded { manifests, warnings: problems, sources })
}

struct Loader<'f> {
    files: &'f dyn Files,
    /// Whether files outside of the project may be named.
    allow_outside: bool,
    sources: Sources,
    /// The flow files that were read.
    texts: Texts,
    packages: Packages<'f>,
    /// The values given from outside.
    given: BTreeMap<String, String>,
    /// The Region of what has none.
    region: Option<Region>,
    wanted: Wanted,
    /// The variables that some document declares.
    used: BTreeSet<String>,
    sets: BTreeMap<SetName, Origin>,
    /// Whether some document is a binding set.
    looked_into: bool,
    /// Whether something of the current file was left out.
    incomplete: bool,
    manifests: Vec<Manifest>,
    problems: Vec<Problem>,
}

impl Loader<'_> {
    fn take(&mut self, log: Log) {
        self.problems.extend(log.into_problems());
    }

    fn variables(&mut self, inputs: &Inputs) {
        for path in &inputs.var_files {
            let path = clean(path);
            let Some(text) = self.text(&path) else { continue };
            let mut log = Log::new(&display(&path));
            let documents = yaml::parse(&text, &mut log);
            let shown = match log.is_clean() {
                true => mask::variables(&text, &documents),
                false => mask::unreadable(&text),
            };
            self.sources.insert_masked(display(&path), &text, shown);
            for document in &documents {
                let values = read::root::<Map<kind::Variable, kind::Text>>(document, &mut log);
                self.given.extend(values.into_iter().flatten().map(|(name, at)| (name, at.value)));
            }
            self.take(log);
        }
        self.given.extend(inputs.vars.iter().cloned());
    }

    fn region(&mut self, inputs: &Inputs) {
        let region = inputs.region.as_deref().map(Region::parse);
        match region.transpose() {
            Ok(region) => {
                let warning = region.as_ref().and_then(|region| advice::region(region.as_str()));
                let named = |problem: Problem| Problem {
                    message: format!("`--region`: {}", problem.message),
                    ..problem
                };
                self.problems.extend(warning.map(named));
                self.region = region;
            }
            Err(error) => self.problems.push(Problem::error(Code::BadValue, format!("`--region`: {error}"))),
        }
    }

    /// What was asked for on the command line must be somewhere, unless no document could be looked into.
    fn unused_targets(&mut self) {
        if self.looked_into {
            self.wanted.unknown(&mut self.problems);
        }
    }

    /// A variable on the command line that nobody declares is a slip; a file of variables may serve several sets.
    fn unused_variables(&mut self, inputs: &Inputs) {
        for (name, _) in &inputs.vars {
            if self.used.contains(name) || !self.problems.is_empty() && self.used.is_empty() {
                continue;
            }
            let problem = Problem::error(
                Code::UnknownVariable,
                format!("`--var {name}=…`: no variable is named {}", quote(name)),
            );
            self.problems.push(match hint(name, self.used.iter().map(String::as_str)) {
                Some(hint) => problem.hint(hint),
                None => problem.hint("declare it under `spec.variables`"),
            });
        }
    }

    fn file(&mut self, path: &Path) {
        let Some(text) = self.text(path) else { return };
        let name = display(path);
        let mut log = Log::new(&name);
        let start = Position { line: 1, column: 1 };
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        if matches!(stem, Some("kustomization" | "Kustomization")) {
            let hint = "build it first, and give the result: `kustomize build DIR > out.yaml`";
            log.error_with(Code::NotAManifest, start, "this is a kustomization, not a binding set", hint);
            return self.take(log);
        }
        let mut documents = yaml::parse(&text, &mut log);
        let shown = match log.is_clean() {
            true => {
                documents.iter_mut().for_each(|document| misplaced::repair(document, &mut log));
                mask::manifest(&text, &documents)
            }
            false => mask::broken_manifest(&text),
        };
        self.sources.insert_masked(&*name, &text, shown);
        if documents.is_empty() && log.is_clean() {
            let hint = format!("a manifest starts with `apiVersion: {API_VERSION}` and `kind: {KIND}`");
            log.error_with(Code::NotAManifest, start, "the file is empty", hint);
        }
        // Of a name that stands for two things one is left out, and what refers to it is not wrong.
        self.incomplete = log.has(Code::DuplicateKey);
        let full = log.is_full();
        self.take(log);
        // With this many mistakes, what follows would say them again.
        for document in documents.into_iter().filter(|_| !full) {
            self.document(path, &name, document);
        }
    }

    fn document(&mut self, path: &Path, name: &str, document: Node) {
        let mut log = Log::new(name);
        if !is_binding_set(&document, &mut log) {
            return self.take(log);
        }
        self.looked_into = true;
        let Split { targets, warning } = self.wanted.split(&document, &mut log);
        self.problems.extend(warning);
        self.take(log);
        let before = self.problems.len();
        for entry in targets {
            // With this many mistakes, another target would say the same again.
            if self.problems.len() >= before + ENOUGH {
                break;
            }
            let target = entry.as_ref().map(|(key, _)| key.clone());
            let document = entry.map_or_else(|| document.clone(), |entry| with_target(&document, entry));
            self.set(path, name, target, document);
        }
    }

    /// Reads one set: a document for one target.
    fn set(&mut self, path: &Path, name: &str, target: Option<Key>, mut document: Node) {
        let mut log = Log::new(name);
        let part = |name: &str| document.get(keys::SPEC).and_then(|spec| spec.get(name));
        let vars = target.as_ref().and_then(|target| part(keys::TARGETS)?.get(&target.text)?.get(keys::VARS));
        let mut variables = Variables::resolve(
            part(keys::VARIABLES),
            target.as_ref().map(|key| (key, vars)),
            &self.given,
            &mut log,
        );
        self.used.extend(variables.names().map(str::to_owned));
        secrets::plain_secrets(&document, &mut log);
        let secret = hidden::variables(&document, vars);
        substitute(&mut document, &mut variables, &mut log);
        hidden::note(&document, &secret, &variables, &mut self.sources);
        let beside = Beside { target: target.as_ref(), region: self.region.as_ref() };
        let declared = declared::read(&document, beside, &mut log);
        let target = target.map(|target| target.text);
        let folder = path.parent().unwrap_or(Path::new(""));
        let project = Project::of(folder, self.files, self.allow_outside);
        let mut code = FunctionCode { packages: &mut self.packages, folder, project: &project };
        let resolved = resolve::resolve(&declared, &mut code, &mut log);
        let mut reader =
            Reader::new(self.files, (folder, &project), &variables, (&mut self.sources, &mut self.texts));
        let flows::Flows { modules, flows } = flows::flows(&declared, &mut reader, &mut log);
        let mut inside = reader.logs;
        let suppressions = suppressions(&declared, &mut log);
        self.claim(&declared, &mut log);
        variables.blame(target.as_deref(), &secret, &mut log);
        let follow_ups = document::follow_ups(&document, self.incomplete);
        inside.iter_mut().chain([&mut log]).for_each(|log| log.forget(&follow_ups));
        let clean = log.is_clean() && inside.iter().all(Log::is_clean);
        self.take(log);
        inside.into_iter().for_each(|log| self.take(log));
        if let (true, Some(set)) = (clean, declared.set.value()) {
            let resolve::Resolved { accounts, instances, functions } = resolved;
            let (set, digest) = (set.clone(), String::new());
            let mut manifest = Manifest {
                set,
                target,
                digest,
                accounts,
                instances,
                functions,
                modules,
                flows,
                suppressions,
                needs: Needs::default(),
            };
            manifest.needs = Needs::of(&manifest);
            manifest.digest = digest::digest(&manifest);
            self.manifests.push(manifest);
        }
    }

    /// What two documents of one name made could not be told apart.
    fn claim(&mut self, declared: &DeclaredSet, log: &mut Log) {
        let Given::Is(At { value: set, position }) = &declared.set else { return };
        let origin = log.origin(*position);
        if let Some(first) = self.sets.get(set) {
            let message = format!("a second binding set is named `{set}`");
            log.error_with(Code::DuplicateSet, *position, message, format!("the first one is at {first}"));
        } else {
            self.sets.insert(set.clone(), origin);
        }
    }
}

/// Drops what was reported already (one flow file may serve two flows), and what nobody would read.
fn bounded(problems: Vec<Problem>) -> Vec<Problem> {
    let mut kept: Vec<Problem> = Vec::new();
    let mut seen = BTreeSet::new();
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
        kept.push(Problem::error(Code::TooMany, format!("there are {dropped} more problems")));
    }
    kept
}

#[cfg(test)]
mod tests;
