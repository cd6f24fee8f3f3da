//! Keeps what is about to be overwritten or deleted: one folder for each run, one file for each flow, and an index
//! that says what each of them was, so that it can be planned back.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::aws::Keep;
use crate::plan::KeptFlow;
use crate::resource::Address;

mod index;

/// The index's file.
const INDEX: &str = "index.json";
/// Several sets of one run may keep the same address: so many files of one name are told apart.
const NAMESAKES: usize = 1000;

/// A folder of backups of one run.
#[derive(Debug, Clone)]
pub struct Backups {
    folder: PathBuf,
    /// One writer of the index at a time.
    index: Arc<Mutex<()>>,
}

/// Why a run cannot be planned back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The name would lead out of the folder of backups.
    #[error("`{0}` is not the name of a run; it looks like `20260102T030405Z`")]
    Name(String),
    /// There is no such run.
    #[error("there is no run `{run}` in {}", .folder.display())]
    NoRun {
        /// What was asked for.
        run: String,
        /// Where it was looked for.
        folder: PathBuf,
        /// The runs that there are, oldest first.
        runs: Vec<String>,
    },
    /// A file cannot be read.
    #[error("{} cannot be read", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// The index is not one.
    #[error("{} is not an index of kept contents: {message}", .path.display())]
    Index {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
}

/// What a run kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeptRun {
    /// The flows and modules, in the order in which they were kept.
    pub flows: Vec<KeptFlow>,
    /// Files that were kept and cannot be planned back, such as configurations of functions.
    pub others: Vec<String>,
}

impl Backups {
    /// Keeps under `ROOT/backup/RUN/`; the folder is made with the first file.
    pub fn new(root: &Path, run: &str) -> Self {
        Self { folder: root.join("backup").join(run), index: Arc::default() }
    }

    /// Reads what a run kept under `ROOT/backup/RUN/`.
    ///
    /// # Errors
    ///
    /// When there is no such run, or it cannot be read.
    pub fn read(root: &Path, run: &str) -> Result<KeptRun, BackupError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if run.is_empty() || !run.chars().all(plain) {
            return Err(BackupError::Name(run.to_owned()));
        }
        let all = root.join("backup");
        let folder = all.join(run);
        let mut files = match names(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let runs = names(&all).unwrap_or_default();
                return Err(BackupError::NoRun { run: run.to_owned(), folder: all, runs });
            }
            other => other.map_err(|source| BackupError::Read { path: folder.clone(), source })?,
        };
        let path = folder.join(INDEX);
        let entries = read_index(&path)?;
        let mut flows = Vec::new();
        for entry in &entries {
            let wrong = |message| BackupError::Index { path: path.clone(), message };
            let (mut flow, file) = index::read(entry).map_err(wrong)?;
            let content = folder.join(&file);
            flow.content = fs::read_to_string(&content)
                .map_err(|source| BackupError::Read { path: content.clone(), source })?;
            files.retain(|name| *name != file);
            flows.push(flow);
        }
        files.retain(|name| name != INDEX);
        Ok(KeptRun { flows, others: files })
    }

    /// Writes a file that is not there yet.
    fn write(&self, name: &str, content: &str) -> io::Result<PathBuf> {
        fs::create_dir_all(&self.folder)?;
        let path = self.folder.join(name);
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        file.write_all(content.as_bytes())?;
        file.sync_all()?;
        Ok(path)
    }

    /// Adds to the index: it is whole or not there, whenever the process ends.
    fn note(&self, entry: Value) -> io::Result<()> {
        let _held = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.folder.join(INDEX);
        let mut entries = read_index(&path).map_err(io::Error::other)?;
        entries.push(entry);
        let text = format!("{:#}\n", index::document(entries));
        let draft = self.folder.join(".index.json.new");
        let mut file = File::create(&draft)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, &path)
    }
}

/// Logical names are DNS labels: an address without a block is a safe file name but for its slash.
fn file_name(address: &Address) -> String {
    address.to_string().replace('/', "-")
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries: Result<Vec<_>, _> = fs::read_dir(folder)?.collect();
    let mut names: Vec<String> =
        entries?.into_iter().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    Ok(names)
}

fn read_index(path: &Path) -> Result<Vec<Value>, BackupError> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(|source| BackupError::Read { path: path.to_owned(), source })?,
    };
    index::entries(&text).map_err(|message| BackupError::Index { path: path.to_owned(), message })
}

impl Keep for Backups {
    fn keep(&self, address: &Address, content: &str) -> io::Result<PathBuf> {
        self.write(&format!("{}.json", file_name(address)), content)
    }

    fn keep_flow(&self, flow: &KeptFlow) -> io::Result<PathBuf> {
        let base = file_name(&flow.address);
        for n in 1..NAMESAKES {
            let name = if n == 1 { format!("{base}.json") } else { format!("{base}.{n}.json") };
            match self.write(&name, &flow.content) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                written => {
                    let path = written?;
                    self.note(index::write(flow, &name))?;
                    return Ok(path);
                }
            }
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{base} was kept too often")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::{FlowType, InstanceArn, Kind, Label};

    fn kept(content: &str) -> KeptFlow {
        let label = |text| Label::parse(text).unwrap();
        KeptFlow {
            address: Address::new(Kind::Flow, &label("main-ivr")),
            key: (Kind::Flow, label("main-ivr")),
            instance: InstanceArn::parse("arn:aws:connect:eu-west-2:111122223333:instance/0f1e").unwrap(),
            instance_name: label("london"),
            id: "id".to_owned(),
            arn: "arn".to_owned(),
            name: "Main IVR".to_owned(),
            kind: FlowType::ContactFlow,
            published: true,
            description: String::new(),
            tags: [("flowbind/set".to_owned(), "acme/main-ivr".to_owned())].into(),
            content: content.to_owned(),
        }
    }

    #[test]
    fn a_backup_holds_the_very_bytes_and_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let backups = Backups::new(folder.path(), "20260102T030405Z");
        let address = Address::new(Kind::Flow, &Label::parse("main-ivr").unwrap());
        let path = backups.keep(&address, "{\"a\": 1}\n").unwrap();
        assert!(path.ends_with("backup/20260102T030405Z/flow-main-ivr.json"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "{\"a\": 1}\n");
        assert!(backups.keep(&address, "other").is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "{\"a\": 1}\n");
    }

    #[test]
    fn what_was_kept_is_read_back_whole_namesakes_too() {
        let folder = tempfile::tempdir().unwrap();
        let backups = Backups::new(folder.path(), "run");
        let (one, two) = (kept("{\"a\": 1}\r\n"), kept("\u{feff}{}"));
        backups.keep_flow(&one).unwrap();
        backups.keep_flow(&two).unwrap();
        let function = Address::new(Kind::Function, &Label::parse("greeter").unwrap());
        backups.keep(&function, "{}").unwrap();
        let read = Backups::read(folder.path(), "run").unwrap();
        assert_eq!(read, KeptRun { flows: vec![one, two], others: vec!["function-greeter.json".to_owned()] });
    }

    #[test]
    fn a_run_that_is_not_there_names_those_that_are() {
        let folder = tempfile::tempdir().unwrap();
        Backups::new(folder.path(), "one").keep_flow(&kept("{}")).unwrap();
        let error = Backups::read(folder.path(), "two").unwrap_err();
        assert!(matches!(&error, BackupError::NoRun { runs, .. } if *runs == ["one"]), "{error:?}");
        for name in ["", "..", "../one", "one/", "a\\b"] {
            assert!(matches!(Backups::read(folder.path(), name), Err(BackupError::Name(_))), "{name}");
        }
    }

    #[test]
    fn an_index_that_was_tampered_with_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        Backups::new(folder.path(), "run").keep_flow(&kept("{}")).unwrap();
        let path = folder.path().join("backup/run/index.json");
        let good = fs::read_to_string(&path).unwrap();
        for (from, to) in [
            ("flow-main-ivr.json", "../../../etc/passwd"),
            ("flowbind.backup/v1", "flowbind.backup/v9"),
            ("\"flow/main-ivr\"", "7"),
            ("CONTACT_FLOW", "NO_FLOW"),
        ] {
            assert!(good.contains(from), "{good}");
            fs::write(&path, good.replacen(from, to, 1)).unwrap();
            assert!(matches!(Backups::read(folder.path(), "run"), Err(BackupError::Index { .. })), "{to}");
        }
    }
}
