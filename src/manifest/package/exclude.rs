//! What stays out of a package: what is never code, and what the manifest excludes, both in git's syntax.
//!
//! The manifest's patterns come after the defaults, so `!.env.production` brings back what a default leaves out. As in
//! git, nothing in a folder that is left out can be brought back, and a `.gitignore` in the folder has no say:
//! `node_modules` is in most of them.

use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// What no function needs to run, or what differs between two installations of the same code.
pub(super) const DEFAULTS: [&str; 31] = [
    // Version control.
    ".git",
    ".hg",
    ".svn",
    // Python's byte code (it holds times), caches and environments.
    "__pycache__",
    "*.pyc",
    "*.pyo",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".tox",
    ".nox",
    ".venv",
    ".ipynb_checkpoints",
    // Variables of one machine, often secret.
    ".env*",
    // Caches of Node's tools, and what npm, pnpm and yarn note of an installation: paths and times.
    "**/node_modules/.cache",
    "**/node_modules/.vite",
    "**/node_modules/.package-lock.json",
    "**/node_modules/.modules.yaml",
    "**/node_modules/.pnpm-workspace-state*.json",
    "**/node_modules/.yarn-integrity",
    "**/node_modules/.yarn-state.yml",
    ".nyc_output",
    // Editors and systems.
    ".idea",
    ".vscode",
    "*.swp",
    "*.swo",
    "*~",
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
    "._*",
];

/// What a pattern says of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is left out.
    LeftOut,
    /// It is packed, and some pattern with `!` says so.
    Named,
    /// No pattern matches it.
    Packed,
}

/// The patterns of one package.
#[derive(Debug)]
pub(in crate::manifest) struct Exclude {
    patterns: Vec<String>,
    matcher: Gitignore,
}

impl Exclude {
    /// Reads patterns; an error is what is wrong with one, and its index.
    pub(in crate::manifest) fn new(patterns: Vec<String>) -> Result<Self, Vec<(usize, String)>> {
        let mut builder = GitignoreBuilder::new("");
        let mut wrong = Vec::new();
        for pattern in DEFAULTS {
            // They are all in order; a test holds that.
            let _ = builder.add_line(None, pattern);
        }
        for (index, pattern) in patterns.iter().enumerate() {
            if pattern.trim().is_empty() || pattern.starts_with('#') || pattern.trim() == "!" {
                wrong.push((index, "it names nothing".to_owned()));
            } else if pattern.contains(['\n', '\r']) {
                wrong.push((index, "it has more than one line".to_owned()));
            } else if let Err(error) = builder.add_line(None, &with_plain_braces(pattern)) {
                wrong.push((index, said(error)));
            }
        }
        match builder.build() {
            Ok(matcher) if wrong.is_empty() => Ok(Self { patterns, matcher }),
            Ok(_) => Err(wrong),
            Err(error) => Err(vec![(0, said(error))]),
        }
    }

    /// Returns the patterns as the manifest has them.
    pub(super) fn patterns(&self) -> &[String] {
        &self.patterns
    }

    /// Judges a path relative to the package's folder; its parents were judged before.
    pub(super) fn judge(&self, path: &Path, is_folder: bool) -> Verdict {
        match self.matcher.matched(path, is_folder) {
            Match::Ignore(_) => Verdict::LeftOut,
            Match::Whitelist(_) => Verdict::Named,
            Match::None => Verdict::Packed,
        }
    }
}

/// Escapes `{` and `}`: git takes them as they are, and the matcher takes them for alternatives.
fn with_plain_braces(pattern: &str) -> String {
    let mut plain = String::with_capacity(pattern.len());
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '{' => plain.push_str("[{]"),
            '}' => plain.push_str("[}]"),
            '\\' => plain.extend(std::iter::once(c).chain(rest.next())),
            '[' => {
                // In a class they have no meaning; `]` in the first place does not end it.
                let end =
                    rest.as_str().char_indices().skip(1).find(|(_, c)| *c == ']').map_or(0, |(end, _)| end);
                plain.push(c);
                plain.extend(rest.by_ref().take(end));
            }
            _ => plain.push(c),
        }
    }
    plain
}

/// The error without the pattern, which the caller quotes.
fn said(error: ignore::Error) -> String {
    match error {
        ignore::Error::Glob { err, .. } => err,
        ignore::Error::WithLineNumber { err, .. } | ignore::Error::WithPath { err, .. } => said(*err),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(patterns: &[&str], path: &str) -> Verdict {
        let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        Exclude::new(patterns.clone())
            .unwrap()
            .judge(Path::new(path.trim_end_matches('/')), path.ends_with('/'))
    }

    #[test]
    fn every_default_is_in_order_and_none_is_there_twice() {
        for (index, pattern) in DEFAULTS.iter().enumerate() {
            assert!(GitignoreBuilder::new("").add_line(None, pattern).is_ok(), "{pattern}");
            assert!(!DEFAULTS[..index].contains(pattern), "{pattern}");
        }
    }

    #[test]
    fn what_is_no_code_is_left_out_by_default() {
        for path in [
            ".git",
            "node_modules/a/.git/",
            "lib/__pycache__/",
            "a/b.pyc",
            ".pytest_cache/",
            ".venv/",
            ".env",
            ".env.production",
            "x/node_modules/.cache/",
            ".idea/",
            ".vscode/",
            "a/.index.js.swp",
            "index.js~",
            "a/.DS_Store",
            "Thumbs.db",
            "a/._index.js",
        ] {
            assert_eq!(judge(&[], path), Verdict::LeftOut, "{path}");
        }
        for path in [
            "index.js",
            ".bin/",
            "node_modules/",
            "cache/",
            "env",
            "a.env",
            ".npmrc",
            ".gitignore",
            ".cache/",
        ] {
            assert_eq!(judge(&[], path), Verdict::Packed, "{path}");
        }
    }

    #[test]
    fn the_manifests_patterns_are_gits_and_win() {
        let patterns =
            ["tests/", "/docs", "*.map", "!keep.map", "a/**/z", "!.env.production", "{a,b}", "x[{}]*"];
        for (path, expected) in [
            ("tests/", Verdict::LeftOut),
            ("lib/tests/", Verdict::LeftOut),
            ("tests", Verdict::Packed),
            ("docs", Verdict::LeftOut),
            ("lib/docs", Verdict::Packed),
            ("x.map", Verdict::LeftOut),
            ("lib/keep.map", Verdict::Named),
            ("a/b/c/z", Verdict::LeftOut),
            (".env", Verdict::LeftOut),
            (".env.production", Verdict::Named),
            ("{a,b}", Verdict::LeftOut),
            ("a", Verdict::Packed),
            ("x{", Verdict::LeftOut),
            ("x}é", Verdict::LeftOut),
        ] {
            assert_eq!(judge(&patterns, path), expected, "{path}");
        }
    }

    #[test]
    fn a_pattern_that_is_none_is_reported_with_its_place() {
        let wrong =
            Exclude::new(["ok", "", "# note", "[z-a]", "b\nc", "!", "a\\"].map(str::to_owned).to_vec())
                .unwrap_err();
        assert_eq!(wrong.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
        assert_eq!(wrong[2].1, "invalid range; 'z' > 'a'");
    }
}
