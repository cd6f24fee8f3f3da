//! Which of some tasks may begin, when each waits for others: the same for what is carried out and for its forecast.

use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Tasks by their numbers. Of those that may begin, the ones behind which the longest chain waits come first.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Who waits for each.
    waiters: Vec<BTreeSet<usize>>,
    /// How many others each still waits for.
    open: Vec<usize>,
    /// How long the chain is that waits for each.
    rank: Vec<usize>,
    ready: BTreeSet<(Reverse<usize>, usize)>,
    /// Those that have neither begun nor been given up.
    waiting: BTreeSet<usize>,
}

impl Queue {
    /// Queues tasks, each with the numbers of those that it waits for; one that there is not never ends.
    pub fn new(after: &[BTreeSet<usize>]) -> Self {
        let mut waiters = vec![BTreeSet::new(); after.len()];
        for (n, needed) in after.iter().enumerate() {
            for needed in needed {
                if let Some(of) = waiters.get_mut(*needed) {
                    of.insert(n);
                }
            }
        }
        let open: Vec<usize> = after.iter().map(BTreeSet::len).collect();
        let rank = ranks(after, &waiters);
        let waiting: BTreeSet<usize> = (0..after.len()).collect();
        let ready = waiting.iter().filter(|n| open[**n] == 0).map(|n| (Reverse(rank[*n]), *n)).collect();
        Self { waiters, open, rank, ready, waiting }
    }

    /// Who waits for one.
    pub fn waiters(&self, n: usize) -> &BTreeSet<usize> {
        &self.waiters[n]
    }

    /// Takes those that may begin now.
    pub fn take(&mut self) -> Vec<usize> {
        let ready: Vec<usize> = std::mem::take(&mut self.ready).into_iter().map(|(_, n)| n).collect();
        ready.iter().for_each(|n| {
            self.waiting.remove(n);
        });
        ready
    }

    /// A task is done: who waits for nothing else may begin.
    pub fn done(&mut self, n: usize) {
        for waiter in &self.waiters[n] {
            self.open[*waiter] -= 1;
            if self.open[*waiter] == 0 && self.waiting.contains(waiter) {
                self.ready.insert((Reverse(self.rank[*waiter]), *waiter));
            }
        }
    }

    /// A task will not be done: takes those that wait for it, which will not begin.
    pub fn failed(&mut self, n: usize) -> Vec<usize> {
        let waiters = self.waiters[n].clone();
        waiters.into_iter().filter(|waiter| self.give_up(*waiter)).collect()
    }

    /// Takes a task out that has not started; says whether that was so.
    pub fn give_up(&mut self, n: usize) -> bool {
        self.ready.remove(&(Reverse(self.rank[n]), n));
        self.waiting.remove(&n)
    }

    /// Takes all that have not started.
    pub fn give_up_all(&mut self) -> BTreeSet<usize> {
        self.ready.clear();
        std::mem::take(&mut self.waiting)
    }
}

/// How long the chain is that waits for each; what is on a cycle counts nothing.
fn ranks(after: &[BTreeSet<usize>], waiters: &[BTreeSet<usize>]) -> Vec<usize> {
    let mut rank = vec![0; after.len()];
    let mut open: Vec<usize> = waiters.iter().map(BTreeSet::len).collect();
    let mut ends: Vec<usize> = (0..after.len()).filter(|n| open[*n] == 0).collect();
    while let Some(n) = ends.pop() {
        for needed in after[n].iter().copied().filter(|needed| *needed < after.len()) {
            rank[needed] = rank[needed].max(rank[n] + 1);
            open[needed] -= 1;
            if open[needed] == 0 {
                ends.push(needed);
            }
        }
    }
    rank
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(after: &[&[usize]]) -> Queue {
        Queue::new(&after.iter().map(|after| after.iter().copied().collect()).collect::<Vec<_>>())
    }

    #[test]
    fn what_the_longest_chain_waits_for_begins_first() {
        // 3 waits for 2, which waits for 1; 4 waits for 0.
        let mut queue = queue(&[&[], &[], &[1], &[2], &[0], &[]]);
        assert_eq!(queue.take(), [1, 0, 5]);
        assert!(queue.take().is_empty());
        queue.done(1);
        queue.done(0);
        assert_eq!(queue.take(), [2, 4]);
        queue.done(2);
        assert_eq!(queue.take(), [3]);
    }

    #[test]
    fn who_waits_for_what_fails_is_given_up_and_who_waits_for_itself_never_begins() {
        let mut queue = queue(&[&[], &[0], &[0, 1], &[4], &[3], &[9], &[]]);
        assert_eq!(queue.take(), [0, 6]);
        assert_eq!(queue.failed(0), [1, 2]);
        assert!(queue.failed(1).is_empty(), "it is given up already");
        queue.done(6);
        assert!(queue.take().is_empty());
        assert_eq!(queue.give_up_all(), BTreeSet::from([3, 4, 5]));
        assert!(!queue.give_up(3));
    }
}
