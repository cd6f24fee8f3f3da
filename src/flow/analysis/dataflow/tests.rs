use super::*;
use crate::flow::references::references;

/// Identifier, type or invocation, and ways with their targets.
type Row<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// Creates a flow of `(identifier, type or invocation, [(way, target)])`; a way is `next`, `done`, or an error.
fn flow(blocks: &[Row<'_>]) -> Document {
    let action = |(identifier, kind, ways): &Row<'_>| {
        let (mut next, mut conditions, mut errors) = (serde_json::Value::Null, Vec::new(), Vec::new());
        for (way, to) in *ways {
            match *way {
                "next" => next = (*to).into(),
                "done" => conditions.push(serde_json::json!({"NextAction": to,
                    "Condition": {"Operator": "Equals", "Operands": ["DoneLooping"]}})),
                error => errors.push(serde_json::json!({"NextAction": to, "ErrorType": error})),
            }
        }
        let (kind, parameters) = match *kind {
            "sync" => (ACTION, serde_json::json!({"LambdaFunctionARN": "f"})),
            "async" => {
                (ACTION, serde_json::json!({"LambdaFunctionARN": "f", "InvocationType": "ASYNCHRONOUS"}))
            }
            "load" => (ACTION, serde_json::json!({})),
            "compare" => ("Compare", serde_json::json!({"ComparisonValue": "$.External.x"})),
            "Loop" => ("Loop", serde_json::json!({"LoopCount": "3"})),
            other => (other, serde_json::json!({})),
        };
        serde_json::json!({"Identifier": identifier, "Type": kind, "Parameters": parameters,
            "Transitions": {"NextAction": next, "Conditions": conditions, "Errors": errors}})
    };
    let actions: Vec<_> = blocks.iter().map(action).collect();
    Document::parse(&serde_json::json!({"StartAction": blocks[0].0, "Actions": actions}).to_string()).unwrap()
}

fn answers(document: &Document, block: usize) -> Vec<Answer> {
    DataFlow::of(document, &Graph::of(document), &references(document)).answers(block).collect()
}

#[test]
fn each_edge_leaves_its_own_answer() {
    let document = flow(&[
        ("a", "sync", &[("next", "ok"), ("E", "no")]),
        ("ok", "X", &[("next", "both")]),
        ("no", "X", &[("next", "both")]),
        ("both", "X", &[]),
        ("never", "X", &[("next", "both")]),
    ]);
    let expected = [
        vec![Answer::Entry],
        vec![Answer::Of(0)],
        vec![Answer::Failed(0)],
        vec![Answer::Of(0), Answer::Failed(0)],
        vec![],
    ];
    for (block, expected) in expected.into_iter().enumerate() {
        assert_eq!(answers(&document, block), expected, "{block}");
    }
}

#[test]
fn a_later_answer_replaces_an_earlier_one_and_a_module_hides_all() {
    let document = flow(&[
        ("a", "sync", &[("next", "b"), ("E", "m")]),
        ("b", "sync", &[("next", "x"), ("E", "m")]),
        ("x", "X", &[]),
        ("m", "InvokeFlowModule", &[("next", "y"), ("E", "y")]),
        ("y", "X", &[]),
    ]);
    assert_eq!(answers(&document, 1), [Answer::Of(0)]);
    assert_eq!(answers(&document, 2), [Answer::Of(1)]);
    assert_eq!(answers(&document, 3), [Answer::Failed(0), Answer::Failed(1)]);
    assert_eq!(answers(&document, 4), [Answer::Unknown]);
}

#[test]
fn an_asynchronous_invocation_fills_nothing_until_its_result_is_loaded() {
    let document = flow(&[
        ("a", "async", &[("next", "x"), ("E", "z")]),
        ("x", "X", &[("next", "l")]),
        ("l", "load", &[("next", "y"), ("E", "y")]),
        ("y", "X", &[]),
        ("z", "X", &[]),
    ]);
    assert_eq!(answers(&document, 1), [Answer::Pending(0)]);
    assert_eq!(answers(&document, 3), [Answer::Unknown]);
    assert_eq!(answers(&document, 4), [Answer::Entry]);
    let kept = flow(&[("s", "sync", &[("next", "a")]), ("a", "async", &[("next", "x")]), ("x", "X", &[])]);
    assert_eq!(answers(&kept, 2), [Answer::Of(0)]);
}

#[test]
fn who_leaves_a_counted_loop_has_been_in_its_body() {
    let blocks: &[Row<'_>] = &[
        ("l", "Loop", &[("again", "a"), ("done", "x"), ("next", "x")]),
        ("a", "sync", &[("next", "l"), ("E", "e")]),
        ("e", "X", &[]),
        ("x", "X", &[]),
    ];
    assert_eq!(answers(&flow(blocks), 3), [Answer::Of(0)]);
    let uncounted: Vec<_> = blocks
        .iter()
        .map(|(id, kind, ways)| (*id, if *kind == "Loop" { "X" } else { kind }, *ways))
        .collect();
    assert_eq!(answers(&flow(&uncounted), 3), [Answer::Entry, Answer::Of(0)]);
}

#[test]
fn what_was_found_equal_was_there() {
    let document = flow(&[
        ("a", "sync", &[("next", "c"), ("E", "c")]),
        ("c", "compare", &[("done", "y"), ("NoMatchingCondition", "n")]),
        ("y", "X", &[]),
        ("n", "X", &[]),
    ]);
    assert_eq!(answers(&document, 2), [Answer::Unknown, Answer::Of(0)]);
    assert_eq!(answers(&document, 3), [Answer::Of(0), Answer::Failed(0)]);
}

#[test]
fn the_way_to_an_answer_goes_over_the_edge_that_made_it() {
    let document = flow(&[
        ("s", "X", &[("next", "a"), ("skip", "x")]),
        ("a", "sync", &[("next", "x"), ("E", "w")]),
        ("w", "X", &[("next", "x")]),
        ("x", "X", &[]),
    ]);
    let graph = Graph::of(&document);
    let data = DataFlow::of(&document, &graph, &references(&document));
    let way = |answer| -> Vec<usize> {
        data.way(&document, &graph, 3, answer).iter().map(|edge| edge.from).collect()
    };
    assert_eq!(way(Answer::Failed(0)), [0, 1, 2]);
    assert_eq!(way(Answer::Of(0)), [0, 1]);
    assert_eq!(way(Answer::Entry), [0]);
}

#[test]
fn of_a_flow_that_is_far_too_long_nothing_is_known() {
    let names: Vec<String> = (0..=MAX_BLOCKS).map(|n| n.to_string()).collect();
    let ways: Vec<[(&str, &str); 1]> = names.iter().skip(1).map(|name| [("next", name.as_str())]).collect();
    let blocks: Vec<_> =
        names.iter().zip(&ways).map(|(name, ways)| (name.as_str(), "X", &ways[..])).collect();
    assert_eq!(answers(&flow(&blocks), 1), [Answer::Entry]);
    let long: Vec<_> = blocks.iter().copied().chain([("last", "X", &[][..])]).collect();
    assert_eq!(answers(&flow(&long), 1), []);
}

const KINDS: [&str; 6] = ["sync", "async", "load", "compare", "InvokeFlowModule", "X"];
const WAYS: [&str; 3] = ["next", "E", "done"];

/// What an edge makes of an answer, told apart from the analysis: straight from the table.
fn replayed(kind: &str, edge: &Edge, block: usize, invocations: &[usize], answer: Answer) -> Answer {
    let own = invocations.iter().position(|index| *index == block).unwrap_or_default();
    match (kind, &edge.kind, answer) {
        ("sync", EdgeKind::Error(_), _) => Answer::Failed(own),
        ("sync", ..) => Answer::Of(own),
        ("load" | "InvokeFlowModule", ..) => Answer::Unknown,
        ("async", EdgeKind::Error(_), kept) => kept,
        ("async", _, Answer::Of(_) | Answer::Unknown) => answer,
        ("async", ..) => Answer::Pending(own),
        ("compare", EdgeKind::Condition(_), Answer::Of(_)) => answer,
        ("compare", EdgeKind::Condition(_), _) => Answer::Unknown,
        _ => answer,
    }
}

proptest::proptest! {
    #[test]
    fn an_answer_is_held_exactly_where_a_way_leads_with_it(
        rows in proptest::collection::vec((0..KINDS.len(), proptest::collection::vec((0..3_usize, 0..6_usize), 0..4)), 1..6),
    ) {
        let names = ["a", "b", "c", "d", "e", "f"];
        let ways: Vec<Vec<(&str, &str)>> =
            rows.iter().map(|(_, ways)| ways.iter().map(|(way, to)| (WAYS[*way], names[*to])).collect()).collect();
        let blocks: Vec<Row<'_>> =
            rows.iter().zip(&ways).zip(names).map(|(((kind, _), ways), name)| (name, KINDS[*kind], &ways[..])).collect();
        let document = flow(&blocks);
        let graph = Graph::of(&document);
        let data = DataFlow::of(&document, &graph, &references(&document));
        let invocations: Vec<usize> = data.invocations().iter().map(|found| found.index).collect();
        let step = |edge: &Edge, answer| replayed(blocks[edge.from].1, edge, edge.from, &invocations, answer);
        // All pairs of block and answer that a contact can be in, by walking.
        let mut walked = BTreeSet::from([(0, Answer::Entry)]);
        let mut open = vec![(0, Answer::Entry)];
        while let Some((block, answer)) = open.pop() {
            for edge in graph.edges_from(block) {
                let Some(to) = edge.to else { continue };
                let next = (to, step(edge, answer));
                if walked.insert(next) {
                    open.push(next);
                }
            }
        }
        let held: BTreeSet<_> =
            (0..graph.len()).flat_map(|block| data.answers(block).map(move |answer| (block, answer))).collect();
        proptest::prop_assert_eq!(&held, &walked);
        for (block, answer) in held {
            let way = data.way(&document, &graph, block, answer);
            proptest::prop_assert_eq!(way.first().map_or(block, |edge| edge.from), 0);
            proptest::prop_assert_eq!(way.last().map_or(0, |edge| edge.to.unwrap()), block);
            proptest::prop_assert!(way.windows(2).all(|pair| pair[0].to == Some(pair[1].from)));
            // Of what cannot be known, and of several that wait, any way to the block will do.
            let exact = match answer {
                Answer::Entry | Answer::Of(_) | Answer::Failed(_) => true,
                Answer::Unknown => false,
                Answer::Pending(of) => data.unanswered(invocations[of]).is_some(),
            };
            let led = way.iter().fold(Answer::Entry, |answer, edge| step(edge, answer));
            proptest::prop_assert!(!exact || led == answer, "{:?} led to {} by {:?}", answer, block, led);
        }
    }
}
