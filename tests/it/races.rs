//! Another client changes something between the look and the write: nothing of theirs is lost, and the report says
//! what changed.

use std::collections::BTreeSet;

use aws_sdk_connect::types::{
    ContactFlowModuleState, ContactFlowState, ContactFlowType, InstanceAttributeType,
};
use flowbind::backup::Backups;
use flowbind::plan::{ApplyReport, Outcome, Plan, Reach};
use flowbind::reconcile;
use flowbind::resource::Address;

use crate::apply::{Silent, all_done, carry_out};
use crate::world::{World, load};

const LONDON: &str = "eu-west-2";

const MANIFEST: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: raced }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances:
    support: { alias: acme }
  functions:
    orders: { name: orders } # function
  modules:
    hello: { instance: support, name: Hello, content: hello.json }
  flows:
    main: { instance: support, name: Main, type: contact-flow, content: main.json }
    calls: { instance: support, name: Calls, type: contact-flow, content: calls.json } # function
"#;

/// A flow that says something.
pub(crate) fn says(text: &str) -> String {
    format!(
        r#"{{"Version":"2019-10-30","StartAction":"say","Actions":[
{{"Identifier":"say","Type":"MessageParticipant","Parameters":{{"Text":"{text}"}},"Transitions":{{"NextAction":"end","Errors":[{{"ErrorType":"NoMatchingError","NextAction":"end"}}],"Conditions":[]}}}},
{{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{{}},"Transitions":{{}}}}]}}"#
    )
}

/// A module that says something.
fn module(text: &str) -> String {
    let flow = says(text).replace("DisconnectParticipant", "EndFlowModuleExecution");
    let settings =
        r#""Settings":{"InputParameters":[],"OutputParameters":[],"Transitions":[]},"StartAction""#;
    flow.replace("\"StartAction\"", settings)
}

pub(crate) struct Race {
    pub(crate) world: World,
    pub(crate) instance: String,
    pub(crate) connect: aws_sdk_connect::Client,
}

impl Race {
    /// Everything is applied once.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("m.yaml", MANIFEST);
        write("main.json", &says("one"));
        write("hello.json", &module("one"));
        write("calls.json", &crate::removal::flow("${function.orders.arn}", None));
        let world = World::in_folder(folder, "m.yaml").await;
        let session = world.session().await;
        let plan = world.plan().await;
        all_done(&carry_out(&session, &plan, &world.folder.path().join("first")).await);
        let connect = world.connect(LONDON);
        let list = connect.list_instances().send().await.unwrap();
        let instance = list.instance_summary_list()[0].id().unwrap().to_owned();
        Self { world, instance, connect }
    }

    /// Puts the repository ahead of what is live.
    pub(crate) fn edit(&mut self, edits: &[(&str, &str)], files: &[(&str, String)]) {
        let folder = self.world.folder.path();
        let mut text = std::fs::read_to_string(folder.join("m.yaml")).unwrap();
        for (from, to) in edits {
            assert!(text.contains(from), "{text}");
            text = text.replace(from, to);
        }
        std::fs::write(folder.join("m.yaml"), text).unwrap();
        files.iter().for_each(|(name, text)| std::fs::write(folder.join(name), text).unwrap());
        self.world.manifests = load(&folder.join("m.yaml"));
    }

    /// Without what calls the function, and without the function.
    pub(crate) fn prune(&mut self) {
        let path = self.world.folder.path().join("m.yaml");
        let text = std::fs::read_to_string(&path).unwrap();
        let kept: Vec<&str> = text.lines().filter(|line| !line.ends_with("# function")).collect();
        std::fs::write(&path, kept.join("\n").replace("  functions:\n", "")).unwrap();
        self.world.manifests = load(&path);
    }

    pub(crate) async fn pruned(&self) -> Plan {
        let session = self.world.session().await;
        let manifest = self.world.manifest();
        reconcile::plan(&session, manifest, Reach::Orphaned).await.unwrap().forced()
    }

    pub(crate) async fn id(&self, name: &str) -> String {
        let list = self.connect.list_contact_flows().instance_id(&self.instance).send().await.unwrap();
        let found = list.contact_flow_summary_list().iter().find(|flow| flow.name() == Some(name));
        found.unwrap().id().unwrap().to_owned()
    }

    async fn module_id(&self) -> String {
        let list = self.connect.list_contact_flow_modules().instance_id(&self.instance).send().await.unwrap();
        list.contact_flow_modules_summary_list()[0].id().unwrap().to_owned()
    }

    /// Somebody publishes, or with `:$SAVED` saves.
    pub(crate) async fn theirs(&self, id: &str, text: &str) {
        let update = self.connect.update_contact_flow_content().instance_id(&self.instance);
        update.contact_flow_id(id).content(text).send().await.unwrap();
    }

    pub(crate) async fn content(&self, id: &str) -> String {
        let describe = self.connect.describe_contact_flow().instance_id(&self.instance);
        let flow = describe.contact_flow_id(id).send().await.unwrap();
        flow.contact_flow().unwrap().content().unwrap().to_owned()
    }

    /// Carries a plan out with everything allowed.
    pub(crate) async fn apply(&self, plan: &Plan) -> ApplyReport {
        let session = self.world.session().await;
        let guards = plan.actions.iter().filter_map(|action| action.guard.as_ref());
        let allowed: BTreeSet<Address> = guards.map(|guard| guard.allow.clone()).collect();
        let backups = Backups::new(&self.world.folder.path().join("raced"), "run");
        reconcile::apply(&session, plan, &allowed, &backups, &Silent).await.unwrap()
    }
}

/// The outcome of an action, which has to be that something changed.
pub(crate) fn changed(report: &ApplyReport, address: &str) -> String {
    let outcome = outcome(report, address);
    let Outcome::Moved { message } = outcome else { panic!("{address}: {outcome:?}") };
    assert!(message.starts_with(address) && message.contains("flowbind plan"), "{message}");
    message
}

pub(crate) fn outcome(report: &ApplyReport, address: &str) -> Outcome {
    let found = report.outcomes.iter().find(|(id, _)| id.address.to_string() == address);
    found.unwrap_or_else(|| panic!("no {address} in {:?}", report.outcomes)).1.clone()
}

#[tokio::test]
async fn a_flow_that_is_edited_after_the_look_is_not_overwritten() {
    let mut race = Race::new().await;
    race.edit(&[], &[("main.json", says("two"))]);
    let plan = race.world.plan().await;
    let id = race.id("Main").await;
    race.theirs(&id, &says("theirs")).await;
    let report = race.apply(&plan).await;
    let message = changed(&report, "flow/main");
    assert!(message.contains("the content of block `say` was changed"), "{message}");
    assert_eq!(race.content(&id).await, says("theirs"));
    assert!(report.backups.is_empty());
}

#[tokio::test]
async fn a_draft_that_is_saved_after_the_look_is_not_dropped() {
    let mut race = Race::new().await;
    race.edit(&[], &[("main.json", says("two"))]);
    let plan = race.world.plan().await;
    let id = race.id("Main").await;
    race.theirs(&format!("{id}:$SAVED"), &says("draft")).await;
    let message = changed(&race.apply(&plan).await, "flow/main");
    assert!(message.contains("a newer draft was saved"), "{message}");
    assert_eq!(race.content(&format!("{id}:$SAVED")).await, says("draft"));
    assert_eq!(race.content(&id).await, says("one"));
}

#[tokio::test]
async fn a_flow_that_is_renamed_archived_or_deleted_after_the_look_is_left_alone() {
    let mut race = Race::new().await;
    race.edit(&[], &[("main.json", says("two"))]);
    let plan = race.world.plan().await;
    let id = race.id("Main").await;
    let update = race.connect.update_contact_flow_metadata().instance_id(&race.instance).contact_flow_id(&id);
    update.clone().name("Front").send().await.unwrap();
    let message = changed(&race.apply(&plan).await, "flow/main");
    assert!(message.contains("it was renamed to `Front`"), "{message}");
    update.clone().name("Main").contact_flow_state(ContactFlowState::Archived).send().await.unwrap();
    let message = changed(&race.apply(&plan).await, "flow/main");
    assert!(message.contains("it was archived"), "{message}");
    assert_eq!(race.content(&id).await, says("one"));
    let delete = race.connect.delete_contact_flow().instance_id(&race.instance).contact_flow_id(&id);
    delete.send().await.unwrap();
    let message = changed(&race.apply(&plan).await, "flow/main");
    assert!(message.contains("was deleted by someone"), "{message}");
}

#[tokio::test]
async fn a_module_that_is_edited_or_archived_after_the_look_is_left_alone() {
    let mut race = Race::new().await;
    race.edit(&[], &[("hello.json", module("two"))]);
    let plan = race.world.plan().await;
    let id = race.module_id().await;
    let archive = race.connect.update_contact_flow_module_metadata().instance_id(&race.instance);
    let archive = archive.contact_flow_module_id(&id);
    archive.clone().state(ContactFlowModuleState::Archived).send().await.unwrap();
    let message = changed(&race.apply(&plan).await, "module/hello");
    assert!(message.contains("it was archived"), "{message}");
    archive.state(ContactFlowModuleState::Active).send().await.unwrap();
    let update = race.connect.update_contact_flow_module_content().instance_id(&race.instance);
    update.contact_flow_module_id(&id).content(module("theirs")).send().await.unwrap();
    let message = changed(&race.apply(&plan).await, "module/hello");
    assert!(message.contains("the content of block `say` was changed"), "{message}");
    let describe = race.connect.describe_contact_flow_module().instance_id(&race.instance);
    let live = describe.contact_flow_module_id(&id).send().await.unwrap();
    assert_eq!(live.contact_flow_module().unwrap().content(), Some(module("theirs").as_str()));
}

#[tokio::test]
async fn a_name_or_description_that_somebody_writes_after_the_look_stays() {
    let mut race = Race::new().await;
    race.edit(&[("name: Main,", "name: Main, description: ours,")], &[]);
    let plan = race.world.plan().await;
    let id = race.id("Main").await;
    let update = race.connect.update_contact_flow_metadata().instance_id(&race.instance).contact_flow_id(&id);
    update.clone().description("theirs").send().await.unwrap();
    let message = changed(&race.apply(&plan).await, "flow/main");
    assert!(message.contains("its description was changed"), "{message}");
    let describe = race.connect.describe_contact_flow().instance_id(&race.instance).contact_flow_id(&id);
    let live = describe.send().await.unwrap();
    assert_eq!(live.contact_flow().unwrap().description(), Some("theirs"));
    update.description("ours").send().await.unwrap();
    assert_eq!(outcome(&race.apply(&plan).await, "flow/main"), Outcome::AlreadySo);
}

#[tokio::test]
async fn the_backup_is_of_the_read_right_before_the_write() {
    let mut race = Race::new().await;
    let id = race.id("Main").await;
    race.edit(&[], &[("main.json", says("two"))]);
    let plan = race.world.plan().await;
    // The same by its meaning, laid out anew, and with a tag of theirs.
    let theirs = says("one").replace('\n', "\n\n");
    race.theirs(&id, &theirs).await;
    let describe = race.connect.describe_contact_flow().instance_id(&race.instance).contact_flow_id(&id);
    let live = describe.send().await.unwrap().contact_flow().unwrap().clone();
    let tag = race.connect.tag_resource().resource_arn(live.arn().unwrap()).tags("team", "night");
    tag.send().await.unwrap();
    let update = race.connect.update_contact_flow_metadata().instance_id(&race.instance).contact_flow_id(&id);
    update.description("theirs").send().await.unwrap();
    all_done(&race.apply(&plan).await);
    let kept = Backups::read(&race.world.folder.path().join("raced"), "run").unwrap();
    let [flow] = kept.flows.as_slice() else { panic!("{kept:?}") };
    assert_eq!((flow.content.as_str(), flow.description.as_str()), (theirs.as_str(), "theirs"));
    assert_eq!(flow.tags.get("team").map(String::as_str), Some("night"));
    assert_eq!((flow.kind.as_str(), flow.archived), ("CONTACT_FLOW", false));
}

#[tokio::test]
async fn what_was_written_back_is_not_taken_for_a_change_from_outside() {
    let mut race = Race::new().await;
    race.edit(&[], &[("main.json", says("two"))]);
    all_done(&race.apply(&race.world.plan().await).await);
    let kept = Backups::read(&race.world.folder.path().join("raced"), "run").unwrap();
    let session = race.world.session().await;
    let back = reconcile::plan_rollback(&session, "run", &kept.flows, &[]).await.unwrap();
    all_done(&carry_out(&session, &back, &race.world.folder.path().join("back")).await);
    let plan = race.world.plan().await;
    let [action] = plan.actions.as_slice() else { panic!("{plan:?}") };
    assert!(!action.reason.contains("AWS"), "{}", action.reason);
    assert_eq!(format!("{:?}", action.cause), "Manifest", "{}", action.reason);
}

#[tokio::test]
async fn a_flow_that_is_edited_after_the_look_is_not_pruned() {
    let mut race = Race::new().await;
    race.prune();
    let plan = race.pruned().await;
    let id = race.id("Calls").await;
    race.theirs(&id, &says("theirs")).await;
    let report = race.apply(&plan).await;
    let message = changed(&report, "flow/calls");
    assert!(message.contains("the content of block"), "{message}");
    assert_eq!(race.content(&id).await, says("theirs"));
    let rest = report.outcomes.iter().filter(|(id, _)| id.address.to_string() != "flow/calls");
    for (id, outcome) in rest {
        assert!(matches!(outcome, Outcome::Skipped { .. }), "{}: {outcome:?}", id.address);
    }
    assert_eq!(
        std::fs::read_dir(race.world.folder.path().join("raced")).map(Iterator::count).unwrap_or(0),
        0
    );
}

#[tokio::test]
async fn a_draft_that_is_saved_after_the_look_keeps_its_flow_from_being_pruned() {
    let mut race = Race::new().await;
    race.prune();
    let plan = race.pruned().await;
    let id = race.id("Calls").await;
    race.theirs(&format!("{id}:$SAVED"), &says("draft")).await;
    let message = changed(&race.apply(&plan).await, "flow/calls");
    assert!(message.contains("a newer draft was saved"), "{message}");
    assert_eq!(race.content(&format!("{id}:$SAVED")).await, says("draft"));
}

#[tokio::test]
async fn a_function_that_a_flow_published_after_the_look_calls_keeps_association_and_permission() {
    for draft in [false, true] {
        let mut race = Race::new().await;
        race.prune();
        let plan = race.pruned().await;
        let text = crate::removal::flow(&crate::removal::arn("orders"), None);
        let create = race.connect.create_contact_flow().instance_id(&race.instance).name("New");
        let create = create.r#type(ContactFlowType::ContactFlow);
        let first = if draft { says("one") } else { text.clone() };
        let new = create.content(first).send().await.unwrap();
        if draft {
            race.theirs(&format!("{}:$SAVED", new.contact_flow_id().unwrap()), &text).await;
        }
        let report = race.apply(&plan).await;
        assert_eq!(outcome(&report, "flow/calls"), Outcome::Applied);
        let message = changed(&report, "association/support/orders");
        let what = if draft { "the draft of flow `New` calls" } else { "removed: flow `New` calls" };
        assert!(message.contains(what), "{message}");
        assert!(matches!(outcome(&report, "grant/support/orders"), Outcome::Skipped { .. }));
        let list = race.connect.list_lambda_functions().instance_id(&race.instance).send().await.unwrap();
        assert_eq!(list.lambda_functions(), [crate::removal::arn("orders")]);
    }
}

#[tokio::test]
async fn without_a_race_everything_is_pruned_and_each_flow_is_read_again_once() {
    let mut race = Race::new().await;
    race.prune();
    let plan = race.pruned().await;
    crate::apply_calls::carried_out_as_forecast(&race.world, &plan).await;
    assert!(race.pruned().await.actions.is_empty());
}

#[tokio::test]
async fn a_name_that_is_taken_after_the_look_is_not_adopted() {
    let mut race = Race::new().await;
    let more =
        "  flows:\n    late: { instance: support, name: Late, type: contact-flow, content: late.json }\n";
    race.edit(&[("  flows:\n", more)], &[("late.json", says("late"))]);
    let plan = race.world.plan().await;
    let create = race.connect.create_contact_flow().instance_id(&race.instance).name("Late");
    let create = create.r#type(ContactFlowType::ContactFlow);
    let theirs = create.content(says("theirs")).send().await.unwrap();
    let id = theirs.contact_flow_id().unwrap();
    let report = race.apply(&plan).await;
    let Outcome::Moved { message } = outcome(&report, "flow/late") else { panic!("{report:?}") };
    assert!(message.contains("flow `Late` was created by someone"), "{message}");
    assert_eq!(race.content(id).await, says("theirs"));
    race.theirs(id, &says("late")).await;
    assert_eq!(outcome(&race.apply(&plan).await, "flow/late"), Outcome::AlreadySo);
    let describe = race.connect.describe_contact_flow().instance_id(&race.instance).contact_flow_id(id);
    let live = describe.send().await.unwrap();
    assert!(live.contact_flow().unwrap().tags().is_none_or(|tags| tags.is_empty()), "it is still theirs");
}

#[tokio::test]
async fn an_attribute_that_somebody_set_after_the_look_is_not_set_again() {
    let mut race = Race::new().await;
    let alias = "support: { alias: acme, attributes: { contactflow-logs: true } }";
    race.edit(&[("support: { alias: acme }", alias)], &[]);
    let plan = race.world.plan().await;
    let update = race.connect.update_instance_attribute().instance_id(&race.instance);
    let update = update.attribute_type(InstanceAttributeType::ContactflowLogs).value("true");
    update.send().await.unwrap();
    race.world.emulator.reset();
    assert_eq!(outcome(&race.apply(&plan).await, "instance/support"), Outcome::AlreadySo);
    assert!(!race.world.calls().contains_key("connect:UpdateInstanceAttribute"));
}

#[tokio::test]
async fn tags_of_a_flow_that_another_set_took_over_after_the_look_are_left_alone() {
    let mut race = Race::new().await;
    race.edit(&[("    main: {", "    front: {")], &[]);
    let plan = race.world.plan().await;
    assert_eq!(plan.actions.len(), 1, "{:?}", plan.actions);
    let id = race.id("Main").await;
    let describe = race.connect.describe_contact_flow().instance_id(&race.instance).contact_flow_id(&id);
    let arn = describe.clone().send().await.unwrap().contact_flow().unwrap().arn().unwrap().to_owned();
    let tag = race.connect.tag_resource().resource_arn(arn).tags("flowbind/set", "other/main");
    tag.send().await.unwrap();
    let message = changed(&race.apply(&plan).await, "flow/front");
    assert!(message.contains("its tag `flowbind/set` was set to `other/main`"), "{message}");
    let live = describe.send().await.unwrap();
    let tags = live.contact_flow().unwrap().tags().unwrap().clone();
    assert_eq!(tags.get("flowbind/set").map(String::as_str), Some("other/main"));
}

#[tokio::test]
async fn a_flow_that_is_replaced_after_the_look_is_reported_with_its_new_id() {
    let mut race = Race::new().await;
    let old = race.id("Main").await;
    race.edit(&[], &[("main.json", says("new"))]);
    let plan = race.world.plan().await;
    race.connect
        .delete_contact_flow()
        .instance_id(&race.instance)
        .contact_flow_id(&old)
        .send()
        .await
        .unwrap();
    let create = race.connect.create_contact_flow().instance_id(&race.instance).name("Main");
    create.r#type(ContactFlowType::ContactFlow).content(says("theirs")).send().await.unwrap();
    let new = race.id("Main").await;
    let message = changed(&race.apply(&plan).await, "flow/main");
    assert!(message.contains("was replaced by someone") && message.contains(&new), "{message}");
    assert_eq!(race.content(&new).await, says("theirs"));
}
