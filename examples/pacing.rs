//! Measures forecasts against an embedded AWS with the real request rates: how long a look and an apply are said to take,
//! and how long they take. Run it when the machine has nothing else to do.

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
use flowbind::plan::{Action, ActionId, Outcome, apply_schedule, reads};
use flowbind::{reconcile, sandbox};

type Failure = Box<dyn std::error::Error>;

struct Silent;

impl Progress for Silent {
    fn started(&self, _: &Action) {}
    fn ended(&self, _: &ActionId, _: &Outcome) {}
}

/// A manifest with so many functions, all of them bound by one flow that exists.
fn many(functions: usize) -> Result<String, std::fmt::Error> {
    let (mut names, mut blocks) = (String::new(), String::new());
    for n in 0..functions {
        write!(names, ", f{n}: {{ name: fn-{n} }}")?;
        write!(blocks, ", Call {n}: {{ function: f{n}, timeLimit: 8s }}")?;
    }
    Ok(format!(
        "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: {{ name: sixty-functions }}\nspec:\n  \
         accounts: {{ main: {{ id: \"111122223333\" }} }}\n  defaults: {{ account: main, region: eu-west-2 }}\n  \
         instances: {{ support: {{ alias: acme }} }}\n  functions: {{ {} }}\n  \
         flows: {{ main: {{ instance: support, name: Main, type: contact-flow, bindings: {{ {} }} }} }}\n",
        &names[2..],
        &blocks[2..]
    ))
}

/// The CPU time of this process, the embedded AWS included; none where it cannot be read.
fn cpu() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let ticks = text.rsplit_once(')')?.1.split(' ').skip(12).take(2).map(|field| field.parse::<u64>().ok());
    Some(Duration::from_millis(ticks.sum::<Option<u64>>()? * 10))
}

async fn measured<T>(what: &str, forecast: Duration, work: impl Future<Output = T>) -> T {
    let (began, before) = (Instant::now(), cpu());
    let result = work.await;
    let (took, spent) =
        (began.elapsed().as_secs_f64(), cpu().zip(before).map(|(after, before)| after - before));
    let forecast = forecast.as_secs_f64();
    let spent = spent.map_or("-".to_owned(), |spent| format!("{:.1} s", spent.as_secs_f64()));
    println!("{what:<44} {forecast:>7.1} s {took:>7.1} s {:>6.2} {spent:>8}", took / forecast);
    result
}

/// Looks, applies, and looks again, each after its forecast.
async fn measure(session: &Session, desired: &Manifest, folder: &Path) -> Result<(), Failure> {
    let (set, reads) = (&desired.set, reads(desired));
    let plan = reconcile::plan(session, desired, &reads).await?;
    let again = reads.forecast_again(desired, None, &plan).time(&mut session.pace());
    measured(&format!("{set}: look"), again, reconcile::plan(session, desired, &reads)).await?;
    let writing = apply_schedule(&plan).time(&mut session.pace());
    let (allowed, backups) = (BTreeSet::new(), Backups::new(folder, set.as_str()));
    let apply = reconcile::apply(session, &plan, &allowed, &backups, &Silent);
    let report =
        measured(&format!("{set}: apply"), writing, apply).await.map_err(|why| format!("{why:?}"))?;
    let done = |(_, outcome): &(ActionId, Outcome)| outcome.is_done();
    assert!(report.outcomes.iter().all(done), "{:#?}", report.outcomes);
    let whole = reads.forecast(desired, None).time(&mut session.pace());
    let plan = measured(&format!("{set}: look after that"), whole, reconcile::plan(session, desired, &reads))
        .await?;
    assert!(plan.actions.is_empty(), "{:#?}", plan.actions);
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let folder = std::env::temp_dir().join(format!("flowbind-pacing-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("sixty.yaml"), many(60)?)?;
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("manifests");
    let paths: [PathBuf; 3] = [folder.join("sixty.yaml"), shipped.join("demo"), shipped.join("platform")];
    println!("{:<44} {:>9} {:>9} {:>6} {:>8}", "", "forecast", "took", "ratio", "CPU");
    for path in paths {
        let loaded =
            manifest::load(&[path], &Inputs::default(), &Disk).map_err(|p| format!("{:?}", p.problems))?;
        let quotas = ["lambda-functions-per-instance=60".parse()].into_iter().collect::<Result<_, _>>()?;
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
