use serde_json::{Value, json};

use super::super::{Settings, WorldFunction};
use super::{ACCOUNT, Bench, REGION, arn, assuming, faulty, world};

#[tokio::test]
async fn an_association_writes_the_services_statement() {
    let bench = Bench::start(Settings::default()).await;
    let id = bench.instance().await;
    bench.associate(&id, &arn("crm")).await.ok();
    assert_eq!(bench.associations(&id).await, [arn("crm")]);
    let expected = json!({
        "Sid": format!("connect-{id}"),
        "Effect": "Allow",
        "Principal": { "Service": "connect.amazonaws.com" },
        "Action": "lambda:InvokeFunction",
        "Resource": arn("crm"),
        "Condition": {
            "StringEquals": { "AWS:SourceAccount": ACCOUNT },
            "ArnLike": { "AWS:SourceArn": format!("arn:aws:connect:{REGION}:{ACCOUNT}:instance/{id}") },
        },
    });
    assert_eq!(bench.statements("crm").await, [expected]);
    bench.disassociate(&id, &arn("crm")).await.ok();
    assert_eq!(bench.associations(&id).await, [""; 0]);
    assert_eq!(bench.statements("crm").await, [Value::Null; 0]);
    bench.disassociate(&id, &arn("crm")).await.fails(404, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_repeated_association_conflicts_unless_assumed_otherwise() {
    for (assumption, status) in [("U4=repeat-conflicts", 409), ("U4=repeat-ok", 200)] {
        let bench = Bench::start(assuming(&[assumption])).await;
        let id = bench.instance().await;
        bench.associate(&id, &arn("crm")).await.ok();
        assert_eq!(bench.associate(&id, &arn("crm")).await.status, status, "{assumption}");
    }
}

#[tokio::test]
async fn the_same_token_repeats_an_association_when_assumed() {
    let bench = Bench::start(assuming(&["U4=repeat-same-token-ok"])).await;
    let path = format!("/instance/{}/lambda-function", bench.instance().await);
    let body = |token: &str| json!({ "FunctionArn": arn("crm"), "ClientToken": token });
    bench.connect("PUT", &path, body("a")).await.ok();
    bench.connect("PUT", &path, body("a")).await.ok();
    bench.connect("PUT", &path, body("b")).await.fails(409, "ResourceConflictException");
}

#[tokio::test]
async fn the_quota_of_functions_answers_402() {
    let mut settings = Settings::default();
    settings.quotas.set("lambda-functions-per-instance=1".parse().expect("a quota"));
    let bench = Bench::start(settings).await;
    let id = bench.instance().await;
    bench.associate(&id, &arn("crm")).await.ok();
    bench.associate(&id, &arn("greeter")).await.fails(402, "ServiceQuotaExceededException");
    assert_eq!(bench.statements("greeter").await, [Value::Null; 0], "a refused association writes nothing");
}

#[tokio::test]
async fn functions_are_listed_in_pages_of_25() {
    let mut world = world();
    world.functions = (0..30)
        .map(|number| WorldFunction {
            account: ACCOUNT.into(),
            region: REGION.into(),
            name: format!("f{number}"),
            ..WorldFunction::default()
        })
        .collect();
    let bench = Bench::with(Settings::default(), world).await;
    let id = bench.instance().await;
    for number in 0..30 {
        bench.associate(&id, &arn(&format!("f{number}"))).await.ok();
    }
    let path = format!("/instance/{id}/lambda-functions");
    let first = bench.connect("GET", &path, Value::Null).await.ok();
    assert_eq!(first["LambdaFunctions"].as_array().expect("a list").len(), 25);
    let next = format!("{path}?nextToken={}", first["NextToken"].as_str().expect("more"));
    let second = bench.connect("GET", &next, Value::Null).await.ok();
    assert_eq!(second["LambdaFunctions"].as_array().expect("a list").len(), 5);
}

#[tokio::test]
async fn a_bad_function_arn_is_refused() {
    let bench = Bench::start(Settings::default()).await;
    let id = bench.instance().await;
    bench.associate(&id, "crm").await.fails(400, "InvalidParameterException");
    bench.associate(&id, &arn(&"x".repeat(100))).await.fails(400, "InvalidRequestException");
    bench.associate(&id, &arn("nobody")).await.fails(404, "ResourceNotFoundException");
    let foreign = arn("crm").replace(REGION, "us-east-1");
    bench.associate(&id, &foreign).await.fails(400, "InvalidParameterException");
    bench.associate("nobody", &arn("crm")).await.fails(404, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_qualified_association_writes_the_policy_that_is_assumed() {
    for (assumption, unqualified, qualified) in
        [("U3=qualified-writes-unqualified", 1, 0), ("U3=qualified-writes-qualified", 0, 1)]
    {
        let bench = Bench::start(assuming(&[assumption])).await;
        let id = bench.instance().await;
        bench.associate(&id, &arn("crm:live")).await.ok();
        assert_eq!(bench.associations(&id).await, [arn("crm:live")]);
        assert_eq!(bench.statements("crm").await.len(), unqualified, "{assumption}");
        assert_eq!(bench.statements("crm%3Alive").await.len(), qualified, "{assumption}");
        bench.disassociate(&id, &arn("crm:live")).await.ok();
        assert_eq!(bench.statements("crm").await.len() + bench.statements("crm%3Alive").await.len(), 0);
    }
}

#[tokio::test]
async fn without_the_right_to_add_a_permission_nothing_is_associated() {
    let deny = "deny:lambda:AddPermission";
    let bench = Bench::start(faulty(&[deny])).await;
    let id = bench.instance().await;
    let denied = bench.associate(&id, &arn("crm")).await;
    denied.fails(403, "AccessDeniedException");
    assert!(denied.text.contains("lambda:AddPermission"), "{}", denied.text);
    assert_eq!(bench.associations(&id).await, [""; 0]);

    let mut settings = faulty(&[deny]);
    settings.assumptions.set("U2=denied-with-association".parse().expect("an answer"));
    let bench = Bench::start(settings).await;
    let id = bench.instance().await;
    bench.associate(&id, &arn("crm")).await.fails(403, "AccessDeniedException");
    assert_eq!(bench.associations(&id).await, [arn("crm")], "half done");

    let mut settings = faulty(&[deny]);
    settings.assumptions.set("U14=service-has-lambda-rights".parse().expect("an answer"));
    let bench = Bench::start(settings).await;
    let id = bench.instance().await;
    bench.associate(&id, &arn("crm")).await.ok();
}

#[tokio::test]
async fn a_foreign_statement_of_the_same_sid_is_handled_as_assumed() {
    for (assumption, status, service) in [
        ("U2=sid-kept", 200, "s3.amazonaws.com"),
        ("U2=sid-replaced", 200, "connect.amazonaws.com"),
        ("U2=sid-conflict", 409, "s3.amazonaws.com"),
    ] {
        let bench = Bench::start(assuming(&[assumption])).await;
        let id = bench.instance().await;
        let body = json!({
            "StatementId": format!("connect-{id}"), "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com",
        });
        bench.lambda("POST", "/crm/policy", body).await.ok();
        assert_eq!(bench.associate(&id, &arn("crm")).await.status, status, "{assumption}");
        assert_eq!(bench.statements("crm").await[0]["Principal"]["Service"], service, "{assumption}");
    }
}

#[tokio::test]
async fn disassociate_leaves_the_statement_or_minds_its_absence_as_assumed() {
    let bench = Bench::start(assuming(&["U1=statement-kept"])).await;
    let id = bench.instance().await;
    bench.associate(&id, &arn("crm")).await.ok();
    bench.disassociate(&id, &arn("crm")).await.ok();
    assert_eq!(bench.statements("crm").await.len(), 1);

    for (assumption, status) in [("U1=missing-statement-ignored", 200), ("U1=missing-statement-refused", 404)]
    {
        let bench = Bench::start(assuming(&[assumption])).await;
        let id = bench.instance().await;
        bench.associate(&id, &arn("crm")).await.ok();
        bench.lambda("DELETE", &format!("/crm/policy/connect-{id}"), Value::Null).await.ok();
        assert_eq!(bench.disassociate(&id, &arn("crm")).await.status, status, "{assumption}");
    }
}
