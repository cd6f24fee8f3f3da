//! Policies of roles: managed ones by ARN, inline ones by name.
//!
//! The documents of managed policies are not known. Any ARN of a policy of AWS or of the caller's account can be
//! attached, except a policy of AWS whose name is known to lie under another path.

use serde_json::{Value, json};

use super::roles::{change_role, check_document, listed, role, role_mut};
use crate::emulator::call::Call;
use crate::emulator::call::resource::Resource;
use crate::emulator::dispatch::operation::{Handler, Operation, iam};
use crate::emulator::dispatch::view::{Edit, View};
use crate::emulator::settings::quotas::Limited;
use crate::emulator::state::clock;
use crate::emulator::state::ids;
use crate::emulator::wire::{Answer, ApiError, Reply, percent_encode};

pub(crate) const OPERATIONS: &[Operation] = &[
    iam("AttachRolePolicy", Resource::Role, Handler::Write(attach)),
    iam("DetachRolePolicy", Resource::Role, Handler::Write(detach)),
    iam("ListAttachedRolePolicies", Resource::Role, Handler::Read(list_attached)),
    iam("PutRolePolicy", Resource::Role, Handler::Write(put)),
    iam("GetRolePolicy", Resource::Role, Handler::Read(get)),
    iam("DeleteRolePolicy", Resource::Role, Handler::Write(delete)),
    iam("ListRolePolicies", Resource::Role, Handler::Read(list)),
    iam("GetPolicy", Resource::Any, Handler::Read(get_managed)),
];

/// Policies of AWS that lie under `service-role/` (AWS Managed Policy Reference).
const SERVICE_ROLE: &[&str] = &[
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaDynamoDBExecutionRole",
    "AWSLambdaENIManagementAccess",
    "AWSLambdaKinesisExecutionRole",
    "AWSLambdaMSKExecutionRole",
    "AWSLambdaRole",
    "AWSLambdaSQSQueueExecutionRole",
    "AWSLambdaVPCAccessExecutionRole",
];

fn no_policy(arn: &str) -> ApiError {
    ApiError::new(404, "NoSuchEntity", format!("Policy {arn} does not exist or is not attachable."))
}

/// Returns path and name of a managed policy that may exist.
fn managed<'a>(call: &Call, arn: &'a str) -> Result<(String, &'a str), ApiError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, "iam", "", owner, resource] = parts.as_slice() else {
        let message = format!("ARN {arn} is not valid.");
        return Err(ApiError::new(400, "ValidationError", message));
    };
    let path = resource.strip_prefix("policy/").filter(|path| !path.is_empty() && !path.ends_with('/'));
    let path = path.ok_or_else(|| no_policy(arn))?;
    let (folder, name) =
        path.rsplit_once('/').map_or(("/".to_owned(), path), |(folder, name)| (format!("/{folder}/"), name));
    let misplaced = *owner == "aws" && SERVICE_ROLE.contains(&name) && folder != "/service-role/";
    if misplaced || (*owner != "aws" && *owner != call.account) {
        return Err(no_policy(arn));
    }
    Ok((folder, name))
}

fn attach(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let arn = call.required("PolicyArn", 2048)?;
    let most = edit.settings.quotas.get(Limited::ManagedPoliciesPerRole);
    role_mut(edit)?;
    managed(call, arn)?;
    let attached = change_role(edit, |role| {
        role.attached.insert(arn.to_owned());
        role.attached.len()
    })?;
    if u64::try_from(attached).is_ok_and(|count| count > most) {
        let message = format!("Cannot exceed quota for PoliciesPerRole: {most}");
        return Err(ApiError::new(409, "LimitExceeded", message));
    }
    Ok(Reply::empty())
}

fn detach(edit: &mut Edit<'_>) -> Answer {
    let arn = edit.call.required("PolicyArn", 2048)?;
    if change_role(edit, |role| role.attached.remove(arn))? {
        return Ok(Reply::empty());
    }
    Err(ApiError::new(404, "NoSuchEntity", format!("Policy {arn} was not found.")))
}

fn list_attached(view: &View<'_>) -> Answer {
    let (_, role) = role(view)?;
    let items = role
        .attached
        .iter()
        .map(|arn| json!({ "PolicyName": arn.rsplit('/').next().unwrap_or_default(), "PolicyArn": arn }));
    listed(view, "AttachedPolicies", items)
}

fn put(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let name = call.required("PolicyName", 128)?;
    let document = check_document(call, "PolicyDocument")?;
    role_mut(edit)?.inline.insert(name.to_owned(), document.to_owned());
    Ok(Reply::empty())
}

fn no_inline(name: &str) -> ApiError {
    ApiError::new(404, "NoSuchEntity", format!("The role policy with name {name} cannot be found."))
}

fn get(view: &View<'_>) -> Answer {
    let (role_name, role) = role(view)?;
    let name = view.call.required("PolicyName", 128)?;
    let document = role.inline.get(name).ok_or_else(|| no_inline(name))?;
    Ok(Reply::ok(json!({
        "RoleName": role_name, "PolicyName": name, "PolicyDocument": percent_encode(document),
    })))
}

fn delete(edit: &mut Edit<'_>) -> Answer {
    let name = edit.call.required("PolicyName", 128)?;
    role_mut(edit)?.inline.remove(name).ok_or_else(|| no_inline(name))?;
    Ok(Reply::empty())
}

fn list(view: &View<'_>) -> Answer {
    let (_, role) = role(view)?;
    listed(view, "PolicyNames", role.inline.keys().map(|name| Value::from(name.as_str())))
}

fn get_managed(view: &View<'_>) -> Answer {
    let arn = view.call.required("PolicyArn", 2048)?;
    let (path, name) = managed(view.call, arn)?;
    let roles = view.state.roles.get(&view.call.account);
    Ok(Reply::ok(json!({ "Policy": {
        "PolicyName": name,
        "PolicyId": format!("ANPA{}", ids::upper(&["policy", arn], 17)),
        "Arn": arn,
        "Path": path,
        "DefaultVersionId": "v1",
        "AttachmentCount": roles.map_or(0, |roles| roles.count("attached", arn)),
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": true,
        "CreateDate": clock::iso_seconds(0),
        "UpdateDate": clock::iso_seconds(0),
    } })))
}
