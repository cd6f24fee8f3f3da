//! The `flowbind` binary: reads the clock and the arguments, runs, and says how it ended.

use std::process::ExitCode;
use std::time::SystemTime;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    // One of the processes beside a function of the embedded AWS; before there is any thread.
    if let Some(code) = flowbind::emulator::run_function(&arguments) {
        return code;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(flowbind::cli::run(arguments, SystemTime::now())).into(),
        Err(error) => flowbind::cli::no_runtime(&error).into(),
    }
}
