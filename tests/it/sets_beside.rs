//! Sets of different accounts in one run: what is said of one set names it, and nothing is read before it is known who
//! calls in all of them.

use std::path::Path;

use crate::world::{World, code, flowbind_at, is_read, stderr, stdout};

fn set(n: usize, account: &str, more: &str) -> String {
    format!(
        "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: {{ name: set-{n} }}\nspec:\n  accounts: {{ main: {{ id: \
         \"{account}\" }} }}\n  defaults: {{ account: main, region: eu-west-2 }}\n  instances:\n    desk: {{ alias: desk, \
         functions: [lookup] }}\n  functions:\n    lookup: {{ name: lookup }}\n{more}"
    )
}

fn write(folder: &Path, sets: &[String]) {
    std::fs::create_dir_all(folder).unwrap();
    for (n, text) in sets.iter().enumerate() {
        std::fs::write(folder.join(format!("{n}.yaml")), text).unwrap();
    }
}

/// Two sets of two accounts that name everything alike, of which the caller is in the first account only.
async fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("m"), &[set(0, "111122223333", ""), set(1, "444455556666", "")]);
    World::in_folder(folder, "m").await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_read_before_it_is_known_who_calls_for_every_set() {
    let world = world().await;
    let output =
        flowbind_at(world.folder.path(), world.emulator.url().as_str()).args(["plan", "m"]).output().unwrap();
    let said = stderr(&output);
    assert_eq!(code(&output), 4, "{}{said}", stdout(&output));
    assert!(said.contains("444455556666; nothing was read"), "{said}");
    let read: Vec<String> = world.calls().into_keys().filter(|call| is_read(call)).collect();
    assert!(read.iter().all(|call| call.starts_with("sts:")), "{read:?}");
}
