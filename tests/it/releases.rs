//! How a release is put together, and how it is installed: the scripts of `.github/release`, over files made here.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::machine::{AUTHORITY, encrypted};
use crate::pipelines::{executable, root, yaml};
use crate::world::{code, stderr, stdout};

const LINUX: &str = "x86_64-unknown-linux-musl";

/// What the scripts use; a folder of links to them is a PATH with nothing else, above all no `gh` of the machine.
const TOOLS: [&str; 19] = [
    "awk",
    "basename",
    "bash",
    "cat",
    "chmod",
    "cp",
    "curl",
    "cut",
    "dirname",
    "grep",
    "gzip",
    "mkdir",
    "mktemp",
    "mv",
    "rm",
    "sed",
    "sha256sum",
    "sh",
    "tar",
];

/// A folder with a release in it, and what a machine that installs has.
pub(crate) struct Release {
    folder: TempDir,
}

impl Release {
    pub(crate) fn new() -> Self {
        let release = Self { folder: tempfile::tempdir().unwrap() };
        for folder in ["dist", "tools", "home"] {
            std::fs::create_dir(release.path(folder)).unwrap();
        }
        let path = std::env::var_os("PATH").unwrap();
        for tool in TOOLS {
            let found = std::env::split_paths(&path).map(|folder| folder.join(tool)).find(|it| it.exists());
            std::os::unix::fs::symlink(found.unwrap(), release.path("tools").join(tool)).unwrap();
        }
        release.machine("Linux", "x86_64");
        for target in targets() {
            release.pack(&target);
        }
        release
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The machine is of that kind.
    fn machine(&self, system: &str, processor: &str) {
        let script = format!("#!/bin/sh\ncase $1 in -s) echo {system} ;; -m) echo {processor} ;; esac\n");
        executable(&self.path("tools/uname"), &script);
    }

    /// Packs a binary for a target, that names it, with the other files that a build leaves.
    fn pack(&self, target: &str) {
        let name = format!("flowbind-{target}");
        let stage = self.path("stage").join(&name);
        std::fs::create_dir_all(&stage).unwrap();
        let windows = target.contains("windows");
        let program = if windows { "flowbind.exe" } else { "flowbind" };
        executable(&stage.join(program), &format!("#!/bin/sh\necho \"flowbind for {target}\"\n"));
        let archive = self.path("dist").join(archive(target));
        if windows {
            std::fs::write(archive, "as zip").unwrap();
        } else {
            let mut tar = Command::new("tar");
            tar.arg("-C").arg(self.path("stage")).arg("-czf").arg(archive).arg(&name);
            assert!(tar.status().unwrap().success());
        }
        std::fs::write(self.path("dist").join(format!("{name}.cdx.json")), "{}").unwrap();
        std::fs::write(self.path("dist").join(format!("flowbind-0-{target}.whl")), "wheel").unwrap();
    }

    pub(crate) fn run(&self, script: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        Command::new(self.path("tools/bash"))
            .args(["-c", r#"case $1 in *.sh) exec sh "$@" ;; *) exec "$@" ;; esac"#, "run"])
            .arg(script)
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", self.path("tools"))
            .env("HOME", self.path("home"))
            .envs(environment.iter().copied())
            .output()
            .unwrap()
    }

    /// Completes the release.
    fn collect(&self) -> Output {
        self.run(&script("collect"), &["dist"], &[])
    }

    /// Runs the installer of the release, on its files.
    fn install(&self, environment: &[(&str, &str)]) -> Output {
        let local = [("FLOWBIND_DOWNLOAD", "dist")];
        self.run(&self.path("dist/install.sh"), &[], &[&local, environment].concat())
    }

    /// What the installed binary says; nothing where none was installed.
    fn installed(&self) -> Option<String> {
        let binary = self.path("home/.local/bin/flowbind");
        binary.exists().then(|| stdout(&self.run(&binary, &[], &[])))
    }

    /// Another byte in the archive; also as its maker would list it, where `listed`.
    fn tamper(&self, listed: bool) {
        let path = self.path("dist").join(archive(LINUX));
        let before = std::fs::read(&path).unwrap();
        std::fs::create_dir_all(self.path("stage")).unwrap();
        executable(&self.path("stage").join(format!("flowbind-{LINUX}/flowbind")), "#!/bin/sh\necho evil\n");
        self.pack_again();
        if listed {
            let sums = self.path("dist/SHA256SUMS");
            let digest = |bytes: &[u8]| format!("{:x}", Sha256::digest(bytes));
            let after = std::fs::read(&path).unwrap();
            let text = std::fs::read_to_string(&sums).unwrap().replace(&digest(&before), &digest(&after));
            std::fs::write(sums, text).unwrap();
        }
    }

    fn pack_again(&self) {
        let mut tar = Command::new("tar");
        tar.arg("-C").arg(self.path("stage")).arg("-czf").arg(self.path("dist").join(archive(LINUX)));
        assert!(tar.arg(format!("flowbind-{LINUX}")).status().unwrap().success());
    }

    /// A stand-in for the GitHub CLI, that knows these options and verifies with that outcome.
    fn gh(&self, help: &str, status: u8) {
        let script = format!(
            "#!/bin/sh\ncase $* in *--help) echo '{help}' ;; *) echo \"$*\" >>gh.log; exit {status} ;; esac\n"
        );
        executable(&self.path("tools/gh"), &script);
    }
}

pub(crate) fn script(name: &str) -> PathBuf {
    root().join(".github/release").join(name)
}

pub(crate) fn archive(target: &str) -> String {
    let end = if target.contains("windows") { "zip" } else { "tar.gz" };
    format!("flowbind-{target}.{end}")
}

/// What the workflow builds.
pub(crate) fn targets() -> BTreeSet<String> {
    let document = yaml(&root().join(".github/workflows/release.yml"));
    let matrix = document["jobs"]["build"]["strategy"]["matrix"]["include"].as_array().unwrap().clone();
    matrix.iter().map(|entry| entry["target"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn each_machine_gets_the_binary_that_was_built_for_it() {
    let release = Release::new();
    let output = release.collect();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let mut taken = BTreeSet::new();
    for (system, processor, target) in [
        ("Linux", "x86_64", LINUX),
        ("Linux", "aarch64", "aarch64-unknown-linux-musl"),
        ("Darwin", "x86_64", "x86_64-apple-darwin"),
        ("Darwin", "arm64", "aarch64-apple-darwin"),
    ] {
        release.machine(system, processor);
        let output = release.install(&[]);
        assert_eq!(code(&output), 0, "{system}: {}", stderr(&output));
        assert_eq!(release.installed(), Some(format!("flowbind for {target}\n")));
        taken.insert(target.to_owned());
    }
    // Of Windows, the way to its archive: it is looked for, verified, and then given to unzip, which is not here.
    release.machine("MINGW64_NT-10.0", "x86_64");
    let output = release.install(&[]);
    assert!(code(&output) != 0 && stderr(&output).contains("unzip"), "{}", stderr(&output));
    taken.insert("x86_64-pc-windows-msvc".to_owned());
    assert_eq!(taken, targets());

    release.machine("Linux", "riscv64");
    let output = release.install(&[]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("there is no binary for Linux on riscv64"), "{}", stderr(&output));
}

#[test]
fn an_archive_that_was_changed_after_the_release_is_not_installed() {
    for listed in [false, true] {
        let release = Release::new();
        assert_eq!(code(&release.collect()), 0);
        // The installer's own checksum counts, and not a list that can be changed with the archive.
        release.tamper(listed);
        let output = release.install(&[]);
        assert_eq!(code(&output), 1, "{listed}");
        assert!(stderr(&output).contains("is not what was released"), "{}", stderr(&output));
        assert_eq!(release.installed(), None);
    }
    // One that the installer does not know.
    let release = Release::new();
    assert_eq!(code(&release.collect()), 0);
    let output = release.install(&[("FLOWBIND_TARGET", "sparc")]);
    assert!(code(&output) == 1 && stderr(&output).contains("could not get"), "{}", stderr(&output));
    std::fs::write(release.path("dist/flowbind-sparc.tar.gz"), "x").unwrap();
    let output = release.install(&[("FLOWBIND_TARGET", "sparc")]);
    assert!(code(&output) == 1 && stderr(&output).contains("lists no checksum"), "{}", stderr(&output));
}

#[test]
fn the_attestation_is_verified_where_it_can_be_and_has_to_be_where_that_is_asked() {
    let release = Release::new();
    assert_eq!(code(&release.collect()), 0);
    std::fs::write(release.path("dist/attestation.jsonl"), "{}").unwrap();
    let run = |how: &str| release.install(&[("FLOWBIND_ATTESTATION", how)]);
    // No CLI, then one that is too old.
    for _ in 0..2 {
        assert_eq!(code(&run("auto")), 0);
        let output = run("require");
        assert!(code(&output) == 1 && stderr(&output).contains("GitHub CLI"), "{}", stderr(&output));
        assert_eq!(code(&run("skip")), 0);
        release.gh("--repo", 1);
    }
    assert_eq!(code(&run("nonsense")), 1);
    assert!(!release.path("gh.log").exists());

    release.gh("--source-ref string", 0);
    for how in ["auto", "require"] {
        assert_eq!(code(&run(how)), 0);
    }
    let log = std::fs::read_to_string(release.path("gh.log")).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let repository = env!("CARGO_PKG_REPOSITORY").strip_prefix("https://github.com/").unwrap();
    assert!(log.contains(&format!("--repo {repository} ")), "{log}");
    assert!(log.contains(&format!("--signer-workflow {repository}/.github/workflows/release.yml ")), "{log}");
    assert!(log.contains(&format!("--source-ref refs/tags/v{version}")), "{log}");

    std::fs::remove_file(release.path("home/.local/bin/flowbind")).unwrap();
    release.gh("--source-ref string", 1);
    let output = run("auto");
    assert!(code(&output) == 1 && stderr(&output).contains("is not attested by"), "{}", stderr(&output));
    assert_eq!(release.installed(), None);
}

/// Serves files of a folder, and nothing else, over plain HTTP on loopback.
fn serve(folder: PathBuf) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let request = lines.next().unwrap().unwrap();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let name = request.split(' ').nth(1).unwrap().rsplit('/').next().unwrap().to_owned();
            let (status, body) =
                std::fs::read(folder.join(name)).map_or(("404 No", Vec::new()), |body| ("200 OK", body));
            let head =
                format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn the_release_is_fetched_over_https_and_over_nothing_less() {
    let release = Release::new();
    assert_eq!(code(&release.collect()), 0);
    let plain = serve(release.path("dist"));
    let secure = encrypted(plain).await;
    let run = |from: &str, authority: &str| {
        release.install(&[("FLOWBIND_DOWNLOAD", from), ("CURL_CA_BUNDLE", authority)])
    };
    for (from, authority) in [(format!("http://{plain}"), AUTHORITY), (secure.clone(), "/dev/null")] {
        assert_eq!(code(&run(&from, authority)), 1, "{from}");
        assert_eq!(release.installed(), None);
    }
    let output = run(&secure, AUTHORITY);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(release.installed(), Some(format!("flowbind for {LINUX}\n")));

    std::fs::remove_file(release.path("dist").join(archive(LINUX))).unwrap();
    let output = run(&secure, AUTHORITY);
    assert!(code(&output) == 1 && stderr(&output).contains("could not get"), "{}", stderr(&output));
}

#[test]
fn half_an_installer_does_nothing() {
    let release = Release::new();
    assert_eq!(code(&release.collect()), 0);
    let whole = std::fs::read_to_string(release.path("dist/install.sh")).unwrap();
    let lines: Vec<_> = whole.lines().collect();
    for cut in 1..lines.len() {
        std::fs::write(release.path("half.sh"), lines[..cut].join("\n")).unwrap();
        release.run(&release.path("half.sh"), &[], &[("FLOWBIND_DOWNLOAD", "dist")]);
        assert_eq!(release.installed(), None, "{cut}");
    }
}

#[test]
fn the_action_takes_the_release_of_its_own_version_and_nothing_else() {
    let release = Release::new();
    assert_eq!(code(&release.collect()), 0);
    let download = root().join(".github/actions/flowbind/download");
    let here = release.folder.path().to_str().unwrap().to_owned();
    let run = || release.run(&download, &[], &[("RUNNER_TEMP", &here), ("FLOWBIND_DOWNLOAD", "dist")]);
    let output = run();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let binary = release.path("flowbind-action/bin/flowbind");
    assert!(binary.exists());
    std::fs::remove_file(&binary).unwrap();
    release.tamper(false);
    let output = run();
    assert_eq!(code(&output), 1);
    assert!(stdout(&output).contains("::error::flowbind") && !binary.exists(), "{}", stdout(&output));
}

#[test]
fn a_release_that_lacks_a_file_is_not_put_together() {
    for missing in [archive(LINUX), format!("flowbind-{LINUX}.cdx.json"), format!("flowbind-0-{LINUX}.whl")] {
        let release = Release::new();
        std::fs::remove_file(release.path("dist").join(&missing)).unwrap();
        assert_eq!(code(&release.collect()), 1, "{missing}");
        assert!(!release.path("dist/SHA256SUMS").exists());
    }
    let release = Release::new();
    assert_eq!(code(&release.collect()), 0);
    let sums = std::fs::read_to_string(release.path("dist/SHA256SUMS")).unwrap();
    assert_eq!(sums.lines().count(), 3 * targets().len() + 1, "{sums}");
    // The image holds the binaries of the archives.
    let output = release.run(&script("image"), &["dist", "context"], &[]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let arm = std::fs::read_to_string(release.path("context/linux-arm64/flowbind")).unwrap();
    assert!(arm.contains("aarch64-unknown-linux-musl"), "{arm}");
    release.tamper(false);
    assert_eq!(code(&release.run(&script("image"), &["dist", "context"], &[])), 1);
}
