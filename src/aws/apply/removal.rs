//! Deletes what is orphaned, and looks afterwards whether it is gone.

use std::collections::BTreeMap;
use std::future::Future;

use super::Runner;
use super::ended::{Done, Ended, NotDone};
use super::once::{Deleted, Left, delete};
use super::reread::{Now, Target};
use crate::aws::session::{Fault, FaultKind};
use crate::manifest::Grants;
use crate::plan::{
    Disassociation, Failure, FlowRemoval, FunctionRemoval, KeptFlow, KeptGrant, OwnStatement, Removal, Rests,
    StatementRemoval, function_added, function_changed,
};
use crate::resource::{Address, FunctionRef, InstanceArn, Judgement, Kind, OwnSid, ResourcePolicy};

/// The policies of a function, by alias.
type Policies = BTreeMap<Option<String>, ResourcePolicy>;

impl Runner<'_> {
    pub(super) async fn remove(&self, address: &Address, removal: &Removal, subject: &str) -> Ended {
        match removal {
            Removal::Flow(removal) => self.remove_flow(removal, subject).await,
            Removal::Association(removal) => self.remove_association(removal, subject).await,
            Removal::Statements(removal) => self.remove_statements(removal, subject).await,
            Removal::Function(removal) => self.remove_function(address, removal, subject).await,
            Removal::Role(removal) => self.remove_role(removal, subject).await,
        }
    }

    /// Waits until AWS does not show any more what was deleted.
    pub(super) async fn until_gone<L>(&self, is_there: impl Fn() -> L, subject: &str) -> Result<(), NotDone>
    where
        L: Future<Output = Result<bool, Fault>>,
    {
        let look = async || Ok((!is_there().await?).then_some(()));
        self.session.wait().until(look).await?.ok_or_else(|| NotDone::still_there(subject))
    }

    async fn remove_flow(&self, removal: &FlowRemoval, subject: &str) -> Ended {
        let FlowRemoval { flow, base, callers: _, along } = removal;
        let kind = flow.key.0;
        let target = Target { kind, instance: &flow.instance, id: &flow.id, subject };
        if let Some(referrer) = self.referrer_now(target, along).await? {
            return Err(NotDone::still_needed(subject, &format!("{referrer} refers to it now")));
        }
        let now = match self.look_again(target, Some(base), Rests::OnAll).await? {
            Now::Gone => {
                self.deleted(target);
                return Ok(Done::AlreadySo);
            }
            Now::Changed(_, what) => return Err(NotDone::changed(subject, &what)),
            Now::Known(now) => now,
        };
        let instance = (flow.instance.clone(), flow.instance_name.clone());
        let kept = KeptFlow::of(&now, flow.address.clone(), flow.key.clone(), instance);
        self.keep_found(&kept, "deleted", subject)?;
        let away = || self.session.delete_flow(kind, &flow.instance, &flow.id, subject);
        let look = async || {
            Ok(match self.look_again(target, Some(base), Rests::OnAll).await? {
                Now::Gone => Left::Nothing,
                Now::Known(_) => Left::Same,
                Now::Changed(_, what) => Left::Other(what),
            })
        };
        let was_there = match delete(self.session, away, look).await {
            Ok(Deleted::Gone(was_there)) => was_there,
            Ok(Deleted::Replaced(what)) => return Err(NotDone::changed(subject, &what)),
            Err(fault) => return Err(undeletable(fault, kind)),
        };
        self.deleted(target);
        let is_there = async || {
            let (instance, id) = (&flow.instance, &flow.id);
            Ok(self.session.published(kind, instance, id, subject).await?.is_some()
                || self.session.draft(kind, instance, id, subject).await?.is_some())
        };
        self.until_gone(is_there, subject).await?;
        Ok(Done::of(was_there))
    }

    async fn remove_association(&self, removal: &Disassociation, subject: &str) -> Ended {
        let Some(function) = removal.functions.first() else { return Ok(Done::AlreadySo) };
        let guard = self.policy_of(function);
        let _held = guard.lock().await;
        for function in removal.functions.iter().filter(|_| removal.callers.is_some()) {
            if let Some(caller) = self.caller_now(&removal.instance, function, true, subject).await? {
                return Err(called(subject, &caller));
            }
        }
        if let Some(other) = self.rival_now(removal, subject).await? {
            return Err(NotDone::still_needed(subject, &format!("{other} needs it now")));
        }
        let mut was_there = false;
        for function in &removal.functions {
            was_there |= self.disassociate(&removal.instance, function, subject).await?;
        }
        let arns: Vec<String> = removal.functions.iter().map(|function| function.arn().to_string()).collect();
        let is_there = async || {
            let list = self.session.functions_of(&removal.instance, subject).await?;
            Ok(arns.iter().any(|arn| list.contains(arn)))
        };
        self.until_gone(is_there, subject).await?;
        for kept in &removal.keep {
            self.restore(kept, subject).await?;
        }
        Ok(Done::of(was_there))
    }

    /// Another set that has a statement by now which lets the instance call the function, be it one for all instances
    /// of its account.
    async fn rival_now(&self, removal: &Disassociation, subject: &str) -> Result<Option<String>, Fault> {
        let Disassociation { instance, functions, set, .. } = removal;
        let Some(function) = functions.first() else { return Ok(None) };
        let policies = self.policies_now(function, subject).await?.unwrap_or_default();
        let mut statements = policies.values().flat_map(|policy| &policy.statements);
        let rival = statements.find_map(|there| {
            let own = OwnSid::parse(&there.sid).filter(|own| own.set != *set)?;
            let allowed = there.instance().as_ref() == Some(instance)
                || there.account().as_ref() == Some(&instance.place);
            allowed.then_some(own.set)
        });
        Ok(rival.map(|rival| format!("set `{rival}`")))
    }

    /// Reads a function's policy and those of all its aliases; none if the function is gone.
    async fn policies_now(&self, function: &FunctionRef, subject: &str) -> Result<Option<Policies>, Fault> {
        let aliases = match self.session.aliases_of(function, subject).await {
            Err(fault) if fault.kind == FaultKind::NotFound => return Ok(None),
            other => other?,
        };
        let mut policies = Policies::new();
        for qualifier in std::iter::once(None).chain(aliases.into_iter().map(Some)) {
            let at = FunctionRef { qualifier: qualifier.clone(), ..function.clone() };
            let policy = self.session.policy_of_existing(&at, subject).await?;
            policies.insert(qualifier, policy.unwrap_or_default());
        }
        Ok(Some(policies))
    }

    /// Takes a function out of the list. Where the service misses the statement that it wrote itself (U1), it is
    /// written again as the service would, so that the service can take it away with the association.
    async fn disassociate(
        &self,
        instance: &InstanceArn,
        function: &FunctionRef,
        subject: &str,
    ) -> Result<bool, Fault> {
        let arn = function.arn().to_string();
        if self.end_association(instance, &arn, subject).await? {
            return Ok(true);
        }
        if !self.session.functions_of(instance, subject).await?.contains(&arn) {
            return Ok(false);
        }
        let grant = crate::resource::Grant { function: function.clone(), instance: instance.clone() };
        let sid = instance.service_sid();
        self.session.add_permission(&grant, &sid, subject).await?;
        let again = self.end_association(instance, &arn, subject).await;
        if !matches!(again, Ok(true)) {
            self.drop_statement(function, &sid, subject).await?;
        }
        again
    }

    async fn end_association(&self, instance: &InstanceArn, arn: &str, subject: &str) -> Result<bool, Fault> {
        let away = || self.session.disassociate(instance, arn, subject);
        let look = async || {
            let listed = self.session.functions_of(instance, subject).await?.contains(arn);
            Ok(if listed { Left::Same } else { Left::Nothing })
        };
        Ok(delete(self.session, away, look).await? == Deleted::Gone(true))
    }

    /// Takes a statement out of a policy; says whether it was there.
    pub(super) async fn drop_statement(
        &self,
        function: &FunctionRef,
        sid: &str,
        subject: &str,
    ) -> Result<bool, Fault> {
        let away = || self.session.remove_permission(function, sid, subject);
        let look = async || {
            let policy = self.session.policy_of_existing(function, subject).await?.unwrap_or_default();
            Ok(if policy.sids().any(|there| there == sid) { Left::Same } else { Left::Nothing })
        };
        Ok(Box::pin(delete(self.session, away, look)).await? == Deleted::Gone(true))
    }

    /// Reads the policy again: whether the service takes more with it than its own statement is unknown (U1).
    async fn restore(&self, kept: &KeptGrant, subject: &str) -> Ended {
        let grant = &kept.grant.grant;
        let policy = self.session.policy_of_existing(&grant.function, subject).await?.unwrap_or_default();
        let own = policy.exact(grant, |own| own.set == kept.grant.set).is_some();
        let allowed = matches!(policy.judge(&grant.function, &grant.instance), Judgement::Allowed(_));
        let enough = match kept.accepts {
            Grants::Own | Grants::Account => own,
            Grants::Exact => policy.says(grant),
            Grants::Any => own || allowed,
        };
        if enough {
            return Ok(Done::AlreadySo);
        }
        self.write_statement(&kept.grant, &kept.grant.sid(), subject).await
    }

    async fn remove_statements(&self, removal: &StatementRemoval, subject: &str) -> Ended {
        let Some(OwnStatement { function, .. }) = removal.statements.first() else {
            return Ok(Done::AlreadySo);
        };
        let guard = self.policy_of(function);
        let _held = guard.lock().await;
        let whatever_qualifier = !removal.ends.is_empty();
        for OwnStatement { function, .. } in removal.statements.iter().filter(|one| one.instead.is_none()) {
            for (instance, _) in &removal.callers {
                let caller = self.caller_now(instance, function, whatever_qualifier, subject).await?;
                if let Some(caller) = caller {
                    return Err(called(subject, &caller));
                }
            }
        }
        self.end_unseen(removal, subject).await?;
        let mut was_there = false;
        for OwnStatement { function, sid, body, instead } in &removal.statements {
            let policy = self.session.policy_of_existing(function, subject).await?.unwrap_or_default();
            if instead.as_ref().is_some_and(|grant| policy.exact(grant, |_| true).is_none()) {
                let what =
                    format!("the statement in the policy of {function} that replaces `{sid}` does not exist");
                return Err(NotDone::changed(subject, &what));
            }
            match policy.statements.iter().find(|there| there.sid == *sid) {
                None => continue,
                Some(there) if there.body != *body => {
                    let what = format!("statement `{sid}` in the policy of {function} was changed");
                    return Err(NotDone::changed(subject, &what));
                }
                Some(_) => {}
            }
            was_there |= self.drop_statement(function, sid, subject).await?;
            let mut wait = self.session.wait();
            loop {
                let policy = self.session.policy_of_existing(function, subject).await?.unwrap_or_default();
                if !policy.sids().any(|there| there == sid) {
                    break;
                }
                if !wait.goes_on().await {
                    return Err(NotDone::still_there(subject));
                }
                // A writer beside this one may have brought it back.
                self.drop_statement(function, sid, subject).await?;
            }
        }
        Ok(Done::of(was_there))
    }

    /// Ends associations that the list did not show when the plan was made, and does not show now.
    async fn end_unseen(&self, removal: &StatementRemoval, subject: &str) -> Result<(), NotDone> {
        let StatementRemoval { instance, ends, .. } = removal;
        if ends.is_empty() {
            return Ok(());
        }
        let list = self.session.functions_of(instance, subject).await?;
        let arns: Vec<String> = ends.iter().map(|function| function.arn().to_string()).collect();
        if let Some(arn) = arns.iter().find(|arn| list.contains(*arn)) {
            return Err(NotDone::changed(subject, &format!("{arn} is associated with the instance now")));
        }
        for arn in &arns {
            self.end_association(instance, arn, subject).await?;
        }
        Ok(())
    }

    /// What somebody relies on of a function by now, and did not when the plan was made.
    async fn relied_on(&self, removal: &FunctionRemoval, subject: &str) -> Result<Option<String>, Fault> {
        let function = &removal.function;
        for instance in removal.callers.keys() {
            if let Some(caller) = self.caller_now(instance, function, true, subject).await? {
                return Ok(Some(format!("{caller} calls the function now")));
            }
        }
        let policies = self.policies_now(function, subject).await?;
        Ok(policies.and_then(|policies| function_added(removal, &policies)))
    }

    async fn remove_function(&self, address: &Address, removal: &FunctionRemoval, subject: &str) -> Ended {
        if let Some(what) = Box::pin(self.relied_on(removal, subject)).await? {
            return Err(NotDone::still_needed(subject, &what));
        }
        let Some(now) = self.session.function(&removal.function, subject).await? else {
            return Ok(Done::AlreadySo);
        };
        if let Some(what) = function_changed(&removal.base, &now) {
            return Err(NotDone::changed(subject, &what));
        }
        let path = self.keep.keep(address, &removal.record);
        self.kept(path.map(|path| vec![path]), ("its configuration", "deleted"), subject)?;
        let function = &removal.function;
        let guard = self.policy_of(function);
        let _held = guard.lock().await;
        let away = || self.session.delete_function(function, subject);
        let look = async || {
            Ok(match self.session.function(function, subject).await? {
                None => Left::Nothing,
                Some(now) => function_changed(&removal.base, &now).map_or(Left::Same, Left::Other),
            })
        };
        let was_there = match delete(self.session, away, look).await? {
            Deleted::Gone(was_there) => was_there,
            Deleted::Replaced(what) => return Err(NotDone::changed(subject, &what)),
        };
        self.until_gone(async || Ok(self.session.function(function, subject).await?.is_some()), subject)
            .await?;
        Ok(Done::of(was_there))
    }
}

/// Something calls the function by now.
fn called(subject: &str, caller: &str) -> NotDone {
    NotDone::still_needed(
        subject,
        &format!("{caller} calls the function now, and did not when the plan was made"),
    )
}

/// Which deletions Amazon Connect refuses is not documented (U8): what refers to it may be nothing that can be read here.
fn undeletable(fault: Fault, kind: Kind) -> NotDone {
    let hint = match fault.kind {
        FaultKind::Invalid | FaultKind::Conflict => Some(format!(
            "something other than a flow may refer to this {kind}, such as a phone number, a queue or a quick connect: \
             remove the reference there and run the command again."
        )),
        FaultKind::Denied => {
            fault.hint().map(|hint| format!("{hint} Default flows cannot be deleted at all."))
        }
        _ => return fault.into(),
    };
    NotDone::Failed(Failure { hint, ..fault.failure() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::Operation;

    #[test]
    fn a_deletion_that_is_refused_is_told_with_what_may_refer_to_it() {
        let refused = |kind| {
            let fault = Fault::unexpected(Operation::DeleteContactFlow, "flow/main", "it is in use");
            undeletable(Fault { kind, ..fault }, Kind::Flow)
        };
        for kind in [FaultKind::Conflict, FaultKind::Invalid] {
            let NotDone::Failed(Failure { hint: Some(hint), call: Some(call), .. }) = refused(kind) else {
                panic!()
            };
            assert_eq!(call.operation, Operation::DeleteContactFlow);
            assert!(hint.contains("such as a phone number, a queue or a quick connect"), "{hint}");
        }
        assert!(matches!(refused(FaultKind::Internal), NotDone::Call(_)));
    }
}
