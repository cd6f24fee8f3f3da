//! How a live flow is kept so that it can be restored, and what a kept one says of itself.

use super::editing::newer_draft;
use crate::flow::{FlowText, stub};
use crate::manifest::Manifest;
use crate::plan::facts::ownership::OWNER_TAG;
use crate::plan::model::KeptFlow;
use crate::resource::{Address, FlowType, InstanceArn, Kind, Label, OwnerTag};
use crate::snapshot::FlowSeen;

impl KeptFlow {
    /// Whether it is what flowbind itself published until the declared content could be written.
    pub fn is_placeholder(&self) -> bool {
        let kind = match self.key.0 {
            Kind::Module => Some(stub::FlowType::Module),
            _ => stub::FlowType::from_name(&self.kind),
        };
        let same = |kind| self.content.means(&FlowText::stub(kind));
        self.tags.contains_key(OWNER_TAG) && self.draft.is_none() && kind.is_some_and(same)
    }

    /// Whether a manifest declares it, and protects it. Of what nobody owns the name alone tells.
    pub(in crate::plan) fn is_protected_in(&self, manifest: &Manifest) -> bool {
        let (kind, label) = &self.key;
        let owner = self.tags.get(OWNER_TAG).and_then(|owner| OwnerTag::read(owner));
        let ours = owner.is_none_or(|owner| owner.set == manifest.set.as_str());
        let mut declared = manifest.contents();
        ours && declared.any(|(of, name, flow)| of == *kind && name == label && flow.protect)
    }

    /// Takes down what is live, so that it can be brought back.
    pub fn of(
        seen: &FlowSeen,
        address: Address,
        key: (Kind, Label),
        (instance, instance_name): (InstanceArn, Label),
    ) -> Self {
        let FlowSeen { summary, name, description, tags, published, draft } = seen;
        let content = published.as_ref().or(draft.as_ref()).map(|content| content.text.clone());
        Self {
            address,
            key,
            instance,
            instance_name,
            id: summary.id.clone(),
            arn: summary.arn.clone(),
            name: name.clone(),
            kind: summary.kind_text.clone(),
            archived: summary.archived,
            published: published.is_some(),
            description: description.clone(),
            tags: tags.clone(),
            content: content.unwrap_or_else(|| FlowText::from("")),
            draft: newer_draft(seen),
        }
    }

    /// Its type, if it is one that flowbind knows.
    pub fn known_kind(&self) -> Option<FlowType> {
        FlowType::ALL.into_iter().chain([FlowType::Module]).find(|kind| kind.wire() == self.kind)
    }
}
