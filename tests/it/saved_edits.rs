//! Whoever can write a saved plan can seal it again: what it shows a reviewer is compared with what would be written.

use flowbind::resource::sha256;
use serde_json::Value;

use crate::saved_plans::{nothing_written, read, run, save, start};
use crate::world::World;

/// Edits the saved plan, seals it again, and applies it: gives the code and what was said.
fn edited(world: &World, good: &str, edit: impl FnOnce(&mut Value)) -> (i32, String) {
    let mut plan: Value = serde_json::from_str(good).unwrap();
    edit(&mut plan);
    plan["seal"] = "".into();
    plan["seal"] = sha256(plan.to_string()).into();
    std::fs::write(world.folder.path().join("plan.json"), serde_json::to_string_pretty(&plan).unwrap())
        .unwrap();
    world.emulator.reset();
    run(world, &["apply", "--plan", "plan.json"])
}

/// The pointers to all leaves below a value.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(key, value)| leaves(value, &format!("{at}/{key}"), found))
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, value)| leaves(value, &format!("{at}/{index}"), found));
        }
        _ => found.push(at.to_owned()),
    }
}

fn other(value: &Value) -> Value {
    match value {
        Value::String(text) => format!("{text} ").into(),
        Value::Bool(flag) => (!flag).into(),
        Value::Null => "something".into(),
        _ => Value::Null,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_visible_field_of_a_saved_plan_counts_although_it_was_sealed_again() {
    let world = start().await;
    save(&world, &[]);
    let good = read(&world);
    let plan: Value = serde_json::from_str(&good).unwrap();
    let mut all = Vec::new();
    for part in ["actions", "inputs", "places"] {
        leaves(&plan[part], &format!("/{part}"), &mut all);
    }
    for part in ["set", "sections", "create", "update", "delete", "rollback"] {
        leaves(&plan["views"][0][part], &format!("/views/0/{part}"), &mut all);
    }
    assert!(all.len() > 40, "{all:#?}");
    // Every field once, wherever in the list it stands.
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|pointer| seen.insert(pointer.replace(|c: char| c.is_ascii_digit(), "")));
    for pointer in all {
        let (code, said) = edited(&world, &good, |plan| {
            let leaf = plan.pointer_mut(&pointer).unwrap();
            *leaf = other(leaf);
        });
        let refused = code == 4 && said.contains("nothing was written");
        assert!(refused || code == 1 && said.contains("it is damaged"), "{pointer}: {code} {said}");
        nothing_written(&world);
    }
    type Edit = fn(&mut Value);
    let edits: [(&str, Edit); 5] = [
        ("an action more", |plan| {
            let action = plan["actions"][0].clone();
            plan["actions"].as_array_mut().unwrap().push(action);
        }),
        ("an action less", |plan| drop(plan["actions"].as_array_mut().unwrap().pop())),
        ("another order", |plan| plan["actions"].as_array_mut().unwrap().reverse()),
        ("made in the future", |plan| {
            plan["created"] = "9998-01-01T00:00:00Z".into();
            plan["expires"] = "9999-01-01T00:00:00Z".into();
        }),
        ("over", |plan| {
            plan["created"] = "9998-01-01T00:00:00Z".into();
            plan["expires"] = "2026-01-01T00:00:00Z".into();
        }),
    ];
    for (what, edit) in edits {
        let (code, said) = edited(&world, &good, edit);
        assert_eq!(code, 4, "{what}: {said}");
        nothing_written(&world);
    }
    let (code, said) = edited(&world, &good, |_| {});
    assert_eq!(code, 0, "sealed again as it was: {said}");
}
