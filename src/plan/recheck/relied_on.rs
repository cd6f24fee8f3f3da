//! Who relies by now on what is about to be taken away: the pure half of the look right before a deletion.

use std::collections::BTreeMap;

use crate::plan::facts::editing::kind;
use crate::plan::facts::mentions::{self, Called};
use crate::plan::model::FunctionRemoval;
use crate::resource::{FunctionRef, ResourcePolicy};
use crate::snapshot::{FlowContent, FlowSeen};

/// Says what was added to a function that somebody else may rely on: an alias, or a statement in a policy. `now` holds its
/// policies, and an entry for each alias.
pub fn function_added(
    before: &FunctionRemoval,
    now: &BTreeMap<Option<String>, ResourcePolicy>,
) -> Option<String> {
    let new = now.keys().flatten().find(|alias| !before.aliases.contains(*alias));
    if let Some(alias) = new {
        return Some(format!("alias `{alias}` was created"));
    }
    now.iter().find_map(|(qualifier, policy)| {
        let known = before.policies.get(qualifier).map(|policy| policy.statements.as_slice());
        let is_known = |sid: &str, body: &serde_json::Value| {
            known.unwrap_or_default().iter().any(|there| there.sid == sid && there.body == *body)
        };
        let added = policy.statements.iter().find(|there| !is_known(&there.sid, &there.body))?;
        let function = FunctionRef { qualifier: qualifier.clone(), ..before.function.clone() };
        Some(format!("statement `{}` was added to the policy of {function}", added.sid))
    })
}

/// Finds a flow or module that names a function, published or in its draft.
pub fn caller<'a>(
    contents: impl Iterator<Item = &'a FlowSeen>,
    function: &FunctionRef,
    whatever_qualifier: bool,
) -> Option<String> {
    let qualifier = match whatever_qualifier {
        true => Called::Anyhow,
        false => Called::Exactly(function.called()),
    };
    naming(contents, |text| mentions::calls(text, &function.place, &function.name, qualifier))
}

/// Finds a flow or module that names another one by its id, published or in its draft.
pub fn referrer<'a>(contents: impl Iterator<Item = &'a FlowSeen>, id: &str) -> Option<String> {
    naming(contents, |text| mentions::holds(text, id))
}

fn naming<'a>(
    mut contents: impl Iterator<Item = &'a FlowSeen>,
    names: impl Fn(&str) -> bool,
) -> Option<String> {
    contents.find_map(|seen| {
        let names = |content: &Option<FlowContent>| {
            content.as_ref().is_some_and(|content| names(&mentions::plain(&content.text)))
        };
        let kind = kind(seen);
        match (names(&seen.published), names(&seen.draft)) {
            (true, _) => Some(format!("{kind} `{}`", seen.name)),
            (false, true) => Some(format!("the draft of {kind} `{}`", seen.name)),
            (false, false) => None,
        }
    })
}
