//! What happened, written into a file of scenarios as what is expected: everything else of the file stays as it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::write::expectation_text;
use super::{Expectations, Scenario, load_scenarios};
use crate::manifest::reading::log::Log;
use crate::manifest::yaml::{self, Node};

/// Says why a file cannot be edited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AcceptError {
    /// It is not a file of scenarios any more.
    #[error("it changed meanwhile")]
    Changed,
    /// Its form is not one that can be edited.
    #[error("the form of `{name}` cannot be edited; write this into its `spec` yourself:\n{text}")]
    Form {
        /// The scenario.
        name: String,
        /// What belongs into it.
        text: String,
    },
}

/// Writes expectations, by the names of their scenarios, into the text of a file.
///
/// # Errors
///
/// The text is not the file's any more, or its form is not one that can be edited.
pub fn accept(
    text: &str,
    file: &str,
    expectations: &BTreeMap<&str, Expectations>,
) -> Result<String, AcceptError> {
    let before = read(text, file).ok_or(AcceptError::Changed)?;
    if expectations.keys().any(|name| !before.iter().any(|scenario| scenario.name == *name)) {
        return Err(AcceptError::Changed);
    }
    let wanted: Vec<Scenario> = before
        .into_iter()
        .map(|scenario| match expectations.get(scenario.name.as_str()) {
            Some(expect) => Scenario { expect: not_empty(expect), ..scenario },
            None => scenario,
        })
        .map(Scenario::without_places)
        .collect();
    let documents = yaml::parse(text, &mut Log::new(file));
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut edits = Vec::new();
    for (name, expect) in expectations {
        edits.push(edit(&documents, &lines, name, expect).ok_or_else(|| form(name, expect))?);
    }
    edits.sort_by_key(|edit| edit.start);
    let end_of_line = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let (mut edited, mut at) = (String::new(), 0);
    for Edit { start, end, text } in edits {
        edited.push_str(&lines.get(at..start).unwrap_or_default().concat());
        if !edited.is_empty() && !edited.ends_with('\n') {
            edited.push_str(end_of_line);
        }
        edited.push_str(&text.replace('\n', end_of_line));
        at = end;
    }
    edited.push_str(&lines.get(at..).unwrap_or_default().concat());
    // Whatever the form of the file: what is read back is what was meant, or nothing is written.
    let read_back = read(&edited, file).unwrap_or_default().into_iter().map(Scenario::without_places);
    let read_back: Vec<Scenario> = read_back.collect();
    match wanted.iter().zip(&read_back).find(|(wanted, found)| wanted != found) {
        Some((wanted, _)) => Err(form(&wanted.name, &wanted.expect.clone().unwrap_or_default())),
        None if wanted.len() == read_back.len() => Ok(edited),
        None => {
            Err(expectations.iter().next().map_or(AcceptError::Changed, |(name, expect)| form(name, expect)))
        }
    }
}

fn form(name: &str, expect: &Expectations) -> AcceptError {
    AcceptError::Form { name: name.to_owned(), text: expectation_text(expect, 2) }
}

fn not_empty(expect: &Expectations) -> Option<Expectations> {
    Some(expect.clone()).filter(|expect| *expect != Expectations::default())
}

fn read(text: &str, file: &str) -> Option<Vec<Scenario>> {
    let files: BTreeMap<PathBuf, Vec<u8>> = [(PathBuf::from(file), text.as_bytes().to_vec())].into();
    load_scenarios(Path::new(file), &files).ok().map(|(scenarios, _)| scenarios)
}

/// Lines that are replaced, from the first one up to the end, which stays.
struct Edit {
    start: usize,
    end: usize,
    text: String,
}

/// Replaces the section of one scenario, or adds it at the end of its `spec`.
fn edit(documents: &[Node], lines: &[&str], name: &str, expect: &Expectations) -> Option<Edit> {
    let named =
        |node: &&Node| node.get("metadata").and_then(|metadata| metadata.get("name")?.text()) == Some(name);
    let spec = documents.iter().find(named)?.get("spec")?;
    let keys = spec.entries().iter().map(|(key, _)| key);
    let (first, last) = (keys.clone().next()?, keys.clone().max_by_key(|key| key.position.line)?);
    let there = keys.clone().find(|key| key.text == "expect");
    let indent = first.position.column - 1;
    let from = there.unwrap_or(last).position.line;
    let mut end = from;
    while lines.get(end).is_some_and(|line| belongs(line, indent)) {
        end += 1;
    }
    // What stands behind the section, such as an empty line, stays behind it.
    while end > from && lines.get(end - 1).is_some_and(|line| is_aside(line)) {
        end -= 1;
    }
    let start = if there.is_some() { from - 1 } else { end };
    Some(Edit { start, end, text: expectation_text(expect, indent) })
}

/// Whether a line belongs to the key above it, which is indented so far.
fn belongs(line: &str, indent: usize) -> bool {
    let depth = line.len() - line.trim_start_matches(' ').len();
    is_aside(line) && !line.starts_with("---") || depth > indent
}

/// Whether a line is empty or a comment.
fn is_aside(line: &str) -> bool {
    let text = line.trim();
    text.is_empty() || text.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{EndKind, Told};

    const FILE: &str = "\
# Two callers.
apiVersion: flowbind.dev/v1alpha1
kind: Scenario
metadata:
  name: one
spec:
  flow: main   # the first
  expect:
    end: agent

  # What the caller presses.
  inputs: ['1']
---
apiVersion: flowbind.dev/v1alpha1
kind: Scenario
metadata: { name: two }
spec:
  flow: main
  answers:
    Menu:
      - '2'

# The end.
";

    fn expect(heard: &str) -> Expectations {
        Expectations {
            heard: vec![Told::new(heard.to_owned())],
            end: Some(Told::new(EndKind::Disconnected)),
            ..Expectations::default()
        }
    }

    #[test]
    fn only_what_is_expected_changes() {
        let both = [("one", expect("Hello: Ann")), ("two", expect("Bye"))].into();
        let text = accept(FILE, "s.yaml", &both).unwrap();
        let expected = FILE
            .replace("    end: agent\n", "    heard:\n      - \"Hello: Ann\"\n    end: disconnected\n")
            .replace(
                "      - '2'\n",
                "      - '2'\n  expect:\n    heard:\n      - Bye\n    end: disconnected\n",
            );
        assert_eq!(text, expected);
        assert_eq!(accept(&text, "s.yaml", &both).unwrap(), text);
    }

    #[test]
    fn the_ends_of_lines_are_those_of_the_file() {
        let file = FILE.replace('\n', "\r\n");
        let text = accept(&file, "s.yaml", &[("one", expect("Bye"))].into()).unwrap();
        assert!(text.contains("- Bye\r\n    end: disconnected\r\n"), "{text}");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    }

    #[test]
    fn a_file_without_an_end_of_line_is_edited() {
        let file =
            "apiVersion: flowbind.dev/v1alpha1\nkind: Scenario\nmetadata: { name: one }\nspec:\n  flow: main";
        let text = accept(file, "s.yaml", &[("one", expect("Bye"))].into()).unwrap();
        assert_eq!(text, format!("{file}\n  expect:\n    heard:\n      - Bye\n    end: disconnected\n"));
    }

    #[test]
    fn a_form_that_cannot_be_edited_is_left_alone() {
        let file = "apiVersion: flowbind.dev/v1alpha1\nkind: Scenario\nmetadata: { name: one }\nspec: { flow: main }\n";
        let error = accept(file, "s.yaml", &[("one", expect("Bye"))].into()).unwrap_err();
        assert!(matches!(&error, AcceptError::Form { text, .. } if text.contains("- Bye")), "{error}");
        let one_line = file.replace("{ flow: main }", "{ flow: main,\n  expect: { end: agent } }");
        assert!(accept(&one_line, "s.yaml", &[("one", expect("Bye"))].into()).is_err());
        assert_eq!(accept(file, "s.yaml", &[("none", expect("Bye"))].into()), Err(AcceptError::Changed));
    }
}
