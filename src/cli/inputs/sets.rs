//! What an address on the command line means, in the one set that has it.

use anyhow::anyhow;

use crate::cli::terminal::exit::{Exit, Failure};
use crate::manifest::Manifest;
use crate::resource::Address;

/// What the sets have at an address.
pub(in crate::cli) struct Searched<'m, T, E> {
    found: Vec<(&'m Manifest, T)>,
    /// Why another set does not have it: what says most.
    pub(in crate::cli) wrong: Option<E>,
}

impl<'m, T, E> Searched<'m, T, E> {
    /// Looks in each set. That a set has nothing of that name says the least of what can be wrong: `says_least`.
    pub(in crate::cli) fn among(
        manifests: &'m [Manifest],
        find: impl Fn(&'m Manifest) -> Result<T, E>,
        says_least: impl Fn(&E) -> bool,
    ) -> Self {
        let mut searched = Self { found: Vec::new(), wrong: None };
        for manifest in manifests {
            match find(manifest) {
                Ok(found) => searched.found.push((manifest, found)),
                Err(error) if searched.wrong.is_none() || !says_least(&error) => searched.wrong = Some(error),
                Err(_) => {}
            }
        }
        searched
    }

    /// Whether a set has it.
    pub(in crate::cli) fn is_found(&self) -> bool {
        !self.found.is_empty()
    }

    /// Takes what the one set has that has it; `failure` says what is wrong where none has.
    pub(in crate::cli) fn one(
        mut self,
        address: &Address,
        failure: impl Fn(&E) -> Failure,
    ) -> Result<(&'m Manifest, T), Failure> {
        if self.found.len() > 1 {
            let sets: Vec<&str> = self.found.iter().map(|(manifest, _)| manifest.set.as_str()).collect();
            let error = anyhow!("{address} is in several sets: {}", sets.join(", "));
            return Err(Failure::new(Exit::Usage, error)
                .hint("choose one with --for TARGET, or give the manifest of one set alone.".to_owned()));
        }
        match (self.found.pop(), self.wrong) {
            (Some(found), _) => Ok(found),
            (None, Some(error)) => Err(failure(&error)),
            (None, None) => Err(Failure::new(Exit::Usage, anyhow!("no manifest declares {address}"))),
        }
    }
}
