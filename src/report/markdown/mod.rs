//! Markdown for pull requests: a short summary, what matters unfolded, the rest folded, and never more than GitHub
//! takes for a comment.
//!
//! Names, reasons and texts come from flows, manifests and accounts of strangers. None of them becomes a link, a
//! mention, a heading or HTML; the tests read every page with a parser of CommonMark.

mod changes;
mod drift;
mod lint;
mod page;
mod plan;
mod problems;
mod text;

pub use drift::drift_markdown;
pub use lint::lint_markdown;
pub use plan::plan_markdown;
pub use problems::failed_markdown;

#[cfg(test)]
mod tests;
