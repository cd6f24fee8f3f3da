//! What came of calling functions as Amazon Connect calls them: one format a file.

mod github;
mod json;
mod junit;
mod text;
mod words;

pub use github::invoke_github;
pub use json::InvokeDocument;
pub use junit::{failed_junit, invoke_junit};
pub use text::invoke_text;

use crate::resource::{Address, FunctionRef, Origin, Problem};
use crate::runtime::contact::Shape;
use crate::runtime::trial::{Attempt, Trial};

/// A binding of which nothing is known about Amazon Connect: its function was not called, or gave no answer from here.
#[derive(Debug, Clone)]
pub struct Untried {
    /// The block.
    pub address: Address,
    /// Where it is.
    pub origin: Origin,
    /// The form of the contact, where it is not the one that was asked for.
    pub shape: Option<Shape>,
    /// The function, where it is known.
    pub function: Option<FunctionRef>,
    /// The calls that were made before.
    pub attempts: Vec<Attempt>,
    /// Whether the function may have run.
    pub may_have_run: bool,
    /// What happened.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What came of trying bindings, in their order.
#[derive(Debug, Default)]
pub struct Trials {
    /// Each trial, or why there is none.
    pub all: Vec<Result<Box<Trial>, Box<Untried>>>,
    /// What is wrong with the manifests: nothing was called then.
    pub problems: Vec<Problem>,
}

impl Trials {
    /// Those that were made.
    pub fn made(&self) -> impl Iterator<Item = &Trial> {
        self.all.iter().flatten().map(|trial| &**trial)
    }
}
