//! Mistakes of somebody who writes a first manifest: each is one problem, in words that lead out of it.

use super::*;

/// What is reported of a manifest alone.
fn of(text: &str) -> Vec<String> {
    lines(load_texts(text, FLOW))
}

#[test]
fn a_misspelt_spec_is_one_problem() {
    for (key, close) in [("specs", true), ("Spec", true), ("specification", false), ("config", false)] {
        let found = of(&GOOD.replace("\nspec:\n", &format!("\n{key}:\n")));
        let expected =
            format!("m/a.yaml:5:1 unknown-key: a manifest has no key `{key}` (did you mean `spec`?)");
        assert_eq!(found, [expected], "{close}");
    }
    let found = of(&GOOD[..GOOD.find("spec:").unwrap()].replace("acme", "acme-${var.stage}"));
    assert!(found.len() == 1 && found[0].contains("needs the key `spec`"), "{found:#?}");
    let found =
        of(&format!("{}spec: []\n", GOOD[..GOOD.find("spec:").unwrap()].replace("acme", "a-${var.x}")));
    assert!(found.len() == 1 && found[0].contains("`spec` takes a map"), "{found:#?}");
}

#[test]
fn a_misspelt_section_of_variables_is_one_problem() {
    for (good, bad) in
        [("  variables:\n", "  variabels:\n"), ("  variables:\n", "  vars: []\n  variables:\n")]
    {
        let found = breaks(good, bad);
        assert_eq!(found.len(), 1, "{found:#?}");
    }
    let found =
        of(&GOOD.replace("    stage: { default: dev, description: which environment }", "    - stage"));
    assert!(found.len() == 1 && found[0].contains("`variables` takes a map"), "{found:#?}");
}

#[test]
fn the_value_of_a_misspelt_key_is_shown_unless_the_right_key_hides_it() {
    let text = GOOD
        .replace("qualifier: live", "qualifer: live")
        .replace("timeLimit: 8s", "timeLimt: 8s")
        .replace(
            "journal: { name: journal }",
            "journal: { name: journal, source: { enviroment: { PIN: s1 }, enviroment2: s2, secret: s3 } }",
        )
        .replace("  functions:\n", "  secrets: { pw: s4 }\n  functions:\n");
    let Err(Problems { sources, .. }) = load_texts(&text, FLOW) else { panic!("it is in order") };
    let shown = sources.get("m/a.yaml").unwrap();
    assert!(shown.contains("qualifer: live") && shown.contains("timeLimt: 8s"), "{shown}");
    assert!((1..=4).all(|n| !shown.contains(&format!("s{n}"))), "{shown}");
    // What follows an environment may be a variable of it.
    let dedented = "f: { name: f, source: { environment:, ROLE: s1, HANDLER: s2, Code: s3 } }";
    let text = GOOD.replace("journal: { name: journal }", dedented);
    let Err(Problems { sources, .. }) = load_texts(&text, FLOW) else { panic!("it is in order") };
    let shown = sources.get("m/a.yaml").unwrap();
    assert!((1..=3).all(|n| !shown.contains(&format!("s{n}"))), "{shown}");
}

#[test]
fn the_document_of_another_tool_is_called_that() {
    let k8s = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\ndata: { a: b }\n";
    let files = [("m/a.yaml", GOOD), ("m/k8s.yaml", k8s), ("flows/main.json", FLOW)];
    let files: BTreeMap<PathBuf, Vec<u8>> =
        files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).collect();
    assert_eq!(
        lines(load(&[PathBuf::from("m")], &Inputs::default(), &files)),
        [
            "m/k8s.yaml:1:1 not-a-manifest: `m/k8s.yaml` is not a flowbind manifest (`kind: ConfigMap`) (move it to another \
             folder, or name the manifest's file rather than the folder)"
        ]
    );
    let found = breaks("kind: BindingSet", "kind: bindingsets");
    assert!(found.len() == 1 && found[0].ends_with("(write `kind: BindingSet`)"), "{found:#?}");
}

#[test]
fn a_section_that_is_missing_is_one_problem() {
    let found = breaks("  accounts:\n    main: { id: 011122223333 }\n", "");
    let hint = "(add `accounts: { main: { id: \"111122223333\" } }` with the id of yours to `spec`)";
    assert!(found.len() == 1 && found[0].ends_with(hint), "{found:#?}");
    let found = breaks("  defaults: { account: main, region: eu-west-2 }\n", "");
    assert_eq!(
        found,
        [
            "m/a.yaml:11:5 missing-region: the instance `support` and 2 others have no Region (add `region: eu-west-2`, \
             or yours, to `defaults`, or to each of them)"
        ]
    );
}

#[test]
fn a_name_that_stands_for_two_things_is_one_problem() {
    let found = breaks("    support:\n", "    support: { alias: other }\n    support:\n");
    assert!(found.len() == 1 && found[0].contains("the key `support` is here a second time"), "{found:#?}");
    let text =
        GOOD.replace("  functions:\n    crm:", "  functions: { x: { name: x } }\n  functions:\n    crm:");
    let found = of(&text);
    assert!(found.len() == 1 && found[0].contains("the key `functions` is here a second time"), "{found:#?}");
}

#[test]
fn a_target_of_a_set_without_any_is_one_problem() {
    let inputs = Inputs { targets: vec!["prod".to_owned()], ..Inputs::default() };
    let found = lines(load_files(&[("m/a.yaml", GOOD), ("flows/main.json", FLOW)], &inputs));
    assert_eq!(
        found,
        [
            "unknown-target: `--for prod`: no target is named `prod` (no set has targets: leave `--for` out, or declare it \
             under `spec.targets`)"
        ]
    );
}

#[test]
fn a_space_that_yaml_does_not_know_is_named() {
    let message = "the character after `:` is a no-break space (U+00A0) (replace it with an ordinary space)";
    for (good, bad, place) in [
        ("instance: support\n      name: Main", "instance:\u{a0}support\n      name: Main", "24:16"),
        ("name: acme\n", "name:\u{a0}acme\n", "4:"),
        ("      type: contact-flow\n", "      type:\u{a0}contact-flow\n", "26:12"),
    ] {
        let found = breaks(good, bad);
        assert!(found[0].starts_with(&format!("m/a.yaml:{place}")), "{found:#?}");
        assert!(found.len() == 1 && found[0].ends_with(message), "{found:#?}");
    }
    let found = breaks("      instance: support", "\u{3000}\u{3000}instance: support");
    let message = "the character in the indentation is an ideographic space (U+3000)";
    assert!(found[0].contains(message), "{found:#?}");
    // Where the text is YAML, such a space is a part of a value.
    assert!(breaks("name: Main IVR", "name: \"a:\u{a0}b\"").is_empty());
}

#[test]
fn a_merge_marker_of_git_is_called_that_and_shown() {
    for (marker, line) in [("<<<<<<< HEAD", 12), ("=======", 12), (">>>>>>> feature/x", 12)] {
        let text = GOOD.replacen("    support:\n", &format!("{marker}\n    support:\n"), 1);
        let Err(Problems { problems, sources }) = load_texts(&text, FLOW) else { panic!("{marker}") };
        let origin = problems[0].origin.clone().unwrap();
        assert_eq!((problems.len(), origin.line, origin.column), (1, line, 1), "{problems:#?}");
        assert_eq!(problems[0].message, "this is not YAML: line 12 is a Git conflict marker");
        assert_eq!(problems[0].hint.as_deref(), Some("resolve the merge first"));
        assert!(sources.get("m/a.yaml").unwrap().lines().any(|line| line == marker));
    }
    let text = GOOD.replacen("    stage:", "<<<<<<< HEAD\n    stage:", 1);
    let Err(Problems { sources, .. }) = load_texts(&text, FLOW) else { panic!("it is in order") };
    assert!(sources.get("m/a.yaml").unwrap().contains("<<<<<<< HEAD"));
}

#[test]
fn the_syntax_of_another_tool_says_what_to_write() {
    for (good, bad, expected) in [
        ("  flows:\n", "  {% if x %}\n  flows:\n", "this looks like a template, as of Helm or Jinja"),
        (
            "      qualifier: live\n",
            "      qualifier: {% x %}\n",
            "this looks like a template, as of Helm or Jinja",
        ),
        (
            "alias: acme-${var.stage}",
            "alias: ${{ vars.ALIAS }}",
            "`${{ vars.ALIAS }}` is not a variable of the manifest (this looks like an expression of GitHub Actions",
        ),
        ("alias: acme-${var.stage}", "alias: acme-$stage", "(write `${var.stage}`)"),
        ("name: crm-${var.stage}", "name: $stage-crm", "(write `${var.stage}`)"),
        ("name: Main IVR", "name: $stage", "(write `${var.stage}`)"),
        (
            "alias: acme-${var.stage}",
            "alias: <your-alias>",
            "(`<your-alias>` looks like a placeholder: replace it with the real value)",
        ),
        ("name: crm-${var.stage}", "name: crm-<stage>", "(`<stage>` looks like a placeholder"),
        ("name: Main IVR", "name: <flow name>", "(`<flow name>` looks like a placeholder"),
    ] {
        let found = breaks(good, bad);
        assert!(found.len() == 1 && found[0].contains(expected), "{bad} {found:#?}");
    }
    // What is no mistake is not one for its `$`.
    assert!(breaks("name: Main IVR", "name: Main IVR, 5$stage").is_empty());
}

#[test]
fn what_is_missing_is_reported_at_the_key_that_lacks_it() {
    for (good, bad, expected) in [
        ("      name: Main IVR\n", "", "m/a.yaml:23:5 missing-key: the flow `main` needs the key `name` ("),
        (
            "      instance: support\n      name: Main",
            "      name: Main",
            "m/a.yaml:23:5 missing-key: the flow `main` needs one of the keys `instance`, `instances`",
        ),
        (
            "      alias: acme-${var.stage}\n",
            "",
            "m/a.yaml:12:5 missing-key: the instance `support` needs one of the keys `alias`, `id`, `arn`",
        ),
        (
            "{ function: journal, ",
            "{ ",
            "m/a.yaml:40:9 missing-key: the binding `Journal` needs the key `function` (",
        ),
        (
            "journal: { name: journal }",
            "journal: { name: journal, source: { code: x } }",
            "m/a.yaml:21:31 missing-key: `source` needs the key `role` (",
        ),
    ] {
        let found = breaks(good, bad);
        assert!(found.iter().any(|line| line.starts_with(expected)), "{bad} {found:#?}");
    }
}

#[test]
fn a_word_that_a_key_does_not_take_gets_those_that_it_takes() {
    for (good, bad, expected) in [
        (
            "invocation: sync",
            "invocation: synchronous",
            "`invocation` takes `sync` or `async`, and this is `synchronous` (did you mean `sync`?)",
        ),
        (
            "responseType: string-map",
            "responseType: STRING_MAP",
            "`responseType` takes `string-map` or `json`, and this is `STRING_MAP` (did you mean `string-map`?)",
        ),
        (
            "qualifier: live",
            "grants: owns",
            "`grants` takes `own`, `exact`, `account` or `any`, and this is `owns` (did you mean `own`?)",
        ),
    ] {
        let found = breaks(good, bad);
        assert!(found.len() == 1 && found[0].ends_with(expected), "{bad} {found:#?}");
    }
}

#[test]
fn a_value_of_the_wrong_form_says_how_to_write_it() {
    let role = "role: arn:aws:iam::111122223333:role/x";
    for (good, bad, expected) in [
        ("name: journal }", "name: journal, timeout: 10s }", "(it belongs under `source:`)"),
        (
            "name: journal }",
            "name: journal, managedPolicies: [] }",
            "(it belongs under `role:` of `source:`)",
        ),
        (
            "name: journal }",
            &format!("name: journal, source: {{ {role}, memory: 128MB }} }}"),
            "(write it as `memory: 128`)",
        ),
        (
            "name: journal }",
            &format!("name: journal, source: {{ {role}, memory: 1 GB }} }}"),
            "(write it as `memory: 1024`)",
        ),
        (
            "name: journal }",
            &format!("name: journal, source: {{ {role}, memory: 64MB }} }}"),
            "(write it as `memory: 256`)",
        ),
        ("functions: [journal]", "functions: journal", "(write `functions: [journal]`)"),
        (
            "  instances:\n    support:\n",
            "  instances:\n    - support:\n",
            "(it is a map: write `support:` without the `-` before it)",
        ),
    ] {
        let found = breaks(good, bad);
        assert!(found.iter().any(|line| line.ends_with(expected)), "{bad} {found:#?}");
    }
}

/// What is no word is reported once: nothing follows from what it may have been.
#[test]
fn a_misspelt_identity_is_one_problem() {
    let create = "{ identity: existing-dir, directory: d-9067f3a1b2, inbound: true, outbound: true }";
    let found = breaks("      functions: [journal]\n", &format!("      create: {create}\n"));
    assert!(
        found.len() == 1 && found[0].contains("`identity` takes `connect-managed`, `saml` or"),
        "{found:#?}"
    );
}

/// An ARN that was refused is not compared with other keys.
#[test]
fn a_refused_arn_is_one_problem() {
    let arn = "arn:aws:lambda:eu-west-2:011122223333:function:journal";
    let journal = format!("    journal: {{ arn: \"{arn}:$LATEST\", qualifier: live }}\n");
    let found = breaks("    journal: { name: journal }\n", &journal);
    assert!(found.len() == 1 && found[0].contains("`$LATEST` cannot be granted"), "{found:#?}");
}
