use super::*;

fn mask(hidden: &[&str], open: &[&str]) -> Mask {
    let mask = Mask::default();
    mask.hide(hidden.iter().copied());
    mask.open(open.iter().copied());
    mask
}

const PEM: &str = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nBAQEFAASCBKcwggSjAgEAAo\n-----END PRIVATE KEY-----\n";

#[test]
fn a_value_is_hidden_however_it_is_written() {
    let nasty = "p&ss <w>\"o'rd\\ Größe/=+";
    for value in [nasty, PEM, "canary-7d1f"] {
        let mask = mask(&[value], &[]);
        for text in encodings(value).into_iter().chain([value.to_ascii_uppercase()]) {
            let said = format!("before {text} behind");
            let hidden = mask.text(&said);
            assert!(hidden.starts_with("before <hidden>") && hidden.ends_with(" behind"), "{said}: {hidden}");
            assert!(!hidden.contains(&text), "{said}: {hidden}");
        }
    }
}

#[test]
fn the_encodings_are_those_of_others() {
    let value = "a&b <c>\"d'\u{fc}/";
    let all = encodings(value);
    for text in [
        "a%26b%20%3Cc%3E%22d%27%C3%BC%2F",
        "a%26b+%3Cc%3E%22d%27%C3%BC%2F",
        "a&amp;b &lt;c&gt;&quot;d&#39;\u{fc}/",
        "a&b <c>\\\"d'\\u00fc/",
        "a\\u0026b \\u003cc\\u003e\\\"d\\u0027\u{fc}/",
        "a&b <c>\\\\\\\"d'\u{fc}/",
    ] {
        assert!(all.contains(text), "{text} in {all:#?}");
    }
}

#[test]
fn a_value_is_found_in_the_base64_of_a_text_that_holds_it() {
    use base64::Engine as _;
    let mask = mask(&["canary-planted-7d1f"], &[]);
    for before in ["", "x", "xy", "xyz"] {
        let text =
            base64::engine::general_purpose::STANDARD.encode(format!("{before}canary-planted-7d1f\"}}"));
        assert!(mask.text(&text).contains(HIDDEN), "{text}");
    }
}

#[test]
fn the_beginning_of_a_value_is_hidden_in_what_others_say_and_no_more_than_it() {
    let mask =
        mask(&["canary-planted-7d1f", "https://api.example.com/v1?key=1234", PEM, "gone"], &["canary-x"]);
    for (said, expected) in [
        ("value 'canary-plan' at", "value '<hidden>' at"),
        ("CANARY-PLANTED-7d...", "<hidden>..."),
        ("'canary-pl%41nted&#x2d;7d1f'", "'<hidden>'"),
        ("canary-7", "canary-7"),
        ("see https://docs.aws.amazon.com/", "see https://docs.aws.amazon.com/"),
        ("at https://api.example", "at <hidden>"),
        ("-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADAN", "<hidden>"),
        ("it is gone, bygone", "it is <hidden>, bygone"),
    ] {
        assert_eq!(mask.foreign(said), expected, "{said}");
    }
    assert_eq!(mask.text("canary-plan"), "canary-plan", "only whole values in what the program writes");
}

#[test]
fn plain_words_short_values_and_what_is_in_the_open_stay() {
    let plain = ["dev", "true", "warning", "production", "eu-west-2", "acme-prod", "300000", "INFO"];
    let mask = mask(&plain, &["eu-west-2", "acme-prod"]);
    let text = format!("{plain:?}");
    assert_eq!(mask.text(&text), text);
    assert_eq!(mask.foreign("eu-west-2 and acme-prod are true"), "eu-west-2 and acme-prod are true");
    assert_eq!(Mask::default().foreign("nothing is known"), "nothing is known");
}

#[test]
fn a_document_stays_a_document() {
    let mask = mask(&["nabcdefg-1", "\"quote\\", "tail-value\\"], &[]);
    for value in ["x\nabcdefg-1", "a \"quote\\", "tail-value\\", "\u{1}nabcdefg-1\\n"] {
        let text = serde_json::json!({ "a": value, "b": [value] }).to_string();
        let hidden = mask.text(&text);
        assert!(hidden.contains(HIDDEN), "{text}");
        assert!(serde_json::from_str::<serde_json::Value>(&hidden).is_ok(), "{text}: {hidden}");
    }
}

#[test]
fn what_was_read_from_aws_is_hidden_in_what_services_say_alone() {
    let mask = Mask::default();
    mask.hide_live(["postgres://db.acme/orders"]);
    let said = "the layer refuses postgres://db.acme/orders";
    assert_eq!(mask.foreign(said), "the layer refuses <hidden>");
    assert_eq!(mask.text(said), said);
}
