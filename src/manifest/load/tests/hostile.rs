//! Inputs that nobody writes by accident: an answer, and soon.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::whole::{WHOLE, load_whole, sets};
use super::*;

/// Longer than any machine takes, however busy it is; what is not linear in its input would take hours.
const HANGS: Duration = Duration::from_secs(300);

fn quickly(manifest: &str, flow: &str) -> Vec<String> {
    let start = Instant::now();
    let found = lines(load_texts(manifest, flow));
    assert!(start.elapsed() < HANGS, "took {:?}", start.elapsed());
    found
}

#[test]
fn an_empty_or_strange_file_is_answered() {
    let hint = "(a manifest starts with `apiVersion: flowbind.dev/v1alpha1` and `kind: BindingSet`)";
    let beside = "; if other YAML lies in the same folder, name the manifest's file rather than its folder)";
    assert_eq!(quickly("", FLOW), [format!("m/a.yaml:1:1 not-a-manifest: the file is empty {hint}")]);
    assert_eq!(
        quickly("# nothing\n---\n", FLOW),
        [format!("m/a.yaml:1:1 not-a-manifest: the file is empty {hint}")]
    );
    assert_eq!(
        quickly("a: b", FLOW),
        [format!("m/a.yaml:1:1 not-a-manifest: this is not a binding set {}", hint.replace(')', beside))]
    );
    assert_eq!(
        quickly("- a", FLOW),
        ["m/a.yaml:1:1 not-a-manifest: a manifest is a map, and this is a list"]
    );
    let files = BTreeMap::from([(PathBuf::from("m/a.yaml"), b"a: b\nc: \xff".to_vec())]);
    let found = lines(load(&[PathBuf::from("m/a.yaml")], &Inputs::default(), &files));
    assert_eq!(found, ["m/a.yaml:2:1 unreadable: the file is not UTF-8 (save it as UTF-8)"]);
    assert_eq!(
        quickly(&format!("{GOOD}# {}", "x".repeat(1 << 20)), FLOW),
        ["unreadable: `m/a.yaml`: it has more than 1048576 bytes"]
    );
}

#[test]
fn a_kustomization_is_told_apart() {
    let files = BTreeMap::from([(PathBuf::from("m/kustomization.yaml"), b"resources: [a.yaml]".to_vec())]);
    assert_eq!(
        lines(load(&[PathBuf::from("m")], &Inputs::default(), &files)),
        [
            "m/kustomization.yaml:1:1 not-a-manifest: this is a kustomization, not a binding set (build it first, and \
             give the result: `kustomize build DIR > out.yaml`)"
        ]
    );
}

#[test]
fn two_sets_of_one_name_are_refused() {
    let found = quickly(&format!("{GOOD}---\n{GOOD}"), FLOW);
    assert_eq!(
        found,
        [
            "m/a.yaml:45:9 duplicate-set: a second binding set is named `acme` (the first one is at m/a.yaml:4:9)"
        ]
    );
}

#[test]
fn thousands_of_mistakes_are_counted_and_not_listed() {
    let flows: String =
        (0..5_000).map(|n| format!("    f{n}: {{ instnace: s{n}, name: n{n}, tpye: x }}\n")).collect();
    let found = quickly(&GOOD.replace("  flows:\n", &format!("  flows:\n{flows}")), FLOW);
    assert_eq!(found.len(), 201);
    assert!(found[200].starts_with("too-many: m/a.yaml has "), "{}", found[200]);
    let blocks: String = (0..5_000).map(|n| format!("        Block{n}: {{ function: crm }}\n")).collect();
    let found = quickly(
        &GOOD.replace("        Lookup caller:\n", &format!("{blocks}        Lookup caller:\n")),
        FLOW,
    );
    assert_eq!(found.len(), 200);
}

#[test]
fn a_flow_file_of_any_size_is_answered() {
    let tokens = "${var.nobody} ".repeat(50_000);
    let found = quickly(GOOD, &FLOW.replace("${value.bot}", &tokens));
    assert_eq!(found.len(), 201);
    let big = FLOW.replace("${value.bot}", &"x".repeat(5 << 20));
    let expected =
        "m/a.yaml:27:16 bad-content: the flow file `flows/main.json`: it has more than 4194304 bytes";
    assert!(quickly(GOOD, &big)[0].starts_with(expected));
    let wide = FLOW.replace("${value.bot}", &"${var.stage}".repeat(50_000));
    let manifest = GOOD.replace("default: dev", &format!("default: {}", "x".repeat(5_000)));
    assert!(
        quickly(&manifest, &wide).iter().any(|line| line.contains("variables add more than 4194304 bytes"))
    );
    assert_eq!(quickly(GOOD, &"[".repeat(100_000)).len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_manifest_with_a_piece_missing_or_doubled_is_always_answered(from in 0usize..1200, length in 0usize..60, twice in any::<bool>()) {
        let (from, to) = (from.min(GOOD.len()), (from + length).min(GOOD.len()));
        let piece = &GOOD[from..to];
        let middle = if twice { format!("{piece}{piece}") } else { String::new() };
        let manifest = format!("{}{middle}{}", &GOOD[..from], &GOOD[to..]);
        let _ = load_texts(&manifest, FLOW);
    }

    #[test]
    fn the_text_of_a_parameter_survives(value in "[0-9A-Za-z_.+ -]{0,12}[0-9A-Za-z]") {
        let manifest = GOOD.replace("zip: 007", &format!("zip: '{value}'"));
        let loaded = load_texts(&manifest, FLOW).unwrap();
        let binding = &loaded.manifests[0].flows[&label("main")].bindings["Lookup caller"];
        prop_assert_eq!(&binding.parameters.as_ref().unwrap()["zip"], &value);
    }
}

#[test]
fn a_flow_over_the_limits_of_the_service_is_refused() {
    let long = FLOW.replace("${instance.arn}", &"é".repeat(256_000));
    assert_eq!(
        quickly(GOOD, &long),
        ["flows/main.json:1:1 flow-too-large: the flow has 256687 characters; Amazon Connect allows 256000"]
    );
    let blocks: String =
        (0..250).map(|n| format!("{{ \"Identifier\": \"b{n}\", \"Type\": \"Wait\" }},\n")).collect();
    let many = FLOW.replace("\"Actions\": [", &format!("\"Actions\": [{blocks}"));
    assert_eq!(
        quickly(GOOD, &many),
        ["flows/main.json:5:14 flow-too-large: the flow has 253 actions; Amazon Connect allows 250"]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn so_is_the_whole_manifest(from in 0usize..2400, length in 0usize..60, twice in any::<bool>()) {
        let (from, to) = (from.min(WHOLE.len()), (from + length).min(WHOLE.len()));
        let piece = &WHOLE[from..to];
        let middle = if twice { format!("{piece}{piece}") } else { String::new() };
        let _ = sets(&format!("{}{middle}{}", &WHOLE[..from], &WHOLE[to..]), &[]);
    }
}

#[test]
fn many_targets_of_a_large_set_are_answered() {
    let targets: String = (0..40).map(|n| format!("    t{n}: {{ vars: {{ token: x }} }}\n")).collect();
    let flows: String =
        (0..5_000).map(|n| format!("    f{n}: {{ instnace: s{n}, name: n{n}, type: x }}\n")).collect();
    let text = WHOLE.replace("    dev: {", &format!("{targets}    dev: {{"));
    let text = text.replace("  flows:\n", &format!("  flows:\n{flows}"));
    let start = Instant::now();
    let found = sets(&text, &[]).unwrap_err();
    assert!(start.elapsed() < HANGS, "took {:?}", start.elapsed());
    assert!((200..=1_001).contains(&found.len()), "{}", found.len());
}

#[test]
fn what_cannot_be_read_as_yaml_shows_no_value() {
    let text = WHOLE.replace("TABLE: customers", "TABLE: \"hunter2");
    let Err(Problems { problems, sources }) = load_whole(&text, FLOW, &Inputs::default()) else {
        panic!("the manifest is no YAML")
    };
    let shown = format!("{problems:?}{}", sources.get("m/a.yaml").unwrap());
    assert!(!shown.contains("hunter2"), "{shown}");
}
