//! Bots, views, waits, and what the engine does not decide.

use super::*;

fn bot(limit: Option<&str>) -> Flow {
    let mut parameters = json!({"Text": "How can I help?", "LexV2Bot": {"AliasArn": "arn:bot"}});
    if let Some(limit) = limit {
        parameters["LexTimeoutSeconds"] = json!({ "Text": limit });
    }
    Flow::default()
        .block("bot", "ConnectParticipantWithLexBot", parameters)
        .when("Equals", "Orders", "say")
        .error("NoMatchingCondition", "end")
        .error("NoMatchingError", "end")
        .error("InputTimeLimitExceeded", "end")
        .say("say", "$.Lex.IntentName $.Lex.Slots.number", "end")
        .end("end")
}

#[test]
fn a_bot_gives_an_intent_and_what_is_under_lex() {
    let answer = Answer { data: Some(json!({"Slots": {"number": "7"}})), ..Answer::result("Orders") };
    let walk = Walk::of(bot(None)).answer("bot", answer).go();
    assert_eq!(walk.said(), ["How can I help?", "Orders 7"]);
    assert_eq!(Walk::of(bot(None)).result("bot", "Other").go().path[0], "bot: NoMatchingCondition");
}

#[test]
fn a_bot_is_out_of_time_only_where_the_block_has_a_limit() {
    let late = || Answer::new(Reply::TimeOut);
    let walk = Walk::of(bot(Some("60"))).answer("bot", late()).go();
    assert_eq!((walk.path[0].as_str(), walk.state.clock_ms), ("bot: InputTimeLimitExceeded", 60_000));
    assert!(Walk::of(bot(None)).answer("bot", late()).go().path.is_empty());
}

fn view() -> Flow {
    Flow::default()
        .block("view", "ShowView", json!({"ViewResource": {"Id": "v"}, "InvocationTimeLimitSeconds": "60"}))
        .when("Equals", "Next", "say")
        .error("NoMatchingCondition", "end")
        .error("TimeLimitExceeded", "end")
        .say("say", "$.Views.Action $.Views.ViewResultData.name", "end")
        .end("end")
}

#[test]
fn a_view_gives_an_action_and_its_result() {
    let answer = Answer { data: Some(json!({"name": "Ann"})), ..Answer::result("Next") };
    assert_eq!(Walk::of(view()).answer("view", answer).go().said(), ["Next Ann"]);
    let walk = Walk::of(view()).answer("view", Answer::new(Reply::TimeOut)).go();
    assert_eq!((walk.path[0].as_str(), walk.state.clock_ms), ("view: TimeLimitExceeded", 60_000));
}

fn wait(parameters: Value) -> Flow {
    Flow::default()
        .block("wait", "Wait", parameters)
        .when("Equals", "WaitCompleted", "end")
        .when("Equals", "CustomerReturned", "end")
        .error("NoMatchingError", "end")
        .end("end")
}

#[test]
fn a_wait_ends_with_its_time_or_an_event() {
    let events = || json!({"TimeLimitSeconds": "900", "Events": ["CustomerReturned"]});
    let walk = Walk::of(wait(events())).channel("CHAT").answer("wait", Answer::new(Reply::TimeOut)).go();
    assert_eq!((walk.path[0].as_str(), walk.state.clock_ms), ("wait: Equals WaitCompleted", 900_000));
    let answer = Answer { after_ms: 5_000, ..Answer::result("CustomerReturned") };
    let walk = Walk::of(wait(events())).channel("CHAT").answer("wait", answer).go();
    assert_eq!((walk.path[0].as_str(), walk.state.clock_ms), ("wait: Equals CustomerReturned", 5_000));
}

#[test]
fn a_wait_without_events_asks_nothing_and_fails_on_voice() {
    for key in ["TimeLimitSeconds", "TimeoutSeconds"] {
        let walk = Walk::of(wait(json!({ key: "60" }))).channel("CHAT").go();
        assert_eq!((walk.path[0].as_str(), walk.state.clock_ms), ("wait: Equals WaitCompleted", 60_000));
    }
    assert_eq!(Walk::of(wait(json!({"TimeLimitSeconds": "60"}))).go().path[0], "wait: NoMatchingError");
}

fn profile() -> Flow {
    Flow::default()
        .block("profile", "GetCustomerProfile", json!({}))
        .next("say")
        .error("NoneFoundError", "end")
        .error("NoMatchingError", "end")
        .say("say", "$.Customer.FirstName", "end")
        .end("end")
}

#[test]
fn a_profile_is_answered_and_fills_its_namespace() {
    let walk = Walk::of(profile()).data("profile", 0, json!({"FirstName": "Ann"})).go();
    assert_eq!(walk.said(), ["Ann"]);
    let walk = Walk::of(profile()).answer("profile", Answer::error("NoneFoundError")).go();
    assert_eq!(walk.path[0], "profile: NoneFoundError");
}

#[test]
fn a_type_that_is_not_known_asks_and_never_succeeds_by_itself() {
    let flow = || {
        let flow = Flow::default().block("new", "BrandNewBlock", json!({})).next("end");
        flow.when("Equals", "Blue", "end").error("TooGreen", "end").end("end")
    };
    let walk = Walk::of(flow()).go();
    assert_eq!((walk.path.len(), &walk.asked[..]), (0, &[Asked::Undecidable][..]));
    assert_eq!(Walk::of(flow()).answer("new", Answer::new(Reply::Done)).go().path[0], "new: next");
    assert_eq!(Walk::of(flow()).result("new", "Blue").go().path[0], "new: Equals Blue");
    assert_eq!(Walk::of(flow()).answer("new", Answer::error("TooGreen")).go().path[0], "new: TooGreen");
    assert!(Walk::of(flow()).answer("new", Answer::error("TooRed")).go().path.is_empty());
}

#[test]
fn an_answer_that_was_not_asked_for_is_refused() {
    let program =
        program(vec![("main", FlowType::ContactFlow, Flow::default().say("a", "Hi", "b").end("b"))]);
    let state = State::new(&program, Key::flow("main"), json!({}));
    let refused = step(&program, &Assumptions::default(), &state, Some(&Answer::new(Reply::Done)));
    assert_eq!(refused, Step::Refused(Refusal::NotAsked));
}

#[test]
fn a_flow_without_a_start_is_lost() {
    let state = State::new(&Program::default(), Key::flow("main"), json!({}));
    assert_eq!(state.end, Some(End::Lost(Lost::NoStart(Key::flow("main")))));
}
