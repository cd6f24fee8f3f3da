//! Addresses that somebody chose: in all sets, or in one.

use std::collections::BTreeSet;

use crate::manifest::{self, Manifest};
use crate::plan::{self, Plan};
use crate::resource::Address;

/// An address that was typed, in all sets or in one.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// As it was typed.
    pub text: String,
    /// The only set that is meant, if one was named.
    pub set: Option<String>,
    /// What is meant in a set.
    pub address: Address,
}

/// A text that is no address.
#[derive(Debug, thiserror::Error)]
#[error("{text}: {why}")]
pub struct ChosenError {
    text: String,
    why: String,
}

impl Chosen {
    /// Reads `flow/main-ivr`, or `acme-support-prod:flow/main-ivr` where it is meant for one set only. A block stands
    /// for its flow.
    ///
    /// # Errors
    ///
    /// When it is no address.
    pub fn parse(text: &str) -> Result<Self, ChosenError> {
        let (set, address) = match text.split_once(':') {
            Some((set, address)) if !set.contains('/') => (Some(set.to_owned()), address),
            _ => (None, text),
        };
        let address = Address::parse(address)
            .map_err(|error| ChosenError { text: text.to_owned(), why: error.to_string() })?;
        Ok(Self { text: text.to_owned(), set, address: Address { block: None, ..address } })
    }

    /// Whether it is meant for a plan's set.
    pub fn is_for(&self, plan: &Plan) -> bool {
        self.set.as_ref().is_none_or(|set| *set == *plan.set.as_str())
    }

    /// What an address means in a plan's set; there is no manifest of what is only planned back.
    pub fn means(&self, manifests: &[Manifest], plan: &Plan) -> BTreeSet<Address> {
        if !self.is_for(plan) {
            return BTreeSet::new();
        }
        plan::chosen(plan.manifest_in(manifests), plan, &self.address)
    }

    /// The addresses of a plan's set that are meant.
    pub fn in_set(all: &[Self], manifests: &[Manifest], plan: &Plan) -> BTreeSet<Address> {
        all.iter().flat_map(|chosen| chosen.means(manifests, plan)).collect()
    }

    /// The address that was perhaps meant.
    pub fn suggested(&self, manifests: &[Manifest], plans: &[Plan]) -> Option<String> {
        let plans = plans.iter().filter(|plan| self.is_for(plan));
        let known: BTreeSet<String> = plans
            .flat_map(|plan| plan::addresses(plan.manifest_in(manifests), plan))
            .map(|address| address.to_string())
            .collect();
        // A needless or wrong instance is a longer way off than a slip of the finger.
        let alone = Address { at: None, ..self.address.clone() };
        let candidates = [self.address.to_string(), alone.to_string()];
        candidates.iter().find_map(|text| manifest::suggest(text, known.iter().map(String::as_str)))
    }
}
