//! Small sets of small numbers.

/// A set of numbers under a width that is fixed when it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// Creates an empty set of numbers under `width`.
    pub(super) fn new(width: usize) -> Self {
        Self { words: vec![0; width.div_ceil(64)] }
    }

    /// Creates an empty set of the same width.
    pub(super) fn emptied(&self) -> Self {
        Self { words: vec![0; self.words.len()] }
    }

    /// Adds a number; one that is not under the width is left out.
    pub(super) fn insert(&mut self, bit: usize) {
        if let Some(word) = self.words.get_mut(bit / 64) {
            *word |= 1 << (bit % 64);
        }
    }

    pub(super) fn contains(&self, bit: usize) -> bool {
        self.words.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Adds all of another set; tells whether anything was new.
    pub(super) fn join(&mut self, other: &Self) -> bool {
        let mut grew = false;
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            grew |= more & !*word != 0;
            *word |= more;
        }
        grew
    }

    /// Returns the numbers, in ascending order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at * 64 + bit)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_grows_only_by_what_is_new() {
        let (mut a, mut b) = (Bits::new(130), Bits::new(130));
        [0, 64, 129].into_iter().for_each(|bit| a.insert(bit));
        assert!(b.is_empty() && b.join(&a) && !b.join(&a));
        assert_eq!(b.iter().collect::<Vec<_>>(), [0, 64, 129]);
        assert!(b.contains(129) && !b.contains(128) && !b.contains(1_000));
        assert!(b.emptied().is_empty());
    }
}
