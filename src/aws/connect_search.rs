//! Amazon Connect's search, which tells the tags of many flows or modules at once.

use std::collections::HashMap;

use aws_sdk_connect::types::{
    ContactFlowModuleSearchFilter, ContactFlowSearchFilter, ControlPlaneTagFilter, TagCondition,
};

use super::connect::page;
use super::fault::Fault;
use super::session::Session;
use crate::operations::Operation;
use crate::plan::OWNER_TAG;
use crate::resource::{InstanceArn, Kind};

/// A flow or module that has an owner tag.
pub(super) struct Tagged {
    /// Its id.
    pub(super) id: String,
    /// Its name.
    pub(super) name: String,
    /// The tag's value.
    pub(super) owner: String,
}

impl Session {
    /// Finds the flows or modules that have an owner tag; with `values`, those that have one of these.
    pub(super) async fn tagged(
        &self,
        kind: Kind,
        instance: &InstanceArn,
        values: Option<&[&str]>,
        subject: &str,
    ) -> Result<Vec<Tagged>, Fault> {
        let filter = values.map(|values| {
            let condition =
                |value: &&str| vec![TagCondition::builder().tag_key(OWNER_TAG).tag_value(*value).build()];
            let conditions = values.iter().map(condition).collect();
            ControlPlaneTagFilter::builder().set_or_conditions(Some(conditions)).build()
        });
        let mut found = Vec::new();
        let mut keep = |id: Option<String>, name: Option<String>, tags: Option<HashMap<String, String>>| {
            let owner = tags.and_then(|mut tags| tags.remove(OWNER_TAG));
            if let ((Some(id), Some(name)), Some(owner)) = (id.zip(name).unzip(), owner) {
                found.push(Tagged { id, name, owner });
            }
        };
        let client = self.at(&instance.place);
        let (place, id) = (&instance.place, &instance.id);
        if kind == Kind::Module {
            let operation = Operation::SearchContactFlowModules;
            let search = client.connect.search_contact_flow_modules().instance_id(id);
            let filter = filter.map(|tags| ContactFlowModuleSearchFilter::builder().tag_filter(tags).build());
            let search = search.set_search_filter(filter).max_results(page(operation));
            let ask = |token| search.clone().set_next_token(token).send();
            let pages = self.pages(operation, place, subject, ask, |answer| {
                let modules = answer.contact_flow_modules.unwrap_or_default();
                modules.into_iter().for_each(|module| keep(module.id, module.name, module.tags));
                Ok(answer.next_token)
            });
            pages.await?;
        } else {
            let operation = Operation::SearchContactFlows;
            let search = client.connect.search_contact_flows().instance_id(id);
            let filter = filter.map(|tags| ContactFlowSearchFilter::builder().tag_filter(tags).build());
            let search = search.set_search_filter(filter).max_results(page(operation));
            let ask = |token| search.clone().set_next_token(token).send();
            let pages = self.pages(operation, place, subject, ask, |answer| {
                let flows = answer.contact_flows.unwrap_or_default();
                flows.into_iter().for_each(|flow| keep(flow.id, flow.name, flow.tags));
                Ok(answer.next_token)
            });
            pages.await?;
        }
        Ok(found)
    }
}
