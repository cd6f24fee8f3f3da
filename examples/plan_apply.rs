//! Plans and applies the demo through the library, on an embedded AWS in this process.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use flowbind::aws::{Options, Progress, Session};
use flowbind::backup::Backups;
use flowbind::emulator::{Emulator, Settings};
use flowbind::manifest::{self, Disk, Inputs};
use flowbind::plan::{Action, ActionId, Outcome, Reach};
use flowbind::{reconcile, sandbox};

/// Hears each action as it ends.
struct Lines;

impl Progress for Lines {
    fn started(&self, _: &Action) {}
    fn ended(&self, id: &ActionId, outcome: &Outcome) {
        println!("  {}: {outcome:?}", id.address);
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let demo = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("manifests/demo");
    let loaded =
        manifest::load(&[demo], &Inputs::default(), &Disk).map_err(|p| format!("{:?}", p.problems))?;
    let desired = &loaded.manifests[0];

    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let emulator = Emulator::start(address, Settings::default(), sandbox::world(&loaded.manifests)).await?;
    let session = Session::open(Options::embedded(emulator.url())).await;

    let plan = reconcile::plan(&session, desired, Reach::Declared).await?;
    println!("{} actions", plan.actions.len());
    let backups =
        Backups::new(&std::env::temp_dir().join(format!("flowbind-{}", std::process::id())), "example");
    let applied = reconcile::apply(&session, &plan, &BTreeSet::new(), &backups, &Lines).await;
    applied.map_err(|why| format!("{why:?}"))?;

    let again = reconcile::plan(&session, desired, Reach::Declared).await?;
    assert!(again.actions.is_empty(), "what was applied is in sync");
    println!("in sync: {}", Path::new("manifests/demo").display());
    emulator.stop().await?;
    Ok(())
}
