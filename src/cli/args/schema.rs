//! What `flowbind schema` takes.

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(in crate::cli) struct SchemaArgs {
    /// The document.
    #[arg(default_value = "manifest", value_name = "DOCUMENT")]
    pub(in crate::cli) document: SchemaDocument,
}

/// The documents that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SchemaDocument {
    /// What people write.
    Manifest,
    /// What people write for `flowbind test`.
    Scenario,
    /// `plan --output json`.
    Plan,
    /// `plan --out FILE`.
    SavedPlan,
    /// `apply --output json`.
    Apply,
    /// `drift --output json`.
    Drift,
    /// `lint --output json`.
    Lint,
    /// `validate --output json`.
    Validate,
    /// `explore --output json`.
    Explore,
    /// `invoke --output json`.
    Invoke,
    /// `show`, `iam-policy`, `simulate` and `test --output json` that could not do it.
    Error,
    /// `simulate --output json`.
    Simulate,
    /// `test --output json`.
    Test,
    /// `test --sweep --output json`.
    Sweep,
    /// What Amazon Connect sends to a function, and `event` prints.
    Event,
}
