//! Which writes are looked at together: a list shows many of them, and each look at it costs its calls.
//!
//! What nothing waits for is looked at once, when the last write of the wave has ended. Where others wait for some of them,
//! there is a look for each eighth of those others, as soon as all is written that they wait for.

use std::collections::{BTreeMap, BTreeSet};

/// Looks for the sake of those that wait, at the most, as long as everything shows at the first look.
const LOOKS: usize = 8;

/// The writes of a run that one list shows.
#[derive(Debug, Clone)]
pub struct Wave<K> {
    /// Those that have not ended.
    open: BTreeSet<K>,
    /// Those that have ended, and are not looked at yet.
    written: BTreeSet<K>,
    /// What each other waits for, by its number, until it is looked at.
    waiting: BTreeMap<usize, BTreeSet<K>>,
    /// How many of the others one look is for.
    share: usize,
}

impl<K> Default for Wave<K> {
    fn default() -> Self {
        Self { open: BTreeSet::new(), written: BTreeSet::new(), waiting: BTreeMap::new(), share: 1 }
    }
}

impl<K: Ord + Clone> Wave<K> {
    /// Adds a write that is to come, and the numbers of those that wait until it shows.
    pub fn expect(&mut self, key: K, waiting: impl IntoIterator<Item = usize>) {
        for waiter in waiting {
            self.waiting.entry(waiter).or_default().insert(key.clone());
        }
        self.share = self.waiting.len().div_ceil(LOOKS);
        self.open.insert(key);
    }

    /// A write has ended that is to be looked at.
    pub fn written(&mut self, key: K) {
        self.open.remove(&key);
        self.written.insert(key);
    }

    /// A write will not come any more, nor will those that wait for it.
    pub fn over(&mut self, key: &K) {
        if self.open.remove(key) {
            self.waiting.retain(|_, needed| !needed.contains(key));
        }
    }

    /// Takes those that a look is due for; none where it is not yet.
    pub fn due(&mut self) -> BTreeSet<K> {
        if self.open.is_empty() {
            self.waiting.clear();
            return std::mem::take(&mut self.written);
        }
        let ready: Vec<usize> = self
            .waiting
            .iter()
            .filter(|(_, needed)| needed.is_disjoint(&self.open))
            .map(|(waiter, _)| *waiter)
            .collect();
        if ready.is_empty() || (ready.len() < self.share && ready.len() < self.waiting.len()) {
            return BTreeSet::new();
        }
        let needed = ready.iter().filter_map(|waiter| self.waiting.remove(waiter)).flatten();
        needed.filter(|key| self.written.remove(key)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes of which some are waited for: who waits, and for what.
    fn wave(all: u32, waiting: &[(usize, &[u32])]) -> Wave<u32> {
        let mut wave = Wave::default();
        for key in 0..all {
            let waits = waiting.iter().filter(|(_, needed)| needed.contains(&key)).map(|(waiter, _)| *waiter);
            wave.expect(key, waits);
        }
        wave
    }

    /// The looks that are due when the writes end in their order.
    fn looks(mut wave: Wave<u32>, all: u32) -> Vec<Vec<u32>> {
        let looks = (0..all).map(|key| {
            wave.written(key);
            wave.due().into_iter().collect::<Vec<_>>()
        });
        looks.filter(|look| !look.is_empty()).collect()
    }

    #[test]
    fn what_nothing_waits_for_is_looked_at_once_at_the_end() {
        assert_eq!(looks(wave(50, &[]), 50), [(0..50).collect::<Vec<_>>()]);
    }

    #[test]
    fn what_others_wait_for_is_looked_at_as_soon_as_one_of_them_can_go_on() {
        assert_eq!(looks(wave(4, &[(0, &[0]), (1, &[2])]), 4), [vec![0], vec![2], vec![1, 3]]);
        assert_eq!(looks(wave(5, &[(0, &[0, 1, 2])]), 5), [vec![0, 1, 2], vec![3, 4]]);
        // What two wait for is looked at for the first.
        assert_eq!(looks(wave(4, &[(0, &[0, 1]), (1, &[0, 2])]), 4), [vec![0, 1], vec![2], vec![3]]);
    }

    #[test]
    fn many_that_wait_share_eight_looks() {
        let needed: Vec<[u32; 1]> = (0..20).map(|n| [n]).collect();
        let waiting: Vec<(usize, &[u32])> = needed.iter().enumerate().map(|(n, key)| (n, &key[..])).collect();
        let all = looks(wave(20, &waiting), 20);
        assert_eq!(all.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 3, 3, 3, 3, 2]);
    }

    #[test]
    fn what_never_comes_is_not_waited_for() {
        let mut wave = wave(4, &[(0, &[1]), (1, &[0])]);
        wave.over(&1);
        wave.written(0);
        assert_eq!(wave.due(), BTreeSet::from([0]));
        wave.written(2);
        assert!(wave.due().is_empty());
        wave.over(&3);
        assert_eq!(wave.due(), BTreeSet::from([2]));
        // A second try of one that did not show.
        wave.written(0);
        assert_eq!(wave.due(), BTreeSet::from([0]));
    }
}
