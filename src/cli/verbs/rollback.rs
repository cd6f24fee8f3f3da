//! `flowbind rollback`: restores flow contents that a run overwrote or deleted.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::time::SystemTime;

use anyhow::anyhow;

use crate::backup::{BackupError, Backups, KeptRun};
use crate::cli::args::{ManifestArgs, RollbackArgs, retype};
use crate::cli::inputs::{chosen, load};
use crate::cli::run::approval::Approval;
use crate::cli::run::connect::{Connection, Shown};
use crate::cli::run::interrupt::Interrupt;
use crate::cli::run::writing::{OWN_FOLDER, Writing};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::cli::terminal::live::LiveLine;
use crate::cli::terminal::note::Note;
use crate::cli::verbs::apply;
use crate::manifest::Manifest;
use crate::plan::{OWNER_TAG, Outcome};
use crate::reconcile::{Goal, Reconciler};
use crate::resource::OwnerTag;

pub(in crate::cli) async fn run(
    args: &RollbackArgs,
    now: SystemTime,
    terminal: &Terminal,
    interrupt: &Interrupt,
) -> Result<Exit, Failure> {
    let allowed = chosen::parse("--allow", &args.allow)?;
    let kept = Backups::read(Path::new(OWN_FOLDER), &args.run).map_err(unreadable)?;
    check(&kept, &args.run, terminal)?;
    // The manifests tell which roles to assume, and what a new sandbox holds.
    let (paths, vars, var_files) = (args.paths.clone(), args.vars.clone(), args.var_files.clone());
    let (targets, region, allow_outside) = (Vec::new(), None, args.allow_outside);
    let manifest = ManifestArgs { paths, vars, var_files, targets, region, allow_outside };
    terminal.learn_typed(retype::typed(&manifest, &args.aws, String::new()));
    let loaded = match args.paths.is_empty() {
        true => None,
        false => Some(load::load_or_show(&manifest, Some(&args.aws), terminal)?),
    };
    // It may know no alias: an instance that is read by its id is listed nowhere.
    let names = kept.flows.iter().map(|flow| (flow.instance.to_string(), flow.instance_name.to_string()));
    terminal.learn_aliases(names.collect());
    let (manifests, sources) = loaded.map(|loaded| (loaded.manifests, loaded.sources)).unwrap_or_default();
    if !manifests.is_empty() {
        warn_of_others(&kept, &manifests, &args.run, terminal);
    }
    let connection = Connection::open(&args.aws, &manifests, terminal).await?;
    let goal = Goal::Kept { run: &args.run, flows: &kept.flows, manifests: &manifests };
    let reconciler = Reconciler { session: &connection.session, goal, allowed: &allowed };
    let writing = Writing {
        output: args.output,
        approval: if args.auto_approve { Approval::Given } else { Approval::Ask },
        sources: &sources,
        rollback: &|run| retype::rollback(run, &manifest, &args.aws),
        rolls_back: Some(sets(&kept)),
        review: None,
        run: apply::run_name(now),
        reconciler: &reconciler,
        shown: Shown { connection: &connection, terminal },
        terminal,
        interrupt,
        live: LiveLine::default(),
        found: Mutex::default(),
    };
    let mut reports = Vec::new();
    let failure = reconciler.run(1, &writing, &mut reports).await.failure;
    if reports.iter().flat_map(|(_, report)| &report.outcomes).any(|(_, o)| *o == Outcome::Applied) {
        terminal.say(
            "The repository still holds the newer content: revert it there as well, or the next apply writes it again.",
        );
    }
    let over = interrupt.is_signalled() || connection.session.over().is_some();
    let exit = apply::end((&reports, writing.found()), failure, connection, args.output, terminal).await?;
    if over && reports.iter().any(|(_, report)| report.is_cut_short()) {
        return Ok(apply::unfinished(&reports, exit, interrupt.again(), terminal));
    }
    Ok(exit)
}

/// The sets that the kept flows and modules belong to.
fn sets(kept: &KeptRun) -> BTreeSet<String> {
    let owners = kept.flows.iter().filter_map(|flow| flow.tags.get(OWNER_TAG));
    owners.filter_map(|owner| OwnerTag::read(owner)).map(|owner| owner.set.to_owned()).collect()
}

/// Says that the manifests are not those of what is restored.
fn warn_of_others(kept: &KeptRun, manifests: &[Manifest], run: &str, terminal: &Terminal) {
    for set in sets(kept) {
        if !manifests.iter().any(|manifest| *manifest.set.as_str() == *set) {
            let message = format!(
                "{run} is a backup of {set}, which none of these manifests declares; what {set} protects is not known"
            );
            let hint = format!("give the manifest of {set}.");
            terminal.note(&Note::warning("warning:", message).hint(Some(hint)));
        }
    }
}

fn check(kept: &KeptRun, run: &str, terminal: &Terminal) -> Result<(), Failure> {
    let others = kept.others.join(", ");
    if kept.flows.is_empty() {
        let error = match kept.others.is_empty() {
            true => anyhow!("run `{run}` kept nothing"),
            false => {
                anyhow!("run `{run}` kept no flow and no module, and nothing else can be restored: {others}")
            }
        };
        return Err(Failure::new(Exit::Error, error).hint("restore it by hand from the files.".to_owned()));
    }
    for (address, path) in &kept.drafts {
        let message = format!("the newer draft of {address} is not restored; it is in {}", path.display());
        let hint = "to restore the draft, import that file in the flow designer.";
        terminal.note(&Note::warning("warning:", message).hint(Some(hint)));
    }
    if !kept.others.is_empty() {
        let message = format!("only flows and modules are restored; restore these by hand: {others}");
        terminal.note(&Note::warning("warning:", message));
    }
    Ok(())
}

fn unreadable(error: BackupError) -> Failure {
    match error {
        BackupError::Name(_) => Failure::new(Exit::Usage, error),
        BackupError::NoRun { ref runs, .. } => {
            let hint = match runs.as_slice() {
                [] => "nothing was kept in this folder: run the command where the apply ran.".to_owned(),
                runs => format!("the runs there are {}.", runs.join(", ")),
            };
            Failure::new(Exit::Error, error).hint(hint)
        }
        BackupError::Read { .. } | BackupError::Index { .. } => Failure::new(Exit::Error, error),
    }
}
