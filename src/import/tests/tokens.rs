//! What stands in flow files in place of ARNs and ids.

use super::*;

#[test]
fn whatever_of_the_instance_a_flow_names_becomes_a_token() {
    let mut live = instance("acme");
    let queue = FlowIds { id: id(100), arn: format!("{INSTANCE}/queue/{}", id(100)) };
    let prompt = FlowIds { id: id(101), arn: format!("{INSTANCE}/prompt/{}", id(101)) };
    let hours = FlowIds { id: id(102), arn: format!("{INSTANCE}/operating-hours/{}", id(102)) };
    live.named.insert(NamedKind::Queue, vec![("Say \"hi\" \\ ${x}".to_owned(), queue.clone())]);
    live.named.insert(NamedKind::Prompt, vec![("Beep.wav".to_owned(), prompt.clone())]);
    live.named.insert(NamedKind::Hours, vec![("Main".to_owned(), hours.clone())]);
    let module = add(&mut live, Kind::Module, "Auth", &stub_of(FlowType::Module));
    let (own, next) =
        (format!("{INSTANCE}/contact-flow/{}", id(1)), format!("{INSTANCE}/contact-flow/{}", id(2)));
    let text = format!(
        "{own} {next} {module}:3 {module} {} {} {} {} {INSTANCE} {INSTANCE}. ${{x}} $${{y}} ${INSTANCE}",
        queue.arn, queue.id, prompt.arn, hours.arn
    );
    add(
        &mut live,
        Kind::Flow,
        "First",
        &content(&[("call", &call(&format!("{LAMBDA}:crm:live"))), ("say", &say(&text))]),
    );
    add(
        &mut live,
        Kind::Flow,
        "Second",
        &content(&[("back", &say(&own)), ("crm", &call(&format!("{LAMBDA}:crm-2")))]),
    );
    let policies = grant(&mut live, &[&format!("{LAMBDA}:crm"), &format!("{LAMBDA}:crm-2")]);

    let (imported, manifest) = round(&live, &policies);
    let file: serde_json::Value = serde_json::from_str(&imported.files["flows/first.json"]).unwrap();
    assert_eq!(file["Actions"][0]["Parameters"]["LambdaFunctionARN"], "${function.crm.arn}");
    let q = "${queue[\"Say \\\"hi\\\" \\\\ ${x}\"]";
    // A token behind a `$` would be read as a literal.
    let literal =
        INSTANCE.replace("instance/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "instance/${instance.id}");
    let literal = format!("${literal}");
    let expected = format!(
        "${{flow.first.arn}} ${{flow.second.arn}} ${{module.auth.arn}}:3 ${{module.auth.arn}} {q}.arn}} {q}.id}} \
         ${{prompt[\"Beep.wav\"].arn}} ${{hours[\"Main\"].arn}} ${{instance.arn}} ${{instance.arn}}. $${{x}} $$${{y}} {literal}"
    );
    assert_eq!(file["Actions"][1]["Parameters"]["Text"], expected.as_str());
    assert_eq!(manifest.functions[&label("crm")].target.qualifier.as_deref(), Some("live"));
    assert_eq!(manifest.functions[&label("crm-2")].target.name, "crm-2");
    assert_eq!(imported.notes, []);
}

#[test]
fn calls_that_fail_stand_as_values_and_are_told_with_what_to_do() {
    let mut live = instance("acme");
    let names = ["fine", "missing", "unlisted", "silent", "denied"];
    let blocks: Vec<(String, String)> =
        names.iter().map(|name| ((*name).to_owned(), call(&format!("{LAMBDA}:{name}")))).collect();
    let other = call("arn:aws:lambda:eu-west-2:222233334444:function:theirs");
    let mut blocks: Vec<(&str, &str)> =
        blocks.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    blocks.push(("theirs", &other));
    add(&mut live, Kind::Flow, "Calls", &content(&blocks));
    let listed: Vec<String> =
        ["fine", "silent", "denied"].iter().map(|name| format!("{LAMBDA}:{name}")).collect();
    let mut policies = grant(&mut live, &listed.iter().map(String::as_str).collect::<Vec<_>>());
    let policy = |name: &str, look: Look<ResourcePolicy>, policies: &mut Policies| {
        let function = policies.keys().find(|function| function.name == name).unwrap().clone();
        policies.insert(function, look);
    };
    policy("unlisted", allowed(&format!("{LAMBDA}:unlisted")), &mut policies);
    policy("silent", Look::Found(ResourcePolicy::default()), &mut policies);
    let deny = r#"{"Statement": [{"Sid": "no", "Effect": "Deny", "Principal": "*", "Action": "lambda:*", "Resource": "*"}]}"#;
    policy("denied", Look::Found(ResourcePolicy::parse(deny, None).unwrap()), &mut policies);

    let (imported, manifest) = round(&live, &policies);
    assert_eq!(manifest.functions.keys().collect::<Vec<_>>(), [&label("fine")]);
    let said: Vec<String> = imported
        .notes
        .iter()
        .map(|note| format!("{:?} {}: {}", note.kind, note.subject, note.message))
        .collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    Broken function denied: statement "no" of its policy denies the call, or may (flow/calls calls it)
    Broken function missing: there is none in account 111122223333, eu-west-2 (flow/calls calls it)
    Broken function silent: its policy does not let the instance call it (flow/calls calls it)
    Broken function unlisted: it is not in the instance's list of functions (flow/calls calls it)
    Unchecked function theirs: it belongs to account 222233334444, which was not read (flow/calls calls it)
    "#);
    assert_eq!(manifest.instances[&label("main")].values["function-missing"], format!("{LAMBDA}:missing"));
}

#[test]
fn functions_in_the_list_that_no_flow_calls_are_listed_with_the_instance() {
    let mut live = instance("acme");
    let (idle, exact) = (format!("{LAMBDA}:idle"), format!("{LAMBDA}:exact:live"));
    let policies = grant(&mut live, &[&idle, &exact, &format!("{LAMBDA}:odd:$LATEST")]);
    let (imported, manifest) = round(&live, &policies);
    assert_eq!(manifest.instances[&label("main")].functions, [label("exact"), label("idle")]);
    assert_eq!(manifest.functions[&label("exact")].associate, manifest::Associate::Exact);
    assert_eq!(imported.notes.len(), 1, "{:?}", imported.notes);
}

#[test]
fn two_queues_of_one_name_and_modules_in_a_circle_stay_literal() {
    let mut live = instance("acme");
    let twin = |number| FlowIds { id: id(number), arn: format!("{INSTANCE}/queue/{}", id(number)) };
    let twins = [100, 101].map(|number| ("Twin".to_owned(), twin(number)));
    live.named.insert(NamedKind::Queue, twins.to_vec());
    let of = |number: usize| format!("{INSTANCE}/flow-module/{}", id(number));
    let invoke =
        |number| format!(r#""Type":"InvokeFlowModule","Parameters":{{"FlowModuleId":"{}"}}"#, of(number));
    for (name, next) in [("a", 1), ("b", 2), ("c", 0), ("outside", 0)] {
        let text =
            content(&[("go", &invoke(next))]).replace("DisconnectParticipant", "EndFlowModuleExecution");
        add(&mut live, Kind::Module, name, &text);
    }
    add(
        &mut live,
        Kind::Flow,
        "f",
        &content(&[("go", &invoke(0)), ("q", &say(&format!("{} {}", twin(100).arn, twin(101).id)))]),
    );
    let (imported, manifest) = round(&live, &Policies::new());
    assert!(imported.files["modules/a.json"].contains("${value.module-b}"));
    for outside in ["modules/outside.json", "flows/f.json"] {
        assert!(imported.files[outside].contains("${module.a.arn}"), "{outside}");
    }
    let values: Vec<&str> = manifest.instances[&label("main")].values.keys().map(String::as_str).collect();
    assert_eq!(values, ["module-a", "module-b", "module-c", "queue-twin", "queue-twin-2"]);
}

#[test]
fn a_file_keeps_order_numbers_and_escapes_and_of_equal_keys_the_last() {
    let mut live = instance("acme");
    let text = r#"{"Version":"2019-10-30","StartAction":"a","Metadata":{"bot":"arn:aws:lex:eu-west-2:111122223333:bot-alias/A/B","${k}":[]},
        "Actions":[{"Type":"MessageParticipant","Identifier":"a","Parameters":{"Text":"1","Text":"caf\u00e9 \/ ${x}","n":1.50,
        "Bot":"arn:aws:lex:eu-west-2:111122223333:bot-alias/C"},"Transitions":{"NextAction":"e"}},
        {"Identifier":"e","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}"#;
    add(&mut live, Kind::Flow, "Kept", text);
    let (imported, _) = round(&live, &Policies::new());
    insta::assert_snapshot!(imported.files["flows/kept.json"], @r#"
    {
      "Version": "2019-10-30",
      "StartAction": "a",
      "Metadata": {
        "bot": "arn:aws:lex:eu-west-2:111122223333:bot-alias/A/B",
        "$${k}": []
      },
      "Actions": [
        {
          "Type": "MessageParticipant",
          "Identifier": "a",
          "Parameters": {
            "Text": "café / $${x}",
            "n": 1.50,
            "Bot": "${value.lex-bot-alias-c}"
          },
          "Transitions": {
            "NextAction": "e"
          }
        },
        {
          "Identifier": "e",
          "Type": "DisconnectParticipant",
          "Parameters": {},
          "Transitions": {}
        }
      ]
    }
    "#);
}

#[test]
fn a_flow_that_layout_makes_too_long_is_written_without() {
    let mut live = instance("acme");
    let long = content(&[("a", &say(&"x".repeat(255_000)))]);
    add(&mut live, Kind::Flow, "Long", &long);
    add(&mut live, Kind::Flow, "Many", &content(&[("a", &say("short"))]));
    let many: Vec<String> = (0..9_000).map(|n| format!("\"k{n}\":\"vvvvvvvvvvvv\"")).collect();
    let parameters =
        format!(r#""Type":"UpdateContactAttributes","Parameters":{{"Attributes":{{{}}}}}"#, many.join(","));
    add(&mut live, Kind::Flow, "Wide", &content(&[("a", &parameters)]));
    let (imported, _) = round(&live, &Policies::new());
    assert_eq!(imported.files["flows/wide.json"].lines().count(), 1);
    assert!(imported.files["flows/many.json"].lines().count() > 10);
}

#[test]
fn what_no_other_instance_has_can_be_given_for_it() {
    let mut live = instance("acme");
    let bot = "arn:aws:lex:eu-west-2:111122223333:bot-alias/AB/CD";
    add(
        &mut live,
        Kind::Flow,
        "Bot",
        &content(&[("a", &say(bot)), ("b", &say("arn:aws:alias:eu-west-2:1:x"))]),
    );
    let (imported, manifest) = round(&live, &Policies::new());
    assert_eq!(manifest.instances[&label("main")].values["lex-bot-alias-ab-cd"], bot);
    let files: BTreeMap<PathBuf, Vec<u8>> =
        imported.files.iter().map(|(path, text)| (PathBuf::from(path), text.clone().into_bytes())).collect();
    let vars = [("alias", "other"), ("lex-bot-alias-ab-cd", "arn:of:another")];
    let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let inputs = Inputs { vars, ..Inputs::default() };
    let loaded = manifest::load(&[PathBuf::from(MANIFEST)], &inputs, &files).unwrap();
    let other = &loaded.manifests[0];
    assert_eq!(other.set.as_str(), "other");
    assert_eq!(other.instances[&label("main")].values["lex-bot-alias-ab-cd"], "arn:of:another");
}

#[test]
fn a_flow_that_tokens_make_too_long_keeps_its_ids() {
    let mut live = instance("acme");
    let name = "q".repeat(200);
    let queue = FlowIds { id: id(100), arn: format!("{INSTANCE}/queue/{}", id(100)) };
    live.named.insert(NamedKind::Queue, vec![(name, queue.clone())]);
    let ids = vec![queue.id; 5_000].join(" ");
    add(&mut live, Kind::Flow, "Ids", &content(&[("a", &say(&ids))]));
    let (imported, _) = round(&live, &Policies::new());
    assert!(!imported.files["flows/ids.json"].contains("${queue"));
}
