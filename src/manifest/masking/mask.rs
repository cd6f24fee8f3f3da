//! Hides values in the texts that reports quote from: an error beside an environment variable shows its line.

use std::collections::BTreeSet;

use super::hidden::{Part, environments, used};
use crate::manifest::grammar::keys;
use crate::manifest::grammar::objects::MANIFEST;
use crate::manifest::grammar::shape::Shape;
use crate::manifest::yaml::{self, Node, NodeValue, Position};

/// What stands in place of each hidden character.
const HIDDEN: char = '*';

/// Hides the environment values of manifests, and the defaults and targets' values of variables that they use. An
/// environment is whatever stands under a key of that name, in whatever case, place and shape: a mistake in it must
/// not show it.
///
/// Everything from where a value starts to the next key or value is hidden, but for the brackets, commas and colons that
/// belong to no value: too much rather than too little.
pub(in crate::manifest) fn manifest(text: &str, documents: &[Node]) -> String {
    let mut places = Places::default();
    for document in documents {
        let spec = document.get(keys::SPEC);
        let part = |name: &str| spec.and_then(|spec| spec.get(name)).map_or(&[][..], Node::entries);
        let mut hidden: Vec<&Node> = Vec::new();
        environments(document, &mut |part| match part {
            Part::Key(key) => drop(places.starts.insert(key.position)),
            Part::Value(node) if node.is_null() => {}
            Part::Value(node) => hidden.push(node),
        });
        if !matches!(document.value, NodeValue::Map(_)) {
            hidden.push(document);
        }
        unknown(document, Shape::Object(MANIFEST), false, &mut hidden);
        let declared: BTreeSet<&str> =
            part(keys::VARIABLES).iter().map(|(name, _)| name.text.as_str()).collect();
        let mut texts = Vec::new();
        hidden.iter().for_each(|node| scalars(node, &mut texts));
        let used: BTreeSet<String> = texts.into_iter().flat_map(used).collect();
        for (name, variable) in part(keys::VARIABLES) {
            hidden.extend(variable.get(keys::DEFAULT).filter(|_| used.contains(&name.text)));
        }
        for (_, target) in part(keys::TARGETS) {
            let vars = target.get(keys::VARS).map_or(&[][..], Node::entries).iter();
            hidden.extend(
                vars.filter(|(name, _)| used.contains(&name.text) || !declared.contains(name.text.as_str()))
                    .map(|(_, value)| value),
            );
        }
        let starts: BTreeSet<Position> = hidden.iter().map(|node| node.position).collect();
        places.walk(document, &starts);
    }
    places.hide(text)
}

/// Hides all values of a file of variables; all of it where it is no map.
pub(in crate::manifest) fn variables(text: &str, documents: &[Node]) -> String {
    let mut places = Places::default();
    for document in documents {
        if !matches!(document.value, NodeValue::Map(_)) {
            places.starts.insert(document.position);
            continue;
        }
        let starts: BTreeSet<Position> = document.entries().iter().map(|(_, value)| value.position).collect();
        places.walk(document, &starts);
    }
    places.hide(text)
}

/// Hides what may be a secret in a manifest that could not be read as YAML: what follows a key `environment`,
/// `variables` or `vars`, up to a line that is not further in and starts with a key that no variable has. A mistake in the
/// indentation must not show a value, so any other line counts as one of it.
pub(in crate::manifest) fn broken_manifest(text: &str) -> String {
    let mut within: Option<usize> = None;
    let mut shown = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let indent = line.chars().take_while(|c| c.is_whitespace() || *c == '-').count();
        let ends = |at: usize| indent <= at && ends_secrets(key_of(line));
        within = within.filter(|at| !ends(*at));
        match (within, opens_secrets(line)) {
            (None, None) => shown.push_str(line),
            (None, Some(from)) => {
                within = Some(indent);
                shown.push_str(&line[..from]);
                shown.push_str(&starred(&line[from..]));
            }
            (Some(_), _) => shown.push_str(&names_only(line)),
        }
    }
    shown
}

/// Whether a key ends what may be secret: one of the manifest that nothing in `variables`, in an environment or in
/// another tool's file of variables is likely called.
fn ends_secrets(key: &str) -> bool {
    const COMMON: [&str; 14] = [
        "default",
        "description",
        "id",
        "name",
        "alias",
        "region",
        "role",
        "account",
        "type",
        "key",
        "keys",
        "example",
        "vars",
        "state",
    ];
    MANIFEST.knows(key) && !COMMON.contains(&key)
}

/// Returns the key that a line starts with, without its quotes; a line without one gives its text.
fn key_of(line: &str) -> &str {
    let start = line.trim_start_matches(|c: char| c.is_whitespace() || c == '-');
    start.split(':').next().unwrap_or_default().trim().trim_matches(['"', '\''])
}

/// Finds where values that may be secret begin in a line: behind the first word that announces them.
fn opens_secrets(line: &str) -> Option<usize> {
    let lower = line.to_ascii_lowercase();
    if lower.trim_start().starts_with('#') {
        return None;
    }
    let ends = [keys::ENVIRONMENT, keys::VARIABLES, keys::VARS].into_iter().filter_map(|word| {
        // `${var.x}` and `a-vars` are no keys.
        let mut found = lower.match_indices(word);
        found.find_map(|(at, _)| {
            let before = lower[..at].chars().next_back();
            let apart = before.is_none_or(|c| c.is_whitespace() || "{,\"'-".contains(c));
            apart.then_some(at + word.len())
        })
    });
    ends.min()
}

/// Hides what may be a value in a text that could not be read as YAML: in each line all that is behind its first `:`.
pub(in crate::manifest) fn unreadable(text: &str) -> String {
    text.split_inclusive('\n').map(names_only).collect()
}

/// Hides all of a line that is behind its first `:`, and all of one that has none and is no comment.
fn names_only(line: &str) -> String {
    if yaml::merge_marker(line) {
        return line.to_owned();
    }
    match line.split_once(':') {
        Some((name, value)) => format!("{name}:{}", starred(value)),
        None if line.trim_start().starts_with('#') => line.to_owned(),
        None => starred(line),
    }
}

fn starred(text: &str) -> String {
    text.chars().map(|c| if c.is_whitespace() || c == ':' { c } else { HIDDEN }).collect()
}

/// Finds what stands where the manifest knows nothing of it: the value of an unknown key, and what is no map where one
/// belongs. It may be a secret whose section is misspelt, or that is indented too little. Among variables and targets
/// whatever has another shape than it should is such.
fn unknown<'n>(node: &'n Node, shape: Shape, secret: bool, hidden: &mut Vec<&'n Node>) {
    match (shape, &node.value) {
        // Nothing stands there, and the place is that of its key.
        _ if node.is_null() => {}
        (Shape::Object(object) | Shape::OneOf(_, object), NodeValue::Map(entries)) => {
            for (key, value) in entries {
                let secret = secret || matches!(key.text.as_str(), keys::VARIABLES | keys::TARGETS);
                match object.fields.iter().find(|field| field.key == key.text) {
                    Some(field) => unknown(value, field.shape, secret, hidden),
                    None => hidden.push(value),
                }
            }
        }
        (Shape::Map(_, inner), NodeValue::Map(entries)) => {
            entries.iter().for_each(|(_, value)| unknown(value, *inner, secret, hidden));
        }
        (Shape::List(inner), NodeValue::Seq(items)) => {
            items.iter().for_each(|item| unknown(item, *inner, secret, hidden));
        }
        (Shape::Any, _) | (Shape::Scalar(_) | Shape::OneOf(..), NodeValue::Scalar(..)) => {}
        (Shape::Object(_) | Shape::Map(..), NodeValue::Scalar(..)) => hidden.push(node),
        _ if secret => hidden.push(node),
        _ => {}
    }
}

/// Collects the texts below a node.
fn scalars<'n>(node: &'n Node, texts: &mut Vec<&'n str>) {
    match &node.value {
        NodeValue::Map(entries) => entries.iter().for_each(|(_, value)| scalars(value, texts)),
        NodeValue::Seq(items) => items.iter().for_each(|item| scalars(item, texts)),
        NodeValue::Scalar(..) => texts.extend(node.text()),
    }
}

/// Where hidden values start, and where everything else does.
#[derive(Default)]
struct Places {
    starts: BTreeSet<Position>,
    stops: BTreeSet<Position>,
}

impl Places {
    fn walk(&mut self, node: &Node, hidden: &BTreeSet<Position>) {
        if hidden.contains(&node.position) {
            self.starts.insert(node.position);
            return;
        }
        self.stops.insert(node.position);
        match &node.value {
            NodeValue::Map(entries) => {
                for (key, value) in entries {
                    self.stops.insert(key.position);
                    self.walk(value, hidden);
                }
            }
            NodeValue::Seq(items) => items.iter().for_each(|item| self.walk(item, hidden)),
            NodeValue::Scalar(..) => {}
        }
    }

    fn hide(&self, text: &str) -> String {
        if self.starts.is_empty() {
            return text.to_owned();
        }
        let spans = yaml::spans(text);
        let mut spans = spans.iter().peekable();
        let (mut hiding, mut comment, mut last) = (false, false, ' ');
        let mut position = Position { line: 1, column: 1 };
        let mut result = String::with_capacity(text.len());
        for character in text.chars() {
            hiding = (hiding && !self.stops.contains(&position)) || self.starts.contains(&position);
            while spans.next_if(|(_, end)| *end <= position).is_some() {}
            let value = spans.peek().is_some_and(|(start, _)| *start <= position);
            comment = (comment && character != '\n') || !value && character == '#' && last.is_whitespace();
            let layout = !value && !comment && "{}[],:-".contains(character);
            result.push(if hiding && !layout && !character.is_whitespace() { HIDDEN } else { character });
            last = character;
            position = match character {
                '\n' => Position { line: position.line + 1, column: 1 },
                _ => Position { column: position.column + 1, ..position },
            };
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::reading::log::Log;
    use crate::manifest::yaml;

    #[test]
    fn environment_values_are_hidden_however_they_are_written() {
        let text = "spec:\n  variables:\n    t: { default: s1 }\n    u: { default: shown }\n  targets: { a: { vars: { t: s2, u: \
                    shown } } }\n  functions:\n    f:\n      name: f\n      source:\n        environment:\n          A: s3 # s4\n          \
                    B: \"s5\n            s6\"\n          C: |\n            s7\n          D: ${var.t}\n        timeout: 7s\n    g: { source: { \
                    environment: { A: 's8', B: s9 }, memory: 128 } }\n";
        let mut log = Log::new("f");
        let masked = manifest(text, &yaml::parse(text, &mut log));
        assert!(log.is_clean());
        for number in 1..=9 {
            assert!(!masked.contains(&format!("s{number}")), "s{number} in {masked}");
        }
        for shown in
            ["name: f", "u: { default: shown }", "u: shown", "timeout: 7s", "memory: 128", "          A: **"]
        {
            assert!(masked.contains(shown), "{shown} in {masked}");
        }
        assert_eq!(masked.lines().count(), text.lines().count());
        assert_eq!(masked.chars().count(), text.chars().count());
    }

    #[test]
    fn what_stands_where_nothing_is_known_of_it_is_hidden() {
        for text in [
            "spec:\n  functions:\n    f:\n      source:\n        environment:\n        PASSWORD: s1\n",
            "spec:\n  functions:\n    f:\n      source:\n        environment:\n      PASSWORD: s1\n",
            "spec:\n  functions:\n    f:\n      source: { enviroment: { PASSWORD: s1 } }\n",
            "spec:\n  variables: { pw: s1 }\n",
            "spec:\n  variables: { pw: { default: [s1] } }\n",
            "spec:\n  variables: { pw: { defalt: s1 } }\n",
            "spec:\n  variables: { pw: { default: { a: s1 } } }\n",
            "spec:\n  variables: [{ pw: s1 }]\n",
            "spec:\n  variables: s1\n",
            "spec:\n  variables: { pepper: { default: x } }\n  targets: { a: { vars: { peper: s1 } } }\n",
            "spec:\n  targets: { a: { vars: [s1] } }\n",
            "spec:\n  targets: { a: { var: { pw: s1 } } }\n",
            "spec:\n  targets: { a: { pw: s1 } }\n",
            "spec:\n  targets: { a: { vars: { pw: { b: s1 } } } }\n",
            "spec:\n  secrets: { pw: s1 }\n",
            "secrets:\n  pw: s1\n",
        ] {
            let mut log = Log::new("f");
            let masked = manifest(text, &yaml::parse(text, &mut log));
            assert!(log.is_clean() && !masked.contains("s1"), "{text}\n{masked}");
        }
    }

    #[test]
    fn an_environment_of_the_wrong_shape_or_at_the_wrong_place_is_hidden_too() {
        for environment in [
            "source: { environment: [A=s1, B=s2] }",
            "source:\n        environment:\n          - A=s1\n          - B=s2",
            "source: { environment: s1 }",
            "source: { environment: &e s1 }",
            "source: { environment: { A s1: x, 'B=s2': y } }",
            "source: { environment: { A: { B: [s1] } } }",
            "source: { Environment: { Variables: { A: s1 } } }",
            "environment: { A: s1 }",
        ] {
            let text = format!("spec:\n  functions:\n    f:\n      {environment}\n");
            let mut log = Log::new("f");
            let masked = manifest(&text, &yaml::parse(&text, &mut log));
            assert!(log.is_clean(), "{text}");
            assert!(!masked.contains("s1") && !masked.contains("s2"), "{masked}");
            assert!(masked.to_ascii_lowercase().contains("environment:"), "{masked}");
        }
    }

    #[test]
    fn a_file_of_variables_that_is_no_map_is_hidden_whole() {
        for text in ["- one\n- two\n", "one two\n"] {
            let mut log = Log::new("f");
            let masked = variables(text, &yaml::parse(text, &mut log));
            assert!(!masked.contains("one") && !masked.contains("two"), "{masked}");
        }
    }

    #[test]
    fn a_hidden_value_leaves_the_layout_of_its_line() {
        for (environment, expected) in [
            ("{ A: s1, B: 's,2' }, memory: 128", "{ A: **, B: ***** }, memory: 128"),
            ("{ A: 's}1' }, memory: 128", "{ A: ***** }, memory: 128"),
            ("[A=s1, B=s2], memory: 128", "[****, ****], memory: 128"),
            ("{ A: s-1 }, enviroment: { C: s:2, D: s } ", "{ A: *** }, enviroment: { *: ***, *: * } "),
        ] {
            let line =
                |text: &str| format!("spec:\n  functions:\n    f: {{ source: {{ environment: {text} }} }}\n");
            let (mut log, text) = (Log::new("f"), line(environment));
            assert_eq!(manifest(&text, &yaml::parse(&text, &mut log)), line(expected));
        }
        // A key without a value has nothing to hide, and a document that is no map has nothing to show.
        for (text, expected) in [
            ("spec:\n  instances:\n    a:\n    b: {}\n", "spec:\n  instances:\n    a:\n    b: {}\n"),
            (
                "spec: { functions: { f: { source: { environment:\n} } } }\n---\n- A=s1\n",
                "spec: { functions: { f: { source: { environment:\n} } } }\n---\n- ****\n",
            ),
        ] {
            let mut log = Log::new("f");
            assert_eq!(manifest(text, &yaml::parse(text, &mut log)), expected);
        }
    }

    #[test]
    fn what_is_no_yaml_shows_names_alone() {
        assert_eq!(unreadable("a:\n  B: \"x: y\n# c\nMII\n"), "a:\n  B: **: *\n# c\n***\n");
    }

    #[test]
    fn of_a_broken_manifest_only_what_may_be_secret_is_hidden() {
        let text = "# which environment\nspec:\n  variables:\n    t: { default: s1 }\n  functions:\n    f:\n      name: shown one\n      \
                    source:\n        environment:\n          A: s2\n       B: s3\n    s4\n     odd: s5\n     role: s9\n    default: s10\n        timeout: shown two\n  \
                    flows:\n    m: { name: shown three }\n    n: { source: { Environment: { A: s6,\n B: s7 } } }\n  targets: { a: { vars: { \
                    t: s8 } } }\n";
        let masked = broken_manifest(text);
        for number in 1..=10 {
            assert!(!masked.contains(&format!("s{number}")), "s{number} in {masked}");
        }
        for shown in ["shown one", "shown two", "shown three", "# which environment", "          A: **"] {
            assert!(masked.contains(shown), "{shown} in {masked}");
        }
        assert_eq!(masked.chars().count(), text.chars().count());
    }

    #[test]
    fn every_value_of_a_file_of_variables_is_hidden_and_no_name() {
        let mut log = Log::new("f");
        let text = "a: one\nb: [two]\n# three\nc:\n  d: four\n";
        let masked = variables(text, &yaml::parse(text, &mut log));
        assert_eq!(masked, "a: ***\nb: [***]\n* *****\nc:\n  *: ****\n");
    }
}
