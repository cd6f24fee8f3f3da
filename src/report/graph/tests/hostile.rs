//! Names that try to be syntax.

use serde_json::json;

use super::{check, flow};
use crate::report::graph::{dot, mermaid, svg};

const NAMES: [&str; 9] = [
    "</text><script>alert(1)</script>",
    "a\" onload=\"x' & b",
    "]]>&#x0;\u{0}\u{1}\u{FFFF}\u{202E}evil",
    "%%{init: {\"theme\": \"dark\"}}%%\nend",
    "x\"]; n0 --> n1[\"y",
    "back\\slash\\\" \\N \\l",
    "`**md**` #quot; style: a#b;",
    "𒐫𒐫𒐫𒐫𒐫𒐫𒐫﷽﷽﷽ 世界世界世界世界世界世界世界世界 Z̸̧̢̛͓̰͖̬͍̮̤̩̝̪͉̟͔a",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
];

fn text() -> String {
    let action = |(index, name): (usize, &&str)| {
        let next = NAMES.get(index + 1).unwrap_or(&"not there <b>");
        json!({"Identifier": name, "Type": name, "Parameters": {"Text": name}, "Transitions": {
            "NextAction": next,
            "Conditions": [{"NextAction": NAMES[0], "Condition": {"Operator": "Equals", "Operands": [name]}}],
            "Errors": [{"NextAction": NAMES[8], "ErrorType": name}]}})
    };
    let actions: Vec<_> = NAMES.iter().enumerate().map(action).collect();
    json!({"Version": "2019-10-30", "StartAction": NAMES[0], "Actions": actions, "Metadata": {"name": NAMES[1]}}).to_string()
}

#[test]
fn no_name_becomes_markup_or_leaves_its_box() {
    let picture = flow(&text());
    check(&picture, "hostile");
    let drawn = svg(&picture);
    assert!(!drawn.contains("<script") && !drawn.contains("onload=\"") && !drawn.contains('\u{202E}'));
    // Where no table tells the width, the drawn length is fixed.
    assert!(drawn.contains("textLength="));
}

#[test]
fn no_name_ends_a_string_of_dot() {
    for line in dot(&flow(&text())).lines() {
        // Outside of strings there is only what this program writes.
        let (mut outside, mut quoted, mut escaped) = (String::new(), false, false);
        for c in line.chars() {
            match (c, quoted, escaped) {
                (_, true, true) => {
                    assert!(matches!(c, '\\' | '"' | 'n'), "{line}");
                    escaped = false;
                }
                ('\\', true, false) => escaped = true,
                ('"', ..) => quoted = !quoted,
                (_, false, _) => outside.push(c),
                _ => {}
            }
        }
        assert!(!quoted, "{line}");
        let plain = |c: char| c.is_ascii_alphanumeric() || " [](){}=,;->._".contains(c);
        assert!(outside.chars().all(plain), "{outside}");
        assert!(!outside.contains("script") && !outside.contains("evil"), "{outside}");
    }
}

#[test]
fn no_name_is_syntax_of_mermaid() {
    let text = mermaid(&flow(&text()));
    assert!(text.contains("end") && !text.contains("%%") && !text.contains("script>") && !text.contains('`'));
    for line in text.lines().skip(1).filter(|line| !line.trim_start().starts_with("classDef")) {
        // Quotes stand in pairs, and what is between them has no sign of syntax but its own breaks.
        let parts: Vec<_> = line.split('"').collect();
        assert!(parts.len() % 2 == 1, "{line}");
        for inner in parts.iter().skip(1).step_by(2) {
            let inner = inner.replace("<br/>", "");
            assert!(!inner.contains(['<', '>', '{', '}', '[', ']', '|', '%', '&', ':', '`']), "{line}");
        }
        for outer in parts.iter().step_by(2) {
            assert!(outer.chars().all(|c| c.is_ascii_alphanumeric() || " []()|->.:".contains(c)), "{line}");
        }
    }
}
