//! What came of playing scenarios: one format a file.

mod github;
mod json;
mod junit;
mod sweep;
mod text;
mod words;

pub use github::test_github;
pub use json::TestDocument;
pub use junit::test_junit;
pub use sweep::{Sweep, SweepDocument, sweep_text};
pub use text::test_text;

use crate::resource::Problem;
use crate::simulate::{Coverage, Played};

/// A scenario, and what came of it.
#[derive(Debug)]
pub struct Test<'m> {
    /// The set, where there are several.
    pub set: Option<String>,
    /// What came of it.
    pub played: Played<'m>,
}

impl Test<'_> {
    /// Whether everything is as it must be.
    pub const fn passes(&self) -> bool {
        self.played.unmet.is_empty()
    }
}

/// What came of playing scenarios.
#[derive(Debug, Default)]
pub struct Tests<'m> {
    /// Each scenario, in the order of the files.
    pub all: Vec<Test<'m>>,
    /// What they took of the flows.
    pub coverage: Coverage,
    /// The least that they must take of blocks and of branches, in percent.
    pub least: Option<usize>,
    /// What is wrong with the files: nothing was played then.
    pub problems: Vec<Problem>,
}

impl Tests<'_> {
    /// Whether every scenario passes, and they take enough of the flows.
    pub fn pass(&self) -> bool {
        self.all.iter().all(Test::passes) && self.is_covered()
    }

    /// Whether they take enough of the flows.
    pub fn is_covered(&self) -> bool {
        use crate::simulate::Part;
        let least = self.least.unwrap_or_default();
        self.coverage.share(Part::Blocks).percent() >= least && self.coverage.branches().percent() >= least
    }
}
