//! The shape of a manifest as data, and the check of a tree against it.
//!
//! One table (`table.rs`) describes every object; the structural check here and the JSON Schema (`schema.rs`) both
//! come from it. Whatever this check lets pass, decoding can read.

use super::advice;
use super::scalar::{Fault, Scalar};
use crate::manifest::reading::log::{Log, closest, quote};
use crate::manifest::yaml::{self, Key, Node, NodeValue, Position};
use crate::resource::Code;

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub(in crate::manifest) enum Shape {
    /// A scalar of a kind.
    Scalar(Scalar),
    /// An object with known keys.
    Object(&'static Object),
    /// A map with free keys of a kind, and values of one shape.
    Map(Scalar, &'static Self),
    /// A list of values of one shape.
    List(&'static Self),
    /// A scalar of a kind, or an object.
    OneOf(Scalar, &'static Object),
    /// Anything.
    Any,
}

/// An object: its keys and which of them exclude each other.
#[derive(Debug)]
pub(in crate::manifest) struct Object {
    /// Its name in the JSON Schema.
    pub(in crate::manifest) name: &'static str,
    /// What it is, with its article, for messages.
    pub(in crate::manifest) what: &'static str,
    /// What it is for.
    pub(in crate::manifest) doc: &'static str,
    /// Its keys, in the order in which people write them.
    pub(in crate::manifest) fields: &'static [Field],
    /// Exactly one of these keys must be there; none listed means no such rule.
    pub(in crate::manifest) one_of: &'static [&'static str],
}

/// A key of an object.
#[derive(Debug)]
pub(in crate::manifest) struct Field {
    /// The key.
    pub(in crate::manifest) key: &'static str,
    /// What it takes.
    pub(in crate::manifest) shape: Shape,
    /// Whether it may be left out.
    pub(in crate::manifest) status: Status,
    /// What it is for, in one line.
    pub(in crate::manifest) doc: &'static str,
}

/// Whether a key may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::manifest) enum Status {
    /// It must be there.
    Required,
    /// It may be left out.
    Optional,
}

impl Object {
    /// Says whether the object, or one below it, has a key of a name.
    pub(in crate::manifest) fn knows(&self, key: &str) -> bool {
        self.fields.iter().any(|field| field.key == key || field.shape.knows(key))
    }

    /// Names where below the object a key is, as `source.timeout`; the shallowest place counts.
    pub(in crate::manifest) fn path_to(&self, key: &str) -> Option<String> {
        let inner = |field: &Field| match field.shape {
            Shape::Object(object) | Shape::OneOf(_, object) => {
                let path = if object.fields.iter().any(|field| field.key == key) {
                    key.to_owned()
                } else {
                    object.path_to(key)?
                };
                Some(format!("{}.{path}", field.key))
            }
            _ => None,
        };
        self.fields.iter().filter_map(inner).min_by_key(|path| path.matches('.').count())
    }

    /// Says whether none of its keys has to be there.
    fn needs_nothing(&self) -> bool {
        self.one_of.is_empty() && self.fields.iter().all(|field| field.status == Status::Optional)
    }

    /// Gives an example with the keys that must be there, or else with the first.
    fn example(&self) -> String {
        let needed = |field: &&Field| {
            field.status == Status::Required || self.one_of.first().is_some_and(|name| *name == field.key)
        };
        let mut shown: Vec<&Field> = self.fields.iter().filter(needed).collect();
        if shown.is_empty() {
            // A description says nothing of the shape.
            shown.extend(self.fields.iter().filter(|field| field.key != "description").take(2));
        }
        let shown = shown.iter().map(|field| format!("{}: {}", field.key, field.shape.example()));
        format!("{{ {} }}", shown.collect::<Vec<_>>().join(", "))
    }
}

impl Shape {
    /// Gives a value of this shape as an example, written in one line.
    pub(in crate::manifest) fn example(self) -> String {
        match self {
            Self::Scalar(scalar) => scalar.example().to_owned(),
            Self::OneOf(_, object) | Self::Object(object) => object.example(),
            Self::Map(key, inner) => format!("{{ {}: {} }}", key.example(), inner.example()),
            Self::List(inner) => format!("[{}]", inner.example()),
            Self::Any => "{ … }".to_owned(),
        }
    }

    fn knows(self, key: &str) -> bool {
        match self {
            Self::Object(object) | Self::OneOf(_, object) => object.knows(key),
            Self::Map(_, inner) | Self::List(inner) => inner.knows(key),
            Self::Scalar(_) | Self::Any => false,
        }
    }
}

/// Describes a key that must be there.
pub(in crate::manifest) const fn required(key: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { key, shape, status: Status::Required, doc }
}

/// Describes a key that may be left out.
pub(in crate::manifest) const fn optional(key: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { key, shape, status: Status::Optional, doc }
}

/// Checks a tree against a shape; every problem goes into the log.
pub(in crate::manifest) fn check(node: &Node, shape: Shape, log: &mut Log) {
    check_at(node, shape, ("the document", None), log);
}

/// Checks a value; it is called `what` in messages, and stands under a key.
fn check_at(node: &Node, shape: Shape, (what, under): (&str, Option<Under<'_>>), log: &mut Log) {
    if node.is_broken() || matches!(shape, Shape::Any) {
        return;
    }
    match (shape, &node.value) {
        (_, _) if node.is_null() => {
            let hint = match shape {
                Shape::Scalar(Scalar::Text) => "leave the key out, or write `\"\"` for an empty text",
                Shape::Object(object) if !object.needs_nothing() => &write(what, shape),
                Shape::Map(..) | Shape::Object(_) => "leave the key out, or write `{}`",
                Shape::List(_) => "leave the key out, or write `[]`",
                Shape::Scalar(_) | Shape::OneOf(..) | Shape::Any => "give it a value, or leave the key out",
            };
            log.error_with(Code::MissingValue, node.position, format!("{what} has no value"), hint);
        }
        (Shape::Scalar(scalar) | Shape::OneOf(scalar, _), NodeValue::Scalar(text, _)) => match scalar {
            Scalar::Word(words) if what.starts_with('`') && !words.contains(&text.as_str()) => {
                check_word(node.position, text, (what, words), log);
            }
            _ => check_scalar(node.position, text, scalar, log),
        },
        (Shape::Object(object) | Shape::OneOf(_, object), NodeValue::Map(entries)) => {
            let owner = under.map_or((node.position, object.what.to_owned()), |under| under.object(object));
            check_object(owner, entries, object, log);
        }
        (Shape::Map(keys, values), NodeValue::Map(entries)) => {
            for (key, value) in entries {
                check_scalar(key.position, &key.text, keys, log);
                check_at(value, *values, (&quote(&key.text), Some(Under::Named(key))), log);
            }
        }
        (Shape::List(items), NodeValue::Seq(nodes)) => {
            for node in nodes {
                check_at(node, *items, ("this item", None), log);
            }
        }
        _ => {
            let (expected, found) = (expected(shape), node.kind());
            let message = format!("{what} takes {expected}, and this is {found}");
            // `key:` with another space behind it is a text.
            let (message, hint) = match node.text().and_then(yaml::odd_space) {
                Some(odd) => (odd.message, yaml::ODD_SPACE.to_owned()),
                None => (message, instead(node, what, shape).unwrap_or_else(|| write(what, shape))),
            };
            log.error_with(Code::WrongType, node.position, message, hint);
        }
    }
}

/// The key that a value stands under.
#[derive(Clone, Copy)]
enum Under<'k> {
    /// One that the manifest has.
    Known(&'k Key),
    /// A name that somebody chose.
    Named(&'k Key),
}

impl Under<'_> {
    /// Where the key is, and what an object under it is called.
    fn object(self, object: &Object) -> (Position, String) {
        match self {
            Self::Known(key) => (key.position, object.what.to_owned()),
            Self::Named(key) => {
                let what = object.what.split_once(' ').map_or(object.what, |(_, what)| what);
                (key.position, format!("the {what} {}", quote(&key.text)))
            }
        }
    }
}

fn expected(shape: Shape) -> String {
    match shape {
        Shape::Scalar(scalar) => scalar.what().to_owned(),
        Shape::Object(Object { what, .. }) if what.starts_with('`') => "a map".to_owned(),
        Shape::Object(object) => format!("{} as a map", object.what),
        Shape::OneOf(scalar, object) => format!("{}, or {} as a map", scalar.what(), object.what),
        Shape::Map(..) => "a map".to_owned(),
        Shape::List(_) => "a list".to_owned(),
        Shape::Any => "anything".to_owned(),
    }
}

/// Says how to write what stands there, where that can be made of it: a list of one entry, and a map instead of a list.
fn instead(node: &Node, what: &str, shape: Shape) -> Option<String> {
    match (shape, &node.value) {
        (Shape::List(Shape::Scalar(scalar)), NodeValue::Scalar(text, _))
            if *scalar != Scalar::Text && scalar.check(text).is_ok() =>
        {
            Some(format!("write `{}: [{text}]`", what.trim_matches('`')))
        }
        (Shape::Map(names, inner), NodeValue::Seq(items)) => {
            let (name, _) = items.first()?.entries().first()?;
            let known = matches!(inner, Shape::Object(object) if object.knows(&name.text));
            let fits = !known && names.check(&name.text).is_ok();
            fits.then(|| format!("it is a map: write `{}:` without the `-` before it", name.text))
        }
        _ => None,
    }
}

/// Says what to write where something has the wrong shape.
fn write(what: &str, shape: Shape) -> String {
    match what.strip_prefix('`').and_then(|what| what.strip_suffix('`')) {
        Some(key) => format!("write `{key}: {}`", shape.example()),
        None => format!("write `{}`", shape.example()),
    }
}

fn check_scalar(position: Position, text: &str, scalar: Scalar, log: &mut Log) {
    match scalar.check(text) {
        Ok(()) => advice::scalar(scalar, text, position, log),
        Err(Fault { message, hint: None }) => log.error(Code::BadValue, position, message),
        Err(Fault { message, hint: Some(hint) }) => {
            log.error_with(Code::BadValue, position, message, hint);
        }
    }
}

/// Reports a word that is none of those that a key takes.
fn check_word(position: Position, text: &str, (what, words): (&str, &'static [&'static str]), log: &mut Log) {
    let takes = match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("`{}` or `{last}`", rest.join("`, `")),
        _ => format!("`{}`", words.concat()),
    };
    let message = format!("{what} takes {takes}, and this is {}", quote(text));
    // All of them are listed already.
    let hint = Scalar::Word(words).check(text).err().and_then(|fault| fault.hint);
    match hint.filter(|hint| !hint.starts_with("one of") && !hint.starts_with("there is only")) {
        Some(hint) => log.error_with(Code::BadValue, position, message, hint),
        None => log.error(Code::BadValue, position, message),
    }
}

fn check_object(
    (position, owner): (Position, String),
    entries: &[(Key, Node)],
    object: &Object,
    log: &mut Log,
) {
    // One mistake is one problem: a misspelt key is not missed too.
    let mut meant = Vec::new();
    let has = |name: &str| entries.iter().any(|(key, _)| key.text == name);
    for (key, value) in entries {
        match object.fields.iter().find(|field| field.key == key.text) {
            None => {
                let message = format!("{} has no key {}", object.what, quote(&key.text));
                let open = object.fields.iter().map(|field| field.key).filter(|name| !has(name));
                let known = object.fields.iter().map(|field| field.key);
                let close = closest(&key.text, open);
                match object.path_to(&key.text) {
                    Some(path) if close.is_none() => {
                        let parent = path.rsplit_once('.').map_or(path.as_str(), |(parent, _)| parent);
                        let hint = match parent.rsplit_once('.') {
                            Some((outer, inner)) => format!("it belongs under `{inner}:` of `{outer}:`"),
                            None => format!("it belongs under `{parent}:`"),
                        };
                        log.error_with(Code::UnknownKey, key.position, message, hint);
                    }
                    _ => log.unknown(Code::UnknownKey, key.position, message, &key.text, known),
                }
                meant.extend(close);
            }
            Some(field) => check_at(value, field.shape, (&quote(field.key), Some(Under::Known(key))), log),
        }
    }
    for field in object.fields {
        if field.status == Status::Required && !has(field.key) && !meant.contains(&field.key) {
            let message = format!("{owner} needs the key `{}`", field.key);
            log.error_with(Code::MissingKey, position, message, field.doc);
        }
    }
    if !object.one_of.iter().any(|name| meant.contains(name)) {
        check_one_of((position, &owner), entries, object, log);
    }
}

fn check_one_of(
    (position, owner): (Position, &str),
    entries: &[(Key, Node)],
    object: &Object,
    log: &mut Log,
) {
    if object.one_of.is_empty() {
        return;
    }
    let mut given = entries.iter().filter(|(key, _)| object.one_of.contains(&key.text.as_str()));
    match (given.next(), given.next()) {
        (None, _) => {
            let message = format!("{owner} needs one of the keys `{}`", object.one_of.join("`, `"));
            log.error(Code::MissingKey, position, message);
        }
        (Some((first, _)), Some((second, _))) => {
            let message = format!("`{}` and `{}` exclude each other", first.text, second.text);
            log.error_with(Code::ExclusiveKeys, second.position, message, "keep one of them");
        }
        (Some(_), None) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::MANIFEST;
    use super::*;

    /// Every example of a value, in its place, and what is wrong with it.
    fn examples(object: &Object, seen: &mut Vec<&'static str>, wrong: &mut Vec<String>) {
        for field in object.fields {
            let (mut log, text) = (Log::new("f"), format!("{}: {}", field.key, field.shape.example()));
            match yaml::parse(&text, &mut log).first().and_then(|document| document.get(field.key)) {
                Some(value) => check(value, field.shape, &mut log),
                None => wrong.push(format!("{text}: no value")),
            }
            wrong.extend(
                log.into_problems().into_iter().map(|problem| format!("{text}: {}", problem.message)),
            );
            let mut shape = field.shape;
            while let Shape::Map(_, inner) | Shape::List(inner) = shape {
                shape = *inner;
            }
            if let Shape::Object(inner) | Shape::OneOf(_, inner) = shape
                && !seen.contains(&inner.name)
            {
                seen.push(inner.name);
                examples(inner, seen, wrong);
            }
        }
    }

    #[test]
    fn every_example_is_right() {
        let (mut seen, mut wrong) = (Vec::new(), Vec::new());
        examples(&MANIFEST, &mut seen, &mut wrong);
        assert!(wrong.is_empty() && seen.len() > 10, "{wrong:#?} {seen:?}");
    }

    #[test]
    fn what_has_the_wrong_shape_says_what_to_write() {
        for (text, expected) in [
            ("spec: { instances: { a: { alias: b, functions: f } } }", "write `functions: [f]`"),
            ("spec: { accounts: { main: x } }", "write `main: { id: \"111122223333\" }`"),
            ("spec: { functions: [{ name: f }] }", "write `functions: { my-name: { name: my-function } }`"),
            ("spec: { variables: { stage: dev } }", "write `stage: { default: TEXT }`"),
            ("spec: { defaults: eu-west-2 }", "write `defaults: { account: my-name, region: eu-west-2 }`"),
            ("spec: { instances: { a: } }", "write `a: { alias: my-contact-centre }`"),
        ] {
            let mut log = Log::new("f");
            let document = yaml::parse(text, &mut log).remove(0);
            check(&document, Shape::Object(&MANIFEST), &mut log);
            let hints: Vec<String> =
                log.into_problems().into_iter().filter_map(|problem| problem.hint).collect();
            assert!(hints.iter().any(|hint| hint == expected), "{text} {hints:?}");
        }
    }
}
