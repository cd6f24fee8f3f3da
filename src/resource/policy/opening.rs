//! Statements that let more call than one instance.

use super::{Statement, strings};
use crate::resource::grant::CONNECT;

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
impl Statement {
    /// Returns whether it lets Amazon Connect call on behalf of more than one instance ("Cross-service confused deputy
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
}

/// The account that a principal stands for as a whole.
fn whole_account(principal: &str) -> Option<&str> {
    let id = match principal.strip_prefix("arn:") {
        Some(rest) => rest.strip_suffix(":root")?.rsplit(':').next()?,
        None => principal,
    };
    (id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit())).then_some(id)
}
