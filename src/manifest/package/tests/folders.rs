//! Folders as they are: links, dependencies, caches, secrets, and what cannot be packed.

use super::*;

/// A folder in which a path cannot be read.
struct Denied(Disk, &'static str);

impl Files for Denied {
    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
        if path.ends_with(self.1) {
            return Err(FileError::Unreadable(std::io::ErrorKind::PermissionDenied.into()));
        }
        self.0.read(path, limit)
    }

    fn list(&self, folder: &Path) -> Result<Option<Vec<PathBuf>>, FileError> {
        self.0.list(folder)
    }

    fn kind(&self, path: &Path) -> Result<FileKind, FileError> {
        self.0.kind(path)
    }
}

/// A folder with very many empty files.
struct Many(usize);

impl Files for Many {
    fn read(&self, _: &Path, _: u64) -> Result<Vec<u8>, FileError> {
        Ok(Vec::new())
    }

    fn list(&self, folder: &Path) -> Result<Option<Vec<PathBuf>>, FileError> {
        Ok((folder == Path::new("f")).then(|| (0..self.0).map(|n| folder.join(n.to_string())).collect()))
    }

    fn kind(&self, _: &Path) -> Result<FileKind, FileError> {
        Ok(FileKind::File)
    }
}

fn warnings(files: &[(&str, &str)], exclude: &[&str]) -> Vec<String> {
    let exclude: Vec<String> = exclude.iter().map(|&pattern| pattern.to_owned()).collect();
    let warnings =
        Packages::new(&memory(files)).get(Path::new("f"), "f", &patterns(&exclude)).unwrap().warnings;
    warnings.into_iter().map(|Warning { code, fault }| format!("{code}: {}", said(fault))).collect()
}

#[test]
fn what_is_left_out_is_listed_and_counted() {
    let files = [("f/a.js", "1"), ("f/.env", "x"), ("f/t/b.js", "2"), ("f/.git/a", "x"), ("f/.git/b", "x")];
    let files = memory(&files);
    let package = |exclude: &[&str]| {
        let exclude: Vec<String> = exclude.iter().map(|&pattern| pattern.to_owned()).collect();
        Packages::new(&files).get(Path::new("f"), "f", &patterns(&exclude)).unwrap().package
    };
    let first = package(&[]);
    assert_eq!(first.left_out, LeftOut { names: vec![".env".into(), ".git/".into()], count: 2 });
    let second = package(&["t/", "!.env"]);
    assert_eq!(second.left_out, LeftOut { names: vec![".git/".into(), "t/".into()], count: 2 });
    assert_ne!(first.digest, second.digest);
    let stored = zip::write(&[entry(".env", "x"), entry("a.js", "1")], Method::Store).unwrap();
    assert_eq!(*second.zip, stored);
}

#[test]
fn one_folder_with_other_patterns_is_another_package_in_one_run() {
    let files = memory(&[("f/a.js", "1"), ("f/b.js", "2")]);
    let mut packages = Packages::new(&files);
    let mut digest =
        |exclude: &[String]| packages.get(Path::new("f"), "f", &patterns(exclude)).unwrap().package.digest;
    let all = digest(&[]);
    assert_ne!(digest(&["b.js".to_owned()]), all);
    assert_eq!(digest(&[]), all);
}

#[test]
fn patterns_do_not_apply_to_a_zip_file() {
    let zip = zip::write(&[entry("a.js", "1")], Method::Store).unwrap();
    let files = BTreeMap::from([(PathBuf::from("f.zip"), zip)]);
    let faults =
        Packages::new(&files).get(Path::new("f.zip"), "f.zip", &patterns(&["a".to_owned()])).unwrap_err();
    assert_eq!(faults[0].message, "`exclude` is for folders, and the code `f.zip` is a zip file");
}

#[test]
fn what_looks_like_a_secret_is_warned_of_unless_it_is_named() {
    let key = "-----BEGIN PRIVATE KEY-----\nMII";
    let files = [("f/a.js", "1"), ("f/certs/dev.pem", key), ("f/.npmrc", "_auth=eDp5")];
    assert_eq!(
        warnings(&files, &[]),
        [
            "packed-secret: the package of `f` would contain what looks like secrets: `.npmrc` (a registry's token), \
          `certs/dev.pem` (a private key) (leave it out with `exclude: [\"/.npmrc\"]`, or keep it with \
          `exclude: [\"!/.npmrc\"]`)"
        ]
    );
    assert_eq!(warnings(&files, &["/.npmrc", "!certs/"]), [""; 0]);
    assert_eq!(warnings(&files, &["!/.npmrc", "*.pem"]), [""; 0]);
}

#[test]
fn names_that_differ_only_in_case_are_packed_with_a_warning() {
    let files = [("f/Lib/a.js", "1"), ("f/lib/A.js", "2"), ("f/b.js", "3")];
    assert_eq!(
        warnings(&files, &[]),
        [
            "names-differ-in-case: `Lib/a.js` and `lib/A.js` in `f` differ only in upper and lower case (rename one: \
          macOS and Windows keep only one of them, and would pack other code)"
        ]
    );
}

#[test]
fn too_many_files_are_refused_at_once_and_those_left_out_do_not_count() {
    let faults = Packages::new(&Many(100_000)).get(Path::new("f"), "f", &patterns(&[])).unwrap_err();
    assert_eq!(
        faults.into_iter().map(said).collect::<Vec<_>>(),
        [
            "the code `f` has more than 65535 files to pack (leave out with `exclude:` what the function does not need)"
        ]
    );
    let package = Packages::new(&Many(100_000))
        .get(Path::new("f"), "f", &patterns(&["*[0-8]".to_owned()]))
        .unwrap()
        .package;
    assert_eq!(package.left_out.count, 90_000);
    assert_eq!(zip::unpacked(&package.zip), Some((10_000, 0)));
    let faults =
        Packages::new(&Many(250_001)).get(Path::new("f"), "f", &patterns(&["*".to_owned()])).unwrap_err();
    assert_eq!(faults[0].message, "the code `f` has more than 250000 files");
}

#[test]
fn everything_that_cannot_be_read_is_named_at_once() {
    let code = folder(&CODE, 0);
    let files = Denied(Disk, "lib/a.mjs");
    let faults = Packages::new(&files).get(&code.path().join("code"), "code", &patterns(&[])).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert!(
        faults[0].message.ends_with("code/lib/a.mjs`: it cannot be read: permission denied"),
        "{faults:?}"
    );
    assert!(
        Packages::new(&files).get(&code.path().join("code"), "code", &patterns(&["lib/".to_owned()])).is_ok()
    );
}

#[cfg(unix)]
mod unix;
