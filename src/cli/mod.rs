//! The command line: one verb a file. The only place that reads the environment or writes to a terminal.

mod apply;
mod approval;
mod args;
mod chosen;
mod completions;
mod connect;
mod drift;
mod emulator;
mod exit;
mod graph;
mod iam_policy;
mod import;
mod init;
mod lint;
mod load;
mod logging;
mod man;
mod plan;
mod progress;
mod retype;
mod rollback;
mod schema;
mod terminal;
mod validate;

use std::ffi::OsString;
use std::time::SystemTime;

use clap::Parser;

use args::{Cli, Command};
pub use exit::Exit;
use exit::Failure;
use terminal::Terminal;

/// Runs a command line and says how it ended; `now` is the time for names of runs and for saved plans.
pub async fn run(arguments: impl IntoIterator<Item = OsString>, now: SystemTime) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Nothing is left to be done when this cannot be printed.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Done };
        }
    };
    let terminal = Terminal::new(cli.globals.color, cli.globals.quiet);
    logging::start(&cli.globals);
    let ended = match &cli.command {
        Command::Init(args) => init::run(args, &terminal),
        Command::Validate(args) => validate::run(args, &terminal),
        Command::Lint(args) => lint::run(args, &terminal),
        Command::Plan(args) => plan::run(args, now, &terminal).await,
        Command::Apply(args) => apply::run(args, now, &terminal).await,
        Command::Import(args) => import::run(args, &terminal).await,
        Command::Drift(args) => drift::run(args, now, &terminal).await,
        Command::Rollback(args) => rollback::run(args, now, &terminal).await,
        Command::Graph(args) => graph::run(args, &terminal),
        Command::IamPolicy(args) => iam_policy::run(args, &terminal),
        Command::Emulator(args) => emulator::run(args, &terminal).await,
        Command::Schema(args) => schema::run(args, &terminal),
        Command::Completions(args) => completions::run(args, &terminal),
        Command::Man(args) => man::run(args, &terminal),
    };
    ended.unwrap_or_else(|failure| failure.print(&terminal))
}

/// Says that not even the runtime could be started.
pub fn no_runtime(error: &std::io::Error) -> Exit {
    let terminal = Terminal::new(clap::ColorChoice::Auto, false);
    Failure::new(Exit::Error, anyhow::anyhow!("the runtime could not be started: {error}")).print(&terminal)
}
