//! The declaration of an object: from it come its struct, its check and reading, its schema, its explanation, and the
//! keys that `import` writes.

use std::marker::PhantomData;

use super::shape::{Field, Shape, Status};

/// A key of an object `O` that takes a `K`: only declared ones exist.
#[derive(Debug)]
pub(crate) struct Key<O, K> {
    field: Field,
    of: PhantomData<fn() -> (O, K)>,
}

impl<O, K> Key<O, K> {
    /// Declares a key.
    pub(crate) const fn new(key: &'static str, shape: Shape, status: Status, doc: &'static str) -> Self {
        Self { field: Field { key, shape, status, doc }, of: PhantomData }
    }

    /// Returns the key's declaration.
    pub(crate) const fn field(&self) -> Field {
        self.field
    }

    /// Returns the key's text.
    pub(crate) const fn name(&self) -> &'static str {
        self.field.key
    }
}

/// Declares objects. Each gets a struct with what its fields were read into, a function for each key, and one pass that
/// checks and reads it. A field that nothing reads is a warning of the compiler.
///
/// `needs one of` lists the keys of which exactly one must be there.
macro_rules! objects {
    ($(
        $object:ident = $name:literal, $what:literal, $doc:literal $(, needs one of $($one:ident)+)? {
            $( $(#[$meta:meta])* $status:ident $field:ident = $key:literal: $kind:ty, $about:expr; )+
        }
    )+) => { $(
        #[doc = $doc]
        #[derive(Debug)]
        pub(crate) struct $object {
            $( $(#[$meta])* pub(crate) $field: $crate::manifest::grammar::given::Given<
                <$kind as $crate::manifest::grammar::read::Kind>::Value,
            >, )+
        }

        impl $object {
            $( pub(crate) const fn $field() -> $crate::manifest::grammar::object::Key<Self, $kind> {
                $crate::manifest::grammar::object::Key::new(
                    $key,
                    <$kind as $crate::manifest::grammar::read::Kind>::SHAPE,
                    $crate::manifest::grammar::shape::Status::$status,
                    $about,
                )
            } )+
        }

        const _: () = {
            use $crate::manifest::grammar::read::{self, DeclaredObject, Kind};
            use $crate::manifest::grammar::report::Here;
            use $crate::manifest::grammar::shape::{Object, Shape};
            use $crate::manifest::reading::log::Log;
            use $crate::manifest::yaml;

            static OBJECT: Object = Object {
                name: $name,
                what: $what,
                doc: $doc,
                fields: &[$($object::$field().field()),+],
                one_of: &[$($($object::$one().name()),+)?],
            };

            impl DeclaredObject for $object {
                const OBJECT: &'static Object = &OBJECT;

                fn fields(entries: &[(yaml::Key, yaml::Node)], log: &mut Log) -> Self {
                    Self { $($field: read::field::<$kind>(entries, Self::$field().name(), log),)+ }
                }
            }

            impl Kind for $object {
                type Value = Self;
                const SHAPE: Shape = Shape::Object(&OBJECT);

                fn read(node: &yaml::Node, here: Here<'_>, log: &mut Log) -> Option<Self> {
                    Some(read::object(node, here, log))
                }
            }
        };
    )+ };
}

pub(crate) use objects;
