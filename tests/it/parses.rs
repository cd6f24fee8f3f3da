//! A flow's text is parsed once when it is loaded, once when it is observed, and once for each change made to it.
//!
//! Counted from the log of the real binary: the one reader of flow texts notes each text that it parses.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;

use flowbind::emulator::Settings;
use flowbind::lint::{ManifestFlow, manifest_flows};
use flowbind::manifest::Manifest;
use serde_json::Value;

use crate::world::{World, code, copy, flowbind_at, shipped, stderr, stdout};

async fn platform() -> World {
    let folder = tempfile::tempdir().unwrap();
    copy(&shipped("platform"), &folder.path().join("platform"));
    World::in_folder_with(folder, "platform", Settings::default()).await
}

/// What one command parsed and read.
struct Counted {
    /// How often each text was parsed, by its digest.
    texts: BTreeMap<String, usize>,
    /// The flows and modules that were read, of which each has a draft too.
    live: usize,
}

impl Counted {
    fn parses(&self) -> usize {
        self.texts.values().sum()
    }
}

fn count(world: &World, arguments: &[&str]) -> Counted {
    let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
    let arguments = [arguments, &["-vv", "--log-format", "json", "platform"]].concat();
    let output = command.args(&arguments).stdin(Stdio::null()).output().unwrap();
    assert_eq!(code(&output), 0, "{arguments:?}: {}{}", stdout(&output), stderr(&output));
    let mut counted = Counted { texts: BTreeMap::new(), live: 0 };
    let mut reads = 0;
    for line in stderr(&output).lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        if line["message"] == "parses a text" {
            *counted.texts.entry(line["digest"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        let operation = line["operation"].as_str().unwrap_or_default();
        reads += usize::from(operation.contains("DescribeContactFlow"));
    }
    counted.live = reads / 2;
    counted
}

/// The texts of the flow files, as they are read and as variables make them, each once however many flows and targets
/// name it.
fn loaded(manifests: &[Manifest]) -> usize {
    let flows = manifests.iter().flat_map(|manifest| manifest.contents().map(|(_, _, flow)| flow));
    let files = flows.filter_map(|flow| flow.content.as_ref());
    let texts = files.flat_map(|file| [&file.written, &file.text].map(|text| (&file.path, text.as_str())));
    texts.collect::<BTreeSet<_>>().len()
}

/// What is made of the files on all instances: tokens are replaced, then bindings laid over, where they say anything else
/// than the file. In a flow that is live already, and differs, blocks are bound.
fn changes(manifests: &[Manifest]) -> usize {
    let flows = manifests.iter().flat_map(|manifest| {
        let changed = |found: ManifestFlow<'_>| {
            let file = manifest.content(found.kind, found.flow).unwrap().content.as_ref().unwrap();
            let tokens = usize::from(!file.text.tokens().is_empty());
            (tokens + usize::from(found.desired != file.text)) * found.instances.len()
        };
        let bound = manifest.flows.values().filter(|flow| flow.content.is_none());
        manifest_flows(manifest).into_iter().map(changed).chain(bound.map(|flow| flow.instances.len()))
    });
    flows.sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_flow_text_is_parsed_once_when_loaded_once_when_observed_and_once_for_each_change() {
    let world = platform().await;
    let (loaded, changes) = (loaded(&world.manifests), changes(&world.manifests));
    assert!(loaded > 10 && changes > 50, "{loaded} {changes}");
    for alone in ["validate", "lint"] {
        let counted = count(&world, &[alone]);
        assert_eq!(counted.parses(), loaded, "{alone}");
        assert!(counted.texts.values().all(|times| *times == 1), "{alone}: {:?}", counted.texts);
    }
    let new = count(&world, &["plan"]);
    assert_eq!(new.parses(), loaded + new.live + changes, "{} live", new.live);
    count(&world, &["apply", "--auto-approve"]);
    // What agrees by the letter with what was observed is not parsed a second time.
    for same in [&["plan"][..], &["plan", "--audit"], &["plan", "--prune"], &["drift"]] {
        let counted = count(&world, same);
        assert!(counted.live > 50, "{} live", counted.live);
        assert_eq!(counted.parses(), loaded + counted.live, "{same:?}: {} live", counted.live);
    }
}
