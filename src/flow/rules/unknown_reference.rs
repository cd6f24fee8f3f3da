//! A resource that the instance does not have.

use super::super::placeholder::placeholder;
use super::super::resources::{Named, OfInstance, ResourceKind, Role, named};
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct UnknownReference;

static META: RuleMeta = RuleMeta {
    code: "unknown-reference",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds blocks that name a queue, prompt, flow, module or hours of operation by an id that the instance does not \
           have. Reads AWS: `plan` and `drift`, for the lists that they read.",
    why: "Amazon Connect refuses the flow, or contacts take the Error branch.",
    fix: "Name one that the instance has, by a token where its id differs from instance to instance, such as \
          `${queue[\"Support\"].arn}` or `${flow.main.arn}`.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "q", "Actions": [
  {"Identifier": "q", "Type": "UpdateContactTargetQueue", "Parameters": {"QueueId": "arn:aws:connect:us-east-1:111122223333:instance/12345678-1234-1234-1234-123456789012/queue/0e1f2a3b-2181-441c-9a01-5f2b7c1e90ad"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "q", "Actions": [
  {"Identifier": "q", "Type": "UpdateContactTargetQueue", "Parameters": {"QueueId": "arn:aws:connect:us-east-1:111122223333:instance/12345678-1234-1234-1234-123456789012/queue/8b4dd2a1-2181-441c-9a01-5f2b7c1e90ad"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

/// What a string names by its id: an ARN says it itself, else the parameter does.
fn id(named: &Named) -> Option<(ResourceKind, &str)> {
    if let Some(arn) = OfInstance::parse(&named.text) {
        let kind = ResourceKind::ALL.into_iter().find(|kind| kind.segment() == arn.segment)?;
        // The queue of an agent is in no list.
        return (named.role != Role::Data && arn.id != "agent").then_some((kind, arn.id));
    }
    let Role::Of(kind) = named.role else { return None };
    let id = named.text.split(':').next().unwrap_or_default();
    // Other texts are names of something else, such as an alias.
    let is_id = id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_id.then_some((kind, id))
}

impl Rule for UnknownReference {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn example_facts(&self) -> Facts {
        let mut facts = Facts::default();
        facts.ids.insert(ResourceKind::Queue, ["8b4dd2a1-2181-441c-9a01-5f2b7c1e90ad".to_owned()].into());
        facts
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        let own = facts.instance_arn.as_deref();
        for named in named(flow.document) {
            let Some((kind, id)) = id(&named) else { continue };
            let Some(known) = facts.ids.get(&kind) else { continue };
            // What another instance has is told as such.
            let elsewhere = OfInstance::parse(&named.text)
                .zip(own.and_then(OfInstance::parse))
                .is_some_and(|(arn, own)| arn.instance_id != own.instance_id);
            if known.contains(id) || elsewhere || placeholder(&named.text).is_some() {
                continue;
            }
            let block = flow.document.blocks().get(named.block);
            let name = block.map(|block| block.name.as_str()).unwrap_or_default();
            let message = format!("`{name}` names {} {id}, which the instance does not have", kind.noun());
            out.add(&META, flow, block, &named.pointer, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::document::Document;
    use super::super::{check, find};
    use super::*;

    #[test]
    fn ids_count_as_arns_do_and_lists_that_were_not_read_say_nothing() {
        let facts = (&UnknownReference as &dyn Rule).example_facts();
        let found = |value: &str, facts: &Facts| {
            let text = META.bad.replace("arn:aws:connect:us-east-1:111122223333:instance/12345678-1234-1234-1234-123456789012/queue/0e1f2a3b-2181-441c-9a01-5f2b7c1e90ad", value);
            let document = Document::parse(&text).unwrap();
            check(&FlowView::new(&document, None), facts, &[find(META.code).unwrap()]).len()
        };
        assert_eq!(found("0e1f2a3b-2181-441c-9a01-5f2b7c1e90ad", &facts), 1);
        assert_eq!(found("0e1f2a3b-2181-441c-9a01-5f2b7c1e90ad", &Facts::default()), 0);
        assert_eq!(found("8b4dd2a1-2181-441c-9a01-5f2b7c1e90ad", &facts), 0);
        assert_eq!(found("$.Attributes.queue", &facts), 0);
        // Another instance's is another rule's.
        let own = Facts {
            instance_arn: Some(
                "arn:aws:connect:us-east-1:111122223333:instance/87654321-4321-4321-4321-210987654321"
                    .to_owned(),
            ),
            ..facts
        };
        assert_eq!(
            found(
                "arn:aws:connect:us-east-1:111122223333:instance/12345678-1234-1234-1234-123456789012/queue/0e1f2a3b-2181-441c-9a01-5f2b7c1e90ad",
                &own
            ),
            0
        );
    }
}
