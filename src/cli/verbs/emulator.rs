//! `flowbind emulator`: the embedded AWS as a server.

use std::path::PathBuf;

use anyhow::Context;
use serde_json::{Value, json};

use crate::cli::args::EmulatorArgs;
use crate::cli::inputs::load;
use crate::cli::run::connect::run_functions;
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::disk;
use crate::emulator::{Emulator, Settings, StartError, World};
use crate::sandbox;

/// IAM's own documents have at most 10,240 characters; several may stand in one file.
const MAX_POLICY: u64 = 1 << 20;

pub(in crate::cli) async fn run(args: &EmulatorArgs, terminal: &Terminal) -> Result<Exit, Failure> {
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
        allow_remote: args.allow_remote,
        functions: args.run_functions.then(run_functions).transpose()?,
        caller_policy: caller_policy(&args.caller_policies)?,
        ..Settings::default()
    };
    let started = Emulator::start(args.listen, settings, world).await;
    let remote = matches!(started, Err(StartError::Remote(_)));
    let emulator = started
        .with_context(|| format!("the embedded AWS could not be started on {}", args.listen))
        .map_err(|error| Failure::new(if remote { Exit::Refused } else { Exit::Error }, error))
        .map_err(|failure| match remote {
            true => failure
                .hint("listen on 127.0.0.1, or give --allow-remote if that is what you want.".to_owned()),
            false => failure,
        })?;
    terminal.result(&format!("listening on {}\n", emulator.url()))?;
    terminal
        .say(&format!("Use it with AWS_ENDPOINT_URL={} and any access key. Ctrl-C ends it.", emulator.url()));
    until_told().await;
    let stopped = emulator.stop().await.context("the state could not be written");
    stopped.map_err(|error| Failure::new(Exit::Error, error))?;
    Ok(Exit::Done)
}

/// Reads the documents that limit callers; their statements count together, as those of one identity do.
fn caller_policy(files: &[PathBuf]) -> Result<Option<Value>, Failure> {
    let mut statements = Vec::new();
    for file in files {
        let read = || -> anyhow::Result<Vec<Value>> {
            let document: Value = serde_json::from_str(&disk::read_text(file, MAX_POLICY)?)?;
            match document.get("Statement") {
                Some(Value::Array(all)) => Ok(all.clone()),
                Some(one @ Value::Object(_)) => Ok(vec![one.clone()]),
                _ => anyhow::bail!("it has no `Statement`: it must be one policy document"),
            }
        };
        let read = read().with_context(|| format!("the policy in {} could not be read", file.display()));
        statements.extend(read.map_err(|error| Failure::new(Exit::Error, error))?);
    }
    Ok((!files.is_empty()).then(|| json!({ "Version": "2012-10-17", "Statement": statements })))
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
