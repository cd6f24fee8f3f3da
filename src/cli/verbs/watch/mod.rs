//! `flowbind watch`: the reconciler as a process. One round after another, until it is asked to end.

mod asks;
mod board;
mod http;
mod inputs;
mod locks;
mod metrics;
mod notify;
mod outside;
mod voice;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, anyhow};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use self::asks::Asks;
use self::board::Shared;
use self::inputs::InForce;
use self::locks::Locks;
use self::notify::{Hook, Notifier, Secret};
use self::outside::Process;
use self::voice::Voice;
use crate::cli::args::{NotifyArgs, NotifyFormat, WatchArgs, retype};
use crate::cli::inputs::{chosen, load};
use crate::cli::run::connect::Connection;
use crate::cli::run::writing::OWN_FOLDER;
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::reconcile::{Rules, stay};
use crate::report::{self, Audience, Failed, WatchLine, Weight};
use crate::resource::SetName;
use crate::watch::{Mode, Pacing, Settings};

/// How long it may take to end once it was asked to: what watches over processes kills them after 30 s (Kubernetes) or
/// 90 s (systemd).
const END_WITHIN: Duration = Duration::from_secs(25);

pub(in crate::cli) async fn run(args: &WatchArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let allowed = chosen::parse("--allow", &args.allow)?;
    terminal.learn_typed(retype::typed(&args.manifest, &args.aws, String::new()));
    let asks = Asks::new();
    asks.listen()?;
    let loaded = load::load_or_show(&args.manifest, Some(&args.aws), terminal)?;
    let connection = Connection::open(&args.aws, &loaded.manifests, terminal).await?;
    let voice = Voice { terminal, output: args.output };
    let settings = Settings { mode: if args.apply { Mode::Apply } else { Mode::Observe } };
    let pacing = Pacing { interval: args.rounds.interval, jitter: args.rounds.jitter };
    let sets = loaded.manifests.len();
    let inputs = InForce::new(&args.manifest, args.ignore.as_deref(), terminal, loaded)?;
    let board =
        Shared::new(connection.session.beside(), inputs.manifests(), args.apply, terminal.mask().clone());
    let server = server(args, &board, &asks).await?;
    let notifier = notifier(args, &board, terminal)?;
    let process = Process {
        inputs,
        connection: &connection,
        last: tokio::sync::Mutex::new(connection.session.beside()),
        asks: &asks,
        locks: Locks::new(Path::new(OWN_FOLDER).join("lock")),
        voice,
        board,
        notifier,
        kept: args.notify.notify.map(|_| Path::new(OWN_FOLDER).join("watch")),
        once: args.rounds.once,
        applies: args.apply,
        began: Instant::now(),
        worst: Mutex::new(Exit::Done),
        unlocked: AtomicBool::new(false),
    };
    voice.say(&started(args, sets));
    if let Some((address, _)) = &server {
        let text = format!("listening on http://{address}");
        let line = WatchLine::new(Weight::Info, "listening", None, text);
        voice.say(&line.field("address", address.to_string()));
    }
    let rules = Rules { settings, pacing, allowed: &allowed, once: args.rounds.once };
    let ended = rounds(rules, &process).await;
    voice.say(&WatchLine::new(Weight::Info, "ended", None, "no more rounds are made"));
    let worst = *process.worst.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(notifier) = process.notifier {
        notifier.end(END_WITHIN).await;
    }
    if let Some((_, task)) = server {
        task.abort();
    }
    connection.close().await?;
    Ok(if args.rounds.once { ended.heavier(worst) } else { ended })
}

/// Writes the only line of a process that ends before its first round, for machines.
pub(in crate::cli) fn failed_line(failed: &Failed) -> serde_json::Result<String> {
    Ok(report::failed_line(failed)?.json(&voice::time(SystemTime::now())))
}

/// Makes rounds until it is asked to end, and then no longer than it may.
async fn rounds(rules: Rules<'_>, process: &Process<'_>) -> Exit {
    let late = async {
        process.asks.ended().await;
        tokio::time::sleep(END_WITHIN).await;
    };
    tokio::select! {
        biased;
        () = stay(rules, process) => Exit::Done,
        () = late => {
            let text = format!("it did not end within {}", report::duration_text(END_WITHIN));
            process.voice.say(&WatchLine::new(Weight::Error, "late", None, text));
            Exit::Error
        }
    }
}

/// Begins to listen, where that is asked for.
async fn server(
    args: &WatchArgs,
    board: &Shared,
    asks: &Asks,
) -> Result<Option<(SocketAddr, JoinHandle<std::io::Result<()>>)>, Failure> {
    let Some(address) = args.http.listen else { return Ok(None) };
    if !address.ip().is_loopback() && !args.http.allow_remote {
        let error = anyhow!("{address} can be reached from other machines, which see what is declared there");
        let hint = "listen on 127.0.0.1, or give --allow-remote if that is what you want.".to_owned();
        return Err(Failure::new(Exit::Refused, error).hint(hint));
    }
    let listen = || format!("cannot listen on {address}");
    let listener = TcpListener::bind(address).await.with_context(listen);
    let listener = listener.map_err(|error| Failure::new(Exit::Error, error))?;
    let own = listener.local_addr()?;
    let serve = http::serve(listener, board.clone(), asks.clone(), args.http.allow_remote);
    Ok(Some((own, tokio::spawn(serve))))
}

/// Begins to notify, where that is asked for.
fn notifier(args: &WatchArgs, board: &Shared, terminal: &Terminal) -> Result<Option<Notifier>, Failure> {
    let NotifyArgs { notify, notify_url_file, notify_token_file } = &args.notify;
    let Some(format) = notify else { return Ok(None) };
    let secret = |file: &Option<PathBuf>, name: &str| match file {
        Some(file) => Some(Secret::File(file.clone())),
        None => std::env::var(name).ok().filter(|value| !value.is_empty()).map(Secret::Value),
    };
    let url = secret(notify_url_file, "FLOWBIND_NOTIFY_URL").ok_or_else(|| {
        let error = anyhow!("--notify needs the URL of a webhook");
        let hint = "set FLOWBIND_NOTIFY_URL, or give --notify-url-file FILE.".to_owned();
        Failure::new(Exit::Usage, error).hint(hint)
    })?;
    let token = secret(notify_token_file, "FLOWBIND_NOTIFY_TOKEN");
    let audience = match format {
        NotifyFormat::Json => Audience::Json,
        NotifyFormat::Slack => Audience::Slack,
        NotifyFormat::Teams => Audience::Teams,
    };
    let (board, terminal, output) = (board.clone(), terminal.clone(), args.output);
    let hook = Hook::new(audience, url, token, terminal.mask().clone());
    let heard = move |set: &SetName, sent: Result<(), String>| {
        board.notified(sent.is_ok());
        let Err(why) = sent else { return };
        let text = format!("a notification was not delivered: {why}");
        let line = WatchLine::new(Weight::Error, "notification", Some(set), text);
        Voice { terminal: &terminal, output }.say(&line);
    };
    Ok(Some(Notifier::start(hook, Arc::new(heard))))
}

/// Says what is watched, and how.
fn started(args: &WatchArgs, sets: usize) -> WatchLine {
    let sets_text = report::count(sets, "set");
    let does = if args.apply { "makes AWS agree with" } else { "shows how AWS differs from" };
    let often = match args.rounds.once {
        true => "once".to_owned(),
        false => format!("every {}", report::duration_text(args.rounds.interval)),
    };
    WatchLine::new(Weight::Info, "started", None, format!("{does} {sets_text}, {often}"))
        .field("version", env!("CARGO_PKG_VERSION"))
        .field("sets", sets)
        .field("apply", args.apply)
        .field("interval_seconds", args.rounds.interval.as_secs())
}
