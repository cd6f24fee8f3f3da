//! Who the caller is.

use serde_json::json;

use super::call::View;
use super::ids;
use super::operations::{Handler, Operation, Resource};
use super::wire::{Answer, Reply, Service};

pub(super) const OPERATIONS: &[Operation] = &[Operation {
    service: Service::Sts,
    name: "GetCallerIdentity",
    method: "POST",
    path: "/",
    resource: Resource::Any,
    handler: Handler::ReadNow(get_caller_identity),
}];

fn get_caller_identity(view: &View<'_>) -> Answer {
    let call = view.call;
    let unique = format!("AIDA{}", ids::upper(&["user", &call.principal], 17));
    Ok(Reply::ok(json!({ "Arn": call.principal, "UserId": unique, "Account": call.account })))
}
