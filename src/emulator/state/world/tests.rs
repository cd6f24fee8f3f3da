//! Worlds, and how they join a state.

use super::*;

fn world() -> World {
    let (account, region) = ("111122223333".to_owned(), "eu-west-2".to_owned());
    World {
        accounts: vec![WorldAccount { id: account.clone() }],
        instances: vec![WorldInstance {
            account: account.clone(),
            region: region.clone(),
            alias: Some("acme".into()),
            attributes: BTreeMap::from([("contactflow-logs".into(), "true".into())]),
            ..WorldInstance::default()
        }],
        functions: vec![WorldFunction {
            account: account.clone(),
            region: region.clone(),
            name: "crm".into(),
            aliases: vec!["live".into()],
            timeout: 8,
        }],
        flows: vec![WorldFlow {
            account,
            region,
            instance: "acme".into(),
            name: "Main".into(),
            kind: "CONTACT_FLOW".into(),
            content: "{}".into(),
            ..WorldFlow::default()
        }],
        ..World::default()
    }
}

#[test]
fn a_world_gives_the_same_state_each_time() {
    let (mut first, mut second) = (State::default(), State::default());
    world().merge_into(&mut first, 1);
    world().merge_into(&mut second, 1);
    let text = |state: &State| serde_json::to_string(state).expect("plain data");
    assert_eq!(text(&first), text(&second));
    let again = text(&first);
    world().merge_into(&mut first, 2);
    assert_eq!(text(&first), again, "what exists is left as it is");
}

#[test]
fn what_was_changed_or_deleted_since_is_left_so() {
    let mut state = State::default();
    world().merge_into(&mut state, 1);
    let instances = &mut state.region_mut("111122223333", "eu-west-2").instances;
    let id = instances.iter().next().expect("one instance").0.clone();
    let instance = instances.get_mut(&id);
    instance.expect("the instance").flows = crate::emulator::state::shared::Table::default();
    state.function_mut("111122223333", "eu-west-2", "crm").expect("crm").tags.insert("a".into(), "b".into());
    world().merge_into(&mut state, 2);
    let region = state.region("111122223333", "eu-west-2").expect("the region");
    assert_eq!(region.functions.get("crm").expect("crm").tags["a"], "b");
    let instance = region.instances.things().values().next().expect("one instance");
    assert_eq!(instance.flows.len(), 0, "a deleted flow is not brought again");
    assert_eq!(instance.attributes["CONTACTFLOW_LOGS"], "true");
}
