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
        let (mut found, mut token) = (Vec::new(), None::<String>);
        let mut keep = |id: Option<String>, name: Option<String>, tags: Option<HashMap<String, String>>| {
            let owner = tags.and_then(|mut tags| tags.remove(OWNER_TAG));
            if let ((Some(id), Some(name)), Some(owner)) = (id.zip(name).unzip(), owner) {
                found.push(Tagged { id, name, owner });
            }
        };
        let client = self.at(&instance.place);
        loop {
            if kind == Kind::Module {
                let operation = Operation::SearchContactFlowModules;
                let search = client.connect.search_contact_flow_modules().instance_id(&instance.id);
                let filter = filter
                    .clone()
                    .map(|tags| ContactFlowModuleSearchFilter::builder().tag_filter(tags).build());
                let search = search
                    .set_search_filter(filter)
                    .max_results(page(operation))
                    .set_next_token(token.take());
                let request = || search.clone().send();
                let answer = self.call(operation, &instance.place, subject, request).await?;
                answer
                    .contact_flow_modules
                    .unwrap_or_default()
                    .into_iter()
                    .for_each(|m| keep(m.id, m.name, m.tags));
                token = answer.next_token;
            } else {
                let operation = Operation::SearchContactFlows;
                let search = client.connect.search_contact_flows().instance_id(&instance.id);
                let filter =
                    filter.clone().map(|tags| ContactFlowSearchFilter::builder().tag_filter(tags).build());
                let search = search
                    .set_search_filter(filter)
                    .max_results(page(operation))
                    .set_next_token(token.take());
                let request = || search.clone().send();
                let answer = self.call(operation, &instance.place, subject, request).await?;
                answer.contact_flows.unwrap_or_default().into_iter().for_each(|f| keep(f.id, f.name, f.tags));
                token = answer.next_token;
            }
            token = token.filter(|t| !t.is_empty());
            if token.is_none() {
                return Ok(found);
            }
        }
    }
}
