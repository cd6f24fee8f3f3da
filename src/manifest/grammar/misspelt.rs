//! Misspelt keys: each is reported once and read as the key that was meant, so that nothing that follows from it is
//! reported too, and its value is as secret as that of the right key.

use super::keys;
use super::shape::{Object, Shape, Status};
use crate::manifest::reading::log::{Log, closest, quote};
use crate::manifest::yaml::{Key, Node, NodeValue};
use crate::resource::Code;

/// The maps whose keys are anybody's names and whose values may be secret: a key right after one of them may be one of
/// its names.
pub(in crate::manifest) const FREE: [&str; 2] = [keys::ENVIRONMENT, keys::VARS];

/// Renames the keys of a tree that are close to one that is known and not given there.
pub(in crate::manifest) fn repair(node: &mut Node, shape: Shape, log: &mut Log) {
    match (shape, &mut node.value) {
        (Shape::Object(object) | Shape::OneOf(_, object), NodeValue::Map(entries)) => {
            rename(entries, object, log);
            for (key, value) in entries {
                if let Some(field) = object.fields.iter().find(|field| field.key == key.text) {
                    repair(value, field.shape, log);
                }
            }
        }
        (Shape::Map(_, inner), NodeValue::Map(entries)) => {
            entries.iter_mut().for_each(|(_, value)| repair(value, *inner, log));
        }
        (Shape::List(inner), NodeValue::Seq(items)) => {
            items.iter_mut().for_each(|item| repair(item, *inner, log));
        }
        _ => {}
    }
}

fn rename(entries: &mut [(Key, Node)], object: &Object, log: &mut Log) {
    for at in 0..entries.len() {
        let given = |name: &str| entries.iter().any(|(key, _)| key.text == name);
        let (key, value) = &entries[at];
        // What follows a map of free names may be one of them, and secret.
        let free = entries[..at].iter().enumerate().any(|(index, (above, inner))| {
            let next = index + 1 == at || key.text.starts_with(|c: char| c.is_ascii_uppercase());
            next && (FREE.contains(&above.text.as_str()) || ends_free(&above.text, inner))
        });
        if free || object.fields.iter().any(|field| field.key == key.text) {
            continue;
        }
        let open = || object.fields.iter().filter(|field| !given(field.key));
        let close = closest(&key.text, open().map(|field| field.key));
        let meant = close.or_else(|| Some(open().find(|field| holds(value, field.shape, field.status))?.key));
        // A key with the very name in another place is only misplaced.
        if let Some(meant) = meant.filter(|_| close.is_some() || object.path_to(&key.text).is_none()) {
            let message = format!("{} has no key {}", object.what, quote(&key.text));
            log.error_with(Code::UnknownKey, key.position, message, format!("did you mean `{meant}`?"));
            entries[at].0.text = meant.to_owned();
        }
    }
}

/// Returns whether a value has at least two keys, and all of them are those of an object that must be there.
fn holds(value: &Node, shape: Shape, status: Status) -> bool {
    let (Shape::Object(object), Status::Required, entries) = (shape, status, value.entries()) else {
        return false;
    };
    let known = |key: &Key| object.fields.iter().any(|field| field.key == key.text);
    entries.len() > 1 && entries.iter().all(|(key, _)| known(key))
}

/// Returns whether the last key in what is above, at any depth, is one whose map takes any name.
pub(in crate::manifest) fn ends_free(name: &str, node: &Node) -> bool {
    let mut last = (name, node);
    while let Some((key, inner)) = last.1.entries().last().filter(|_| !FREE.contains(&last.0)) {
        last = (&key.text, inner);
    }
    FREE.contains(&last.0)
}
