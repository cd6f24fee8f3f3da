//! Whether a flow's text names a function, a flow or a module.
//!
//! The whole text is searched, not only the blocks that are understood: an ARN may wait in an attribute, in a prompt's
//! text or in a block of an unknown type. What may be a mention counts as one.

use std::borrow::Cow;

use serde_json::Value;

use crate::resource::{AccountId, Place, Qualifier};

/// Which of a function's ARNs count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum Called<'a> {
    /// With whatever qualifier, or none.
    Anyhow,
    /// With this one.
    Exactly(Qualifier<'a>),
}

impl Called<'_> {
    fn is(self, found: Option<&str>) -> bool {
        match self {
            Self::Anyhow => true,
            Self::Exactly(wanted) => wanted == Qualifier::of(found),
        }
    }
}

/// Takes escapes out of a text that may hide a name from a search.
pub(in crate::plan) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains("\\u") && !text.contains("\\/") {
        return Cow::Borrowed(text);
    }
    serde_json::from_str::<Value>(text)
        .map_or(Cow::Borrowed(text), |value| Cow::Owned(format!("{text}\n{value}")))
}

/// Whether the text holds the id of a flow or module.
pub(in crate::plan) fn holds(text: &str, id: &str) -> bool {
    !id.is_empty() && text.contains(id)
}

/// Whether the text names the function.
pub(in crate::plan) fn calls(text: &str, place: &Place, name: &str, qualifier: Called<'_>) -> bool {
    by_arn(text, place, name, qualifier) || by_name(text, name, qualifier)
}

fn by_arn(text: &str, place: &Place, name: &str, qualifier: Called<'_>) -> bool {
    let needle = format!("function:{name}");
    text.match_indices(&needle).any(|(at, _)| {
        let rest = &text[at + needle.len()..];
        !rest.starts_with(is_plain) && may_be_at(&text[..at], place) && qualifier.is(qualifier_of(rest))
    })
}

/// A block may give the bare name, which is then looked for in the instance's own account and Region.
fn by_name(text: &str, name: &str, qualifier: Called<'_>) -> bool {
    const KEY: &str = "\"LambdaFunctionARN\"";
    text.match_indices(KEY).any(|(at, _)| {
        let rest = text[at + KEY.len()..].trim_start();
        let value = rest.strip_prefix(':').map(str::trim_start).and_then(|rest| rest.strip_prefix('"'));
        let Some(rest) = value.and_then(|value| value.strip_prefix(name)) else { return false };
        !rest.starts_with(is_plain) && qualifier.is(qualifier_of(rest))
    })
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

fn qualifier_of(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix(':')?;
    let end = rest.find(|c| !is_plain(c) && c != '$').unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}

/// Whether the ARN that ends in `before` can lie in the place: only what it says otherwise speaks against it.
fn may_be_at(before: &str, place: &Place) -> bool {
    let Some(before) = before.strip_suffix(':') else { return true };
    let mut parts = before.rsplitn(4, ':');
    let (account, region, service) = (parts.next(), parts.next(), parts.next());
    let Some(account) = account.map(|text| last(text, 12)).and_then(|text| AccountId::parse(text).ok())
    else {
        return true;
    };
    let elsewhere = service == Some("lambda") && region.is_some_and(|region| region != place.region.as_str());
    account == place.account && !elsewhere
}

/// The last characters of a text that may begin with anything.
fn last(text: &str, count: usize) -> &str {
    text.len().checked_sub(count).and_then(|from| text.get(from..)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Region;

    fn place() -> Place {
        Place {
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("eu-west-2").unwrap(),
        }
    }

    #[test]
    fn a_function_is_found_in_every_form_of_its_arn_and_no_other_function_is() {
        for (text, any, live, none) in [
            ("\"arn:aws:lambda:eu-west-2:111122223333:function:crm\"", true, false, true),
            ("\"arn:aws:lambda:eu-west-2:111122223333:function:crm:live\"", true, true, false),
            ("\"arn:aws:lambda:eu-west-2:111122223333:function:crm:$LATEST\"", true, false, true),
            ("\"arn:aws:lambda:eu-west-2:111122223333:function:crm-2\"", false, false, false),
            ("\"arn:aws:lambda:us-west-2:111122223333:function:crm:live\"", false, false, false),
            ("\"arn:aws:lambda:eu-west-2:444455556666:function:crm:live\"", false, false, false),
            ("\"111122223333:function:crm\"", true, false, true),
            ("\"444455556666:function:crm\"", false, false, false),
            ("say function:crm:live to me", true, true, false),
            ("{\"LambdaFunctionARN\" : \"crm:live\"}", true, true, false),
            ("{\"LambdaFunctionARN\":\"crm\"}", true, false, true),
            ("{\"LambdaFunctionARN\":\"crm-2\"}", false, false, false),
            ("{\"Text\":\"crm\"}", false, false, false),
        ] {
            let found = |qualifier| calls(text, &place(), "crm", qualifier);
            assert_eq!(found(Called::Anyhow), any, "{text}");
            assert_eq!(found(Called::Exactly(Qualifier::Named("live"))), live, "{text}");
            assert_eq!(found(Called::Exactly(Qualifier::Latest)), none, "{text}");
        }
    }

    #[test]
    fn escapes_hide_nothing() {
        let text = r#"{"a":"arn:aws:lambda:eu-west-2:111122223333:function\u003acrm"}"#;
        assert!(!calls(text, &place(), "crm", Called::Anyhow));
        assert!(calls(&plain(text), &place(), "crm", Called::Anyhow));
        assert!(matches!(plain("{}"), Cow::Borrowed(_)));
    }
}
