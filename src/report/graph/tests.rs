//! What holds for every picture, made up or real.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::json;

use crate::flow::facts::Facts;
use crate::flow::rules::{self, FlowView};
use crate::flow::{Document, decode};
use crate::manifest::{Disk, Inputs, Manifest, load};

use super::sheet::Sheet;
use super::{Direction, Picture, dot, mermaid, of_flow, of_manifest, svg};

mod chain;
mod geometry;
mod hostile;
mod xml;

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("manifests/demo")
}

/// Creates the picture of a flow's text, with what the analyser finds.
fn flow(text: &str) -> Picture {
    let document = Document::parse(text).unwrap();
    let view = FlowView::new(&document, None);
    let findings = rules::check(&view, &Facts::default(), rules::ALL);
    of_flow(&document, &view.graph, &findings)
}

fn file(path: &Path) -> Picture {
    flow(&decode(&std::fs::read(path).unwrap()).unwrap())
}

fn manifest() -> Manifest {
    let loaded = load(&[demo()], &Inputs::default(), &Disk).unwrap();
    loaded.manifests.into_iter().next().unwrap()
}

/// Holds a picture to everything that is promised of pictures.
fn check(picture: &Picture, name: &str) {
    drawn(picture, name);
    if picture.groups.is_empty() {
        drawn(&Picture { direction: Direction::Down, ..picture.clone() }, &format!("{name}, down"));
    }
}

fn drawn(picture: &Picture, name: &str) {
    geometry::check(picture, &Sheet::new(picture), name);
    let text = svg(picture);
    xml::check(&text).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
    assert_eq!(text, svg(picture), "{name}");
    let lines = dot(picture).lines().filter(|line| line.contains(" -> ")).count();
    assert_eq!(lines, picture.arrows.len(), "{name}");
    assert!(mermaid(picture).starts_with("flowchart "));
}

#[test]
fn the_demo_is_drawn_in_order() {
    for name in ["main-ivr", "care-queue"] {
        let picture = file(&demo().join(format!("flows/{name}.json")));
        assert!(picture.boxes.len() > 10);
        check(&picture, name);
    }
    let map = of_manifest(&manifest());
    check(&map, "map");
    let count = |prefix: &str| map.boxes.iter().filter(|tile| tile.id.starts_with(prefix)).count();
    assert_eq!((count("instance/"), count("flow/"), count("function/")), (1, 3, 4));
    let called = |from: &str, to: &str| {
        let place = |id: &str| map.boxes.iter().position(|tile| tile.id == id).unwrap();
        let (from, to) = (place(from), place(to));
        map.arrows.iter().find(|arrow| (arrow.from, arrow.to) == (from, to)).map(|arrow| arrow.line.as_str())
    };
    assert_eq!(called("flow/main-ivr@london", "function/caller-lookup"), Some("binding"));
    assert_eq!(called("flow/main-ivr@london", "function/returns-desk"), Some("grant"));
    assert_eq!(called("flow/main-ivr@london", "flow/care-queue@london"), Some("handover"));
    assert_eq!(called("instance/oregon", "function/contact-journal"), Some("grant"));
    assert_eq!(called("flow/us-desk@oregon", "function/order-status"), None);
}

/// `UPDATE_PICTURES=1` writes them anew.
#[test]
fn the_pictures_of_the_demo_are_those_in_its_folder() {
    let pictures =
        [("main-ivr.svg", file(&demo().join("flows/main-ivr.json"))), ("map.svg", of_manifest(&manifest()))];
    for (name, picture) in pictures {
        let path = demo().join(name);
        if std::env::var_os("UPDATE_PICTURES").is_some() {
            std::fs::write(&path, svg(&picture)).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap();
        assert!(kept == svg(&picture), "{name} is out of date: run this test with UPDATE_PICTURES=1");
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    found.sort();
}

#[test]
fn real_flows_are_drawn_in_order() {
    let Some(folder) = std::env::var_os("FLOWBIND_FLOWS") else {
        let note = b"note: FLOWBIND_FLOWS names no folder of flows, so only made-up ones are drawn\n";
        std::io::Write::write_all(&mut std::io::stderr(), note).unwrap();
        return;
    };
    let mut found = Vec::new();
    files(Path::new(&folder), &mut found);
    assert!(!found.is_empty(), "FLOWBIND_FLOWS names a folder without flows");
    for path in found {
        check(&file(&path), &path.display().to_string());
    }
}

/// Creates the text of a flow whose blocks have the given ways out: (target, sort of branch).
fn made_up(blocks: &[Vec<(usize, u8)>]) -> String {
    let actions: Vec<_> = blocks.iter().enumerate().map(|(index, ways)| {
        let target = |to: usize| format!("block number {to}");
        let (mut next, mut conditions, mut errors) = (None, Vec::new(), Vec::new());
        for (number, (to, sort)) in ways.iter().enumerate() {
            match sort {
                0 => next = Some(target(*to)),
                1 => conditions.push(json!({"NextAction": target(*to), "Condition": {"Operator": "Equals", "Operands": [number.to_string()]}})),
                _ => errors.push(json!({"NextAction": target(*to), "ErrorType": format!("Error{number}")})),
            }
        }
        let kind = ["InvokeLambdaFunction", "MessageParticipant", "Compare", "SomethingNew"][index % 4];
        json!({"Identifier": target(index), "Type": kind, "Parameters": {"Text": "x ".repeat(index * 7 % 50)},
            "Transitions": {"NextAction": next, "Conditions": conditions, "Errors": errors}})
    }).collect();
    json!({"Version": "2019-10-30", "StartAction": "block number 0", "Actions": actions}).to_string()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn made_up_flows_are_drawn_in_order(
        blocks in prop::collection::vec(prop::collection::vec((0..30_usize, 0..3_u8), 0..5), 0..28),
    ) {
        check(&flow(&made_up(&blocks)), "made up");
    }
}

#[test]
fn what_no_flow_is_allowed_to_be_is_drawn_in_part() {
    let blocks: Vec<Vec<(usize, u8)>> =
        (0..900).map(|at| vec![(at / 3, 0), ((at + 1) % 900, 2), (at ^ 1, 1)]).collect();
    let picture = flow(&made_up(&blocks));
    let drawn = svg(&picture);
    xml::check(&drawn).unwrap();
    assert!(drawn.contains("301 boxes and ") && drawn.contains("are left out."));
    assert_eq!(drawn.matches("class=\"fb-card\"").count(), 600);
}

#[test]
fn the_longest_flow_that_is_allowed_is_drawn() {
    // Ladders, shared ways out and ways back, so that nothing is trivial.
    let blocks: Vec<Vec<(usize, u8)>> = (0..250_usize)
        .map(|at| match at % 5 {
            0 => vec![((at + 1) % 250, 0), ((at + 7) % 250, 1), ((at + 13) % 250, 1), (249, 2)],
            1 => vec![((at + 3) % 250, 0), (at.saturating_sub(20), 1), (248, 2)],
            4 => vec![((at + 1) % 250, 1), (at / 2, 2)],
            _ => vec![((at + 2) % 250, 0), (249, 2)],
        })
        .collect();
    check(&flow(&made_up(&blocks)), "long");
}
