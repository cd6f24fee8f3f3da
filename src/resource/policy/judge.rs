//! What a policy says about one call.
//!
//! A condition that is not understood is never taken for a permission, and may deny.

use serde_json::Value;

use super::pattern::like;
use super::{ResourcePolicy, Statement, strings};
use crate::resource::arn::InstanceArn;
use crate::resource::function::FunctionRef;
use crate::resource::grant::CONNECT;

/// What a policy says about one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// The statement with this Sid allows it, and none denies it.
    Allowed(String),
    /// The statement with this Sid denies it, or may.
    Denied(String),
    /// No statement speaks of it.
    Silent,
}
/// Whether a condition that is not understood counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Match {
    Surely,
    Perhaps,
}
impl ResourcePolicy {
    /// Judges whether `instance` may invoke `function` by this policy.
    pub fn judge(&self, function: &FunctionRef, instance: &InstanceArn) -> Judgement {
        let arn = function.arn().to_string();
        let denies = |s: &&Statement| s.effect() == "Deny" && s.speaks_of(&arn, instance, Match::Perhaps);
        if let Some(statement) = self.statements.iter().find(denies) {
            return Judgement::Denied(statement.sid.clone());
        }
        let allows = |s: &&Statement| s.effect() == "Allow" && s.speaks_of(&arn, instance, Match::Surely);
        self.statements
            .iter()
            .find(allows)
            .map_or(Judgement::Silent, |statement| Judgement::Allowed(statement.sid.clone()))
    }
}

impl Statement {
    fn speaks_of(&self, function_arn: &str, instance: &InstanceArn, unknown: Match) -> bool {
        let connect = |principal: Option<&Value>| {
            strings(principal.and_then(|p| p.get("Service"))).iter().any(|p| *p == CONNECT || *p == "*")
        };
        // What is said by exclusion is never taken for a permission, and may deny.
        let excludes =
            ["NotPrincipal", "NotAction", "NotResource"].iter().any(|key| self.body.get(key).is_some());
        if excludes && unknown == Match::Surely {
            return false;
        }
        let principal = match self.body.get("NotPrincipal") {
            Some(others) => !connect(Some(others)) && others.as_str() != Some("*"),
            None => connect(self.body.get("Principal")) || self.is_for_anybody(),
        };
        let resource = match self.body.get("NotResource") {
            Some(others) => !strings(Some(others)).iter().any(|r| like(r, function_arn)),
            None => strings(self.body.get("Resource")).iter().any(|r| like(r, function_arn)),
        };
        principal
            && self.names_invoke()
            && resource
            && self.conditions().all(|condition| holds(&condition, instance, unknown))
    }
}

fn holds(
    (operator, key, values): &(String, String, Vec<&str>),
    instance: &InstanceArn,
    unknown: Match,
) -> bool {
    let actual = match key.as_str() {
        "aws:sourcearn" => instance.to_string(),
        "aws:sourceaccount" => instance.place.account.as_str().to_owned(),
        _ => return unknown == Match::Perhaps,
    };
    match operator.trim_end_matches("ifexists") {
        "stringequals" => values.contains(&actual.as_str()),
        "stringequalsignorecase" => values.iter().any(|v| v.eq_ignore_ascii_case(&actual)),
        "arnlike" | "arnequals" | "stringlike" => values.iter().any(|v| like(v, &actual)),
        "stringnotequals" => !values.contains(&actual.as_str()),
        "stringnotlike" | "arnnotlike" | "arnnotequals" => !values.iter().any(|v| like(v, &actual)),
        _ => unknown == Match::Perhaps,
    }
}
