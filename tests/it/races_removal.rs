//! Another client comes to rely on what is about to be removed: it stays, with all that others need of it, and the report
//! says who needs it.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_connect::types::{ContactFlowStatus, ContactFlowType};
use flowbind::aws::{Options, Session};
use flowbind::backup::Backups;
use flowbind::emulator::Settings;
use flowbind::plan::{ApplyReport, Outcome, Plan};
use flowbind::reconcile;
use flowbind::resource::Address;

use crate::apply::Silent;
use crate::functions::LONDON;
use crate::races::{Race, changed, outcome};
use crate::removal::{self, applied, carry_out_allowed, flow, ids, pruned, reduced, theirs, with_manifest};
use crate::world::World;

/// A flow of theirs that goes somewhere.
fn leading_to(then: (&str, &str, &str)) -> String {
    flow(&removal::arn("theirs"), Some(then))
}

async fn pruning() -> (World, Plan) {
    let world = with_manifest(applied(Settings::default()).await, &reduced());
    let plan = pruned(&world).await.forced();
    (world, plan)
}

async fn module_id(world: &World) -> String {
    let list = world.connect(LONDON).list_contact_flow_modules();
    let list = list.instance_id(removal::instance(world).await).send().await.unwrap();
    list.contact_flow_modules_summary_list()[0].id().unwrap().to_owned()
}

async fn exists(world: &World, kind: &str, name: &str) -> bool {
    let instance = removal::instance(world).await;
    let connect = world.connect(LONDON);
    if kind == "module" {
        let list = connect.list_contact_flow_modules().instance_id(instance).send().await.unwrap();
        return list.contact_flow_modules_summary_list().iter().any(|module| module.name() == Some(name));
    }
    let list = connect.list_contact_flows().instance_id(instance).send().await.unwrap();
    list.contact_flow_summary_list().iter().any(|flow| flow.name() == Some(name))
}

#[tokio::test]
async fn a_flow_or_module_that_somebody_leads_callers_to_after_the_look_is_not_deleted() {
    for status in [ContactFlowStatus::Published, ContactFlowStatus::Saved] {
        for (address, name, then) in [
            ("flow/survey", "Survey", ("TransferToFlow", "ContactFlowId")),
            ("module/hello", "Hello", ("InvokeFlowModule", "FlowModuleId")),
        ] {
            let (world, plan) = pruning().await;
            let id = match address {
                "module/hello" => module_id(&world).await,
                _ => ids(&world, name).await.0,
            };
            theirs(&world, "Theirs", &leading_to((then.0, then.1, &id)), status.clone()).await;
            let report = carry_out_allowed(&world, &plan).await;
            let message = changed(&report, address);
            let draft = if status == ContactFlowStatus::Saved { "the draft of " } else { "" };
            let said = format!("was not removed: {draft}flow `Theirs` refers to it now");
            assert!(message.contains(&said), "{message}");
            let kind = address.split('/').next().unwrap();
            assert!(exists(&world, kind, name).await, "{address}");
            assert!(report.backups.iter().all(|path| !path.to_string_lossy().contains(name)));
            // Whoever led there is gone: the deletion goes through.
            assert_eq!(outcome(&report, "flow/night"), Outcome::Applied, "{address}");
        }
    }
}

/// Two orphaned flows that lead to each other are deleted, although the one is led to until the other is gone.
#[tokio::test]
async fn what_leads_to_one_another_goes_together() {
    let mut race = Race::new().await;
    let both = [
        (
            "main.json",
            removal::flow(
                "${function.orders.arn}",
                Some(("TransferToFlow", "ContactFlowId", "${flow.calls.arn}")),
            ),
        ),
        (
            "calls.json",
            removal::flow(
                "${function.orders.arn}",
                Some(("TransferToFlow", "ContactFlowId", "${flow.main.arn}")),
            ),
        ),
    ];
    race.edit(
        &[("content: main.json }", "content: main.json } # function"), ("  flows:", "  flows: # function")],
        &both,
    );
    crate::apply::all_done(&race.apply(&race.world.plan().await).await);
    race.prune();
    let plan = race.pruned().await;
    crate::apply::all_done(&race.apply(&plan).await);
    assert!(race.pruned().await.actions.is_empty());
    assert!(!exists(&race.world, "flow", "Main").await && !exists(&race.world, "flow", "Calls").await);
}

/// Carries a plan out with everything allowed; what was read of the instance counts for so long.
async fn within(world: &World, plan: &Plan, callers_last: Duration) -> ApplyReport {
    let session = Session::open(Options { callers_last, ..Options::embedded(world.emulator.url()) }).await;
    let guards = plan.actions.iter().filter_map(|action| action.guard.as_ref());
    let allowed: BTreeSet<Address> = guards.map(|guard| guard.allow.clone()).collect();
    let backups = Backups::new(&world.folder.path().join("own"), "pruned");
    reconcile::apply(&session, plan, &allowed, &backups, &Silent).await.unwrap()
}

#[tokio::test]
async fn what_was_read_long_ago_is_read_again_before_a_removal() {
    let mut lists = Vec::new();
    for callers_last in [Duration::from_secs(60), Duration::ZERO] {
        let (world, plan) = pruning().await;
        world.emulator.reset();
        crate::apply::all_done(&within(&world, &plan, callers_last).await);
        lists.push(world.calls()["connect:ListContactFlows"]);
    }
    assert_eq!(lists[0], 1);
    assert!(lists[1] > 1, "{lists:?}");
}

/// What one flow blocks is looked for in a read that all share.
#[tokio::test]
async fn removals_that_one_flow_blocks_do_not_each_read_the_instance() {
    const MANY: usize = 12;
    let names: Vec<String> = (0..MANY).map(|n| format!("f{n:02}")).collect();
    let functions: String = names.iter().map(|name| format!("    {name}: {{ name: {name} }}\n")).collect();
    let head = "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: { name: acme }\nspec:\n  \
        accounts: { main: { id: \"111122223333\" } }\n  defaults: { account: main, region: eu-west-2 }\n";
    let all = format!(
        "{head}  instances: {{ support: {{ alias: acme, functions: [{}] }} }}\n  functions:\n{functions}",
        names.join(", ")
    );
    let world = World::new(&all).await;
    crate::functions::applied(&world, "first").await;
    let world = with_manifest(world, &format!("{head}  instances: {{ support: {{ alias: acme }} }}\n"));
    let plan = pruned(&world).await.forced();
    let arns: Vec<String> = names.iter().map(|name| removal::arn(name)).collect();
    let create = world.connect(LONDON).create_contact_flow().instance_id(removal::instance(&world).await);
    let create = create.name("Theirs").r#type(ContactFlowType::ContactFlow);
    create.content(crate::races::says(&arns.join(" "))).send().await.unwrap();
    world.emulator.reset();
    let report = within(&world, &plan, Duration::from_secs(60)).await;
    for name in &names {
        let message = changed(&report, &format!("association/support/{name}"));
        assert!(message.contains("flow `Theirs` calls the function now"), "{message}");
    }
    let lists = world.calls()["connect:ListContactFlows"];
    assert!(lists <= 3, "{lists} reads for {MANY} removals");
}

#[tokio::test]
async fn a_function_that_somebody_comes_to_rely_on_after_the_look_is_not_deleted() {
    let made = crate::functions::world(crate::functions::MANIFEST, Settings::default()).await;
    crate::functions::applied(&made, "first").await;
    let world = crate::functions::edited(made, &crate::removal_functions::without());
    crate::removal_functions::take_the_call_out(&world).await;
    let plan = pruned(&world).await.forced();
    let lambda = world.lambda(LONDON);
    let name = crate::functions::NAME;
    let add = |qualifier: Option<&str>| {
        let add = lambda.add_permission().function_name(name).set_qualifier(qualifier.map(str::to_owned));
        add.statement_id("theirs").action("lambda:InvokeFunction").principal("events.amazonaws.com").send()
    };
    let cut = |report: &ApplyReport| changed(report, "function/greeter");
    for qualifier in [None, Some("live")] {
        add(qualifier).await.unwrap();
        let message = cut(&carry_out_allowed(&world, &plan).await);
        assert!(message.contains("statement `theirs` was added to the policy of"), "{message}");
        let remove = lambda.remove_permission().function_name(name);
        let remove = remove.set_qualifier(qualifier.map(str::to_owned)).statement_id("theirs");
        remove.send().await.unwrap();
    }
    lambda.create_alias().function_name(name).name("beta").function_version("1").send().await.unwrap();
    let message = cut(&carry_out_allowed(&world, &plan).await);
    assert!(message.contains("alias `beta` was created"), "{message}");
    lambda.delete_alias().function_name(name).name("beta").send().await.unwrap();
    let instance = removal::instance(&world).await;
    let create = world.connect(LONDON).create_contact_flow().instance_id(&instance).name("New");
    let text = flow(&removal::arn(name), None);
    create.r#type(ContactFlowType::ContactFlow).content(text).send().await.unwrap();
    // By then its association and permissions are gone: it alone is left to be deleted.
    let mut alone = plan.clone();
    alone.actions.retain(|action| action.id.address.to_string() == "function/greeter");
    alone.actions[0].after.clear();
    let message = cut(&carry_out_allowed(&world, &alone).await);
    assert!(message.contains("flow `New` calls the function now"), "{message}");
    lambda.get_function().function_name(name).send().await.unwrap();
}

/// Another set lets the instance call the function: this one or all of the account, the function or an alias, one that
/// is new or had no policy.
#[tokio::test]
async fn an_association_that_another_set_comes_to_need_after_the_look_stays() {
    for (every, qualifier, is_new) in
        [(false, None, false), (true, None, false), (false, Some("live"), false), (true, Some("live"), true)]
    {
        let case = format!("{every} {qualifier:?} {is_new}");
        let mut race = Race::new().await;
        let lambda = race.world.lambda(LONDON);
        let alias = async || {
            let version = lambda.publish_version().function_name("orders").send().await.unwrap();
            let create = lambda.create_alias().function_name("orders").name("live");
            create.function_version(version.version().unwrap()).send().await.unwrap();
        };
        if qualifier.is_some() && !is_new {
            alias().await;
        }
        race.prune();
        let plan = race.pruned().await;
        if is_new {
            alias().await;
        }
        let whose = if every { "*" } else { race.instance.as_str() };
        let arn = format!("arn:aws:connect:{LONDON}:{}:instance/{whose}", crate::world::ACCOUNT);
        let add = lambda.add_permission().function_name("orders").set_qualifier(qualifier.map(str::to_owned));
        let add = add.statement_id("flowbind_g_other_0123456789abcdef").action("lambda:InvokeFunction");
        let add = add.principal("connect.amazonaws.com").source_arn(arn);
        add.source_account(crate::world::ACCOUNT).send().await.unwrap();
        let message = changed(&race.apply(&plan).await, "association/support/orders");
        assert!(message.contains("set `other` needs it now"), "{case}: {message}");
        let list = race.connect.list_lambda_functions().instance_id(&race.instance).send().await.unwrap();
        assert_eq!(list.lambda_functions(), [removal::arn("orders")], "{case}");
    }
}
