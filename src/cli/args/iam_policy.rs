//! What `flowbind iam-policy` takes. `--for` names the command here, so that targets have another name.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::{ManifestArgs, Output, assignment};

#[derive(Debug, Args)]
pub(in crate::cli) struct IamPolicyArgs {
    /// Manifests, or folders with manifests (*.yaml, *.yml).
    #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// The command that is to work; what is enough for `plan` is for `drift`.
    #[arg(long = "for", value_name = "COMMAND", required = true)]
    pub(in crate::cli) command: PolicyFor,
    /// Let it work with `--prune` too: every function of the accounts is looked at for what is left over.
    #[arg(long)]
    pub(in crate::cli) prune: bool,
    /// Only these targets of the manifest (elsewhere `--for`); without it all. Can be given again.
    #[arg(long = "target", value_name = "TARGET")]
    pub(in crate::cli) targets: Vec<String>,
    /// Set a variable.
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = assignment)]
    pub(in crate::cli) vars: Vec<(String, String)>,
    /// Set variables from a YAML file; --var wins.
    #[arg(long = "var-file", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) var_files: Vec<PathBuf>,
    /// The Region of what has none in the manifest.
    #[arg(long, value_name = "REGION")]
    pub(in crate::cli) region: Option<String>,
    /// How to write the result.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) output: Output,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PolicyFor {
    Plan,
    Drift,
    Apply,
}

impl IamPolicyArgs {
    pub(in crate::cli) fn manifest(&self) -> ManifestArgs {
        ManifestArgs {
            paths: self.paths.clone(),
            vars: self.vars.clone(),
            var_files: self.var_files.clone(),
            targets: self.targets.clone(),
            region: self.region.clone(),
        }
    }
}
