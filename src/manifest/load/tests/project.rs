//! A manifest names files of its project, and nothing else of the machine.

use super::super::super::reading::files::Disk;
use super::*;

const MANIFEST: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances: { support: { alias: acme } }
  functions:
    f:
      name: f
      source: { runtime: nodejs22.x, handler: index.handler, code: CODE, publish: live, role: { name: r, managedPolicies: [] } }
  flows:
    main: { instance: support, name: Main, type: contact-flow, content: CONTENT }
"#;

const FLOW: &str = r#"{"Version":"2019-10-30","StartAction":"end","Metadata":{},"Actions":[
{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}"#;

const SECRET: &str = "root:x:0:0:canary";

/// A project in `p` with a manifest in `p/m`, and files beside the project.
fn world() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    for path in ["p/m", "p/code", "p/flows", "code"] {
        std::fs::create_dir_all(at(path)).unwrap();
    }
    for (path, text) in [
        ("p/code/index.mjs", "export {}"),
        ("code/index.mjs", "export {}"),
        ("p/flows/main.json", FLOW),
        ("flow.json", FLOW),
        ("passwd", SECRET),
        ("vars.yaml", "stage: x\n"),
    ] {
        std::fs::write(at(path), text).unwrap();
    }
    folder
}

fn loaded(folder: &Path, code: &str, content: &str, allow_outside: bool) -> (Vec<String>, Sources) {
    let path = folder.join("p/m/m.yaml");
    std::fs::write(&path, MANIFEST.replace("CODE", code).replace("CONTENT", content)).unwrap();
    let inputs = Inputs { allow_outside, ..Inputs::default() };
    match load(&[path], &inputs, &Disk) {
        Ok(Loaded { sources, .. }) => (Vec::new(), sources),
        Err(Problems { problems, sources }) => {
            let shown = problems.iter().map(|problem| format!("{} {}", problem.code, problem.message));
            (shown.collect(), sources)
        }
    }
}

#[test]
fn files_of_the_project_are_read_wherever_in_it_they_lie() {
    let folder = world();
    let folder = folder.path();
    let (problems, _) = loaded(folder, "../code", "../flows/main.json", false);
    assert_eq!(problems.len(), 2, "without `.git` the manifest's folder is the project: {problems:#?}");
    std::fs::create_dir(folder.join("p/.git")).unwrap();
    assert_eq!(loaded(folder, "../code", "../flows/main.json", false).0, [""; 0]);
    // A worktree has a file of that name.
    std::fs::remove_dir(folder.join("p/.git")).unwrap();
    std::fs::write(folder.join("p/.git"), "gitdir: x").unwrap();
    assert_eq!(loaded(folder, "../code", "../flows/main.json", false).0, [""; 0]);
}

#[test]
fn files_outside_of_the_project_are_refused_unless_they_are_allowed() {
    let folder = world();
    let folder = folder.path();
    std::fs::create_dir(folder.join("p/.git")).unwrap();
    let (problems, sources) = loaded(folder, "../../code", "../../flow.json", false);
    assert_eq!(problems.len(), 2, "{problems:#?}");
    assert!(
        problems.iter().all(|problem| problem.starts_with("outside ") && problem.contains("of the project"))
    );
    assert_eq!(sources.files().count(), 1, "{sources:#?}");
    assert_eq!(loaded(folder, "../../code", "../../flow.json", true).0, [""; 0]);
    // What is not there is refused as well: nobody learns which files a machine has.
    for missing in ["../../none.json", "../../none/none.json", "../../passwd/x"] {
        let (problems, _) = loaded(folder, "../code", missing, false);
        assert!(problems.len() == 1 && problems[0].starts_with("outside "), "{problems:#?}");
    }
    let (problems, sources) = loaded(folder, "../code", "../../passwd", true);
    assert!(problems[0].starts_with("bad-flow "), "{problems:#?}");
    assert!(!format!("{problems:?}{sources:?}").contains("canary"), "{problems:?}{sources:?}");
}

#[cfg(unix)]
#[test]
fn a_link_that_leaves_the_project_is_refused_wherever_it_is_in_a_path() {
    use std::os::unix::fs::symlink;
    let folder = world();
    let folder = folder.path();
    std::fs::create_dir(folder.join("p/.git")).unwrap();
    symlink("../../flow.json", folder.join("p/m/link.json")).unwrap();
    symlink("../../passwd", folder.join("p/m/passwd.json")).unwrap();
    symlink("../..", folder.join("p/m/up")).unwrap();
    symlink("../flows/main.json", folder.join("p/m/inside.json")).unwrap();
    symlink("../../code", folder.join("p/m/code")).unwrap();
    for content in ["link.json", "passwd.json", "up/flow.json", "up/none.json"] {
        let (problems, sources) = loaded(folder, "../code", content, false);
        assert!(problems.len() == 1 && problems[0].starts_with("outside "), "{content}: {problems:#?}");
        assert!(!format!("{sources:?}").contains("canary"), "{sources:?}");
    }
    let (problems, _) = loaded(folder, "code", "inside.json", false);
    assert!(problems.len() == 1 && problems[0].contains("the code"), "{problems:#?}");
    assert_eq!(loaded(folder, "../code", "inside.json", false).0, [""; 0]);
    assert_eq!(loaded(folder, "code", "up/flow.json", true).0, [""; 0]);
}
