//! Another client changes a role or a function between the look and the write: nothing of theirs is lost, and the report
//! says what changed.

use flowbind::emulator::Settings;
use flowbind::plan::{ApplyReport, Outcome, Reach};
use flowbind::reconcile;

use crate::apply::carry_out;
use crate::functions::{self, LONDON};
use crate::races::{changed, outcome, says};
use crate::world::World;

async fn role_race(manifest: &str, theirs: impl AsyncFnOnce(&aws_sdk_iam::Client)) -> (World, ApplyReport) {
    let world = functions::world(functions::MANIFEST, Settings::default()).await;
    functions::applied(&world, "first").await;
    let world = functions::edited(world, manifest);
    let plan = world.plan().await;
    theirs(&world.iam(LONDON)).await;
    let session = world.session().await;
    let report = carry_out(&session, &plan, &world.folder.path().join("raced")).await;
    (world, report)
}

#[tokio::test]
async fn an_inline_policy_that_is_edited_after_the_look_is_not_overwritten() {
    let manifest = functions::MANIFEST.replace("dynamodb:GetItem", "dynamodb:Query");
    let document =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}"#;
    let (world, report) = role_race(&manifest, async |iam| {
        let put = iam.put_role_policy().role_name("greeter-role").policy_name("table");
        put.policy_document(document).send().await.unwrap();
    })
    .await;
    let message = changed(&report, "role/greeter");
    assert!(message.contains("inline policy `table` was changed"), "{message}");
    let get = world.iam(LONDON).get_role_policy().role_name("greeter-role").policy_name("table");
    assert!(get.send().await.unwrap().policy_document().contains("Deny"));
}

#[tokio::test]
async fn a_policy_that_is_detached_after_the_look_is_not_attached_again() {
    let manifest = functions::MANIFEST.replace("dynamodb:GetItem", "dynamodb:Query");
    let arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    let (world, report) = role_race(&manifest, async |iam| {
        iam.detach_role_policy().role_name("greeter-role").policy_arn(arn).send().await.unwrap();
    })
    .await;
    let message = changed(&report, "role/greeter");
    assert!(message.contains("AWSLambdaBasicExecutionRole was detached"), "{message}");
    let list =
        world.iam(LONDON).list_attached_role_policies().role_name("greeter-role").send().await.unwrap();
    assert!(list.attached_policies().is_empty());
}

#[tokio::test]
async fn a_function_that_is_configured_after_the_look_is_not_overwritten() {
    let world = functions::world(functions::MANIFEST, Settings::default()).await;
    functions::applied(&world, "first").await;
    let world = functions::edited(world, &functions::MANIFEST.replace("timeout: 7s", "timeout: 5s"));
    let plan = world.plan().await;
    let lambda = world.lambda(LONDON);
    let update = lambda.update_function_configuration().function_name(functions::NAME);
    update.memory_size(512).send().await.unwrap();
    let session = world.session().await;
    let report = carry_out(&session, &plan, &world.folder.path().join("raced")).await;
    changed(&report, "function/greeter");
    let live = lambda.get_function_configuration().function_name(functions::NAME).send().await.unwrap();
    assert_eq!((live.memory_size(), live.timeout()), (Some(512), Some(7)));
}

#[tokio::test]
async fn an_alias_that_is_moved_after_the_look_stays_where_it_was_moved_to() {
    let world = functions::world(functions::MANIFEST, Settings::default()).await;
    functions::applied(&world, "first").await;
    let world = functions::edited(world, &functions::MANIFEST.replace("timeout: 7s", "timeout: 5s"));
    let plan = world.plan().await;
    let lambda = world.lambda(LONDON);
    let update = lambda.update_alias().function_name(functions::NAME).name("live");
    update.description("theirs").send().await.unwrap();
    let session = world.session().await;
    let report = carry_out(&session, &plan, &world.folder.path().join("raced")).await;
    let message = changed(&report, "function/greeter");
    assert!(message.contains("alias `live` was changed"), "{message}");
    let live = lambda.get_alias().function_name(functions::NAME).name("live").send().await.unwrap();
    assert_eq!((live.description(), live.function_version()), (Some("theirs"), Some("1")));
}

#[tokio::test]
async fn a_function_and_a_role_that_are_changed_after_the_look_are_not_pruned() {
    let world = functions::world(functions::MANIFEST, Settings::default()).await;
    functions::applied(&world, "first").await;
    let connect = world.connect(LONDON);
    let list = connect.list_instances().send().await.unwrap();
    let instance = list.instance_summary_list()[0].id().unwrap().to_owned();
    let flows = connect.list_contact_flows().instance_id(&instance).send().await.unwrap();
    let id = flows.contact_flow_summary_list()[0].id().unwrap().to_owned();
    let update = connect.update_contact_flow_content().instance_id(&instance).contact_flow_id(id);
    update.content(says("nothing")).send().await.unwrap();
    let without = functions::MANIFEST.split("  functions:").next().unwrap();
    let world = functions::edited(world, without);
    let manifest = world.manifest();
    let session = world.session().await;
    let plan = reconcile::plan(&session, manifest, Reach::Orphaned).await.unwrap().forced();
    let lambda = world.lambda(LONDON);
    let update = lambda.update_function_configuration().function_name(functions::NAME);
    update.description("still needed").send().await.unwrap();
    let report = carry_out(&session, &plan, &world.folder.path().join("raced")).await;
    let message = changed(&report, "function/greeter");
    assert!(message.contains("its description was changed"), "{message}");
    lambda.get_function().function_name(functions::NAME).send().await.unwrap();

    let plan = reconcile::plan(&session, manifest, Reach::Orphaned).await.unwrap().forced();
    let attach = world.iam(LONDON).attach_role_policy().role_name("greeter-role");
    attach.policy_arn("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess").send().await.unwrap();
    let report = carry_out(&session, &plan, &world.folder.path().join("again")).await;
    let message = changed(&report, "role/greeter");
    assert!(message.contains("managed policy AmazonS3ReadOnlyAccess was attached"), "{message}");
    world.iam(LONDON).get_role().role_name("greeter-role").send().await.unwrap();
}

/// What is reported of something that is not as it was planned on.
fn moved(report: &ApplyReport, address: &str) -> String {
    let Outcome::Moved { message } = outcome(report, address) else {
        panic!("{address}: {:?}", outcome(report, address))
    };
    message
}

/// Plans a change of the function, lets another client act, and carries the plan out.
async fn function_race(theirs: impl AsyncFnOnce(&aws_sdk_lambda::Client)) -> ApplyReport {
    let world = functions::world(functions::MANIFEST, Settings::default()).await;
    functions::applied(&world, "first").await;
    let world = functions::edited(world, &functions::MANIFEST.replace("timeout: 7s", "timeout: 5s"));
    let plan = world.plan().await;
    theirs(&world.lambda(LONDON)).await;
    let session = world.session().await;
    carry_out(&session, &plan, &world.folder.path().join("raced")).await
}

#[tokio::test]
async fn a_function_that_is_deleted_after_the_look_is_reported_as_deleted() {
    let report = function_race(async |lambda| {
        lambda.delete_function().function_name(functions::NAME).send().await.unwrap();
    })
    .await;
    let message = moved(&report, "function/greeter");
    assert!(message.contains("was deleted by someone since the plan was made"), "{message}");
}

#[tokio::test]
async fn a_function_that_is_replaced_after_the_look_is_not_written_to() {
    let report = function_race(async |lambda| {
        let get = lambda.get_function().function_name(functions::NAME).send().await.unwrap();
        let live = get.configuration().unwrap().clone();
        lambda.delete_function().function_name(functions::NAME).send().await.unwrap();
        let zip = aws_sdk_lambda::primitives::Blob::new(b"PK another".as_slice());
        let code = aws_sdk_lambda::types::FunctionCode::builder().zip_file(zip).build();
        let create = lambda.create_function().function_name(functions::NAME).code(code);
        let create = create.role(live.role().unwrap()).handler("index.handler");
        create.runtime(aws_sdk_lambda::types::Runtime::Nodejs22x).send().await.unwrap();
    })
    .await;
    let message = changed(&report, "function/greeter");
    assert!(message.contains("its tag `flowbind/set` was removed"), "{message}");
}

#[tokio::test]
async fn a_statement_for_a_function_that_is_deleted_after_the_look_is_reported_as_that() {
    let world = World::new(crate::undeclared::TWO).await;
    let plan = world.plan().await;
    world.lambda(LONDON).delete_function().function_name("crm").send().await.unwrap();
    let session = world.session().await;
    let report = carry_out(&session, &plan, &world.folder.path().join("raced")).await;
    for address in ["grant/support/crm", "grant/sales/crm"] {
        let message = moved(&report, address);
        assert!(message.contains("function ") && message.contains("was deleted by someone"), "{message}");
    }
}

#[tokio::test]
async fn a_container_image_under_a_declared_package_is_blocked_with_what_would_help() {
    let world = functions::world(functions::MANIFEST, Settings::default()).await;
    functions::applied(&world, "first").await;
    let lambda = world.lambda(LONDON);
    let get = lambda.get_function().function_name(functions::NAME).send().await.unwrap();
    let live = get.configuration().unwrap().clone();
    lambda.delete_function().function_name(functions::NAME).send().await.unwrap();
    let image = aws_sdk_lambda::types::FunctionCode::builder().image_uri("111122223333.dkr.ecr/x:1").build();
    let create = lambda.create_function().function_name(functions::NAME).code(image);
    let create = create.package_type(aws_sdk_lambda::types::PackageType::Image);
    create.role(live.role().unwrap()).send().await.unwrap();
    let plan = world.plan().await;
    let problem = plan.problems.iter().find(|problem| problem.code.as_str() == "function-is-image").unwrap();
    assert!(problem.message.contains("PackageType Image"), "{problem:?}");
    assert!(problem.hint.as_ref().unwrap().contains("delete function `greeter-dev`"), "{problem:?}");
    assert!(!functions::lines(&plan).iter().any(|line| line.contains("function/greeter")), "{plan:?}");
}
