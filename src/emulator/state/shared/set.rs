//! A sorted set whose copies share their members.

use std::borrow::Borrow;
use std::fmt;
use std::hash::Hash;

use super::Map;

/// A sorted set whose copies share their members.
pub(crate) struct Set<K>(pub(crate) Map<K, ()>);

impl<K> Set<K> {
    /// How many members there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// All members, sorted.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|(key, ())| key)
    }
}

impl<K: Ord> Set<K> {
    /// Whether it has a member.
    pub(crate) fn contains<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.contains_key(key)
    }

    /// Puts a member in; tells whether it is new.
    pub(crate) fn insert(&mut self, key: K) -> bool
    where
        K: Hash,
    {
        !self.contains(&key) && !self.0.insert(key, ())
    }

    /// Takes a member out; tells whether it was there.
    pub(crate) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.remove(key).is_some()
    }
}

impl<K: Ord + Hash> FromIterator<K> for Set<K> {
    fn from_iter<I: IntoIterator<Item = K>>(members: I) -> Self {
        Self(members.into_iter().map(|key| (key, ())).collect())
    }
}

impl<K> Clone for Set<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K> Default for Set<K> {
    fn default() -> Self {
        Self(Map::default())
    }
}

impl<K: fmt::Debug> fmt::Debug for Set<K> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.iter()).finish()
    }
}
