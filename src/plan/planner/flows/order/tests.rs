use proptest::prelude::*;

use super::*;

type Nodes = BTreeMap<u8, Node<u8>>;

fn nodes(all: &[(u8, &[u8], Now)]) -> Nodes {
    all.iter()
        .map(|(name, names, now)| (*name, Node { names: names.iter().copied().collect(), now: *now }))
        .collect()
}

fn waits(order: &Writes<u8>, of: u8) -> (Vec<u8>, Vec<u8>) {
    let waits = &order.waits[&of];
    (waits.writes.iter().copied().collect(), waits.stubs.iter().copied().collect())
}

#[test]
fn only_new_flows_in_a_circle_get_stubs() {
    let order = order(&nodes(&[(1, &[2], Now::New), (2, &[1], Now::Whole)]));
    assert!(order.stubbed.is_empty());
    assert_eq!((waits(&order, 1), waits(&order, 2)), ((vec![], vec![]), (vec![1], vec![])));
}

#[test]
fn what_names_one_of_a_circle_waits_for_all_of_it() {
    let order = order(&nodes(&[
        (1, &[2], Now::New),
        (2, &[1], Now::New),
        (3, &[1], Now::Whole),
        (4, &[3], Now::New),
        (5, &[2], Now::HalfMade),
    ]));
    assert_eq!(order.stubbed, [1, 2].into());
    assert_eq!(waits(&order, 1), (vec![], vec![2]));
    assert_eq!(waits(&order, 3), (vec![1, 2], vec![]));
    assert_eq!(waits(&order, 4), (vec![3], vec![]));
    assert_eq!(waits(&order, 5), (vec![1, 2], vec![]));
}

#[test]
fn a_half_made_one_of_a_circle_has_its_id_and_needs_no_stub() {
    let order = order(&nodes(&[(1, &[2], Now::New), (2, &[1], Now::HalfMade)]));
    assert_eq!(order.stubbed, [1].into());
    assert_eq!((waits(&order, 1), waits(&order, 2)), ((vec![], vec![]), (vec![], vec![1])));
}

fn any_nodes() -> impl Strategy<Value = Nodes> {
    let now = prop::sample::select(vec![Now::New, Now::HalfMade, Now::Whole]);
    let node = (prop::collection::btree_set(0u8..7, 0..4), now);
    prop::collection::vec(node, 0..7)
        .prop_map(|all| (0u8..).zip(all).map(|(name, (names, now))| (name, Node { names, now })).collect())
}

/// The writes in an order that keeps all that they wait for; none where there is no such order.
fn carried_out(order: &Writes<u8>) -> Option<Vec<u8>> {
    let mut done: Vec<u8> = Vec::new();
    while done.len() < order.waits.len() {
        let ready = |(name, waits): &(&u8, &Waits<u8>)| {
            !done.contains(name) && waits.writes.iter().all(|needed| done.contains(needed))
        };
        // The latest first: whatever is not kept back comes as early as it can.
        done.push(*order.waits.iter().rfind(ready)?.0);
    }
    Some(done)
}

proptest! {
    #[test]
    fn every_order_can_be_carried_out_and_leads_nobody_to_a_flow_that_is_not_whole(nodes in any_nodes()) {
        let order = order(&nodes);
        let done = carried_out(&order);
        prop_assert!(done.is_some(), "a circle: {:?}", order);
        let mut whole: BTreeSet<u8> =
            nodes.iter().filter(|(_, node)| node.now == Now::Whole).map(|(name, _)| *name).collect();
        // What callers meet: the flows that are whole from the start, with what is written into them.
        let mut entered = whole.clone();
        for name in done.unwrap() {
            whole.insert(name);
            if entered.contains(&name) {
                let mut waiting: Vec<u8> = vec![name];
                while let Some(at) = waiting.pop() {
                    for next in nodes[&at].names.iter().filter(|next| nodes.contains_key(next)) {
                        prop_assert!(whole.contains(next), "{} leads to {}", name, next);
                        // A flow that is still to be written leads where it led before.
                        let written = order.waits.contains_key(next) && whole.contains(next);
                        if written && entered.insert(*next) {
                            waiting.push(*next);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_names_a_new_flow_finds_its_id(nodes in any_nodes()) {
        let order = order(&nodes);
        for (name, node) in &nodes {
            for named in node.names.iter().filter(|named| nodes.get(named).is_some_and(|n| n.now == Now::New)) {
                let waits = &order.waits[name];
                prop_assert!(waits.writes.contains(named) || waits.stubs.contains(named));
            }
        }
    }
}
