//! Workflow commands of GitHub Actions, which show a finding at its line in a pull request.
//!
//! GitHub's page "Workflow commands for GitHub Actions"; what a value may not hold raw is in the runner's own encoding.

use std::fmt::Write;

use super::excerpt::located;
use super::visible::visible;
use crate::flow::finding::{Finding, PathStep, Severity};
use crate::lint::Report;
use crate::manifest::Sources;

/// Writes a command for each finding. GitHub shows at most 10 of a level for each step.
pub fn github(report: &Report, sources: &Sources) -> String {
    let mut out = String::new();
    for (finding, excerpt) in located(report, sources) {
        let Finding { code, severity, file, line, column, message, path, .. } = finding;
        let command = match severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Advice | Severity::Info => "notice",
        };
        // Writing to a string cannot fail.
        let _ = write!(out, "::{command} ");
        if let Some(file) = file {
            let file = property(&visible(file.strip_prefix("./").unwrap_or(file)));
            let _ = write!(out, "file={file},line={line},col={column},");
            if let Some(excerpt) = excerpt {
                let _ = write!(out, "endLine={line},endColumn={},", excerpt.end_column);
            }
        }
        let _ = write!(out, "title={}::{}", property(code), data(&visible(message)));
        for PathStep { block, by, line, seconds, .. } in path {
            let by = if by.is_empty() { String::new() } else { format!(" - {}", visible(by)) };
            let sum = seconds.map(|seconds| format!(", {seconds} s")).unwrap_or_default();
            out.push_str(&data(&format!("\n{}{by} (line {line}{sum})", visible(block))));
        }
        out.push('\n');
    }
    out
}

/// Escapes a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property's value.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::samples::{hostile, sample, sources};
    use super::*;

    /// Reads a command as GitHub's runner does.
    fn read(line: &str) -> (String, Vec<(String, String)>, String) {
        let decode = |text: &str, pairs: &[(&str, &str)]| {
            let text = pairs.iter().fold(text.to_owned(), |text, (code, raw)| text.replace(code, raw));
            text.replace("%25", "%")
        };
        let data = [("%0D", "\r"), ("%0A", "\n")];
        let property = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")];
        let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (command, properties) = head.split_once(' ').unwrap();
        let properties = properties.split(',').map(|pair| pair.split_once('=').unwrap());
        let properties = properties.map(|(key, value)| (key.to_owned(), decode(value, &property)));
        (command.to_owned(), properties.collect(), decode(message, &data))
    }

    #[test]
    fn an_annotation_names_its_place() {
        insta::assert_snapshot!(github(&sample(), &sources()), @r###"
        ::notice title=unreadable-flow::it is wrong
        ::error file=flows/main.json,line=2,col=3,endLine=2,endColumn=16,title=unreadable-flow::it is wrong
        ::warning file=flows/main.json,line=4,col=20,endLine=4,endColumn=23,title=unused-suppression::it is wrong
        ::notice file=flows/main.json,line=4,col=27,endLine=4,endColumn=30,title=unused-suppression::it is wrong%0AWelcome - next (line 2, 0 s)%0ALookup - NoMatchingError (line 4, 8 s)%0ALookup again (line 5, 24 s)
        "###);
    }

    #[test]
    fn hostile_names_make_no_command_of_their_own() {
        let report = hostile();
        let text = github(&report, &sources());
        assert_eq!(text.lines().count(), report.findings.len(), "{text}");
        for (line, finding) in text.lines().zip(&report.findings) {
            let (command, properties, message) = read(line);
            assert_eq!(command, "error");
            assert_eq!(
                properties[0],
                ("file".to_owned(), visible(finding.file.as_deref().unwrap()).into_owned())
            );
            assert!(message.starts_with(&*visible(&finding.message)), "{message}");
        }
        assert!(!text.chars().any(|c| c != '\n' && super::super::visible::steers(c)), "{text:?}");
    }
}
