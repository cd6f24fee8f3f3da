//! Laws of the groups, over any plan and outline.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::plan::{
    ActionId, AssociationSpec, AttributesSpec, Cause, Counts, GrantSpec, Outline, Outlined, Removal,
    StatementRemoval, Step, TagsSpec, samples,
};
use crate::report::{Layout, PlanView, plan_text};
use crate::resource::{FunctionRef, Grant, SetName, SidKind};

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

/// An action at an address: what exactly it writes does not matter for where it stands.
fn action((kind, one, other, several, step, change): (usize, usize, usize, bool, usize, usize)) -> Action {
    let kind = Kind::ALL[kind % Kind::ALL.len()];
    let address = match kind {
        Kind::Association | Kind::Grant => Address::between(kind, &label(one), &label(other)),
        Kind::Flow | Kind::Module if several => {
            Address { at: Some(label(one)), ..Address::new(kind, &label(other)) }
        }
        _ => Address::new(kind, &label(one)),
    };
    let deletes = || {
        let (instance, ends) = (arn(one), vec![function(other)]);
        Removal::Statements(StatementRemoval { instance, statements: Vec::new(), ends, callers: Vec::new() })
    };
    let verb = if change == 0 { Verb::Create } else { Verb::Update };
    let write = match (kind, change) {
        (_, 2) => Write::Removal(deletes()),
        (Kind::Flow | Kind::Module, _) => {
            let step = [Step::Stub, Step::Metadata, Step::Write, Step::Tag][step % 4];
            samples::flow_write(step, verb, &arn(one))
        }
        (Kind::Instance, _) if step % 2 == 0 => {
            let target = TagTarget::Instance(arn(one));
            Write::Tags(TagsSpec { target, tags: BTreeMap::new(), before: BTreeMap::new() })
        }
        (Kind::Instance, _) => {
            Write::Attributes(AttributesSpec { instance: arn(one), attributes: BTreeMap::new() })
        }
        (_, 0) => Write::Association(AssociationSpec { instance: arn(one), function: function(other) }),
        _ => Write::Grant(GrantSpec {
            grant: Grant { function: function(other), instance: arn(one) },
            set: SetName::parse("acme").unwrap(),
            kind: SidKind::GrantOnly,
            taken: Vec::new(),
            replaces: step % 2 == 0,
            only_if_missing: false,
        }),
    };
    let why = (Cause::Unknown, format!("because of {address}"));
    Action::new(address, write, why, Vec::new(), None)
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

/// An association that another function's flows are served by, too.
type Serves = Option<(usize, usize, usize)>;

fn plan(actions: Vec<Action>, contents: Vec<Outlined>, serves: Serves) -> Plan {
    let actions: BTreeMap<ActionId, Action> = actions.into_iter().map(|it| (it.id.clone(), it)).collect();
    let instances = (0..NAMES.len()).map(|n| (label(n), arn(n))).collect();
    let serves = serves.into_iter().map(|(instance, function, other)| {
        let address = Address::between(Kind::Association, &label(instance), &label(function));
        (address, BTreeSet::from([(label(instance), label(other))]))
    });
    Plan {
        actions: actions.into_values().collect(),
        outline: Outline { instances, contents, serves: serves.collect() },
        ..Plan::empty(SetName::parse("acme").unwrap())
    }
}

fn plans() -> impl Strategy<Value = Plan> {
    let actions = (0..7usize, 0..3usize, 0..3usize, any::<bool>(), 0..4usize, 0..3usize).prop_map(action);
    let calls = prop::collection::vec((0..3usize, 0..3usize), 0..4);
    let contents = (0..3usize, 0..3usize, any::<bool>(), calls).prop_map(outlined);
    let contents = prop::collection::vec(contents, 0..4);
    let serves = prop::option::of((0..3usize, 0..3usize, 0..3usize));
    (prop::collection::vec(actions, 0..12), contents, serves)
        .prop_map(|(actions, contents, serves)| plan(actions, contents, serves))
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
                    prop_assert_eq!(section.heading == Heading::Deletions, action.write().is_deletion());
                    let creates = action.write().verb() == Verb::Create;
                    *changes.entry((&action.id.address, action.write().is_deletion())).or_default() |= creates;
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

    #[test]
    fn what_several_flows_use_is_shown_once_and_names_the_others(plan in plans()) {
        let shared = plan.actions.iter().filter(|action| !action.write().is_deletion()).filter_map(|action| {
            let address = &action.id.address;
            let first = plan.outline.caller(address.instance.as_ref()?, &address.name)?;
            let mut others = plan.outline.served(address).map(|it| &it.address);
            others.find(|other| **other != first.address).map(ToString::to_string)
        });
        for compact in [false, true] {
            let text = plan_text(&PlanView::of(&plan), false, &Layout { compact, ..Layout::default() });
            for other in shared.clone() {
                let said = text.lines().any(|line| line.contains("also used by ") && line.contains(&other));
                prop_assert!(said, "{}\n{}", other, text);
            }
        }
    }
}
