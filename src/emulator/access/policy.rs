//! A small evaluator of IAM policy documents: enough for "may this caller do that".
//!
//! Understands Effect, Action/NotAction, Resource/NotResource with wildcards, and the conditions StringEquals,
//! StringLike, ArnEquals and ArnLike, each also with IfExists, ForAllValues or ForAnyValue, on the values that the
//! caller of [`allows`] gives. Any other condition counts as
//! not met, which grants less than AWS would; it never grants more, except that an unknown condition on a Deny
//! statement does not deny.

use serde_json::Value;

use super::context::Context;

/// Returns whether `document` allows `action` on `resource`: some statement allows it and none denies it.
pub(crate) fn allows(document: &Value, action: &str, resource: &str, context: &Context) -> bool {
    let statements = list(document.get("Statement"));
    let applies = |effect: &str| {
        statements.iter().any(|statement| {
            statement.get("Effect").and_then(Value::as_str) == Some(effect)
                && covers(statement, "Action", "NotAction", action, true)
                && covers(statement, "Resource", "NotResource", resource, false)
                && conditions_hold(statement.get("Condition"), context)
        })
    };
    applies("Allow") && !applies("Deny")
}

/// A single value stands for a list of one.
fn list(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None => Vec::new(),
        Some(Value::Array(items)) => items.iter().collect(),
        Some(single) => vec![single],
    }
}

fn covers(statement: &Value, name: &str, negated: &str, value: &str, fold_case: bool) -> bool {
    let matched = |patterns: Option<&Value>| {
        list(patterns).into_iter().filter_map(Value::as_str).any(|pattern| {
            if fold_case {
                like(&pattern.to_ascii_lowercase(), &value.to_ascii_lowercase())
            } else {
                like(pattern, value)
            }
        })
    };
    match statement.get(negated) {
        Some(patterns) => !matched(Some(patterns)),
        None => matched(statement.get(name)),
    }
}

fn conditions_hold(condition: Option<&Value>, context: &Context) -> bool {
    let Some(Value::Object(operators)) = condition else { return condition.is_none() };
    operators.iter().all(|(operator, keys)| {
        let Value::Object(keys) = keys else { return false };
        keys.iter().all(|(key, expected)| condition_holds(operator, key, expected, context))
    })
}

fn condition_holds(operator: &str, key: &str, expected: &Value, context: &Context) -> bool {
    let (every, operator) = match operator.split_once(':') {
        Some(("ForAllValues", operator)) => (true, operator),
        Some(("ForAnyValue", operator)) => (false, operator),
        Some(_) => return false,
        None => (false, operator),
    };
    let test: fn(&str, &str) -> bool = match operator.trim_end_matches("IfExists") {
        "StringEquals" => |pattern, value| pattern == value,
        "StringLike" | "ArnLike" | "ArnEquals" => like,
        _ => return false,
    };
    let found = context.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, values)| values);
    // Of no value at all everything is true.
    let Some(found) = found else { return every || operator.ends_with("IfExists") };
    let expected: Vec<&str> = list(Some(expected)).into_iter().filter_map(Value::as_str).collect();
    let good = |value: &String| expected.iter().any(|pattern| test(pattern, value));
    if every { found.iter().all(good) } else { found.iter().any(good) }
}

/// Compares with a pattern in which `*` is any text and `?` any character.
pub(crate) fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where to go on after the last star: behind it in the pattern, and one character further in the text.
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((behind, from)) => {
                    retry = Some((behind, from + 1));
                    p = behind;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn none() -> Context {
        Context::new()
    }

    #[test]
    fn of_several_values_each_or_one_must_fit() {
        let condition = |operator: &str| json!({ operator: { "aws:TagKeys": ["a", "b"] } });
        let keys =
            |keys: &[&str]| vec![("aws:TagKeys".to_owned(), keys.iter().map(|k| (*k).to_owned()).collect())];
        for (sent, every, any) in
            [(&["a", "b"][..], true, true), (&["a", "c"], false, true), (&["c"], false, false)]
        {
            let holds = |operator| conditions_hold(Some(&condition(operator)), &keys(sent));
            assert_eq!(holds("ForAllValues:StringEquals"), every, "{sent:?}");
            assert_eq!(holds("ForAnyValue:StringEquals"), any, "{sent:?}");
        }
        assert!(conditions_hold(Some(&condition("ForAllValues:StringEquals")), &none()));
        assert!(!conditions_hold(Some(&condition("ForAnyValue:StringEquals")), &none()));
        assert!(conditions_hold(Some(&condition("StringEqualsIfExists")), &none()));
    }

    #[test]
    fn patterns_match_as_in_iam() {
        assert!(like("connect:List*", "connect:ListInstances"));
        assert!(like("arn:*:instance/*/contact-flow/*", "arn:aws:connect:r:a:instance/i/contact-flow/f"));
        assert!(like("a?c", "abc") && !like("a?c", "ac"));
        assert!(!like("a*b", "abc") && like("*", ""));
    }

    #[test]
    fn only_what_a_statement_allows_is_allowed() {
        let document =
            json!({"Statement": {"Effect": "Allow", "Action": ["connect:List*"], "Resource": "*"}});
        assert!(allows(&document, "connect:ListInstances", "*", &none()));
        assert!(!allows(&document, "connect:DeleteContactFlow", "x", &none()));
    }

    #[test]
    fn a_denial_wins() {
        let document = json!({"Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": "lambda:AddPermission", "Resource": "*"},
        ]});
        assert!(allows(&document, "lambda:GetPolicy", "f", &none()));
        assert!(!allows(&document, "lambda:AddPermission", "f", &none()));
    }

    #[test]
    fn a_condition_must_be_met() {
        let document = json!({"Statement": [{
            "Effect": "Allow", "Action": "lambda:AddPermission", "Resource": "*",
            "Condition": {"StringEquals": {"lambda:Principal": "connect.amazonaws.com"}},
        }]});
        let with = |principal: &str| {
            let context = vec![("lambda:Principal".to_owned(), vec![principal.to_owned()])];
            allows(&document, "lambda:AddPermission", "f", &context)
        };
        assert!(with("connect.amazonaws.com"));
        assert!(!with("s3.amazonaws.com"));
        assert!(!allows(&document, "lambda:AddPermission", "f", &none()));
    }
}
