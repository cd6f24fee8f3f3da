//! The words of what people read: each string literal of `src` outside of tests, each help text, each description in a
//! shipped schema and `README.md` use the plain term. The left column of [`WORDS`] fails, and the test names the better word.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use crate::imports::sources;
use crate::world::files;

/// Words and phrases that no text uses, each with the better one. A phrase matches whole words in either case.
const WORDS: &[(&str, &str)] = &[
    ("mend", "fix"),
    ("mends", "fixes"),
    ("mended", "fixed"),
    ("mending", "fixing"),
    ("put right", "fix"),
    ("let pass", "ignore, suppress"),
    ("lets pass", "ignores, suppresses"),
    ("passed over", "skipped"),
    ("tell", "report, show; `it is unknown`"),
    ("tells", "reports, shows"),
    ("told", "reported"),
    ("left over", "orphaned"),
    ("leftover", "orphaned"),
    ("stranger", "unmanaged"),
    ("strangers", "unmanaged"),
    ("nobody declared", "unmanaged, not declared"),
    ("moved", "changed"),
    ("who moved", "which side changed"),
    ("held", "blocked, protected, being edited"),
    ("is to be", "restore, set, change to"),
    ("are to be", "restore, set, change to"),
    ("is had", "exists"),
    ("has it not", "passes"),
    ("stands on", "is assigned to"),
    ("stand on", "are assigned to"),
    ("stands in", "is in"),
    ("stand in", "are in"),
    ("stands inside", "is inside"),
    ("wants nothing", "declares nothing"),
    ("all the same", "anyway"),
    ("besides", "also"),
    ("had put it there", "created it earlier"),
    ("gap", "could not be read"),
    ("gaps", "could not be read"),
    ("sick", "unreadable"),
    ("nameless", "without a name"),
    ("farewell", "disassociation"),
    ("farewells", "disassociations"),
    ("goodbye", "disassociation"),
    ("goodbyes", "disassociations"),
    ("nobody is there", "cannot ask for approval"),
    ("nobody", "no one; name what is missing"),
    ("somebody", "someone"),
    ("the caller may not", "the caller lacks permission to"),
    ("the list does not hold", "is not associated with the instance"),
    ("went away", "was deleted"),
    ("without it all", "default: all"),
    ("can be given again", "Repeatable."),
    ("behind the end", "trailing, after"),
    ("behind it", "after it"),
    ("behind the", "after the"),
    ("whose it is", "the owner"),
    ("looks whether", "checks whether"),
    ("is content with", "accepts"),
    ("are content with", "accept"),
    ("good until", "valid until"),
    ("judged", "checked"),
    ("judges", "checks"),
    ("take it off", "remove it, disassociate it"),
    ("goes only with", "requires"),
    ("as yet", "still"),
    ("for ever", "without end"),
    ("the way there", "the path"),
    ("is no flow", "is not a flow"),
    ("1 instances", "1 instance"),
];

/// What is right although it has such a word: a file, the phrase as it is there, and why.
const RIGHT: &[(&str, &str, &str)] = &[
    ("drift/", "left-over", "a value of the versioned drift document"),
    ("drift/", "could not tell", "the label of `could-not-tell` in the versioned drift document"),
    ("drift/", "could-not-tell", "a value of the versioned drift document"),
    ("report/watch/mod.rs", "moved", "a field of the versioned drift document"),
    ("report/apply/json.rs", "moved", "an outcome of the versioned apply document"),
    ("resource/code.rs", "cannot-tell", "a code, which versioned documents have"),
    ("resource/code.rs", "flow-held", "a code, which versioned documents have"),
    ("resource/code.rs", "function-held", "a code, which versioned documents have"),
    ("README.md", "could-not-tell", "a value of the versioned drift document"),
    ("cli/args/help.rs", "left-over", "help that names the JSON value"),
    ("cli/args/help.rs", "could-not-tell", "help that names the JSON value"),
];

/// A text of a file, and the line where it begins.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// Reads the string literals of Rust source. A line that ends with `\` is joined with the next as the compiler does.
fn literals(source: &str) -> Vec<Text> {
    literals_at(source).into_iter().map(|(_, text)| text).collect()
}

/// Reads the string literals of Rust source, each with where it is, quotes and all.
pub(crate) fn literals_at(source: &str) -> Vec<(Range<usize>, Text)> {
    let mut found = Vec::new();
    let (mut rest, mut line) = (source, 1);
    while let Some(first) = rest.chars().next() {
        let taken = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some((text, taken)) = raw(rest).or_else(|| quoted(rest)) {
            let at = source.len() - rest.len();
            found.push((at..at + taken, Text { line, text }));
            taken
        } else if first == '\'' {
            character(rest)
        } else {
            // A whole name at once, so that the `r` of `for` begins no raw string.
            let name = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            name.max(first.len_utf8())
        };
        line += rest[..taken].matches('\n').count();
        rest = &rest[taken..];
    }
    found
}

/// Reads `r"…"` with any number of `#`: its text and its length.
fn raw(rest: &str) -> Option<(String, usize)> {
    let after = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let inside = after[hashes..].strip_prefix('"')?;
    let end = inside.find(&format!("\"{}", "#".repeat(hashes)))?;
    let begin = rest.len() - inside.len();
    Some((inside[..end].to_owned(), begin + end + 1 + hashes))
}

/// Reads `"…"`: its text, with `\n` and `\"` put in, and its length.
fn quoted(rest: &str) -> Option<(String, usize)> {
    let inside = rest.strip_prefix('"')?;
    let mut text = String::new();
    let mut chars = inside.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((text, at + 2)),
            '\\' => match chars.next()?.1 {
                '\n' => {
                    let spaces = chars.as_str().len() - chars.as_str().trim_start().len();
                    chars.by_ref().take(spaces).for_each(|_| {});
                }
                'n' => text.push('\n'),
                escaped => text.push(escaped),
            },
            _ => text.push(c),
        }
    }
    None
}

/// How long a character literal is; of a lifetime, only its mark.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => {
            rest[2..].char_indices().skip(1).find(|(_, c)| *c == '\'').map_or(1, |(at, _)| at + 3)
        }
        Some(_) => chars.next().filter(|(_, c)| *c == '\'').map_or(1, |(at, _)| at + 1),
        None => 1,
    }
}

/// Whether a file is compiled for tests alone.
pub(crate) fn is_of_tests(name: &str) -> bool {
    let ends = ["tests.rs", "laws.rs", "samples.rs"];
    name.contains("/tests/") || name.contains("/set_laws/") || ends.iter().any(|end| name.ends_with(end))
}

/// Leaves out what is compiled for tests alone, up to the brace that ends it.
pub(crate) fn without_tests(source: &str) -> String {
    let mut kept = source.to_owned();
    while let Some(begin) = kept.find("#[cfg(test)]\nmod ") {
        let rest = &kept[begin..];
        let end = match (rest.find('{'), rest.find(';')) {
            (Some(brace), semicolon) if semicolon.is_none_or(|semicolon| brace < semicolon) => {
                rest.find("\n}\n").map_or(rest.len(), |end| end + 2)
            }
            (_, semicolon) => semicolon.map_or(rest.len(), |end| end + 1),
        };
        let lines = "\n".repeat(rest[..end].matches('\n').count());
        kept.replace_range(begin..begin + end, &lines);
    }
    kept
}

/// Joins the lines of each help text, which is the `///` of an argument or a command.
fn help(source: &str) -> Vec<Text> {
    let mut found: Vec<Text> = Vec::new();
    let mut open = false;
    for (number, line) in source.lines().enumerate() {
        let doc = line.trim_start().strip_prefix("///");
        match (doc, found.last_mut()) {
            (Some(doc), Some(last)) if open => last.text.push_str(doc),
            (Some(doc), _) => found.push(Text { line: number + 1, text: doc.to_owned() }),
            (None, _) => {}
        }
        open = doc.is_some();
    }
    found
}

/// Finds words of [`WORDS`] in a text: each with where it begins.
fn wrong(text: &str) -> Vec<(usize, &'static str, &'static str)> {
    let lower = text.to_ascii_lowercase().replace('\n', " ");
    let mut found = Vec::new();
    for (word, better) in WORDS {
        for (at, _) in lower.match_indices(word) {
            let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            let end = at + word.len();
            // `{told}` is an argument's name, which nobody reads.
            let whole = |c: Option<char>| !inside(c) && c != Some('{');
            if whole(lower[..at].chars().next_back()) && !inside(lower[end..].chars().next()) {
                found.push((at, *word, *better));
            }
        }
    }
    found
}

/// Lists what is wrong in a file's texts, as `FILE:LINE: …`.
fn judge(name: &str, texts: &[Text], used: &mut BTreeMap<&'static str, u32>) -> Vec<String> {
    let mut all = Vec::new();
    for Text { line, text } in texts {
        let mut text = text.clone();
        for (_, phrase, _) in
            RIGHT.iter().filter(|(file, ..)| name.trim_start_matches("src/").starts_with(file))
        {
            if text.contains(phrase) {
                *used.entry(phrase).or_default() += 1;
                text = text.replace(phrase, "");
            }
        }
        for (at, word, better) in wrong(&text) {
            let line = line + text[..at].matches('\n').count();
            let around: String = text[at..].chars().take(50).collect();
            all.push(format!("{name}:{line}: `{word}` in `{}…`: say {better}", around.replace('\n', " ")));
        }
    }
    all
}

#[test]
fn texts_use_plain_words() {
    let sources = sources();
    let mut used = BTreeMap::new();
    let mut all = Vec::new();
    let mut seen = 0;
    for (name, text) in sources.iter().filter(|(name, _)| !is_of_tests(name)) {
        let text = without_tests(text);
        let mut texts = literals(&text);
        if name.starts_with("cli/args") {
            texts.extend(help(&text));
        }
        seen += texts.len();
        all.extend(judge(&format!("src/{name}"), &texts, &mut used));
    }
    assert!(seen > 5000, "only {seen} texts were found");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = Text { line: 1, text: std::fs::read_to_string(root.join("README.md")).unwrap() };
    all.extend(judge("README.md", &[readme], &mut used));
    let mut schemas = Vec::new();
    files(&root.join("manifests/schema"), "json", &mut schemas);
    assert!(schemas.len() > 8, "{schemas:?}");
    for path in schemas {
        let text = std::fs::read_to_string(&path).unwrap();
        let described = text.lines().enumerate().filter(|(_, line)| line.contains("\"description\": "));
        let texts: Vec<Text> =
            described.map(|(line, text)| Text { line: line + 1, text: text.to_owned() }).collect();
        all.extend(judge(&path.file_name().unwrap().to_string_lossy(), &texts, &mut used));
    }
    assert!(all.is_empty(), "{} texts use a word that has a plainer one:\n{}", all.len(), all.join("\n"));
    let idle: Vec<_> = RIGHT.iter().filter(|(_, phrase, _)| !used.contains_key(phrase)).collect();
    assert!(idle.is_empty(), "exceptions that nothing needs any more: {idle:?}");
}

#[test]
fn literals_are_found_as_the_compiler_reads_them() {
    let source = r####"
// "a comment" and 'a
/// "a doc"
fn f<'a>(c: char) -> &'a str {
    let quote = '"'; let tick = '\''; let hash = b'"';
    let a = "one \"two\" \
             three";
    let b = r#"raw "text""#; for r in "x".chars() {}
    "after"
}
#[cfg(test)]
mod tests {
    const A: &str = "told";
}
"####;
    let found = literals(&without_tests(source));
    let found: Vec<_> = found.iter().map(|text| (text.line, text.text.as_str())).collect();
    let expected = [(6, "one \"two\" three"), (8, "raw \"text\""), (8, "x"), (9, "after")];
    assert_eq!(found, expected);
}

#[test]
fn a_word_is_found_whole_and_in_either_case() {
    let words = |text| wrong(text).into_iter().map(|(_, word, _)| word).collect::<Vec<_>>();
    assert_eq!(
        words("Told once; untold, withheld and recommended; moved\nby whoever moved"),
        ["told", "moved", "moved"]
    );
    assert_eq!(words("the alias stands\non it"), ["stands on"]);
}
