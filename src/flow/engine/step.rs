//! One step: a block decides, and the contact goes on.

use serde_json::json;

use super::actions::family;
use super::assumptions::Assumptions;
use super::blocks;
use super::conditions;
use super::effect::{Effect, Warning};
use super::outcomes::{Branch, Cause, Outcome};
use super::program::{Place, Program};
use super::question::{Answer, Question, Refusal, Reply};
use super::state::{End, Frame, Lost, State};
use super::turn::{Decided, Halt, Leave, Turn, failed};
use crate::flow::catalog::{Barred, action_of};
use crate::flow::document::Block;
use crate::flow::stub::FlowType;

/// A step that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Went {
    /// The block.
    pub at: Place,
    /// What it came to, and why.
    pub outcome: Outcome,
    /// The branch that the contact took.
    pub branch: Branch,
    /// Where the contact came back from a module: the block that invoked it, and the branch taken there.
    pub back: Option<(Place, Branch)>,
    /// What the block did, in order.
    pub effects: Vec<Effect>,
    /// The state afterwards.
    pub state: State,
}

/// What a step comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The block asks, and the contact waits.
    Ask(Question),
    /// The block does not take the answer.
    Refused(Refusal),
    /// The contact went on.
    Went(Box<Went>),
    /// The way had ended before.
    Ended(End),
}

/// Takes one step. The same arguments always give the same step.
pub fn step(program: &Program, assumptions: &Assumptions, state: &State, answer: Option<&Answer>) -> Step {
    if let Some(end) = &state.end {
        return Step::Ended(end.clone());
    }
    let mut state = state.clone();
    let Some(frame) = state.frames.pop() else { return Step::Ended(End::FlowEnded) };
    let place = frame.place();
    let found = program.flows.get(&frame.flow).zip(program.block(&place));
    let Some((code, block)) = found else { return Step::Ended(End::Lost(Lost::NoStart(frame.flow))) };
    let mut turn = Turn {
        program,
        assumptions,
        code,
        block,
        place,
        state,
        frame,
        effects: Vec::new(),
        answer,
        leave: None,
    };
    match decide(&mut turn) {
        Err(Halt::Ask(question)) => Step::Ask(question),
        Err(Halt::Refused(refusal)) => Step::Refused(refusal),
        Ok(outcome) | Err(Halt::Came(outcome)) if turn.answer.is_none() => {
            Step::Went(Box::new(finish(turn, outcome)))
        }
        // What was answered was not asked.
        Ok(_) | Err(Halt::Came(_)) => Step::Refused(Refusal::NotAsked),
    }
}

fn decide(turn: &mut Turn<'_>) -> Decided {
    if let Some(kind) = barred(turn) {
        turn.effects.push(Effect::Warned(Warning::NotAllowed(kind)));
        return Ok(failed(super::actions::ANY, Cause::NotAllowed(kind)));
    }
    if !family(&turn.code.document, turn.block).asks() {
        turn.unless_it_fails()?;
    }
    blocks::decide(turn)
}

/// Returns the type of the flow that called a module, where the block is not allowed in it.
fn barred(turn: &Turn<'_>) -> Option<FlowType> {
    let caller = turn.state.frames.first()?;
    let kind = turn.program.flows.get(&caller.flow)?.kind;
    // What is for modules alone is allowed there.
    let barred =
        Some(action_of(&turn.block.kind)?.barred).filter(|barred| *barred != Barred::AllButModule)?;
    barred.holds(kind).then_some(kind)
}

fn finish(mut turn: Turn<'_>, outcome: Outcome) -> Went {
    let branch = outcome.branch(turn.block);
    let mut back = None;
    let end = match (branch, turn.leave.take()) {
        (Branch::Leaves, Some(Leave::Into(frame))) => {
            let caller = std::mem::replace(&mut turn.frame, frame);
            turn.state.frames.push(caller);
            None
        }
        (Branch::Leaves, Some(Leave::To(frame))) => {
            turn.state.frames.clear();
            turn.frame = frame;
            None
        }
        (Branch::Leaves, Some(Leave::Back { result, data })) => match turn.state.frames.pop() {
            Some(caller) => {
                let module = std::mem::replace(&mut turn.frame, caller);
                turn.effects.push(Effect::Returned { from: module.flow, result: result.clone() });
                turn.frame.returned(result.as_deref(), data);
                let (place, branch, end) = come_back(&mut turn, result.as_deref());
                back = Some((place, branch));
                end
            }
            None => Some(End::FlowEnded),
        },
        (Branch::Leaves, Some(Leave::End(end))) => Some(end),
        (Branch::Leaves, None) => Some(End::FlowEnded),
        (branch, _) => go(turn.program, &mut turn.frame, turn.block, branch),
    };
    let Turn { place, mut state, frame, effects, .. } = turn;
    state.frames.push(frame);
    state.end = end;
    Went { at: place, outcome, branch, back, effects, state }
}

/// Leaves the block that invoked a module by the branch that the module names.
fn come_back(turn: &mut Turn<'_>, result: Option<&str>) -> (Place, Branch, Option<End>) {
    let place = turn.frame.place();
    let Some(block) = turn.program.block(&place) else {
        return (place, Branch::Missing, Some(End::FlowEnded));
    };
    let conditions = &block.transitions.conditions;
    let holds = |condition: &crate::flow::Branch| {
        let operand = condition.operands.first().map_or("", String::as_str);
        conditions::holds(&condition.operator, operand, result) == Some(true)
    };
    let outcome = match (result, conditions.iter().position(holds)) {
        (Some(value), Some(condition)) => Outcome::Matched { condition, value: value.to_owned() },
        (Some(value), None) if !conditions.is_empty() => Outcome::NoMatch { value: Some(value.to_owned()) },
        _ => Outcome::Done,
    };
    let branch = outcome.branch(block);
    let end = go(turn.program, &mut turn.frame, block, branch);
    (place, branch, end)
}

/// Goes to the block that a branch leads to.
fn go(program: &Program, frame: &mut Frame, block: &Block, branch: Branch) -> Option<End> {
    let from = frame.place();
    let Some(target) = branch.target(block) else { return Some(End::Lost(Lost::NoBranch(from))) };
    let next = program.flows.get(&frame.flow).and_then(|code| code.document.block(&target.identifier));
    match next {
        Some(next) => {
            frame.block = next.index;
            None
        }
        None => Some(End::Lost(Lost::NoBlock { from, to: target.identifier.clone() })),
    }
}

/// Leaves the next block over one of its branches, and does nothing else; none where that branch leads to no block.
pub fn over(program: &Program, state: &State, branch: Branch) -> Option<State> {
    let mut state = state.clone();
    let mut frame = state.frames.pop()?;
    let block = program.block(&frame.place())?;
    branch.target(block)?;
    state.end = go(program, &mut frame, block, branch);
    state.frames.push(frame);
    Some(state)
}

/// Begins the flow that was set for an event, with what stays with a contact; none where none was set that is known.
pub fn after_hook(program: &Program, state: &State, event: &str) -> Option<State> {
    let key = program.callee(state.hooks.get(event)?)?;
    let frame = Frame::new(program, key)?;
    Some(State {
        frames: vec![frame],
        end: None,
        in_queue: false,
        silence_ms: 0,
        chain_ms: 0,
        ..state.clone()
    })
}

/// Returns answers that lead over every branch that the next block can take in this state; none among them stands for a
/// block that goes on without. All of them are taken by [`step`].
pub fn replies(program: &Program, assumptions: &Assumptions, state: &State) -> Vec<Option<Answer>> {
    let Some(place) = state.place() else { return Vec::new() };
    let found = program.flows.get(&place.flow).zip(program.block(&place));
    let Some((code, block)) = found else { return Vec::new() };
    let words = block.transitions.conditions.iter().flat_map(|condition| {
        let operand = condition.operands.first().cloned().unwrap_or_default();
        let number = operand.trim().parse::<i64>().ok();
        let near = number.into_iter().flat_map(|n| [n.saturating_sub(1), n.saturating_add(1)]);
        [operand, condition.label.clone()].into_iter().chain(near.map(|n| n.to_string())).collect::<Vec<_>>()
    });
    let usual = ["True", "False", "0", "9", "*", "1", "100", "another"].map(str::to_owned);
    let data = Some(json!({}));
    let events = code.document.parameter(block, "Events").map(|events| events.items()).unwrap_or_default();
    let events = events.iter().filter_map(|event| event.as_str().map(str::to_owned));
    let mut found: Vec<Option<Answer>> = vec![None];
    // To a block that asks nothing only an error can be answered.
    if matches!(step(program, assumptions, state, None), Step::Ask(_)) {
        found.push(Some(Answer { data, ..Answer::new(Reply::Done) }));
        found.extend(words.chain(events).chain(usual).map(|word| Some(Answer::new(Reply::Result(word)))));
        found.push(Some(Answer::new(Reply::TimeOut)));
    }
    let errors = super::actions::exits(code, block).errors;
    found.extend(errors.into_iter().map(|error| Some(Answer::new(Reply::Error(error)))));
    let mut seen: Vec<Option<Answer>> = Vec::new();
    for answer in found {
        let is_new = !seen.contains(&answer);
        if is_new && matches!(step(program, assumptions, state, answer.as_ref()), Step::Went(_)) {
            seen.push(answer);
        }
    }
    seen
}
