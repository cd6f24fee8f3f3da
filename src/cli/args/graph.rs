//! What `flowbind graph` takes.

use clap::{Args, ValueEnum};

use super::ManifestArgs;

#[derive(Debug, Args)]
pub(in crate::cli) struct GraphArgs {
    #[command(flatten)]
    pub(in crate::cli) manifest: ManifestArgs,
    /// Draw this flow or module, by its logical name. Not needed where PATH is a flow file.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) flow: Option<String>,
    /// How to draw.
    #[arg(long, value_name = "FORMAT", default_value = "svg")]
    pub(in crate::cli) format: GraphFormat,
    /// Draw a flow from left to right, or from top to bottom.
    #[arg(long, value_name = "DIRECTION", default_value = "right")]
    pub(in crate::cli) direction: GraphDirection,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum GraphFormat {
    Svg,
    Dot,
    Mermaid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum GraphDirection {
    Right,
    Down,
}
