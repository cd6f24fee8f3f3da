//! Values that nobody may see: they are shown, printed and serialised as `<hidden>`.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

/// What stands in place of a value.
pub(super) const HIDDEN: &str = "<hidden>";
/// How often a digest is hashed again: guessing a short value from a digest costs this much for each guess.
const ROUNDS: u32 = 10_000;

/// A value that is never shown: an environment variable's.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret(String);

impl Secret {
    /// Hides a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// Returns the value, for the call that sends it and for comparing it with the live one.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

/// Returns a digest (64 hex digits) by which a change of hidden values is noticed, without their being in it in the
/// clear: salted, and hashed again and again, unless there is no value to hide. The salt must be stable where digests
/// are compared between runs; take the set's name and what the values belong to.
pub(crate) fn hidden_digest<'a>(
    salt: &str,
    values: impl IntoIterator<Item = (&'a str, &'a Secret)>,
) -> String {
    let values: BTreeMap<&str, &str> =
        values.into_iter().map(|(name, value)| (name, value.expose())).collect();
    let text = serde_json::json!(["flowbind.hidden/v1", salt, values]).to_string();
    let mut digest = Sha256::digest(text.as_bytes());
    let rounds = if values.is_empty() { 0 } else { ROUNDS };
    for _ in 0..rounds {
        digest = Sha256::new().chain_update(salt.as_bytes()).chain_update(digest).finalize();
    }
    format!("{digest:x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_nothing_however_it_is_printed() {
        let secret = Secret::new("hunter2");
        let shown = format!("{secret} {secret:?} {:#?}", vec![&secret]);
        assert!(!shown.contains("hunter2"), "{shown}");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"<hidden>\"");
        assert_eq!(secret.expose(), "hunter2");
        assert_ne!(secret, Secret::new("hunter3"));
    }

    #[test]
    fn the_digest_of_hidden_values_depends_on_salt_name_and_value_and_on_nothing_else() {
        let (one, two) = (Secret::new("1"), Secret::new("2"));
        let digest =
            |salt: &str, values: &[(&'static str, &Secret)]| hidden_digest(salt, values.iter().copied());
        let first = digest("acme", &[("A", &one), ("B", &two)]);
        assert_eq!(first.len(), 64);
        assert_eq!(first, digest("acme", &[("B", &two), ("A", &one)]));
        assert_ne!(first, digest("acme", &[("A", &two), ("B", &one)]));
        assert_ne!(first, digest("other", &[("A", &one), ("B", &two)]));
        assert_ne!(first, digest("acme", &[("A", &one)]));
    }
}
