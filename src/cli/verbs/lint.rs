//! `flowbind lint`: flows and modules judged before a caller meets them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::audit::{Auditor, manifest_findings};
use crate::cli::args::{LeastSeverity, LintArgs, LintOutput};
use crate::cli::inputs::flow_files::Inputs;
use crate::cli::inputs::{load, scenarios};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::cli::terminal::note::{Level, Note};
use crate::flow::finding::Severity;
use crate::lint::{self, Input, Linter, Selection, UnknownCode};
use crate::manifest::{Loaded, Manifest, Sources};
use crate::report::{self, lint as formats, lint_markdown};
use crate::resource::{Code, Problem};

pub(in crate::cli) fn run(args: &LintArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    if let Some(code) = &args.explain {
        return explain(code.as_deref(), terminal);
    }
    let selection = Selection::new(&args.select, &args.ignore, least(args.least)).map_err(unknown)?;
    let mut linter = Linter::new(&selection);
    let mut inputs = Inputs::of(&args.manifest.paths, args.manifest.allow_outside);
    let mut sources = Sources::default();
    let mut problems = Vec::new();
    let judged = manifests(args, (&mut inputs, &mut problems), &mut linter, &mut sources, terminal);
    for file in std::mem::take(&mut inputs.flows) {
        inputs.read(&file, &judged, &mut linter, &mut sources);
    }
    let report = linter.finish();
    let broken = !inputs.unread.is_empty();
    for notice in &inputs.unread {
        let note = Note::new(Level::Error, notice.message.as_str()).worded(formats::unread(notice));
        terminal.note(&note.field("file", notice.file.as_str()));
    }
    match args.output {
        // Where nothing could be read, a sum would only read as if all were well.
        LintOutput::Text if broken && report.files == 0 => {}
        LintOutput::Text => terminal.result(&formats::text(&report, &sources, true, &terminal.layout()))?,
        LintOutput::Json => terminal
            .result(&formats::json(&report, &inputs.unread, &problems).map_err(std::io::Error::from)?)?,
        LintOutput::Sarif => {
            let log = formats::sarif(&report, &sources, &inputs.unread).map_err(std::io::Error::from)?;
            terminal.result(&log)?;
        }
        LintOutput::Github => terminal.result(&formats::github(&report, &sources))?,
        LintOutput::Markdown => terminal.result(&lint_markdown(&report, &sources, &inputs.unread))?,
    }
    Ok(Exit::of_lint(broken, report.fails()))
}

const fn least(severity: LeastSeverity) -> Severity {
    match severity {
        LeastSeverity::Error => Severity::Error,
        LeastSeverity::Warning => Severity::Warning,
        LeastSeverity::Advice => Severity::Advice,
        LeastSeverity::Info => Severity::Info,
    }
}

fn unknown(error: UnknownCode) -> Failure {
    let hint = error.hint.clone();
    Failure::new(Exit::Usage, error).hint(hint)
}

fn explain(code: Option<&str>, terminal: &Terminal) -> Result<Exit, Failure> {
    let page = match code {
        None => formats::list(&lint::codes(), &terminal.layout()),
        Some(code) => {
            let meta = lint::find(code).ok_or_else(|| unknown(UnknownCode::of(code)))?;
            formats::explain(meta, &terminal.layout())
        }
    };
    terminal.result(&page)?;
    Ok(Exit::Done)
}

/// Judges the manifests' flows, and names the files that need not be judged again. `found` takes what is wrong with the
/// manifests.
fn manifests(
    args: &LintArgs,
    (inputs, found): (&mut Inputs, &mut Vec<Problem>),
    linter: &mut Linter<'_>,
    sources: &mut Sources,
    terminal: &Terminal,
) -> BTreeSet<PathBuf> {
    let mut judged = BTreeSet::new();
    if inputs.manifests.is_empty() {
        scenario_files(inputs, &[], linter, sources);
        return judged;
    }
    let loaded = match load::read(&inputs.manifests, &args.manifest.inputs(), terminal) {
        Ok(loaded) => loaded,
        Err(problems) => {
            load::show(&problems.problems, &problems.sources, terminal);
            let many = report::count(problems.problems.len(), "problem");
            let message = format!("the manifest has {many}; its flows are checked without it");
            for path in std::mem::take(&mut inputs.manifests) {
                inputs.unread(&path, &message);
            }
            *found = problems.problems;
            scenario_files(inputs, &[], linter, sources);
            return judged;
        }
    };
    let Loaded { manifests, warnings, sources: read } = loaded;
    load::show(&warnings, &read, terminal);
    *found = warnings;
    scenario_files(inputs, &manifests, linter, sources);
    for manifest in &manifests {
        let auditor = Auditor::new(manifest, None);
        linter.problems(manifest_findings(manifest), &manifest.suppressions);
        for found in lint::manifest_flows(manifest) {
            // Of a file outside of the project no line is shown.
            let text = read.get(found.path).map_or(&found.desired, |_| found.written);
            for instance in found.instances {
                let facts = auditor.facts(found.kind, instance, found.flow);
                let desired = Some(&found.desired);
                let input = Input { name: found.path, text, desired, flow: found.flow, facts: &facts };
                linter.flow(&input, &manifest.suppressions);
            }
            sources.insert(found.path, text.as_str());
            judged.extend(PathBuf::from(found.path).canonicalize());
        }
    }
    for file in read.files() {
        if let Some(text) = read.get(file).filter(|_| sources.get(file).is_none()) {
            sources.insert(file, text);
        }
    }
    judged
}

/// Checks scenarios: each by itself, and what it names against the manifest that it lies beside.
fn scenario_files(inputs: &Inputs, manifests: &[Manifest], linter: &mut Linter<'_>, sources: &mut Sources) {
    let problems = scenarios::problems(&inputs.scenarios, manifests, sources);
    let broken = |problem| Problem { code: Code::Rule(lint::BROKEN_SCENARIO.code), ..problem };
    linter.problems(problems.into_iter().map(broken).collect(), &[]);
}
