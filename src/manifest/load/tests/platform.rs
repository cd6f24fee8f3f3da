//! The platform that ships with flowbind: it is in order for every target, and each target is what its file says.

use std::collections::BTreeSet;
use std::path::Path;

use super::super::super::model::NamedKind;
use super::super::super::reading::files::Disk;
use super::*;
use crate::flow::facts::Facts;
use crate::flow::finding::Severity;
use crate::flow::{Document, rules};

fn platform(targets: &[&str]) -> Vec<Manifest> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("manifests/platform");
    let targets = targets.iter().map(|target| (*target).to_owned()).collect();
    let loaded = load(&[folder], &Inputs { targets, ..Inputs::default() }, &Disk);
    let Ok(loaded) = loaded else { panic!("{:#?}", lines(loaded)) };
    assert_eq!(loaded.warnings, []);
    loaded.manifests
}

#[test]
fn each_target_holds_the_whole_platform() {
    let sets = platform(&[]);
    let names: Vec<&str> = sets.iter().map(|set| set.set.as_str()).collect();
    assert_eq!(names, ["calder-dev", "calder-test", "calder-prod"]);
    for set in &sets {
        assert_eq!((set.functions.len(), set.flows.len(), set.modules.len()), (12, 9, 2), "{}", set.set);
        let made = set.functions.values().filter(|function| function.source.is_some());
        assert_eq!(made.count(), 8);
        assert!(set.functions.values().all(|function| function.target.qualifier.is_some()));
        let regions: BTreeSet<_> = set.instances.values().map(|instance| &instance.place.region).collect();
        assert_eq!(regions.len(), 2);
        let shared = &set.functions[&label("fraud-score")].target.place.account;
        assert_eq!(shared, &set.accounts[&label("shared")].id);
        assert!(set.instances.values().all(|instance| &instance.place.account != shared));
        for instance in set.instances.keys() {
            let kinds: BTreeSet<NamedKind> = set.named(instance).into_iter().map(|(kind, _)| kind).collect();
            assert_eq!(kinds.len(), 3);
        }
    }
    let accounts: BTreeSet<_> = sets.iter().map(|set| &set.accounts[&label("main")].id).collect();
    assert_eq!(accounts.len(), 3);
}

#[test]
fn the_same_files_are_planned_for_two_targets() {
    let (dev, prod) = (platform(&["dev"]).remove(0), platform(&["prod"]).remove(0));
    let of = |set: &Manifest| {
        let source = set.functions[&label("caller-lookup")].source.clone().unwrap();
        (source.code.digest.clone(), source.memory, source.environment.unwrap()["TABLE"].expose().to_owned())
    };
    let ((code, memory, table), (same, more, other)) = (of(&dev), of(&prod));
    assert_eq!(code, same);
    assert_eq!((memory, more), (Some(128), Some(512)));
    assert_eq!((table.as_str(), other.as_str()), ("calder-dev-callers", "calder-prod-callers"));
    assert_ne!(dev.digest, prod.digest);
}

#[test]
fn no_rule_finds_fault_with_its_flows() {
    let set = platform(&["dev"]).remove(0);
    let mut found = Vec::new();
    for flow in set.modules.values().chain(set.flows.values()) {
        let Some(content) = &flow.content else { continue };
        let document = Document::parse(&content.text).unwrap();
        let view = rules::FlowView::new(&document, Some(&content.path));
        found.extend(rules::check(&view, &Facts::default(), rules::ALL));
    }
    // A flow that others lead to reads attributes that those have set; and a journal that fails holds nobody up.
    let wrong: Vec<String> = found
        .into_iter()
        .filter(|finding| matches!(finding.severity, Severity::Error | Severity::Warning))
        .map(|finding| format!("{}: {:?}: {}", finding.code, finding.block, finding.message))
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}
