//! Decisions rest on types: no file of `src` compares or matches the name of a problem's code or of an operation as text.
//! Each name stands in the table that defines it (`resource/code.rs`, `lint/codes.rs` and the rules; `operations.rs` and
//! `operations/action.rs`; of the embedded AWS, which shares nothing with them, `emulator/call/special.rs`), and from there
//! on it is a value of an enum.

use std::collections::BTreeSet;

use flowbind::operations::{Action, Operation};

use crate::imports::sources;
use crate::words::{Text, is_of_tests, literals_at, without_tests};

/// The tables that define the names.
const TABLES: &[&str] = &[
    "emulator/call/special.rs",
    "flow/analysis/graph.rs",
    "lint/codes.rs",
    "operations.rs",
    "operations/action.rs",
    "resource/code.rs",
    "resource/function.rs",
];

/// Further words that are a value of an enum everywhere but in the table that writes and reads them: what an apply of kept
/// contents is for, the unqualified function, the ways out of a block, how bad a problem of a plan is.
const WORDS: &[&str] = &["rollback", "$LATEST", "next", "NoMatchingCondition", "blocked", "not read"];

/// Files that may, each with why.
const ALLOWED: &[(&str, &str)] = &[("flow/corpus.rs", "it is compiled for tests alone")];

/// The names of operations and of actions, with and without their service.
fn operations() -> BTreeSet<String> {
    let of_operations = Operation::ALL
        .iter()
        .flat_map(|operation| [operation.to_string(), operation.facts().name.to_owned()]);
    let of_actions = Action::ALL.iter().flat_map(|action| [action.to_string(), action.name().to_owned()]);
    of_operations.chain(of_actions).collect()
}

/// The first words of the names of operations, such as `Get`: what a name begins with tells as much as the name.
fn verbs(operations: &BTreeSet<String>) -> BTreeSet<String> {
    let verb = |name: &String| {
        let name = name.rsplit(':').next().unwrap();
        let end = name[1..].find(char::is_uppercase).map_or(name.len(), |end| end + 1);
        name[..end].to_owned()
    };
    operations.iter().map(verb).collect()
}

/// The codes of problems, from the tables that define them.
fn codes() -> BTreeSet<String> {
    let sources = sources();
    let table = &sources["resource/code.rs"];
    let of_problems = table.lines().filter_map(|line| {
        let (_, word) = line.strip_prefix("        ")?.split_once(" = \"")?;
        Some(word.split('"').next()?.to_owned())
    });
    let of_rules = flowbind::lint::codes().into_iter().map(|meta| meta.code.to_owned());
    // A single word is too common to be told from others: `yaml` is a file name's end too.
    of_problems.chain(of_rules).filter(|code| code.contains('-')).collect()
}

/// The names that a file decides on: with the line of each.
fn decisions(source: &str, names: &BTreeSet<String>, verbs: &BTreeSet<String>) -> Vec<String> {
    let source = without_tests(source);
    let mut found = Vec::new();
    for (span, Text { line, text }) in literals_at(&source) {
        let (before, after) = (&source[..span.start], &source[span.end..]);
        let partly = ["starts_with(", "ends_with(", "contains(", "strip_prefix("];
        let is_part = partly.iter().any(|call| before.ends_with(call)) && verbs.contains(&text);
        if is_part || names.contains(&text) && decides(before, after) {
            found.push(format!("{line}: `{text}`"));
        }
    }
    found
}

/// Whether a literal between these two is compared or matched.
fn decides(before: &str, after: &str) -> bool {
    let wraps = |c: char| c.is_whitespace() || c == '(' || c == '&' || c == '*';
    let before = before.trim_end_matches(wraps);
    let before = before.strip_suffix("Some").or(before.strip_suffix("Ok")).unwrap_or(before);
    let before = before.trim_end_matches(wraps);
    let after = after.trim_start_matches(|c: char| c.is_whitespace() || c == ')');
    let compares =
        |text: &str, ends: fn(&str, &str) -> bool| ["==", "!="].iter().any(|sign| ends(text, sign));
    if compares(before, |text, sign| text.ends_with(sign))
        || compares(after, |text, sign| text.starts_with(sign))
    {
        return true;
    }
    is_pattern(before, after) || is_listed(after)
}

/// Whether it is a pattern: of an arm, of `matches!`, or one of several. In a tuple the arm comes later.
fn is_pattern(before: &str, after: &str) -> bool {
    let in_matches = before.rfind("matches!(").is_some_and(|at| {
        let inside = &before[at + "matches!(".len()..];
        !inside.contains(';') && inside.matches('(').count() >= inside.matches(')').count()
    });
    let arm = after.split(['\n', ';', '{']).next().unwrap_or_default();
    let many = after.starts_with('|') || before.ends_with('|') && !before.ends_with("||");
    let asks_eq = ["eq_ignore_ascii_case", ".eq"].iter().any(|call| before.ends_with(call));
    in_matches || many || asks_eq || arm.contains("=>")
}

/// Whether it is in a list that is asked for something.
fn is_listed(after: &str) -> bool {
    let Some((inside, rest)) = after.split_once(']') else { return false };
    let only_texts = inside.split(',').all(|item| item.trim().is_empty() || item.trim().starts_with('"'));
    only_texts && [".contains(", ".iter().any("].iter().any(|call| rest.starts_with(call))
}

#[test]
fn no_code_and_no_operation_is_matched_as_text() {
    let words = WORDS.iter().map(|word| (*word).to_owned());
    let names: BTreeSet<String> = operations().into_iter().chain(codes()).collect();
    // The embedded AWS speaks AWS's words alone.
    let with_words: BTreeSet<String> = names.iter().cloned().chain(words).collect();
    let verbs = verbs(&Operation::ALL.iter().map(ToString::to_string).collect());
    assert!(
        names.len() > 250 && names.contains("grant-denied") && names.contains("lambda:GetPolicy"),
        "{names:?}"
    );
    let mut all = Vec::new();
    let mut used = BTreeSet::new();
    for (name, text) in
        sources().iter().filter(|(name, _)| !is_of_tests(name) && !TABLES.contains(&name.as_str()))
    {
        let names = if name.starts_with("emulator/") { &names } else { &with_words };
        let found = decisions(text, names, &verbs);
        match ALLOWED.iter().find(|(file, _)| file == name) {
            Some((file, _)) if !found.is_empty() => drop(used.insert(*file)),
            _ => all.extend(found.into_iter().map(|found| format!("src/{name}:{found}"))),
        }
    }
    assert!(all.is_empty(), "decide on `Code`, `Operation` or `Action`, not on text: {all:#?}");
    let unused: Vec<_> = ALLOWED.iter().filter(|(file, _)| !used.contains(file)).collect();
    assert!(unused.is_empty(), "nothing there any more: {unused:?}");
}

/// Files in which a message is searched, each with why.
const READS_MESSAGES: &[(&str, &str)] = &[
    ("aws/session/fault.rs", "what AWS says of a role and of a permission stands in its message alone"),
    ("cli/run/connect.rs", "what the SDK has tried for credentials is left to `-v`"),
    ("plan/reasons.rs", "it writes the reasons that it shortens"),
    ("report/plan/entries.rs", "what a heading says already is left out of a reason"),
    ("report/invoke/words.rs", "which module a runtime misses stands in its message alone"),
    ("resource/address.rs", "it parts an address from what is said of it"),
];

/// A message is for people: what it stands for is a field beside it.
#[test]
fn no_message_is_searched() {
    let searches =
        ["starts_with(", "ends_with(", "contains(", "strip_prefix(", "strip_suffix(", "find(", "split_once("];
    let (mut all, mut used) = (Vec::new(), BTreeSet::new());
    for (name, text) in sources().iter().filter(|(name, _)| !is_of_tests(name)) {
        // The embedded AWS and the reader of YAML share nothing with the rest.
        if name.starts_with("emulator/") || name.starts_with("manifest/yaml") {
            continue;
        }
        let text = without_tests(text);
        for word in ["message", "reason"] {
            for search in searches {
                for (at, _) in text.match_indices(&format!("{word}.{search}")) {
                    match READS_MESSAGES.iter().find(|(file, _)| file == name) {
                        Some((file, _)) => drop(used.insert(*file)),
                        None => all.push(format!("src/{name}:{}", text[..at].lines().count())),
                    }
                }
            }
        }
    }
    assert!(all.is_empty(), "give what is searched for a field: {all:#?}");
    let unused: Vec<_> = READS_MESSAGES.iter().filter(|(file, _)| !used.contains(file)).collect();
    assert!(unused.is_empty(), "nothing there any more: {unused:?}");
}

#[test]
fn every_way_to_decide_on_a_text_is_found() {
    let names =
        BTreeSet::from(["grant-denied".to_owned(), "lambda:GetPolicy".to_owned(), "GetPolicy".to_owned()]);
    let verbs = BTreeSet::from(["Get".to_owned()]);
    for line in [
        r#"if code == "grant-denied" {}"#,
        r#"if "grant-denied" != code {}"#,
        r#"code.filter(|code| *code == ("grant-denied"))"#,
        r#"if code.as_str() == Some("grant-denied") {}"#,
        r#"match code { "grant-denied" => 1, _ => 2 }"#,
        r#"match code { Some("grant-denied") if held => 1, _ => 2 }"#,
        r#"match code { "other" | "grant-denied" => 1, _ => 2 }"#,
        r#"match (service, name) { ("lambda", "GetPolicy") => 1, _ => 2 }"#,
        r#"match (name, service) { ("GetPolicy", _) => 1, _ => 2 }"#,
        r#"let is = matches!(name, "GetPolicy" | "Other");"#,
        r#"let is = matches!((a(b), name), (_, "GetPolicy"));"#,
        r#"let is = name.eq_ignore_ascii_case("grant-denied");"#,
        r#"let is = ["other", "grant-denied"].contains(&code);"#,
        r#"let is = name.starts_with("Get");"#,
    ] {
        assert_eq!(decisions(line, &names, &verbs).len(), 1, "{line}");
    }
    for line in [
        r#"const DENIED: &str = "grant-denied";"#,
        r#"Action { name: "lambda:GetPolicy", resource: "*" }"#,
        r#"call("GetPolicy", |answer| answer.ok())"#,
        r#"let text = format!("grant-denied: {code}"); match other { 1 => 2 }"#,
        r#"if matches!(a, B) { say("grant-denied") }"#,
        "#[cfg(test)]\nmod tests {\n    fn a() { x == \"grant-denied\" }\n}\n",
    ] {
        assert!(decisions(line, &names, &verbs).is_empty(), "{line}");
    }
}
