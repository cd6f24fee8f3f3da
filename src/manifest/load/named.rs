//! Files that the command line names.

use std::path::Path;

use super::super::files::display;
use super::super::log::quote;
use super::super::project::{self, Project};
use super::super::yaml::MAX_BYTES;
use super::Loader;
use crate::resource::{Origin, Problem};

impl Loader<'_> {
    /// Reads a text that a person wrote and named.
    pub(super) fn text(&mut self, path: &Path) -> Option<String> {
        let name = display(path);
        let project = Project::of(Path::new(""), self.files, self.allow_outside);
        if let Some(why) = project.refusal_of_link(path) {
            let message = format!("{} is a symbolic link, and {why}", quote(&name));
            self.problems.push(Problem::error("outside", message).hint(project::HINT));
            return None;
        }
        let text = match self.files.read(path, MAX_BYTES as u64) {
            Ok(bytes) => String::from_utf8(bytes).map_err(|error| {
                let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
                let problem = Problem::error("unreadable", "the file is not UTF-8").hint("save it as UTF-8");
                problem.at(&Origin { file: name.clone(), line, column: 1 })
            }),
            Err(error) => Err(Problem::error("unreadable", format!("{}: {error}", quote(&name)))),
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
}
