use serde_json::json;

use super::pattern::like;
use super::*;
use crate::resource::grant::tests::grant;

fn policy(statements: Value) -> ResourcePolicy {
    let text = json!({ "Version": "2012-10-17", "Id": "default", "Statement": statements }).to_string();
    ResourcePolicy::parse(&text, None).unwrap()
}

#[test]
fn the_statement_that_the_service_writes_is_understood() {
    let grant = grant(None);
    let policy = policy(json!([grant.statement("connect-0f1e")]));
    assert_eq!(policy.judge(&grant.function, &grant.instance), Judgement::Allowed("connect-0f1e".into()));
    assert!(policy.statements[0].is_exactly(&grant));
}

#[test]
fn each_broken_part_takes_the_permission_away() {
    let grant = grant(None);
    let breaks = [
        ("/Principal/Service", json!("lex.amazonaws.com")),
        ("/Action", json!("lambda:GetFunction")),
        ("/Resource", json!("arn:aws:lambda:eu-west-2:111122223333:function:other")),
        ("/Condition/ArnLike/AWS:SourceArn", json!("arn:aws:connect:eu-west-2:111122223333:instance/other")),
        ("/Condition/StringEquals/AWS:SourceAccount", json!("999999999999")),
        ("/Effect", json!("Deny")),
    ];
    for (pointer, value) in breaks {
        let mut statement = grant.statement("s");
        *statement.pointer_mut(pointer).unwrap() = value;
        let policy = policy(json!([statement]));
        assert!(
            !matches!(policy.judge(&grant.function, &grant.instance), Judgement::Allowed(_)),
            "{pointer}"
        );
        assert!(!policy.statements[0].is_exactly(&grant), "{pointer}");
    }
}

#[test]
fn a_wide_statement_allows_but_is_not_the_grant() {
    let grant = grant(None);
    let wide = json!({
        "Sid": "100", "Effect": "Allow", "Principal": { "Service": ["connect.amazonaws.com"] },
        "Action": ["lambda:*"], "Resource": "arn:aws:lambda:*:111122223333:function:*",
        "Condition": { "ArnLike": { "aws:SourceArn": "arn:aws:connect:*:111122223333:instance/*" } },
    });
    let policy = policy(json!([wide]));
    assert_eq!(policy.judge(&grant.function, &grant.instance), Judgement::Allowed("100".into()));
    assert!(!policy.statements[0].is_exactly(&grant));
}

#[test]
fn an_unknown_condition_never_allows_and_may_deny() {
    let grant = grant(None);
    let mut statement = grant.statement("s");
    statement["Condition"]["Bool"] = json!({ "aws:SecureTransport": "true" });
    assert_eq!(policy(json!([statement])).judge(&grant.function, &grant.instance), Judgement::Silent);
    statement["Effect"] = json!("Deny");
    let judged = policy(json!([statement])).judge(&grant.function, &grant.instance);
    assert_eq!(judged, Judgement::Denied("s".into()));
}

#[test]
fn a_statement_for_more_than_one_instance_is_told() {
    let grant = grant(None);
    let opening = |change: &dyn Fn(&mut Value)| {
        let mut statement = grant.statement("s");
        change(&mut statement);
        policy(json!([statement])).statements[0].opening()
    };
    assert_eq!(opening(&|_| {}), None);
    assert_eq!(opening(&|s| s["Condition"] = json!({})), Some(Opening::AnySource));
    assert_eq!(
        opening(&|s| s["Condition"] = json!({"ArnNotLike": {"aws:SourceArn": "x"}})),
        Some(Opening::AnySource)
    );
    assert_eq!(opening(&|s| s["Effect"] = json!("Deny")), None);
    assert_eq!(opening(&|s| s["Principal"]["Service"] = json!("lex.amazonaws.com")), None);
    let source = |text: &str| opening(&|s| s["Condition"]["ArnLike"]["AWS:SourceArn"] = json!(text));
    for wide in
        ["*", "arn:aws:connect:*:111122223333:instance/0f1e", "arn:aws:connect:eu-west-2:1:instance/*"]
    {
        assert_eq!(source(wide), Some(Opening::Wildcard(wide.to_owned())), "{wide}");
    }
    assert_eq!(source("arn:aws:connect:eu-west-2:111122223333:instance/0f1e/*"), None);
}

#[test]
fn a_statement_that_is_wide_in_another_way_is_told() {
    let opening = |changes: &[(&str, Value)]| {
        let mut statement = grant(None).statement("s");
        for (key, value) in changes {
            let object = statement.as_object_mut().unwrap();
            match value {
                Value::Null => drop(object.remove(*key)),
                value => drop(object.insert((*key).to_owned(), value.clone())),
            }
        }
        policy(json!([statement])).statements[0].opening()
    };
    let open = ("Condition", Value::Null);
    for everybody in [json!("*"), json!({ "AWS": "*" }), json!({ "AWS": ["*"] })] {
        assert_eq!(opening(&[("Principal", everybody.clone()), open.clone()]), Some(Opening::Anybody));
        // One instance is still one instance.
        assert_eq!(opening(&[("Principal", everybody)]), None);
    }
    let organisation = json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } });
    assert_eq!(
        opening(&[("Principal", json!("*")), ("Condition", organisation)]),
        Some(Opening::Organisation("o-1".into()))
    );
    let others = json!({ "AWS": "arn:aws:iam::111122223333:role/r" });
    assert_eq!(
        opening(&[("Principal", Value::Null), ("NotPrincipal", others.clone())]),
        Some(Opening::AllBut)
    );
    assert_eq!(opening(&[("Principal", others), open.clone()]), None);
    for account in [json!("222233334444"), json!(["arn:aws:iam::222233334444:root"])] {
        let found = opening(&[("Principal", json!({ "AWS": account })), open.clone()]);
        assert_eq!(found, Some(Opening::Account("222233334444".into())));
    }
    assert_eq!(opening(&[("Action", json!("lambda:*"))]), Some(Opening::Actions("lambda:*".into())));
    let all_but = [("Action", Value::Null), ("NotAction", json!("lambda:DeleteFunction"))];
    assert_eq!(opening(&all_but), Some(Opening::Actions("NotAction".into())));
    assert_eq!(opening(&[("Action", Value::Null), ("NotAction", json!("lambda:*"))]), None);
}

#[test]
fn what_is_said_by_exclusion_may_deny_and_never_allows() {
    let grant = grant(None);
    let arn = grant.function.arn().to_string();
    let judged = |effect: &str, key: &str, value: Value| {
        let mut statement = grant.statement("s");
        statement.as_object_mut().unwrap().remove(key.trim_start_matches("Not"));
        statement[key] = value;
        statement["Effect"] = json!(effect);
        policy(json!([statement])).judge(&grant.function, &grant.instance)
    };
    let role = json!({ "AWS": "arn:aws:iam::111122223333:role/r" });
    for (key, others, ours) in [
        ("NotPrincipal", role, json!({ "Service": CONNECT })),
        ("NotAction", json!("lambda:GetFunction"), json!("lambda:Invoke*")),
        ("NotResource", json!("arn:aws:lambda:*:*:function:other"), json!([arn])),
    ] {
        assert_eq!(judged("Deny", key, others.clone()), Judgement::Denied("s".into()), "{key}");
        assert_eq!(judged("Allow", key, others), Judgement::Silent, "{key}");
        assert_eq!(judged("Deny", key, ours), Judgement::Silent, "{key}");
    }
}

#[test]
fn wildcards_match_as_iam_matches_them() {
    for (pattern, text, matches) in [
        ("*", "", true),
        ("a*c", "abbc", true),
        ("a?c", "abc", true),
        ("a*", "b", false),
        ("a*b*c", "axbyc", true),
        ("", "a", false),
    ] {
        assert_eq!(like(pattern, text), matches, "{pattern} {text}");
    }
}
