//! Real flows, where a folder of them is at hand (`FLOWBIND_FLOWS`): each is created as a manifest's content, read back
//! and found in sync; those that cannot be are listed with the reason.

use std::fmt::Write;
use std::path::Path;

use flowbind::emulator::{Emulator, Settings};
use flowbind::flow::{Document, Format, Wrapping, decode};
use flowbind::manifest::{self, Disk, Inputs};
use flowbind::plan::{Failure, Outcome};
use flowbind::sandbox;

use crate::apply::carry_out;
use crate::world::{World, real_flows};

const HEAD: &str = "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: { name: corpus }\nspec:\n  \
    accounts: { main: { id: \"111122223333\" } }\n  defaults: { account: main, region: us-west-2 }\n  \
    instances: { support: { alias: acme } }\n";

/// The text of a flow in the API's format that holds no template of somebody's; the others are not for this test.
fn plain(path: &Path) -> Option<String> {
    let bytes = std::fs::read(path).ok()?;
    let text = decode(&bytes).ok()?.into_owned();
    let document = Document::parse(&text).ok()?;
    let template = ["${", "{{", "%%", "<<"].iter().any(|mark| text.contains(mark));
    (document.format() == Format::Language && *document.wrapping() == Wrapping::None && !template)
        .then_some(text)
}

/// What names the instance of its author names that of the test instead: a manifest refuses another's.
fn at_home(text: &str) -> String {
    let mut parts = text.split("arn:aws:connect:");
    let mut home = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let instance = part
            .find(":instance/")
            .filter(|at| part[..*at].chars().all(|c| c.is_ascii_alphanumeric() || "-:".contains(c)));
        match instance.map(|at| &part[at + ":instance/".len()..]) {
            Some(rest) => {
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(rest.len());
                home.push_str("${instance.arn}");
                home.push_str(&rest[end..]);
            }
            None => home = home + "arn:aws:connect:" + part,
        }
    }
    home
}

/// What nobody filled in, named wrongly or left out, in the flows that are nobody's template; the others are in order.
#[test]
fn in_real_flows_only_what_is_wrong_is_found() {
    use flowbind::flow::facts::Facts;
    use flowbind::flow::rules::{self, FlowView};
    let Some((folder, paths)) = real_flows() else { return };
    let codes = [
        "placeholder",
        "foreign-reference",
        "unknown-reference",
        "lambda-arn-invalid",
        "lambda-other-qualifier",
    ];
    let rules: Vec<_> = codes.iter().map(|code| rules::find(code).unwrap()).collect();
    let mut summary = String::new();
    for path in &paths {
        let Some(text) = plain(path) else { continue };
        let document = Document::parse(&text).unwrap();
        for finding in rules::check(&FlowView::new(&document, None), &Facts::default(), &rules) {
            let name = path.strip_prefix(&folder).unwrap().display();
            writeln!(summary, "{name}:{}: [{}] {}", finding.line, finding.code, finding.message).unwrap();
        }
    }
    insta::assert_snapshot!("real_findings", summary);
}

/// Puts the flows that a manifest takes into one, and says why it does not take the others.
fn manifest_of(folder: &Path, flows: &[(String, String)]) -> (String, Vec<String>) {
    let (mut flow_lines, mut module_lines, mut refused) = (String::new(), String::new(), Vec::new());
    for (n, (name, content)) in flows.iter().enumerate() {
        std::fs::write(folder.join(format!("f{n}.json")), content).unwrap();
        let module = content.contains("EndFlowModuleExecution");
        let (section, kind, lines) = match module {
            true => ("modules", "", &mut module_lines),
            false => ("flows", "type: contact-flow, ", &mut flow_lines),
        };
        let line = format!("    f{n}: {{ instance: support, name: f{n}, {kind}content: f{n}.json }}\n");
        std::fs::write(folder.join("one.yaml"), format!("{HEAD}  {section}:\n{line}")).unwrap();
        match manifest::load(&[folder.join("one.yaml")], &Inputs::default(), &Disk) {
            Ok(_) => lines.push_str(&line),
            Err(problems) => refused.push(format!("{name}: {}", problems.problems[0].message)),
        }
    }
    std::fs::remove_file(folder.join("one.yaml")).ok();
    (format!("{HEAD}  flows:\n{flow_lines}  modules:\n{module_lines}"), refused)
}

#[tokio::test]
async fn real_flows_are_created_read_back_and_in_sync() {
    let Some((folder, paths)) = real_flows() else { return };
    let flows: Vec<(String, String)> = paths
        .iter()
        .filter_map(|path| {
            Some((path.strip_prefix(&folder).ok()?.display().to_string(), at_home(&plain(path)?)))
        })
        .collect();
    let temporary = tempfile::tempdir().unwrap();
    let (text, mut refused) = manifest_of(temporary.path(), &flows);
    std::fs::write(temporary.path().join("m.yaml"), text).unwrap();
    let manifests = crate::world::load(&temporary.path().join("m.yaml"));
    let quotas = ["flows-per-instance=500".parse().unwrap()].into_iter().collect();
    let settings = Settings { quotas, ..Settings::default() };
    let address = "127.0.0.1:0".parse().unwrap();
    let emulator = Emulator::start(address, settings, sandbox::world(&manifests)).await.unwrap();
    let world = World { folder: temporary, manifests, emulator };

    let session = world.session().await;
    let plan = world.plan().await;
    let report = carry_out(&session, &plan, &world.folder.path().join("own")).await;
    let mut created = 0;
    for (id, outcome) in &report.outcomes {
        let n: usize = id.address.name.as_str()[1..].parse().unwrap();
        match outcome {
            Outcome::Applied => created += 1,
            Outcome::Failed(Failure { message, .. }) => {
                let reason = message.split_once(": ").map_or(message.as_str(), |(_, reason)| reason);
                refused.push(format!("{}: {reason}", flows[n].0));
            }
            other => panic!("{}: {other:?}", flows[n].0),
        }
    }
    refused.sort();
    let again = world.plan().await;
    assert_eq!(again.in_sync, created, "what was created is in sync");
    assert_eq!(
        again.actions.len(),
        report.outcomes.len() - created,
        "only what was refused is still to be made"
    );
    let mut summary = format!("{} plain flows, {created} created and in sync\n", flows.len());
    for line in refused {
        writeln!(summary, "{line}").unwrap();
    }
    insta::assert_snapshot!("real_flows", summary);
}
