//! Published content and drafts of flows and modules: what a write does to them and what a read shows.

use serde_json::{Value, json};

use super::lookup::timestamp;
use crate::emulator::dispatch::view::View;
use crate::emulator::settings::Settings;
use crate::emulator::settings::assumptions::{ContentDigest, DescribedContent, PendingDraft};
use crate::emulator::state::ids;
use crate::emulator::state::{Content, Flow};

/// The longest content, in characters (CreateContactFlow, Content).
pub(crate) const MAX_CONTENT: usize = 256_000;

/// Which content of a flow an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// The bare id: what is published.
    Published,
    /// `:$SAVED`: what the designer shows.
    Saved,
    /// `:$LATEST` or a version, which the emulator does not keep.
    Other,
}

/// Splits an id from its suffix.
pub(crate) fn split(id: &str) -> (&str, Which) {
    match id.split_once(':') {
        None => (id, Which::Published),
        Some((id, "$SAVED")) => (id, Which::Saved),
        Some((id, _)) => (id, Which::Other),
    }
}

/// Returns PUBLISHED for what was ever published.
pub(crate) fn status(flow: &Flow) -> &'static str {
    if flow.published.is_some() { "PUBLISHED" } else { "SAVED" }
}

/// Returns ACTIVE or ARCHIVED.
pub(crate) fn state(flow: &Flow) -> &'static str {
    if flow.archived { "ARCHIVED" } else { "ACTIVE" }
}

/// Puts content in force; a pending draft is dropped or kept by the assumption U6.
pub(crate) fn publish(flow: &mut Flow, settings: &Settings, content: Content) {
    match settings.assumptions.pending_draft {
        PendingDraft::Dropped => flow.draft = None,
        PendingDraft::Kept => {}
    }
    flow.published = Some(content);
}

/// Returns the content that a suffix names; None when there is none (never published).
///
/// Without a pending draft the designer shows what is published.
pub(crate) fn select(flow: &Flow, which: Which) -> Option<(&Content, &'static str)> {
    let published = flow.published.as_ref().map(|content| (content, "PUBLISHED"));
    match which {
        Which::Published => published,
        Which::Saved => flow.draft.as_ref().map(|content| (content, "SAVED")).or(published),
        Which::Other => None,
    }
}

/// Returns the digest that the service shows beside a content (U7).
pub(crate) fn digest(settings: &Settings, text: &str) -> String {
    if settings.assumptions.content_digest == ContentDigest::OfCanonicalJson
        && let Ok(value) = serde_json::from_str::<Value>(text)
    {
        return ids::sha256_hex(sorted(value).to_string().as_bytes());
    }
    ids::sha256_hex(text.as_bytes())
}

/// Returns a content's text as Describe shows it (U7).
pub(crate) fn shown(settings: &Settings, text: &str) -> String {
    if settings.assumptions.described_content == DescribedContent::Reserialised
        && let Ok(value) = serde_json::from_str::<Value>(text)
    {
        return sorted(value).to_string();
    }
    text.to_owned()
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

/// The members that flows and modules show alike. `sha` is the name of the digest's member.
pub(crate) fn describe(
    view: &View<'_>,
    (id, arn): (&str, &str),
    flow: &Flow,
    (content, status): (&Content, &str),
    sha: &str,
) -> Value {
    let mut body = json!({
        "Arn": arn,
        "Id": id,
        "Name": flow.name,
        "State": state(flow),
        "Status": status,
        "Content": shown(view.settings, &content.text),
        "Tags": flow.tags,
        sha: digest(view.settings, &content.text),
        "LastModifiedTime": timestamp(content.modified),
        "LastModifiedRegion": view.call.region,
    });
    if !flow.description.is_empty() {
        body["Description"] = json!(flow.description);
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(text: &str) -> Content {
        Content { text: text.into(), modified: 1 }
    }

    #[test]
    fn the_suffix_chooses_between_published_and_draft() {
        let mut flow = Flow { draft: Some(content("d")), ..Flow::default() };
        assert_eq!(select(&flow, Which::Published), None);
        assert_eq!(select(&flow, Which::Saved).map(|(c, s)| (c.text.as_str(), s)), Some(("d", "SAVED")));
        publish(&mut flow, &Settings::default(), content("p"));
        assert_eq!(select(&flow, Which::Saved).map(|(c, s)| (c.text.as_str(), s)), Some(("p", "PUBLISHED")));
    }

    #[test]
    fn a_draft_outlives_a_publish_when_that_is_assumed() {
        let mut settings = Settings::default();
        settings.assumptions.set("U6=draft-kept".parse().expect("an answer"));
        let mut flow = Flow { draft: Some(content("d")), ..Flow::default() };
        publish(&mut flow, &settings, content("p"));
        assert_eq!(flow.draft, Some(content("d")));
    }

    #[test]
    fn the_canonical_digest_ignores_the_order_of_keys() {
        let mut settings = Settings::default();
        let (a, b) = ("{\"a\":1,\"b\":2}", "{ \"b\": 2, \"a\": 1 }");
        assert_ne!(digest(&settings, a), digest(&settings, b));
        settings.assumptions.set("U7=sha-of-canonical-json".parse().expect("an answer"));
        assert_eq!(digest(&settings, a), digest(&settings, b));
    }
}
