//! SearchContactFlows and SearchContactFlowModules.

use serde_json::{Value, json};

use super::content;
use super::lookup::instance;
use crate::emulator::call::resource::Resource;
use crate::emulator::dispatch::operation::{Handler, Operation, connect};
use crate::emulator::dispatch::view::View;
use crate::emulator::state::Flow;
use crate::emulator::state::arn;
use crate::emulator::wire::{Answer, Reply};

pub(crate) const OPERATIONS: &[Operation] = &[
    connect(
        "SearchContactFlows",
        "POST",
        "/search-contact-flows",
        Resource::Instance,
        Handler::Read(search_flows),
    ),
    connect(
        "SearchContactFlowModules",
        "POST",
        "/search-contact-flow-modules",
        Resource::Instance,
        Handler::Read(search_modules),
    ),
];

fn search_flows(view: &View<'_>) -> Answer {
    search(view, "ContactFlows", "contact-flow")
}

fn search_modules(view: &View<'_>) -> Answer {
    search(view, "ContactFlowModules", "flow-module")
}

fn search(view: &View<'_>, member: &str, kind: &str) -> Answer {
    let call = view.call;
    let page = call.page("NextToken", "MaxResults", 100, 100)?;
    let (instance_id, instance) = instance(view)?;
    let flows = if kind == "contact-flow" { &instance.flows } else { &instance.modules };
    let base = arn::instance(&call.account, &call.region, instance_id);
    let shown = |(id, flow): (&String, &Flow)| {
        let mut item = json!({
            "Arn": format!("{base}/{kind}/{id}"),
            "Id": id,
            "Name": flow.name,
            "State": content::state(flow),
            "Status": content::status(flow),
            "Tags": flow.tags,
        });
        if !flow.description.is_empty() {
            item["Description"] = json!(flow.description);
        }
        if kind == "contact-flow" {
            item["Type"] = json!(flow.kind);
        }
        item
    };
    let (criteria, filter) = (call.body.get("SearchCriteria"), call.body.get("SearchFilter"));
    let (count, (items, token)) = if criteria.is_none() && filter.is_none() {
        (flows.len(), page.of(|passed| flows.things().iter_from(passed).map(shown)))
    } else {
        let found: Vec<_> =
            flows.iter().filter(|(_, flow)| meets(criteria, flow) && tagged(filter, flow)).collect();
        (found.len(), page.of(|passed| found.into_iter().skip(passed).map(shown)))
    };
    let mut body = json!({ member: items, "ApproximateTotalCount": count });
    if let Some(token) = token {
        body["NextToken"] = json!(token);
    }
    Ok(Reply::ok(body))
}

/// Every condition of a criterion must be met; its lists mean any and all of their members.
fn meets(criteria: Option<&Value>, flow: &Flow) -> bool {
    let Some(Value::Object(criteria)) = criteria else { return true };
    criteria.iter().all(|(name, condition)| match name.as_str() {
        "OrConditions" => list(condition).any(|inner| meets(Some(inner), flow)),
        "AndConditions" => list(condition).all(|inner| meets(Some(inner), flow)),
        "StringCondition" => text_matches(condition, flow),
        "TypeCondition" => condition == flow.kind.as_str(),
        "StateCondition" => condition == content::state(flow),
        "StatusCondition" => condition == content::status(flow),
        _ => false,
    })
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text_matches(condition: &Value, flow: &Flow) -> bool {
    let text = |name: &str| condition.get(name).and_then(Value::as_str).unwrap_or_default();
    let found = match text("FieldName").to_ascii_lowercase().as_str() {
        "name" => flow.name.to_lowercase(),
        "description" => flow.description.to_lowercase(),
        _ => return false,
    };
    let wanted = text("Value").to_lowercase();
    match text("ComparisonType") {
        "STARTS_WITH" => found.starts_with(&wanted),
        "EXACT" => found == wanted,
        _ => found.contains(&wanted),
    }
}

/// A tag filter: one condition, all of a list, or any of several lists.
fn tagged(filter: Option<&Value>, flow: &Flow) -> bool {
    let Some(filter) = filter.and_then(|filter| filter.get("TagFilter")) else { return true };
    let has = |condition: &Value| {
        let text = |name: &str| condition.get(name).and_then(Value::as_str);
        let value = text("TagKey").and_then(|key| flow.tags.get(key));
        value.is_some_and(|value| text("TagValue").is_none_or(|wanted| wanted == value))
    };
    let one = filter.get("TagCondition").is_none_or(has);
    let all = filter.get("AndConditions").is_none_or(|all| list(all).all(has));
    let any = filter.get("OrConditions").is_none_or(|any| list(any).any(|all| list(all).all(has)));
    one && all && any
}
