//! What `flowbind man` takes.

use std::path::PathBuf;

use clap::{Args, ValueHint};

#[derive(Debug, Args)]
pub(in crate::cli) struct ManArgs {
    /// Write flowbind.1 and a page for each command into this folder, created if it does not exist (default: print the
    /// page of flowbind itself).
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(in crate::cli) dir: Option<PathBuf>,
}
