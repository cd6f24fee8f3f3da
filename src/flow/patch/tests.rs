//! Patches, byte by byte.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const FLOW: &str = r#"{
  "Version": "2019-10-30",
  "StartAction": "a",
  "Metadata": {"ActionMetadata": {"a": {"isFriendlyName": true, "parameters": {"LambdaFunctionARN": {"displayName": "old"}}}}},
  "Actions": [
    {
      "Identifier": "a",
      "Type": "InvokeLambdaFunction",
      "Parameters": {
        "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:old",
        "InvocationTimeLimitSeconds": "8",
        "LambdaInvocationAttributes": {
          "one": "1",
          "two": "2"
        }
      },
      "Transitions": {"NextAction": "b"}
    },
    {"Identifier": "b", "Type": "InvokeLambdaFunction", "Parameters": {}, "Transitions": {"NextAction": "c"}},
    {
      "Identifier": "d",
      "Type": "InvokeLambdaFunction"
    },
    {"Identifier": "c", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
  ]
}
"#;

const NEW: &str = "arn:aws:lambda:us-east-1:111122223333:function:new:live";

fn patch(text: &str, block: &str, values: BlockValues) -> String {
    set(&Document::parse(text).unwrap(), &[(block.to_owned(), values)]).unwrap()
}

fn map(pairs: &[(&str, &str)]) -> Option<BTreeMap<String, String>> {
    Some(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
}

#[test]
fn equal_values_change_no_byte() {
    let values = BlockValues {
        function_arn: Some("arn:aws:lambda:us-east-1:111122223333:function:old".into()),
        display_name: Some("another".into()),
        time_limit: Some(8),
        invocation: Some(InvocationKind::Sync),
        response_type: Some(ResponseType::StringMap),
        parameters: map(&[("two", "2"), ("one", "1")]),
    };
    assert_eq!(patch(FLOW, "a", values.clone()), FLOW);
    let numeric = FLOW.replace("\"8\"", "8");
    assert_eq!(patch(&numeric, "a", values), numeric);
    assert_eq!(patch(FLOW, "b", BlockValues { parameters: map(&[]), ..Default::default() }), FLOW);
}

#[test]
fn a_changed_arn_changes_its_display_name_and_nothing_else() {
    let values = |name: Option<&str>| BlockValues {
        function_arn: Some(NEW.into()),
        display_name: name.map(Into::into),
        ..Default::default()
    };
    let expected = |name: &str| {
        FLOW.replace("arn:aws:lambda:us-east-1:111122223333:function:old", NEW)
            .replace("\"old\"", &quote(name))
    };
    assert_eq!(patch(FLOW, "a", values(Some("shown"))), expected("shown"));
    assert_eq!(patch(FLOW, "a", values(None)), expected("new:live"));
    let without = FLOW.replace("\"displayName\": \"old\"", "");
    assert_eq!(patch(&without, "a", values(None)), expected("x").replace("\"displayName\": \"x\"", ""));
}

#[test]
fn a_time_limit_keeps_its_form() {
    let values = BlockValues { time_limit: Some(5), ..Default::default() };
    assert_eq!(patch(FLOW, "a", values.clone()), FLOW.replace("\"8\"", "\"5\""));
    let numeric = FLOW.replace("\"8\"", "8");
    assert_eq!(patch(&numeric, "a", values.clone()), FLOW.replace("\"8\"", "5"));
    assert!(patch(&numeric, "b", values.clone()).contains(r#"{"InvocationTimeLimitSeconds": 5}"#));
    assert!(patch(FLOW, "b", values).contains(r#"{"InvocationTimeLimitSeconds": "5"}"#));
}

#[test]
fn new_members_follow_the_layout_of_the_document() {
    let values = BlockValues {
        invocation: Some(InvocationKind::Async),
        response_type: Some(ResponseType::Json),
        parameters: map(&[("two", "2"), ("three", "3")]),
        ..Default::default()
    };
    let expected = FLOW.replace("          \"one\": \"1\",\n          \"two\": \"2\"\n        }\n", "          \"two\": \"2\",\n          \"three\": \"3\"\n        },\n        \"InvocationType\": \"ASYNCHRONOUS\",\n        \"ResponseValidation\": {\n          \"ResponseType\": \"JSON\"\n        }\n");
    assert_eq!(patch(FLOW, "a", values.clone()), expected);
    let windows = FLOW.replace('\n', "\r\n");
    assert_eq!(patch(&windows, "a", values.clone()), expected.replace('\n', "\r\n"));
    let one_line = patch(FLOW, "b", values.clone());
    assert!(one_line.contains(r#""Parameters": {"InvocationType": "ASYNCHRONOUS", "ResponseValidation": {"ResponseType": "JSON"}, "LambdaInvocationAttributes": {"three": "3", "two": "2"}}, "Tr"#), "{one_line}");
    let inserted = patch(FLOW, "d", BlockValues { time_limit: Some(3), ..Default::default() });
    assert_eq!(inserted, FLOW.replace("      \"Type\": \"InvokeLambdaFunction\"\n", "      \"Type\": \"InvokeLambdaFunction\",\n      \"Parameters\": {\n        \"InvocationTimeLimitSeconds\": \"3\"\n      }\n"));
    let compact = serde_json::from_str::<serde_json::Value>(FLOW).unwrap().to_string();
    let patched = patch(&compact, "a", values);
    assert!(!patched.contains(' '), "{patched}");
}

#[test]
fn of_equal_keys_the_last_is_set_and_all_are_removed() {
    let twice = FLOW.replace("\"one\": \"1\"", "\"two\": \"1\"");
    let changed = patch(&twice, "a", BlockValues { parameters: map(&[("two", "3")]), ..Default::default() });
    assert_eq!(changed, twice.replace("\"two\": \"2\"", "\"two\": \"3\""));
    let none = patch(&twice, "a", BlockValues { parameters: map(&[]), ..Default::default() });
    assert!(none.contains("\"LambdaInvocationAttributes\": {}\n"));
}

#[test]
fn what_cannot_be_patched_is_refused_by_name() {
    let refuse = |text: &str, names: &[&str]| {
        let edits: Vec<_> = names.iter().map(|name| ((*name).to_owned(), BlockValues::default())).collect();
        set(&Document::parse(text).unwrap(), &edits).unwrap_err()
    };
    assert!(matches!(refuse(FLOW, &["x"]), PatchError::Find { block, .. } if block == "x"));
    assert!(
        matches!(refuse(FLOW, &["c"]), PatchError::NotAnInvocation { kind, .. } if kind == "DisconnectParticipant")
    );
    assert_eq!(refuse(FLOW, &["a", "b", "a"]), PatchError::Twice { block: "a".into() });
    assert_eq!(refuse("{\"modules\": []}", &[]), PatchError::Legacy);
    assert_eq!(refuse(&quote(FLOW), &["a"]), PatchError::Wrapped);
}

#[test]
fn live_metadata_is_taken_where_the_content_has_none() {
    let live = Document::parse(FLOW).unwrap();
    assert_eq!(with_metadata_of(&live, &live), FLOW);
    let content = "{\n\t\"StartAction\": \"a\",\n\t\"Actions\": [{\"Identifier\": \"a\", \"Type\": \"InvokeLambdaFunction\", \"Parameters\": {\"LambdaFunctionARN\": \"NEW\"}}]\n}".replace("NEW", NEW);
    let merged = with_metadata_of(&Document::parse(&content).unwrap(), &live);
    assert!(merged.starts_with(content.trim_end_matches("\n}")));
    assert!(merged.contains(",\n\t\"Metadata\": {\n\t\t\"ActionMetadata\": {\n\t\t\t\"a\": {"), "{merged}");
    let merged = Document::parse(&merged).unwrap();
    assert_eq!(display_name_of(&merged, "a"), Some("new:live".into()));
    let other = content.replace("\"a\"", "\"z\"");
    let merged = Document::parse(&with_metadata_of(&Document::parse(&other).unwrap(), &live)).unwrap();
    assert_eq!(merged.value("/Metadata/ActionMetadata"), Some(serde_json::json!({})));
}

fn display_name_of(document: &Document, block: &str) -> Option<serde_json::Value> {
    metadata::display_name_node(document, block).map(Node::to_json)
}

fn arn_value(arn: &str) -> super::super::ArnValue {
    super::super::ArnValue::new(arn)
}

proptest! {
    #[test]
    fn a_patch_sets_what_it_should_and_keeps_the_rest(
        arn in "[a-z:\"\\\\é]{1,20}", seconds in 1..60_u32, asynchronous in any::<bool>(), json in any::<bool>(),
        parameters in prop::collection::btree_map("[a-c\"é]{1,2}", "[a-z\"\n]{0,4}", 0..4),
        block in prop::sample::select(vec!["a", "b", "d"]), compact in any::<bool>(),
    ) {
        let before: serde_json::Value = serde_json::from_str(FLOW).unwrap();
        let text = if compact { before.to_string() } else { FLOW.to_owned() };
        let values = BlockValues {
            function_arn: Some(arn.clone()), display_name: None, time_limit: Some(seconds),
            invocation: Some(if asynchronous { InvocationKind::Async } else { InvocationKind::Sync }),
            response_type: Some(if json { ResponseType::Json } else { ResponseType::StringMap }),
            parameters: Some(parameters.clone()),
        };
        let patched = patch(&text, block, values.clone());
        let document = Document::parse(&patched).unwrap();
        let invocation = document.invocations().into_iter().find(|found| found.block == block).unwrap();
        prop_assert_eq!(invocation.function, Some(arn_value(&arn)));
        prop_assert_eq!(invocation.time_limit.unwrap().seconds(), Some(seconds));
        prop_assert_eq!(Some(invocation.kind), values.invocation);
        prop_assert_eq!(Some(invocation.response_type), values.response_type);
        let found: BTreeMap<_, _> = invocation.parameters.into_iter().map(|(key, value)| (key, value.as_str().unwrap().to_owned())).collect();
        prop_assert_eq!(found, parameters);
        prop_assert_eq!(&patch(&patched, block, values), &patched);
        let mut after: serde_json::Value = serde_json::from_str(&patched).unwrap();
        let mut before = before;
        for value in [&mut before, &mut after] {
            value.as_object_mut().unwrap().remove("Metadata");
            for action in value["Actions"].as_array_mut().unwrap() {
                if action["Identifier"] == block { action.as_object_mut().unwrap().remove("Parameters"); }
            }
        }
        prop_assert_eq!(before, after);
    }
}
