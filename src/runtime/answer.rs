//! What Amazon Connect makes of a function's answer: the breaches that send a contact to the Error branch, and advice.
//!
//! Rests on the administrator guide, "Verify the function response".

use serde_json::Value;

use crate::flow::ResponseType;
use crate::manifest::Response;

/// The size from which an answer is refused, in bytes of UTF-8.
pub const MAX_BYTES: usize = 32_768;

/// The size that a newer edition of the page is said to name, in bytes. Which of the two holds is not known.
pub const REPORTED_BYTES: usize = 65_536;

/// The most pieces of advice about one answer.
const MOST_ADVICE: usize = 20;

/// What an answer is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// How the block reads the answer.
    pub response_type: ResponseType,
    /// The keys that the manifest promises; nested ones are written with full stops.
    pub keys: Vec<String>,
}

impl Contract {
    /// Takes how a block reads the answer, and what the manifest promises of the function.
    pub fn new(response_type: ResponseType, response: Option<&Response>) -> Self {
        let keys = response.map(|response| response.keys.clone()).unwrap_or_default();
        Self { response_type, keys }
    }
}

/// What kind of JSON a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum JsonKind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number.
    Number,
    /// A text.
    Text,
    /// A list.
    List,
    /// An object.
    Object,
}

impl JsonKind {
    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Bool,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::Text,
            Value::Array(_) => Self::List,
            Value::Object(_) => Self::Object,
        }
    }
}

/// Why an answer sends the contact to the Error branch, or leaves the flow without what it was promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Breach {
    /// There is no answer at all.
    Empty,
    /// The answer is not UTF-8.
    NotUtf8 {
        /// The first byte that is not.
        offset: usize,
    },
    /// The answer is not JSON.
    NotJson {
        /// What the reader says, with the place.
        why: String,
    },
    /// The answer is JSON, and no object; `null` comes of a handler that returned nothing.
    NotAnObject(JsonKind),
    /// A value is nested, and the block reads a flat map.
    Nested {
        /// Its key.
        key: String,
        /// A list or an object.
        kind: JsonKind,
    },
    /// The answer is too long.
    TooLong {
        /// Its bytes.
        bytes: usize,
    },
    /// A key that the manifest promises is missing.
    MissingKey {
        /// The key.
        key: String,
    },
}

/// What may surprise about an answer that is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advice {
    /// A key has characters beyond letters, digits, dashes and underscores.
    KeyCharacters {
        /// The key.
        key: String,
    },
    /// A value has such characters.
    ValueCharacters {
        /// Its key.
        key: String,
    },
    /// A value in a flat map is no text. That it is taken is assumed, not documented.
    NotText {
        /// Its key.
        key: String,
        /// What it is.
        kind: JsonKind,
    },
    /// More of the kind, which are not listed.
    More {
        /// How many.
        count: usize,
    },
}

/// What is made of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The length of the answer, in bytes.
    pub bytes: usize,
    /// What is wrong, in order.
    pub breaches: Vec<Breach>,
    /// What may surprise.
    pub advice: Vec<Advice>,
}

impl Verdict {
    /// Whether the flow gets what it was promised.
    pub fn is_good(&self) -> bool {
        self.breaches.is_empty()
    }

    /// Whether Amazon Connect takes the answer. It knows nothing of the keys that the manifest promises.
    pub fn is_taken(&self) -> bool {
        self.breaches.iter().all(|breach| matches!(breach, Breach::MissingKey { .. }))
    }
}

/// Holds an answer against its contract.
pub fn verdict(answer: &[u8], contract: &Contract) -> Verdict {
    let mut verdict = Verdict { bytes: answer.len(), breaches: Vec::new(), advice: Vec::new() };
    if answer.len() >= MAX_BYTES {
        verdict.breaches.push(Breach::TooLong { bytes: answer.len() });
    }
    let value = match read(answer) {
        Ok(value) => value,
        Err(breach) => {
            verdict.breaches.push(breach);
            return verdict;
        }
    };
    let Value::Object(members) = &value else {
        verdict.breaches.push(Breach::NotAnObject(JsonKind::of(&value)));
        return verdict;
    };
    let mut advice = Vec::new();
    if contract.response_type == ResponseType::StringMap {
        for (key, value) in members {
            flat(key, value, &mut verdict.breaches, &mut advice);
        }
    }
    let missing = contract.keys.iter().filter(|key| !has(&value, key));
    verdict.breaches.extend(missing.map(|key| Breach::MissingKey { key: key.clone() }));
    let count = advice.len().saturating_sub(MOST_ADVICE);
    advice.truncate(MOST_ADVICE);
    advice.extend((count > 0).then_some(Advice::More { count }));
    verdict.advice = advice;
    verdict
}

fn read(answer: &[u8]) -> Result<Value, Breach> {
    let text =
        std::str::from_utf8(answer).map_err(|error| Breach::NotUtf8 { offset: error.valid_up_to() })?;
    if text.trim().is_empty() {
        return Err(Breach::Empty);
    }
    serde_json::from_str(text).map_err(|error| Breach::NotJson { why: error.to_string() })
}

/// Looks at a member of a flat map.
fn flat(key: &str, value: &Value, breaches: &mut Vec<Breach>, advice: &mut Vec<Advice>) {
    if !plain(key) {
        advice.push(Advice::KeyCharacters { key: key.to_owned() });
    }
    let kind = JsonKind::of(value);
    match value {
        Value::Array(_) | Value::Object(_) => breaches.push(Breach::Nested { key: key.to_owned(), kind }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            advice.push(Advice::NotText { key: key.to_owned(), kind });
        }
        Value::String(text) if !plain(text) => advice.push(Advice::ValueCharacters { key: key.to_owned() }),
        Value::String(_) => {}
    }
}

fn plain(text: &str) -> bool {
    text.chars().all(|character| character.is_alphanumeric() || character == '-' || character == '_')
}

/// Whether a key is there: by its whole name, or step by step.
fn has(value: &Value, key: &str) -> bool {
    let step_by_step = || key.split('.').try_fold(value, |at, step| at.get(step)).is_some();
    value.get(key).is_some() || step_by_step()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(answer: &str, response_type: ResponseType, keys: &[&str]) -> Verdict {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        verdict(answer.as_bytes(), &Contract { response_type, keys })
    }

    fn breaches(answer: &str) -> Vec<Breach> {
        of(answer, ResponseType::StringMap, &[]).breaches
    }

    #[test]
    fn the_guides_own_answer_is_good() {
        let answer = r#"{"Name": "CustomerName", "Address": "1234 Main Road", "CallerType": "Patient"}"#;
        let found = of(answer, ResponseType::StringMap, &["Name", "Address", "CallerType"]);
        assert!(found.is_good());
        // The guide's own characters, which its own rule does not name.
        assert_eq!(found.advice, [Advice::ValueCharacters { key: "Address".into() }]);
    }

    #[test]
    fn what_is_no_object_is_a_breach_by_its_kind() {
        for (answer, kind) in [
            ("null", JsonKind::Null),
            ("true", JsonKind::Bool),
            ("1", JsonKind::Number),
            ("\"{}\"", JsonKind::Text),
            ("[]", JsonKind::List),
        ] {
            assert_eq!(breaches(answer), [Breach::NotAnObject(kind)], "{answer}");
            let json = of(answer, ResponseType::Json, &["a"]).breaches;
            assert_eq!(json, [Breach::NotAnObject(kind)], "{answer}");
        }
        assert_eq!(breaches(""), [Breach::Empty]);
        assert_eq!(breaches(" \n"), [Breach::Empty]);
        // Python writes this.
        assert!(matches!(breaches("{\"a\": NaN}").as_slice(), [Breach::NotJson { .. }]));
        let found = verdict(&[b'"', 0xff], &Contract { response_type: ResponseType::Json, keys: Vec::new() });
        assert_eq!(found.breaches, [Breach::NotUtf8 { offset: 1 }]);
    }

    #[test]
    fn nested_values_need_a_block_that_reads_json() {
        let answer = r#"{"return": {"status": "open"}, "lines": [1]}"#;
        let nested = |key: &str, kind| Breach::Nested { key: key.to_owned(), kind };
        let expected = [nested("return", JsonKind::Object), nested("lines", JsonKind::List)];
        assert_eq!(breaches(answer), expected);
        let found = of(answer, ResponseType::Json, &["return.status", "lines"]);
        assert_eq!((found.breaches.as_slice(), found.advice.as_slice()), (&[][..], &[][..]));
    }

    #[test]
    fn numbers_and_truth_values_of_a_flat_map_are_advice() {
        let found = of(r#"{"n": 1, "b": true, "x": null}"#, ResponseType::StringMap, &[]);
        assert!(found.is_good());
        let kinds = found.advice.iter().map(|advice| match advice {
            Advice::NotText { kind, .. } => *kind,
            other => panic!("{other:?}"),
        });
        assert_eq!(kinds.collect::<Vec<_>>(), [JsonKind::Number, JsonKind::Bool, JsonKind::Null]);
    }

    #[test]
    fn a_promised_key_must_be_there() {
        let missing = |key: &str| Breach::MissingKey { key: key.to_owned() };
        let found = of(r#"{"a": "1", "b.c": "2"}"#, ResponseType::StringMap, &["a", "b.c", "d"]);
        assert_eq!(found.breaches, [missing("d")]);
        let found = of(r#"{"b": {"c": null}}"#, ResponseType::Json, &["b.c", "b.d", "c"]);
        assert_eq!(found.breaches, [missing("b.d"), missing("c")]);
    }

    #[test]
    fn bytes_count_and_not_characters() {
        let of_length = |bytes: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(bytes - 8));
        assert_eq!(breaches(&of_length(MAX_BYTES - 1)), []);
        assert_eq!(breaches(&of_length(MAX_BYTES)), [Breach::TooLong { bytes: MAX_BYTES }]);
        let wide = format!("{{\"a\":\"{}\"}}", "é".repeat(MAX_BYTES / 2));
        assert!(wide.chars().count() < MAX_BYTES);
        assert_eq!(breaches(&wide), [Breach::TooLong { bytes: wide.len() }]);
    }

    #[test]
    fn advice_is_counted_where_there_is_much_of_it() {
        let members: Vec<String> = (0..30).map(|n| format!("\"k{n}\": {n}")).collect();
        let found = of(&format!("{{{}}}", members.join(", ")), ResponseType::StringMap, &[]);
        assert_eq!(found.advice.len(), MOST_ADVICE + 1);
        assert_eq!(found.advice.last(), Some(&Advice::More { count: 10 }));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_bytes_break_it_and_a_flat_map_of_plain_texts_is_good(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            map in proptest::collection::btree_map("[A-Za-z0-9_-]{1,12}", "[A-Za-z0-9_-]{0,12}", 0..8),
        ) {
            let contract = Contract { response_type: ResponseType::StringMap, keys: map.keys().cloned().collect() };
            let found = verdict(&bytes, &contract);
            prop_assert_eq!(found.bytes, bytes.len());
            let answer = serde_json::to_vec(&map).unwrap();
            let found = verdict(&answer, &contract);
            prop_assert!(found.is_good() && found.advice.is_empty(), "{:?}", found);
            // Without any one of its keys it is not.
            for key in map.keys() {
                let mut less = map.clone();
                less.remove(key);
                let found = verdict(&serde_json::to_vec(&less).unwrap(), &contract);
                prop_assert_eq!(found.breaches, vec![Breach::MissingKey { key: key.clone() }]);
            }
        }
    }
}
