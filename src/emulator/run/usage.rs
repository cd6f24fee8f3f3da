//! What the processes of a function use of the machine: memory, disk, connections. Only Linux shows it, except for disk.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The unit of a file's blocks, in bytes.
const BLOCK: u64 = 512;

/// The bytes of all files below a folder, counted until they are more than `enough`. A folder that cannot be looked
/// into, because it is locked or lies too deep, hides what is in it and counts as more than enough.
pub(super) fn disk(folder: &Path, enough: u64) -> u64 {
    let mut size: u64 = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            // It was removed meanwhile.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                continue;
            }
            Err(_) => return u64::MAX,
        };
        for entry in entries.flatten() {
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_dir() {
                folders.push(entry.path());
            } else {
                // A file with holes takes less than its length, and small ones take a block.
                size = size.saturating_add(metadata.blocks() * BLOCK);
            }
        }
        if size > enough {
            break;
        }
    }
    size
}

/// The bytes of files that processes have open and that no folder names any more.
pub(super) fn unlinked(processes: &[i32]) -> u64 {
    let files = processes.iter().flat_map(|id| descriptors(*id).into_iter().flatten());
    let files = files.filter_map(|file| fs::metadata(file).ok());
    let mut found: Vec<(u64, u64, u64)> = files
        .filter(|file| file.is_file() && file.nlink() == 0)
        .map(|file| (file.dev(), file.ino(), file.blocks() * BLOCK))
        .collect();
    found.sort_unstable();
    found.dedup();
    found.iter().fold(0, |sum, (_, _, size)| sum.saturating_add(*size))
}

/// The bytes of memory that processes have for themselves; what they share counts once.
pub(super) fn memory(processes: &[i32]) -> u64 {
    let own = |id: &i32| {
        let text = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
        let kilobytes = |name: &str| -> Option<u64> {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        // Pages of programs and libraries are the machine's.
        let own = kilobytes("Pss_Anon:").map(|own| own + kilobytes("Pss_Shmem:").unwrap_or_default());
        own.or_else(|| kilobytes("Pss:"))
    };
    processes.iter().filter_map(own).fold(0, |sum: u64, own| sum.saturating_add(own * 1024))
}

/// The processes below one, at any depth, as far as they hold still.
pub(super) fn processes(top: i32) -> Vec<i32> {
    let mut found = vec![top];
    let mut at = 0;
    while let Some(parent) = found.get(at).copied() {
        let tasks = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
        for task in tasks {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            found.extend(children.split_whitespace().filter_map(|id| id.parse::<i32>().ok()));
        }
        at += 1;
    }
    found.split_off(1)
}

/// Whether one of the processes below has a socket; None where it cannot be seen.
pub(super) fn has_socket(top: i32, inode: u64) -> Option<bool> {
    let name = PathBuf::from(format!("socket:[{inode}]"));
    let all = processes(top);
    let mut seen = !all.is_empty();
    for id in all {
        let Some(descriptors) = descriptors(id) else {
            // What has ended and was not waited for has none.
            seen &= has_ended(id);
            continue;
        };
        if descriptors.iter().any(|file| fs::read_link(file).is_ok_and(|link| link == name)) {
            return Some(true);
        }
    }
    seen.then_some(false)
}

fn has_ended(id: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // The state follows the name, which stands in brackets.
    stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with(['Z', 'X']))
}

fn descriptors(id: i32) -> Option<Vec<PathBuf>> {
    Some(fs::read_dir(format!("/proc/{id}/fd")).ok()?.flatten().map(|entry| entry.path()).collect())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::TcpListener;
    use std::os::fd::AsRawFd as _;

    use super::*;

    #[test]
    fn what_a_folder_holds_or_hides_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        fs::write(folder.path().join("a/b/c"), vec![7; 10_000]).unwrap();
        let size = disk(folder.path(), u64::MAX);
        assert!((10_000..1_000_000).contains(&size), "{size}");
        assert_eq!(disk(&folder.path().join("not-there"), 1), 0);
        let long = folder.path().join("x".repeat(255));
        // Deeper than a path may be long: each folder is made from inside.
        fs::create_dir(&long).unwrap();
        let mut deep = long;
        while deep.as_os_str().len() < 4096 {
            deep.push("x".repeat(255));
        }
        assert_eq!(disk(&deep, 1), u64::MAX);
    }

    #[test]
    fn an_open_file_without_a_name_is_counted() {
        if !Path::new("/proc/self/fd").exists() {
            return;
        }
        let own = i32::try_from(std::process::id()).unwrap();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![7; 3_000_000]).unwrap();
        assert!(unlinked(&[own, own]) >= 3_000_000);
    }

    #[test]
    fn memory_and_sockets_are_those_of_the_processes() {
        if !Path::new("/proc/self/smaps_rollup").exists() {
            return;
        }
        let own = i32::try_from(std::process::id()).unwrap();
        let before = memory(&[own]);
        let held = std::hint::black_box(vec![7_u8; 50_000_000]);
        assert!(memory(&[own]) >= before + 40_000_000, "{before}");
        drop(held);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let link = fs::read_link(format!("/proc/self/fd/{}", listener.as_raw_fd())).unwrap();
        let link = link.to_string_lossy().into_owned();
        let inode: u64 = link.trim_start_matches("socket:[").trim_end_matches(']').parse().unwrap();
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        assert!(processes(own).contains(&i32::try_from(child.id()).unwrap()));
        assert_eq!(has_socket(own, inode), Some(false), "it is this process's, and not the child's");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
