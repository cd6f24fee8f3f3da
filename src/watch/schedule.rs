//! When a set's next round is due.

use std::time::Duration;

/// How far apart rounds are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pacing {
    /// From the end of a round to the start of the next one.
    pub interval: Duration,
    /// The share of the interval by which it is longer or shorter at random, so that processes that began together do not
    /// stay together: from 0 to 0.5.
    pub jitter: f64,
}

/// A set that goes on failing waits at most so many intervals.
const MOST_INTERVALS: u32 = 8;

impl Pacing {
    /// The most that the interval may vary.
    pub const MOST_JITTER: f64 = 0.5;

    /// Says how long a set waits for its next round after so many rounds in a row have failed; `chance` is from 0 to 1.
    /// One that fails never waits less than one that does not.
    pub fn pause(self, failures: u32, chance: f64) -> Duration {
        let jitter = self.jitter.clamp(0.0, Self::MOST_JITTER);
        if failures == 0 {
            return self.interval.mul_f64(1.0 + jitter * (2.0 * chance.clamp(0.0, 1.0) - 1.0));
        }
        let times = 1_u32.checked_shl(failures - 1).unwrap_or(MOST_INTERVALS).min(MOST_INTERVALS);
        let longest = self.interval.mul_f64(1.0 + jitter);
        longest.saturating_mul(times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE: Duration = Duration::from_secs(300);

    #[test]
    fn a_healthy_set_waits_its_interval_give_or_take_the_jitter() {
        let pacing = Pacing { interval: FIVE, jitter: 0.1 };
        let seconds = |chance| pacing.pause(0, chance).as_secs();
        assert_eq!((seconds(0.0), seconds(0.5), seconds(1.0)), (270, 300, 330));
        assert_eq!(Pacing { jitter: 0.0, ..pacing }.pause(0, 0.9), FIVE);
    }

    #[test]
    fn a_failing_set_waits_longer_each_time_and_never_less_than_a_healthy_one() {
        let pacing = Pacing { interval: FIVE, jitter: 0.1 };
        let longest = pacing.pause(0, 1.0);
        let pauses: Vec<Duration> = (1..40).map(|failures| pacing.pause(failures, 0.0)).collect();
        assert_eq!(pauses[0], longest);
        assert!(pauses.is_sorted());
        assert_eq!(pauses[1], longest * 2);
        assert_eq!(pauses.last(), Some(&(longest * MOST_INTERVALS)));
    }
}
