//! Keeps what is about to be overwritten or deleted: one folder for each run, one file for each flow, and an index
//! that says what each of them was, so that it can be planned back.

use std::fs;
use std::io::{self, Write};
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
/// The most bytes of an index and of a kept content that are read.
const MAX_INDEX: u64 = 64 << 20;
const MAX_CONTENT: u64 = 16 << 20;
/// The size of the file that is written to see whether one can be: a disk that is nearly full takes empty files.
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
    /// How many flows and modules the index holds that somebody may want back: one writer at a time.
    index: Arc<Mutex<usize>>,
}

/// Why a run cannot be restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The name would lead out of the folder of backups.
    #[error("`{0}` is not the name of a run; it is written like `20260102T030405Z`")]
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
    /// Files that were kept and cannot be restored, such as configurations of functions.
    pub others: Vec<String>,
}

impl Backups {
    /// Keeps under `ROOT/backup/RUN/`, or `RUN-2` and so on where another run of that name was first; the folder is
    /// made with the first file.
    pub fn new(root: &Path, run: &str) -> Self {
        let (all, run) = (root.join("backup"), run.to_owned());
        Self { all, run, own: Arc::default(), index: Arc::default() }
    }

    /// The run's name, if it kept a flow or module that somebody may want back: a placeholder of an earlier run is
    /// nothing to go back to.
    pub fn run_to_plan_back(&self) -> Option<String> {
        let kept = *self.index.lock().unwrap_or_else(PoisonError::into_inner);
        let own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        let name = own.as_ref()?.file_name()?.to_str()?.to_owned();
        (kept > 0).then_some(name)
    }

    /// Returns the run's own folder. Of several runs that want one name each makes its own: making a folder that is
    /// there fails, whoever made it.
    fn folder(&self) -> io::Result<PathBuf> {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = &*own {
            return Ok(folder.clone());
        }
        let folder = self.new_folder()?;
        *own = Some(folder.clone());
        Ok(folder)
    }

    fn new_folder(&self) -> io::Result<PathBuf> {
        fs::create_dir_all(&self.all)?;
        for n in 1..NAMESAKES {
            let name = if n == 1 { self.run.clone() } else { format!("{}-{n}", self.run) };
            let folder = self.all.join(name);
            match fs::create_dir(&folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => return made.map(|()| folder),
            }
        }
        let message = format!("there are too many runs named {}", self.run);
        Err(io::Error::new(io::ErrorKind::AlreadyExists, message))
    }

    /// Tests whether something could be kept: a file without a name is written where the run's folder would be made.
    /// No folder is made for it, so that runs that do this at the same moment do not disturb each other.
    ///
    /// # Errors
    ///
    /// When no file can be written there: then nothing should be overwritten.
    pub fn probe(&self) -> io::Result<()> {
        let there = self.all.ancestors().find(|folder| folder.symlink_metadata().is_ok());
        let mut file = tempfile::tempfile_in(there.unwrap_or(Path::new(".")))?;
        file.write_all(&[b' '; PROBE_BYTES])?;
        file.sync_all()
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
        let read = |path: PathBuf| {
            disk::read_text(&path, MAX_CONTENT).map_err(|source| BackupError::Read { path, source })
        };
        for entry in &entries {
            let wrong = |message| BackupError::Index { path: path.clone(), message };
            let (mut flow, own) = index::read(entry).map_err(wrong)?;
            flow.content = read(folder.join(&own.content))?.into();
            if let Some(name) = &own.draft {
                let path = folder.join(name);
                flow.draft = Some(read(path.clone())?.into());
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
    fn note(&self, entry: Value, wanted: bool) -> io::Result<()> {
        let folder = self.folder()?;
        let mut kept = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        let path = folder.join(INDEX);
        let mut entries = read_index(&path).map_err(io::Error::other)?;
        entries.push(entry);
        let text = format!("{:#}\n", index::document(entries));
        disk::replace(&path, text.as_bytes(), Access::Usual)?;
        *kept += usize::from(wanted);
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
    let text = match disk::read_text(path, MAX_INDEX) {
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
            self.note(index::write(flow, &name, draft.as_deref()), !flow.is_placeholder())?;
            return Ok(paths);
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{base} was kept too often")))
    }
}

#[cfg(test)]
mod tests;
