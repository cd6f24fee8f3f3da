//! Names of AWS as logical names: readable, and each once.

use std::collections::BTreeSet;

use crate::resource::Label;

/// The longest logical name, less room for a number behind it.
const LONGEST: usize = 58;

/// Gives out logical names.
#[derive(Debug, Default)]
pub(super) struct Labels(BTreeSet<Label>);

impl Labels {
    /// Creates a logical name of a name, or of `otherwise` where nothing of the name can stand in one.
    pub(super) fn give(&mut self, name: &str, otherwise: &str) -> Label {
        let base = slug(name).or_else(|| slug(otherwise)).unwrap_or_else(|| "x".to_owned());
        let base = if is_device(&base) { format!("{base}-1") } else { base };
        let numbered = (2_u64..).map(|number| format!("{base}-{number}"));
        let mut tries = std::iter::once(base.clone()).chain(numbered);
        let free = tries.find_map(|text| Label::parse(&text).ok().filter(|label| !self.0.contains(label)));
        let label = free.expect("a slug with a number after it is a label, and numbers do not end");
        self.0.insert(label.clone());
        label
    }
}

/// Whether Windows takes a file of this name, whatever its extension, for a device: files are named by these names.
/// See "Naming Files, Paths, and Namespaces" of Microsoft.
fn is_device(name: &str) -> bool {
    let numbered = |start: &str| {
        name.strip_prefix(start)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    ["con", "prn", "aux", "nul"].contains(&name) || numbered("com") || numbered("lpt")
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
    fn no_name_is_that_of_a_device_of_windows() {
        let mut labels = Labels::default();
        for name in ["Con", "NUL", "prn", "aux", "COM1", "lpt9", "com 1", "console", "com10"] {
            let label = labels.give(name, "x");
            assert!(!is_device(label.as_str()), "{label}");
        }
        assert_eq!(labels.give("aux", "x").as_str(), "aux-1-2");
        assert_eq!(labels.give("comma", "x").as_str(), "comma");
    }

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
