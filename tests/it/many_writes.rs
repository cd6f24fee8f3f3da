//! A plan of very many writes: so many calls at once and no more, and none times out that only waited for its turn.

use std::fmt::Write;
use std::time::Duration;

use flowbind::aws::{MOST_AT_ONCE, Options, Session};
use flowbind::emulator::{Quota, Settings};

use crate::apply::{all_done, carry_out};
use crate::world::World;

/// So many instances that each list so many functions, with a statement on each.
fn crossed(instances: usize, functions: usize) -> String {
    let mut text = String::from(
        "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: { name: many }\nspec:\n  \
         accounts: { main: { id: \"111122223333\" } }\n  defaults: { account: main, region: eu-west-2 }\n  functions:\n",
    );
    for n in 0..functions {
        writeln!(text, "    f{n:03}: {{ name: fn-{n:03} }}").unwrap();
    }
    let names: Vec<String> = (0..functions).map(|n| format!("f{n:03}")).collect();
    text.push_str("  instances:\n");
    for n in 0..instances {
        writeln!(text, "    i{n:02}: {{ alias: acme-{n:02}, functions: [{}] }}", names.join(", ")).unwrap();
    }
    text
}

/// Carries out the plan; each write takes the embedded AWS a while, and a try may take little more than that.
async fn carried_out(instances: usize, functions: usize) {
    let quota: Quota = "lambda-functions-per-instance=1000".parse().unwrap();
    let faults = ["delay=100ms:lambda:AddPermission", "delay=100ms:connect:AssociateLambdaFunction"];
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    let settings = Settings { quotas: [quota].into_iter().collect(), faults, ..Settings::default() };
    let world = World::with(&crossed(instances, functions), settings).await;
    let plan = world.plan().await;
    assert_eq!(plan.actions.len(), 2 * instances * functions);
    let options = Options { attempt: Duration::from_secs(8), ..Options::embedded(world.emulator.url()) };
    let session = Session::open(options).await;
    world.emulator.reset();
    all_done(&carry_out(&session, &plan, &world.folder.path().join("own")).await);
    let stats = world.emulator.stats();
    let writes = stats.calls["lambda:AddPermission"] + stats.calls["connect:AssociateLambdaFunction"];
    assert_eq!(usize::try_from(writes).unwrap(), plan.actions.len(), "none was repeated");
    // Of each of two services.
    assert!((2..=2 * MOST_AT_ONCE).contains(&stats.most_at_once), "{} at once", stats.most_at_once);
    assert!(world.plan().await.actions.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_many_writes_has_a_bounded_number_of_calls_on_their_way() {
    let size = |name: &str, default: usize| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    carried_out(size("FLOWBIND_INSTANCES", 2), size("FLOWBIND_FUNCTIONS", 150)).await;
}
