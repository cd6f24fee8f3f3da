//! What an operation is made for, and the resources and conditions that each of its actions is authorised on.
//!
//! Shapes and keys: Service Authorization Reference. `ListContactFlows` is authorised on `…/contact-flow/*` and
//! `ListQueues` on `…/queue/*`, other lists on the instance. What has no resource level (`ListInstances`,
//! `ListFunctions`, most of Directory Service) is held to the Region by `aws:RequestedRegion`.

use std::collections::BTreeSet;

use super::condition::Condition;
use crate::manifest::{Instance, InstanceLookup};
use crate::operations::action::{Action, Connect, Does, Ds, Iam, Lambda, Logs, Sts};
use crate::plan::{ADOPTED_TAG, APPLIED_TAG, OWNER_TAG, REGION_TAG};
use crate::resource::{Kind, OwnerTag, Place, SetName, partition};

/// The principal that a grant names, and the only one that flowbind lets call a function.
const CONNECT: &str = "connect.amazonaws.com";
/// Amazon Connect's service-linked role: one for each instance, with a suffix that nobody can foretell.
const SERVICE_ROLE: &str = "role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect*";

/// What a call is about. Lambda authorises a call with a qualifier on the qualified ARN, so that functions come with
/// every qualifier that is asked for.
#[derive(Debug, Clone)]
pub(super) struct Target<'a> {
    pub(super) place: &'a Place,
    instance: Option<&'a Instance>,
    /// Flows or modules, where tags are written.
    kind: Option<Kind>,
    functions: BTreeSet<String>,
    /// The ARN, or a pattern.
    role: Option<String>,
    /// Attributes that are set, or managed policies that are attached.
    values: BTreeSet<String>,
    /// The set whose tag a new thing carries.
    creates: Option<&'a SetName>,
    /// The set whose tag a thing must carry already.
    owned_by: Option<&'a SetName>,
}

impl<'a> Target<'a> {
    /// An account and Region.
    pub(super) fn place(place: &'a Place) -> Self {
        Self {
            place,
            instance: None,
            kind: None,
            functions: BTreeSet::new(),
            role: None,
            values: BTreeSet::new(),
            creates: None,
            owned_by: None,
        }
    }

    /// An instance, and its flows and modules.
    pub(super) fn instance(instance: &'a Instance) -> Self {
        Self { instance: Some(instance), ..Self::place(&instance.place) }
    }

    /// Flows or modules of the instance: where tags go.
    pub(super) fn kind(self, kind: Kind) -> Self {
        Self { kind: Some(kind), ..self }
    }

    /// A function, and the qualifiers of it that are named in calls; `*` stands for any.
    pub(super) fn function<'b>(self, name: &str, qualifiers: impl IntoIterator<Item = &'b str>) -> Self {
        let prefix = prefix("lambda", self.place);
        let qualified = qualifiers.into_iter().map(|it| format!("{prefix}function:{name}:{it}"));
        let functions = qualified.chain([format!("{prefix}function:{name}")]).collect();
        Self { functions, ..self }
    }

    /// Every function of the place.
    pub(super) fn any_function(self) -> Self {
        let functions = [format!("{}function:*", prefix("lambda", self.place))].into();
        Self { functions, ..self }
    }

    /// A role by its name, or a pattern of names.
    pub(super) fn role(self, name: &str) -> Self {
        let arn = format!("{}role/{name}", iam_prefix(self.place));
        self.role_arn(&arn)
    }

    /// A role by its ARN.
    pub(super) fn role_arn(self, arn: &str) -> Self {
        Self { role: Some(arn.to_owned()), ..self }
    }

    /// The values that a condition of the action allows.
    pub(super) fn values<'b>(self, values: impl IntoIterator<Item = &'b String>) -> Self {
        Self { values: values.into_iter().cloned().collect(), ..self }
    }

    /// What is created carries the tag of this set.
    pub(super) fn creates(self, set: &'a SetName) -> Self {
        Self { creates: Some(set), ..self }
    }

    /// What is touched carries the tag of this set.
    pub(super) fn owned_by(self, set: &'a SetName) -> Self {
        Self { owned_by: Some(set), ..self }
    }

    /// The resources of one action, each with its condition.
    pub(super) fn resources(&self, action: Action) -> Vec<(String, Option<Condition>)> {
        let resources = match action {
            Action::Connect(action) => vec![self.connect(action)],
            Action::Lambda(Lambda::ListFunctions) | Action::Sts(Sts::AssumeRole) => vec!["*".to_owned()],
            // Tags belong to the function, whatever its qualifiers.
            Action::Lambda(Lambda::TagResource | Lambda::ListTags) => self.unqualified(),
            Action::Lambda(_) => self.functions.iter().cloned().collect(),
            Action::Ds(action) => vec![self.directory(action)],
            Action::Logs(Logs::CreateLogGroup) => {
                vec![format!("{}log-group:/aws/connect/*", prefix("logs", self.place))]
            }
            Action::Iam(action) => vec![self.iam(action)],
        };
        let condition = |resource: &str| self.condition(action, resource);
        resources.into_iter().map(|resource| (resource.clone(), condition(&resource))).collect()
    }

    fn connect(&self, action: Connect) -> String {
        let id = match self.instance.map(|instance| &instance.lookup) {
            Some(InstanceLookup::Id(id)) => id.as_str(),
            // Its alias is in no ARN.
            Some(InstanceLookup::Alias(_)) | None => "*",
        };
        let part = match action {
            Connect::ListInstances | Connect::CreateInstance => return "*".to_owned(),
            Connect::ListQueues => "/queue/*",
            Connect::TagResource => match self.kind {
                Some(Kind::Flow) => "/contact-flow/*",
                Some(Kind::Module) => "/flow-module/*",
                _ => "",
            },
            Connect::DescribeContactFlowModule
            | Connect::CreateContactFlowModule
            | Connect::UpdateContactFlowModuleContent
            | Connect::UpdateContactFlowModuleMetadata
            | Connect::DeleteContactFlowModule => "/flow-module/*",
            Connect::ListContactFlows
            | Connect::DescribeContactFlow
            | Connect::CreateContactFlow
            | Connect::UpdateContactFlowContent
            | Connect::UpdateContactFlowMetadata
            | Connect::DeleteContactFlow => "/contact-flow/*",
            Connect::DescribeInstance
            | Connect::ListContactFlowModules
            | Connect::ListHoursOfOperations
            | Connect::ListInstanceAttributes
            | Connect::ListLambdaFunctions
            | Connect::ListPrompts
            | Connect::SearchContactFlowModules
            | Connect::SearchContactFlows
            | Connect::AssociateLambdaFunction
            | Connect::DisassociateLambdaFunction
            | Connect::UpdateInstanceAttribute => "",
        };
        format!("{}instance/{id}{part}", prefix("connect", self.place))
    }

    fn unqualified(&self) -> Vec<String> {
        let parts = |arn: &&String| arn.matches(':').count() == 6;
        self.functions.iter().filter(parts).cloned().collect()
    }

    fn directory(&self, action: Ds) -> String {
        match action {
            Ds::AuthorizeApplication | Ds::CreateAlias | Ds::DeleteDirectory | Ds::UnauthorizeApplication => {
                format!("{}directory/*", prefix("ds", self.place))
            }
            Ds::CheckAlias
            | Ds::DescribeDirectories
            | Ds::CreateDirectory
            | Ds::CreateIdentityPoolDirectory => "*".to_owned(),
        }
    }

    fn iam(&self, action: Iam) -> String {
        match (&self.role, action) {
            // It has no resource level.
            (_, Iam::ListRoles) => "*".to_owned(),
            (Some(arn), _) => arn.clone(),
            // What Amazon Connect does to its own role, with the caller's rights.
            (None, _) => format!("{}{SERVICE_ROLE}", iam_prefix(self.place)),
        }
    }

    fn condition(&self, action: Action, resource: &str) -> Option<Condition> {
        let region =
            || Some(Condition::new("StringEquals", "aws:RequestedRegion", [self.place.region.as_str()]));
        let owned = |key: &str, set: &SetName| {
            Condition::new(
                "StringLike",
                format!("aws:{key}/{OWNER_TAG}"),
                [OwnerTag { set: set.as_str(), name: "*" }.to_string()],
            )
        };
        match action {
            action if action.does() == Does::Tag => {
                let keys = [OWNER_TAG, ADOPTED_TAG, APPLIED_TAG, REGION_TAG];
                Some(Condition::new("ForAllValues:StringEquals", "aws:TagKeys", keys))
            }
            Action::Lambda(Lambda::AddPermission) => {
                Some(Condition::new("StringEquals", "lambda:Principal", [CONNECT]))
            }
            // The request names a statement, not a principal: whether the key is there is not documented (U16).
            Action::Lambda(Lambda::RemovePermission) => {
                Some(Condition::new("StringEqualsIfExists", "lambda:Principal", [CONNECT]))
            }
            Action::Iam(Iam::PassRole) => {
                Some(Condition::new("StringEquals", "iam:PassedToService", ["lambda.amazonaws.com"]))
            }
            Action::Iam(Iam::CreateServiceLinkedRole) => {
                Some(Condition::new("StringEquals", "iam:AWSServiceName", [CONNECT]))
            }
            Action::Iam(Iam::AttachRolePolicy) if self.role.is_some() => {
                Some(Condition::new("ArnEquals", "iam:PolicyARN", self.values.clone()))
            }
            Action::Connect(Connect::UpdateInstanceAttribute) => {
                Some(Condition::new("StringEquals", "connect:AttributeType", self.values.clone()))
            }
            Action::Connect(_) | Action::Lambda(_) | Action::Iam(_)
                if action.does() == Does::Create && self.creates.is_some() =>
            {
                self.creates.map(|set| owned("RequestTag", set))
            }
            _ if self.owned_by.is_some() => self.owned_by.map(|set| owned("ResourceTag", set)),
            // IAM has no Regions.
            Action::Iam(_) => None,
            _ if resource == "*" => region(),
            _ => None,
        }
    }
}

/// `arn:aws:SERVICE:REGION:ACCOUNT:` for a place.
fn prefix(service: &str, place: &Place) -> String {
    format!("arn:{}:{service}:{}:{}:", partition(&place.region), place.region, place.account)
}

/// `arn:aws:iam::ACCOUNT:`: IAM has no Regions.
fn iam_prefix(place: &Place) -> String {
    format!("arn:{}:iam::{}:", partition(&place.region), place.account)
}
