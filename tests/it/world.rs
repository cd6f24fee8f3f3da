//! An embedded AWS with real clients, and the binary with a cleared environment.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use flowbind::aws::{Options, Session};
use flowbind::emulator::{Emulator, Settings, World as Seed};
use flowbind::manifest::{self, Disk, Inputs, Manifest};
use flowbind::plan::{Plan, Reach};
use flowbind::{reconcile, sandbox};
use tempfile::TempDir;

/// The account of all test manifests.
pub(crate) const ACCOUNT: &str = "111122223333";

/// An embedded AWS filled with what a manifest expects, the manifest, and a folder for both.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) emulator: Emulator,
}

impl World {
    /// Starts one for a manifest's text.
    pub(crate) async fn new(text: &str) -> Self {
        Self::with(text, Settings::default()).await
    }

    pub(crate) async fn with(text: &str, settings: Settings) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("m.yaml"), text).expect("a manifest");
        Self::at(folder, "m.yaml", settings).await
    }

    /// Starts one for the shipped demo.
    pub(crate) async fn demo() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        copy(&shipped("demo"), &folder.path().join("demo"));
        Self::at(folder, "demo", Settings::default()).await
    }

    /// Starts one for a manifest in a folder.
    pub(crate) async fn in_folder(folder: TempDir, path: &str) -> Self {
        Self::at(folder, path, Settings::default()).await
    }

    pub(crate) async fn in_folder_with(folder: TempDir, path: &str, settings: Settings) -> Self {
        Self::at(folder, path, settings).await
    }

    pub(crate) async fn at(folder: TempDir, path: &str, settings: Settings) -> Self {
        let manifests = load(&folder.path().join(path));
        let seed = sandbox::world(&manifests);
        Self::of(folder, manifests, settings, seed).await
    }

    /// Starts one with a seed of its own.
    pub(crate) async fn of(
        folder: TempDir,
        manifests: Vec<Manifest>,
        settings: Settings,
        seed: Seed,
    ) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let emulator = Emulator::start(address, settings, seed).await.expect("an embedded AWS");
        Self { folder, manifests, emulator }
    }

    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifests[0]
    }

    /// A session without pacing, that gives up waiting after some seconds.
    pub(crate) async fn session(&self) -> Session {
        let options = Options::embedded(self.emulator.url());
        Session::open(Options {
            visible_within: Duration::from_secs(30),
            first_pause: Duration::from_millis(5),
            ..options
        })
        .await
    }

    pub(crate) async fn plan(&self) -> Plan {
        let session = self.session().await;
        reconcile::plan(&session, self.manifest(), Reach::Declared).await.expect("a plan")
    }

    /// Another client's configuration.
    pub(crate) fn config(&self, region: &str) -> SdkConfig {
        self.config_of(ACCOUNT, region)
    }

    pub(crate) fn config_of(&self, account: &str, region: &str) -> SdkConfig {
        config_at(&self.emulator.url(), account, region)
    }

    pub(crate) fn connect(&self, region: &str) -> aws_sdk_connect::Client {
        aws_sdk_connect::Client::new(&self.config(region))
    }

    pub(crate) fn iam(&self, region: &str) -> aws_sdk_iam::Client {
        aws_sdk_iam::Client::new(&self.config(region))
    }

    pub(crate) fn lambda(&self, region: &str) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.config(region))
    }

    pub(crate) fn lambda_of(&self, account: &str, region: &str) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.config_of(account, region))
    }

    /// The calls that the embedded AWS has counted.
    pub(crate) fn calls(&self) -> BTreeMap<String, u64> {
        self.emulator.stats().calls.into_iter().collect()
    }
}

/// Another client's configuration for an embedded AWS.
pub(crate) fn config_at(url: &str, account: &str, region: &str) -> SdkConfig {
    let credentials = Credentials::new(account, "test", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(region.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(url)
        .build()
}

/// Loads a manifest that must be good.
pub(crate) fn load(path: &Path) -> Vec<Manifest> {
    match manifest::load(&[path.to_owned()], &Inputs::default(), &Disk) {
        Ok(loaded) => loaded.manifests,
        Err(problems) => panic!("{:#?}", problems.problems),
    }
}

/// A folder of `manifests/`.
pub(crate) fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("manifests").join(name)
}

/// The folder of real flows and its files; none, with a word, where `FLOWBIND_FLOWS` names no folder.
pub(crate) fn real_flows() -> Option<(PathBuf, Vec<PathBuf>)> {
    let Some(folder) = std::env::var_os("FLOWBIND_FLOWS").map(PathBuf::from) else {
        #[expect(clippy::print_stdout, reason = "a test says why it did not run")]
        {
            println!("not run: FLOWBIND_FLOWS names no folder of real flows");
        }
        return None;
    };
    let mut paths = Vec::new();
    files(&folder, "json", &mut paths);
    paths.sort();
    Some((folder, paths))
}

/// Finds the files below a folder by their extension.
pub(crate) fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
}

/// Whether an operation, such as `connect:ListInstances`, changes nothing.
pub(crate) fn is_read(operation: &str) -> bool {
    let name = operation.split(':').nth(1).unwrap();
    ["Get", "List", "Describe", "Search"].iter().any(|verb| name.starts_with(verb))
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder to copy") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            drop(std::fs::copy(entry.path(), target))
        }
    }
}

/// The binary in a folder, with nothing of the machine's environment.
pub(crate) fn flowbind(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowbind"));
    command
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    command
}

/// The binary against an embedded AWS, with dummy keys.
pub(crate) fn flowbind_at(folder: &Path, url: &str) -> Command {
    let mut command = flowbind(folder);
    command
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_ACCESS_KEY_ID", "dummy")
        .env("AWS_SECRET_ACCESS_KEY", "dummy");
    command
}

pub(crate) fn stdout(output: &Output) -> String {
    once(String::from_utf8_lossy(&output.stdout).into_owned())
}

pub(crate) fn stderr(output: &Output) -> String {
    once(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A text in which no address stands twice in a row, as in `flow/main: flow/main waits`.
fn once(text: String) -> String {
    let kinds = flowbind::resource::Kind::ALL.map(|kind| format!("{kind}/"));
    let is_address = |word: &str| kinds.iter().any(|kind| word.starts_with(kind.as_str()));
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().map(|word| word.trim_end_matches(':')).collect();
        let twice = words.windows(2).find(|pair| {
            // In front of the first stands its set, where there are several.
            let first = pair[0].rsplit(':').next().unwrap_or_default();
            is_address(first) && first == pair[1]
        });
        assert_eq!(twice, None, "{line}");
    }
    text
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}
