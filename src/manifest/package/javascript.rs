//! How many parameters an exported function of a JavaScript file declares, where that shows without running the file.
//!
//! Reads words and signs, not the language: what a wrapper or another file makes of a function is unknown, and unknown
//! is never an answer.

/// A word or a sign of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token<'t> {
    /// A name or a keyword.
    Word(&'t str),
    /// One sign; of `=>` and `...` the whole.
    Sign(&'t str),
    /// A number, text, template or regular expression. Of a text what is in it.
    Literal(&'t str),
}

/// Returns the number of parameters of the function that a file exports by a name, as `length` counts them: up to the first
/// one with a default value, without `...rest`. None where that is unknown.
pub(super) fn parameters(text: &str, name: &str) -> Option<usize> {
    let tokens = tokens(text);
    let mut found = None;
    for at in 0..tokens.len() {
        // The last assignment counts.
        found = exported(&tokens, at, name).and_then(|at| function(&tokens, at, 0)).or(found);
    }
    found
}

/// Returns where the value or the declaration of an export begins, if an export of this name is here.
fn exported(tokens: &[Token<'_>], at: usize, name: &str) -> Option<usize> {
    let rest = tokens.get(at..)?;
    let begins = at == 0 || !matches!(tokens[at - 1], Token::Sign("."));
    match rest {
        // `exports.NAME =`, also behind `module.`
        [Token::Word("exports"), Token::Sign("."), Token::Word(word), Token::Sign("="), ..]
            if *word == name =>
        {
            Some(at + 4)
        }
        [
            Token::Word("exports"),
            Token::Sign("["),
            Token::Literal(word),
            Token::Sign("]"),
            Token::Sign("="),
            ..,
        ] if *word == name => Some(at + 5),
        [
            Token::Word("export"),
            Token::Word("const" | "let" | "var"),
            Token::Word(word),
            Token::Sign("="),
            ..,
        ] if begins && *word == name => Some(at + 4),
        [Token::Word("export"), Token::Word("async"), Token::Word("function"), ..]
        | [Token::Word("export"), Token::Word("function"), ..]
            if begins && declares(rest, name) =>
        {
            Some(at + 1)
        }
        // `module.exports = { NAME, … }` and `export { NAME }`
        [Token::Word("exports"), Token::Sign("="), Token::Sign("{"), ..] => listed(tokens, at + 3, name),
        [Token::Word("export"), Token::Sign("{"), ..] if begins => listed(tokens, at + 2, name),
        _ => None,
    }
}

fn declares(tokens: &[Token<'_>], name: &str) -> bool {
    let after = tokens.iter().position(|token| *token == Token::Word("function"));
    after.and_then(|at| tokens.get(at + 1)) == Some(&Token::Word(name))
}

/// Returns where the value of a name in a list of exports begins.
fn listed(tokens: &[Token<'_>], from: usize, name: &str) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, from);
    loop {
        match tokens.get(at)? {
            Token::Sign("{" | "(" | "[") => depth += 1,
            Token::Sign("}") if depth == 0 => return None,
            Token::Sign("}" | ")" | "]") => depth = depth.saturating_sub(1),
            Token::Word(word) if depth == 0 && *word == name => {
                let first = matches!(tokens.get(at.checked_sub(1)?)?, Token::Sign("{" | ","));
                match tokens.get(at + 1)? {
                    Token::Sign("," | "}") if first => return Some(at),
                    Token::Sign(":") if first => return Some(at + 2),
                    Token::Sign("(") if first => return Some(at),
                    // `export { local as NAME }`
                    Token::Sign("," | "}") if tokens.get(at - 1) == Some(&Token::Word("as")) => {
                        return at.checked_sub(2);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// The deepest that one name is looked up through others.
const DEEPEST: usize = 4;

/// Counts the parameters of the function that begins here: an expression, a declaration, or the name of one.
fn function(tokens: &[Token<'_>], at: usize, depth: usize) -> Option<usize> {
    let at = if tokens.get(at) == Some(&Token::Word("async")) { at + 1 } else { at };
    match tokens.get(at)? {
        Token::Word("function") => {
            let mut at = at + 1;
            while matches!(tokens.get(at)?, Token::Word(_) | Token::Sign("*")) {
                at += 1;
            }
            count(tokens, at).map(|(parameters, _)| parameters)
        }
        Token::Sign("(") => {
            let (parameters, end) = count(tokens, at)?;
            (tokens.get(end) == Some(&Token::Sign("=>"))).then_some(parameters)
        }
        Token::Word(name) => match tokens.get(at + 1) {
            Some(Token::Sign("=>")) => Some(1),
            // A method of the exported object.
            Some(Token::Sign("(")) => {
                let (parameters, end) = count(tokens, at + 1)?;
                (tokens.get(end) == Some(&Token::Sign("{"))).then_some(parameters)
            }
            Some(Token::Sign("." | "[")) | Some(Token::Literal(_)) => None,
            _ => declared(tokens, name, depth),
        },
        _ => None,
    }
}

/// Counts the parameters of a function that the file declares by a name.
fn declared(tokens: &[Token<'_>], name: &str, depth: usize) -> Option<usize> {
    if depth == DEEPEST {
        return None;
    }
    (0..tokens.len()).find_map(|at| match tokens.get(at..)? {
        [Token::Word("function"), Token::Word(word), ..]
        | [Token::Word("function"), Token::Sign("*"), Token::Word(word), ..]
            if *word == name =>
        {
            function(tokens, at, depth + 1)
        }
        [Token::Word("const" | "let" | "var"), Token::Word(word), Token::Sign("="), ..] if *word == name => {
            function(tokens, at + 3, depth + 1)
        }
        _ => None,
    })
}

/// Counts the parameters in the brackets that open here, and gives what follows them.
fn count(tokens: &[Token<'_>], open: usize) -> Option<(usize, usize)> {
    if tokens.get(open) != Some(&Token::Sign("(")) {
        return None;
    }
    let (mut depth, mut at, mut parameters) = (0_usize, open, 0);
    // Whether the one that is read has begun, and whether those behind a default value are read.
    let (mut begun, mut counts) = (false, true);
    loop {
        match tokens.get(at)? {
            Token::Sign(")") if depth == 1 => {
                return Some((parameters + usize::from(begun && counts), at + 1));
            }
            Token::Sign(",") if depth == 1 => {
                parameters += usize::from(begun && counts);
                begun = false;
            }
            Token::Sign("=" | "...") if depth == 1 => {
                counts = false;
                begun = true;
            }
            Token::Sign("(" | "[" | "{") => {
                begun |= depth > 0;
                depth += 1;
            }
            Token::Sign(")" | "]" | "}") => depth = depth.checked_sub(1)?,
            _ => begun = true,
        }
        at += 1;
    }
}

/// Reads the words and signs of a file; comments and blanks are left out.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let (mut tokens, mut at) = (Vec::new(), 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (token, length) = token(rest, tokens.last());
        tokens.extend(token);
        at += length.max(1);
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    tokens
}

/// Reads what a text begins with, and how long it is. What came before says whether a `/` divides.
fn token<'t>(rest: &'t str, before: Option<&Token<'_>>) -> (Option<Token<'t>>, usize) {
    let first = rest.chars().next().unwrap_or(' ');
    let piece = |length: usize| rest.get(..length).unwrap_or(rest);
    match first {
        _ if first.is_whitespace() => (None, first.len_utf8()),
        '/' if rest.starts_with("//") => (None, rest.find('\n').unwrap_or(rest.len())),
        '/' if rest.starts_with("/*") => (None, rest.find("*/").map_or(rest.len(), |end| end + 2)),
        '/' if !divides(before) => {
            let end = regex(rest);
            (Some(Token::Literal(piece(end))), end)
        }
        '"' | '\'' => {
            let end = quoted(rest, first);
            let inner = rest.get(1..end.saturating_sub(1)).unwrap_or_default();
            (Some(Token::Literal(inner)), end)
        }
        '`' => {
            let end = template(rest);
            (Some(Token::Literal(piece(end))), end)
        }
        _ if first.is_alphanumeric() || matches!(first, '_' | '$' | '#') => {
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '#')))
                .unwrap_or(rest.len());
            let word = piece(end);
            let token = if first.is_ascii_digit() { Token::Literal(word) } else { Token::Word(word) };
            (Some(token), end)
        }
        _ => {
            let long = ["=>", "...", "===", "==", "!==", "!=", "<=", ">="];
            let length =
                long.iter().find(|sign| rest.starts_with(**sign)).map_or(first.len_utf8(), |sign| sign.len());
            (Some(Token::Sign(piece(length))), length)
        }
    }
}

/// Whether a `/` behind a token divides, and does not begin a regular expression.
fn divides(before: Option<&Token<'_>>) -> bool {
    match before {
        Some(Token::Word(word)) => {
            !matches!(*word, "return" | "typeof" | "case" | "in" | "of" | "do" | "else" | "void")
        }
        Some(Token::Literal(_)) => true,
        Some(Token::Sign(sign)) => matches!(*sign, ")" | "]" | "}"),
        None => false,
    }
}

/// The length of a quoted text with its quotes; to the end of the line where it is not closed.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return at,
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of a regular expression without its flags.
fn regex(rest: &str) -> usize {
    let (mut escaped, mut class) = (false, false);
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return at,
            '[' => class = true,
            ']' => class = false,
            '/' if !class => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of a template with its quotes; what is filled into it may hold templates of its own.
fn template(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    // Of each template that is open, how many braces of the code in it are.
    let mut open: Vec<usize> = vec![0];
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        let Some(braces) = open.last_mut() else { break };
        match (byte, *braces) {
            (b'\\', _) => at += 1,
            (b'$', 0) if bytes.get(at + 1) == Some(&b'{') => {
                *braces = 1;
                at += 1;
            }
            (b'`', 0) => {
                open.pop();
                if open.is_empty() {
                    return at + 1;
                }
            }
            (b'`', _) => open.push(0),
            (b'{', 1..) => *braces += 1,
            (b'}', 1..) => *braces -= 1,
            _ => {}
        }
        at += 1;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parameters_of_every_form_of_export_are_counted() {
        for (text, expected) in [
            ("exports.handler = function (event, context, callback) {}", 3),
            ("exports.handler = function(event, context, callback) {", 3),
            ("module.exports.handler = async (event, context) => ({})", 2),
            ("exports['handler'] = async event => ({})", 1),
            ("export const handler = async (event, context, callback) => {}", 3),
            ("export async function handler(event, context, callback) {}", 3),
            ("export function handler() {}", 0),
            ("async function handler(a, b, c) {}\nmodule.exports = { other, handler }", 3),
            ("const handler = async (a, b, c) => {};\nexport { handler };", 3),
            ("const main = (a, b, c) => {};\nexport { main as handler };", 3),
            ("module.exports = { handler: function (a, b, c) {} }", 3),
            ("module.exports = { handler(a, b, c) {} }", 3),
            ("module.exports = { async handler(a, b, c) {}, handler }\nfunction handler(a) {}", 1),
            ("const run = function named(a, b, c) {}; exports.handler = run;", 3),
        ] {
            assert_eq!(parameters(text, "handler"), Some(expected), "{text}");
        }
    }

    #[test]
    fn parameters_count_as_their_length_does() {
        for (list, expected) in [
            ("", 0),
            ("event,", 1),
            ("{ Details: { Parameters } }, [a, b], c", 3),
            ("a, b = {}, c", 1),
            ("a, { b = 1 }, c", 3),
            ("a, ...rest", 1),
            ("a /* the, event */, b, // ,\n c", 3),
            ("a = f(1, 2), b, c", 0),
        ] {
            let text = format!("exports.handler = async ({list}) => {{}}");
            assert_eq!(parameters(&text, "handler"), Some(expected), "{list}");
        }
    }

    #[test]
    fn what_does_not_show_is_unknown() {
        for text in [
            "",
            "exports.handler = wrap((a, b, c) => {})",
            "exports.handler = middy().use(x).handler((a, b, c) => {})",
            "exports.handler = require('./other').handler",
            "export { handler } from './other.mjs'",
            "// exports.handler = (a, b, c) => {}",
            "const text = 'exports.handler = (a, b, c) => {}'",
            "const text = `${`exports.handler = (a, b, c) => {}`}`",
            "const pattern = /exports.handler = (a, b, c) => {}/",
            "exports.other = (a, b, c) => {}",
            "function handler(a, b, c) {}",
            "exports.handler = handler",
            "const handler = handler; exports.handler = handler",
            "class Handler { handler(a, b, c) {} }",
        ] {
            assert_eq!(parameters(text, "handler"), None, "{text}");
        }
        // A division is no regular expression, and a sign in a text is no sign.
        let text = "const half = 1 / 2; const a = ')('; exports.handler = (a, b, c) => a / b / c";
        assert_eq!(parameters(text, "handler"), Some(3));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_file_breaks_it(text in "(exports|\\.|handler|=|\\(|\\)|\\{|\\}|,|=>|`|\\$\\{|/|'|\"|\\\\|\n|async|function|export|é| ){0,30}") {
            let _ = parameters(&text, "handler");
        }

        #[test]
        fn what_stands_before_does_not_matter(before in "(const x = [1-9];|// [a-z ]{0,9}\n|`[a-z ]{0,9}`;|/[a-z]{1,9}/;|'[a-z]{0,9}';){0,6}", count in 0_usize..6) {
            let list: Vec<String> = (0..count).map(|n| format!("p{n}")).collect();
            let text = format!("{before}\nexports.handler = ({}) => 1", list.join(", "));
            prop_assert_eq!(parameters(&text, "handler"), Some(count), "{}", text);
        }
    }
}
