//! An instance as people make one by hand: with real SDK clients, and nothing of flowbind's.

use aws_sdk_connect::types::{ContactFlowState, ContactFlowStatus, ContactFlowType};
use serde_json::{Value, json};

use super::{REGION, lambda};
use crate::world::{ACCOUNT, World};

/// Makes a flow of blocks that lead from one to the next.
fn flow(end: &str, blocks: &[(&str, &str, Value)]) -> String {
    let mut actions = vec![json!({ "Identifier": "end", "Type": end, "Parameters": {}, "Transitions": {} })];
    let mut next = "end";
    for (name, kind, parameters) in blocks.iter().rev() {
        let errors = json!([{ "ErrorType": "NoMatchingError", "NextAction": "end" }]);
        let transitions = json!({ "NextAction": next, "Errors": errors, "Conditions": [] });
        actions.push(
            json!({ "Identifier": name, "Type": kind, "Parameters": parameters, "Transitions": transitions }),
        );
        next = name;
    }
    json!({ "Version": "2019-10-30", "StartAction": next, "Metadata": {}, "Actions": actions }).to_string()
}

fn call(arn: &str) -> (&'static str, Value) {
    ("InvokeLambdaFunction", json!({ "LambdaFunctionARN": arn, "InvocationTimeLimitSeconds": "5" }))
}

fn say(text: &str) -> (&'static str, Value) {
    ("MessageParticipant", json!({ "Text": text }))
}

fn block<'a>(name: &'a str, (kind, parameters): (&'a str, Value)) -> (&'a str, &'a str, Value) {
    (name, kind, parameters)
}

/// An instance of the embedded AWS.
struct Site<'w> {
    world: &'w World,
    id: String,
    arn: String,
}

async fn site<'w>(world: &'w World, alias: &str) -> Site<'w> {
    let list = world.connect(REGION).list_instances().send().await.unwrap();
    let found =
        list.instance_summary_list().iter().find(|found| found.instance_alias() == Some(alias)).unwrap();
    Site { world, id: found.id().unwrap().to_owned(), arn: found.arn().unwrap().to_owned() }
}

impl Site<'_> {
    /// Creates a flow and gives its id and ARN.
    async fn create(&self, name: &str, status: ContactFlowStatus, content: &str) -> (String, String) {
        let create = self.world.connect(REGION).create_contact_flow().instance_id(&self.id).name(name);
        let create = create.r#type(ContactFlowType::ContactFlow).status(status).content(content);
        let made = create.send().await.unwrap();
        (made.contact_flow_id().unwrap().to_owned(), made.contact_flow_arn().unwrap().to_owned())
    }

    async fn published(&self, name: &str, blocks: &[(&str, &str, Value)]) -> (String, String) {
        self.create(name, ContactFlowStatus::Published, &flow("DisconnectParticipant", blocks)).await
    }

    async fn update(&self, id: &str, blocks: &[(&str, &str, Value)]) {
        let update = self.world.connect(REGION).update_contact_flow_content().instance_id(&self.id);
        let content = flow("DisconnectParticipant", blocks);
        update.contact_flow_id(id).content(content).send().await.unwrap();
    }

    /// The ARN and id of the queue, of the prompt and of the hours.
    async fn named(&self) -> [(String, String); 3] {
        let connect = self.world.connect(REGION);
        let queues = connect.list_queues().instance_id(&self.id).send().await.unwrap();
        let prompts = connect.list_prompts().instance_id(&self.id).send().await.unwrap();
        let hours = connect.list_hours_of_operations().instance_id(&self.id).send().await.unwrap();
        let pair = |arn: Option<&str>, id: Option<&str>| (arn.unwrap().to_owned(), id.unwrap().to_owned());
        let (queue, prompt) = (&queues.queue_summary_list()[0], &prompts.prompt_summary_list()[0]);
        let hours = &hours.hours_of_operation_summary_list()[0];
        [pair(queue.arn(), queue.id()), pair(prompt.arn(), prompt.id()), pair(hours.arn(), hours.id())]
    }
}

/// Associates the functions and lets their aliases be called, as the console and a careful hand do.
pub(crate) async fn associate(world: &World, alias: &str) {
    let site = site(world, alias).await;
    for name in ["crm", "greeter", "idle", "gone"] {
        let associate = world.connect(REGION).associate_lambda_function().instance_id(&site.id);
        associate.function_arn(lambda(name)).send().await.unwrap();
    }
    for name in ["crm", "gone"] {
        let add = world.lambda(REGION).add_permission().function_name(name).qualifier("live");
        let add = add.statement_id(format!("by-hand-{alias}")).action("lambda:InvokeFunction");
        let add = add.principal("connect.amazonaws.com").source_account(ACCOUNT).source_arn(&site.arn);
        add.send().await.unwrap();
    }
}

/// Makes 8 flows and a module: two that name each other, hostile names, an archived, a saved and an edited one, and
/// one whose function can be broken.
pub(crate) async fn furnish(world: &World, alias: &str) {
    associate(world, alias).await;
    let site = site(world, alias).await;
    let [(queue, _), (prompt, _), (_, hours)] = site.named().await;
    let connect = world.connect(REGION);
    let text = flow("EndFlowModuleExecution", &[block("hello", say("Hello"))]);
    let module = connect
        .create_contact_flow_module()
        .instance_id(&site.id)
        .name("Auth")
        .description("a: b # c\n\"d\"");
    let module = module.content(text).send().await.unwrap().arn().unwrap().to_owned();
    let (main, main_arn) = site.published("Main IVR", &[]).await;
    let (_, desk) = site
        .published(
            "Desk",
            &[
                block("greet", call(&lambda("greeter"))),
                block("text", say(&format!("Welcome to {} ${{literal}} {prompt}", site.arn))),
                block("back", ("TransferToFlow", json!({ "ContactFlowId": main }))),
            ],
        )
        .await;
    site.update(
        &main,
        &[
            block("look up", call(&lambda("crm:live"))),
            block("auth", ("InvokeFlowModule", json!({ "FlowModuleId": module }))),
            block("queue", ("UpdateContactTargetQueue", json!({ "QueueId": queue }))),
            block("open", ("CheckHoursOfOperation", json!({ "HoursOfOperationId": hours }))),
            block("desk", ("TransferToFlow", json!({ "ContactFlowId": desk }))),
        ],
    )
    .await;
    site.published("NO: \"x\" ${var.alias} # – 日本 \\", &[block("say", say(&main_arn))]).await;
    site.published("007", &[]).await;
    site.published("Calls gone", &[block("call", call(&lambda("gone:live")))]).await;
    let saved = flow("DisconnectParticipant", &[block("say", say("soon"))]);
    site.create("Saved", ContactFlowStatus::Saved, &saved).await;
    let (archived, _) = site.published("Archived", &[]).await;
    let archive = connect.update_contact_flow_metadata().instance_id(&site.id).contact_flow_id(archived);
    archive.contact_flow_state(ContactFlowState::Archived).send().await.unwrap();
}

/// Makes one flow that calls a function and says something.
pub(crate) async fn one_flow(world: &World, alias: &str) {
    associate(world, alias).await;
    let site = site(world, alias).await;
    let blocks = [block("greet", call(&lambda("crm:live"))), block("text", say("Welcome to Acme"))];
    site.published("Desk", &blocks).await;
}

/// Takes a function from the instance's list, and begins to edit a flow.
pub(crate) async fn break_function(world: &World, alias: &str) {
    let site = site(world, alias).await;
    let disassociate = world.connect(REGION).disassociate_lambda_function().instance_id(&site.id);
    disassociate.function_arn(lambda("gone")).send().await.unwrap();
    let (edited, _) = site.published("Edited", &[]).await;
    site.update(&format!("{edited}:$SAVED"), &[block("say", say("not yet"))]).await;
}

/// What callers of a flow meet.
pub(crate) async fn content(world: &World, alias: &str, name: &str) -> String {
    let site = site(world, alias).await;
    let connect = world.connect(REGION);
    let list = connect.list_contact_flows().instance_id(&site.id).send().await.unwrap();
    let found = list.contact_flow_summary_list().iter().find(|flow| flow.name() == Some(name)).unwrap();
    let describe = connect.describe_contact_flow().instance_id(&site.id).contact_flow_id(found.id().unwrap());
    describe.send().await.unwrap().contact_flow().unwrap().content().unwrap().to_owned()
}
