//! Reserved concurrency: 0 blocks every invocation although all policies look right.

use serde_json::{Value, json};

use super::lookup::{function, function_mut};
use crate::emulator::call::resource::Resource;
use crate::emulator::dispatch::operation::{Handler, Operation, lambda};
use crate::emulator::dispatch::view::{Edit, View};
use crate::emulator::wire::{Answer, Reply};

const WRITE: &str = "/2017-10-31/functions/{FunctionName}/concurrency";

pub(crate) const OPERATIONS: &[Operation] = &[
    lambda(
        "GetFunctionConcurrency",
        "GET",
        "/2019-09-30/functions/{FunctionName}/concurrency",
        Resource::Function,
        Handler::Read(get),
    ),
    lambda("PutFunctionConcurrency", "PUT", WRITE, Resource::Function, Handler::Write(put)),
    lambda("DeleteFunctionConcurrency", "DELETE", WRITE, Resource::Function, Handler::Write(delete)),
];

fn get(view: &View<'_>) -> Answer {
    let (_, function) = function(view)?;
    Ok(function
        .reserved_concurrency
        .map_or_else(Reply::empty, |reserved| Reply::ok(json!({ "ReservedConcurrentExecutions": reserved }))))
}

fn put(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let name = "ReservedConcurrentExecutions";
    let reserved = call.number(name)?.ok_or_else(|| call.invalid(format!("{name} is required")))?;
    function_mut(edit)?.1.reserved_concurrency = Some(reserved);
    Ok(Reply::ok(json!({ name: reserved })))
}

fn delete(edit: &mut Edit<'_>) -> Answer {
    function_mut(edit)?.1.reserved_concurrency = None;
    Ok(Reply::status(204, Value::Null))
}
