//! Packages of folders on the disk and in memory.

use std::fs::{self, File};
use std::process::Command;
use std::time::{Duration, SystemTime};

use super::super::reading::files::{Disk, FileKind};
use super::*;

fn patterns(patterns: &[String]) -> Exclude {
    Exclude::new(patterns.to_vec()).unwrap()
}

/// Writes files in this order, with times of their own.
fn folder(files: &[(&str, &str)], age: u64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (number, (path, text)) in files.iter().enumerate() {
        let path = folder.path().join("code").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(age + number as u64);
        File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    }
    folder
}

fn packed(folder: &Path, exclude: &[&str]) -> Result<Packed, Vec<Fault>> {
    let exclude: Vec<String> = exclude.iter().map(|&pattern| pattern.to_owned()).collect();
    Packages::new(&Disk).get(&folder.join("code"), "code", &patterns(&exclude))
}

fn package(folder: &tempfile::TempDir) -> Package {
    packed(folder.path(), &[]).unwrap().package
}

fn memory(files: &[(&str, &str)]) -> BTreeMap<PathBuf, Vec<u8>> {
    files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).collect()
}

fn fault(files: &[(&str, &str)], path: &str) -> String {
    let files = memory(files);
    let faults = Packages::new(&files).get(Path::new(path), path, &patterns(&[])).unwrap_err();
    faults.into_iter().map(said).collect::<Vec<_>>().join("; ")
}

fn said(Fault { message, hint }: Fault) -> String {
    message + &hint.map(|hint| format!(" ({hint})")).unwrap_or_default()
}

const CODE: [(&str, &str); 4] =
    [("index.mjs", "export {}\n"), ("lib/a.mjs", "1\n"), ("lib.mjs", "2\n"), ("lib/z/ü.txt", "3\n")];

#[test]
fn two_checkouts_of_one_folder_are_the_same_package() {
    let first = package(&folder(&CODE, 1_000_000_000));
    let mut reversed = CODE;
    reversed.reverse();
    let other = folder(&reversed, 1_700_000_000);
    fs::create_dir_all(other.path().join("code/empty")).unwrap();
    for ignored in [".git/HEAD", "lib/__pycache__/a.pyc", ".DS_Store"] {
        let path = other.path().join("code").join(ignored);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
    let second = package(&other);
    assert_eq!(first.zip, second.zip);
    assert_eq!(first.digest, second.digest);
    assert_eq!(first.size, first.zip.len() as u64);
    let in_memory = memory(&CODE.map(|(path, text)| (path, text)))
        .into_iter()
        .map(|(path, text)| (Path::new("f").join(path), text))
        .collect::<BTreeMap<_, _>>();
    assert_eq!(
        Packages::new(&in_memory).get(Path::new("f"), "f", &patterns(&[])).unwrap().package.zip,
        first.zip
    );
}

#[test]
fn another_byte_another_name_or_another_file_is_another_package() {
    let digest = |files: &[(&str, &str)]| package(&folder(files, 0)).digest;
    let first = digest(&CODE);
    assert_eq!(STANDARD.decode(&first).unwrap().len(), 32);
    for (at, with) in [(0, ("index.mjs", "export {};\n")), (1, ("lib/b.mjs", "1\n"))] {
        let mut changed = CODE;
        changed[at] = with;
        assert_ne!(digest(&changed), first);
    }
    assert_ne!(digest(&CODE[..3]), first);
}

#[cfg(unix)]
#[test]
fn permissions_do_not_count() {
    use std::os::unix::fs::PermissionsExt;
    let code = folder(&CODE, 0);
    let first = package(&code);
    let path = code.path().join("code");
    fs::set_permissions(path.join("index.mjs"), fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(package(&code), first);
}

#[cfg(unix)]
#[test]
#[expect(clippy::print_stderr, reason = "a test that could not be done is to be seen")]
fn an_independent_reader_finds_every_file_in_it() {
    let package = package(&folder(&CODE, 0));
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("p.zip");
    fs::write(&zip, &*package.zip).unwrap();
    let script = "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nfor i in z.infolist():\n    print(i.filename, i.date_time[:3], oct(i.external_attr >> 16), z.read(i).decode().strip())";
    let Ok(output) =
        Command::new("python3").env("PYTHONIOENCODING", "utf-8").args(["-c", script]).arg(&zip).output()
    else {
        eprintln!("note: there is no python3, so no other reader has tried the package");
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found = String::from_utf8(output.stdout).unwrap();
    let expected = "index.mjs (1980, 1, 1) 0o100755 export {}\nlib.mjs (1980, 1, 1) 0o100755 2\nlib/a.mjs (1980, 1, 1) 0o100755 1\nlib/z/ü.txt (1980, 1, 1) 0o100755 3\n";
    assert_eq!(found, expected);
    if let Ok(output) = Command::new("unzip").arg("-t").arg(&zip).output() {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn a_zip_file_is_used_byte_for_byte() {
    let mut bytes = zip::write(&[entry("index.js", "x")], Method::Store).unwrap();
    bytes.extend(b"comment");
    let files = BTreeMap::from([(PathBuf::from("f/code.zip"), bytes.clone())]);
    let Packed { package, warnings, .. } =
        Packages::new(&files).get(Path::new("f/code.zip"), "f/code.zip", &patterns(&[])).unwrap();
    assert_eq!(warnings, []);
    assert_eq!(*package.zip, bytes);
    assert_eq!(package.path, "f/code.zip");
    assert!(!format!("{package:?}").contains("zip: "), "{package:?}");
}

#[test]
fn what_is_no_package_is_told_with_what_to_do() {
    let files = [("f/a.js", "x"), ("g/.git/HEAD", "x"), ("n.zip", "PK no")];
    assert_eq!(
        fault(&files, "f/a.js"),
        "the code `f/a.js` is neither a folder nor a zip file (name the folder that the handler is in)"
    );
    assert_eq!(
        fault(&files, "n.zip"),
        "the code `n.zip` is neither a folder nor a zip file (name the folder that the handler is in)"
    );
    assert_eq!(
        fault(&files, "g"),
        "the code `g` holds no file (1 left out; `-v` lists them, and `exclude: [\"!NAME\"]` keeps one)"
    );
    assert_eq!(
        fault(&[("c/greeter/index.js", "x")], "c/greter"),
        "the code `c/greter`: there is no such folder or file (did you mean `c/greeter`?)"
    );
    assert_eq!(
        fault(&[("a.yaml", "x")], "c/greter"),
        "the code `c/greter`: there is no such folder or file (the path is relative to this file)"
    );
}

fn entry(name: &str, text: &str) -> Entry {
    Entry { name: name.to_owned(), bytes: text.as_bytes().to_vec(), link: false }
}

#[test]
fn the_limits_of_lambda_are_kept() {
    let mut bomb = zip::write(&[entry("a", "x")], Method::Store).unwrap();
    let place = bomb.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    bomb[place + 24..place + 28].copy_from_slice(&u32::to_le_bytes((250 << 20) + 1));
    let files = BTreeMap::from([(PathBuf::from("b.zip"), bomb)]);
    let faults = Packages::new(&files).get(Path::new("b.zip"), "b.zip", &patterns(&[])).unwrap_err();
    assert_eq!(
        faults[0].message,
        "the code `b.zip` has 262144001 bytes when it is unpacked; Lambda allows 262144000"
    );
    let half = vec![0; (125 << 20) + 1];
    let files = BTreeMap::from(["f/a", "f/b"].map(|path| (PathBuf::from(path), half.clone())));
    let faults = Packages::new(&files).get(Path::new("f"), "f", &patterns(&[])).unwrap_err();
    assert_eq!(faults[0].message, "the code `f` has more than 262144000 bytes; Lambda allows no more");
}

#[test]
fn a_folder_is_compressed_only_where_it_would_not_fit() {
    let text = "module.exports = 1;\n".repeat(500);
    let files = memory(&[("f/a.js", &text), ("f/b.js", "1")]);
    let entries = [entry("a.js", &text), entry("b.js", "1")];
    let stored = zip::write(&entries, Method::Store).unwrap();
    let make = |largest: usize| {
        let mut packages = Packages { largest: largest as u64, ..Packages::new(&files) };
        packages.get(Path::new("f"), "f", &patterns(&[])).map(|packed| packed.package.zip.to_vec())
    };
    assert_eq!(make(stored.len()).unwrap(), stored);
    let compressed = make(stored.len() - 1).unwrap();
    assert_eq!(compressed, zip::write(&entries, Method::Deflate).unwrap());
    assert!(compressed.len() < 400, "{}", compressed.len());
    let faults = make(compressed.len() - 1).unwrap_err();
    assert_eq!(
        faults[0].message,
        format!("the code `f` makes a zip of more than {} bytes", compressed.len() - 1)
    );
}

mod folders;
