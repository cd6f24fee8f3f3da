//! The state file: one JSON document, replaced as a whole after each committed write, and locked for as long as the
//! emulator runs. Values of environment variables stand in it sealed; the key lies beside it.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::seal::{self, Seal};
use super::state::{FORMAT, State};

/// How long a second process waits for the first to let go of a state file.
const LOCK_WAIT: Duration = Duration::from_secs(3);

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
pub(super) struct Store {
    path: PathBuf,
    _lock: File,
}

impl Store {
    /// Opens the file as [`Self::open`] does, and waits a while for another process to let go of it.
    pub(super) async fn open_waiting(path: &Path) -> Result<(Self, Option<State>), StateError> {
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
        let store = Self { path: path.to_owned(), _lock: lock };
        let state = match std::fs::read_to_string(path) {
            Ok(text) => Some(store.parse(&text)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(store.broken("not UTF-8")),
            Err(error) => return Err(failed("read", path)(error)),
        };
        Ok((store, state))
    }

    /// Writes the whole state beside the file, then puts it in its place, so that a crash leaves the old or the new
    /// state but never a part.
    pub(super) fn save(&self, state: &State) -> Result<(), StateError> {
        let draft = beside(&self.path, ".new");
        let mut value = serde_json::to_value(state).map_err(|error| self.broken(&error.to_string()))?;
        if seal::has_values(&mut value) {
            let sealed = self.seal()?.close(&mut value);
            sealed.ok_or_else(|| self.broken("its environment values cannot be sealed"))?;
        }
        let text = serde_json::to_vec(&value).map_err(|error| self.broken(&error.to_string()))?;
        let mut file = File::create(&draft).map_err(failed("write", &draft))?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(failed("write", &draft))?;
        std::fs::rename(&draft, &self.path).map_err(failed("replace", &self.path))
    }

    fn parse(&self, text: &str) -> Result<State, StateError> {
        let broken = |error: serde_json::Error| self.broken(&error.to_string());
        let mut value: Value = serde_json::from_str(text).map_err(broken)?;
        if seal::has_closed(&mut value) {
            let key = self.key_path();
            let words =
                format!("its environment values are sealed, and {} does not open them", key.display());
            let seal = std::fs::read_to_string(&key).ok().and_then(|key| Seal::new(&key));
            seal.and_then(|seal| seal.open(&mut value)).ok_or_else(|| self.broken(&words))?;
        }
        let state: State = serde_json::from_value(value).map_err(broken)?;
        if state.format != FORMAT {
            return Err(self.broken(&format!("its format is {}, this version reads {FORMAT}", state.format)));
        }
        Ok(state)
    }

    fn key_path(&self) -> PathBuf {
        beside(&self.path, ".key")
    }

    /// Reads the key; the first time it is drawn.
    fn seal(&self) -> Result<Seal, StateError> {
        let path = self.key_path();
        let key = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = Seal::draw().map_err(failed("draw a key for", &path))?;
                private(&path)
                    .and_then(|mut file| file.write_all(key.as_bytes()))
                    .map_err(failed("write", &path))?;
                key
            }
            read => read.map_err(failed("read", &path))?,
        };
        let reason = format!("{} holds no key", path.display());
        Seal::new(&key).ok_or_else(|| self.broken(&reason))
    }

    fn broken(&self, reason: &str) -> StateError {
        StateError::Broken { path: self.path.clone(), reason: reason.to_owned() }
    }
}

/// Takes the lock that lies beside the state file: the file itself is replaced at each write, so a lock on it would
/// be lost.
fn lock(path: &Path) -> Result<File, StateError> {
    let lock_path = beside(path, ".lock");
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

/// Makes a file that only its owner may read.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_saved_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/state.json");
        let (store, state) = Store::open(&path).expect("a new file");
        assert!(state.is_none());
        store.save(&State { counter: 7, ..State::default() }).expect("saved");
        drop(store);
        let (_store, state) = Store::open(&path).expect("an old file");
        assert_eq!(state.expect("a state").counter, 7);
        assert!(!beside(&path, ".new").exists());
    }

    #[test]
    fn a_broken_file_is_an_error_and_stays_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state.json");
        for text in ["{\"half\":", "{}", "{\"format\":\"flowbind.emulator/v9\"}"] {
            std::fs::write(&path, text).expect("written");
            let error = Store::open(&path).expect_err("broken");
            assert!(matches!(error, StateError::Broken { .. }), "{error}");
            assert_eq!(std::fs::read_to_string(&path).expect("still there"), text);
        }
    }

    #[test]
    fn environment_values_are_sealed_and_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state.json");
        let (store, _) = Store::open(&path).expect("a new file");
        let mut state = State::default();
        let variables = serde_json::json!({ "Variables": { "TOKEN": "hunter2" } });
        let mut function = crate::emulator::state::Function::default();
        function.latest.insert("Environment".to_owned(), variables.clone());
        state.region_mut("1", "eu-west-2").functions.insert("f".to_owned(), function);
        store.save(&state).expect("saved");
        assert!(!std::fs::read_to_string(&path).expect("a file").contains("hunter2"));
        drop(store);
        let (store, state) = Store::open(&path).expect("an old file");
        let state = state.expect("a state");
        assert_eq!(state.function("1", "eu-west-2", "f").expect("it").latest["Environment"], variables);
        drop(store);
        std::fs::remove_file(beside(&path, ".key")).expect("removed");
        let error = Store::open(&path).expect_err("nobody can read it now");
        assert!(error.to_string().contains("state.json.key does not open them"), "{error}");
    }

    #[test]
    fn a_second_emulator_on_one_file_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state.json");
        let first = Store::open(&path).expect("first");
        let error = Store::open(&path).expect_err("second");
        assert!(matches!(error, StateError::Locked { .. }), "{error}");
        drop(first);
        Store::open(&path).expect("free again");
    }
}
