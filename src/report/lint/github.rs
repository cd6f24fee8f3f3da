//! Findings as workflow commands of GitHub Actions.

use super::excerpt::located;
use crate::flow::finding::{Finding, PathStep, Severity, Taken};
use crate::lint::Report;
use crate::manifest::Sources;
use crate::report::github::{Annotation, Level};
use crate::resource::Origin;

/// Writes a command for each finding. GitHub shows at most 10 of a level for each step.
pub fn github(report: &Report, sources: &Sources) -> String {
    let commands = located(report, sources).map(|(finding, excerpt)| {
        let Finding { code, severity, file, line, column, message, path, .. } = finding;
        let place = |file: &String| Origin { file: file.clone(), line: *line, column: *column };
        let annotation = Annotation {
            level: match severity {
                Severity::Error => Level::Error,
                Severity::Warning => Level::Warning,
                Severity::Advice | Severity::Info => Level::Notice,
            },
            place: file.as_ref().map(place),
            end_column: excerpt.map(|excerpt| excerpt.end_column),
            title: (*code).to_owned(),
            lines: [message.clone()].into_iter().chain(path.iter().map(step)).collect(),
        };
        annotation.command()
    });
    commands.collect()
}

fn step(step: &PathStep) -> String {
    let PathStep { block, by, line, seconds, .. } = step;
    let by = if *by == Taken::End { String::new() } else { format!(" - {by}") };
    let sum = seconds.map(|seconds| format!(", {seconds} s")).unwrap_or_default();
    format!("{block}{by} (line {line}{sum})")
}

#[cfg(test)]
mod tests {
    use super::super::samples::{hostile, sample, sources};
    use super::*;
    use crate::report::visible::visible;

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
        assert!(!text.chars().any(|c| c != '\n' && crate::report::visible::steers(c)), "{text:?}");
    }
}
