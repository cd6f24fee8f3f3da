//! Links, permissions, pipes and file systems.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;

use super::*;

/// A function with dependencies as pnpm and npm install them, and with what lies beside code. `copy` stands for the
/// machine and the time of the installation.
fn project(root: &Path, copy: usize) {
    let code = root.join("code");
    let here = format!("#!/bin/sh\nexport NODE_PATH=\"{}\"\n", code.display());
    let time = format!("prunedAt: {copy}\nstoreDir: {}\n", root.display());
    let files = [
        (
            "index.js",
            "exports.handler = async () => require('debug').ms + require('shared') + require('plain');\n",
        ),
        (
            "node_modules/.pnpm/debug@4.3.7/node_modules/debug/package.json",
            "{\"name\": \"debug\", \"main\": \"d.js\"}",
        ),
        ("node_modules/.pnpm/debug@4.3.7/node_modules/debug/d.js", "exports.ms = require('ms');\n"),
        ("node_modules/.pnpm/ms@2.1.3/node_modules/ms/index.js", "module.exports = 'ms ';\n"),
        ("node_modules/.pnpm/ms@2.1.3/node_modules/ms/bin.js", "#!/usr/bin/env node\n"),
        ("node_modules/plain/index.js", "module.exports = 'plain';\n"),
        ("packages/shared/index.js", "module.exports = 'shared ';\n"),
        // What differs from one machine to the next, or is no code.
        ("node_modules/.bin/shim", &here),
        ("node_modules/.modules.yaml", &time),
        ("node_modules/.pnpm-workspace-state-v1.json", &time),
        ("node_modules/.cache/babel/x.json", &time),
        ("lib/__pycache__/a.cpython-312.pyc", &time),
        ("lib/b.pyc", &time),
        (".pytest_cache/v", &time),
        (".env", "TOKEN=x"),
        (".git/index", &time),
    ];
    let links = [
        ("node_modules/debug", ".pnpm/debug@4.3.7/node_modules/debug".to_owned()),
        ("node_modules/.pnpm/debug@4.3.7/node_modules/ms", "../../ms@2.1.3/node_modules/ms".to_owned()),
        // Absolute, and through another link.
        ("node_modules/shared", code.join("packages/shared").display().to_string()),
        ("node_modules/.bin/ms", "../.pnpm/debug@4.3.7/node_modules/ms/bin.js".to_owned()),
        (".venv", "/usr/lib/python3".to_owned()),
    ];
    let mut jobs: Vec<Box<dyn Fn()>> = Vec::new();
    for (path, text) in files {
        let (path, text) = (code.join(path), text.to_owned());
        jobs.push(Box::new(move || {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &text).unwrap();
            let mode = if copy.is_multiple_of(2) { 0o644 } else { 0o700 };
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }));
    }
    for (path, target) in links {
        let path = code.join(path);
        jobs.push(Box::new(move || {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            symlink(&target, &path).unwrap();
        }));
    }
    let turned = jobs.len() / 3 * copy % jobs.len();
    jobs.rotate_left(turned);
    if copy % 2 == 1 {
        jobs.reverse();
    }
    jobs.iter().for_each(|job| job());
}

/// On each file system that is at hand.
fn copies() -> Vec<tempfile::TempDir> {
    let elsewhere = ["/dev/shm", "/var/tmp", concat!(env!("CARGO_MANIFEST_DIR"), "/target")];
    let mut copies: Vec<_> =
        elsewhere.iter().filter_map(|folder| tempfile::tempdir_in(folder).ok()).collect();
    copies.extend([tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()]);
    copies
}

#[test]
fn real_dependencies_are_one_package_on_every_file_system_umask_and_order() {
    let copies = copies();
    let packages: Vec<Package> = copies
        .iter()
        .enumerate()
        .map(|(copy, folder)| {
            project(folder.path(), copy);
            package(folder)
        })
        .collect();
    assert!(packages.iter().all(|other| other.zip == packages[0].zip));
    assert_eq!(packages[0].digest, "IMEwAke37JudKfDcI3DCgCLT2OnsJoUqGzE1AGP1okw=");
    assert_eq!(
        packages[0].left_out.names,
        [
            ".env",
            ".git/",
            ".pytest_cache/",
            ".venv",
            "lib/__pycache__/",
            "lib/b.pyc",
            "node_modules/.bin/shim",
            "node_modules/.cache/",
            "node_modules/.modules.yaml",
            "node_modules/.pnpm-workspace-state-v1.json",
        ]
    );
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that could not be done is to be seen")]
fn node_runs_what_unzip_makes_of_a_package_with_links() {
    let source = tempfile::tempdir().unwrap();
    project(source.path(), 0);
    let entries = {
        let exclude = Exclude::new(Vec::new()).unwrap();
        folder::read(&Disk, &source.path().join("code"), &exclude).unwrap().entries
    };
    let links = entries.iter().filter(|entry| entry.link);
    let links: Vec<(&str, &str)> =
        links.map(|entry| (entry.name.as_str(), std::str::from_utf8(&entry.bytes).unwrap())).collect();
    assert_eq!(
        links,
        [
            ("node_modules/.bin/ms", "../.pnpm/ms@2.1.3/node_modules/ms/bin.js"),
            ("node_modules/.pnpm/debug@4.3.7/node_modules/ms", "../../ms@2.1.3/node_modules/ms"),
            ("node_modules/debug", ".pnpm/debug@4.3.7/node_modules/debug"),
            ("node_modules/shared", "../packages/shared"),
        ]
    );
    for method in [Method::Store, Method::Deflate] {
        let target = tempfile::tempdir().unwrap();
        let path = target.path().join("p.zip");
        fs::write(&path, zip::write(&entries, method).unwrap()).unwrap();
        let run = |command: &mut Command| command.current_dir(target.path()).output().ok();
        let script = "require('./index.js').handler().then(console.log)";
        let unzipped = run(Command::new("unzip").args(["-q", "p.zip"]));
        let Some((unzipped, answer)) = unzipped.zip(run(Command::new("node").args(["-e", script]))) else {
            eprintln!("note: there is no unzip or no node, so no package was run");
            return;
        };
        assert!(unzipped.status.success(), "{}", String::from_utf8_lossy(&unzipped.stdout));
        let errors = String::from_utf8_lossy(&answer.stderr);
        assert_eq!(String::from_utf8_lossy(&answer.stdout), "ms shared plain\n", "{errors}");
    }
}

#[test]
fn links_that_dangle_loop_or_leave_are_all_named_with_their_targets() {
    let root = folder(&CODE, 0);
    let code = root.path().join("code");
    fs::create_dir(root.path().join("other")).unwrap();
    fs::write(root.path().join("other/x.js"), "x").unwrap();
    for (link, target) in [
        ("dangling", "no/such.js"),
        ("lib/a-loop", "b-loop"),
        ("lib/b-loop", "a-loop"),
        ("itself", "itself"),
        ("leaving", "../other/x.js"),
        ("leaving-folder", "../other"),
        ("absolute", "/"),
        ("through", "leaving-folder/x.js"),
    ] {
        symlink(target, code.join(link)).unwrap();
    }
    let faults = packed(root.path(), &[]).unwrap_err();
    let prefix = format!("{}/", code.display());
    let said: Vec<String> = faults.iter().map(|fault| fault.message.replace(&prefix, "")).collect();
    let outside = format!("which is outside of `{}`", code.display());
    assert_eq!(
        said,
        [
            format!("`absolute` is a symbolic link to `/`, {outside}"),
            "`dangling` is a symbolic link to `no/such.js`, which does not exist".to_owned(),
            "`itself` is a symbolic link to `itself`, which leads back to itself".to_owned(),
            format!("`leaving-folder` is a symbolic link to `../other`, {outside}"),
            format!("`leaving` is a symbolic link to `../other/x.js`, {outside}"),
            "`lib/a-loop` is a symbolic link to `b-loop`, which leads back to itself".to_owned(),
            "`lib/b-loop` is a symbolic link to `a-loop`, which leads back to itself".to_owned(),
            format!("`through` is a symbolic link to `leaving-folder/x.js`, {outside}"),
        ]
    );
    assert!(faults.iter().all(|fault| fault.hint.as_ref().is_some_and(|hint| hint.contains("exclude:"))));
    let exclude = ["dangling", "lib/*-loop", "itself", "leaving*", "absolute", "through"];
    let package = packed(root.path(), &exclude).unwrap().package;
    assert_eq!(package.zip, super::package(&folder(&CODE, 0)).zip);
}

#[test]
fn very_many_faults_are_counted() {
    let root = folder(&CODE, 0);
    (0..33).for_each(|n| symlink("none", root.path().join(format!("code/l{n}"))).unwrap());
    let faults = packed(root.path(), &[]).unwrap_err();
    assert_eq!(faults.len(), 21);
    assert!(faults[20].message.starts_with("13 more entries of `"), "{}", faults[20].message);
}

#[test]
fn a_link_to_what_is_left_out_is_left_out_and_one_to_the_folder_is_not() {
    let root = folder(&[("a.js", "1"), ("tests/b.js", "2")], 0);
    let code = root.path().join("code");
    symlink("tests", code.join("t")).unwrap();
    symlink("../tests/b.js", code.join("tests/c.js")).unwrap();
    symlink("tests/b.js", code.join("b.js")).unwrap();
    symlink(".", code.join("self")).unwrap();
    let package = packed(root.path(), &["tests/"]).unwrap().package;
    assert_eq!(package.left_out.names, ["b.js", "t", "tests/"]);
    let link = Entry { name: "self".to_owned(), bytes: b".".to_vec(), link: true };
    assert_eq!(*package.zip, zip::write(&[entry("a.js", "1"), link], Method::Store).unwrap());
}

#[test]
fn a_folder_that_is_reached_by_a_link_is_the_same_package() {
    let root = folder(&CODE, 0);
    symlink("lib/a.mjs", root.path().join("code/a.mjs")).unwrap();
    let other = tempfile::tempdir().unwrap();
    symlink(root.path().join("code"), other.path().join("code")).unwrap();
    assert_eq!(package(&other).zip, package(&root).zip);
}

#[test]
fn pipes_and_sockets_are_named_and_nobody_waits_for_them() {
    let root = folder(&CODE, 0);
    let code = root.path().join("code");
    assert!(Command::new("mkfifo").arg(code.join("pipe")).status().unwrap().success());
    let _socket = UnixListener::bind(code.join("socket")).unwrap();
    let faults = packed(root.path(), &[]).unwrap_err();
    assert_eq!(faults.len(), 2);
    for (fault, name) in faults.iter().zip(["pipe", "socket"]) {
        assert!(fault.message.ends_with(&format!("{name}` is neither a file nor a folder")), "{fault:?}");
    }
    // A link to one is to it.
    symlink("pipe", code.join("link")).unwrap();
    assert_eq!(
        packed(root.path(), &["pipe", "socket"]).unwrap().package.left_out.names,
        ["link", "pipe", "socket"]
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf8_is_refused_unless_it_is_left_out() {
    use std::os::unix::ffi::OsStrExt;
    let root = folder(&CODE, 0);
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.txt");
    fs::write(root.path().join("code").join(name), "x").unwrap();
    let faults = packed(root.path(), &[]).unwrap_err();
    assert!(faults[0].message.ends_with("code/caf\u{fffd}.txt` is not UTF-8"), "{faults:?}");
    assert!(packed(root.path(), &["caf*.txt"]).is_ok());
}
