//! AWS STS: who calls.

use crate::aws::session::{Clients, Fault, Session};
use crate::operations::Operation;
use crate::resource::{AccountId, Place, Region};

impl Session {
    /// Says who calls: the account and the caller's ARN.
    pub(in crate::aws) async fn identity(
        &self,
        place: &Place,
        subject: &str,
    ) -> Result<(String, String), Fault> {
        self.identity_with(&self.at(place), place, subject).await
    }

    /// Says who calls where no account is named: the machine's own credentials, or an embedded AWS's default account.
    pub(in crate::aws) async fn caller(
        &self,
        region: &Region,
        subject: &str,
    ) -> Result<(String, String), Fault> {
        let account = AccountId::parse("000000000000").expect("twelve digits");
        let place = Place { account, region: region.clone() };
        self.identity_with(&self.of_caller(region), &place, subject).await
    }

    async fn identity_with(
        &self,
        client: &Clients,
        place: &Place,
        subject: &str,
    ) -> Result<(String, String), Fault> {
        let operation = Operation::GetCallerIdentity;
        let request = || client.sts.get_caller_identity().send();
        let answer = self.call(operation, place, subject, request).await?;
        match (answer.account, answer.arn) {
            (Some(account), arn) => Ok((account, arn.unwrap_or_default())),
            _ => Err(Fault::unexpected(operation, subject, "an answer without an account")),
        }
    }
}
