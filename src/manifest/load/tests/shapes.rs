//! What is wrong with the shape of a document: the very words, at the very place.

use super::*;

#[test]
fn an_unknown_key_gets_the_nearest() {
    let found = breaks("timeLimit: 8s", "timelimit: 8s");
    assert_eq!(
        found,
        ["m/a.yaml:31:11 unknown-key: a binding has no key `timelimit` (did you mean `timeLimit`?)",]
    );
}

#[test]
fn an_unknown_key_of_the_spec_is_reported() {
    let found = breaks("  functions:\n    crm:", "  funktions: {}\n  functions:\n    crm:");
    assert_eq!(
        found,
        ["m/a.yaml:16:3 unknown-key: `spec` has no key `funktions` (did you mean `functions`?)",]
    );
}

#[test]
fn a_missing_key_is_named_with_its_meaning() {
    let found = breaks("      type: contact-flow\n", "");
    assert_eq!(
        found,
        [
            "m/a.yaml:23:5 missing-key: the flow `main` needs the key `type` (its type, such as `contact-flow`; it cannot be changed)",
        ]
    );
}

#[test]
fn a_map_where_a_text_belongs_is_reported() {
    let found = breaks("name: Main IVR", "name: { a: b }");
    assert_eq!(
        found,
        ["m/a.yaml:25:13 wrong-type: `name` takes a flow name, and this is a map (write `name: Main IVR`)",]
    );
}

#[test]
fn a_text_where_a_list_belongs_is_reported() {
    let found = breaks("functions: [journal]", "functions: journal");
    assert_eq!(
        found,
        [
            "m/a.yaml:14:18 wrong-type: `functions` takes a list, and this is a text (write `functions: [journal]`)",
        ]
    );
}

#[test]
fn a_list_where_a_map_belongs_is_reported() {
    let found = breaks(r#"parameters: { zip: 007, key: $.Attributes.x, lit: "$${x}" }"#, "parameters: [a]");
    assert_eq!(
        found,
        [
            "m/a.yaml:34:23 wrong-type: `parameters` takes a map, and this is a list (write `parameters: { NAME: TEXT }`)",
        ]
    );
}

#[test]
fn nothing_where_a_text_belongs_is_reported() {
    let found = breaks("qualifier: live", "qualifier:");
    assert_eq!(
        found,
        ["m/a.yaml:19:7 missing-value: `qualifier` has no value (give it a value, or leave the key out)",]
    );
}

#[test]
fn nothing_where_a_map_belongs_is_reported() {
    let found = breaks(r#"parameters: { zip: 007, key: $.Attributes.x, lit: "$${x}" }"#, "parameters:");
    assert_eq!(
        found,
        ["m/a.yaml:34:11 missing-value: `parameters` has no value (leave the key out, or write `{}`)",]
    );
}

#[test]
fn nothing_as_a_parameter_is_reported() {
    let found = breaks("zip: 007", "zip: ~");
    assert_eq!(
        found,
        [
            r#"m/a.yaml:34:25 missing-value: `zip` has no value (leave the key out, or write `""` for an empty text)"#,
        ]
    );
}

#[test]
fn a_key_twice_is_reported_at_the_second() {
    let found =
        breaks("          invocation: sync\n", "          invocation: sync\n          timeLimit: 5s\n");
    assert_eq!(
        found,
        ["m/a.yaml:33:11 duplicate-key: the key `timeLimit` is here a second time (it is first in line 31)",]
    );
}

#[test]
fn a_wrong_word_gets_the_nearest() {
    let found = breaks("invocation: sync", "invocation: asink");
    assert_eq!(
        found,
        ["m/a.yaml:32:23 bad-value: `invocation` takes `sync` or `async`, and this is `asink`",]
    );
}

#[test]
fn a_wrong_flow_type_gets_the_nearest() {
    let found = breaks("type: contact-flow", "type: contactflow");
    assert_eq!(
        found,
        ["m/a.yaml:26:13 bad-value: `contactflow` is not a flow type (did you mean `contact-flow`?)",]
    );
}

#[test]
fn one_of_alias_id_and_arn_is_needed() {
    let found = breaks("      alias: acme-${var.stage}\n", "");
    assert_eq!(
        found,
        ["m/a.yaml:12:5 missing-key: the instance `support` needs one of the keys `alias`, `id`, `arn`",]
    );
}

#[test]
fn alias_and_id_exclude_each_other() {
    let found = breaks("      alias: acme-${var.stage}\n", "      alias: acme\n      id: 0f1e\n");
    assert_eq!(
        found,
        ["m/a.yaml:14:7 exclusive-keys: `alias` and `id` exclude each other (keep one of them)",]
    );
}

#[test]
fn a_logical_name_is_a_dns_label() {
    let found = breaks("    crm:", "    CRM:");
    assert_eq!(
        found,
        [
            "m/a.yaml:17:5 bad-value: `CRM` is not a logical name: use lower-case letters, digits and `-`, at most 63, not `-` at either end",
            "m/a.yaml:30:21 unknown-function: no function is named `crm` (there is only `journal`)",
            "flows/main.json:7:45 unknown-function: no function is named `crm` (there is only `journal`)",
        ]
    );
}

#[test]
fn a_set_name_has_at_most_forty_characters() {
    let found = breaks("name: acme\n", "name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n");
    assert_eq!(
        found,
        [
            "m/a.yaml:4:9 bad-value: `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` has 41 characters; the name of a set has at most 40 (the ids of the set's statements contain it)",
        ]
    );
}

#[test]
fn a_function_name_follows_the_rule_of_lambda() {
    let found = breaks("name: journal }", "name: jour.nal }");
    assert_eq!(
        found,
        [
            "m/a.yaml:21:22 bad-value: `jour.nal` is not a function name: use letters, digits, `-` and `_`, at most 64",
        ]
    );
}

#[test]
fn a_qualifier_in_the_name_goes_elsewhere() {
    let found = breaks("name: journal }", r#"name: "journal:live" }"#);
    assert_eq!(
        found,
        [
            "m/a.yaml:21:22 bad-value: `journal:live` is not a function name: use letters, digits, `-` and `_`, at most 64 (an alias or version belongs under `qualifier:`)",
        ]
    );
}

#[test]
fn the_latest_version_cannot_be_granted() {
    let found = breaks("qualifier: live", "qualifier: $LATEST");
    assert_eq!(
        found,
        [
            "m/a.yaml:19:18 bad-value: `$LATEST` cannot be granted: a resource policy takes an alias or a version (leave `qualifier` out to call the unqualified function)",
        ]
    );
}

#[test]
fn an_alias_of_an_instance_has_its_pattern() {
    let found = breaks("alias: acme-${var.stage}", "alias: d-${var.stage}");
    assert_eq!(
        found,
        [
            "m/a.yaml:13:14 bad-value: `d-dev` is not an instance alias: use letters, digits and `-`, at most 45, starting with a letter or digit but not with `d-`, and not ending with `-`",
        ]
    );
}

#[test]
fn an_account_id_has_twelve_digits() {
    let found = breaks("id: 011122223333", "id: 11122223333");
    assert_eq!(
        found,
        [
            "m/a.yaml:9:17 bad-value: `11122223333` is not an AWS account id: it has exactly 12 digits (a leading 0 may be lost: it is part of the id)",
        ]
    );
}

#[test]
fn a_region_has_its_form() {
    let found = breaks("region: eu-west-2", "region: london");
    assert_eq!(
        found,
        ["m/a.yaml:10:38 bad-value: `london` is not an AWS Region: a Region is written like `eu-west-2`",]
    );
}

#[test]
fn a_duration_needs_its_unit() {
    let found = breaks("timeLimit: 8s", "timeLimit: 8");
    assert_eq!(found, ["m/a.yaml:31:22 bad-value: `8` is not a duration (write the unit: `8s`)",]);
}

#[test]
fn a_path_is_relative() {
    let found = breaks("content: ../flows/main.json", "content: /etc/passwd");
    assert_eq!(
        found,
        [
            "m/a.yaml:27:16 bad-value: `/etc/passwd` is not relative to this file (write a relative path with `/`, such as `flows/main.json`)",
        ]
    );
}

#[test]
fn a_flat_example_holds_only_texts() {
    let found = breaks("example: { Name: 007 }", "example: { Name: { a: b } }");
    assert_eq!(
        found,
        [
            "m/a.yaml:20:68 bad-example: `Name` is a map, and a string map holds only texts (write `type: json` for a nested answer)",
        ]
    );
}

#[test]
fn a_document_that_is_no_yaml_is_reported() {
    let found = breaks("  accounts:", "  accounts: [1, 2");
    assert_eq!(
        found,
        ["m/a.yaml:8:13 yaml: this is not YAML: this `[` is not closed (add the missing `]`)",]
    );
}

#[test]
fn another_api_version_is_reported_alone() {
    let found = breaks("flowbind.dev/v1alpha1", "flowbind.dev/v1");
    assert_eq!(
        found,
        [
            "m/a.yaml:1:13 not-a-manifest: apiVersion is `flowbind.dev/v1`, and this version of flowbind reads `flowbind.dev/v1alpha1` (write `apiVersion: flowbind.dev/v1alpha1`)",
        ]
    );
}

#[test]
fn another_kind_is_reported_alone() {
    let found = breaks("kind: BindingSet", "kind: Kustomization");
    assert_eq!(
        found,
        [
            "m/a.yaml:2:7 not-a-manifest: kind is `Kustomization`, and this version of flowbind reads `BindingSet` (write `kind: BindingSet`)",
        ]
    );
}

#[test]
fn a_missing_kind_is_reported() {
    let found = breaks("kind: BindingSet\n", "");
    assert_eq!(
        found,
        ["m/a.yaml:1:1 missing-key: a manifest needs the key `kind` (write `kind: BindingSet`)",]
    );
}
