//! The manifests of the sweep, each in three versions: as shipped, edited, and emptied.

use std::path::Path;

use flowbind::emulator::Settings;
use flowbind::manifest::{self, Disk, Inputs};

use crate::world::{World, copy, shipped};

/// A shipped manifest that is applied, edited and taken away.
pub(super) struct Subject {
    /// The folder below `manifests/`.
    pub(super) name: &'static str,
    /// The set that is made of it.
    pub(super) set: &'static str,
    /// What the command line names.
    pub(super) arguments: &'static [&'static str],
    /// The target, where it has any.
    target: Option<&'static str>,
    /// Files, what is replaced in them, and by what.
    edits: &'static [(&'static str, &'static str, &'static str)],
    /// The logical names that change with that, before and after.
    pub(super) relabelled: (&'static str, &'static str),
    /// Functions of others, with their qualifiers.
    pub(super) referenced: &'static [(&'static str, Option<&'static str>)],
    /// Flows that are only bound.
    pub(super) bound: &'static [&'static str],
}

/// Which version of a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    First,
    Second,
    Emptied,
}

/// Two instances in two Regions, functions of others; names swapped, a label and a text edited.
pub(super) const DEMO: Subject = Subject {
    name: "demo",
    set: "fernhill",
    arguments: &["demo"],
    target: None,
    edits: &[
        ("flowbind.yaml", "      name: Main IVR\n", "      name: (swap)\n"),
        ("flowbind.yaml", "    us-desk:\n", "    us-front:\n"),
        ("flowbind.yaml", "      name: Care queue\n", "      name: Main IVR\n"),
        ("flowbind.yaml", "      name: (swap)\n", "      name: Care queue\n"),
        (
            "flowbind.yaml",
            "          timeLimit: 5s\n          invocation: async",
            "          timeLimit: 7s\n          invocation: async",
        ),
        ("flows/main-ivr.json", "Welcome to Fernhill Outdoor.", "Good day from Fernhill Outdoor."),
    ],
    relabelled: ("us-desk", "us-front"),
    referenced: &[("fernhill-caller-lookup-dev", Some("live")), ("fernhill-order-status-dev", None)],
    bound: &["US desk"],
};

/// Functions and roles of its own, modules, flows that name one another, two Regions, two accounts.
pub(super) const PLATFORM: Subject = Subject {
    name: "platform",
    set: "calder-dev",
    arguments: &["platform", "--for", "dev"],
    target: Some("dev"),
    edits: &[
        ("flowbind.yaml", "      name: Train times\n", "      name: (swap)\n"),
        ("flowbind.yaml", "      name: Money back\n", "      name: Train times\n"),
        ("flowbind.yaml", "      name: (swap)\n", "      name: Money back\n"),
        ("flowbind.yaml", "      name: Opening times\n", "      name: (swap)\n"),
        ("flowbind.yaml", "      name: Verify caller\n", "      name: Opening times\n"),
        ("flowbind.yaml", "      name: (swap)\n", "      name: Verify caller\n"),
        ("flowbind.yaml", "    agent-whisper:\n", "    whisper:\n"),
        ("flows/main-ivr.json", "${flow.agent-whisper.", "${flow.whisper."),
        ("flowbind.yaml", "      name: Lost property\n", "      name: Lost and found\n"),
        ("flowbind.yaml", "Action: dynamodb:PutItem", "Action: dynamodb:UpdateItem"),
        (
            "flowbind.yaml",
            "[AWSLambdaBasicExecutionRole, AWSXRayDaemonWriteAccess]",
            "[AWSLambdaBasicExecutionRole]",
        ),
        ("flowbind.yaml", "environment: { STANDARD_FARE: 26.00 }", "environment: { STANDARD_FARE: 28.00 }"),
        ("flowbind.yaml", "        timeout: 10s\n", "        timeout: 12s\n"),
        ("flows/refunds.json", "How many minutes late did you arrive?", "By how many minutes were you late?"),
        ("functions/wait-words/index.mjs", "export const handler", "// Edited.\nexport const handler"),
    ],
    relabelled: ("agent-whisper", "whisper"),
    referenced: &[("ticketing-connect-dev", Some("live")), ("loyalty-credit-dev", Some("live"))],
    bound: &["Staff desk"],
};

impl Subject {
    /// An embedded AWS with what the manifest expects.
    pub(super) async fn world(&self) -> World {
        let folder = tempfile::tempdir().unwrap();
        copy(&shipped(self.name), &folder.path().join(self.name));
        let inputs = Inputs {
            targets: self.target.iter().map(|target| (*target).to_owned()).collect(),
            ..Inputs::default()
        };
        let loaded = manifest::load(&[folder.path().join(self.name)], &inputs, &Disk);
        let manifests = loaded.unwrap_or_else(|problems| panic!("{:#?}", problems.problems)).manifests;
        let mut seed = flowbind::sandbox::world(&manifests);
        seed.functions.push(super::planted::function());
        World::of(folder, manifests, Settings::default(), seed).await
    }

    /// Edits a copy of the manifest.
    pub(super) fn edit(&self, folder: &Path, edit: Edit) {
        let folder = folder.join(self.name);
        match edit {
            Edit::First => {}
            Edit::Second => {
                for (file, from, to) in self.edits {
                    let path = folder.join(file);
                    let text = std::fs::read_to_string(&path).unwrap();
                    assert!(text.contains(from), "`{from}` is not in {file}");
                    std::fs::write(path, text.replace(from, to)).unwrap();
                }
            }
            Edit::Emptied => {
                let path = folder.join("flowbind.yaml");
                let text = std::fs::read_to_string(&path).unwrap();
                // Instances stay; whatever follows them goes, and so do the functions that they name themselves.
                let (kept, _) = text.split_once("\n  functions:\n").unwrap();
                let kept = kept.lines().filter(|line| !line.starts_with("      functions: ["));
                std::fs::write(path, kept.fold(String::new(), |text, line| text + line + "\n")).unwrap();
            }
        }
    }
}
