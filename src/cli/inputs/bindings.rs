//! The binding that an address on the command line means.

use anyhow::anyhow;

use super::sets::Searched;
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
    let searched = Searched::among(
        manifests,
        |manifest| binding::find(manifest, &address),
        |error| matches!(error, BindError::NoFlow { .. }),
    );
    // A flow of that name whose block is not clear is as much meant as one whose is.
    if let Some(unclear) = searched.wrong.as_ref().filter(|error| is_unclear(error) && searched.is_found()) {
        return Err(failure(unclear));
    }
    searched.one(&address, failure)
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
