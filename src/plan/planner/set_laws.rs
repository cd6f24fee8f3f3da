//! What holds of every plan, over random sets and states of AWS, with a model that carries plans out.

mod model;
mod sets;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::operations::PACED_SHARE;
use crate::plan::facts::ownership::Owner;
use crate::plan::{ActionId, Buckets, Pace, Plan, Removal, Step, Write, apply_schedule, plan, plan_pruned};
use crate::resource::Kind;
use model::{carry_out, looked_at};
use sets::{Damage, Extra, Set, damaged, damages, extras, of_size, set, with_extras};

/// Everything of a plan but where things are declared.
fn bytes(plan: &Plan) -> String {
    let problems = plan.problems.iter().map(|p| (p.severity, p.code, p.address.clone(), &p.message, &p.hint));
    let problems: BTreeSet<_> = problems.map(|problem| format!("{problem:?}")).collect();
    format!(
        "{:#?}",
        (&plan.set, &plan.manifest, &plan.actions, &problems, &plan.withheld, &plan.fingerprints)
    )
}

fn position(plan: &Plan, id: &ActionId) -> Option<usize> {
    plan.actions.iter().position(|action| action.id == *id)
}

/// All that must have happened before an action; fails on a cycle and on an action that is not there.
fn before(plan: &Plan, id: &ActionId, path: &mut Vec<ActionId>, all: &mut BTreeSet<ActionId>) {
    assert!(!path.contains(id), "a cycle: {path:?}");
    let action = &plan.actions[position(plan, id).unwrap_or_else(|| panic!("{path:?} needs {id:?}"))];
    path.push(id.clone());
    for needed in &action.after {
        before(plan, needed, path, all);
        all.insert(needed.clone());
    }
    path.pop();
}

fn all_before(plan: &Plan, id: &ActionId) -> BTreeSet<ActionId> {
    let mut all = BTreeSet::new();
    before(plan, id, &mut Vec::new(), &mut all);
    all
}

/// How many actions wait for each other at the most.
fn longest_chain(plan: &Plan) -> u32 {
    let mut chains: BTreeMap<&ActionId, u32> = plan.actions.iter().map(|action| (&action.id, 1)).collect();
    loop {
        let mut longer = false;
        for action in &plan.actions {
            let chain = 1 + action.after.iter().map(|needed| chains[needed]).max().unwrap_or(0);
            longer |= chains.insert(&action.id, chain) != Some(chain);
        }
        if !longer {
            return chains.into_values().max().unwrap_or(0);
        }
    }
}

/// The order respects references: what a content calls and names is written before it, or a stub of it.
fn check_order(made: &Set, plan: &Plan) {
    let ids: BTreeSet<&ActionId> = plan.actions.iter().map(|action| &action.id).collect();
    assert_eq!(ids.len(), plan.actions.len(), "two actions of one name");
    for (n, content) in made.contents.iter().enumerate() {
        let write = ActionId { address: made.address(n), step: Step::Write };
        let Some(at) = position(plan, &write) else { continue };
        let earlier = all_before(plan, &write);
        let needs = |id: ActionId| ids.contains(&id) && !earlier.contains(&id);
        if let Some(function) = content.calls {
            for address in made.bindings(function) {
                assert!(!needs(ActionId { address, step: Step::Write }), "{write:?} is before what it calls");
            }
        }
        for named in &content.names {
            let creates =
                |id: &ActionId| position(plan, id).is_some_and(|at| plan.actions[at].write().is_creation());
            let stub = ActionId { address: made.address(*named), step: Step::Stub };
            let whole = ActionId { step: Step::Write, ..stub.clone() };
            if *named != n && (creates(&stub) || creates(&whole)) {
                let there = earlier.contains(&stub) || earlier.contains(&whole);
                assert!(there, "{:?} is before what it names: {whole:?}", plan.actions[at]);
            }
        }
    }
    for action in &plan.actions {
        all_before(plan, &action.id);
    }
}

/// What the set neither made nor may adopt is not written.
fn check_ownership(made: &Set, observed: &crate::snapshot::Snapshot, plan: &Plan) {
    for (n, content) in made.contents.iter().enumerate() {
        let Some(seen) = observed.flows.get(&made.key(n)).and_then(crate::snapshot::Look::found) else {
            continue;
        };
        let mine = Owner::of(Some(&seen.tags), &plan.set).refusal().is_none() || content.adopt;
        let written = plan.actions.iter().any(|action| action.id.address == made.address(n));
        assert!(mine || !written, "{} is not the set's and is written", made.address(n));
    }
}

/// Whether following what extras name leads from one to another.
fn reaches(extras: &[Extra], from: usize, to: usize) -> bool {
    let steps = std::iter::successors(Some(from), |at| extras.get(*at)?.names).take(extras.len() + 1);
    steps.into_iter().any(|at| at == to)
}

/// Deletions are of what the set made, and whatever refers to something goes before it.
fn check_deletions(extras: &[Extra], plan: &Plan) {
    let mut gone = BTreeMap::new();
    for action in plan.actions.iter().filter(|action| action.id.step == Step::Delete) {
        let Write::Removal(removal) = action.write() else { panic!("{action:?}") };
        match removal {
            Removal::Flow(flow) => {
                let set = plan.set.clone();
                assert!(Owner::of(Some(&flow.flow.tags), &set).is_ours(), "{action:?}");
                gone.insert(flow.flow.id.clone(), action.id.clone());
            }
            Removal::Statements(statements) => {
                let own = format!("_{}_", plan.set);
                assert!(statements.statements.iter().all(|one| one.sid.contains(&own)), "{action:?}");
            }
            Removal::Function(_) | Removal::Role(_) | Removal::Association(_) => {}
        }
    }
    for (n, extra) in extras.iter().enumerate() {
        let Some(deleted) = gone.get(&Extra::id(n)) else { continue };
        let circular = extra.names.is_some_and(|named| reaches(extras, named, n));
        if let Some(named) = extra.names.filter(|_| !circular).and_then(|named| gone.get(&Extra::id(named))) {
            assert!(
                all_before(plan, named).contains(deleted),
                "{named:?} goes before {deleted:?}, which names it"
            );
        }
    }
    // A living flow keeps what it names.
    for (n, extra) in extras.iter().enumerate().filter(|(n, _)| !gone.contains_key(&Extra::id(*n))) {
        let named = extra.names.filter(|named| *named != n).map(Extra::id);
        assert!(named.is_none_or(|named| !gone.contains_key(&named)), "{n} stays, and what it names goes");
    }
}

/// A debug build does some tens of cases a second; `PROPTEST_CASES` asks for more.
fn config() -> ProptestConfig {
    let cases =
        if std::env::var_os("PROPTEST_CASES").is_some() { ProptestConfig::default().cases } else { 40 };
    let more = std::env::var_os("PROPTEST_CASES").is_some();
    // The same cases in every run, unless more are asked for: those are others each time.
    let rng_seed = if more { RngSeed::Random } else { RngSeed::Fixed(1) };
    ProptestConfig { cases, rng_seed, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn desired_equal_to_observed_gives_the_empty_plan(made in set()) {
        let desired = made.manifest(0);
        let nothing = looked_at(&desired);
        let first = plan(&desired, &nothing);
        // Where nothing is, nothing can be adopted; that is said.
        let expected = ["nothing-to-adopt", "association-unmarked"];
        prop_assert!(first.problems.iter().all(|it| expected.contains(&it.code.as_str())), "{:#?}", first.problems);
        let again = plan(&desired, &carry_out(&made, &desired, &first, nothing));
        prop_assert!(again.actions.is_empty() && again.withheld.is_empty(), "{:#?}", again.actions);
        prop_assert!(again.problems.is_empty(), "{:#?}", again.problems);
    }

    #[test]
    fn whatever_is_live_a_plan_that_is_carried_out_leaves_nothing_to_plan(
        (made, damages) in set().prop_flat_map(|made| { let n = made.contents.len(); (Just(made), damages(n)) })
    ) {
        let desired = made.manifest(0);
        let observed = live(&made, &damages);
        let first = plan(&desired, &observed);
        check_order(&made, &first);
        check_ownership(&made, &observed, &first);
        let again = plan(&desired, &carry_out(&made, &desired, &first, observed));
        prop_assert!(again.actions.is_empty(), "{:#?}", again.actions);
    }

    /// Whatever `grants:` said before, a plan carried out agrees with what it says now, and so does the way back.
    #[test]
    fn from_any_grants_to_any_other_and_back_two_plans_are_enough(
        made in set(), others in prop::collection::vec(prop::sample::select(vec!["own", "exact", "account", "any"]), 2),
    ) {
        let mut other = made.clone();
        other.functions = others.into_iter().take(made.functions.len()).collect();
        let mut observed = looked_at(&made.manifest(0));
        for (round, set) in [&made, &other, &made].into_iter().enumerate() {
            let desired = set.manifest(0);
            observed = carry_out(set, &desired, &plan(&desired, &observed), observed);
            let again = plan(&desired, &observed);
            prop_assert!(again.actions.is_empty(), "{:#?}", again.actions);
            for look in observed.policies.values_mut() {
                if let (0, crate::snapshot::Look::Found(policy)) = (round, look) {
                    policy.statements.insert(0, foreign());
                }
            }
        }
        // Everything that is called is allowed, and nothing that was not the set's went.
        let desired = made.manifest(0);
        for (_, function, _) in desired.needs.iter() {
            let target = &desired.functions[function].target;
            let policy = observed.policies[target].found().unwrap();
            prop_assert!(policy.statements.contains(&foreign()), "{:?}", policy);
            let instance = crate::resource::InstanceArn::parse(model::ARN).unwrap();
            let judged = policy.judge(target, &instance);
            prop_assert!(matches!(judged, crate::resource::Judgement::Allowed(_)), "{:?}", policy);
        }
    }

    #[test]
    fn a_plan_is_the_same_for_any_order_of_the_manifest(
        (made, damages) in set().prop_flat_map(|made| { let n = made.contents.len(); (Just(made), damages(n)) }),
        order in 1..1000_u64,
    ) {
        let observed = live(&made, &damages);
        let (one, two) = (made.manifest(0), made.manifest(order));
        prop_assert_eq!(bytes(&plan(&one, &observed)), bytes(&plan(&one, &observed)));
        prop_assert_eq!(bytes(&plan(&one, &observed)), bytes(&plan(&two, &observed)));
    }

    /// First come first served at each bucket, the longest chain first, is as good as any order but for a token of the
    /// slowest bucket for each action of the longest chain.
    #[test]
    fn no_other_order_of_an_applys_calls_is_much_faster(
        (made, damages) in of_size(1..60, 1..40).prop_flat_map(|made| { let n = made.contents.len(); (Just(made), damages(n)) }),
    ) {
        let desired = made.manifest(0);
        for observed in [looked_at(&desired), live(&made, &damages)] {
            let plan = plan(&desired, &observed);
            let schedule = apply_schedule(&plan);
            let mut pace = Pace::new(Buckets::full(true), Duration::ZERO, Duration::from_millis(100));
            let (floor, time) = (schedule.floor(&pace), schedule.time(&mut pace));
            let slack = Duration::from_secs_f64(f64::from(longest_chain(&plan)) / (2.0 * PACED_SHARE));
            prop_assert!(floor <= time && time <= floor + slack, "{floor:?} at the least, {time:?}");
        }
    }

    #[test]
    fn nothing_unowned_is_deleted_and_referrers_go_first(made in set(), extras in extras()) {
        let desired = made.manifest(0);
        let nothing = looked_at(&desired);
        let live = carry_out(&made, &desired, &plan(&desired, &nothing), nothing);
        let observed = with_extras(&desired, live, &extras);
        let pruned = plan_pruned(&desired, &observed);
        check_order(&made, &pruned);
        check_deletions(&extras, &pruned);
        prop_assert_eq!(bytes(&pruned), bytes(&plan_pruned(&made.manifest(7), &observed)));
        let mine = |extra: &Extra| extra.owner == sets::MINE;
        let deletes = pruned.actions.iter().filter(|action| action.id.step == Step::Delete);
        let flows = deletes.filter(|a| matches!(a.id.address.kind, Kind::Flow | Kind::Module)).count();
        prop_assert!(flows <= extras.iter().filter(|extra| mine(extra)).count());
    }
}

/// A statement of somebody else.
fn foreign() -> crate::resource::Statement {
    let body = serde_json::json!({
        "Sid": "theirs", "Effect": "Allow", "Action": "lambda:InvokeFunction",
        "Principal": { "Service": "events.amazonaws.com" },
    });
    crate::resource::Statement { sid: "theirs".to_owned(), body }
}

/// What is live: the set as it was made, then damaged.
fn live(made: &Set, damages: &[Damage]) -> crate::snapshot::Snapshot {
    let desired = made.manifest(0);
    let nothing = looked_at(&desired);
    let whole = carry_out(made, &desired, &plan(&desired, &nothing), nothing);
    damaged(made, whole, damages)
}
