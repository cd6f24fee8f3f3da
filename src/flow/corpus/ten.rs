//! Ten real flows, chosen for difficulty: what must be found in them, by reasoning that was done by hand.
//!
//! Blocks are named by the first eight characters of their identifiers, or by their friendly names.

use super::super::document::Document;
use super::super::facts::Facts;
use super::super::finding::Finding;
use super::super::rules::{self, FlowView};
use super::texts;

/// The rules about structure, invocations and time; the others have tests of their own.
const CODES: [&str; 24] = [
    "action-not-in-flow-type",
    "content-too-long",
    "dangling-transition",
    "duplicate-identifier",
    "duplicate-key",
    "illegal-identifier",
    "lambda-arn-too-long",
    "lambda-chain-too-long",
    "lambda-dynamic-arn",
    "lambda-error-branch",
    "lambda-error-like-success",
    "lambda-time-limit",
    "lambda-unbounded-retry",
    "lambda-unqualified-arn",
    "missing-error-branch",
    "missing-member",
    "missing-next-action",
    "no-action",
    "no-way-out",
    "too-many-actions",
    "transition-on-terminal",
    "unknown-action-type",
    "unknown-start",
    "unreachable-block",
];

/// Shortens an identifier that nobody chose.
fn short(name: &str) -> &str {
    if name.len() == 36 && name.split('-').count() == 5 { &name[..8] } else { name }
}

/// Shows a finding as `code block confidence`, and its path as `block=seconds` where it counts time.
fn shown(finding: &Finding) -> String {
    let block = finding.block.as_deref().map_or("-", short);
    let timed = finding.path.iter().filter_map(|step| Some((short(&step.block), step.seconds?)));
    let path: Vec<_> = timed.map(|(block, seconds)| format!("{block}={seconds}")).collect();
    let text = format!("{} {block} {} {}", finding.code, finding.confidence.as_str(), path.join(" "));
    text.trim_end().to_owned()
}

fn assert_found(file: &str, expected: &[&str]) {
    let texts = texts();
    let mut checked = texts.is_empty();
    for (path, text) in texts.into_iter().filter(|(path, _)| path.ends_with(file)) {
        let document = Document::parse(&text).unwrap();
        let found = rules::check(&FlowView::new(&document, None), &Facts::default(), rules::ALL);
        let mut found: Vec<_> =
            found.iter().filter(|finding| CODES.contains(&finding.code)).map(shown).collect();
        found.sort();
        assert_eq!(found, expected, "{}", path.display());
        checked = true;
    }
    assert!(checked, "{file} is not in the folder that FLOWBIND_FLOWS names");
}

#[test]
fn every_code_is_a_rule() {
    assert!(CODES.iter().all(|code| rules::find(code).is_some()));
}

#[test]
fn a_queue_that_looks_up_rules_goes_round_in_silence() {
    // Prompts: the loop of prompts 5f2f3f62 at the start, three messages, three inputs. Behind each input comes
    // f361b145 or, on error, 41a2252f (7 s each), behind either 0edb9f46 or, on error, 610e37c0. Then 610e37c0 (7 s),
    // 71abd19a, by a condition b3b3ccae and, without a match, 610e37c0 again; or from 71abd19a by GOTO to 0edb9f46,
    // d319b2f1 (7 s), 91f9c3d2, 17a285f5 or 6b0b06e4 (7 s), 610e37c0. No Loop block and no prompt: endless. Conditions
    // might end it, but 7 + 7 + 7 + 7 = 28 s are lost when each block is come to once, so that it is sure.
    // 41a2252f and f361b145 lose the same over as many blocks; f361b145 is found first, since it is behind `next`. All
    // invocations hang together by 610e37c0, so that it is one finding.
    assert_found(
        "connect__contactflows__RulesEngineCustomerQueue.json",
        &[
            "lambda-chain-too-long 610e37c0 high eac389db=0 f361b145=7 610e37c0=14 71abd19a=14 b3b3ccae=14 610e37c0=21",
        ],
    );
}

#[test]
fn a_poll_without_a_prompt_is_endless_but_for_its_condition() {
    // From the start 89a6bf6b (8 s), e8f5fb15 and 2bc00c42 compare; "none" leads to e4dfabf0 (7 s), and 71a048de leads
    // back to it while the answer is START or RUN. 15 s when gone once, so it depends on the condition: not sure.
    assert_found(
        "connect__contactflows__RulesEngineIntegration.json",
        &[
            "lambda-chain-too-long e4dfabf0 medium 89a6bf6b=8 e8f5fb15=8 2bc00c42=8 e4dfabf0=15 71a048de=15 e4dfabf0=22",
        ],
    );
}

#[test]
fn views_may_or_may_not_start_the_count_anew() {
    // 9ecc4c41 (5 s) leads to the view 47eac37b whether it fails or not. The only way back to it is over three views,
    // which are not said to restart the count, and each has conditions that lead out: endless, hardly sure.
    assert_found(
        "Sample-Flows__View-Mail.json",
        &[
            "lambda-chain-too-long 9ecc4c41 low 6502b159=0 Display message content=0 MessageResponse=0 9ecc4c41=5 \
             47eac37b=5 Display message content=5 MessageResponse=5 9ecc4c41=10",
            "lambda-error-like-success 9ecc4c41 high",
        ],
    );
}

#[test]
fn a_loop_of_two_tries_and_another_function_is_too_long() {
    // d1c611c0 loops twice over b07c9c7f (8 s), whose error leads back to it: one round lost (8 s), and in the second
    // it succeeds (16 s), 2d8d4f53 sets attributes, 20a7ef27 (8 s) makes 24 s. Behind both of its branches is a
    // prompt at once or behind d1fec195. Were both rounds lost, c73545d3 would play a prompt after 16 s.
    assert_found(
        "ContactFlows__Sample_SCV_Transfer_Flow_For_Omni-Channel_Transfers.json",
        &[
            "lambda-chain-too-long 20a7ef27 high 6a5e5d4a=0 d1c611c0=0 b07c9c7f=8 d1c611c0=8 b07c9c7f=16 2d8d4f53=16 \
             20a7ef27=24",
        ],
    );
}

#[test]
fn a_loop_that_is_not_counted_but_asks_in_each_round_is_short() {
    // aa827bc2 loops as often as an attribute says, but each round asks (56177ee5 by keys, b80d83ff by a bot). The
    // longest silence is behind the last answer: 3e442c84 or 10aa78f0 (5 s), 63107da9, 8c223e1b, 241f8a68, aa827bc2
    // done, 74423203 (5 s), 3e6e1542 (5 s): 15 s. 74423203 leads to 3e6e1542 whether it fails or not.
    assert_found(
        "deployment__contact-surveys-amazon-connect.yaml__inner-0.json",
        &["lambda-error-like-success 74423203 high"],
    );
}

#[test]
fn many_inputs_with_checks_between_stay_below_the_limit() {
    // Each of the many inputs leads to af6b4e5d (7 s) or, on error, a0639edb (5 s). Longest: af6b4e5d, 9f561bc9 true,
    // 98057c16 none, 48124f97 (7 s): 14 s, then a transfer. Or af6b4e5d, 9f561bc9 otherwise, a0639edb: 12 s, and each
    // way from ae752d85 plays a message. be68dcf5 leads to inputs only.
    assert_found("connect__contactflows__RulesEngineDTMFInput.json", &[]);
}

#[test]
fn an_older_export_with_six_functions_has_prompts_enough() {
    // a9282319 plays, ab30bff4 (8 s), 51cc9461, bf76b969 (3 s), f5dece07, 16aa29a0 plays: 11 s. ca4f3eee then leads to
    // 6e1d0815 (3 s), or 05c87f99 (3 s), a855ff02, 6d5d1a8a, f311790e (3 s), d07dffd1, 6de370db plays: 6 s; or to
    // c8d4b3af (3 s): 6 s; f2cb0f73 plays, and 6e1d0815 (3 s) is the last.
    assert_found("ContactFlows__Sample_SCV_REST_Link_Call_To_Case.json", &[]);
}

#[test]
fn nested_loops_with_a_prompt_in_each_round_are_short() {
    // The outer 05ce73d5 invokes 0bb4352d (5 s) and plays 6f952533; the inner f0ee7d70 invokes 16d31616 (5 s) and plays
    // d0571a5a. At the end of the inner loop nothing was lost since d0571a5a: never more than 5 s.
    assert_found("nestedloop__NestedLoop__NestedLoop.json", &[]);
}

#[test]
fn what_happens_after_a_call_to_a_number_is_short_anyhow() {
    // 406d878c (3 s), then b23ff4a1 calls a number, of which AWS does not say that it restarts the count; then
    // 1a2d36e1 (3 s) and 9b13c6bd (3 s): 9 s at most. Three invocations go on alike whether they fail or not.
    assert_found(
        "Sample_Contact_Flows__Omilia_Integration_Test_Flow.json",
        &[
            "lambda-error-like-success 1a2d36e1 high",
            "lambda-error-like-success 9b13c6bd high",
            "lambda-error-like-success e9c087e6 high",
        ],
    );
}

#[test]
fn a_flow_that_nobody_can_publish_is_told_why() {
    // 1 and 4 invoke without a limit; 1 has a branch for NoMatch only (to 3, which is not there), 4 none. 2 and 6 have
    // types that do not exist, and 2 leads to 5, which is not there either. 8 + 8 s at most, as 2 may be no prompt.
    assert_found(
        "connect-flows__intelligent-ivr-flow.json",
        &[
            "dangling-transition 1 high",
            "dangling-transition 2 high",
            "lambda-error-branch 1 high",
            "lambda-error-branch 4 high",
            "lambda-time-limit 1 high",
            "lambda-time-limit 4 high",
            "unknown-action-type 2 medium",
            "unknown-action-type 6 medium",
        ],
    );
}
