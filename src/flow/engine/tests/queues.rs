//! Queues, hours, metrics, and what is set for later.

use super::*;

const QUEUE: &str = "arn:queue/sales";

fn with_queue(after: Flow) -> Flow {
    let flow = Flow::default().block("queue", "UpdateContactTargetQueue", json!({ "QueueId": QUEUE }));
    let flow = flow.next("next").error("NoMatchingError", "end");
    Flow { blocks: [flow.blocks, after.blocks].concat() }.end("end")
}

fn with_agent(after: Flow) -> Flow {
    let mut flow = with_queue(after);
    flow.blocks[0]["Parameters"] = json!({"AgentId": "arn:agent"});
    flow
}

fn hours(parameters: Value) -> Flow {
    Flow::default()
        .block("next", "CheckHoursOfOperation", parameters)
        .when("Equals", "True", "end")
        .when("Equals", "False", "end")
        .error("NoMatchingError", "end")
}

#[test]
fn hours_are_those_named_or_those_of_the_working_queue() {
    let named = Flow { blocks: hours(json!({"HoursOfOperationId": "h"})).blocks }.end("end");
    let walk = Walk::of(named).result("next", "False").go();
    assert_eq!(
        (walk.path[0].as_str(), &walk.asked[0]),
        ("next: Equals False", &Asked::Hours { hours: Some("h".to_owned()) })
    );
    let walk = Walk::of(with_queue(hours(json!({})))).result("next", "True").go();
    assert_eq!((walk.path[1].as_str(), &walk.asked[0]), ("next: Equals True", &Asked::Hours { hours: None }));
}

#[test]
fn hours_without_a_queue_or_of_an_agents_queue_fail() {
    let walk = Walk::of(hours(json!({})).end("end")).go();
    assert_eq!((walk.path[0].as_str(), &walk.causes[..]), ("next: NoMatchingError", &[Cause::NoQueue][..]));
    let walk = Walk::of(with_agent(hours(json!({})))).go();
    assert!(matches!(walk.causes[..], [Cause::AgentQueue(_)]), "{:?}", walk.causes);
}

fn metric(kind: &str, limit: &str) -> Flow {
    Flow::default()
        .block("next", "CheckMetricData", json!({ "MetricType": kind }))
        .when("NumberGreaterThan", limit, "end")
        .error("NoMatchingCondition", "end")
        .error("NoMatchingError", "end")
}

#[test]
fn a_metric_is_compared_as_a_number() {
    let of = |number: &str| {
        Walk::of(with_queue(metric("NumberOfAgentsAvailable", "0"))).result("next", number).go().path[1]
            .clone()
    };
    assert_eq!(
        (of("1").as_str(), of("0").as_str()),
        ("next: NumberGreaterThan 0", "next: NoMatchingCondition")
    );
}

#[test]
fn a_metric_without_a_queue_fails() {
    let walk = Walk::of(metric("NumberOfAgentsAvailable", "0").end("end")).go();
    assert_eq!(walk.causes, [Cause::NoQueue]);
}

#[test]
fn the_age_of_the_oldest_contact_is_compared_as_written_or_in_milliseconds_by_s7() {
    let flow = || with_queue(metric("OldestContactInQueueAgeSeconds", "300000"));
    let walk = Walk::of(flow()).result("next", "301").go();
    assert_eq!((walk.path[1].as_str(), walk.switches()), ("next: NoMatchingCondition", vec![Switch::S7]));
    let walk = Walk::of(flow()).assume("S7=age-milliseconds").result("next", "301").go();
    assert_eq!(walk.path[1], "next: NumberGreaterThan 300000");
}

#[test]
fn metrics_are_read_from_their_namespace() {
    let flow = Flow::default().block("next", "GetMetricData", json!({})).next("say");
    let flow = flow.error("NoMatchingError", "end").say("say", "$.Metrics.Queue.Size waiting", "end");
    let walk = Walk::of(with_queue(flow)).data("next", 0, json!({"Queue": {"Size": 3}})).go();
    assert_eq!(walk.said(), ["3 waiting"]);
}

fn transfer() -> Flow {
    let flow = Flow::default().block("next", "TransferContactToQueue", json!({}));
    flow.error("QueueAtCapacity", "end").error("NoMatchingError", "end")
}

#[test]
fn a_transfer_needs_a_working_queue() {
    let walk = Walk::of(transfer().end("end")).go();
    assert_eq!((walk.path[0].as_str(), &walk.causes[..]), ("next: NoMatchingError", &[Cause::NoQueue][..]));
}

#[test]
fn a_transfer_to_a_queue_ends_the_flow_and_the_contact_waits() {
    let walk = Walk::of(with_queue(transfer())).answer("next", Answer::new(Reply::Done)).go();
    assert_eq!(walk.path[1], "next: leaves");
    assert_eq!(walk.state.end, Some(End::Queued(Target::Queue(QUEUE.to_owned()))));
    assert_eq!(walk.state.contact["Queue"]["ARN"], QUEUE);
}

#[test]
fn a_queue_without_room_takes_its_own_branch() {
    let walk = Walk::of(with_queue(transfer())).answer("next", Answer::error("QueueAtCapacity")).go();
    assert_eq!(walk.path[1], "next: QueueAtCapacity");
}

#[test]
fn an_empty_queue_is_none() {
    let mut flow = with_queue(transfer());
    flow.blocks[0]["Parameters"] = json!({"QueueId": "$.Attributes.none"});
    let walk = Walk::of(flow).go();
    assert_eq!(walk.path[0], "queue: NoMatchingError");
}

/// A flow that sets the queue's flow, and transfers.
fn hooked(in_queue: Flow) -> Program {
    let hook = Flow::default()
        .block("hook", "UpdateContactEventHooks", json!({"EventHooks": {"CustomerQueue": "waiting"}}))
        .next("queue");
    let main = Flow { blocks: [hook.blocks, with_queue(transfer()).blocks].concat() };
    program(vec![("main", FlowType::ContactFlow, main), ("waiting", FlowType::CustomerQueue, in_queue)])
}

#[test]
fn after_a_transfer_the_flow_of_the_queue_runs_and_its_end_leaves_the_contact_waiting() {
    let waiting = Flow::default().say("say", "Please hold for $.Queue.Name", "stop");
    let waiting = waiting.block("stop", "EndFlowExecution", json!({}));
    let mut program = hooked(waiting);
    program.names.insert(QUEUE.to_owned(), "Sales".to_owned());
    let walk = Walk::in_program(program).answer("next", Answer::new(Reply::Done)).go();
    assert_eq!(walk.said(), ["Please hold for Sales"]);
    assert_eq!(walk.state.end, Some(End::Queued(Target::Queue(QUEUE.to_owned()))));
}

#[test]
fn a_hook_can_be_switched_off_and_one_that_is_not_known_warns() {
    let mut program = hooked(Flow::default().end("x"));
    let off = Flow::default()
        .block(
            "hook",
            "UpdateContactEventHooks",
            json!({
            "EventHooks": {"AgentWhisper": "arn:unknown", "CustomerRemaining": "waiting"},
            "EventHooksConfiguration": {"AgentWhisper": {"DisableExecution": "true"}}}),
        )
        .next("end")
        .end("end");
    program.flows.insert(Key::flow("main"), off.code(FlowType::ContactFlow));
    let walk = Walk::in_program(program).go();
    let hook = "AgentWhisper".to_owned();
    assert!(walk.effects.contains(&Effect::Warned(Warning::UnknownHook { hook })));
    assert_eq!(walk.state.hooks.keys().collect::<Vec<_>>(), ["CustomerRemaining"]);
}

#[test]
fn a_flow_that_was_set_for_an_event_begins_with_what_stays_with_the_contact() {
    let after = Flow::default().say("say", "Goodbye $.Attributes.tier<$.External.x>", "end").end("end");
    let main = Flow::default()
        .invoke("call", 8, "hook", "end")
        .block("hook", "UpdateContactEventHooks", json!({"EventHooks": {"CustomerRemaining": "after"}}))
        .next("end")
        .end("end");
    let program =
        program(vec![("main", FlowType::ContactFlow, main), ("after", FlowType::ContactFlow, after)]);
    let mut walk = Walk::in_program(program).data("call", 0, json!({"x": "1"})).go();
    assert!(after_hook(&walk.program, &walk.state, "CustomerQueue").is_none());
    walk.state = after_hook(&walk.program, &walk.state, "CustomerRemaining").unwrap();
    assert_eq!(walk.go().said(), ["Goodbye gold<>"]);
}
