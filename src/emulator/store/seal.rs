//! Seals the values of environment variables in the state file, as Lambda encrypts them at rest ("Securing Lambda
//! environment variables"): who gets the file alone, from an artifact or a bug report, reads none of them.
//!
//! The key lies beside the state file. This guards a file that travels, not a machine that somebody else controls.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use serde_json::{Value, json};

/// The member that stands in place of a value's text.
const SEALED: &str = "sealed";
/// The bytes of a nonce: long enough to be drawn at random.
const NONCE: usize = 24;

/// Closes and opens values.
pub(crate) struct Seal(XChaCha20Poly1305);

impl Seal {
    /// Draws a new key, as the text of a key file.
    ///
    /// # Errors
    ///
    /// When the system gives no randomness.
    pub(crate) fn draw() -> io::Result<String> {
        random::<32>().map(|key| STANDARD.encode(key))
    }

    /// Takes the key from the text of a key file; none if it is no key.
    pub(crate) fn new(key: &str) -> Option<Self> {
        let key = Key::try_from(STANDARD.decode(key.trim()).ok()?.as_slice()).ok()?;
        Some(Self(XChaCha20Poly1305::new(&key)))
    }

    /// Closes every value of a state; none if the cipher refuses.
    pub(crate) fn close(&self, state: &mut Value) -> Option<()> {
        for value in values(state) {
            let Some(text) = value.as_str() else { continue };
            let nonce: [u8; NONCE] = random().ok()?;
            let mut bytes = nonce.to_vec();
            bytes.extend(self.0.encrypt(&XNonce::from(nonce), text.as_bytes()).ok()?);
            *value = json!({ SEALED: STANDARD.encode(bytes) });
        }
        Some(())
    }

    /// Opens every value of a state; none if one was closed with another key or is damaged.
    pub(crate) fn open(&self, state: &mut Value) -> Option<()> {
        for value in values(state) {
            let Some(sealed) = value.get(SEALED) else { continue };
            let bytes = STANDARD.decode(sealed.as_str()?).ok()?;
            let (nonce, text) = bytes.split_at_checked(NONCE)?;
            let text = self.0.decrypt(&XNonce::try_from(nonce).ok()?, text).ok()?;
            *value = Value::String(String::from_utf8(text).ok()?);
        }
        Some(())
    }
}

/// Draws bytes at random.
pub(crate) fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

/// Whether a state holds any value, closed or open.
pub(crate) fn has_values(state: &mut Value) -> bool {
    !values(state).is_empty()
}

/// Whether a state holds a value that is closed.
pub(crate) fn has_closed(state: &mut Value) -> bool {
    values(state).iter().any(|value| value.is_object())
}

/// Finds the values of all environment variables, those of versions among them.
fn values(state: &mut Value) -> Vec<&mut Value> {
    let regions = state.get_mut("regions").into_iter().flat_map(members).flat_map(members);
    let functions = regions.filter_map(|region| region.get_mut("functions")).flat_map(members);
    let mut found = Vec::new();
    for function in functions.filter_map(Value::as_object_mut) {
        for (name, value) in function {
            let configurations = match name.as_str() {
                "latest" => vec![value],
                "versions" => members(value),
                _ => continue,
            };
            let variables =
                configurations.into_iter().filter_map(|c| c.pointer_mut("/Environment/Variables"));
            found.extend(variables.flat_map(members));
        }
    }
    found
}

fn members(value: &mut Value) -> Vec<&mut Value> {
    match value {
        Value::Object(members) => members.values_mut().collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> Value {
        let variables = json!({ "Environment": { "Variables": { "TOKEN": "hunter2" } } });
        let function = json!({ "latest": variables, "versions": { "1": variables }, "tags": { "a": "b" } });
        json!({ "regions": { "1": { "eu-west-2": { "functions": { "f": function } } } } })
    }

    #[test]
    fn what_was_closed_opens_with_its_key_alone() {
        let (seal, other) =
            (Seal::new(&Seal::draw().unwrap()).unwrap(), Seal::new(&Seal::draw().unwrap()).unwrap());
        let mut sealed = state();
        seal.close(&mut sealed).unwrap();
        assert!(!sealed.to_string().contains("hunter2") && sealed.to_string().contains("TOKEN"));
        assert!(has_values(&mut sealed) && has_closed(&mut sealed));
        assert!(other.open(&mut sealed.clone()).is_none());
        seal.open(&mut sealed).unwrap();
        assert_eq!(sealed, state());
        assert!(!has_closed(&mut sealed));
    }

    #[test]
    fn what_was_never_closed_stays_as_it_is() {
        let mut open = state();
        Seal::new(&Seal::draw().unwrap()).unwrap().open(&mut open).unwrap();
        assert_eq!(open, state());
        assert!(!has_values(&mut json!({ "regions": [1, { "functions": 2 }] })));
    }

    #[test]
    fn no_key_is_no_seal() {
        for key in ["", "short", "AAAA", "%%%"] {
            assert!(Seal::new(key).is_none(), "{key}");
        }
    }
}
