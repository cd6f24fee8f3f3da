//! Conditions, loops and chance.

use super::*;

fn compare(value: &str) -> Flow {
    Flow::default().block("check", "Compare", json!({ "ComparisonValue": value }))
}

fn first(flow: Flow) -> String {
    let flow = flow.error("NoMatchingCondition", "end").next("other").end("end").end("other");
    Walk::of(flow).go().path[0].clone()
}

#[test]
fn the_first_condition_that_holds_wins() {
    let flow = compare("$.Attributes.tier")
        .when("TextStartsWith", "x", "end")
        .when("TextStartsWith", "go", "end")
        .when("Equals", "gold", "end");
    assert_eq!(first(flow), "check: TextStartsWith go");
}

#[test]
fn without_a_condition_that_holds_the_error_branch_is_taken_and_not_next() {
    assert_eq!(
        first(compare("$.Attributes.tier").when("Equals", "GOLD", "end")),
        "check: NoMatchingCondition"
    );
}

#[test]
fn an_operand_may_be_a_reference() {
    assert_eq!(
        first(compare("gold").when("Equals", "$.Attributes.tier", "end")),
        "check: Equals $.Attributes.tier"
    );
}

#[test]
fn numbers_are_compared_as_numbers() {
    assert_eq!(
        first(compare("$.Attributes.n").when("NumberGreaterThan", "9", "end")),
        "check: NumberGreaterThan 9"
    );
}

#[test]
fn nothing_equals_what_is_not_set() {
    let flow =
        compare("$.Attributes.none").when("Equals", "", "end").when("Equals", "$.Attributes.no", "end");
    let walk = Walk::of(flow.error("NoMatchingCondition", "end").end("end")).go();
    assert_eq!(walk.path[0], "check: NoMatchingCondition");
    let reference = "$.Attributes.none".to_owned();
    assert!(walk.effects.contains(&Effect::Warned(Warning::Unset { reference })));
}

#[test]
fn key_exists_is_accepted() {
    assert_eq!(first(compare("$.Attributes.tier").when("KeyExists", "", "end")), "check: KeyExists");
    assert_eq!(first(compare("$.Attributes.no").when("KeyExists", "", "end")), "check: NoMatchingCondition");
}

#[test]
fn a_condition_that_is_not_known_is_asked_for() {
    let flow = || {
        let flow = compare("$.Attributes.tier").when("And", "x", "end").when("Equals", "gold", "end");
        flow.error("NoMatchingCondition", "end").end("end")
    };
    let walk = Walk::of(flow()).go();
    assert_eq!((walk.path.len(), &walk.asked[..]), (0, &[Asked::Undecidable][..]));
    assert_eq!(Walk::of(flow()).result("check", "And x").go().path[0], "check: And x");
    assert_eq!(Walk::of(flow()).result("check", "other").go().path[0], "check: NoMatchingCondition");
}

fn rounds(count: &str) -> Flow {
    Flow::default()
        .block("loop", "Loop", json!({ "LoopCount": count }))
        .when("Equals", "ContinueLooping", "again")
        .when("Equals", "DoneLooping", "done")
        .error("NoMatchingError", "end")
        .say("again", "again", "loop")
        .block("done", "Compare", json!({"ComparisonValue": "$.Attributes.tier"}))
        .when("Equals", "gold", "end")
        .end("end")
}

#[test]
fn a_loop_continues_so_often_and_is_done_once() {
    let walk = Walk::of(rounds("2")).go();
    let (more, done) = ("loop: Equals ContinueLooping", "loop: Equals DoneLooping");
    assert_eq!(walk.path[..5], [more, "again: next", more, "again: next", done]);
}

#[test]
fn a_loop_of_no_rounds_is_done_at_once() {
    assert_eq!(Walk::of(rounds("0")).go().path[0], "loop: Equals DoneLooping");
}

#[test]
fn a_loop_that_is_done_starts_anew() {
    let flow = rounds("1");
    let flow =
        Flow { blocks: flow.blocks.into_iter().filter(|block| block["Identifier"] != "done").collect() };
    let walk = Walk::of(flow.say("done", "done", "loop")).go();
    let said = walk.said();
    assert_eq!(said[..4], ["again", "done", "again", "done"]);
}

#[test]
fn a_loop_whose_count_is_no_number_fails() {
    let walk = Walk::of(rounds("$.Attributes.tier")).go();
    assert_eq!(walk.path[0], "loop: NoMatchingError");
    assert_eq!(walk.causes, [Cause::Parameter { name: "LoopCount".to_owned() }]);
}

#[test]
fn a_loop_without_a_count_is_of_a_form_that_is_not_published() {
    let flow = Flow::default().block("loop", "Loop", json!({"List": "$.External.items"}));
    let flow = flow.when("Equals", "DoneLooping", "end").end("end");
    let walk = Walk::of(flow).result("loop", "DoneLooping").go();
    assert_eq!((walk.path[0].as_str(), walk.switches()), ("loop: Equals DoneLooping", vec![Switch::S10]));
}

/// A flow that leaves its loop by a transfer to itself.
fn left() -> Flow {
    Flow::default()
        .block("loop", "Loop", json!({"LoopCount": "1"}))
        .when("Equals", "ContinueLooping", "over")
        .when("Equals", "DoneLooping", "end")
        .block("over", "TransferToFlow", json!({"ContactFlowId": "main"}))
        .error("NoMatchingError", "end")
        .end("end")
}

#[test]
fn a_loop_counts_per_run_of_the_flow_or_per_contact_by_s6() {
    let walk = Walk::of(left()).go();
    assert!(walk.state.end.is_none(), "it transfers to itself without end: {:?}", walk.state.end);
    assert!(walk.switches().contains(&Switch::S6));
    let walk = Walk::of(left()).assume("S6=loop-per-contact").go();
    assert_eq!(walk.path.last().unwrap(), "end: leaves");
    assert!(walk.switches().contains(&Switch::S6));
}

#[test]
fn percentages_are_compared_with_a_number_from_1_to_100() {
    // 3 and 6 percent: thresholds are sums plus one.
    let flow = || {
        Flow::default()
            .block("dice", "DistributeByPercentage", json!({}))
            .when("NumberLessThan", "4", "end")
            .when("NumberLessThan", "10", "end")
            .error("NoMatchingCondition", "end")
            .end("end")
    };
    for (number, branch) in [
        ("3", "NumberLessThan 4"),
        ("4", "NumberLessThan 10"),
        ("9", "NumberLessThan 10"),
        ("10", "NoMatchingCondition"),
    ] {
        assert_eq!(Walk::of(flow()).result("dice", number).go().path[0], format!("dice: {branch}"));
    }
    for wrong in ["0", "101", "many"] {
        assert!(Walk::of(flow()).result("dice", wrong).go().path.is_empty(), "{wrong}");
    }
}
