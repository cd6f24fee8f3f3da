//! Names that users and AWS give to things, checked once, where they come in.

use std::fmt;

use serde::Serialize;

/// Says why a name was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not {what}: {rule}")]
pub struct NameError {
    what: &'static str,
    value: String,
    rule: &'static str,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $rule:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub struct $name(String);

        impl $name {
            #[doc = concat!("Accepts ", $what, ".\n\n# Errors\n\nSays the rule when the text breaks it.")]
            pub fn parse(text: &str) -> Result<Self, NameError> {
                let check: fn(&str) -> bool = $check;
                if check(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(NameError { what: $what, value: text.to_owned(), rule: $rule })
                }
            }

            /// Returns the name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

fn is_label(text: &str, longest: usize) -> bool {
    let bytes = text.as_bytes();
    !bytes.is_empty()
        && bytes.len() <= longest
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
        && bytes[0] != b'-'
        && bytes[bytes.len() - 1] != b'-'
}

name!(
    /// The name that a manifest gives to a resource: a DNS label.
    Label,
    "a logical name",
    "use lower-case letters, digits and `-`, at most 63, not `-` at either end",
    |text| is_label(text, 63)
);

name!(
    /// The name of a binding set, with the target behind it. It stands in Sids and tags of what the set owns:
    /// a statement id has at most 100 characters, of which flowbind needs 28 for itself.
    SetName,
    "a set name",
    "use lower-case letters, digits and `-`, at most 40 (71 with its target), not `-` at either end",
    |text| is_label(text, 71)
);

name!(
    /// A 12-digit AWS account id.
    AccountId,
    "an AWS account id",
    "it has exactly 12 digits",
    |text| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
);

name!(
    /// An AWS Region, such as `eu-west-2`. New Regions are accepted: only the form is checked.
    Region,
    "an AWS Region",
    "a Region is written like `eu-west-2`",
    |text| {
        let parts: Vec<&str> = text.split('-').collect();
        parts.len() >= 3
            && parts.iter().all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
            && parts[parts.len() - 1].bytes().all(|b| b.is_ascii_digit())
            && parts[0].bytes().all(|b| b.is_ascii_lowercase())
    }
);

/// An account and a Region: where a resource lives and which client reaches it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// The account that holds the resource.
    pub account: AccountId,
    /// The Region that holds the resource.
    pub region: Region,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "account {}, {}", self.account, self.region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_dns_labels() {
        for good in ["a", "crm-lookup", "x9"] {
            assert_eq!(Label::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "-a", "a-", "A", "a_b", "ü", &"a".repeat(64)] {
            assert!(Label::parse(bad).is_err(), "{bad} was accepted");
        }
    }

    #[test]
    fn an_account_id_has_twelve_digits() {
        assert!(AccountId::parse("011122223333").is_ok());
        let error = AccountId::parse("11122223333").unwrap_err().to_string();
        assert_eq!(error, "`11122223333` is not an AWS account id: it has exactly 12 digits");
    }

    #[test]
    fn regions_of_every_partition_are_accepted() {
        for good in ["eu-west-2", "us-gov-west-1", "cn-north-1", "ap-southeast-12"] {
            assert!(Region::parse(good).is_ok(), "{good}");
        }
        for bad in ["eu", "london", "EU-west-2", "eu-west", "eu--2"] {
            assert!(Region::parse(bad).is_err(), "{bad}");
        }
    }
}
