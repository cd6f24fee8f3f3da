//! What Amazon Connect takes and refuses about a flow as a whole: sizes and names.

use std::collections::BTreeSet;

use crate::flow::document::{Document, Format, is_template};
use crate::flow::position::Position;

/// The most characters of a flow's content; "Content" in the API reference of `CreateContactFlow`.
pub const MAX_CHARACTERS: usize = 256_000;

/// The most actions in a flow; the flow language's page "Amazon Connect Flow language".
pub const MAX_ACTIONS: usize = 250;

/// The most characters of an identifier; the flow language's page "Actions".
pub const MAX_IDENTIFIER_CHARACTERS: usize = 50;

/// The characters that an identifier must not hold; the same page.
pub const FORBIDDEN_IN_IDENTIFIER: [char; 14] =
    ['%', ':', '(', '\\', '/', ')', '=', '$', ',', ';', '[', ']', '{', '}'];

/// The identifiers that are refused; the same page. They are names of JavaScript's own object members.
pub const RESERVED_IDENTIFIERS: [&str; 10] = [
    "__defineGetter__",
    "__defineSetter__",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
];

/// The longest ARN that a block or an association takes; "FunctionArn" in the API reference of
/// `AssociateLambdaFunction`.
pub const MAX_FUNCTION_ARN_CHARACTERS: usize = 140;

/// The longest time that a contact waits for a function, in seconds; the page "InvokeLambdaFunction".
pub const MAX_SYNC_SECONDS: u32 = 8;

/// The longest time that an asynchronous invocation is given, in seconds; the guide's page on the Lambda block.
pub const MAX_ASYNC_SECONDS: u32 = 60;

/// Something about a flow as a whole that Amazon Connect refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {}, column {}: {message}", position.line, position.column)]
pub struct Problem {
    /// Which rule is broken.
    pub kind: ProblemKind,
    /// The JSON pointer of what is wrong.
    pub pointer: String,
    /// Where that stands in the file.
    pub position: Position,
    /// What is wrong, with what is allowed.
    pub message: String,
}

/// The rules of [`check`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// The content is too long.
    TooLong,
    /// There are too many actions.
    TooManyActions,
    /// There is no action at all.
    NoAction,
    /// A required member is missing.
    Missing,
    /// An identifier breaks the rules for identifiers.
    BadIdentifier,
    /// Two actions have one identifier.
    DuplicateIdentifier,
    /// `StartAction` names no action.
    UnknownStart,
    /// A key stands twice in an object.
    DuplicateKey,
}

/// Checks a flow's sizes and names. Placeholders of deployment tools (`${…}`, `{{…}}`) are not checked, and a legacy
/// export only for its size.
pub fn check(document: &Document) -> Vec<Problem> {
    let mut check = Check { document, problems: Vec::new() };
    check.sizes();
    if document.format() == Format::Language {
        check.start();
        check.identifiers();
    }
    for (pointer, position) in document.duplicate_keys() {
        let message = "the key occurs twice in its object; the last one counts".to_owned();
        check.problems.push(Problem {
            kind: ProblemKind::DuplicateKey,
            pointer: pointer.to_owned(),
            position,
            message,
        });
    }
    check.problems
}

/// Says what is wrong with an identifier; nothing where it is allowed.
pub fn identifier_problem(identifier: &str) -> Option<String> {
    let characters = identifier.chars().count();
    if characters > MAX_IDENTIFIER_CHARACTERS {
        return Some(format!(
            "the identifier has {characters} characters; {MAX_IDENTIFIER_CHARACTERS} are allowed"
        ));
    }
    if RESERVED_IDENTIFIERS.contains(&identifier) {
        return Some(format!("the identifier `{identifier}` is reserved; use another"));
    }
    let forbidden = |character: &char| FORBIDDEN_IN_IDENTIFIER.contains(character);
    let found = identifier.chars().find(forbidden)?;
    Some(format!("the identifier `{identifier}` holds `{found}`, which is not allowed"))
}

struct Check<'a> {
    document: &'a Document,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn add(&mut self, kind: ProblemKind, pointer: &str, message: String) {
        let position = self.document.position(pointer).unwrap_or_else(|| self.document.position_at(0));
        self.problems.push(Problem { kind, pointer: pointer.to_owned(), position, message });
    }

    fn sizes(&mut self) {
        let characters = self.document.text().chars().count();
        if characters > MAX_CHARACTERS {
            let message =
                format!("the flow has {characters} characters; Amazon Connect allows {MAX_CHARACTERS}");
            self.add(ProblemKind::TooLong, "", message);
        }
        let actions = self.document.blocks().len();
        let pointer = if self.document.format() == Format::Language { "/Actions" } else { "/modules" };
        if actions > MAX_ACTIONS {
            let message = format!("the flow has {actions} actions; Amazon Connect allows {MAX_ACTIONS}");
            self.add(ProblemKind::TooManyActions, pointer, message);
        }
        if actions == 0 {
            self.add(
                ProblemKind::NoAction,
                pointer,
                "the flow has no action; it needs one to start with".to_owned(),
            );
        }
    }

    fn start(&mut self) {
        if self.document.root().get("Version").is_none() {
            self.add(ProblemKind::Missing, "", "`Version` is missing; it must be \"2019-10-30\"".to_owned());
        }
        match self.document.start() {
            None => self.add(
                ProblemKind::Missing,
                "",
                "`StartAction` is missing; name the first action".to_owned(),
            ),
            Some(start) if self.document.block(start).is_none() && !is_template(start) => {
                let message = format!("`StartAction` names `{start}`, and no action has this identifier");
                self.add(ProblemKind::UnknownStart, "/StartAction", message);
            }
            Some(_) => {}
        }
    }

    fn identifiers(&mut self) {
        let document = self.document;
        let mut seen = BTreeSet::new();
        for block in document.blocks() {
            if block.written_kind.is_empty() {
                self.add(ProblemKind::Missing, &block.pointer, "the action has no `Type`".to_owned());
            }
            if block.identifier.is_empty() {
                self.add(ProblemKind::Missing, &block.pointer, "the action has no `Identifier`".to_owned());
                continue;
            }
            let pointer = format!("{}/Identifier", block.pointer);
            if !seen.insert(block.identifier.as_str()) {
                let message = format!(
                    "a second action has the identifier `{}`; identifiers must differ",
                    block.identifier
                );
                self.add(ProblemKind::DuplicateIdentifier, &pointer, message);
            }
            if let Some(message) =
                identifier_problem(&block.identifier).filter(|_| !is_template(&block.identifier))
            {
                self.add(ProblemKind::BadIdentifier, &pointer, message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"Version": "2019-10-30", "StartAction": "Play 1 é",
      "Actions": [{"Identifier": "Play 1 é", "Type": "X"}]}"#;

    fn kinds(text: &str) -> Vec<ProblemKind> {
        check(&Document::parse(text).unwrap()).into_iter().map(|problem| problem.kind).collect()
    }

    #[test]
    fn a_good_flow_has_no_problem_and_each_broken_rule_is_one() {
        assert_eq!(kinds(GOOD), []);
        let broken = |from: &str, to: &str| {
            assert!(GOOD.contains(from));
            kinds(&GOOD.replace(from, to))
        };
        assert_eq!(broken("\"Version\": \"2019-10-30\", ", ""), [ProblemKind::Missing]);
        assert_eq!(broken(", \"Type\": \"X\"", ""), [ProblemKind::Missing]);
        assert_eq!(broken("\"StartAction\": \"Play", "\"StartAction\": \"Stay"), [ProblemKind::UnknownStart]);
        assert_eq!(broken("\"StartAction\": \"Play 1 é\"", "\"StartAction\": \"{{start}}\""), []);
        for bad in ["a:b", "toString", "a}", &"é".repeat(51)] {
            assert_eq!(broken("Play 1 é", bad), [ProblemKind::BadIdentifier], "{bad}");
        }
        assert_eq!(broken("Play 1 é", &"é".repeat(50)), []);
        assert_eq!(
            broken("\"X\"}", "\"X\"}, {\"Identifier\": \"Play 1 é\", \"Type\": \"X\"}"),
            [ProblemKind::DuplicateIdentifier]
        );
        assert_eq!(broken("\"X\"}", "\"X\", \"Type\": \"Y\"}"), [ProblemKind::DuplicateKey]);
        assert_eq!(
            broken("\"X\"}", &format!("\"X\", \"Y\": \"{}\"}}", "é".repeat(MAX_CHARACTERS))),
            [ProblemKind::TooLong]
        );
        let many = (0..MAX_ACTIONS)
            .map(|n| format!(", {{\"Identifier\": \"{n}\", \"Type\": \"X\"}}"))
            .collect::<String>();
        assert_eq!(broken("\"X\"}", &format!("\"X\"}}{many}")), [ProblemKind::TooManyActions]);
        assert_eq!(
            kinds("{\"Version\": \"2019-10-30\", \"Actions\": []}"),
            [ProblemKind::NoAction, ProblemKind::Missing]
        );
    }

    #[test]
    fn a_problem_names_its_place() {
        let document =
            Document::parse(&GOOD.replace("{\"Identifier\": \"Play 1 é\"", "{\"Identifier\": \"a:b\""))
                .unwrap();
        let problems = check(&document);
        assert_eq!(
            problems[1].to_string(),
            "line 2, column 34: the identifier `a:b` holds `:`, which is not allowed"
        );
        assert_eq!(problems[1].pointer, "/Actions/0/Identifier");
    }
}
