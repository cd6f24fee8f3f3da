//! Who has said yes to a plan: somebody at the terminal, or somebody who has reviewed it before.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::anyhow;

use crate::cli::args::{ApplyArgs, ManifestArgs, retype};
use crate::cli::inputs::chosen;
use crate::cli::run::fresh::views;
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::cli::terminal::note::{Level, Note};
use crate::manifest::Loaded;
use crate::plan::{self, Evidence, Moved, Plan, Reach};
use crate::reconcile::Wish;
use crate::resource::set_prefix;
use crate::saved::{Age, FileError, SavedError, SavedInputs, SavedPlan, places};

/// Where the approval of a plan comes from.
pub(in crate::cli) enum Approval {
    /// Somebody is asked.
    Ask,
    /// It was given blindly (`--auto-approve`).
    Given,
    /// A saved plan was reviewed; the command that makes another one.
    Saved { file: PathBuf, plan: Box<SavedPlan>, again: String },
    /// A plan with this checksum was reviewed; the command that shows the plan.
    Checksum { checksum: String, again: String },
}

impl Approval {
    /// Reads what the command line gives, and what the plan is to hold.
    pub(in crate::cli) fn of(args: &ApplyArgs) -> Result<(Self, Wish), Failure> {
        let wish = Wish {
            reach: Reach::asked(args.removal.prune, false),
            force: args.removal.force,
            only: chosen::parse("--only", &args.selection.only)?,
        };
        let again = |options: &str| retype::command(&format!("plan{options}"), &args.manifest, &args.aws);
        if let Some(checksum) = &args.approval.checksum {
            let again = again(&chosen::options(&wish));
            return Ok((Self::Checksum { checksum: checksum.clone(), again }, wish));
        }
        let Some(file) = &args.approval.plan else {
            return Ok((if args.auto_approve { Self::Given } else { Self::Ask }, wish));
        };
        let out = format!(" --out {}", retype::quoted(&file.display().to_string()));
        let unread = |error| unreadable(error, &again(&format!("{out}{}", chosen::options(&wish))));
        let plan = SavedPlan::read(file).map_err(unread)?;
        let options = &plan.options;
        let only = chosen::parse("--only", &options.only)?;
        let wish = Wish { reach: Reach::asked(options.prune, false), force: options.force, only };
        let again = again(&format!("{out}{}", chosen::options(&wish)));
        Ok((Self::Saved { file: file.clone(), plan: Box::new(plan), again }, wish))
    }

    /// Whether exactly what was reviewed is written, and nothing that follows from it.
    pub(in crate::cli) fn is_evidence(&self) -> bool {
        matches!(self, Self::Saved { .. } | Self::Checksum { .. })
    }

    /// The command that shows what there is to approve now.
    pub(in crate::cli) fn again(&self) -> Option<&str> {
        match self {
            Self::Saved { again, .. } | Self::Checksum { again, .. } => Some(again),
            Self::Ask | Self::Given => None,
        }
    }

    /// Refuses a saved plan that is too old or for something else, before AWS is looked at.
    pub(in crate::cli) fn check_inputs(
        &self,
        manifest: &ManifestArgs,
        loaded: &Loaded,
        now: SystemTime,
    ) -> Result<(), Failure> {
        let Self::Saved { file, plan, again } = self else { return Ok(()) };
        let refuse = |error: anyhow::Error, hint: String| Err(Failure::new(Exit::Refused, error).hint(hint));
        let (name, planned) = (file.display(), &plan.sets);
        let (made, ends) = (&plan.created, &plan.expires);
        let age = match plan.age(now) {
            Age::Good => None,
            Age::Expired => {
                Some(anyhow!("{name} expired at {ends} (it was made at {made}); nothing was written"))
            }
            Age::Future => {
                Some(anyhow!("{name} was made at {made}, which is in the future; nothing was written"))
            }
        };
        if let Some(error) = age {
            return refuse(error, format!("plan again: {again}"));
        }
        let here = places(&loaded.manifests);
        if here != plan.places {
            let list = |places: &std::collections::BTreeSet<String>| {
                places.iter().cloned().collect::<Vec<_>>().join(", ")
            };
            let error = anyhow!(
                "{name} is for {}, but the manifest is for {}; nothing was written",
                list(&plan.places),
                list(&here)
            );
            return refuse(error, format!("{}; otherwise plan again: {again}", given(plan)));
        }
        let sets: Vec<(&str, &str)> =
            loaded.manifests.iter().map(|m| (m.set.as_str(), m.digest.as_str())).collect();
        let changed: Vec<&str> = sets
            .iter()
            .filter(|(set, digest)| {
                !planned.iter().any(|planned| planned.set == *set && planned.manifest == *digest)
            })
            .map(|(set, _)| *set)
            .collect();
        let gone: Vec<&str> = planned
            .iter()
            .map(|planned| planned.set.as_str())
            .filter(|planned| !sets.iter().any(|(set, _)| set == planned))
            .collect();
        let what = match (changed.as_slice(), gone.as_slice()) {
            ([], []) if sets.len() == planned.len() => {
                let Some(what) = other_input(&plan.inputs, &inputs(manifest, loaded)) else { return Ok(()) };
                format!("{name} was made with other {what}")
            }
            ([], []) => format!("{name} was made for other sets"),
            ([], gone) => {
                format!("{name} was made for {} too, which the manifests no longer declare", gone.join(", "))
            }
            (changed, _) => format!(
                "the manifest of {}, or a variable or file in it, has changed since {name} was made",
                changed.join(", ")
            ),
        };
        refuse(
            anyhow!("{what}; nothing was written"),
            format!("{}; otherwise plan again: {again}", given(plan)),
        )
    }

    /// Refuses fresh plans that are not what was reviewed.
    pub(in crate::cli) fn check(&self, plans: &[Plan], terminal: &Terminal) -> Result<(), Failure> {
        match self {
            Self::Ask | Self::Given => Ok(()),
            Self::Saved { file, plan, again } => check_saved(file, plan, again, plans, terminal),
            Self::Checksum { checksum, again } => {
                let fresh = plan::checksum(plans);
                if fresh == *checksum {
                    return Ok(());
                }
                let error = anyhow!("the plan now has checksum {fresh}, not {checksum}; nothing was written");
                Err(Failure::new(Exit::Refused, error).hint(format!(
                    "AWS, the manifest or an option has changed. Review the plan again: {again}"
                )))
            }
        }
    }
}

fn check_saved(
    file: &Path,
    saved: &SavedPlan,
    again: &str,
    plans: &[Plan],
    terminal: &Terminal,
) -> Result<(), Failure> {
    let name = file.display();
    let Some((count, lines)) = differing(&saved.sets, plans, &format!("{name} was made"), terminal) else {
        // The seal is none of a person: what a reviewer has read counts, and not only what it stands for.
        let views = views(plans, terminal);
        let Some(address) = saved.misshown(plans, &views) else { return Ok(()) };
        let error = anyhow!(
            "{name} shows a different change of {address} than apply would write; nothing was written"
        );
        return Err(
            Failure::new(Exit::Refused, error).hint(format!("review the new plan, then apply it: {again}"))
        );
    };
    let tool = match saved.tool == env!("CARGO_PKG_VERSION") {
        true => String::new(),
        false => format!(" (flowbind {} made it, this is {})", saved.tool, env!("CARGO_PKG_VERSION")),
    };
    let error = anyhow!("{count} from {name}{tool}; nothing was written");
    let hint =
        if agree(plans) { AGREES.to_owned() } else { format!("review the new plan, then apply it: {again}") };
    Err(Failure::new(Exit::Refused, error).details(lines).hint(hint))
}

const AGREES: &str = "AWS already agrees with the manifest; there is nothing to apply.";

/// Whether nothing is left to write.
fn agree(plans: &[Plan]) -> bool {
    plans.iter().all(|plan| plan.actions.is_empty() && plan.problems.is_empty())
}

/// Refuses fresh plans that are not those that somebody has just said yes to.
/// `not` says what was not written.
pub(in crate::cli) fn check_answered(
    asked: &[Plan],
    fresh: &[Plan],
    not: &str,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let before: Vec<Evidence> = asked.iter().map(Evidence::of).collect();
    let Some((count, lines)) = differing(&before, fresh, "the plan was shown", terminal) else {
        return Ok(());
    };
    let error = anyhow!("{count} from the plan that was approved; {not}");
    let hint = if agree(fresh) { AGREES } else { "run again to review the new plan." };
    Err(Failure::new(Exit::Refused, error).details(lines).hint(hint.to_owned()))
}

/// Compares fresh plans with what was reviewed and says what changed. Where they would write something else, gives how
/// much differs, and a line for each address.
fn differing(
    reviewed: &[Evidence],
    fresh: &[Plan],
    since: &str,
    terminal: &Terminal,
) -> Option<(String, Vec<String>)> {
    let several = fresh.len() > 1;
    let (mut same, mut lines) = (reviewed.len() == fresh.len(), Vec::new());
    for (before, plan) in reviewed.iter().zip(fresh) {
        let fresh = Evidence::of(plan);
        same &= before.same_outcome(&fresh);
        let set = set_prefix(&plan.set, several);
        lines.extend(
            before.moved(&fresh).into_iter().map(|Moved { address, what }| format!("{set}{address}: {what}")),
        );
    }
    if same {
        if !lines.is_empty() {
            let message = format!("changed since {since}, without effect on what is written:");
            let text = format!("{message}\n  {}", lines.join("\n  "));
            terminal.note(&Note::new(Level::Info, message).worded(text).field("changed", lines));
        }
        return None;
    }
    for line in &lines {
        terminal.note(&Note::error("changed:", line.as_str()));
    }
    let count = match lines.len() {
        1 => "1 address differs".to_owned(),
        n => format!("{n} addresses differ"),
    };
    Some((count, lines))
}

/// What a plan is made of, by names.
pub(in crate::cli) fn inputs(manifest: &ManifestArgs, loaded: &Loaded) -> SavedInputs {
    let mut variables: Vec<String> = manifest.vars.iter().map(|(name, _)| name.clone()).collect();
    variables.sort();
    variables.dedup();
    SavedInputs {
        files: loaded.sources.files().map(str::to_owned).collect(),
        variables,
        variable_files: manifest.var_files.iter().map(|path| path.display().to_string()).collect(),
        targets: manifest.targets.clone(),
        region: manifest.region.clone(),
    }
}

/// Names what two plans were not made of alike.
fn other_input(saved: &SavedInputs, here: &SavedInputs) -> Option<&'static str> {
    let SavedInputs { files, variables, variable_files, targets, region } = saved;
    [
        (*files == here.files, "files"),
        (*variables == here.variables, "variables"),
        (*variable_files == here.variable_files, "files of variables"),
        (*targets == here.targets, "targets"),
        (*region == here.region, "Region"),
    ]
    .into_iter()
    .find_map(|(same, what)| (!same).then_some(what))
}

/// What the saved plan was made with, so that it can be given again.
fn given(plan: &SavedPlan) -> String {
    let words = retype::made_with(&plan.inputs);
    match words.is_empty() {
        true => "leave out --var, --var-file, --for and --region if you gave any of them".to_owned(),
        false => format!("it was made with {}; give the same ones again", words.join(" ")),
    }
}

fn unreadable(error: FileError, again: &str) -> Failure {
    let hint = match &error {
        FileError::Saved { source: SavedError::Newer(_), .. } => {
            format!("use that version of flowbind, or plan again with this one: {again}")
        }
        FileError::Read { .. } => format!("to make one: {again}"),
        _ => format!("make it again: {again}"),
    };
    Failure::new(Exit::Error, error).hint(hint)
}
