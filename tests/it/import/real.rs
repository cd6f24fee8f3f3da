//! Real flows, where a folder of them is at hand (`FLOWBIND_FLOWS`): one instance holds all that can be created, and
//! its import plans empty.

use aws_sdk_connect::types::ContactFlowType;
use flowbind::emulator::Settings;
use flowbind::flow::decode;

use super::{REGION, two_instances};
use crate::world::{World, code, flowbind, real_flows, stderr, stdout};

/// Creates a flow or module of a text; tells whether the embedded AWS took it.
async fn create(world: &World, instance: &str, name: &str, text: &str) -> bool {
    let connect = world.connect(REGION);
    if text.contains("EndFlowModuleExecution") {
        let create = connect.create_contact_flow_module().instance_id(instance).name(name);
        return create.content(text).send().await.is_ok();
    }
    let create = connect.create_contact_flow().instance_id(instance).name(name);
    create.r#type(ContactFlowType::ContactFlow).content(text).send().await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn real_flows_are_imported_and_their_plan_is_empty() {
    let Some((folder, paths)) = real_flows() else { return };
    let quotas = ["flows-per-instance=500".parse().unwrap()].into_iter().collect();
    // In a sandbox nothing is paced.
    let state = tempfile::tempdir().unwrap();
    let file = state.path().join("sandbox.json");
    let world = two_instances(Settings { quotas, state: Some(file.clone()), ..Settings::default() }).await;
    let list = world.connect(REGION).list_instances().send().await.unwrap();
    let acme = list.instance_summary_list().iter().find(|i| i.instance_alias() == Some("acme")).unwrap();
    let mut created = 0;
    for path in &paths {
        let bytes = std::fs::read(path).unwrap();
        let Ok(text) = decode(&bytes) else { continue };
        let name: String =
            path.strip_prefix(&folder).unwrap().display().to_string().chars().take(120).collect();
        created += usize::from(create(&world, acme.id().unwrap(), &name, &text).await);
    }
    assert!(created > 20, "{created} of {}", paths.len());
    let World { folder: home, emulator, .. } = world;
    emulator.stop().await.unwrap();
    let sandbox = format!("--sandbox={}", file.display());
    let run = |arguments: &[&str]| flowbind(home.path()).args(arguments).arg(&sandbox).output().unwrap();
    let got = run(&["import", "--region", REGION, "--instance", "acme", "--out", "got"]);
    assert_eq!(code(&got), 0, "{}{}", stdout(&got), stderr(&got));
    assert!(!stderr(&got).contains("left out"), "{}", stderr(&got));
    let plan = run(&["plan", "--detailed-exitcode", "got"]);
    assert_eq!(code(&plan), 0, "{}{}", stdout(&plan), stderr(&plan));
    assert!(stdout(&got).contains(" files. A plan of them is empty."), "{}", stdout(&got));
    let manifests = crate::world::load(&home.path().join("got"));
    assert_eq!(manifests[0].flows.len() + manifests[0].modules.len(), created);
}
