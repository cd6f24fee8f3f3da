//! Contacts that are made up are consistent, and what is laid over one is checked.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::resource::{AccountId, FlowType, InstanceArn, Place, Region};

pub(in crate::runtime) fn instance() -> InstanceArn {
    let account = AccountId::parse("111122223333").unwrap();
    let place = Place { account, region: Region::parse("eu-west-2").unwrap() };
    InstanceArn { place, id: "5f2b7c1e-90ad-4c6b-8e35-2d4f6a8b0c1e".to_owned() }
}

pub(in crate::runtime) fn profile(channel: Channel, initiation: Option<Initiation>, seed: u64) -> Profile {
    Profile { channel, initiation, instance: instance(), flow: FlowType::ContactFlow, seed }
}

fn value(contact: &Contact) -> Value {
    serde_json::to_value(contact).unwrap()
}

/// The members of two captured events, one of a call and one of a chat that an API call started, before the four newer
/// ones came.
const CAPTURED: [&str; 16] = [
    "Attributes",
    "Channel",
    "ContactId",
    "CustomerEndpoint",
    "CustomerId",
    "Description",
    "InitialContactId",
    "InitiationMethod",
    "InstanceARN",
    "LanguageCode",
    "MediaStreams",
    "Name",
    "PreviousContactId",
    "Queue",
    "References",
    "SystemEndpoint",
];

#[test]
fn members_are_those_of_captured_events() {
    let contact = profile(Channel::Voice, None, 0).contact();
    let names = |contact: &Contact| value(contact).as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&contact.clone().documented()), CAPTURED);
    let mut observed: Vec<&str> = CAPTURED.to_vec();
    observed.extend(["AwsRegion", "RelatedContactId", "SegmentAttributes", "Tags"]);
    observed.sort_unstable();
    assert_eq!(names(&contact), observed);
}

#[test]
fn a_call_and_a_chat_look_as_they_were_captured() {
    let call = value(&profile(Channel::Voice, None, 0).contact());
    assert_eq!((&call["InitiationMethod"], &call["Queue"]), (&json!("INBOUND"), &Value::Null));
    assert_eq!(call["MediaStreams"], json!({"Customer": {"Audio": null}}));
    assert_eq!(call["CustomerEndpoint"]["Type"], "TELEPHONE_NUMBER");
    // On a first contact all three ids are one.
    assert_eq!(
        (&call["ContactId"], &call["ContactId"]),
        (&call["InitialContactId"], &call["PreviousContactId"])
    );
    let chat = value(&profile(Channel::Chat, None, 0).contact());
    assert_eq!(chat["InitiationMethod"], "API");
    for null in ["CustomerEndpoint", "SystemEndpoint", "Queue", "Name", "Description", "CustomerId"] {
        assert_eq!(chat[null], Value::Null, "{null}");
    }
    let web = value(&profile(Channel::Voice, Some(Initiation::WebrtcApi), 0).contact());
    assert_eq!(web["SegmentAttributes"]["connect:Subtype"]["ValueString"], "connect:WebRTC");
    assert_eq!(web["SystemEndpoint"], Value::Null);
}

#[test]
fn each_shape_has_the_nulls_that_it_is_for() {
    let base = profile(Channel::Voice, None, 0);
    for shape in Shape::ALL {
        let contact = value(&shape.contact(&base));
        let nulls: &[&str] = match shape {
            Shape::FirstChat => &["PreviousContactId", "CustomerEndpoint", "SystemEndpoint", "Queue"],
            Shape::Task => &["CustomerEndpoint", "SystemEndpoint", "Queue"],
            Shape::Callback => &[],
            Shape::Disconnect => &["CustomerEndpoint", "SystemEndpoint", "Queue"],
            Shape::NoQueue => &["Queue"],
            Shape::Queued => &[],
        };
        for name in ["PreviousContactId", "CustomerEndpoint", "SystemEndpoint", "Queue"] {
            assert_eq!(contact[name].is_null(), nulls.contains(&name), "{shape:?} {name}");
        }
    }
}

#[test]
fn in_a_queue_flow_a_queue_is_set() {
    let queued = |flow, initiation| {
        let profile = Profile { flow, ..profile(Channel::Voice, initiation, 0) };
        profile.contact().queue.is_some()
    };
    assert!(queued(FlowType::CustomerQueue, None) && queued(FlowType::AgentWhisper, None));
    assert!(!queued(FlowType::ContactFlow, None));
    assert!(queued(FlowType::ContactFlow, Some(Initiation::Callback)));
}

#[test]
fn what_is_laid_over_a_contact_is_checked() {
    let contact = profile(Channel::Voice, None, 0).contact();
    let with = |members: Value| contact.with(&members);
    let changed = with(json!({"Attributes": {"a": "1"}, "RelatedContactId": null, "Name": "Ann"})).unwrap();
    assert_eq!((changed.attributes["a"].as_str(), changed.name.as_deref()), ("1", Some("Ann")));
    assert_eq!(changed.related_contact_id, Some(None));
    let unknown = with(json!({"Atributes": {}})).unwrap_err();
    assert!(matches!(&unknown, ContactError::UnknownMember { path, .. } if path == "Atributes"), "{unknown}");
    let endpoint = json!({"Address": "+1", "Type": "TELEPHONE_NUMBER", "Adress": "+2"});
    let unknown = with(json!({"CustomerEndpoint": endpoint})).unwrap_err();
    assert_eq!(unknown.to_string(), "a contact has no `CustomerEndpoint.Adress`");
    assert!(matches!(with(json!({"Channel": "PIGEON"})), Err(ContactError::Form(_))));
    assert!(matches!(with(json!({"Attributes": {"a": 1}})), Err(ContactError::Form(_))));
    assert_eq!(with(json!([])), Err(ContactError::NotAnObject));
}

#[test]
fn words_are_read_as_they_are_written() {
    for initiation in Initiation::ALL {
        assert_eq!(Initiation::of_word(initiation.word()), Some(*initiation));
        assert_eq!(Initiation::of_word(initiation.as_str()), Some(*initiation));
    }
    assert_eq!((Initiation::ALL.len(), Channel::ALL.len()), (12, 4));
    assert_eq!(Channel::of_word("pigeon"), None);
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12] && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_seed_gives_the_same_contact_and_another_seed_another(seed in any::<u64>(), other in any::<u64>()) {
        prop_assume!(seed != other);
        for channel in Channel::ALL {
            for initiation in Initiation::ALL {
                let of = |seed| profile(*channel, Some(*initiation), seed).contact();
                let contact = of(seed);
                prop_assert_eq!(&contact, &of(seed));
                prop_assert_ne!(&contact.contact_id, &of(other).contact_id);
                prop_assert!(is_uuid(&contact.contact_id), "{}", contact.contact_id);
                prop_assert_eq!((contact.channel, contact.initiation_method), (*channel, *initiation));
                // A contact before means another id, and none means its own.
                let before = contact.previous_contact_id.clone().unwrap();
                prop_assert_eq!(before != contact.contact_id, initiation.follows());
                // What is written is read back.
                prop_assert_eq!(serde_json::from_value::<Contact>(value(&contact)).unwrap(), contact.clone());
                if *channel == Channel::Task {
                    prop_assert!(contact.customer_endpoint.is_none() && contact.name.is_some());
                }
            }
        }
    }
}
