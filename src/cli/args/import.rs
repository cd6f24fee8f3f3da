//! What `flowbind import` takes.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::AwsArgs;

#[derive(Debug, Args)]
pub(in super::super) struct ImportArgs {
    /// The instance: its alias, its id or its ARN.
    #[arg(long, value_name = "ALIAS|ID|ARN")]
    pub(in super::super) instance: String,
    /// The folder to write to; created if it does not exist. Existing files are not overwritten.
    #[arg(long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub(in super::super) out: PathBuf,
    /// Name of the set, which tags what flowbind creates (default: the instance's alias).
    #[arg(long, value_name = "NAME")]
    pub(in super::super) set: Option<String>,
    /// Region of the instance (default: that of its ARN, else of the AWS configuration).
    #[arg(long, value_name = "REGION")]
    pub(in super::super) region: Option<String>,
    #[command(flatten)]
    pub(in super::super) aws: AwsArgs,
}
