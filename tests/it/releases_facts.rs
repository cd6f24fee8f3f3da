//! What the files say of a release agrees: with each other, with the workflow, and with what other tools look for.

use std::collections::BTreeSet;

use crate::pipelines::{root, yaml};
use crate::releases::{Release, archive, targets};
use crate::world::{code, copy, stderr, stdout};

/// A copy of the files that say what a release is.
fn project() -> Release {
    let release = Release::new();
    copy(&root().join(".github/release"), &release.path(".github/release"));
    std::fs::create_dir_all(release.path("manifests/pipelines")).unwrap();
    for file in
        ["Cargo.toml", "CHANGELOG.md", "README.md", "pyproject.toml", "manifests/pipelines/gitlab-ci.yml"]
    {
        std::fs::copy(root().join(file), release.path(file)).unwrap();
    }
    release
}

#[test]
fn a_release_whose_files_do_not_agree_is_refused_with_all_that_is_wrong() {
    let release = project();
    let facts = release.path(".github/release/facts");
    let (version, repository) = (env!("CARGO_PKG_VERSION"), env!("CARGO_PKG_REPOSITORY"));
    let repository = repository.strip_prefix("https://github.com/").unwrap();
    let tag = format!("v{version}");
    let changes = "# Changelog\n\n## [Unreleased]\n\n- later\n\n";
    let write =
        |section: &str| std::fs::write(release.path("CHANGELOG.md"), format!("{changes}{section}")).unwrap();
    write(&format!("## [{version}] - 2027-01-01\n\n### Added\n\n- `[x]` & more\n\n## [0.0.1]\n\n- old\n"));
    let output = release.run(&facts, &["check", &tag, repository], &[]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let output = release.run(&facts, &["notes", version], &[]);
    assert_eq!(stdout(&output), "### Added\n\n- `[x]` & more\n");
    assert_eq!(stdout(&release.run(&facts, &["notes", "0.0.1"], &[])), "- old\n");

    write(&format!("## [{version}]\n\n\n## [0.0.1]\n\n- old\n"));
    std::fs::write(release.path("pyproject.toml"), "dependencies = [\"flowbind==9\"]\n").unwrap();
    std::fs::write(release.path("README.md"), "rev: v0.0.1\n").unwrap();
    std::fs::write(release.path("manifests/pipelines/gitlab-ci.yml"), "").unwrap();
    let output = release.run(&facts, &["check", "v9.9.9", "acme/fork"], &[]);
    assert_eq!(code(&output), 1);
    let told = stderr(&output);
    for wrong in
        ["the tag is v9.9.9", "this is acme/fork", "CHANGELOG.md has no section", "pyproject.toml does not"]
    {
        assert!(told.contains(wrong), "{wrong}: {told}");
    }
}

#[test]
fn the_action_builds_only_when_it_is_told_to() {
    let action = yaml(&root().join(".github/actions/flowbind/action.yml"));
    assert_eq!(action["inputs"]["from-source"]["default"], "false");
    let (mut downloads, mut builds) = (0, 0);
    for step in action["runs"]["steps"].as_array().unwrap() {
        let condition = step["if"].as_str().unwrap_or_default();
        let of = |word: &str| step["run"].as_str().is_some_and(|run| run.contains(word));
        if of("/download") {
            assert_eq!(condition, "inputs.binary == '' && inputs.from-source != 'true'");
            downloads += 1;
        } else if of("/build") || step["id"] == "cache" {
            assert!(
                condition.starts_with("inputs.binary == '' && inputs.from-source == 'true'"),
                "{condition}"
            );
            builds += 1;
        }
    }
    assert_eq!((downloads, builds), (1, 3));
}

#[test]
fn scripts_that_run_on_macos_keep_to_its_bash() {
    let scripts = ["actions/flowbind/run", "actions/flowbind/download", "actions/flowbind/build"];
    for name in scripts.iter().chain(&["release/build", "release/wheel", "release/facts"]) {
        let text = std::fs::read_to_string(root().join(".github").join(name)).unwrap();
        for newer in ["mapfile", "readarray", "declare -A", "local -n", ",,}", "^^}", "|&", "coproc"] {
            assert!(!text.contains(newer), "{name}: {newer} is of a newer bash than 3.2");
        }
    }
}

#[test]
fn what_is_installed_by_other_tools_is_what_the_workflow_builds() {
    let text = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, section) = text.split_once("[package.metadata.binstall]").unwrap();
    let (defaults, overrides) = section.split_once("[package.metadata.binstall.overrides").unwrap();
    let defaults = defaults.replace("{ name }", "flowbind").replace("{ archive-suffix }", ".tar.gz");
    let mut named = BTreeSet::new();
    for target in targets() {
        let url = defaults.replace("{ target }", &target);
        if target.contains("windows") {
            assert!(overrides.contains(&format!("{target}]\npkg-fmt = \"zip\"")));
        } else {
            assert!(url.contains(&format!("/v{{ version }}/{}\"", archive(&target))), "{url}");
        }
        named.insert(format!("flowbind-{target}"));
    }
    for url in overrides.split("pkg-url = ").skip(1) {
        let file = url.lines().next().unwrap().replace("{ name }", "flowbind");
        let file = file.rsplit('/').next().unwrap().trim_end_matches(".tar.gz\"");
        assert!(named.contains(file), "{file}");
    }
    // The bills of materials are attested for what was built.
    let document = yaml(&root().join(".github/workflows/release.yml"));
    let attested = document["jobs"]["materials"]["strategy"]["matrix"]["include"].as_array().unwrap();
    let attested: BTreeSet<_> =
        attested.iter().map(|it| (it["target"].as_str().unwrap(), it["archive"].as_str().unwrap())).collect();
    let built: Vec<_> = targets().into_iter().map(|target| (target.clone(), archive(&target))).collect();
    assert_eq!(attested, built.iter().map(|(target, archive)| (target.as_str(), archive.as_str())).collect());
    // The hooks bring this version.
    let hooks = std::fs::read_to_string(root().join("pyproject.toml")).unwrap();
    assert!(hooks.contains(&format!("[\"flowbind=={}\"]", env!("CARGO_PKG_VERSION"))), "{hooks}");
}
