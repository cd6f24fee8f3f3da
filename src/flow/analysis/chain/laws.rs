//! The search against one that tries everything, and how its cost grows.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::flow::document::Document;
use crate::flow::graph::components::strong;

/// The arcs and loops of a network: seconds, rounds, and (to, again).
type Plain = Vec<(u32, Option<u32>, Vec<(usize, bool)>)>;

fn net(plain: &Plain) -> Net {
    let mut id = 0;
    Net::new(plain.iter().enumerate().map(|(node, (seconds, rounds, arcs))| {
        let arcs = arcs.iter().map(|(to, again)| {
            id += 1;
            Arc { to: *to, again: *again, id }
        });
        (Node { id: node, seconds: *seconds, rounds: *rounds }, arcs.collect())
    }))
}

/// Finds the worst sum for each node by trying all states of all counters from node 0; nothing where one is endless.
fn exhaustive(plain: &Plain) -> Option<Vec<Option<u64>>> {
    let mut states: Vec<(usize, Vec<u32>)> = vec![(0, vec![0; plain.len()])];
    let mut index: BTreeMap<(usize, Vec<u32>), usize> = BTreeMap::from([(states[0].clone(), 0)]);
    let (mut next, mut at) = (Vec::new(), 0);
    while let Some((node, counts)) = states.get(at).cloned() {
        at += 1;
        let mut to = Vec::new();
        for (target, again) in &plain[node].2 {
            let mut counts = counts.clone();
            if *again {
                counts[node] += 1;
                if plain[node].1.is_some_and(|rounds| counts[node] > rounds) {
                    continue;
                }
            } else {
                counts[node] = 0;
            }
            let state = (*target, counts);
            let known = *index.entry(state.clone()).or_insert_with(|| {
                states.push(state);
                states.len() - 1
            });
            to.push(known);
        }
        next.push(to);
    }
    let seconds = |state: usize| u64::from(plain[states[state].0].0);
    let (component, components) = strong(states.len(), |state, nth| next[state].get(nth).map(|to| Some(*to)));
    let mut worst = vec![None; states.len()];
    worst[0] = Some(0);
    let mut best = vec![None; plain.len()];
    for (at, members) in components.iter().enumerate().rev() {
        let around = members.len() > 1 || next[members[0]].contains(&members[0]);
        if around && members.iter().any(|state| seconds(*state) > 0) {
            return None;
        }
        let entry = members.iter().filter_map(|state| worst[*state]).max();
        for state in members {
            let sum = entry.map(|entry| entry + seconds(*state));
            best[states[*state].0] = best[states[*state].0].max(sum);
            for to in next[*state].iter().filter(|to| component[**to] != at) {
                worst[*to] = worst[*to].max(sum);
            }
        }
    }
    Some(best)
}

fn searched(plain: &Plain) -> Option<Vec<Option<u64>>> {
    let net = net(plain);
    let mut search = Search::default();
    let mut enter = vec![None; net.len()];
    enter[0] = Some(search.start(None));
    let arrived = search.solve(&net, enter, 0);
    for mark in arrived.iter().flatten() {
        let pieces = search.trace(*mark);
        let last = pieces.last().map(|piece| match piece {
            search::Piece::Visit { seconds, .. } | search::Piece::Rounds { seconds, .. } => *seconds,
        });
        assert_eq!(last, Some(search.measure(*mark).0), "a way is shown with its sum");
    }
    let measure = |mark: &Option<usize>| mark.map(|mark| search.measure(mark).0);
    search.endless().is_empty().then(|| arrived.iter().map(measure).collect())
}

/// A program of blocks, from which a network with well-nested loops is made.
#[derive(Debug, Clone)]
enum Program {
    Invoke(u32),
    Row(Vec<Self>),
    Either(Box<Self>, Box<Self>),
    Loop(u32, Box<Self>),
    /// Perhaps leaves everything.
    Leave,
}

fn program() -> impl Strategy<Value = Program> {
    let leaf = prop_oneof![3 => (0..9_u32).prop_map(Program::Invoke), 1 => Just(Program::Leave)];
    leaf.prop_recursive(4, 14, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Program::Row),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Program::Either(Box::new(a), Box::new(b))),
            (1..4_u32, inner).prop_map(|(rounds, body)| Program::Loop(rounds, Box::new(body))),
        ]
    })
}

/// Adds a program's blocks, which lead on to `next`, and gives the first one. Block 1 is the end of all.
fn build(program: &Program, next: usize, plain: &mut Plain) -> usize {
    let add = |plain: &mut Plain, seconds, rounds, arcs: Vec<(usize, bool)>| {
        plain.push((seconds, rounds, arcs));
        plain.len() - 1
    };
    match program {
        Program::Invoke(seconds) => add(plain, *seconds, None, vec![(next, false)]),
        Program::Leave => add(plain, 0, None, vec![(next, false), (1, false)]),
        Program::Row(parts) => parts.iter().rev().fold(next, |next, part| build(part, next, plain)),
        Program::Either(one, other) => {
            let arcs = vec![(build(one, next, plain), false), (build(other, next, plain), false)];
            add(plain, 0, None, arcs)
        }
        Program::Loop(rounds, body) => {
            let head = add(plain, 0, Some(*rounds), Vec::new());
            let first = build(body, head, plain);
            plain[head].2 = vec![(first, true), (next, false)];
            head
        }
    }
}

proptest! {
    #[test]
    fn well_nested_loops_give_exactly_what_trying_everything_gives(program in program()) {
        let mut plain = vec![(0, None, Vec::new()), (0, None, Vec::new())];
        let first = build(&program, 1, &mut plain);
        plain[0].2 = vec![(first, false)];
        prop_assert_eq!(searched(&plain), exhaustive(&plain));
    }

    #[test]
    fn in_any_network_what_is_endless_is_found_and_no_sum_is_too_small(
        nodes in prop::collection::vec(
            (prop_oneof![Just(0), 1..5_u32], prop::option::weighted(0.4, 1..3_u32), prop::collection::vec((0..6_usize, any::<bool>()), 0..4)),
            1..6,
        ),
    ) {
        let size = nodes.len();
        let plain: Plain = nodes
            .into_iter()
            .map(|(seconds, rounds, arcs)| {
                let arcs = arcs.into_iter().map(|(to, again)| (to % size, again && rounds.is_some()));
                (if rounds.is_some() { 0 } else { seconds }, rounds, arcs.collect())
            })
            .collect();
        match (searched(&plain), exhaustive(&plain)) {
            (None, None) => {}
            (Some(searched), Some(exhaustive)) => {
                for (searched, exhaustive) in searched.iter().zip(exhaustive) {
                    prop_assert!(*searched >= exhaustive, "{searched:?} {exhaustive:?}");
                }
            }
            (searched, exhaustive) => prop_assert!(false, "{searched:?} {exhaustive:?}"),
        }
    }
}

/// Writes a flow of groups: a loop in a loop, within it diamonds, an invocation whose error goes another way, and
/// every third group a prompt. The number of paths doubles with every diamond.
fn wide(blocks: usize) -> Document {
    let mut lines = String::new();
    let groups = blocks / 12;
    for n in 0..groups {
        let next = if n + 1 == groups { "end".to_owned() } else { format!("o{}", n + 1) };
        let prompt = if n % 3 == 2 { "P" } else { "S" };
        lines += &format!(
            "o{n} x3 i{n} p{n}\ni{n} x2 c{n} o{n}\nc{n} C d{n} f{n}\nd{n} 3 g{n} f{n}\nf{n} S g{n} g{n}\n\
             g{n} C h{n} k{n}\nh{n} 2 q{n} k{n}\nk{n} 1 q{n} q{n}\nq{n} C r{n} s{n}\nr{n} S i{n} i{n}\ns{n} S i{n} i{n}\n\
             p{n} {prompt} {next} {next}\n"
        );
    }
    super::tests::flow(&(lines + "end E - -"))
}

#[test]
fn the_cost_grows_with_the_blocks_and_not_with_the_paths() {
    let steps = |blocks: usize| {
        let document = wide(blocks);
        let found = chains(&FlowView::new(&document, None), &Facts::default());
        assert!(!found.chains.is_empty());
        found.steps
    };
    let (small, middle, large) = (steps(60), steps(120), steps(240));
    assert!(middle <= small * 21 / 10 && large <= middle * 21 / 10, "{small} {middle} {large}");
    assert!(large < 240 * 40, "{large}");
}

#[test]
fn deep_nesting_is_bounded() {
    let mut lines = String::new();
    for n in 0..200 {
        lines += &format!(
            "l{n} x2 l{} {}\n",
            n + 1,
            if n == 0 { "end".to_owned() } else { format!("l{}", n - 1) }
        );
    }
    let document = super::tests::flow(&format!("{lines}l200 5 l199 l199\nend E - -"));
    let found = chains(&FlowView::new(&document, None), &Facts::default());
    assert_eq!((found.chains.len(), found.chains[0].seconds), (1, None));
    assert!(found.chains[0].doubts[0].contains("nested"), "{:?}", found.chains[0].doubts);
    assert!(found.steps < 201 * 60, "{}", found.steps);
}
