//! What a set left in a Region that its manifest no longer names: found where the account's `regions` names it.

use std::collections::BTreeSet;

use flowbind::backup::Backups;
use flowbind::drift::{DriftKind, Scope};
use flowbind::plan::Reach;
use flowbind::reconcile;

use crate::apply::{Silent, all_done, carry_out};
use crate::functions::{applied, edited};
use crate::removal::pruned;
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
    let scope = Scope { manifests: &world.manifests, reach: Reach::Everything { prune: false } };
    let drift = reconcile::drift(&session, world.manifest(), scope).await.unwrap();
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

const EVERY: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances:
    desk: { alias: acme-desk }
    west: { alias: acme-west, region: us-west-2, functions: [far] }
  functions:
    far: { name: far, region: us-west-2, grants: account, associate: none }
"#;

/// Nothing was read of who uses a statement for all instances of a Region where none is declared.
#[tokio::test]
async fn a_statement_for_the_account_stays_where_no_instance_is_declared() {
    let made = World::new(EVERY).await;
    let session = made.session().await;
    carry_out(&session, &made.plan().await, &made.folder.path().join("first")).await;
    assert!(has_policy(&made).await);
    let named = EVERY.replace("id: \"111122223333\"", "id: \"111122223333\", regions: [us-west-2]");
    let without = |text: &str, key: &str| -> String {
        text.lines()
            .filter(|line| !line.trim_start().starts_with(key))
            .map(|line| format!("{line}\n"))
            .collect()
    };
    let nothing = without(&without(&without(&named, "west:"), "far:"), "functions:");
    let world = edited(made, &nothing);
    let plan = pruned(&world).await;
    assert!(plan.actions.is_empty(), "{:?}", plan.actions);
    let told: Vec<_> =
        plan.problems.iter().filter(|problem| problem.code.as_str() == "cannot-tell").collect();
    let [told] = told.as_slice() else { panic!("{:?}", plan.problems) };
    assert!(told.message.contains("no instance there is declared"), "{told:?}");
    assert!(told.hint.as_deref().is_some_and(|hint| hint.contains("declare an instance there")), "{told:?}");

    // As the hint says.
    let bare = without(&without(&named, "far:"), "functions:").replace(", functions: [far]", "");
    let world = edited(world, &bare);
    let session = world.session().await;
    let plan = pruned(&world).await;
    let [action] = plan.actions.as_slice() else { panic!("{:?}", plan.actions) };
    assert!(action.reason.contains("undeclared instances"), "{}", action.reason);
    let backups = Backups::new(&world.folder.path().join("own"), "prune");
    all_done(&reconcile::apply(&session, &plan, &BTreeSet::new(), &backups, &Silent).await.unwrap());
    assert!(!has_policy(&world).await);
}
