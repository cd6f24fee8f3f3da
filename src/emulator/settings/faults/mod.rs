//! Faults that are injected on purpose. The grammar of a fault is on the module page.

pub(crate) mod echo;
pub(crate) mod endless;
pub(crate) mod lost_writes;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::error::{SettingError, parse_duration};
use crate::emulator::call::special::is_list;
use crate::emulator::state::ids;
use crate::emulator::wire::Service;

/// One fault: what happens, and to which calls.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    kind: FaultKind,
    service: String,
    operation: String,
    which: Which,
}

/// What a fault does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// Answers 429.
    Throttle,
    /// Answers 500.
    Internal,
    /// Answers 403.
    Deny,
    /// Answers 400 and repeats the texts of the request, in several encodings.
    Echo,
    /// Closes the connection, nothing done.
    DropBefore,
    /// Does the work, then closes the connection.
    DropAfter,
    /// Waits first.
    Delay(Duration),
    /// Returns an answer that is not the service's; nothing done.
    False(FalseAnswer),
    /// Does the work, then gives an answer that is not the service's.
    FalseAfter(FalseAnswer),
    /// Returns the first page of a list, with the same token behind it each time.
    Endless,
    /// Returns the first page of a list, with a token that was never given before behind it each time.
    EndlessFresh,
    /// Lets a policy write that overlaps another on the same function overwrite it.
    LosePolicyWrite,
    /// Makes CreateInstance end as CREATION_FAILED.
    CreationFailed,
    /// Ends the process after the write was committed.
    Kill,
    /// Stops the world before the write is done.
    FreezeBefore,
    /// Stops the world when the write was done and before it is answered.
    FreezeAfter,
}

/// What comes in place of the service's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FalseAnswer {
    /// 200 with a page of HTML, as a captive proxy does.
    Html,
    /// 200 with no body.
    Empty,
    /// 200 with an empty JSON object.
    Braces,
    /// 500, in the words of the service.
    Internal,
    /// None: the connection stays open.
    Hang,
    /// Half of the real answer, as if it were whole.
    Truncated,
}

/// Which of the calls that match a fault it hits.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Which {
    All,
    Nth(u64),
    From(u64),
    Probability(f64),
}

impl FaultKind {
    /// Whether only writes count.
    fn is_of_writes(self) -> bool {
        matches!(self, Self::Kill | Self::LosePolicyWrite | Self::FreezeBefore | Self::FreezeAfter)
    }
}

const KINDS: &[(&str, FaultKind)] = &[
    ("throttle", FaultKind::Throttle),
    ("500", FaultKind::Internal),
    ("deny", FaultKind::Deny),
    ("echo", FaultKind::Echo),
    ("drop-before", FaultKind::DropBefore),
    ("drop-after", FaultKind::DropAfter),
    ("html", FaultKind::False(FalseAnswer::Html)),
    ("empty", FaultKind::False(FalseAnswer::Empty)),
    ("braces", FaultKind::False(FalseAnswer::Braces)),
    ("hang", FaultKind::False(FalseAnswer::Hang)),
    ("after-html", FaultKind::FalseAfter(FalseAnswer::Html)),
    ("after-empty", FaultKind::FalseAfter(FalseAnswer::Empty)),
    ("after-braces", FaultKind::FalseAfter(FalseAnswer::Braces)),
    ("after-500", FaultKind::FalseAfter(FalseAnswer::Internal)),
    ("after-hang", FaultKind::FalseAfter(FalseAnswer::Hang)),
    ("truncated", FaultKind::FalseAfter(FalseAnswer::Truncated)),
    ("endless", FaultKind::Endless),
    ("endless-fresh", FaultKind::EndlessFresh),
    ("lose-policy-write", FaultKind::LosePolicyWrite),
    ("creation-failed", FaultKind::CreationFailed),
    ("kill", FaultKind::Kill),
    ("freeze-before", FaultKind::FreezeBefore),
    ("freeze-after", FaultKind::FreezeAfter),
];

impl Fault {
    /// Returns whether the fault is about this operation, whichever of its calls.
    fn concerns(&self, service: Service, operation: &str, writes: bool) -> bool {
        (self.service == "*" || self.service == service.prefix())
            && matches(&self.operation, operation)
            && (!matches!(self.kind, FaultKind::Endless | FaultKind::EndlessFresh) || is_list(operation))
            && (writes || !self.kind.is_of_writes())
    }
}

/// Compares with a pattern that may end in `*`.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => pattern == name,
    }
}

impl FromStr for Fault {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let wrong = |hint: &str| SettingError::new("fault", text, hint);
        let mut parts = text.split(':');
        let kind = parts.next().unwrap_or_default();
        let kind = match kind.strip_prefix("delay=") {
            Some(delay) => FaultKind::Delay(
                parse_duration(delay)
                    .ok_or_else(|| wrong("a delay is written as delay=250ms or delay=2s"))?,
            ),
            None => KINDS.iter().find(|(name, _)| *name == kind).map(|(_, kind)| *kind).ok_or_else(|| {
                let names: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
                wrong(&format!("the kinds are {} and delay=DURATION", names.join(", ")))
            })?,
        };
        let service = parts.next().unwrap_or("*");
        if service != "*" && Service::from_signing_name(service).is_none() {
            return Err(wrong("the services are connect, lambda, iam, sts and *"));
        }
        let operation = parts.next().unwrap_or("*").to_owned();
        let which = match parts.next() {
            None => Which::All,
            Some(selector) => {
                selector.parse().map_err(|()| wrong("a selector is nth=N or from=N (N from 1), or p=0.3"))?
            }
        };
        if parts.next().is_some() {
            return Err(wrong("write it as KIND:SERVICE:OPERATION or KIND:SERVICE:OPERATION:nth=N"));
        }
        Ok(Self { kind, service: service.to_owned(), operation, which })
    }
}

impl FromStr for Which {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.split_once('=') {
            Some(("nth", n)) => n.parse().ok().filter(|n| *n > 0).map(Self::Nth).ok_or(()),
            Some(("from", n)) => n.parse().ok().filter(|n| *n > 0).map(Self::From).ok_or(()),
            Some(("p", p)) => {
                p.parse().ok().filter(|p| (0.0..=1.0).contains(p)).map(Self::Probability).ok_or(())
            }
            _ => Err(()),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = KINDS.iter().find(|(_, kind)| *kind == self.kind).map_or("delay", |(name, _)| *name);
        match self.kind {
            FaultKind::Delay(delay) => write!(out, "delay={}ms", delay.as_millis())?,
            _ => write!(out, "{name}")?,
        }
        write!(out, ":{}:{}", self.service, self.operation)?;
        match self.which {
            Which::All => Ok(()),
            Which::Nth(n) => write!(out, ":nth={n}"),
            Which::From(n) => write!(out, ":from={n}"),
            Which::Probability(p) => write!(out, ":p={p}"),
        }
    }
}

/// The faults of an emulator with the calls that each has seen.
#[derive(Debug)]
pub(crate) struct Faults {
    faults: Vec<(Fault, u64)>,
    seed: u64,
}

impl Faults {
    pub(crate) fn new(faults: &[Fault], seed: u64) -> Self {
        Self { faults: faults.iter().cloned().map(|fault| (fault, 0)).collect(), seed }
    }

    /// Counts a call and returns what happens to it.
    pub(crate) fn decide(&mut self, service: Service, operation: &str, writes: bool) -> Vec<FaultKind> {
        let seed = self.seed;
        let hit = |(index, (fault, seen)): (usize, &mut (Fault, u64))| {
            if !fault.concerns(service, operation, writes) {
                return None;
            }
            *seen += 1;
            let hit = match fault.which {
                Which::All => true,
                Which::Nth(n) => *seen == n,
                Which::From(n) => *seen >= n,
                Which::Probability(p) => {
                    ids::fraction(&[&seed.to_string(), &index.to_string(), &seen.to_string()]) < p
                }
            };
            hit.then_some(fault.kind)
        };
        self.faults.iter_mut().enumerate().filter_map(hit).collect()
    }

    /// Returns whether every call of this operation is denied; asked for actions that another operation depends on.
    pub(crate) fn always_denies(&self, service: Service, operation: &str) -> bool {
        self.faults.iter().any(|(fault, _)| {
            fault.kind == FaultKind::Deny
                && fault.which == Which::All
                && fault.concerns(service, operation, true)
        })
    }

    /// Forgets the calls that were seen, so that `nth` counts from here.
    pub(crate) fn reset(&mut self) {
        self.faults.iter_mut().for_each(|(_, seen)| *seen = 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(texts: &[&str]) -> Faults {
        let faults: Vec<Fault> = texts.iter().map(|text| text.parse().expect(text)).collect();
        Faults::new(&faults, 7)
    }

    #[test]
    fn a_fault_hits_its_operation_only() {
        let mut faults = faults(&["deny:connect:ListLambdaFunctions"]);
        assert_eq!(faults.decide(Service::Connect, "ListLambdaFunctions", false), [FaultKind::Deny]);
        assert_eq!(faults.decide(Service::Connect, "ListContactFlows", false), []);
        assert_eq!(faults.decide(Service::Lambda, "ListLambdaFunctions", false), []);
    }

    #[test]
    fn the_nth_call_is_hit_once() {
        let mut faults = faults(&["throttle:*:List*:nth=2"]);
        let hits: Vec<bool> =
            (0..4).map(|_| !faults.decide(Service::Connect, "ListInstances", false).is_empty()).collect();
        assert_eq!(hits, [false, true, false, false]);
        faults.reset();
        assert!(faults.decide(Service::Lambda, "ListFunctions", false).is_empty());
        assert!(!faults.decide(Service::Lambda, "ListFunctions", false).is_empty());
    }

    #[test]
    fn from_a_call_on_every_one_is_hit() {
        let mut faults = faults(&["drop-before:iam:*:from=3"]);
        let hits: Vec<bool> =
            (0..5).map(|_| !faults.decide(Service::Iam, "GetRole", false).is_empty()).collect();
        assert_eq!(hits, [false, false, true, true, true]);
    }

    #[test]
    fn a_probability_hits_about_its_share_and_the_same_calls_each_time() {
        let run = || -> Vec<bool> {
            let mut faults = faults(&["500:*:*:p=0.3"]);
            (0..1000).map(|_| !faults.decide(Service::Iam, "GetRole", false).is_empty()).collect()
        };
        let hits = run();
        let share = hits.iter().filter(|hit| **hit).count();
        assert!((230..370).contains(&share), "{share} of 1000");
        assert_eq!(hits, run());
    }

    #[test]
    fn killing_counts_writes_only() {
        let mut faults = faults(&["kill:*:*:nth=1"]);
        assert_eq!(faults.decide(Service::Connect, "ListInstances", false), []);
        assert_eq!(faults.decide(Service::Connect, "CreateContactFlow", true), [FaultKind::Kill]);
    }

    #[test]
    fn only_lists_are_endless() {
        let mut faults = faults(&["endless:*:*"]);
        assert_eq!(faults.decide(Service::Connect, "DescribeInstance", false), []);
        assert_eq!(faults.decide(Service::Connect, "SearchContactFlows", false), [FaultKind::Endless]);
    }

    #[test]
    fn a_fault_prints_as_it_is_written() {
        for text in [
            "deny:connect:ListLambdaFunctions",
            "delay=250ms:*:*:p=0.5",
            "kill:*:*:nth=3",
            "drop-before:*:*:from=4",
            "after-html:*:Delete*",
            "endless-fresh:iam:ListRoles",
        ] {
            assert_eq!(text.parse::<Fault>().expect(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_fault_is_refused() {
        for text in
            ["explode:*:*", "deny:s3:x", "deny:*:*:nth=0", "deny:*:*:p=2", "delay=soon", "deny:*:*:p=1:x"]
        {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }
}
