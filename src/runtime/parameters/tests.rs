//! References in parameters are filled in as the dialect of the flow language has them.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::runtime::contact::{Channel, Endpoint, Initiation, Reference};

fn contact() -> Contact {
    let mut contact = crate::runtime::contact::tests::profile(Channel::Voice, None, 0).contact();
    contact.customer_endpoint = Some(Endpoint::new("+447700900123"));
    let attributes = [("x", "1"), ("two words", "2"), ("dotted.name", "3"), ("empty", "")];
    contact.attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let reference = Reference { kind: "URL".to_owned(), value: "https://example.com".to_owned() };
    contact.references = BTreeMap::from([("page".to_owned(), reference)]);
    contact
}

fn one(value: Value, given: &[Given]) -> Result<(Parameter, Vec<Note>), UnknownRoot> {
    let filled = fill(&BTreeMap::from([("p".to_owned(), value)]), &contact(), given)?;
    Ok((filled.parameters["p"].clone(), filled.notes.into_iter().collect()))
}

fn text(value: &str) -> String {
    let (parameter, notes) = one(value.into(), &[]).unwrap();
    assert_eq!(notes, [], "{value}");
    let Parameter::Text(text) = parameter else { panic!("{parameter:?}") };
    text
}

#[test]
fn every_spelling_of_a_reference_is_filled_in() {
    for (written, expected) in [
        ("$.Attributes.x", "1"),
        ("$.Attributes['two words']", "2"),
        ("$.Attributes.['two words']", "2"),
        ("$['Attributes']['x']", "1"),
        ("$.Attributes.dotted.name", "3"),
        ("$.Attributes.empty", ""),
        ("$.CustomerEndpoint.Address", "+447700900123"),
        ("$.CustomerEndpoint.Type", "TELEPHONE_NUMBER"),
        ("$.Channel", "VOICE"),
        ("$.InitiationMethod", "INBOUND"),
        ("$.SegmentAttributes['connect:Subtype']", "connect:Telephony"),
        ("$.SegmentAttributes['connect:Subtype'].ValueString", "connect:Telephony"),
        ("$.References.page.Value", "https://example.com"),
        ("$.References.page", "https://example.com"),
        ("$.AwsRegion", "eu-west-2"),
        ("call $.CustomerEndpoint.Address of $.Attributes.x.", "call +447700900123 of 1."),
        ("é $.Attributes.x é", "é 1 é"),
        ("plain", "plain"),
        ("costs $5, or $.99", "costs $5, or $.99"),
        ("", ""),
    ] {
        assert_eq!(text(written), expected, "{written}");
    }
}

#[test]
fn what_only_a_run_knows_is_given_or_empty_with_a_note() {
    let given = Given::new("$.External.name", "Ann", &contact()).unwrap();
    for written in ["$.External.name", "$.LambdaInvocation.ResultData.name", "$['External']['name']"] {
        let (parameter, notes) = one(written.into(), std::slice::from_ref(&given)).unwrap();
        assert_eq!((parameter, notes), (Parameter::Text("Ann".to_owned()), vec![]), "{written}");
    }
    let (parameter, notes) = one("Hello $.External.other!".into(), std::slice::from_ref(&given)).unwrap();
    assert_eq!(parameter, Parameter::Text("Hello !".to_owned()));
    let reference = "$.External.other".to_owned();
    let expected = [
        Note::OfRun { parameter: "p".to_owned(), reference },
        Note::Unread { reference: "$.External.name".to_owned() },
    ];
    assert_eq!(notes, expected);
    for root in Root::ALL.iter().map(|root| root.name()) {
        let (_, notes) = one(format!("$.{root}.x").into(), &[]).unwrap();
        assert!(matches!(notes.as_slice(), [Note::OfRun { .. }]), "{root}: {notes:?}");
    }
}

#[test]
fn what_the_contact_does_not_have_is_empty_with_a_note() {
    for written in
        ["$.Attributes.y", "$.Queue.Name", "$.CustomerId", "$.Attributes.x.y", "$.SegmentAttributes.z"]
    {
        let (parameter, notes) = one(written.into(), &[]).unwrap();
        assert_eq!(parameter, Parameter::Text(String::new()), "{written}");
        assert!(matches!(notes.as_slice(), [Note::Unset { .. }]), "{written}: {notes:?}");
    }
    let (_, notes) = one("$.Attributes".into(), &[]).unwrap();
    assert!(matches!(notes.as_slice(), [Note::NoLeaf { .. }]), "{notes:?}");
}

#[test]
fn a_root_that_no_flow_knows_is_an_error() {
    for (written, root) in
        [("$.Typo", "Typo"), ("hello $.Atributes.x", "Atributes"), ("$.attributes.x", "attributes")]
    {
        let error = one(written.into(), &[]).unwrap_err();
        assert_eq!((error.parameter.as_str(), error.root.as_str()), ("p", root));
        assert!(error.known.contains(&"Attributes".to_owned()));
    }
    assert_eq!(one(json!({"in": ["$.Typo.x"]}), &[]).unwrap_err().root, "Typo");
}

#[test]
fn nested_parameters_stay_nested_and_are_noted() {
    let (parameter, notes) =
        one(json!({"a": {"b": "$.Attributes.x"}, "n": 1, "l": ["$.Channel"]}), &[]).unwrap();
    let expected = json!({"a": {"b": "1"}, "n": 1, "l": ["VOICE"]});
    assert_eq!(serde_json::to_value(parameter).unwrap(), expected);
    assert_eq!(notes, [Note::Nested { parameter: "p".to_owned() }]);
    for (value, sent) in [(json!(5), "5"), (json!(true), "true"), (json!(null), "")] {
        let (parameter, notes) = one(value, &[]).unwrap();
        assert_eq!(parameter, Parameter::Text(sent.to_owned()));
        assert_eq!(notes, [Note::NotText { parameter: "p".to_owned() }]);
    }
}

#[test]
fn only_what_a_run_sets_can_be_given() {
    let of = |text: &str| Given::new(text, "v", &contact());
    assert!(of("$.StoredCustomerInput").is_ok() && of("$.Lex.Slots['a b']").is_ok());
    assert!(matches!(of("$.Attributes.x"), Err(GivenError::OfContact(_))));
    assert!(matches!(of("$.Externl.x"), Err(GivenError::UnknownRoot { root, .. }) if root == "Externl"));
    for text in ["External.x", "$", "", "$.External.x and more", "$.External.x$.External.y"] {
        assert!(matches!(of(text), Err(GivenError::NotAReference(_))), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_text_without_references_is_sent_as_it_is(value in "[^$]{0,40}") {
        prop_assert_eq!(text(&value), value);
    }

    #[test]
    fn no_text_breaks_it_and_a_value_is_never_read_again(
        value in "(\\$|\\.|\\[|'|\\]|External|Attributes|x|é| ){0,12}",
        answer in "(\\$\\.Typo|\\$\\.Attributes\\.x|a){0,3}",
    ) {
        let _ = one(value.into(), &[]);
        let given = Given::new("$.External.x", &answer, &contact()).unwrap();
        let (parameter, _) = one("<$.External.x>".into(), &[given]).unwrap();
        prop_assert_eq!(parameter, Parameter::Text(format!("<{answer}>")));
    }

    #[test]
    fn every_initiation_is_read_as_it_is_sent(index in 0..Initiation::ALL.len()) {
        let initiation = Initiation::ALL[index];
        let contact = crate::runtime::contact::tests::profile(Channel::Chat, Some(initiation), 1).contact();
        let filled = fill(&BTreeMap::from([("p".to_owned(), json!("$.InitiationMethod"))]), &contact, &[]).unwrap();
        prop_assert_eq!(&filled.parameters["p"], &Parameter::Text(initiation.as_str().to_owned()));
    }
}
