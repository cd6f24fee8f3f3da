//! Instances, their settings, and the functions that are associated with them.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_connect::operation::list_instance_attributes::ListInstanceAttributesOutput;
use aws_sdk_connect::operation::list_instances::ListInstancesOutput;
use aws_sdk_connect::operation::list_lambda_functions::ListLambdaFunctionsOutput;
use aws_sdk_connect::types::{DirectoryType, InstanceAttributeType};

use crate::aws::client::page;
use crate::aws::session::{Fault, FaultKind, Session};
use crate::manifest::Identity;
use crate::operations::Operation;
use crate::plan::InstanceSpec;
use crate::resource::{InstanceArn, Place, said};
use crate::snapshot::{InstanceSeen, InstanceStatus};

impl Session {
    /// Lists the instances of an account and Region.
    pub(in crate::aws) async fn instances(
        &self,
        place: &Place,
        subject: &str,
    ) -> Result<Vec<InstanceSeen>, Fault> {
        let operation = Operation::ListInstances;
        let list = self.at(place).connect.list_instances().max_results(page(operation));
        let ask = |token| list.clone().set_next_token(token).send();
        let mut found = Vec::new();
        let keep = |answer: ListInstancesOutput| {
            for summary in answer.instance_summary_list.unwrap_or_default() {
                found.push(InstanceSeen {
                    arn: instance_arn(operation, subject, summary.arn.as_deref())?,
                    alias: summary.instance_alias,
                    status: InstanceStatus::of(summary.instance_status.as_ref().map(|s| s.as_str())),
                    status_reason: None,
                    identity: summary.identity_management_type.map(|kind| kind.as_str().to_owned()),
                    tags: None,
                });
            }
            Ok(answer.next_token)
        };
        self.pages(operation, place, subject, ask, keep).await?;
        self.learn_aliases(&found);
        Ok(found)
    }

    /// Describes an instance; none if it is not there.
    pub(in crate::aws) async fn instance(
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
        let seen = InstanceSeen {
            arn: instance_arn(operation, subject, instance.arn.as_deref())?,
            alias: instance.instance_alias,
            status: InstanceStatus::of(instance.instance_status.as_ref().map(|s| s.as_str())),
            status_reason: instance
                .status_reason
                .and_then(|reason| reason.message)
                .map(|reason| said(&reason)),
            identity: instance.identity_management_type.map(|kind| kind.as_str().to_owned()),
            tags: Some(instance.tags.unwrap_or_default().into_iter().collect()),
        };
        self.learn_aliases(std::slice::from_ref(&seen));
        Ok(Some(seen))
    }

    /// Lists the functions of an instance.
    pub(in crate::aws) async fn functions_of(
        &self,
        instance: &InstanceArn,
        subject: &str,
    ) -> Result<BTreeSet<String>, Fault> {
        let operation = Operation::ListLambdaFunctions;
        let client = self.at(&instance.place);
        let list =
            client.connect.list_lambda_functions().instance_id(&instance.id).max_results(page(operation));
        let ask = |token| list.clone().set_next_token(token).send();
        let mut found = BTreeSet::new();
        let keep = |answer: ListLambdaFunctionsOutput| {
            found.extend(answer.lambda_functions.unwrap_or_default());
            Ok(answer.next_token)
        };
        self.pages(operation, &instance.place, subject, ask, keep).await?;
        Ok(found)
    }

    /// Puts a function into an instance's list. The token ties the SDK's tries of one run together; whether it does
    /// more is unknown (U4).
    pub(in crate::aws) async fn associate(
        &self,
        instance: &InstanceArn,
        function: &str,
        subject: &str,
    ) -> Result<(), Fault> {
        let client = self.at(&instance.place);
        let associate =
            client.connect.associate_lambda_function().instance_id(&instance.id).function_arn(function);
        let request = || associate.clone().send();
        let here = (&instance.place, instance.id.as_str());
        self.create(Operation::AssociateLambdaFunction, here, subject, request).await.map(|_| ())
    }

    /// Reads the settings of an instance, by their names in the API.
    pub(in crate::aws) async fn attributes(
        &self,
        instance: &InstanceArn,
        subject: &str,
    ) -> Result<BTreeMap<String, bool>, Fault> {
        let operation = Operation::ListInstanceAttributes;
        let client = self.at(&instance.place);
        let list =
            client.connect.list_instance_attributes().instance_id(&instance.id).max_results(page(operation));
        let ask = |token| list.clone().set_next_token(token).send();
        let mut found = BTreeMap::new();
        let keep = |answer: ListInstanceAttributesOutput| {
            for attribute in answer.attributes.unwrap_or_default() {
                if let (Some(name), Some(value)) = (attribute.attribute_type, attribute.value) {
                    found.insert(name.as_str().to_owned(), value == "true");
                }
            }
            Ok(answer.next_token)
        };
        self.pages(operation, &instance.place, subject, ask, keep).await?;
        Ok(found)
    }

    /// Begins to make an instance, and gives its id. The token makes a second try the same instance.
    pub(in crate::aws) async fn create_instance(
        &self,
        spec: &InstanceSpec,
        token: &str,
        subject: &str,
    ) -> Result<String, Fault> {
        let operation = Operation::CreateInstance;
        let client = self.at(&spec.place);
        let (identity, directory) = match &spec.create.identity {
            Identity::ConnectManaged => (DirectoryType::ConnectManaged, None),
            Identity::Saml => (DirectoryType::Saml, None),
            Identity::ExistingDirectory { directory } => {
                (DirectoryType::ExistingDirectory, Some(directory.clone()))
            }
        };
        let create = client
            .connect
            .create_instance()
            .client_token(token)
            .identity_management_type(identity)
            .set_directory_id(directory)
            .instance_alias(&spec.alias)
            .inbound_calls_enabled(spec.create.inbound)
            .outbound_calls_enabled(spec.create.outbound)
            .set_tags(Some(spec.tags.clone().into_iter().collect()));
        let request = || create.clone().send();
        let answer = self.call(operation, &spec.place, subject, request).await?;
        answer
            .id
            .ok_or_else(|| Fault::unexpected(operation, subject, "an answer without the new instance's id"))
    }

    /// Sets one setting of an instance.
    pub(in crate::aws) async fn set_attribute(
        &self,
        instance: &InstanceArn,
        name: &str,
        value: bool,
        subject: &str,
    ) -> Result<(), Fault> {
        let client = self.at(&instance.place);
        let update = client
            .connect
            .update_instance_attribute()
            .instance_id(&instance.id)
            .attribute_type(InstanceAttributeType::from(name))
            .value(value.to_string());
        let request = || update.clone().send();
        self.call(Operation::UpdateInstanceAttribute, &instance.place, subject, request).await.map(|_| ())
    }
}

fn instance_arn(operation: Operation, subject: &str, arn: Option<&str>) -> Result<InstanceArn, Fault> {
    let arn = arn.ok_or_else(|| Fault::unexpected(operation, subject, "an instance without an ARN"))?;
    InstanceArn::parse(arn).map_err(|error| Fault::unexpected(operation, subject, error.to_string()))
}
