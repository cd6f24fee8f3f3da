//! What holds for every flow and every answer.

use proptest::prelude::*;

use super::*;
use crate::flow::corpus::documents;

/// The most steps that a walk is followed.
const STEPS: usize = 150;

/// Walks a flow by choices, and checks each step.
fn walk(program: &Program, contact: &Value, choices: &[usize]) -> Vec<Went> {
    let assumptions = Assumptions::default();
    let mut state = State::new(program, Key::flow("main"), contact.clone());
    let mut steps = Vec::new();
    for choice in choices {
        let Some(place) = state.place() else { break };
        let answers = replies(program, &assumptions, &state);
        assert!(!answers.is_empty(), "nothing leads on from {:?}", program.block(&place));
        let answer = &answers[choice % answers.len()];
        let Step::Went(went) = step(program, &assumptions, &state, answer.as_ref()) else { panic!() };
        assert_eq!(step(program, &assumptions, &state, answer.as_ref()), Step::Went(went.clone()));
        let code = &program.flows[&went.at.flow];
        let block = program.block(&went.at).unwrap();
        let declared = outcomes(code, block);
        assert!(declared.contains(&went.branch), "{:?} is none of {declared:?} of {block:?}", went.branch);
        if let Some((at, branch)) = &went.back {
            let declared = outcomes(&program.flows[&at.flow], program.block(at).unwrap());
            assert!(declared.contains(branch), "{branch:?} is none of {declared:?}");
        }
        assert!(went.state.clock_ms >= state.clock_ms && went.state.chain_ms <= CHAIN_LIMIT_MS);
        state = went.state.clone();
        steps.push(*went);
    }
    steps
}

fn contacts() -> [Value; 3] {
    ["VOICE", "CHAT", "TASK"].map(|channel| json!({"Channel": channel, "Attributes": {"x": "1"}}))
}

/// A generator without a library, so that every flow is walked in the same ways each time.
fn choices(seed: usize) -> Vec<usize> {
    let next = |last: &usize| {
        Some(last.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407))
    };
    std::iter::successors(Some(seed), next).skip(1).take(STEPS).map(|n| n >> 33).collect()
}

#[test]
fn every_real_flow_is_walked_by_declared_branches_alone() {
    let mut walked = 0;
    for (path, document) in documents() {
        let code = Code { document: Arc::new(document), kind: FlowType::ContactFlow };
        let program = Program { flows: [(Key::flow("main"), code)].into(), ..Program::default() };
        for contact in contacts() {
            for seed in 1..=6 {
                let steps = walk(&program, &contact, &choices(seed));
                let begun = State::new(&program, Key::flow("main"), contact.clone()).end.is_none();
                assert_eq!(!steps.is_empty(), begun, "{path:?}");
                walked += steps.len();
            }
        }
    }
    assert!(walked > 1_000 || std::env::var_os("FLOWBIND_FLOWS").is_none(), "{walked}");
}

#[test]
fn every_declared_outcome_of_a_known_block_is_taken_by_some_answer() {
    let flow = Flow::default()
        .block("menu", "GetParticipantInput", json!({"Text": "?"}))
        .when("Equals", "1", "end")
        .error("InputTimeLimitExceeded", "end")
        .error("NoMatchingCondition", "end")
        .error("NoMatchingError", "end")
        .end("end");
    let program = program(vec![("main", FlowType::ContactFlow, flow)]);
    let state = State::new(&program, Key::flow("main"), contacts()[0].clone());
    let taken: std::collections::BTreeSet<Branch> = replies(&program, &Assumptions::default(), &state)
        .iter()
        .map(|answer| match step(&program, &Assumptions::default(), &state, answer.as_ref()) {
            Step::Went(went) => went.branch,
            other => panic!("{other:?}"),
        })
        .collect();
    let code = &program.flows[&Key::flow("main")];
    assert_eq!(taken, outcomes(code, &code.document.blocks()[0]));
}

const KINDS: &[&str] = &[
    "MessageParticipant",
    "MessageParticipantIteratively",
    "GetParticipantInput",
    "InvokeLambdaFunction",
    "Compare",
    "DistributeByPercentage",
    "Loop",
    "CheckHoursOfOperation",
    "CheckMetricData",
    "GetMetricData",
    "UpdateContactTargetQueue",
    "TransferContactToQueue",
    "TransferToFlow",
    "TransferContactToAgent",
    "TransferParticipantToThirdParty",
    "InvokeFlowModule",
    "EndFlowModuleExecution",
    "DisconnectParticipant",
    "EndFlowExecution",
    "UpdateContactAttributes",
    "UpdateFlowAttributes",
    "UpdateContactEventHooks",
    "UpdateContactData",
    "UpdateContactTextToSpeechVoice",
    "TagContact",
    "UpdateContactCallbackNumber",
    "ConnectParticipantWithLexBot",
    "ShowView",
    "Wait",
    "UpdateFlowLoggingBehavior",
    "GetCustomerProfile",
    "New",
];

fn value() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "1",
        "0",
        "true",
        "main",
        "m",
        "$.Attributes.x",
        "$.External.a",
        "Hello $.Typo.x",
        "",
        "ContinueLooping",
        "$.StoredCustomerInput",
        "<speak>$.Lex.IntentName</speak>",
        "-3",
    ])
}

fn parameters() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "Text",
        "SSML",
        "PromptId",
        "StoreInput",
        "InputTimeLimitSeconds",
        "LambdaFunctionARN",
        "InvocationType",
        "ComparisonValue",
        "LoopCount",
        "QueueId",
        "AgentId",
        "ContactFlowId",
        "FlowModuleId",
        "MetricType",
        "ThirdPartyPhoneNumber",
        "ContinueFlowExecution",
        "TimeLimitSeconds",
        "Result",
        "CallbackNumber",
        "TextToSpeechVoice",
        "HoursOfOperationId",
        "InterruptFrequencySeconds",
        "InvocationTimeLimitSeconds",
    ]);
    let maps = prop::sample::select(vec![
        "Attributes",
        "FlowAttributes",
        "EventHooks",
        "Tags",
        "Input",
        "ResultData",
    ]);
    let flat = prop::collection::btree_map(names, value(), 0..6);
    let nested = prop::collection::btree_map(maps, prop::collection::btree_map(value(), value(), 0..3), 0..3);
    (flat, nested, any::<bool>()).prop_map(|(flat, nested, list)| {
        let mut whole = json!(flat);
        for (name, map) in nested {
            whole[name] = json!(map);
        }
        if list {
            whole["Messages"] = json!([{"Text": "one"}]);
            whole["Events"] = json!(["CustomerReturned"]);
            whole["LexV2Bot"] = json!({"AliasArn": "bot"});
        }
        whole
    })
}

/// Where a block leads: next, conditions and errors.
type Ways = (Option<usize>, Vec<(&'static str, &'static str, usize)>, Vec<(&'static str, usize)>);

fn transitions(blocks: usize) -> impl Strategy<Value = Ways> {
    let operators =
        prop::sample::select(vec!["Equals", "NumberLessThan", "TextContains", "KeyExists", "And"]);
    let operands = prop::sample::select(vec![
        "1",
        "True",
        "False",
        "ContinueLooping",
        "DoneLooping",
        "WaitCompleted",
        "MessagesInterrupted",
        "50",
        "$.Attributes.x",
    ]);
    let errors = prop::sample::select(vec![
        "NoMatchingError",
        "NoMatchingCondition",
        "InputTimeLimitExceeded",
        "TimeLimitExceeded",
        "QueueAtCapacity",
        "Other",
    ]);
    let to = 0..blocks + 1;
    (
        prop::option::of(to.clone()),
        prop::collection::vec((operators, operands, to.clone()), 0..4),
        prop::collection::vec((errors, to), 0..4),
    )
}

fn flow() -> impl Strategy<Value = Flow> {
    (1..7_usize).prop_flat_map(|blocks| {
        let block = (prop::sample::select(KINDS.to_vec()), parameters(), transitions(blocks));
        prop::collection::vec(block, blocks).prop_map(|blocks| {
            let mut flow = Flow::default();
            for (at, (kind, parameters, (next, conditions, errors))) in blocks.into_iter().enumerate() {
                flow = flow.block(&at.to_string(), kind, parameters);
                if let Some(next) = next {
                    flow = flow.next(&next.to_string());
                }
                for (operator, operand, to) in conditions {
                    flow = flow.when(operator, operand, &to.to_string());
                }
                for (error, to) in errors {
                    flow = flow.error(error, &to.to_string());
                }
            }
            flow
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_flow_is_walked_by_declared_branches_alone_and_always_the_same_way(
        main in flow(), module in flow(), channel in 0..3_usize, seed in 1..1_000_usize,
    ) {
        let flows = vec![("main", FlowType::ContactFlow, main), ("m", FlowType::Module, module)];
        let program = program(flows);
        let contact = &contacts()[channel];
        let once = walk(&program, contact, &choices(seed));
        prop_assert_eq!(&once, &walk(&program, contact, &choices(seed)));
    }
}
