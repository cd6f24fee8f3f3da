//! A quota that is reached once stops what needs it, and is reported once.

use flowbind::aws::{Options, Session};
use flowbind::emulator::Settings;
use flowbind::plan::{ApplyReport, Outcome};

use crate::apply::carry_out;
use crate::world::{World, code, flowbind_at, stdout};

const FLOWS: usize = 40;

/// Many flows, of which one calls another: that one waits for it.
async fn world(quota: &str) -> World {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let flow = |parameters: &str| {
        format!(
            r#"{{"Version":"2019-10-30","StartAction":"go","Actions":[{{"Identifier":"go","Type":"TransferToFlow","Parameters":{{{parameters}}},"Transitions":{{"NextAction":"end","Errors":[{{"ErrorType":"NoMatchingError","NextAction":"end"}}],"Conditions":[]}}}},{{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{{}},"Transitions":{{}}}}]}}"#
        )
    };
    write(
        "end.json",
        r#"{"Version":"2019-10-30","StartAction":"end","Actions":[{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}"#,
    );
    write("last.json", &flow(&format!(r#""ContactFlowId":"${{flow.f{}.arn}}""#, FLOWS - 2)));
    let mut text = "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: { name: acme }\nspec:\n  accounts: { main: { id: \"111122223333\" } }\n  defaults: { account: main, region: eu-west-2 }\n  instances: { support: { alias: acme } }\n  flows:\n".to_owned();
    for n in 0..FLOWS {
        let file = if n + 1 == FLOWS { "last" } else { "end" };
        text += &format!(
            "    f{n}: {{ instance: support, name: Flow {n}, type: contact-flow, content: {file}.json }}\n"
        );
    }
    write("m.yaml", &text);
    let quotas = [quota.parse().unwrap()].into_iter().collect();
    World::in_folder_with(folder, "m.yaml", Settings { quotas, ..Settings::default() }).await
}

fn count(report: &ApplyReport, wanted: fn(&Outcome) -> bool) -> usize {
    report.outcomes.iter().filter(|(_, outcome)| wanted(outcome)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_wait_for_their_turn_are_not_made_once_the_quota_is_reached() {
    let world = world("flows-per-instance=2").await;
    let plan = world.plan().await;
    let options = Options::embedded(world.emulator.url());
    let session = Session::open(Options { paced: true, ..options }).await;
    let report = carry_out(&session, &plan, &world.folder.path().join("own")).await;
    assert_eq!(count(&report, Outcome::is_done), 2, "{report:#?}");
    assert_eq!(count(&report, |outcome| matches!(outcome, Outcome::Failed { .. })), 1, "{report:#?}");
    // Where the flow that another one calls is the one that is refused, the caller is skipped for its sake.
    let rest =
        count(&report, |outcome| matches!(outcome, Outcome::NotBegun { .. } | Outcome::Skipped { .. }));
    assert_eq!(rest, report.outcomes.len() - 3, "{report:#?}");
    let (made, counted) = (world.calls()["connect:CreateContactFlow"], session.calls());
    assert!((3..FLOWS as u64).contains(&made), "{made} calls");
    let counted = counted.iter().find(|(operation, _)| operation.to_string() == "connect:CreateContactFlow");
    assert_eq!(counted.map(|(_, n)| u64::from(*n)), Some(made));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_is_reported_once_and_what_needs_it_in_one_list() {
    let world = world("flows-per-instance=2").await;
    let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
    let output = command.args(["apply", "m.yaml", "--auto-approve"]).output().unwrap();
    let text = stdout(&output);
    assert_eq!(code(&output), 1, "{text}");
    assert_eq!(text.matches("hint: request an increase in Service Quotas").count(), 1, "{text}");
    assert_eq!(text.matches("what needs the same quota was not tried").count(), 1, "{text}");
    assert!(text.contains("\n  and 29 more\n") || text.contains("\n  and 28 more\n"), "{text}");
    // The caller of the flow that was refused is skipped.
    assert!(!text.contains("skipped") || text.contains("for flow/f38: LimitExceededException"), "{text}");
}
