//! The binding that an address on the command line means.

use anyhow::anyhow;

use crate::cli::terminal::exit::{Exit, Failure};
use crate::manifest::{self, Manifest};
use crate::resource::Address;
use crate::runtime::binding::{self, BindError, Bound};

/// Finds the binding in the one set that has it.
pub(in crate::cli) fn find<'m>(
    manifests: &'m [Manifest],
    text: &str,
) -> Result<(&'m Manifest, Bound<'m>), Failure> {
    let address = Address::parse(text).map_err(|error| {
        let hint = "a block is addressed like `flow/main-ivr#Look up caller`.".to_owned();
        Failure::new(Exit::Usage, anyhow!("{error}")).hint(hint)
    })?;
    let (mut found, mut wrong) = (Vec::new(), None::<BindError>);
    for manifest in manifests {
        match binding::find(manifest, &address) {
            Ok(bound) => found.push((manifest, bound)),
            Err(error) => {
                // That a set has no such flow says the least.
                let says_more = !matches!(error, BindError::NoFlow { .. });
                if wrong.is_none() || says_more {
                    wrong = Some(error);
                }
            }
        }
    }
    if found.len() > 1 {
        let sets: Vec<&str> = found.iter().map(|(manifest, _)| manifest.set.as_str()).collect();
        let error = anyhow!("{address} is in several sets: {}", sets.join(", "));
        return Err(Failure::new(Exit::Usage, error)
            .hint("choose one with --for TARGET, or give the manifest of one set alone.".to_owned()));
    }
    // A flow of that name whose block is not clear is as much meant as one whose is.
    if let Some(unclear) = wrong.as_ref().filter(|error| is_unclear(error) && !found.is_empty()) {
        return Err(failure(unclear));
    }
    match (found.pop(), wrong) {
        (Some(found), _) => Ok(found),
        (None, Some(error)) => Err(failure(&error)),
        (None, None) => Err(Failure::new(Exit::Usage, anyhow!("no manifest declares {address}"))),
    }
}

/// Whether an address means one of several blocks.
const fn is_unclear(error: &BindError) -> bool {
    matches!(error, BindError::Several { .. } | BindError::Ambiguous { .. })
}

/// Says what is wrong with an address, and what was perhaps meant.
fn failure(error: &BindError) -> Failure {
    let near = |name: &str, known: &[String]| manifest::suggest(name, known.iter().map(String::as_str));
    let hint = match error {
        BindError::NoFlow { kind, name, known, .. } => near(&format!("{kind}/{name}"), known),
        BindError::NotThere { at, known, .. } => near(at, known),
        BindError::NoBlock { block, known, .. } => near(block, known),
        BindError::Several { blocks, .. } => {
            Some(blocks.iter().map(|block| format!("`{block}`")).collect::<Vec<_>>().join(", "))
        }
        BindError::Ambiguous { identifiers, .. } => Some(identifiers.join(", ")),
        BindError::NotAFlow(_) => {
            Some("a block is addressed like `flow/main-ivr#Look up caller`.".to_owned())
        }
        BindError::NoBinding(_) | BindError::Token { .. } | BindError::Content { .. } => None,
    };
    let exit = if matches!(error, BindError::Token { .. }) { Exit::Error } else { Exit::Usage };
    Failure::new(exit, anyhow!("{error}")).hint(hint)
}
