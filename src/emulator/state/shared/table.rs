//! Things by id that are also found by other keys, such as a name, without looking at each.

use super::{Iter, Map, Set};

/// What has keys beside its id.
pub(crate) trait Keyed: Clone {
    /// The other keys, each with its kind. Several things may have the same one.
    fn keys(&self) -> Vec<(&'static str, &str)>;
}

/// Things by id, found by their other keys too.
#[derive(Debug, Clone)]
pub(crate) struct Table<V> {
    things: Map<String, V>,
    /// Ids by kind and key.
    index: Map<(&'static str, String), Set<String>>,
}

impl<V> Default for Table<V> {
    fn default() -> Self {
        Self { things: Map::default(), index: Map::default() }
    }
}

impl<V> Table<V> {
    /// The things by id.
    pub(crate) fn things(&self) -> &Map<String, V> {
        &self.things
    }

    /// How many things there are.
    pub(crate) fn len(&self) -> usize {
        self.things.len()
    }

    /// All things, by id.
    pub(crate) fn iter(&self) -> Iter<'_, String, V> {
        self.things.iter()
    }

    /// The thing of an id.
    pub(crate) fn get(&self, id: &str) -> Option<&V> {
        self.things.get(id)
    }

    /// Whether there is a thing of an id.
    pub(crate) fn contains_key(&self, id: &str) -> bool {
        self.things.contains_key(id)
    }

    /// How many things have a key.
    pub(crate) fn count(&self, kind: &'static str, key: &str) -> usize {
        self.index.get(&(kind, key.to_owned())).map_or(0, Set::len)
    }

    /// Finds the things that have a key.
    pub(crate) fn with<'a>(
        &'a self,
        kind: &'static str,
        key: &str,
    ) -> impl Iterator<Item = (&'a str, &'a V)> {
        let ids = self.index.get(&(kind, key.to_owned())).into_iter().flat_map(Set::iter);
        ids.filter_map(|id| Some((id.as_str(), self.things.get(id)?)))
    }
}

impl<V: Keyed> Table<V> {
    /// The thing of an id, for writing what is no key of it; else [`Self::change`].
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut V> {
        self.things.get_mut(id)
    }

    /// Changes the thing of an id, its keys too.
    pub(crate) fn change<T>(&mut self, id: &str, change: impl FnOnce(&mut V) -> T) -> Option<T> {
        let mut thing = self.things.get(id)?.clone();
        let done = change(&mut thing);
        self.insert(id.to_owned(), thing);
        Some(done)
    }

    /// Puts a thing in, in place of the one that has the id.
    pub(crate) fn insert(&mut self, id: String, thing: V) {
        self.remove(&id);
        for (kind, key) in thing.keys() {
            self.index.or_default(&(kind, key.to_owned())).insert(id.clone());
        }
        self.things.insert(id, thing);
    }

    /// Takes a thing out.
    pub(crate) fn remove(&mut self, id: &str) -> Option<V> {
        let thing = self.things.remove(id)?;
        for (kind, key) in thing.keys() {
            let key = (kind, key.to_owned());
            let ids = self.index.or_default(&key);
            ids.remove(id);
            if ids.len() == 0 {
                self.index.remove(&key);
            }
        }
        Some(thing)
    }
}

impl<'a, V> IntoIterator for &'a Table<V> {
    type Item = (&'a String, &'a V);
    type IntoIter = Iter<'a, String, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<V: Keyed> FromIterator<(String, V)> for Table<V> {
    fn from_iter<I: IntoIterator<Item = (String, V)>>(things: I) -> Self {
        let mut table = Self::default();
        for (id, thing) in things {
            table.insert(id, thing);
        }
        table
    }
}
