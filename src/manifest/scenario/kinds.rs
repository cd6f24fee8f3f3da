//! The kinds of values that only scenarios have.

use std::time::Duration;

use serde_json::Value;

use super::{EndKind, StubFailure, StubOutcome};
use crate::flow::channel::{Channel, Initiation};
use crate::flow::engine::{Assumption, AssumptionError};
use crate::manifest::grammar::objects::nested;
use crate::manifest::grammar::read::{Any, Kind, Map};
use crate::manifest::grammar::report::Here;
use crate::manifest::grammar::scalar::{Fault, Scalar, ScalarKind, Words, kind, words};
use crate::manifest::grammar::shape::Shape;
use crate::manifest::reading::kind::SCENARIO;
use crate::manifest::reading::log::{Log, quote};
use crate::manifest::yaml::Node;

/// What a block comes to without a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It succeeds.
    Done,
    /// Nothing happens in time.
    None,
}

words! {
    StubFailure {
        Error "error", Timeout "timeout", Throttled "throttled", Unavailable "unavailable", Denied "denied",
    }
    Channel { Voice "voice", Chat "chat", Task "task", Email "email" }
    EndKind {
        Disconnected "disconnected", FlowEnded "flow-ended", Queued "queued", Agent "agent", Taken "taken",
        ThirdParty "third-party", Elsewhere "elsewhere", Lost "lost", TooLong "too-long",
    }
    Outcome { Done "done", None "none" }
    Initiation {
        Inbound "inbound", Outbound "outbound", Transfer "transfer", QueueTransfer "queue-transfer",
        Callback "callback", Api "api", Disconnect "disconnect", Monitor "monitor",
        ExternalOutbound "external-outbound", WebrtcApi "webrtc-api", AgentReply "agent-reply", Flow "flow",
    }
}

/// The kind of document.
#[derive(Debug)]
pub(crate) struct ScenarioKind;

impl ScalarKind for ScenarioKind {
    type Value = String;
    const SCALAR: Scalar = Scalar::Word(&[SCENARIO]);

    fn parse(text: &str) -> Result<String, Fault> {
        match text {
            SCENARIO => Ok(text.to_owned()),
            _ => Err(Fault::new(format!("{} is not a scenario", quote(text))).hint("write `kind: Scenario`")),
        }
    }
}

/// What a function comes to, in a word.
#[derive(Debug)]
pub(crate) struct StubWord;

/// The word for a function whose own code runs.
pub(super) const RUN: &str = "run";

impl ScalarKind for StubWord {
    type Value = StubOutcome;
    const SCALAR: Scalar = Scalar::Word(&[RUN, "error", "timeout", "throttled", "unavailable", "denied"]);

    fn parse(text: &str) -> Result<StubOutcome, Fault> {
        match text {
            RUN => Ok(StubOutcome::Run),
            text => <kind::Word<StubFailure>>::parse(text).map(StubOutcome::Failure),
        }
    }
}

/// A time, to the millisecond.
#[derive(Debug)]
pub(crate) struct Time;

/// The longest time, in milliseconds: a week, as blocks wait at most.
pub(super) const LONGEST_MS: u64 = 604_800_000;

impl ScalarKind for Time {
    type Value = Duration;
    const SCALAR: Scalar = Scalar::Name;

    fn parse(text: &str) -> Result<Duration, Fault> {
        time(text).ok_or_else(|| {
            let hint = "write a number and its unit, such as `300ms`, `4s` or `2m`";
            Fault::new(format!("{} is not a time", quote(text))).hint(hint)
        })
    }
}

/// Reads a time such as `300ms`, `4s` or `2m`; none where it is no time, or longer than a week.
pub fn time(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        _ => return None,
    };
    let ms = number.parse::<u64>().ok()?.checked_mul(factor)?;
    (ms <= LONGEST_MS).then(|| Duration::from_millis(ms))
}

/// An assumption.
#[derive(Debug)]
pub(crate) struct AssumptionText;

impl ScalarKind for AssumptionText {
    type Value = Assumption;
    const SCALAR: Scalar = Scalar::Name;

    fn parse(text: &str) -> Result<Assumption, Fault> {
        text.parse().map_err(|error: AssumptionError| Fault::new(error.to_string()))
    }
}

/// A map of anything, as JSON.
#[derive(Debug)]
pub(crate) struct Data;

impl Kind for Data {
    type Value = Value;
    const SHAPE: Shape = <Map<kind::Name, Any>>::SHAPE;

    fn read(node: &Node, here: Here<'_>, log: &mut Log) -> Option<Value> {
        <Map<kind::Name, Any>>::read(node, here, log).map(|_| nested(node))
    }
}

/// Anything, as JSON.
#[derive(Debug)]
pub(crate) struct Json;

impl Kind for Json {
    type Value = Value;
    const SHAPE: Shape = Shape::Any;

    fn read(node: &Node, _: Here<'_>, _: &mut Log) -> Option<Value> {
        (!node.is_broken()).then(|| nested(node))
    }
}
