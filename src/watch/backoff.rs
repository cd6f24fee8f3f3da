//! What goes on failing is asked for less and less often, while everything else has its rounds.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What has failed in the last rounds, such as an operation in an account and Region, and until when it rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backoff<K>(BTreeMap<K, Failing>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Failing {
    rounds: u32,
    until: Duration,
    message: String,
}

impl<K> Default for Backoff<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Clone> Backoff<K> {
    /// What rests in a round that begins now, each with what went wrong when it was asked for last.
    pub fn resting(&self, now: Duration) -> BTreeMap<K, String> {
        let resting = self.0.iter().filter(|(_, failing)| failing.until > now);
        resting.map(|(key, failing)| (key.clone(), failing.message.clone())).collect()
    }

    /// Takes down what has failed in a round that ends now; `rested` was not asked for in it. `pause` says how long something
    /// rests that has failed in so many rounds in a row.
    pub fn learn(
        &mut self,
        failed: BTreeMap<K, String>,
        rested: &BTreeSet<K>,
        now: Duration,
        pause: impl Fn(u32) -> Duration,
    ) {
        let before = std::mem::take(&mut self.0);
        for (key, message) in failed {
            let rounds = before.get(&key).map_or(1, |failing| failing.rounds.saturating_add(1));
            let until = now.saturating_add(pause(rounds));
            self.0.insert(key, Failing { rounds, until, message });
        }
        self.0.extend(before.into_iter().filter(|(key, _)| rested.contains(key)));
    }

    /// Forgets everything: somebody asks for a round now.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_rests_longer_each_time_until_it_does_not() {
        let minutes = |n| Duration::from_secs(60 * n);
        let mut backoff = Backoff::default();
        let round = |backoff: &mut Backoff<&'static str>, now: u64, fails: bool| -> bool {
            let rested: BTreeSet<_> = backoff.resting(minutes(now)).into_keys().collect();
            let asked = !rested.contains("a");
            let failed = (asked && fails).then(|| ("a", "no".to_owned()));
            backoff.learn(failed.into_iter().collect(), &rested, minutes(now), |rounds| {
                minutes(1).saturating_mul(1 << rounds.min(4))
            });
            asked
        };
        let asked: Vec<u64> = (0..40).filter(|now| round(&mut backoff, *now, true)).collect();
        assert_eq!(asked, [0, 2, 6, 14, 30]);
        assert!(round(&mut backoff, 46, false), "it is asked for again, and answers");
        assert_eq!(backoff, Backoff::default());
        round(&mut backoff, 50, true);
        assert!(!round(&mut backoff, 51, true));
        backoff.clear();
        assert!(round(&mut backoff, 51, true));
    }
}
