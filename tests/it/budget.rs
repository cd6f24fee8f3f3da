//! The calls that a plan makes are those that the contract says.

use std::fmt::Write;
use std::time::Duration;

use flowbind::emulator::{Quota, Settings};
use flowbind::plan::{ActionId, Outcome, Pace, Reach};

use crate::world::World;

/// A manifest with one instance, `functions` functions and one flow without content that binds them all.
pub(crate) fn many(functions: usize) -> String {
    let mut text = String::from(
        "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: { name: many }\nspec:\n  \
         accounts: { main: { id: \"111122223333\" } }\n  defaults: { account: main, region: eu-west-2 }\n  \
         instances:\n    support: { alias: acme }\n  functions:\n",
    );
    for n in 0..functions {
        writeln!(text, "    f{n:02}: {{ name: fn-{n:02} }}").unwrap();
    }
    text.push_str("  flows:\n    main:\n      instance: support\n      name: Main\n      type: contact-flow\n      bindings:\n");
    for n in 0..functions {
        writeln!(text, "        Call {n:02}: {{ function: f{n:02}, timeLimit: 8s }}").unwrap();
    }
    text
}

fn sixty() -> Settings {
    let quota: Quota = "lambda-functions-per-instance=60".parse().unwrap();
    Settings { quotas: [quota].into_iter().collect(), ..Settings::default() }
}

#[tokio::test]
async fn sixty_bound_functions_take_three_list_calls_and_one_policy_each() {
    let world = World::with(&many(60), sixty()).await;
    let session = world.session().await;
    let plan = world.plan().await;
    let folder = world.folder.path().join("own");
    let report = crate::apply::carry_out(&session, &plan, &folder).await;
    crate::apply::all_done(&report);

    world.emulator.reset();
    let plan = world.plan().await;
    assert!(plan.actions.is_empty(), "{:?}", plan.actions);
    let calls = world.calls();
    let expected = [
        ("connect:DescribeContactFlow", 2),
        ("connect:DescribeInstance", 1),
        ("connect:ListContactFlows", 1),
        ("connect:ListInstances", 1),
        ("connect:ListLambdaFunctions", 3),
        ("lambda:GetPolicy", 60),
        ("sts:GetCallerIdentity", 1),
    ];
    assert_eq!(calls, expected.into_iter().map(|(name, n)| (name.to_owned(), n)).collect());
}

#[tokio::test]
async fn the_forecast_is_what_is_called_when_pages_are_full() {
    let world = World::new(&many(20)).await;
    let session = world.session().await;
    let plan = world.plan().await;
    crate::apply::all_done(&crate::apply::carry_out(&session, &plan, &world.folder.path().join("own")).await);
    world.emulator.reset();
    let session = world.session().await;
    flowbind::reconcile::plan(&session, world.manifest(), Reach::Declared).await.unwrap();
    let forecast = Reach::Declared.of_plan(world.manifest()).forecast(world.manifest());
    assert_eq!(session.calls(), forecast.calls);
    let counted: u64 = world.calls().values().sum();
    assert_eq!(counted, forecast.calls.values().map(|n| u64::from(*n)).sum::<u64>());
    let time = forecast.time(&mut Pace::full());
    assert!(time >= Duration::from_millis(300), "20 policies at 15 a second with a burst of 15");
}

#[tokio::test]
async fn writers_of_one_list_share_their_looks_however_long_a_look_takes() {
    let faults = vec!["delay=300ms:connect:ListLambdaFunctions".parse().unwrap()];
    let world = World::with(&many(30), Settings { faults, ..Settings::default() }).await;
    let session = world.session().await;
    let plan = world.plan().await;
    world.emulator.reset();
    crate::apply::all_done(&crate::apply::carry_out(&session, &plan, &world.folder.path().join("own")).await);
    let calls = world.calls();
    assert_eq!(calls["connect:AssociateLambdaFunction"], 30);
    // One look for each writer would be 30 at the least, and most of two pages.
    assert!(calls["connect:ListLambdaFunctions"] <= 15, "{calls:?}");
}

#[tokio::test]
async fn a_list_without_an_end_is_given_up_after_the_pages_that_the_service_can_have() {
    let faults = vec!["endless-fresh:connect:ListLambdaFunctions".parse().unwrap()];
    let world = World::with(&many(3), Settings { faults, ..Settings::default() }).await;
    let plan = world.plan().await;
    assert!(plan.actions.is_empty(), "{:?}", plan.actions);
    assert!(format!("{:?}", plan.gaps).contains("the list does not end after 160 pages"), "{:?}", plan.gaps);
    assert_eq!(world.calls()["connect:ListLambdaFunctions"], 160);
}

/// So many functions that one instance lists, and nothing else.
fn listed(functions: usize) -> String {
    let text = many(functions);
    let (head, _) = text.split_once("  flows:\n").unwrap();
    let all: Vec<String> = (0..functions).map(|n| format!("f{n:02}")).collect();
    let all = format!("{{ alias: acme, functions: [{}] }}", all.join(", "));
    head.replace("{ alias: acme }", &all)
}

/// Carries a first apply out, and gives the calls of all of it.
async fn from_nothing(functions: usize, settings: Settings) -> std::collections::BTreeMap<String, u64> {
    let world = World::with(&listed(functions), sixty_and(settings)).await;
    world.emulator.reset();
    let session = world.session().await;
    let plan = world.plan().await;
    crate::apply::all_done(&crate::apply::carry_out(&session, &plan, &world.folder.path().join("own")).await);
    world.calls()
}

fn sixty_and(settings: Settings) -> Settings {
    Settings { quotas: sixty().quotas, ..settings }
}

#[tokio::test]
async fn an_apply_from_nothing_reads_the_list_once_for_all_and_each_policy_twice() {
    for functions in [1, 25, 60] {
        let calls = from_nothing(functions, Settings::default()).await;
        let of = |name: &str| usize::try_from(calls[name]).unwrap();
        assert_eq!(of("connect:AssociateLambdaFunction"), functions);
        assert_eq!(of("lambda:AddPermission"), functions);
        assert!(of("connect:ListLambdaFunctions") <= 2 * functions.div_ceil(25), "{calls:?}");
        assert!(
            of("lambda:GetPolicy") <= 2 * functions && of("lambda:GetFunction") <= functions,
            "{calls:?}"
        );
    }
}

#[tokio::test]
async fn looks_at_a_list_that_shows_late_are_bounded_by_how_late_that_is() {
    let late = || Settings { consistency_delay: Duration::from_millis(1500), ..Settings::default() };
    let (few, many) = tokio::join!(from_nothing(5, late()), from_nothing(25, late()));
    // One look to plan, and after the wave one, or a few until it shows.
    for calls in [few, many] {
        assert!(calls["connect:ListLambdaFunctions"] <= 7, "{calls:?}");
    }
}

/// However often somebody waits for it: a look that fails answers for all.
#[tokio::test]
async fn a_look_that_fails_is_made_once_for_all_who_wait() {
    for fault in
        ["deny:connect:ListLambdaFunctions:from=2", "endless-fresh:connect:ListLambdaFunctions:from=2"]
    {
        let settings = Settings { faults: vec![fault.parse().unwrap()], ..Settings::default() };
        let world = World::with(&listed(12), settings).await;
        let session = world.session().await;
        let plan = world.plan().await;
        let report = crate::apply::carry_out(&session, &plan, &world.folder.path().join("own")).await;
        let unknown = |outcome: &Outcome| matches!(outcome, Outcome::Unknown { .. });
        assert_eq!(report.outcomes.iter().filter(|(_, outcome)| unknown(outcome)).count(), 12, "{report:#?}");
        let of = |(id, outcome): &(ActionId, Outcome)| {
            !unknown(outcome) || format!("{outcome:?}").contains(&id.address.to_string())
        };
        assert!(report.outcomes.iter().all(of), "each is told of itself: {report:#?}");
        assert!(world.calls()["connect:ListLambdaFunctions"] <= 1 + 160, "{:?}", world.calls());
    }
}
