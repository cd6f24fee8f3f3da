//! Files that the command line names.

use std::path::{Path, PathBuf};

use super::super::reading::files::{FileError, clean, display};
use super::super::reading::kind::is_scenario_file;
use super::super::reading::log::{closest, quote};
use super::super::reading::project::{self, Project};
use super::super::yaml::MAX_BYTES;
use super::Loader;
use crate::resource::{Code, Origin, Problem};

impl Loader<'_> {
    /// Reads a text that a person wrote and named.
    pub(super) fn text(&mut self, path: &Path) -> Option<String> {
        let name = display(path);
        let project = Project::of(Path::new(""), self.files, self.allow_outside);
        if let Some(why) = project.refusal_of_link(path) {
            let message = format!("{} is a symbolic link, and {why}", quote(&name));
            self.problems.push(Problem::error(Code::Outside, message).hint(project::HINT));
            return None;
        }
        let text = match self.files.read(path, MAX_BYTES as u64) {
            Ok(bytes) => String::from_utf8(bytes).map_err(|error| {
                let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
                let problem =
                    Problem::error(Code::Unreadable, "the file is not UTF-8").hint("save it as UTF-8");
                problem.at(&Origin { file: name.clone(), line, column: 1 })
            }),
            Err(error) => Err(Problem::error(Code::Unreadable, format!("{}: {error}", quote(&name)))),
        };
        match text {
            Ok(text) => {
                self.sources.insert(name, &*text);
                Some(text)
            }
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    /// Finds the manifests of paths: files as they are, and what folders hold, each once.
    pub(super) fn manifest_paths(&mut self, paths: &[PathBuf]) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = Vec::new();
        for path in paths {
            let path = clean(path);
            let manifests: Vec<PathBuf> = match self.files.list(&path) {
                Ok(None) if matches!(self.files.kind(&path), Err(FileError::Missing)) => {
                    let problem = self.nothing_at(&path);
                    self.problems.push(problem);
                    Vec::new()
                }
                Ok(None) => vec![path],
                Ok(Some(inside)) => {
                    // Hidden files are those of other tools.
                    let hidden = |path: &PathBuf| {
                        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
                    };
                    let is_yaml = |path: &PathBuf| {
                        path.extension().is_some_and(|e| e == "yaml" || e == "yml") && !hidden(path)
                    };
                    let inside: Vec<PathBuf> =
                        inside.iter().map(|path| clean(path)).filter(is_yaml).collect();
                    let (scenarios, inside): (Vec<_>, Vec<_>) =
                        inside.into_iter().partition(|path| self.is_scenario(path));
                    if inside.is_empty() && !scenarios.is_empty() {
                        let message = format!(
                            "the folder {} contains scenarios, and no manifest",
                            quote(&display(&path))
                        );
                        let hint = "name the folder of the manifest.";
                        self.problems.push(Problem::error(Code::NoManifest, message).hint(hint));
                    } else if inside.is_empty() {
                        let message =
                            format!("the folder {} contains no `*.yaml` or `*.yml`", quote(&display(&path)));
                        let hint = "sub-folders are not searched: name each folder that contains manifests.";
                        self.problems.push(Problem::error(Code::NoManifest, message).hint(hint));
                    }
                    inside
                }
                Err(error) => {
                    let message = format!("{}: {error}", quote(&display(&path)));
                    self.problems.push(Problem::error(Code::Unreadable, message));
                    Vec::new()
                }
            };
            for path in manifests {
                if !found.contains(&path) {
                    found.push(path);
                }
            }
        }
        found
    }

    /// Whether a file beside manifests holds nothing but scenarios.
    fn is_scenario(&self, path: &Path) -> bool {
        let text = self.files.read(path, MAX_BYTES as u64).ok();
        text.is_some_and(|bytes| is_scenario_file(&String::from_utf8_lossy(&bytes)))
    }

    /// Says that nothing is at a path, and what is there with a name like it.
    fn nothing_at(&self, path: &Path) -> Problem {
        let name = display(path);
        let problem =
            Problem::error(Code::Unreadable, format!("{}: there is no such file or folder", quote(&name)));
        let folder = path.parent().unwrap_or(Path::new(""));
        let beside = self.files.list(folder).ok().flatten().unwrap_or_default();
        let named = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let names: Vec<String> = beside.iter().filter_map(|path| named(path)).collect();
        let close = named(path).and_then(|name| closest(&name, names.iter().map(String::as_str)));
        match close {
            Some(close) => problem.hint(format!("did you mean {}?", quote(&display(&folder.join(close))))),
            None => problem,
        }
    }
}
