use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> (Vec<Node>, Vec<String>) {
    let mut log = Log::new("f.yaml");
    let documents = parse(text, &mut log);
    let lines = log.into_problems().into_iter().map(|p| {
        let hint = p.hint.map(|h| format!(" ({h})")).unwrap_or_default();
        let at = p.origin.map(|o| format!("{}:{}", o.line, o.column)).unwrap_or_default();
        format!("{at} {}: {}{hint}", p.code, p.message)
    });
    (documents, lines.collect())
}

fn clean(text: &str) -> Node {
    let (mut documents, problems) = read(text);
    assert_eq!(problems, Vec::<String>::new(), "{text}");
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

/// Writes a tree without its places.
fn plain(node: &Node) -> String {
    match &node.value {
        NodeValue::Scalar(text, _) => text.clone(),
        NodeValue::Map(entries) => {
            let parts: Vec<_> = entries.iter().map(|(k, v)| format!("{}: {}", k.text, plain(v))).collect();
            format!("{{{}}}", parts.join(", "))
        }
        NodeValue::Seq(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(", ")),
    }
}

/// Longer than any machine takes, however busy it is; what is not linear in its input would take hours.
const HANGS: Duration = Duration::from_secs(300);

fn quickly(text: &str) -> Vec<String> {
    let start = Instant::now();
    let (documents, problems) = read(text);
    drop(documents);
    assert!(start.elapsed() < HANGS, "took {:?}", start.elapsed());
    problems
}

fn items(node: &Node) -> &[Node] {
    let NodeValue::Seq(items) = &node.value else { panic!("{} is no list", node.kind()) };
    items
}

#[test]
fn scalars_keep_their_text() {
    let node = clean("[1.10, 007, 011122223333, NO, on, 1_000, 0x10, 1e3, 2026-01-01, 12:30:00, '5', .inf]");
    assert_eq!(
        plain(&node),
        "[1.10, 007, 011122223333, NO, on, 1_000, 0x10, 1e3, 2026-01-01, 12:30:00, 5, .inf]"
    );
}

#[test]
fn places_count_characters_from_one() {
    let node = clean("a:\n  ü: [x, 'ä', y]\n");
    let inner = node.get("a").unwrap();
    assert_eq!(inner.entries()[0].0.position, Position { line: 2, column: 3 });
    let places: Vec<_> = items(inner.get("ü").unwrap()).iter().map(|n| n.position.column).collect();
    assert_eq!(places, [7, 10, 15]);
}

#[test]
fn null_is_told_from_text() {
    let node = clean("a:\nb: ~\nc: null\nd: ''\ne: 'null'\n");
    let nulls: Vec<_> = node.entries().iter().map(|(_, value)| value.is_null()).collect();
    assert_eq!(nulls, [true, true, true, false, false]);
    assert_eq!(node.get("a").unwrap().position, Position { line: 1, column: 1 });
}

#[test]
fn several_documents_are_several_trees_and_empty_ones_are_left_out() {
    let (documents, problems) = read("---\na: 1\n---\n---\nb: 2\n...\n");
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(documents.iter().map(plain).collect::<Vec<_>>(), ["{a: 1}", "{b: 2}"]);
}

#[test]
fn aliases_and_merge_keys_are_expanded() {
    let node =
        clean("base: &b { x: 1, y: 2 }\nmore: &m { z: 3, x: 9 }\nall:\n  <<: [*b, *m]\n  y: 5\nsame: *b\n");
    assert_eq!(plain(node.get("all").unwrap()), "{y: 5, x: 1, z: 3}");
    assert_eq!(plain(node.get("same").unwrap()), "{x: 1, y: 2}");
    assert_eq!(node.get("same").unwrap().position, Position { line: 6, column: 7 });
    assert_eq!(plain(&clean("'<<': 1")), "{<<: 1}");
}

#[test]
fn a_key_twice_is_reported_at_the_second() {
    let (_, problems) = read("a: 1\nb: { c: 1, 'c': 2 }\na: 3\n");
    assert_eq!(
        problems,
        [
            "2:12 duplicate-key: the key `c` is here a second time (it is first in line 2)",
            "3:1 duplicate-key: the key `a` is here a second time (it is first in line 1)",
        ]
    );
}

#[test]
fn what_has_no_place_in_a_manifest_is_refused_where_it_stands() {
    for (text, problem) in [
        (
            "a: !!str 5",
            "1:10 yaml: the tag `!!str` is not supported (leave it out: each field says itself what it takes)",
        ),
        (
            "{a: 1}: 2",
            "1:1 yaml: a key must be a text, not a map or a list (a value that starts with `{` or `[` needs quotes)",
        ),
        ("a: &x [*x]", "1:8 yaml: the alias refers to a node that contains it"),
        ("a: &x b\n*x : c", "2:1 yaml: an alias cannot be a key; write the key out"),
        ("<<: 5", "1:5 yaml: `<<` merges maps, and this is a text"),
        (": x", "1:1 yaml: a key is missing here"),
        (
            "a: *nobody",
            "1:4 yaml: this is not YAML: a value that starts with `*` or `&` is a reference of YAML",
        ),
        ("a: 'x", "1:4 yaml: this is not YAML: this quote is not closed"),
        ("a: [1, 2", "1:4 yaml: this is not YAML: "),
        (
            "a:\n\t- b",
            "2:1 yaml: this is not YAML: a tab indents this line (indent with spaces, not with tabs)",
        ),
    ] {
        let (_, problems) = read(text);
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        assert!(problems[0].starts_with(problem), "{text}: {problems:?}");
    }
}

#[test]
fn a_variable_in_a_flow_map_without_quotes_gets_the_advice() {
    let (_, problems) = read("a: { name: crm-${var.x} }\n");
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("inside of `{ }` and `[ ]` a value with `${` needs quotes"), "{problems:?}");
}

#[test]
fn deep_nesting_is_refused_at_once() {
    for text in [
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        (0..1000).map(|n| format!("{}a:\n", " ".repeat(n))).collect::<String>(),
    ] {
        let problems = quickly(&text);
        assert_eq!(problems.len(), 1);
        assert!(
            problems[0].contains("too-deep: maps and lists lie more than 48 deep in each other"),
            "{problems:?}"
        );
    }
}

#[test]
fn nested_keys_are_refused_at_once() {
    assert!(quickly(&"? ".repeat(100_000))[0].contains("a key must be a text"));
}

#[test]
fn alias_bombs_are_refused_at_once() {
    let mut laughs = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
    for (this, last) in ('b'..='i').zip('a'..) {
        laughs += &format!("{this}: &{this} [{}]\n", vec![format!("*{last}"); 9].join(", "));
    }
    assert!(quickly(&laughs)[0].contains("too-large: the file has more than 50000 values"));
    let wide = format!("a: &a '{}'\nb: [{}]\n", "x".repeat(100_000), vec!["*a"; 900].join(", "));
    assert!(quickly(&wide)[0].contains("too-large: the file has more than 4194304 bytes of text"));
    let many = format!("a: &a 1\nb: [{}]\n", vec!["*a"; 1001].join(", "));
    assert!(quickly(&many)[0].contains("too-large: there are more than 1000 aliases"));
    let mut deep = String::from("a0: &a0 [x]\n");
    for n in 1..200 {
        deep += &format!("a{n}: &a{n} [*a{}]\n", n - 1);
    }
    assert!(quickly(&deep)[0].contains("too-deep"));
}

#[test]
fn the_size_is_bounded_and_a_full_file_is_quick() {
    let big = "a: b\n".repeat(300_000);
    assert_eq!(
        quickly(&big),
        [
            "1:1 too-large: the file has 1500000 bytes, and flowbind reads at most 1048576 (split it into several binding sets)"
        ]
    );
    assert!(quickly(&"[]\n---\n".repeat(100_000))[0].contains("too-large"));
    for unit in [
        "x", "'", "\"\\", "a: b\n", "&a ", "*a ", "!", "%", "#", "- - ", "? a\n", "\u{feff}", "|\n", "${",
        "\t",
    ] {
        quickly(&unit.repeat(1_000_000 / unit.len()));
    }
}

proptest! {
    #[test]
    fn a_plain_word_is_read_as_the_other_reader_reads_it_into_text(word in "[0-9A-Za-z_.+-]{1,10}") {
        prop_assume!(!matches!(word.as_str(), "-" | "---" | "..."));
        let text = format!("a: {word}\n");
        let other: std::collections::BTreeMap<String, Option<String>> = serde_yaml::from_str(&text).unwrap();
        let node = clean(&text);
        prop_assert_eq!(node.get("a").unwrap().text(), other["a"].as_deref());
    }

    #[test]
    fn no_text_is_too_strange_to_be_answered(text in "[-?:,\\[\\]{}#&*!|>'\"%@` \na$<~\t]{0,40}") {
        let _ = read(&text);
    }
}
