//! Grants that let more call a function than was meant.

use crate::manifest::Manifest;
use crate::resource::{Address, Kind, Opening, Problem};
use crate::snapshot::{Look, Snapshot};

/// Names the statements that let Amazon Connect call a declared function on behalf of anybody, or of instances that a
/// wildcard takes in, and those that are too wide in another way.
pub(super) fn wide(desired: &Manifest, observed: &Snapshot) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, function) in &desired.functions {
        let Some(Look::Found(policy)) = observed.policies.get(&function.target) else { continue };
        let address = Address::new(Kind::Function, name);
        for statement in &policy.statements {
            let (sid, target) = (&statement.sid, &function.target);
            let who = match statement.opening() {
                Some(Opening::Anybody) => "anybody call it".to_owned(),
                Some(Opening::AllBut) => "anybody call it but who is listed (`NotPrincipal`)".to_owned(),
                Some(Opening::Account(id)) => format!("everybody in account {id} call it"),
                Some(Opening::Organisation(id)) => format!("everybody in organisation {id} call it"),
                Some(Opening::Actions(action)) => format!("Amazon Connect do more than call it (`{action}`)"),
                _ => String::new(),
            };
            let problem = match statement.opening() {
                None => continue,
                Some(_) if !who.is_empty() => Problem::warning(
                    "grant-too-wide",
                    format!("statement `{sid}` in the policy of {target} lets {who}"),
                ),
                Some(Opening::AnySource) => Problem::warning(
                    "grant-without-source-arn",
                    format!(
                        "statement `{sid}` in the policy of {target} lets Amazon Connect call it for any instance: \
                         it has no SourceArn"
                    ),
                ),
                Some(Opening::Wildcard(source)) => Problem::warning(
                    "grant-with-wildcard",
                    format!(
                        "statement `{sid}` in the policy of {target} lets every instance call it that `{source}` matches"
                    ),
                ),
                Some(_) => continue,
            };
            let hint = "replace it by a statement with the ARN of one instance (SourceArn) and its account \
                        (SourceAccount); flowbind never touches what is not its own.";
            problems.push(problem.on(&address).at(&function.origin).hint(hint));
        }
    }
    problems
}
