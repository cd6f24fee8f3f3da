//! What the contact hears, and its silence.

use super::*;

fn prompt(parameters: Value) -> Flow {
    let flow = Flow::default().block("say", "MessageParticipant", parameters).next("end");
    flow.error("NoMatchingError", "failed").end("end").end("failed")
}

#[test]
fn a_prompt_ends_the_silence() {
    let flow = Flow::default().invoke("call", 8, "say", "end").say("say", "Hello", "end").end("end");
    let walk = Walk::of(flow).data("call", 4_000, json!({})).go();
    assert_eq!((walk.state.silence_ms, walk.state.longest_silence_ms, walk.state.heard), (0, 4_000, true));
}

#[test]
fn an_unset_reference_in_a_prompt_is_empty_or_as_written_by_s1_and_warns() {
    let walk = Walk::of(prompt(json!({"Text": "Hello $.Attributes.name!"}))).go();
    assert_eq!((walk.said(), walk.switches()), (vec!["Hello !"], vec![Switch::S1]));
    let reference = "$.Attributes.name".to_owned();
    assert!(walk.effects.contains(&Effect::Warned(Warning::Unset { reference })));
    let walk =
        Walk::of(prompt(json!({"Text": "Hello $.Attributes.name!"}))).assume("S1=unset-as-written").go();
    assert_eq!(walk.said(), ["Hello $.Attributes.name!"]);
}

#[test]
fn a_prompt_that_is_empty_is_not_heard() {
    let walk = Walk::of(prompt(json!({"Text": "$.Attributes.name"}))).go();
    assert!(walk.said().is_empty() && !walk.state.heard);
    assert!(walk.effects.contains(&Effect::Warned(Warning::NothingSaid)));
}

#[test]
fn a_pause_alone_is_not_heard() {
    let walk = Walk::of(prompt(json!({"SSML": "<speak><break time=\"5s\"/></speak>"}))).go();
    assert!(!walk.state.heard);
    assert!(Walk::of(prompt(json!({"SSML": "<speak>Hi</speak>"}))).go().state.heard);
}

#[test]
fn a_recording_is_named_as_people_call_it() {
    let mut walk = Walk::of(prompt(json!({"PromptId": "arn:p"})));
    walk.program.names.insert("arn:p".to_owned(), "Music".to_owned());
    let walk = walk.go();
    assert_eq!(walk.effects[0], Effect::Said { form: Speech::Prompt, text: "Music".to_owned() });
}

#[test]
fn recordings_and_marks_are_for_voice_alone() {
    for parameters in [json!({"PromptId": "arn:p"}), json!({"SSML": "<speak>Hi</speak>"})] {
        assert_eq!(Walk::of(prompt(parameters)).channel("CHAT").go().path[0], "say: NoMatchingError");
    }
    assert_eq!(Walk::of(prompt(json!({"Text": "Hi"}))).channel("CHAT").go().said(), ["Hi"]);
}

#[test]
fn a_task_hears_nothing_and_goes_on() {
    let walk = Walk::of(prompt(json!({"PromptId": "arn:p"}))).channel("TASK").go();
    assert_eq!((walk.path[0].as_str(), walk.state.heard), ("say: next", false));
    assert!(walk.effects.contains(&Effect::Unheard));
}

#[test]
fn tokens_of_the_manifest_are_filled_in() {
    let mut walk = Walk::of(prompt(json!({"Text": "${value.greeting} ${value.other} $5 $${x}"})));
    walk.program.tokens.insert("${value.greeting}".to_owned(), "Hello".to_owned());
    assert_eq!(walk.go().said(), ["Hello ${value.other} $5 ${x}"]);
}

fn music() -> Flow {
    let messages = json!([{"Text": "one"}, {"Text": "two"}]);
    Flow::default()
        .block(
            "music",
            "MessageParticipantIteratively",
            json!({"Messages": messages, "InterruptFrequencySeconds": "30"}),
        )
        .when("Equals", "MessagesInterrupted", "music")
        .error("NoMatchingError", "end")
        .end("end")
}

#[test]
fn interrupted_prompts_begin_again_at_the_first() {
    let walk = Walk::of(music()).answer("music", Answer::new(Reply::TimeOut));
    let walk = walk.answer("music", Answer::new(Reply::Done)).go();
    assert_eq!(walk.path, ["music: Equals MessagesInterrupted", "music: leaves"]);
    assert_eq!(walk.said(), ["one", "two", "one", "two"]);
    assert_eq!((walk.state.clock_ms, &walk.state.end), (30_000, &Some(End::Taken)));
}

#[test]
fn repeated_prompts_fail_on_chat_and_without_an_error_branch_the_flow_stops() {
    assert_eq!(Walk::of(music()).channel("CHAT").go().path[0], "music: NoMatchingError");
    let flow = Flow::default().block("music", "MessageParticipantIteratively", json!({"Messages": []}));
    let walk = Walk::of(flow).channel("CHAT").go();
    assert_eq!(walk.path, ["music: missing"]);
    assert!(matches!(walk.state.end, Some(End::Lost(Lost::NoBranch(_)))));
}
