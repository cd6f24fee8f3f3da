//! The packages of functions, by their digest: in a folder beside the state file, or in memory where there is none.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::files::{anew, beside, read, sync_folder};

/// The largest package, in bytes: what a request can bring.
const MOST: u64 = 80 * 1024 * 1024;

/// Packages by the digest that the state has of them.
#[derive(Debug, Default)]
pub(crate) struct Packages {
    folder: Option<PathBuf>,
    memory: Mutex<BTreeMap<String, Arc<Vec<u8>>>>,
    /// Those of the emulator that this one goes on from.
    before: Option<Arc<Self>>,
}

impl Packages {
    /// Those beside a state file.
    pub(crate) fn beside(state: &Path) -> Self {
        Self { folder: Some(beside(state, ".code")), ..Self::default() }
    }

    /// Those of another emulator; what is added is added here alone, in memory.
    pub(crate) fn after(before: &Arc<Self>) -> Self {
        Self { before: Some(Arc::clone(before)), ..Self::default() }
    }

    /// Keeps a package. It is on disk when this returns, or the state could name one that was lost.
    pub(crate) fn keep(&self, digest: &str, bytes: Vec<u8>) -> io::Result<()> {
        let Some(folder) = &self.folder else {
            self.memory().entry(digest.to_owned()).or_insert_with(|| Arc::new(bytes));
            return Ok(());
        };
        let path = folder.join(file_name(digest)?);
        if path.exists() {
            return Ok(());
        }
        std::fs::create_dir_all(folder)?;
        let draft = beside(&path, ".new");
        let mut file = anew(&draft)?;
        if let Err(error) = file.write_all(&bytes).and_then(|()| file.sync_all()) {
            // A full disk needs the room.
            let _ = std::fs::remove_file(&draft);
            return Err(error);
        }
        std::fs::rename(&draft, &path)?;
        sync_folder(&path);
        Ok(())
    }

    /// Returns a package, if it is here and is what its digest says.
    pub(crate) fn get(&self, digest: &str) -> io::Result<Option<Arc<Vec<u8>>>> {
        if let Some(known) = self.memory().get(digest) {
            return Ok(Some(Arc::clone(known)));
        }
        if let Some(before) = &self.before {
            return before.get(digest);
        }
        let Some(folder) = &self.folder else { return Ok(None) };
        match read(&folder.join(file_name(digest)?), MOST) {
            Ok(bytes) if crate::emulator::state::clock::code_digest(&bytes) == digest => {
                Ok(Some(Arc::new(bytes)))
            }
            Ok(_) => Err(io::Error::other("its file was changed")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes the files that none of these digests names.
    pub(crate) fn keep_only(&self, used: impl Fn(&str) -> bool) {
        let Some(folder) = &self.folder else { return };
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let digest =
                name.to_str().and_then(|name| URL_SAFE_NO_PAD.decode(name.strip_suffix(".zip")?).ok());
            // What has another name is not from here, but a draft that a crash left is.
            let draft = name.to_str().is_some_and(|name| name.ends_with(".zip.new"));
            if draft || digest.is_some_and(|digest| !used(&STANDARD.encode(digest))) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Vec<u8>>>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A digest as a name of a file.
fn file_name(digest: &str) -> io::Result<String> {
    let bytes = STANDARD.decode(digest).ok().filter(|bytes| bytes.len() == 32);
    let bytes = bytes.ok_or_else(|| io::Error::other("the digest is not one of SHA-256"))?;
    Ok(format!("{}.zip", URL_SAFE_NO_PAD.encode(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::state::clock::code_digest;

    #[test]
    fn a_package_is_found_again_and_one_that_nothing_names_is_removed() {
        let around = tempfile::tempdir().unwrap();
        let state = around.path().join("state.json");
        let packages = Packages::beside(&state);
        let (a, b) = (code_digest(b"a"), code_digest(b"b"));
        packages.keep(&a, b"a".to_vec()).unwrap();
        packages.keep(&b, b"b".to_vec()).unwrap();
        let packages = Packages::beside(&state);
        assert_eq!(packages.get(&a).unwrap().unwrap().as_slice(), b"a");
        let later = Packages::after(&Arc::new(packages));
        later.keep(&code_digest(b"c"), b"c".to_vec()).unwrap();
        assert!(later.get(&b).unwrap().is_some() && later.get(&code_digest(b"c")).unwrap().is_some());
        std::fs::write(around.path().join("state.json.code/README"), "mine").unwrap();
        let packages = Packages::beside(&state);
        packages.keep_only(|digest| digest == a);
        assert!(packages.get(&a).unwrap().is_some() && packages.get(&b).unwrap().is_none());
        assert!(around.path().join("state.json.code/README").exists());
    }

    #[test]
    fn a_package_that_was_changed_is_not_run() {
        let around = tempfile::tempdir().unwrap();
        let packages = Packages::beside(&around.path().join("state.json"));
        let digest = code_digest(b"a");
        packages.keep(&digest, b"a".to_vec()).unwrap();
        let file = std::fs::read_dir(around.path().join("state.json.code")).unwrap().next().unwrap().unwrap();
        std::fs::write(file.path(), b"other").unwrap();
        assert!(packages.get(&digest).is_err());
    }
}
