//! Real flows whose data findings were worked out by hand: exactly these must be found, by these ways.

use super::super::Document;
use super::super::facts::Facts;
use super::super::rules::{self, FlowView};
use super::texts;

/// The rules about data; the others are judged elsewhere.
const CODES: [&str; 9] = [
    "attribute-never-set",
    "dynamic-attribute-name",
    "external-after-failure",
    "external-async",
    "external-before-invocation",
    "external-nested-read",
    "external-replaced",
    "external-unknown-key",
    "flow-attribute-never-set",
];

/// Writes what is found in the real flow whose path ends so: `code block severity/confidence`, then behind `by` the
/// step of the way that decides: the last one that leaves an invocation, if there is one. Blocks are named by the first
/// eight characters. Nothing where no folder of flows is named.
fn found(file: &str, facts: &Facts) -> Option<Vec<String>> {
    let texts = texts();
    if texts.is_empty() {
        return None;
    }
    let (_, text) =
        texts.iter().find(|(path, _)| path.ends_with(file)).unwrap_or_else(|| panic!("no {file}"));
    let document = Document::parse(text).unwrap();
    let view = FlowView::new(&document, None);
    let short = |name: &str| name.chars().take(8).collect::<String>();
    let found = rules::check(&view, facts, rules::ALL);
    let lines = found.into_iter().filter(|finding| CODES.contains(&finding.code)).map(|finding| {
        let invokes =
            |name: &str| document.find(name).is_ok_and(|block| document.invocation(block).is_some());
        let step = finding.path.iter().rev().find(|step| invokes(&step.block));
        let by = step.map_or(String::new(), |step| format!(" by {} {}", short(&step.block), step.by));
        let (severity, confidence) = (finding.severity.as_str(), finding.confidence.as_str());
        let block = finding.block.as_deref().map_or_else(String::new, short);
        format!("{} {block} {severity}/{confidence}{by}", finding.code)
    });
    Some(lines.collect())
}

#[track_caller]
fn expect(file: &str, facts: &Facts, expected: &[&str]) {
    if let Some(found) = found(file, facts) {
        assert_eq!(found, expected, "{file}");
    }
}

/// The facts that the functions, by the text that names them in the flow, declare to answer these keys.
fn declared(functions: &[(&str, &[&str])]) -> Facts {
    let mut facts = Facts::default();
    for (text, keys) in functions {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        facts.functions.entry((*text).to_owned()).or_default().response_keys = Some(keys);
    }
    facts
}

/// The flow is handed contacts with the answer of a function: before any invocation it compares the type of the offer
/// (a chat goes to the bot at once), so that it leans on what was there; the prompt for no match, 3998f9c7, is the
/// first of the text that reads without having compared. 63e4ab58 counts an error; success and Error both go back to the start,
/// where an earlier invocation of the round has answered: the three reads behind the start that no comparison
/// protects (the prompt for no match, the bots of voice and chat) may meet the failure. The prompts for a type that
/// did match may not: there was an answer to compare.
#[test]
fn a_menu_that_goes_round_by_an_error_counter() {
    expect(
        "connect__contactflows__RulesEngineNLUMenu.json",
        &Facts::default(),
        &[
            "external-after-failure 3998f9c7 warning/medium by 63e4ab58 NoMatchingError",
            "external-before-invocation 3998f9c7 info/low",
            "external-after-failure 46677a44 warning/medium by 63e4ab58 NoMatchingError",
            "external-after-failure 484c220b warning/medium by 63e4ab58 NoMatchingError",
        ],
    );
}

/// The error branches all go to a transfer; so only what was there at the entry can be missing. It is mentioned at the
/// first block of the text that reads it unprotected.
#[test]
fn an_input_that_goes_round_without_error_branches() {
    expect(
        "connect__contactflows__RulesEngineNLUInput.json",
        &Facts::default(),
        &["external-before-invocation ea12108d info/low"],
    );
    expect(
        "connect__contactflows__RulesEngineDTMFInput.json",
        &Facts::default(),
        &["external-before-invocation 092f1ea2 info/low"],
    );
}

/// 988c6386 makes a callback; its Error branch goes to the comparison of the failure message's type, and from there
/// on to the comparison of the message's type. Both have a prompt for no match, which reads. 990d1323 is the first
/// block of the text that reads what was there at the entry, without a comparison before it that held on every way. 200 attributes get their names from
/// the function.
#[test]
fn a_queue_of_a_hundred_blocks() {
    expect(
        "connect__contactflows__RulesEngineQueue.json",
        &Facts::default(),
        &[
            "external-after-failure 114d723c warning/medium by 988c6386 NoMatchingError",
            "external-before-invocation 990d1323 info/low",
            "external-after-failure 02c01ac3 warning/medium by 988c6386 NoMatchingError",
            "dynamic-attribute-name b0c5c42e advice/high",
        ],
    );
}

/// Two invocations in a row; the second may fail after the first has answered, but what follows is a comparison that
/// ends the flow for no match, and the prompts behind it are said only for a type that did match.
#[test]
fn a_whisper_behind_a_comparison() {
    expect("connect__contactflows__RulesEngineAgentWhisper.json", &Facts::default(), &[]);
}

/// An older export. 6e095c22 leads to the same block by success and Error, and e7825b58 copies three keys of its
/// answer. The attribute that the function gets is set before.
#[test]
fn an_older_export_with_one_way_for_success_and_error() {
    expect(
        "assets__kvsStreamingFlow.json",
        &Facts::default(),
        &["external-after-failure e7825b58 warning/high by 6e095c22 NoMatchingError"],
    );
}

/// An older export with three invocations before the read: 406d878c answers (its Error ends the call), 1a2d36e1 then
/// leads to the same block by success and Error: there 2c3db8f6 reads nothing, or what 406d878c answered.
#[test]
fn an_older_export_where_an_earlier_answer_may_stay() {
    expect(
        "Sample_Contact_Flows__Omilia_Integration_Test_Flow.json",
        &Facts::default(),
        &["external-after-failure 2c3db8f6 warning/medium by 1a2d36e1 NoMatchingError"],
    );
}

/// A loop that retries a function: its Error branch goes back to the loop, and whoever leaves the loop hears an excuse
/// that reads nothing. Each copy stands on the success branch of its function. `omniFlowFqn` comes from another flow.
#[test]
fn a_retry_by_a_loop() {
    expect(
        "ContactFlows__Sample_SCV_Transfer_Flow_For_Omni-Channel_Transfers.json",
        &Facts::default(),
        &["attribute-never-set 20a7ef27 info/low"],
    );
}

/// A survey: 768119b4 answers the configuration, then the loop's blocks 224cfa54, 3e442c84 and 10aa78f0 ask the same
/// helper, which is declared to answer four keys of its own. All three hand configuration keys on, and so does
/// 74423203 behind the loop: from the second question on the helper's answer has replaced the configuration.
/// 3e442c84 and 10aa78f0 read them right behind 224cfa54, in the first round already. What the helper itself answers
/// is read in order. All error branches end the call, or go on without a read.
#[test]
fn a_survey_that_hands_its_configuration_through_another_function() {
    const CONFIGURATION: [&str; 16] = [
        "surveyId",
        "introPrompt",
        "outroPrompt",
        "surveySize",
        "min",
        "max",
        "question_1",
        "question_2",
        "question_3",
        "question_4",
        "question_5",
        "flag_question_1",
        "flag_question_2",
        "flag_question_3",
        "flag_question_4",
        "flag_question_5",
    ];
    const HELPER: [&str; 4] = ["nextQuestion", "newCounter", "currentQuestionIndex", "validInput"];
    let file = "deployment__contact-surveys-amazon-connect.yaml__inner-0.json";
    let answers = |helper| {
        declared(&[("${LambdaGetSurveyConfig.Arn}", &CONFIGURATION), ("${LambdaSurveyUtils.Arn}", helper)])
    };
    expect(file, &Facts::default(), &[]);
    let replaced = [
        "external-replaced 74423203 warning/high by 3e442c84 next",
        "external-replaced 224cfa54 warning/high by 3e442c84 next",
        "external-replaced 3e442c84 warning/high by 224cfa54 next",
        "external-replaced 10aa78f0 warning/high by 224cfa54 next",
    ];
    expect(file, &answers(&HELPER), &replaced);
    // Without the next question in its answer, both blocks that ask it have nothing to say.
    let [outro, ask, voice, chat] = replaced;
    let expected = [
        outro,
        ask,
        "external-unknown-key 56177ee5 warning/high by 224cfa54 next",
        voice,
        chat,
        "external-unknown-key b80d83ff warning/high by 224cfa54 next",
    ];
    expect(file, &answers(&HELPER[1..]), &expected);
}
