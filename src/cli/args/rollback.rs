//! What `flowbind rollback` takes.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::help::{APPROVAL, MANIFESTS, OUTPUT};
use super::{AwsArgs, Output, assignment};

#[derive(Debug, Args)]
pub(in crate::cli) struct RollbackArgs {
    /// The run, as apply named it: a folder in .flowbind/backup.
    #[arg(value_name = "RUN")]
    pub(in crate::cli) run: String,
    /// Manifests whose accounts name the roles to assume.
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// Set a variable.
    #[arg(long = "var", help_heading = MANIFESTS, value_name = "NAME=VALUE", value_parser = assignment)]
    pub(in crate::cli) vars: Vec<(String, String)>,
    /// Set variables from a YAML file; --var wins.
    #[arg(long = "var-file", help_heading = MANIFESTS, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) var_files: Vec<PathBuf>,
    /// Read files outside of the project that manifests name with `..`, absolute paths or links.
    #[arg(long, help_heading = MANIFESTS)]
    pub(in crate::cli) allow_outside: bool,
    #[command(flatten)]
    pub(in crate::cli) aws: AwsArgs,
    /// How to write the result.
    #[arg(long, help_heading = OUTPUT, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) output: Output,
    /// Apply without asking.
    #[arg(long, help_heading = APPROVAL)]
    pub(in crate::cli) auto_approve: bool,
    /// Write this protected resource, such as flow/main-ivr. Repeatable.
    #[arg(long, help_heading = APPROVAL, value_name = "ADDRESS")]
    pub(in crate::cli) allow: Vec<String>,
}
