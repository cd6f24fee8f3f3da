//! `flowbind apply`: makes AWS agree with the manifests.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::SystemTime;

use anyhow::anyhow;

use super::args::{ApplyArgs, Output};
use super::connect::Connection;
use super::exit::{Exit, Failure};
use super::progress::Console;
use super::terminal::Terminal;
use super::{load, plan as plan_verb};
use crate::backup::Backups;
use crate::manifest::Sources;
use crate::plan::{ApplyReport, Outcome, Plan};
use crate::reconcile::{self, NotBegun};
use crate::report::{self, ApplyDocument};
use crate::resource::Address;

/// Where flowbind keeps its own files, below the working folder.
pub(super) const OWN_FOLDER: &str = ".flowbind";

/// What belongs to a new instance is planned when the instance exists: that takes a second round, and never a third.
const ROUNDS: usize = 2;

/// How plans are shown, approved and carried out.
pub(super) struct Writing<'a> {
    pub(super) output: Output,
    pub(super) auto_approve: bool,
    /// What was allowed by name, in all sets or in one.
    pub(super) allowed: Vec<(Option<String>, Address)>,
    /// Whether somebody insists on a large deletion.
    pub(super) force: bool,
    /// Names the run's backups.
    pub(super) name: String,
    pub(super) connection: &'a Connection,
    pub(super) terminal: &'a Terminal,
}

pub(super) async fn run(args: &ApplyArgs, now: SystemTime, terminal: &Terminal) -> Result<Exit, Failure> {
    let allowed = allowed(&args.allow)?;
    let loaded = load::load_or_show(&args.manifest, terminal)?;
    let connection = Connection::open(&args.aws, &loaded.manifests, terminal).await?;
    let mut writing = Writing {
        output: args.output,
        auto_approve: args.auto_approve,
        allowed,
        force: args.removal.force,
        name: run_name(now),
        connection: &connection,
        terminal,
    };
    let mut reports = Vec::new();
    for round in 1..=ROUNDS {
        if round > 1 {
            writing.name = format!("{}-{round}", run_name(now));
        }
        let mut plans = Vec::new();
        for manifest in &loaded.manifests {
            plans.push(connection.plan(manifest, args.removal.prune, false, terminal).await?);
        }
        let done = writing.write(plans, &loaded.sources).await?;
        let again = done.iter().any(|(plan, report)| report.made_instance(plan));
        reports.extend(done);
        if !again {
            break;
        }
    }
    end(&reports, connection, args.output, terminal).await
}

/// Closes the connection and shows what was done.
pub(super) async fn end(
    reports: &[(Plan, ApplyReport)],
    connection: Connection,
    output: Output,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let calls = connection.session.calls();
    connection.close().await?;
    match output {
        Output::Json => terminal.json(&ApplyDocument::new(reports, &calls))?,
        Output::Text => terminal.result(&report::calls_text(&calls))?,
    }
    Ok(exit(reports))
}

impl Writing<'_> {
    /// Names the folder of backups: one for each set.
    fn backup(&self, several: bool, plan: &Plan) -> String {
        if several { format!("{}-{}", self.name, plan.set) } else { self.name.clone() }
    }

    /// What was allowed by name in a plan's set.
    fn allowed_in(&self, plan: &Plan) -> BTreeSet<Address> {
        let of_set =
            |(set, _): &&(Option<String>, Address)| set.as_ref().is_none_or(|set| *set == *plan.set.as_str());
        self.allowed.iter().filter(of_set).map(|(_, address)| address.clone()).collect()
    }

    /// Shows plans, asks, and carries them out.
    pub(super) async fn write(
        &self,
        plans: Vec<Plan>,
        sources: &Sources,
    ) -> Result<Vec<(Plan, ApplyReport)>, Failure> {
        let (terminal, text) = (self.terminal, self.output == Output::Text);
        let forced = |plan: Plan| if self.force { plan.forced() } else { plan };
        let plans: Vec<Plan> = plans.into_iter().map(forced).collect();
        for plan in &plans {
            plan_verb::show(plan, sources, terminal);
            if text {
                terminal.result(&report::plan_text(plan, plans.len() > 1))?;
            }
        }
        begin(&plans)?;
        self.approve(&plans)?;
        let several = plans.len() > 1;
        let mut reports = Vec::new();
        for plan in plans {
            let console = Console::writing(terminal, &plan);
            let backups = Backups::new(Path::new(OWN_FOLDER), &self.backup(several, &plan));
            let session = &self.connection.session;
            let allowed = self.allowed_in(&plan);
            let report = reconcile::apply(session, &plan, &allowed, &backups, &console).await;
            console.end();
            let report = report.map_err(|why| not_begun(&why))?;
            if text {
                terminal.result(&report::apply_text(&plan, &report))?;
            }
            reports.push((plan, report));
        }
        Ok(reports)
    }

    fn approve(&self, plans: &[Plan]) -> Result<(), Failure> {
        let terminal = self.terminal;
        if self.auto_approve || plans.iter().all(|plan| plan.actions.is_empty()) {
            return Ok(());
        }
        if !terminal.can_ask() {
            let error = anyhow!("nobody is there to approve the plan: nothing was written");
            return Err(Failure::new(Exit::Refused, error)
                .hint("review the plan, then give --auto-approve.".to_owned()));
        }
        if self.output == Output::Json {
            for plan in plans {
                terminal.error(report::plan_text(plan, plans.len() > 1).trim_end());
            }
        }
        if terminal.ask("Write this to AWS? Only `yes` is taken as yes:")? == "yes" {
            Ok(())
        } else {
            Err(Failure::new(Exit::Refused, anyhow!("not approved: nothing was written")))
        }
    }
}

/// Nothing at all is written unless every set may begin.
fn begin(plans: &[Plan]) -> Result<(), Failure> {
    plans.iter().try_for_each(reconcile::may_begin).map_err(|why| not_begun(&why))
}

fn not_begun(why: &NotBegun) -> Failure {
    match why {
        NotBegun::Errors => Failure::new(
            Exit::Error,
            anyhow!("the errors above have to be mended first: nothing was written"),
        ),
        NotBegun::NeedsForce(much) => {
            let error = anyhow!("{much}: nothing was written");
            let hint = "read the plan, then give --force if that is what you want.".to_owned();
            Failure::new(Exit::Refused, error).hint(hint)
        }
        NotBegun::MayNotRead => Failure::new(
            Exit::Incomplete,
            anyhow!("the caller may not read all that the manifest needs: nothing was written"),
        ),
    }
}

/// Reads `flow/main-ivr`, or `acme-support-prod:flow/main-ivr` where it is meant for one set only.
pub(super) fn allowed(texts: &[String]) -> Result<Vec<(Option<String>, Address)>, Failure> {
    let parse = |text: &String| {
        let (set, address) = match text.split_once(':') {
            Some((set, address)) if !set.contains('/') => (Some(set.to_owned()), address),
            _ => (None, text.as_str()),
        };
        let address = Address::parse(address);
        let address =
            address.map_err(|error| Failure::new(Exit::Usage, anyhow!("--allow {text}: {error}")))?;
        Ok((set, address))
    };
    texts.iter().map(parse).collect()
}

/// Names a run by its time, such as `20260102T030405Z`.
pub(super) fn run_name(now: SystemTime) -> String {
    jiff::Timestamp::try_from(now)
        .map_or_else(|_| "run".to_owned(), |time| time.strftime("%Y%m%dT%H%M%SZ").to_string())
}

fn exit(reports: &[(Plan, ApplyReport)]) -> Exit {
    let any =
        |wanted: fn(&Outcome) -> bool| reports.iter().flat_map(|(_, r)| &r.outcomes).any(|(_, o)| wanted(o));
    if any(|outcome| matches!(outcome, Outcome::Refused { .. })) {
        Exit::Refused
    } else if any(|outcome| matches!(outcome, Outcome::Failed { .. })) {
        Exit::Error
    } else if reports.iter().any(|(plan, _)| plan.is_incomplete()) {
        Exit::Incomplete
    } else if reports.iter().any(|(plan, _)| plan.is_held()) {
        Exit::Error
    } else {
        Exit::Done
    }
}
