//! A key of the manifest, explained.

use super::layout::{Layout, Page};
use super::style::{bold, dim};
use crate::manifest::{Explained, ExplainedKey};

/// Writes what a key takes and what it is for, and the keys below it.
pub fn explained_text(explained: &Explained, layout: &Layout) -> String {
    let Explained { path, takes, example, doc, required, keys, one_of } = explained;
    let mut page = Page::default();
    let needed = if *required { " (required)" } else { "" };
    page.line(&format!("{}  {takes}{needed}", bold(path)));
    page.line(&format!("  {doc}"));
    if let Some(example) = example {
        let key = path.rsplit('.').next().unwrap_or(path);
        page.line(&format!("  for example: {}", dim(&format!("{key}: {example}"))));
    }
    if keys.is_empty() {
        return page.finish(layout);
    }
    page.line("");
    for ExplainedKey { key, takes, doc, required } in keys {
        let needed = if *required { ", required" } else { "" };
        page.line(&format!("  {}  {}", bold(key), dim(&format!("{takes}{needed}"))));
        page.line(&format!("      {doc}"));
    }
    if let [first, rest @ ..] = one_of {
        let rest: String = rest.iter().map(|key| format!(" or `{key}`")).collect();
        page.line("");
        page.line(&format!("  Exactly one of them must be there: `{first}`{rest}."));
    }
    page.finish(layout)
}
