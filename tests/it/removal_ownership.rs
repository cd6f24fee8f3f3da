//! Removal knows what is the set's by tags and Sids alone, and keeps it so.

use flowbind::emulator::Settings;
use flowbind::plan::Step;
use flowbind::resource::OwnSid;

use crate::apply::all_done;
use crate::removal::{MANIFEST, addresses, applied, instance, problems, prune, pruned, with_manifest};

const LONDON: &str = "eu-west-2";

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
async fn a_flow_under_another_logical_name_is_not_orphaned() {
    let world =
        with_manifest(applied(Settings::default()).await, &MANIFEST.replace("    main: {", "    entry: {"));
    let plan = pruned(&world).await;
    let steps: Vec<Step> = plan.actions.iter().map(|action| action.id.step).collect();
    assert_eq!(
        (addresses(&plan), steps),
        (vec!["flow/entry".to_owned()], vec![Step::Tag]),
        "{:?}",
        problems(&plan)
    );
    all_done(&prune(&world).await);
    assert_eq!(addresses(&pruned(&world).await), [""; 0]);
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
