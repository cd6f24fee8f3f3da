//! The shape of a manifest as data: what the schema, `explain` and the repair of misplaced keys go by.

use super::scalar::Scalar;

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
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
pub(crate) struct Object {
    /// Its name in the JSON Schema.
    pub(crate) name: &'static str,
    /// What it is, with its article, for messages.
    pub(crate) what: &'static str,
    /// What it is for.
    pub(crate) doc: &'static str,
    /// Its keys, in the order in which people write them.
    pub(crate) fields: &'static [Field],
    /// Exactly one of these keys must be there; none listed means no such rule.
    pub(crate) one_of: &'static [&'static str],
}

/// A key of an object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    /// The key.
    pub(crate) key: &'static str,
    /// What it takes.
    pub(crate) shape: Shape,
    /// Whether it may be left out.
    pub(crate) status: Status,
    /// What it is for, in one line.
    pub(crate) doc: &'static str,
}

/// Whether a key may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// It must be there.
    Required,
    /// It may be left out.
    Optional,
}

impl Object {
    /// Returns whether the object, or one below it, has a key of a name.
    pub(crate) fn knows(&self, key: &str) -> bool {
        self.fields.iter().any(|field| field.key == key || field.shape.knows(key))
    }

    /// Names where below the object a key is, as `source.timeout`; the shallowest place counts.
    pub(crate) fn path_to(&self, key: &str) -> Option<String> {
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

    /// Returns whether none of its keys has to be there.
    pub(crate) fn needs_nothing(&self) -> bool {
        self.one_of.is_empty() && self.fields.iter().all(|field| field.status == Status::Optional)
    }

    /// Returns an example with the keys that must be there, or else with the first.
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
    /// Returns a value of this shape as an example, written in one line.
    pub(crate) fn example(self) -> String {
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
