//! Deployment packages: a zip file byte for byte, or a folder put into a zip that is the same on every machine.
//!
//! The digest is what Lambda answers as `CodeSha256`, so a plan says whether code differs without sending it, and sees
//! code that somebody changed in the console. For that, a folder's zip depends on the names and bytes of the files and
//! on the links between them alone: see [`zip`](self::zip) for times and permissions, [`exclude`](self::exclude) for
//! what stays out.
//!
//! # Compression
//!
//! A folder is stored while its zip fits what a call takes (50 MB), and compressed only beyond. The comparison rests on
//! the bytes of the zip in both cases, so both writers are fixed forever and are part of this crate: no upgrade, of
//! flowbind or of a library, publishes a function whose files did not change. The other way would be a tag with a
//! digest of the files, for any compressor to be used: that needs the permission to tag, says nothing of functions that
//! were made before, and has to be kept true when code is changed elsewhere. The price of this one is some 250 lines
//! ([`deflate`](self::deflate)), uploads that are larger than they need be, and 10 s for each run with a package of
//! 200 MB.
//!
//! # Symbolic links
//!
//! A link whose target is in the folder stays a link in the zip (an entry of the mode `0120777`, as `zip --symlinks`
//! makes it), and leads straight to its target by a relative path, however it was written. To copy what it points to
//! would break pnpm's layout: `node_modules/a` leads to `.pnpm/a@1/node_modules/a`, whose dependencies lie beside the
//! target and not beside the link; and each copy would count against the limits again. A link whose target is left out
//! is left out.
//!
//! AWS documents nothing on this. That Lambda keeps such links is reported by many and, as far as is known, denied by
//! nobody who tried: terraform-aws-modules/terraform-aws-lambda#596, blackboard/lambda-selenium#19,
//! microsoft/rushstack#2045 and pnpm/pnpm#6259 (pnpm's default layout in production, zipped with links), and
//! aws/aws-sam-cli#4364 (links into `/opt`). pnpm's own documentation says that Lambda does not support links; its
//! users disagree in pnpm/pnpm#6166. It was not tried against AWS by this project.

use crate::resource::Code;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::model::{LeftOut, Package};
use super::reading::files::{FileError, Files, display};
use super::reading::log::{hint, quote};

mod deflate;
mod exclude;
mod folder;
pub(super) mod handler;
mod javascript;
mod suspect;
mod zip;

pub(super) use exclude::Exclude;
use folder::Contents;
use zip::{Entry, Method};

/// The largest zip that a call may carry, in bytes (AWS Lambda: "50 MB (zipped, for direct upload)").
const MAX_ZIP: u64 = 50 << 20;
/// The most that a package may hold when it is unpacked, in bytes (AWS Lambda: "250 MB", layers included).
const MAX_UNPACKED: u64 = 250 << 20;
/// The most that all packages of one run may have, in bytes: they are held in memory.
const MAX_TOTAL: u64 = 1 << 30;

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

impl From<Fault> for Vec<Fault> {
    fn from(fault: Fault) -> Self {
        vec![fault]
    }
}

/// What is worth knowing of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Warning {
    /// A stable kebab-case code.
    pub(super) code: Code,
    /// What it is, and what to do.
    pub(super) fault: Fault,
}

/// A package, and what is worth knowing of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Packed {
    /// The package.
    pub(super) package: Package,
    /// The names of a folder's files and links, in order; nothing of a zip file.
    pub(super) names: Arc<[String]>,
    /// What is worth knowing.
    pub(super) warnings: Vec<Warning>,
}

/// A path as it was written, and what it made.
type Done = (String, Result<Packed, Vec<Fault>>);

/// The packages of a run; each is read once, however many functions and targets name it.
pub(super) struct Packages<'f> {
    files: &'f dyn Files,
    /// What is wrong says how to write the path, so the path as it was written is beside it.
    done: BTreeMap<(PathBuf, Vec<String>), Done>,
    left: u64,
    /// The largest zip that is made, in bytes.
    largest: u64,
}

impl<'f> Packages<'f> {
    /// Prepares to read packages.
    pub(super) fn new(files: &'f dyn Files) -> Self {
        Self { files, done: BTreeMap::new(), left: MAX_TOTAL, largest: MAX_ZIP }
    }

    /// Returns the package that a folder without what these patterns exclude, or a zip file, makes. `written` is the path
    /// as the manifest has it.
    pub(super) fn get(
        &mut self,
        path: &Path,
        written: &str,
        exclude: &Exclude,
    ) -> Result<Packed, Vec<Fault>> {
        let key = (path.to_owned(), exclude.patterns().to_vec());
        if let Some((before, done)) = self.done.get(&key)
            && (done.is_ok() || before == written)
        {
            return done.clone();
        }
        let packed = self.make(path, written, exclude);
        self.done.insert(key, (written.to_owned(), packed.clone()));
        packed
    }

    fn make(&mut self, path: &Path, written: &str, exclude: &Exclude) -> Result<Packed, Vec<Fault>> {
        let name = display(path);
        let (zip, left_out, names, warnings) = match self.files.list(path) {
            Ok(Some(_)) => {
                let Contents { entries, left_out, warnings } = folder::read(self.files, path, exclude)?;
                let zip = self.pack(&name, &entries, &left_out)?;
                (zip, left_out, entries.into_iter().map(|entry| entry.name).collect(), warnings)
            }
            Ok(None) => {
                let zip = self.zip(path, written, &name)?;
                if !exclude.patterns().is_empty() {
                    let message =
                        format!("`exclude` is for folders, and the code {} is a zip file", quote(&name));
                    return Err(vec![Fault::new(message).hint("remove `exclude`, or name the folder")]);
                }
                (zip, LeftOut::default(), Arc::default(), Vec::new())
            }
            Err(error) => return Err(vec![Fault::new(format!("the code {}: {error}", quote(&name)))]),
        };
        let size = zip.len() as u64;
        let Some(left) = self.left.checked_sub(size) else {
            let message = format!("with the code {}, all packages have more than 1 GiB", quote(&name));
            return Err(vec![Fault::new(message).hint("apply fewer functions at a time, in several sets")]);
        };
        self.left = left;
        let digest = STANDARD.encode(Sha256::digest(&zip));
        Ok(Packed {
            package: Package { path: name, digest, zip: Arc::new(zip), size, left_out },
            names,
            warnings,
        })
    }

    /// Puts a folder's files and links into a zip.
    fn pack(&self, name: &str, entries: &[Entry], left_out: &LeftOut) -> Result<Vec<u8>, Fault> {
        if entries.is_empty() {
            let fault = empty(name);
            return Err(match left_out.count {
                0 => fault,
                count => fault
                    .hint(format!("{count} left out; `-v` lists them, and `exclude: [\"!NAME\"]` keeps one")),
            });
        }
        let fits = |bytes: usize| bytes as u64 <= self.largest;
        let method = if fits(zip::size(entries)) { Method::Store } else { Method::Deflate };
        zip::write(entries, method).filter(|zip| fits(zip.len())).ok_or_else(|| {
            let message = format!("the code {} makes a zip of more than {} bytes", quote(name), self.largest);
            Fault::new(message)
                .hint("leave out with `exclude:` what the function does not need, or what a layer provides")
        })
    }

    /// Reads a zip file, which is used as it is.
    fn zip(&self, path: &Path, written: &str, name: &str) -> Result<Vec<u8>, Fault> {
        let zip = self.files.read(path, MAX_ZIP).map_err(|error| match error {
            FileError::TooLarge { .. } => too_large(name),
            FileError::Missing => self.missing(path, written, name),
            FileError::Dangling { .. }
            | FileError::NotAFile
            | FileError::Changed
            | FileError::Unreadable(_) => Fault::new(format!("the code {}: {error}", quote(name))),
        })?;
        match zip::unpacked(&zip) {
            None => {
                let message = format!("the code {} is neither a folder nor a zip file", quote(name));
                Err(Fault::new(message).hint("name the folder that the handler is in"))
            }
            Some((0, _)) => Err(empty(name)),
            Some((_, unpacked)) if unpacked > MAX_UNPACKED => {
                let message = format!(
                    "the code {} has {unpacked} bytes when it is unpacked; Lambda allows {MAX_UNPACKED}",
                    quote(name)
                );
                Err(Fault::new(message).hint("leave out what the runtime or a layer provides"))
            }
            Some(_) => Ok(zip),
        }
    }

    /// The names that are there are proposed as the manifest would write them.
    fn missing(&self, path: &Path, written: &str, name: &str) -> Fault {
        let beside = path.parent().and_then(|folder| self.files.list(folder).ok().flatten());
        let folder = written.trim_end_matches('/').rsplit_once('/').map_or("", |(folder, _)| folder);
        let slash = if folder.is_empty() { "" } else { "/" };
        let names = beside.iter().flatten().filter_map(|path| path.file_name()?.to_str());
        let names: Vec<String> = names.map(|name| format!("{folder}{slash}{name}")).collect();
        let fault = Fault::new(format!("the code {}: there is no such folder or file", quote(name)));
        match hint(written.trim_end_matches('/'), names.iter().map(String::as_str)) {
            Some(hint) => fault.hint(hint),
            None => fault.hint("the path is relative to this file"),
        }
    }
}

fn too_large(name: &str) -> Fault {
    let message = format!("the code {} has more than {MAX_ZIP} bytes", quote(name));
    Fault::new(message).hint("leave out what the runtime or a layer provides")
}

fn empty(name: &str) -> Fault {
    Fault::new(format!("the code {} holds no file", quote(name)))
}

#[cfg(test)]
mod tests;
