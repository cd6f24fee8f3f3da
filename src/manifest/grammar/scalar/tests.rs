use std::time::Duration;

use super::quantity::duration;
use super::*;

fn says(scalar: Scalar, text: &str) -> String {
    match scalar.check(text) {
        Ok(()) => "ok".to_owned(),
        Err(Fault { message, hint: None }) => message,
        Err(Fault { message, hint: Some(hint) }) => format!("{message} ({hint})"),
    }
}

#[test]
fn a_duration_needs_its_unit_and_whole_numbers() {
    assert_eq!(duration("8s"), Ok(Duration::from_secs(8)));
    assert_eq!(duration("1m"), Ok(Duration::from_secs(60)));
    assert_eq!(says(Scalar::Duration, "8"), "`8` is not a duration (write the unit: `8s`)");
    for text in ["", "s", "8ms", "1.5s", "-1s", "+1s", " 8s", "8 x", "99999999999999999999s", "8ä", "1h"] {
        assert_eq!(
            says(Scalar::Duration, text),
            format!("`{text}` is not a duration (write whole seconds, such as `8s`)")
        );
    }
}

#[test]
fn a_boolean_is_true_or_false_and_nothing_else() {
    assert_eq!(says(Scalar::Bool, "true"), "ok");
    for text in ["yes", "NO", "on", "True", "1", ""] {
        assert!(says(Scalar::Bool, text).starts_with(&format!("`{text}` is not `true` or `false`")));
    }
}

#[test]
fn words_are_proposed() {
    let words = Scalar::Word(&["sync", "async"]);
    assert_eq!(says(words, "async"), "ok");
    assert_eq!(says(words, "Sync"), "`Sync` is not a valid value (did you mean `sync`?)");
    assert_eq!(
        says(Scalar::FlowType, "CONTACT_FLOW"),
        "`CONTACT_FLOW` is not a flow type (did you mean `contact-flow`?)"
    );
}

#[test]
fn names_of_functions_follow_lambdas_rules() {
    assert_eq!(says(Scalar::FunctionName, "crm_Lookup-1"), "ok");
    let rule = "use letters, digits, `-` and `_`, at most 64";
    assert_eq!(says(Scalar::FunctionName, "a b"), format!("`a b` is not a function name: {rule}"));
    assert_eq!(
        says(Scalar::FunctionName, "crm:live"),
        format!("`crm:live` is not a function name: {rule} (an alias or version belongs under `qualifier:`)")
    );
    assert!(says(Scalar::FunctionName, &"a".repeat(65)).contains("at most 64"));
    assert_eq!(
        says(Scalar::Qualifier, "$LATEST"),
        "`$LATEST` cannot be granted: a resource policy takes an alias or a version (leave `qualifier` out to call \
         the unqualified function)"
    );
    assert!(says(Scalar::Qualifier, "a.b").starts_with("`a.b` is not an alias or a version"));
}

#[test]
fn arns_are_checked_in_all_their_parts() {
    assert_eq!(says(Scalar::FunctionArn, "arn:aws:lambda:eu-west-2:111122223333:function:crm:live"), "ok");
    assert_eq!(
        says(Scalar::FunctionArn, "arn:aws-cn:lambda:eu-west-2:111122223333:function:crm"),
        "the partition in `arn:aws-cn:lambda:eu-west-2:111122223333:function:crm` does not match its Region \
         (it would be `arn:aws:lambda:eu-west-2:111122223333:function:crm`)"
    );
    assert!(
        says(Scalar::FunctionArn, "arn:aws:lambda:eu-west-2:1:function:crm").contains("exactly 12 digits")
    );
    assert!(
        says(Scalar::FunctionArn, "arn:aws:lambda:eu-west-2:111122223333:function:crm:$LATEST")
            .contains("`$LATEST` cannot be granted")
    );
    assert!(
        says(Scalar::InstanceArn, "arn:aws:connect:eu-west-2").contains("an Amazon Connect instance ARN")
    );
}

#[test]
fn instance_aliases_follow_the_services_pattern() {
    for good in ["a", "acme-dev", "a--b", "D-x", "0"] {
        assert_eq!(says(Scalar::InstanceAlias, good), "ok", "{good}");
    }
    for bad in ["", "d-x", "-a", "a-", "a_b", "a.b", &"a".repeat(46)] {
        assert!(says(Scalar::InstanceAlias, bad).contains("is not an instance alias"), "{bad}");
    }
}

#[test]
fn a_set_has_at_most_forty_characters() {
    assert_eq!(says(Scalar::SetName, &"a".repeat(40)), "ok");
    assert!(
        says(Scalar::SetName, &"a".repeat(41))
            .contains("has 41 characters; the name of a set has at most 40")
    );
    assert!(says(Scalar::SetName, "Acme").contains("`Acme` is not a set name"));
}

#[test]
fn a_path_is_relative_with_slashes() {
    assert_eq!(says(Scalar::Path, "../flows/main.json"), "ok");
    for bad in ["/etc/passwd", "a\\b"] {
        assert_eq!(
            says(Scalar::Path, bad),
            format!(
                "{} is not relative to this file (write a relative path with `/`, such as `flows/main.json`)",
                quote(bad)
            )
        );
    }
}

#[test]
fn a_text_of_a_megabyte_is_not_echoed() {
    let long = "a".repeat(1 << 20);
    for scalar in [Scalar::Label, Scalar::Region, Scalar::FunctionArn, Scalar::Word(&["a"]), Scalar::Bool] {
        assert!(says(scalar, &long).len() < 200);
    }
}

/// The check of a text and its reading are one rule.
#[test]
fn a_kind_reads_what_its_scalar_accepts() {
    fn agree<S: ScalarKind>() {
        let example = S::SCALAR.example().trim_matches('"');
        assert!(fits::<S>(example), "{example}");
        let longer = format!("{example}{example}");
        let other = ["", "a", "true", "8s", "256", "eu-west-9x", "contact-flow", "saved", "ä b", "$LATEST"];
        for text in other.into_iter().chain([example, &longer, &example.to_uppercase()]) {
            let read = read::<S>(text).map(drop);
            assert_eq!(read, S::SCALAR.check(text), "{:?} {text}", S::SCALAR);
        }
    }
    agree::<kind::Text>();
    agree::<kind::Hidden>();
    agree::<kind::Bool>();
    agree::<kind::Duration>();
    agree::<kind::Memory>();
    agree::<kind::Label>();
    agree::<kind::SetName>();
    agree::<kind::AccountId>();
    agree::<kind::Region>();
    agree::<kind::FunctionArn>();
    agree::<kind::InstanceArn>();
    agree::<kind::FlowType>();
    agree::<kind::Attribute>();
    agree::<kind::Word<IdentityWord>>();
}
