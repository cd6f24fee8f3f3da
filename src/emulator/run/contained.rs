//! The last step before a function's process is its interpreter: a session of its own, limits, no way to more rights.

use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use rustix::process::{Resource, Rlimit, getppid, setrlimit, setsid};

use super::HIDDEN;
use super::confined::confine;
use super::folder;
use super::processes::{Limits, Order};

/// The second argument that makes the binary a function.
pub(super) const PART: &str = "contained";

/// As many open files as on Lambda.
const FILES: u64 = 1024;
/// As many processes and threads as on Lambda. It counts all of the user's, so those that there are come on top.
const PROCESSES: u64 = 1024;

/// What one process may have beyond the memory of its function, in bytes. Stacks of threads are reserved, 8 MB each, and
/// hardly used; what is used is measured, of all processes together.
const RESERVED: u64 = 1 << 30;

/// What a failed start ends with, as a shell's does.
const NOT_STARTED: u8 = 127;

/// The command that becomes the function of an order.
pub(super) fn command(binary: &Path, order: &Order) -> Command {
    let Limits { memory, storage } = order.limits;
    let mut command = Command::new(binary);
    command
        .args([HIDDEN, PART])
        .args([std::process::id().to_string(), memory.to_string(), storage.to_string()])
        .arg(order.user.map_or_else(|| "-".to_owned(), |user| user.to_string()))
        .arg(&order.remove)
        .arg(std::env::join_paths(&order.readable).unwrap_or_default())
        .arg(&order.program)
        .args(&order.arguments)
        .env_clear()
        .envs(order.variables.iter().map(|(name, value)| (name, value)))
        .current_dir(&order.directory);
    command
}

/// Becomes the interpreter of a function, or says in its log why not.
pub(super) fn become_function(arguments: &[OsString]) -> ExitCode {
    let why = match arguments {
        [parent, memory, storage, user, own, readable, program, rest @ ..] => {
            let number = |text: &OsStr| text.to_str().and_then(|text| text.parse::<u64>().ok());
            match (number(parent), number(memory), number(storage)) {
                (Some(parent), Some(memory), Some(storage)) => {
                    let user = number(user).and_then(|user| u32::try_from(user).ok());
                    let own = Some(Path::new(own)).filter(|own| !own.as_os_str().is_empty());
                    let readable: Vec<PathBuf> = std::env::split_paths(readable).collect();
                    start((parent, user), Limits { memory, storage }, (own, &readable), (program, rest))
                }
                _ => "its limits are not numbers".to_owned(),
            }
        }
        _ => "it was called by hand".to_owned(),
    };
    let _ = writeln!(std::io::stderr(), "flowbind: the function could not be started: {why}");
    ExitCode::from(NOT_STARTED)
}

/// Does not return when it succeeds.
fn start(
    (parent, user): (u64, Option<u32>),
    limits: Limits,
    (own, readable): (Option<&Path>, &[PathBuf]),
    (program, rest): (&OsStr, &[OsString]),
) -> String {
    let _ = setsid();
    // Looked at before the user changes, who may not look.
    let open = inherited();
    if let Err(why) = leave(user) {
        return why;
    }
    if getppid().is_none_or(|now| u64::try_from(now.as_raw_nonzero().get()) != Ok(parent)) {
        return "its supervisor has ended".to_owned();
    }
    for (resource, most) in [
        (Resource::Core, 0),
        (Resource::Nofile, FILES),
        (Resource::Fsize, limits.storage),
        (Resource::Nproc, PROCESSES.saturating_add(running())),
        (Resource::Data, limits.memory.saturating_add(RESERVED)),
    ] {
        let allowed = rustix::process::getrlimit(resource).maximum.unwrap_or(u64::MAX);
        let most = Some(most.min(allowed));
        if let Err(error) = setrlimit(resource, Rlimit { current: most, maximum: most }) {
            return format!("the limit {resource:?} cannot be set: {error}");
        }
    }
    let writable = own.map(|own| own.join(folder::WRITABLE));
    if let Err(why) = confine(own.zip(writable.as_deref()), readable) {
        return why;
    }
    let mut command = match closing(&open) {
        Ok(None) => Command::new(program),
        Ok(Some((shell, script))) => {
            let mut command = Command::new(shell);
            command.args(["-c", &script, "sh"]).arg(program);
            command
        }
        // The runtimes of Node.js and Python close what is left; what runs by itself may not know of it.
        Err(_) if !rest.is_empty() => Command::new(program),
        Err(why) => return why,
    };
    command.args(rest);
    #[cfg(not(target_os = "linux"))]
    if let Some(user) = user {
        command.uid(user).gid(user);
    }
    command.exec().to_string()
}

/// Becomes another user, with no way back and no life beyond the supervisor's.
#[cfg(target_os = "linux")]
fn leave(user: Option<u32>) -> Result<(), String> {
    use rustix::process::{Gid, Signal, Uid, set_parent_process_death_signal};
    use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
    // This process has one thread.
    if let Some(user) = user {
        let (uid, gid) = (Uid::from_raw(user), Gid::from_raw(user));
        let left = set_thread_groups(&[])
            .and_then(|()| set_thread_res_gid(gid, gid, gid))
            .and_then(|()| set_thread_res_uid(uid, uid, uid));
        left.map_err(|error| format!("it would run as root: {error}"))?;
    }
    // The system forgets this one when the user changes.
    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|error| format!("it would outlive its supervisor: {error}"))?;
    rustix::thread::set_no_new_privs(true).map_err(|error| format!("it could get more rights: {error}"))
}

/// Elsewhere the user changes with the program.
#[cfg(not(target_os = "linux"))]
fn leave(_: Option<u32>) -> Result<(), String> {
    Ok(())
}

/// The shell that closes descriptors, and how: the standard one knows those of one digit only.
fn closing(open: &[u32]) -> Result<Option<(&'static str, String)>, String> {
    const BASH: &str = "/bin/bash";
    let Some(last) = open.iter().max() else { return Ok(None) };
    let shell = if *last < 10 { "/bin/sh" } else { BASH };
    if !Path::new(shell).exists() {
        return Err(format!("the emulator was started with the open descriptor {last}; start it without"));
    }
    let closed: String = open.iter().map(|number| format!(" {number}<&-")).collect();
    Ok(Some((shell, format!("exec \"$@\"{closed}"))))
}

/// The descriptors that whoever started the emulator left open, and that the function would have. They cannot be
/// closed here without unsafe code.
fn inherited() -> Vec<u32> {
    let entries = std::fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers.filter(|number| *number > 2 && stays_open(*number)).collect()
}

/// Whether a descriptor is without the flag that closes it.
fn stays_open(number: u32) -> bool {
    const CLOSES: u32 = 0o2_000_000;
    let information = std::fs::read_to_string(format!("/proc/self/fdinfo/{number}")).unwrap_or_default();
    let flags = information.lines().find_map(|line| line.strip_prefix("flags:"));
    flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok()).is_some_and(|flags| flags & CLOSES == 0)
}

/// How many processes and threads there are, whosever they are.
fn running() -> u64 {
    // The fourth part of the line is `running/all`.
    let all = std::fs::read_to_string("/proc/loadavg")
        .ok()
        .and_then(|line| line.split_whitespace().nth(3)?.split_once('/')?.1.parse().ok());
    all.unwrap_or(4096)
}
