//! AWS Identity and Access Management: roles and their policies. IAM has no Regions: it is called from the place of
//! the function, and the SDK finds the endpoint.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::operation::list_attached_role_policies::ListAttachedRolePoliciesOutput;
use aws_sdk_iam::operation::list_role_policies::ListRolePoliciesOutput;
use aws_sdk_iam::operation::list_role_tags::ListRoleTagsOutput;
use aws_sdk_iam::operation::list_roles::ListRolesOutput;
use aws_sdk_iam::types::Tag;
use futures_util::future::{join, join_all};

use crate::aws::session::{Fault, FaultKind, Session};
use crate::operations::Operation;
use crate::resource::{Place, canonical_policy, trusts_lambda};
use crate::snapshot::{RolePolicies, RoleSeen};

/// The largest page that is asked for.
const PAGE: i32 = 100;
/// The largest page of roles (ListRoles).
const PAGE_OF_ROLES: i32 = 1000;
/// Service-linked roles belong to AWS.
const SERVICE_LINKED: &str = "/aws-service-role/";

impl Session {
    /// Reads a role with all its policies; none if there is no such role.
    pub(in crate::aws) async fn role(
        &self,
        place: &Place,
        name: &str,
        subject: &str,
    ) -> Result<Option<RoleSeen>, Fault> {
        let Some((arn, trust, tags)) = self.role_alone(place, name, subject).await? else { return Ok(None) };
        let (managed, inline) =
            join(self.attached(place, name, subject), self.inline(place, name, subject)).await;
        let policies = RolePolicies { trust, managed: managed?, inline: inline? };
        Ok(Some(RoleSeen { arn, policies, tags }))
    }

    /// Reads who may assume a role; none if there is no such role.
    pub(in crate::aws) async fn trust(
        &self,
        place: &Place,
        name: &str,
        subject: &str,
    ) -> Result<Option<String>, Fault> {
        Ok(self.role_alone(place, name, subject).await?.map(|(_, trust, _)| trust))
    }

    /// Reads a role without its policies: ARN, trust policy and tags; none if there is no such role.
    pub(in crate::aws) async fn role_alone(
        &self,
        place: &Place,
        name: &str,
        subject: &str,
    ) -> Result<Option<(String, String, BTreeMap<String, String>)>, Fault> {
        let operation = Operation::GetRole;
        let client = self.at(place);
        let get = client.iam.get_role().role_name(name);
        let request = || get.clone().send();
        let answer = match self.call(operation, place, subject, request).await {
            Ok(answer) => answer,
            Err(fault) if fault.kind == FaultKind::NotFound => return Ok(None),
            Err(fault) => return Err(fault),
        };
        let role =
            answer.role.ok_or_else(|| Fault::unexpected(operation, subject, "an answer without a role"))?;
        let trust = role.assume_role_policy_document.unwrap_or_default();
        let tags = role.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect();
        Ok(Some((role.arn, canonical_policy(&decoded(&trust)), tags)))
    }

    /// Lists the roles of an account that Lambda may assume, by name, with their ARNs.
    pub(in crate::aws) async fn lambda_roles(
        &self,
        place: &Place,
        subject: &str,
    ) -> Result<BTreeMap<String, String>, Fault> {
        let list = self.at(place).iam.list_roles().max_items(PAGE_OF_ROLES);
        let ask = |marker| list.clone().set_marker(marker).send();
        let mut all = BTreeMap::new();
        let keep = |page: ListRolesOutput| {
            let roles = page.roles.into_iter().filter(|role| {
                let trust = role.assume_role_policy_document.as_deref().unwrap_or_default();
                !role.path.starts_with(SERVICE_LINKED) && trusts_lambda(&canonical_policy(&decoded(trust)))
            });
            all.extend(roles.map(|role| (role.role_name, role.arn)));
            marker(Operation::ListRoles, subject, page.is_truncated, page.marker)
        };
        self.pages(Operation::ListRoles, place, subject, ask, keep).await?;
        Ok(all)
    }

    /// Reads the tags of a role; none if there is no such role.
    pub(in crate::aws) async fn role_tags(
        &self,
        place: &Place,
        name: &str,
        subject: &str,
    ) -> Result<Option<BTreeMap<String, String>>, Fault> {
        let list = self.at(place).iam.list_role_tags().role_name(name).max_items(PAGE);
        let ask = |marker| list.clone().set_marker(marker).send();
        let mut all = BTreeMap::new();
        let keep = |page: ListRoleTagsOutput| {
            all.extend(page.tags.into_iter().map(|tag| (tag.key, tag.value)));
            marker(Operation::ListRoleTags, subject, page.is_truncated, page.marker)
        };
        match self.pages(Operation::ListRoleTags, place, subject, ask, keep).await {
            Ok(()) => Ok(Some(all)),
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    async fn attached(&self, place: &Place, name: &str, subject: &str) -> Result<BTreeSet<String>, Fault> {
        let operation = Operation::ListAttachedRolePolicies;
        let list = self.at(place).iam.list_attached_role_policies().role_name(name).max_items(PAGE);
        let ask = |marker| list.clone().set_marker(marker).send();
        let mut all = BTreeSet::new();
        let keep = |page: ListAttachedRolePoliciesOutput| {
            for policy in page.attached_policies.unwrap_or_default() {
                all.insert(policy.policy_arn.ok_or_else(|| {
                    Fault::unexpected(operation, subject, "an attached policy without an ARN")
                })?);
            }
            marker(operation, subject, page.is_truncated, page.marker)
        };
        self.pages(operation, place, subject, ask, keep).await?;
        Ok(all)
    }

    async fn inline(
        &self,
        place: &Place,
        name: &str,
        subject: &str,
    ) -> Result<BTreeMap<String, String>, Fault> {
        let list = self.at(place).iam.list_role_policies().role_name(name).max_items(PAGE);
        let ask = |marker| list.clone().set_marker(marker).send();
        let mut names = Vec::new();
        let keep = |page: ListRolePoliciesOutput| {
            names.extend(page.policy_names);
            marker(Operation::ListRolePolicies, subject, page.is_truncated, page.marker)
        };
        self.pages(Operation::ListRolePolicies, place, subject, ask, keep).await?;
        let documents =
            join_all(names.into_iter().map(|policy| self.inline_one(place, name, policy, subject))).await;
        documents.into_iter().collect()
    }

    async fn inline_one(
        &self,
        place: &Place,
        role: &str,
        policy: String,
        subject: &str,
    ) -> Result<(String, String), Fault> {
        let client = self.at(place);
        let get = client.iam.get_role_policy().role_name(role).policy_name(&policy);
        let request = || get.clone().send();
        let answer = self.call(Operation::GetRolePolicy, place, subject, request).await?;
        Ok((policy, canonical_policy(&decoded(&answer.policy_document))))
    }

    /// Creates a role. There is no idempotency token, but the name can be taken only once.
    pub(in crate::aws) async fn create_role(
        &self,
        place: &Place,
        name: &str,
        trust: &str,
        tags: &BTreeMap<String, String>,
        subject: &str,
    ) -> Result<(), Fault> {
        let operation = Operation::CreateRole;
        let client = self.at(place);
        let tags = tags.iter().map(|(key, value)| tag(key, value, operation, subject));
        let create = client.iam.create_role().role_name(name).assume_role_policy_document(trust);
        let create = create.set_tags(Some(tags.collect::<Result<_, _>>()?));
        let request = || create.clone().send();
        self.call(operation, place, subject, request).await.map(|_| ())
    }

    /// Says who may assume a role.
    pub(in crate::aws) async fn set_trust(
        &self,
        place: &Place,
        name: &str,
        trust: &str,
        subject: &str,
    ) -> Result<(), Fault> {
        let client = self.at(place);
        let update = client.iam.update_assume_role_policy().role_name(name).policy_document(trust);
        let request = || update.clone().send();
        self.call(Operation::UpdateAssumeRolePolicy, place, subject, request).await.map(|_| ())
    }

    /// Attaches a managed policy; one that is attached stays so.
    pub(in crate::aws) async fn attach(
        &self,
        place: &Place,
        name: &str,
        arn: &str,
        subject: &str,
    ) -> Result<(), Fault> {
        let client = self.at(place);
        let attach = client.iam.attach_role_policy().role_name(name).policy_arn(arn);
        let request = || attach.clone().send();
        self.call(Operation::AttachRolePolicy, place, subject, request).await.map(|_| ())
    }

    /// Detaches a managed policy; one that is gone already is as good as detached.
    pub(in crate::aws) async fn detach(
        &self,
        place: &Place,
        name: &str,
        arn: &str,
        subject: &str,
    ) -> Result<(), Fault> {
        let client = self.at(place);
        let detach = client.iam.detach_role_policy().role_name(name).policy_arn(arn);
        let request = || detach.clone().send();
        gone_is_fine(self.call(Operation::DetachRolePolicy, place, subject, request).await)
    }

    /// Writes an inline policy over whatever has its name.
    pub(in crate::aws) async fn put_inline(
        &self,
        place: &Place,
        name: &str,
        (policy, document): (&str, &str),
        subject: &str,
    ) -> Result<(), Fault> {
        let client = self.at(place);
        let put = client.iam.put_role_policy().role_name(name).policy_name(policy).policy_document(document);
        let request = || put.clone().send();
        self.call(Operation::PutRolePolicy, place, subject, request).await.map(|_| ())
    }

    /// Deletes an inline policy; one that is gone already is as good as deleted.
    pub(in crate::aws) async fn delete_inline(
        &self,
        place: &Place,
        name: &str,
        policy: &str,
        subject: &str,
    ) -> Result<(), Fault> {
        let client = self.at(place);
        let delete = client.iam.delete_role_policy().role_name(name).policy_name(policy);
        let request = || delete.clone().send();
        gone_is_fine(self.call(Operation::DeleteRolePolicy, place, subject, request).await)
    }

    /// Deletes a role that has no policies any more; says whether it was there.
    pub(in crate::aws) async fn delete_role(
        &self,
        place: &Place,
        name: &str,
        subject: &str,
    ) -> Result<bool, Fault> {
        let client = self.at(place);
        let request = || client.iam.delete_role().role_name(name).send();
        match self.call(Operation::DeleteRole, place, subject, request).await {
            Ok(_) => Ok(true),
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    /// Sets tags of a role.
    pub(in crate::aws) async fn tag_role(
        &self,
        place: &Place,
        name: &str,
        tags: &BTreeMap<String, String>,
        subject: &str,
    ) -> Result<(), Fault> {
        let operation = Operation::TagRole;
        let client = self.at(place);
        let tags = tags.iter().map(|(key, value)| tag(key, value, operation, subject));
        let tag = client.iam.tag_role().role_name(name).set_tags(Some(tags.collect::<Result<_, _>>()?));
        let request = || tag.clone().send();
        self.call(operation, place, subject, request).await.map(|_| ())
    }
}

/// The marker of the next page, where the list goes on.
pub(in crate::aws) fn marker(
    operation: Operation,
    subject: &str,
    goes_on: bool,
    marker: Option<String>,
) -> Result<Option<String>, Fault> {
    match marker.filter(|marker| goes_on && !marker.is_empty()) {
        None if goes_on => Err(Fault::unexpected(operation, subject, "a list that goes on without a marker")),
        marker => Ok(marker),
    }
}

fn gone_is_fine<T>(result: Result<T, Fault>) -> Result<(), Fault> {
    match result {
        Err(fault) if fault.kind == FaultKind::NotFound => Ok(()),
        other => other.map(|_| ()),
    }
}

fn tag(key: &str, value: &str, operation: Operation, subject: &str) -> Result<Tag, Fault> {
    let built = Tag::builder().key(key).value(value).build();
    built.map_err(|error| Fault::unexpected(operation, subject, error.to_string()))
}

/// Undoes the percent-encoding in which IAM returns policy documents (RFC 3986: a `+` is a `+`).
fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn documents_are_decoded_and_broken_escapes_stay() {
        assert_eq!(decoded("%7B%22a%22%3A%22%C3%BC%2B+%22%7D"), "{\"a\":\"ü++\"}");
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%zz%é"), "%zz%é");
        assert_eq!(decoded("%+f"), "%+f", "a sign is no hex digit");
    }
}
