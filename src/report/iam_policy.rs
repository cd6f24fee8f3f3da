//! IAM policies: ready to paste, and as a versioned document.

use serde::Serialize;

use crate::permissions::{Command, Document, MAX_CHARACTERS, Policy, Scope};

/// What `iam-policy --output json` prints.
#[derive(Debug, Serialize)]
pub struct IamPolicyDocument<'a> {
    format: &'static str,
    #[serde(rename = "for")]
    command: &'static str,
    left_over: bool,
    policies: Vec<Entry<'a>>,
    notes: &'a [String],
}

#[derive(Debug, Serialize)]
struct Entry<'a> {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'a str>,
    part: usize,
    parts: usize,
    characters: usize,
    document: &'a Document,
}

impl<'a> IamPolicyDocument<'a> {
    /// Creates the document.
    pub fn new(policies: &'a [Policy], scope: Scope, notes: &'a [String]) -> Self {
        let entry = |policy: &'a Policy| Entry {
            name: name(policy),
            account: policy.identity.account().map(crate::resource::AccountId::as_str),
            role: policy.identity.role(),
            part: policy.part,
            parts: policy.parts,
            characters: policy.document.characters(),
            document: &policy.document,
        };
        Self {
            format: "flowbind.iam-policy/v1",
            command: command(scope.command),
            left_over: scope.reach.sees_orphans(),
            policies: policies.iter().map(entry).collect(),
            notes,
        }
    }
}

fn command(command: Command) -> &'static str {
    match command {
        Command::Plan => "plan",
        Command::Apply => "apply",
        Command::Invoke => "invoke",
    }
}

/// What a policy is called: its identity, and its number where that needs several.
fn name(policy: &Policy) -> String {
    let Policy { identity, part, parts, document: _ } = policy;
    if *parts == 1 { identity.to_string() } else { format!("{identity} ({part} of {parts})") }
}

/// Writes policies for pasting: one document as it is, several in an object by their names.
///
/// # Errors
///
/// None that policies can have: they are made of texts alone.
pub fn iam_policy_text(policies: &[Policy]) -> serde_json::Result<String> {
    let text = match policies {
        [one] => serde_json::to_string_pretty(&one.document),
        several => {
            let documents = several.iter().map(|policy| {
                serde_json::to_value(&policy.document).map(|document| (name(policy), document))
            });
            let named: serde_json::Map<String, serde_json::Value> = documents.collect::<Result<_, _>>()?;
            serde_json::to_string_pretty(&named)
        }
    }?;
    Ok(format!("{text}\n"))
}

/// Says to whom each policy belongs and how much of IAM's limit it takes.
pub fn iam_policy_summary(policies: &[Policy]) -> String {
    let lines = policies.iter().map(|policy| {
        let Policy { document, .. } = policy;
        let (statements, characters) = (document.statements().len(), document.characters());
        format!("{}: {statements} statements, {characters} of {MAX_CHARACTERS} characters\n", name(policy))
    });
    lines.collect()
}
