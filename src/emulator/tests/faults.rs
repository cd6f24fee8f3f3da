use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::{Rates, Settings};
use super::{Bench, arn, faulty};

#[tokio::test]
async fn a_denied_operation_answers_in_the_words_of_aws() {
    let bench = Bench::start(faulty(&["deny:connect:ListLambdaFunctions"])).await;
    let id = bench.instance().await;
    let denied = bench.connect("GET", &format!("/instance/{id}/lambda-functions"), Value::Null).await;
    denied.fails(403, "AccessDeniedException");
    let message = denied.json()["Message"].as_str().expect("a text").to_owned();
    assert!(
        message.starts_with(
            "User: arn:aws:iam::111122223333:user/emulator is not authorized to perform: \
             connect:ListLambdaFunctions on resource: arn:aws:connect:eu-west-2:111122223333:instance/"
        ),
        "{message}"
    );
    assert_eq!(bench.emulator.stats().denied, 1);
}

#[tokio::test]
async fn throttling_errors_and_web_pages_are_injected() {
    let bench =
        Bench::start(faulty(&["throttle:connect:*:nth=1", "500:connect:*:nth=2", "html:connect:*:nth=3"]))
            .await;
    let list = || bench.connect("GET", "/instance", Value::Null);
    list().await.fails(429, "TooManyRequestsException");
    list().await.fails(500, "InternalServiceException");
    let page = list().await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html")));
    list().await.ok();
    assert_eq!(bench.emulator.stats().throttled, 1);
}

#[tokio::test]
async fn an_answer_is_lost_before_or_after_the_work() {
    for (fault, listed) in [("drop-before", 0), ("drop-after", 1)] {
        let bench = Bench::start(faulty(&[&format!("{fault}:connect:AssociateLambdaFunction")])).await;
        let id = bench.instance().await;
        let body = json!({ "FunctionArn": arn("crm") }).to_string();
        let path = format!("/instance/{id}/lambda-function");
        assert!(bench.try_send("connect", "PUT", &path, &body).await.is_none(), "{fault} answers nothing");
        assert_eq!(bench.associations(&id).await.len(), listed, "{fault}");
    }
}

#[tokio::test]
async fn what_is_not_the_services_answer_comes_before_or_after_the_work() {
    for (fault, status, listed) in [
        ("html", 200, 0),
        ("empty", 200, 0),
        ("braces", 200, 0),
        ("after-html", 200, 1),
        ("after-empty", 200, 1),
        ("after-braces", 200, 1),
        ("after-500", 500, 1),
        ("truncated", 200, 1),
    ] {
        let bench = Bench::start(faulty(&[&format!("{fault}:connect:AssociateLambdaFunction")])).await;
        let id = bench.instance().await;
        let body = json!({ "FunctionArn": arn("crm") }).to_string();
        let path = format!("/instance/{id}/lambda-function");
        let answer = bench.try_send("connect", "PUT", &path, &body).await.expect("an answer");
        assert_eq!(answer.status, status, "{fault}");
        let from_aws = matches!(fault, "after-500" | "truncated");
        assert_eq!(answer.header("x-amzn-requestid").is_some(), from_aws, "{fault}");
        assert_eq!(bench.associations(&id).await.len(), listed, "{fault}");
    }
}

#[tokio::test]
async fn a_call_that_hangs_is_not_answered_and_is_done_only_after() {
    for (fault, listed) in [("hang", 0), ("after-hang", 1)] {
        let bench = Bench::start(faulty(&[&format!("{fault}:connect:AssociateLambdaFunction")])).await;
        let id = bench.instance().await;
        let body = json!({ "FunctionArn": arn("crm") }).to_string();
        let path = format!("/instance/{id}/lambda-function");
        let hanging = bench.try_send("connect", "PUT", &path, &body);
        assert!(tokio::time::timeout(Duration::from_millis(200), hanging).await.is_err(), "{fault}");
        assert_eq!(bench.associations(&id).await.len(), listed, "{fault}");
    }
}

#[tokio::test]
async fn an_endless_list_gives_the_same_page_and_token_for_ever() {
    let bench = Bench::start(faulty(&["endless:*:*"])).await;
    let first = bench.connect("GET", "/instance", Value::Null).await;
    let again = bench.connect("GET", "/instance?nextToken=again", Value::Null).await;
    assert_eq!(first.json()["NextToken"], "again");
    assert_eq!(first.json(), again.json());
    assert_eq!(first.json()["InstanceSummaryList"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_list_that_is_endless_in_a_fresh_way_never_repeats_a_token() {
    let bench = Bench::start(faulty(&["endless-fresh:*:*"])).await;
    let first = bench.connect("GET", "/instance", Value::Null).await.json();
    let token = first["NextToken"].as_str().unwrap_or_default();
    let again = bench.connect("GET", &format!("/instance?nextToken={token}"), Value::Null).await.json();
    assert!(!token.is_empty() && again["NextToken"].is_string());
    assert_ne!(first["NextToken"], again["NextToken"]);
    assert_eq!(first["InstanceSummaryList"], again["InstanceSummaryList"]);
}

#[tokio::test]
async fn a_delayed_call_takes_longer() {
    let bench = Bench::start(faulty(&["delay=150ms:sts:GetCallerIdentity"])).await;
    let start = Instant::now();
    bench.form("sts", "Action=GetCallerIdentity&Version=2011-06-15").await;
    assert!(start.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn overlapping_policy_writes_lose_one_only_under_the_fault() {
    for (settings, expected) in [(Settings::default(), 2), (faulty(&["lose-policy-write"]), 1)] {
        let bench = Bench::start(settings).await;
        let add = |sid: &str| {
            let body = json!({ "StatementId": sid, "Action": "lambda:InvokeFunction", "Principal": "a.amazonaws.com" });
            let bench = &bench;
            async move { bench.lambda("POST", "/crm/policy", body).await.ok() }
        };
        tokio::join!(add("a"), add("b"));
        assert_eq!(bench.statements("crm").await.len(), expected);
        add("c").await;
        assert_eq!(bench.statements("crm").await.len(), expected + 1, "alone, nothing is lost");
    }
}

#[tokio::test]
async fn real_rates_answer_429_after_the_burst() {
    let bench = Bench::start(Settings { rates: Rates::Real, ..Settings::default() }).await;
    let mut throttled = 0;
    for _ in 0..8 {
        if bench.connect("GET", "/instance", Value::Null).await.status == 429 {
            throttled += 1;
        }
    }
    assert!((2..=3).contains(&throttled), "{throttled} of 8");
    assert_eq!(bench.emulator.stats().throttled, throttled);
    assert_eq!(bench.emulator.stats().calls["connect:ListInstances"], 8);
}

#[tokio::test]
async fn a_write_is_seen_after_the_delay_but_conflicts_at_once() {
    let delay = Duration::from_millis(300);
    let bench = Bench::start(Settings { consistency_delay: delay, ..Settings::default() }).await;
    let id = bench.instance().await;
    bench.associate(&id, &arn("crm")).await.ok();
    let written = Instant::now();
    let (listed, conflict) = (bench.associations(&id).await, bench.associate(&id, &arn("crm")).await);
    assert!(written.elapsed() < delay, "too slow to judge");
    assert!(listed.is_empty());
    conflict.fails(409, "ResourceConflictException");
    tokio::time::sleep(delay).await;
    assert_eq!(bench.associations(&id).await, [arn("crm")]);
}

#[tokio::test]
async fn a_callers_policy_limits_it_with_what_its_calls_depend_on() {
    let allow =
        |actions: &[&str]| json!({ "Statement": { "Effect": "Allow", "Action": actions, "Resource": "*" } });
    let run = async |actions: &[&str]| {
        let bench =
            Bench::start(Settings { caller_policy: Some(allow(actions)), ..Settings::default() }).await;
        bench.connect("GET", "/instance", Value::Null).await
    };
    assert_eq!(run(&["connect:ListInstances", "ds:DescribeDirectories"]).await.status, 200);
    let denied = run(&["connect:List*"]).await;
    denied.fails(403, "AccessDeniedException");
    assert!(denied.text.contains("ds:DescribeDirectories"), "{}", denied.text);
    run(&["lambda:*"]).await.fails(403, "AccessDeniedException");
}

#[tokio::test]
async fn a_policy_is_judged_on_the_resource_that_is_written() {
    let allow = |resource: &str| {
        json!({ "Statement": [
            { "Effect": "Allow", "Action": ["connect:ListInstances", "ds:DescribeDirectories"], "Resource": "*" },
            { "Effect": "Allow", "Action": ["lambda:*", "connect:AssociateLambdaFunction"], "Resource": [
                resource, "arn:aws:connect:eu-west-2:111122223333:instance/*",
            ] },
        ] })
    };
    for (resource, status) in
        [("arn:aws:lambda:*:*:function:crm", 200), ("arn:aws:lambda:*:*:function:x", 403)]
    {
        let settings = Settings { caller_policy: Some(allow(resource)), ..Settings::default() };
        let bench = Bench::start(settings).await;
        let id = bench.instance().await;
        assert_eq!(bench.associate(&id, &arn("crm")).await.status, status, "{resource}");
        assert_eq!(bench.lambda("GET", "/crm", Value::Null).await.status, status, "{resource}");
    }
}

#[tokio::test]
async fn tagging_at_creation_needs_the_right_to_tag() {
    let policy = json!({ "Statement": { "Effect": "Allow", "Action": "iam:CreateRole", "Resource": "*" } });
    let bench = Bench::start(Settings { caller_policy: Some(policy), ..Settings::default() }).await;
    let role = "Action=CreateRole&RoleName=r&AssumeRolePolicyDocument=%7B%22Statement%22%3A%5B%5D%7D";
    let tagged = bench.form("iam", &format!("{role}&Tags.member.1.Key=a&Tags.member.1.Value=b")).await;
    tagged.fails(403, "AccessDenied");
    assert!(tagged.text.contains("iam:TagRole"), "{}", tagged.text);
    assert_eq!(bench.form("iam", role).await.status, 200);
}

fn allowing(statements: Value, assumptions: &[&str]) -> Settings {
    Settings { caller_policy: Some(json!({ "Statement": statements })), ..super::assuming(assumptions) }
}

#[tokio::test]
async fn what_an_operation_depends_on_is_judged_on_its_own_resource() {
    for (log_group, status) in [("/aws/connect/*", 200), ("/aws/lambda/*", 403)] {
        let statements = json!([
            { "Effect": "Allow", "Action": ["connect:*", "ds:DescribeDirectories"], "Resource": "*" },
            { "Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::*:role/aws-service-role/*" },
            { "Effect": "Allow", "Action": "logs:*", "Resource": format!("arn:aws:logs:*:*:log-group:{log_group}") },
        ]);
        let bench = Bench::start(allowing(statements, &[])).await;
        let path = format!("/instance/{}/attribute/CONTACTFLOW_LOGS", bench.instance().await);
        let set = bench.connect("POST", &path, json!({ "Value": "true" })).await;
        assert_eq!(set.status, status, "{log_group}: {}", set.text);
        assert_eq!(set.text.contains("logs:CreateLogGroup"), status == 403, "{}", set.text);
    }
}

#[tokio::test]
async fn whether_a_removal_names_a_principal_is_assumed() {
    let statements = json!([
        { "Effect": "Allow", "Action": "lambda:AddPermission", "Resource": "*" },
        {
            "Effect": "Allow", "Action": "lambda:RemovePermission", "Resource": "*",
            "Condition": { "StringEquals": { "lambda:Principal": "connect.amazonaws.com" } },
        },
    ]);
    for (assumption, status) in [("U16=remove-without-principal", 403), ("U16=remove-names-principal", 204)] {
        let bench = Bench::start(allowing(statements.clone(), &[assumption])).await;
        let permission = json!({
            "StatementId": "mine", "Action": "lambda:InvokeFunction", "Principal": "connect.amazonaws.com",
        });
        assert_eq!(bench.lambda("POST", "/crm/policy", permission).await.status, 201);
        assert_eq!(
            bench.lambda("DELETE", "/crm/policy/mine", Value::Null).await.status,
            status,
            "{assumption}"
        );
    }
}

#[tokio::test]
async fn tags_that_may_not_be_listed_are_an_error_in_the_answer() {
    let statements = json!([{ "Effect": "Allow", "Action": "lambda:GetFunction", "Resource": "*" }]);
    let bench = Bench::start(allowing(statements, &[])).await;
    let answer = bench.lambda("GET", "/crm", Value::Null).await.ok();
    assert_eq!(answer["TagsError"]["ErrorCode"], "AccessDeniedException");
    assert!(answer.get("Tags").is_none() && answer["Configuration"].is_object());
}

#[tokio::test]
async fn a_frozen_world_does_and_answers_nothing_until_it_goes_on() {
    for (fault, listed) in [("freeze-before", 0), ("freeze-after", 1)] {
        let bench = Bench::start(faulty(&[&format!("{fault}:*:*:nth=1")])).await;
        let id = bench.instance().await;
        let body = json!({ "FunctionArn": arn("crm") }).to_string();
        let path = format!("/instance/{id}/lambda-function");
        let write = bench.try_send("connect", "PUT", &path, &body);
        let meanwhile = async {
            let at = bench.emulator.frozen().await;
            assert_eq!(at, "connect:AssociateLambdaFunction");
            assert_eq!(bench.emulator.stats().frozen, Some(at), "{fault}");
            let content = bench.emulator.content();
            let associations =
                &content["regions"]["111122223333"]["eu-west-2"]["instances"][&id]["associations"];
            assert_eq!(associations.as_array().map(Vec::len), Some(listed), "{fault}");
            // A fork goes on without the request that waits.
            let fork = bench.emulator.fork(Settings::default()).await.expect("a free port");
            assert_eq!(fork.stats().frozen, None);
            assert_eq!(fork.content(), content);
            let list = bench.connect("GET", "/instance", Value::Null);
            tokio::select! {
                biased;
                _ = list => panic!("{fault}: a read was answered"),
                () = tokio::time::sleep(Duration::from_millis(50)) => bench.emulator.thaw(),
            }
        };
        let (answer, ()) = tokio::join!(write, meanwhile);
        answer.expect("an answer").ok();
        assert_eq!(bench.associations(&id).await.len(), 1, "{fault}");
        assert_eq!(bench.emulator.stats().frozen, None);
    }
}
