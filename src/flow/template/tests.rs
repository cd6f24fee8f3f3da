//! Tokens found and replaced.

use proptest::prelude::*;

use super::*;

fn found(text: &str) -> Vec<Token> {
    tokens(text).unwrap().into_iter().map(|found| found.token).collect()
}

fn message(string: &str) -> String {
    let errors = tokens(&quote(string)).unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors[0].message.replace("; a literal `${` is written `$${`", "")
}

#[test]
fn every_form_of_a_token_is_found() {
    let forms = [
        "${var.stage}",
        "${function.crm-lookup.arn}",
        "${flow.main-ivr.arn}",
        "${flow.main-ivr.id}",
        "${module.auth.id}",
        "${instance.arn}",
        "${instance.id}",
        "${value.bot}",
        "${queue[\"Support } \\\"A\\\" \\\\\"].arn}",
        "${prompt[\"Beep.wav\"].id}",
        "${hours[\"Main\"].arn}",
    ];
    let text = format!("[{}]", forms.map(quote).join(", "));
    let found: Vec<_> = found(&text).iter().map(ToString::to_string).collect();
    assert_eq!(found, forms);
}

#[test]
fn a_token_is_found_in_keys_and_values_with_its_place() {
    let text = "{\n  \"é${var.a}\": [\"x\", \"a\\\"\\u00e9 ${instance.arn} ${var.b}\"]}";
    let found = tokens(text).unwrap();
    assert_eq!(found.len(), 3);
    assert_eq!((found[0].pointer.as_str(), found[0].line, found[0].column), ("/é${var.a}", 2, 5));
    assert_eq!((found[1].pointer.as_str(), found[1].line, found[1].column), ("/é${var.a}/1", 2, 33));
    assert_eq!(found[2].token, Token::Var("b".into()));
}

#[test]
fn only_an_open_brace_makes_a_dollar_special() {
    assert_eq!(found(r#"["$.Attributes.x", "$$", "$", "{{x}}", "$5 {", "a$${var.x}", 5]"#), []);
    assert_eq!(found(r#""$${${var.x}$$${var.y}""#), [Token::Var("x".into())]);
    assert_eq!(render(r#""$${a} $$${b}""#, &mut |_| Ok(None)).unwrap(), r#""${a} $${b}""#);
}

#[test]
fn a_wrong_token_is_named_with_a_proposal() {
    assert_eq!(message("${fuction.a.arn}"), "unknown token `${fuction.a.arn}`; did you mean `function`?");
    assert!(message("${SampleModule}").starts_with("unknown token `${SampleModule}`: it belongs to"));
    assert_eq!(message("${function.a.id}"), "unknown attribute `id`; there is `.arn`");
    assert_eq!(message("${flow.a.Arn}"), "unknown attribute `Arn`; did you mean `.arn`?");
    assert_eq!(message("${flow.a}"), "the token must end in `.arn` or `.id`");
    assert_eq!(message("${var}"), "`var` needs a name: `${var.NAME…}`");
    assert_eq!(message("${var.a"), "the token is not closed: write `}` after it");
    assert_eq!(message("${var.a b}"), "unexpected ` ` in the token");
    assert!(message("${queue['Support'].arn}").starts_with("`queue` takes the name on the instance"));
    assert_eq!(tokens("\"${a} ${b} ${var.c}\"").unwrap_err().len(), 2);
    assert_eq!(tokens("{\n x").unwrap_err()[0].line, 2);
}

#[test]
fn values_are_escaped_and_other_bytes_stay() {
    let text = "{ \"k\" :\t\"\\u0041 ${var.a}\\n\",\"n\":1.0}\r\n";
    let rendered = render(text, &mut |_| Ok(Some("a\"b\\\n".into()))).unwrap();
    assert_eq!(rendered, "{ \"k\" :\t\"\\u0041 a\\\"b\\\\\\n\\n\",\"n\":1.0}\r\n");
}

#[test]
fn a_token_written_in_escapes_is_replaced_whole() {
    let rendered = render(r#""a\u0024\u007bvar.x\u007Db""#, &mut |_| Ok(Some("X".into()))).unwrap();
    assert_eq!(rendered, r#""aXb""#);
}

#[test]
fn what_is_left_for_later_keeps_the_text_a_template() {
    let text = r#"["${var.a}", "$${x}", "${instance.id}"]"#;
    let first =
        render(text, &mut |token| Ok(matches!(token, Token::Var(_)).then(|| "v${w}".to_owned()))).unwrap();
    assert_eq!(first, r#"["v$${w}", "$${x}", "${instance.id}"]"#);
    let last = render(&first, &mut |_| Ok(Some("i".into()))).unwrap();
    assert_eq!(last, r#"["v${w}", "${x}", "i"]"#);
    assert_eq!(render_some(r#""$${x}${var.a}""#, &mut |_| Ok(Some("1".into()))).unwrap(), r#""$${x}1""#);
}

#[test]
fn all_refused_tokens_are_reported() {
    let errors = render(r#""${var.a}${var.b}""#, &mut |token| Err(format!("no {token}"))).unwrap_err();
    let messages: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(messages, ["no ${var.a}", "no ${var.b}"]);
}

#[test]
fn a_string_full_of_open_tokens_is_read_in_linear_time() {
    let text = quote(&"${queue[\"".repeat(100_000));
    let errors = tokens(&text).unwrap_err();
    assert_eq!(errors.len(), 100_000);
}

proptest! {
    #[test]
    fn nothing_is_left_to_render_after_a_rendering(
        parts in prop::collection::vec(prop_oneof![
            Just("${var.a}".to_owned()), Just("${queue[\"x\"].id}".to_owned()), "[a-z\"\\\\é\n$ ]{0,6}",
        ], 0..8),
        value in "[a-z\"\\\\é\n]{0,8}",
    ) {
        let string = parts.join(".");
        let text = format!("{{ \"k\" : {} , \"n\": 1 }}", quote(&string));
        let rendered = render(&text, &mut |_| Ok(Some(value.clone()))).unwrap();
        prop_assert_eq!(tokens(&rendered).unwrap(), []);
        let expected = string.replace("${var.a}", &value).replace("${queue[\"x\"].id}", &value);
        let root = json::parse(&rendered).unwrap().root;
        prop_assert_eq!(root.get("k").unwrap().as_str(), Some(expected.as_str()));
    }
}
