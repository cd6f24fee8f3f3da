//! `flowbind emulator`: the embedded AWS as a server.

use anyhow::Context;

use super::args::EmulatorArgs;
use super::exit::{Exit, Failure};
use super::load;
use super::terminal::Terminal;
use crate::emulator::{Emulator, Settings, World};
use crate::sandbox;

pub(super) async fn run(args: &EmulatorArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let world = match args.world.as_slice() {
        [] => World::default(),
        _ => sandbox::world(&load::world(args, terminal)?.manifests),
    };
    let settings = Settings {
        rates: args.rates,
        quotas: args.quotas.iter().cloned().collect(),
        consistency_delay: args.consistency_delay,
        faults: args.faults.clone(),
        assumptions: args.assumptions.iter().cloned().collect(),
        seed: args.seed,
        state: args.state.clone(),
        ..Settings::default()
    };
    let started = Emulator::start(args.listen, settings, world).await;
    let emulator = started
        .with_context(|| format!("the embedded AWS could not be started on {}", args.listen))
        .map_err(|error| Failure::new(Exit::Error, error))?;
    terminal.result(&format!("listening on {}\n", emulator.url()))?;
    terminal
        .say(&format!("Use it with AWS_ENDPOINT_URL={} and any access key. Ctrl-C ends it.", emulator.url()));
    until_told().await;
    let stopped = emulator.stop().await.context("the state could not be written");
    stopped.map_err(|error| Failure::new(Exit::Error, error))?;
    Ok(Exit::Done)
}

/// Waits for Ctrl-C or SIGTERM.
async fn until_told() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut term) = term {
            tokio::select! {
                _ = interrupt => {}
                _ = term.recv() => {}
            }
            return;
        }
        // Without a handler SIGTERM ends the process, as it should.
        let _ = tokio::signal::ctrl_c().await;
    }
    #[cfg(not(unix))]
    {
        let _ = interrupt.await;
    }
}
