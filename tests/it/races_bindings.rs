//! Another client changes an association, a statement or what a rollback restores between the look and the write:
//! nothing of theirs is lost, and the report says what changed.

use std::collections::BTreeSet;
use std::time::Duration;

use flowbind::aws::{Options, Session};
use flowbind::backup::Backups;
use flowbind::plan::{ApplyReport, Failure, Outcome, Plan};
use flowbind::reconcile;
use flowbind::resource::Address;
use serde_json::Value;

use crate::apply::{Silent, all_done, carry_out};
use crate::races::{Race, changed, outcome, says};

const LONDON: &str = "eu-west-2";

impl Race {
    async fn associate(&self) {
        let associate = self.connect.associate_lambda_function().instance_id(&self.instance);
        associate.function_arn(crate::removal::arn("orders")).send().await.unwrap();
    }

    async fn disassociate(&self) {
        let disassociate = self.connect.disassociate_lambda_function().instance_id(&self.instance);
        disassociate.function_arn(crate::removal::arn("orders")).send().await.unwrap();
    }

    async fn associated(&self) -> Vec<String> {
        let list = self.connect.list_lambda_functions().instance_id(&self.instance).send().await.unwrap();
        list.lambda_functions.unwrap_or_default()
    }

    /// The statements of the function's policy.
    async fn statements(&self) -> Vec<Value> {
        let get = self.world.lambda(LONDON).get_policy().function_name("orders").send().await;
        let Ok(policy) = get else { return Vec::new() };
        let policy: Value = serde_json::from_str(policy.policy().unwrap()).unwrap();
        policy["Statement"].as_array().unwrap().clone()
    }

    async fn sids(&self) -> BTreeSet<String> {
        self.statements().await.iter().map(|one| one["Sid"].as_str().unwrap().to_owned()).collect()
    }

    /// The set's own statement.
    async fn own(&self) -> String {
        let own: Vec<String> =
            self.sids().await.into_iter().filter(|sid| sid.starts_with("flowbind_")).collect();
        assert_eq!(own.len(), 1, "{own:?}");
        own[0].clone()
    }

    async fn remove(&self, sid: &str) {
        let remove = self.world.lambda(LONDON).remove_permission().function_name("orders");
        remove.statement_id(sid).send().await.unwrap();
    }

    /// Somebody lets another account's instances call it.
    async fn add(&self, sid: &str) {
        let add = self.world.lambda(LONDON).add_permission().function_name("orders").statement_id(sid);
        let add = add.action("lambda:InvokeFunction").principal("connect.amazonaws.com");
        add.source_account("999999999999").send().await.unwrap();
    }

    async fn is_theirs(&self, sid: &str) -> bool {
        let all = self.statements().await;
        let one = all.iter().find(|one| one["Sid"] == sid);
        one.is_some_and(|one| one.to_string().contains("999999999999"))
    }

    /// Carries a plan out with everything allowed and little patience.
    async fn hasty(&self, plan: &Plan) -> ApplyReport {
        let session = Session::open(Options {
            visible_within: Duration::from_millis(300),
            first_pause: Duration::from_millis(5),
            ..Options::embedded(self.world.emulator.url())
        });
        let guards = plan.actions.iter().filter_map(|action| action.guard.as_ref());
        let allowed: BTreeSet<Address> = guards.map(|guard| guard.allow.clone()).collect();
        let backups = Backups::new(&self.world.folder.path().join("hasty"), "run");
        reconcile::apply(&session.await, plan, &allowed, &backups, &Silent).await.unwrap()
    }
}

#[tokio::test]
async fn a_function_that_somebody_associates_after_the_look_is_associated_once() {
    let race = Race::new().await;
    race.disassociate().await;
    let plan = race.world.plan().await;
    race.associate().await;
    let before = race.sids().await;
    let report = race.apply(&plan).await;
    assert_eq!(outcome(&report, "association/support/orders"), Outcome::AlreadySo);
    assert_eq!(race.associated().await, [crate::removal::arn("orders")]);
    assert_eq!(race.sids().await, before);
    assert!(race.world.plan().await.actions.is_empty());
}

#[tokio::test]
async fn an_association_that_somebody_ends_after_the_look_is_as_good_as_removed() {
    let mut race = Race::new().await;
    race.prune();
    let plan = race.pruned().await;
    race.disassociate().await;
    race.add("theirs").await;
    let report = race.apply(&plan).await;
    assert_eq!(outcome(&report, "association/support/orders"), Outcome::AlreadySo);
    assert_eq!(outcome(&report, "grant/support/orders"), Outcome::Applied);
    assert_eq!(race.sids().await, ["theirs".to_owned()].into());
}

#[tokio::test]
async fn a_sid_that_somebody_takes_after_the_look_keeps_their_statement_and_the_report_says_so() {
    let race = Race::new().await;
    let own = race.own().await;
    race.remove(&own).await;
    let plan = race.world.plan().await;
    // The association is there already, and nothing says any more that the set made it.
    let own = own.replace("_a_", "_g_");
    race.add(&own).await;
    let report = race.hasty(&plan).await;
    let Outcome::Failed(Failure { message, hint, .. }) = outcome(&report, "grant/support/orders") else {
        panic!("{report:?}")
    };
    assert!(message.contains(&format!("statement `{own}`")) && message.contains("was changed meanwhile"));
    assert!(hint.unwrap().contains("flowbind plan"), "{message}");
    assert!(race.is_theirs(&own).await, "{:?}", race.statements().await);
}

#[tokio::test]
async fn a_statement_that_somebody_adds_after_the_look_stays_beside_the_sets_own() {
    let race = Race::new().await;
    let own = race.own().await;
    race.remove(&own).await;
    let plan = race.world.plan().await;
    race.add("theirs").await;
    assert_eq!(outcome(&race.apply(&plan).await, "grant/support/orders"), Outcome::Applied);
    assert!(race.is_theirs("theirs").await && race.sids().await.contains(&own.replace("_a_", "_g_")));
}

#[tokio::test]
async fn a_statement_that_somebody_edits_after_the_look_is_not_pruned() {
    let mut race = Race::new().await;
    let own = race.own().await;
    race.prune();
    let plan = race.pruned().await;
    race.remove(&own).await;
    race.add(&own).await;
    let message = changed(&race.apply(&plan).await, "grant/support/orders");
    assert!(message.contains(&format!("statement `{own}` in the policy of")), "{message}");
    assert!(race.is_theirs(&own).await, "{:?}", race.statements().await);
}

#[tokio::test]
async fn a_statement_that_somebody_removes_after_the_look_is_as_good_as_pruned() {
    let mut race = Race::new().await;
    let own = race.own().await;
    race.prune();
    let plan = race.pruned().await;
    race.remove(&own).await;
    race.world.emulator.reset();
    assert_eq!(outcome(&race.apply(&plan).await, "grant/support/orders"), Outcome::AlreadySo);
    assert!(!race.world.calls().contains_key("lambda:RemovePermission"), "{:?}", race.world.calls());
}

#[tokio::test]
async fn a_mark_whose_statement_was_edited_still_speaks_of_its_association() {
    let mut race = Race::new().await;
    let own = race.own().await;
    assert!(own.starts_with("flowbind_a_raced_"), "{own}");
    race.remove(&own).await;
    race.add(&own).await;
    race.prune();
    all_done(&race.apply(&race.pruned().await).await);
    assert_eq!((race.associated().await, race.sids().await), (Vec::new(), BTreeSet::new()));
}

#[tokio::test]
async fn a_mark_that_was_made_for_another_statement_says_nothing_of_an_association() {
    let mut race = Race::new().await;
    let own = race.own().await;
    let body = race.statements().await.into_iter().find(|one| one["Sid"] == own.as_str()).unwrap();
    let arn = body["Condition"]["ArnLike"]["AWS:SourceArn"].as_str().unwrap().to_owned();
    race.remove(&own).await;
    // The same statement, under the mark of something else.
    let other = "flowbind_a_raced_0000000000000000";
    let add = race.world.lambda(LONDON).add_permission().function_name("orders").statement_id(other);
    let add = add.action("lambda:InvokeFunction").principal("connect.amazonaws.com");
    add.source_arn(arn).source_account(crate::world::ACCOUNT).send().await.unwrap();
    race.prune();
    let plan = race.pruned().await;
    let addresses = crate::removal::addresses(&plan);
    assert!(!addresses.contains(&"association/support/orders".to_owned()), "{addresses:?}");
    all_done(&race.apply(&plan).await);
    assert_eq!(race.associated().await, [crate::removal::arn("orders")]);
    assert!(!race.sids().await.contains(other));
}

#[tokio::test]
async fn a_flow_that_is_edited_after_a_rollback_was_planned_is_not_restored() {
    let mut race = Race::new().await;
    race.edit(&[], &[("main.json", says("two"))]);
    all_done(&race.apply(&race.world.plan().await).await);
    let kept = Backups::read(&race.world.folder.path().join("raced"), "run").unwrap();
    let session = race.world.session().await;
    let back = reconcile::plan_rollback(&session, "run", &kept.flows, &[]).await.unwrap();
    let id = race.id("Main").await;
    race.theirs(&id, &says("theirs")).await;
    let report = carry_out(&session, &back, &race.world.folder.path().join("back")).await;
    let message = changed(&report, "flow/main");
    assert!(message.contains("the content of block `say` was changed"), "{message}");
    assert_eq!(race.content(&id).await, says("theirs"));
}
