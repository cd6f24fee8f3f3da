//! The changes since a state file was written, in a file beside it: a line with the id under which the state file names
//! it, then one line for each save. A crash may leave the last line unfinished: nobody was told of it, and it does not count.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::files;
use super::seal;
use crate::emulator::state::changes::Change;
use crate::emulator::state::ids;

/// An open journal.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    /// The bytes written so far.
    bytes: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    format: String,
    of: String,
}

/// The version of the journal that this code reads and writes.
const FORMAT: &str = "flowbind.emulator.journal/v1";
/// The largest journal that is read: it is folded into the state file before it outgrows that.
const MAX: u64 = 2 << 30;

impl Journal {
    /// Begins a journal, in place of a file that was there; it is on disk when this returns.
    pub(crate) fn begin(path: &Path, id: &str) -> io::Result<Self> {
        let mut journal = Self { file: files::anew(path)?, bytes: 0 };
        journal.line(&Head { format: FORMAT.to_owned(), of: id.to_owned() })?;
        Ok(journal)
    }

    /// Adds changes; they are on disk when this returns. After a failure nothing can be added any more.
    pub(crate) fn add(&mut self, changes: &[Change]) -> io::Result<()> {
        self.line(&changes)
    }

    /// The bytes written so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Goes on in another file.
    #[cfg(test)]
    pub(crate) fn lay_on(&mut self, file: File) {
        self.file = file;
    }

    fn line(&mut self, content: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec(content)?;
        text.push(b'\n');
        let added = self.file.write_all(&text).and_then(|()| self.file.sync_data());
        if added.is_err() {
            // What was refused should not be there after a crash; if this fails too, it may be.
            let _ = self.file.set_len(self.bytes);
        }
        self.bytes = self.bytes.saturating_add(u64::try_from(text.len()).unwrap_or(u64::MAX));
        added
    }
}

/// Draws the id of a journal.
pub(crate) fn id() -> io::Result<String> {
    Ok(ids::sha256_hex(&seal::random::<32>()?))
}

/// Reads the changes of the journal that has an id; none if it is not there.
pub(crate) fn read(path: &Path, id: &str) -> io::Result<Option<Vec<Vec<Change>>>> {
    let bytes = match files::read(path, MAX) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(whole) = bytes.iter().rposition(|byte| *byte == b'\n') else { return Ok(None) };
    let mut lines = bytes.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n').zip(1..);
    let (head, _) = lines.next().unwrap_or_default();
    let head: Head = serde_json::from_slice(head).map_err(|error| wrong(1, &error))?;
    if head.of != id {
        return Ok(None);
    }
    if head.format != FORMAT {
        return Err(wrong(1, &format!("its format is {}, this version reads {FORMAT}", head.format)));
    }
    let saves =
        lines.map(|(line, number)| serde_json::from_slice(line).map_err(|error| wrong(number, &error)));
    saves.collect::<Result<_, _>>().map(Some)
}

fn wrong(line: u32, why: &dyn std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("line {line}: {why}"))
}

/// A change as a state that holds nothing else.
pub(crate) fn alone(change: &mut Change) -> Value {
    change.at.iter().rev().fold(change.to.take(), |inner, name| json!({ name: inner }))
}

/// Puts back what [`alone`] made of a change.
pub(crate) fn again(change: &mut Change, mut state: Value) {
    let part = change.at.iter().try_fold(&mut state, |part, name| part.get_mut(name.as_str()));
    change.to = part.map_or(Value::Null, Value::take);
}
