//! Finding a block by what a person calls it.

use super::{Block, Document};

/// Why a block was not found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// No block has the name.
    #[error("no such block{}", did_you_mean(close))]
    Missing {
        /// The nearest names that exist, best first, at most three.
        close: Vec<String>,
    },
    /// Several blocks have the name.
    #[error("several blocks have this name; use an identifier: {}", identifiers.join(", "))]
    Ambiguous {
        /// The identifiers of the blocks.
        identifiers: Vec<String>,
    },
}

fn did_you_mean(close: &[String]) -> String {
    if close.is_empty() { String::new() } else { format!("; did you mean `{}`?", close.join("` or `")) }
}

/// How alike two names must be to be proposed; 0.8 takes a slip of the pen and leaves other words out.
const ALIKE: f64 = 0.8;

/// The most blocks that are looked through for a proposal: a flow that is valid has 250.
const LOOKED_THROUGH: usize = 2_000;

pub(super) fn find<'a>(document: &'a Document, name: &str) -> Result<&'a Block, FindError> {
    let found = [&document.identifiers, &document.names].into_iter().find_map(|names| names.get(name));
    match found.map(Vec::as_slice) {
        Some([index]) => document.blocks.get(*index).ok_or_else(|| FindError::Missing { close: Vec::new() }),
        None | Some([]) => Err(FindError::Missing { close: close(document, name) }),
        Some(several) => {
            let blocks = several.iter().filter_map(|index| document.blocks.get(*index));
            Err(FindError::Ambiguous { identifiers: blocks.map(|block| block.identifier.clone()).collect() })
        }
    }
}

fn close(document: &Document, name: &str) -> Vec<String> {
    let wanted = name.to_lowercase();
    let mut close: Vec<_> = document
        .names
        .keys()
        .take(LOOKED_THROUGH)
        .filter(|known| known.len() <= 4 * name.len() + 16)
        .map(|known| (strsim::jaro_winkler(&wanted, &known.to_lowercase()), known))
        .filter(|(alike, _)| *alike >= ALIKE)
        .collect();
    close.sort_by(|(a, x), (b, y)| b.total_cmp(a).then(x.cmp(y)));
    close.into_iter().take(3).map(|(_, known)| known.clone()).collect()
}
