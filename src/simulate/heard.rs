//! What the contact hears.

use super::run::Taken;
use crate::flow::engine::{Effect, Place, Speech};

/// Something that the contact heard or read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The block that said it.
    pub at: Place,
    /// Its text; of a recording its name.
    pub text: String,
}

/// Lists what the contact heard, in order.
pub fn heard(steps: &[Taken]) -> Vec<Heard> {
    let said = |taken: &Taken| {
        let at = taken.went.at.clone();
        let texts = taken.went.effects.iter().filter_map(|effect| match effect {
            Effect::Said { form: Speech::Ssml, text } => Some(spoken(text)),
            Effect::Said { text, .. } => Some(text.trim().to_owned()),
            _ => None,
        });
        texts.map(|text| Heard { at: at.clone(), text }).collect::<Vec<_>>()
    };
    steps.iter().flat_map(said).collect()
}

/// Returns the words of a text in SSML.
pub fn spoken(ssml: &str) -> String {
    let mut inside = false;
    let words = ssml.chars().map(|c| {
        inside = (inside || c == '<') && c != '>';
        if inside || c == '>' { ' ' } else { c }
    });
    let words: String = words.collect();
    let words: Vec<&str> = words.split_whitespace().collect();
    if words.is_empty() { "(a pause)".to_owned() } else { words.join(" ") }
}

/// Whether a text is of a pattern, in which `*` stands for any text.
pub fn is_like(text: &str, pattern: &str) -> bool {
    let (text, pattern) = (text.trim(), pattern.trim());
    let Some((first, rest)) = pattern.split_once('*') else { return text == pattern };
    let Some(mut left) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (text, pattern) in [
            ("Hello, Ann.", "Hello, Ann."),
            (" Hello ", "Hello"),
            ("Hello, Ann.", "Hello*"),
            ("Hello, Ann.", "*Ann."),
            ("Hello, Ann.", "*llo*An*"),
            ("Hello", "*"),
            ("", "*"),
            ("aXbXc", "a*b*c"),
            ("é*", "*"),
        ] {
            assert!(is_like(text, pattern), "{text} {pattern}");
        }
        for (text, pattern) in
            [("Hello, Ann.", "hello*"), ("Hello", "Hello*o"), ("ab", "a*b*b"), ("Hello", "Hell"), ("", "?")]
        {
            assert!(!is_like(text, pattern), "{text} {pattern}");
        }
    }
}
