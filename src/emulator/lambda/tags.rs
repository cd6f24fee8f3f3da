//! Tags of functions. Versions and aliases have none.

use serde_json::{Value, json};

use super::lookup::missing;
use crate::emulator::call::Call;
use crate::emulator::call::resource::Resource;
use crate::emulator::dispatch::operation::{Handler, Operation, lambda};
use crate::emulator::dispatch::view::{Edit, View};
use crate::emulator::state::Function;
use crate::emulator::state::arn::FunctionName;
use crate::emulator::wire::{Answer, ApiError, Reply};

const PATH: &str = "/2017-03-31/tags/{Resource}";

pub(crate) const OPERATIONS: &[Operation] = &[
    lambda("TagResource", "POST", PATH, Resource::Tagged, Handler::Write(tag)),
    lambda("UntagResource", "DELETE", PATH, Resource::Tagged, Handler::Write(untag)),
    lambda("ListTags", "GET", PATH, Resource::Tagged, Handler::Read(list)),
];

/// Reads the unqualified ARN of a function of the caller's account and Region.
fn name(call: &Call) -> Result<String, ApiError> {
    let arn = call.label("Resource");
    FunctionName::parse(arn)
        .filter(|name| {
            name.account.as_ref() == Some(&call.account)
                && name.region.as_ref() == Some(&call.region)
                && name.qualifier.is_none()
        })
        .map(|name| name.name)
        .ok_or_else(|| call.invalid(format!("{arn} is not the unqualified ARN of a function here")))
}

fn function_mut<'a>(edit: &'a mut Edit<'_>) -> Result<&'a mut Function, ApiError> {
    let call = edit.call;
    let name = name(call)?;
    edit.state.function_mut(&call.account, &call.region, &name).ok_or_else(|| missing(call, &name, None))
}

fn tag(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let new = call.tags("Tags")?;
    let tags = &mut function_mut(edit)?.tags;
    tags.extend(new);
    if tags.len() > 50 {
        return Err(call.invalid("a function can have at most 50 tags"));
    }
    Ok(Reply::status(204, Value::Null))
}

fn untag(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let tags = &mut function_mut(edit)?.tags;
    call.queries("tagKeys").for_each(|key| {
        tags.remove(key);
    });
    Ok(Reply::status(204, Value::Null))
}

fn list(view: &View<'_>) -> Answer {
    let call = view.call;
    let name = name(call)?;
    let function =
        view.state.function(&call.account, &call.region, &name).ok_or_else(|| missing(call, &name, None))?;
    Ok(Reply::ok(json!({ "Tags": function.tags })))
}
