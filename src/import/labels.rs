//! Names of AWS as logical names: readable, and each once.

use std::collections::BTreeSet;

use crate::resource::Label;

/// The longest logical name, less room for a number behind it.
const LONGEST: usize = 58;

/// Gives out logical names.
#[derive(Debug, Default)]
pub(super) struct Labels(BTreeSet<Label>);

impl Labels {
    /// Makes a logical name of a name, or of `otherwise` where nothing of the name can stand in one.
    pub(super) fn give(&mut self, name: &str, otherwise: &str) -> Label {
        let base = slug(name).or_else(|| slug(otherwise)).unwrap_or_else(|| "x".to_owned());
        let numbered = (2_u64..).map(|number| format!("{base}-{number}"));
        let mut tries = std::iter::once(base.clone()).chain(numbered);
        let free = tries.find_map(|text| Label::parse(&text).ok().filter(|label| !self.0.contains(label)));
        let label = free.expect("a slug with a number behind it is a label, and numbers do not end");
        self.0.insert(label.clone());
        label
    }
}

/// Keeps letters and digits of ASCII in small letters, and puts one dash for everything between them.
pub(super) fn slug(name: &str) -> Option<String> {
    let mut slug = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
        if slug.len() >= LONGEST {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    (!slug.is_empty()).then(|| slug.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_becomes_a_logical_name_and_no_two_become_one() {
        let mut labels = Labels::default();
        let long = "x".repeat(200);
        let names = [
            "Main IVR",
            "main-ivr",
            "main ivr 2",
            "--",
            "日本語",
            "7 days",
            "NO",
            "a: \"b\"\n",
            &long,
            &long,
        ];
        let given: Vec<String> =
            names.iter().map(|name| labels.give(name, "flow-0f1e2d3c").to_string()).collect();
        let expected = [
            "main-ivr",
            "main-ivr-2",
            "main-ivr-2-2",
            "flow-0f1e2d3c",
            "flow-0f1e2d3c-2",
            "7-days",
            "no",
            "a-b",
        ];
        assert_eq!(given[..8], expected);
        assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), names.len());
    }
}
