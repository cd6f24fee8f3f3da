//! IAM policy documents: the canonical form in which they are compared, and the trust policy of a function's role.
//!
//! The form keeps what IAM keeps ("IAM JSON policy elements reference"): a statement or value alone is the same as a
//! list of one, and neither order of keys nor layout counts.

use serde_json::{Map, Value, json};

/// Elements whose values may stand alone or in a list, in which order has no meaning.
const LISTS: &[&str] = &["Action", "NotAction", "Resource", "NotResource"];
/// Elements that map names to such values.
const MAPS: &[&str] = &["Principal", "NotPrincipal"];

/// Returns the document in canonical form, as JSON text; a text that is no JSON object stays as it is.
pub(crate) fn canonical_policy(text: &str) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(document)) => sorted(statements(document)).to_string(),
        _ => text.to_owned(),
    }
}

/// The trust policy of a function's role: Lambda may assume it, nobody else. In canonical form.
pub(crate) fn lambda_trust() -> String {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "lambda.amazonaws.com" },
            "Action": "sts:AssumeRole",
        }],
    });
    canonical_policy(&document.to_string())
}

/// Whether a trust policy lets Lambda assume the role, among whatever else it says.
#[cfg(any(test, feature = "aws"))]
pub(crate) fn trusts_lambda(text: &str) -> bool {
    let document: Value = serde_json::from_str(&canonical_policy(text)).unwrap_or_default();
    let has = |value: Option<&Value>, wanted: &[&str]| match value {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).any(|text| wanted.contains(&text)),
        Some(Value::String(text)) => wanted.contains(&text.as_str()),
        _ => false,
    };
    document.get("Statement").and_then(Value::as_array).into_iter().flatten().any(|statement| {
        statement.get("Effect") == Some(&json!("Allow"))
            && has(statement.get("Action"), &["sts:AssumeRole", "sts:*", "*"])
            && has(statement.pointer("/Principal/Service"), &["lambda.amazonaws.com", "*"])
    })
}

fn statements(mut document: Map<String, Value>) -> Value {
    if let Some(statements) = document.remove("Statement") {
        let list = match statements {
            Value::Array(list) => list,
            alone => vec![alone],
        };
        document.insert("Statement".to_owned(), list.into_iter().map(statement).collect());
    }
    Value::Object(document)
}

fn statement(value: Value) -> Value {
    let Value::Object(mut statement) = value else { return value };
    for (name, value) in &mut statement {
        if LISTS.contains(&name.as_str()) {
            *value = alone(value.take());
        } else if MAPS.contains(&name.as_str()) {
            each(value);
        } else if name == "Condition"
            && let Value::Object(operators) = value
        {
            operators.values_mut().for_each(each);
        }
    }
    Value::Object(statement)
}

fn each(map: &mut Value) {
    if let Value::Object(map) = map {
        map.values_mut().for_each(|value| *value = alone(value.take()));
    }
}

/// Sorts a list, and takes a single value out of it.
fn alone(value: Value) -> Value {
    let Value::Array(mut list) = value else { return value };
    list.sort_by_key(Value::to_string);
    list.dedup();
    if list.len() == 1 { list.remove(0) } else { Value::Array(list) }
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = map.into_iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().map(|(name, value)| (name, sorted(value))).collect())
        }
        Value::Array(list) => Value::Array(list.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_order_and_lists_of_one_do_not_count() {
        let one = r#"{"Statement": {"Action": ["s3:GetObject"], "Effect": "Allow", "Resource": ["b", "a"],
            "Condition": {"StringEquals": {"aws:x": ["1"]}}}, "Version": "2012-10-17"}"#;
        let two = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject",
            "Condition":{"StringEquals":{"aws:x":"1"}},"Resource":["a","b"]}]}"#;
        assert_eq!(canonical_policy(one), canonical_policy(two));
        assert_ne!(canonical_policy(one), canonical_policy(&two.replace("Allow", "Deny")));
        assert_ne!(canonical_policy(one), canonical_policy(&two.replace("\"a\",\"b\"", "\"a\"")));
    }

    #[test]
    fn a_trust_policy_that_also_trusts_somebody_else_is_another_one() {
        let widened = lambda_trust()
            .replace("\"lambda.amazonaws.com\"", "[\"ec2.amazonaws.com\",\"lambda.amazonaws.com\"]");
        assert_ne!(canonical_policy(&widened), lambda_trust());
        assert!(trusts_lambda(&lambda_trust()) && trusts_lambda(&widened));
        assert!(!trusts_lambda(&lambda_trust().replace("Allow", "Deny")));
        assert!(!trusts_lambda(&lambda_trust().replace("lambda.", "ec2.")));
        assert_eq!(canonical_policy("not json"), "not json");
    }
}
