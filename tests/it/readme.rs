//! What the README shows works as it stands.

use crate::world::{code, flowbind, shipped, stderr, stdout};

#[test]
fn the_function_from_source_is_valid_in_a_manifest() {
    let readme = std::fs::read_to_string(shipped("").join("../README.md")).unwrap();
    let (_, rest) = readme.split_once("```yaml\n    greeter:").unwrap();
    let (source, _) = rest.split_once("```").unwrap();
    let head = "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: { name: acme }\nspec:\n  \
                variables: { stage: { default: dev } }\n  accounts: { main: { id: \"111122223333\" } }\n  \
                defaults: { account: main, region: eu-west-2 }\n  \
                instances: { support: { alias: acme, functions: [greeter] } }\n  functions:\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("functions/greeter")).unwrap();
    std::fs::write(folder.path().join("functions/greeter/index.js"), "exports.handler = async () => ({});\n")
        .unwrap();
    std::fs::write(folder.path().join("m.yaml"), format!("{head}    greeter:{source}")).unwrap();
    let output = flowbind(folder.path()).args(["validate", "m.yaml"]).output().unwrap();
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
    assert!(!stdout(&output).contains("warning"), "{}{}", stdout(&output), stderr(&output));
}
