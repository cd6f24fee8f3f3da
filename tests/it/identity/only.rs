//! `--only` on one of those that exchange their names: what goes along goes along, and no temporary name stays.

use flowbind::emulator::Settings;
use flowbind::plan::{self, Plan};
use flowbind::resource::{Address, Kind};

use super::unfinished::cut;
use super::{One, apply, declare, lines, live, manifest, names, world};
use crate::apply::{all_done, carry_out};
use crate::world::World;

const RINGS: [(&[One<'static>], &[One<'static>]); 2] = [
    (&[("a", "One", ""), ("b", "Two", "")], &[("a", "Two", ""), ("b", "One", "")]),
    (
        &[("a", "One", ""), ("b", "Two", ""), ("c", "Three", "")],
        &[("a", "Two", ""), ("b", "Three", ""), ("c", "One", "")],
    ),
];

/// The plan of one address.
async fn part(world: &World, address: &Address) -> Plan {
    let (plan, desired) = (world.plan().await, world.manifest());
    let chosen = plan::chosen(Some(desired), &plan, address);
    assert_eq!(chosen, [address.clone()].into());
    plan.only(desired, &chosen)
}

#[tokio::test]
async fn one_of_a_ring_alone_is_renamed_with_the_others_and_no_temporary_name_stays_wherever_a_run_ends() {
    for kind in [Kind::Flow, Kind::Module] {
        for (before, after) in RINGS {
            for (label, ..) in after {
                let only = Address::parse(&format!("{kind}/{label}")).unwrap();
                let mut killed = 0;
                loop {
                    let world = world(kind, before, Settings::default()).await;
                    apply(&world).await;
                    let world = declare(world, &manifest(kind, after));
                    let whole = part(&world, &only).await;
                    let own = world.folder.path().join("own");
                    all_done(&carry_out(&world.session().await, &cut(&whole, killed), &own).await);
                    let rest = part(&world, &only).await;
                    all_done(&carry_out(&world.session().await, &rest, &own).await);
                    let called = names(&live(&world, kind).await);
                    for (label, name, _) in after {
                        assert_eq!(called[*label], *name, "{only}, {killed}: {:?}", lines(&rest));
                    }
                    if killed == whole.actions.len() {
                        assert!(rest.actions.is_empty(), "{only}: {:?}", lines(&rest));
                        break;
                    }
                    killed += 1;
                }
            }
        }
    }
}

#[tokio::test]
async fn what_is_on_another_instance_or_is_no_flow_leaves_a_temporary_name_to_others() {
    let before = [("a", "One", ""), ("b", "Two", "")];
    let world = world(Kind::Flow, &before, Settings::default()).await;
    apply(&world).await;
    let world = declare(world, &manifest(Kind::Flow, &[("a", "Two", ""), ("b", "One", "")]));
    let plan = world.plan().await;
    all_done(&carry_out(&world.session().await, &cut(&plan, 1), &world.folder.path().join("own")).await);
    let of = part(&world, &Address::parse("instance/support").unwrap()).await;
    assert!(of.actions.is_empty(), "{:?}", lines(&of));
    assert_eq!(of.partial.unwrap().left_out, 2);
}
