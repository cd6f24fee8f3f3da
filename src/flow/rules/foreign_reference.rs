//! A resource of another instance.

use std::collections::BTreeMap;

use super::super::document::is_template;
use super::super::placeholder::placeholder;
use super::super::resources::{Named, OfInstance, Role, named};
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct ForeignReference;

static META: RuleMeta = RuleMeta {
    code: "foreign-reference",
    severity: Severity::Error,
    confidence: Confidence::High,
    what: "Finds blocks that name a queue, prompt, flow, module or anything else of another Amazon Connect instance by its \
           ARN. Where the instance of the flow is not known, a flow that names two instances has one too many. In data, \
           such as attributes, it is a warning: something else may read it.",
    why: "A block reaches only what its own instance has: Amazon Connect refuses the flow, or contacts take the Error \
          branch.",
    fix: "Name what the flow's own instance has, by a token if the flow is for several instances, such as \
          `${queue[\"Support\"].arn}`, `${flow.main.arn}` or `${instance.arn}`.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "q", "Actions": [
  {"Identifier": "q", "Type": "UpdateContactTargetQueue", "Parameters": {"QueueId": "arn:aws:connect:us-east-1:111122223333:instance/87654321-4321-4321-4321-210987654321/queue/8b4dd2a1-2181-441c-9a01-5f2b7c1e90ad"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "q", "Actions": [
  {"Identifier": "q", "Type": "UpdateContactTargetQueue", "Parameters": {"QueueId": "arn:aws:connect:us-east-1:111122223333:instance/12345678-1234-1234-1234-123456789012/queue/8b4dd2a1-2181-441c-9a01-5f2b7c1e90ad"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

/// What is known of the instance that a flow is on.
enum Own {
    /// Its id.
    Id(String),
    /// What its ARN begins with, and the instance that the flow names most.
    Site(Option<String>, Option<String>),
}

impl Own {
    fn of(facts: &Facts, found: &[Named]) -> Self {
        let id = facts.instance_arn.as_deref().and_then(OfInstance::parse);
        if let Some(own) = id {
            return Self::Id(own.instance_id.to_owned());
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let arns = found.iter().filter(|named| named.role != Role::Data).filter_map(arn);
        arns.for_each(|arn| *counts.entry(arn.instance_id).or_default() += 1);
        let most = counts.values().max().copied().unwrap_or_default();
        let most = counts.into_iter().find(|(_, count)| *count == most).map(|(id, _)| id.to_owned());
        Self::Site(facts.instance_site.clone(), most)
    }

    /// Says why an instance is not the flow's own, if that is known. A replica in another Region has the same id.
    fn foreign(&self, arn: &OfInstance<'_>) -> Option<&'static str> {
        match self {
            Self::Id(own) => (own != arn.instance_id).then_some("the flow is on another one"),
            Self::Site(Some(site), _) if !arn.instance.starts_with(site.as_str()) => {
                Some("the flow's instance is in another account or Region")
            }
            Self::Site(_, Some(most)) if most != arn.instance_id => Some("the flow also names another one"),
            Self::Site(..) => None,
        }
    }
}

fn arn(named: &Named) -> Option<OfInstance<'_>> {
    let text = &named.text;
    let known = !is_template(text) && placeholder(text).is_none();
    known.then(|| OfInstance::parse(text)).flatten()
}

impl Rule for ForeignReference {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn example_facts(&self) -> Facts {
        let arn = "arn:aws:connect:us-east-1:111122223333:instance/12345678-1234-1234-1234-123456789012";
        Facts { instance_arn: Some(arn.to_owned()), ..Facts::default() }
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        let found = named(flow.document);
        let own = Own::of(facts, &found);
        for named in &found {
            let Some(arn) = arn(named) else { continue };
            let Some(why) = own.foreign(&arn) else { continue };
            let block = flow.document.blocks().get(named.block);
            let name = block.map(|block| block.name.as_str()).unwrap_or_default();
            let what = if arn.segment.is_empty() {
                "itself".to_owned()
            } else {
                format!("{}/{}", arn.segment, arn.id)
            };
            let message = format!("`{name}` names {what} of instance {}; {why}", arn.instance_id);
            let finding = out.add(&META, flow, block, &named.pointer, message);
            if named.role == Role::Data {
                finding.severity = Severity::Warning;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::document::Document;
    use super::super::{check, find};
    use super::*;

    fn found(text: &str, facts: &Facts) -> Vec<(Severity, String)> {
        let document = Document::parse(text).unwrap();
        let found = check(&FlowView::new(&document, None), facts, &[find(META.code).unwrap()]);
        found.into_iter().map(|finding| (finding.severity, finding.pointer)).collect()
    }

    #[test]
    fn without_a_known_instance_a_flow_that_names_two_has_one_too_many() {
        assert_eq!(found(META.bad, &Facts::default()), []);
        let two = META.good.replace(
            r#""Parameters": {}"#,
            r#""Parameters": {"QueueId": "arn:aws:connect:us-east-1:111122223333:instance/12345678-1234-1234-1234-123456789012/queue/1", "PromptId": "arn:aws:connect:us-east-1:111122223333:instance/87654321-4321-4321-4321-210987654321/prompt/1"}"#,
        );
        let expected = (Severity::Error, "/Actions/1/Parameters/PromptId".to_owned());
        assert_eq!(found(&two, &Facts::default()), [expected]);
    }

    #[test]
    fn an_account_or_region_that_is_known_tells_without_the_id() {
        let site = |region: &str| Facts {
            instance_site: Some(format!("arn:aws:connect:{region}:111122223333:instance/")),
            ..Facts::default()
        };
        assert_eq!(found(META.good, &site("us-east-1")), []);
        assert_eq!(found(META.good, &site("eu-west-2")).len(), 1);
    }

    #[test]
    fn in_data_it_is_a_warning() {
        let data = META
            .bad
            .replace(r#""QueueId""#, r#""Attributes": {"q""#)
            .replace(r#"5f2b7c1e90ad"}"#, r#"5f2b7c1e90ad"}}"#);
        let rule: &dyn Rule = &ForeignReference;
        assert_eq!(found(&data, &rule.example_facts())[0].0, Severity::Warning);
    }
}
