//! How results are written.

use clap::ValueEnum;

use super::{DriftOutput, ExploreOutput, InvokeOutput, LintOutput, Output, SimulateOutput, TestOutput};

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

/// The format that a command was asked for, whichever command it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Format {
    /// For a person at a terminal, who reads stderr too; or a picture.
    Shown,
    Json,
    Markdown,
    Github,
    Html,
    Sarif,
    Junit,
}

/// Says of each format of a command which one it is.
macro_rules! formats {
    ($($output:ident: $($word:ident)+;)+) => {$(
        impl From<$output> for Format {
            fn from(output: $output) -> Self {
                match output {
                    $output::Text => Self::Shown,
                    $($output::$word => Self::$word,)+
                }
            }
        }
    )+};
}

formats! {
    Output: Json;
    PlanOutput: Json Markdown Github Html;
    ShowOutput: Json Markdown Github Html;
    DriftOutput: Json Markdown Github Html Sarif;
    ExploreOutput: Json Sarif Github;
    LintOutput: Json Markdown Github Sarif;
    InvokeOutput: Json Github Junit;
    TestOutput: Json Github Junit;
}

impl From<SimulateOutput> for Format {
    fn from(output: SimulateOutput) -> Self {
        match output {
            SimulateOutput::Text | SimulateOutput::Svg => Self::Shown,
            SimulateOutput::Json => Self::Json,
        }
    }
}
