//! A flow's text with what was read out of it: parsed at most once, its tokens found at most once, however many
//! readers share it.
//!
//! What changes a text gives another one, and the same one where nothing changed. Whoever carries a flow carries this
//! value and no string, so that nobody has a reason to parse it again.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::compare;
use super::document::{Document, ParseError};
use super::patch::{self, BlockValues, PatchError};
use super::stub::{FlowType, stub};
use super::template::{self, Found, Token, TokenError};

/// A flow's text, shared: a clone is another reference to the same text and to what was read out of it.
#[derive(Clone)]
pub struct FlowText(Arc<Read>);

struct Read {
    text: Arc<str>,
    document: OnceLock<Result<Arc<Document>, ParseError>>,
    tokens: OnceLock<Vec<Found>>,
}

impl FlowText {
    /// Takes a text, which is parsed when somebody first asks for its document.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(Arc::new(Read { text: text.into(), document: OnceLock::new(), tokens: OnceLock::new() }))
    }

    /// Returns the smallest valid flow of a type.
    pub fn stub(kind: FlowType) -> Self {
        static STUBS: [OnceLock<FlowText>; FlowType::ALL.len()] =
            [const { OnceLock::new() }; FlowType::ALL.len()];
        let known = FlowType::ALL.into_iter().zip(&STUBS).find(|(known, _)| *known == kind);
        let make = || Self::from(stub(kind));
        known.map_or_else(make, |(_, text)| text.get_or_init(make).clone())
    }

    /// Returns the text as it was read.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// Returns the flow that the text holds.
    ///
    /// # Errors
    /// The first place that is not JSON or not a flow.
    pub fn document(&self) -> Result<&Arc<Document>, &ParseError> {
        self.0.document.get_or_init(|| Document::of(&self.0.text).map(Arc::new)).as_ref()
    }

    /// Returns the tokens in the flow's own text; none where one is not well formed or the text is no flow.
    pub fn tokens(&self) -> &[Found] {
        let found = || self.document().ok().and_then(|document| template::tokens_of(document).ok());
        self.0.tokens.get_or_init(|| found().unwrap_or_default())
    }

    /// Whether both hold flows that mean the same.
    pub fn means(&self, other: &Self) -> bool {
        match (self.document(), self == other) {
            (Err(_), _) => false,
            (Ok(_), true) => true,
            (Ok(one), false) => other.document().is_ok_and(|other| compare::same(one, other)),
        }
    }

    /// Replaces the tokens by their values, as [`template::render`] does.
    ///
    /// # Errors
    /// All tokens that are not well formed or that `resolve` refused; or the one place where the text is not JSON.
    pub fn rendered(
        &self,
        resolve: &mut dyn FnMut(&Token) -> Result<Option<String>, String>,
    ) -> Result<Self, Vec<TokenError>> {
        let text = match self.document() {
            Ok(document) => template::render_of(document, resolve),
            Err(_) => template::render(self, resolve),
        };
        text.map(|text| self.changed_to(text))
    }

    /// Sets the values of blocks, as [`patch::set`] does.
    ///
    /// # Errors
    /// The text is no flow, or the first block that cannot be set.
    pub fn patched(&self, edits: &[(String, BlockValues)]) -> Result<Self, ChangeError> {
        let document = self.document().map_err(Clone::clone)?;
        Ok(self.changed_to(patch::set(document, edits)?))
    }

    /// Takes the Metadata of the live flow over, as [`patch::with_metadata_of`] does.
    ///
    /// # Errors
    /// One of the two texts is no flow.
    pub fn with_metadata_of(&self, live: &Self) -> Result<Self, ParseError> {
        let document = self.document().map_err(Clone::clone)?;
        let live = live.document().map_err(Clone::clone)?;
        Ok(self.changed_to(patch::with_metadata_of(document, live)))
    }

    /// Returns the other one where both are the same by the letter: what was read out of that is there already.
    #[must_use]
    pub fn or_same(self, other: &Self) -> Self {
        if self == *other { other.clone() } else { self }
    }

    /// Returns a changed text; this one where nothing changed.
    pub fn changed_to(&self, text: String) -> Self {
        if *text == *self.0.text { self.clone() } else { Self::from(text) }
    }
}

/// Why a flow's text cannot be changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// It is no flow.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// A block cannot be set.
    #[error(transparent)]
    Patch(#[from] PatchError),
}

impl Deref for FlowText {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl From<String> for FlowText {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for FlowText {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<Document> for FlowText {
    /// The flow's own text; nothing is parsed again.
    fn from(document: Document) -> Self {
        let text = document.shared_text();
        let known = OnceLock::from(Ok(Arc::new(document)));
        Self(Arc::new(Read { text, document: known, tokens: OnceLock::new() }))
    }
}

impl PartialEq for FlowText {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.text == other.0.text
    }
}

impl Eq for FlowText {}

impl fmt::Display for FlowText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for FlowText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_parsed_once_and_shared_with_its_clones() {
        let text = FlowText::from(stub(FlowType::ContactFlow));
        let other = text.clone();
        assert!(Arc::ptr_eq(text.document().unwrap(), other.document().unwrap()));
        let known = FlowText::from(Document::parse(&text).unwrap());
        assert!(Arc::ptr_eq(known.document().unwrap(), known.clone().document().unwrap()));
        assert_eq!(known, text);
    }

    #[test]
    fn what_changes_nothing_gives_the_same_document() {
        let text = FlowText::from(stub(FlowType::ContactFlow));
        let same = |other: &FlowText| Arc::ptr_eq(&text.0, &other.0);
        assert!(same(&text.patched(&[]).unwrap()));
        assert!(same(&text.with_metadata_of(&text).unwrap()));
        assert!(same(&text.rendered(&mut |_| Ok(None)).unwrap()));
        assert!(!same(&text.changed_to(stub(FlowType::Module))));
    }

    #[test]
    fn what_is_no_flow_means_nothing_not_even_the_same() {
        let wrong = FlowText::from("{}");
        assert!(!wrong.means(&wrong.clone()) && wrong.tokens().is_empty());
        let (one, two) = (stub(FlowType::ContactFlow), stub(FlowType::ContactFlow).replace(',', ", "));
        assert!(FlowText::from(one).means(&FlowText::from(two)));
    }
}
