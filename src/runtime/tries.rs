//! How often Amazon Connect tries a function, and where the contact goes then.
//!
//! The administrator guide: throttling and general service failures are retried up to three times within the time limit of
//! the block, then the contact takes the Error branch. What it does not say is decided in [`Rules`], so that whoever shows
//! a result can name it.

use std::time::Duration;

use crate::flow::InvocationKind;
use crate::resource::sha256;

/// The most retries after the first try.
pub const MAX_RETRIES: usize = 3;

/// The wait before the first retry; it doubles with each one.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The function answered, and Amazon Connect takes the answer.
    Answered,
    /// The function answered something that Amazon Connect refuses.
    Refused,
    /// The function failed: an exception, an end of its process, its own time-out.
    FunctionError,
    /// Lambda throttled the call (429).
    Throttled,
    /// Lambda failed (500 and above).
    ServiceFailure,
    /// Amazon Connect lacks the permission to invoke the function, or there is no such function.
    Denied,
    /// The limit of the block was over first. The function goes on running.
    OutOfTime,
}

/// A try, in time since the contact reached the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Try {
    /// When it was begun.
    pub started: Duration,
    /// When it ended.
    pub ended: Duration,
    /// How it ended.
    pub outcome: Outcome,
}

/// Where the contact goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Branch {
    /// On to the next block.
    Success,
    /// The branch for errors.
    Error,
    /// The branch of its own for a limit that is over, which newer blocks have.
    Timeout,
}

/// What happens after the tries so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Another try is begun at this time.
    Try(Duration),
    /// The contact leaves the block at this time.
    Leave(Duration, Branch),
}

/// What decides, of the block and of what AWS leaves undocumented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// The time limit of the block.
    pub limit: Duration,
    /// Whether the block has a branch of its own for a limit that is over.
    pub has_timeout_branch: bool,
    /// Whether a function's own error is retried. Not documented; the usual reading is that it is not.
    pub retries_function_errors: bool,
    /// The seed of the waits between tries, which are not documented either.
    pub seed: u64,
}

impl Rules {
    /// Takes what a block says; the rest is as it is usually read.
    pub fn new(kind: InvocationKind, time_limit: Option<u32>, seed: u64) -> Self {
        let limit = Duration::from_secs(time_limit.unwrap_or(kind.usual_seconds()).into());
        Self { limit, has_timeout_branch: false, retries_function_errors: false, seed }
    }

    /// Says what happens after these tries, the first one first.
    pub fn next(&self, tries: &[Try]) -> Next {
        let Some(last) = tries.last() else { return Next::Try(Duration::ZERO) };
        if last.ended >= self.limit || last.outcome == Outcome::OutOfTime {
            return Next::Leave(self.limit, self.out_of_time());
        }
        let retried = match last.outcome {
            Outcome::Answered => return Next::Leave(last.ended, Branch::Success),
            Outcome::Throttled | Outcome::ServiceFailure => true,
            Outcome::FunctionError => self.retries_function_errors,
            Outcome::Refused | Outcome::Denied | Outcome::OutOfTime => false,
        };
        if !retried || tries.len() > MAX_RETRIES {
            return Next::Leave(last.ended, Branch::Error);
        }
        let at = last.ended + self.wait(tries.len());
        // A retry that could not begin in time is none: what was wrong before is what the contact meets.
        if at < self.limit { Next::Try(at) } else { Next::Leave(last.ended, Branch::Error) }
    }

    const fn out_of_time(&self) -> Branch {
        if self.has_timeout_branch { Branch::Timeout } else { Branch::Error }
    }

    /// The wait before a retry: between half of its share and the whole, by the seed.
    fn wait(&self, retry: usize) -> Duration {
        let doubled = FIRST_WAIT * (1 << (retry - 1).min(MAX_RETRIES));
        let hash = sha256(format!("flowbind wait {} {retry}", self.seed));
        let part = u32::from_str_radix(hash.get(..4).unwrap_or_default(), 16).unwrap_or_default();
        doubled / 2 + doubled / 2 * part / 0xFFFF
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MS: Duration = Duration::from_millis(1);
    const ALL: [Outcome; 7] = [
        Outcome::Answered,
        Outcome::Refused,
        Outcome::FunctionError,
        Outcome::Throttled,
        Outcome::ServiceFailure,
        Outcome::Denied,
        Outcome::OutOfTime,
    ];

    fn rules() -> Rules {
        Rules::new(InvocationKind::Sync, Some(8), 0)
    }

    /// Runs tries that take so long and end so, the last one again and again.
    fn run(rules: &Rules, ends: &[(u32, Outcome)]) -> (Vec<Try>, Duration, Branch) {
        let mut tries: Vec<Try> = Vec::new();
        loop {
            match rules.next(&tries) {
                Next::Leave(at, branch) => return (tries, at, branch),
                Next::Try(started) => {
                    let (took, outcome) = ends[tries.len().min(ends.len() - 1)];
                    tries.push(Try { started, ended: started + MS * took, outcome });
                }
            }
        }
    }

    #[test]
    fn throttling_and_service_failures_are_tried_four_times() {
        for outcome in [Outcome::Throttled, Outcome::ServiceFailure] {
            let (tries, at, branch) = run(&rules(), &[(10, outcome)]);
            assert_eq!((tries.len(), branch), (1 + MAX_RETRIES, Branch::Error));
            // Waits of 0.1 to 0.2, 0.2 to 0.4 and 0.4 to 0.8 seconds.
            assert!((MS * 740..=MS * 1_440).contains(&at), "{at:?}");
        }
        let (tries, _, branch) = run(&rules(), &[(10, Outcome::Throttled), (10, Outcome::Answered)]);
        assert_eq!((tries.len(), branch), (2, Branch::Success));
    }

    #[test]
    fn what_is_wrong_for_good_is_tried_once() {
        for outcome in [Outcome::FunctionError, Outcome::Refused, Outcome::Denied] {
            let (tries, at, branch) = run(&rules(), &[(10, outcome)]);
            assert_eq!((tries.len(), at, branch), (1, MS * 10, Branch::Error), "{outcome:?}");
        }
        let other = Rules { retries_function_errors: true, ..rules() };
        assert_eq!(run(&other, &[(10, Outcome::FunctionError)]).0.len(), 4);
    }

    #[test]
    fn a_limit_that_is_over_ends_it_at_the_limit() {
        let (tries, at, branch) = run(&rules(), &[(8_000, Outcome::OutOfTime)]);
        assert_eq!((tries.len(), at, branch), (1, MS * 8_000, Branch::Error));
        let newer = Rules { has_timeout_branch: true, ..rules() };
        assert_eq!(run(&newer, &[(8_000, Outcome::OutOfTime)]).2, Branch::Timeout);
        // An answer that comes too late is none.
        assert_eq!(run(&newer, &[(9_000, Outcome::Answered)]).1, MS * 8_000);
        // A retry that could only begin later is not made.
        let (tries, at, branch) = run(&newer, &[(7_950, Outcome::Throttled)]);
        assert_eq!((tries.len(), at, branch), (1, MS * 7_950, Branch::Error));
    }

    #[test]
    fn the_limit_is_the_blocks_else_the_usual_one() {
        let of = |kind, limit| Rules::new(kind, limit, 0).limit.as_secs();
        assert_eq!(of(InvocationKind::Sync, Some(5)), 5);
        assert_eq!((of(InvocationKind::Sync, None), of(InvocationKind::Async, None)), (3, 60));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn tries_are_in_order_within_the_limit_and_at_most_four(
            limit in 1_u32..=8,
            seed in any::<u64>(),
            ends in proptest::collection::vec((0_u32..9_000, 0..ALL.len()), 1..6),
            timeout in any::<bool>(),
            errors in any::<bool>(),
        ) {
            let rules = Rules {
                has_timeout_branch: timeout,
                retries_function_errors: errors,
                ..Rules::new(InvocationKind::Sync, Some(limit), seed)
            };
            let ends: Vec<(u32, Outcome)> = ends.into_iter().map(|(took, at)| (took, ALL[at])).collect();
            let (tries, at, branch) = run(&rules, &ends);
            prop_assert!((1..=1 + MAX_RETRIES).contains(&tries.len()));
            prop_assert!(at <= rules.limit);
            prop_assert!(tries.iter().all(|one| one.started < rules.limit));
            prop_assert!(tries.windows(2).all(|pair| pair[0].ended < pair[1].started));
            let last = tries.last().unwrap();
            let in_time = last.ended < rules.limit;
            prop_assert_eq!(branch == Branch::Success, last.outcome == Outcome::Answered && in_time);
            prop_assert!(branch != Branch::Timeout || timeout);
            // The same seed gives the same times.
            prop_assert_eq!((tries, at, branch), run(&rules, &ends));
        }
    }
}
