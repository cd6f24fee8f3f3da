//! What `flowbind import` takes.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::AwsArgs;

#[derive(Debug, Args)]
pub(in super::super) struct ImportArgs {
    /// The instance: its alias, its id or its ARN.
    #[arg(long, value_name = "ALIAS|ID|ARN")]
    pub(in super::super) instance: String,
    /// The folder to write to; it is made if need be, and no file in it is overwritten.
    #[arg(long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub(in super::super) out: PathBuf,
    /// The name of the set, which marks what flowbind makes for it; without it the instance's alias.
    #[arg(long, value_name = "NAME")]
    pub(in super::super) set: Option<String>,
    /// The Region of the instance; without it that of its ARN, or of the AWS configuration.
    #[arg(long, value_name = "REGION")]
    pub(in super::super) region: Option<String>,
    #[command(flatten)]
    pub(in super::super) aws: AwsArgs,
}
