//! The state file: one JSON document, replaced as a whole after each committed write, and locked for as long as the
//! emulator runs. Values of environment variables stand in it sealed; the key lies beside it.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::seal::{self, Seal};
use super::state::{FORMAT, State};

/// How long a second process waits for the first to let go of a state file.
const LOCK_WAIT: Duration = Duration::from_secs(3);

/// The largest state file that is read: packages of functions stand in it in Base64.
const MAX_STATE: u64 = 1 << 30;
/// The largest key file that is read; a key has some dozen characters.
const MAX_KEY: u64 = 4096;

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
        let state = match read_file(path, MAX_STATE) {
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
        let mut file = anew(&draft).map_err(failed("write", &draft))?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(failed("write", &draft))?;
        std::fs::rename(&draft, &self.path).map_err(failed("replace", &self.path))
    }

    fn parse(&self, text: &str) -> Result<State, StateError> {
        let broken = |error: serde_json::Error| self.broken(&error.to_string());
        let mut value: Value = serde_json::from_str(text).map_err(broken)?;
        if seal::has_closed(&mut value) {
            let path = self.key_path();
            let key = match read_file(&path, MAX_KEY) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(self.key("is missing")),
                read => read.map_err(failed("read", &path))?,
            };
            let seal = self.sealing(&key)?;
            seal.open(&mut value)
                .ok_or_else(|| self.key("is another key than the values were sealed with"))?;
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
        let key = match read_file(&path, MAX_KEY) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = Seal::draw().map_err(failed("draw a key for", &path))?;
                private(&path)
                    .and_then(|mut file| file.write_all(key.as_bytes()))
                    .map_err(failed("write", &path))?;
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
        StateError::Broken { path: self.path.clone(), reason: reason.to_owned() }
    }
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

/// Makes a new file; one that a crash left there is replaced. A link is refused: whoever put it there would choose
/// which file is overwritten.
fn anew(path: &Path) -> io::Result<File> {
    no_link(path)?;
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    private(path)
}

fn no_link(path: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(there) if there.is_symlink() => {
            Err(io::Error::other("it is a symbolic link, which is not followed; remove it"))
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Reads a text file within a size; a device or a pipe, which may never end, is refused.
fn read_file(path: &Path, limit: u64) -> io::Result<String> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut text = String::new();
    let read = File::open(path)?.take(limit.saturating_add(1)).read_to_string(&mut text)?;
    if u64::try_from(read).is_ok_and(|read| read > limit) {
        return Err(io::Error::other(format!("it is larger than {limit} bytes")));
    }
    Ok(text)
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
        let key = beside(&path, ".key");
        std::fs::write(&key, "").expect("written");
        let error = Store::open(&path).expect_err("nobody can read it now");
        assert!(error.to_string().contains("state.json.key is empty"), "{error}");
        std::fs::write(&key, Seal::draw().expect("a key")).expect("written");
        let error = Store::open(&path).expect_err("nobody can read it now");
        assert!(error.to_string().contains("state.json.key is another key"), "{error}");
        std::fs::remove_file(&key).expect("removed");
        let error = Store::open(&path).expect_err("nobody can read it now");
        assert!(error.to_string().contains("state.json.key is missing"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_written_through_and_devices_are_not_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, victim) = (folder.path().join("state.json"), folder.path().join("victim"));
        std::fs::write(&victim, "mine").expect("written");
        for suffix in [".new", ".lock"] {
            let link = beside(&path, suffix);
            let _ = std::fs::remove_file(&link);
            std::os::unix::fs::symlink(&victim, &link).expect("a link");
            let refused = Store::open(&path).and_then(|(store, _)| store.save(&State::default()));
            let said = refused.map_err(|error| format!("{error}: {:?}", std::error::Error::source(&error)));
            assert!(said.expect_err(suffix).contains("symbolic link"), "{suffix}");
            assert_eq!(std::fs::read_to_string(&victim).expect("still there"), "mine");
            std::fs::remove_file(link).expect("removed");
        }
        std::fs::write(beside(&path, ".new"), "left by a crash").expect("written");
        Store::open(&path).expect("opened").0.save(&State::default()).expect("saved");
        std::fs::remove_file(&path).expect("removed");
        std::os::unix::fs::symlink("/dev/zero", &path).expect("a link");
        assert!(Store::open(&path).is_err());
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
