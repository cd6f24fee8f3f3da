//! Measures looks and applies against an embedded AWS with the real request rates: the least time that the rates allow,
//! how long they are said to take, and how long they take. Run it when the machine has nothing else to do.
//!
//! The arguments are cases: `50` functions on one instance, `10x50` on each of ten, or a folder with manifests.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use flowbind::aws::{Options, Progress, Session};
use flowbind::backup::Backups;
use flowbind::emulator::{Emulator, Rates, Settings};
use flowbind::manifest::{self, Disk, Inputs, Manifest};
use flowbind::plan::{Action, ActionId, Forecast, Outcome, Plan, Reach, apply_schedule};
use flowbind::{reconcile, sandbox};

type Failure = Box<dyn std::error::Error>;

struct Silent;

impl Progress for Silent {
    fn started(&self, _: &Action) {}
    fn ended(&self, _: &ActionId, _: &Outcome) {}
}

/// A manifest with so many functions on each of some instances, all of them bound by a flow.
fn many(name: &str, instances: usize, functions: usize) -> Result<String, std::fmt::Error> {
    let (mut homes, mut names, mut flows) = (String::new(), String::new(), String::new());
    for i in 0..instances {
        write!(homes, ", i{i}: {{ alias: acme-{i} }}")?;
        let mut blocks = String::new();
        for n in 0..functions {
            write!(names, ", f{i}-{n}: {{ name: fn-{i}-{n} }}")?;
            write!(blocks, ", Call {n}: {{ function: f{i}-{n}, timeLimit: 8s }}")?;
        }
        let bound = &blocks[2..];
        write!(
            flows,
            ", m{i}: {{ instance: i{i}, name: Main, type: contact-flow, bindings: {{ {bound} }} }}"
        )?;
    }
    Ok(format!(
        "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: {{ name: {name} }}\nspec:\n  \
         accounts: {{ main: {{ id: \"111122223333\" }} }}\n  defaults: {{ account: main, region: eu-west-2 }}\n  \
         instances: {{ {} }}\n  functions: {{ {} }}\n  flows: {{ {} }}\n",
        &homes[2..],
        &names[2..],
        &flows[2..]
    ))
}

/// The manifest that an argument asks for: `50` functions on one instance, `10x50` on each of ten, or a folder.
fn wanted(argument: &str, folder: &Path) -> Result<PathBuf, Failure> {
    let (instances, functions) = argument.split_once('x').unwrap_or(("1", argument));
    let (Ok(instances), Ok(functions)) = (instances.parse(), functions.parse()) else {
        return Ok(PathBuf::from(argument));
    };
    let path = folder.join(format!("n{argument}.yaml"));
    std::fs::write(&path, many(&format!("n{argument}"), instances, functions)?)?;
    Ok(path)
}

/// The CPU time of this process, the embedded AWS included; none where it cannot be read.
fn cpu() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let ticks = text.rsplit_once(')')?.1.split(' ').skip(12).take(2).map(|field| field.parse::<u64>().ok());
    Some(Duration::from_millis(ticks.sum::<Option<u64>>()? * 10))
}

/// The least time that AWS's rates allow, and what is forecast.
struct Expected {
    floor: Duration,
    forecast: Duration,
}

fn look(forecast: &Forecast, session: &Session) -> Expected {
    let mut pace = session.pace();
    Expected { floor: forecast.floor(&pace), forecast: forecast.time(&mut pace) }
}

fn writing(plan: &Plan, session: &Session) -> Expected {
    let (schedule, mut pace) = (apply_schedule(plan), session.pace());
    Expected { floor: schedule.floor(&pace), forecast: schedule.time(&mut pace) }
}

async fn measured<T>(what: &str, expected: Expected, work: impl Future<Output = T>) -> T {
    let (began, before) = (Instant::now(), cpu());
    let result = work.await;
    let (took, spent) =
        (began.elapsed().as_secs_f64(), cpu().zip(before).map(|(after, before)| after - before));
    let (floor, forecast) = (expected.floor.as_secs_f64(), expected.forecast.as_secs_f64());
    let spent = spent.map_or("-".to_owned(), |spent| format!("{:.1} s", spent.as_secs_f64()));
    let ratio = took / floor;
    println!("{what:<30} {floor:>7.1} s {forecast:>7.1} s {took:>7.1} s {ratio:>6.2} {spent:>8}");
    result
}

/// Looks, applies, and looks again, each after its forecast.
async fn measure(session: &Session, desired: &Manifest, folder: &Path) -> Result<(), Failure> {
    let (set, reads) = (&desired.set, Reach::Declared.of_plan(desired));
    // What is not there takes fewer calls to find out: that is known after a first look.
    let plan = reconcile::plan(session, desired, Reach::Declared).await?;
    let again = look(&reads.forecast_again(desired, &plan), session);
    measured(&format!("{set}: look"), again, reconcile::plan(session, desired, Reach::Declared)).await?;
    let (allowed, backups) = (BTreeSet::new(), Backups::new(folder, set.as_str()));
    let apply = reconcile::apply(session, &plan, &allowed, &backups, &Silent);
    let report = measured(&format!("{set}: apply"), writing(&plan, session), apply)
        .await
        .map_err(|why| format!("{why:?}"))?;
    let done = |(_, outcome): &(ActionId, Outcome)| outcome.is_done();
    assert!(report.outcomes.iter().all(done), "{:#?}", report.outcomes);
    let again = look(&reads.forecast(desired), session);
    let plan = measured(
        &format!("{set}: look after that"),
        again,
        reconcile::plan(session, desired, Reach::Declared),
    )
    .await?;
    assert!(plan.actions.is_empty(), "{:#?}", plan.actions);
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let folder = std::env::temp_dir().join(format!("flowbind-pacing-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let mut cases: Vec<String> = std::env::args().skip(1).collect();
    if cases.is_empty() {
        let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/manifests");
        cases = vec!["60".to_owned(), format!("{shipped}/demo"), format!("{shipped}/platform")];
    }
    println!("{:<30} {:>9} {:>9} {:>9} {:>6} {:>8}", "", "floor", "forecast", "took", "ratio", "CPU");
    for case in cases {
        let path = wanted(&case, &folder)?;
        let loaded =
            manifest::load(&[path], &Inputs::default(), &Disk).map_err(|p| format!("{:?}", p.problems))?;
        let quotas = ["lambda-functions-per-instance=200".parse()].into_iter().collect::<Result<_, _>>()?;
        let settings = Settings { quotas, rates: Rates::Real, ..Settings::default() };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let emulator = Emulator::start(address, settings, sandbox::world(&loaded.manifests)).await?;
        let session = Session::open(Options { paced: true, ..Options::embedded(emulator.url()) }).await;
        for desired in &loaded.manifests {
            measure(&session, desired, &folder).await?;
        }
        println!("throttled calls: {}", emulator.stats().throttled);
        emulator.stop().await?;
    }
    std::fs::remove_dir_all(folder)?;
    Ok(())
}
