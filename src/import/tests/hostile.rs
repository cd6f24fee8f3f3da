//! Names, texts and states that a manifest must hold as they are, or leave out and say so.

use super::*;

#[test]
fn any_name_and_description_that_a_manifest_takes_comes_back_as_it_was() {
    let names = [
        "NO",
        "null",
        "007",
        "1e3",
        "a: b",
        "# x",
        "\"quoted\"",
        "it's",
        "back\\slash",
        "${var.x}",
        "$${x}",
        "{a}",
        "[a]",
        "- a",
        "&a",
        "*a",
        "!a",
        "%a",
        "@a",
        "`a`",
        "日本語",
        "\u{1F600}",
        " padded ",
        "a\u{2028}b",
        "\u{FEFF}bom",
        "x\u{202E}y",
        "true",
        "~",
        "=",
        "<<",
        "a\u{A0}b",
        "?",
        "|",
        ">",
        "'",
        "\"",
    ];
    let mut live = instance("acme");
    for name in names {
        add(&mut live, Kind::Flow, name, &stub_of(FlowType::ContactFlow));
        live.contents.last_mut().unwrap().1.description = format!("{name}\n${{line}} two\t\u{7}\u{85}");
    }
    let (imported, manifest) = round(&live, &Policies::new());
    assert_eq!((imported.flows, imported.notes.as_slice()), (names.len(), &[][..]));
    let back: BTreeSet<&str> = manifest.flows.values().map(|flow| flow.name.as_str()).collect();
    assert_eq!(back, names.into_iter().collect());
    for flow in manifest.flows.values() {
        assert_eq!(
            flow.description.as_deref(),
            Some(format!("{}\n${{line}} two\t\u{7}\u{85}", flow.name).as_str())
        );
    }
}

#[test]
fn what_a_manifest_cannot_hold_is_left_out_and_told_and_others_may_name_it() {
    let mut live = instance("acme");
    let stub = stub_of(FlowType::ContactFlow);
    let control = add(&mut live, Kind::Flow, "two\nlines", &stub);
    let long = "x".repeat(128);
    add(&mut live, Kind::Flow, &long, &stub);
    add(&mut live, Kind::Flow, "New kind", &stub);
    live.contents.last_mut().unwrap().1.summary.kind = None;
    live.contents.last_mut().unwrap().1.summary.kind_text = "HOLOGRAM".to_owned();
    add(&mut live, Kind::Flow, "Not JSON", "{");
    let bad = content(&[("a\\n%", &say("x"))]);
    add(&mut live, Kind::Flow, "Bad identifier", &bad);
    add(&mut live, Kind::Module, "Draft only", &stub_of(FlowType::Module));
    live.contents.last_mut().unwrap().1.published = None;
    let to = format!(r#""Type":"TransferToFlow","Parameters":{{"ContactFlowId":"{control}"}}"#);
    add(&mut live, Kind::Flow, "Good", &content(&[("go", &to)]));

    let (imported, manifest) = round(&live, &Policies::new());
    assert_eq!(manifest.flows.keys().collect::<Vec<_>>(), [&label("good")]);
    let left_out: Vec<&str> = imported
        .notes
        .iter()
        .filter(|note| note.kind == NoteKind::LeftOut)
        .map(|note| note.subject.as_str())
        .collect();
    let long = format!("flow \"{long}\"");
    let expected = [
        "flow \"Bad identifier\"",
        "flow \"New kind\"",
        "flow \"Not JSON\"",
        "flow \"two\\nlines\"",
        &long,
        "module \"Draft only\"",
    ];
    assert_eq!(left_out, expected);
    assert!(imported.files["flows/good.json"].contains("\"${value.flow-two-lines}\""));
    assert_eq!(manifest.instances[&label("main")].values["flow-two-lines"], control);
    assert!(imported.files[MANIFEST].contains("flowbind does not know its type \"HOLOGRAM\""));
}

#[test]
fn archived_saved_edited_and_owned_flows_keep_their_state() {
    let mut live = instance("acme");
    for name in ["Archived", "Saved", "Edited", "Owned"] {
        add(&mut live, Kind::Flow, name, &stub_of(FlowType::ContactFlow));
    }
    live.contents[0].1.summary.archived = true;
    live.contents[1].1.published = None;
    live.contents[1].1.summary.published = false;
    live.contents[2].1.draft.as_mut().unwrap().text = content(&[("hello", &say("new"))]).into();
    live.contents[3].1.tags.insert(OWNER_TAG.to_owned(), "other/main".to_owned());
    let (imported, manifest) = round(&live, &Policies::new());
    let flow = |name: &str| &manifest.flows[&label(name)];
    assert_eq!(flow("archived").state, Some(State::Archived));
    assert_eq!(flow("saved").status, Some(Status::Saved));
    assert!(manifest.flows.values().all(|flow| flow.adopt));
    let kinds: Vec<NoteKind> = imported.notes.iter().map(|note| note.kind).collect();
    assert_eq!(kinds, [NoteKind::Editing, NoteKind::Owned]);
    assert!(!imported.files["flows/edited.json"].contains("new"), "what is published was taken");
}

#[test]
fn an_instance_is_found_by_its_id_where_its_alias_cannot_be_said() {
    for (alias, set) in [("d-9067f3a1b2", "d-9067f3a1b2"), ("acme_x", "acme-x"), ("-", "imported")] {
        let live = instance(alias);
        let (_, manifest) = round(&live, &Policies::new());
        assert_eq!(manifest.set.as_str(), set);
        let lookup = &manifest.instances[&label("main")].lookup;
        assert_eq!(*lookup, manifest::InstanceLookup::Id(live.instance.arn.id.clone()));
    }
    let shouting = format!("ACME-{}", "x".repeat(40));
    let (_, manifest) = round(&instance(&shouting), &Policies::new());
    assert_eq!(manifest.instances[&label("main")].lookup, manifest::InstanceLookup::Alias(shouting));
    assert_eq!(manifest.set.as_str(), format!("acme-{}", "x".repeat(35)));
}

#[test]
fn a_name_of_the_set_that_is_given_is_taken() {
    let set = SetName::parse("chosen").unwrap();
    let imported = import(&instance("acme"), &Policies::new(), Some(&set));
    assert!(imported.files[MANIFEST].contains("default: chosen"), "{}", imported.files[MANIFEST]);
}

#[test]
fn the_same_instance_gives_the_same_bytes() {
    let mut live = instance("acme");
    for name in ["b", "a", "ä", "A"] {
        add(&mut live, Kind::Flow, name, &content(&[("hello", &say(name))]));
    }
    let first = import(&live, &Policies::new(), None).files;
    live.contents.reverse();
    assert_eq!(import(&live, &Policies::new(), None).files, first);
}
