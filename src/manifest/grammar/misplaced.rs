//! Keys at the wrong indentation: they are put where they belong, with one problem for each mistake, after those that
//! are misspelt.
//!
//! YAML reads a wrong indentation as another document, and every key in it would be a problem of its own. Only what is
//! an error anyway is moved, and only to where the key is known and not yet given.

use super::keys;
use super::misspelt::{self, FREE, ends_free};
use super::objects::MANIFEST;
use super::scalar::{API_VERSION, KIND};
use super::shape::{Object, Shape, Status};
use crate::manifest::reading::log::{Log, closest, quote};
use crate::manifest::yaml::{Key, Node, NodeValue, Position};
use crate::resource::Code;

/// Moves the keys of a binding set that are indented too little or too much, and reports each mistake once.
pub(in crate::manifest) fn repair(document: &mut Node, log: &mut Log) {
    let is = |key: &str, value: &str| document.get(key).and_then(Node::text) == Some(value);
    if is(keys::API_VERSION, API_VERSION) || is(keys::KIND, KIND) {
        misspelt::repair(document, Shape::Object(MANIFEST), log);
        walk(document, Shape::Object(MANIFEST), log);
    }
}

fn walk(node: &mut Node, shape: Shape, log: &mut Log) {
    match (shape, &mut node.value) {
        (Shape::Object(object) | Shape::OneOf(_, object), NodeValue::Map(entries)) => {
            dedented(entries, shape, log);
            missing_parent(entries, object, log);
            for (key, value) in entries {
                if let Some(field) = object.fields.iter().find(|field| field.key == key.text) {
                    walk(value, field.shape, log);
                }
            }
        }
        (Shape::Map(_, inner), NodeValue::Map(entries)) => {
            dedented(entries, shape, log);
            entries.iter_mut().for_each(|(_, value)| walk(value, *inner, log));
        }
        (Shape::List(inner), NodeValue::Seq(items)) => {
            items.iter_mut().for_each(|item| walk(item, *inner, log));
        }
        _ => {}
    }
}

/// Keys that were moved to one owner.
struct Moved {
    keys: Vec<Key>,
    /// Whose keys they are, and where it begins.
    owner: String,
    at: Position,
    /// The owner's first key that is where it should be.
    like: Option<Key>,
}

/// Moves keys that belong to what is above them and are not indented enough.
fn dedented(entries: &mut Vec<(Key, Node)>, shape: Shape, log: &mut Log) {
    let mut kept: Vec<(Key, Node)> = Vec::with_capacity(entries.len());
    let mut moved: Vec<Moved> = Vec::new();
    // Whether the last entry had no value, so that what follows is taken for it.
    let mut open = false;
    for (key, value) in std::mem::take(entries) {
        let stray = is_stray(&key, &value, shape, &kept);
        let below = match (stray, kept.last_mut()) {
            (true, Some((above, node))) => {
                let inner = below(shape, &above.text);
                inner.and_then(|inner| owner((above, node), inner, &key, open))
            }
            _ => None,
        };
        let Some(Owner { name, at, node }) = below else {
            open = value.is_null();
            kept.push((key, value));
            continue;
        };
        let like = node.entries().first().map(|(key, _)| key.clone());
        match moved.last_mut() {
            Some(last) if last.at == at => last.keys.push(key.clone()),
            _ => moved.push(Moved { keys: vec![key.clone()], owner: name, at, like }),
        }
        match &mut node.value {
            NodeValue::Map(entries) => entries.push((key, value)),
            _ => *node = Node { position: key.position, value: NodeValue::Map(vec![(key, value)]) },
        }
    }
    *entries = kept;
    moved.iter().for_each(|moved| report(moved, shape, log));
}

/// Returns the shape of a key's value.
fn below(shape: Shape, key: &str) -> Option<Shape> {
    match shape {
        Shape::Object(object) | Shape::OneOf(_, object) => {
            object.fields.iter().find(|field| field.key == key).map(|field| field.shape)
        }
        Shape::Map(_, inner) => Some(*inner),
        Shape::Scalar(_) | Shape::List(_) | Shape::Any => None,
    }
}

/// Returns whether an entry cannot be what it is at its place.
fn is_stray(key: &Key, value: &Node, shape: Shape, before: &[(Key, Node)]) -> bool {
    match shape {
        Shape::Object(object) | Shape::OneOf(_, object) => {
            let knows = |name: &str| object.fields.iter().any(|field| field.key == name);
            let given = |name: &&str| before.iter().any(|(key, _)| key.text == *name);
            let missing = object.fields.iter().map(|field| field.key).filter(|name| !given(name));
            // What is below another key than the one above is a mistake of another kind.
            let elsewhere = object.path_to(&key.text).is_some_and(|path| {
                !before.last().is_some_and(|(above, _)| path.starts_with(&format!("{}.", above.text)))
            });
            !knows(&key.text) && !elsewhere && closest(&key.text, missing).is_none()
        }
        Shape::Map(_, Shape::Object(object)) => {
            let knows = |name: &str| object.fields.iter().any(|field| field.key == name);
            knows(&key.text) && !value.entries().iter().any(|(key, _)| knows(&key.text))
        }
        _ => false,
    }
}

/// Whose key one is.
struct Owner<'n> {
    name: String,
    at: Position,
    node: &'n mut Node,
}

/// Finds whose key one is: of the entry above, or of the last one in it, and so on.
fn owner<'n>(above: (&Key, &'n mut Node), shape: Shape, key: &Key, open: bool) -> Option<Owner<'n>> {
    let (mut name, mut at, mut node, mut shape) = (quote(&above.0.text), above.0.position, above.1, shape);
    let mut named = above.0.text.clone();
    // A map that has no value takes the names that follow it.
    if open && matches!(shape, Shape::Map(..)) {
        return Some(Owner { name, at, node });
    }
    if !open && ends_free(&named, node) {
        return None;
    }
    loop {
        if FREE.contains(&named.as_str()) || !(node.is_null() || matches!(node.value, NodeValue::Map(_))) {
            return None;
        }
        if let Shape::Object(object) | Shape::OneOf(_, object) = shape
            && object.fields.iter().any(|field| field.key == key.text)
            && node.get(&key.text).is_none()
        {
            if let Some(what) = object.what.strip_prefix("a ").or_else(|| object.what.strip_prefix("an "))
                && what != named
            {
                name = format!("the {what} {name}");
            }
            return Some(Owner { name, at, node });
        }
        let NodeValue::Map(entries) = &mut node.value else { return None };
        let (last, inner) = entries.last_mut()?;
        shape = below(shape, &last.text)?;
        (name, at, named, node) = (quote(&last.text), last.position, last.text.clone(), inner);
    }
}

fn report(Moved { keys, owner, at, like }: &Moved, shape: Shape, log: &mut Log) {
    let Some(first) = keys.first() else { return };
    let names = names(keys);
    let (is, it) = if keys.len() == 1 { ("is a key", "it") } else { ("are keys", "them") };
    let message = match shape {
        Shape::Object(object) | Shape::OneOf(_, object) => {
            format!("{names} {is} of {owner}, not of {}", object.what)
        }
        _ => format!("{names} {is} of {owner}, but outside it"),
    };
    let hint = match like {
        Some(like) if like.position.column > first.position.column => {
            format!("indent {it} like {} in line {}", quote(&like.text), like.position.line)
        }
        _ => format!("indent {it} further than {owner} in line {}", at.line),
    };
    log.error_with(Code::UnknownKey, first.position, message, hint);
}

fn names(keys: &[Key]) -> String {
    let quoted: Vec<String> = keys.iter().take(8).map(|key| quote(&key.text)).collect();
    match (keys.len(), quoted.split_last()) {
        (9.., _) => format!("{} and {} more", quoted.join(", "), keys.len() - quoted.len()),
        (_, Some((last, rest))) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// Moves keys below the one that they belong to and that was forgotten.
fn missing_parent(entries: &mut Vec<(Key, Node)>, object: &Object, log: &mut Log) {
    for field in object.fields {
        let (Shape::Object(inner) | Shape::OneOf(_, inner)) = field.shape else { continue };
        let belongs = |key: &Key| {
            let is_of = |object: &Object| object.fields.iter().any(|field| field.key == key.text);
            is_of(inner) && !is_of(object)
        };
        let number = entries.iter().filter(|(key, _)| belongs(key)).count();
        let enough = if field.status == Status::Required { 1 } else { 2 };
        if number < enough || entries.iter().any(|(key, _)| key.text == field.key) {
            continue;
        }
        let (inside, outside): (Vec<_>, Vec<_>) =
            std::mem::take(entries).into_iter().partition(|(key, _)| belongs(key));
        *entries = outside;
        let keys: Vec<Key> = inside.iter().map(|(key, _)| key.clone()).collect();
        let Some(position) = keys.first().map(|key| key.position) else { continue };
        let (belong, them) = if keys.len() == 1 { ("belongs", "it") } else { ("belong", "them") };
        let message = format!("{} {belong} below `{}:`, which is missing", names(&keys), field.key);
        let hint = format!("write `{}:` on a line above, and indent {them} by two spaces more", field.key);
        log.error_with(Code::UnknownKey, position, message, hint);
        let node = Node { value: NodeValue::Map(inside), position };
        entries.push((Key { text: field.key.to_owned(), position }, node));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::yaml;

    const HEAD: &str = "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: { name: a }\n";

    /// The tree after the repair, and what was said.
    fn repaired(text: &str) -> (Node, Vec<String>) {
        let mut log = Log::new("f");
        let mut document = yaml::parse(text, &mut log).remove(0);
        repair(&mut document, &mut log);
        let said = log.into_problems().into_iter().map(|problem| {
            let at = problem.origin.unwrap();
            format!("{}:{} {} ({})", at.line, at.column, problem.message, problem.hint.unwrap_or_default())
        });
        (document, said.collect())
    }

    /// Where a key is, without the places of others.
    fn at<'n>(document: &'n Node, path: &str) -> Option<&'n Node> {
        path.split('/').try_fold(document, |node, key| node.get(key))
    }

    #[test]
    fn a_forgotten_parent_is_one_problem() {
        let (document, said) =
            repaired(&format!("{HEAD}defaults: {{ region: x }}\ninstances:\n  a: {{ alias: b }}\n"));
        assert!(
            at(&document, "spec/instances/a/alias").is_some() && at(&document, "spec/defaults").is_some()
        );
        assert_eq!(
            said,
            [
                "4:1 `defaults` and `instances` belong below `spec:`, which is missing (write `spec:` on a line above, and \
                 indent them by two spaces more)"
            ]
        );
        let (document, said) = repaired(&format!(
            "{HEAD}spec:\n  functions:\n    f:\n      name: f\n      runtime: r\n      handler: h\n"
        ));
        assert!(at(&document, "spec/functions/f/source/handler").is_some());
        assert!(said[0].starts_with("8:7 `runtime` and `handler` belong below `source:`, which"), "{said:?}");
    }

    #[test]
    fn a_key_that_is_not_indented_enough_goes_to_what_is_above() {
        for indent in [0, 2, 4] {
            let pad = " ".repeat(indent);
            let text = format!(
                "{HEAD}spec:\n  flows:\n    main:\n      instance: i\n{pad}bindings:\n{pad}  B: {{ function: f }}\n"
            );
            let (document, said) = repaired(&text);
            assert!(at(&document, "spec/flows/main/bindings/B/function").is_some(), "{indent}");
            assert_eq!(said.len(), 1, "{said:?}");
            let column = indent + 1;
            assert!(
                said[0].starts_with(&format!("8:{column} `bindings` is a key of the flow `main`, ")),
                "{said:?}"
            );
            assert!(said[0].ends_with("(indent it like `instance` in line 7)"), "{said:?}");
        }
    }

    #[test]
    fn keys_beside_their_parent_go_below_it() {
        let source = "      source:\n      runtime: r\n      environment:\n        A: b\n";
        let (document, said) = repaired(&format!("{HEAD}spec:\n  functions:\n    f:\n{source}"));
        assert!(at(&document, "spec/functions/f/source/environment/A").is_some());
        assert_eq!(
            said,
            [
                "8:7 `runtime` and `environment` are keys of `source`, not of a function (indent them further than \
              `source` in line 7)"
            ]
        );
        for (text, path) in [
            ("spec:\n  instances:\n    a:\n    alias: b\n", "spec/instances/a/alias"),
            ("spec:\n  instances:\n  a: { alias: b }\n  b: { alias: c }\n", "spec/instances/b/alias"),
            (
                "spec:\n  flows:\n    m:\n      bindings:\n        B:\n        function: f\n",
                "spec/flows/m/bindings/B/function",
            ),
            (
                "spec:\n  functions:\n    f:\n      source:\n        environment:\n        PASSWORD: s\n",
                "spec/functions/f/source/environment/PASSWORD",
            ),
        ] {
            let (document, said) = repaired(&format!("{HEAD}{text}"));
            assert!(at(&document, path).is_some() && said.len() == 1, "{text} {said:?}");
        }
    }

    #[test]
    fn what_may_be_meant_otherwise_stays_where_it_is() {
        for text in [
            // A Region for everything, the name of an environment variable, and a flow of that name.
            "spec:\n  instances:\n    a: { alias: b }\n  region: eu-west-2\n",
            "spec:\n  functions:\n    f:\n      source:\n        environment:\n          A: b\n      description: s\n",
            "spec:\n  flows:\n    main: { name: x }\n    bindings: { name: y }\n",
        ] {
            let (document, said) = repaired(&format!("{HEAD}{text}"));
            let mut log = Log::new("f");
            assert_eq!(document, yaml::parse(&format!("{HEAD}{text}"), &mut log).remove(0), "{said:?}");
            assert!(said.is_empty(), "{said:?}");
        }
    }
}
