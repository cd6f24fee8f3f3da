//! What `flowbind simulate` asks at a terminal, and how it goes forward and back there.

use crate::approval::Asked;
use crate::world::World;

/// How often a text was on the screen.
fn times<'t>(text: &'t str, so_often: usize) -> impl Fn(&str) -> bool + 't {
    move |said| said.matches(text).count() >= so_often
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_asked_and_asked_again_after_a_wrong_answer() {
    let world = World::demo().await;
    let mut asked = Asked::start(&world, &["simulate", "flow/main-ivr", "demo"]);
    asked.until(times("what does the customer press?", 1)).await;
    asked.say("x");
    asked.until(times("what does the customer press?", 2)).await;
    asked.say("1");
    asked.until(times("`Offer a person`", 1)).await;
    asked.say("none");
    let (code, said, results) = asked.end().await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("`x` is not an answer that the block takes"), "{said}");
    assert!(results.contains("Say goodbye (MessageParticipant)"), "{results}");
    assert!(results.contains("the contact is disconnected"), "{results}");
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_go_forward_and_back_and_a_wrong_turn_can_be_taken_back() {
    let world = World::demo().await;
    let mut asked = Asked::start(&world, &["simulate", "flow/main-ivr", "--step", "--input", "1", "demo"]);
    let prompt = "Enter for the next block";
    for (at, line) in ["", "b", "b", "b", "", "q"].into_iter().enumerate() {
        asked.until(times(prompt, at + 1)).await;
        asked.say(line);
    }
    let (code, said, results) = asked.end().await;
    assert_eq!(code, Some(0), "{said}");
    let shown: Vec<&str> =
        results.lines().filter(|line| line.contains('(') && !line.starts_with(' ')).collect();
    let first = "Write flow logs (UpdateFlowLoggingBehavior)  0 s";
    let second = "Set voice (UpdateContactTextToSpeechVoice)  0 s";
    // Forward, back to the first, before the first, and forward again.
    assert_eq!(shown, [first, second, first, first], "{results}");
}
