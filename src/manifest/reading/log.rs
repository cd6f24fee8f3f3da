//! Collects the problems of one file, and keeps a hostile file from making that slow.

use crate::resource::{Code, Origin, Problem, Severity};

use super::position::Position;

/// The most problems that one file reports; nobody reads more, and each costs a snippet.
const MAX_PROBLEMS: usize = 200;
/// The most names that a misspelt one is compared with, for each problem.
const MAX_CANDIDATES: usize = 500;
/// The longest name that is compared with others, in bytes.
const MAX_COMPARED: usize = 64;
/// How much of a user's text a message quotes, in characters.
const MAX_QUOTED: usize = 80;

/// The problems of one file, in the order in which they were found.
#[derive(Debug)]
pub(crate) struct Log {
    file: String,
    problems: Vec<Problem>,
    dropped: usize,
}

impl Log {
    /// Starts the log of a file.
    pub(in crate::manifest) fn new(file: &str) -> Self {
        Self { file: file.to_owned(), problems: Vec::new(), dropped: 0 }
    }

    /// Names a place in the file.
    pub(in crate::manifest) fn origin(&self, position: Position) -> Origin {
        Origin { file: self.file.clone(), line: position.line, column: position.column }
    }

    /// Adds a problem that already knows its place.
    pub(in crate::manifest) fn push(&mut self, problem: Problem) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        } else {
            self.dropped += 1;
        }
    }

    /// Adds an error at a place in the file.
    pub(in crate::manifest) fn error(&mut self, code: Code, position: Position, message: impl Into<String>) {
        let origin = self.origin(position);
        self.push(Problem::error(code, message).at(&origin));
    }

    /// Adds an error at a place in the file, with what to do about it.
    pub(in crate::manifest) fn error_with(
        &mut self,
        code: Code,
        position: Position,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let origin = self.origin(position);
        self.push(Problem::error(code, message).at(&origin).hint(hint));
    }

    /// Adds an error about a name that is not there; the hint is the closest name, or else the list of them.
    pub(in crate::manifest) fn unknown<'a>(
        &mut self,
        code: Code,
        position: Position,
        message: impl Into<String>,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) {
        let origin = self.origin(position);
        let problem = Problem::error(code, message).at(&origin);
        // A file with this many mistakes is not one with a slip of the finger.
        let hint = (!self.is_full()).then(|| hint(name, known)).flatten();
        self.push(match hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        });
    }

    /// Lets problems be worded anew by their places in this file; the last argument names another place in it.
    pub(in crate::manifest) fn reword(
        &mut self,
        by: impl Fn(&mut Problem, Position, &dyn Fn(Position) -> Origin),
    ) {
        let file = self.file.clone();
        let name = |Position { line, column }| Origin { file: file.clone(), line, column };
        for problem in &mut self.problems {
            let Some(origin) = problem.origin.as_ref().filter(|origin| origin.file == file) else { continue };
            let place = Position { line: origin.line, column: origin.column };
            by(problem, place, &name);
        }
    }

    /// Leaves out problems that only follow from another one.
    pub(in crate::manifest) fn forget(&mut self, codes: &[Code]) {
        self.problems.retain(|problem| !codes.contains(&problem.code));
    }

    /// Returns whether a problem of a code was reported.
    pub(in crate::manifest) fn has(&self, code: Code) -> bool {
        self.problems.iter().any(|problem| problem.code == code)
    }

    /// Returns whether no error was reported so far; warnings stop nothing.
    pub(in crate::manifest) fn is_clean(&self) -> bool {
        self.dropped == 0 && self.problems.iter().all(|problem| problem.severity == Severity::Warning)
    }

    /// Returns whether nobody would read another problem of this file.
    pub(in crate::manifest) fn is_full(&self) -> bool {
        self.problems.len() >= MAX_PROBLEMS
    }

    /// Returns the problems by their place, each once.
    pub(in crate::manifest) fn into_problems(self) -> Vec<Problem> {
        let Self { file, mut problems, dropped } = self;
        problems.sort_by(|a, b| (&a.origin, a).cmp(&(&b.origin, b)));
        problems.dedup();
        if dropped > 0 {
            problems.push(Problem::error(Code::TooMany, format!("{file} has {dropped} more problems")));
        }
        problems
    }
}

/// Proposes the closest of the known names, or lists a few of them when none is close.
pub(crate) fn hint<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().take(MAX_CANDIDATES).collect();
    if let Some(close) = closest(name, known.iter().copied()) {
        return Some(format!("did you mean `{close}`?"));
    }
    match known.as_slice() {
        [] => None,
        [only] => Some(format!("there is only `{only}`")),
        few if few.len() <= 12 => Some(format!("one of `{}`", few.join("`, `"))),
        many => Some(format!("one of `{}` and {} more", many[..10].join("`, `"), many.len() - 10)),
    }
}

/// Finds the known name that a misspelt one is closest to, if it is close at all. Case, `-` and `_` count less than
/// letters and digits.
pub(in crate::manifest) fn closest<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if name.len() > MAX_COMPARED {
        return None;
    }
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
    known
        .into_iter()
        .take(MAX_CANDIDATES)
        .filter(|candidate| candidate.len() <= MAX_COMPARED)
        .map(|candidate| {
            let letters = strsim::osa_distance(&plain(name), &plain(candidate));
            let signs = strsim::osa_distance(&name.to_lowercase(), &candidate.to_lowercase());
            (letters.min(signs), signs, candidate)
        })
        .filter(|(distance, _, candidate)| *distance <= (name.len().max(candidate.len()) / 3).max(1))
        .min()
        .map(|(_, _, candidate)| candidate)
}

/// Quotes a user's text for a message, on one line and not too long.
pub(in crate::manifest) fn quote(text: &str) -> String {
    let mut short: String = text.chars().take(MAX_QUOTED).flat_map(char::escape_debug).collect();
    // Quotes need no escape between backticks, and ARNs and names read better without.
    short = short.replace("\\\"", "\"").replace("\\'", "'");
    if text.chars().nth(MAX_QUOTED).is_some() {
        short.push('…');
    }
    format!("`{short}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_a_stranger_is_not() {
        let known = ["timeLimit", "invocation", "parameters"];
        assert_eq!(hint("timelimit", known).unwrap(), "did you mean `timeLimit`?");
        assert_eq!(hint("invokation", known).unwrap(), "did you mean `invocation`?");
        assert_eq!(hint("colour", known).unwrap(), "one of `timeLimit`, `invocation`, `parameters`");
        assert_eq!(hint("time_limit", known).unwrap(), "did you mean `timeLimit`?");
        assert_eq!(hint("x", []), None);
    }

    #[test]
    fn the_number_of_problems_is_bounded_and_the_rest_is_counted() {
        let mut log = Log::new("f");
        for line in 0..MAX_PROBLEMS + 7 {
            log.error(Code::Yaml, Position { line, column: 1 }, "m");
        }
        let problems = log.into_problems();
        assert_eq!(problems.len(), MAX_PROBLEMS + 1);
        assert_eq!(problems[MAX_PROBLEMS].message, "f has 7 more problems");
    }

    #[test]
    fn a_long_text_is_quoted_in_part_and_on_one_line() {
        assert_eq!(quote("a\nb"), "`a\\nb`");
        assert_eq!(quote("say \"x\""), "`say \"x\"`");
        assert_eq!(quote(&"é".repeat(500)).chars().count(), MAX_QUOTED + 3);
    }
}
