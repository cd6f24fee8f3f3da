//! Keeps what is about to be overwritten or deleted: one folder for each run, one file for each flow, and an index
//! that says what each of them was, so that it can be planned back.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::aws::Keep;
use crate::disk::{self, Access};
use crate::plan::KeptFlow;
use crate::resource::Address;

mod index;

/// The index's file.
const INDEX: &str = "index.json";
/// A file that is written and removed again, and its size: a disk that is nearly full takes empty files.
const PROBE: &str = ".probe";
const PROBE_BYTES: usize = 4096;
/// Several sets of one run may keep the same address, and several runs may begin in the same second: so many of one
/// name are told apart.
const NAMESAKES: usize = 1000;

/// A folder of backups of one run.
#[derive(Debug, Clone)]
pub struct Backups {
    /// The folder of all runs.
    all: PathBuf,
    /// The name that the run would like to have.
    run: String,
    /// The run's own folder, when something was kept: no other run writes there.
    own: Arc<Mutex<Option<PathBuf>>>,
    /// How many flows and modules the index holds: one writer at a time.
    index: Arc<Mutex<usize>>,
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
    /// Where the drafts are that were newer than what those had published.
    pub drafts: Vec<(Address, PathBuf)>,
    /// Files that were kept and cannot be planned back, such as configurations of functions.
    pub others: Vec<String>,
}

impl Backups {
    /// Keeps under `ROOT/backup/RUN/`, or `RUN-2` and so on where another run of that name was first; the folder is
    /// made with the first file.
    pub fn new(root: &Path, run: &str) -> Self {
        let (all, run) = (root.join("backup"), run.to_owned());
        Self { all, run, own: Arc::default(), index: Arc::default() }
    }

    /// The run's name, if it kept a flow or module: that is what can be planned back.
    pub fn run_to_plan_back(&self) -> Option<String> {
        let kept = *self.index.lock().unwrap_or_else(PoisonError::into_inner);
        let own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        let name = own.as_ref()?.file_name()?.to_str()?.to_owned();
        (kept > 0).then_some(name)
    }

    /// Gives the run's own folder. Of several runs that want one name each makes its own: making a folder that is
    /// there fails, whoever made it.
    fn folder(&self) -> io::Result<PathBuf> {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = &*own {
            return Ok(folder.clone());
        }
        fs::create_dir_all(&self.all)?;
        for n in 1..NAMESAKES {
            let name = if n == 1 { self.run.clone() } else { format!("{}-{n}", self.run) };
            let folder = self.all.join(name);
            match fs::create_dir(&folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => {
                    made?;
                    *own = Some(folder.clone());
                    return Ok(folder);
                }
            }
        }
        let message = format!("there are too many runs of the name {}", self.run);
        Err(io::Error::new(io::ErrorKind::AlreadyExists, message))
    }

    /// Tests whether something could be kept, and leaves nothing behind.
    ///
    /// # Errors
    ///
    /// When the run's folder or a file in it cannot be made: then nothing should be overwritten.
    pub fn probe(&self) -> io::Result<()> {
        let folder = self.folder()?;
        let path = folder.join(PROBE);
        let written = disk::create(&path, &[b' '; PROBE_BYTES], Access::Usual);
        // The run makes its folder again with the first file, so that a run that keeps nothing leaves none.
        *self.own.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let removed = fs::remove_file(&path);
        // Only folders that are empty go.
        for folder in
            [Some(folder.as_path()), Some(self.all.as_path()), self.all.parent()].into_iter().flatten()
        {
            let _ = fs::remove_dir(folder);
        }
        written.and(removed)
    }

    /// The folder of all runs.
    pub fn all_runs(&self) -> &Path {
        &self.all
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
        let (mut flows, mut drafts) = (Vec::new(), Vec::new());
        let read =
            |path: PathBuf| fs::read_to_string(&path).map_err(|source| BackupError::Read { path, source });
        for entry in &entries {
            let wrong = |message| BackupError::Index { path: path.clone(), message };
            let (mut flow, own) = index::read(entry).map_err(wrong)?;
            flow.content = read(folder.join(&own.content))?;
            if let Some(name) = &own.draft {
                let path = folder.join(name);
                flow.draft = Some(read(path.clone())?);
                drafts.push((flow.address.clone(), path));
            }
            files.retain(|name| *name != own.content && Some(name) != own.draft.as_ref());
            flows.push(flow);
        }
        files.retain(|name| name != INDEX);
        Ok(KeptRun { flows, drafts, others: files })
    }

    /// Writes a file that is not there yet.
    fn write(&self, name: &str, content: &str) -> io::Result<PathBuf> {
        let path = self.folder()?.join(name);
        disk::create(&path, content.as_bytes(), Access::Usual)?;
        Ok(path)
    }

    /// Adds to the index: it is whole or not there, whenever the process ends.
    fn note(&self, entry: Value) -> io::Result<()> {
        let folder = self.folder()?;
        let mut kept = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        let path = folder.join(INDEX);
        let mut entries = read_index(&path).map_err(io::Error::other)?;
        entries.push(entry);
        let text = format!("{:#}\n", index::document(entries));
        disk::replace(&path, text.as_bytes(), Access::Usual)?;
        *kept += 1;
        Ok(())
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

    fn keep_flow(&self, flow: &KeptFlow) -> io::Result<Vec<PathBuf>> {
        let base = file_name(&flow.address);
        for n in 1..NAMESAKES {
            let stem = if n == 1 { base.clone() } else { format!("{base}.{n}") };
            let name = format!("{stem}.json");
            let mut paths = match self.write(&name, &flow.content) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                written => vec![written?],
            };
            let mut draft = None;
            if let Some(text) = &flow.draft {
                let name = format!("{stem}.draft.json");
                paths.push(self.write(&name, text)?);
                draft = Some(name);
            }
            self.note(index::write(flow, &name, draft.as_deref()))?;
            return Ok(paths);
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
            kind: FlowType::ContactFlow.wire(),
            archived: false,
            published: true,
            description: String::new(),
            tags: [("flowbind/set".to_owned(), "acme/main-ivr".to_owned())].into(),
            content: content.to_owned(),
            draft: None,
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
        let two = KeptFlow { draft: Some("{ }\n".to_owned()), ..two };
        backups.keep_flow(&one).unwrap();
        backups.keep_flow(&two).unwrap();
        let function = Address::new(Kind::Function, &Label::parse("greeter").unwrap());
        backups.keep(&function, "{}").unwrap();
        let read = Backups::read(folder.path(), "run").unwrap();
        let draft = folder.path().join("backup/run/flow-main-ivr.2.draft.json");
        assert_eq!(fs::read_to_string(&draft).unwrap(), "{ }\n");
        let drafts = vec![(two.address.clone(), draft)];
        let others = vec!["function-greeter.json".to_owned()];
        assert_eq!(read, KeptRun { flows: vec![one, two], drafts, others });
    }

    #[test]
    fn runs_that_begin_in_the_same_second_have_a_folder_each() {
        let folder = tempfile::tempdir().unwrap();
        let keep_two = || {
            let backups = Backups::new(folder.path(), "20260102T030405Z");
            assert_eq!(backups.run_to_plan_back(), None);
            backups.keep_flow(&kept("{\"a\": 1}")).unwrap();
            backups.keep_flow(&kept("{\"a\": 2}")).unwrap();
            backups.run_to_plan_back().unwrap()
        };
        let mut runs: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(keep_two)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        runs.sort();
        assert_eq!(runs, names(&folder.path().join("backup")).unwrap());
        runs.dedup();
        assert_eq!(runs.len(), 8);
        assert_eq!(runs.first().unwrap(), "20260102T030405Z");
        for run in runs {
            assert_eq!(Backups::read(folder.path(), &run).unwrap().flows.len(), 2, "{run}");
        }
    }

    #[test]
    fn a_run_that_kept_no_flow_and_no_module_is_not_planned_back() {
        let folder = tempfile::tempdir().unwrap();
        let backups = Backups::new(folder.path(), "run");
        backups.keep(&Address::new(Kind::Function, &Label::parse("greeter").unwrap()), "{}").unwrap();
        assert_eq!(backups.run_to_plan_back(), None);
    }

    #[test]
    fn a_probe_leaves_nothing_and_the_run_keeps_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let backups = Backups::new(&folder.path().join("own"), "run");
        backups.probe().unwrap();
        assert!(!folder.path().join("own").exists());
        backups.keep_flow(&kept("{}")).unwrap();
        assert_eq!(backups.run_to_plan_back().as_deref(), Some("run"));
        std::fs::write(folder.path().join("file"), "").unwrap();
        assert!(Backups::new(&folder.path().join("file"), "run").probe().is_err());
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
        let flow = KeptFlow { draft: Some("{}".to_owned()), ..kept("{}") };
        Backups::new(folder.path(), "run").keep_flow(&flow).unwrap();
        let path = folder.path().join("backup/run/index.json");
        let good = fs::read_to_string(&path).unwrap();
        for (from, to) in [
            ("flow-main-ivr.json", "../../../etc/passwd"),
            ("flow-main-ivr.draft.json", "../../../etc/passwd"),
            ("flowbind.backup/v1", "flowbind.backup/v9"),
            ("\"flow/main-ivr\"", "7"),
            ("\"CONTACT_FLOW\"", "\"\""),
        ] {
            assert!(good.contains(from), "{good}");
            fs::write(&path, good.replacen(from, to, 1)).unwrap();
            assert!(matches!(Backups::read(folder.path(), "run"), Err(BackupError::Index { .. })), "{to}");
        }
    }
}
