//! Laws of the groups, over any plan and outline.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::plan::{
    AssociationSpec, AttributesSpec, Cause, Counts, Outline, Outlined, Removal, StatementRemoval,
};
use crate::report::{Layout, PlanView, plan_text};
use crate::resource::{FunctionRef, SetName};

const NAMES: [&str; 3] = ["a", "b", "c"];

fn label(n: usize) -> Label {
    Label::parse(NAMES[n % NAMES.len()]).unwrap()
}

fn arn(n: usize) -> InstanceArn {
    let region = ["eu-west-2", "us-west-2", "eu-central-1"][n % 3];
    InstanceArn::parse(&format!("arn:aws:connect:{region}:111122223333:instance/{n}")).unwrap()
}

fn function(n: usize) -> FunctionRef {
    FunctionRef { place: arn(n).place, name: format!("f-{n}"), qualifier: None }
}

/// An action at an address: which spec it carries does not matter for where it stands.
fn action((kind, one, other, several, step, change): (usize, usize, usize, bool, usize, usize)) -> Action {
    let kind = Kind::ALL[kind % Kind::ALL.len()];
    let address = match kind {
        Kind::Association | Kind::Grant => Address::between(kind, &label(one), &label(other)),
        Kind::Flow | Kind::Module if several => {
            Address { at: Some(label(one)), ..Address::new(kind, &label(other)) }
        }
        _ => Address::new(kind, &label(one)),
    };
    let deletes = Spec::Removal(Removal::Statements(StatementRemoval {
        instance: arn(one),
        statements: Vec::new(),
        ends: vec![function(other)],
        callers: Vec::new(),
    }));
    let writes = match kind {
        Kind::Instance => {
            Spec::Attributes(AttributesSpec { instance: arn(one), attributes: BTreeMap::new() })
        }
        _ => Spec::Association(AssociationSpec { instance: arn(one), function: function(other) }),
    };
    let step = [Step::Stub, Step::Metadata, Step::Write, Step::Tag][step % 4];
    let (step, change) = match change % 3 {
        0 => (step, Change::Create(writes)),
        1 => (step, Change::Update(writes)),
        _ => (Step::Delete, Change::Delete(deletes)),
    };
    let reason = format!("because of {address}");
    let id = ActionId { address, step };
    Action { id, change, reason, cause: Cause::Unknown, after: Vec::new(), guard: None }
}

fn outlined((flow, at, several, calls): (usize, usize, bool, Vec<(usize, usize)>)) -> Outlined {
    let at = label(at);
    let address = Address { at: several.then(|| at.clone()), ..Address::new(Kind::Flow, &label(flow)) };
    let mut blocks: BTreeMap<Label, BTreeSet<String>> = BTreeMap::new();
    for (function, block) in calls {
        blocks.entry(label(function)).or_default().insert(format!("block {block}"));
    }
    Outlined { address, instance: at, blocks: Some(3), calls: blocks }
}

fn plan(actions: Vec<Action>, contents: Vec<Outlined>) -> Plan {
    let actions: BTreeMap<ActionId, Action> = actions.into_iter().map(|it| (it.id.clone(), it)).collect();
    let instances = (0..NAMES.len()).map(|n| (label(n), arn(n))).collect();
    Plan {
        actions: actions.into_values().collect(),
        outline: Outline { instances, contents },
        ..Plan::empty(SetName::parse("acme").unwrap())
    }
}

fn plans() -> impl Strategy<Value = Plan> {
    let actions = (0..7usize, 0..3usize, 0..3usize, any::<bool>(), 0..4usize, 0..3usize).prop_map(action);
    let calls = prop::collection::vec((0..3usize, 0..3usize), 0..4);
    let contents = (0..3usize, 0..3usize, any::<bool>(), calls).prop_map(outlined);
    let contents = prop::collection::vec(contents, 0..4);
    (prop::collection::vec(actions, 0..12), contents).prop_map(|(actions, contents)| plan(actions, contents))
}

proptest! {
    #[test]
    fn every_action_is_in_one_group_and_the_sums_are_those_of_the_groups(plan in plans()) {
        let sections = sections(&plan);
        prop_assert!(holds_each_once(&plan, &sections));
        let mut changes: BTreeMap<(&Address, bool), bool> = BTreeMap::new();
        for section in &sections {
            for group in &section.groups {
                for action in group.all_actions() {
                    prop_assert_eq!(section.heading == Heading::Deletions, action.change.is_deletion());
                    let creates = matches!(action.change, Change::Create(_));
                    *changes.entry((&action.id.address, action.change.is_deletion())).or_default() |= creates;
                }
            }
        }
        let count = |wanted: (bool, bool)| changes.iter().filter(|((_, goes), made)| (*goes, **made) == wanted).count();
        let listed =
            Counts { create: count((false, true)), update: count((false, false)), delete: count((true, false)) };
        prop_assert_eq!(listed, plan.counts());
    }

    #[test]
    fn a_heading_stands_once_and_a_resource_of_an_instance_under_it(plan in plans()) {
        let sections = sections(&plan);
        let headings: BTreeSet<&Heading> = sections.iter().map(|section| &section.heading).collect();
        prop_assert_eq!(headings.len(), sections.len());
        for section in &sections {
            let Heading::Instance(Some(name)) = &section.heading else { continue };
            let all = section.groups.iter().flat_map(Group::all_actions);
            for address in all.map(|action| &action.id.address) {
                let said = address.instance.as_ref().or(address.at.as_ref());
                prop_assert!(said.is_none_or(|said| said == name), "{} under {}", address, name);
            }
        }
    }

    #[test]
    fn the_text_names_every_resource_in_both_forms(plan in plans()) {
        for compact in [false, true] {
            let text = plan_text(&PlanView::of(&plan), false, &Layout { compact, ..Layout::default() });
            for action in &plan.actions {
                let address = &action.id.address;
                let name = match address.kind {
                    Kind::Association | Kind::Grant => address.name.to_string(),
                    _ => address.to_string(),
                };
                prop_assert!(text.contains(&name), "{}\n{}", name, text);
            }
        }
    }
}
