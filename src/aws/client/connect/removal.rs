//! Amazon Connect: what only removal calls.

use crate::aws::client::deleted;
use crate::aws::session::{Fault, Session};
use crate::operations::Operation;
use crate::resource::{InstanceArn, Kind};

impl Session {
    /// Takes a function out of an instance's list. "Not found" may also mean the service's own statement (U1).
    pub(in crate::aws) async fn disassociate(
        &self,
        instance: &InstanceArn,
        function: &str,
        subject: &str,
    ) -> Result<bool, Fault> {
        let client = self.at(&instance.place);
        let disassociate =
            client.connect.disassociate_lambda_function().instance_id(&instance.id).function_arn(function);
        let request = || disassociate.clone().send();
        deleted(self.call(Operation::DisassociateLambdaFunction, &instance.place, subject, request).await)
    }

    /// Deletes a flow or module, its draft too; says whether it was there.
    pub(in crate::aws) async fn delete_flow(
        &self,
        kind: Kind,
        instance: &InstanceArn,
        id: &str,
        subject: &str,
    ) -> Result<bool, Fault> {
        let client = self.at(&instance.place);
        if kind == Kind::Module {
            let delete = client.connect.delete_contact_flow_module();
            let delete = delete.instance_id(&instance.id).contact_flow_module_id(id);
            let request = || delete.clone().send();
            let operation = Operation::DeleteContactFlowModule;
            return deleted(self.call(operation, &instance.place, subject, request).await);
        }
        let delete = client.connect.delete_contact_flow().instance_id(&instance.id).contact_flow_id(id);
        let request = || delete.clone().send();
        deleted(self.call(Operation::DeleteContactFlow, &instance.place, subject, request).await)
    }
}
