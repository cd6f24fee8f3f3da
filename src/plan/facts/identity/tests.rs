use proptest::prelude::*;

use super::*;
use crate::resource::Label;

fn set() -> SetName {
    SetName::parse("acme").unwrap()
}

fn label(text: &str) -> Label {
    Label::parse(text).unwrap()
}

/// A declaration that owns its texts: label, name, whether it is whole, whether it adopts.
type One = (Label, String, bool, bool);
/// A live one: id, name, owner tag, mark.
type Object = (String, String, Option<String>, Option<String>);

fn decide(declared: &[One], live: &[Object]) -> BTreeMap<Label, Identity> {
    let declared: Vec<Declared<'_>> = declared
        .iter()
        .map(|(label, name, whole, adopt)| Declared { label, name, whole: *whole, adopt: *adopt })
        .collect();
    let live: Vec<Live<'_>> = live
        .iter()
        .map(|(id, name, owner, mark)| Live { id, name, owner: owner.as_deref(), mark: mark.as_deref() })
        .collect();
    resolve(&set(), &declared, &live)
}

fn one(name: &str, called: &str) -> One {
    (label(name), called.to_owned(), true, false)
}

fn object(id: &str, called: &str, owner: Option<&str>) -> Object {
    (id.to_owned(), called.to_owned(), owner.map(|name| format!("acme/{name}")), None)
}

fn is(id: &str) -> Identity {
    Identity::Is(id.to_owned())
}

#[test]
fn the_tag_decides_and_a_name_only_where_no_tag_does() {
    let live = [object("1", "Main IVR", Some("a")), object("2", "Main IVR v2", Some("b"))];
    let found = decide(&[one("a", "Main IVR (old)"), one("b", "Main IVR")], &live);
    assert_eq!(found, [(label("a"), is("1")), (label("b"), is("2"))].into());
    let found = decide(&[one("a", "Main IVR (old)"), one("c", "Main IVR")], &live);
    assert_eq!(found, [(label("a"), is("1")), (label("c"), Identity::Absent)].into());
    let found = decide(&[one("c", "Main IVR v2")], &live);
    assert_eq!(found, [(label("c"), is("2"))].into(), "an earlier logical name of the set");
}

#[test]
fn where_names_only_change_hands_another_logical_name_is_the_same_object() {
    let live =
        [object("1", "One", Some("a")), object("2", "Two", Some("b")), object("3", "Three", Some("d"))];
    let swapped = decide(&[one("c", "Two"), one("b", "One")], &live[..2]);
    assert_eq!(swapped, [(label("c"), is("1")), (label("b"), is("2"))].into());
    let turned = decide(&[one("c", "Two"), one("b", "Three"), one("d", "One")], &live);
    assert_eq!(turned, [(label("c"), is("1")), (label("b"), is("2")), (label("d"), is("3"))].into());
    // The circle does not close: at a name that nobody has, or at one of another set.
    let open = decide(&[one("c", "Two"), one("b", "Four")], &live[..2]);
    assert_eq!(open[&label("c")], Identity::Absent);
    let mut foreign = live[..2].to_vec();
    foreign[0].2 = Some("other/a".to_owned());
    assert_eq!(decide(&[one("c", "Two"), one("b", "One")], &foreign)[&label("c")], Identity::Absent);
    // One live object is nobody twice.
    let twice = decide(&[one("c", "Two"), one("b", "One"), one("e", "One")], &live[..2]);
    assert_eq!(twice[&label("c")], Identity::Absent);
    assert_eq!(twice[&label("e")], is("1"));
}

#[test]
fn what_is_adopted_is_found_by_its_mark_and_a_mark_without_adopt_is_harmless() {
    let mut marked = object("1", "Old", None);
    marked.3 = Some("acme/a".to_owned());
    let adopting = (label("a"), "New".to_owned(), true, true);
    assert_eq!(decide(std::slice::from_ref(&adopting), std::slice::from_ref(&marked))[&label("a")], is("1"));
    let live = [marked, object("2", "New", None)];
    assert_eq!(decide(std::slice::from_ref(&adopting), &live)[&label("a")], is("1"));
    assert_eq!(decide(&[one("a", "New")], &live)[&label("a")], is("2"));
}

#[test]
fn of_copies_the_one_with_the_name_counts_and_else_none() {
    let live = [object("1", "One", Some("a")), object("2", "Two", Some("a"))];
    assert_eq!(decide(&[one("a", "Two")], &live)[&label("a")], is("2"));
    let several = Identity::Several(vec!["1".to_owned(), "2".to_owned()]);
    assert_eq!(decide(&[one("a", "Three")], &live)[&label("a")], several);
}

#[test]
fn bound_blocks_in_a_flow_that_the_set_made_under_another_name_are_an_error_at_both_places() {
    let bound = (label("b"), "One".to_owned(), false, false);
    let found = decide(&[one("a", "Two"), bound], &[object("1", "One", Some("a"))]);
    let shared = |with: &str| Identity::Shared { id: "1".to_owned(), with: label(with) };
    assert_eq!(found, [(label("a"), shared("b")), (label("b"), shared("a"))].into());
}

#[test]
fn a_temporary_name_fits_and_is_recognised() {
    let long = "\u{e9}".repeat(127);
    let name = aside_name((&set(), Kind::Flow, &label("a")), &long, |_| false);
    assert_eq!(name.chars().count(), 127);
    assert!(name.ends_with(&aside_suffix(&set(), Kind::Flow, &label("a"))));
    assert!(!name.ends_with(&aside_suffix(&set(), Kind::Module, &label("a"))));
}

#[test]
fn a_temporary_name_that_others_have_is_not_taken() {
    let of = (&set(), Kind::Flow, &label("a"));
    for name in ["One".to_owned(), "\u{e9}".repeat(127)] {
        let mut taken = BTreeSet::new();
        for _ in 0..12 {
            let aside = aside_name(of, &name, |name| taken.contains(name));
            assert!(aside.ends_with(&aside_suffix(&set(), Kind::Flow, &label("a"))), "{aside}");
            assert!(aside.chars().count() <= 127 && taken.insert(aside.clone()), "{aside}");
        }
    }
}

fn declared() -> impl Strategy<Value = Vec<One>> {
    let name = prop::sample::select(vec!["One", "Two", "Three", "Four"]);
    let one = (prop::sample::select(vec!["a", "b", "c", "d"]), name, any::<bool>(), any::<bool>());
    prop::collection::vec(one, 0..5).prop_map(|all| {
        let (mut labels, mut names) = (BTreeSet::new(), BTreeSet::new());
        let fresh =
            all.into_iter().filter(|(label, name, _, _)| labels.insert(*label) && names.insert(*name));
        fresh.map(|(name, called, whole, adopt)| (label(name), called.to_owned(), whole, adopt)).collect()
    })
}

fn live() -> impl Strategy<Value = Vec<Object>> {
    let tag =
        || prop::option::of(prop::sample::select(vec!["acme/a", "acme/b", "acme/c", "acme/x", "other/a"]));
    let name = prop::sample::select(vec!["One", "Two", "Three", "Four", "Five"]);
    prop::collection::vec((name, tag(), tag()), 0..6).prop_map(|all| {
        let mut names = BTreeSet::new();
        let fresh = all.into_iter().filter(|(name, _, _)| names.insert(*name)).enumerate();
        let text = |tag: Option<&str>| tag.map(str::to_owned);
        fresh
            .map(|(n, (name, owner, mark))| (n.to_string(), name.to_owned(), text(owner), text(mark)))
            .collect()
    })
}

proptest! {
    #[test]
    fn the_order_of_what_is_given_does_not_count(declared in declared(), live in live()) {
        let found = decide(&declared, &live);
        let (mut turned, mut round) = (declared.clone(), live.clone());
        turned.reverse();
        round.reverse();
        prop_assert_eq!(&found, &decide(&turned, &round));
        round.rotate_left(live.len() / 2);
        prop_assert_eq!(&found, &decide(&turned, &round));
    }

    #[test]
    fn no_live_one_is_given_twice_and_none_that_another_has_a_better_claim_to(declared in declared(), live in live()) {
        let found = decide(&declared, &live);
        prop_assert_eq!(found.len(), declared.len());
        let mut given = BTreeSet::new();
        for (label, identity) in &found {
            let Identity::Is(id) = identity else { continue };
            prop_assert!(given.insert(id.clone()), "{} is given twice", id);
            let (_, _, owner, _) = live.iter().find(|(other, ..)| other == id).unwrap();
            let owner = owner.as_deref().and_then(|tag| tag.strip_prefix("acme/"));
            let owner = owner.and_then(|tag| declared.iter().find(|(label, ..)| label.as_str() == tag));
            if let Some((owner, name, true, _)) = owner && owner != label {
                // Only a copy goes to another one: its owner is the one with the declared name.
                let better = live.iter().find(|(_, called, ..)| called == name);
                prop_assert_eq!(&found[owner], &Identity::Is(better.unwrap().0.clone()));
            }
        }
        for (label, name, whole, _) in &declared {
            let tag = format!("acme/{label}");
            let tagged = live.iter().filter(|(_, _, owner, _)| *whole && owner.as_deref() == Some(&tag)).count();
            if tagged > 0 {
                prop_assert_ne!(&found[label], &Identity::Absent);
            }
            if *whole && found[label] == Identity::Absent {
                let taken = live.iter().find(|(_, called, ..)| called == name);
                let disputed = |id: &String| found.values().any(|other| match other {
                    Identity::Several(ids) => ids.contains(id),
                    Identity::Shared { id: shared, .. } => shared == id,
                    _ => false,
                });
                let claimed = taken.is_none_or(|(id, ..)| given.contains(id) || disputed(id));
                prop_assert!(claimed, "{} has a namesake that is nobody's", label);
            }
        }
    }

    #[test]
    fn where_all_are_settled_nothing_unread_changes_who_is_who(declared in declared(), live in live()) {
        let read: Vec<Object> = live
            .iter()
            .filter(|(_, name, ..)| declared.iter().any(|(_, called, ..)| called == name))
            .cloned()
            .collect();
        let lines: Vec<Live<'_>> = read
            .iter()
            .map(|(id, name, owner, mark)| Live { id, name, owner: owner.as_deref(), mark: mark.as_deref() })
            .collect();
        let ones: Vec<Declared<'_>> = declared
            .iter()
            .map(|(label, name, whole, adopt)| Declared { label, name, whole: *whole, adopt: *adopt })
            .collect();
        let own = |(label, name, whole, _): &One| {
            let tag = format!("acme/{label}");
            !whole || live.iter().any(|(_, called, owner, _)| called == name && owner.as_deref() == Some(&tag))
        };
        if declared.iter().all(own) {
            prop_assert!(unsettled(&set(), &ones, &lines).is_empty());
            prop_assert_eq!(decide(&declared, &live), decide(&declared, &read));
        }
    }
}
