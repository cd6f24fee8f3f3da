//! A run without a terminal: a program that holds the rounds itself decides, hears of what happens, and keeps contents.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use flowbind::aws::{Keep, Progress, Session};
use flowbind::backup::Backups;
use flowbind::plan::{ActionId, ApplyReport, NotBegun, Plan};
use flowbind::reconcile::{
    Ahead, Carrying, Consent, Done, Goal, Host, Reconciler, Round, Stopped, Watch, Why, Wish,
};

use crate::apply::Silent;
use crate::second_round::{start, writes};
use crate::world::World;

/// A host that answers as it was told, and writes down what it hears.
struct Program<'a> {
    world: &'a World,
    consent: Result<Consent, &'static str>,
    heard: Mutex<Vec<String>>,
    /// Calls of every look as they were forecast.
    forecast: Mutex<u32>,
}

struct Quiet(Backups);

impl Carrying for Quiet {
    fn keep(&self) -> &dyn Keep {
        &self.0
    }

    fn progress(&self) -> &dyn Progress {
        &Silent
    }
}

impl Program<'_> {
    fn hears(&self, what: String) {
        self.heard.lock().unwrap().push(what);
    }
}

impl Watch for Program<'_> {
    async fn during<T>(&self, ahead: &[Ahead<'_>], looks: impl Future<Output = T>) -> T {
        for Ahead { subject, forecast, .. } in ahead {
            self.hears(format!("looks at {subject}"));
            *self.forecast.lock().unwrap() += forecast.at_least;
        }
        looks.await
    }
}

impl Host for Program<'_> {
    type Failure = String;
    type Carrying<'p>
        = Quiet
    where
        Self: 'p;

    fn planned(&self, round: Round, plans: &[Plan]) -> Result<(), String> {
        let actions: usize = plans.iter().map(|plan| plan.actions.len()).sum();
        self.hears(format!("round {}: {}", round.number, if actions > 0 { "actions" } else { "nothing" }));
        Ok(())
    }

    async fn approve(&self, _: Round, _: &[Plan]) -> Result<Consent, String> {
        self.consent.map_err(str::to_owned)
    }

    fn still_approved(&self, _: Round, asked: &[Plan], fresh: &[Plan]) -> Result<(), String> {
        let ids = |plans: &[Plan]| -> Vec<ActionId> {
            plans.iter().flat_map(|plan| plan.actions.iter().map(|action| action.id.clone())).collect()
        };
        if ids(asked) == ids(fresh) { Ok(()) } else { Err("changed".to_owned()) }
    }

    async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Result<T, String> {
        Ok(work.await)
    }

    fn is_stopped(&self) -> bool {
        false
    }

    fn writing(&self, _: &[Vec<&Plan>]) {
        self.hears("writes".to_owned());
    }

    fn begin<'p>(&'p self, round: Round, plan: &'p Plan, _: BTreeMap<ActionId, Duration>) -> Quiet {
        let name = round.name("run", plan);
        self.hears(format!("keeps in {name}"));
        Quiet(Backups::new(&self.world.folder.path().join("own"), &name))
    }

    fn ended(&self, _: Quiet, plan: &Plan, report: Option<&ApplyReport>) -> Result<(), String> {
        assert!(report.is_some());
        self.hears(format!("ends {}", plan.set));
        Ok(())
    }

    fn failure(&self, stopped: Stopped) -> String {
        match stopped.why {
            Why::NotBegun(NotBegun::NeedsForce(_)) => "needs force".to_owned(),
            why => format!("{why:?}"),
        }
    }
}

/// Runs, and gives what the host heard, whether more is to be done, and why the run ended.
async fn run(
    world: &World,
    session: &Session,
    rounds: usize,
    consent: Result<Consent, &'static str>,
) -> (Vec<String>, bool, Option<String>, Vec<Done>) {
    let wish = Wish::default();
    let goal = Goal::Declared { manifests: &world.manifests, wish: &wish };
    let host = Program { world, consent, heard: Mutex::default(), forecast: Mutex::default() };
    let mut done = Vec::new();
    let ended = Reconciler { session, goal, allowed: &[] }.run(rounds, &host, &mut done).await;
    let heard = host.heard.into_inner().unwrap();
    assert!(session.calls().values().sum::<u32>() >= host.forecast.into_inner().unwrap());
    (heard, ended.again, ended.failure, done)
}

#[tokio::test]
async fn what_belongs_to_a_new_instance_is_written_in_a_second_round_and_there_is_no_third() {
    let world = start(&[]).await;
    let (heard, again, failure, done) = run(&world, &world.session().await, 9, Ok(Consent::Given)).await;
    assert_eq!((again, failure), (false, None));
    let set = world.manifest().set.as_str();
    let (look, ends) = (format!("looks at {set}"), format!("ends {set}"));
    let expected = [
        &look,
        "round 1: actions",
        "writes",
        "keeps in run",
        &ends,
        &look,
        "round 2: actions",
        "writes",
        "keeps in run-2",
        &ends,
    ];
    assert_eq!(heard, expected);
    assert_eq!(done.len(), 2);
    assert!(world.plan().await.actions.is_empty());
}

#[tokio::test]
async fn a_host_that_allows_one_round_hears_that_another_is_needed() {
    let world = start(&[]).await;
    let (_, again, failure, done) = run(&world, &world.session().await, 1, Ok(Consent::Given)).await;
    assert_eq!((again, failure, done.len()), (true, None, 1));
    let (_, again, failure, _) = run(&world, &world.session().await, 1, Ok(Consent::Given)).await;
    assert_eq!((again, failure), (false, None));
    assert!(world.plan().await.actions.is_empty());
}

#[tokio::test]
async fn aws_is_looked_at_again_after_somebody_was_asked_and_a_no_writes_nothing() {
    let world = start(&[]).await;
    let (heard, _, failure, done) = run(&world, &world.session().await, 2, Err("no")).await;
    assert_eq!((failure.as_deref(), done.len(), writes(&world)), (Some("no"), 0, 0));
    assert_eq!(heard.iter().filter(|what| what.starts_with("looks")).count(), 1);
    let (heard, _, failure, _) = run(&world, &world.session().await, 1, Ok(Consent::Asked)).await;
    assert_eq!(failure, None);
    assert_eq!(heard.iter().filter(|what| what.starts_with("looks")).count(), 2);
}

/// What is heard of the writes of sets in these accounts; all of them name their resources alike.
async fn carried_out(accounts: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for (n, account) in accounts.iter().enumerate() {
        let text = format!(
            "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: {{ name: set-{n} }}\nspec:\n  accounts: {{ main: \
             {{ id: \"{account}\" }} }}\n  defaults: {{ account: main, region: eu-west-2 }}\n  instances:\n    desk: {{ alias: \
             desk-{n}, functions: [lookup] }}\n  functions:\n    lookup: {{ name: lookup-{n} }}\n"
        );
        let path = folder.path().join("m").join(format!("{n}.yaml"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let world = World::in_folder(folder, "m").await;
    let session = world.session().await;
    let (heard, _, failure, done) = run(&world, &session, 1, Ok(Consent::Given)).await;
    assert_eq!(failure, None);
    let sets: Vec<String> = done.iter().map(|(plan, _)| plan.set.to_string()).collect();
    assert_eq!(sets, (0..accounts.len()).map(|n| format!("set-{n}")).collect::<Vec<_>>(), "in their order");
    for (plan, report) in &done {
        assert_eq!(report.outcomes.len(), 2, "{}: an association and a grant", plan.set);
        assert!(report.outcomes.iter().all(|(_, outcome)| outcome.is_done()), "{:?}", report.outcomes);
    }
    heard.into_iter().skip_while(|what| what != "writes").skip(1).collect()
}

#[tokio::test]
async fn sets_of_different_accounts_are_carried_out_side_by_side_and_those_of_one_in_turn() {
    let heard = carried_out(&["111122223333", "444455556666", "777788889999"]).await;
    let all = ["keeps in run-set-0", "keeps in run-set-1", "keeps in run-set-2"];
    assert_eq!(heard[..3], all, "all have begun before one ends");
    let heard = carried_out(&["111122223333", "111122223333"]).await;
    assert_eq!(heard, ["keeps in run-set-0", "ends set-0", "keeps in run-set-1", "ends set-1"]);
    let heard = carried_out(&["111122223333", "444455556666", "111122223333"]).await;
    let third = heard.iter().position(|what| what == "keeps in run-set-2").unwrap();
    assert!(third > heard.iter().position(|what| what == "ends set-0").unwrap(), "{heard:?}");
    assert_eq!(heard[..2], all[..2]);
}
