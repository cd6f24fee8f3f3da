//! What is written to a flow or module, before it is known whether it may be.

use super::Site;
use crate::flow::FlowText;
use crate::flow::compare::FlowDiff;
use crate::plan::facts::ownership::{OWNER_TAG, owner_tag};
use crate::plan::model::{FlowMetadataSpec, FlowSpec, LateText};
use crate::resource::InstanceArn;

impl Site<'_> {
    pub(super) fn metadata(&self, instance: &InstanceArn, ids: Option<(String, String)>) -> FlowMetadataSpec {
        FlowMetadataSpec {
            key: (self.kind, self.name.clone()),
            instance: instance.clone(),
            instance_name: self.instance.clone(),
            id: ids.map(|(id, _)| id),
            name: None,
            description: None,
            state: None,
            base: None,
        }
    }

    pub(super) fn spec(
        &self,
        instance: &InstanceArn,
        ids: Option<(String, String)>,
        content: LateText,
        before: Option<FlowText>,
        diff: FlowDiff,
    ) -> FlowSpec {
        let whole = self.flow.content.is_some();
        let tags = whole.then(|| (OWNER_TAG.to_owned(), owner_tag(&self.desired.set, self.name)));
        let (id, arn) = ids.unzip();
        FlowSpec {
            key: (self.kind, self.name.clone()),
            instance: instance.clone(),
            instance_name: self.instance.clone(),
            id,
            arn,
            name: self.flow.name.clone(),
            kind: self.flow.kind,
            status: self.status(),
            description: self.flow.description.clone(),
            tags: tags.into_iter().collect(),
            marked: whole,
            content,
            before,
            draft: None,
            base: None,
            diff,
        }
    }
}
