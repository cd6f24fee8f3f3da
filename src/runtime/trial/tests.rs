use std::time::Duration;

use super::*;
use crate::flow::ResponseType;
use crate::resource::{AccountId, Kind, Label, Place, Region};
use crate::runtime::contact::Channel;
use crate::runtime::contact::Profile;

const MS: Duration = Duration::from_millis(1);

fn case(kind: InvocationKind, keys: &[&str]) -> Case {
    let place = Place {
        account: AccountId::parse("111122223333").unwrap(),
        region: Region::parse("eu-west-2").unwrap(),
    };
    let instance = InstanceArn { place: place.clone(), id: "i".to_owned() };
    let profile = Profile {
        channel: Channel::Voice,
        initiation: None,
        instance: instance.clone(),
        flow: crate::resource::FlowType::ContactFlow,
        seed: 0,
    };
    Case {
        address: Address::new(Kind::Flow, &Label::parse("main").unwrap()).block("Look up"),
        origin: Origin { file: "flow.json".to_owned(), line: 1, column: 1 },
        function: FunctionRef { place, name: "lookup".to_owned(), qualifier: Some("live".to_owned()) },
        instance,
        kind,
        rules: Rules::new(kind, Some(3), 0),
        contract: Contract {
            response_type: ResponseType::StringMap,
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        },
        shape: None,
        event: Event::new(&profile.contact(), std::collections::BTreeMap::new(), Fields::Observed),
        notes: BTreeSet::new(),
    }
}

fn trial(kind: InvocationKind, keys: &[&str], ended: u32, reply: Reply) -> Trial {
    let attempt = Attempt { started: Duration::ZERO, ended: MS * ended, reply };
    Trial::new(case(kind, keys), vec![attempt], Ran::default(), None)
}

fn answered(keys: &[&str], ended: u32, body: &str) -> Trial {
    trial(InvocationKind::Sync, keys, ended, Reply::Answered(body.into()))
}

#[test]
fn a_good_answer_takes_the_success_branch() {
    let trial = answered(&["Name"], 20, r#"{"Name": "Ann"}"#);
    assert!(trial.is_good());
    assert_eq!(trial.left, (MS * 20, Branch::Success));
}

/// Amazon Connect knows nothing of what the manifest promises.
#[test]
fn a_missing_key_is_a_breach_on_the_success_branch() {
    let trial = answered(&["Name"], 20, r#"{"name": "Ann"}"#);
    assert_eq!(trial.left.1, Branch::Success);
    assert_eq!(trial.troubles(), [Trouble::Breach(Breach::MissingKey { key: "Name".into() })]);
}

#[test]
fn what_amazon_connect_refuses_takes_the_error_branch() {
    for body in ["null", "[]", "\"text\"", "{\"a\": {}}", ""] {
        let trial = answered(&[], 20, body);
        assert_eq!(trial.left, (MS * 20, Branch::Error), "{body}");
        assert!(matches!(trial.troubles().as_slice(), [Trouble::Breach(_)]), "{body}");
    }
}

#[test]
fn an_answer_at_the_limit_is_none() {
    let trial = answered(&[], 3_000, "{}");
    assert_eq!(trial.left, (MS * 3_000, Branch::Error));
    assert_eq!(trial.troubles(), [Trouble::OutOfTime(MS * 3_000)]);
}

#[test]
fn every_failure_is_a_trouble_on_the_error_branch() {
    let failed = Reply::Failed(br#"{"errorType": "KeyError", "errorMessage": "'Name'"}"#.to_vec());
    let (kind, message) = (Some("KeyError".into()), Some("'Name'".into()));
    let expected = Failure { kind, message, trace: Vec::new() };
    let cases = [
        (failed, Trouble::Failed(expected)),
        (Reply::Failed(b"not JSON".to_vec()), Trouble::Failed(Failure::default())),
        (Reply::Denied(Denial::NoStatement), Trouble::Denied(Denial::NoStatement)),
        (Reply::OutOfTime, Trouble::OutOfTime(MS * 3_000)),
    ];
    for (reply, expected) in cases {
        let trial = trial(InvocationKind::Sync, &[], 20, reply);
        assert_eq!(trial.left.1, Branch::Error);
        assert_eq!(trial.troubles(), [expected]);
    }
}

#[test]
fn a_contact_that_does_not_wait_goes_on_at_once() {
    let trial = trial(InvocationKind::Async, &[], 2_000, Reply::Answered(b"null".to_vec()));
    assert_eq!(trial.left, (Duration::ZERO, Branch::Success));
    assert!(!trial.is_good(), "what would be loaded later is judged anyway");
}
