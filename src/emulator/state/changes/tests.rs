use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::emulator::state::Content;
use crate::emulator::state::associations::Association;

const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-west-2";

/// One thing that a write may do. Numbers choose what it is done to, so that things meet.
fn write(state: &mut State, (kind, one, other): (u8, u8, u8)) {
    let (name, number) = (format!("n{one}"), u64::from(other));
    state.counter += 1;
    state.last_write += 1;
    let region = state.region_mut(ACCOUNT, REGION);
    region.instance_churn += 1;
    if region.instances.len() == 0 || kind == 0 {
        region.instances.insert(name.clone(), Instance { alias: Some(name.clone()), ..Instance::default() });
    }
    let instance = region.instances.iter().nth(usize::from(one) % region.instances.len());
    let id = instance.map(|(id, _)| id.clone()).unwrap_or_default();
    let instance = region.instances.get_mut(&id).expect("it was found");
    let content = Content { text: name.clone(), modified: number };
    match kind {
        1 => drop(region.instances.remove(&id)),
        2 => {
            instance.associations.push(Association { arn: name, token: (other > 1).then(|| "t".to_owned()) })
        }
        3 => drop(instance.associations.remove(&name)),
        4 => instance.flows.insert(name.clone(), Flow { name, published: Some(content), ..Flow::default() }),
        5 => drop(instance.flows.change(&name, |flow| flow.name = format!("renamed {other}"))),
        6 => drop(instance.flows.remove(&name)),
        7 => {
            instance.retired_names.insert(name.clone());
            instance.queues.insert(name.clone(), name.clone());
            instance.tags.insert(name.clone(), other.to_string());
            instance.failure = (other > 1).then_some(name);
        }
        8 => {
            region.functions.insert(name, Function::default());
        }
        9 => drop(region.functions.remove(&name)),
        10..14 => {
            let function = region.functions.or_default(&name);
            function.latest.insert(format!("m{other}"), json!({ "Variables": { "A": null } }));
            function.latest.shift_remove(&format!("m{}", other + 1));
            function.versions.insert(number, function.latest.clone());
            function.versions.remove(&(number + 1));
            function.aliases.insert(name, Alias { version: other.to_string(), ..Alias::default() });
            function.aliases.remove(&format!("n{other}"));
            function.policies.or_default(&other.to_string()).statements.push(json!({ "Sid": other }));
            function.reserved_concurrency = (other > 1).then_some(number);
        }
        14 => {
            let roles = state.roles.or_default(&ACCOUNT.to_owned());
            roles.insert(name, Role { attached: [other.to_string()].into(), ..Role::default() });
        }
        15 => {
            let roles = state.roles.or_default(&ACCOUNT.to_owned());
            roles.change(&name, |role| role.attached.insert(other.to_string()));
        }
        16 => {
            state.sessions.insert(name.clone(), other.to_string());
            state.seeded.insert(name);
        }
        _ => drop(state.seeded.remove(&name)),
    }
}

fn writes(most: usize) -> impl Strategy<Value = Vec<(u8, u8, u8)>> {
    proptest::collection::vec((0_u8..18, 0_u8..4, 0_u8..4), 0..most)
}

/// The document, in which the order of members does not count.
fn document(state: &State) -> Value {
    serde_json::to_value(state).expect("a document")
}

proptest! {
    #[test]
    fn a_state_follows_what_is_between_it_and_another(first in writes(60), then in writes(30)) {
        let mut state = State::default();
        first.into_iter().for_each(|step| write(&mut state, step));
        let mut before: State = serde_json::from_value(document(&state)).expect("the same");
        let kept = state.clone();
        then.into_iter().for_each(|step| write(&mut state, step));
        let changes = between(&kept, &state).expect("a list");
        let written = serde_json::to_string(&changes).expect("a line");
        follow(&mut before, serde_json::from_str(&written).expect("the list")).expect("followed");
        prop_assert_eq!(document(&before), document(&state));
        prop_assert_eq!(between(&state, &state.clone()).expect("a list"), Vec::new());
    }
}

#[test]
fn an_instance_that_is_replaced_lists_nothing_of_the_one_before() {
    let mut state = State::default();
    [(0, 0, 0), (2, 1, 0), (2, 0, 0)].into_iter().for_each(|step| write(&mut state, step));
    let mut before = state.clone();
    let kept = state.clone();
    [(0, 0, 0), (2, 0, 0), (2, 1, 0)].into_iter().for_each(|step| write(&mut state, step));
    follow(&mut before, between(&kept, &state).expect("a list")).expect("followed");
    assert_eq!(document(&before), document(&state));
}

#[test]
fn an_association_is_a_small_change_however_many_there_are() {
    let mut state = State::default();
    write(&mut state, (0, 0, 0));
    let associate = |state: &mut State, number: usize| {
        let region = state.region_mut(ACCOUNT, REGION);
        let instance = region.instances.get_mut("n0").expect("it is there");
        instance.associations.push(Association { arn: format!("arn:{number}"), token: None });
    };
    (0..2000).for_each(|number| associate(&mut state, number));
    let before = state.clone();
    associate(&mut state, 2000);
    let at = ["regions", ACCOUNT, REGION, "instances", "n0", "associations", "arn:2000"];
    let change =
        Change { at: at.map(str::to_owned).to_vec(), to: json!({ "arn": "arn:2000", "token": null }) };
    assert_eq!(between(&before, &state).expect("a list"), [change]);
}

#[test]
fn a_change_of_what_is_not_there_is_not_followed() {
    for at in
        [&["nothing"][..], &["regions", "1", "2", "functions", "f", "latest"], &["counter", "more"], &[]]
    {
        let at = at.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(follow(&mut State::default(), vec![Change { at, to: json!(1) }]), None);
    }
}
