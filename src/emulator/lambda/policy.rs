//! Resource policies of functions: one for each qualifier, at most 20,480 bytes, guarded by a revision id.

use serde_json::{Map, Value, json};

use super::lookup::{function, function_mut, missing, qualifier};
use crate::emulator::call::Call;
use crate::emulator::call::resource::Resource;
use crate::emulator::dispatch::operation::{Handler, Operation, lambda};
use crate::emulator::dispatch::view::{Edit, View};
use crate::emulator::settings::quotas::Limited;
use crate::emulator::state::arn;
use crate::emulator::state::{Function, Policy};
use crate::emulator::wire::{Answer, ApiError, Reply};

pub(crate) const OPERATIONS: &[Operation] = &[
    lambda(
        "GetPolicy",
        "GET",
        "/2015-03-31/functions/{FunctionName}/policy",
        Resource::Function,
        Handler::Read(get_policy),
    ),
    lambda(
        "AddPermission",
        "POST",
        "/2015-03-31/functions/{FunctionName}/policy",
        Resource::Function,
        Handler::Write(add_permission),
    ),
    lambda(
        "RemovePermission",
        "DELETE",
        "/2015-03-31/functions/{FunctionName}/policy/{StatementId}",
        Resource::Function,
        Handler::Write(remove_permission),
    ),
];

/// Returns whether a function has the version or alias.
pub(crate) fn has_qualifier(function: &Function, qualifier: &str) -> bool {
    function.aliases.contains_key(qualifier)
        || qualifier.parse::<u64>().is_ok_and(|version| function.versions.contains_key(&version))
}

/// Refuses a policy that is longer than `limit` bytes.
pub(crate) fn check_size(policy: &Policy, limit: u64) -> Result<(), ApiError> {
    let size = document(policy).to_string().len();
    if u64::try_from(size).is_ok_and(|size| size > limit) {
        return Err(ApiError::new(
            400,
            "PolicyLengthExceededException",
            format!("The final policy size ({size}) is bigger than the limit ({limit})."),
        ));
    }
    Ok(())
}

/// Removes a statement; false when there is none of this id. A policy without statements is gone.
pub(crate) fn remove_statement(
    function: &mut Function,
    qualifier: &str,
    sid: &str,
    revision: String,
) -> bool {
    let Some(policy) = function.policies.get_mut(qualifier) else { return false };
    let before = policy.statements.len();
    policy.statements.retain(|statement| statement["Sid"] != sid);
    let removed = policy.statements.len() < before;
    if removed {
        policy.revision = revision;
    }
    if policy.statements.is_empty() {
        function.policies.remove(qualifier);
    }
    removed
}

fn document(policy: &Policy) -> Value {
    json!({ "Version": "2012-10-17", "Id": "default", "Statement": policy.statements })
}

/// The policy that a call is about. `$LATEST` has none of its own.
fn policy_qualifier(call: &Call, function: &Function, name: &arn::FunctionName) -> Result<String, ApiError> {
    match qualifier(call, name)? {
        None => Ok(String::new()),
        Some(latest) if latest == "$LATEST" => {
            Err(call.invalid("We currently do not support adding policies for $LATEST."))
        }
        Some(qualifier) if has_qualifier(function, &qualifier) => Ok(qualifier),
        Some(qualifier) => Err(missing(call, &name.name, Some(&qualifier))),
    }
}

fn no_policy() -> ApiError {
    ApiError::new(404, "ResourceNotFoundException", "The resource you requested does not exist.")
}

fn get_policy(view: &View<'_>) -> Answer {
    // A missing function and a missing policy answer alike: only GetFunction tells them apart.
    let (name, function) =
        function(view).map_err(|error| if error.status == 404 { no_policy() } else { error })?;
    let qualifier = match qualifier(view.call, &name)? {
        Some(latest) if latest == "$LATEST" => return Err(no_policy()),
        other => other.unwrap_or_default(),
    };
    let policy = function.policies.get(&qualifier).ok_or_else(no_policy)?;
    Ok(Reply::ok(json!({ "Policy": document(policy).to_string(), "RevisionId": policy.revision })))
}

/// Refuses a revision id that is not the policy's. A function without a policy has no revision to compare.
fn check_revision(policy: Option<&Policy>, sent: Option<&str>) -> Result<(), ApiError> {
    match (policy, sent) {
        (Some(policy), Some(sent)) if policy.revision != sent => Err(stale()),
        (None, Some(_)) => Err(stale()),
        _ => Ok(()),
    }
}

/// The revision id of a conditional write is not the current one.
pub(crate) fn stale() -> ApiError {
    ApiError::new(
        412,
        "PreconditionFailedException",
        "The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias/GetPolicy API \
         to retrieve the latest RevisionId",
    )
}

fn add_permission(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let sid = call.required("StatementId", 100)?;
    check_pattern(call, "StatementId", sid, |c| c.is_ascii_alphanumeric() || c == '-' || c == '_')?;
    let revision = edit.state.next_id("policy revision");
    let limit = edit.settings.quotas.get(Limited::PolicyBytes);
    let (name, function) = function_mut(edit)?;
    let qualifier = policy_qualifier(call, function, &name)?;
    let statement = statement(call, sid, &name.name, &qualifier)?;
    let policy = function.policies.get(&qualifier);
    check_revision(policy, call.text("RevisionId")?)?;
    if policy.is_some_and(|policy| policy.statements.iter().any(|known| known["Sid"] == sid)) {
        return Err(ApiError::new(
            409,
            "ResourceConflictException",
            format!(
                "The statement id ({sid}) provided already exists. Please provide a new statement id, or remove the \
                 existing statement."
            ),
        ));
    }
    let policy = function.policies.or_default(&qualifier);
    policy.statements.push(statement.clone());
    policy.revision = revision;
    check_size(policy, limit)?;
    Ok(Reply::status(201, json!({ "Statement": statement.to_string() })))
}

fn check_pattern(call: &Call, name: &str, text: &str, legal: fn(char) -> bool) -> Result<(), ApiError> {
    if !text.is_empty() && text.chars().all(legal) {
        return Ok(());
    }
    Err(call.invalid(format!("{name} {text} has a character that is not allowed")))
}

/// Creates the statement of AddPermission as GetPolicy shows it.
fn statement(call: &Call, sid: &str, name: &str, qualifier: &str) -> Result<Value, ApiError> {
    let action = call.required("Action", 10_000)?;
    let known = action == "*" || action.strip_prefix("lambda:").is_some_and(|rest| !rest.is_empty());
    if !known {
        return Err(call.invalid(format!("Action {action} is not an action of Lambda")));
    }
    let principal = call.required("Principal", 2048)?;
    check_pattern(call, "Principal", principal, |c| !c.is_whitespace())?;
    let mut resource = arn::function(&call.account, &call.region, name);
    if !qualifier.is_empty() {
        resource = format!("{resource}:{qualifier}");
    }
    let mut statement = json!({
        "Sid": sid, "Effect": "Allow", "Principal": principal_element(call, principal), "Action": action,
        "Resource": resource,
    });
    let conditions = conditions(call)?;
    if !conditions.is_empty() {
        statement["Condition"] = Value::Object(conditions);
    }
    Ok(statement)
}

fn principal_element(call: &Call, principal: &str) -> Value {
    if principal == "*" {
        json!("*")
    } else if arn::is_account(principal) {
        json!({ "AWS": format!("arn:{}:iam::{principal}:root", arn::partition(&call.region)) })
    } else if principal.starts_with("arn:") {
        json!({ "AWS": principal })
    } else {
        json!({ "Service": principal })
    }
}

fn conditions(call: &Call) -> Result<Map<String, Value>, ApiError> {
    let mut equals = Map::new();
    if let Some(account) = call.text("SourceAccount")? {
        if !arn::is_account(account) {
            return Err(call.invalid(format!("SourceAccount {account} is not an account id")));
        }
        equals.insert("AWS:SourceAccount".into(), json!(account));
    }
    for (member, key, max) in [
        ("PrincipalOrgID", "aws:PrincipalOrgID", 34),
        ("EventSourceToken", "lambda:EventSourceToken", 256),
        ("FunctionUrlAuthType", "lambda:FunctionUrlAuthType", 20),
    ] {
        if let Some(value) = call.optional(member, max)? {
            equals.insert(key.into(), json!(value));
        }
    }
    let mut conditions = Map::new();
    if !equals.is_empty() {
        conditions.insert("StringEquals".into(), Value::Object(equals));
    }
    if let Some(source) = call.optional("SourceArn", 10_000)? {
        if !source.starts_with("arn:") {
            return Err(call.invalid(format!("SourceArn {source} is not an ARN")));
        }
        conditions.insert("ArnLike".into(), json!({ "AWS:SourceArn": source }));
    }
    Ok(conditions)
}

fn remove_permission(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let sid = call.within("StatementId", call.label("StatementId"), 1, 100)?;
    let revision = edit.state.next_id("policy revision");
    let (name, function) = function_mut(edit)?;
    let qualifier = policy_qualifier(call, function, &name)?;
    let policy = function.policies.get(&qualifier).ok_or_else(|| {
        ApiError::new(404, "ResourceNotFoundException", "No policy is associated with the given resource.")
    })?;
    check_revision(Some(policy), call.query("RevisionId"))?;
    if !remove_statement(function, &qualifier, sid, revision) {
        return Err(ApiError::new(
            404,
            "ResourceNotFoundException",
            format!("Statement {sid} is not found in resource policy."),
        ));
    }
    Ok(Reply::status(204, Value::Null))
}
