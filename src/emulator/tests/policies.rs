use serde_json::{Value, json};

use super::super::{Settings, WorldFunction};
use super::{ACCOUNT, Bench, REGION, arn, world};

fn permission(sid: &str) -> Value {
    json!({
        "StatementId": sid,
        "Action": "lambda:InvokeFunction",
        "Principal": "connect.amazonaws.com",
        "SourceAccount": ACCOUNT,
        "SourceArn": format!("arn:aws:connect:{REGION}:{ACCOUNT}:instance/abc"),
    })
}

#[tokio::test]
async fn a_permission_reads_back_as_it_was_added() {
    let bench = Bench::start(Settings::default()).await;
    let added = bench.lambda("POST", "/crm/policy", permission("mine")).await;
    assert_eq!(added.status, 201);
    let statement: Value =
        serde_json::from_str(added.ok()["Statement"].as_str().expect("a text")).expect("JSON");
    assert_eq!(bench.statements("crm").await, std::slice::from_ref(&statement));
    assert_eq!(statement["Resource"], arn("crm"));
    assert_eq!(statement["Condition"]["StringEquals"]["AWS:SourceAccount"], ACCOUNT);
    assert!(statement["Condition"]["ArnLike"]["AWS:SourceArn"].is_string());
}

#[tokio::test]
async fn a_policy_belongs_to_its_qualifier() {
    let bench = Bench::start(Settings::default()).await;
    bench.lambda("POST", "/crm/policy?Qualifier=live", permission("mine")).await.ok();
    assert_eq!(bench.statements("crm").await.len(), 0);
    let statements = bench.statements("crm%3Alive").await;
    assert_eq!(statements[0]["Resource"], arn("crm:live"));
    bench
        .lambda("POST", "/crm/policy?Qualifier=nobody", permission("mine"))
        .await
        .fails(404, "ResourceNotFoundException");
    bench
        .lambda("POST", "/crm/policy?Qualifier=%24LATEST", permission("mine"))
        .await
        .fails(400, "InvalidParameterValueException");
}

#[tokio::test]
async fn a_missing_policy_and_a_missing_function_answer_alike() {
    let bench = Bench::start(Settings::default()).await;
    let (no_policy, no_function) = (
        bench.lambda("GET", "/crm/policy", Value::Null).await,
        bench.lambda("GET", "/nobody/policy", Value::Null).await,
    );
    no_policy.fails(404, "ResourceNotFoundException");
    assert_eq!(no_policy.text, no_function.text);
    bench.lambda("GET", "/nobody", Value::Null).await.fails(404, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_statement_id_is_used_once() {
    let bench = Bench::start(Settings::default()).await;
    bench.lambda("POST", "/crm/policy", permission("mine")).await.ok();
    let again = bench.lambda("POST", "/crm/policy", permission("mine")).await;
    again.fails(409, "ResourceConflictException");
    assert!(again.text.contains("The statement id (mine) provided already exists."), "{}", again.text);
    bench
        .lambda("POST", "/crm/policy", permission("no space"))
        .await
        .fails(400, "InvalidParameterValueException");
}

#[tokio::test]
async fn a_stale_revision_is_refused() {
    let bench = Bench::start(Settings::default()).await;
    bench.lambda("POST", "/crm/policy", permission("a")).await.ok();
    let revision = bench.lambda("GET", "/crm/policy", Value::Null).await.ok()["RevisionId"].clone();
    let mut next = permission("b");
    next["RevisionId"] = revision.clone();
    bench.lambda("POST", "/crm/policy", next).await.ok();
    let mut late = permission("c");
    late["RevisionId"] = revision.clone();
    bench.lambda("POST", "/crm/policy", late).await.fails(412, "PreconditionFailedException");
    let path = format!("/crm/policy/a?RevisionId={}", revision.as_str().expect("a text"));
    bench.lambda("DELETE", &path, Value::Null).await.fails(412, "PreconditionFailedException");
    assert_eq!(bench.statements("crm").await.len(), 2);
}

#[tokio::test]
async fn removing_what_is_not_there_says_which_is_missing() {
    let bench = Bench::start(Settings::default()).await;
    let nothing = bench.lambda("DELETE", "/crm/policy/x", Value::Null).await;
    nothing.fails(404, "ResourceNotFoundException");
    assert!(nothing.text.contains("No policy is associated with the given resource."), "{}", nothing.text);
    bench.lambda("POST", "/crm/policy", permission("mine")).await.ok();
    let other = bench.lambda("DELETE", "/crm/policy/x", Value::Null).await;
    assert!(other.text.contains("Statement x is not found in resource policy."), "{}", other.text);
    assert_eq!(bench.lambda("DELETE", "/crm/policy/mine", Value::Null).await.status, 204);
    bench.lambda("GET", "/crm/policy", Value::Null).await.fails(404, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_policy_ends_at_20480_bytes() {
    let bench = Bench::start(Settings::default()).await;
    let mut added = 0;
    let refused = loop {
        let response = bench.lambda("POST", "/crm/policy", permission(&format!("statement-{added}"))).await;
        if response.status != 201 {
            break response;
        }
        added += 1;
    };
    refused.fails(400, "PolicyLengthExceededException");
    assert!(refused.text.contains("is bigger than the limit (20480)."), "{}", refused.text);
    assert!((40..70).contains(&added), "{added} statements fit");
    assert_eq!(bench.statements("crm").await.len(), added, "the refused one left no trace");
}

#[tokio::test]
async fn functions_are_listed_in_pages_of_fifty_without_their_state() {
    let mut world = world();
    for number in 0..60 {
        world.functions.push(WorldFunction {
            account: ACCOUNT.into(),
            region: REGION.into(),
            name: format!("f{number}"),
            ..WorldFunction::default()
        });
    }
    let bench = Bench::with(Settings::default(), world).await;
    let first = bench.lambda("GET", "/?MaxItems=1000", Value::Null).await.ok();
    let functions = first["Functions"].as_array().expect("a list");
    assert_eq!(functions.len(), 50);
    assert!(functions.iter().all(|function| function.get("State").is_none()));
    let marker = first["NextMarker"].as_str().expect("more");
    let second = bench.lambda("GET", &format!("/?Marker={marker}"), Value::Null).await.ok();
    assert_eq!(second["Functions"].as_array().expect("a list").len(), 12);
}

#[tokio::test]
async fn a_function_is_read_by_alias_version_and_latest() {
    let bench = Bench::start(Settings::default()).await;
    for (path, arn_end, version) in
        [("/crm", "crm", "$LATEST"), ("/crm?Qualifier=live", "crm:live", "1"), ("/crm%3A1", "crm:1", "1")]
    {
        let configuration = bench.lambda("GET", path, Value::Null).await.ok()["Configuration"].clone();
        assert_eq!(configuration["FunctionArn"], arn(arn_end), "{path}");
        assert_eq!(configuration["Version"], version, "{path}");
        assert_eq!(configuration["State"], "Active");
    }
    bench.lambda("GET", "/crm?Qualifier=2", Value::Null).await.fails(404, "ResourceNotFoundException");
    let configuration = bench.lambda("GET", "/crm/configuration", Value::Null).await.ok();
    assert_eq!(configuration["Timeout"], 8);
}
