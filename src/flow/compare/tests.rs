//! What counts as the same, and what a difference is called.

use proptest::prelude::*;

use super::*;

const FLOW: &str = r#"{"Version":"2019-10-30","StartAction":"a","Metadata":{"x":1},"Actions":[
 {"Identifier":"a","Type":"InvokeLambdaFunction","Parameters":{"LambdaFunctionARN":"f","InvocationTimeLimitSeconds":"8"},
  "Transitions":{"NextAction":"b","Conditions":[],"Errors":[{"ErrorType":"NoMatchingError","NextAction":"c"}]}},
 {"Identifier":"b","Type":"Compare","Parameters":{"ComparisonValue":"$.External.x"},"Transitions":{
  "Conditions":[{"NextAction":"a","Condition":{"Operator":"Equals","Operands":["1"]}},{"NextAction":"c","Condition":{"Operator":"Equals","Operands":["2"]}}],
  "Errors":[{"ErrorType":"E1","NextAction":"c"},{"ErrorType":"E2","NextAction":"a"}]}},
 {"Identifier":"c","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}"#;

fn document(text: &str) -> Document {
    Document::parse(text).unwrap()
}

fn changed(from: &str, to: &str) -> Document {
    assert!(FLOW.contains(from), "{from}");
    document(&FLOW.replacen(from, to, 1))
}

fn is_same(from: &str, to: &str) -> bool {
    let (a, b) = (document(FLOW), changed(from, to));
    let same = same(&a, &b);
    assert_eq!(digest(&a) == digest(&b), same);
    assert_eq!(diff(&a, &b).is_empty(), same, "{:?}", diff(&a, &b));
    same
}

#[test]
fn what_has_no_meaning_does_not_count() {
    assert!(is_same("\"Metadata\":{\"x\":1},", ""));
    assert!(is_same("\"8\"", "8"));
    assert!(is_same("\"8\"", "8.0"));
    assert!(is_same("\"Conditions\":[],", ""));
    assert!(is_same(
        "\"LambdaFunctionARN\":\"f\",",
        "\"LambdaInvocationAttributes\":{},\"LambdaFunctionARN\":\"f\","
    ));
    assert!(is_same(
        "\"8\"}",
        "\"8\",\"InvocationType\":\"SYNCHRONOUS\",\"ResponseValidation\":{\"ResponseType\":\"STRING_MAP\"}}"
    ));
    assert!(is_same("\"Parameters\":{},\"Transitions\":{}", "\"Parameters\":null"));
    assert!(is_same(
        "{\"ErrorType\":\"E1\",\"NextAction\":\"c\"},{\"ErrorType\":\"E2\",\"NextAction\":\"a\"}",
        "{\"NextAction\":\"a\",\"ErrorType\":\"E2\"},{\"ErrorType\":\"E1\",\"NextAction\":\"c\"}"
    ));
}

#[test]
fn what_has_a_meaning_counts() {
    assert!(!is_same("\"8\"", "\"7\""));
    assert!(!is_same("\"8\"", "\"$.Attributes.t\""));
    assert!(!is_same("[\"1\"]", "[1]"));
    assert!(!is_same("\"StartAction\":\"a\"", "\"StartAction\":\"b\""));
    assert!(!is_same("\"8\"}", "\"8\",\"New\":[]}"));
    assert!(!is_same("\"Actions\"", "\"Settings\":{},\"Actions\""));
    assert!(!is_same("\"8\"}", "\"8\",\"LambdaInvocationAttributes\":{\"LoopCount\":\"1\"}}"));
    assert!(!is_same("\"Identifier\":\"c\"", "\"Identifier\":\"b\""));
    let swapped = |a: &str, b: &str| FLOW.replace(a, "@").replace(b, a).replace('@', b);
    let (one, two) = ("[\"1\"]", "[\"2\"]");
    assert!(!same(&document(FLOW), &document(&swapped(one, two))));
    let keyed = |value: &str| {
        changed("\"8\"}", &format!("\"8\",\"LambdaInvocationAttributes\":{{\"LoopCount\":{value}}}}}"))
    };
    assert!(!same(&keyed("1"), &keyed("\"1\"")), "an author's own key is not a number of the language");
}

#[test]
fn the_order_of_actions_does_not_count() {
    let mut value: serde_json::Value = serde_json::from_str(FLOW).unwrap();
    value["Actions"].as_array_mut().unwrap().reverse();
    assert!(same(&document(FLOW), &document(&value.to_string())));
}

#[test]
fn a_changed_block_names_each_value_that_differs() {
    let diff =
        diff(&document(FLOW), &changed("\"f\",\"InvocationTimeLimitSeconds\":\"8\"", "\"g\",\"New\":[1]"));
    let [BlockChange::Changed { name, kind, fields, from_text, to_text }] = &diff.blocks[..] else {
        panic!("{diff:?}")
    };
    assert_eq!((name.as_str(), kind.as_str()), ("a", "InvokeLambdaFunction"));
    let field = |pointer: &str, from: Option<&str>, to: Option<&str>| FieldChange {
        pointer: format!("/Parameters/{pointer}"),
        from: from.map(Into::into),
        to: to.map(Into::into),
    };
    assert_eq!(
        *fields,
        [
            field("InvocationTimeLimitSeconds", Some("8"), None),
            field("LambdaFunctionARN", Some("f"), Some("g")),
            field("New", None, Some("[1]")),
        ]
    );
    assert!(
        from_text.starts_with("{\n  \"Identifier\": \"a\",\n  \"Type\": \"InvokeLambdaFunction\","),
        "{from_text}"
    );
    assert!(to_text.contains("\"LambdaFunctionARN\": \"g\""));
}

#[test]
fn a_renamed_block_is_not_a_new_one() {
    let renamed = FLOW.replace("\"c\"", "\"the end\"");
    let diff = diff(&document(FLOW), &document(&renamed));
    assert_eq!(diff.blocks, [BlockChange::Renamed { from: "c".into(), to: "the end".into() }]);
    let all = renamed.replace("\"a\"", "\"first\"").replace("\"b\"", "\"second\"");
    let all = super::diff(&document(FLOW), &document(&all));
    assert_eq!((all.start, all.blocks.len()), (None, 3));
}

#[test]
fn added_and_removed_blocks_are_shown_whole() {
    let without = FLOW.replace(
        ",\n {\"Identifier\":\"c\",\"Type\":\"DisconnectParticipant\",\"Parameters\":{},\"Transitions\":{}}",
        "",
    );
    let removed = diff(&document(FLOW), &document(&without));
    let lines = ["{", "  \"Identifier\": \"c\",", "  \"Type\": \"DisconnectParticipant\"", "}"]
        .map(String::from)
        .to_vec();
    let (name, kind) = ("c".to_owned(), "DisconnectParticipant".to_owned());
    let expected = BlockChange::Removed { name: name.clone(), kind: kind.clone(), lines: lines.clone() };
    assert_eq!(removed.blocks, [expected]);
    let added = diff(&document(&without), &document(FLOW));
    assert_eq!(added.blocks, [BlockChange::Added { name, kind, lines }]);
    let start = diff(&document(FLOW), &changed("\"StartAction\":\"a\",", "")).start;
    assert_eq!(start, Some(("a".into(), String::new())));
}

proptest! {
    #[test]
    fn no_difference_is_shown_exactly_for_flows_that_mean_the_same(
        edits in prop::collection::vec((0..FLOW.len(), prop::sample::select(vec!["\"", "8", "a", "b", "{}", "null", ","])), 0..3),
    ) {
        let mut text = FLOW.to_owned();
        for (at, new) in edits {
            text.replace_range(at..(at + new.len()).min(text.len()), new);
        }
        if let Ok(changed) = Document::parse(&text) {
            let original = document(FLOW);
            prop_assert_eq!(diff(&original, &changed).is_empty(), same(&original, &changed));
            prop_assert_eq!(digest(&original) == digest(&changed), same(&original, &changed));
            prop_assert!(same(&changed, &changed));
        }
    }
}
