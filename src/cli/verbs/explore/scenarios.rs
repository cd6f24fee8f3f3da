//! `explore --scenarios`: files of scenarios for what no scenario shows yet.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};

use crate::cli::inputs::load;
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::cli::terminal::note::Note;
use crate::disk;
use crate::flow::engine::{Assumptions, Branch, Place};
use crate::flow::explore;
use crate::manifest::{self, Disk, Files, MAX_MANIFEST_BYTES, Problems, Scenario};
use crate::report::{self, ExploredFlows};
use crate::simulate::{self, Progress, Simulation, Subject};

/// What stands above the scenarios of a file.
const HEAD: &str = "# Written by `flowbind explore --scenarios`: together these take every branch that a contact can take.\n\
                    # Say under `expect` what must happen in each.\n";

/// The branches that a contact took, one after the other.
type Steps = Vec<(Place, Branch)>;

/// Writes scenarios for every branch that those in `folder` and beside the manifests do not take, a file for each flow.
pub(super) fn write(
    folder: &Path,
    manifests: &[PathBuf],
    explored: &[(&ExploredFlows, Subject<'_>)],
    terminal: &Terminal,
) -> Result<(), Failure> {
    let known = read(folder, manifests, terminal)?;
    let mut files: BTreeMap<String, Vec<Scenario>> = BTreeMap::new();
    let (mut taken, mut unsaid) = (BTreeMap::<String, Vec<Steps>>::new(), 0);
    for (flows, subject) in explored {
        // The flows of a set are the same on each of its instances.
        let taken = taken.entry(subject.manifest.set.to_string()).or_default();
        taken.extend(known.iter().filter_map(|scenario| path_of(subject, scenario)));
        let assumptions = Assumptions::default();
        for cover in explore::cover(&flows.program, &assumptions, &flows.explored, taken) {
            let file = match &flows.set {
                Some(set) => format!("{set}-{}", cover.way.start.name),
                None => cover.way.start.name.clone(),
            };
            let list = files.entry(file).or_default();
            let names = known.iter().chain(list.iter()).map(|scenario| scenario.name.as_str());
            let name = unlike(report::scenario_name(flows, &cover), &names.collect());
            match simulate::from_way(subject, &cover.way, &name) {
                Some(scenario) => {
                    taken.extend(path_of(subject, &scenario));
                    list.push(scenario);
                }
                None => unsaid += 1,
            }
        }
    }
    files.retain(|_, scenarios| !scenarios.is_empty());
    if files.is_empty() {
        terminal.say(&format!(
            "Nothing was written: scenarios take every branch already ({}).",
            folder.display()
        ));
    } else {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))
            .map_err(failed)?;
    }
    for (name, scenarios) in files {
        let path = save(folder, &name, &scenarios)?;
        terminal.say(&format!("Wrote {} to {}.", report::count(scenarios.len(), "scenario"), path.display()));
    }
    if unsaid > 0 {
        let text = format!("{} that no scenario can say were left out", report::count(unsaid, "way"));
        terminal.note(&Note::warning("warning:", text));
    }
    Ok(())
}

fn failed(error: anyhow::Error) -> Failure {
    Failure::new(Exit::Error, error)
}

/// Writes a file that is not there yet: the name gets a number where it is.
fn save(folder: &Path, name: &str, scenarios: &[Scenario]) -> Result<PathBuf, Failure> {
    let documents: Vec<String> = scenarios.iter().map(manifest::scenario_yaml).collect();
    let text = format!("{HEAD}{}", documents.join("---\n"));
    let mut number = 1;
    loop {
        let file = if number == 1 { format!("{name}.yaml") } else { format!("{name}-{number}.yaml") };
        let path = folder.join(file);
        match disk::create(&path, text.as_bytes(), disk::Access::Usual) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => {
                let error = anyhow!(error).context(format!("cannot write {}", path.display()));
                return Err(failed(error));
            }
        }
    }
}

/// Gives a name a number where others have it.
fn unlike(name: String, others: &BTreeSet<&str>) -> String {
    let numbered = (2..).map(|number| format!("{name} {number}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| !others.contains(name.as_str())).unwrap_or(name)
}

/// Reads the scenarios in a folder, and in the folders `scenarios` beside the manifests.
fn read(folder: &Path, manifests: &[PathBuf], terminal: &Terminal) -> Result<Vec<Scenario>, Failure> {
    let beside = manifests.iter().map(|path| path.with_file_name("scenarios"));
    let folders: BTreeSet<PathBuf> =
        beside.chain([folder.to_path_buf()]).filter_map(|folder| folder.canonicalize().ok()).collect();
    let mut found = Vec::new();
    for folder in folders {
        let entries = std::fs::read_dir(&folder).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
        let entries = entries.with_context(|| format!("cannot read {}", folder.display())).map_err(failed)?;
        let mut paths: Vec<PathBuf> = entries.iter().map(std::fs::DirEntry::path).collect();
        paths.sort();
        for path in paths.into_iter().filter(|path| has_scenarios(path)) {
            let loaded = manifest::load_scenarios(&path, &Disk);
            let (scenarios, _) = loaded.map_err(|Problems { problems, sources }| {
                load::show(&problems, &sources, terminal);
                let error = anyhow!("cannot see what the scenarios of {} take", path.display());
                Failure::new(Exit::Error, error).hint("fix the errors above, then run again.".to_owned())
            })?;
            found.extend(scenarios);
        }
    }
    Ok(found)
}

fn has_scenarios(path: &Path) -> bool {
    let yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    let text = if yaml { Disk.read(path, MAX_MANIFEST_BYTES as u64).ok() } else { None };
    text.is_some_and(|bytes| {
        String::from_utf8_lossy(&bytes).lines().any(|line| line.trim_end() == "kind: Scenario")
    })
}

/// Runs a scenario as far as it says, and returns the branches that it takes; none where it is of another flow.
fn path_of(subject: &Subject<'_>, scenario: &Scenario) -> Option<Steps> {
    let (flow, spec) = subject.manifest.flows.get_key_value(&scenario.flow)?;
    let elsewhere = scenario.instance.as_ref().is_some_and(|instance| instance != subject.instance);
    if elsewhere || spec.content.is_none() || !spec.instances.contains(subject.instance) {
        return None;
    }
    let subject = Subject { flow, kind: spec.kind, ..subject.clone() };
    let mut simulation = Simulation::of(subject, scenario.clone(), 0);
    let mut path = Steps::new();
    while let Progress::Went(taken) = simulation.advance() {
        path.push((taken.went.at.clone(), taken.went.branch));
        path.extend(taken.went.back.clone());
    }
    Some(path)
}
