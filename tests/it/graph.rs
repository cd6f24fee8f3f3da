//! Pictures from the command line.

use crate::world::{code, flowbind, shipped, stderr, stdout};

#[test]
fn a_manifest_and_each_of_its_flows_are_drawn_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let demo = shipped("demo");
    for (format, begins) in [("svg", "<svg"), ("dot", "digraph"), ("mermaid", "")] {
        for flow in [None, Some("main-ivr")] {
            let mut command = flowbind(folder.path());
            command.args(["graph", "--format", format]).arg(&demo);
            if let Some(flow) = flow {
                command.args(["--flow", flow]);
            }
            let output = command.output().unwrap();
            assert_eq!(code(&output), 0, "{format} {flow:?}: {}", stderr(&output));
            let text = stdout(&output);
            assert!(text.contains(begins) && text.len() > 500, "{format} {flow:?}: {text}");
            let block = if flow.is_some() { "Look up caller" } else { "caller-lookup" };
            assert!(text.contains(block), "{format} {flow:?}: {text}");
        }
    }
}

#[test]
fn a_flow_file_is_drawn_alone_and_what_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = shipped("demo").join("flows/care-queue.json");
    let output = flowbind(folder.path()).arg("graph").arg(&file).output().unwrap();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let wrong =
        flowbind(folder.path()).args(["graph", "--flow", "main-irv"]).arg(shipped("demo")).output().unwrap();
    assert_eq!(code(&wrong), 64);
    assert!(stderr(&wrong).contains("did you mean `main-ivr`"), "{}", stderr(&wrong));
    let bound =
        flowbind(folder.path()).args(["graph", "--flow", "us-desk"]).arg(shipped("demo")).output().unwrap();
    assert_eq!(code(&bound), 1, "{}", stderr(&bound));
}
