//! Queues, prompts and hours of operation, as far as flows refer to them by name.

use serde_json::json;

use super::instances::listed;
use super::lookup::{instance, timestamp};
use crate::emulator::call::resource::Resource;
use crate::emulator::dispatch::operation::{Handler, Operation, connect};
use crate::emulator::dispatch::view::View;
use crate::emulator::state::Instance;
use crate::emulator::state::arn;
use crate::emulator::state::shared::Table;
use crate::emulator::wire::Answer;

pub(crate) const OPERATIONS: &[Operation] = &[
    connect(
        "ListQueues",
        "GET",
        "/queues-summary/{InstanceId}",
        Resource::Queues,
        Handler::Read(list_queues),
    ),
    connect(
        "ListPrompts",
        "GET",
        "/prompts-summary/{InstanceId}",
        Resource::Instance,
        Handler::Read(list_prompts),
    ),
    connect(
        "ListHoursOfOperations",
        "GET",
        "/hours-of-operations-summary/{InstanceId}",
        Resource::Instance,
        Handler::Read(list_hours),
    ),
];

fn list(view: &View<'_>, member: &str, kind: &str, named: fn(&Instance) -> &Table<String>) -> Answer {
    let page = view.call.page("nextToken", "maxResults", 100, 1000)?;
    let (instance_id, instance) = instance(view)?;
    let base = arn::instance(&view.call.account, &view.call.region, instance_id);
    let shown = |(id, name): (&String, &String)| {
        let mut item = json!({
            "Id": id,
            "Arn": format!("{base}/{kind}/{id}"),
            "Name": name,
            "LastModifiedTime": timestamp(instance.created),
            "LastModifiedRegion": view.call.region,
        });
        if kind == "queue" {
            item["QueueType"] = json!("STANDARD");
        }
        item
    };
    Ok(listed(member, page.of(|passed| named(instance).things().iter_from(passed).map(shown))))
}

fn list_queues(view: &View<'_>) -> Answer {
    let wanted: Vec<&str> = view.call.queries("queueTypes").collect();
    if !wanted.is_empty() && !wanted.contains(&"STANDARD") {
        // The emulator has no agents, so no agent queues either.
        return Ok(listed("QueueSummaryList", (Vec::new(), None)));
    }
    list(view, "QueueSummaryList", "queue", |instance| &instance.queues)
}

fn list_prompts(view: &View<'_>) -> Answer {
    list(view, "PromptSummaryList", "prompt", |instance| &instance.prompts)
}

fn list_hours(view: &View<'_>) -> Answer {
    list(view, "HoursOfOperationSummaryList", "operating-hours", |instance| &instance.hours)
}
