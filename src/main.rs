//! The `flowbind` binary: reads the clock and the arguments, runs, and says how it ended.

use std::process::ExitCode;
use std::time::SystemTime;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(flowbind::cli::run(std::env::args_os(), SystemTime::now())).into(),
        Err(error) => flowbind::cli::no_runtime(&error).into(),
    }
}
