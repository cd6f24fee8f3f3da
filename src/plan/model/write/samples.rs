//! Writes for tests that are about what becomes of a resource, and not about what is written.

use std::collections::BTreeMap;

use super::{Verb, Write};
use crate::flow::compare::FlowDiff;
use crate::manifest::Status;
use crate::plan::model::{
    AsideSpec, Callers, FlowMetadataSpec, FlowRemoval, FlowSpec, KeptFlow, LateText, Removal, Step,
    TagTarget, TagsSpec,
};
use crate::resource::{Address, FlowType, InstanceArn, Kind, Label};
use crate::snapshot::{FlowSeen, FlowSummary};

/// A write to a flow on an instance; `verb` only tells a creation from an update of its content.
pub(crate) fn flow_write(step: Step, verb: Verb, instance: &InstanceArn) -> Write {
    let name = Label::parse("sample").unwrap();
    let key = (Kind::Flow, name.clone());
    let arn = format!("{instance}/contact-flow/f-1");
    let is_new = verb == Verb::Create;
    let content = FlowSpec {
        key: key.clone(),
        instance: instance.clone(),
        instance_name: name.clone(),
        id: (!is_new).then(|| "f-1".to_owned()),
        arn: (!is_new).then(|| arn.clone()),
        name: "Sample".to_owned(),
        kind: FlowType::ContactFlow,
        status: Status::Published,
        description: None,
        tags: BTreeMap::new(),
        marked: true,
        content: LateText::Known("{}".into()),
        before: None,
        draft: None,
        base: None,
        diff: FlowDiff::default(),
    };
    let metadata = FlowMetadataSpec {
        key: key.clone(),
        instance: instance.clone(),
        instance_name: name,
        id: Some("f-1".to_owned()),
        name: Some("Sample".to_owned()),
        description: None,
        state: None,
        base: None,
    };
    match step {
        Step::Stub => Write::Stub(Box::new(content)),
        Step::Aside => Write::Aside(AsideSpec { metadata, at_last: "Sample".to_owned() }),
        Step::Metadata => Write::Metadata(metadata),
        Step::Write => Write::Flow(Box::new(content)),
        Step::Archive => Write::Archive(metadata),
        Step::Tag => {
            let target = TagTarget::Content { instance: instance.clone(), arn };
            Write::Tags(TagsSpec { target, tags: BTreeMap::new(), before: BTreeMap::new() })
        }
        Step::Delete => Write::Removal(removal(key, instance, arn)),
    }
}

fn removal(key: (Kind, Label), instance: &InstanceArn, arn: String) -> Removal {
    let kind_text = FlowType::ContactFlow.wire();
    let summary = FlowSummary {
        id: "f-1".to_owned(),
        arn,
        kind: Some(FlowType::ContactFlow),
        kind_text,
        published: true,
        archived: false,
    };
    let base = FlowSeen {
        summary,
        name: "Sample".to_owned(),
        description: String::new(),
        tags: BTreeMap::new(),
        published: None,
        draft: None,
    };
    let address = Address::new(key.0, &key.1);
    let flow = KeptFlow::of(&base, address, key.clone(), (instance.clone(), key.1));
    let callers = Callers { flows: 0, modules: 0 };
    Removal::Flow(Box::new(FlowRemoval { flow, base, callers, along: [].into() }))
}
