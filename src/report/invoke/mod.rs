//! What came of calling functions as Amazon Connect calls them: one format a file.

mod github;
mod json;
mod junit;
mod text;
mod words;

pub use github::invoke_github;
pub use json::InvokeDocument;
pub use junit::invoke_junit;
pub use text::invoke_text;

use crate::resource::Problem;
use crate::runtime::trial::{Case, Trial};

/// A binding whose function could not be called from here.
#[derive(Debug, Clone)]
pub struct Untried {
    /// What was to be tried.
    pub case: Box<Case>,
    /// What happened.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What came of trying bindings, in their order.
#[derive(Debug, Default)]
pub struct Trials {
    /// Each trial, or why there is none.
    pub all: Vec<Result<Trial, Untried>>,
    /// What is wrong with the manifests: nothing was called then.
    pub problems: Vec<Problem>,
}

impl Trials {
    /// Those that were made.
    fn made(&self) -> impl Iterator<Item = &Trial> {
        self.all.iter().flatten()
    }
}
