//! What of a machine's files a manifest of somebody's pull request can show: those of its project.

use std::path::Path;

use crate::world::{code, flowbind, stderr, stdout};

const MANIFEST: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  variables: { stage: { default: dev } }
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances: { support: { alias: acme } }
  flows:
    main: { instance: support, name: Main, type: contact-flow, content: CONTENT }
"#;

const FLOW: &str = r#"{"Version":"2019-10-30","StartAction":"end","Metadata":{},"Actions":[
{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}"#;

fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = flowbind(folder).args(arguments).output().expect("a process");
    let text = format!("{}{}", stdout(&output), stderr(&output));
    assert!(!text.contains("canary"), "{arguments:?}: {text}");
    (code(&output), text)
}

/// Writes the manifest in `p`, the project, with this content.
fn world(content: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let project = folder.path().join("p");
    std::fs::create_dir_all(project.join(".git")).expect("a folder");
    for (path, text) in [
        ("p/m.yaml", MANIFEST.replace("CONTENT", content)),
        ("p/main.json", FLOW.to_owned()),
        ("flow.json", FLOW.to_owned()),
        ("passwd", "root:x:0:0:canary\n".to_owned()),
        ("vars.yaml", "stage: prod\n".to_owned()),
    ] {
        std::fs::write(folder.path().join(path), text).expect("a file");
    }
    folder
}

#[test]
fn a_manifest_shows_no_file_outside_of_its_project_in_any_command_that_reads_it() {
    let folder = world("../passwd");
    let project = folder.path().join("p");
    for arguments in [
        &["validate", "m.yaml"][..],
        &["validate", "m.yaml", "--output", "json"],
        &["lint", "m.yaml"],
        &["plan", "m.yaml", "--sandbox"],
        &["apply", "m.yaml", "--sandbox", "--auto-approve"],
        &["drift", "m.yaml", "--sandbox"],
        &["graph", "m.yaml"],
        &["iam-policy", "m.yaml", "--for", "plan"],
        &["emulator", "--world", "m.yaml"],
    ] {
        let (code, text) = run(&project, arguments);
        assert_ne!(code, 0, "{arguments:?}: {text}");
        assert!(text.contains("outside of the project"), "{arguments:?}: {text}");
        // Who allows it learns that it is not a flow, and no line of it.
        let (code, text) = run(&project, &[arguments, &["--allow-outside"]].concat());
        assert_ne!(code, 0, "{arguments:?}: {text}");
        assert!(!text.contains("outside of the project"), "{arguments:?}: {text}");
    }
    let folder = world("../flow.json");
    let (code, text) = run(&folder.path().join("p"), &["validate", "m.yaml", "--allow-outside"]);
    assert_eq!(code, 0, "{text}");
}

#[cfg(unix)]
#[test]
fn what_the_command_line_names_may_lie_anywhere_unless_a_link_of_the_project_leads_there() {
    use std::os::unix::fs::symlink;
    let folder = world("main.json");
    let project = folder.path().join("p");
    symlink("../passwd", project.join("vars.yaml")).expect("a link");
    assert_eq!(run(&project, &["validate", "m.yaml", "--var-file", "../vars.yaml"]).0, 0);
    let (code, text) = run(&project, &["validate", "m.yaml", "--var-file", "vars.yaml"]);
    assert!(code == 2 && text.contains("`vars.yaml` is a symbolic link, and it is outside"), "{text}");
    assert_eq!(run(&project, &["validate", "../p/m.yaml"]).0, 0);
    assert_eq!(run(folder.path(), &["validate", "p/m.yaml"]).0, 0);
    symlink("../passwd", project.join("n.yaml")).expect("a link");
    let (code, text) = run(&project, &["validate", "."]);
    assert!(code == 2 && text.contains("`n.yaml` is a symbolic link"), "{text}");
}
