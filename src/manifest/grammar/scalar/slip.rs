//! Slips that people make with values, by what they wrote: what to write instead.

use super::Scalar;
use crate::flow::placeholder;
use crate::resource::Qualifier;

/// Says what to write instead of a text that is not of a kind, where it shows what was meant.
pub(super) fn hint(scalar: Scalar, text: &str) -> Option<String> {
    let known = foreign(text).or_else(|| match scalar {
        Scalar::Bool => match text.to_ascii_lowercase().as_str() {
            "yes" | "on" | "y" | "1" | "true" => Some("write `true`".to_owned()),
            "no" | "off" | "n" | "0" | "false" => Some("write `false`".to_owned()),
            _ => None,
        },
        Scalar::AccountId => account(text),
        Scalar::InstanceAlias | Scalar::InstanceId => instance(text),
        Scalar::Word(words) => {
            let begins =
                |word: &&&str| text.len() > 3 && (text.starts_with(**word) || word.starts_with(text));
            let word = words.iter().find(begins)?;
            Some(format!("did you mean `{word}`?"))
        }
        Scalar::Duration => duration(text),
        _ => None,
    });
    known.or_else(|| angled(text).map(filled))
}

/// The whole or a part of a text that somebody was to fill in, as `<your-alias>`.
fn angled(text: &str) -> Option<&str> {
    placeholder::placeholder(text).map(|found| found.text).filter(|found| found.starts_with('<'))
}

fn filled(placeholder: &str) -> String {
    format!("`{placeholder}` looks like a placeholder: replace it with the real value")
}

/// Says whose syntax a text is in that only looks like a value.
pub(in crate::manifest) fn foreign(text: &str) -> Option<String> {
    let quotes = |c: char| "\u{201C}\u{201D}\u{201E}\u{2018}\u{2019}\u{00AB}\u{00BB}".contains(c);
    if text.starts_with(quotes) && text.ends_with(quotes) {
        return Some("these quotes are part of the value: use straight ones, `\"`".to_owned());
    }
    if let Some((_, rest)) = text.split_once("$(")
        && let Some((name, _)) = rest.split_once(')')
    {
        return Some(format!(
            "`$({name})` is the syntax of shells, Make and Azure Pipelines: declare a variable and write `${{var.NAME}}`"
        ));
    }
    let name = text.strip_prefix('$').unwrap_or_default();
    let is_latest = Qualifier::of(Some(text)) == Qualifier::Latest;
    if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !is_latest {
        return Some(
            "variables of the environment are not read: declare one and write `${var.NAME}`".to_owned(),
        );
    }
    if let Some(whole) = angled(text).filter(|found| *found == text) {
        return Some(filled(whole));
    }
    let found = placeholder::token(text).filter(|found| found.text.starts_with("{{"))?;
    let tool = found.tool.unwrap_or("another tool");
    Some(format!(
        "this looks like {tool}: let it fill in the file first, or declare a variable and write `${{var.NAME}}`"
    ))
}

fn account(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let signs = text.chars().all(|c| c.is_ascii_digit() || "- _".contains(c));
    match digits.len() {
        12 if signs && digits != text => Some(format!("write `\"{digits}\"`")),
        11 if signs => Some("a leading 0 may be lost: it is part of the id".to_owned()),
        _ => None,
    }
}

/// An ARN or the access URL where an alias or id belongs.
fn instance(text: &str) -> Option<String> {
    if text.starts_with("arn:") {
        return Some("an ARN belongs under `arn:`".to_owned());
    }
    let host = text.strip_prefix("https://").unwrap_or(text).split('/').next()?;
    let (alias, domain) = host.split_once('.')?;
    let known = domain.starts_with("my.connect.aws") || domain.starts_with("awsapps.com");
    (known && !alias.is_empty()).then(|| format!("the alias is the first part of this address: `{alias}`"))
}

fn duration(text: &str) -> Option<String> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let number: u64 = digits.parse().ok()?;
    match text[digits.len()..].trim() {
        "ms" if number.is_multiple_of(1_000) => Some(format!("write `{}s`", number / 1_000)),
        "s" | "sec" | "secs" | "second" | "seconds" => Some(format!("write `{number}s`")),
        "m" | "min" | "mins" | "minute" | "minutes" => Some(format!("write `{number}m`")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_says_what_to_write() {
        for (scalar, text, expected) in [
            (Scalar::Bool, "yes", "write `true`"),
            (Scalar::Bool, "Off", "write `false`"),
            (Scalar::AccountId, "1111-2222-3333", "write `\"111122223333\"`"),
            (Scalar::AccountId, "11112222333", "a leading 0 may be lost: it is part of the id"),
            (Scalar::InstanceAlias, "arn:aws:connect:x", "an ARN belongs under `arn:`"),
            (
                Scalar::InstanceAlias,
                "https://acme.my.connect.aws/home",
                "the alias is the first part of this address: `acme`",
            ),
            (Scalar::Word(&["sync", "async"]), "synchronous", "did you mean `sync`?"),
            (Scalar::Duration, "8000ms", "write `8s`"),
            (Scalar::Duration, "8 seconds", "write `8s`"),
            (
                Scalar::Region,
                "\u{201C}eu-west-2\u{201D}",
                "these quotes are part of the value: use straight ones, `\"`",
            ),
            (
                Scalar::InstanceAlias,
                "$(ALIAS)",
                "`$(ALIAS)` is the syntax of shells, Make and Azure Pipelines: declare a variable and write `${var.NAME}`",
            ),
            (
                Scalar::Region,
                "$REGION",
                "variables of the environment are not read: declare one and write `${var.NAME}`",
            ),
            (
                Scalar::Region,
                "{{ .Values.region }}",
                "this looks like Go's templates, as in Helm: let it fill in the file first, or declare a variable and \
                 write `${var.NAME}`",
            ),
        ] {
            let fault = scalar.check(text).unwrap_err();
            assert_eq!(fault.hint.as_deref(), Some(expected), "{text}");
        }
        assert_eq!(hint(Scalar::Duration, "7h"), None);
        assert_eq!(hint(Scalar::Qualifier, "$LATEST"), None);
    }
}
