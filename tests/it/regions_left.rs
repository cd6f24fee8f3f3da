//! What a set left in a Region that its manifest no longer names: found where the account's `regions` names it.

use std::collections::BTreeSet;

use flowbind::backup::Backups;
use flowbind::drift::{DriftKind, Scope};
use flowbind::plan::{Plan, drift_reads, reads};
use flowbind::reconcile;

use crate::apply::{Silent, all_done};
use crate::functions::{applied, edited};
use crate::world::World;

const DECLARED: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances: { desk: { alias: acme-desk, functions: [near, far] } }
  functions:
    near: { name: near }
    far: { name: far, region: us-west-2 }
"#;

async fn pruned(world: &World) -> Plan {
    let session = world.session().await;
    reconcile::plan_pruned(&session, world.manifest(), &reads(world.manifest())).await.unwrap()
}

async fn has_policy(world: &World) -> bool {
    world.lambda("us-west-2").get_policy().function_name("far").send().await.is_ok()
}

#[tokio::test]
async fn a_statement_in_a_region_that_left_the_manifest_is_found_where_the_account_names_the_region() {
    let made = World::new(DECLARED).await;
    applied(&made, "first").await;
    assert!(has_policy(&made).await);
    let gone =
        DECLARED.replace("[near, far]", "[near]").replace("    far: { name: far, region: us-west-2 }\n", "");
    let silent = edited(made, &gone);
    // Nothing leads there, and nothing says so: that is what the key is for.
    assert!(pruned(&silent).await.actions.is_empty());
    let named = gone.replace("id: \"111122223333\"", "id: \"111122223333\", regions: [us-west-2]");
    let world = edited(silent, &named);

    let session = world.session().await;
    let scope = Scope { manifests: &world.manifests, audited: true };
    let read = drift_reads(world.manifest());
    let drift = reconcile::drift(&session, world.manifest(), &read, scope).await.unwrap();
    let found: Vec<(DriftKind, String)> =
        drift.differences.iter().map(|found| (found.kind, found.address.to_string())).collect();
    assert_eq!(found, [(DriftKind::LeftOver, "grant/desk/far".to_owned())]);

    let plan = pruned(&world).await;
    let planned: Vec<String> = plan.actions.iter().map(|action| action.id.address.to_string()).collect();
    assert_eq!(planned, ["grant/desk/far"]);
    let backups = Backups::new(&world.folder.path().join("own"), "prune");
    all_done(&reconcile::apply(&session, &plan, &BTreeSet::new(), &backups, &Silent).await.unwrap());
    assert!(!has_policy(&world).await);
    assert!(pruned(&world).await.actions.is_empty());
}
