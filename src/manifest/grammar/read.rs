//! Reading a tree: each value is checked and read in one pass, and what is refused is reported where it is.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use super::given::{At, Given};
use super::report::{self, Here, Under};
use super::scalar::{ScalarKind, read};
use super::shape::{Object, Shape};
use crate::manifest::reading::log::{Log, quote};
use crate::manifest::yaml::{Key, Node, NodeValue};

/// A kind of value: its shape, and what it is read into.
pub(crate) trait Kind {
    /// What a value is read into.
    type Value;
    /// The shape that it must have.
    const SHAPE: Shape;
    /// The same, for shapes that contain it.
    const INNER: &'static Shape = &Self::SHAPE;

    /// Reads a value; one that is refused was reported.
    fn read(node: &Node, here: Here<'_>, log: &mut Log) -> Option<Self::Value>;
}

/// An object that is declared with `object!`.
pub(crate) trait DeclaredObject: Kind<Value = Self> + Sized {
    /// The declaration.
    const OBJECT: &'static Object;

    /// Reads the fields out of the entries of a map.
    fn fields(entries: &[(Key, Node)], log: &mut Log) -> Self;
}

impl<S: ScalarKind> Kind for S {
    type Value = S::Value;
    const SHAPE: Shape = Shape::Scalar(S::SCALAR);

    fn read(node: &Node, here: Here<'_>, log: &mut Log) -> Option<S::Value> {
        match &node.value {
            NodeValue::Scalar(..) if node.is_broken() => None,
            NodeValue::Scalar(text, _) if !node.is_null() => scalar::<S>(text, node, here, log),
            _ => refused(node, Self::SHAPE, here, log),
        }
    }
}

fn refused<T>(node: &Node, shape: Shape, here: Here<'_>, log: &mut Log) -> Option<T> {
    report::wrong(node, shape, here, log);
    None
}

/// Reads a text, and warns of what is probably a mistake.
fn scalar<S: ScalarKind>(text: &str, node: &Node, here: Here<'_>, log: &mut Log) -> Option<S::Value> {
    match read::<S>(text) {
        Ok(value) => {
            super::advice::scalar(S::SCALAR, text, node.position, log);
            Some(value)
        }
        Err(fault) => {
            report::fault(fault, (S::SCALAR, text), (node.position, here.what), log);
            None
        }
    }
}

/// A list.
pub(crate) struct List<K>(PhantomData<K>);

impl<K: Kind> Kind for List<K> {
    /// An item that is refused is left out.
    type Value = Vec<At<K::Value>>;
    const SHAPE: Shape = Shape::List(K::INNER);

    fn read(node: &Node, here: Here<'_>, log: &mut Log) -> Option<Self::Value> {
        let NodeValue::Seq(items) = &node.value else { return refused(node, Self::SHAPE, here, log) };
        let here = Here { what: "this item", under: None };
        let read = |node: &Node| Some(At { value: K::read(node, here, log)?, position: node.position });
        Some(items.iter().filter_map(read).collect())
    }
}

/// A map by names that somebody chooses; an entry is where its name is.
pub(crate) struct Map<K, V>(PhantomData<(K, V)>);

impl<K: ScalarKind<Value: Ord>, V: Kind> Kind for Map<K, V> {
    /// An entry whose name or value is refused is left out.
    type Value = BTreeMap<K::Value, At<V::Value>>;
    const SHAPE: Shape = Shape::Map(K::SCALAR, V::INNER);

    fn read(node: &Node, here: Here<'_>, log: &mut Log) -> Option<Self::Value> {
        let NodeValue::Map(entries) = &node.value else { return refused(node, Self::SHAPE, here, log) };
        let mut map = BTreeMap::new();
        for (key, node) in entries {
            let name = name::<K>(key, log);
            let what = quote(&key.text);
            let value = V::read(node, Here { what: &what, under: Some(Under::Named(key)) }, log);
            if let (Some(name), Some(value)) = (name, value) {
                map.insert(name, At { value, position: key.position });
            }
        }
        Some(map)
    }
}

fn name<K: ScalarKind>(Key { text, position }: &Key, log: &mut Log) -> Option<K::Value> {
    match read::<K>(text) {
        Ok(name) => {
            super::advice::scalar(K::SCALAR, text, *position, log);
            Some(name)
        }
        Err(fault) => {
            report::fault(fault, (K::SCALAR, text), (*position, ""), log);
            None
        }
    }
}

/// A value of which an entry is kept also when it was refused.
pub(crate) struct Kept<K>(PhantomData<K>);

impl<K: Kind> Kind for Kept<K> {
    type Value = Option<K::Value>;
    const SHAPE: Shape = K::SHAPE;

    fn read(node: &Node, here: Here<'_>, log: &mut Log) -> Option<Self::Value> {
        Some(K::read(node, here, log))
    }
}

/// A scalar or an object.
#[derive(Debug)]
pub(crate) enum Either<S, O> {
    /// The scalar.
    Scalar(S),
    /// The object.
    Object(O),
}

/// A scalar of one kind, or an object.
pub(crate) struct OneOf<S, O>(PhantomData<(S, O)>);

impl<S: ScalarKind, O: DeclaredObject> Kind for OneOf<S, O> {
    type Value = Either<S::Value, O>;
    const SHAPE: Shape = Shape::OneOf(S::SCALAR, O::OBJECT);

    fn read(node: &Node, here: Here<'_>, log: &mut Log) -> Option<Self::Value> {
        match &node.value {
            NodeValue::Scalar(..) if node.is_broken() => None,
            NodeValue::Scalar(text, _) if !node.is_null() => {
                scalar::<S>(text, node, here, log).map(Either::Scalar)
            }
            NodeValue::Map(_) => O::read(node, here, log).map(Either::Object),
            NodeValue::Scalar(..) | NodeValue::Seq(_) => refused(node, Self::SHAPE, here, log),
        }
    }
}

/// Any value at all.
#[derive(Debug)]
pub(crate) struct Any;

impl Kind for Any {
    type Value = Node;
    const SHAPE: Shape = Shape::Any;

    fn read(node: &Node, _: Here<'_>, _: &mut Log) -> Option<Node> {
        (!node.is_broken()).then(|| node.clone())
    }
}

/// Reads an object; a value that is not a map has no fields.
pub(crate) fn object<O: DeclaredObject>(node: &Node, here: Here<'_>, log: &mut Log) -> O {
    match &node.value {
        NodeValue::Map(entries) => {
            report::keys((node.position, here), entries, O::OBJECT, log);
            O::fields(entries, log)
        }
        _ => {
            report::wrong(node, Shape::Object(O::OBJECT), here, log);
            O::fields(&[], log)
        }
    }
}

/// Reads a field of an object.
pub(crate) fn field<K: Kind>(entries: &[(Key, Node)], name: &'static str, log: &mut Log) -> Given<K::Value> {
    let Some((key, node)) = entries.iter().find(|(key, _)| key.text == name) else { return Given::Absent };
    let here = Here { what: &quote(name), under: Some(Under::Known(key)) };
    match K::read(node, here, log) {
        Some(value) => Given::Is(At { value, position: node.position }),
        None => Given::Broken,
    }
}

/// What a whole document is called.
const DOCUMENT: Here<'_> = Here { what: "the document", under: None };

/// Reads a document that is an object.
pub(crate) fn document<O: DeclaredObject>(node: &Node, log: &mut Log) -> O {
    object(node, DOCUMENT, log)
}

/// Reads a document of any kind.
pub(crate) fn root<K: Kind>(node: &Node, log: &mut Log) -> Option<K::Value> {
    K::read(node, DOCUMENT, log)
}
