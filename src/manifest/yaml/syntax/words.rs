//! The parser's words in plain English, with what to do. No text of the file is quoted: it may be a secret.

use granit_parser::ErrorKind;

/// What is wrong, and what to do.
type Words = (&'static str, &'static str);

const COLON: &str = "write `key: value`, with a `:` and a space";
const QUOTE: &str = "put the value in quotes";
const INDENT: &str = "keys of one level start in the same column; indent with spaces";

/// Says what is wrong where the parser stopped, and what to do; nothing for what hardly anybody meets.
pub(super) fn plain(kind: &ErrorKind) -> Option<(String, &'static str)> {
    match kind {
        ErrorKind::UnexpectedCharacter { character } => {
            Some((format!("a value cannot start with `{}`", character.escape_default()), QUOTE))
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            let hint = "close the brackets in the order in which they were opened";
            Some((format!("a `{open}` is closed by `{close}`"), hint))
        }
        ErrorKind::UnclosedFlowCollection { open } => {
            let hint = if *open == '{' { "add the missing `}`" } else { "add the missing `]`" };
            Some((format!("this `{open}` is not closed"), hint))
        }
        _ => {
            let (message, hint) = layout(kind).or_else(|| brackets(kind)).or_else(|| values(kind))?;
            Some((message.to_owned(), hint))
        }
    }
}

/// What is wrong with lines and keys.
fn layout(kind: &ErrorKind) -> Option<Words> {
    Some(match kind {
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            ("a `:` followed by a space is missing in this line", COLON)
        }
        ErrorKind::InvalidMappingValueWhitespace
        | ErrorKind::InvalidColonPlacement
        | ErrorKind::FlowMappingValueAdjacentCollection => ("a `:` needs a space after it", COLON),
        ErrorKind::MappingValueNotAllowed => ("a `:` is not expected here", INDENT),
        ErrorKind::ExpectedBlockMappingKey => ("this line does not line up with the keys above", INDENT),
        ErrorKind::InvalidIndentation
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::InvalidFlowScalarIndent
        | ErrorKind::InvalidBlockScalarIndent => ("the indentation of this line fits nothing above", INDENT),
        ErrorKind::ExpectedBlockSequenceEntry => (
            "this line does not line up with the list above",
            "start each entry of a list with `- ` in the same column",
        ),
        ErrorKind::InvalidBlockEntryWhitespace => ("a `-` needs a space after it", "write `- value`"),
        ErrorKind::ExpectedDocumentStart | ErrorKind::InvalidDocumentEnd => {
            ("the document ended in the line above", "indent this line, or start another document with `---`")
        }
        _ => return None,
    })
}

/// What is wrong with lists and brackets.
fn brackets(kind: &ErrorKind) -> Option<Words> {
    Some(match kind {
        ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => (
            "a list with `- ` cannot start here",
            "start it on a line of its own below its key, or put the value in quotes",
        ),
        ErrorKind::ExpectedFlowMappingSeparator => {
            ("a `,` is missing here", "separate the entries of `{ }` with commas, and close it with `}`")
        }
        ErrorKind::ExpectedFlowSequenceSeparator => {
            ("a `,` is missing here", "separate the entries of `[ ]` with commas, and close it with `]`")
        }
        ErrorKind::MisplacedFlowCollectionEnd => {
            ("this bracket closes nothing", "take it out, or put the value in quotes")
        }
        _ => return None,
    })
}

/// What is wrong with a value.
fn values(kind: &ErrorKind) -> Option<Words> {
    Some(match kind {
        ErrorKind::UnknownAnchor | ErrorKind::MissingAnchorOrAliasName => {
            ("a value that starts with `*` or `&` is a reference of YAML, and nothing has this name", QUOTE)
        }
        ErrorKind::MappingKeyNotAllowed => ("a value cannot start with `? `", QUOTE),
        ErrorKind::PlainScalarStartsWithDashFlowIndicator => ("a value cannot start with `-` here", QUOTE),
        ErrorKind::InvalidBlockScalarHeader => (
            "nothing else may follow `|` or `>` on the line",
            "start the text in the next line, or put it in quotes",
        ),
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            ("this quote is not closed", "a text that starts with a quote must end with the same one")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar => (
            "there is more text after the closing quote",
            "a text that starts with a quote must end with the same one; inside of `'…'` write `'` as `''`",
        ),
        ErrorKind::InvalidTrailingDoubleQuotedScalar => (
            "there is more text after the closing quote",
            "a text that starts with a quote must end with the same one; inside of `\"…\"` write `\"` as `\\\"`",
        ),
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidUnicodeEscape => {
            ("inside of `\"…\"` a `\\` starts an escape, and this is none", "write `\\\\`, or use `'…'`")
        }
        ErrorKind::ExpectedNodeContent => {
            ("a value is missing here", "write the value, or `\"\"` for an empty text")
        }
        ErrorKind::CommentNotSeparated | ErrorKind::CommentInterceptedScalar => {
            ("a comment cannot start here", "put a space in front of `#`, or put the value in quotes")
        }
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => ("a tab cannot be here", "use spaces"),
        _ => return None,
    })
}
