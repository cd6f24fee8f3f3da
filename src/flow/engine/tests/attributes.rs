//! What a flow sets, and who sees it.

use super::*;

fn set(parameters: Value) -> Flow {
    let flow = Flow::default().block("set", "UpdateContactAttributes", parameters).next("end");
    flow.error("NoMatchingError", "failed").end("end").end("failed")
}

#[test]
fn attributes_are_set_with_references_filled_in_and_names_with_blanks() {
    let flow = Flow::default()
        .block("set", "UpdateContactAttributes", json!({"Attributes": {"two words": "is $.Attributes.tier"}}))
        .next("say")
        .say("say", "$.Attributes.['two words']", "end")
        .end("end");
    assert_eq!(Walk::of(flow).go().said(), ["is gold"]);
}

#[test]
fn attributes_are_set_all_or_none() {
    let large = json!({"Attributes": {"a": "1", "b": "x".repeat(33 << 10)}, "TargetContact": "Current"});
    let walk = Walk::of(set(large)).go();
    assert_eq!((walk.path[0].as_str(), &walk.causes[..]), ("set: NoMatchingError", &[Cause::TooLarge][..]));
    assert_eq!(walk.attribute("a"), None);
}

#[test]
fn attributes_of_the_related_contact_are_not_those_of_this_one() {
    let walk = Walk::of(set(json!({"Attributes": {"a": "1"}, "TargetContact": "Related"}))).go();
    assert_eq!(walk.attribute("a"), None);
    let (scope, name, value) = (Scope::Related, "a".to_owned(), Some("1".to_owned()));
    assert!(walk.effects.contains(&Effect::Attribute { scope, name, value }));
}

#[test]
fn an_attribute_of_what_is_not_set_is_empty_and_warns() {
    let walk = Walk::of(set(json!({"Attributes": {"a": "$.External.none"}}))).go();
    assert_eq!(walk.attribute("a"), Some(""));
    assert!(matches!(walk.effects[0], Effect::Warned(Warning::Unset { .. })));
}

#[test]
fn flow_attributes_are_read_in_their_flow() {
    let value = json!({"FlowAttributes": {"a.b": {"Type": "String", "Value": "1"}}});
    let flow = Flow::default().block("set", "UpdateFlowAttributes", value).next("say");
    let flow = flow.say("say", "<$.FlowAttributes.a.b>", "end").end("end");
    assert_eq!(Walk::of(flow).go().said(), ["<1>"]);
}

#[test]
fn members_of_the_contact_are_set_by_their_names() {
    let flow =
        Flow::default().block("set", "UpdateContactData", json!({"LanguageCode": "de-DE"})).next("say");
    let flow = flow.say("say", "$.LanguageCode $.Channel", "end").end("end");
    assert_eq!(Walk::of(flow).go().said(), ["de-DE VOICE"]);
}

#[test]
fn tags_are_set_and_removed() {
    let flow = Flow::default()
        .block("set", "TagContact", json!({"Tags": {"a": "1", "b": "2"}}))
        .next("remove")
        .block("remove", "UnTagContact", json!({"TagKeys": ["a"]}))
        .next("say")
        .say("say", "<$.Tags.a><$.Tags.b>", "end")
        .end("end");
    assert_eq!(Walk::of(flow).go().said(), ["<><2>"]);
}

#[test]
fn a_setting_succeeds_unless_an_error_of_it_is_answered() {
    let flow = || {
        let flow = Flow::default().block("set", "UpdateContactRecordingBehavior", json!({})).next("end");
        flow.error("NoMatchingError", "failed").end("end").end("failed")
    };
    assert_eq!(Walk::of(flow()).go().path[0], "set: next");
    let walk = Walk::of(flow()).answer("set", Answer::error("NoMatchingError")).go();
    assert_eq!(walk.path[0], "set: NoMatchingError");
    assert!(Walk::of(flow()).answer("set", Answer::error("Other")).go().path.is_empty());
}

#[test]
fn a_callback_number_that_is_none_is_refused() {
    let flow = |number: &str| {
        Flow::default()
            .block("set", "UpdateContactCallbackNumber", json!({ "CallbackNumber": number }))
            .next("say")
            .error("InvalidCallbackNumber", "end")
            .error("CallbackNumberNotDialable", "end")
            .say("say", "$.CustomerCallBackPhoneNumber", "end")
            .end("end")
    };
    assert_eq!(Walk::of(flow("+447700900123")).go().said(), ["+447700900123"]);
    assert_eq!(Walk::of(flow("$.StoredCustomerInput")).go().path[0], "set: InvalidCallbackNumber");
    let walk = Walk::of(flow("1")).answer("set", Answer::error("CallbackNumberNotDialable")).go();
    assert_eq!(walk.path[0], "set: CallbackNumberNotDialable");
}

#[test]
fn the_voice_stays_with_the_contact() {
    let flow = Flow::default()
        .block("set", "UpdateContactTextToSpeechVoice", json!({"TextToSpeechVoice": "Amy"}))
        .next("over")
        .block("over", "TransferToFlow", json!({"ContactFlowId": "next"}));
    let next = Flow::default().say("say", "$.TextToSpeechVoiceId", "end").end("end");
    let program = program(vec![("main", FlowType::ContactFlow, flow), ("next", FlowType::ContactFlow, next)]);
    assert_eq!(Walk::in_program(program).go().said(), ["Amy"]);
}
