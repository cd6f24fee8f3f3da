//! Targets: which sets come out of one document.

use super::whole::{WHOLE, load_whole, sets, spoils};
use super::*;

fn names(targets: &[&str]) -> Vec<String> {
    sets(WHOLE, targets).unwrap().into_iter().map(|set| set.set.to_string()).collect()
}

#[test]
fn every_target_is_a_set_of_its_own() {
    let sets = sets(WHOLE, &[]).unwrap();
    let [dev, prod] = &sets[..] else { panic!("{} sets", sets.len()) };
    assert_eq!((dev.set.as_str(), dev.target.as_deref()), ("acme-dev", Some("dev")));
    assert_eq!((prod.set.as_str(), prod.target.as_deref()), ("acme-prod", Some("prod")));
    let at = |set: &Manifest| set.functions[&label("greeter")].target.arn().to_string();
    assert_eq!(at(dev), "arn:aws:lambda:eu-west-2:111122223333:function:greeter-test:live");
    assert_eq!(at(prod), "arn:aws-us-gov:lambda:us-gov-west-1:444455556666:function:greeter-prod:live");
    let other = |set: &Manifest| set.functions[&label("other")].target.place.to_string();
    assert_eq!(other(dev), other(prod));
    let policies =
        |set: &Manifest| format!("{:?}", set.functions[&label("greeter")].source.as_ref().unwrap().role);
    assert!(policies(prod).contains("arn:aws-us-gov:iam::aws:policy/service-role/"), "{}", policies(prod));
    assert_ne!(dev.digest, prod.digest);
}

#[test]
fn one_package_is_read_for_all_targets() {
    let sets = sets(WHOLE, &[]).unwrap();
    let zip = |set: &Manifest| {
        std::sync::Arc::clone(&set.functions[&label("greeter")].source.as_ref().unwrap().code.zip)
    };
    assert!(std::sync::Arc::ptr_eq(&zip(&sets[0]), &zip(&sets[1])));
}

#[test]
fn targets_are_chosen_and_come_in_the_order_of_the_document() {
    assert_eq!(names(&["prod"]), ["acme-prod"]);
    assert_eq!(names(&["prod", "dev", "prod"]), ["acme-dev", "acme-prod"]);
    assert_eq!(
        sets(WHOLE, &["prd"]).unwrap_err(),
        ["unknown-target: `--for prd`: no target is named `prd` (did you mean `prod`?)"]
    );
    let inputs = Inputs { targets: vec!["x".to_owned()], ..Inputs::default() };
    assert_eq!(
        lines(load_files(&[("m/a.yaml", GOOD), ("flows/main.json", FLOW)], &inputs)),
        [
            "unknown-target: `--for x`: no target is named `x` (no set has targets: leave `--for` out, or declare it under `spec.targets`)",
        ]
    );
}

/// What is wrong with `targets` is reported also when one of them was asked for.
#[test]
fn targets_that_cannot_be_read_are_reported_for_what_they_are() {
    let inputs = Inputs { targets: vec!["prod".to_owned()], ..Inputs::default() };
    for (targets, expected) in [
        ("[prod]", "m/a.yaml:6:12 wrong-type: `targets` takes a map, and this is a list"),
        ("prod", "m/a.yaml:6:12 wrong-type: `targets` takes a map, and this is a text"),
        ("", "m/a.yaml:6:3 missing-value: `targets` has no value"),
    ] {
        let text = GOOD.replace("\nspec:\n", &format!("\nspec:\n  targets: {targets}\n"));
        let found = lines(load_files(&[("m/a.yaml", &text), ("flows/main.json", FLOW)], &inputs));
        assert!(found.len() == 1 && found[0].starts_with(expected), "{found:#?}");
    }
}

#[test]
fn a_set_without_targets_is_left_out_when_one_was_asked_for() {
    let both = format!("{WHOLE}---\n{}", GOOD.replace("name: acme\n", "name: plain\n"));
    let inputs = Inputs { targets: vec!["dev".to_owned()], ..Inputs::default() };
    let loaded = load_whole(&both, r#"{ "Version": "2019-10-30", "StartAction": "a", "Actions": [{ "Identifier": "a", "Type": "Wait" }] }"#, &inputs).unwrap();
    let names: Vec<_> = loaded.manifests.iter().map(|set| set.set.to_string()).collect();
    assert_eq!(names, ["acme-dev"]);
    assert_eq!(lines(Ok(loaded)).len(), 1);
}

#[test]
fn a_target_wins_over_the_default_and_loses_against_the_command_line() {
    let name = |vars: &[(&str, &str)], file: Option<&str>| {
        let vars = vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let inputs = Inputs {
            vars,
            var_files: file.map(PathBuf::from).into_iter().collect(),
            targets: vec!["prod".to_owned()],
            region: None,
            allow_outside: false,
        };
        let manifest = "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: { name: a }\nspec:\n  variables: { stage: { default: test } }\n  targets: { prod: { vars: { stage: prod } } }\n  accounts: { main: { id: 111122223333 } }\n  functions: { f: { name: \"f-${var.stage}\", region: eu-west-2 } }\n";
        let files = [("m/a.yaml", manifest), ("v.yaml", "stage: file")];
        let set = load_files(&files, &inputs).unwrap().manifests.remove(0);
        set.functions[&label("f")].target.name.clone()
    };
    assert_eq!(name(&[], None), "f-prod");
    assert_eq!(name(&[], Some("v.yaml")), "f-file");
    assert_eq!(name(&[("stage", "line")], Some("v.yaml")), "f-line");
}

#[test]
fn the_region_of_the_command_line_is_for_what_has_none() {
    let manifest = "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: { name: a }\nspec:\n  accounts: { main: { id: 111122223333 } }\n  functions: { f: { name: f }, g: { name: g, region: us-east-1 } }\n";
    let run = |manifest: &str, region: &str| {
        let inputs = Inputs { region: Some(region.to_owned()), ..Inputs::default() };
        load_files(&[("m/a.yaml", manifest)], &inputs)
    };
    let regions = |manifest: &str| {
        let set = run(manifest, "eu-west-2").unwrap().manifests.remove(0);
        set.functions.values().map(|f| f.target.place.region.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(regions(manifest), ["eu-west-2", "us-east-1"]);
    assert_eq!(
        regions(&manifest.replace("spec:\n", "spec:\n  defaults: { region: eu-central-1 }\n")),
        ["eu-central-1", "us-east-1"]
    );
    assert!(
        lines(run(manifest, "london")).contains(
            &"bad-value: `--region`: `london` is not an AWS Region: a Region is written like `eu-west-2`"
                .to_owned()
        )
    );
}

#[test]
fn what_is_wrong_in_a_target_is_told_where_it_stands() {
    for (from, to, expected) in [
        (
            r#"dev: { vars: { token: "t-${var.stage}" } }"#,
            "dev: { vars: {} }",
            "m/a.yaml:9:5 missing-variable: the target `dev` gives no value to the variable `token` (add `vars: { token: VALUE }` to the target, give it with `--var token=VALUE`, or add a `default`)",
        ),
        (
            r#"dev: { vars: { token: "t-${var.stage}" } }"#,
            "dev: { vars: { tokn: x } }",
            "m/a.yaml:9:20 unknown-variable: no variable is named `tokn` (did you mean `token`?)",
        ),
        (
            r#"token: "t-${var.stage}" }"#,
            r#"token: "${var.tokn}" }"#,
            "m/a.yaml:9:27 unknown-variable: no variable is named `tokn` (did you mean `token`?)",
        ),
        (
            r#"token: "t-${var.stage}" }"#,
            r#"token: "${var.token}" }"#,
            "m/a.yaml:9:27 variable-cycle: variables refer to each other in a circle: `token` -> `token` (give one of them a plain default)",
        ),
        (
            r#"token: "t-${var.stage}" } }"#,
            "token: x }, region: london }",
            "m/a.yaml:9:40 bad-value: `london` is not an AWS Region: a Region is written like `eu-west-2`",
        ),
        (
            r#"token: "t-${var.stage}" } }"#,
            "token: x }, account: mian }",
            "m/a.yaml:9:41 unknown-account: no account is named `mian` (did you mean `main`?)",
        ),
        (
            r#"token: "t-${var.stage}" } }"#,
            "token: x }, regoin: eu-west-2 }",
            "m/a.yaml:9:32 unknown-key: a target has no key `regoin` (did you mean `region`?)",
        ),
    ] {
        assert_eq!(spoils(from, to).join("\n"), expected, "{from} -> {to}");
    }
    let many: String = (0..51).map(|n| format!("    t{n}: {{}}\n")).collect();
    let found = spoils("    dev: {", &format!("{many}    dev: {{"));
    assert_eq!(
        found[0],
        "m/a.yaml:59:5 too-many-targets: the set has 53 targets; flowbind allows 50 (split it into several binding sets)"
    );
}

#[test]
fn a_set_and_its_target_fit_into_the_id_of_a_statement() {
    let run = |length: usize| {
        let text = WHOLE.replace("name: acme }", &format!("name: {} }}", "s".repeat(40)));
        sets(&text.replace("    dev:", &format!("    {}:", "t".repeat(length))), &[])
    };
    assert_eq!(run(30).unwrap()[0].set.as_str().len(), 71);
    let both = format!("{}-{}", "s".repeat(40), "t".repeat(31));
    assert_eq!(
        run(31).unwrap_err(),
        [format!(
            "m/a.yaml:9:5 bad-value: `{both}` has 72 characters; a set and its target have at most 71 (shorten the target: \
             the ids of the set's statements contain both)"
        )]
    );
}

#[test]
fn a_target_that_nobody_asked_for_is_not_looked_into() {
    let broken = WHOLE.replace("region: us-gov-west-1", "region: london");
    assert_eq!(sets(&broken, &["dev"]).unwrap().len(), 1);
    assert_eq!(sets(&broken, &[]).unwrap_err().len(), 1);
}

#[test]
fn one_name_is_one_set_also_with_its_target() {
    let both = format!("{WHOLE}---\n{}", GOOD.replace("name: acme\n", "name: acme-dev\n"));
    let found = sets(&both, &[]).unwrap_err();
    assert!(found[0].contains("duplicate-set: a second binding set is named `acme-dev`"), "{found:?}");
}
