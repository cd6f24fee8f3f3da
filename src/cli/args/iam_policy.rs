//! What `flowbind iam-policy` takes. `--for` names the command here, so that targets have another name.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::help::{MANIFESTS, OUTPUT, REMOVAL};
use super::{ManifestArgs, Output, assignment};

#[derive(Debug, Args)]
pub(in crate::cli) struct IamPolicyArgs {
    /// Manifests, or folders with manifests (*.yaml, *.yml).
    #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// The command to allow. `plan` and `drift` need the same.
    #[arg(long = "for", value_name = "COMMAND", required = true)]
    pub(in crate::cli) command: PolicyFor,
    /// Allow `--prune` too, which reads every function of the accounts to find orphaned resources.
    #[arg(long, help_heading = REMOVAL)]
    pub(in crate::cli) prune: bool,
    /// Limit to these targets (elsewhere `--for`; default: all). Repeatable.
    #[arg(long = "target", help_heading = MANIFESTS, value_name = "TARGET")]
    pub(in crate::cli) targets: Vec<String>,
    /// Set a variable.
    #[arg(long = "var", help_heading = MANIFESTS, value_name = "NAME=VALUE", value_parser = assignment)]
    pub(in crate::cli) vars: Vec<(String, String)>,
    /// Set variables from a YAML file; --var wins.
    #[arg(long = "var-file", help_heading = MANIFESTS, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) var_files: Vec<PathBuf>,
    /// Region for resources that declare none.
    #[arg(long, help_heading = MANIFESTS, value_name = "REGION")]
    pub(in crate::cli) region: Option<String>,
    /// Read files outside of the project that manifests name with `..`, absolute paths or links.
    #[arg(long, help_heading = MANIFESTS)]
    pub(in crate::cli) allow_outside: bool,
    /// How to write the result.
    #[arg(long, help_heading = OUTPUT, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) output: Output,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PolicyFor {
    Plan,
    Drift,
    Apply,
    Invoke,
}

impl IamPolicyArgs {
    pub(in crate::cli) fn manifest(&self) -> ManifestArgs {
        ManifestArgs {
            paths: self.paths.clone(),
            vars: self.vars.clone(),
            var_files: self.var_files.clone(),
            targets: self.targets.clone(),
            region: self.region.clone(),
            allow_outside: self.allow_outside,
        }
    }
}
