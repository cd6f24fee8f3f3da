//! The codes that a finding can have: those of the rules, and a few of linting itself.

use crate::flow::finding::{Confidence, Severity};
use crate::flow::rules::{self, RuleMeta};

/// A file that cannot be read as a flow.
pub static UNREADABLE_FLOW: RuleMeta = RuleMeta {
    code: "unreadable-flow",
    severity: Severity::Error,
    confidence: Confidence::High,
    what: "Finds a flow that cannot be read: text that is not JSON, another version of the flow language, or a value \
           of the wrong kind where Amazon Connect expects a name, a list or an object. In a folder, JSON files that \
           never claim to be a flow are skipped.",
    why: "Amazon Connect refuses such a flow, and no rule can check it.",
    fix: "Fix the file where the message points to; a flow of another version is exported again from the console.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "a", "Actions": [
  {"Identifier": "a", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

/// An entry of `spec.lint.ignore` that lets nothing pass.
pub static UNUSED_SUPPRESSION: RuleMeta = RuleMeta {
    code: "unused-suppression",
    severity: Severity::Info,
    confidence: Confidence::High,
    what: "Finds entries of `spec.lint.ignore` that match no finding. Codes that are not selected are not checked.",
    why: "What it suppressed is gone, or its code, flow or block is misspelt; left in place it would hide the next \
          finding of that kind.",
    fix: "Remove the entry, or correct its code, flow or block.",
    bad: "spec:\n  lint:\n    ignore:\n      - { code: unreachable-block, flow: main-ivr, block: Old menu, reason: kept for the \
          campaign in May }  # the block is gone",
    good: "spec:\n  lint:\n    ignore: []",
};

/// A scenario that cannot be played.
pub static BROKEN_SCENARIO: RuleMeta = RuleMeta {
    code: "broken-scenario",
    severity: Severity::Error,
    confidence: Confidence::High,
    what: "Finds scenarios that `flowbind test` cannot play: a mistake in the file, or a flow or block that the manifest beside \
           it does not have.",
    why: "What the scenario checks is not checked any more, and no one notices.",
    fix: "Correct the place that the message names; `flowbind schema scenario` says what a scenario may have.",
    bad: "kind: Scenario\nspec:\n  flow: main-ivr\n  answers: { Main meun: [\"1\"] }   # no such block",
    good: "kind: Scenario\nspec:\n  flow: main-ivr\n  answers: { Main menu: [\"1\"] }",
};

/// A function that the manifest declares and nothing uses.
static UNUSED_FUNCTION: RuleMeta = RuleMeta {
    code: "unused-function",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds functions of a manifest that no flow, module or instance of it uses.",
    why: "The declaration has no use: no contact ever reaches it, and no one will notice when it breaks.",
    fix: "Bind a block to it, list it at an instance, or remove it.",
    bad: "spec:\n  functions:\n    crm-lookup: { name: crm-lookup }   # and no flow binds it",
    good: "spec:\n  functions:\n    crm-lookup: { name: crm-lookup }\n  flows:\n    main-ivr:\n      bindings:\n        \
           Lookup caller: { function: crm-lookup }",
};

/// A handler that its runtime refuses.
static CALLBACK_HANDLER: RuleMeta = RuleMeta {
    code: "callback-handler",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds functions of a manifest with `source` whose runtime is Node.js 24 or later and whose handler declares three \
           or more parameters. What a wrapper or another file makes of the handler is not followed.",
    why: "From Node.js 24 on, Lambda refuses such a handler when it starts (`Runtime.CallbackHandlerDeprecated`): every \
          invocation fails, and contacts take the Error branch. The sample in the administrator guide, \"Verify the function \
          response\", has such a handler.",
    fix: "Declare at most two parameters, make the handler `async`, and return the answer instead of calling `callback`.",
    bad: "exports.handler = function (event, context, callback) {\n  callback(null, { Name: \"Ann\" });\n};",
    good: "exports.handler = async (event) => {\n  return { Name: \"Ann\" };\n};",
};

/// A binding of a block to which no contact comes.
static BINDING_NEVER_INVOKED: RuleMeta = RuleMeta {
    code: "binding-never-invoked",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds bindings of blocks that cannot be reached from the start of their flow.",
    why: "The function is associated and granted, but no contact ever makes the flow invoke it.",
    fix: "Add a transition to the block, or remove the block and its binding.",
    bad: "bindings:\n  Lookup caller: { function: crm-lookup }   # no transition leads to `Lookup caller`",
    good: "bindings:\n  Lookup caller: { function: crm-lookup }   # and a transition leads to it",
};

/// An associated function that no flow of the instance uses.
static UNUSED_ASSOCIATION: RuleMeta = RuleMeta {
    code: "unused-association",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds functions that an instance has associated and that none of its flows and modules invokes. Reads \
           AWS: `plan --audit` and `drift --audit`.",
    why: "Anyone who edits flows of the instance may call the function, and the association counts against the quota.",
    fix: "Disassociate the function, or list it at the instance in the manifest.",
    bad: "an instance with the function `old-lookup` associated, and no flow that invokes it",
    good: "an instance whose flows invoke every function that is associated with it",
};

/// A statement that lets more than Amazon Connect's one instance call.
static GRANT_TOO_WIDE: RuleMeta = RuleMeta {
    code: "grant-too-wide",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds statements of a function's policy that let anybody, everybody but some, a whole account or an organisation \
           invoke it, or that let Amazon Connect do more than invoke. Reads AWS: `plan` and `drift`.",
    why: "Everyone it covers may invoke the function, with any event; `grants: any` accepts such a statement, so \
          nothing else would report it.",
    fix: "Let flowbind write its own grant and remove the statement, or limit it to what is meant.",
    bad: r#"{"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction"}"#,
    good: r#"{"Effect": "Allow", "Principal": {"Service": "connect.amazonaws.com"}, "Action": "lambda:InvokeFunction",
 "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:connect:eu-west-2:111122223333:instance/5f2b7c1e-90ad-4c6b-8e35-2d4f6a8b0c1e"}}}"#,
};

/// A grant to Amazon Connect for every instance of every account.
static GRANT_WITHOUT_SOURCE_ARN: RuleMeta = RuleMeta {
    code: "grant-without-source-arn",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds statements of a function's policy that let `connect.amazonaws.com` invoke it without a condition on \
           `aws:SourceArn`. Reads AWS: `plan` and `drift`.",
    why: "An instance of any account may invoke the function: the confused deputy of the Lambda guide, page \"Granting \
          Lambda function access to AWS services\".",
    fix: "Add the instance's ARN as a condition, or let flowbind write its own grant and remove the statement.",
    bad: r#"{"Effect": "Allow", "Principal": {"Service": "connect.amazonaws.com"}, "Action": "lambda:InvokeFunction"}"#,
    good: r#"{"Effect": "Allow", "Principal": {"Service": "connect.amazonaws.com"}, "Action": "lambda:InvokeFunction",
 "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:connect:eu-west-2:111122223333:instance/5f2b7c1e-90ad-4c6b-8e35-2d4f6a8b0c1e"}}}"#,
};

/// A grant to Amazon Connect whose instance is a wildcard.
static GRANT_WITH_WILDCARD: RuleMeta = RuleMeta {
    code: "grant-with-wildcard",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds statements of a function's policy that let `connect.amazonaws.com` invoke it for an `aws:SourceArn` with \
           a wildcard. Reads AWS: `plan` and `drift`.",
    why: "More instances may invoke the function than the one that is meant, among them some that do not exist yet.",
    fix: "Name the instance's whole ARN in the condition.",
    bad: r#""Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:connect:*:*:instance/*"}}"#,
    good: r#""Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:connect:eu-west-2:111122223333:instance/5f2b7c1e-90ad-4c6b-8e35-2d4f6a8b0c1e"}}"#,
};

/// A function that a manifest opens to all instances of an account.
static GRANT_FOR_ACCOUNT: RuleMeta = RuleMeta {
    code: "grant-for-account",
    severity: Severity::Info,
    confidence: Confidence::High,
    what: "Finds functions of a manifest with `grants: account`: one statement lets all instances of the account in the \
           Region invoke them.",
    why: "Any instance of the account may invoke the function, including one that is created tomorrow, and removing the function \
          from one instance's flows removes no permission. Associations made this way carry no mark, and `--prune` does not \
          remove them.",
    fix: "Use `grants: own`, or `grants: exact`, which needs fewer bytes of the policy. Where a function has more instances than \
          the 20 KB of a policy have room for, keep it and ignore the finding with that reason.",
    bad: "functions:\n  crm-lookup: { name: crm-lookup, grants: account }",
    good: "functions:\n  crm-lookup: { name: crm-lookup, grants: exact }",
};

/// The codes that are no rule's: what is wrong with a file, with a manifest, or beside the flows in AWS.
const OTHERS: [&RuleMeta; 11] = [
    &BROKEN_SCENARIO,
    &UNREADABLE_FLOW,
    &UNUSED_SUPPRESSION,
    &UNUSED_FUNCTION,
    &BINDING_NEVER_INVOKED,
    &CALLBACK_HANDLER,
    &UNUSED_ASSOCIATION,
    &GRANT_FOR_ACCOUNT,
    &GRANT_TOO_WIDE,
    &GRANT_WITHOUT_SOURCE_ARN,
    &GRANT_WITH_WILDCARD,
];

/// Returns the contracts of all codes, ordered by code.
pub fn codes() -> Vec<&'static RuleMeta> {
    let mut codes: Vec<_> = rules::ALL.iter().map(|rule| rule.meta()).collect();
    codes.extend(OTHERS);
    codes.sort_by_key(|meta| meta.code);
    codes
}

/// Finds the contract of a code.
pub fn find(code: &str) -> Option<&'static RuleMeta> {
    codes().into_iter().find(|meta| meta.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_ordered_and_different() {
        let codes = codes();
        assert!(codes.is_sorted_by(|a, b| a.code < b.code));
        assert_eq!(find("unused-suppression"), Some(&UNUSED_SUPPRESSION));
        assert_eq!(find("unused"), None);
    }
}
