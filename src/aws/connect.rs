//! Amazon Connect: the calls, page by page, and what comes back as plain data.
//!
//! Every id is a bare id: a whole ARN in its place is answered with AccessDenied for a doubled resource.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_connect::types::{ContactFlow, ContactFlowSummary, ContactFlowType};
use aws_smithy_types::DateTime;

use super::fault::{Fault, FaultKind};
use super::session::Session;
use crate::operations::Operation;
use crate::plan::FlowIds;
use crate::resource::{FlowType, InstanceArn, Place};
use crate::snapshot::{FlowContent, FlowSummary, InstanceSeen};

/// The suffix of a flow's id that addresses its draft (API reference, DescribeContactFlow).
const DRAFT: &str = ":$SAVED";

impl Session {
    /// Lists the instances of an account and Region.
    pub(super) async fn instances(&self, place: &Place, subject: &str) -> Result<Vec<InstanceSeen>, Fault> {
        let operation = Operation::ListInstances;
        let client = self.at(place);
        let (mut found, mut token) = (Vec::new(), None::<String>);
        loop {
            let request = || {
                client
                    .connect
                    .list_instances()
                    .max_results(page(operation))
                    .set_next_token(token.clone())
                    .send()
            };
            let answer = self.call(operation, place, subject, request).await?;
            for summary in answer.instance_summary_list.unwrap_or_default() {
                let status = summary.instance_status.as_ref().map_or("unknown", |s| s.as_str()).to_owned();
                found.push(InstanceSeen {
                    arn: instance_arn(operation, subject, summary.arn.as_deref())?,
                    alias: summary.instance_alias,
                    active: status == "ACTIVE",
                    status,
                });
            }
            token = answer.next_token.filter(|t| !t.is_empty());
            if token.is_none() {
                return Ok(found);
            }
        }
    }

    /// Describes an instance; none if it is not there.
    pub(super) async fn instance(
        &self,
        place: &Place,
        id: &str,
        subject: &str,
    ) -> Result<Option<InstanceSeen>, Fault> {
        let operation = Operation::DescribeInstance;
        let client = self.at(place);
        let request = || client.connect.describe_instance().instance_id(id).send();
        let answer = match self.call(operation, place, subject, request).await {
            Err(fault) if fault.kind == FaultKind::NotFound => return Ok(None),
            other => other?,
        };
        let instance = answer
            .instance
            .ok_or_else(|| Fault::unexpected(operation, subject, "an answer without an instance"))?;
        let status = instance.instance_status.as_ref().map_or("unknown", |s| s.as_str()).to_owned();
        Ok(Some(InstanceSeen {
            arn: instance_arn(operation, subject, instance.arn.as_deref())?,
            alias: instance.instance_alias,
            active: status == "ACTIVE",
            status,
        }))
    }

    /// Lists the functions of an instance.
    pub(super) async fn functions_of(
        &self,
        instance: &InstanceArn,
        subject: &str,
    ) -> Result<BTreeSet<String>, Fault> {
        let operation = Operation::ListLambdaFunctions;
        let client = self.at(&instance.place);
        let (mut found, mut token) = (BTreeSet::new(), None::<String>);
        loop {
            let list =
                client.connect.list_lambda_functions().instance_id(&instance.id).max_results(page(operation));
            let request = || list.clone().set_next_token(token.clone()).send();
            let answer = self.call(operation, &instance.place, subject, request).await?;
            found.extend(answer.lambda_functions.unwrap_or_default());
            token = answer.next_token.filter(|t| !t.is_empty());
            if token.is_none() {
                return Ok(found);
            }
        }
    }

    /// Puts a function into an instance's list. The token ties the SDK's tries of one run together; whether it does
    /// more is unknown (U4).
    pub(super) async fn associate(
        &self,
        instance: &InstanceArn,
        function: &str,
        subject: &str,
    ) -> Result<(), Fault> {
        let client = self.at(&instance.place);
        let associate =
            client.connect.associate_lambda_function().instance_id(&instance.id).function_arn(function);
        let request = || associate.clone().send();
        self.call(Operation::AssociateLambdaFunction, &instance.place, subject, request).await.map(|_| ())
    }

    /// Lists the flows of an instance, by name.
    pub(super) async fn flows_of(
        &self,
        instance: &InstanceArn,
        subject: &str,
    ) -> Result<BTreeMap<String, FlowSummary>, Fault> {
        let operation = Operation::ListContactFlows;
        let client = self.at(&instance.place);
        let (mut found, mut token) = (BTreeMap::new(), None::<String>);
        loop {
            let list =
                client.connect.list_contact_flows().instance_id(&instance.id).max_results(page(operation));
            let request = || list.clone().set_next_token(token.clone()).send();
            let answer = self.call(operation, &instance.place, subject, request).await?;
            for line in answer.contact_flow_summary_list.unwrap_or_default() {
                let (name, summary) = summary(operation, subject, line)?;
                found.insert(name, summary);
            }
            token = answer.next_token.filter(|t| !t.is_empty());
            if token.is_none() {
                return Ok(found);
            }
        }
    }

    /// Reads a flow's published content; none for a flow that was never published, or is gone.
    pub(super) async fn published(
        &self,
        instance: &InstanceArn,
        id: &str,
        subject: &str,
    ) -> Result<Option<FlowContent>, Fault> {
        match self.describe(instance, id, subject).await {
            Err(fault) if matches!(fault.kind, FaultKind::NotPublished | FaultKind::NotFound) => Ok(None),
            other => other.map(Some),
        }
    }

    /// Reads a flow's draft; none if there is none.
    pub(super) async fn draft(
        &self,
        instance: &InstanceArn,
        id: &str,
        subject: &str,
    ) -> Result<Option<FlowContent>, Fault> {
        match self.describe(instance, &format!("{id}{DRAFT}"), subject).await {
            Err(fault) if matches!(fault.kind, FaultKind::NotPublished | FaultKind::NotFound) => Ok(None),
            other => other.map(Some),
        }
    }

    async fn describe(&self, instance: &InstanceArn, id: &str, subject: &str) -> Result<FlowContent, Fault> {
        let operation = Operation::DescribeContactFlow;
        let client = self.at(&instance.place);
        let describe = client.connect.describe_contact_flow().instance_id(&instance.id).contact_flow_id(id);
        let request = || describe.clone().send();
        let answer = self.call(operation, &instance.place, subject, request).await?;
        let Some(ContactFlow { content: Some(text), last_modified_time, .. }) = answer.contact_flow else {
            return Err(Fault::unexpected(operation, subject, "an answer without the flow's content"));
        };
        Ok(FlowContent { text, modified_ms: last_modified_time.as_ref().and_then(millis) })
    }

    /// Creates a published flow. There is no idempotency token: after an unknown outcome look for the name.
    pub(super) async fn create_flow(
        &self,
        instance: &InstanceArn,
        name: &str,
        kind: FlowType,
        content: &str,
        subject: &str,
    ) -> Result<FlowIds, Fault> {
        let operation = Operation::CreateContactFlow;
        let client = self.at(&instance.place);
        let create = client
            .connect
            .create_contact_flow()
            .instance_id(&instance.id)
            .name(name)
            .r#type(ContactFlowType::from(kind.wire().as_str()))
            .content(content);
        let request = || create.clone().send();
        let answer = self.call(operation, &instance.place, subject, request).await?;
        match (answer.contact_flow_id, answer.contact_flow_arn) {
            (Some(id), Some(arn)) => Ok(FlowIds { id, arn }),
            _ => Err(Fault::unexpected(operation, subject, "an answer without the new flow's id")),
        }
    }

    /// Writes and publishes a flow's content: a write to the plain id is live at once.
    pub(super) async fn write_flow(
        &self,
        instance: &InstanceArn,
        id: &str,
        content: &str,
        subject: &str,
    ) -> Result<(), Fault> {
        let client = self.at(&instance.place);
        let update = client.connect.update_contact_flow_content();
        let update = update.instance_id(&instance.id).contact_flow_id(id).content(content);
        let request = || update.clone().send();
        self.call(Operation::UpdateContactFlowContent, &instance.place, subject, request).await.map(|_| ())
    }
}

fn page(operation: Operation) -> i32 {
    operation.facts().page.and_then(|page| i32::try_from(page).ok()).unwrap_or(100)
}

fn millis(time: &DateTime) -> Option<i64> {
    time.to_millis().ok()
}

fn instance_arn(operation: Operation, subject: &str, arn: Option<&str>) -> Result<InstanceArn, Fault> {
    let arn = arn.ok_or_else(|| Fault::unexpected(operation, subject, "an instance without an ARN"))?;
    InstanceArn::parse(arn).map_err(|error| Fault::unexpected(operation, subject, error.to_string()))
}

fn summary(
    operation: Operation,
    subject: &str,
    line: ContactFlowSummary,
) -> Result<(String, FlowSummary), Fault> {
    let (Some(id), Some(arn), Some(name)) = (line.id, line.arn, line.name) else {
        return Err(Fault::unexpected(operation, subject, "a flow without id, ARN or name"));
    };
    let kind_text = line.contact_flow_type.as_ref().map_or("unknown", |t| t.as_str()).to_owned();
    let kind = FlowType::ALL.into_iter().find(|kind| kind.wire() == kind_text);
    let published = line.contact_flow_status.as_ref().is_none_or(|status| status.as_str() == "PUBLISHED");
    let archived = line.contact_flow_state.as_ref().is_some_and(|state| state.as_str() == "ARCHIVED");
    Ok((name, FlowSummary { id, arn, kind, kind_text, published, archived }))
}
