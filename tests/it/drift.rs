//! Drift tells apart who moved and what, in one run and each with its own words, and never writes.

use std::process::Output;

use aws_sdk_connect::types::ContactFlowType;
use flowbind::emulator::Settings;
use flowbind::plan::Reach;
use serde_json::Value;

use crate::apply::{all_done, carry_out};
use crate::removal::{arn, flow};
use crate::world::{World, code, flowbind_at, is_read, stderr, stdout};

const LONDON: &str = "eu-west-2";

/// Lines that end in `# gone` are taken out after the first apply.
const MANIFEST: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances:
    support: { alias: acme }
  functions:
    crm: { name: crm, qualifier: live }
    orders: { name: orders } # gone
    theirs: { name: theirs } # gone
  modules:
    hello: { instance: support, name: Hello, content: hello.json }
  flows:
    console: { instance: support, name: Console, type: contact-flow, content: console.json }
    repo: { instance: support, name: Repo, type: contact-flow, content: repo.json }
    both: { instance: support, name: Both, type: contact-flow, content: both.json }
    draft: { instance: support, name: Draft, type: contact-flow, content: draft.json }
    lost: { instance: support, name: Lost, type: contact-flow, content: lost.json }
    old: { instance: support, name: Old, type: contact-flow, content: old.json } # gone
    desk:
      instance: support
      name: Desk
      type: contact-flow
      bindings: { Look up: { function: crm, timeLimit: 3s } }
"#;

const HELLO: &str = r#"{"Version":"2019-10-30","StartAction":"end","Settings":{"InputParameters":[],"OutputParameters":[],"Transitions":[]},"Actions":[
{"Identifier":"end","Type":"EndFlowModuleExecution","Parameters":{},"Transitions":{}}]}"#;

fn later() -> String {
    let kept = MANIFEST.lines().filter(|line| !line.ends_with("# gone"));
    kept.fold(String::new(), |text, line| text + line + "\n")
}

fn limited(seconds: u8) -> String {
    let limit = format!(r#""InvocationTimeLimitSeconds":"{seconds}""#);
    flow("${function.crm.arn}", None).replace(r#""InvocationTimeLimitSeconds":"3""#, &limit)
}

/// A world where everything was applied; its state survives in a file.
async fn applied() -> World {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("m.yaml", MANIFEST);
    for name in ["console", "repo", "both", "draft", "lost"] {
        write(&format!("{name}.json"), &limited(3));
    }
    write("old.json", &flow("${function.orders.arn}", None));
    write("hello.json", HELLO);
    let settings = Settings { state: Some(folder.path().join("state.json")), ..Settings::default() };
    let world = World::in_folder_with(folder, "m.yaml", settings).await;
    let session = world.session().await;
    let plan = world.plan().await;
    all_done(&carry_out(&session, &plan, &world.folder.path().join("first")).await);
    world
}

/// The same state, with faults from now on.
async fn with_faults(world: World, faults: &[&str]) -> World {
    world.emulator.stop().await.unwrap();
    let state = Some(world.folder.path().join("state.json"));
    let faults = faults.iter().map(|text| text.parse().unwrap()).collect();
    World::at(world.folder, "m.yaml", Settings { state, faults, ..Settings::default() }).await
}

/// Somebody in the console.
struct Hands<'a> {
    world: &'a World,
    connect: aws_sdk_connect::Client,
    instance: String,
}

impl<'a> Hands<'a> {
    async fn on(world: &'a World) -> Self {
        let connect = world.connect(LONDON);
        let list = connect.list_instances().send().await.unwrap();
        let instance = list.instance_summary_list()[0].id().unwrap().to_owned();
        Self { world, connect, instance }
    }

    async fn id(&self, name: &str) -> String {
        let list = self.connect.list_contact_flows().instance_id(&self.instance).send().await.unwrap();
        let mut flows = list.contact_flow_summary_list().iter();
        flows.find(|flow| flow.name() == Some(name)).unwrap().id().unwrap().to_owned()
    }

    async fn content(&self, id: &str) -> String {
        let describe = self.connect.describe_contact_flow().instance_id(&self.instance).contact_flow_id(id);
        describe.send().await.unwrap().contact_flow.unwrap().content.unwrap()
    }

    /// Sets the time limit of a flow's block; `suffix` is that of the draft or nothing.
    async fn set_limit(&self, name: &str, seconds: u8, suffix: &str) {
        let id = self.id(name).await;
        let content = self.content(&id).await;
        let changed = content.replacen(r#"Seconds":"3""#, &format!(r#"Seconds":"{seconds}""#), 1);
        let changed = changed.replacen(r#"Seconds": "3""#, &format!(r#"Seconds": "{seconds}""#), 1);
        assert_ne!(changed, content, "{name}");
        let update = self.connect.update_contact_flow_content().instance_id(&self.instance);
        update.contact_flow_id(format!("{id}{suffix}")).content(changed).send().await.unwrap();
    }

    async fn delete(&self, name: &str) {
        let id = self.id(name).await;
        let delete = self.connect.delete_contact_flow().instance_id(&self.instance).contact_flow_id(id);
        delete.send().await.unwrap();
    }

    async fn create(&self, name: &str) {
        self.create_calling(name, &arn("theirs")).await;
    }

    async fn create_calling(&self, name: &str, function: &str) {
        let create = self.connect.create_contact_flow().instance_id(&self.instance).name(name);
        let create = create
            .r#type(ContactFlowType::ContactFlow)
            .content(limited(3).replace("${function.crm.arn}", function));
        create.send().await.unwrap();
    }

    async fn associate(&self, function: &str) {
        let associate = self.connect.associate_lambda_function().instance_id(&self.instance);
        associate.function_arn(arn(function)).send().await.unwrap();
    }

    async fn disassociate(&self, function: &str) {
        let disassociate = self.connect.disassociate_lambda_function().instance_id(&self.instance);
        disassociate.function_arn(arn(function)).send().await.unwrap();
    }

    async fn permit(&self, sid: &str, source: &str) {
        let lambda = self.world.lambda(LONDON);
        let add = lambda.add_permission().function_name("crm").qualifier("live").statement_id(sid);
        let add = add.action("lambda:InvokeFunction").principal("connect.amazonaws.com");
        let add = add.source_account("111122223333");
        add.source_arn(format!("arn:aws:connect:eu-west-2:111122223333:instance/{source}"))
            .send()
            .await
            .unwrap();
    }
}

/// Everything at once.
async fn drifted() -> World {
    let world = applied().await;
    let hands = Hands::on(&world).await;
    hands.set_limit("Console", 5, "").await;
    hands.set_limit("Both", 5, "").await;
    hands.set_limit("Desk", 5, "").await;
    hands.set_limit("Draft", 6, ":$SAVED").await;
    hands.delete("Lost").await;
    hands.disassociate("crm").await;
    hands.create("By Hand").await;
    hands.associate("theirs").await;
    hands.permit("by-hand", "11111111-2222-3333-4444-555555555555").await;
    let write = |name: &str, text: &str| std::fs::write(world.folder.path().join(name), text).unwrap();
    write("repo.json", &limited(4));
    write("both.json", &limited(4));
    write("m.yaml", &later());
    with_faults(world, &["deny:connect:DescribeContactFlowModule"]).await
}

fn run(world: &World, args: &[&str]) -> Output {
    let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
    command.arg("drift").arg("m.yaml").args(args).output().unwrap()
}

fn differences(output: &Output) -> Vec<Value> {
    let document: Value = serde_json::from_str(&stdout(output)).unwrap();
    assert_eq!(document["format"], "flowbind.drift/v1");
    document["differences"].as_array().unwrap().clone()
}

fn lines(differences: &[Value]) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    differences.iter().map(|d| format!("{} {}", text(&d["kind"]), text(&d["address"]))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_is_told_apart_in_one_run() {
    let world = drifted().await;
    let output = run(&world, &["--output", "json"]);
    assert_eq!(code(&output), 3, "{}", stderr(&output));
    let found = differences(&output);
    let expected = [
        "changed-outside flow/console",
        "changed-in-manifest flow/repo",
        "changed-both flow/both",
        "changed flow/desk",
        "missing association/support/crm",
        "missing flow/lost",
        "left-over association/support/orders",
        "left-over grant/support/orders",
        "left-over flow/old",
        "unmanaged association/support/theirs",
        "unmanaged grant/11111111-2222-3333-4444-555555555555/crm",
        "unmanaged flow/by-hand",
        "being-edited flow/draft",
        "could-not-tell module/hello",
    ];
    assert_eq!(lines(&found), expected, "{found:#?}");
    let of = |line: &str| &found[expected.iter().position(|expected| *expected == line).unwrap()];
    for (line, moved, words) in [
        (
            expected[0],
            "aws",
            "block `call` differs: changed in AWS since flowbind wrote it last, not in the manifest",
        ),
        (
            expected[1],
            "repository",
            "AWS holds what flowbind wrote last, and the manifest has not been applied since",
        ),
        (expected[2], "both", "changed in AWS since flowbind wrote it last, and the manifest has not"),
        (expected[3], "unknown", "which side changed is unknown"),
        (expected[4], "unknown", "marks the association as this set's"),
        (expected[5], "unknown", "no flow named `Lost`"),
        (expected[6], "repository", "this set associated"),
        (expected[8], "repository", "this set created flow `Old`"),
        (expected[9], "unknown", "is not declared"),
        (expected[12], "aws", "someone is editing `Draft`"),
        (expected[13], "unknown", "connect:DescribeContactFlowModule could not be read"),
    ] {
        assert_eq!(of(line)["moved"], moved, "{line}");
        let message = of(line)["message"].as_str().unwrap();
        assert!(message.contains(words), "{line}: {message}");
    }
    let limit = &of(expected[0])["planned"]["flow"]["blocks"][0]["fields"][0];
    assert_eq!((&limit["from"], &limit["to"]), (&Value::from("5"), &Value::from("3")));
    let draft = &of(expected[12])["draft"]["blocks"][0]["fields"][0];
    assert_eq!((&draft["from"], &draft["to"]), (&Value::from("3"), &Value::from("6")));
    reads_only(&world);
}

/// Whatever was called since the embedded AWS began to count only reads.
fn reads_only(world: &World) {
    for operation in world.calls().keys() {
        assert!(is_read(operation), "{operation} is no read");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_text_says_what_moved_by_kind_and_what_to_type_next() {
    let world = drifted().await;
    let output = run(&world, &[]);
    let text = stdout(&output);
    for part in [
        "Changed outside  (changed in AWS since flowbind wrote it last, not in the manifest)",
        "\n  ~ flow/console  block `call` differs\n",
        "    \"InvocationTimeLimitSeconds\": 5,\n          +     \"InvocationTimeLimitSeconds\": 3,",
        "Orphaned  (this set created it, and the manifest no longer declares it)",
        "Could not tell  ",
        "Drift: acme: 1 changed outside, 1 not applied, 1 changed on both sides, 1 changed, 2 missing, \
         3 orphaned, 3 unmanaged, 1 being edited, 1 could not tell.",
        "Incomplete: ",
        "next: `flowbind plan --prune m.yaml` shows what would be deleted",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(!text.contains('\u{1b}'), "a pipe gets no colours");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ignore_file_lets_pass_with_a_reason_until_its_day() {
    let world = applied().await;
    let hands = Hands::on(&world).await;
    hands.create("By Hand").await;
    let ignore = |text: &str| std::fs::write(world.folder.path().join("i.yaml"), text).unwrap();
    assert_eq!(code(&run(&world, &[])), 2, "what is unmanaged is drift");
    ignore("ignore:\n  - { address: flow/by-hand, kind: unmanaged, reason: a trial, until: 2999-12-31 }\n");
    let output = run(&world, &["--ignore", "i.yaml", "--show-ignored"]);
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("unmanaged: a trial (until 2999-12-31)"), "{}", stdout(&output));
    let output = run(&world, &["--ignore", "i.yaml", "--output", "json"]);
    assert_eq!(differences(&output)[0]["ignored"]["reason"], "a trial");

    ignore(
        "ignore:\n  - { address: flow/by-hand, reason: a trial, until: 2020-01-31 }\n  - { address: flow/nothing, reason: x }\n",
    );
    let output = run(&world, &["--ignore", "i.yaml"]);
    assert_eq!(code(&output), 2);
    let said = stderr(&output);
    assert!(said.contains("was ignored until 2020-01-31") && said.contains("i.yaml:2:5"), "{said}");
    assert!(said.contains("`flow/nothing` matches no drift"), "{said}");

    let calls = world.calls();
    ignore("ignore:\n  - { address: flow/by-hand, kind: unmanagd, reason: a trial }\n");
    let output = run(&world, &["--ignore", "i.yaml"]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("did you mean `unmanaged`?"), "{}", stderr(&output));
    assert_eq!(world.calls(), calls, "a wrong file is told before anything is read");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_in_sync_after_its_apply_and_in_another_account_nothing_is_read() {
    let world = World::demo().await;
    let session = world.session().await;
    let plan = world.plan().await;
    all_done(&carry_out(&session, &plan, &world.folder.path().join("own")).await);
    world.emulator.reset();
    let drift = |key: &str| {
        let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
        command.env("AWS_ACCESS_KEY_ID", key).args(["drift", "demo"]).output().unwrap()
    };
    let output = drift("dummy");
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("in sync"), "{}", stdout(&output));
    reads_only(&world);
    let forecast = Reach::Declared.of_drift(world.manifest()).forecast(world.manifest());
    let forecast: u64 = forecast.calls.values().map(|n| u64::from(*n)).sum();
    assert_eq!(world.calls().values().sum::<u64>(), forecast, "{:?}", world.calls());
    assert_eq!(code(&drift("999999999999")), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_reads_and_judges_what_nobody_declared() {
    let world = applied().await;
    let hands = Hands::on(&world).await;
    hands.create_calling("By Hand", &arn("nowhere")).await;
    let text = later().replace("    draft: {", "    # draft: {");
    std::fs::write(world.folder.path().join("m.yaml"), text).unwrap();
    let plain = stdout(&run(&world, &[]));
    assert!(!plain.contains("nowhere"), "{plain}");
    let output = run(&world, &["--audit", "--output", "json"]);
    assert_eq!(code(&output), 2, "{}", stderr(&output));
    let found = lines(&differences(&output));
    let expected = [
        "left-over association/support/orders",
        "left-over grant/support/orders",
        "left-over flow/draft",
        "left-over flow/old",
        "unmanaged flow/by-hand",
    ];
    assert_eq!(found, expected);
    let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let finding = &document["findings"][0];
    assert_eq!(
        (&finding["code"], &finding["address"]),
        (&"function-missing".into(), &"instance/support#call".into())
    );
    assert!(
        finding["message"].as_str().unwrap().contains("flow `By Hand`, which is not declared"),
        "{finding}"
    );
    // A plan judges the same on request, and changes nothing by it.
    let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
    let output = command.args(["plan", "m.yaml", "--audit", "--output", "json"]).output().unwrap();
    let plan: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(
        (&plan["problems"][0]["code"], plan["actions"].as_array().unwrap().len()),
        (&"function-missing".into(), 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_read_a_stranger_learns_that_it_is_there_and_not_whose_it_is() {
    let world = applied().await;
    std::fs::write(world.folder.path().join("m.yaml"), later()).unwrap();
    let world = with_faults(world, &["deny:lambda:ListAliases"]).await;
    let output = run(&world, &["--output", "json"]);
    assert_eq!(code(&output), 2, "{}", stdout(&output));
    let found = differences(&output);
    assert_eq!(lines(&found), ["left-over flow/old", "unmanaged association/support/orders"]);
    let message = found[1]["message"].as_str().unwrap();
    assert!(message.contains("whether this set made it could not be read"), "{message}");
    // A failure that is no matter of permissions is a gap: another run may know more.
    let world = with_faults(world, &["html:lambda:ListAliases"]).await;
    assert_eq!(code(&run(&world, &[])), 3);
}
