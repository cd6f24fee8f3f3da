//! What the customer enters.

use super::*;

fn menu() -> Flow {
    Flow::default()
        .block("menu", "GetParticipantInput", json!({"Text": "Press 1", "InputTimeLimitSeconds": "5"}))
        .when("Equals", "1", "end")
        .next("end")
        .error("InputTimeLimitExceeded", "end")
        .error("NoMatchingCondition", "end")
        .error("NoMatchingError", "end")
        .end("end")
}

fn store(more: Value) -> Flow {
    let mut parameters = json!({"Text": "Your number", "StoreInput": "True", "InputTimeLimitSeconds": "5",
        "InputValidation": {"CustomValidation": {"MaximumLength": "4"}}});
    for (name, value) in more.as_object().unwrap() {
        parameters[name] = value.clone();
    }
    Flow::default()
        .block("store", "GetParticipantInput", parameters)
        .next("say")
        .error("NoMatchingError", "end")
        .error("InvalidPhoneNumber", "end")
        .say("say", "$.StoredCustomerInput", "end")
        .end("end")
}

#[test]
fn a_digit_of_a_menu_takes_its_condition() {
    assert_eq!(Walk::of(menu()).result("menu", "1").go().path[0], "menu: Equals 1");
}

#[test]
fn a_digit_that_no_condition_has_takes_no_matching_condition_and_not_next() {
    assert_eq!(Walk::of(menu()).result("menu", "2").go().path[0], "menu: NoMatchingCondition");
}

#[test]
fn a_menu_without_an_entry_is_over_after_its_limit() {
    let walk = Walk::of(menu()).answer("menu", Answer::new(Reply::TimeOut)).go();
    assert_eq!((walk.path[0].as_str(), walk.state.clock_ms), ("menu: InputTimeLimitExceeded", 5_000));
    assert_eq!(walk.state.silence_ms, 5_000);
}

#[test]
fn store_mode_without_entry_takes_the_success_branch_with_timeout() {
    let walk = Walk::of(store(json!({}))).answer("store", Answer::new(Reply::TimeOut)).go();
    assert_eq!(walk.path, ["store: next", "say: next", "end: leaves"]);
    assert_eq!(walk.said(), ["Your number", "Timeout"]);
    assert_eq!(walk.state.clock_ms, 5_000);
}

#[test]
fn store_mode_keeps_what_stands_before_the_terminator() {
    assert_eq!(Walk::of(store(json!({}))).result("store", "12#34").go().said()[1], "12");
    let other = json!({"DTMFConfiguration": {"InputTerminationSequence": "99"}});
    assert_eq!(Walk::of(store(other)).result("store", "1299").go().said()[1], "12");
}

#[test]
fn store_mode_ends_at_the_most_digits() {
    assert_eq!(Walk::of(store(json!({}))).result("store", "123456").go().said()[1], "1234");
}

#[test]
fn the_star_begins_the_entry_anew_unless_it_is_switched_off() {
    assert_eq!(Walk::of(store(json!({}))).result("store", "12*34").go().said()[1], "34");
    let off = json!({"DTMFConfiguration": {"DisableCancelKey": "true"}});
    assert_eq!(Walk::of(store(off)).result("store", "1*3").go().said()[1], "1*3");
}

#[test]
fn an_invalid_telephone_number_is_an_error_that_the_world_says() {
    let flow = store(json!({"InputValidation": {"PhoneNumberValidation": {"NumberFormat": "Local"}}}));
    let walk = Walk::of(flow).answer("store", Answer::error("InvalidPhoneNumber")).go();
    assert_eq!(
        (walk.path[0].as_str(), &walk.causes[..]),
        ("store: InvalidPhoneNumber", &[Cause::Answered][..])
    );
}

#[test]
fn an_entry_is_taken_on_voice_alone() {
    for channel in ["CHAT", "TASK", "EMAIL"] {
        let walk = Walk::of(menu()).channel(channel).go();
        assert_eq!(walk.path[0], "menu: NoMatchingError", "{channel}");
        assert!(matches!(walk.causes[..], [Cause::Channel(_)]));
    }
}

#[test]
fn an_encrypted_entry_is_not_shown() {
    let walk =
        Walk::of(store(json!({"InputEncryption": {"EncryptionKeyId": "k"}}))).result("store", "1234").go();
    assert!(walk.effects.contains(&Effect::Stored(None)));
}

#[test]
fn keys_that_no_telephone_has_are_refused() {
    for (flow, block) in [(menu(), "menu"), (store(json!({})), "store")] {
        assert!(Walk::of(flow).result(block, "x").go().path.is_empty());
    }
}

#[test]
fn an_entry_ends_the_silence() {
    let answer = Answer { after_ms: 3_000, ..Answer::result("1") };
    let walk = Walk::of(menu()).answer("menu", answer).go();
    assert_eq!((walk.state.silence_ms, walk.state.longest_silence_ms), (0, 3_000));
}
