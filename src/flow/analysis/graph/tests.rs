//! What the graph of a flow must get right.

use proptest::prelude::*;

use super::*;

/// Creates a flow of blocks with their targets; the first is the start.
fn flow(blocks: &[(String, Vec<String>)]) -> Document {
    let action = |(identifier, targets): &(String, Vec<String>)| {
        let errors: Vec<_> = targets
            .iter()
            .enumerate()
            .map(|(n, target)| serde_json::json!({"ErrorType": format!("E{n}"), "NextAction": target}))
            .collect();
        serde_json::json!({"Identifier": identifier, "Type": "X", "Transitions": {"Errors": errors}})
    };
    let actions: Vec<_> = blocks.iter().map(action).collect();
    let start = blocks.first().map(|(identifier, _)| identifier);
    Document::parse(&serde_json::json!({"StartAction": start, "Actions": actions}).to_string()).unwrap()
}

fn small(edges: &[(&str, &[&str])]) -> Graph {
    let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Graph::of(&flow(&edges.iter().map(|(from, to)| ((*from).to_owned(), own(to))).collect::<Vec<_>>()))
}

#[test]
fn ways_reachable_blocks_and_cycles_are_found() {
    let graph =
        small(&[("a", &["b", "gone"]), ("b", &["c"]), ("c", &["b", "d"]), ("d", &[]), ("e", &["e", "a"])]);
    assert_eq!(graph.edges_from(0)[1].to, None);
    assert_eq!((0..5).map(|n| graph.is_reachable(n)).collect::<Vec<_>>(), [true, true, true, true, false]);
    assert_eq!((0..5).map(|n| graph.in_cycle(n)).collect::<Vec<_>>(), [false, true, true, false, true]);
    assert_eq!(graph.components(), [vec![3], vec![1, 2], vec![0], vec![4]]);
    let path: Vec<_> = graph.path_to(3).iter().map(|edge| (edge.from, edge.to)).collect();
    assert_eq!(path, [(0, Some(1)), (1, Some(2)), (2, Some(3))]);
}

#[test]
fn loops_and_calls_are_read() {
    let legacy = r#"{"start": "l", "modules": [{"id": "l", "type": "Loop", "parameters": [
      {"name": "LoopCount", "value": "${n}"}]}]}"#;
    let graph = Graph::of(&Document::parse(legacy).unwrap());
    assert_eq!(graph.loop_count(0), Some(&LoopCount::Dynamic("${n}".into())));
    let text = r#"{"StartAction": "l", "Actions": [
      {"Identifier": "l", "Type": "Loop", "Parameters": {"LoopCount": "3"}},
      {"Identifier": "m", "Type": "InvokeFlowModule", "Parameters": {"FlowModuleId": "${module.m.arn}"}},
      {"Identifier": "h", "Type": "UpdateContactEventHooks", "Parameters": {"EventHooks": {"CustomerRemaining": "$.Attributes.f"}}}]}"#;
    let graph = Graph::of(&Document::parse(text).unwrap());
    assert_eq!(graph.loop_count(0), Some(&LoopCount::Times(3)));
    let calls: Vec<_> = graph.calls().iter().map(|call| (call.kind, call.is_dynamic())).collect();
    assert_eq!(calls, [(CallKind::Module, false), (CallKind::Hook, true)]);
    assert_eq!(graph.calls()[1].pointer, "/Actions/2/Parameters/EventHooks/CustomerRemaining");
}

#[test]
fn a_chain_of_many_blocks_does_not_exhaust_the_stack() {
    let blocks: Vec<_> = (0..20_000).map(|n| (n.to_string(), vec![(n + 1).to_string()])).collect();
    let graph = Graph::of(&flow(&blocks));
    assert_eq!((graph.components().len(), graph.path_to(19_999).len()), (20_000, 19_999));
}

proptest! {
    #[test]
    fn components_are_exactly_the_blocks_that_reach_each_other(
        edges in prop::collection::vec(prop::collection::vec(0..8_usize, 0..4), 1..8),
    ) {
        let name = |n: usize| n.to_string();
        let blocks: Vec<_> = edges.iter().enumerate().map(|(n, to)| (name(n), to.iter().map(|n| name(*n)).collect())).collect();
        let graph = Graph::of(&flow(&blocks));
        let size = edges.len();
        // Bit b of reach[a]: there is a way from a to b.
        let mut reach = [0_u8; 8];
        for _ in 0..8 {
            for (from, to) in edges.iter().enumerate() {
                for to in to.iter().filter(|to| **to < size) {
                    reach[from] |= 1 << to | reach[*to];
                }
            }
        }
        let leads = |a: usize, b: usize| reach[a] >> b & 1 == 1;
        for (a, b) in (0..size).flat_map(|a| (0..size).map(move |b| (a, b))) {
            prop_assert_eq!(graph.is_reachable(a), a == 0 || leads(0, a));
            prop_assert_eq!(graph.in_cycle(a), leads(a, a));
            prop_assert_eq!(graph.component(a) == graph.component(b), a == b || (leads(a, b) && leads(b, a)));
        }
    }
}
