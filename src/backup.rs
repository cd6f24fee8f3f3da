//! Keeps what is about to be overwritten: one folder for each run, one file for each flow.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::aws::Keep;
use crate::resource::Address;

/// A folder of backups of one run.
#[derive(Debug, Clone)]
pub struct Backups {
    folder: PathBuf,
}

impl Backups {
    /// Keeps under `ROOT/backup/RUN/`; the folder is made with the first file.
    pub fn new(root: &Path, run: &str) -> Self {
        Self { folder: root.join("backup").join(run) }
    }
}

impl Keep for Backups {
    fn keep(&self, address: &Address, content: &str) -> io::Result<PathBuf> {
        fs::create_dir_all(&self.folder)?;
        // Logical names are DNS labels: an address without a block is a safe file name but for its slash.
        let path = self.folder.join(format!("{}.json", address.to_string().replace('/', "-")));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        let mut file = options.open(&path)?;
        file.write_all(content.as_bytes())?;
        file.sync_all()?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::{Kind, Label};

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
}
