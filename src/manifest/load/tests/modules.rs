//! What is wrong with modules, and with flows on several instances: the very words, at the very place.

use super::whole::{WHOLE, sets, spoils, spoils_shared};

fn check(cases: &[(&str, &str, &str)]) {
    for (from, to, expected) in cases {
        assert_eq!(spoils(from, to).join("\n"), *expected, "{from} -> {to}");
    }
}

#[test]
fn modules_and_flows_are_checked_alike() {
    check(&[
        (
            "shared: { instances: [one, two]",
            "shared: { instances: [one, tow]",
            "m/a.yaml:52:32 unknown-instance: no instance is named `tow` (did you mean `two`?)",
        ),
        (
            "shared: { instances: [one, two], ",
            "shared: { ",
            "m/a.yaml:52:5 missing-key: the module `shared` needs one of the keys `instance`, `instances`",
        ),
        (
            "shared: { instances: [one, two]",
            "shared: { instances: []",
            "m/a.yaml:52:26 no-instance: the module `shared` is not assigned to any instance (name one of `instances`, or leave it out)",
        ),
        (
            "shared: { instances: [one, two]",
            "shared: { instances: [one, two], instance: one",
            "m/a.yaml:52:38 exclusive-keys: `instances` and `instance` exclude each other (keep one of them)",
        ),
        (
            "shared: { instances: [one, two]",
            "shared: { instances: [one]",
            "flows/auth.json:3:85 unknown-module: the module `shared` is not on the instance `two`, but `auth` is (a module can refer only to modules of its own instance)",
        ),
        (
            "name: Auth",
            "name: Auth\n      type: contact-flow",
            "m/a.yaml:47:7 unknown-key: a module has no key `type` (one of `instance`, `instances`, `name`, `description`, `state`, `content`, `bindings`, `adopt`, `protect`)",
        ),
        (
            "name: Auth",
            "name: Auth\n      status: published",
            "m/a.yaml:47:7 unknown-key: a module has no key `status` (did you mean `state`?)",
        ),
        (
            "name: Auth",
            "name: Shared",
            "m/a.yaml:52:44 duplicate-flow: the module `auth` has the name `Shared` on the instance `one` too (names of modules are unique on an instance; the first one is at m/a.yaml:46:13)\nm/a.yaml:52:44 duplicate-flow: the module `auth` has the name `Shared` on the instance `two` too (names of modules are unique on an instance; the first one is at m/a.yaml:46:13)",
        ),
    ]);
}

#[test]
fn files_blocks_and_purposes_are_checked_alike() {
    check(&[
        (
            "content: ../flows/auth.json",
            "content: ../flows/aut.json",
            "m/a.yaml:47:16 bad-content: the flow file `flows/aut.json`: there is no such file (did you mean `../flows/auth.json`?)",
        ),
        (
            "        Ask: {",
            "        Ask me: {",
            "m/a.yaml:51:9 unknown-block: flows/auth.json has no block `Ask me` (did you mean `Ask`?)",
        ),
        (
            ", content: ../flows/shared.json",
            "",
            "m/a.yaml:52:5 empty-flow: the module `shared` has neither `content` nor `bindings`: there is nothing to manage (add one of them, or leave the module out)",
        ),
        (
            "state: active",
            "state: on",
            "m/a.yaml:49:14 bad-value: `state` takes `active` or `archived`, and this is `on`",
        ),
        (
            "description: asks",
            &format!("description: {}", "x".repeat(501)),
            "m/a.yaml:48:20 bad-value: the description has 501 characters; AWS allows 500",
        ),
    ]);
}

#[test]
fn a_flow_without_content_has_something_to_manage() {
    check(&[
        (
            "status: saved",
            "status: draft",
            "m/a.yaml:59:15 bad-value: `status` takes `published` or `saved`, and this is `draft`",
        ),
        (
            ", state: archived",
            ", status: saved",
            "m/a.yaml:62:68 bad-status: `status` requires `content` (without content, flowbind changes blocks of what is published; leave it out)",
        ),
        (
            ", state: archived",
            "",
            "m/a.yaml:62:5 empty-flow: the flow `old` has neither `content` nor `bindings`: there is nothing to manage (add one of them, or leave the flow out)",
        ),
        (", state: archived", r#", description: """#, ""),
    ]);
}

#[test]
fn tokens_of_modules_must_lead_somewhere() {
    for (to, expected) in [
        (
            "${module.aut.id}",
            "flows/shared.json:2:88 unknown-module: no module is named `aut` (did you mean `auth`?)",
        ),
        (
            "${module.auth.id}",
            "flows/shared.json:2:88 module-cycle: modules call each other in a circle: `auth` -> `shared` -> `auth` (move what they share into a third module)",
        ),
        (
            "${module.shared.arn}",
            "flows/shared.json:2:88 module-cycle: modules call each other in a circle: `shared` -> `shared` (move what they share into a third module)",
        ),
        (
            "${flow.old.id}",
            "flows/shared.json:2:88 unknown-flow: the flow `old` is not on the instance `two`, but `shared` is (a module can refer only to flows of its own instance)",
        ),
        (
            "${module.auth.name}",
            "flows/shared.json:2:88 bad-token: unknown attribute `name`; there is `.arn` or `.id`; a literal `${` is written `$${`",
        ),
        (
            r#"${queue[\"Q\"].name}"#,
            "flows/shared.json:2:88 bad-token: unknown attribute `name`; there is `.arn` or `.id`; a literal `${` is written `$${`",
        ),
    ] {
        assert_eq!(spoils_shared(to), [expected], "{to}");
    }
}

#[test]
fn a_module_and_a_flow_may_have_one_name() {
    let text = WHOLE.replace("name: Auth", "name: Main");
    assert_eq!(sets(&text, &["dev"]).unwrap().len(), 1);
}
