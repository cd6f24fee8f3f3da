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

/// Runs a block of the README with `sh`; servers that it starts in the background end with it.
#[cfg(unix)]
#[test]
fn the_function_that_runs_is_invoked_with_the_aws_cli() {
    use std::process::Command;
    if ["aws", "node", "python3"].iter().any(|program| !crate::functions_run::has(program)) {
        return;
    }
    let readme = std::fs::read_to_string(shipped("").join("../README.md")).unwrap();
    let (_, rest) = readme.split_once("## Functions that run\n").unwrap();
    let (_, rest) = rest.split_once("```sh\n").unwrap();
    let (block, _) = rest.split_once("```").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let flowbind = env!("CARGO_BIN_EXE_flowbind");
    let script = block.replace("4567", &port).replace("flowbind emulator", &format!("{flowbind} emulator")).replacen(
        " &\n",
        " > started 2>/dev/null &\ntrap 'kill $!' EXIT\nuntil grep -q listening started; do sleep 0.1; done\n",
        1,
    );
    let mut command = Command::new("sh");
    command.args(["-e", "-c", &script]).current_dir(folder.path());
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    let output = command.env("AWS_PAGER", "").output().unwrap();
    let shown = stdout(&output);
    assert_eq!(code(&output), 0, "{shown}{}", stderr(&output));
    assert!(shown.contains("\"ExecutedVersion\": \"$LATEST\"") && shown.contains("\"LogResult\""), "{shown}");
    let answer = r#"{"Name":"CustomerName","Address":"1234 Main Road","CallerType":"Patient","asked":"sentAttributeValue"}"#;
    assert!(shown.ends_with(answer), "{shown}");
}
