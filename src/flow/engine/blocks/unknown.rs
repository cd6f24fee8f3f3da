//! Blocks whose end only the world knows: the answer names the branch.

use crate::flow::engine::actions::is_known;
use crate::flow::engine::assumptions::Switch;
use crate::flow::engine::outcomes::Outcome;
use crate::flow::engine::question::{Asked, Reply};
use crate::flow::engine::state::End;
use crate::flow::engine::turn::{Decided, Turn};
use crate::flow::namespaces::Root;

pub(super) fn unknown(turn: &mut Turn<'_>, root: Option<Root>) -> Decided {
    let asked = Asked::Undecidable;
    let answer = turn.ask(asked.clone())?;
    if is_known(turn.block) {
        // A form of a known block that is not published.
        turn.assume(Switch::S10);
    }
    turn.pass(answer.after_ms);
    let exits = turn.exits();
    let outcome = match &answer.reply {
        Reply::Done if exits.next => Outcome::Done,
        Reply::Done if exits.leaves => turn.end(End::FlowEnded),
        Reply::Result(text) if exits.conditions => turn.named(text),
        Reply::Done | Reply::Result(_) | Reply::TimeOut | Reply::Error(_) => return Err(turn.wrong(asked)),
    };
    if let (Some(root), Some(data)) = (root, &answer.data) {
        turn.find(root, data.clone());
    }
    Ok(outcome)
}
