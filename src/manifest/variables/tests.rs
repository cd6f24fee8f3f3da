use super::super::yaml;
use super::*;

/// Reads a document with `variables` and `text`, and gives the text after substitution with what was reported.
fn run(document: &str, given: &[(&str, &str)]) -> (String, Vec<String>) {
    let mut log = Log::new("f.yaml");
    let mut tree = yaml::parse(document, &mut log).remove(0);
    let given = given.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let target = tree.entries().iter().find(|(key, _)| key.text == "target");
    let target = target.map(|(key, vars)| (key, Some(vars)));
    let mut variables = Variables::resolve(tree.get("variables"), target, &given, &mut log);
    let NodeValue::Map(entries) = &mut tree.value else { panic!("not a map") };
    let text = &mut entries.iter_mut().find(|(key, _)| key.text == "text").unwrap().1;
    variables.substitute(text, &mut log);
    let problems = log.into_problems().into_iter().map(|p| {
        let at = p.origin.unwrap();
        let hint = p.hint.map(|h| format!(" ({h})")).unwrap_or_default();
        format!("{}:{} {}: {}{hint}", at.line, at.column, p.code, p.message)
    });
    (text.text().unwrap_or("<broken>").to_owned(), problems.collect())
}

fn fails(document: &str) -> Vec<String> {
    let (text, problems) = run(document, &[]);
    assert_eq!(text, "<broken>");
    problems
}

#[test]
fn a_given_value_wins_over_the_default() {
    let document = "variables: { stage: { default: dev } }\ntext: crm-${var.stage}-x\n";
    assert_eq!(run(document, &[]), ("crm-dev-x".to_owned(), vec![]));
    assert_eq!(run(document, &[("stage", "prod")]), ("crm-prod-x".to_owned(), vec![]));
}

#[test]
fn defaults_may_use_each_other_in_any_order() {
    let document = "variables:\n  a: { default: '${var.b}${var.c}' }\n  b: { default: '<${var.c}>' }\n  c: { default: 1.10 }\ntext: ${var.a}\n";
    assert_eq!(run(document, &[]), ("<1.10>1.10".to_owned(), vec![]));
}

#[test]
fn only_an_escaped_token_stays_and_a_given_value_is_not_read_again() {
    let document = "variables: { a: {} }\ntext: $${var.a} $ {} $x $.Attributes.y ${var.a}\n";
    let (text, problems) = run(document, &[("a", "${var.b}")]);
    assert_eq!((text.as_str(), problems), ("${var.a} $ {} $x $.Attributes.y ${var.b}", vec![]));
}

#[test]
fn a_substituted_scalar_is_text_even_when_it_is_empty() {
    let document = "variables: { a: { default: '' } }\ntext: ${var.a}\n";
    assert_eq!(run(document, &[]), (String::new(), vec![]));
}

#[test]
fn unknown_and_missing_variables_are_reported_at_their_place() {
    assert_eq!(
        fails("variables: { stage: { default: dev } }\ntext: x-${var.stgae}\n"),
        ["2:7 unknown-variable: no variable is named `stgae` (did you mean `stage`?)"]
    );
    assert_eq!(
        fails("text: ${var.x}\n"),
        [
            "1:7 unknown-variable: no variable is named `x` (declare it under `spec.variables`: `x: { default: VALUE }`)"
        ]
    );
    assert_eq!(
        fails("variables:\n  stage: { description: d }\ntext: ${var.stage}${var.stage}\n"),
        [
            "2:3 missing-variable: the variable `stage` has no value (give it with `--var stage=VALUE`, or a `default`)"
        ]
    );
    assert_eq!(
        fails("variables:\n  a: { default: '${var.nope}' }\n  b: { default: x }\ntext: ${var.a}\n"),
        ["2:17 unknown-variable: no variable is named `nope` (one of `a`, `b`)"]
    );
}

#[test]
fn circles_are_reported_once() {
    assert_eq!(
        fails(
            "variables:\n  a: { default: '${var.b}' }\n  b: { default: '${var.c}' }\n  c: { default: '${var.a}' }\ntext: ${var.b}\n"
        ),
        [
            "4:17 variable-cycle: variables refer to each other in a circle: `a` -> `b` -> `c` -> `a` (give one of them a plain default)"
        ]
    );
    assert_eq!(
        fails("variables: { a: { default: '${var.a}' } }\ntext: ${var.a}\n"),
        [
            "1:28 variable-cycle: variables refer to each other in a circle: `a` -> `a` (give one of them a plain default)"
        ]
    );
}

#[test]
fn a_slip_in_the_word_var_is_recognised() {
    for token in ["${ var.x }", "${Var.x}", "${vars.x}", "${variables.x}"] {
        let found = fails(&format!("variables: {{ x: {{ default: a }} }}\ntext: \"{token}\"\n"));
        assert!(found[0].ends_with("(did you mean `${var.x}`?)"), "{found:?}");
    }
}

#[test]
fn other_tokens_have_no_place_in_a_manifest() {
    assert_eq!(
        fails("text: ${function.crm.arn}\n"),
        [
            "1:7 bad-variable: `${function.crm.arn}` is not a variable of the manifest (such tokens belong in flow files)"
        ]
    );
    assert_eq!(
        fails("text: ${HOME}\n"),
        [
            "1:7 bad-variable: `${HOME}` is not a variable of the manifest (write `${var.HOME}` for a variable; write `$${` for a literal `${`)"
        ]
    );
    assert_eq!(
        fails("text: a ${var.x\n"),
        [
            "1:7 bad-variable: `${var.x` is not closed with `}` (write `}` after the name of the variable; write `$${` for a literal `${`)"
        ]
    );
}

#[test]
fn a_bomb_of_variables_is_refused_at_once() {
    let mut document = String::from("variables:\n  v0: { default: xxxxxxxxxx }\n");
    for n in 1..64 {
        let last = n - 1;
        document += &format!("  v{n}: {{ default: '${{var.v{last}}}${{var.v{last}}}' }}\n");
    }
    let problems = fails(&(document + "text: ${var.v63}\n"));
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0].contains("too-large: the value of this variable has more than 16384 bytes"),
        "{problems:?}"
    );
    let wide = format!(
        "variables: {{ a: {{ default: {} }} }}\ntext: {}\n",
        "x".repeat(10_000),
        "${var.a}".repeat(10_000)
    );
    assert!(fails(&wide)[0].contains("too-large: variables add more than"));
}

#[test]
fn a_long_chain_of_defaults_does_not_exhaust_the_stack() {
    let mut document = String::from("variables:\n");
    for n in 0..9_000 {
        document += &format!("  v{n}: {{ default: '${{var.v{}}}' }}\n", n + 1);
    }
    document += "  v9000: { default: end }\ntext: ${var.v0}\n";
    assert_eq!(run(&document, &[]), ("end".to_owned(), vec![]));
}
