//! Deployment packages: a zip file byte for byte, or a folder put into a zip that is the same on every machine.
//!
//! The digest is what Lambda answers as `CodeSha256`, so a plan says whether code differs without sending it. For
//! that, a folder's zip depends on the files' names and bytes alone: see [`zip`](self::zip) for times, permissions
//! and why nothing is compressed. A folder of more than 50 MB has to be packed by a tool of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::files::{FileError, FileKind, Files, display};
use super::log::{hint, quote};
use super::model::Package;

mod zip;

/// The largest zip that a call may carry, in bytes (AWS Lambda: "50 MB (zipped, for direct upload)").
const MAX_ZIP: u64 = 50 << 20;
/// The most that a package may hold when it is unpacked, in bytes (AWS Lambda: "250 MB", layers included).
const MAX_UNPACKED: u64 = 250 << 20;
/// The most that all packages of one run may have, in bytes: they are held in memory.
const MAX_TOTAL: u64 = 1 << 30;
/// The most entries of a folder, its subfolders included, that are looked at.
const MAX_ENTRIES: usize = 65_535;
/// What is never part of a package: it differs between checkouts of the same code.
const IGNORED: [&str; 3] = [".git", ".DS_Store", "__pycache__"];

/// Why there is no package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// What is wrong.
    pub(super) message: String,
    /// What to do.
    pub(super) hint: Option<String>,
}

impl Fault {
    fn new(message: String) -> Self {
        Self { message, hint: None }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// The packages of a run; each is read once, however many functions and targets name it.
pub(super) struct Packages<'f> {
    files: &'f dyn Files,
    done: BTreeMap<PathBuf, Result<Package, Fault>>,
    left: u64,
}

impl<'f> Packages<'f> {
    /// Prepares to read packages.
    pub(super) fn new(files: &'f dyn Files) -> Self {
        Self { files, done: BTreeMap::new(), left: MAX_TOTAL }
    }

    /// Gives the package that a folder or zip file makes.
    pub(super) fn get(&mut self, path: &Path) -> Result<Package, Fault> {
        if let Some(done) = self.done.get(path) {
            return done.clone();
        }
        let package = self.make(path);
        self.done.insert(path.to_owned(), package.clone());
        package
    }

    fn make(&mut self, path: &Path) -> Result<Package, Fault> {
        let name = display(path);
        let zip = match self.files.list(path) {
            Ok(Some(entries)) => pack(self.files, path, entries)?,
            Ok(None) => self.zip(path, &name)?,
            Err(error) => return Err(Fault::new(format!("the code {}: {error}", quote(&name)))),
        };
        let size = zip.len() as u64;
        let Some(left) = self.left.checked_sub(size) else {
            let message = format!("with the code {}, all packages have more than 1 GiB", quote(&name));
            return Err(Fault::new(message).hint("apply fewer functions at a time, in several sets"));
        };
        self.left = left;
        let digest = STANDARD.encode(Sha256::digest(&zip));
        Ok(Package { path: name, digest, zip: Arc::new(zip), size })
    }

    /// Reads a zip file, which is used as it is.
    fn zip(&self, path: &Path, name: &str) -> Result<Vec<u8>, Fault> {
        let zip = self.files.read(path, MAX_ZIP).map_err(|error| match error {
            FileError::TooLarge { .. } => too_large(name),
            FileError::Missing => self.missing(path, name),
            FileError::NotAFile | FileError::Unreadable(_) => {
                Fault::new(format!("the code {}: {error}", quote(name)))
            }
        })?;
        match zip::unpacked(&zip) {
            None => {
                let message = format!("the code {} is neither a folder nor a zip file", quote(name));
                Err(Fault::new(message).hint("name the folder that the handler lies in"))
            }
            Some((0, _)) => Err(empty(name)),
            Some((_, unpacked)) if unpacked > MAX_UNPACKED => {
                let message = format!(
                    "the code {} has {unpacked} bytes when it is unpacked; Lambda takes {MAX_UNPACKED}",
                    quote(name)
                );
                Err(Fault::new(message).hint("leave out what the runtime or a layer brings"))
            }
            Some(_) => Ok(zip),
        }
    }

    fn missing(&self, path: &Path, name: &str) -> Fault {
        let beside = path.parent().and_then(|folder| self.files.list(folder).ok().flatten());
        let names: Vec<String> =
            beside.iter().flatten().filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect();
        let wanted = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let fault = Fault::new(format!("the code {}: there is no such folder or file", quote(name)));
        match hint(wanted, names.iter().map(String::as_str)) {
            Some(hint) => fault.hint(hint),
            None => fault.hint("the path is relative to this file"),
        }
    }
}

fn too_large(name: &str) -> Fault {
    let message = format!("the code {} makes a zip of more than {MAX_ZIP} bytes", quote(name));
    Fault::new(message).hint(
        "a folder is packed without compression: pack it yourself and name the `.zip`, or leave out what the runtime \
         or a layer brings",
    )
}

fn empty(name: &str) -> Fault {
    Fault::new(format!("the code {} holds no file", quote(name)))
}

/// Packs a folder: its files sorted by the bytes of their names.
fn pack(files: &dyn Files, folder: &Path, entries: Vec<PathBuf>) -> Result<Vec<u8>, Fault> {
    let name = display(folder);
    let mut packed: Vec<(String, Vec<u8>)> = Vec::new();
    let mut left = MAX_ZIP;
    let mut seen = 0;
    let mut open = entries;
    while let Some(path) = open.pop() {
        seen += 1;
        if seen > MAX_ENTRIES {
            return Err(Fault::new(format!("the code {} has more than {MAX_ENTRIES} files", quote(&name))));
        }
        let fails = |error: FileError| Fault::new(format!("the code {}: {error}", quote(&display(&path))));
        let Some(own) = path.file_name().and_then(|name| name.to_str()) else {
            let message = format!("the name of {} is not UTF-8", quote(&display(&path)));
            return Err(Fault::new(message).hint("rename it: zip files have no other names"));
        };
        if IGNORED.contains(&own) {
            continue;
        }
        match files.kind(&path).map_err(fails)? {
            FileKind::File => {
                let bytes = files.read(&path, left).map_err(|error| match error {
                    FileError::TooLarge { .. } => too_large(&name),
                    other => fails(other),
                })?;
                left -= bytes.len() as u64;
                packed.push((inside(folder, &path), bytes));
            }
            FileKind::Folder => {
                open.extend(files.list(&path).map_err(fails)?.unwrap_or_default());
            }
            FileKind::Link => {
                let message = format!("{} is a symbolic link", quote(&display(&path)));
                return Err(Fault::new(message)
                    .hint("copy what it points to: a package holds only what lies in its folder"));
            }
            FileKind::Other => {
                return Err(Fault::new(format!("{} is neither a file nor a folder", quote(&display(&path)))));
            }
        }
    }
    if packed.is_empty() {
        return Err(empty(&name));
    }
    if zip::size(&packed) as u64 > MAX_ZIP {
        return Err(too_large(&name));
    }
    packed.sort_by(|(a, _), (b, _)| a.as_bytes().cmp(b.as_bytes()));
    zip::write(&packed).ok_or_else(|| too_large(&name))
}

/// Names a file inside of its package, with `/` on every system.
fn inside(folder: &Path, path: &Path) -> String {
    display(path.strip_prefix(folder).unwrap_or(path))
}

#[cfg(test)]
mod tests;
