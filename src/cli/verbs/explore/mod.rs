//! `flowbind explore`: every way through flows, offline.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::anyhow;

use crate::cli::args::{ExploreArgs, ExploreOutput, ManifestArgs};
use crate::cli::inputs::flow_files::Inputs;
use crate::cli::inputs::load;
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::cli::terminal::note::{Level, Note};
use crate::flow::Document;
use crate::flow::engine::{Assumptions, Code, Key, Program};
use crate::flow::explore::{self, Problem, Shows};
use crate::flow::finding::Severity;
use crate::flow::stub::FlowType;
use crate::lint::{Linter, Selection, UNREADABLE_FLOW};
use crate::manifest::{Loaded, Manifest, Sources};
use crate::report::{self, Exploration, ExploredFlows, FlowSource, lint as formats};
use crate::resource::{Address, Kind};
use crate::simulate::{self, Subject};

mod scenarios;

pub(in crate::cli) fn run(args: &ExploreArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut inputs = Inputs::of(&args.manifest.paths, args.manifest.allow_outside);
    let mut sources = Sources::default();
    let manifests = inputs.manifests.clone();
    let loaded = match inputs.manifests.is_empty() {
        true => None,
        false => {
            let given = ManifestArgs { paths: manifests.clone(), ..args.manifest.clone() };
            Some(load::load_or_show(&given, None, terminal)?)
        }
    };
    if let (Some(_), None) = (&args.scenarios, &loaded) {
        let error = anyhow!("scenarios need a manifest, by whose names they name flows and functions");
        let hint =
            "name the manifest that has these flows; `flowbind init` writes one to begin with.".to_owned();
        return Err(Failure::new(Exit::Usage, error).hint(hint));
    }
    let (mut all, mut subjects) = (Vec::new(), Vec::new());
    let judged = match &loaded {
        Some(loaded) => of_manifests(loaded, (&mut all, &mut subjects), &mut sources)?,
        None => BTreeSet::new(),
    };
    if args.output == ExploreOutput::Json {
        all.iter_mut().zip(&subjects).for_each(|(flows, subject)| shown(flows, subject));
    }
    let unreadable = of_files(&mut inputs, &judged, &mut all, &mut sources)?;
    let exploration =
        Exploration { all, unreadable, unread: inputs.unread, sources, saved: args.scenarios.is_some() };
    for notice in &exploration.unread {
        let note = Note::new(Level::Error, notice.message.as_str()).worded(formats::unread(notice));
        terminal.note(&note.field("file", notice.file.as_str()));
    }
    let unread = !exploration.unread.is_empty();
    if exploration.all.is_empty() && exploration.unreadable.findings.is_empty() && !unread {
        return Err(Failure::new(Exit::Error, nothing(loaded.is_some())));
    }
    match args.output {
        // Where nothing could be read, a sum would only read as if all were well.
        ExploreOutput::Text if unread && exploration.all.is_empty() => {}
        ExploreOutput::Text => {
            let layout = terminal.layout();
            terminal.result(&report::explore_text(&exploration, terminal.is_verbose(), &layout))?;
        }
        ExploreOutput::Json => terminal.json(&report::ExploreDocument::new(&exploration))?,
        ExploreOutput::Sarif => {
            terminal.result(&report::explore_sarif(&exploration).map_err(std::io::Error::from)?)?;
        }
        ExploreOutput::Github => terminal.result(&report::explore_github(&exploration))?,
    }
    if let Some(folder) = &args.scenarios {
        let explored: Vec<_> = exploration.all.iter().zip(subjects).collect();
        scenarios::write(folder, &manifests, &explored, terminal)?;
    }
    let mut findings = exploration.all.iter().flat_map(|one| &one.explored.findings);
    let wrong = findings.any(|finding| finding.problem != Problem::LongestSilence);
    Ok(Exit::of_lint(unread, wrong || !exploration.unreadable.findings.is_empty()))
}

fn nothing(manifests: bool) -> anyhow::Error {
    match manifests {
        true => {
            anyhow!("no flow of these manifests has `content:`, so only Amazon Connect knows their blocks")
        }
        false => anyhow!("no flow and no manifest was found there"),
    }
}

/// What is explored of manifests, and beside it what a contact is sent through.
type Explored<'m, 'a> = (&'a mut Vec<ExploredFlows>, &'a mut Vec<Subject<'m>>);

/// Explores the flows of manifests, and returns their files.
fn of_manifests<'m>(
    loaded: &'m Loaded,
    (all, subjects): Explored<'m, '_>,
    sources: &mut Sources,
) -> Result<BTreeSet<PathBuf>, Failure> {
    let several = loaded.manifests.len() > 1;
    let mut judged = BTreeSet::new();
    for manifest in &loaded.manifests {
        instances(manifest, several, (all, subjects))?;
        for (_, _, flow) in manifest.contents() {
            let Some(content) = &flow.content else { continue };
            let read = loaded.sources.get(&content.path).unwrap_or_else(|| content.text.as_str());
            sources.insert(content.path.as_str(), read);
            judged.extend(PathBuf::from(&content.path).canonicalize());
        }
    }
    Ok(judged)
}

/// Explores the flows of each instance together, since contacts go from one to the other.
fn instances<'m>(
    manifest: &'m Manifest,
    several: bool,
    (all, subjects): Explored<'m, '_>,
) -> Result<(), Failure> {
    for instance in manifest.instances.keys() {
        let on_it =
            |flow: &crate::manifest::Flow| flow.content.is_some() && flow.instances.contains(instance);
        let Some((name, _)) = manifest.flows.iter().find(|(_, flow)| on_it(flow)) else { continue };
        let address = Address { at: Some(instance.clone()), ..Address::new(Kind::Flow, name) };
        let subject =
            simulate::subject(manifest, &address).map_err(|error| Failure::new(Exit::Error, error))?;
        let mut files = BTreeMap::new();
        for (kind, name, flow) in manifest.contents() {
            let key =
                if kind == Kind::Module { Key::module(name.as_str()) } else { Key::flow(name.as_str()) };
            let written = flow.content.as_ref().map(|content| (&content.path, content.written.document()));
            if let (Some((path, Ok(document))), true) = (written, subject.program.flows.contains_key(&key)) {
                files.insert(key, FlowSource { name: path.clone(), document: Arc::clone(document) });
            }
        }
        let set = several.then(|| manifest.set.to_string());
        all.push(explored(set, Some(instance.to_string()), subject.program.clone(), files));
        subjects.push(subject);
    }
    Ok(())
}

fn explored(
    set: Option<String>,
    instance: Option<String>,
    program: Program,
    files: BTreeMap<Key, FlowSource>,
) -> ExploredFlows {
    let starts: Vec<_> = program.flows.keys().cloned().collect();
    let explored = explore::explore(&program, &starts, &Assumptions::default());
    ExploredFlows { set, instance, program, explored, files, scenarios: BTreeMap::new() }
}

/// Makes the scenario that shows each finding.
fn shown(flows: &mut ExploredFlows, subject: &Subject<'_>) {
    for cover in explore::shown(&flows.program, &Assumptions::default(), &flows.explored) {
        let name = report::scenario_name(flows, &cover);
        if let (Shows::Finding(at), Some(scenario)) =
            (&cover.shows, simulate::from_way(subject, &cover.way, &name))
        {
            flows.scenarios.insert(*at, scenario);
        }
    }
}

/// Explores flow files of which nothing else is known, each by itself, and returns those that cannot be parsed.
fn of_files(
    inputs: &mut Inputs,
    judged: &BTreeSet<PathBuf>,
    all: &mut Vec<ExploredFlows>,
    sources: &mut Sources,
) -> Result<crate::lint::Report, Failure> {
    let only = [UNREADABLE_FLOW.code.to_owned()];
    let selection =
        Selection::new(&only, &[], Severity::Info).map_err(|error| Failure::new(Exit::Error, error))?;
    let mut linter = Linter::new(&selection);
    for file in std::mem::take(&mut inputs.flows) {
        let Some(name) = inputs.read(&file, judged, &mut linter, sources) else { continue };
        let parsed = sources.get(&name).and_then(|text| Document::parse(text).ok());
        // What cannot be parsed, the linter reports.
        let Some(document) = parsed.map(Arc::new) else { continue };
        let stem = file.path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let is_module = document.blocks().iter().any(|block| block.kind == "EndFlowModuleExecution");
        let name_of = stem.unwrap_or_else(|| name.clone());
        let (key, kind) = match is_module {
            true => (Key::module(&name_of), FlowType::Module),
            false => (Key::flow(&name_of), FlowType::ContactFlow),
        };
        let code = Code { document: Arc::clone(&document), kind };
        let program = Program { flows: [(key.clone(), code)].into(), ..Program::default() };
        let files = [(key, FlowSource { name, document })].into();
        all.push(explored(None, None, program, files));
    }
    Ok(linter.finish())
}
