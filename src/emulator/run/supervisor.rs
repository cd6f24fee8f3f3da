//! A process beside each function's: it ends all that the function started, however that hid, when it is told, when the
//! function's own process ends, and when the emulator is gone, whose end of a pipe closes then.

use std::io::{self, BufRead as _, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, getppid, kill_process, kill_process_group, setsid, wait};

use super::contained;
use super::folder;
use super::processes::{Ended, Limits, Order, Said};
use super::usage;

/// How often processes are looked for that a function left behind, and how long is waited in between.
const ROUNDS: u32 = 2000;
const PAUSE: Duration = Duration::from_millis(2);
/// How often it is measured what a function uses, and after how many of these times what it has written.
const MEASURE: Duration = Duration::from_millis(50);
const DISK_EVERY: u32 = 4;

/// Reads an order from standard input, carries it out, and clears up after it.
pub(super) fn supervise() -> ExitCode {
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    let Some(order) = read.ok().and_then(|_| serde_json::from_str::<Order>(&line).ok()) else {
        let _ =
            writeln!(io::stderr(), "flowbind runs this command itself, for a function of its embedded AWS");
        return ExitCode::FAILURE;
    };
    let emulator = getppid();
    let _ = setsid();
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_child_subreaper, set_dumpable_behavior};
        // What loses its parent becomes a child of this process, and can be found.
        let _ = set_child_subreaper(Some(rustix::process::getpid()));
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
    let ended = run(&order).unwrap_or(Ended::Code(127));
    say(Said::Ended(ended));
    sweep();
    let remove = PathBuf::from(&order.remove);
    folder::remove(&remove);
    if let Some(around) = remove.parent().filter(|_| getppid() != emulator) {
        // The emulator was killed, and the last supervisor finds its folder empty.
        let _ = std::fs::remove_dir(around);
    }
    ExitCode::SUCCESS
}

fn say(said: Said) {
    let _ = writeln!(io::stderr(), "{said}");
}

/// Starts the function's process and waits until it has ended.
fn run(order: &Order) -> io::Result<Ended> {
    let output = || io::stdout().as_fd().try_clone_to_owned().map(Stdio::from);
    let child = contained::command(&std::env::current_exe()?, order)
        .stdin(Stdio::null())
        .stdout(output()?)
        .stderr(output()?)
        .spawn()?;
    let id = child.id();
    say(Said::Started(id));
    let pid = i32::try_from(id).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidData)?;
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock().by_ref(), &mut io::sink());
        end(pid);
    });
    let (measured, limits) = (PathBuf::from(&order.remove).join(folder::WRITABLE), order.limits);
    std::thread::spawn(move || watch(&measured, limits, pid));
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((ended, status))) if ended == pid => {
                let code = status.exit_status().map(Ended::Code);
                let signal = status.terminating_signal().map(Ended::Signal);
                return Ok(code.or(signal).unwrap_or(Ended::Code(1)));
            }
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Ends the function's own process; the others follow when it has ended.
fn end(pid: Pid) {
    let _ = kill_process_group(pid, Signal::KILL);
    let _ = kill_process(pid, Signal::KILL);
}

/// Ends a function that uses more than it may, and says so in its log.
fn watch(folder: &Path, limits: Limits, pid: Pid) {
    let own = rustix::process::getpid().as_raw_nonzero().get();
    let written = |all: &[i32]| {
        usage::disk(folder, limits.storage).saturating_add(usage::unlinked(all)) > limits.storage
    };
    let (mut round, megabytes) = (0_u32, |bytes: u64| bytes >> 20);
    loop {
        std::thread::sleep(MEASURE);
        round = round.wrapping_add(1);
        let all = usage::processes(own);
        let why = if usage::memory(&all) > limits.memory {
            format!("used more than {} MB of memory, its own and the runtime's", megabytes(limits.memory))
        } else if round.is_multiple_of(DISK_EVERY) && written(&all) {
            format!(
                "wrote more than the {} MB of its storage, or hid what it wrote",
                megabytes(limits.storage)
            )
        } else {
            continue;
        };
        let _ = writeln!(io::stdout(), "flowbind: the function {why}, and was ended");
        end(pid);
        return;
    }
}

/// Ends all that is below this process. Each is stopped before any is killed, or it could start another meanwhile.
#[cfg(target_os = "linux")]
fn sweep() {
    for _ in 0..ROUNDS {
        while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
        let found = below(rustix::process::getpid().as_raw_nonzero().get());
        if found.is_empty() {
            return;
        }
        for signal in [Signal::STOP, Signal::KILL] {
            for pid in found.iter().filter_map(|id| Pid::from_raw(*id)) {
                let _ = kill_process(pid, signal);
            }
        }
        std::thread::sleep(PAUSE);
    }
}

/// The processes below one, at any depth.
#[cfg(target_os = "linux")]
fn below(top: i32) -> Vec<i32> {
    let parents = super::processes::parents();
    let mut found = vec![top];
    let mut at = 0;
    while let Some(parent) = found.get(at).copied() {
        found.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(id, _)| *id));
        at += 1;
    }
    found.split_off(1)
}

/// Elsewhere the group of the function's process has ended with it, and what left the group cannot be found.
#[cfg(not(target_os = "linux"))]
fn sweep() {
    for _ in 0..ROUNDS.min(1) {
        while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
        std::thread::sleep(PAUSE);
    }
}
