//! The laws of the policies: nothing is lost or added on the way from needs to documents, and sizes are kept.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::condition::Condition;
use super::document::{MAX_CHARACTERS, documents};
use super::grouping::{Group, statements};
use super::need::Need;
use super::*;
use crate::manifest::{Disk, Inputs, load};
use crate::operations::action::{Action, Lambda};

const GET: Action = Action::Lambda(Lambda::GetPolicy);
const ADD: Action = Action::Lambda(Lambda::AddPermission);
const LIST: Action = Action::Lambda(Lambda::ListFunctions);

fn need(action: Action, resource: &str, condition: Option<Condition>) -> Need {
    Need { action, resource: resource.to_owned(), condition }
}

/// What groups allow, one by one.
fn allowed(groups: &[Group]) -> BTreeSet<Need> {
    let mut all = BTreeSet::new();
    for group in groups {
        for (action, resource) in
            group.actions.iter().flat_map(|action| group.resources.iter().map(move |it| (action, it)))
        {
            all.insert(need(*action, resource, group.condition.clone()));
        }
    }
    all
}

fn some_needs() -> impl Strategy<Value = BTreeSet<Need>> {
    let conditions = prop_oneof![
        Just(None),
        Just(Some(Condition::new("StringEquals", "aws:RequestedRegion", ["r"]))),
        Just(Some(Condition::new("StringLike", "aws:ResourceTag/t", ["a/*"]))),
    ];
    let actions = prop::sample::select(&Action::ALL[8..20]);
    let need = (actions, "arn:[a-c]{1,2}", conditions).prop_map(|(action, resource, condition)| Need {
        action,
        resource,
        condition,
    });
    prop::collection::btree_set(need, 0..40)
}

proptest! {
    #[test]
    fn statements_allow_exactly_what_is_needed(needs in some_needs()) {
        let allowed = allowed(&statements(needs.clone()));
        for need in &allowed {
            prop_assert!(needs.contains(need), "{need:?} was added");
        }
        for need in &needs {
            let bare = Need { condition: None, ..need.clone() };
            prop_assert!(allowed.contains(need) || allowed.contains(&bare), "{need:?} was lost");
        }
    }
}

#[test]
fn a_pattern_takes_in_what_it_covers_under_the_same_condition_only() {
    let condition = || Some(Condition::new("StringEquals", "k", ["v"]));
    let needs = [
        need(GET, "arn:f:*", None),
        need(GET, "arn:f:crm", None),
        need(Action::Lambda(Lambda::GetAlias), "arn:f:crm", None),
        need(ADD, "arn:f:*", condition()),
        need(ADD, "arn:f:crm", None),
    ];
    let left = allowed(&statements(needs.clone().into()));
    let [_, covered, ..] = needs.clone();
    assert_eq!(left, needs.into_iter().filter(|need| *need != covered).collect());
}

#[test]
fn values_of_one_key_are_put_together() {
    let region = |value: &str| Some(Condition::new("StringEquals", "aws:RequestedRegion", [value]));
    let needs = [need(LIST, "*", region("a")), need(LIST, "*", region("b"))];
    let groups = statements(needs.into());
    let [group] = groups.as_slice() else { panic!("{groups:?}") };
    assert_eq!(group.condition.as_ref().unwrap().values.len(), 2);
}

#[test]
fn a_policy_that_is_too_long_becomes_several_that_allow_the_same() {
    let needs: BTreeSet<Need> = (0..400)
        .flat_map(|n| [GET, ADD].map(|action| (n, action)))
        .map(|(n, action)| {
            need(action, &format!("arn:aws:lambda:eu-west-2:111122223333:function:f{n}"), None)
        })
        .collect();
    let documents = documents(&statements(needs)).unwrap();
    assert!(documents.len() > 5);
    let mut resources = BTreeSet::new();
    for document in &documents {
        assert!(document.characters() <= MAX_CHARACTERS, "{}", document.characters());
        let mut sids = BTreeSet::new();
        for statement in document.statements() {
            assert!(statement.sid.chars().all(|c| c.is_ascii_alphanumeric()), "{}", statement.sid);
            assert!(sids.insert(&statement.sid), "{} twice", statement.sid);
            for action in statement.action.values() {
                resources.extend(statement.resource.values().iter().map(|it| (action.clone(), it.clone())));
            }
        }
    }
    assert_eq!(resources.len(), 800);
}

#[test]
fn one_permission_that_is_too_long_is_told() {
    let long = need(GET, &"x".repeat(7000), None);
    let error = documents(&statements([long].into())).unwrap_err().to_string();
    assert!(error.contains("lambda:GetPolicy on xxx") && error.contains("6144"), "{error}");
}

fn manifests(region: &str) -> Vec<Manifest> {
    let text = format!(
        r#"
apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: {{ name: shop }}
spec:
  accounts: {{ main: {{ id: "111122223333" }} }}
  defaults: {{ account: main, region: {region} }}
  instances: {{ desk: {{ alias: desk, functions: [crm] }} }}
  functions: {{ crm: {{ name: crm, qualifier: live }} }}
"#
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.yaml");
    std::fs::write(&path, text).unwrap();
    load(&[path], &Inputs::default(), &Disk).expect("a good manifest").manifests
}

#[test]
fn the_partition_follows_the_region() {
    for (region, partition) in
        [("eu-west-2", "aws"), ("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")]
    {
        let scope = Scope { command: Command::Apply, reach: Reach::Orphaned };
        for policy in policies(&manifests(region), scope).unwrap() {
            for statement in policy.document.statements() {
                for resource in statement.resource.values().iter().filter(|it| *it != "*") {
                    assert!(resource.starts_with(&format!("arn:{partition}:")), "{resource}");
                }
            }
        }
    }
}

#[test]
fn the_policy_to_plan_holds_no_action_that_writes() {
    let scope = Scope { command: Command::Plan, reach: Reach::Orphaned };
    let policies = policies(&manifests("eu-west-2"), scope).unwrap();
    let [policy] = policies.as_slice() else { panic!("{policies:?}") };
    for action in policy.document.statements().iter().flat_map(|statement| statement.action.values()) {
        assert!(Action::find(action).unwrap().is_read(), "{action}");
    }
}
