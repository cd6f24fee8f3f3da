//! `flowbind drift`: how live AWS left the declared state, and which side changed. Makes no write call.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::cli::args::{DriftArgs, DriftOutput, retype};
use crate::cli::inputs::load;
use crate::cli::run::connect::{Connection, Shown, unread};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::drift::{Scope, ignorable, mark_ignored};
use crate::manifest::{Date, Disk, DriftIgnore, Sources, load_drift_ignore};
use crate::plan::Reach;
use crate::reconcile;
use crate::report::{self, DriftDocument, Found};

pub(in crate::cli) async fn run(
    args: &DriftArgs,
    now: SystemTime,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    terminal.learn_typed(retype::typed(&args.manifest, &args.aws, String::new()));
    let (entries, sources) = entries(args.ignore.as_deref(), terminal)?;
    let loaded = load::load_or_show(&args.manifest, Some(&args.aws), terminal)?;
    let connection = Connection::open(&args.aws, &loaded.manifests, terminal).await?;
    let scope = Scope { manifests: &loaded.manifests, reach: Reach::asked(false, args.audit) };
    let shown = Shown { connection: &connection, terminal };
    let drifts = reconcile::drifts(&connection.session, scope, &shown).await;
    let calls = connection.session.calls();
    let found = || Found { calls: calls.clone(), ..Found::default() };
    let mut drifts = drifts.map_err(|error| unread(error, terminal).with(found()))?;
    connection.close().await?;
    let warnings = mark_ignored(&mut drifts, &entries, today(now));
    match args.output {
        DriftOutput::Json => terminal.json(&DriftDocument::new(&drifts, &warnings, &calls))?,
        DriftOutput::Text => {
            load::show(&warnings, &sources, terminal);
            let several = drifts.len() > 1;
            for drift in &drifts {
                terminal.result(&report::drift_text(drift, several, &terminal.layout()))?;
                if args.show_ignored {
                    terminal.result(&report::ignored_text(drift, several, &terminal.layout()))?;
                }
            }
            terminal.result(&report::calls_text(&calls, &terminal.layout()))?;
        }
        DriftOutput::Markdown => {
            terminal.result(&report::drift_markdown(&drifts, &warnings, args.show_ignored))?;
        }
        DriftOutput::Github => terminal.result(&report::drift_github(&drifts, &warnings))?,
        DriftOutput::Html => {
            let pictures = report::pictures_of_drift(&drifts, &loaded.manifests);
            terminal.result(&report::drift_html(&drifts, &warnings, &pictures))?;
        }
        DriftOutput::Sarif => {
            let log = report::drift_sarif(&drifts, &loaded.manifests).map_err(std::io::Error::from)?;
            terminal.result(&log)?;
        }
    }
    Ok(Exit::of_drifts(&drifts))
}

/// Reads the ignore file before anything is asked of AWS.
pub(in crate::cli) fn entries(
    path: Option<&Path>,
    terminal: &Terminal,
) -> Result<(Vec<DriftIgnore>, Sources), Failure> {
    let Some(path) = path else { return Ok((Vec::new(), Sources::default())) };
    load_drift_ignore(path, &ignorable(), &Disk).map_err(|found| {
        load::show(&found.problems, &found.sources, terminal);
        let error =
            anyhow::anyhow!("the ignore file {} is invalid; nothing was read from AWS", path.display());
        Failure::new(Exit::Error, error).with(Found::problems(found.problems))
    })
}

/// The day in UTC; a clock before 1970 is one that nobody set.
pub(in crate::cli) fn today(now: SystemTime) -> Date {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Date::from_days(u32::try_from(since.as_secs() / 86_400).unwrap_or(u32::MAX))
}
