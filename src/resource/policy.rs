//! Resource policies, read by meaning.
//!
//! Who wrote a statement and under which Sid says nothing about what it allows, so a policy is judged: does it let
//! this instance invoke this function? Case of condition keys, strings against lists and wildcards do not count.
//! A condition that is not understood is never taken for a permission.

use serde_json::Value;

use super::arn::InstanceArn;
use super::function::FunctionRef;
use super::grant::{CONNECT, Grant, INVOKE, OwnSid};

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

    /// Finds the statement that says exactly what `grant` says, under a Sid for which `mine` holds.
    pub fn exact(&self, grant: &Grant, mine: impl Fn(&OwnSid) -> bool) -> Option<&Statement> {
        self.statements
            .iter()
            .find(|s| s.is_exactly(grant) && OwnSid::parse(&s.sid).is_some_and(|own| mine(&own)))
    }

    /// The Sids in it.
    pub fn sids(&self) -> impl Iterator<Item = &str> {
        self.statements.iter().map(|s| s.sid.as_str())
    }
}

/// How a statement lets Amazon Connect call on behalf of more than one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// It has no SourceArn: any instance, of anybody.
    AnySource,
    /// This SourceArn holds a wildcard before the end of the instance's id.
    Wildcard(String),
    /// Anybody may call.
    Anybody,
    /// Anybody may call but who is listed (`NotPrincipal`).
    AllBut,
    /// Everybody of this account may call.
    Account(String),
    /// Everybody of this organisation may call.
    Organisation(String),
    /// It allows more than to invoke: this action with a wildcard, or all but what is listed.
    Actions(String),
}

/// Whether a condition that is not understood counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Match {
    Surely,
    Perhaps,
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
            let exact = matches!(operator.as_str(), "stringequals" | "stringlike" | "arnlike" | "arnequals");
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

    /// The instance that it is for, if it names exactly one.
    pub fn instance(&self) -> Option<InstanceArn> {
        let mut sources = self.conditions().filter(|(_, key, _)| key == "aws:sourcearn");
        match (sources.next(), sources.next()) {
            (Some((_, _, values)), None) if values.len() == 1 => InstanceArn::parse(values[0]).ok(),
            _ => None,
        }
    }

    /// Tells whether it allows Amazon Connect to invoke a function, on whatever condition.
    pub fn lets_connect_call(&self) -> bool {
        let service = strings(self.body.pointer("/Principal/Service")).contains(&CONNECT);
        let invoke = |action: &&str| like(&action.to_lowercase(), &INVOKE.to_lowercase());
        self.effect() == "Allow" && service && strings(self.body.get("Action")).iter().any(invoke)
    }

    /// Tells whether it lets Amazon Connect call on behalf of more than one instance ("Cross-service confused deputy
    /// prevention" in the administrator guide).
    pub fn opening(&self) -> Option<Opening> {
        if self.effect() != "Allow" || !self.names_invoke() {
            return None;
        }
        if self.body.get("NotPrincipal").is_some() {
            return Some(Opening::AllBut);
        }
        let anybody = self.is_for_anybody();
        let service =
            strings(self.body.pointer("/Principal/Service")).iter().any(|p| *p == CONNECT || *p == "*");
        if !anybody && !service {
            let accounts = strings(self.body.pointer("/Principal/AWS")).into_iter();
            return accounts.filter_map(whole_account).next().map(|id| Opening::Account(id.to_owned()));
        }
        let source = self.source_opening();
        let organisation = || {
            const KEYS: [&str; 4] =
                ["aws:principalorgid", "aws:principalorgpaths", "aws:sourceorgid", "aws:sourceorgpaths"];
            let mut found = self.conditions().filter(|(_, key, _)| KEYS.contains(&key.as_str()));
            Some(Opening::Organisation(found.next()?.2.first()?.to_string()))
        };
        match source {
            Some(_) if anybody => Some(organisation().unwrap_or(Opening::Anybody)),
            Some(source) => Some(organisation().unwrap_or(source)),
            None => self.wide_action().map(Opening::Actions),
        }
    }

    /// The action that allows more than to invoke.
    fn wide_action(&self) -> Option<String> {
        if self.body.get("NotAction").is_some() {
            return Some("NotAction".to_owned());
        }
        let mut actions = strings(self.body.get("Action")).into_iter();
        actions.find(|action| action.contains(['*', '?'])).map(str::to_owned)
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

    /// How its conditions let more than one instance call.
    fn source_opening(&self) -> Option<Opening> {
        let limits = |operator: &str| {
            matches!(
                operator,
                "stringequals" | "stringequalsignorecase" | "stringlike" | "arnlike" | "arnequals"
            )
        };
        let found = self.conditions().find(|(operator, key, _)| key == "aws:sourcearn" && limits(operator));
        let Some((operator, _, sources)) = found else { return Some(Opening::AnySource) };
        let literal = operator.starts_with("stringequals");
        let wide = sources.into_iter().find(|source| {
            // Behind the id a wildcard takes in no other instance.
            let instance = source.find(":instance/").map_or(source.len(), |at| at + ":instance/".len());
            let end = source[instance..].find('/').map_or(source.len(), |slash| instance + slash);
            !literal && source[..end].contains(['*', '?'])
        });
        wide.map(|source| Opening::Wildcard(source.to_owned()))
    }

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

/// The account that a principal stands for as a whole.
fn whole_account(principal: &str) -> Option<&str> {
    let id = match principal.strip_prefix("arn:") {
        Some(rest) => rest.strip_suffix(":root")?.rsplit(':').next()?,
        None => principal,
    };
    (id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit())).then_some(id)
}

fn strings(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Matches IAM's `*` and `?`, in time proportional to the product of the two lengths at worst.
fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if p < pattern.len() && pattern[p] == '*' {
            star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == '?' || pattern[p] == text[t]) {
            p += 1;
            t += 1;
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            p = at + 1;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource::grant::tests::grant;

    fn policy(statements: Value) -> ResourcePolicy {
        let text = json!({ "Version": "2012-10-17", "Id": "default", "Statement": statements }).to_string();
        ResourcePolicy::parse(&text, None).unwrap()
    }

    #[test]
    fn the_statement_that_the_service_writes_is_understood() {
        let grant = grant(None);
        let policy = policy(json!([grant.statement("connect-0f1e")]));
        assert_eq!(policy.judge(&grant.function, &grant.instance), Judgement::Allowed("connect-0f1e".into()));
        assert!(policy.statements[0].is_exactly(&grant));
    }

    #[test]
    fn each_broken_part_takes_the_permission_away() {
        let grant = grant(None);
        let breaks = [
            ("/Principal/Service", json!("lex.amazonaws.com")),
            ("/Action", json!("lambda:GetFunction")),
            ("/Resource", json!("arn:aws:lambda:eu-west-2:111122223333:function:other")),
            (
                "/Condition/ArnLike/AWS:SourceArn",
                json!("arn:aws:connect:eu-west-2:111122223333:instance/other"),
            ),
            ("/Condition/StringEquals/AWS:SourceAccount", json!("999999999999")),
            ("/Effect", json!("Deny")),
        ];
        for (pointer, value) in breaks {
            let mut statement = grant.statement("s");
            *statement.pointer_mut(pointer).unwrap() = value;
            let policy = policy(json!([statement]));
            assert!(
                !matches!(policy.judge(&grant.function, &grant.instance), Judgement::Allowed(_)),
                "{pointer}"
            );
            assert!(!policy.statements[0].is_exactly(&grant), "{pointer}");
        }
    }

    #[test]
    fn a_wide_statement_allows_but_is_not_the_grant() {
        let grant = grant(None);
        let wide = json!({
            "Sid": "100", "Effect": "Allow", "Principal": { "Service": ["connect.amazonaws.com"] },
            "Action": ["lambda:*"], "Resource": "arn:aws:lambda:*:111122223333:function:*",
            "Condition": { "ArnLike": { "aws:SourceArn": "arn:aws:connect:*:111122223333:instance/*" } },
        });
        let policy = policy(json!([wide]));
        assert_eq!(policy.judge(&grant.function, &grant.instance), Judgement::Allowed("100".into()));
        assert!(!policy.statements[0].is_exactly(&grant));
    }

    #[test]
    fn an_unknown_condition_never_allows_and_may_deny() {
        let grant = grant(None);
        let mut statement = grant.statement("s");
        statement["Condition"]["Bool"] = json!({ "aws:SecureTransport": "true" });
        assert_eq!(policy(json!([statement])).judge(&grant.function, &grant.instance), Judgement::Silent);
        statement["Effect"] = json!("Deny");
        let judged = policy(json!([statement])).judge(&grant.function, &grant.instance);
        assert_eq!(judged, Judgement::Denied("s".into()));
    }

    #[test]
    fn a_statement_for_more_than_one_instance_is_told() {
        let grant = grant(None);
        let opening = |change: &dyn Fn(&mut Value)| {
            let mut statement = grant.statement("s");
            change(&mut statement);
            policy(json!([statement])).statements[0].opening()
        };
        assert_eq!(opening(&|_| {}), None);
        assert_eq!(opening(&|s| s["Condition"] = json!({})), Some(Opening::AnySource));
        assert_eq!(
            opening(&|s| s["Condition"] = json!({"ArnNotLike": {"aws:SourceArn": "x"}})),
            Some(Opening::AnySource)
        );
        assert_eq!(opening(&|s| s["Effect"] = json!("Deny")), None);
        assert_eq!(opening(&|s| s["Principal"]["Service"] = json!("lex.amazonaws.com")), None);
        let source = |text: &str| opening(&|s| s["Condition"]["ArnLike"]["AWS:SourceArn"] = json!(text));
        for wide in
            ["*", "arn:aws:connect:*:111122223333:instance/0f1e", "arn:aws:connect:eu-west-2:1:instance/*"]
        {
            assert_eq!(source(wide), Some(Opening::Wildcard(wide.to_owned())), "{wide}");
        }
        assert_eq!(source("arn:aws:connect:eu-west-2:111122223333:instance/0f1e/*"), None);
    }

    #[test]
    fn a_statement_that_is_wide_in_another_way_is_told() {
        let opening = |changes: &[(&str, Value)]| {
            let mut statement = grant(None).statement("s");
            for (key, value) in changes {
                let object = statement.as_object_mut().unwrap();
                match value {
                    Value::Null => drop(object.remove(*key)),
                    value => drop(object.insert((*key).to_owned(), value.clone())),
                }
            }
            policy(json!([statement])).statements[0].opening()
        };
        let open = ("Condition", Value::Null);
        for everybody in [json!("*"), json!({ "AWS": "*" }), json!({ "AWS": ["*"] })] {
            assert_eq!(opening(&[("Principal", everybody.clone()), open.clone()]), Some(Opening::Anybody));
            // One instance is still one instance.
            assert_eq!(opening(&[("Principal", everybody)]), None);
        }
        let organisation = json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } });
        assert_eq!(
            opening(&[("Principal", json!("*")), ("Condition", organisation)]),
            Some(Opening::Organisation("o-1".into()))
        );
        let others = json!({ "AWS": "arn:aws:iam::111122223333:role/r" });
        assert_eq!(
            opening(&[("Principal", Value::Null), ("NotPrincipal", others.clone())]),
            Some(Opening::AllBut)
        );
        assert_eq!(opening(&[("Principal", others), open.clone()]), None);
        for account in [json!("222233334444"), json!(["arn:aws:iam::222233334444:root"])] {
            let found = opening(&[("Principal", json!({ "AWS": account })), open.clone()]);
            assert_eq!(found, Some(Opening::Account("222233334444".into())));
        }
        assert_eq!(opening(&[("Action", json!("lambda:*"))]), Some(Opening::Actions("lambda:*".into())));
        let all_but = [("Action", Value::Null), ("NotAction", json!("lambda:DeleteFunction"))];
        assert_eq!(opening(&all_but), Some(Opening::Actions("NotAction".into())));
        assert_eq!(opening(&[("Action", Value::Null), ("NotAction", json!("lambda:*"))]), None);
    }

    #[test]
    fn what_is_said_by_exclusion_may_deny_and_never_allows() {
        let grant = grant(None);
        let arn = grant.function.arn().to_string();
        let judged = |effect: &str, key: &str, value: Value| {
            let mut statement = grant.statement("s");
            statement.as_object_mut().unwrap().remove(key.trim_start_matches("Not"));
            statement[key] = value;
            statement["Effect"] = json!(effect);
            policy(json!([statement])).judge(&grant.function, &grant.instance)
        };
        let role = json!({ "AWS": "arn:aws:iam::111122223333:role/r" });
        for (key, others, ours) in [
            ("NotPrincipal", role, json!({ "Service": CONNECT })),
            ("NotAction", json!("lambda:GetFunction"), json!("lambda:Invoke*")),
            ("NotResource", json!("arn:aws:lambda:*:*:function:other"), json!([arn])),
        ] {
            assert_eq!(judged("Deny", key, others.clone()), Judgement::Denied("s".into()), "{key}");
            assert_eq!(judged("Allow", key, others), Judgement::Silent, "{key}");
            assert_eq!(judged("Deny", key, ours), Judgement::Silent, "{key}");
        }
    }

    #[test]
    fn wildcards_match_as_iam_matches_them() {
        for (pattern, text, matches) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a?c", "abc", true),
            ("a*", "b", false),
            ("a*b*c", "axbyc", true),
            ("", "a", false),
        ] {
            assert_eq!(like(pattern, text), matches, "{pattern} {text}");
        }
    }
}
