//! Shows what somebody changed behind flowbind's back: here a function is taken off an instance by hand.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use flowbind::aws::{Options, Progress, Session};
use flowbind::backup::Backups;
use flowbind::drift::{Moved, Scope};
use flowbind::emulator::{Emulator, Settings};
use flowbind::manifest::{self, Disk, Inputs};
use flowbind::plan::{Action, ActionId, Outcome, Reach};
use flowbind::{reconcile, report, sandbox};

struct Silent;
impl Progress for Silent {
    fn started(&self, _: &Action) {}
    fn ended(&self, _: &ActionId, _: &Outcome) {}
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
    let kept = std::env::temp_dir().join(format!("flowbind-drift-{}", std::process::id()));
    let (backups, none) = (Backups::new(&kept, "example"), BTreeSet::new());
    reconcile::apply(&session, &plan, &none, &backups, &Silent).await.map_err(|why| format!("{why:?}"))?;

    // The console, as it were.
    let keys = Credentials::new("111122223333", "example", None, None, "example");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-west-2"))
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .endpoint_url(emulator.url());
    let console = aws_sdk_connect::Client::new(&config.build());
    let instances = console.list_instances().send().await?;
    let id = instances.instance_summary_list().first().and_then(|i| i.id()).ok_or("no instance")?;
    let functions = console.list_lambda_functions().instance_id(id).send().await?;
    let function = functions.lambda_functions().first().ok_or("no function")?;
    console.disassociate_lambda_function().instance_id(id).function_arn(function).send().await?;

    let drift = reconcile::drift(&session, desired, Scope::default()).await?;
    print!("{}", report::drift_text(&drift, false, &report::Layout::default()));
    // The mark of an association is written before it: whether that was ever made, or somebody took it away, is not known.
    assert_ne!(drift.differences[0].moved, Moved::Repository, "it was not the repository");
    Ok(emulator.stop().await?)
}
