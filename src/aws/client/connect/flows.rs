//! Flows and modules.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_connect::types::{ContactFlowModuleState, ContactFlowState, ContactFlowStatus, ContactFlowType};
use aws_smithy_types::DateTime;

use crate::aws::client::page;
use crate::aws::session::{Fault, FaultKind, Session};
use crate::manifest::{State, Status};
use crate::operations::Operation;
use crate::plan::FlowSpec;
use crate::resource::{FlowType, InstanceArn, Kind};
use crate::snapshot::{FlowContent, FlowIds, FlowSeen, FlowSummary};

/// The suffix of an id that addresses the draft (API reference, DescribeContactFlow).
const DRAFT: &str = ":$SAVED";

/// A flow or module as it was described.
pub(in crate::aws) struct Described {
    /// Its line in the list, as far as this content says; whether it is published does not.
    pub(in crate::aws) summary: FlowSummary,
    pub(in crate::aws) name: String,
    pub(in crate::aws) content: FlowContent,
    pub(in crate::aws) description: String,
    pub(in crate::aws) tags: BTreeMap<String, String>,
}

impl Session {
    /// Lists the flows or modules of an instance, by name.
    pub(in crate::aws) async fn list(
        &self,
        kind: Kind,
        instance: &InstanceArn,
        subject: &str,
    ) -> Result<BTreeMap<String, FlowSummary>, Fault> {
        match kind {
            Kind::Module => self.list_modules(instance, subject).await,
            _ => self.list_flows(instance, subject).await,
        }
    }

    async fn list_flows(
        &self,
        instance: &InstanceArn,
        subject: &str,
    ) -> Result<BTreeMap<String, FlowSummary>, Fault> {
        let operation = Operation::ListContactFlows;
        let client = self.at(&instance.place);
        let list = client.connect.list_contact_flows().instance_id(&instance.id).max_results(page(operation));
        let ask = |token| list.clone().set_next_token(token).send();
        let mut found = BTreeMap::new();
        let pages = self.pages(operation, &instance.place, subject, ask, |answer| {
            for line in answer.contact_flow_summary_list.unwrap_or_default() {
                let (Some(id), Some(arn), Some(name)) = (line.id, line.arn, line.name) else {
                    return Err(Fault::unexpected(operation, subject, "a flow without id, ARN or name"));
                };
                let kind_text = line.contact_flow_type.as_ref().map_or("unknown", |t| t.as_str()).to_owned();
                let kind = FlowType::ALL.into_iter().find(|kind| kind.wire() == kind_text);
                let published = line
                    .contact_flow_status
                    .as_ref()
                    .is_none_or(|status| *status == ContactFlowStatus::Published);
                let archived = line.contact_flow_state == Some(ContactFlowState::Archived);
                found.insert(name, FlowSummary { id, arn, kind, kind_text, published, archived });
            }
            Ok(answer.next_token)
        });
        pages.await?;
        Ok(found)
    }

    async fn list_modules(
        &self,
        instance: &InstanceArn,
        subject: &str,
    ) -> Result<BTreeMap<String, FlowSummary>, Fault> {
        let operation = Operation::ListContactFlowModules;
        let client = self.at(&instance.place);
        let list =
            client.connect.list_contact_flow_modules().instance_id(&instance.id).max_results(page(operation));
        let ask = |token| list.clone().set_next_token(token).send();
        let mut found = BTreeMap::new();
        let pages = self.pages(operation, &instance.place, subject, ask, |answer| {
            for line in answer.contact_flow_modules_summary_list.unwrap_or_default() {
                let (Some(id), Some(arn), Some(name)) = (line.id, line.arn, line.name) else {
                    return Err(Fault::unexpected(operation, subject, "a module without id, ARN or name"));
                };
                let archived = line.state == Some(ContactFlowModuleState::Archived);
                let (kind, kind_text) = (Some(FlowType::Module), "MODULE".to_owned());
                found.insert(name, FlowSummary { id, arn, kind, kind_text, published: true, archived });
            }
            Ok(answer.next_token)
        });
        pages.await?;
        Ok(found)
    }

    /// Reads what is published; none for what was never published, or is gone.
    pub(in crate::aws) async fn published(
        &self,
        kind: Kind,
        instance: &InstanceArn,
        id: &str,
        subject: &str,
    ) -> Result<Option<Described>, Fault> {
        match self.describe(kind, instance, id, subject).await {
            Err(fault) if matches!(fault.kind, FaultKind::NotPublished | FaultKind::NotFound) => Ok(None),
            other => other.map(Some),
        }
    }

    /// Reads the draft; none if there is none.
    pub(in crate::aws) async fn draft(
        &self,
        kind: Kind,
        instance: &InstanceArn,
        id: &str,
        subject: &str,
    ) -> Result<Option<Described>, Fault> {
        self.published(kind, instance, &format!("{id}{DRAFT}"), subject).await
    }

    /// Reads what is published, and the draft.
    pub(in crate::aws) async fn seen(
        &self,
        kind: Kind,
        arn: &InstanceArn,
        live: &str,
        summary: &FlowSummary,
        subject: &str,
    ) -> Result<FlowSeen, Fault> {
        // The draft first: what somebody publishes between the two reads would else look like a newer draft.
        let draft = self.draft(kind, arn, &summary.id, subject).await?;
        let published = match summary.published {
            true => self.published(kind, arn, &summary.id, subject).await?,
            false => None,
        };
        let about = published.as_ref().or(draft.as_ref());
        let (description, tags) =
            about.map(|seen| (seen.description.clone(), seen.tags.clone())).unwrap_or_default();
        let (published, draft) = contents(published, draft);
        Ok(FlowSeen { summary: summary.clone(), name: live.to_owned(), description, tags, published, draft })
    }

    async fn describe(
        &self,
        kind: Kind,
        instance: &InstanceArn,
        id: &str,
        subject: &str,
    ) -> Result<Described, Fault> {
        let client = self.at(&instance.place);
        let (operation, text, time, description, tags, summary, name) = if kind == Kind::Module {
            let operation = Operation::DescribeContactFlowModule;
            let describe = client.connect.describe_contact_flow_module();
            let describe = describe.instance_id(&instance.id).contact_flow_module_id(id);
            let request = || describe.clone().send();
            let module = self.call(operation, &instance.place, subject, request).await?.contact_flow_module;
            let module =
                module.ok_or_else(|| Fault::unexpected(operation, subject, "an answer without a module"))?;
            let archived = module.state == Some(ContactFlowModuleState::Archived);
            let summary = summary(id, module.arn, "MODULE", archived);
            (operation, module.content, None, module.description, module.tags, summary, module.name)
        } else {
            let operation = Operation::DescribeContactFlow;
            let describe =
                client.connect.describe_contact_flow().instance_id(&instance.id).contact_flow_id(id);
            let request = || describe.clone().send();
            let flow = self.call(operation, &instance.place, subject, request).await?.contact_flow;
            let flow =
                flow.ok_or_else(|| Fault::unexpected(operation, subject, "an answer without a flow"))?;
            let archived = flow.state == Some(ContactFlowState::Archived);
            let kind = flow.r#type.as_ref().map_or("unknown", |kind| kind.as_str());
            let summary = summary(id, flow.arn, kind, archived);
            let time = flow.last_modified_time;
            (operation, flow.content, time, flow.description, flow.tags, summary, flow.name)
        };
        let text = text.ok_or_else(|| Fault::unexpected(operation, subject, "an answer without content"))?;
        let modified_ms = time.as_ref().and_then(millis);
        Ok(Described {
            summary,
            name: name.unwrap_or_default(),
            content: FlowContent { text: text.into(), modified_ms },
            description: description.unwrap_or_default(),
            tags: tags.unwrap_or_default().into_iter().collect(),
        })
    }

    /// Creates a flow or module. Flows have no idempotency token: after an unknown outcome look for the name.
    pub(in crate::aws) async fn create_flow(
        &self,
        spec: &FlowSpec,
        content: &str,
        subject: &str,
    ) -> Result<FlowIds, Fault> {
        let instance = &spec.instance;
        let client = self.at(&instance.place);
        let tags: HashMap<String, String> = spec.tags.clone().into_iter().collect();
        let (operation, id, arn) = if spec.kind == FlowType::Module {
            let operation = Operation::CreateContactFlowModule;
            let create =
                client.connect.create_contact_flow_module().instance_id(&instance.id).name(&spec.name);
            let create =
                create.content(content).set_description(spec.description.clone()).set_tags(Some(tags));
            let request = || create.clone().send();
            let answer = self.create(operation, (&instance.place, &instance.id), subject, request).await?;
            (operation, answer.id, answer.arn)
        } else {
            let operation = Operation::CreateContactFlow;
            let create = client.connect.create_contact_flow().instance_id(&instance.id).name(&spec.name);
            let create = create.r#type(ContactFlowType::from(spec.kind.wire().as_str())).content(content);
            let saved = (spec.status == Status::Saved).then_some(ContactFlowStatus::Saved);
            let create =
                create.set_description(spec.description.clone()).set_status(saved).set_tags(Some(tags));
            let request = || create.clone().send();
            let answer = self.create(operation, (&instance.place, &instance.id), subject, request).await?;
            (operation, answer.contact_flow_id, answer.contact_flow_arn)
        };
        match (id, arn) {
            (Some(id), Some(arn)) => Ok(FlowIds { id, arn }),
            _ => Err(Fault::unexpected(operation, subject, "an answer without the new id")),
        }
    }

    /// Writes content: to the plain id it is published at once, to the draft's it is only saved (U6).
    pub(in crate::aws) async fn write_flow(
        &self,
        spec: &FlowSpec,
        id: &str,
        content: &str,
        subject: &str,
    ) -> Result<(), Fault> {
        let instance = &spec.instance;
        let client = self.at(&instance.place);
        let id = if spec.status == Status::Saved { format!("{id}{DRAFT}") } else { id.to_owned() };
        if spec.kind == FlowType::Module {
            let update = client.connect.update_contact_flow_module_content();
            let update = update.instance_id(&instance.id).contact_flow_module_id(&id).content(content);
            let request = || update.clone().send();
            let operation = Operation::UpdateContactFlowModuleContent;
            return self.call(operation, &instance.place, subject, request).await.map(|_| ());
        }
        let update = client.connect.update_contact_flow_content();
        let update = update.instance_id(&instance.id).contact_flow_id(&id).content(content);
        let request = || update.clone().send();
        self.call(Operation::UpdateContactFlowContent, &instance.place, subject, request).await.map(|_| ())
    }

    /// Writes name, description and state; what is `None` stays.
    pub(in crate::aws) async fn write_metadata(
        &self,
        kind: Kind,
        instance: &InstanceArn,
        id: &str,
        about: (Option<&str>, Option<&str>, Option<State>),
        subject: &str,
    ) -> Result<(), Fault> {
        let client = self.at(&instance.place);
        let (name, description, state) = (about.0.map(str::to_owned), about.1.map(str::to_owned), about.2);
        if kind == Kind::Module {
            let update = client.connect.update_contact_flow_module_metadata().instance_id(&instance.id);
            let state = state.map(|state| match state {
                State::Active => ContactFlowModuleState::Active,
                State::Archived => ContactFlowModuleState::Archived,
            });
            let update = update
                .contact_flow_module_id(id)
                .set_name(name)
                .set_description(description)
                .set_state(state);
            let request = || update.clone().send();
            let operation = Operation::UpdateContactFlowModuleMetadata;
            return self.call(operation, &instance.place, subject, request).await.map(|_| ());
        }
        let state = state.map(|state| match state {
            State::Active => ContactFlowState::Active,
            State::Archived => ContactFlowState::Archived,
        });
        let update =
            client.connect.update_contact_flow_metadata().instance_id(&instance.id).contact_flow_id(id);
        let update = update.set_name(name).set_description(description).set_contact_flow_state(state);
        let request = || update.clone().send();
        self.call(Operation::UpdateContactFlowMetadata, &instance.place, subject, request).await.map(|_| ())
    }

    /// Writes tags of a resource of Amazon Connect.
    pub(in crate::aws) async fn tag(
        &self,
        instance: &InstanceArn,
        arn: &str,
        tags: &BTreeMap<String, String>,
        subject: &str,
    ) -> Result<(), Fault> {
        let client = self.at(&instance.place);
        let tags: HashMap<String, String> = tags.clone().into_iter().collect();
        let tag = client.connect.tag_resource().resource_arn(arn).set_tags(Some(tags));
        let request = || tag.clone().send();
        self.call(Operation::TagResource, &instance.place, subject, request).await.map(|_| ())
    }
}

/// The line of a list that a description amounts to.
fn summary(id: &str, arn: Option<String>, kind_text: &str, archived: bool) -> FlowSummary {
    let id = id.strip_suffix(DRAFT).unwrap_or(id).to_owned();
    let arn = arn.map(|arn| arn.strip_suffix(DRAFT).unwrap_or(&arn).to_owned()).unwrap_or_default();
    let kind = FlowType::ALL.into_iter().chain([FlowType::Module]).find(|kind| kind.wire() == kind_text);
    FlowSummary { id, arn, kind, kind_text: kind_text.to_owned(), published: false, archived }
}

impl FlowSeen {
    /// Puts what is published and the draft together; none if there is neither.
    pub(in crate::aws) fn of(published: Option<Described>, draft: Option<Described>) -> Option<Self> {
        let about = published.as_ref().or(draft.as_ref())?;
        let summary = FlowSummary { published: published.is_some(), ..about.summary.clone() };
        let (name, description, tags) = (about.name.clone(), about.description.clone(), about.tags.clone());
        let (published, draft) = contents(published, draft);
        Some(Self { summary, name, description, tags, published, draft })
    }
}

/// The two contents. Where nobody edits, the draft is what is published, and shares what is read out of it.
fn contents(
    published: Option<Described>,
    draft: Option<Described>,
) -> (Option<FlowContent>, Option<FlowContent>) {
    let (published, mut draft) = (published.map(|seen| seen.content), draft.map(|seen| seen.content));
    if let (Some(published), Some(draft)) = (&published, &mut draft)
        && draft.text == published.text
    {
        draft.text = published.text.clone();
    }
    (published, draft)
}

fn millis(time: &DateTime) -> Option<i64> {
    time.to_millis().ok()
}
