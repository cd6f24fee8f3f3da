//! Blocks that choose a branch by what is known already: comparisons, chance, loops.

use crate::flow::engine::actions::ANY;
use crate::flow::engine::assumptions::{LoopCounter, Switch};
use crate::flow::engine::outcomes::Cause;
use crate::flow::engine::question::Asked;
use crate::flow::engine::turn::{Decided, Halt, Turn, failed};

/// `Compare`.
pub(super) fn compare(turn: &mut Turn<'_>) -> Decided {
    let value = turn.text("ComparisonValue");
    let value = value.filter(|value| !value.missing).map(|value| value.text);
    turn.choose(value.as_deref())
}

/// `DistributeByPercentage`: a number from 1 to 100.
pub(super) fn distribute(turn: &mut Turn<'_>) -> Decided {
    let (_, text) = turn.ask_result(Asked::Chance)?;
    match text.trim().parse::<u8>() {
        Ok(1..=100) => turn.choose(Some(text.trim())),
        _ => Err(turn.wrong(Asked::Chance)),
    }
}

/// `Loop`: so many times it continues, then once it is done, then it starts anew.
pub(super) fn rounds(turn: &mut Turn<'_>) -> Decided {
    let count = turn.text("LoopCount").and_then(|count| count.text.trim().parse::<u32>().ok());
    let count =
        count.ok_or_else(|| Halt::Came(failed(ANY, Cause::Parameter { name: "LoopCount".to_owned() })))?;
    let of_run = turn.frame.counters.get(&turn.place.block).copied().unwrap_or_default();
    let of_contact = turn.state.counters.get(&turn.place).copied().unwrap_or_default();
    if of_run != of_contact {
        turn.assume(Switch::S6);
    }
    let round = |done: u32| if done < count { (done + 1, "ContinueLooping") } else { (0, "DoneLooping") };
    turn.frame.counters.insert(turn.place.block, round(of_run).0);
    turn.state.counters.insert(turn.place.clone(), round(of_contact).0);
    let done = match turn.assumptions.loop_counter {
        LoopCounter::FlowRun => of_run,
        LoopCounter::Contact => of_contact,
    };
    turn.choose(Some(round(done).1))
}
