use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn numbers(keys: impl IntoIterator<Item = u32>) -> Map<u32, String> {
    keys.into_iter().map(|key| (key, format!("value {key}"))).collect()
}

/// Counts the nodes of a map that another one does not have too.
fn own<K, V>(map: &Link<K, V>, other: &Link<K, V>) -> usize {
    fn all<K, V>(link: &Link<K, V>, into: &mut Vec<*const Node<K, V>>) {
        if let Some(node) = link {
            into.push(Arc::as_ptr(node));
            all(&node.left, into);
            all(&node.right, into);
        }
    }
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    all(map, &mut mine);
    all(other, &mut theirs);
    mine.iter().filter(|node| !theirs.contains(node)).count()
}

#[test]
fn a_copy_shares_everything_and_a_change_makes_only_its_way_anew() {
    let before = numbers(0..4000);
    let mut now = before.clone();
    assert_eq!(own(&now.0, &before.0), 0);
    for change in [
        (|map| *map.get_mut(&1234).unwrap() = "new".to_owned()) as fn(&mut Map<u32, String>),
        |map| assert!(map.remove(&2345).is_some()),
        |map| assert!(!map.insert(9999, "more".to_owned())),
    ] {
        let kept = now.clone();
        change(&mut now);
        let made = own(&now.0, &kept.0);
        assert!((1..60).contains(&made), "{made} of 4000 nodes are new");
    }
    assert_eq!(before.get(&1234).map(String::as_str), Some("value 1234"));
    let ten = own(&now.0, &before.0);
    assert!(ten < 180, "{ten}");
}

#[test]
fn looking_for_what_is_not_there_copies_nothing() {
    let before = numbers(0..100);
    let mut now = before.clone();
    assert!(now.get_mut(&1000).is_none() && now.remove(&1000).is_none());
    assert_eq!(own(&now.0, &before.0), 0);
}

#[test]
fn the_shape_follows_from_the_keys_alone() {
    fn shape<K: Clone, V>(link: &Link<K, V>, depth: usize, into: &mut Vec<(usize, K)>) {
        if let Some(node) = link {
            shape(&node.left, depth + 1, into);
            into.push((depth, node.key().clone()));
            shape(&node.right, depth + 1, into);
        }
    }
    let (mut up, mut down) = (Vec::new(), Vec::new());
    shape(&numbers(0..4000).0, 0, &mut up);
    shape(&numbers((0..4000).rev()).0, 0, &mut down);
    assert_eq!(up, down);
    let deepest = up.iter().map(|(depth, _)| *depth).max().unwrap();
    assert!(deepest < 60, "{deepest}");
}

#[derive(Debug, Clone, PartialEq)]
struct Thing {
    name: &'static str,
    size: u32,
}

impl Keyed for Thing {
    fn keys(&self) -> Vec<(&'static str, &str)> {
        vec![("name", self.name)]
    }
}

#[test]
fn a_table_finds_by_keys_through_every_change() {
    let mut table = Table::default();
    let names = |table: &Table<Thing>, name: &str| -> Vec<String> {
        table.with("name", name).map(|(id, thing)| format!("{id}:{}", thing.size)).collect()
    };
    table.insert("1".to_owned(), Thing { name: "a", size: 1 });
    table.insert("2".to_owned(), Thing { name: "a", size: 2 });
    assert_eq!(names(&table, "a"), ["1:1", "2:2"]);
    table.get_mut("1").unwrap().size = 7;
    assert_eq!(names(&table, "a"), ["1:7", "2:2"]);
    table.change("1", |thing| thing.name = "b");
    assert_eq!((names(&table, "a"), names(&table, "b")), (vec!["2:2".to_owned()], vec!["1:7".to_owned()]));
    table.insert("2".to_owned(), Thing { name: "c", size: 3 });
    assert_eq!((table.count("name", "a"), table.count("name", "c")), (0, 1));
    assert_eq!(table.remove("2"), Some(Thing { name: "c", size: 3 }));
    assert_eq!((table.count("name", "c"), table.len()), (0, 1));
    assert_eq!(table.change("2", |_| ()), None);
}

#[derive(Debug, Clone)]
enum Step {
    Insert(u8, u32),
    Remove(u8),
    Change(u8, u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (any::<u8>(), any::<u32>()).prop_map(|(key, value)| Step::Insert(key, value)),
        any::<u8>().prop_map(Step::Remove),
        (any::<u8>(), any::<u32>()).prop_map(|(key, value)| Step::Change(key, value)),
    ];
    proptest::collection::vec(step, 0..300)
}

fn play(steps: &[Step], map: &mut Map<u8, u32>, model: &mut BTreeMap<u8, u32>) {
    for step in steps {
        match *step {
            Step::Insert(key, value) => {
                assert_eq!(map.insert(key, value), model.insert(key, value).is_some())
            }
            Step::Remove(key) => assert_eq!(map.remove(&key), model.remove(&key)),
            Step::Change(key, value) => {
                let (mine, other) = (map.get_mut(&key), model.get_mut(&key));
                assert_eq!(mine, other);
                if let (Some(mine), Some(other)) = (mine, other) {
                    (*mine, *other) = (value, value);
                }
            }
        }
    }
}

fn same(map: &Map<u8, u32>, model: &BTreeMap<u8, u32>) {
    assert_eq!(map.len(), model.len());
    assert!(map.iter().eq(model.iter()), "{map:?} {model:?}");
    for passed in [0, 1, 2, model.len() / 2, model.len(), model.len() + 1] {
        assert!(map.iter_from(passed).eq(model.iter().skip(passed)), "without {passed}");
    }
    for key in 0..=u8::MAX {
        assert_eq!(map.get(&key), model.get(&key));
    }
}

proptest! {
    #[test]
    fn it_is_a_sorted_map_and_its_copies_stay_as_they_are(first in steps(), then in steps()) {
        let (mut map, mut model) = (Map::default(), BTreeMap::new());
        play(&first, &mut map, &mut model);
        let (kept, kept_model) = (map.clone(), model.clone());
        play(&then, &mut map, &mut model);
        same(&map, &model);
        same(&kept, &kept_model);
        let mut found = BTreeMap::new();
        map.differences(&kept, &mut |key, was, is| {
            assert!(found.insert(*key, (was.copied(), is.copied())).is_none());
        });
        for key in 0..=u8::MAX {
            let (was, is) = (kept_model.get(&key).copied(), model.get(&key).copied());
            prop_assert_eq!(found.get(&key).copied().unwrap_or((was, was)), (was, is), "{}", key);
        }
    }
}
