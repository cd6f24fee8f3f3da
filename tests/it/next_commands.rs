//! A command that a message names is typed as it stands, and does what the message says.

use std::path::Path;
use std::process::{Command, Output};

use flowbind::emulator::Settings;

use crate::approval::Asked;
use crate::undeclared::TWO;
use crate::world::{World, code, flowbind, stderr, stdout};

const FLOW: &str = r#"{"Version":"2019-10-30","StartAction":"end","Actions":[{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}"#;
const FLOWS: &str = "  flows:
    main: { instance: support, name: Main, type: contact-flow, content: main.json, protect: true }
";

fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    said(&flowbind(folder).args(arguments).output().unwrap())
}

fn said(output: &Output) -> (i32, String) {
    (code(output), format!("{}{}", stdout(output), stderr(output)))
}

/// Types a command line in a shell.
fn typed(folder: &Path, line: &str) -> (i32, String) {
    let arguments = line.strip_prefix("flowbind ").expect(line);
    let mut shell = Command::new("sh");
    shell.current_dir(folder).env_clear().env("HOME", folder).env("FLOWBIND", env!("CARGO_BIN_EXE_flowbind"));
    said(&shell.args(["-c", &format!("\"$FLOWBIND\" {arguments}")]).output().unwrap())
}

/// The commands between backticks behind a text.
fn quoted<'t>(said: &'t str, behind: &str) -> Vec<&'t str> {
    let (_, rest) = said.split_once(behind).unwrap_or_else(|| panic!("{behind} is not in\n{said}"));
    let line = rest.lines().next().unwrap();
    line.split('`').filter(|part| part.starts_with("flowbind ")).collect()
}

/// The command that ends the line behind a text.
fn last<'t>(said: &'t str, behind: &str) -> &'t str {
    let (_, rest) = said.split_once(behind).unwrap_or_else(|| panic!("{behind} is not in\n{said}"));
    rest.lines().next().unwrap()
}

#[test]
fn the_commands_that_a_plan_names_reach_the_sandbox_and_keep_the_options() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("main.json"), FLOW).unwrap();
    std::fs::write(at.join("my m.yaml"), format!("{TWO}{FLOWS}")).unwrap();
    let apply = ["apply", "--sandbox", "my m.yaml"];
    // What is protected is in the command, as the plan is written whole.
    let (_, text) = run(at, &["plan", "--sandbox", "my m.yaml", "--only", "grant/support/crm"]);
    let (ended, text) = typed(at, last(&text, "To apply exactly this: "));
    assert!(ended == 0 && text.contains("Apply: acme: "), "{text}");
    let (ended, text) = run(at, &apply);
    let [plan, review] = quoted(&text, "hint: review it with")[..] else { panic!("{text}") };
    assert_eq!((ended, typed(at, plan).0), (4, 0), "{text}");
    let (ended, text) = typed(at, review);
    assert!(ended == 0 && text.contains(" created"), "{text}");

    std::fs::write(at.join("main.json"), FLOW.replace("end", "bye")).unwrap();
    let (_, text) = run(at, &["plan", "--sandbox", "my m.yaml"]);
    let command = last(&text, "To apply exactly this: ");
    assert!(command.contains("--allow flow/main"), "{command}");
    let (ended, text) = typed(at, command);
    assert!(ended == 0 && text.contains("1 updated"), "{text}");

    let reduced = TWO.replace("acme-sales, functions: [crm]", "acme-sales");
    std::fs::write(at.join("my m.yaml"), format!("{reduced}{FLOWS}")).unwrap();
    let (_, text) = run(at, &["plan", "--sandbox", "my m.yaml"]);
    let [prune] = quoted(&text, "Orphaned: ")[..] else { panic!("{text}") };
    let (ended, pruned) = typed(at, prune);
    assert!(ended == 0 && pruned.contains("to delete"), "{pruned}");
    let (_, drift) = run(at, &["drift", "--audit", "--sandbox", "my m.yaml"]);
    let next = quoted(&drift, "shows what would be deleted");
    let [last_one] = next[..] else { panic!("{drift}") };
    assert_eq!(last_one, "flowbind apply --prune --sandbox 'my m.yaml'");
    let (ended, text) = typed(at, last(&pruned, "To apply exactly this: "));
    assert!(ended == 0 && text.contains("2 deleted"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_say_yes_is_told_how_to_say_it_or_how_to_keep_the_plan() {
    let world = World::with(TWO, Settings::default()).await;
    for (answer, hint) in [
        ("y", "hint: run again, and answer with the whole word `yes`."),
        ("no", "hint: to keep the plan for a review: flowbind plan --out plan.json --prune m.yaml"),
    ] {
        let mut asked = Asked::start(&world, &["apply", "--prune", "m.yaml"]);
        asked.until_it_has_asked(1).await;
        asked.say(answer);
        let (ended, said, _) = asked.end().await;
        assert!(ended == Some(4) && said.replace("\r\n", " ").contains(hint), "{said}");
    }
}
