//! How results are written.

use clap::ValueEnum;

/// The formats of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PlanOutput {
    Text,
    Json,
    /// A page for a comment on a pull request.
    Markdown,
    /// Annotations of GitHub Actions.
    Github,
    /// A page for a browser, with pictures of the flows.
    Html,
}

/// The formats of a saved plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ShowOutput {
    Text,
    /// The saved plan itself.
    Json,
    /// A page for a comment on a pull request.
    Markdown,
    /// Annotations of GitHub Actions.
    Github,
    /// A page for a browser.
    Html,
}

/// The formats of what is wrong with manifests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ValidateOutput {
    Text,
    Json,
    /// Annotations of GitHub Actions.
    Github,
    /// SARIF 2.1.0.
    Sarif,
}
