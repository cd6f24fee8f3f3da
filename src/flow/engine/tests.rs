//! Small flows, walked: one test a fact.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::flow::document::Document;
use crate::flow::stub::FlowType;

mod attributes;
mod conditions;
mod functions;
mod inputs;
mod laws;
mod modules;
mod others;
mod queues;
mod speech;
mod transfers;

/// A flow, block by block.
#[derive(Debug, Default)]
struct Flow {
    blocks: Vec<Value>,
}

impl Flow {
    /// Adds a block; the first one is the start.
    fn block(mut self, id: &str, kind: &str, parameters: Value) -> Self {
        self.blocks.push(json!({
            "Identifier": id, "Type": kind, "Parameters": parameters,
            "Transitions": {"Conditions": [], "Errors": []},
        }));
        self
    }

    fn transitions(&mut self) -> &mut Value {
        &mut self.blocks.last_mut().unwrap()["Transitions"]
    }

    /// Where the last block leads.
    fn next(mut self, to: &str) -> Self {
        self.transitions()["NextAction"] = json!(to);
        self
    }

    /// A condition of the last block.
    fn when(mut self, operator: &str, operand: &str, to: &str) -> Self {
        let condition = json!({"NextAction": to, "Condition": {"Operator": operator, "Operands": [operand]}});
        self.transitions()["Conditions"].as_array_mut().unwrap().push(condition);
        self
    }

    /// An error of the last block.
    fn error(mut self, kind: &str, to: &str) -> Self {
        let error = json!({"NextAction": to, "ErrorType": kind});
        self.transitions()["Errors"].as_array_mut().unwrap().push(error);
        self
    }

    /// A prompt that leads on.
    fn say(self, id: &str, text: &str, next: &str) -> Self {
        self.block(id, "MessageParticipant", json!({ "Text": text })).next(next)
    }

    /// A function's block: on to `next`, on errors to `failed`.
    fn invoke(self, id: &str, seconds: u32, next: &str, failed: &str) -> Self {
        let limit = seconds.to_string();
        let parameters = json!({"LambdaFunctionARN": "f", "InvocationTimeLimitSeconds": limit});
        self.block(id, "InvokeLambdaFunction", parameters).next(next).error("NoMatchingError", failed)
    }

    /// An end.
    fn end(self, id: &str) -> Self {
        self.block(id, "DisconnectParticipant", json!({}))
    }

    fn code(self, kind: FlowType) -> Code {
        let start = self.blocks[0]["Identifier"].clone();
        let text = json!({"Version": "2019-10-30", "StartAction": start, "Actions": self.blocks});
        Code { document: Arc::new(Document::parse(&text.to_string()).unwrap()), kind }
    }
}

/// A program of flows (and modules, by their type), each known by its name.
fn program(flows: Vec<(&str, FlowType, Flow)>) -> Program {
    let mut program = Program::default();
    for (name, kind, flow) in flows {
        let key = if kind == FlowType::Module { Key::module(name) } else { Key::flow(name) };
        program.callees.insert(name.to_owned(), key.clone());
        program.flows.insert(key, flow.code(kind));
    }
    program
}

/// A contact's way: what was answered, and what came of it.
struct Walk {
    program: Program,
    assumptions: Assumptions,
    state: State,
    answers: BTreeMap<String, VecDeque<Answer>>,
    /// `block: branch` of each step.
    path: Vec<String>,
    effects: Vec<Effect>,
    /// The causes of failures.
    causes: Vec<Cause>,
    asked: Vec<Asked>,
}

impl Walk {
    fn of(flow: Flow) -> Self {
        Self::in_program(program(vec![("main", FlowType::ContactFlow, flow)]))
    }

    fn in_program(program: Program) -> Self {
        let contact = json!({"Channel": "VOICE", "Attributes": {"tier": "gold", "n": "12"}});
        let state = State::new(&program, Key::flow("main"), contact);
        Self {
            program,
            assumptions: Assumptions::default(),
            state,
            answers: BTreeMap::new(),
            path: Vec::new(),
            effects: Vec::new(),
            causes: Vec::new(),
            asked: Vec::new(),
        }
    }

    fn channel(mut self, channel: &str) -> Self {
        self.state.set_member("Channel", json!(channel));
        self
    }

    fn assume(mut self, text: &str) -> Self {
        self.assumptions.set(text.parse().unwrap());
        self
    }

    fn answer(mut self, block: &str, answer: Answer) -> Self {
        self.answers.entry(block.to_owned()).or_default().push_back(answer);
        self
    }

    fn result(self, block: &str, result: &str) -> Self {
        self.answer(block, Answer::result(result))
    }

    /// What a function answers, after so many milliseconds.
    fn data(self, block: &str, after_ms: u64, data: Value) -> Self {
        self.answer(block, Answer { reply: Reply::Done, after_ms, data: Some(data) })
    }

    /// Goes on until the end, or until an answer is missing.
    fn go(mut self) -> Self {
        for _ in 0..200 {
            let Some(place) = self.state.place() else { break };
            let name = self.program.block(&place).unwrap().identifier.clone();
            let mut taken = step(&self.program, &self.assumptions, &self.state, None);
            if let Step::Ask(question) = &taken {
                self.asked.push(question.asked.clone());
            }
            let queued = self.answers.get_mut(&name).filter(|queue| !queue.is_empty());
            if let Some(queue) = queued
                && (matches!(taken, Step::Ask(_)) || matches!(queue[0].reply, Reply::Error(_)))
            {
                let answer = queue.pop_front();
                taken = step(&self.program, &self.assumptions, &self.state, answer.as_ref());
            }
            let Step::Went(went) = taken else { break };
            self.path.push(format!("{name}: {}", label(&self.program, &went.at, went.branch)));
            if let Some((at, branch)) = &went.back {
                let caller = self.program.block(at).unwrap().identifier.clone();
                self.path.push(format!("{caller}: {}", label(&self.program, at, *branch)));
            }
            if let Outcome::Failed { cause, .. } = went.outcome {
                self.causes.push(cause);
            }
            self.effects.extend(went.effects);
            self.state = went.state;
        }
        self
    }

    fn said(&self) -> Vec<&str> {
        let mut said = Vec::new();
        for effect in &self.effects {
            if let Effect::Said { text, .. } = effect {
                said.push(text.as_str());
            }
        }
        said
    }

    fn switches(&self) -> Vec<Switch> {
        let switch = |effect: &Effect| match effect {
            Effect::Assumed(switch) => Some(*switch),
            _ => None,
        };
        self.effects.iter().filter_map(switch).collect()
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.state.attributes().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

fn label(program: &Program, at: &Place, branch: Branch) -> String {
    let transitions = &program.block(at).unwrap().transitions;
    match branch {
        Branch::Next => "next".to_owned(),
        Branch::Condition(at) => transitions.conditions[at].label.clone(),
        Branch::Error(at) => transitions.errors[at].label.clone(),
        Branch::Leaves => "leaves".to_owned(),
        Branch::Missing => "missing".to_owned(),
    }
}
