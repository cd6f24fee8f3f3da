//! Ways out of a flow.

use super::*;

/// A flow that finds something out, takes an entry, and transfers.
fn first() -> Flow {
    Flow::default()
        .invoke("call", 8, "store", "end")
        .block("store", "GetParticipantInput", json!({"Text": "?", "StoreInput": "True"}))
        .next("set")
        .block("set", "UpdateFlowAttributes", json!({"FlowAttributes": {"f": {"Value": "1"}}}))
        .next("over")
        .block("over", "TransferToFlow", json!({"ContactFlowId": "second"}))
        .next("end")
        .error("NoMatchingError", "end")
        .end("end")
}

fn walk(kind: FlowType) -> Walk {
    let second = Flow::default().say(
        "say",
        "<$.External.x><$.StoredCustomerInput><$.FlowAttributes.f>$.Attributes.tier",
        "end",
    );
    let flows = vec![("main", FlowType::ContactFlow, first()), ("second", kind, second.end("end"))];
    Walk::in_program(program(flows)).data("call", 0, json!({"x": "1"})).result("store", "42")
}

#[test]
fn another_flow_begins_at_its_start_and_keeps_attributes_alone() {
    let walk = walk(FlowType::ContactFlow).go();
    assert_eq!(walk.path[3..5], ["over: leaves", "say: next"]);
    assert_eq!(walk.said()[1], "<><><>gold");
}

#[test]
fn the_answer_and_the_entry_after_a_transfer_are_by_s2_and_s11() {
    let cleared = walk(FlowType::ContactFlow).go();
    assert_eq!(cleared.switches(), [Switch::S2, Switch::S11, Switch::S1]);
    let carried = walk(FlowType::ContactFlow).assume("S2=answer-carried").assume("S11=input-carried").go();
    assert_eq!(carried.said()[1], "<1><42><>gold");
    assert_eq!(carried.switches(), [Switch::S2, Switch::S11, Switch::S1]);
}

#[test]
fn a_flow_of_a_type_that_takes_no_transfers_is_an_error() {
    let walk = walk(FlowType::CustomerHold).go();
    assert_eq!(
        (walk.path[3].as_str(), &walk.causes[..]),
        ("over: NoMatchingError", &[Cause::WrongType(FlowType::CustomerHold)][..])
    );
}

#[test]
fn a_flow_that_is_not_at_hand_is_asked_for() {
    let flow = || {
        let flow = Flow::default().block("over", "TransferToFlow", json!({"ContactFlowId": "elsewhere"}));
        flow.error("NoMatchingError", "end").end("end")
    };
    let walk = Walk::of(flow()).answer("over", Answer::new(Reply::Done)).go();
    assert_eq!(walk.state.end, Some(End::Elsewhere("elsewhere".to_owned())));
    let walk = Walk::of(flow()).answer("over", Answer::error("NoMatchingError")).go();
    assert_eq!(walk.path[0], "over: NoMatchingError");
}

#[test]
fn a_transfer_to_a_flow_that_is_at_hand_may_fail_all_the_same() {
    let flow = || first().error("NoMatchingError", "end");
    let walk = Walk::in_program(program(vec![
        ("main", FlowType::ContactFlow, flow()),
        ("second", FlowType::ContactFlow, Flow::default().end("end")),
    ]));
    let walk = walk.data("call", 0, json!({"x": "1"})).result("store", "42");
    let walk = walk.answer("over", Answer::error("NoMatchingError")).go();
    assert_eq!(walk.path[3], "over: NoMatchingError");
}

fn outside(comes_back: &str) -> Flow {
    let parameters = json!({"ThirdPartyPhoneNumber": "+447700900123", "ContinueFlowExecution": comes_back});
    let flow = Flow::default().block("out", "TransferParticipantToThirdParty", parameters).next("end");
    let flow = flow.error("CallFailed", "end").error("ConnectionTimeLimitExceeded", "end");
    flow.error("NoMatchingError", "end").end("end")
}

#[test]
fn an_outside_number_comes_back_only_where_the_block_says_so() {
    let walk = Walk::of(outside("True")).answer("out", Answer::new(Reply::Done)).go();
    assert_eq!(walk.path, ["out: next", "end: leaves"]);
    let walk = Walk::of(outside("False")).answer("out", Answer::new(Reply::Done)).go();
    assert_eq!(walk.state.end, Some(End::ThirdParty("+447700900123".to_owned())));
    let failed =
        |comes_back| Walk::of(outside(comes_back)).answer("out", Answer::error("CallFailed")).go().path;
    assert_eq!(failed("True")[0], "out: CallFailed");
    assert!(failed("False").is_empty(), "such a block has no error of that type");
}

#[test]
fn ends_end_and_next_is_not_taken() {
    for (kind, end) in [
        ("DisconnectParticipant", End::Disconnected),
        ("EndFlowExecution", End::FlowEnded),
        ("EndFlowModuleExecution", End::FlowEnded),
        ("TransferContactToAgent", End::Agent),
    ] {
        let walk = Walk::of(Flow::default().block("end", kind, json!({})).next("end")).go();
        assert_eq!((walk.path.len(), walk.state.end), (1, Some(end)), "{kind}");
    }
}

#[test]
fn a_branch_to_nowhere_is_where_the_way_ends() {
    let walk = Walk::of(Flow::default().say("say", "Hi", "gone")).go();
    assert!(matches!(walk.state.end, Some(End::Lost(Lost::NoBlock { ref to, .. })) if to == "gone"));
}

#[test]
fn an_error_without_a_branch_of_its_own_takes_the_general_one() {
    let flow = Flow::default()
        .block("menu", "GetParticipantInput", json!({"Text": "?"}))
        .when("Equals", "1", "end")
        .error("NoMatchingError", "end")
        .end("end");
    let walk = Walk::of(flow).answer("menu", Answer::new(Reply::TimeOut)).go();
    assert_eq!(walk.path[0], "menu: NoMatchingError");
}
