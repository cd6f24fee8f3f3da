//! What is wrong with functions that flowbind makes, with accounts and with instances: the very words, at the very
//! place.

use super::super::super::model::RoleRef;
use super::whole::{WHOLE, sets, spoils};
use super::*;

/// The part of the manifest that says what role the function has.
fn role() -> &'static str {
    &WHOLE[WHOLE.find("        role:\n").unwrap()..WHOLE.find("        timeout: 7s").unwrap()]
}

fn check(cases: &[(&str, &str, &str)]) {
    for (from, to, expected) in cases {
        assert_eq!(spoils(from, to).join("\n"), *expected, "{from} -> {to}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn what_lambda_would_refuse_is_told() {
    check(&[
        (
            "runtime: nodejs22.x",
            "runtime: Node 22",
            "m/a.yaml:27:18 bad-value: `Node 22` is not a runtime: it is written like `nodejs22.x`",
        ),
        (
            "        runtime: nodejs22.x\n",
            "",
            "m/a.yaml:26:7 missing-key: `source` needs the key `runtime` (such as `nodejs22.x`)",
        ),
        (
            "handler: index.handler",
            "handler: index handler",
            "m/a.yaml:28:18 bad-value: `index handler` is not a handler: it is written like `index.handler`, at most 128 characters and no space",
        ),
        (
            "code: ../code/greeter",
            "code: ../code/greter",
            "m/a.yaml:29:15 bad-code: the code `code/greter`: there is no such folder or file (did you mean `../code/greeter`?)",
        ),
        (
            "code: ../code/greeter",
            "code: ../code/greeter/index.mjs",
            "m/a.yaml:29:15 bad-code: the code `code/greeter/index.mjs` is neither a folder nor a zip file (name the folder that the handler is in)",
        ),
        (
            "code: ../code/greeter",
            "code: ../code/greeter\n        exclude: [\"*.map\", \"[z-a]\", \"\"]",
            "m/a.yaml:30:28 bad-pattern: `[z-a]` is not a pattern: invalid range; 'z' > 'a' (patterns are written as in `.gitignore`)\nm/a.yaml:30:37 bad-pattern: `` is not a pattern: it names nothing (patterns are written as in `.gitignore`)",
        ),
        (
            "code: ../code/greeter",
            "code: ../code/greeter\n        exclude: \"*.map\"",
            "m/a.yaml:30:18 wrong-type: `exclude` takes a list, and this is a text (write `exclude: [TEXT]`)",
        ),
        (
            "code: ../code/greeter",
            "code: ../code/greeter\n        exclude: [\"*\"]",
            "m/a.yaml:29:15 bad-code: the code `code/greeter` holds no file (1 left out; `-v` lists them, and `exclude: [\"!NAME\"]` keeps one)",
        ),
        (
            "timeout: 7s",
            "timeout: 16m",
            "m/a.yaml:37:18 bad-timeout: the timeout of 960s is outside of 1s to 900s",
        ),
        (
            "timeout: 7s",
            "timeout: 0s",
            "m/a.yaml:37:18 bad-timeout: the timeout of 0s is outside of 1s to 900s",
        ),
        (
            "timeout: 7s",
            "timeout: 7",
            "m/a.yaml:37:18 bad-value: `7` is not a duration (write the unit: `7s`)",
        ),
        (
            "memory: 256",
            "memory: 64",
            "m/a.yaml:38:17 bad-value: 64 MB of memory are outside of 128 to 10240",
        ),
        (
            "memory: 256",
            "memory: 256MB",
            "m/a.yaml:38:17 bad-value: `256MB` is not a number of MB (write it as `memory: 256`)",
        ),
        (
            "description: greets",
            &format!("description: {}", "x".repeat(257)),
            "m/a.yaml:40:22 bad-value: the description has 257 characters; AWS allows 256",
        ),
    ]);
}

#[test]
fn an_alias_that_flows_could_not_call_is_told() {
    check(&[
        (
            "publish: live",
            "publish: $LATEST",
            "m/a.yaml:41:18 bad-value: `$LATEST` is not an alias: use letters, digits, `-` and `_`, at most 128, and not digits alone",
        ),
        (
            "publish: live",
            "publish: 12",
            "m/a.yaml:41:18 bad-value: `12` is not an alias: use letters, digits, `-` and `_`, at most 128, and not digits alone",
        ),
        (
            "publish: live",
            &format!("publish: {}", "l".repeat(100)),
            "m/a.yaml:41:18 arn-too-long: the ARN `arn:aws:lambda:eu-west-2:111122223333:function:greeter-test:llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll` has 160 characters; Amazon Connect allows 140 (use a shorter alias)",
        ),
    ]);
}

#[test]
fn an_environment_that_lambda_would_refuse_is_told() {
    check(&[
        (
            "TABLE: customers",
            "AWS_REGION: eu-west-2",
            "m/a.yaml:39:24 reserved-variable: `AWS_REGION` is set by Lambda itself (leave it out, or give it another name)",
        ),
        (
            "TABLE: customers",
            "a-b: x",
            "m/a.yaml:39:24 bad-value: `a-b` is not the name of an environment variable: use letters, digits and `_`, at least two, starting with a letter",
        ),
        (
            "TABLE: customers",
            "TABLE: [x]",
            "m/a.yaml:39:31 wrong-type: `TABLE` takes a text, and this is a list (write `TABLE: TEXT`)",
        ),
        (
            "TABLE: customers",
            "TABLE: ",
            r#"m/a.yaml:39:24 missing-value: `TABLE` has no value (leave the key out, or write `""` for an empty text)"#,
        ),
        (
            "TABLE: customers",
            r#"TABLE: "${TABLE}""#,
            "m/a.yaml:39:31 bad-variable: this value contains a `${` that is not a variable (write `$${` for a literal `${`)",
        ),
        (
            "TABLE: customers",
            &format!("TABLE: {}", "x".repeat(4100)),
            "m/a.yaml:39:24 environment-too-large: the environment has 4116 bytes with its names; Lambda allows 4096 (keep what is large in a parameter store, and give its name)",
        ),
    ]);
}

#[test]
fn what_iam_would_refuse_is_told() {
    check(&[
        (
            "name: greeter-role",
            "name: path/greeter-role",
            "m/a.yaml:31:17 bad-value: `path/greeter-role` is not the name of a role: use letters, digits and `+=,.@_-`, at most 64",
        ),
        (
            "          name: greeter-role\n",
            "",
            "m/a.yaml:30:9 missing-key: a role needs the key `name` (its name)",
        ),
        (
            "AWSXRayDaemonWriteAccess",
            "arn:aws-cn:iam::aws:policy/X",
            "m/a.yaml:32:58 partition-mismatch: this ARN is not in the partition `aws` of eu-west-2",
        ),
        (
            "AWSXRayDaemonWriteAccess",
            "arn:aws:iam::444455556666:policy/X",
            "m/a.yaml:32:58 account-mismatch: the policy is in the account 444455556666, but the role is in 111122223333 (a role can have only policies of AWS and of its own account)",
        ),
        (
            "AWSXRayDaemonWriteAccess",
            "arn:aws:s3:::x",
            "m/a.yaml:32:58 bad-value: `arn:aws:s3:::x` is not a managed policy: give its ARN, or the name of an AWS managed policy, such as `AWSLambdaBasicExecutionRole`",
        ),
        (
            "Version: 2012-10-17",
            "Version: 2012-10-18",
            "m/a.yaml:35:24 bad-value: `Version` takes `2012-10-17` or `2008-10-17`, and this is `2012-10-18` (did you mean `2012-10-17`?)",
        ),
        ("Effect: Allow", "Effect: Alow", "m/a.yaml:36:37 bad-policy: `Effect` is `Allow` or `Deny`"),
        (
            r#"Resource: "*""#,
            r#"Resource: "arn:aws:s3:::x/${aws:username}""#,
            "m/a.yaml:36:80 bad-variable: `${aws:username}` is not a variable of the manifest (a variable of an IAM policy is written `$${aws:username}`)",
        ),
        (
            r#"Statement: [{ Effect: Allow, Action: dynamodb:GetItem, Resource: "*" }]"#,
            &format!(
                r#"Statement: [{{ Effect: Allow, Action: dynamodb:GetItem, Resource: "{}" }}]"#,
                "x".repeat(10240)
            ),
            "m/a.yaml:34:13 policy-too-large: the inline policies have 10339 characters; IAM allows 10240 (turn the largest one into a managed policy)",
        ),
    ]);
}

#[test]
fn a_role_is_of_the_account_of_its_function() {
    check(&[
        (
            role(),
            "        role: arn:aws:iam::444455556666:role/shared\n",
            "m/a.yaml:30:15 account-mismatch: the role is in the account 444455556666, but its function is in 111122223333 (a function must use a role of its own account)",
        ),
        (
            role(),
            "        role: arn:aws-cn:iam::111122223333:role/shared\n",
            "m/a.yaml:30:15 partition-mismatch: this ARN is not in the partition `aws` of eu-west-2",
        ),
        (
            role(),
            "        role: shared\n",
            "m/a.yaml:30:15 bad-value: `shared` is not the ARN of a role: it is written like `arn:aws:iam::111122223333:role/NAME`",
        ),
        (
            role(),
            "        role: [shared]\n",
            "m/a.yaml:30:15 wrong-type: `role` takes the ARN of a role, or a role as a map, and this is a list (write `role: { name: my-role }`)",
        ),
    ]);
}

#[test]
fn a_function_and_a_role_are_made_once() {
    check(&[
        (
            "    other: { name",
            "    second: { name: \"greeter-${var.stage}\", qualifier: next, source: { runtime: nodejs22.x, handler: index.handler, code: ../code/greeter, role: { name: second } } }\n    other: { name",
            "m/a.yaml:42:5 duplicate-function: `second` creates the function `greeter-test`, which `greeter` already creates (leave out `source` of one of them; the first one is at m/a.yaml:23:5)",
        ),
        (
            "    other: { name",
            "    second: { name: second, source: { runtime: nodejs22.x, handler: index.handler, code: ../code/greeter, role: { name: greeter-role } } }\n    other: { name",
            "m/a.yaml:42:121 duplicate-role: the role `greeter-role` is already created by the function `greeter` (give each function a role of its own, or name a role that exists by its ARN; the first one is at m/a.yaml:23:5)",
        ),
    ]);
}

#[test]
fn accounts_and_their_roles_go_together() {
    check(&[
        (
            "main: { id: 111122223333 }",
            "main: { id: 111122223333, externalId: ab }",
            "m/a.yaml:12:43 bad-role: `externalId` requires `assumeRole` (add the role to assume, or leave it out)",
        ),
        (
            "main: { id: 111122223333 }",
            "main: { id: 111122223333, assumeRole: arn:aws:iam::444455556666:role/x }",
            "m/a.yaml:12:43 account-mismatch: the role is in the account 444455556666, but this account is 111122223333 (name a role of this account)",
        ),
        (
            "main: { id: 111122223333 }",
            "main: { id: 111122223333, assumeRole: deploy }",
            "m/a.yaml:12:43 bad-value: `deploy` is not the ARN of a role: it is written like `arn:aws:iam::111122223333:role/NAME`",
        ),
        (
            "main: { id: 111122223333 }",
            "main: { id: 111122223333 }\n    again: { id: 111122223333, assumeRole: arn:aws:iam::111122223333:role/x }",
            "m/a.yaml:13:5 duplicate-account: `again` and `main` are the same account, 111122223333, with different roles (flowbind uses one role for each account: keep one of them)",
        ),
        (
            "externalId: a-b",
            r#"externalId: "a b""#,
            "m/a.yaml:13:103 bad-value: `a b` is not an external id: use letters, digits and `+=,.@:/_-`, 2 to 1000 of them",
        ),
    ]);
}

#[test]
fn instances_are_made_as_the_service_makes_them() {
    check(&[
        (
            "contactflow-logs: true",
            "contact-flow-logs: true",
            "m/a.yaml:18:21 bad-value: `contact-flow-logs` is not an attribute of an instance (did you mean `contactflow-logs`?)",
        ),
        (
            "contactflow-logs: true",
            "CONTACTFLOW_LOGS: true",
            "m/a.yaml:18:21 bad-value: `CONTACTFLOW_LOGS` is not an attribute of an instance (did you mean `contactflow-logs`?)",
        ),
        (
            "contactflow-logs: true",
            "contactflow-logs: yes",
            "m/a.yaml:18:39 bad-value: `yes` is not `true` or `false` (write `true`)",
        ),
        (
            "identity: saml",
            "identity: sam",
            "m/a.yaml:19:27 bad-value: `identity` takes `connect-managed`, `saml` or `existing-directory`, and this is `sam` (did you mean `saml`?)",
        ),
        (
            "identity: saml, ",
            "",
            "m/a.yaml:19:7 missing-key: `create` needs the key `identity` (where its users come from, which cannot be changed later: `connect-managed`, `saml` or `existing-directory`)",
        ),
        (
            "identity: saml",
            "identity: existing-directory",
            "m/a.yaml:19:15 bad-create: `identity: existing-directory` needs the key `directory` (the id of the directory, such as `d-9067f3a1b2`)",
        ),
        (
            "identity: saml",
            "identity: saml, directory: d-9067f3a1b2",
            "m/a.yaml:19:44 bad-create: `directory` requires `identity: existing-directory` (leave it out)",
        ),
        (
            "identity: saml",
            "identity: existing-directory, directory: 9067f3a1b2",
            "m/a.yaml:19:58 bad-value: `9067f3a1b2` is not a directory's id: it is `d-` and ten digits or letters from a to f",
        ),
        (
            "inbound: true, ",
            "",
            "m/a.yaml:19:7 missing-key: `create` needs the key `inbound` (whether it accepts calls)",
        ),
        (
            "id: 0f1e",
            "id: 0f1e, create: { identity: saml, inbound: true, outbound: true }",
            "m/a.yaml:21:30 bad-create: `create` needs `alias`: only an instance that is looked up by its alias can be created (name the instance by its `alias`, or leave `create` out)",
        ),
        (
            "adopt: true }\n  functions",
            "adopt: 1 }\n  functions",
            "m/a.yaml:21:29 bad-value: `1` is not `true` or `false` (write `true`)",
        ),
    ]);
}

#[test]
fn a_role_may_be_named_by_its_arn_and_a_qualifier_may_differ_from_the_alias() {
    let text = WHOLE
        .replace(role(), "        role: arn:aws:iam::111122223333:role/path/shared\n")
        .replace("      adopt: true\n      source", "      qualifier: blue\n      source");
    let set = sets(&text, &["dev"]).unwrap().remove(0);
    let greeter = &set.functions[&label("greeter")];
    assert_eq!(greeter.target.qualifier.as_deref(), Some("blue"));
    let role = &greeter.source.as_ref().unwrap().role;
    assert_eq!(role, &RoleRef::Arn("arn:aws:iam::111122223333:role/path/shared".to_owned()));
}

#[test]
fn an_error_beside_a_secret_does_not_show_it() {
    let text = WHOLE.replace("TABLE: customers", "TABLE: hunter2, lower-case: hunter3, BAD: \"${hunter4\"");
    let inputs = Inputs { targets: vec!["dev".to_owned()], ..Inputs::default() };
    let Err(Problems { problems, sources }) = super::whole::load_whole(&text, FLOW, &inputs) else {
        panic!("the manifest is wrong")
    };
    assert!(problems.len() >= 2, "{problems:?}");
    let shown = format!("{problems:?}{}", sources.get("m/a.yaml").unwrap());
    assert!(!shown.contains("hunter"), "{shown}");
    assert!(shown.contains("lower-case"), "{shown}");
}
