//! What the set made and the manifest does not name any more is removed, on request, and nothing else is.

use std::collections::BTreeSet;

use aws_sdk_connect::types::{ContactFlowStatus, ContactFlowType};
use flowbind::emulator::Settings;
use flowbind::plan::{ApplyReport, Outcome, Plan, Reach};
use flowbind::reconcile::{self, NotBegun};
use flowbind::resource::Address;

use crate::apply::{Silent, all_done, carry_out};
use crate::world::{World, code, flowbind_at, load, stderr, stdout};

const LONDON: &str = "eu-west-2";

/// Lines that end in `# gone` are taken out later. `night` goes to `survey` and into the module; both call `orders`.
pub(crate) const MANIFEST: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances:
    support: { alias: acme }
  functions:
    crm: { name: crm, qualifier: live }
    theirs: { name: theirs }
    orders: { name: orders } # gone
    news: { name: News_Desk, qualifier: live } # gone
  modules:
    hello: { instance: support, name: Hello, content: hello.json } # gone
  flows:
    main: { instance: support, name: Main, type: contact-flow, content: main.json }
    night: { instance: support, name: Night, type: contact-flow, content: night.json } # gone
    survey: { instance: support, name: Survey, type: contact-flow, content: survey.json } # gone
"#;

/// A flow that invokes a function, then goes somewhere, if anywhere.
pub(crate) fn flow(function: &str, then: Option<(&str, &str, &str)>) -> String {
    let next = if then.is_some() { "go" } else { "end" };
    let go = then.map_or_else(String::new, |(kind, key, target)| {
        format!(
            r#"{{"Identifier":"go","Type":"{kind}","Parameters":{{"{key}":"{target}"}},"Transitions":{{"NextAction":"end","Errors":[{{"ErrorType":"NoMatchingError","NextAction":"end"}}],"Conditions":[]}}}},"#
        )
    });
    format!(
        r#"{{"Version":"2019-10-30","StartAction":"call","Actions":[
{{"Identifier":"call","Type":"InvokeLambdaFunction","Parameters":{{"LambdaFunctionARN":"{function}","InvocationTimeLimitSeconds":"3"}},"Transitions":{{"NextAction":"{next}","Errors":[{{"ErrorType":"NoMatchingError","NextAction":"end"}}],"Conditions":[]}}}},
{go}{{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{{}},"Transitions":{{}}}}]}}"#
    )
}

const HELLO: &str = r#"{"Version":"2019-10-30","StartAction":"call","Settings":{"InputParameters":[],"OutputParameters":[],"Transitions":[]},"Actions":[
{"Identifier":"call","Type":"InvokeLambdaFunction","Parameters":{"LambdaFunctionARN":"${function.news.arn}","InvocationTimeLimitSeconds":"3"},"Transitions":{"NextAction":"end","Errors":[{"ErrorType":"NoMatchingError","NextAction":"end"}],"Conditions":[]}},
{"Identifier":"end","Type":"EndFlowModuleExecution","Parameters":{},"Transitions":{}}]}"#;

pub(crate) fn arn(function: &str) -> String {
    format!("arn:aws:lambda:eu-west-2:111122223333:function:{function}")
}

pub(crate) async fn start(settings: Settings) -> World {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("m.yaml", MANIFEST);
    write("main.json", &flow("${function.crm.arn}", None));
    let to_survey = ("TransferToFlow", "ContactFlowId", "${flow.survey.arn}");
    write("night.json", &flow("${function.orders.arn}", Some(to_survey)));
    let to_module = ("InvokeFlowModule", "FlowModuleId", "${module.hello.id}");
    write("survey.json", &flow("${function.orders.arn}", Some(to_module)));
    write("hello.json", HELLO);
    World::in_folder_with(folder, "m.yaml", settings).await
}

/// A world where everything was applied.
pub(crate) async fn applied(settings: Settings) -> World {
    let world = start(settings).await;
    let session = world.session().await;
    let plan = world.plan().await;
    all_done(&carry_out(&session, &plan, &world.folder.path().join("first")).await);
    world
}

pub(crate) fn with_manifest(world: World, text: &str) -> World {
    std::fs::write(world.folder.path().join("m.yaml"), text).unwrap();
    World { manifests: load(&world.folder.path().join("m.yaml")), ..world }
}

pub(crate) fn reduced() -> String {
    MANIFEST
        .lines()
        .filter(|line| !line.ends_with("# gone") && *line != "  modules:")
        .fold(String::new(), |text, line| text + line + "\n")
}

pub(crate) async fn pruned(world: &World) -> Plan {
    let session = world.session().await;
    reconcile::plan(&session, world.manifest(), Reach::Orphaned).await.unwrap()
}

/// Applies with everything allowed.
pub(crate) async fn prune(world: &World) -> ApplyReport {
    let plan = pruned(world).await.forced();
    carry_out_allowed(world, &plan).await
}

/// Carries a plan out with everything allowed.
pub(crate) async fn carry_out_allowed(world: &World, plan: &Plan) -> ApplyReport {
    let session = world.session().await;
    let allowed: BTreeSet<Address> =
        plan.actions.iter().filter_map(|action| Some(action.guard.as_ref()?.allow.clone())).collect();
    let backups = flowbind::backup::Backups::new(&world.folder.path().join("own"), "pruned");
    reconcile::apply(&session, plan, &allowed, &backups, &Silent).await.unwrap()
}

fn lines(plan: &Plan) -> String {
    let lines = plan.actions.iter().map(|action| {
        let after: Vec<String> = action.after.iter().map(|id| id.address.to_string()).collect();
        format!("{} after [{}]: {}", action.id.address, after.join(", "), action.reason)
    });
    lines.collect::<Vec<_>>().join("\n")
}

pub(crate) fn addresses(plan: &Plan) -> Vec<String> {
    plan.actions.iter().map(|action| action.id.address.to_string()).collect()
}

pub(crate) fn problems(plan: &Plan) -> Vec<String> {
    plan.problems
        .iter()
        .map(|p| {
            format!(
                "{} {}: {}",
                p.code,
                p.address.as_ref().map(ToString::to_string).unwrap_or_default(),
                p.message
            )
        })
        .collect()
}

pub(crate) async fn instance(world: &World) -> String {
    let list = world.connect(LONDON).list_instances().send().await.unwrap();
    list.instance_summary_list()[0].id().unwrap().to_owned()
}

pub(crate) async fn ids(world: &World, name: &str) -> (String, String) {
    let list =
        world.connect(LONDON).list_contact_flows().instance_id(instance(world).await).send().await.unwrap();
    let flow = list.contact_flow_summary_list().iter().find(|flow| flow.name() == Some(name)).unwrap();
    (flow.id().unwrap().to_owned(), flow.arn().unwrap().to_owned())
}

/// Somebody else's flow.
pub(crate) async fn theirs(world: &World, name: &str, content: &str, status: ContactFlowStatus) -> String {
    let create = world.connect(LONDON).create_contact_flow().instance_id(instance(world).await).name(name);
    let create = create.r#type(ContactFlowType::ContactFlow).content(content).status(status);
    create.send().await.unwrap().contact_flow_id.unwrap()
}

/// Everything that can be seen of the instance and the functions, as text.
pub(crate) async fn state(world: &World) -> Vec<String> {
    let (connect, lambda, id) = (world.connect(LONDON), world.lambda(LONDON), instance(world).await);
    let mut all = Vec::new();
    let flows = connect.list_contact_flows().instance_id(&id).send().await.unwrap();
    for flow in flows.contact_flow_summary_list() {
        for suffix in ["", ":$SAVED"] {
            let describe = connect.describe_contact_flow().instance_id(&id);
            let seen = describe.contact_flow_id(format!("{}{suffix}", flow.id().unwrap())).send().await;
            let seen = seen.ok().and_then(|seen| seen.contact_flow).map(|flow| {
                let tags: std::collections::BTreeMap<_, _> = flow.tags.into_iter().flatten().collect();
                format!("{:?} {:?} {:?} {tags:?} {:?}", flow.name, flow.status, flow.state, flow.content)
            });
            all.push(format!("{} {suffix} {seen:?}", flow.id().unwrap()));
        }
    }
    let modules = connect.list_contact_flow_modules().instance_id(&id).send().await.unwrap();
    all.extend(modules.contact_flow_modules_summary_list().iter().map(|module| format!("{module:?}")));
    let list = connect.list_lambda_functions().instance_id(&id).send().await.unwrap();
    all.extend(list.lambda_functions().iter().map(|arn| format!("associated {arn}")));
    for (function, qualifier) in [
        ("crm", None),
        ("crm", Some("live")),
        ("orders", None),
        ("News_Desk", None),
        ("News_Desk", Some("live")),
        ("theirs", None),
    ] {
        let get = lambda.get_policy().function_name(function).set_qualifier(qualifier.map(str::to_owned));
        let policy = get.send().await.ok().and_then(|answer| answer.policy).unwrap_or_default();
        all.push(format!("{function} {qualifier:?} {policy}"));
    }
    all
}

/// Things of others: a flow, an association, statements beside the set's own.
async fn add_foreign(world: &World) {
    theirs(world, "Theirs", &flow(&arn("theirs"), None), ContactFlowStatus::Published).await;
    let associate = world.connect(LONDON).associate_lambda_function().instance_id(instance(world).await);
    associate.function_arn(arn("theirs")).send().await.unwrap();
    for function in ["orders", "theirs"] {
        let add = world.lambda(LONDON).add_permission().function_name(function).statement_id("by-hand");
        add.action("lambda:InvokeFunction").principal("lex.amazonaws.com").send().await.unwrap();
    }
}

#[tokio::test]
async fn what_is_orphaned_is_named_exactly_and_only_on_request() {
    let world = with_manifest(applied(Settings::default()).await, &reduced());
    let plain = world.plan().await;
    assert!(plain.actions.is_empty() && plain.problems.is_empty() && plain.force.is_none(), "{plain:#?}");
    world.emulator.reset();
    world.plan().await;
    assert!(!world.calls().contains_key("lambda:ListFunctions"), "nothing is read for it either");

    let plan = pruned(&world).await;
    assert_eq!(problems(&plan), [""; 0]);
    insta::assert_snapshot!(lines(&plan), @r"
    association/support/news-desk after [module/hello]: orphaned: this set associated News_Desk, and nothing needs it any more
    association/support/orders after [flow/night, flow/survey]: orphaned: this set associated orders, and nothing needs it any more
    grant/support/news-desk after [association/support/news-desk, module/hello]: orphaned: no declared flow of that instance calls News_Desk:live
    grant/support/orders after [association/support/orders, flow/night, flow/survey]: orphaned: no declared flow of that instance calls orders
    module/hello after [flow/survey]: orphaned: this set created `Hello`, and the manifest no longer declares it
    flow/night after []: orphaned: this set created `Night`, and the manifest no longer declares it
    flow/survey after [flow/night]: orphaned: this set created `Survey`, and the manifest no longer declares it
    ");
    assert_eq!((plan.counts().create, plan.counts().update, plan.counts().delete), (0, 0, 7));
    let guards: Vec<String> = plan
        .actions
        .iter()
        .filter_map(|a| Some(format!("{} {}", a.guard.as_ref()?.code, a.guard.as_ref()?.allow)))
        .collect();
    assert_eq!(guards, ["deletes-published-flow flow/night", "deletes-published-flow flow/survey"]);
    assert_eq!(
        plan.force.as_deref(),
        Some("2 of 3 associations, 2 of 3 grants and 2 of 3 flows that the set owns would be deleted")
    );
    let text = unstyled(&flowbind::report::plan_text(
        &flowbind::report::PlanView::of(&plan),
        false,
        &flowbind::report::Layout::default(),
    ));
    assert!(text.contains("\n  - flow/night  orphaned: this set created `Night`"), "{text}");
    let sums = text.lines().filter(|line| !line.starts_with(' ')).collect::<Vec<_>>();
    insta::assert_snapshot!(sums.join("\n").trim(), @r"
    to delete

    Plan: acme: 0 to create, 0 to update, 7 to delete, 2 protected. 3 resources agree already.
    protected: 2 of 3 associations, 2 of 3 grants and 2 of 3 flows that the set owns would be deleted; to do it anyway: --force
    ");
}

/// Takes the styles out of a text.
fn unstyled(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain + rest
}

#[tokio::test]
async fn nothing_is_read_twice_for_it() {
    let world = with_manifest(applied(Settings::default()).await, &reduced());
    world.emulator.reset();
    pruned(&world).await;
    let calls: Vec<String> = world.calls().iter().map(|(name, n)| format!("{name} {n}")).collect();
    insta::assert_snapshot!(calls.join("\n"), @r"
    connect:DescribeContactFlow 6
    connect:DescribeContactFlowModule 2
    connect:DescribeInstance 1
    connect:ListContactFlowModules 1
    connect:ListContactFlows 1
    connect:ListInstances 1
    connect:ListLambdaFunctions 1
    iam:ListRoles 1
    lambda:GetFunction 4
    lambda:GetPolicy 6
    lambda:ListAliases 4
    lambda:ListFunctions 1
    sts:GetCallerIdentity 1
    ");
}

#[tokio::test]
async fn what_the_set_made_is_removed_whole_and_what_is_foreign_stays_byte_for_byte() {
    for (answer, kept) in [("U1=statement-removed", 0), ("U1=statement-kept", 3)] {
        let settings =
            Settings { assumptions: [answer.parse().unwrap()].into_iter().collect(), ..Settings::default() };
        let world = start(settings).await;
        add_foreign(&world).await;
        let before = state(&world).await;
        let session = world.session().await;
        let plan = world.plan().await;
        all_done(&carry_out(&session, &plan, &world.folder.path().join("first")).await);
        assert_ne!(state(&world).await, before);

        let head = MANIFEST.split("  functions:").next().unwrap();
        let world = with_manifest(world, head);
        all_done(&prune(&world).await);
        let after = state(&world).await;
        let differ: Vec<(&String, &String)> = before.iter().zip(&after).filter(|(a, b)| a != b).collect();
        assert_eq!((before.len(), differ.len()), (after.len(), kept), "{answer}: {differ:#?}");
        for (old, new) in differ {
            // The service's own statements are the service's matter.
            assert!(!old.contains("connect-") && new.contains("\"Sid\":\"connect-"), "{answer}: {new}");
            assert!(!new.contains("flowbind_"), "{answer}: {new}");
        }
        let again = pruned(&world).await;
        assert!(again.actions.is_empty() && again.problems.is_empty(), "{answer}: {again:#?}");
    }
}

#[tokio::test]
async fn what_another_flow_still_names_stays_even_if_only_a_draft_does() {
    for status in [ContactFlowStatus::Published, ContactFlowStatus::Saved] {
        let world = with_manifest(applied(Settings::default()).await, &reduced());
        let (survey, _) = ids(&world, "Survey").await;
        let content = flow(&arn("orders"), Some(("TransferToFlow", "ContactFlowId", &survey)));
        let id = theirs(&world, "Theirs", &content, status.clone()).await;
        let plan = pruned(&world).await;
        // `survey` stays, so the module that it invokes and the function that both call stay too.
        assert_eq!(addresses(&plan), ["flow/night"], "{:?}", problems(&plan));
        let draft = if status == ContactFlowStatus::Saved { "the draft of " } else { "" };
        insta::allow_duplicates! {
            insta::assert_snapshot!(problems(&plan).join("\n").replace(draft, ""), @r"
            still-referred association/support/news-desk: it is orphaned, but module `Hello` on instance/support still calls the function
            still-referred association/support/orders: it is orphaned, but flow `Survey` on instance/support still calls the function
            still-referred module/hello: it is orphaned, but flow `Survey` on instance/support still refers to it
            still-referred flow/survey: it is orphaned, but flow `Theirs` on instance/support still refers to it
            ");
        }
        assert!(
            plan.is_held()
                && problems(&plan).iter().any(|p| p.contains(&format!("but {draft}flow `Theirs`")))
        );
        all_done(&prune(&world).await);
        // Once nobody refers to it any more, the rest goes.
        let delete = world.connect(LONDON).delete_contact_flow().instance_id(instance(&world).await);
        delete.contact_flow_id(id).send().await.unwrap();
        all_done(&prune(&world).await);
        assert!(pruned(&world).await.actions.is_empty());
    }
}

#[tokio::test]
async fn a_flow_that_this_run_changes_counts_as_it_will_be() {
    let world = applied(Settings::default()).await;
    let connect = world.connect(LONDON);
    // By hand, the flow that stays was made to call what goes: the manifest takes that back.
    let (main, _) = ids(&world, "Main").await;
    let update =
        connect.update_contact_flow_content().instance_id(instance(&world).await).contact_flow_id(main);
    update.content(flow(&arn("orders"), None)).send().await.unwrap();
    let world = with_manifest(world, &reduced());
    let plan = pruned(&world).await;
    assert_eq!(problems(&plan), [""; 0]);
    let association =
        plan.actions.iter().find(|a| a.id.address.to_string() == "association/support/orders").unwrap();
    assert!(
        association.after.iter().any(|id| id.address.to_string() == "flow/main"),
        "{:?}",
        association.after
    );
    all_done(&prune(&world).await);
    assert!(pruned(&world).await.actions.is_empty());
}

#[tokio::test]
async fn a_large_deletion_and_published_flows_need_a_word_each() {
    let world = with_manifest(applied(Settings::default()).await, &reduced());
    let session = world.session().await;
    let plan = pruned(&world).await;
    let backups = flowbind::backup::Backups::new(&world.folder.path().join("own"), "pruned");
    let before = state(&world).await;
    let refused = reconcile::apply(&session, &plan, &BTreeSet::new(), &backups, &Silent).await;
    assert!(
        matches!(&refused, Err(NotBegun::NeedsForce(much)) if much.contains("2 of 3 flows")),
        "{refused:?}"
    );
    // Without leave for the flows nothing that they call goes either.
    let report =
        reconcile::apply(&session, &plan.forced(), &BTreeSet::new(), &backups, &Silent).await.unwrap();
    for (id, outcome) in &report.outcomes {
        assert!(
            matches!(outcome, Outcome::Refused { .. } | Outcome::Skipped { .. }),
            "{}: {outcome:?}",
            id.address
        );
    }
    assert_eq!(state(&world).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_asks_for_each_word_and_ends_with_its_code() {
    let world = with_manifest(applied(Settings::default()).await, &reduced());
    let run = |arguments: &[&str]| {
        let output = flowbind_at(world.folder.path(), &world.emulator.url())
            .args(arguments)
            .arg("m.yaml")
            .output()
            .unwrap();
        (code(&output), format!("{}{}", stdout(&output), stderr(&output)))
    };
    let in_sync = run(&["plan", "--detailed-exitcode"]);
    assert!(in_sync.0 == 0 && in_sync.1.contains("in sync"), "{in_sync:?}");
    let (ended, text) = run(&["plan", "--prune", "--detailed-exitcode"]);
    assert_eq!(ended, 2, "{text}");
    assert!(
        text.contains("0 to create, 0 to update, 7 to delete") && text.contains("to do it anyway: --force"),
        "{text}"
    );
    let (ended, text) = run(&["apply", "--prune", "--auto-approve"]);
    assert!(ended == 4 && text.contains("nothing was written") && text.contains("--force"), "{ended} {text}");
    let (ended, text) = run(&["apply", "--prune", "--force", "--auto-approve", "--allow", "flow/night"]);
    assert!(ended == 4 && text.contains("--allow flow/survey"), "{ended} {text}");
    let (ended, text) = run(&["apply", "--prune", "--force", "--auto-approve", "--allow", "flow/survey"]);
    assert!(ended == 0 && text.contains("6 deleted"), "{ended} {text}");
    assert_eq!(run(&["plan", "--prune", "--detailed-exitcode"]).0, 0);
    let (ended, text) = run(&["plan", "--force"]);
    assert_eq!(ended, 64, "{text}");
}
