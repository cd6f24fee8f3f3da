//! Deployment packages of real folders: dependencies with links, what is left out, secrets, and links to nowhere.

use std::fs;
use std::path::Path;

use flowbind::emulator::Settings;

use crate::functions::{LONDON, MANIFEST, NAME, applied, in_sync, world};
use crate::world::{code, flowbind, stderr, stdout};

/// The manifest and its code, as `functions` has them.
fn folder(manifest: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("m.yaml"), manifest).unwrap();
    write(folder.path(), "index.js", "exports.handler = async () => ({});\n");
    folder
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join("code").join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn excluding(patterns: &str) -> String {
    MANIFEST.replace("code: code\n", &format!("code: code\n        exclude: {patterns}\n"))
}

/// A problem as its place and message.
fn line(problem: &serde_json::Value) -> String {
    let origin = &problem["origin"];
    format!("{}:{} {}", origin["line"], origin["column"], problem["message"].as_str().unwrap())
}

#[test]
fn verbose_commands_list_what_is_left_out_and_others_do_not() {
    let folder = folder(&excluding("[tests/, \"!.env.local\"]"));
    for path in [".env", ".env.local", "tests/a.js", "tests/b.js", "node_modules/a/index.js", ".git/HEAD"] {
        write(folder.path(), path, "x");
    }
    let listed = "the package of \"code\" leaves out 3 of its entries: [\".env\", \".git/\", \"tests/\"]";
    for command in [&["validate"][..], &["plan", "--sandbox"]] {
        let quiet = flowbind(folder.path()).args(command).arg("m.yaml").output().unwrap();
        assert!(!stderr(&quiet).contains("leaves out"), "{}", stderr(&quiet));
        let verbose = flowbind(folder.path()).args(command).args(["-v", "m.yaml"]).output().unwrap();
        assert_eq!(code(&verbose), 0, "{}", stderr(&verbose));
        assert!(stderr(&verbose).contains(listed), "{}", stderr(&verbose));
    }
}

#[test]
fn a_secret_is_a_warning_at_the_code_and_fails_nothing() {
    let folder = folder(MANIFEST);
    write(folder.path(), "certs/dev.pem", "-----BEGIN PRIVATE KEY-----\nMIIcanary\n");
    let validate = || flowbind(folder.path()).args(["validate", "m.yaml"]).output().unwrap();
    let warned = validate();
    let text = stderr(&warned);
    assert_eq!(code(&warned), 0, "{text}");
    assert!(text.contains("m.yaml:15:15"), "{text}");
    assert!(text.contains("`certs/dev.pem` (a private key)"), "{text}");
    assert!(!text.contains("canary\n") && !stdout(&warned).contains("MII"), "{text}");
    assert!(stdout(&warned).contains("valid (1 instance, 1 function"), "{}", stdout(&warned));
    let plan = flowbind(folder.path()).args(["plan", "--sandbox", "m.yaml"]).output().unwrap();
    assert!(stdout(&plan).contains("function/greeter"), "a warning hides no set: {}", stdout(&plan));
    fs::write(folder.path().join("m.yaml"), excluding("[\"!/certs/dev.pem\"]")).unwrap();
    assert!(!stderr(&validate()).contains("packed-secret"));
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_are_all_reported_at_the_code() {
    use std::os::unix::fs::symlink;
    let folder = folder(MANIFEST);
    for (link, target) in [("loop", "loop"), ("dangling", "none"), ("leaving", "../m.yaml")] {
        symlink(target, folder.path().join("code").join(link)).unwrap();
    }
    let validate = flowbind(folder.path()).args(["validate", "--output", "json", "m.yaml"]).output().unwrap();
    assert_eq!(code(&validate), 2);
    let document: serde_json::Value = serde_json::from_slice(&validate.stdout).unwrap();
    let lines: Vec<String> = document["problems"].as_array().unwrap().iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "15:15 `code/dangling` is a symbolic link to `none`, which does not exist",
            "15:15 `code/leaving` is a symbolic link to `../m.yaml`, which is outside of `code`",
            "15:15 `code/loop` is a symbolic link to `loop`, which leads back to itself",
            "25:42 `TOKEN` looks like a secret, and its value is in the manifest",
        ]
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_function_with_linked_dependencies_is_in_sync_once_it_is_applied_and_a_new_cache_changes_nothing() {
    use std::os::unix::fs::symlink;
    let world = world(MANIFEST, Settings::default()).await;
    let folder = world.folder.path().to_owned();
    write(&folder, "node_modules/.pnpm/ms@2.1.3/node_modules/ms/index.js", "module.exports = 1\n");
    symlink(".pnpm/ms@2.1.3/node_modules/ms", folder.join("code/node_modules/ms")).unwrap();
    let world = crate::functions::edited(world, MANIFEST);
    applied(&world, "first").await;
    let wanted =
        world.manifest().functions.values().next().unwrap().source.as_ref().unwrap().code.digest.clone();
    let live = world.lambda(LONDON).get_function_configuration().function_name(NAME).send().await.unwrap();
    assert_eq!(live.code_sha256(), Some(wanted.as_str()));
    for path in ["node_modules/.cache/x", "__pycache__/a.pyc", ".env", "node_modules/.modules.yaml"] {
        write(&folder, path, "x");
    }
    in_sync(&crate::functions::edited(world, MANIFEST)).await;
}

#[test]
fn what_is_probably_a_mistake_is_a_warning_at_its_place_and_the_set_is_planned() {
    let manifest =
        MANIFEST.replace("nodejs22.x", "python3.7").replace("region: eu-west-2", "region: eu-west-9");
    let folder = folder(&manifest);
    let validate = flowbind(folder.path()).args(["validate", "--output", "json", "m.yaml"]).output().unwrap();
    assert_eq!(code(&validate), 0, "{}", stdout(&validate));
    assert!(!stdout(&validate).contains("canary"), "{}", stdout(&validate));
    let document: serde_json::Value = serde_json::from_slice(&validate.stdout).unwrap();
    let lines: Vec<String> = document["problems"].as_array().unwrap().iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "7:38 `eu-west-9` is not a Region that flowbind knows",
            "13:18 Lambda no longer creates functions with the runtime `python3.7`",
            "25:42 `TOKEN` looks like a secret, and its value is in the manifest",
        ]
    );
    let quiet = MANIFEST.replace("TOKEN: canary-7f3a9c", "TOKEN: \"${var.token}\"");
    let quiet = quiet.replace("spec:\n", "spec:\n  variables: { token: {} }\n");
    fs::write(folder.path().join("m.yaml"), quiet).unwrap();
    let region = ["validate", "--var", "token=t", "--region", "eu-west-9", "m.yaml"];
    let validate = flowbind(folder.path()).args(region).output().unwrap();
    let text = stderr(&validate);
    assert!(text.contains("`--region`: `eu-west-9` is not a Region that flowbind knows"), "{text}");
    let validate = flowbind(folder.path()).args(["validate", "--var", "token=t", "m.yaml"]).output().unwrap();
    assert_eq!(stderr(&validate), "");
}
