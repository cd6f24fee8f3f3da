use std::time::Duration;

use serde_json::{Value, json};

use super::super::{Settings, Timings};
use super::{ACCOUNT, Bench, Response, arn};

const TRUST: &str = "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22sts%3AAssumeRole%22%2C\
                     %22Principal%22%3A%7B%22Service%22%3A%22lambda.amazonaws.com%22%7D%7D%7D";

/// Settings under which nothing takes time.
fn instant() -> Settings {
    let none = Duration::ZERO;
    let timings = Timings {
        function_pending: none,
        function_update: none,
        role_propagation: none,
        instance_creation: none,
    };
    Settings { timings, ..Settings::default() }
}

async fn make_role(bench: &Bench) {
    let form = format!("Action=CreateRole&RoleName=greeter&AssumeRolePolicyDocument={TRUST}");
    assert_eq!(bench.form("iam", &form).await.status, 200);
}

fn body(name: &str) -> Value {
    json!({
        "FunctionName": name,
        "Runtime": "nodejs22.x",
        "Handler": "index.handler",
        "Role": format!("arn:aws:iam::{ACCOUNT}:role/greeter"),
        "Code": { "ZipFile": "UEsDBA==" },
        "Environment": { "Variables": { "TABLE": "customers" } },
        "Tags": { "team": "ivr" },
    })
}

async fn create(bench: &Bench, name: &str) -> Response {
    bench.lambda("POST", "", body(name)).await
}

async fn state(bench: &Bench, name: &str) -> (Value, Value) {
    let configuration = bench.lambda("GET", &format!("/{name}/configuration"), Value::Null).await.ok();
    (configuration["State"].clone(), configuration["LastUpdateStatus"].clone())
}

#[tokio::test]
async fn a_new_function_is_pending_then_active() {
    let timings = Timings { function_pending: Duration::from_millis(300), ..instant().timings };
    let bench = Bench::start(Settings { timings, ..Settings::default() }).await;
    make_role(&bench).await;
    let created = create(&bench, "new").await;
    assert_eq!(created.status, 201);
    assert_eq!(created.ok()["State"], "Pending");
    let early = bench.lambda("POST", "/new/versions", json!({})).await;
    early.fails(409, "ResourceConflictException");
    assert!(early.text.contains("Pending"), "{}", early.text);
    tokio::time::sleep(Duration::from_millis(320)).await;
    assert_eq!(state(&bench, "new").await, (json!("Active"), json!("Successful")));
    let again = create(&bench, "new").await;
    again.fails(409, "ResourceConflictException");
    assert!(again.text.contains("Function already exist: new"), "{}", again.text);
    let read = bench.lambda("GET", "/new", Value::Null).await.ok();
    assert_eq!(read["Tags"]["team"], "ivr");
    assert_eq!(read["Configuration"]["Environment"]["Variables"]["TABLE"], "customers");
    // The digest of the four bytes PK\x03\x04.
    assert_eq!(read["Configuration"]["CodeSha256"], "jcx+YBYGIX87dUdmURGCqRaxfpomqUydiHEE66kum7I=");
}

#[tokio::test]
async fn a_fresh_or_wrong_role_cannot_be_assumed() {
    let timings = Timings { role_propagation: Duration::from_millis(300), ..instant().timings };
    let bench = Bench::start(Settings { timings, ..Settings::default() }).await;
    let refused = "The role defined for the function cannot be assumed by Lambda.";
    assert!(create(&bench, "new").await.text.contains(refused), "no role");
    make_role(&bench).await;
    let fresh = create(&bench, "new").await;
    fresh.fails(400, "InvalidParameterValueException");
    assert!(fresh.text.contains(refused), "{}", fresh.text);
    tokio::time::sleep(Duration::from_millis(320)).await;
    assert_eq!(create(&bench, "new").await.status, 201);
    let mut foreign = body("other");
    foreign["Role"] = json!("arn:aws:iam::999999999999:role/greeter");
    bench.lambda("POST", "", foreign).await.fails(403, "AccessDeniedException");
    let mut untrusted = body("other");
    untrusted["Role"] = json!(format!("arn:aws:iam::{ACCOUNT}:role/people"));
    let form = format!(
        "Action=CreateRole&RoleName=people&AssumeRolePolicyDocument={}",
        TRUST.replace("lambda", "ec2")
    );
    bench.form("iam", &form).await;
    tokio::time::sleep(Duration::from_millis(320)).await;
    assert!(bench.lambda("POST", "", untrusted).await.text.contains(refused));
}

#[tokio::test]
async fn an_update_is_in_progress_for_a_while() {
    let timings = Timings { function_update: Duration::from_millis(300), ..instant().timings };
    let bench = Bench::start(Settings { timings, ..Settings::default() }).await;
    bench.lambda("PUT", "/crm/configuration", json!({ "Timeout": 7, "MemorySize": 256 })).await.ok();
    assert_eq!(state(&bench, "crm").await.1, "InProgress");
    let code = json!({ "ZipFile": "UEsDBA==" });
    let busy = bench.lambda("PUT", "/crm/code", code.clone()).await;
    busy.fails(409, "ResourceConflictException");
    assert!(busy.text.contains("An update is in progress for resource: arn:aws:lambda:"), "{}", busy.text);
    tokio::time::sleep(Duration::from_millis(320)).await;
    let updated = bench.lambda("PUT", "/crm/code", code).await.ok();
    assert_eq!((&updated["Timeout"], &updated["MemorySize"]), (&json!(7), &json!(256)));
}

#[tokio::test]
async fn a_stale_revision_of_a_function_is_refused() {
    let bench = Bench::start(instant()).await;
    let read =
        async || bench.lambda("GET", "/crm/configuration", Value::Null).await.ok()["RevisionId"].clone();
    let revision = read().await;
    bench.lambda("PUT", "/crm/configuration", json!({ "Timeout": 4, "RevisionId": revision })).await.ok();
    let stale =
        bench.lambda("PUT", "/crm/configuration", json!({ "Timeout": 5, "RevisionId": revision })).await;
    stale.fails(412, "PreconditionFailedException");
    bench
        .lambda("PUT", "/crm/configuration", json!({ "Timeout": 901 }))
        .await
        .fails(400, "InvalidParameterValueException");
}

#[tokio::test]
async fn publishing_without_a_change_gives_the_same_version() {
    let bench = Bench::start(instant()).await;
    let publish = async || bench.lambda("POST", "/crm/versions", json!({})).await.ok();
    assert_eq!(publish().await["Version"], "1", "as the alias's version");
    bench.lambda("PUT", "/crm/code", json!({ "ZipFile": "UEsDBA==" })).await.ok();
    let second = publish().await;
    assert_eq!((&second["Version"], &second["FunctionArn"]), (&json!("2"), &json!(arn("crm:2"))));
    assert_eq!(publish().await["Version"], "2");
    let other = bench.lambda("POST", "/crm/versions", json!({ "CodeSha256": "x" })).await;
    other.fails(400, "InvalidParameterValueException");
    let versions = bench.lambda("GET", "/crm/versions", Value::Null).await.ok();
    let versions: Vec<&Value> =
        versions["Versions"].as_array().expect("a list").iter().map(|v| &v["Version"]).collect();
    assert_eq!(versions, ["$LATEST", "1", "2"]);
}

#[tokio::test]
async fn an_alias_is_made_moved_and_deleted() {
    let bench = Bench::start(instant()).await;
    bench.lambda("PUT", "/crm/code", json!({ "ZipFile": "UEsDBA==", "Publish": true })).await.ok();
    let created =
        bench.lambda("POST", "/crm/aliases", json!({ "Name": "blue", "FunctionVersion": "1" })).await;
    assert_eq!(created.status, 201);
    let revision = created.ok()["RevisionId"].clone();
    let again = bench.lambda("POST", "/crm/aliases", json!({ "Name": "blue", "FunctionVersion": "1" })).await;
    again.fails(409, "ResourceConflictException");
    assert!(again.text.contains(&format!("Alias already exists: {}", arn("crm:blue"))), "{}", again.text);
    let move_to = |version: &str| json!({ "FunctionVersion": version, "RevisionId": revision });
    bench.lambda("PUT", "/crm/aliases/blue", move_to("9")).await.fails(404, "ResourceNotFoundException");
    bench.lambda("PUT", "/crm/aliases/blue", move_to("2")).await.ok();
    bench.lambda("PUT", "/crm/aliases/blue", move_to("1")).await.fails(412, "PreconditionFailedException");
    assert_eq!(bench.lambda("GET", "/crm/aliases/blue", Value::Null).await.ok()["FunctionVersion"], "2");
    bench.lambda("DELETE", "/crm?Qualifier=2", Value::Null).await.fails(409, "ResourceConflictException");
    assert_eq!(bench.lambda("DELETE", "/crm/aliases/blue", Value::Null).await.status, 204);
    assert_eq!(bench.lambda("DELETE", "/crm/aliases/blue", Value::Null).await.status, 204, "repeatable");
    bench.lambda("GET", "/crm/aliases/blue", Value::Null).await.fails(404, "ResourceNotFoundException");
    let aliases = bench.lambda("GET", "/crm/aliases", Value::Null).await.ok();
    assert_eq!(aliases["Aliases"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_deleted_function_takes_its_policies_along_but_not_the_association() {
    for (assumption, listed) in [("U5=deleted-function-listed", 1), ("U5=deleted-function-unlisted", 0)] {
        let mut settings = instant();
        settings.assumptions.set(assumption.parse().expect("an answer"));
        let bench = Bench::start(settings).await;
        make_role(&bench).await;
        let id = bench.instance().await;
        bench.associate(&id, &arn("greeter")).await.ok();
        bench.lambda("DELETE", "/greeter", Value::Null).await.ok();
        assert_eq!(bench.associations(&id).await.len(), listed, "{assumption}");
        create(&bench, "greeter").await.ok();
        assert_eq!(bench.statements("greeter").await, [Value::Null; 0], "recreated without permission");
    }
}

#[tokio::test]
async fn concurrency_and_tags_of_a_function_are_kept() {
    let bench = Bench::start(instant()).await;
    let path = |version: &str| format!("/{version}/functions/crm/concurrency");
    let get = async || bench.send("lambda", "GET", &path("2019-09-30"), &Value::Null).await.ok();
    assert_eq!(get().await, json!({}));
    let body = json!({ "ReservedConcurrentExecutions": 0 });
    bench.send("lambda", "PUT", &path("2017-10-31"), &body).await.ok();
    assert_eq!(get().await, body);
    bench.send("lambda", "DELETE", &path("2017-10-31"), &Value::Null).await.ok();
    assert_eq!(get().await, json!({}));

    let tags = format!("/2017-03-31/tags/{}", arn("crm").replace(':', "%3A"));
    bench.send("lambda", "POST", &tags, &json!({ "Tags": { "a": "1", "b": "2" } })).await.ok();
    bench.send("lambda", "DELETE", &format!("{tags}?tagKeys=a"), &Value::Null).await.ok();
    assert_eq!(bench.send("lambda", "GET", &tags, &Value::Null).await.ok()["Tags"], json!({ "b": "2" }));
    let alias = format!("/2017-03-31/tags/{}", arn("crm:live").replace(':', "%3A"));
    bench.send("lambda", "GET", &alias, &Value::Null).await.fails(400, "InvalidParameterValueException");
}

#[tokio::test]
async fn a_package_or_an_environment_that_is_wrong_is_refused() {
    let bench = Bench::start(instant()).await;
    make_role(&bench).await;
    for (pointer, value) in [
        ("/Code/ZipFile", json!("bm8gemlw")),
        ("/Handler", Value::Null),
        ("/Environment/Variables", json!({ "1": "x" })),
        ("/Environment/Variables/TABLE", json!("x".repeat(4096))),
    ] {
        let mut wrong = body("new");
        *wrong.pointer_mut(pointer).expect(pointer) = value;
        bench.lambda("POST", "", wrong).await.fails(400, "InvalidParameterValueException");
    }
    create(&bench, "new").await.ok();
}
