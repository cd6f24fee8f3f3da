//! Loads manifests, and shows everything that is wrong with them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::cli::args::{AwsArgs, EmulatorArgs, ManifestArgs, SANDBOX, retype};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::cli::terminal::note::{Level, Note};
use crate::manifest::{self, Disk, Inputs, LeftOut, Loaded, Package, Problems, Sources};
use crate::report::{Found, Layout, count, source};
use crate::resource::{Code, Origin, Problem, Severity};

/// So many problems with one hint show it once.
const MANY: usize = 3;

/// Reads manifests. From then on nothing that is written shows the values of their environments.
pub(in crate::cli) fn load(args: &ManifestArgs, terminal: &Terminal) -> Result<Loaded, Problems> {
    let loaded = read(&args.paths, &args.inputs(), terminal)?;
    log_left_out(&loaded);
    Ok(loaded)
}

/// Reads manifests with what is given beside them, and tells the terminal's mask their secrets.
pub(in crate::cli) fn read(
    paths: &[PathBuf],
    inputs: &Inputs,
    terminal: &Terminal,
) -> Result<Loaded, Problems> {
    let loaded = manifest::load(paths, inputs, &Disk);
    let sources = loaded.as_ref().map_or_else(|problems| &problems.sources, |loaded| &loaded.sources);
    sources.teach(terminal.mask());
    loaded
}

/// Logs what the packages of functions do not hold, each package once.
fn log_left_out(loaded: &Loaded) {
    let functions = loaded.manifests.iter().flat_map(|manifest| manifest.functions.values());
    let mut seen = BTreeSet::new();
    for code in functions.filter_map(|function| Some(&function.source.as_ref()?.code)) {
        let Package { path, left_out: LeftOut { names, count }, .. } = code;
        if *count > 0 && seen.insert((path, &code.digest, *count)) {
            let more = count - names.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            // Names are quoted as text, so that none forges a line.
            tracing::info!("the package of {path:?} leaves out {count} of its entries: {names:?}{more}");
        }
    }
}

/// Reads manifests, or shows what is wrong and fails. `aws` are the options of a command that goes on to AWS.
pub(in crate::cli) fn load_or_show(
    args: &ManifestArgs,
    aws: Option<&AwsArgs>,
    terminal: &Terminal,
) -> Result<Loaded, Failure> {
    let loaded = load(args, terminal);
    if let Ok(loaded) = &loaded {
        show(&loaded.warnings, &loaded.sources, terminal);
    }
    loaded.map_err(|Problems { problems, sources }| {
        show(&problems, &sources, terminal);
        let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
        let what = count(errors, "error");
        let hint = aws.and_then(|aws| sandbox_file(args, aws, &problems)).unwrap_or_else(|| match errors {
            1 => "fix the error above, then run again.".to_owned(),
            _ => "fix the errors above, then run again.".to_owned(),
        });
        let error = anyhow::anyhow!("no manifest was loaded: {what}; nothing was read from AWS or written");
        Failure::new(Exit::Error, error).hint(hint).with(Found::problems(problems))
    })
}

/// Says how `--sandbox` takes its file, where a path that is no manifest looks like one that was meant for it.
fn sandbox_file(args: &ManifestArgs, aws: &AwsArgs, problems: &[Problem]) -> Option<String> {
    problems.iter().find(|problem| [Code::NotAManifest, Code::Unreadable].contains(&problem.code))?;
    aws.sandbox.as_ref().filter(|file| file.as_os_str() == SANDBOX)?;
    let file =
        args.paths.iter().find(|path| path.extension().is_some_and(|extension| extension == "json"))?;
    let file = retype::quoted(&file.display().to_string());
    Some(format!("`--sandbox` takes its file with `=`: `--sandbox={file}`."))
}

/// Shows problems of files where they are; ARNs are shown as the files have them.
pub(in crate::cli) fn show(problems: &[Problem], sources: &Sources, terminal: &Terminal) {
    show_in(&Layout { whole_arns: true, ..terminal.notes_layout() }, problems, sources, terminal);
}

/// Shows problems between a manifest and AWS where they are.
pub(in crate::cli) fn show_live(problems: &[Problem], sources: &Sources, terminal: &Terminal) {
    show_in(&terminal.notes_layout(), problems, sources, terminal);
}

fn show_in(layout: &Layout, problems: &[Problem], sources: &Sources, terminal: &Terminal) {
    for (problem, hinted) in together(problems) {
        terminal.note(&note(problem, sources, hinted, layout));
    }
}

/// Brings problems together that many have one hint: only the last of them shows it. Everything else keeps its order.
fn together(problems: &[Problem]) -> Vec<(&Problem, bool)> {
    let same = |a: &Problem, b: &Problem| {
        a.hint.is_some() && (a.severity, a.code, &a.hint) == (b.severity, b.code, &b.hint)
    };
    let mut shown: Vec<(&Problem, bool)> = Vec::new();
    for (at, problem) in problems.iter().enumerate() {
        let group: Vec<&Problem> = problems.iter().filter(|other| same(problem, other)).collect();
        if group.len() < MANY {
            shown.push((problem, true));
        } else if !problems[..at].iter().any(|before| same(problem, before)) {
            let last = group.len() - 1;
            shown.extend(group.into_iter().enumerate().map(|(n, problem)| (problem, n == last)));
        }
    }
    shown
}

fn note(problem: &Problem, sources: &Sources, hinted: bool, layout: &Layout) -> Note {
    let level = match problem.severity {
        Severity::Error => Level::Error,
        Severity::Held | Severity::Warning => Level::Warning,
    };
    let text = match hinted {
        true => source::render(problem, sources, true, layout),
        false => source::render(&Problem { hint: None, ..problem.clone() }, sources, true, layout),
    };
    let mut note = Note::new(level, problem.message.clone()).laid_out(text.trim_end());
    note = note.hint(problem.hint.as_ref()).field("code", problem.code.as_str());
    if let Some(address) = &problem.address {
        note = note.field("address", address.to_string());
    }
    if let Some(Origin { file, line, column }) = &problem.origin {
        note = note.field("file", file.as_str()).field("line", *line).field("column", *column);
    }
    note
}

/// The same for the world of an emulator.
pub(in crate::cli) fn world(args: &EmulatorArgs, terminal: &Terminal) -> Result<Loaded, Failure> {
    let (paths, vars, targets) = (args.world.clone(), args.vars.clone(), args.targets.clone());
    let (var_files, allow_outside) = (Vec::new(), args.allow_outside);
    let args = ManifestArgs { paths, vars, targets, var_files, region: None, allow_outside };
    load_or_show(&args, None, terminal)
}
