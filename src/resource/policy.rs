//! Resource policies, read by meaning.
//!
//! Who wrote a statement and under which Sid says nothing about what it allows, so a policy is judged: does it let
//! this instance invoke this function? Case of condition keys, strings against lists and wildcards do not count.

use serde_json::Value;

use self::pattern::like;
use super::arn::InstanceArn;
use super::grant::{CONNECT, Grant, INVOKE, OwnSid};
use super::name::Place;

mod judge;
mod opening;
mod pattern;

pub use judge::Judgement;
pub use opening::Opening;

/// The largest policy of a function, version or alias, in bytes (Lambda's limit of 20 KB for each).
pub const MAX_POLICY_BYTES: usize = 20_480;

/// Says that the text of a policy is not one.
#[derive(Debug, thiserror::Error)]
#[error("the resource policy is not the JSON document that Lambda returns: {0}")]
pub struct PolicyError(String);

/// One statement as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its statement id.
    pub sid: String,
    /// The whole statement.
    pub body: Value,
}

/// The policy of one function and qualifier.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResourcePolicy {
    /// Its statements, in the service's order.
    pub statements: Vec<Statement>,
    /// The length of the text that the service returned, in bytes.
    pub bytes: usize,
    /// The revision that conditional writes name.
    pub revision: Option<String>,
}
impl ResourcePolicy {
    /// Reads the `Policy` member of a `GetPolicy` answer.
    ///
    /// # Errors
    ///
    /// When it is not a JSON document with statements.
    pub fn parse(text: &str, revision: Option<String>) -> Result<Self, PolicyError> {
        let document: Value = serde_json::from_str(text).map_err(|e| PolicyError(e.to_string()))?;
        let statements = match document.get("Statement") {
            Some(Value::Array(list)) => list.clone(),
            Some(one @ Value::Object(_)) => vec![one.clone()],
            _ => return Err(PolicyError("it has no `Statement`".into())),
        };
        let statements = statements
            .into_iter()
            .map(|body| {
                let sid = body.get("Sid").and_then(Value::as_str).unwrap_or_default().to_owned();
                Statement { sid, body }
            })
            .collect();
        Ok(Self { statements, bytes: text.len(), revision })
    }

    /// Finds the statement that says exactly what `grant` says, under a Sid for which `mine` holds.
    pub fn exact(&self, grant: &Grant, mine: impl Fn(&OwnSid) -> bool) -> Option<&Statement> {
        self.statements
            .iter()
            .find(|s| s.is_exactly(grant) && OwnSid::parse(&s.sid).is_some_and(|own| mine(&own)))
    }

    /// Whether some statement says exactly what `grant` says, under whatever Sid.
    pub fn says(&self, grant: &Grant) -> bool {
        self.statements.iter().any(|statement| statement.is_exactly(grant))
    }

    /// The Sids in it.
    pub fn sids(&self) -> impl Iterator<Item = &str> {
        self.statements.iter().map(|s| s.sid.as_str())
    }
}

impl Statement {
    fn effect(&self) -> &str {
        self.body.get("Effect").and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether it says the same as `grant`: both conditions, nothing more and nothing less.
    pub fn is_exactly(&self, grant: &Grant) -> bool {
        let arn = grant.function.arn().to_string();
        let wanted = [
            ("aws:sourceaccount", grant.instance.place.account.as_str().to_owned()),
            ("aws:sourcearn", grant.instance.to_string()),
        ];
        let mut found: Vec<(String, String)> = Vec::new();
        for (operator, key, values) in self.conditions() {
            let exact = match operator.as_str() {
                "stringlike" | "arnlike" | "arnequals" => true,
                // It takes a pattern by the letter.
                "stringequals" => key != "aws:sourcearn" || !grant.is_of_account(),
                _ => false,
            };
            match values.as_slice() {
                [one] if exact => found.push((key, (*one).to_owned())),
                _ => return false,
            }
        }
        found.sort();
        self.effect() == "Allow"
            && strings(self.body.pointer("/Principal/Service")) == [CONNECT]
            && self.body.pointer("/Principal").and_then(Value::as_object).is_some_and(|p| p.len() == 1)
            && strings(self.body.get("Action")) == [INVOKE]
            && strings(self.body.get("Resource")) == [arn.as_str()]
            && found
                .iter()
                .map(|(k, v)| (k.as_str(), v.as_str()))
                .eq(wanted.iter().map(|(k, v)| (*k, v.as_str())))
    }

    /// The account and Region of which it names all instances, if it does.
    pub fn account(&self) -> Option<Place> {
        let mut sources = self.conditions().filter(|(_, key, _)| key == "aws:sourcearn");
        match (sources.next(), sources.next()) {
            (Some((_, _, values)), None) if values.len() == 1 => InstanceArn::parse_every(values[0]),
            _ => None,
        }
    }

    /// The instance that it is for, if it names exactly one.
    pub fn instance(&self) -> Option<InstanceArn> {
        let mut sources = self.conditions().filter(|(_, key, _)| key == "aws:sourcearn");
        match (sources.next(), sources.next()) {
            (Some((_, _, values)), None) if values.len() == 1 => InstanceArn::parse(values[0]).ok(),
            _ => None,
        }
    }

    /// Returns whether it allows Amazon Connect to invoke a function, on whatever condition.
    pub fn lets_connect_call(&self) -> bool {
        let service = strings(self.body.pointer("/Principal/Service")).contains(&CONNECT);
        let invoke = |action: &&str| like(&action.to_lowercase(), &INVOKE.to_lowercase());
        self.effect() == "Allow" && service && strings(self.body.get("Action")).iter().any(invoke)
    }

    fn is_for_anybody(&self) -> bool {
        self.body.get("Principal").and_then(Value::as_str) == Some("*")
            || strings(self.body.pointer("/Principal/AWS")).contains(&"*")
    }

    /// Whether it is about invoking a function, among others.
    fn names_invoke(&self) -> bool {
        let invoke = |action: &&str| like(&action.to_lowercase(), &INVOKE.to_lowercase());
        match self.body.get("NotAction") {
            Some(others) => !strings(Some(others)).iter().any(invoke),
            None => strings(self.body.get("Action")).iter().any(invoke),
        }
    }

    /// Lists (operator, key, values), operator and key in lower case: IAM compares them without case.
    fn conditions(&self) -> impl Iterator<Item = (String, String, Vec<&str>)> {
        let operators = self.body.get("Condition").and_then(Value::as_object).into_iter().flatten();
        operators.flat_map(|(operator, keys)| {
            keys.as_object()
                .into_iter()
                .flatten()
                .map(|(key, values)| (operator.to_lowercase(), key.to_lowercase(), strings(Some(values))))
        })
    }
}

fn strings(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
