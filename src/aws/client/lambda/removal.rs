//! AWS Lambda: what only removal calls.

use aws_sdk_lambda::operation::list_aliases::ListAliasesOutput;
use aws_sdk_lambda::operation::list_functions::ListFunctionsOutput;

use crate::aws::client::{deleted, page};
use crate::aws::session::{Fault, Session};
use crate::operations::Operation;
use crate::resource::{FunctionRef, Place};

impl Session {
    /// Lists the functions of an account and Region: their names, and the ARNs of their roles.
    pub(in crate::aws) async fn functions_in(
        &self,
        place: &Place,
        subject: &str,
    ) -> Result<Vec<(String, String)>, Fault> {
        let operation = Operation::ListFunctions;
        let list = self.at(place).lambda.list_functions().max_items(page(operation));
        let ask = |marker| list.clone().set_marker(marker).send();
        let mut found = Vec::new();
        let keep = |answer: ListFunctionsOutput| {
            let no_name = || Fault::unexpected(operation, subject, "a function without a name");
            for function in answer.functions.unwrap_or_default() {
                let role = function.role.unwrap_or_default();
                found.push((function.function_name.ok_or_else(no_name)?, role));
            }
            Ok(answer.next_marker)
        };
        self.pages(operation, place, subject, ask, keep).await?;
        Ok(found)
    }

    /// Lists the names of a function's aliases.
    pub(in crate::aws) async fn aliases_of(
        &self,
        function: &FunctionRef,
        subject: &str,
    ) -> Result<Vec<String>, Fault> {
        let operation = Operation::ListAliases;
        let client = self.at(&function.place);
        let list = client.lambda.list_aliases().function_name(&function.name).max_items(page(operation));
        let ask = |marker| list.clone().set_marker(marker).send();
        let mut found = Vec::new();
        let keep = |answer: ListAliasesOutput| {
            let no_name = || Fault::unexpected(operation, subject, "an alias without a name");
            for alias in answer.aliases.unwrap_or_default() {
                found.push(alias.name.ok_or_else(no_name)?);
            }
            Ok(answer.next_marker)
        };
        self.pages(operation, &function.place, subject, ask, keep).await?;
        Ok(found)
    }

    /// Takes a statement away; says whether it was there.
    pub(in crate::aws) async fn remove_permission(
        &self,
        function: &FunctionRef,
        sid: &str,
        subject: &str,
    ) -> Result<bool, Fault> {
        let client = self.at(&function.place);
        let remove = client.lambda.remove_permission().function_name(&function.name);
        let remove = remove.set_qualifier(function.qualifier.clone()).statement_id(sid);
        let request = || remove.clone().send();
        deleted(self.call(Operation::RemovePermission, &function.place, subject, request).await)
    }

    /// Deletes a function with its versions, aliases and policies; says whether it was there.
    pub(in crate::aws) async fn delete_function(
        &self,
        function: &FunctionRef,
        subject: &str,
    ) -> Result<bool, Fault> {
        let client = self.at(&function.place);
        let request = || client.lambda.delete_function().function_name(&function.name).send();
        deleted(self.call(Operation::DeleteFunction, &function.place, subject, request).await)
    }
}
