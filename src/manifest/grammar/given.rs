//! What a manifest says about a field: nothing, something that was refused, or a value with its place.

use std::collections::BTreeMap;

use crate::manifest::yaml::Position;

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct At<T> {
    /// The value.
    pub(crate) value: T,
    /// Where it is.
    pub(crate) position: Position,
}

/// What a manifest says about a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Given<T> {
    /// Nothing.
    Absent,
    /// Something that was refused, and that was reported.
    Broken,
    /// A value.
    Is(At<T>),
}

impl<T> Given<T> {
    /// Returns the value with its place.
    pub(crate) fn at(&self) -> Option<&At<T>> {
        match self {
            Self::Is(at) => Some(at),
            Self::Absent | Self::Broken => None,
        }
    }

    /// Returns the value.
    pub(crate) fn value(&self) -> Option<&T> {
        self.at().map(|at| &at.value)
    }

    /// Returns the value itself.
    pub(crate) fn into_value(self) -> Option<T> {
        match self {
            Self::Is(at) => Some(at.value),
            Self::Absent | Self::Broken => None,
        }
    }

    /// Gives another one where the manifest is silent about this.
    pub(crate) fn or(self, other: Self) -> Self {
        if self.is_absent() { other } else { self }
    }

    /// Returns whether the manifest is silent about the field.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl Given<bool> {
    /// Returns whether the manifest says `true`.
    pub(crate) fn is_true(&self) -> bool {
        self.value() == Some(&true)
    }
}

impl<T> Given<Vec<T>> {
    /// Returns the items; what is absent or was refused has none.
    pub(crate) fn items(&self) -> &[T] {
        self.value().map_or(&[], Vec::as_slice)
    }
}

impl<K: Ord + Clone, T> Given<BTreeMap<K, At<T>>> {
    /// Returns the entries in the order of their names; what is absent or was refused has none.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&K, &At<T>)> + Clone {
        self.value().into_iter().flatten()
    }

    /// Returns the map without its places.
    pub(crate) fn without_places(&self) -> Option<BTreeMap<K, T>>
    where
        T: Clone,
    {
        self.value().map(|map| map.iter().map(|(name, at)| (name.clone(), at.value.clone())).collect())
    }
}
