//! A file of YAML that stands by itself: read, parsed, and with the place of every mistake.

use std::path::Path;

use super::load::Problems;
use super::reading::files::{Files, clean, display};
use super::reading::log::{Log, quote};
use super::reading::sources::Sources;
use super::yaml::{self, MAX_BYTES, Node};
use crate::resource::{Code, Problem};

/// A file that was read.
pub(super) struct OneFile {
    pub(super) documents: Vec<Node>,
    pub(super) log: Log,
    sources: Sources,
}

impl OneFile {
    /// Reads and parses a file; what is wrong with its YAML is in the log.
    pub(super) fn read(path: &Path, files: &impl Files) -> Result<Self, Problems> {
        let path = clean(path);
        let (name, mut sources) = (display(&path), Sources::default());
        let text = files.read(&path, MAX_BYTES as u64).map_err(|error| error.to_string());
        let text = text.and_then(|bytes| {
            String::from_utf8(bytes).map_err(|_| "it is not UTF-8; save it as UTF-8".to_owned())
        });
        let text = match text {
            Ok(text) => text,
            Err(why) => {
                let problem = Problem::error(Code::Unreadable, format!("{}: {why}", quote(&name)));
                return Err(Problems { problems: vec![problem], sources });
            }
        };
        let mut log = Log::new(&name);
        let documents = yaml::parse(&text, &mut log);
        sources.insert(name, text);
        Ok(Self { documents, log, sources })
    }

    /// Gives what was made of the file, or everything that is wrong with it.
    pub(super) fn finish<T>(self, value: T) -> Result<(T, Sources), Problems> {
        let Self { log, sources, .. } = self;
        if log.is_clean() {
            Ok((value, sources))
        } else {
            Err(Problems { problems: log.into_problems(), sources })
        }
    }
}
