//! Amazon Connect's queues, prompts and hours of operation: the lists, page by page.

use std::collections::BTreeMap;

use crate::aws::client::page;
use crate::aws::session::{Fault, Session};
use crate::manifest::NamedKind;
use crate::operations::Operation;
use crate::resource::InstanceArn;
use crate::snapshot::FlowIds;

impl Session {
    /// Lists queues, prompts or hours, by name.
    pub(in crate::aws) async fn named(
        &self,
        kind: NamedKind,
        instance: &InstanceArn,
        subject: &str,
    ) -> Result<BTreeMap<String, FlowIds>, Fault> {
        self.all_named(kind, instance, subject).await.map(|all| all.into_iter().collect())
    }

    /// Lists queues, prompts or hours in the service's order, those of one name too.
    pub(in crate::aws) async fn all_named(
        &self,
        kind: NamedKind,
        instance: &InstanceArn,
        subject: &str,
    ) -> Result<Vec<(String, FlowIds)>, Fault> {
        let client = self.at(&instance.place);
        let mut found = Vec::new();
        let operation = match kind {
            NamedKind::Queue => Operation::ListQueues,
            NamedKind::Prompt => Operation::ListPrompts,
            NamedKind::Hours => Operation::ListHoursOfOperations,
        };
        let mut keep = |name: Option<String>, id: Option<String>, arn: Option<String>| {
            let (Some(name), Some(id), Some(arn)) = (name, id, arn) else {
                return Err(Fault::unexpected(operation, subject, "an entry without name, id or ARN"));
            };
            found.push((name, FlowIds { id, arn }));
            Ok(())
        };
        let (place, id) = (&instance.place, &instance.id);
        match kind {
            NamedKind::Queue => {
                let list = client.connect.list_queues().instance_id(id).max_results(page(operation));
                let ask = |token| list.clone().set_next_token(token).send();
                let pages = self.pages(operation, place, subject, ask, |answer| {
                    let queues = answer.queue_summary_list.unwrap_or_default();
                    queues.into_iter().try_for_each(|queue| keep(queue.name, queue.id, queue.arn))?;
                    Ok(answer.next_token)
                });
                pages.await?;
            }
            NamedKind::Prompt => {
                let list = client.connect.list_prompts().instance_id(id).max_results(page(operation));
                let ask = |token| list.clone().set_next_token(token).send();
                let pages = self.pages(operation, place, subject, ask, |answer| {
                    let prompts = answer.prompt_summary_list.unwrap_or_default();
                    prompts.into_iter().try_for_each(|prompt| keep(prompt.name, prompt.id, prompt.arn))?;
                    Ok(answer.next_token)
                });
                pages.await?;
            }
            NamedKind::Hours => {
                let list = client.connect.list_hours_of_operations().instance_id(id);
                let list = list.max_results(page(operation));
                let ask = |token| list.clone().set_next_token(token).send();
                let pages = self.pages(operation, place, subject, ask, |answer| {
                    let hours = answer.hours_of_operation_summary_list.unwrap_or_default();
                    hours.into_iter().try_for_each(|hours| keep(hours.name, hours.id, hours.arn))?;
                    Ok(answer.next_token)
                });
                pages.await?;
            }
        }
        Ok(found)
    }
}
