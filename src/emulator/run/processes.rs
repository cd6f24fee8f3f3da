//! What the supervisor and the emulator say to each other, and what both know of processes.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Code(i32),
    Signal(i32),
}

/// What a supervisor reports, a line each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// The function's process runs, under this id.
    Started(u32),
    /// The function's process ended; the others that it made are being ended.
    Ended(Ended),
}

impl fmt::Display for Said {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started(id) => write!(out, "started {id}"),
            Self::Ended(Ended::Code(code)) => write!(out, "code {code}"),
            Self::Ended(Ended::Signal(signal)) => write!(out, "signal {signal}"),
        }
    }
}

impl FromStr for Said {
    type Err = ();

    fn from_str(line: &str) -> Result<Self, ()> {
        let (what, number) = line.trim().split_once(' ').ok_or(())?;
        match what {
            "started" => Ok(Self::Started(number.parse().map_err(|_| ())?)),
            "code" => Ok(Self::Ended(Ended::Code(number.parse().map_err(|_| ())?))),
            "signal" => Ok(Self::Ended(Ended::Signal(number.parse().map_err(|_| ())?))),
            _ => Err(()),
        }
    }
}

/// What a supervisor has to run.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
    pub(super) variables: Vec<(String, String)>,
    /// Where it starts.
    pub(super) directory: String,
    /// What is removed when all has ended, the folder of an environment; empty for a process that has none.
    pub(super) remove: String,
    /// What it may read beside that folder.
    pub(super) readable: Vec<PathBuf>,
    pub(super) limits: Limits,
    /// The user that it runs as, in place of root.
    pub(super) user: Option<u32>,
}

/// Limits of the function's processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Limits {
    /// Bytes of memory of all processes together.
    pub(super) memory: u64,
    /// Bytes of one file, and of all together.
    pub(super) storage: u64,
}

/// The parent of each process, where the system shows it.
#[cfg(target_os = "linux")]
pub(super) fn parents() -> Vec<(i32, i32)> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    ids.filter_map(|id| {
        let stat = std::fs::read(format!("/proc/{id}/stat")).ok()?;
        let text = String::from_utf8_lossy(&stat).into_owned();
        // The name stands in brackets, and may hold anything.
        let parent = text.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
        Some((id, parent))
    })
    .collect()
}

/// The most memory that a process had at once, in megabytes.
pub(super) fn peak(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes.div_ceil(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_understood() {
        for said in [Said::Started(7), Said::Ended(Ended::Code(-1)), Said::Ended(Ended::Signal(9))] {
            assert_eq!(said.to_string().parse(), Ok(said));
        }
        assert_eq!("nonsense".parse::<Said>(), Err(()));
    }
}
