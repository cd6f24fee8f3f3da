//! Published versions of functions.

use serde_json::Value;

use super::functions::{self, Resolved, lambda_page, marked};
use super::lookup::{function, function_mut};
use super::writes::{check_revision, check_settled, publish, shown};
use crate::emulator::call::resource::Resource;
use crate::emulator::dispatch::operation::{Handler, Operation, lambda};
use crate::emulator::dispatch::view::{Edit, View};
use crate::emulator::wire::{Answer, Reply};

const PATH: &str = "/2015-03-31/functions/{FunctionName}/versions";

pub(crate) const OPERATIONS: &[Operation] = &[
    lambda("PublishVersion", "POST", PATH, Resource::Function, Handler::Write(publish_version)),
    lambda("ListVersionsByFunction", "GET", PATH, Resource::Function, Handler::Read(list_versions)),
];

fn publish_version(edit: &mut Edit<'_>) -> Answer {
    let (call, now) = (edit.call, edit.now);
    let description = call.optional("Description", 256)?;
    let (name, function) = function_mut(edit)?;
    check_settled(call, &name.name, function, now)?;
    check_revision(call, function)?;
    let digest = function.latest.get("CodeSha256").and_then(Value::as_str).unwrap_or_default();
    if let Some(wanted) = call.text("CodeSha256")?.filter(|wanted| *wanted != digest) {
        return Err(call.invalid(format!(
            "CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST ({digest}). Please try again with \
             the CodeSHA256 in $LATEST."
        )));
    }
    let version = publish(function, description).to_string();
    Ok(Reply::status(201, shown(call, &name.name, function, Some(version), now)?))
}

fn list_versions(view: &View<'_>) -> Answer {
    let page = lambda_page(view.call)?;
    let (name, function) = function(view)?;
    let shown = |(version, configuration): (String, _)| {
        let resolved = Resolved { configuration, qualifier: Some(version.clone()), version };
        functions::configuration(view.call, &name.name, function, &resolved, None)
    };
    // The first one is `$LATEST`.
    let page = page.of(|passed| {
        let latest = (passed == 0).then(|| ("$LATEST".to_owned(), &function.latest));
        let numbered = function.versions.iter_from(passed.saturating_sub(1));
        latest.into_iter().chain(numbered.map(|(number, members)| (number.to_string(), members))).map(shown)
    });
    Ok(marked("Versions", page))
}
