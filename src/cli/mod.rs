//! The command line: `args` is what is typed, `inputs` what it names, `verbs` what is done, `run` what all verbs share that
//! reach AWS, `terminal` what is shown and asked. The only place that reads the environment or writes to a terminal.

mod args;
mod inputs;
mod run;
mod terminal;
mod verbs;

use std::ffi::OsString;
use std::time::SystemTime;

use clap::Parser;
use clap::error::{ContextKind, ContextValue};

use args::{Cli, Command, Globals, LogFormat, retype};
use run::interrupt::Interrupt;
pub use terminal::exit::Exit;
use terminal::exit::Failure;
use terminal::note::{Level, Note};
use terminal::{Terminal, logging};
use verbs::{
    apply, completions, drift, emulator, event, explain, explore, failed, graph, iam_policy, import, init,
    invoke, lint, man, plan, rollback, schema, show, simulate, test, validate, watch,
};

/// Runs a command line and says how it ended; `now` is the time for names of runs and for saved plans.
pub async fn run(arguments: impl IntoIterator<Item = OsString>, now: SystemTime) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return unparsed(&error, &arguments),
    };
    let terminal = Terminal::new(&cli.globals);
    logging::start(&cli.globals, &terminal);
    let interrupt = if reaches_aws(&cli.command) {
        Interrupt::listen(&terminal, &arguments)
    } else {
        // A signal ends it as it ends any process.
        Interrupt::never(&arguments)
    };
    if let Err(error) = jiff::Timestamp::try_from(now) {
        let error = anyhow::anyhow!("this machine's clock shows an impossible time: {error}");
        let failure = Failure::new(Exit::Error, error).hint("set the clock, then run again.".to_owned());
        return failed::end(&cli.command, failure, &terminal);
    }
    let ended = tokio::select! {
        biased;
        ended = dispatch(&cli.command, now, &terminal, &interrupt) => ended,
        () = interrupt.at_once() => Err(match &cli.command {
            Command::Invoke(_) => Failure::new(
                Exit::Interrupted,
                anyhow::anyhow!("Interrupted: functions that were called may have run, or still run"),
            ),
            _ => Failure::interrupted(),
        }),
    };
    terminal.draw(None);
    ended.unwrap_or_else(|failure| failed::end(&cli.command, failure, &terminal))
}

/// Whether a command takes its time with AWS, and may have written to it when it is interrupted.
fn reaches_aws(command: &Command) -> bool {
    matches!(
        command,
        Command::Plan(_)
            | Command::Apply(_)
            | Command::Import(_)
            | Command::Drift(_)
            | Command::Rollback(_)
            | Command::Invoke(_)
    )
}

async fn dispatch(
    command: &Command,
    now: SystemTime,
    terminal: &Terminal,
    interrupt: &Interrupt,
) -> Result<Exit, Failure> {
    // Boxed: a future that holds all of them is too deep for the compiler, and too large for a stack.
    match command {
        Command::Init(args) => init::run(args, terminal),
        Command::Validate(args) => validate::run(args, terminal),
        Command::Lint(args) => lint::run(args, terminal),
        Command::Show(args) => show::run(args, now, terminal),
        Command::Plan(args) => Box::pin(plan::run(args, now, terminal)).await,
        Command::Apply(args) => Box::pin(apply::run(args, now, terminal, interrupt)).await,
        Command::Import(args) => Box::pin(import::run(args, terminal)).await,
        Command::Drift(args) => Box::pin(drift::run(args, now, terminal)).await,
        Command::Watch(args) => Box::pin(watch::run(args, terminal)).await,
        Command::Rollback(args) => Box::pin(rollback::run(args, now, terminal, interrupt)).await,
        Command::Graph(args) => graph::run(args, terminal),
        Command::Event(args) => event::run(args, terminal),
        Command::Invoke(args) => Box::pin(invoke::run(args, terminal)).await,
        Command::Explore(args) => explore::run(args, terminal),
        Command::Test(args) => Box::pin(test::run(args, terminal)).await,
        Command::Simulate(args) => Box::pin(simulate::run(args, terminal)).await,
        Command::IamPolicy(args) => iam_policy::run(args, terminal),
        Command::Emulator(args) => Box::pin(emulator::run(args, terminal)).await,
        Command::Explain(args) => explain::run(args, terminal),
        Command::Schema(args) => schema::run(args, terminal),
        Command::Completions(args) => completions::run(args, terminal),
        Command::Man(args) => man::run(args, terminal),
    }
}

/// Prints help and versions to stdout, and what is wrong with the command line to stderr, in the log's format even
/// though it was not understood.
fn unparsed(error: &clap::Error, arguments: &[OsString]) -> Exit {
    let words = || arguments.iter().filter_map(|argument| argument.to_str());
    let json = words().any(|word| word == "--log-format=json")
        || words().zip(words().skip(1)).any(|pair| pair == ("--log-format", "json"));
    if error.use_stderr() && json {
        let globals = Globals { log_format: LogFormat::Json, ..Globals::default() };
        let text = error.render().to_string();
        let message = text.trim_end().strip_prefix("error: ").unwrap_or(text.trim_end());
        Terminal::new(&globals).note(&Note::new(Level::Error, message).hint(meant(error)));
    } else if error.use_stderr() {
        let terminal = Terminal::new(&Globals::default());
        let text = error.render().ansi().to_string();
        let hint = meant(error).map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
        terminal.note(&Note::new(Level::Error, "").worded(format!("{}{hint}", text.trim_end())));
    } else {
        // Nothing is left to be done when this cannot be printed.
        let _ = error.print();
    }
    if error.use_stderr() { Exit::Usage } else { Exit::Done }
}

/// Says what was meant where an option of one command means something else in the others.
fn meant(error: &clap::Error) -> Option<String> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let (argument, value) = (text(ContextKind::InvalidArg)?, text(ContextKind::InvalidValue)?);
    // Only `iam-policy` limits what this option takes.
    let target = argument.starts_with("--for ") && !value.is_empty();
    target.then(|| {
        format!("`--for` takes a command here; choose a target with `--target {}`.", retype::quoted(value))
    })
}

/// Says that not even the runtime could be started.
pub fn no_runtime(error: &std::io::Error) -> Exit {
    let terminal = Terminal::new(&Globals::default());
    Failure::new(Exit::Error, anyhow::anyhow!("the runtime could not be started: {error}")).print(&terminal)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// By these words a text's commands are told from its sentences.
    #[test]
    fn the_words_of_commands_are_the_commands() {
        let commands: Vec<String> = <args::Cli as clap::CommandFactory>::command()
            .get_subcommands()
            .map(|command| command.get_name().to_owned())
            .collect();
        let known: std::collections::BTreeSet<_> = crate::report::VERBS.into_iter().collect();
        assert_eq!(commands.iter().map(String::as_str).collect::<std::collections::BTreeSet<_>>(), known);
    }

    #[tokio::test]
    async fn a_clock_beyond_the_calendar_is_an_error_and_no_panic() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(300_000_000_000);
        for words in ["flowbind schema", "flowbind validate none.yaml --log-format json"] {
            assert_eq!(run(words.split(' ').map(OsString::from), now).await, Exit::Error, "{words}");
        }
    }
}
