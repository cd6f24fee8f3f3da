//! Two sets of one run that would write one object, and what they may share.

use super::*;

/// A set named `set`, with a `spec` beside the usual defaults.
fn set(set: &str, spec: &str) -> String {
    format!(
        "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: {{ name: {set} }}\nspec:\n  accounts: {{ main: {{ id: \
         \"011122223333\" }} }}\n  defaults: {{ account: main, region: eu-west-2 }}\n{spec}"
    )
}

const SAY: &str = r#"{ "Version": "2019-10-30", "StartAction": "end", "Actions": [
  { "Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} } ] }"#;

/// What is reported of two files that are loaded together.
fn found(one: &str, two: &str) -> Vec<String> {
    let files: BTreeMap<PathBuf, Vec<u8>> =
        [("m/one.yaml", one), ("m/two.yaml", two), ("say.json", SAY), ("code/index.mjs", "export {}")]
            .map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()))
            .into();
    lines(load(&[PathBuf::from("m")], &Inputs::default(), &files))
}

fn both(spec: &str) -> Vec<String> {
    found(&set("one", spec), &set("two", spec))
}

fn made(label: &str, name: &str, role: &str) -> String {
    format!(
        "    {label}: {{ name: {name}, source: {{ runtime: nodejs22.x, handler: index.handler, code: ../code, role: {role}, publish: \
         live }} }}\n"
    )
}

const ARN: &str = "\"arn:aws:iam::011122223333:role/made-by-hand\"";
const DESK: &str = "  instances: { desk: { alias: desk } }\n";

#[test]
fn a_flow_or_module_of_a_name_on_an_instance_is_one_sets() {
    let flow =
        "  flows:\n    main: { instance: desk, name: Main, type: contact-flow, content: ../say.json }\n";
    assert_eq!(
        both(&format!("{DESK}{flow}")),
        [
            "m/two.yaml:9:5 duplicate-flow: the flow `Main` on the instance `desk` (account 011122223333, eu-west-2) is also declared by the set `one` (keep the flow in one of the two sets; the other declaration is at m/one.yaml:9:5)"
        ]
    );
    let module = "  modules:\n    auth: { instance: desk, name: Main, content: ../say.json }\n";
    assert_eq!(
        both(&format!("{DESK}{module}")),
        [
            "m/two.yaml:9:5 duplicate-flow: the module `Main` on the instance `desk` (account 011122223333, eu-west-2) is also declared by the set `one` (keep the module in one of the two sets; the other declaration is at m/one.yaml:9:5)"
        ]
    );
    let (one, two) = (set("one", &format!("{DESK}{flow}")), set("two", &format!("{DESK}{module}")));
    assert_eq!(found(&one, &two), Vec::<String>::new(), "a flow and a module may have one name");
    for elsewhere in [
        ("alias: desk", "alias: desk-2"),
        ("alias: desk", "alias: desk, region: us-west-2"),
        ("Main", "Main 2"),
    ] {
        assert_eq!(
            found(&one, &one.replace("one }", "two }").replace(elsewhere.0, elsewhere.1)),
            Vec::<String>::new()
        );
    }
}

/// The write of one block is a write of the flow: the second would be refused, since the first has changed the flow.
#[test]
fn the_blocks_of_a_flow_are_bound_by_one_set() {
    let bound = |name: &str, block: &str| {
        set(
            name,
            &format!(
                "{DESK}  functions: {{ crm: {{ name: crm }} }}\n  flows:\n    f-{name}: {{ instances: [desk], name: Main, type: contact-flow, \
                 bindings: {{ {block}: {{ function: crm }} }} }}\n"
            ),
        )
    };
    let problems = found(&bound("one", "Ask"), &bound("two", "Tell"));
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].starts_with("m/two.yaml:10:5 duplicate-flow: the flow `Main`"), "{problems:?}");
    assert!(problems[0].ends_with("at m/one.yaml:10:5)"), "{problems:?}");
}

#[test]
fn a_function_and_a_role_are_made_by_one_set() {
    let function = format!("  functions:\n{}", made("f", "greeter", ARN));
    assert_eq!(
        both(&function),
        [
            "m/two.yaml:8:5 duplicate-function: the function `greeter` (account 011122223333, eu-west-2) is also made by the set `one` (keep `source` in one of the two sets; the other one may refer to the function; the other declaration is at m/one.yaml:8:5)"
        ]
    );
    let of = |name: &str, role: &str| set(name, &format!("  functions:\n{}", made("f", name, role)));
    // IAM takes no second role whose name differs in case alone.
    assert_eq!(
        found(&of("one", "{ name: Greeter-Role }"), &of("two", "{ name: greeter-role }")),
        [
            "m/two.yaml:8:5 duplicate-role: the role `greeter-role` (account 011122223333) is also made by the set `one` (give each function a role of its own, or name the role by its ARN in one of the two sets; the other declaration is at m/one.yaml:8:5)"
        ]
    );
    assert_eq!(found(&of("one", ARN), &of("two", ARN)), Vec::<String>::new(), "a role that nobody makes");
    let twice = format!(
        "  functions:\n{}{}",
        made("a", "a", "{ name: Greeter-Role }"),
        made("b", "b", "{ name: greeter-role }")
    );
    let problems = found(&set("one", &twice), &of("two", ARN));
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("duplicate-role") && problems[0].contains("m/one.yaml:8:5"), "{problems:?}");
}

#[test]
fn attributes_must_agree_and_an_instance_is_created_by_one_set() {
    let wants = |name: &str, value: &str| {
        set(
            name,
            &format!(
                "  instances: {{ desk: {{ alias: desk, attributes: {{ contactflow-logs: {value}, early-media: true }} }} }}\n"
            ),
        )
    };
    assert_eq!(found(&wants("one", "true"), &wants("two", "true")), Vec::<String>::new());
    assert_eq!(
        found(&wants("one", "true"), &wants("two", "false")),
        [
            "m/two.yaml:7:16 attribute-conflict: `contactflow-logs` of the instance `desk` (account 011122223333, eu-west-2) is false here, and true in the set `one` (set it in one of the two sets; the other declaration is at m/one.yaml:7:16)"
        ]
    );
    let create = "  instances: { desk: { alias: desk, create: { identity: connect-managed, inbound: true, outbound: true } } }\n";
    assert_eq!(
        both(create),
        [
            "m/two.yaml:7:16 duplicate-instance: the instance `desk` (account 011122223333, eu-west-2) is also created by the set `one` (keep `create` in one of the two sets; the other declaration is at m/one.yaml:7:16)"
        ]
    );
    assert_eq!(
        found(&set("one", create), &set("two", &format!("{DESK}  functions: {{ crm: {{ name: crm }} }}\n"))),
        Vec::<String>::new()
    );
}

#[test]
fn documents_of_a_file_and_targets_of_a_document_are_sets_too() {
    let spec = format!("  functions:\n{}", made("f", "greeter", ARN));
    let documents = format!("{}---\n{}", set("one", &spec), set("two", &spec));
    let alone = set("three", "  instances: { desk: { alias: desk } }\n");
    let problems = found(&documents, &alone);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].starts_with("m/one.yaml:17:5 duplicate-function: "), "{problems:?}");
    assert!(problems[0].ends_with("the other declaration is at m/one.yaml:8:5)"), "{problems:?}");
    let targets = format!("  targets: {{ dev: {{}}, prod: {{}} }}\n{spec}");
    assert_eq!(
        found(&set("one", &targets), &alone),
        [
            "m/one.yaml:9:5 duplicate-function: the function `greeter` (account 011122223333, eu-west-2) is also made by the set `one-dev` (m/one.yaml:9:5 declares it for both targets: use a variable that differs between them, or declare it in a set without targets)"
        ]
    );
}

#[test]
fn what_several_sets_may_share_is_no_conflict() {
    let made = set("one", &format!("{DESK}  functions:\n{}", made("f", "greeter", ARN)));
    let refers = |name: &str| {
        set(
            name,
            "  instances: { front: { alias: desk, functions: [g] } }\n  functions: { g: { name: greeter, qualifier: live } }\n",
        )
    };
    assert_eq!(found(&made, &refers("two")), Vec::<String>::new(), "one makes it, the other refers to it");
    assert_eq!(
        found(&refers("one"), &refers("two")),
        Vec::<String>::new(),
        "each has a statement of its own"
    );
}
