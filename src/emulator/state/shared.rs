//! A sorted map whose copies share their entries.
//!
//! A copy costs nothing, and a change to one of two copies makes only the way to the changed entry anew, which grows
//! with the logarithm of the size. What differs between two copies is found without looking at what they share.
//! It is a treap whose priorities are digests of the keys, so the shape follows from the keys alone.
//!
//! Crates with such a map under a licence that this one allows (`rpds`, `immutable-chunkmap`) neither tell what differs
//! between two copies, which the journal needs, nor begin at the n-th entry, which pages need.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::sync::Arc;

mod serial;
mod set;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use set::Set;
pub(crate) use table::{Keyed, Table};

/// A sorted map whose copies share their entries.
pub(crate) struct Map<K, V>(Link<K, V>);

type Link<K, V> = Option<Arc<Node<K, V>>>;

struct Node<K, V> {
    /// Decides which of two nodes is nearer to the root; the key settles a tie.
    rank: u64,
    /// How many entries there are at and below this node.
    count: usize,
    entry: Arc<(K, V)>,
    left: Link<K, V>,
    right: Link<K, V>,
}

impl<K, V> Node<K, V> {
    fn key(&self) -> &K {
        &self.entry.0
    }

    fn recount(&mut self) {
        self.count = 1 + count(&self.left) + count(&self.right);
    }
}

impl<K: Ord, V> Node<K, V> {
    /// Compares which node belongs nearer to the root.
    fn above(&self, rank: u64, key: &K) -> Ordering {
        (self.rank, self.key()).cmp(&(rank, key))
    }
}

impl<K, V> Clone for Node<K, V> {
    fn clone(&self) -> Self {
        let Self { rank, count, entry, left, right } = self;
        let (entry, left, right) = (Arc::clone(entry), left.clone(), right.clone());
        Self { rank: *rank, count: *count, entry, left, right }
    }
}

fn count<K, V>(link: &Link<K, V>) -> usize {
    link.as_ref().map_or(0, |node| node.count)
}

fn rank<K: Hash>(key: &K) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// Splits into what lies below a key and what lies above it. The key itself is not in it.
fn split<K: Ord, V>(link: Link<K, V>, key: &K) -> (Link<K, V>, Link<K, V>) {
    let Some(mut top) = link else { return (None, None) };
    let node = Arc::make_mut(&mut top);
    if node.key() < key {
        let (below, above) = split(node.right.take(), key);
        node.right = below;
        node.recount();
        (Some(top), above)
    } else {
        let (below, above) = split(node.left.take(), key);
        node.left = above;
        node.recount();
        (below, Some(top))
    }
}

/// Joins two of which all keys of the first lie below all keys of the second.
fn merge<K: Ord, V>(below: Link<K, V>, above: Link<K, V>) -> Link<K, V> {
    let (mut below, mut above) = match (below, above) {
        (Some(below), Some(above)) => (below, above),
        (one, other) => return one.or(other),
    };
    if below.above(above.rank, above.key()) == Ordering::Greater {
        let node = Arc::make_mut(&mut below);
        node.right = merge(node.right.take(), Some(above));
        node.recount();
        Some(below)
    } else {
        let node = Arc::make_mut(&mut above);
        node.left = merge(Some(below), node.left.take());
        node.recount();
        Some(above)
    }
}

/// Puts an entry in; the one that was there comes back.
fn insert<K: Ord, V>(link: &mut Link<K, V>, rank: u64, entry: Arc<(K, V)>) -> Option<Arc<(K, V)>> {
    let order = link.as_ref().map_or(Ordering::Less, |node| node.above(rank, &entry.0));
    match (link.as_mut(), order) {
        (Some(top), Ordering::Equal) => Some(std::mem::replace(&mut Arc::make_mut(top).entry, entry)),
        (Some(top), Ordering::Greater) => {
            let node = Arc::make_mut(top);
            let side = if entry.0 < *node.key() { &mut node.left } else { &mut node.right };
            let before = insert(side, rank, entry);
            node.recount();
            before
        }
        _ => {
            let (left, right) = split(link.take(), &entry.0);
            let mut node = Node { rank, count: 1, entry, left, right };
            node.recount();
            *link = Some(Arc::new(node));
            None
        }
    }
}

/// Takes out the entry of a key that is there.
fn remove<K: Ord + Borrow<Q>, V, Q: Ord + ?Sized>(link: &mut Link<K, V>, key: &Q) -> Option<Arc<(K, V)>> {
    let node = Arc::make_mut(link.as_mut()?);
    let removed = match key.cmp(node.key().borrow()) {
        Ordering::Less => remove(&mut node.left, key),
        Ordering::Greater => remove(&mut node.right, key),
        Ordering::Equal => {
            let removed = Arc::clone(&node.entry);
            *link = merge(node.left.take(), node.right.take());
            return Some(removed);
        }
    };
    node.recount();
    removed
}

impl<K, V> Map<K, V> {
    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        count(&self.0)
    }

    /// All entries, by key.
    pub(crate) fn iter(&self) -> Iter<'_, K, V> {
        self.iter_from(0)
    }

    /// The entries by key without the first ones, which are skipped at no cost.
    pub(crate) fn iter_from(&self, mut passed: usize) -> Iter<'_, K, V> {
        let (mut ahead, mut link) = (Vec::new(), self.0.as_deref());
        while let Some(node) = link {
            let left = count(&node.left);
            if passed > left {
                passed -= left + 1;
                link = node.right.as_deref();
            } else {
                ahead.push(node);
                link = if passed == left { None } else { node.left.as_deref() };
            }
        }
        Iter { ahead }
    }

    /// All values, by key.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }
}

impl<K: Ord, V> Map<K, V> {
    /// The value of a key.
    pub(crate) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let mut link = self.0.as_deref();
        while let Some(node) = link {
            link = match key.cmp(node.key().borrow()) {
                Ordering::Less => node.left.as_deref(),
                Ordering::Greater => node.right.as_deref(),
                Ordering::Equal => return Some(&node.entry.1),
            };
        }
        None
    }

    /// Whether there is an entry of a key.
    pub(crate) fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }

    /// The value of a key, for writing. Nothing is copied where there is none.
    pub(crate) fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q> + Clone,
        V: Clone,
    {
        self.get(key)?;
        let mut link = self.0.as_mut();
        while let Some(top) = link {
            let node = Arc::make_mut(top);
            link = match key.cmp(node.key().borrow()) {
                Ordering::Less => node.left.as_mut(),
                Ordering::Greater => node.right.as_mut(),
                Ordering::Equal => return Some(&mut Arc::make_mut(&mut node.entry).1),
            };
        }
        None
    }

    /// Sets the value of a key; tells whether there was one.
    pub(crate) fn insert(&mut self, key: K, value: V) -> bool
    where
        K: Hash,
    {
        insert(&mut self.0, rank(&key), Arc::new((key, value))).is_some()
    }

    /// The value of a key for writing, made when there is none.
    pub(crate) fn or_default(&mut self, key: &K) -> &mut V
    where
        K: Hash + Clone,
        V: Clone + Default,
    {
        if !self.contains_key(key) {
            self.insert(key.clone(), V::default());
        }
        self.get_mut(key).unwrap_or_else(|| unreachable!("it was put in just now"))
    }

    /// Takes an entry out. Nothing is copied where there is none.
    pub(crate) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        V: Clone,
    {
        self.get(key)?;
        let entry = remove(&mut self.0, key)?;
        Some(Arc::try_unwrap(entry).map_or_else(|shared| shared.1.clone(), |(_, value)| value))
    }

    /// Tells each key whose entry is not the one that `before` has, with the values before and now.
    pub(crate) fn differences(&self, before: &Self, tell: &mut Tell<'_, K, V>) {
        differences(&before.0, &self.0, tell);
    }
}

/// What is told of a key: its values before and now.
type Tell<'a, K, V> = dyn FnMut(&K, Option<&V>, Option<&V>) + 'a;

fn differences<K: Ord, V>(before: &Link<K, V>, now: &Link<K, V>, tell: &mut Tell<'_, K, V>) {
    let (was, is) = match (before, now) {
        (None, None) => return,
        (Some(was), None) => {
            differences(&was.left, &None, tell);
            tell(was.key(), Some(&was.entry.1), None);
            return differences(&was.right, &None, tell);
        }
        (None, Some(is)) => {
            differences(&None, &is.left, tell);
            tell(is.key(), None, Some(&is.entry.1));
            return differences(&None, &is.right, tell);
        }
        (Some(was), Some(is)) => (was, is),
    };
    if Arc::ptr_eq(was, is) {
        return;
    }
    match was.above(is.rank, is.key()) {
        Ordering::Equal => {
            differences(&was.left, &is.left, tell);
            if !Arc::ptr_eq(&was.entry, &is.entry) {
                tell(is.key(), Some(&was.entry.1), Some(&is.entry.1));
            }
            differences(&was.right, &is.right, tell);
        }
        // The nearer one to the root would be at the root of the other too, if it had its key.
        Ordering::Greater => {
            let (below, above) = split(now.clone(), was.key());
            differences(&was.left, &below, tell);
            tell(was.key(), Some(&was.entry.1), None);
            differences(&was.right, &above, tell);
        }
        Ordering::Less => {
            let (below, above) = split(before.clone(), is.key());
            differences(&below, &is.left, tell);
            tell(is.key(), None, Some(&is.entry.1));
            differences(&above, &is.right, tell);
        }
    }
}

/// The entries of a map, by key.
pub(crate) struct Iter<'a, K, V> {
    /// Nodes whose entries and right sides are still to come, the next one last.
    ahead: Vec<&'a Node<K, V>>,
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        let node = self.ahead.pop()?;
        let mut link = node.right.as_deref();
        while let Some(next) = link {
            self.ahead.push(next);
            link = next.left.as_deref();
        }
        let (key, value) = &*node.entry;
        Some((key, value))
    }
}

impl<'a, K, V> IntoIterator for &'a Map<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<K: Ord + Hash, V> FromIterator<(K, V)> for Map<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::default();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

impl<K, V> Clone for Map<K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self(None)
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Map<K, V> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_map().entries(self).finish()
    }
}
