//! `flowbind test`: scenarios played through the flows of manifests, offline.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::anyhow;

use crate::cli::args::{TestArgs, TestOutput};
use crate::cli::inputs::load;
use crate::cli::inputs::scenarios::{self, Case, Paths, not_loaded};
use crate::cli::run::rehearsal::Rehearsal;
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::cli::terminal::note::Note;
use crate::manifest::{Manifest, Scenario};
use crate::report::{self, Sweep, SweepDocument, Test, TestDocument, Tests};
use crate::resource::{Address, Kind};
use crate::simulate::{self, Coverage, NoFunctions, Simulation, Unmet};

mod accept;

pub(in crate::cli) async fn run(args: &TestArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let paths = Paths::of(&args.manifest.paths);
    let (loaded, sources, mut found) = scenarios::load(&args.manifest, &paths, terminal)?;
    let all = found.len();
    found.retain(|one| is_wanted(&one.scenario, &args.names));
    if found.is_empty() {
        return Err(none(args, &paths, all));
    }
    let manifests = &loaded.manifests;
    let (cases, wrong) = scenarios::cases(&found, manifests);
    if !wrong.is_empty() {
        load::show(&wrong, &sources, terminal);
        return Err(not_loaded(wrong));
    }
    if args.sweep {
        return sweep(args, &cases, terminal);
    }
    let coverage = coverage(manifests)?;
    let rehearsal = match args.sandbox {
        true => Some(Rehearsal::open(manifests, !args.cold).await?),
        false => None,
    };
    // The threads that play wait for functions; the runtime goes on beside them.
    let played =
        tokio::task::block_in_place(|| play(&cases, rehearsal.as_ref(), manifests.len() > 1, args.seed));
    if let Some(rehearsal) = rehearsal {
        rehearsal.close().await?;
    }
    let mut tests =
        Tests { all: played, coverage, least: args.min_coverage.map(usize::from), problems: Vec::new() };
    for test in &tests.all {
        tests.coverage.take(&test.played.simulation.subject, &test.played.steps);
    }
    if args.accept {
        return accept::accept(&tests, terminal);
    }
    match args.output {
        TestOutput::Text => {
            terminal.result(&report::test_text(&tests, terminal.is_verbose(), &terminal.layout()))?;
        }
        TestOutput::Json => terminal.json(&TestDocument::new(&tests))?,
        TestOutput::Junit => terminal.result(&report::test_junit(&tests)?)?,
        TestOutput::Github => terminal.result(&report::test_github(&tests))?,
    }
    if !tests.is_covered() && args.output != TestOutput::Text {
        terminal.note(&Note::error(
            "too little is covered:",
            "see --min-coverage; the text output lists what is missed",
        ));
    }
    Ok(Exit::of_tests(&tests))
}

fn is_wanted(scenario: &Scenario, names: &[String]) -> bool {
    names.is_empty() || names.iter().any(|name| simulate::is_like(&scenario.name, name))
}

/// Says that there is nothing to play, and what to do.
fn none(args: &TestArgs, paths: &Paths, all: usize) -> Failure {
    if all > 0 {
        let error =
            anyhow!("none of {} is named {}", report::count(all, "scenario"), args.names.join(" or "));
        return Failure::new(Exit::Usage, error).hint("`*` stands for any text.".to_owned());
    }
    let folder = paths.manifests.first().map(|path| path.display().to_string()).unwrap_or_default();
    let error = anyhow!("there are no scenarios beside {folder}");
    let hint = "write some into the folder `scenarios` beside the manifest; `flowbind explore --scenarios DIR` writes a first \
                set.";
    Failure::new(Exit::Error, error).hint(hint.to_owned())
}

/// Counts the flows of every instance in, whether a scenario is of them or not.
fn coverage(manifests: &[Manifest]) -> Result<Coverage, Failure> {
    let mut coverage = Coverage::default();
    for manifest in manifests {
        for (name, flow) in manifest.flows.iter().filter(|(_, flow)| flow.content.is_some()) {
            for instance in &flow.instances {
                let address = Address { at: Some(instance.clone()), ..Address::new(Kind::Flow, name) };
                let subject = simulate::subject(manifest, &address);
                coverage.include(&subject.map_err(|error| Failure::new(Exit::Error, error))?);
            }
        }
    }
    Ok(coverage)
}

/// Plays cases side by side, and gives them in their order.
fn play<'m>(cases: &[Case<'m>], rehearsal: Option<&Rehearsal>, several: bool, seed: u64) -> Vec<Test<'m>> {
    let handle = tokio::runtime::Handle::current();
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get).min(cases.len());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let _inside = handle.enter();
                while let Some((number, case)) = {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    cases.get(number).map(|case| (number, case))
                } {
                    let test = one(case, rehearsal, several, seed);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((number, test));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, test)| test).collect()
}

/// Lets every call of every scenario fail in every way.
fn sweep(args: &TestArgs, cases: &[Case<'_>], terminal: &Terminal) -> Result<Exit, Failure> {
    let mut sweeps = Vec::new();
    for case in cases {
        let fresh = simulation(case, args.seed);
        let played = simulate::play(fresh.clone(), &mut NoFunctions);
        let swept = simulate::sweep(&fresh, &played);
        let (scenario, subject) = (case.scenario.name.clone(), case.subject.clone());
        sweeps.push(Sweep { scenario, subject, swept });
    }
    match args.output {
        TestOutput::Text => terminal.result(&report::sweep_text(&sweeps, &terminal.layout()))?,
        TestOutput::Json => terminal.json(&SweepDocument::new(&sweeps))?,
        TestOutput::Junit | TestOutput::Github => {
            let error = anyhow!("a sweep is written as text or as JSON");
            return Err(
                Failure::new(Exit::Usage, error).hint("leave --output out, or give `json`.".to_owned())
            );
        }
    }
    let unheard = sweeps.iter().flat_map(|sweep| &sweep.swept).any(simulate::Swept::is_unheard);
    Ok(if unheard { Exit::Differences } else { Exit::Done })
}

fn simulation<'m>(Case { subject, scenario }: &Case<'m>, seed: u64) -> Simulation<'m> {
    Simulation::of(subject.clone(), (*scenario).clone(), seed)
}

fn one<'m>(case: &Case<'m>, rehearsal: Option<&Rehearsal>, several: bool, seed: u64) -> Test<'m> {
    let subject = &case.subject;
    let set = subject.manifest.set.to_string();
    let simulation = simulation(case, seed);
    let played = match rehearsal {
        None => simulate::play(simulation, &mut NoFunctions),
        Some(rehearsal) => {
            let mut functions = rehearsal.functions(&set, subject.instance);
            let mut played = simulate::play(simulation, &mut functions);
            played.unmet.extend(functions.fault.map(|why| Unmet::NotRun { why }));
            played
        }
    };
    Test { set: several.then_some(set), played }
}
