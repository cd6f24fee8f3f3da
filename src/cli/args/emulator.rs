//! What `flowbind emulator` takes.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};

use super::assignment;
use super::help::MANIFESTS;
use crate::emulator::{Assumption, Fault, Quota, Rates};

#[derive(Debug, Args)]
pub(in crate::cli) struct EmulatorArgs {
    /// Address to listen on; port 0 picks a free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4566")]
    pub(in crate::cli) listen: SocketAddr,
    /// Listen on an address that other machines reach: whoever reaches it can do anything with the emulator.
    #[arg(long)]
    pub(in crate::cli) allow_remote: bool,
    /// Run the code of functions when they are invoked. Whoever reaches the port can run programs as you then.
    #[arg(long, conflicts_with = "allow_remote")]
    pub(in crate::cli) run_functions: bool,
    /// Keep the state in this file.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) state: Option<PathBuf>,
    /// Start with what these manifests expect to exist. Repeatable.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(in crate::cli) world: Vec<PathBuf>,
    /// Set a variable of the world's manifests.
    #[arg(long = "var", help_heading = MANIFESTS, value_name = "NAME=VALUE", value_parser = assignment)]
    pub(in crate::cli) vars: Vec<(String, String)>,
    /// Limit to these targets of the world's manifests (default: all). Repeatable.
    #[arg(long = "for", help_heading = MANIFESTS, value_name = "TARGET")]
    pub(in crate::cli) targets: Vec<String>,
    /// Read files outside of the project that manifests name with `..`, absolute paths or links.
    #[arg(long, help_heading = MANIFESTS)]
    pub(in crate::cli) allow_outside: bool,
    /// The request rates: `real`, `off`, or a multiple such as `x10`.
    #[arg(long, value_name = "RATES", default_value = "off")]
    pub(in crate::cli) rates: Rates,
    /// Set a quota, such as lambda-functions-per-instance=60. Repeatable.
    #[arg(long = "quota", value_name = "NAME=N")]
    pub(in crate::cli) quotas: Vec<Quota>,
    /// Choose an answer to what AWS leaves undocumented, such as U5=deleted-function-unlisted. Repeatable.
    #[arg(long = "assume", value_name = "NAME=VALUE")]
    pub(in crate::cli) assumptions: Vec<Assumption>,
    /// Make calls fail, such as deny:connect:ListLambdaFunctions. Repeatable.
    #[arg(long = "fault", value_name = "SPEC")]
    pub(in crate::cli) faults: Vec<Fault>,
    /// Let callers do only what this IAM policy document allows. Repeatable: all of them count together.
    #[arg(long = "caller-policy", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) caller_policies: Vec<PathBuf>,
    /// How long a write stays invisible to reads, in milliseconds.
    #[arg(long, value_name = "MS", default_value = "0", value_parser = milliseconds)]
    pub(in crate::cli) consistency_delay: Duration,
    /// Seed for all random choices.
    #[arg(long, value_name = "N", default_value = "0")]
    pub(in crate::cli) seed: u64,
}

/// AWS's reads lag by seconds.
const LONGEST_DELAY: Duration = Duration::from_secs(600);

fn milliseconds(text: &str) -> Result<Duration, String> {
    let delay =
        text.parse().map(Duration::from_millis).map_err(|_| "it is a number of milliseconds".to_owned())?;
    // Every state within the delay is kept in memory.
    if delay > LONGEST_DELAY {
        return Err(format!("at most {} ms", LONGEST_DELAY.as_millis()));
    }
    Ok(delay)
}
