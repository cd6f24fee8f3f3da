use super::*;
use crate::plan::evidence::fingerprint::tests::{manifest, planned};
use crate::resource::Problem;

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn texts(addresses: impl IntoIterator<Item = Address>) -> Vec<String> {
    addresses.into_iter().map(|address| address.to_string()).collect()
}

#[test]
fn an_address_stands_for_what_the_manifest_has_and_nothing_else() {
    let (desired, plan) = (manifest(), planned(|_, _| {}));
    for (asked, found) in [
        ("flow/main", Some("flow/main")),
        ("flow/main@support", Some("flow/main")),
        ("flow/main#q", Some("flow/main")),
        ("grant/support/crm", Some("grant/support/crm")),
        ("instance/support", Some("instance/support")),
        ("function/crm", Some("function/crm")),
        ("flow/main@backup", None),
        ("flow/mian", None),
        ("role/crm", None),
        ("module/main", None),
        ("association/backup/crm", None),
    ] {
        let chosen = texts(chosen(Some(&desired), &plan, &address(asked)));
        assert_eq!(chosen.first().map(String::as_str), found, "{asked}");
    }
}

#[test]
fn a_part_keeps_what_must_come_before_and_counts_the_rest() {
    let (desired, plan) = (manifest(), planned(|_, _| {}));
    let part = plan.clone().only(&desired, &[address("association/support/crm")].into());
    let kept = texts(part.actions.iter().map(|action| action.id.address.clone()));
    assert_eq!(kept, ["association/support/crm", "grant/support/crm"]);
    assert_eq!(part.partial.map(|partial| partial.left_out), Some(2));
    let keys: Vec<&str> = part.fingerprints.keys().map(String::as_str).collect();
    assert_eq!(keys, ["association/support/crm", "grant/support/crm", "instance/support"]);
    let flow = plan.only(&desired, &[address("flow/main")].into());
    assert!(
        flow.fingerprints.contains_key("queue[\"Help\"]@support") && flow.fingerprints.len() == 3,
        "{flow:?}"
    );
}

#[test]
fn what_is_wrong_elsewhere_does_not_stop_a_part() {
    let (desired, mut plan) = (manifest(), planned(|_, _| {}));
    plan.problems = ["flow/main", "flow/main#q", "function/crm"]
        .map(|text| Problem::error(crate::resource::Code::Rule("code"), text).on(&address(text)))
        .into();
    let part = |only: &str| plan.clone().only(&desired, &[address(only)].into());
    assert_eq!(part("flow/main").problems.len(), 2);
    assert_eq!(part("grant/support/crm").problems.len(), 1);
    assert!(!part("instance/support").has_errors());
}
