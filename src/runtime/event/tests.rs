//! Every event is as its schema says, and the schema refuses what is none.

use boon::{Compiler, SchemaIndex, Schemas};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::resource::FlowType;
use crate::runtime::contact::{
    Audio, Channel, Endpoint, EndpointType, Initiation, Profile, Reference, SegmentValue, Shape, tests,
};

fn schema() -> (Schemas, SchemaIndex) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/manifests/schema/event.v1.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("urn:flowbind:event", schema).unwrap();
    let index = compiler.compile("urn:flowbind:event", &mut schemas).unwrap();
    (schemas, index)
}

fn objection(event: &Value, (schemas, index): &(Schemas, SchemaIndex)) -> Option<String> {
    schemas.validate(event, *index).err().map(|error| format!("{error:#}"))
}

fn json_of(event: &Event) -> Value {
    serde_json::to_value(event).unwrap()
}

/// What may be laid over a contact.
fn members() -> impl Strategy<Value = Contact> {
    let text = || proptest::option::of("[a-zA-Z0-9 é$.]{0,12}");
    let texts = || proptest::collection::btree_map("[a-z:]{1,8}", ".{0,8}", 0..4);
    let endpoint = || {
        let kind = proptest::sample::select(EndpointType::ALL);
        proptest::option::of((".{0,12}", kind).prop_map(|(address, kind)| Endpoint { address, kind }))
    };
    let audio = (text(), text(), text()).prop_map(|(stream_arn, start_timestamp, stop_timestamp)| Audio {
        stream_arn,
        start_timestamp,
        stop_timestamp,
        ..Audio::default()
    });
    let profile = (0..Channel::ALL.len(), 0..Initiation::ALL.len(), 0..FlowType::ALL.len(), any::<u64>());
    let given = (texts(), texts(), text(), text(), endpoint(), proptest::option::of(audio));
    (profile, given).prop_map(|((channel, initiation, flow, seed), given)| {
        let (attributes, tags, name, related, customer, audio) = given;
        let profile = Profile {
            flow: FlowType::ALL[flow],
            ..tests::profile(Channel::ALL[channel], Some(Initiation::ALL[initiation]), seed)
        };
        let mut contact = profile.contact();
        let reference = |(name, value): (&String, &String)| {
            (name.clone(), Reference { kind: "STRING".to_owned(), value: value.clone() })
        };
        contact.references = tags.iter().map(reference).collect();
        let segment = |(name, value): (&String, &String)| (name.clone(), SegmentValue::text(value));
        contact.segment_attributes = Some(attributes.iter().map(segment).collect());
        contact.attributes = attributes;
        contact.tags = Some(tags);
        contact.name = name;
        contact.related_contact_id = Some(related);
        contact.customer_endpoint = customer;
        contact.media_streams.customer.audio = audio;
        contact
    })
}

#[test]
fn every_channel_and_initiation_is_as_the_schema_says() {
    let schema = schema();
    for channel in Channel::ALL {
        for initiation in Initiation::ALL {
            for fields in [Fields::Documented, Fields::Observed] {
                let contact = tests::profile(*channel, Some(*initiation), 3).contact();
                let event = json_of(&Event::new(&contact, BTreeMap::new(), fields));
                assert_eq!(objection(&event, &schema), None, "{event:#}");
                let extras = ["AwsRegion", "RelatedContactId", "SegmentAttributes", "Tags"];
                let data = &event["Details"]["ContactData"];
                for extra in extras {
                    assert_eq!(data.get(extra).is_some(), fields == Fields::Observed, "{extra}");
                }
            }
        }
    }
    for shape in Shape::ALL {
        let contact = shape.contact(&tests::profile(Channel::Voice, None, 0));
        let event = json_of(&Event::new(&contact, BTreeMap::new(), Fields::Observed));
        assert_eq!(objection(&event, &schema), None, "{shape:?}: {event:#}");
    }
}

/// Events as they were captured, with other ids and numbers: of a call, and of a chat that an API call started.
#[test]
fn captured_events_are_as_the_schema_says_and_are_read() {
    let id = "ef26d146-0000-4e1e-a481-87fc64ce1112";
    let data = json!({
        "Attributes": {"email": "ann@example.com"}, "Channel": "CHAT", "ContactId": id, "CustomerEndpoint": null,
        "CustomerId": null, "Description": null, "InitialContactId": id, "InitiationMethod": "API",
        "InstanceARN": "arn:aws:connect:us-east-1:111122223333:instance/0879ee04-aaaa-4668-8ef5-5ba3f60d0ca3",
        "LanguageCode": "en-US", "MediaStreams": {"Customer": {"Audio": {}}}, "Name": null,
        "PreviousContactId": id, "Queue": null, "References": {}, "SystemEndpoint": null,
    });
    let mut web = data.clone();
    web["Channel"] = json!("VOICE");
    web["InitiationMethod"] = json!("WEBRTC_API");
    web["MediaStreams"] = json!({"Customer": {"Audio": {
        "StartFragmentNumber": "91343852333181432392682062662105165711654869872", "StartTimestamp": "1714363529673",
        "StreamARN": "arn:aws:kinesisvideo:us-east-1:111122223333:stream/x/1714358493195",
    }}});
    web["RelatedContactId"] = Value::Null;
    web["SegmentAttributes"] = json!({
        "connect:Direction": {"ValueString": "INBOUND"}, "connect:Subtype": {"ValueString": "connect:WebRTC"},
    });
    web["Tags"] = json!({"languageCode": "en-US"});
    for data in [data, web] {
        let event = json!({"Details": {"ContactData": data, "Parameters": {}}, "Name": "ContactFlowEvent"});
        assert_eq!(objection(&event, &schema()), None, "{event:#}");
        let read: Event = serde_json::from_value(event.clone()).unwrap();
        assert_eq!(json_of(&read), event);
    }
}

#[test]
fn the_schema_refuses_an_event_without_any_one_of_its_members() {
    let schema = schema();
    let contact = tests::profile(Channel::Voice, None, 0).contact();
    let event = json_of(&Event::new(&contact, BTreeMap::new(), Fields::Documented));
    let names: Vec<String> = event["Details"]["ContactData"].as_object().unwrap().keys().cloned().collect();
    for name in names {
        let mut less = event.clone();
        less["Details"]["ContactData"].as_object_mut().unwrap().shift_remove(&name);
        assert!(objection(&less, &schema).is_some(), "{name}");
        let mut wrong = event.clone();
        wrong["Details"]["ContactData"][&name] = json!(1.5);
        assert!(objection(&wrong, &schema).is_some(), "{name}");
    }
    let mut other = event;
    other["Name"] = json!("ContactFlowExecution");
    assert!(objection(&other, &schema).is_some());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_contact_is_as_the_schema_says_and_is_read_back(
        contact in members(),
        texts in proptest::collection::btree_map(".{0,8}", ".{0,8}", 0..4),
        nested in any::<bool>(),
    ) {
        let mut parameters: BTreeMap<String, Parameter> =
            texts.into_iter().map(|(name, text)| (name, Parameter::Text(text))).collect();
        if nested {
            let map = json!({"a": {"b": ["x", 1, null]}}).as_object().unwrap().clone();
            parameters.insert("nested".to_owned(), Parameter::Map(map));
            parameters.insert("list".to_owned(), Parameter::List(vec![json!("x")]));
        }
        let schema = schema();
        for fields in [Fields::Documented, Fields::Observed] {
            let event = Event::new(&contact, parameters.clone(), fields);
            let json = json_of(&event);
            prop_assert_eq!(objection(&json, &schema), None, "{:#}", json);
            prop_assert_eq!(serde_json::from_value::<Event>(json).unwrap(), event);
        }
    }
}
