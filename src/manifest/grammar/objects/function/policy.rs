//! IAM policy documents: written as YAML, sent as canonical JSON.

use serde_json::Value;

use crate::manifest::grammar::object::objects;
use crate::manifest::grammar::read::{Any, Kind};
use crate::manifest::grammar::report::Here;
use crate::manifest::grammar::scalar::kind;
use crate::manifest::grammar::shape::Shape;
use crate::manifest::reading::log::{Log, quote};
use crate::manifest::yaml::{Node, NodeValue};
use crate::resource::Code;

objects! {
    DeclaredPolicy = "policy", "a policy",
        "An IAM policy document. A policy variable is written `$${aws:username}`."
    {
        #[expect(dead_code, reason = "the whole document is written as it is")]
        Required version = "Version": kind::PolicyVersion, "write `Version: \"2012-10-17\"`";
        #[expect(dead_code, reason = "the whole document is written as it is")]
        Optional id = "Id": kind::Text, "an id";
        Required statement = "Statement": Any, "a statement, or a list of them";
    }
}

/// A policy document, read into its canonical form.
#[derive(Debug)]
pub(crate) struct Policy;

impl Kind for Policy {
    type Value = String;
    const SHAPE: Shape = DeclaredPolicy::SHAPE;

    fn read(node: &Node, here: Here<'_>, log: &mut Log) -> Option<String> {
        let policy = DeclaredPolicy::read(node, here, log)?;
        if let Some(statements) = policy.statement.value() {
            check(statements, log);
            no_nulls(node, log);
        }
        Some(canonical(node))
    }
}

/// The keys of a statement that stands in an identity-based policy (IAM: "JSON policy elements").
const KEYS: [&str; 7] = ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// Writes a policy document as JSON: sorted keys, no spaces. Every scalar is a text, which IAM takes for numbers and
/// booleans too.
fn canonical(document: &Node) -> String {
    json(document).to_string()
}

fn json(node: &Node) -> Value {
    match &node.value {
        NodeValue::Map(entries) => {
            let mut sorted: Vec<_> =
                entries.iter().map(|(key, node)| (key.text.clone(), json(node))).collect();
            sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
            sorted.into_iter().collect()
        }
        NodeValue::Seq(items) => items.iter().map(json).collect(),
        NodeValue::Scalar(text, _) => Value::String(text.clone()),
    }
}

/// Reports what IAM would refuse in the statements of a policy, as far as their form goes.
fn check(statements: &Node, log: &mut Log) {
    match &statements.value {
        NodeValue::Seq(items) if items.is_empty() => {
            log.error(Code::BadPolicy, statements.position, "a policy needs at least one statement");
        }
        NodeValue::Seq(items) => items.iter().for_each(|item| statement(item, log)),
        NodeValue::Map(_) | NodeValue::Scalar(..) => statement(statements, log),
    }
}

fn statement(node: &Node, log: &mut Log) {
    let NodeValue::Map(entries) = &node.value else {
        if !node.is_null() && !node.is_broken() {
            let message = format!("a statement is a map, and this is {}", node.kind());
            log.error(Code::BadPolicy, node.position, message);
        }
        return;
    };
    for (key, _) in entries {
        if key.text == "Principal" || key.text == "NotPrincipal" {
            let message = format!("`{}` is not allowed in a policy of a role", key.text);
            let hint = "leave it out: the policy applies to its own role";
            log.error_with(Code::BadPolicy, key.position, message, hint);
        } else if !KEYS.contains(&key.text.as_str()) {
            let message = format!("a statement has no key {}", quote(&key.text));
            log.unknown(Code::BadPolicy, key.position, message, &key.text, KEYS);
        }
    }
    if let Some(effect) = node.get("Effect")
        && !effect.is_broken()
        && !matches!(effect.text(), Some("Allow" | "Deny"))
    {
        log.error(Code::BadPolicy, effect.position, "`Effect` is `Allow` or `Deny`");
    }
    for one_of in [&["Effect"][..], &["Action", "NotAction"], &["Resource", "NotResource"]] {
        let count = one_of.iter().filter(|key| node.get(key).is_some()).count();
        let keys = one_of.join("` or `");
        if count == 0 {
            log.error(Code::BadPolicy, node.position, format!("a statement needs the key `{keys}`"));
        } else if count > 1 {
            log.error(Code::BadPolicy, node.position, format!("a statement has only one of `{keys}`"));
        }
    }
}

fn no_nulls(node: &Node, log: &mut Log) {
    match &node.value {
        NodeValue::Map(entries) => entries.iter().for_each(|(_, node)| no_nulls(node, log)),
        NodeValue::Seq(items) => items.iter().for_each(|node| no_nulls(node, log)),
        NodeValue::Scalar(..) if node.is_null() => {
            log.error(Code::MissingValue, node.position, "values in a policy must not be empty");
        }
        NodeValue::Scalar(..) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::grammar::read;
    use crate::manifest::yaml;

    fn run(text: &str) -> (String, Vec<String>) {
        let mut log = Log::new("f");
        let node = yaml::parse(text, &mut log).remove(0);
        let canonical = read::root::<Policy>(&node, &mut log).unwrap();
        // Most of these are only a part of a policy.
        let problems = log.into_problems().into_iter().filter(|problem| problem.code != Code::MissingKey);
        let lines = problems.map(|p| {
            let hint = p.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
            let at = p.origin.unwrap();
            format!("{}:{} {}: {}{hint}", at.line, at.column, p.code, p.message)
        });
        (canonical, lines.collect())
    }

    #[test]
    fn a_policy_is_written_the_same_however_it_was_laid_out() {
        let text = "Version: 2012-10-17\nStatement:\n  - Resource: '*'\n    Effect: Allow\n    Action: [a:B]\n    \
                    Condition: { Bool: { aws:SecureTransport: true } }\n";
        let json = r#"{"Statement":[{"Action":["a:B"],"Condition":{"Bool":{"aws:SecureTransport":"true"}},"Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"}"#;
        assert_eq!(run(text), (json.to_owned(), vec![]));
        assert_eq!(run(json).0, json);
        let one = "{ Version: 2012-10-17, Statement: { Effect: Deny, NotAction: x, NotResource: y } }";
        assert_eq!(run(one).1, Vec::<String>::new());
    }

    #[test]
    fn what_iam_would_refuse_is_told_where_it_stands() {
        for (text, expected) in [
            ("Statement: []", "1:12 bad-policy: a policy needs at least one statement"),
            ("Statement: [x]", "1:13 bad-policy: a statement is a map, and this is a text"),
            (
                "Statement: { Effect: allow, Action: x, Resource: y }",
                "1:22 bad-policy: `Effect` is `Allow` or `Deny`",
            ),
            (
                "Statement: { Effect: Allow, Actions: x, Action: x, Resource: y }",
                "1:29 bad-policy: a statement has no key `Actions` (did you mean `Action`?)",
            ),
            (
                "Statement: { Effect: Allow, Action: x, Resource: y, Principal: z }",
                "1:53 bad-policy: `Principal` is not allowed in a policy of a role (leave it out: the policy applies to \
                 its own role)",
            ),
            (
                "Statement: { Effect: Allow, Action: x }",
                "1:12 bad-policy: a statement needs the key `Resource` or `NotResource`",
            ),
            (
                "Statement: { Effect: Allow, Action: x, NotAction: x, Resource: y }",
                "1:12 bad-policy: a statement has only one of `Action` or `NotAction`",
            ),
            (
                "Statement: { Effect: Allow, Action: x, Resource: [~] }",
                "1:51 missing-value: values in a policy must not be empty",
            ),
        ] {
            assert_eq!(run(text).1, [expected], "{text}");
        }
    }
}
