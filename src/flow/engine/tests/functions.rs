//! Functions: their answers, their errors, their time.

use super::*;

fn one() -> Flow {
    Flow::default()
        .invoke("call", 8, "say", "failed")
        .say("say", "Hello $.External.Name", "end")
        .say("failed", "Sorry $.External.Name", "end")
        .end("end")
}

#[test]
fn the_answer_is_read_directly_and_through_an_attribute() {
    let flow = Flow::default()
        .invoke("call", 8, "keep", "end")
        .block(
            "keep",
            "UpdateContactAttributes",
            json!({"Attributes": {"returnedContactName": "$.External.Name"}}),
        )
        .next("say")
        .error("NoMatchingError", "end")
        .say(
            "say",
            "$.External.Name, $.LambdaInvocation.ResultData.Name, $.Attributes.returnedContactName",
            "end",
        )
        .end("end");
    let walk = Walk::of(flow).data("call", 300, json!({"Name": "Ann"})).go();
    assert_eq!(walk.said(), ["Ann, Ann, Ann"]);
    assert_eq!(walk.attribute("returnedContactName"), Some("Ann"));
}

#[test]
fn an_answer_replaces_the_one_before_as_a_whole() {
    let flow = Flow::default().invoke("a", 8, "b", "end").invoke("b", 8, "say", "end");
    let flow = flow.say("say", "<$.External.x><$.External.y>", "end").end("end");
    let walk = Walk::of(flow).data("a", 0, json!({"x": "1"})).data("b", 0, json!({"y": "2"})).go();
    assert_eq!(walk.said(), ["<><2>"]);
}

#[test]
fn the_answer_is_not_sent_to_the_next_function() {
    let flow = Flow::default().invoke("a", 8, "b", "end").invoke("b", 8, "end", "end").end("end");
    let walk = Walk::of(flow).data("a", 0, json!({"x": "1"})).go();
    let [_, Asked::Function(call)] = &walk.asked[..] else { panic!("{:?}", walk.asked) };
    assert!(call.parameters.is_empty());
}

#[test]
fn parameters_are_sent_with_their_references_filled_in() {
    let parameters = json!({"LambdaFunctionARN": "$.Attributes.tier", "InvocationTimeLimitSeconds": "5",
        "LambdaInvocationAttributes": {"who": "the $.Attributes.tier one", "deep": {"n": ["$.Attributes.n"]}}});
    let walk = Walk::of(Flow::default().block("call", "InvokeLambdaFunction", parameters)).go();
    let [Asked::Function(call)] = &walk.asked[..] else { panic!("{:?}", walk.asked) };
    assert_eq!((call.function.as_str(), call.limit_seconds), ("gold", Some(5)));
    assert_eq!(call.parameters["who"], "the gold one");
    assert_eq!(call.parameters["deep"], json!({"n": ["12"]}));
}

#[test]
fn every_error_takes_the_error_branch_with_its_cause() {
    for (answer, cause) in [
        (Answer::error("NoMatchingError"), Cause::Answered),
        (Answer::new(Reply::TimeOut), Cause::TimeOver),
        (Answer { data: Some(json!(null)), ..Answer::new(Reply::Done) }, Cause::NotAnObject),
        (Answer { data: Some(json!([1])), ..Answer::new(Reply::Done) }, Cause::NotAnObject),
        (
            Answer { data: Some(json!({"a": {"b": "c"}})), ..Answer::new(Reply::Done) },
            Cause::Nested { key: "a".to_owned() },
        ),
    ] {
        let walk = Walk::of(one()).answer("call", answer).go();
        assert_eq!((walk.path[0].as_str(), &walk.causes[..]), ("call: NoMatchingError", &[cause][..]));
    }
}

#[test]
fn a_nested_answer_is_taken_by_a_block_that_reads_json() {
    let parameters = json!({"LambdaFunctionARN": "f", "ResponseValidation": {"ResponseType": "JSON"}});
    let flow = Flow::default().block("call", "InvokeLambdaFunction", parameters).next("say");
    let flow = flow.say("say", "$.External.a.b<$.External.list.0>", "end").end("end");
    let walk = Walk::of(flow).data("call", 0, json!({"a": {"b": 3}, "list": ["x"]})).go();
    assert_eq!(walk.said(), ["3<>"], "items of lists cannot be referred to");
}

#[test]
fn numbers_in_a_flat_map_are_taken_as_text_by_s8() {
    let walk = Walk::of(one()).data("call", 0, json!({"Name": 7})).go();
    assert_eq!((walk.said(), walk.switches()), (vec!["Hello 7"], vec![Switch::S8]));
    let walk = Walk::of(one()).assume("S8=not-text-refused").data("call", 0, json!({"Name": 7})).go();
    assert_eq!(walk.causes, [Cause::NotText { key: "Name".to_owned() }]);
}

#[test]
fn a_limit_that_is_over_takes_its_own_branch_only_where_it_is_declared_by_s4() {
    let declared = || {
        let flow = Flow::default().invoke("call", 2, "end", "end");
        flow.error("TimeLimitExceeded", "end").end("end")
    };
    let late = || Answer::new(Reply::TimeOut);
    let walk = Walk::of(declared()).answer("call", late()).go();
    assert_eq!((walk.path[0].as_str(), walk.state.clock_ms), ("call: TimeLimitExceeded", 2_000));
    assert_eq!(walk.switches(), [Switch::S4]);
    let walk = Walk::of(declared()).assume("S4=timeout-as-error").answer("call", late()).go();
    assert_eq!(walk.path[0], "call: NoMatchingError");
    assert_eq!(Walk::of(one()).answer("call", late()).go().path[0], "call: NoMatchingError");
}

#[test]
fn an_earlier_answer_after_a_failed_call_is_marked_when_it_is_read_by_s2() {
    let flow = || Flow::default().invoke("first", 8, "call", "end");
    let flow = || Flow { blocks: [flow().blocks, one().blocks].concat() };
    let walk = |walk: Walk| {
        walk.data("first", 0, json!({"Name": "Ann"})).answer("call", Answer::error("NoMatchingError")).go()
    };
    let kept = walk(Walk::of(flow()));
    assert_eq!((kept.said(), kept.switches()), (vec!["Sorry Ann"], vec![Switch::S2]));
    let emptied = walk(Walk::of(flow()).assume("S2=answer-emptied"));
    assert_eq!((emptied.said(), emptied.switches()), (vec!["Sorry "], vec![Switch::S2, Switch::S1]));
}

/// Three functions of up to 8 seconds, with something before the last one.
fn chain(between: Flow) -> Flow {
    let flow = Flow::default().invoke("a", 8, "b", "cut").invoke("b", 8, "between", "cut");
    let flow = Flow { blocks: [flow.blocks, between.blocks].concat() };
    flow.invoke("c", 8, "end", "cut").say("cut", "Sorry", "end").end("end")
}

fn slow(walk: Walk) -> Walk {
    walk.data("a", 7_000, json!({})).data("b", 7_000, json!({})).data("c", 7_000, json!({})).go()
}

#[test]
fn a_chain_over_20_seconds_without_a_prompt_is_cut() {
    let quiet = Flow::default().block("between", "UpdateFlowLoggingBehavior", json!({})).next("c");
    let walk = slow(Walk::of(chain(quiet)));
    assert_eq!(walk.path[3], "c: NoMatchingError");
    assert_eq!((&walk.causes[..], walk.state.clock_ms), (&[Cause::Chain][..], 20_000));
    assert!(walk.effects.contains(&Effect::ChainCut));
    assert_eq!(walk.state.longest_silence_ms, 20_000);
}

#[test]
fn a_chain_with_a_prompt_is_not_cut() {
    let walk = slow(Walk::of(chain(Flow::default().say("between", "One moment", "c"))));
    assert_eq!(walk.path[3], "c: next");
    assert_eq!((walk.state.clock_ms, walk.state.longest_silence_ms), (21_000, 14_000));
}

#[test]
fn what_else_restarts_the_chain_is_by_s9() {
    let menu = || {
        let flow = Flow::default().block("between", "GetParticipantInput", json!({"Text": "Press 1"}));
        flow.when("Equals", "1", "c").error("NoMatchingError", "end")
    };
    let walk = slow(Walk::of(chain(menu())).result("between", "1"));
    assert_eq!((walk.path[3].as_str(), walk.switches()), ("c: next", vec![Switch::S9]));
    let walk = slow(Walk::of(chain(menu())).assume("S9=chain-play-prompt").result("between", "1"));
    assert_eq!(walk.path[3], "c: NoMatchingError");
}

fn asynchronous() -> Flow {
    let parameters = json!({"LambdaFunctionARN": "f", "InvocationType": "ASYNCHRONOUS", "InvocationTimeLimitSeconds": "60"});
    Flow::default()
        .invoke("first", 8, "call", "end")
        .block("call", "InvokeLambdaFunction", parameters)
        .next("say")
        .error("NoMatchingError", "end")
        .say("say", "$.External.Name $.LambdaInvocation.InvocationId", "end")
        .end("end")
}

#[test]
fn an_asynchronous_call_sets_its_id_and_leaves_the_answer_alone() {
    let walk = Walk::of(asynchronous()).data("first", 0, json!({"Name": "Ann"}));
    let walk = walk.data("call", 30_000, json!({"InvocationId": "i-1", "Name": "Bob"})).go();
    assert_eq!((walk.said(), walk.state.clock_ms), (vec!["Ann i-1"], 0));
}

#[test]
fn a_call_in_a_form_that_is_not_published_asks_for_its_branch() {
    let parameters = json!({"LambdaFunctionARN": "f", "InvocationType": "LOAD_RESULT"});
    let flow = Flow::default().block("call", "InvokeLambdaFunction", parameters).next("end").end("end");
    let walk = Walk::of(flow).answer("call", Answer::new(Reply::Done)).go();
    assert_eq!((&walk.asked[..], walk.switches()), (&[Asked::Undecidable][..], vec![Switch::S10]));
    assert_eq!(walk.path[0], "call: next");
}

#[test]
fn a_function_that_is_not_named_fails() {
    let parameters = json!({"LambdaFunctionARN": "$.Attributes.none"});
    let flow = Flow::default().block("call", "InvokeLambdaFunction", parameters).next("end");
    let walk = Walk::of(flow.error("NoMatchingError", "end").end("end")).go();
    assert_eq!(walk.path[0], "call: NoMatchingError");
}
