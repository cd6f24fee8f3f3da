//! What the set made and the manifest does not name any more is removed, on request, and nothing else is.

use std::collections::BTreeSet;

use aws_sdk_connect::types::{ContactFlowStatus, ContactFlowType};
use flowbind::emulator::Settings;
use flowbind::plan::{ApplyReport, Outcome, Plan, reads};
use flowbind::reconcile::{self, NotBegun};
use flowbind::resource::{Address, OwnSid};

use crate::apply::{Silent, all_done, carry_out};
use crate::world::{World, code, flowbind_at, load, stderr, stdout};

const LONDON: &str = "eu-west-2";

/// Lines that end in `# gone` are taken out later. `night` goes to `survey` and into the module; both call `orders`.
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
fn flow(function: &str, then: Option<(&str, &str, &str)>) -> String {
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

fn arn(function: &str) -> String {
    format!("arn:aws:lambda:eu-west-2:111122223333:function:{function}")
}

async fn start(settings: Settings) -> World {
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
async fn applied(settings: Settings) -> World {
    let world = start(settings).await;
    let session = world.session().await;
    let plan = world.plan().await;
    all_done(&carry_out(&session, &plan, &world.folder.path().join("first")).await);
    world
}

fn with_manifest(world: World, text: &str) -> World {
    std::fs::write(world.folder.path().join("m.yaml"), text).unwrap();
    World { manifests: load(&world.folder.path().join("m.yaml")), ..world }
}

fn reduced() -> String {
    MANIFEST
        .lines()
        .filter(|line| !line.ends_with("# gone") && *line != "  modules:")
        .fold(String::new(), |text, line| text + line + "\n")
}

async fn pruned(world: &World) -> Plan {
    let session = world.session().await;
    reconcile::plan_pruned(&session, world.manifest(), &reads(world.manifest())).await.unwrap()
}

/// Applies with everything allowed.
async fn prune(world: &World) -> ApplyReport {
    let session = world.session().await;
    let plan = pruned(world).await.forced();
    let allowed: BTreeSet<Address> =
        plan.actions.iter().filter_map(|action| Some(action.guard.as_ref()?.allow.clone())).collect();
    let backups = flowbind::backup::Backups::new(&world.folder.path().join("own"), "pruned");
    reconcile::apply(&session, &plan, &allowed, &backups, &Silent).await.unwrap()
}

fn lines(plan: &Plan) -> String {
    let lines = plan.actions.iter().map(|action| {
        let after: Vec<String> = action.after.iter().map(|id| id.address.to_string()).collect();
        format!("{} after [{}]: {}", action.id.address, after.join(", "), action.reason)
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn addresses(plan: &Plan) -> Vec<String> {
    plan.actions.iter().map(|action| action.id.address.to_string()).collect()
}

fn problems(plan: &Plan) -> Vec<String> {
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

async fn instance(world: &World) -> String {
    let list = world.connect(LONDON).list_instances().send().await.unwrap();
    list.instance_summary_list()[0].id().unwrap().to_owned()
}

async fn ids(world: &World, name: &str) -> (String, String) {
    let list =
        world.connect(LONDON).list_contact_flows().instance_id(instance(world).await).send().await.unwrap();
    let flow = list.contact_flow_summary_list().iter().find(|flow| flow.name() == Some(name)).unwrap();
    (flow.id().unwrap().to_owned(), flow.arn().unwrap().to_owned())
}

/// Somebody else's flow.
async fn theirs(world: &World, name: &str, content: &str, status: ContactFlowStatus) -> String {
    let create = world.connect(LONDON).create_contact_flow().instance_id(instance(world).await).name(name);
    let create = create.r#type(ContactFlowType::ContactFlow).content(content).status(status);
    create.send().await.unwrap().contact_flow_id.unwrap()
}

/// Everything that can be seen of the instance and the functions, as text.
async fn state(world: &World) -> Vec<String> {
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
async fn what_is_left_over_is_named_exactly_and_only_on_request() {
    let world = with_manifest(applied(Settings::default()).await, &reduced());
    let plain = world.plan().await;
    assert!(plain.actions.is_empty() && plain.problems.is_empty() && plain.force.is_none(), "{plain:#?}");
    world.emulator.reset();
    world.plan().await;
    assert!(!world.calls().contains_key("lambda:ListFunctions"), "nothing is read for it either");

    let plan = pruned(&world).await;
    assert_eq!(problems(&plan), [""; 0]);
    insta::assert_snapshot!(lines(&plan), @r"
    association/support/news-desk after [module/hello]: left over: the set associated News_Desk, and nothing needs it any more
    association/support/orders after [flow/night, flow/survey]: left over: the set associated orders, and nothing needs it any more
    grant/support/news-desk after [association/support/news-desk, module/hello]: left over: no flow that the manifest names calls News_Desk:live from there
    grant/support/orders after [association/support/orders, flow/night, flow/survey]: left over: no flow that the manifest names calls orders from there
    module/hello after [flow/survey]: left over: the set made `Hello`, and the manifest does not name it any more
    flow/night after []: left over: the set made `Night`, and the manifest does not name it any more
    flow/survey after [flow/night]: left over: the set made `Survey`, and the manifest does not name it any more
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
    let text = unstyled(&flowbind::report::plan_text(&plan, false));
    assert!(text.contains("\n  - flow/night  left over: the set made `Night`"), "{text}");
    let sums = text.lines().filter(|line| !line.starts_with(' ')).collect::<Vec<_>>();
    insta::assert_snapshot!(sums.join("\n").trim(), @r"
    Plan: acme: 0 to create, 0 to update, 7 to delete. 3 resources agree already.
    held: 2 of 3 associations, 2 of 3 grants and 2 of 3 flows that the set owns would be deleted; to do it all the same: --force
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
            still-referred association/support/news-desk: it is left over, but module `Hello` on instance/support still calls the function
            still-referred association/support/orders: it is left over, but flow `Survey` on instance/support still calls the function
            still-referred module/hello: it is left over, but flow `Survey` on instance/support still refers to it
            still-referred flow/survey: it is left over, but flow `Theirs` on instance/support still refers to it
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
async fn where_a_flow_cannot_be_read_nothing_of_its_instance_is_removed() {
    for operation in
        ["DescribeContactFlowModule", "DescribeContactFlow", "ListContactFlowModules", "ListContactFlows"]
    {
        for kind in ["500", "deny", "html"] {
            let folder = tempfile::tempdir().unwrap();
            let state_file = Some(folder.path().join("state.json"));
            let world = applied(Settings { state: state_file.clone(), ..Settings::default() }).await;
            let World { folder, emulator, .. } = with_manifest(world, &reduced());
            emulator.stop().await.unwrap();
            let faults = vec![format!("{kind}:connect:{operation}").parse().unwrap()];
            let world = World::in_folder_with(
                folder,
                "m.yaml",
                Settings { state: state_file, faults, ..Settings::default() },
            )
            .await;
            let plan = pruned(&world).await;
            assert!(addresses(&plan).is_empty(), "{kind} {operation}: {:?}", addresses(&plan));
            assert!(!plan.gaps.is_empty() && plan.is_held(), "{kind} {operation}");
            let told =
                "cannot-tell instance/support: not every flow and module of instance/support could be read";
            assert!(
                problems(&plan).iter().any(|p| p.starts_with(told)),
                "{kind} {operation}: {:?}",
                problems(&plan)
            );
            assert_eq!(reconcile::may_begin(&plan).is_err(), kind == "deny", "{kind} {operation}");
        }
    }
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

#[tokio::test]
async fn a_function_that_somebody_deleted_leaves_nothing_that_is_provably_the_sets() {
    for answer in ["U5=deleted-function-listed", "U5=deleted-function-unlisted"] {
        let settings =
            Settings { assumptions: [answer.parse().unwrap()].into_iter().collect(), ..Settings::default() };
        let world = with_manifest(applied(settings).await, &reduced());
        world.lambda(LONDON).delete_function().function_name("orders").send().await.unwrap();
        let plan = pruned(&world).await;
        assert!(!addresses(&plan).contains(&"association/support/orders".to_owned()), "{answer}");
        all_done(&prune(&world).await);
        assert!(pruned(&world).await.actions.is_empty(), "{answer}");
    }
}

#[tokio::test]
async fn whatever_aws_answers_to_what_it_leaves_open_the_removal_ends() {
    for question in flowbind::emulator::REGISTER {
        for answer in question.answers {
            let spec = format!("{}={answer}", question.unknown);
            // These refuse what the manifest asks for in the first place.
            if ["denied-with-association", "service-has-lambda-rights"].contains(answer) {
                continue;
            }
            let assumptions = [spec.parse().unwrap()].into_iter().collect();
            let world =
                with_manifest(applied(Settings { assumptions, ..Settings::default() }).await, &reduced());
            let report = prune(&world).await;
            for (id, outcome) in &report.outcomes {
                assert!(
                    matches!(outcome, Outcome::Applied | Outcome::AlreadySo),
                    "{spec}: {}: {outcome:?}",
                    id.address
                );
            }
            assert!(pruned(&world).await.actions.is_empty(), "{spec}");
        }
    }
}

#[tokio::test]
async fn the_service_that_misses_its_own_statement_gets_it_back_to_take_it_away() {
    let settings = Settings {
        assumptions: ["U1=missing-statement-refused".parse().unwrap()].into_iter().collect(),
        ..Settings::default()
    };
    let world = with_manifest(applied(settings).await, &reduced());
    let remove = world.lambda(LONDON).remove_permission().function_name("orders");
    remove.statement_id(format!("connect-{}", instance(&world).await)).send().await.unwrap();
    all_done(&prune(&world).await);
    assert!(state(&world).await.contains(&"orders None ".to_owned()), "its policy is empty");
}

#[tokio::test]
async fn a_deletion_that_is_refused_is_told_with_what_may_refer_to_it() {
    let settings = Settings {
        assumptions: ["U8=referenced-delete-refused".parse().unwrap()].into_iter().collect(),
        ..Settings::default()
    };
    let world = with_manifest(applied(settings).await, &reduced());
    let session = world.session().await;
    let plan = pruned(&world).await.forced();
    let allowed = ["flow/night", "flow/survey"].map(|text| Address::parse(text).unwrap()).into();
    // Between plan and apply somebody makes a flow that goes there.
    let (survey, _) = ids(&world, "Survey").await;
    let content = flow(&arn("theirs"), Some(("TransferToFlow", "ContactFlowId", &survey)));
    theirs(&world, "Theirs", &content, ContactFlowStatus::Published).await;
    let backups = flowbind::backup::Backups::new(&world.folder.path().join("own"), "pruned");
    let report = reconcile::apply(&session, &plan, &allowed, &backups, &Silent).await.unwrap();
    let of =
        |address: &str| &report.outcomes.iter().find(|(id, _)| id.address.to_string() == address).unwrap().1;
    assert_eq!(of("flow/night"), &Outcome::Applied);
    let Outcome::Failed { hint, .. } = of("flow/survey") else { panic!("{:?}", of("flow/survey")) };
    assert!(
        hint.as_ref().unwrap().contains("such as a phone number, a queue or a quick connect"),
        "{hint:?}"
    );
    assert!(matches!(of("association/support/orders"), Outcome::Skipped { .. }));
}

#[tokio::test]
async fn whichever_deletion_loses_its_answer_or_is_lost_a_second_run_mends_it() {
    for operation in [
        "connect:DeleteContactFlow",
        "connect:DeleteContactFlowModule",
        "connect:DisassociateLambdaFunction",
        "lambda:RemovePermission",
    ] {
        for fault in ["drop-after", "drop-before", "500", "throttle"] {
            let spec = format!("{fault}:{operation}:nth=1");
            let faults = vec![spec.parse().unwrap()];
            let world = with_manifest(applied(Settings { faults, ..Settings::default() }).await, &reduced());
            prune(&world).await;
            let again = prune(&world).await;
            for (id, outcome) in &again.outcomes {
                assert!(
                    matches!(outcome, Outcome::Applied | Outcome::AlreadySo),
                    "{spec}: {}: {outcome:?}",
                    id.address
                );
            }
            assert!(pruned(&world).await.actions.is_empty(), "{spec}");
        }
    }
}

#[tokio::test]
async fn the_mark_of_an_association_moves_with_the_qualifier() {
    let world = applied(Settings::default()).await;
    let create = world.lambda(LONDON).create_alias().function_name("crm").name("next").function_version("1");
    create.send().await.unwrap();
    let world =
        with_manifest(world, &MANIFEST.replace("name: crm, qualifier: live", "name: crm, qualifier: next"));
    all_done(&prune(&world).await);
    let sids = async |qualifier: &str| {
        let get = world.lambda(LONDON).get_policy().function_name("crm").qualifier(qualifier).send().await;
        let policy = get.ok().and_then(|answer| answer.policy).unwrap_or_default();
        let policy: serde_json::Value = serde_json::from_str(&policy).unwrap_or_default();
        let sids = policy["Statement"].as_array().into_iter().flatten();
        sids.filter_map(|s| OwnSid::parse(s["Sid"].as_str()?)).map(|own| own.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(sids("live").await, [""; 0]);
    let next = sids("next").await;
    assert!(next.len() == 1 && next[0].starts_with("flowbind_a_acme_"), "{next:?}");
    assert!(pruned(&world).await.actions.is_empty());
    // So the association is still known to be the set's, and goes with its last user.
    let head = MANIFEST.split("  functions:").next().unwrap();
    let world = with_manifest(world, head);
    all_done(&prune(&world).await);
    let list = world
        .connect(LONDON)
        .list_lambda_functions()
        .instance_id(instance(&world).await)
        .send()
        .await
        .unwrap();
    assert_eq!(list.lambda_functions(), [""; 0]);
}

#[tokio::test]
async fn a_flow_under_another_logical_name_is_not_left_over() {
    let world =
        with_manifest(applied(Settings::default()).await, &MANIFEST.replace("    main: {", "    entry: {"));
    let plan = pruned(&world).await;
    assert_eq!(addresses(&plan), [""; 0], "{:?}", problems(&plan));
}

#[tokio::test]
async fn a_statement_for_an_instance_that_is_not_declared_stays_unless_that_is_gone() {
    let world = applied(Settings::default()).await;
    let other = world.connect(LONDON).create_instance().identity_management_type("CONNECT_MANAGED".into());
    let other = other.instance_alias("other").inbound_calls_enabled(true).outbound_calls_enabled(true);
    let other = other.send().await.unwrap().id.unwrap();
    for (sid, id) in
        [("flowbind_g_acme_0123456789abcdef", other.as_str()), ("flowbind_g_acme_fedcba9876543210", "0f1e")]
    {
        let add = world.lambda(LONDON).add_permission().function_name("theirs").statement_id(sid);
        let add = add
            .action("lambda:InvokeFunction")
            .principal("connect.amazonaws.com")
            .source_account("111122223333");
        add.source_arn(format!("arn:aws:connect:eu-west-2:111122223333:instance/{id}")).send().await.unwrap();
    }
    let plan = pruned(&world).await;
    assert_eq!(addresses(&plan), ["grant/0f1e/theirs"]);
    assert_eq!(problems(&plan).len(), 1);
    assert!(problems(&plan)[0].contains("does not declare that instance"), "{:?}", problems(&plan));
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
        text.contains("0 to create, 0 to update, 7 to delete")
            && text.contains("to do it all the same: --force"),
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
