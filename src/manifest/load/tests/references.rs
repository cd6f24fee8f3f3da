//! What is wrong between the parts of a document: the very words, at the very place.

use super::*;
use crate::manifest::Suppression;
use crate::resource::Origin;

#[test]
fn an_unknown_function_of_a_binding_gets_the_nearest() {
    let found = breaks("function: crm\n", "function: cmr\n");
    assert_eq!(found, ["m/a.yaml:30:21 unknown-function: no function is named `cmr` (did you mean `crm`?)",]);
}

#[test]
fn an_unknown_function_of_an_instance_gets_the_nearest() {
    let found = breaks("functions: [journal]", "functions: [jurnal]");
    assert_eq!(
        found,
        ["m/a.yaml:14:19 unknown-function: no function is named `jurnal` (did you mean `journal`?)",]
    );
}

#[test]
fn an_unknown_instance_is_reported() {
    let found =
        breaks("      instance: support\n      name: Main", "      instance: suport\n      name: Main");
    assert_eq!(
        found,
        ["m/a.yaml:24:17 unknown-instance: no instance is named `suport` (did you mean `support`?)",]
    );
}

#[test]
fn an_unknown_account_is_reported() {
    let found = breaks("account: main", "account: mian");
    assert_eq!(found, ["m/a.yaml:10:24 unknown-account: no account is named `mian` (did you mean `main`?)",]);
}

#[test]
fn an_unknown_variable_is_reported_at_its_place() {
    let found = breaks("name: crm-${var.stage}", "name: crm-${var.stag}");
    assert_eq!(
        found,
        ["m/a.yaml:18:13 unknown-variable: no variable is named `stag` (did you mean `stage`?)",]
    );
}

#[test]
fn a_token_of_flows_has_no_place_in_a_manifest() {
    let found = breaks("zip: 007", r#"zip: "${function.crm.arn}""#);
    assert_eq!(
        found,
        [
            "m/a.yaml:34:30 bad-variable: `${function.crm.arn}` is not a variable of the manifest (such tokens belong in flow files)",
        ]
    );
}

#[test]
fn an_account_is_needed() {
    let found = breaks(
        "  accounts:\n    main: { id: 011122223333 }\n  defaults: { account: main, region: eu-west-2 }\n",
        "  defaults: { region: eu-west-2 }\n",
    );
    assert_eq!(
        found,
        [
            r#"m/a.yaml:6:3 missing-account: the set declares no account (add `accounts: { main: { id: "111122223333" } }` with the id of yours to `spec`)"#,
        ]
    );
}

#[test]
fn one_of_several_accounts_must_be_chosen() {
    let found = breaks(
        "  accounts:\n    main: { id: 011122223333 }\n  defaults: { account: main, region: eu-west-2 }\n",
        "  accounts:\n    main: { id: 011122223333 }\n    b: { id: 111122223333 }\n  defaults: { region: eu-west-2 }\n",
    );
    assert_eq!(
        found,
        [
            "m/a.yaml:13:5 missing-account: the instance `support` and 2 others have no account, and the set declares several (add `account: NAME` to `defaults`, or to each of them)",
        ]
    );
}

#[test]
fn a_region_is_needed() {
    let found = breaks("account: main, region: eu-west-2", "account: main");
    assert_eq!(
        found,
        [
            "m/a.yaml:12:5 missing-region: the instance `support` and 2 others have no Region (add `region: eu-west-2`, or yours, to `defaults`, or to each of them)",
        ]
    );
}

#[test]
fn the_account_of_an_arn_must_be_declared() {
    let found =
        breaks("{ name: journal }", r#"{ arn: "arn:aws:lambda:eu-west-2:111122223333:function:journal" }"#);
    assert_eq!(
        found,
        [
            r#"m/a.yaml:21:21 undeclared-account: the account 111122223333 of this ARN is not declared (add it under `accounts`: `NAME: { id: "111122223333" }`)"#,
        ]
    );
}

#[test]
fn the_account_of_an_arn_must_be_the_one_that_is_said() {
    let found = breaks(
        "{ name: journal }",
        r#"{ account: main, arn: "arn:aws:lambda:eu-west-2:111122223333:function:journal" }"#,
    );
    assert_eq!(
        found,
        [
            "m/a.yaml:21:36 account-mismatch: the ARN is in account 111122223333, but `account` says `main`, which is 011122223333 (correct one of them)",
        ]
    );
}

#[test]
fn the_region_of_an_arn_must_be_the_one_that_is_said() {
    let found = breaks(
        "      alias: acme-${var.stage}\n",
        "      arn: arn:aws:connect:us-west-2:011122223333:instance/0f1e\n      region: eu-west-2\n",
    );
    assert_eq!(
        found,
        [
            "m/a.yaml:13:12 region-mismatch: the ARN is in Region us-west-2, but `region` says `eu-west-2` (correct one of them)",
        ]
    );
}

#[test]
fn the_qualifier_of_an_arn_must_be_the_one_that_is_said() {
    let found = breaks(
        "      name: crm-${var.stage}\n",
        "      arn: arn:aws:lambda:eu-west-2:011122223333:function:crm:test\n",
    );
    assert_eq!(
        found,
        [
            "m/a.yaml:19:18 qualifier-mismatch: the ARN names the qualifier `test`, but `qualifier` says `live` (keep one of them)",
        ]
    );
}

#[test]
fn a_foreign_partition_is_reported() {
    let found = breaks(
        "{ name: journal }",
        r#"{ arn: "arn:aws-cn:lambda:eu-west-2:011122223333:function:journal" }"#,
    );
    assert_eq!(
        found,
        [
            "m/a.yaml:21:21 bad-value: the partition in `arn:aws-cn:lambda:eu-west-2:011122223333:function:journal` does not match its Region (it would be `arn:aws:lambda:eu-west-2:011122223333:function:journal`)",
        ]
    );
}

#[test]
fn a_contact_waits_at_most_eight_seconds() {
    let found = breaks("timeLimit: 8s", "timeLimit: 9s");
    assert_eq!(
        found,
        [
            "m/a.yaml:31:22 bad-time-limit: the time limit of 9s is outside of 1s to 8s (a contact waits at most 8 seconds; with `invocation: async` the call may take up to 60s)",
        ]
    );
}

#[test]
fn no_time_at_all_is_no_time_limit() {
    let found = breaks("timeLimit: 8s", "timeLimit: 0s");
    assert_eq!(found, ["m/a.yaml:31:22 bad-time-limit: the time limit of 0s is outside of 1s to 8s",]);
}

#[test]
fn an_asynchronous_call_takes_at_most_sixty_seconds() {
    let found = breaks("timeLimit: 60s", "timeLimit: 2m");
    assert_eq!(found, ["m/a.yaml:40:50 bad-time-limit: the time limit of 120s is outside of 1s to 60s",]);
}

#[test]
fn an_arn_has_at_most_140_characters() {
    let found = breaks(
        "      name: crm-${var.stage}\n      qualifier: live\n",
        "      name: nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\n      qualifier: qqqqqqqqqqqqqqqqqqqqqqqqqqqqqq\n",
    );
    assert_eq!(
        found,
        [
            "m/a.yaml:19:18 arn-too-long: the ARN `arn:aws:lambda:eu-west-2:011122223333:function:nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn:qqqqqqqqqqqqqqqqqqqqqqqqqqqqqq` has 142 characters; Amazon Connect allows 140 (use a shorter alias)",
        ]
    );
}

#[test]
fn a_function_elsewhere_cannot_be_associated() {
    let found = breaks(
        "journal: { name: journal }",
        "journal: { name: journal, region: us-west-2, associate: exact }",
    );
    assert_eq!(
        found,
        [
            "m/a.yaml:14:19 foreign-association: the function `journal` (account 011122223333, us-west-2) cannot be associated with the instance `support` (account 011122223333, eu-west-2) (leave `associate` out: elsewhere flowbind adds only the permission, and flows use the ARN)",
        ]
    );
}

#[test]
fn a_function_has_one_name() {
    let found = breaks(
        "journal: { name: journal }",
        "journal: { name: journal }\n    second: { arn: \"arn:aws:lambda:eu-west-2:011122223333:function:journal\" }",
    );
    assert_eq!(
        found,
        [
            "m/a.yaml:22:5 duplicate-function: `second` is the function `journal`, which is declared as `journal` already (keep one of them, and refer to it as `journal`; the first one is at m/a.yaml:21:5)",
        ]
    );
}

#[test]
fn an_instance_has_one_name() {
    let found = breaks(
        "  functions:\n    crm:",
        "    again: { alias: \"acme-${var.stage}\" }\n  functions:\n    crm:",
    );
    assert_eq!(
        found,
        [
            "m/a.yaml:16:5 duplicate-instance: `again` is the instance `acme-dev`, which is declared as `support` already (keep one of them, and refer to it as `support`; the first one is at m/a.yaml:12:5)",
        ]
    );
}

#[test]
fn a_flow_name_is_taken_once_on_an_instance() {
    let found = breaks("name: Desk", "name: Main IVR");
    assert_eq!(
        found,
        [
            "m/a.yaml:37:13 duplicate-flow: the flow `main` has the name `Main IVR` on the instance `support` too (names of flows are unique on an instance; the first one is at m/a.yaml:25:13)",
        ]
    );
}

#[test]
fn a_flow_that_manages_nothing_is_reported() {
    let found = breaks(
        "      type: customer-queue\n      bindings:\n        Journal: { function: journal, timeLimit: 60s, invocation: async }\n",
        "      type: customer-queue\n",
    );
    assert_eq!(
        found,
        [
            "m/a.yaml:35:5 empty-flow: the flow `desk` has neither `content` nor `bindings`: there is nothing to manage (add one of them, or leave the flow out)",
        ]
    );
}

#[test]
fn a_missing_flow_file_gets_the_nearest() {
    let found = breaks("content: ../flows/main.json", "content: ../flows/mian.json");
    assert_eq!(
        found,
        [
            "m/a.yaml:27:16 bad-content: the flow file `flows/mian.json`: there is no such file (did you mean `../flows/main.json`?)",
        ]
    );
}

#[test]
fn a_missing_block_gets_the_nearest() {
    let found = breaks("        Lookup caller:", "        Look up caller:");
    assert_eq!(
        found,
        [
            "m/a.yaml:29:9 unknown-block: flows/main.json has no block `Look up caller` (did you mean `Lookup caller`?)",
        ]
    );
}

#[test]
fn a_block_of_another_type_cannot_be_bound() {
    let found = breaks("        Lookup caller:", "        say-dev:");
    assert_eq!(
        found,
        [
            "m/a.yaml:29:9 unknown-block: the block `say-dev` in flows/main.json is of type `MessageParticipant`, not InvokeLambdaFunction (there is only `Lookup caller`)",
        ]
    );
}

#[test]
fn a_block_cannot_be_bound_twice() {
    let found =
        breaks("        Lookup caller:\n", "        7f: { function: journal }\n        Lookup caller:\n");
    assert_eq!(
        found,
        ["m/a.yaml:30:9 duplicate-binding: `7f` and `Lookup caller` are the same block (keep one of them)",]
    );
}

#[test]
fn a_set_that_wants_nothing_is_reported() {
    let found = breaks(wants(), "");
    assert_eq!(
        found,
        [
            "m/a.yaml:6:3 empty-set: the set declares nothing (add `instances`, `functions` and `flows` to `spec`)",
        ]
    );
}

#[test]
fn everything_is_reported_at_once() {
    let found = breaks(
        wants(),
        "  instances:\n    support: { alais: x, account: nobody }\n  flows:\n    main: { instance: sport, name: \"${var.nope}\", type: x, bindings: { a: { function: b, timeLimit: 8 } } }\n",
    );
    assert_eq!(
        found,
        [
            "m/a.yaml:12:16 unknown-key: an instance has no key `alais` (did you mean `alias`?)",
            "m/a.yaml:12:35 unknown-account: no account is named `nobody` (there is only `main`)",
            "m/a.yaml:14:23 unknown-instance: no instance is named `sport` (did you mean `support`?)",
            "m/a.yaml:14:36 unknown-variable: no variable is named `nope` (there is only `stage`)",
            "m/a.yaml:14:57 bad-value: `x` is not a flow type (one of `contact-flow`, `customer-queue`, `customer-hold`, `customer-whisper`, `agent-hold`, `agent-whisper`, `outbound-whisper`, `agent-transfer`, `queue-transfer`, `campaign`)",
            "m/a.yaml:14:87 unknown-function: no function is named `b` (declare it under `spec.functions`: `b: { name: … }`)",
            "m/a.yaml:14:101 bad-value: `8` is not a duration (write the unit: `8s`)",
        ]
    );
}

#[test]
fn what_linting_lets_pass_names_a_flow_that_is_there_and_a_reason() {
    let ignore = |entry: &str| format!("  lint:\n    ignore:\n      - {entry}\n  functions:\n");
    let entry = ignore(
        "{ code: duplicate-identifier, flow: main, block: Old menu, reason: \"gone in ${var.stage}\" }",
    );
    let loaded = load_texts(&GOOD.replacen("  functions:\n", &entry, 1), FLOW).unwrap();
    let manifest = &loaded.manifests[0];
    let origin = Origin { file: "m/a.yaml".to_owned(), line: 18, column: 9 };
    let expected = Suppression {
        code: "duplicate-identifier".to_owned(),
        flow: Some(label("main")),
        block: Some("Old menu".to_owned()),
        reason: "gone in dev".to_owned(),
        origin,
    };
    assert_eq!(manifest.suppressions, [expected]);
    assert_eq!(manifest.digest, good().digest, "it changes nothing in AWS");
    let wrong = |entry: &str| breaks("  functions:\n", &ignore(entry));
    assert_eq!(
        wrong("{ code: duplicate-identifier, flow: mian, reason: x }"),
        ["m/a.yaml:18:45 unknown-flow: no flow or module is named `mian` (did you mean `main`?)"]
    );
    assert_eq!(wrong("{ code: duplicate-identifier }").len(), 1);
    assert_eq!(wrong("{ code: duplicate-identifier, reason: \"\" }").len(), 1);
}
