//! Roles: trust policies and tags.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::emulator::call::Call;
use crate::emulator::call::resource::Resource;
use crate::emulator::dispatch::operation::{Handler, Operation, iam};
use crate::emulator::dispatch::view::{Edit, View};
use crate::emulator::state::Role;
use crate::emulator::state::arn;
use crate::emulator::state::clock;
use crate::emulator::state::ids;
use crate::emulator::wire::{Answer, ApiError, Page, Reply, percent_encode};

pub(crate) const OPERATIONS: &[Operation] = &[
    iam("CreateRole", Resource::Role, Handler::Write(create)),
    iam("GetRole", Resource::Role, Handler::Read(get)),
    iam("ListRoles", Resource::Any, Handler::Read(list)),
    iam("DeleteRole", Resource::Role, Handler::Write(delete)),
    iam("UpdateAssumeRolePolicy", Resource::Role, Handler::Write(update_trust)),
    iam("TagRole", Resource::Role, Handler::Write(tag)),
    iam("UntagRole", Resource::Role, Handler::Write(untag)),
    iam("ListRoleTags", Resource::Role, Handler::Read(list_tags)),
];

/// Returns whether a role's trust policy lets a service assume it.
pub(crate) fn trusts(role: &Role, service: &str) -> bool {
    let Ok(document) = serde_json::from_str::<Value>(&role.trust) else { return false };
    let has = |value: Option<&Value>, wanted: &[&str]| match value {
        Some(Value::String(text)) => wanted.contains(&text.as_str()),
        Some(Value::Array(items)) => {
            items.iter().filter_map(Value::as_str).any(|text| wanted.contains(&text))
        }
        _ => false,
    };
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) => statements.clone(),
        Some(single) => vec![single.clone()],
        None => return false,
    };
    statements.iter().any(|statement| {
        statement.get("Effect") == Some(&json!("Allow"))
            && has(statement.get("Action"), &["sts:AssumeRole", "sts:*", "*"])
            && has(statement.pointer("/Principal/Service"), &[service])
    })
}

/// There is no such role.
pub(crate) fn no_role(name: &str) -> ApiError {
    ApiError::new(404, "NoSuchEntity", format!("The role with name {name} cannot be found."))
}

/// Returns the role of a reading call.
pub(crate) fn role<'a>(view: &View<'a>) -> Result<(&'a str, &'a Role), ApiError> {
    let name = view.call.required("RoleName", 64)?;
    let roles = view.state.roles.get(&view.call.account);
    roles.and_then(|roles| roles.get(name)).map(|role| (name, role)).ok_or_else(|| no_role(name))
}

/// Changes the role of a writing call, its attached policies too.
pub(crate) fn change_role<T>(
    edit: &mut Edit<'_>,
    change: impl FnOnce(&mut Role) -> T,
) -> Result<T, ApiError> {
    role_mut(edit)?;
    let name = edit.call.required("RoleName", 64)?;
    edit.state.roles.or_default(&edit.call.account).change(name, change).ok_or_else(|| no_role(name))
}

/// Returns the role of a writing call. Service-linked roles belong to their service.
pub(crate) fn role_mut<'a>(edit: &'a mut Edit<'_>) -> Result<&'a mut Role, ApiError> {
    let name = edit.call.required("RoleName", 64)?;
    let roles = edit.state.roles.or_default(&edit.call.account);
    let role = roles.get_mut(name).ok_or_else(|| no_role(name))?;
    if role.path.starts_with("/aws-service-role/") {
        let message = format!("Cannot perform the operation on the protected role '{name}'");
        return Err(ApiError::new(400, "UnmodifiableEntity", message));
    }
    Ok(role)
}

/// Refuses a policy document that is not JSON with statements.
pub(crate) fn check_document<'a>(call: &'a Call, member: &str) -> Result<&'a str, ApiError> {
    let text = call.required(member, 131_072)?;
    let statements = serde_json::from_str::<Value>(text)
        .ok()
        .is_some_and(|document| document.get("Statement").is_some_and(|s| s.is_array() || s.is_object()));
    if statements {
        return Ok(text);
    }
    let message = "This policy contains invalid Json or has no statement";
    Err(ApiError::new(400, "MalformedPolicyDocument", message))
}

fn shown(call: &Call, name: &str, role: &Role) -> Value {
    json!({
        "Path": role.path,
        "RoleName": name,
        "RoleId": role.id,
        "Arn": arn::role(&call.account, &call.region, &role.path, name),
        "CreateDate": clock::iso_seconds(role.created),
        "AssumeRolePolicyDocument": percent_encode(&role.trust),
        "Description": role.description,
        "MaxSessionDuration": role.max_session,
        "Tags": tag_list(&role.tags),
    })
}

fn tag_list(tags: &BTreeMap<String, String>) -> Vec<Value> {
    tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

/// Reads `Tags.member.N.Key` and `.Value`.
fn tags(call: &Call) -> Result<BTreeMap<String, String>, ApiError> {
    let text = |tag: &Value, name: &str| {
        let text = tag.get(name).and_then(Value::as_str).map(str::to_owned);
        text.ok_or_else(|| call.invalid(format!("a tag must have a {name}")))
    };
    let items = call.body.get("Tags").and_then(Value::as_array).into_iter().flatten();
    items.map(|tag| Ok((text(tag, "Key")?, text(tag, "Value")?))).collect()
}

fn create(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let name = call.required("RoleName", 64)?;
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)) {
        return Err(call.invalid(format!("RoleName {name} has a character that is not allowed")));
    }
    let path = call.optional("Path", 512)?.unwrap_or("/");
    if !path.starts_with('/') || !path.ends_with('/') {
        return Err(call.invalid("Path must begin and end with /"));
    }
    let trust = check_document(call, "AssumeRolePolicyDocument")?;
    let unique = edit.state.next_id("role");
    let role = Role {
        path: path.to_owned(),
        id: format!("AROA{}", ids::upper(&["role", &unique], 17)),
        created: edit.now,
        trust: trust.to_owned(),
        assumable_at: edit.now + clock::milliseconds(edit.settings.timings.role_propagation),
        description: call.optional("Description", 1000)?.map(str::to_owned),
        max_session: call.number("MaxSessionDuration")?.unwrap_or(3600),
        tags: tags(call)?,
        ..Role::default()
    };
    let roles = edit.state.roles.or_default(&call.account);
    if roles.contains_key(name) {
        let message = format!("Role with name {name} already exists.");
        return Err(ApiError::new(409, "EntityAlreadyExists", message));
    }
    let body = json!({ "Role": shown(call, name, &role) });
    roles.insert(name.to_owned(), role);
    Ok(Reply::ok(body))
}

fn get(view: &View<'_>) -> Answer {
    let (name, role) = role(view)?;
    Ok(Reply::ok(json!({ "Role": shown(view.call, name, role) })))
}

/// Writes a page of an IAM list.
pub(crate) fn listed(view: &View<'_>, member: &str, items: impl IntoIterator<Item = Value>) -> Answer {
    Ok(marked(member, iam_page(view)?.cut(items)))
}

fn iam_page(view: &View<'_>) -> Result<Page, ApiError> {
    view.call.page("Marker", "MaxItems", 100, 1000)
}

fn marked(member: &str, (items, marker): (Vec<Value>, Option<String>)) -> Reply {
    Reply::ok(json!({ member: items, "IsTruncated": marker.is_some(), "Marker": marker }))
}

fn list(view: &View<'_>) -> Answer {
    let prefix = view.call.optional("PathPrefix", 512)?.unwrap_or("/");
    let roles = view.state.roles.get(&view.call.account);
    let one = |(name, role): (&String, &Role)| {
        let mut item = shown(view.call, name, role);
        // ListRoles shows no tags.
        item["Tags"] = Value::Null;
        item
    };
    let page = iam_page(view)?;
    let page = if prefix == "/" {
        page.of(|passed| roles.into_iter().flat_map(move |roles| roles.things().iter_from(passed)).map(one))
    } else {
        let found = roles.into_iter().flatten().filter(|(_, role)| role.path.starts_with(prefix));
        page.of(|passed| found.skip(passed).map(one))
    };
    Ok(marked("Roles", page))
}

fn delete(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let role = role_mut(edit)?;
    let conflict = if !role.attached.is_empty() {
        Some("Cannot delete entity, must detach all policies first.")
    } else if !role.inline.is_empty() {
        Some("Cannot delete entity, must delete policies first.")
    } else {
        None
    };
    if let Some(message) = conflict {
        return Err(ApiError::new(409, "DeleteConflict", message));
    }
    let name = call.required("RoleName", 64)?;
    edit.state.roles.or_default(&call.account).remove(name);
    Ok(Reply::empty())
}

fn update_trust(edit: &mut Edit<'_>) -> Answer {
    let trust = check_document(edit.call, "PolicyDocument")?.to_owned();
    let assumable_at = edit.now + clock::milliseconds(edit.settings.timings.role_propagation);
    let role = role_mut(edit)?;
    role.trust = trust;
    role.assumable_at = assumable_at;
    Ok(Reply::empty())
}

fn tag(edit: &mut Edit<'_>) -> Answer {
    let new = tags(edit.call)?;
    let role = role_mut(edit)?;
    role.tags.extend(new);
    if role.tags.len() > 50 {
        return Err(ApiError::new(409, "LimitExceeded", "Cannot exceed quota for TagsPerRole: 50"));
    }
    Ok(Reply::empty())
}

fn untag(edit: &mut Edit<'_>) -> Answer {
    let keys = edit.call.body.get("TagKeys").and_then(Value::as_array).cloned().unwrap_or_default();
    let role = role_mut(edit)?;
    for key in keys.iter().filter_map(Value::as_str) {
        role.tags.remove(key);
    }
    Ok(Reply::empty())
}

fn list_tags(view: &View<'_>) -> Answer {
    let (_, role) = role(view)?;
    listed(view, "Tags", tag_list(&role.tags))
}
