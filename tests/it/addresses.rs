//! An address that one command prints is the one that every other prints and takes.

use crate::hand_made::applied;
use crate::outputs::{at, edit};
use crate::world::{World, code, stderr, stdout};

/// The demo as applied, with the flow `care-queue` taken out of the manifest.
async fn without_care_queue() -> World {
    let world = applied().await;
    let folder = world.folder.path();
    let text = std::fs::read_to_string(folder.join("demo/flowbind.yaml")).unwrap();
    let (head, rest) = text.split_once("    care-queue:\n      instance").unwrap();
    let (_, tail) = rest.split_once("    # No `content`").unwrap();
    std::fs::write(folder.join("demo/flowbind.yaml"), format!("{head}    # No `content`{tail}")).unwrap();
    edit(folder, "flows/main-ivr.json", "${flow.care-queue.arn}", "${flow.main-ivr.arn}");
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_orphaned_has_one_address_everywhere() {
    let world = without_care_queue().await;
    for arguments in [&["drift", "demo"][..], &["drift", "demo", "--audit"], &["plan", "demo", "--prune"]] {
        let text = stdout(&at(&world, arguments));
        assert!(text.contains(" flow/care-queue "), "{arguments:?}\n{text}");
        assert!(!text.contains("flow/care-queue@"), "{arguments:?}\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_is_lifted_with_and_without_the_instance_that_is_the_only_one() {
    let world = without_care_queue().await;
    let apply = |allow: &[&str]| {
        let output =
            at(&world, &[&["apply", "demo", "--prune", "--force", "--auto-approve"], allow].concat());
        (code(&output), format!("{}{}", stdout(&output), stderr(&output)))
    };
    for (allow, said) in [
        ("flow/care-queue@oregon", "did you mean `flow/care-queue`?"),
        ("flow/nope", "no planned or declared resource has this address"),
    ] {
        let (ended, text) = apply(&["--allow", allow]);
        assert_eq!(ended, 4, "{text}");
        assert!(text.contains(&format!("--allow {allow}: ")) && text.contains(said), "{text}");
    }
    let (ended, text) = apply(&["--allow", "flow/care-queue@london", "--allow", "flow/main-ivr"]);
    assert_eq!(ended, 0, "{text}");
    assert!(!text.contains("has this address"), "{text}");
}
