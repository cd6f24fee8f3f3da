//! Grants that let more call a function than was meant.

use crate::manifest::Manifest;
use crate::resource::{Address, Kind, Opening, Problem};
use crate::snapshot::{Look, Snapshot};

/// Names the statements that let Amazon Connect call a declared function on behalf of anybody, or of instances that a
/// wildcard takes in.
pub(super) fn wide(desired: &Manifest, observed: &Snapshot) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, function) in &desired.functions {
        let Some(Look::Found(policy)) = observed.policies.get(&function.target) else { continue };
        let address = Address::new(Kind::Function, name);
        for statement in &policy.statements {
            let (sid, target) = (&statement.sid, &function.target);
            let problem = match statement.opening() {
                None => continue,
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
            };
            let hint = "replace it by a statement with the ARN of one instance (SourceArn) and its account \
                        (SourceAccount); flowbind never touches what is not its own.";
            problems.push(problem.on(&address).at(&function.origin).hint(hint));
        }
    }
    problems
}
