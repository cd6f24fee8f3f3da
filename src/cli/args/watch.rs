//! What `flowbind watch` takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum, ValueHint};

use super::help::{APPROVAL, OUTPUT, SELECTION};
use super::{AwsArgs, ManifestArgs, Output, saving};
use crate::watch::Pacing;
use std::net::SocketAddr;

#[derive(Debug, Args)]
pub(in crate::cli) struct WatchArgs {
    #[command(flatten)]
    pub(in crate::cli) manifest: ManifestArgs,
    #[command(flatten)]
    pub(in crate::cli) http: HttpArgs,
    /// Ignore what this YAML file lists, each with a reason and an optional expiry date.
    #[arg(long, help_heading = SELECTION, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) ignore: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) rounds: RoundArgs,
    /// Make AWS agree with the manifests in each round; without it nothing is written. Nothing is ever deleted.
    #[arg(long, help_heading = APPROVAL)]
    pub(in crate::cli) apply: bool,
    /// Write this protected resource, such as flow/main-ivr. Repeatable.
    #[arg(long, help_heading = APPROVAL, value_name = "ADDRESS", requires = "apply")]
    pub(in crate::cli) allow: Vec<String>,
    /// How to write what happens: a line for each event.
    #[arg(long, help_heading = OUTPUT, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) output: Output,
    #[command(flatten)]
    pub(in crate::cli) notify: NotifyArgs,
    #[command(flatten)]
    pub(in crate::cli) aws: AwsArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct HttpArgs {
    /// Answer /metrics, /healthz, /readyz, POST /reconcile and a status page at /, such as on 127.0.0.1:9464. Without it
    /// nothing listens.
    #[arg(long, value_name = "ADDR", conflicts_with = "once")]
    pub(in crate::cli) listen: Option<SocketAddr>,
    /// Listen on an address that other machines reach: whoever reaches it sees what is declared and can start rounds.
    #[arg(long, requires = "listen")]
    pub(in crate::cli) allow_remote: bool,
}

/// What webhooks take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum NotifyFormat {
    /// `flowbind.notification/v1`.
    Json,
    /// An incoming webhook of Slack.
    Slack,
    /// A workflow of Microsoft Teams.
    Teams,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Notifications")]
pub(in crate::cli) struct NotifyArgs {
    /// Send each change of drift once to a webhook, whose URL is in FLOWBIND_NOTIFY_URL or --notify-url-file. A token in
    /// FLOWBIND_NOTIFY_TOKEN or --notify-token-file is sent with it.
    #[arg(long, value_name = "FORMAT")]
    pub(in crate::cli) notify: Option<NotifyFormat>,
    /// A file that holds the URL of the webhook and nothing else; read anew for each notification.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "notify")]
    pub(in crate::cli) notify_url_file: Option<PathBuf>,
    /// A file that holds a bearer token for the webhook and nothing else; read anew for each notification.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "notify")]
    pub(in crate::cli) notify_token_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Rounds")]
pub(in crate::cli) struct RoundArgs {
    /// From the end of a round to the start of the next one, such as 90s, 5m or 1h.
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = saving::time)]
    pub(in crate::cli) interval: Duration,
    /// How much the interval varies at random, at most 50%.
    #[arg(long, value_name = "SHARE", default_value = "10%", value_parser = share)]
    pub(in crate::cli) jitter: f64,
    /// Make one round of each set and exit: for a scheduler.
    #[arg(long)]
    pub(in crate::cli) once: bool,
}

/// Reads a share such as `10%`.
fn share(text: &str) -> Result<f64, String> {
    let wrong = || "it is a share from 0% to 50%, such as `10%`".to_owned();
    let percent: f64 = text.strip_suffix('%').and_then(|number| number.parse().ok()).ok_or_else(wrong)?;
    let share = percent / 100.0;
    if (0.0..=Pacing::MOST_JITTER).contains(&share) { Ok(share) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_has_its_sign_and_its_bounds() {
        for (text, value) in [("0%", 0.0), ("10%", 0.1), ("12.5%", 0.125), ("50%", 0.5)] {
            assert_eq!(share(text), Ok(value), "{text}");
        }
        for text in ["", "%", "10", "51%", "-1%", "NaN%", "inf%", "1e9%"] {
            assert!(share(text).is_err(), "{text}");
        }
    }
}
