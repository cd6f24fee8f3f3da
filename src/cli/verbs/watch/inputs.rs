//! The manifests of a process that stays: read anew before each round, the last valid ones kept.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::cli::args::ManifestArgs;
use crate::cli::inputs::load;
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::Failure;
use crate::cli::verbs::drift::{entries, today};
use crate::drift::{Drift, mark_ignored};
use crate::manifest::{DriftIgnore, Loaded, Manifest, Problems};
use crate::resource::{Problem, Severity};

/// The manifests that are in force.
#[derive(Debug)]
pub(super) struct InForce<'a> {
    args: &'a ManifestArgs,
    terminal: &'a Terminal,
    /// The ignore file, and what it lists.
    ignore: Option<&'a Path>,
    ignored: Mutex<Vec<DriftIgnore>>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    manifests: Arc<Vec<Manifest>>,
    /// What is wrong with those on disk now; nothing where they are in force.
    wrong: Vec<Problem>,
}

/// What became of reading manifests anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reread {
    /// They are in force, and were before.
    Same,
    /// They are in force, and are others than before.
    Changed,
    /// So many errors; the last valid ones stay in force.
    Invalid(usize),
}

impl<'a> InForce<'a> {
    /// Begins with manifests that are valid, and an ignore file that must be.
    pub(super) fn new(
        args: &'a ManifestArgs,
        ignore: Option<&'a Path>,
        terminal: &'a Terminal,
        loaded: Loaded,
    ) -> Result<Self, Failure> {
        let ignored = Mutex::new(entries(ignore, terminal)?.0);
        let state = State { manifests: Arc::new(loaded.manifests), wrong: Vec::new() };
        Ok(Self { args, terminal, ignore, ignored, state: Mutex::new(state) })
    }

    /// The manifests in force.
    pub(super) fn manifests(&self) -> Arc<Vec<Manifest>> {
        Arc::clone(&self.state.lock().unwrap_or_else(PoisonError::into_inner).manifests)
    }

    /// Marks what the ignore file lists; it is read anew, and where it is invalid now what it listed before counts.
    pub(super) fn ignore(&self, drift: &mut Drift, now: SystemTime) {
        let mut ignored = self.ignored.lock().unwrap_or_else(PoisonError::into_inner);
        if self.ignore.is_some()
            && let Ok((fresh, _)) = entries(self.ignore, self.terminal)
        {
            *ignored = fresh;
        }
        // Of one set alone it is not known which entries match nothing.
        drop(mark_ignored(std::slice::from_mut(drift), &ignored, today(now)));
    }

    /// Reads them anew. What is wrong is shown in full when it is new.
    pub(super) fn read(&self) -> Reread {
        let loaded = load::load(self.args, self.terminal);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match loaded {
            Ok(loaded) => {
                let digests = |all: &[Manifest]| -> Vec<String> {
                    all.iter().map(|manifest| format!("{} {}", manifest.set, manifest.digest)).collect()
                };
                let same = digests(&state.manifests) == digests(&loaded.manifests);
                let back = !std::mem::take(&mut state.wrong).is_empty();
                if same && !back {
                    return Reread::Same;
                }
                state.manifests = Arc::new(loaded.manifests);
                Reread::Changed
            }
            Err(Problems { problems, sources }) => {
                let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
                if state.wrong != problems {
                    load::show(&problems, &sources, self.terminal);
                    state.wrong = problems;
                }
                Reread::Invalid(errors)
            }
        }
    }
}
