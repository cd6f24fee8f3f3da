//! The scenarios that a command line means, and the manifests that they are beside.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::load;
use crate::cli::args::ManifestArgs;
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::manifest::{
    self, Disk, Files, Loaded, MAX_MANIFEST_BYTES, Manifest, Problems, Scenario, Sources, is_manifest_file,
    is_scenario_file,
};
use crate::report::Found;
use crate::resource::{Address, Code, Kind, Problem};
use crate::simulate::{self, Subject, unknown_blocks};

/// Where scenarios lie, beside a manifest.
const FOLDER: &str = "scenarios";

/// A file of scenarios, and the folder of the manifest that it is beside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cli) struct ScenarioFile {
    pub(in crate::cli) path: PathBuf,
    pub(in crate::cli) beside: PathBuf,
}

/// What paths mean.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::cli) struct Paths {
    pub(in crate::cli) manifests: Vec<PathBuf>,
    pub(in crate::cli) scenarios: Vec<ScenarioFile>,
}

impl Paths {
    /// Finds the scenarios of paths: those beside manifests, and those that are named themselves.
    pub(in crate::cli) fn of(paths: &[PathBuf]) -> Self {
        let mut found = Self::default();
        for path in paths {
            match path.is_dir() {
                true => found.folder(path),
                false if is_scenario(path) => found.named(path.clone()),
                false => {
                    found.manifest(path.clone());
                    found.beside(folder_of(path));
                }
            }
        }
        found
    }

    fn manifest(&mut self, path: PathBuf) {
        if !self.manifests.contains(&path) {
            self.manifests.push(path);
        }
    }

    fn scenario(&mut self, file: ScenarioFile) {
        if !self.scenarios.contains(&file) {
            self.scenarios.push(file);
        }
    }

    fn folder(&mut self, folder: &Path) {
        let scenarios: Vec<PathBuf> =
            yaml_files(folder).into_iter().filter(|path| is_scenario(path)).collect();
        if has_manifest(folder) || scenarios.is_empty() {
            self.manifest(folder.to_owned());
            return self.beside(folder);
        }
        walk(folder).into_iter().filter(|path| is_scenario(path)).for_each(|path| self.named(path));
    }

    /// The scenarios beside the manifest of a folder.
    fn beside(&mut self, folder: &Path) {
        // In the folder of scenarios a file that is none is a mistake, and is told as one.
        let here = yaml_files(folder).into_iter().filter(|path| is_scenario(path));
        for path in here.chain(walk(&folder.join(FOLDER))) {
            self.scenario(ScenarioFile { path, beside: folder.to_owned() });
        }
    }

    /// A file of scenarios that was named: its manifest is in the nearest folder above that has one.
    fn named(&mut self, path: PathBuf) {
        let above = folder_of(&path).ancestors().find(|folder| has_manifest(folder));
        let beside = above.unwrap_or_else(|| folder_of(&path)).to_owned();
        if above.is_some() && !self.manifests.iter().any(|manifest| folder_of(manifest) == beside) {
            self.manifest(beside.clone());
        }
        self.scenario(ScenarioFile { path, beside });
    }
}

/// The folder of a file; the empty path is the working folder.
fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

/// Whether a folder has a manifest of flowbind's.
fn has_manifest(folder: &Path) -> bool {
    yaml_files(folder).iter().any(|path| text(path).is_some_and(|text| is_manifest_file(&text)))
}

/// Whether a file holds scenarios and nothing else.
pub(super) fn is_scenario(path: &Path) -> bool {
    text(path).is_some_and(|text| is_scenario_file(&text))
}

fn text(path: &Path) -> Option<String> {
    let bytes = Disk.read(path, MAX_MANIFEST_BYTES as u64).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The `*.yaml` and `*.yml` of a folder, in the order of their names.
fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let shown = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = fs::read_dir(shown).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| folder.join(entry.file_name()))
        .filter(|path| is_yaml(path) && path.is_file())
        .collect();
    files.sort();
    files
}

fn is_yaml(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    !hidden && path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// The same of a folder and those in it; links of folders are not followed.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut files = yaml_files(folder);
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_folder = |entry: &fs::DirEntry| {
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        !hidden && entry.file_type().is_ok_and(|kind| kind.is_dir())
    };
    let mut inside: Vec<PathBuf> =
        entries.filter(is_folder).map(|entry| folder.join(entry.file_name())).collect();
    inside.sort();
    files.extend(inside.iter().flat_map(|folder| walk(folder)));
    files
}

/// A scenario, and the folder of its manifest.
#[derive(Debug, Clone)]
pub(in crate::cli) struct OfFile {
    pub(in crate::cli) scenario: Scenario,
    pub(in crate::cli) file: ScenarioFile,
}

impl OfFile {
    /// Whether it lies beside the manifest of a set.
    fn is_beside(&self, manifest: &Manifest) -> bool {
        let beside = match self.file.beside.strip_prefix(".") {
            Ok(rest) => rest,
            Err(_) => &self.file.beside,
        };
        let mut origins = manifest.instances.values().map(|instance| Path::new(&instance.origin.file));
        origins.any(|file| file.starts_with(beside))
    }
}

/// Reads manifests and their scenarios, or shows what is wrong with any of them and fails.
pub(in crate::cli) fn load(
    args: &ManifestArgs,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<(Loaded, Sources, Vec<OfFile>), Failure> {
    let given = ManifestArgs { paths: paths.manifests.clone(), ..args.clone() };
    if paths.manifests.is_empty() {
        let named: Vec<String> = paths.scenarios.iter().map(|file| file.path.display().to_string()).collect();
        let error = anyhow!("no manifest is beside {}", named.join(", "));
        let hint = "name the manifest too, or put the scenarios into the folder `scenarios` beside it.";
        return Err(Failure::new(Exit::Error, error).hint(hint.to_owned()));
    }
    let loaded = load::load_or_show(&given, None, terminal)?;
    let mut sources = Sources::default();
    let (found, wrong) = read(&paths.scenarios, &mut sources);
    if wrong.is_empty() {
        return Ok((loaded, sources, found));
    }
    load::show(&wrong, &sources, terminal);
    Err(not_loaded(wrong))
}

/// Reads files of scenarios.
fn read(files: &[ScenarioFile], sources: &mut Sources) -> (Vec<OfFile>, Vec<Problem>) {
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for file in files {
        let read = match manifest::load_scenarios(&file.path, &Disk) {
            Ok((some, read)) => {
                found.extend(some.into_iter().map(|scenario| OfFile { scenario, file: file.clone() }));
                read
            }
            Err(Problems { problems, sources }) => {
                wrong.extend(problems);
                sources
            }
        };
        for name in read.files() {
            sources.insert(name, read.get(name).unwrap_or_default());
        }
    }
    (found, wrong)
}

/// Says what is wrong with files of scenarios, held against the manifests that they lie beside.
pub(in crate::cli) fn problems(
    files: &[PathBuf],
    manifests: &[Manifest],
    sources: &mut Sources,
) -> Vec<Problem> {
    let mut paths = Paths::default();
    files.iter().for_each(|file| paths.named(file.clone()));
    let (found, mut wrong) = read(&paths.scenarios, sources);
    // Without its manifest nothing is known of what a scenario names.
    let found: Vec<OfFile> =
        found.into_iter().filter(|one| manifests.iter().any(|set| one.is_beside(set))).collect();
    wrong.extend(together(&found, manifests).1);
    wrong
}

/// Says that scenarios are wrong, which was shown.
pub(in crate::cli) fn not_loaded(problems: Vec<Problem>) -> Failure {
    let error =
        anyhow!("the scenarios have {}; none was played", crate::report::count(problems.len(), "error"));
    let failure = Failure::new(Exit::Error, error).hint("fix the errors above, then run again.".to_owned());
    failure.with(Found::problems(problems))
}

/// A scenario and the flows that it is played through.
pub(in crate::cli) struct Case<'m> {
    pub(in crate::cli) subject: Subject<'m>,
    pub(in crate::cli) scenario: &'m Scenario,
}

/// Brings scenarios and sets together, and says what is wrong with the scenarios. Each is played once for each set that it
/// lies beside.
pub(in crate::cli) fn cases<'m>(
    found: &'m [OfFile],
    manifests: &'m [Manifest],
) -> (Vec<Case<'m>>, Vec<Problem>) {
    let (together, mut wrong) = together(found, manifests);
    let mut cases = Vec::new();
    for (manifest, address, scenario) in together {
        match simulate::subject(manifest, &address) {
            Ok(subject) => cases.push(Case { subject, scenario }),
            Err(error) => wrong.push(no_flow(scenario, error.to_string())),
        }
    }
    (cases, wrong)
}

fn no_flow(scenario: &Scenario, message: String) -> Problem {
    Problem { origin: scenario.origin.clone(), ..Problem::error(Code::UnknownFlow, message) }
}

/// A set, the flow that a scenario of it meets, and the scenario.
type Together<'m> = (&'m Manifest, Address, &'m Scenario);

/// Brings scenarios and the sets that they lie beside together, and says what is wrong with the scenarios. No flow is parsed
/// for that. A scenario is of the first instance unless it names one.
fn together<'m>(found: &'m [OfFile], manifests: &'m [Manifest]) -> (Vec<Together<'m>>, Vec<Problem>) {
    let (mut all, mut wrong) = (Vec::new(), Vec::new());
    for one in found {
        let scenario = &one.scenario;
        let sets = manifests.iter().filter(|manifest| one.is_beside(manifest));
        let sets = sets.filter_map(|manifest| Some((manifest, manifest.flows.get(&scenario.flow)?)));
        let mut is_somewhere = false;
        for (manifest, flow) in sets {
            is_somewhere = true;
            let named = scenario.instance.as_ref();
            let instance = named.or(flow.instances.first());
            match instance.filter(|instance| flow.instances.contains(instance)) {
                Some(instance) => {
                    wrong.extend(unknown_blocks(manifest, instance, scenario));
                    let at = Some(instance.clone());
                    let address = Address { at, ..Address::new(Kind::Flow, &scenario.flow) };
                    all.push((manifest, address, scenario));
                }
                None => {
                    let known: Vec<String> = flow.instances.iter().map(ToString::to_string).collect();
                    let named = named.map(ToString::to_string).unwrap_or_default();
                    let message = format!("flow/{} is not assigned to the instance `{named}`", scenario.flow);
                    let problem = no_flow(scenario, message);
                    wrong.push(problem.hint(format!("it is on {}", known.join(", "))));
                }
            }
        }
        if !is_somewhere {
            wrong.push(unknown_flow(scenario, manifests));
        }
    }
    // Sets of one manifest say the same.
    let mut seen = BTreeSet::new();
    wrong.retain(|problem| seen.insert(problem.clone()));
    (all, wrong)
}

fn unknown_flow(scenario: &Scenario, manifests: &[Manifest]) -> Problem {
    let message = format!("no manifest beside the scenario `{}` has flow/{}", scenario.name, scenario.flow);
    let known = manifests.iter().flat_map(|manifest| manifest.flows.keys()).map(|name| name.as_str());
    let problem = Problem::error(Code::UnknownFlow, message);
    let problem = match manifest::suggest(scenario.flow.as_str(), known) {
        Some(hint) => problem.hint(hint),
        None => problem,
    };
    Problem { origin: scenario.origin.clone(), ..problem }
}
