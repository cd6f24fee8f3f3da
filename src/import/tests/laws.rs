//! Whatever texts and names an instance holds, what is imported reads back and plans empty.

use proptest::prelude::*;

use super::*;

/// What breaks templates, YAML and JSON, and what becomes a token.
fn fragment() -> impl Strategy<Value = String> {
    let awkward = prop::sample::select(vec![
        "$",
        "{",
        "}",
        "${",
        "$${",
        "$.",
        "$[",
        "\\",
        "\"",
        "'",
        ":",
        ".",
        "-",
        " ",
        "#",
        "é",
        "\u{2028}",
        "\n",
        "arn:",
        "arn:aws:",
        "arn:aws:lex:eu-west-2:111122223333:bot-alias/A",
        "aaaaaaaa-0000-4000-8000-000000000000",
        "${instance.arn}",
        "${queue[\"",
        "\"].arn}",
        "x",
        "7",
    ]);
    prop_oneof![
        awkward.prop_map(str::to_owned),
        (0..3_usize).prop_map(|n| format!("{INSTANCE}/contact-flow/{}", id(n))),
        (0..3_usize).prop_map(|n| format!("{INSTANCE}/flow-module/{}", id(n))),
        Just(format!("{INSTANCE}/queue/{}", id(100))),
        Just(INSTANCE.to_owned()),
        Just(format!("{LAMBDA}:crm")),
        Just(format!("{LAMBDA}:crm:live")),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(fragment(), 0..8).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_is_imported_plans_empty(
        texts in prop::collection::vec(text(), 3),
        names in prop::collection::btree_set(text(), 3),
        queue in text(),
        called in prop::collection::vec(text(), 1..3),
        listed in any::<bool>(),
    ) {
        let mut live = instance("acme");
        let ids = FlowIds { id: id(100), arn: format!("{INSTANCE}/queue/{}", id(100)) };
        live.named.insert(NamedKind::Queue, vec![(queue, ids)]);
        let names: Vec<&String> = names.iter().collect();
        let literal = |text: &String| serde_json::Value::from(text.as_str()).to_string();
        let calls: Vec<String> = called
            .iter()
            .map(|arn| call("@").replace("\"@\"", &literal(arn)))
            .chain([call(&format!("{LAMBDA}:crm:live"))])
            .collect();
        for (n, kind) in [Kind::Module, Kind::Flow, Kind::Flow].into_iter().enumerate() {
            let mut blocks: Vec<(String, String)> = vec![("say".to_owned(), say(&texts[n]))];
            blocks.extend(calls.iter().enumerate().map(|(n, call)| (format!("call {n}"), call.clone())));
            let blocks: Vec<(&str, &str)> = blocks.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
            add(&mut live, kind, names[n], &content(&blocks));
            live.contents.last_mut().unwrap().1.description = texts[n].clone();
        }
        let crm = format!("{LAMBDA}:crm");
        let arns: Vec<&str> = listed.then_some(crm.as_str()).into_iter().collect();
        let policies = grant(&mut live, &arns);
        let (imported, manifest) = round(&live, &policies);
        prop_assert_eq!(manifest.flows.len(), imported.flows);
        prop_assert_eq!(manifest.modules.len(), imported.modules);
    }
}
