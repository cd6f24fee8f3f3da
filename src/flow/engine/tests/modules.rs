//! Modules.

use super::*;

/// A flow that invokes the module `m`, and says what came back.
fn caller(parameters: Value) -> Flow {
    let mut whole = json!({"FlowModuleId": "m"});
    whole.as_object_mut().unwrap().extend(parameters.as_object().unwrap().clone());
    Flow::default()
        .invoke("call", 8, "module", "end")
        .block("module", "InvokeFlowModule", whole)
        .next("say")
        .when("Equals", "Good", "say")
        .error("NoMatchingCondition", "end")
        .error("NoMatchingError", "end")
        .say("say", "<$.External.x><$.Modules.Result><$.Modules.ResultData.a><$.FlowAttributes.f>", "end")
        .end("end")
}

fn with(module: Flow, input: Value) -> Walk {
    let flows = vec![("main", FlowType::ContactFlow, caller(input)), ("m", FlowType::Module, module)];
    Walk::in_program(program(flows)).data("call", 0, json!({"x": "1"}))
}

#[test]
fn a_module_sees_nothing_of_what_its_caller_found_out_and_the_caller_keeps_it() {
    let inner = Flow::default()
        .say("say in m", "[$.External.x]", "inner")
        .invoke("inner", 8, "set", "back")
        .block("set", "UpdateFlowAttributes", json!({"FlowAttributes": {"f": {"Value": "inner"}}}))
        .next("back")
        .block("back", "EndFlowModuleExecution", json!({}));
    let walk = with(inner, json!({})).data("inner", 0, json!({"x": "2"})).go();
    assert_eq!(walk.said(), ["[]", "<1><><><>"]);
}

#[test]
fn a_module_gets_its_input_and_gives_its_result() {
    let inner = Flow::default().say("say in m", "[$.Modules.Input.who]", "back").block(
        "back",
        "EndFlowModuleExecution",
        json!({"Result": "Good", "ResultData": {"a": "$.Modules.Input.who"}}),
    );
    let walk = with(inner, json!({"Input": {"who": "the $.Attributes.tier one"}})).go();
    assert_eq!(walk.said(), ["[the gold one]", "<1><Good><the gold one><>"]);
    assert_eq!(walk.path[2..5], ["say in m: next", "back: leaves", "module: Equals Good"]);
}

#[test]
fn a_result_that_no_condition_has_takes_no_matching_condition_and_none_takes_next() {
    let of = |parameters: Value| {
        let inner = Flow::default().block("back", "EndFlowModuleExecution", parameters);
        with(inner, json!({})).go().path[3].clone()
    };
    assert_eq!(of(json!({"Result": "Bad"})), "module: NoMatchingCondition");
    assert_eq!(of(json!({})), "module: next");
}

#[test]
fn attributes_and_the_queue_that_a_module_sets_stay() {
    let inner = Flow::default()
        .block("set", "UpdateContactAttributes", json!({"Attributes": {"tier": "silver"}}))
        .next("queue")
        .block("queue", "UpdateContactTargetQueue", json!({"QueueId": "q"}))
        .next("back")
        .block("back", "EndFlowModuleExecution", json!({}));
    let walk = with(inner, json!({})).go();
    assert_eq!(walk.attribute("tier"), Some("silver"));
    assert_eq!(walk.state.queue, Some(Target::Queue("q".to_owned())));
}

#[test]
fn modules_nest_up_to_five_deep() {
    let inner = Flow::default()
        .block("again", "InvokeFlowModule", json!({"FlowModuleId": "m"}))
        .next("back")
        .error("NoMatchingError", "back")
        .block("back", "EndFlowModuleExecution", json!({}));
    let walk = with(inner, json!({})).go();
    assert_eq!(walk.causes, [Cause::TooDeep]);
    let entered = walk.effects.iter().filter(|effect| matches!(effect, Effect::Entered(_))).count();
    assert_eq!((entered, walk.path.last().unwrap().as_str()), (5, "end: leaves"));
}

#[test]
fn a_block_that_the_calling_flow_may_not_have_fails_in_the_module() {
    let inner = Flow::default()
        .block("queue", "UpdateContactTargetQueue", json!({"QueueId": "q"}))
        .next("back")
        .error("NoMatchingError", "back")
        .block("back", "EndFlowModuleExecution", json!({}));
    let main =
        Flow::default().block("module", "InvokeFlowModule", json!({"FlowModuleId": "m:alias"})).next("end");
    let main = main.block("end", "EndFlowExecution", json!({}));
    let flows = vec![("main", FlowType::CustomerQueue, main), ("m", FlowType::Module, inner)];
    let walk = Walk::in_program(program(flows)).go();
    assert_eq!(walk.causes, [Cause::NotAllowed(FlowType::CustomerQueue)]);
    assert_eq!(walk.state.queue, None);
}

#[test]
fn a_module_that_is_not_at_hand_asks_for_its_branch() {
    let main =
        || caller(json!({"FlowModuleId": "arn:aws:connect:eu-west-2:111122223333:instance/i/flow-module/x"}));
    let walk = |answer: Option<Answer>| {
        let walk = Walk::of(main()).data("call", 0, json!({}));
        match answer {
            Some(answer) => walk.answer("module", answer).go(),
            None => walk.go(),
        }
    };
    assert!(matches!(walk(None).asked[..], [_, Asked::Callee { .. }]));
    let answer = Answer { data: Some(json!({"a": "7"})), ..Answer::result("Good") };
    assert_eq!(walk(Some(answer)).said(), ["<><Good><7><>"]);
    assert_eq!(walk(Some(Answer::new(Reply::Done))).path[1], "module: next");
    assert_eq!(walk(Some(Answer::error("NoMatchingError"))).path[1], "module: NoMatchingError");
}

#[test]
fn what_a_module_was_given_survives_a_module_that_it_calls() {
    let outer = Flow::default()
        .block("inner", "InvokeFlowModule", json!({"FlowModuleId": "n"}))
        .next("say in m")
        .say("say in m", "[$.Modules.Input.who][$.Modules.Result]", "back")
        .block("back", "EndFlowModuleExecution", json!({}));
    let inner = Flow::default().block("back", "EndFlowModuleExecution", json!({"Result": "R"}));
    let main = caller(json!({"Input": {"who": "me"}}));
    let flows = vec![
        ("main", FlowType::ContactFlow, main),
        ("m", FlowType::Module, outer),
        ("n", FlowType::Module, inner),
    ];
    let walk = Walk::in_program(program(flows)).data("call", 0, json!({})).go();
    assert_eq!(walk.said()[0], "[me][R]");
}
