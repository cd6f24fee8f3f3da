//! The manifest as people read it.

use super::*;

#[test]
fn the_manifest_is_written_for_people() {
    let mut live = instance("acme");
    let queue = FlowIds { id: id(100), arn: format!("{INSTANCE}/queue/{}", id(100)) };
    live.named.insert(NamedKind::Queue, vec![("Support".to_owned(), queue.clone())]);
    add(&mut live, Kind::Module, "Auth", &stub_of(FlowType::Module));
    let call_crm = call(&format!("{LAMBDA}:crm:live"));
    let (gone, bot) =
        (call(&format!("{LAMBDA}:gone")), say("arn:aws:lex:eu-west-2:111122223333:bot-alias/A/B"));
    let blocks = [("crm", call_crm.as_str()), ("gone", &gone), ("bot", &bot), ("queue", &say(&queue.arn))];
    add(&mut live, Kind::Flow, "Main IVR", &content(&blocks));
    live.contents[1].1.description = "Says: \"hello\"".to_owned();
    add(&mut live, Kind::Flow, "Old", &stub_of(FlowType::ContactFlow));
    live.contents[2].1.summary.archived = true;
    add(&mut live, Kind::Flow, "New", &stub_of(FlowType::CustomerHold));
    live.contents[3].1.summary.kind = Some(FlowType::CustomerHold);
    live.contents[3].1.published = None;
    live.contents[3].1.summary.published = false;
    add(&mut live, Kind::Flow, "Strange", "[]");
    let policies = grant(&mut live, &[&format!("{LAMBDA}:crm"), &format!("{LAMBDA}:idle")]);
    let (imported, _) = round(&live, &policies);
    insta::assert_snapshot!("manifest", imported.files[MANIFEST]);
}
