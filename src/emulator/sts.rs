//! Who the caller is, and sessions of roles.

use serde_json::json;

use crate::emulator::call::resource::Resource;
use crate::emulator::dispatch::operation::{Handler, Operation, sts};
use crate::emulator::dispatch::view::{Edit, View};
use crate::emulator::state::arn;
use crate::emulator::state::clock;
use crate::emulator::state::ids;
use crate::emulator::wire::{Answer, ApiError, Reply};

pub(crate) const OPERATIONS: &[Operation] = &[
    sts("GetCallerIdentity", Resource::Any, Handler::ReadNow(get_caller_identity)),
    sts("AssumeRole", Resource::Role, Handler::Write(assume_role)),
];

/// The unique id of a principal: of the role's session, or of a user.
fn unique_id(principal: &str) -> String {
    match principal.split_once(":assumed-role/").and_then(|(_, session)| session.split_once('/')) {
        Some((role, session)) => format!("AROA{}:{session}", ids::upper(&["assumed", role], 17)),
        None => format!("AIDA{}", ids::upper(&["user", principal], 17)),
    }
}

fn get_caller_identity(view: &View<'_>) -> Answer {
    let call = view.call;
    Ok(Reply::ok(json!({
        "Arn": call.principal, "UserId": unique_id(&call.principal), "Account": call.account,
    })))
}

/// Any role of any account can be assumed: trust policies limit Lambda here, not callers.
fn assume_role(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let role = call.required("RoleArn", 2048)?;
    let session = call.required("RoleSessionName", 64)?;
    let seconds = call.number("DurationSeconds")?.unwrap_or(3600);
    if !(900..=43_200).contains(&seconds) {
        return Err(call.invalid("DurationSeconds must lie between 900 and 43200"));
    }
    let parts: Vec<&str> = role.splitn(6, ':').collect();
    let found = match parts.as_slice() {
        ["arn", partition, "iam", "", account, resource] if arn::is_account(account) => resource
            .strip_prefix("role/")
            .and_then(|path| path.rsplit('/').next())
            .map(|name| (*partition, *account, name)),
        _ => None,
    };
    let Some((partition, account, name)) = found else {
        return Err(ApiError::new(400, "ValidationError", format!("{role} is invalid")));
    };
    let principal = format!("arn:{partition}:sts::{account}:assumed-role/{name}/{session}");
    // The account id in the key is what later requests are routed by.
    let key = format!("ASIA{account}{}", letters(&ids::upper(&["session", &principal], 8)));
    edit.state.sessions.insert(key.clone(), principal.clone());
    Ok(Reply::ok(json!({
        "Credentials": {
            "AccessKeyId": key,
            "SecretAccessKey": ids::upper(&["secret", &key], 40),
            "SessionToken": ids::upper(&["token", &key], 64),
            "Expiration": clock::iso_seconds(edit.now + seconds * 1000),
        },
        "AssumedRoleUser": { "AssumedRoleId": unique_id(&principal), "Arn": principal },
    })))
}

/// Replaces digits by letters, so that the account id stays the only run of twelve digits in the key.
fn letters(hex: &str) -> String {
    hex.chars()
        .map(|c| c.to_digit(10).and_then(|digit| char::from_digit(digit + 16, 36)).unwrap_or(c))
        .collect::<String>()
        .to_uppercase()
}
