//! The resource policies of functions.

use crate::aws::session::{Fault, FaultKind, Session};
use crate::operations::Operation;
use crate::resource::{FunctionRef, Grant, ResourcePolicy};

impl Session {
    /// Reads the policy of a function and qualifier: empty if the function has none, none if there is no function.
    /// `GetPolicy` answers "not found" to both, so that a look at the function must tell them apart.
    pub(in crate::aws) async fn policy(
        &self,
        function: &FunctionRef,
        subject: &str,
    ) -> Result<Option<ResourcePolicy>, Fault> {
        match self.policy_of_existing(function, subject).await? {
            Some(policy) => Ok(Some(policy)),
            None => {
                let there = self.function_exists(function, subject).await?;
                Ok(there.then(ResourcePolicy::default))
            }
        }
    }

    /// Reads the policy of a function and qualifier that are known to exist; none if they have none.
    pub(in crate::aws) async fn policy_of_existing(
        &self,
        function: &FunctionRef,
        subject: &str,
    ) -> Result<Option<ResourcePolicy>, Fault> {
        let operation = Operation::GetPolicy;
        let client = self.at(&function.place);
        let get = client
            .lambda
            .get_policy()
            .function_name(&function.name)
            .set_qualifier(function.qualifier.clone());
        let request = || get.clone().send();
        let answer = match self.call(operation, &function.place, subject, request).await {
            Ok(answer) => answer,
            Err(fault) if fault.kind == FaultKind::NotFound => return Ok(None),
            Err(fault) => return Err(fault),
        };
        let text = answer
            .policy
            .ok_or_else(|| Fault::unexpected(operation, subject, "an answer without a policy"))?;
        let policy = ResourcePolicy::parse(&text, answer.revision_id);
        policy.map(Some).map_err(|error| Fault::unexpected(operation, subject, error.to_string()))
    }

    async fn function_exists(&self, function: &FunctionRef, subject: &str) -> Result<bool, Fault> {
        let client = self.at(&function.place);
        let get = client
            .lambda
            .get_function()
            .function_name(&function.name)
            .set_qualifier(function.qualifier.clone());
        let request = || get.clone().send();
        match self.call(Operation::GetFunction, &function.place, subject, request).await {
            Ok(_) => Ok(true),
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    /// Writes a statement. Repeating it is harmless: the Sid is taken then, and the policy tells by whom.
    pub(in crate::aws) async fn add_permission(
        &self,
        grant: &Grant,
        sid: &str,
        subject: &str,
    ) -> Result<(), Fault> {
        let function = &grant.function;
        let client = self.at(&function.place);
        let add = client
            .lambda
            .add_permission()
            .function_name(&function.name)
            .set_qualifier(function.qualifier.clone())
            .statement_id(sid)
            .action("lambda:InvokeFunction")
            .principal("connect.amazonaws.com")
            .source_arn(grant.instance.to_string())
            .source_account(grant.instance.place.account.as_str());
        let request = || add.clone().send();
        self.call(Operation::AddPermission, &function.place, subject, request).await.map(|_| ())
    }
}
