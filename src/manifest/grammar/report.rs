//! Reports of values that have the wrong shape, and of keys that are unknown or missing.

use super::scalar::{Fault, Scalar};
use super::shape::{Object, Shape, Status};
use crate::manifest::reading::log::{Log, closest, quote};
use crate::manifest::yaml::{self, Key, Node, NodeValue, Position};
use crate::resource::Code;

/// Where a value is.
#[derive(Clone, Copy)]
pub(crate) struct Here<'k> {
    /// What it is called in messages.
    pub(crate) what: &'k str,
    /// The key that it is under.
    pub(crate) under: Option<Under<'k>>,
}

/// The key that a value is under.
#[derive(Clone, Copy)]
pub(crate) enum Under<'k> {
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

/// Reports a value that is empty or of the wrong shape, once.
pub(crate) fn wrong(node: &Node, shape: Shape, Here { what, .. }: Here<'_>, log: &mut Log) {
    if node.is_broken() {
        return;
    }
    if node.is_null() {
        let hint = match shape {
            Shape::Scalar(Scalar::Text) => "leave the key out, or write `\"\"` for an empty text",
            Shape::Object(object) if !object.needs_nothing() => &write(what, shape),
            Shape::Map(..) | Shape::Object(_) => "leave the key out, or write `{}`",
            Shape::List(_) => "leave the key out, or write `[]`",
            Shape::Scalar(_) | Shape::OneOf(..) | Shape::Any => "give it a value, or leave the key out",
        };
        log.error_with(Code::MissingValue, node.position, format!("{what} has no value"), hint);
        return;
    }
    let message = format!("{what} takes {}, and this is {}", expected(shape), node.kind());
    // `key:` with another space behind it is a text.
    let (message, hint) = match node.text().and_then(yaml::odd_space) {
        Some(odd) => (odd.message, yaml::ODD_SPACE.to_owned()),
        None => (message, instead(node, what, shape).unwrap_or_else(|| write(what, shape))),
    };
    log.error_with(Code::WrongType, node.position, message, hint);
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

/// Says how to write what is there, where that can be told from it: a list of one entry, and a map instead of a list.
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

/// Reports a text that is not of its kind; a word of a known key with all that it takes.
pub(crate) fn fault(
    Fault { message, hint }: Fault,
    (scalar, text): (Scalar, &str),
    (position, what): (Position, &str),
    log: &mut Log,
) {
    let (message, hint) = match scalar {
        Scalar::Word(words) if what.starts_with('`') => {
            let takes = match words.split_last() {
                Some((last, rest)) if !rest.is_empty() => format!("`{}` or `{last}`", rest.join("`, `")),
                _ => format!("`{}`", words.concat()),
            };
            // All of them are listed already.
            let listed = |hint: &String| hint.starts_with("one of") || hint.starts_with("there is only");
            let message = format!("{what} takes {takes}, and this is {}", quote(text));
            (message, hint.filter(|hint| !listed(hint)))
        }
        _ => (message, hint),
    };
    match hint {
        Some(hint) => log.error_with(Code::BadValue, position, message, hint),
        None => log.error(Code::BadValue, position, message),
    }
}

/// Reports the keys of an object that are unknown, missing or exclude each other.
pub(crate) fn keys(
    (position, here): (Position, Here<'_>),
    entries: &[(Key, Node)],
    object: &Object,
    log: &mut Log,
) {
    let (position, owner) =
        here.under.map_or_else(|| (position, object.what.to_owned()), |under| under.object(object));
    // One mistake is one problem: a misspelt key is not missed too.
    let mut meant = Vec::new();
    let has = |name: &str| entries.iter().any(|(key, _)| key.text == name);
    for (key, _) in entries {
        if object.fields.iter().any(|field| field.key == key.text) {
            continue;
        }
        let open = object.fields.iter().map(|field| field.key).filter(|name| !has(name));
        let close = closest(&key.text, open);
        unknown(key, close.is_some(), object, log);
        meant.extend(close);
    }
    for field in object.fields {
        if field.status == Status::Required && !has(field.key) && !meant.contains(&field.key) {
            let message = format!("{owner} needs the key `{}`", field.key);
            log.error_with(Code::MissingKey, position, message, field.doc);
        }
    }
    if !object.one_of.iter().any(|name| meant.contains(name)) {
        one_of((position, &owner), entries, object, log);
    }
}

/// Reports a key that an object does not have.
fn unknown(key: &Key, close: bool, object: &Object, log: &mut Log) {
    let message = format!("{} has no key {}", object.what, quote(&key.text));
    match object.path_to(&key.text) {
        Some(path) if !close => {
            let parent = path.rsplit_once('.').map_or(path.as_str(), |(parent, _)| parent);
            let hint = match parent.rsplit_once('.') {
                Some((outer, inner)) => format!("it belongs under `{inner}:` of `{outer}:`"),
                None => format!("it belongs under `{parent}:`"),
            };
            log.error_with(Code::UnknownKey, key.position, message, hint);
        }
        _ => {
            let known = object.fields.iter().map(|field| field.key);
            log.unknown(Code::UnknownKey, key.position, message, &key.text, known);
        }
    }
}

fn one_of((position, owner): (Position, &str), entries: &[(Key, Node)], object: &Object, log: &mut Log) {
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
