//! Measures a plan of 60 bound functions against an embedded AWS with the real request rates: nothing is throttled,
//! and the plan takes little more than the buckets allow at best.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use flowbind::aws::{Options, Progress, Session};
use flowbind::backup::Backups;
use flowbind::emulator::{Emulator, Rates, Settings, World};
use flowbind::manifest::{self, Disk, Inputs};
use flowbind::plan::{Action, ActionId, Outcome, reads};
use flowbind::{reconcile, sandbox};

struct Silent;

impl Progress for Silent {
    fn started(&self, _: &Action) {}
    fn ended(&self, _: &ActionId, _: &Outcome) {}
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::temp_dir().join(format!("flowbind-pacing-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let (mut functions, mut blocks) = (String::new(), String::new());
    for n in 0..60 {
        write!(functions, ", f{n}: {{ name: fn-{n} }}")?;
        write!(blocks, ", Call {n}: {{ function: f{n}, timeLimit: 8s }}")?;
    }
    let text = format!(
        "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: {{ name: pacing }}\nspec:\n  accounts: {{ main: {{ id: \"111122223333\" }} }}\n  \
         defaults: {{ account: main, region: eu-west-2 }}\n  instances: {{ support: {{ alias: acme }} }}\n  functions: {{ {} }}\n  \
         flows: {{ main: {{ instance: support, name: Main, type: contact-flow, bindings: {{ {} }} }} }}\n",
        &functions[2..],
        &blocks[2..]
    );
    std::fs::write(folder.join("m.yaml"), text)?;
    let loaded = manifest::load(&[folder.join("m.yaml")], &Inputs::default(), &Disk)
        .map_err(|p| format!("{:?}", p.problems))?;
    let desired = &loaded.manifests[0];
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let quotas = || ["lambda-functions-per-instance=60".parse()].into_iter().collect::<Result<_, _>>();
    let settings =
        Settings { quotas: quotas()?, state: Some(folder.join("aws.json")), ..Settings::default() };

    let emulator = Emulator::start(address, settings.clone(), sandbox::world(&loaded.manifests)).await?;
    let session = Session::open(Options::embedded(emulator.url())).await;
    let plan = reconcile::plan(&session, desired, &reads(desired)).await?;
    let applied =
        reconcile::apply(&session, &plan, &BTreeSet::new(), &Backups::new(&folder, "example"), &Silent).await;
    applied.map_err(|why| format!("{why:?}"))?;
    emulator.stop().await?;

    let settings = Settings { rates: Rates::Real, ..settings };
    let emulator = Emulator::start(address, settings, World::default()).await?;
    let session = Session::open(Options { paced: true, ..Options::embedded(emulator.url()) }).await;
    let began = Instant::now();
    let plan = reconcile::plan(&session, desired, &reads(desired)).await?;
    let (took, best) = (began.elapsed(), reads(desired).forecast(desired).time);
    let ratio = took.as_secs_f64() / best.as_secs_f64();
    println!("best {best:.2?}, took {took:.2?}: ratio {ratio:.3}; throttled: {}", emulator.stats().throttled);
    assert!(plan.actions.is_empty() && emulator.stats().throttled == 0 && ratio <= 1.1);
    emulator.stop().await?;
    std::fs::remove_dir_all(folder)?;
    Ok(())
}
