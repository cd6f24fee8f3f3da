//! Pages that stand by themselves: no script, no font and no file from elsewhere, light and dark by themselves.
//!
//! Every text is escaped: names on AWS are anybody's.

mod drift;
mod page;
mod plan;
mod status;

pub use drift::drift_html;
pub use page::failed_html;
pub use plan::plan_html;
pub use status::{StatusPage, status_html, status_of_set_html};

use std::collections::{BTreeMap, BTreeSet};

use super::graph::{self, Picture};
use super::plan::{Mark, PlanView};
use crate::drift::Drift;
use crate::manifest::Manifest;
use crate::resource::set_prefix;

/// Pictures of flows and modules, by address.
pub type Pictures = BTreeMap<String, Picture>;

/// Creates the pictures of the flows and modules that plans create or change.
pub fn pictures_of(plans: &[PlanView], manifests: &[Manifest]) -> Pictures {
    let names = plans.iter().map(|plan| {
        let entries = plan.sections.iter().flat_map(|section| &section.entries);
        let stays = entries.filter(|entry| entry.mark != Mark::Delete);
        (plan.set.as_str(), stays.map(|entry| entry.name.as_str()).collect())
    });
    pictures(names.collect(), manifests)
}

/// Creates the pictures of the flows and modules that differ.
pub fn pictures_of_drift(drifts: &[Drift], manifests: &[Manifest]) -> Pictures {
    let names: Vec<(&str, Vec<String>)> = drifts
        .iter()
        .map(|drift| (drift.set.as_str(), drift.counted().map(|it| it.address.to_string()).collect()))
        .collect();
    let names = names.iter().map(|(set, names)| (*set, names.iter().map(String::as_str).collect()));
    pictures(names.collect(), manifests)
}

/// Makes pictures of what is named in a set; where there are several, the set stands in front of the address.
fn pictures(names: Vec<(&str, BTreeSet<&str>)>, manifests: &[Manifest]) -> Pictures {
    let several = names.len() > 1;
    let mut all = Pictures::new();
    for (set, names) in names {
        let Some(manifest) = manifests.iter().find(|manifest| manifest.set.as_str() == set) else { continue };
        let of_set = graph::of_contents(manifest, |address| names.contains(address.to_string().as_str()));
        let prefix = set_prefix(set, several);
        all.extend(of_set.into_iter().map(|(address, picture)| (format!("{prefix}{address}"), picture)));
    }
    all
}

#[cfg(test)]
mod tests;
