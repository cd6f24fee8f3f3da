//! The text of a flow to be written, with the one thing that may not be known yet: the ids of flows and modules that
//! the same run creates first.

use std::collections::BTreeMap;

use crate::flow::FlowText;
use crate::flow::patch::BlockValues;
use crate::flow::template::{Attribute, Token};
use crate::manifest::named_content;
use crate::resource::{Kind, Label};
use crate::snapshot::FlowIds;

/// The flows and modules of one instance that a run has made.
pub type Made = BTreeMap<(Kind, Label), FlowIds>;

/// A flow's text, complete or waiting for the ids of others.
#[derive(Debug, Clone)]
pub enum LateText {
    /// It is complete.
    Known(FlowText),
    /// It names flows or modules that do not exist yet.
    After {
        /// What it is made of.
        pending: Box<Pending>,
        /// The text as far as it is known; what has yet to be made stands in it as its token.
        preview: FlowText,
    },
    /// It was kept, and names flows or modules that are made again under other ids.
    Kept(Kept),
}

/// A kept text that waits. It holds no tokens: whatever looks like one belongs to it.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The text as it was kept.
    pub(in crate::plan) text: FlowText,
    /// What it names, by the ids of then.
    pub(in crate::plan) names: Vec<((Kind, Label), FlowIds)>,
}

/// A text that waits.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The flow file, with tokens.
    pub(in crate::plan) template: FlowText,
    /// What is known of the tokens.
    pub(in crate::plan) known: BTreeMap<Token, String>,
    /// The bindings, laid over the file's own values.
    pub(in crate::plan) edits: Vec<(String, BlockValues)>,
    /// The live text whose Metadata is kept where the file has none.
    pub(in crate::plan) live: Option<FlowText>,
}

/// Says why a text could not be completed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LateTextError {
    /// A token has no value.
    #[error("{0}")]
    Token(String),
    /// The text is no flow any more, or a bound block is missing.
    #[error("{0}")]
    Text(String),
}

impl LateText {
    /// Returns the text as far as it is known; what has yet to be made stands in it as its token.
    pub(in crate::plan) const fn preview(&self) -> &FlowText {
        match self {
            Self::Known(text) | Self::Kept(Kept { text, .. }) | Self::After { preview: text, .. } => text,
        }
    }

    /// Completes the text with what was made.
    ///
    /// # Errors
    ///
    /// When something that it names was not made, or the completed text is no flow.
    pub fn resolve(&self, made: &Made) -> Result<FlowText, LateTextError> {
        match self {
            Self::Known(text) => Ok(text.clone()),
            Self::After { pending, .. } => pending.resolve(|token| {
                let (key, attribute) = named_content(token).ok_or_else(|| format!("{token} has no value"))?;
                let ids = made.get(&key).ok_or_else(|| format!("{}/{} was not created", key.0, key.1))?;
                Ok(pick(ids, attribute))
            }),
            Self::Kept(Kept { text, names }) => {
                let text = names.iter().try_fold(text.to_string(), |text, (key, old)| {
                    let wrong = || LateTextError::Token(format!("{}/{} was not created", key.0, key.1));
                    Ok(renamed(&text, old, made.get(key).ok_or_else(wrong)?))
                });
                text.map(FlowText::from)
            }
        }
    }
}

/// Puts the new ARN and id in place of the old ones; all other bytes stay. They are plain wherever they stand in a
/// text: neither needs an escape.
pub(in crate::plan) fn renamed(text: &str, old: &FlowIds, new: &FlowIds) -> String {
    let pairs = [(&old.arn, &new.arn), (&old.id, &new.id)];
    let pairs = pairs.into_iter().filter(|(old, _)| !old.is_empty());
    pairs.fold(text.to_owned(), |text, (old, new)| text.replace(old, new))
}

impl Pending {
    /// Renders the template, keeps the live Metadata and lays the bindings over it.
    pub(in crate::plan) fn resolve(
        &self,
        mut late: impl FnMut(&Token) -> Result<String, String>,
    ) -> Result<FlowText, LateTextError> {
        let mut value = |token: &Token| match self.known.get(token) {
            Some(text) => Ok(Some(text.clone())),
            None => late(token).map(Some),
        };
        let text = self.template.rendered(&mut value).map_err(|errors| {
            LateTextError::Token(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        })?;
        let wrong = |e: &dyn std::fmt::Display| LateTextError::Text(e.to_string());
        let Some(live) = &self.live else { return text.patched(&self.edits).map_err(|e| wrong(&e)) };
        // What agrees with the live text by the letter was parsed when that was seen.
        let text = text.or_same(live).with_metadata_of(live).map_err(|e| wrong(&e))?;
        Ok(text.or_same(live).patched(&self.edits).map_err(|e| wrong(&e))?.or_same(live))
    }
}

/// Picks what a token asks for.
pub(in crate::plan) fn pick(ids: &FlowIds, attribute: Attribute) -> String {
    match attribute {
        Attribute::Arn => ids.arn.clone(),
        Attribute::Id => ids.id.clone(),
    }
}
