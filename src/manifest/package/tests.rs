//! Packages of folders on the disk and in memory.

use std::fs::{self, File};
use std::process::Command;
use std::time::{Duration, SystemTime};

use super::super::files::Disk;
use super::*;

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

fn package(folder: &tempfile::TempDir) -> Result<Package, Fault> {
    Packages::new(&Disk).get(&folder.path().join("code"))
}

fn memory(files: &[(&str, &str)]) -> BTreeMap<PathBuf, Vec<u8>> {
    files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).collect()
}

fn fault(files: &[(&str, &str)], path: &str) -> String {
    let files = memory(files);
    let Fault { message, hint } = Packages::new(&files).get(Path::new(path)).unwrap_err();
    message + &hint.map(|hint| format!(" ({hint})")).unwrap_or_default()
}

const CODE: [(&str, &str); 4] =
    [("index.mjs", "export {}\n"), ("lib/a.mjs", "1\n"), ("lib.mjs", "2\n"), ("lib/z/ü.txt", "3\n")];

#[test]
fn two_checkouts_of_one_folder_are_the_same_package() {
    let first = package(&folder(&CODE, 1_000_000_000)).unwrap();
    let mut reversed = CODE;
    reversed.reverse();
    let other = folder(&reversed, 1_700_000_000);
    fs::create_dir_all(other.path().join("code/empty")).unwrap();
    for ignored in [".git/HEAD", "lib/__pycache__/a.pyc", ".DS_Store"] {
        let path = other.path().join("code").join(ignored);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
    let second = package(&other).unwrap();
    assert_eq!(first.zip, second.zip);
    assert_eq!(first.digest, second.digest);
    assert_eq!(first.size, first.zip.len() as u64);
    let in_memory = memory(&CODE.map(|(path, text)| (path, text)))
        .into_iter()
        .map(|(path, text)| (Path::new("f").join(path), text))
        .collect::<BTreeMap<_, _>>();
    assert_eq!(Packages::new(&in_memory).get(Path::new("f")).unwrap().zip, first.zip);
}

#[test]
fn another_byte_another_name_or_another_file_is_another_package() {
    let digest = |files: &[(&str, &str)]| package(&folder(files, 0)).unwrap().digest;
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
fn permissions_do_not_count_and_links_are_refused() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let code = folder(&CODE, 0);
    let first = package(&code).unwrap();
    let path = code.path().join("code");
    fs::set_permissions(path.join("index.mjs"), fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(package(&code).unwrap(), first);
    symlink("index.mjs", path.join("link.mjs")).unwrap();
    let Fault { message, hint } = package(&code).unwrap_err();
    assert!(message.ends_with("code/link.mjs` is a symbolic link"), "{message}");
    assert_eq!(hint.unwrap(), "copy what it points to: a package holds only what lies in its folder");
}

#[cfg(unix)]
#[test]
#[expect(clippy::print_stderr, reason = "a test that could not be done is to be seen")]
fn an_independent_reader_finds_every_file_in_it() {
    let package = package(&folder(&CODE, 0)).unwrap();
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
    let mut bytes = zip::write(&[("index.js".to_owned(), b"x".to_vec())]).unwrap();
    bytes.extend(b"comment");
    let files = BTreeMap::from([(PathBuf::from("f/code.zip"), bytes.clone())]);
    let package = Packages::new(&files).get(Path::new("f/code.zip")).unwrap();
    assert_eq!(*package.zip, bytes);
    assert_eq!(package.path, "f/code.zip");
    assert!(!format!("{package:?}").contains("zip: "), "{package:?}");
}

#[test]
fn what_is_no_package_is_told_with_what_to_do() {
    let files = [("f/a.js", "x"), ("g/.git/HEAD", "x"), ("n.zip", "PK no")];
    assert_eq!(
        fault(&files, "f/a.js"),
        "the code `f/a.js` is neither a folder nor a zip file (name the folder that the handler lies in)"
    );
    assert_eq!(
        fault(&files, "n.zip"),
        "the code `n.zip` is neither a folder nor a zip file (name the folder that the handler lies in)"
    );
    assert_eq!(fault(&files, "g"), "the code `g` holds no file");
    assert_eq!(
        fault(&[("c/greeter/index.js", "x")], "c/greter"),
        "the code `c/greter`: there is no such folder or file (did you mean `greeter`?)"
    );
    assert_eq!(
        fault(&[("a.yaml", "x")], "c/greter"),
        "the code `c/greter`: there is no such folder or file (the path is relative to this file)"
    );
}

#[test]
fn the_limits_of_lambda_are_kept() {
    let big = "x".repeat(26 << 20);
    let too_large = "the code `f` makes a zip of more than 52428800 bytes (a folder is packed without compression: \
                     pack it yourself and name the `.zip`, or leave out what the runtime or a layer brings)";
    assert_eq!(fault(&[("f/a", &big), ("f/b", &big)], "f"), too_large);
    // The files alone would just fit, and the zip around them does not.
    let all = "x".repeat(50 << 20);
    assert_eq!(fault(&[("f/a", &all)], "f"), too_large);
    let mut bomb = zip::write(&[("a".to_owned(), b"x".to_vec())]).unwrap();
    let entry = bomb.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    bomb[entry + 24..entry + 28].copy_from_slice(&u32::to_le_bytes((250 << 20) + 1));
    let files = BTreeMap::from([(PathBuf::from("b.zip"), bomb)]);
    let fault = Packages::new(&files).get(Path::new("b.zip")).unwrap_err();
    assert_eq!(
        fault.message,
        "the code `b.zip` has 262144001 bytes when it is unpacked; Lambda takes 262144000"
    );
}
