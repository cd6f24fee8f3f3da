//! Amazon Connect's queues, prompts and hours of operation: the lists, page by page.

use std::collections::BTreeMap;

use super::connect::page;
use super::fault::Fault;
use super::session::Session;
use crate::manifest::NamedKind;
use crate::operations::Operation;
use crate::resource::InstanceArn;
use crate::snapshot::FlowIds;

impl Session {
    /// Lists queues, prompts or hours, by name.
    pub(super) async fn named(
        &self,
        kind: NamedKind,
        instance: &InstanceArn,
        subject: &str,
    ) -> Result<BTreeMap<String, FlowIds>, Fault> {
        self.all_named(kind, instance, subject).await.map(|all| all.into_iter().collect())
    }

    /// Lists queues, prompts or hours in the service's order, those of one name too.
    pub(super) async fn all_named(
        &self,
        kind: NamedKind,
        instance: &InstanceArn,
        subject: &str,
    ) -> Result<Vec<(String, FlowIds)>, Fault> {
        let client = self.at(&instance.place);
        let (mut found, mut token) = (Vec::new(), None::<String>);
        let mut keep = |name: Option<String>, id: Option<String>, arn: Option<String>| {
            if let (Some(name), Some(id), Some(arn)) = (name, id, arn) {
                found.push((name, FlowIds { id, arn }));
            }
        };
        loop {
            match kind {
                NamedKind::Queue => {
                    let operation = Operation::ListQueues;
                    let list = client.connect.list_queues().instance_id(&instance.id);
                    let list = list.max_results(page(operation)).set_next_token(token.take());
                    let request = || list.clone().send();
                    let answer = self.call(operation, &instance.place, subject, request).await?;
                    answer
                        .queue_summary_list
                        .unwrap_or_default()
                        .into_iter()
                        .for_each(|q| keep(q.name, q.id, q.arn));
                    token = answer.next_token;
                }
                NamedKind::Prompt => {
                    let operation = Operation::ListPrompts;
                    let list = client.connect.list_prompts().instance_id(&instance.id);
                    let list = list.max_results(page(operation)).set_next_token(token.take());
                    let request = || list.clone().send();
                    let answer = self.call(operation, &instance.place, subject, request).await?;
                    answer
                        .prompt_summary_list
                        .unwrap_or_default()
                        .into_iter()
                        .for_each(|p| keep(p.name, p.id, p.arn));
                    token = answer.next_token;
                }
                NamedKind::Hours => {
                    let operation = Operation::ListHoursOfOperations;
                    let list = client.connect.list_hours_of_operations().instance_id(&instance.id);
                    let list = list.max_results(page(operation)).set_next_token(token.take());
                    let request = || list.clone().send();
                    let answer = self.call(operation, &instance.place, subject, request).await?;
                    let hours = answer.hours_of_operation_summary_list.unwrap_or_default();
                    hours.into_iter().for_each(|h| keep(h.name, h.id, h.arn));
                    token = answer.next_token;
                }
            }
            token = token.filter(|t| !t.is_empty());
            if token.is_none() {
                return Ok(found);
            }
        }
    }
}
