//! Amazon Connect's search, which tells the tags of many flows or modules at once.

use std::collections::HashMap;

use aws_sdk_connect::types::{
    ContactFlowModuleSearchFilter, ContactFlowSearchFilter, ControlPlaneTagFilter, TagCondition,
};

use crate::aws::client::page;
use crate::aws::session::{Fault, Session};
use crate::operations::Operation;
use crate::plan::{ADOPTED_TAG, OWNER_TAG};
use crate::resource::{InstanceArn, Kind};

/// A flow or module that says whose it is.
#[derive(Clone)]
pub(in crate::aws) struct Tagged {
    /// Its id.
    pub(in crate::aws) id: String,
    /// Its owner tag.
    pub(in crate::aws) owner: Option<String>,
    /// Its mark of adoption.
    pub(in crate::aws) mark: Option<String>,
}

/// Beyond so many values every tag is read instead: how many conditions a filter takes is not documented.
const MAX_VALUES: usize = 10;

impl Session {
    /// Finds the flows or modules that have an owner tag or a mark of adoption; with `values`, where they are few, only
    /// those that have one of these.
    pub(in crate::aws) async fn tagged(
        &self,
        kind: Kind,
        instance: &InstanceArn,
        values: Option<&[&str]>,
        subject: &str,
    ) -> Result<Vec<Tagged>, Fault> {
        let filter = values.filter(|values| values.len() <= MAX_VALUES).map(|values| {
            let condition =
                |key: &str, value: &str| vec![TagCondition::builder().tag_key(key).tag_value(value).build()];
            let conditions =
                values.iter().flat_map(|value| [OWNER_TAG, ADOPTED_TAG].map(|key| condition(key, value)));
            ControlPlaneTagFilter::builder().set_or_conditions(Some(conditions.collect())).build()
        });
        let mut found = Vec::new();
        let mut keep = |id: Option<String>, tags: Option<HashMap<String, String>>| {
            let mut tags = tags.unwrap_or_default();
            let (owner, mark) = (tags.remove(OWNER_TAG), tags.remove(ADOPTED_TAG));
            if let (Some(id), true) = (id, owner.is_some() || mark.is_some()) {
                found.push(Tagged { id, owner, mark });
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
                modules.into_iter().for_each(|module| keep(module.id, module.tags));
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
                flows.into_iter().for_each(|flow| keep(flow.id, flow.tags));
                Ok(answer.next_token)
            });
            pages.await?;
        }
        Ok(found)
    }
}
