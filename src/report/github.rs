//! Workflow commands of GitHub Actions, which show a message at its line in a pull request.
//!
//! GitHub's page "Workflow commands for GitHub Actions"; what a value may not hold raw is in the runner's own encoding.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::visible::visible;
use crate::resource::{Address, Origin, said_of};

mod drift;
mod plan;

pub use drift::drift_github;
pub use plan::{failed_github, plan_github, problems_github, saved_github};

/// How many annotations of a level GitHub shows for one step.
const SHOWN: usize = 10;

/// How loud an annotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Error,
    Warning,
    Notice,
}

impl Level {
    const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// A message at a place.
#[derive(Debug, Clone)]
pub(super) struct Annotation {
    pub(super) level: Level,
    pub(super) place: Option<Origin>,
    /// The column behind what it is about, in the same line.
    pub(super) end_column: Option<usize>,
    pub(super) title: String,
    /// The message, a line each.
    pub(super) lines: Vec<String>,
}

impl Annotation {
    /// Writes the command, on one line.
    pub(super) fn command(&self) -> String {
        let Self { level, place, end_column, title, lines } = self;
        let mut out = format!("::{} ", level.word());
        if let Some(Origin { file, line, column }) = place {
            let file = property(&visible(file.strip_prefix("./").unwrap_or(file)));
            // Writing to a string cannot fail.
            let _ = write!(out, "file={file},line={line},col={column},");
            if let Some(end) = end_column {
                let _ = write!(out, "endLine={line},endColumn={end},");
            }
        }
        let message: Vec<_> = lines.iter().map(|line| visible(line)).collect();
        let _ = writeln!(out, "title={}::{}", property(&visible(title)), data(&message.join("\n")));
        out
    }
}

/// Writes annotations, the loud ones first and of each level no more than GitHub shows: the last one tells how many
/// are missing.
pub(super) fn commands(mut annotations: Vec<Annotation>, whole: &str) -> String {
    annotations.sort_by_key(|annotation| annotation.level);
    let mut counts: BTreeMap<Level, usize> = BTreeMap::new();
    for annotation in &annotations {
        *counts.entry(annotation.level).or_default() += 1;
    }
    let mut out = String::new();
    let mut rest = annotations.iter().peekable();
    for (level, count) in counts {
        let shown = if count > SHOWN { SHOWN - 1 } else { count };
        let mut index = 0;
        while let Some(annotation) = rest.next_if(|annotation| annotation.level == level) {
            if index < shown {
                out.push_str(&annotation.command());
            }
            index += 1;
        }
        if count > shown {
            let more = Annotation {
                level,
                place: None,
                end_column: None,
                title: "flowbind".to_owned(),
                lines: vec![format!("{} more of this kind: `{whole}` shows all", count - shown)],
            };
            out.push_str(&more.command());
        }
    }
    out
}

/// Writes what a problem says, with its address in front.
fn about(set: &str, address: Option<&Address>, message: &str) -> String {
    let Some(address) = address.map(ToString::to_string) else { return message.to_owned() };
    let (parts, said) = said_of(&address, message);
    format!("{set}{address}{parts}{said}")
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
    use super::*;

    #[test]
    fn of_each_level_no_more_is_written_than_github_shows() {
        let annotation = |level, n: usize| Annotation {
            level,
            place: Some(Origin { file: "./a,b:%.yaml".to_owned(), line: n, column: 3 }),
            end_column: None,
            title: "t".to_owned(),
            lines: vec!["one\n::error::two".to_owned(), "100%".to_owned()],
        };
        let mut many: Vec<_> = (1..=11).map(|n| annotation(Level::Notice, n)).collect();
        many.extend((1..=10).map(|n| annotation(Level::Error, n)));
        let text = commands(many, "flowbind plan");
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 20, "{text}");
        assert_eq!(
            lines[0],
            "::error file=a%2Cb%3A%25.yaml,line=1,col=3,title=t::one\\n::error::two%0A100%25"
        );
        assert!(lines[9].starts_with("::error file=") && lines[10].starts_with("::notice file="));
        assert_eq!(lines[19], "::notice title=flowbind::2 more of this kind: `flowbind plan` shows all");
    }
}
