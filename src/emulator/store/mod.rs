//! The state file: one JSON document, replaced as a whole, and locked for as long as the emulator runs. What changed
//! since it was written stands in a journal beside it, so that a save costs what was changed; the journal is folded into
//! the file before it outgrows it, and when the emulator stops. Values of environment variables stand in both sealed;
//! the key lies beside them.
//!
//! While a journal belongs to it, the file names it in its member `journal`, so that a copy of the file alone is never
//! taken for the whole state. A journal that the file does not name does not count.

mod files;
mod journal;
pub(crate) mod packages;
pub(crate) mod saving;
mod seal;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use self::files::{anew, beside, no_link, read_text, sync_folder};
use self::journal::Journal;
use self::seal::Seal;
use crate::emulator::state::changes::{self, Change};
use crate::emulator::state::{FORMAT, State};

/// How long a second process waits for the first to let go of a state file.
const LOCK_WAIT: Duration = Duration::from_secs(3);

/// The largest state file that is read: packages of functions stand in it in Base64.
const MAX_STATE: u64 = 1 << 30;
/// The largest key file that is read; a key has some dozen characters.
const MAX_KEY: u64 = 4096;
/// The member of the file that names its journal.
const JOURNAL: &str = "journal";
/// A journal that is smaller than this stays, however small the state file is.
const SMALL: u64 = 1 << 16;

/// What can go wrong with a state file.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Another process holds the file.
    #[error("state file {path} is in use by another process; stop that one or name another file")]
    Locked {
        /// The state file.
        path: PathBuf,
    },
    /// The content is not a state that this version understands. The file is left as it is.
    #[error("state file {path} cannot be read: {reason}; repair it or move it away, it was not changed")]
    Broken {
        /// The state file.
        path: PathBuf,
        /// What is wrong with its content.
        reason: String,
    },
    /// The key is not there, or is not the one that the values were sealed with.
    #[error(
        "key file {path} {reason}, and environment values in {state} are sealed with it; restore it, or delete both files \
         to start with an empty state"
    )]
    Key {
        /// The key file.
        path: PathBuf,
        /// The state file.
        state: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The journal that the file names is not there.
    #[error(
        "state file {path} is not complete: the changes since it was written are in {journal}, which is missing or \
         belongs to another state file; restore it, or delete the member `journal` from the state file to continue \
         without those changes"
    )]
    Incomplete {
        /// The state file.
        path: PathBuf,
        /// Where the journal should be.
        journal: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot {action} {path}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file it was tried on.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StateError {
    let path = path.to_owned();
    move |source| StateError::Io { action, path, source }
}

/// An open state file. The lock is let go when it is dropped.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    _lock: File,
    /// The journal that the file names; none if none was begun, or it cannot be added to.
    journaled: Option<Journaled>,
}

/// A journal, and the bytes of its state file.
#[derive(Debug)]
struct Journaled {
    journal: Journal,
    file: u64,
}

impl Store {
    /// Opens the file as [`Self::open`] does, and waits a while for another process to let go of it.
    pub(crate) async fn open_waiting(path: &Path) -> Result<(Self, Option<State>), StateError> {
        let deadline = Instant::now() + LOCK_WAIT;
        loop {
            match Self::open(path) {
                Err(StateError::Locked { .. }) if Instant::now() < deadline => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                opened => return opened,
            }
        }
    }

    /// Locks the file and reads it; an absent file is an empty state.
    fn open(path: &Path) -> Result<(Self, Option<State>), StateError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(failed("make the folder", folder))?;
        }
        let lock = lock(path)?;
        let store = Self { path: path.to_owned(), _lock: lock, journaled: None };
        let state = match read_text(path, MAX_STATE) {
            Ok(text) => Some(store.whole(&text)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(store.broken("not UTF-8")),
            Err(error) => return Err(failed("read", path)(error)),
        };
        Ok((store, state))
    }

    /// Writes the whole state in place of the file, with an empty journal. A crash leaves the old state with its
    /// journal, or the new one with its own, which is found under either of its names.
    pub(crate) fn save(&mut self, state: &State) -> Result<(), StateError> {
        self.journaled = None;
        let (path, draft) = (self.journal_path(), self.journal_draft());
        let id = journal::id().map_err(failed("draw an id for", &path))?;
        let journal = Journal::begin(&draft, &id).map_err(failed("write", &draft))?;
        let file = self.replace(state, Some(id))?;
        std::fs::rename(&draft, &path).map_err(failed("replace", &path))?;
        sync_folder(&path);
        self.journaled = Some(Journaled { journal, file });
        Ok(())
    }

    /// Writes the whole state in place of the file, which needs no journal then, and lets go of it.
    pub(crate) fn finish(mut self, state: &State) -> Result<(), StateError> {
        self.journaled = None;
        self.replace(state, None)?;
        // Whether it goes away or not, it does not count any more.
        let _ = std::fs::remove_file(self.journal_path());
        Ok(())
    }

    /// Saves what changed since the state `before`, which was saved the last time.
    pub(crate) fn keep(&mut self, before: &State, now: &State) -> Result<(), StateError> {
        let mut changes = changes::between(before, now).map_err(|error| self.broken(&error.to_string()))?;
        if changes.is_empty() {
            return Ok(());
        }
        // After a failure the whole state is saved the next time, with another journal.
        let Some(mut journaled) =
            self.journaled.take().filter(|open| open.journal.bytes() <= open.file.max(SMALL))
        else {
            return self.save(now);
        };
        for change in &mut changes {
            let mut alone = journal::alone(change);
            self.close(&mut alone)?;
            journal::again(change, alone);
        }
        journaled.journal.add(&changes).map_err(failed("write", &self.journal_path()))?;
        self.journaled = Some(journaled);
        Ok(())
    }

    /// Replaces the state file, and returns its size in bytes.
    fn replace(&self, state: &State, journal: Option<String>) -> Result<u64, StateError> {
        let mut value = serde_json::to_value(state).map_err(|error| self.broken(&error.to_string()))?;
        self.close(&mut value)?;
        if let (Some(id), Some(members)) = (journal, value.as_object_mut()) {
            members.insert(JOURNAL.to_owned(), id.into());
        }
        let text = serde_json::to_vec(&value).map_err(|error| self.broken(&error.to_string()))?;
        put(&self.path, &text)?;
        Ok(u64::try_from(text.len()).unwrap_or(u64::MAX))
    }

    /// Seals the environment values in a state, or in a part of one.
    fn close(&self, state: &mut Value) -> Result<(), StateError> {
        if seal::has_values(state) {
            let sealed = self.seal()?.close(state);
            sealed.ok_or_else(|| self.broken("its environment values cannot be sealed"))?;
        }
        Ok(())
    }

    /// Opens the environment values in a state, or in a part of one.
    fn open_values(&self, state: &mut Value) -> Result<(), StateError> {
        if !seal::has_closed(state) {
            return Ok(());
        }
        let path = self.key_path();
        let key = match read_text(&path, MAX_KEY) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(self.key("is missing")),
            read => read.map_err(failed("read", &path))?,
        };
        let seal = self.sealing(&key)?;
        seal.open(state).ok_or_else(|| self.key("is another key than the values were sealed with"))
    }

    /// Makes the changes of the journal that the state file names.
    fn follow(&self, mut state: State, id: &str) -> Result<State, StateError> {
        let (path, draft) = (self.journal_path(), self.journal_draft());
        let saves = match read_journal(&path, id)? {
            Some(saves) => saves,
            None => {
                // A crash came between the state file and its journal.
                let saves = read_journal(&draft, id)?;
                let (file, journal) = (self.path.clone(), path.clone());
                let saves = saves.ok_or(StateError::Incomplete { path: file, journal })?;
                std::fs::rename(&draft, &path).map_err(failed("replace", &path))?;
                saves
            }
        };
        for mut changes in saves {
            for change in &mut changes {
                let mut alone = journal::alone(change);
                self.open_values(&mut alone)?;
                journal::again(change, alone);
            }
            let followed = changes::follow(&mut state, changes);
            followed.ok_or_else(|| broken(&path, "it changes what the state file does not have"))?;
        }
        Ok(state)
    }

    /// The state that the text of the file, and its journal, hold.
    fn whole(&self, text: &str) -> Result<State, StateError> {
        let failure = |error: serde_json::Error| self.broken(&error.to_string());
        let mut value: Value = serde_json::from_str(text).map_err(failure)?;
        let id = value.as_object_mut().and_then(|members| members.shift_remove(JOURNAL));
        self.open_values(&mut value)?;
        let state: State = serde_json::from_value(value).map_err(failure)?;
        if state.format != FORMAT {
            return Err(self.broken(&format!("its format is {}, this version reads {FORMAT}", state.format)));
        }
        match id {
            None => {
                if self.journal_path().exists() {
                    let path = self.journal_path();
                    tracing::warn!(path = %path.display(), "the state file has no journal: this one is ignored");
                }
                Ok(state)
            }
            Some(Value::String(id)) => self.follow(state, &id),
            Some(_) => Err(self.broken("its member `journal` is not a text")),
        }
    }

    fn journal_path(&self) -> PathBuf {
        beside(&self.path, ".journal")
    }

    /// Where a journal begins, until the state file that names it is in place.
    fn journal_draft(&self) -> PathBuf {
        beside(&self.path, ".journal.new")
    }

    fn key_path(&self) -> PathBuf {
        beside(&self.path, ".key")
    }

    /// Reads the key; the first time it is drawn.
    fn seal(&self) -> Result<Seal, StateError> {
        let path = self.key_path();
        let key = match read_text(&path, MAX_KEY) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = Seal::draw().map_err(failed("draw a key for", &path))?;
                put(&path, key.as_bytes())?;
                key
            }
            read => read.map_err(failed("read", &path))?,
        };
        self.sealing(&key)
    }

    fn sealing(&self, key: &str) -> Result<Seal, StateError> {
        let reason = if key.trim().is_empty() { "is empty" } else { "holds no key" };
        Seal::new(key).ok_or_else(|| self.key(reason))
    }

    fn key(&self, reason: &'static str) -> StateError {
        StateError::Key { path: self.key_path(), state: self.path.clone(), reason }
    }

    fn broken(&self, reason: &str) -> StateError {
        broken(&self.path, reason)
    }
}

fn broken(path: &Path, reason: &str) -> StateError {
    StateError::Broken { path: path.to_owned(), reason: reason.to_owned() }
}

fn read_journal(path: &Path, id: &str) -> Result<Option<Vec<Vec<Change>>>, StateError> {
    match journal::read(path, id) {
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(broken(path, &error.to_string())),
        read => read.map_err(failed("read", path)),
    }
}

/// Writes beside a file, then puts that in its place, so that a crash leaves the old or the new content but never a
/// part.
fn put(path: &Path, text: &[u8]) -> Result<(), StateError> {
    let draft = beside(path, ".new");
    let mut file = anew(&draft).map_err(failed("write", &draft))?;
    if let Err(error) = file.write_all(text).and_then(|()| file.sync_all()) {
        // A full disk needs the room.
        let _ = std::fs::remove_file(&draft);
        return Err(failed("write", &draft)(error));
    }
    std::fs::rename(&draft, path).map_err(failed("replace", path))?;
    sync_folder(path);
    Ok(())
}

/// Takes the lock that lies beside the state file: the file itself is replaced at each write, so a lock on it would
/// be lost.
fn lock(path: &Path) -> Result<File, StateError> {
    let lock_path = beside(path, ".lock");
    no_link(&lock_path).map_err(failed("open", &lock_path))?;
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock_path)
        .map_err(failed("open", &lock_path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StateError::Locked { path: path.to_owned() }),
        Err(TryLockError::Error(error)) => Err(failed("lock", &lock_path)(error)),
    }
}

#[cfg(test)]
mod tests;
