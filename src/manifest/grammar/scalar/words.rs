//! Words of a manifest that stand for one of a few things: each is written here and nowhere else.

use super::kind::Word;
use super::{Fault, Scalar, ScalarKind, text};
use crate::manifest::model::{Associate, Grants, Invocation, ResponseType, State, Status};

/// Something that a manifest has a word for.
pub(crate) trait Words: Copy + 'static {
    /// The words, in the order in which they are listed.
    const WORDS: &'static [&'static str];
    /// What each of them stands for.
    const ALL: &'static [Self];

    /// Returns the word.
    fn word(self) -> &'static str;
}

impl<W: Words> ScalarKind for Word<W> {
    type Value = W;
    const SCALAR: Scalar = Scalar::Word(W::WORDS);

    fn parse(text: &str) -> Result<W, Fault> {
        let found = W::ALL.iter().find(|value| value.word() == text).copied();
        found.ok_or_else(|| text::no_word(text, W::WORDS, "a valid value"))
    }
}

/// Where an instance's users come from, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdentityWord {
    /// Amazon Connect keeps them.
    ConnectManaged,
    /// An identity provider that speaks SAML 2.0.
    Saml,
    /// A directory of AWS Directory Service.
    ExistingDirectory,
}

/// Says which words stand for the values of a closed list.
macro_rules! words {
    ($($name:ident { $($variant:ident $word:literal),+ $(,)? })+) => {
        $(impl Words for $name {
            const WORDS: &'static [&'static str] = &[$($word),+];
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        })+
    };
}

pub(crate) use words;

words! {
    Grants { Own "own", Exact "exact", Account "account", Any "any" }
    Associate { Unqualified "unqualified", Exact "exact", None "none" }
    IdentityWord { ConnectManaged "connect-managed", Saml "saml", ExistingDirectory "existing-directory" }
    Invocation { Sync "sync", Async "async" }
    ResponseType { StringMap "string-map", Json "json" }
    State { Active "active", Archived "archived" }
    Status { Published "published", Saved "saved" }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plans and reports write the same words as a manifest.
    #[test]
    fn a_word_is_that_of_the_json() {
        fn check<W: Words + serde::Serialize>() {
            for value in W::ALL {
                assert_eq!(serde_json::to_value(value).unwrap(), value.word());
            }
        }
        check::<Grants>();
        check::<Associate>();
        check::<Invocation>();
        check::<ResponseType>();
        check::<State>();
        check::<Status>();
    }
}
