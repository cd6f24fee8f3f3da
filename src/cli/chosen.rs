//! Addresses on the command line, and the plans that they are chosen from.

use std::collections::BTreeSet;

use anyhow::anyhow;

use super::connect::Connection;
use super::exit::{Exit, Failure};
use super::note::Note;
use super::retype;
use super::terminal::Terminal;
use crate::manifest::{self, Manifest};
use crate::plan::{self, Forecast, Plan, Reach};
use crate::resource::Address;

/// An address that was typed, in all sets or in one.
#[derive(Debug, Clone)]
pub(super) struct Chosen {
    /// As it was typed.
    text: String,
    set: Option<String>,
    address: Address,
}

impl Chosen {
    /// Reads `flow/main-ivr`, or `acme-support-prod:flow/main-ivr` where it is meant for one set only. A block stands
    /// for its flow.
    pub(super) fn parse(option: &str, texts: &[String]) -> Result<Vec<Self>, Failure> {
        let parse = |text: &String| {
            let (set, address) = match text.split_once(':') {
                Some((set, address)) if !set.contains('/') => (Some(set.to_owned()), address),
                _ => (None, text.as_str()),
            };
            let address = Address::parse(address)
                .map_err(|error| Failure::new(Exit::Usage, anyhow!("{option} {text}: {error}")))?;
            let address = Address { block: None, ..address };
            Ok(Self { text: text.clone(), set, address })
        };
        texts.iter().map(parse).collect()
    }

    fn is_for(&self, plan: &Plan) -> bool {
        self.set.as_ref().is_none_or(|set| *set == *plan.set.as_str())
    }

    /// What an address means in a plan's set; there is no manifest of what is only planned back.
    fn means(&self, manifests: &[Manifest], plan: &Plan) -> BTreeSet<Address> {
        if !self.is_for(plan) {
            return BTreeSet::new();
        }
        let manifest = manifests.iter().find(|manifest| manifest.set == plan.set);
        plan::chosen(manifest, plan, &self.address)
    }

    /// The addresses of a plan's set that are meant.
    pub(super) fn in_set(all: &[Self], manifests: &[Manifest], plan: &Plan) -> BTreeSet<Address> {
        all.iter().flat_map(|chosen| chosen.means(manifests, plan)).collect()
    }

    /// Says which of what was allowed is nowhere: a slip, or something that is settled by now.
    pub(super) fn warn_of_unknown(all: &[Self], manifests: &[Manifest], plans: &[Plan], terminal: &Terminal) {
        for chosen in all.iter().filter(|c| plans.iter().all(|plan| c.means(manifests, plan).is_empty())) {
            let text = &chosen.text;
            let nothing = "no planned or declared resource has this address";
            let warning = Note::warning("warning:", format!("--allow {text}: {nothing}"));
            terminal.note(&warning.hint(chosen.suggested(manifests, plans)));
        }
    }

    /// The address that was perhaps meant.
    fn suggested(&self, manifests: &[Manifest], plans: &[Plan]) -> Option<String> {
        let manifest = |plan: &Plan| manifests.iter().find(|manifest| manifest.set == plan.set);
        let plans = plans.iter().filter(|plan| self.is_for(plan));
        let known: BTreeSet<String> = plans
            .flat_map(|plan| plan::addresses(manifest(plan), plan))
            .map(|address| address.to_string())
            .collect();
        // A needless or wrong instance is a longer way off than a slip of the finger.
        let alone = Address { at: None, ..self.address.clone() };
        let candidates = [self.address.to_string(), alone.to_string()];
        candidates.iter().find_map(|text| manifest::suggest(text, known.iter().map(String::as_str)))
    }
}

/// What a plan is to hold.
pub(super) struct Wish {
    /// How far it looks, and whether it deletes what is orphaned.
    pub(super) reach: Reach,
    /// Somebody insists on a large deletion.
    pub(super) force: bool,
    /// Only these; none means everything.
    pub(super) only: Vec<Chosen>,
}

impl Wish {
    /// Looks at AWS and plans every set.
    pub(super) async fn plans(
        &self,
        connection: &Connection,
        manifests: &[Manifest],
        terminal: &Terminal,
    ) -> Result<Vec<Plan>, Failure> {
        let mut plans = Vec::new();
        for manifest in manifests {
            plans.push(connection.plan(manifest, self.reach, terminal).await?);
        }
        plan::settle_rivals(&mut plans);
        plan::check_policy_sizes(&mut plans);
        if !self.only.is_empty() {
            plans = self.select(manifests, plans)?;
        }
        let forced = |plan: Plan| if self.force { plan.forced() } else { plan };
        Ok(plans.into_iter().map(forced).collect())
    }

    /// The options that ask for it, each behind a space.
    pub(super) fn options(&self) -> String {
        let only: Vec<String> = self.only.iter().map(|chosen| chosen.text.clone()).collect();
        retype::wish(self.reach.prunes(), self.force, &only)
    }

    /// The calls of looking again, after these plans were made.
    pub(super) fn again(&self, manifests: &[Manifest], plans: &[Plan]) -> Vec<Forecast> {
        let look = |(manifest, plan): (&Manifest, &Plan)| {
            self.reach.of_plan(manifest).forecast_again(manifest, plan)
        };
        manifests.iter().zip(plans).map(look).collect()
    }

    fn select(&self, manifests: &[Manifest], plans: Vec<Plan>) -> Result<Vec<Plan>, Failure> {
        let found = |chosen: &Chosen| -> bool {
            let mut sets = manifests.iter().zip(&plans).filter(|(_, plan)| chosen.is_for(plan));
            sets.any(|(manifest, plan)| !plan::chosen(Some(manifest), plan, &chosen.address).is_empty())
        };
        if let Some(unknown) = self.only.iter().find(|chosen| !found(chosen)) {
            return Err(unknown_address(unknown, manifests, &plans, self.reach.prunes()));
        }
        let select = |(manifest, plan): (&Manifest, Plan)| {
            let only = self.only.iter().filter(|chosen| chosen.is_for(&plan));
            let only: BTreeSet<Address> =
                only.flat_map(|chosen| plan::chosen(Some(manifest), &plan, &chosen.address)).collect();
            plan.only(manifest, &only)
        };
        let mut selected: Vec<Plan> = manifests.iter().zip(plans).map(select).collect();
        plan::check_policy_sizes(&mut selected);
        Ok(selected)
    }
}

fn unknown_address(unknown: &Chosen, manifests: &[Manifest], plans: &[Plan], prune: bool) -> Failure {
    let sets: Vec<&str> = plans.iter().map(|plan| plan.set.as_str()).collect();
    if let Some(set) = unknown.set.as_ref().filter(|set| !sets.contains(&set.as_str())) {
        let hint = manifest::suggest(set, sets);
        let error = anyhow!("--only {}: no set is named `{set}`", unknown.text);
        return Failure::new(Exit::Usage, error).hint(hint);
    }
    let hint = unknown.suggested(manifests, plans);
    let left_over = if prune { ", and no orphaned resource has it" } else { "" };
    let error = anyhow!("--only {}: the manifest has no such address{left_over}", unknown.text);
    let hint = match prune {
        true => hint,
        false => {
            let orphans = "orphaned resources are only read with --prune.";
            Some(match hint {
                Some(hint) => format!("{}; {orphans}", hint.trim_end_matches('.')),
                None => orphans.to_owned(),
            })
        }
    };
    Failure::new(Exit::Usage, error).hint(hint)
}
