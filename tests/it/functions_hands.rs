//! What others change of a function or role is named with its reason and mended; what is not the set's is left alone.

use aws_sdk_lambda::operation::update_function_configuration::builders::UpdateFunctionConfigurationFluentBuilder;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    AliasRoutingConfiguration, Environment, FunctionCode, LastUpdateStatus, Runtime, State,
};
use flowbind::emulator::Settings;
use flowbind::resource::Severity;

use crate::apply::{all_done, carry_out};
use crate::functions::{LONDON, MANIFEST, NAME, applied, edited, in_sync, lines, world};
use crate::world::World;

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// An empty zip archive, told apart by its comment.
fn zip(comment: &str) -> Blob {
    let mut bytes = b"PK\x05\x06".to_vec();
    bytes.extend([0; 16]);
    bytes.extend(u16::try_from(comment.len()).unwrap().to_le_bytes());
    bytes.extend(comment.as_bytes());
    Blob::new(bytes)
}

async fn settled(lambda: &aws_sdk_lambda::Client) {
    loop {
        let answer = lambda.get_function().function_name(NAME).send().await.unwrap();
        let live = answer.configuration().unwrap();
        if live.state() != Some(&State::Pending)
            && live.last_update_status() != Some(&LastUpdateStatus::InProgress)
        {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Mends what a plan shows and expects exactly these lines of it.
async fn mended(world: &World, run: &str, expected: &[&str]) {
    let plan = world.plan().await;
    assert_eq!(lines(&plan), expected);
    assert!(plan.problems.is_empty() && plan.gaps.is_empty(), "{plan:#?}");
    let session = world.session().await;
    all_done(&carry_out(&session, &plan, &world.folder.path().join(run)).await);
    in_sync(world).await;
}

/// One edit in the console.
type Edit = fn(UpdateFunctionConfigurationFluentBuilder) -> UpdateFunctionConfigurationFluentBuilder;

#[tokio::test]
async fn each_field_changed_by_another_client_is_named_and_mended() {
    let world = world(MANIFEST, Settings::default()).await;
    applied(&world, "first").await;
    let lambda = world.lambda(LONDON);
    let variables = |entries: &[(&str, &str)]| {
        let map = entries.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Environment::builder().set_variables(Some(map)).build()
    };
    let edits: [(&str, Edit); 5] = [
        ("timeout", |update| update.timeout(60)),
        ("memory", |update| update.memory_size(128)),
        ("handler", |update| update.handler("other.handler")),
        ("runtime", |update| update.runtime(Runtime::Nodejs20x)),
        ("description", |update| update.description("by hand")),
    ];
    for (field, edit) in edits {
        edit(lambda.update_function_configuration().function_name(NAME)).send().await.unwrap();
        settled(&lambda).await;
        let line = format!("function/greeter: changed outside of flowbind: {field}");
        mended(&world, field, &[&line]).await;
    }
    let environments = [
        (vec![("TABLE", "customers"), ("TOKEN", "other")], "environment.TOKEN"),
        (vec![("TABLE", "customers")], "environment.TOKEN"),
        (
            vec![("TABLE", "x"), ("TOKEN", "y"), ("EXTRA", "z")],
            "environment.EXTRA, environment.TABLE, environment.TOKEN",
        ),
    ];
    for (n, (entries, fields)) in environments.into_iter().enumerate() {
        let update = lambda.update_function_configuration().function_name(NAME);
        update.environment(variables(&entries)).send().await.unwrap();
        settled(&lambda).await;
        let line = format!("function/greeter: changed outside of flowbind: {fields}");
        mended(&world, &format!("environment-{n}"), &[&line]).await;
    }
    let alias = lambda.get_alias().function_name(NAME).name("live").send().await.unwrap();
    assert_eq!(alias.function_version(), Some("1"), "no caller met any of it");
}

#[tokio::test]
async fn changed_code_and_a_moved_or_lost_alias_are_named_and_mended() {
    let world = world(MANIFEST, Settings::default()).await;
    applied(&world, "first").await;
    let lambda = world.lambda(LONDON);
    lambda.update_function_code().function_name(NAME).zip_file(zip("by hand")).send().await.unwrap();
    settled(&lambda).await;
    mended(&world, "code", &["function/greeter: changed outside of flowbind: code"]).await;

    // Somebody publishes something else and points the alias there.
    lambda.update_function_code().function_name(NAME).zip_file(zip("again")).send().await.unwrap();
    settled(&lambda).await;
    let version = lambda.publish_version().function_name(NAME).send().await.unwrap().version.unwrap();
    lambda.update_alias().function_name(NAME).name("live").function_version(version).send().await.unwrap();
    mended(&world, "both", &["function/greeter: changed outside of flowbind: code"]).await;

    let moved = "function/greeter: alias `live` was changed outside of flowbind, from version 3 to 2";
    lambda.update_alias().function_name(NAME).name("live").function_version("2").send().await.unwrap();
    mended(&world, "alias", &[moved]).await;
    // Another version with the same code and configuration is as good.
    lambda.update_alias().function_name(NAME).name("live").function_version("1").send().await.unwrap();
    in_sync(&world).await;

    // With the alias goes its policy, and with that the grant.
    lambda.delete_alias().function_name(NAME).name("live").send().await.unwrap();
    let grant = "grant/support/greeter: the policy of greeter-dev:live does not let the instance call it; flow/main calls it";
    mended(&world, "lost", &["function/greeter: there is no alias `live`", grant]).await;
}

#[tokio::test]
async fn an_alias_with_weights_is_told_and_left_alone() {
    let world = world(MANIFEST, Settings::default()).await;
    applied(&world, "first").await;
    let world = edited(world, &MANIFEST.replace("memory: 256", "memory: 512"));
    applied(&world, "second").await;
    let lambda = world.lambda(LONDON);
    let weights = AliasRoutingConfiguration::builder().additional_version_weights("1", 0.1).build();
    let update = lambda.update_alias().function_name(NAME).name("live").routing_config(weights);
    update.send().await.unwrap();
    for manifest in [MANIFEST.replace("memory: 256", "memory: 512"), MANIFEST.to_owned()] {
        std::fs::write(world.folder.path().join("m.yaml"), manifest).unwrap();
        let manifests = crate::world::load(&world.folder.path().join("m.yaml"));
        let session = world.session().await;
        let plan = flowbind::reconcile::plan(&session, &manifests[0], flowbind::plan::Reach::Declared)
            .await
            .unwrap();
        assert!(plan.actions.is_empty(), "{:?}", lines(&plan));
        assert_eq!(plan.problems.len(), 1);
        let problem = &plan.problems[0];
        assert_eq!((problem.code.as_str(), problem.severity), ("alias-weighted", Severity::Held));
        assert!(problem.message.contains("also sends calls to version 1"), "{}", problem.message);
    }
}

#[tokio::test]
async fn a_role_changed_by_another_client_is_named_and_mended() {
    let world = world(MANIFEST, Settings::default()).await;
    applied(&world, "first").await;
    let iam = world.iam(LONDON);
    let role = "greeter-role";
    let basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";

    iam.delete_role_policy().role_name(role).policy_name("table").send().await.unwrap();
    mended(&world, "inline", &["role/greeter: changed outside of flowbind: inline.table"]).await;

    iam.detach_role_policy().role_name(role).policy_arn(basic).send().await.unwrap();
    iam.attach_role_policy()
        .role_name(role)
        .policy_arn("arn:aws:iam::aws:policy/AdministratorAccess")
        .send()
        .await
        .unwrap();
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    iam.put_role_policy()
        .role_name(role)
        .policy_name("extra")
        .policy_document(document)
        .send()
        .await
        .unwrap();
    iam.put_role_policy()
        .role_name(role)
        .policy_name("table")
        .policy_document(document)
        .send()
        .await
        .unwrap();
    let line = "role/greeter: changed outside of flowbind: managedPolicies, inline.extra, inline.table";
    mended(&world, "widened", &[line]).await;

    let broken = TRUST.replace("lambda.", "ec2.");
    iam.update_assume_role_policy().role_name(role).policy_document(broken).send().await.unwrap();
    mended(&world, "trust", &["role/greeter: changed outside of flowbind: trust policy"]).await;

    // The same policy in other words is the same policy.
    let same = TRUST.replace("\"sts:AssumeRole\"", "[\"sts:AssumeRole\"]");
    iam.update_assume_role_policy().role_name(role).policy_document(same).send().await.unwrap();
    in_sync(&world).await;
}

/// Makes role and function under the declared names, as somebody else.
async fn namesakes(world: &World) {
    let (iam, lambda) = (world.iam(LONDON), world.lambda(LONDON));
    let create = iam.create_role().role_name("greeter-role").assume_role_policy_document(TRUST);
    create.send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let create =
        lambda.create_function().function_name(NAME).runtime(Runtime::Nodejs20x).handler("index.handler");
    let create = create.role("arn:aws:iam::111122223333:role/greeter-role");
    create.code(FunctionCode::builder().zip_file(zip("theirs")).build()).send().await.unwrap();
    settled(&lambda).await;
}

#[tokio::test]
async fn a_namesake_that_is_not_the_sets_is_left_alone_until_it_is_adopted() {
    let world = world(MANIFEST, Settings::default()).await;
    namesakes(&world).await;
    let plan = world.plan().await;
    assert!(plan.actions.is_empty(), "{:?}", lines(&plan));
    let held: Vec<_> =
        plan.problems.iter().map(|p| (p.code.as_str(), p.address.as_ref().unwrap().to_string())).collect();
    assert!(held.contains(&("not-owned", "role/greeter".to_owned())), "{held:?}");
    assert!(held.contains(&("not-owned", "function/greeter".to_owned())), "{held:?}");
    assert!(
        plan.problems.iter().any(|p| p.hint.as_deref().is_some_and(|hint| hint.contains("`adopt: true`")))
    );

    let adopting = MANIFEST.replace("name: greeter-dev", "name: greeter-dev\n      adopt: true");
    let world = edited(world, &adopting);
    let plan = applied(&world, "adopted").await;
    assert!(
        lines(&plan)[1].starts_with("function/greeter: differs (who changed it is unknown): "),
        "{:?}",
        lines(&plan)
    );
    let live = world.lambda(LONDON).get_function().function_name(NAME).send().await.unwrap();
    let tags = live.tags().unwrap();
    assert!(!tags.contains_key("flowbind/set"), "adopting is no owning: it would be removed one day");
    assert!(tags.contains_key("flowbind/applied"));
}

#[tokio::test]
async fn a_function_changed_between_plan_and_apply_is_not_overwritten() {
    let world = world(MANIFEST, Settings::default()).await;
    applied(&world, "first").await;
    let world = edited(world, &MANIFEST.replace("memory: 256", "memory: 512"));
    let plan = world.plan().await;
    let lambda = world.lambda(LONDON);
    lambda.update_function_configuration().function_name(NAME).timeout(60).send().await.unwrap();
    settled(&lambda).await;
    let session = world.session().await;
    let report = carry_out(&session, &plan, &world.folder.path().join("second")).await;
    let flowbind::plan::Outcome::Moved { message } = &report.outcomes[0].1 else { panic!("{report:?}") };
    assert!(message.contains("was changed by someone since the plan was made"), "{message}");
    let live = lambda.get_function_configuration().function_name(NAME).send().await.unwrap();
    assert_eq!((live.timeout(), live.memory_size()), (Some(60), Some(256)));
}
