//! Which files of the machine a function's process may touch, where the system can hold it to that: Linux from 5.13 on
//! (Landlock), as any user.
//!
//! It writes to its own folder alone, reads what programs need and nobody's home, and (from 6.12 on) signals no process
//! but its own. Where user namespaces can be had, `/tmp` is its own folder as well. Network namespaces are not used: the
//! function could not reach the embedded AWS. Nor are those of processes: its first process would be one that no signal ends.

use std::path::{Path, PathBuf};

/// What programs read on Linux, whatever they are: libraries, certificates, names of hosts, the machine's own folders.
const SYSTEM: [&str; 22] = [
    "/bin",
    "/dev",
    "/etc",
    "/gnu",
    "/home/linuxbrew",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/mnt/wsl/resolv.conf",
    "/nix",
    "/opt",
    "/proc",
    "/run/NetworkManager",
    "/run/current-system",
    "/run/resolvconf",
    "/run/systemd/resolve",
    "/sbin",
    "/snap",
    "/sys",
    "/usr",
    "/var/lib/ca-certificates",
];
/// What is written to although it is no folder's.
#[cfg(target_os = "linux")]
const DEVICES: [&str; 5] = ["/dev/full", "/dev/null", "/dev/random", "/dev/urandom", "/dev/zero"];

/// What a process may read beside its own folder, of an interpreter with these prefixes that was found along `path`.
pub(super) fn readable(prefixes: &[PathBuf], path: &std::ffi::OsStr) -> Vec<PathBuf> {
    const PARTS: [&str; 6] = ["bin", "lib", "lib64", "libexec", "share", "pyvenv.cfg"];
    // A prefix can be a home folder: of that, only what belongs to programs.
    let parts = prefixes.iter().flat_map(|prefix| PARTS.iter().map(move |part| prefix.join(part)));
    let listed =
        std::env::split_paths(path).filter(|folder| folder.is_absolute() && folder.parent().is_some());
    SYSTEM.iter().map(PathBuf::from).chain(parts).chain(listed).collect()
}

/// Holds this process, and what it becomes, to these folders. Whoever cannot be held is not: what is promised then stands in
/// the documentation.
#[cfg(target_os = "linux")]
pub(super) fn confine(own: Option<(&Path, &Path)>, readable: &[PathBuf]) -> Result<(), String> {
    let has_tmp = own.is_none_or(|(folder, writable)| own_tmp(folder, writable).is_ok());
    hold(own, readable, has_tmp).map_err(|error| format!("it cannot be confined: {error}"))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn confine(_: Option<(&Path, &Path)>, _: &[PathBuf]) -> Result<(), String> {
    Ok(())
}

/// Puts the writable folder over `/tmp`, for this process alone. The folder around stays where it is.
#[cfg(target_os = "linux")]
fn own_tmp(folder: &Path, writable: &Path) -> std::io::Result<()> {
    use std::fs;

    use rustix::mount::{
        MountFlags, MountPropagationFlags, mount_bind, mount_bind_recursive, mount_change, mount_remount,
    };
    use rustix::process::{DumpableBehavior, getegid, geteuid, set_dumpable_behavior};
    use rustix::thread::UnshareFlags;

    const TMP: &str = "/tmp";
    let (uid, gid) = (geteuid().as_raw(), getegid().as_raw());
    // The files by which a process says who it is are closed to one that changed its user.
    set_dumpable_behavior(DumpableBehavior::Dumpable)?;
    #[expect(
        deprecated,
        reason = "the one without `unsafe`; what it warns of are descriptors, which are not unshared"
    )]
    rustix::thread::unshare(UnshareFlags::NEWUSER | UnshareFlags::NEWNS)?;
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("{uid} {uid} 1"))?;
    fs::write("/proc/self/gid_map", format!("{gid} {gid} 1"))?;
    mount_change("/", MountPropagationFlags::REC | MountPropagationFlags::PRIVATE)?;
    if let Ok(below) = folder.strip_prefix(TMP) {
        let again = writable.join(below);
        fs::create_dir_all(&again)?;
        mount_bind(folder, &again)?;
        // Below what it may write to, but as it was: only what it may write to can be written to.
        mount_remount(
            &again,
            MountFlags::BIND | MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV,
            "",
        )?;
        mount_bind(writable, again.join(writable.strip_prefix(folder).unwrap_or(writable)))?;
    }
    mount_bind_recursive(writable, TMP)?;
    Ok(())
}

/// Keeps to the folders from now on.
#[cfg(target_os = "linux")]
fn hold(
    own: Option<(&Path, &Path)>,
    readable: &[PathBuf],
    has_tmp: bool,
) -> Result<(), landlock::RulesetError> {
    use landlock::{
        ABI, Access, AccessFs, Ruleset, RulesetAttr, RulesetCreatedAttr, Scope, path_beneath_rules,
    };

    let abi = ABI::V6;
    let (all, read) = (AccessFs::from_all(abi), AccessFs::from_read(abi));
    // Code expects a /tmp; where it has none of its own it is everybody's.
    let tmp = (!has_tmp).then_some(Path::new("/tmp"));
    Ruleset::default()
        .handle_access(all)?
        .scope(Scope::from_all(abi))?
        .create()?
        .add_rules(path_beneath_rules(readable, read))?
        .add_rules(path_beneath_rules(own.map(|(folder, _)| folder), read))?
        .add_rules(path_beneath_rules(own.map(|(_, writable)| writable).into_iter().chain(tmp), all))?
        .add_rules(path_beneath_rules(DEVICES, AccessFs::from_file(abi)))?
        .restrict_self()
        .map(drop)
}
