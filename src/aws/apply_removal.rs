//! Takes away what is left over, and looks afterwards whether it is gone.

use std::collections::{BTreeMap, BTreeSet};

use super::apply::{Ended, Runner, lock};
use super::apply_role::steady;
use super::fault::{Fault, FaultKind};
use super::reread::{Now, Target, changed};
use crate::manifest::Grants;
use crate::plan::{
    ActionId, Disassociation, FlowRemoval, FunctionRemoval, KeptFlow, KeptGrant, Outcome, OwnStatement,
    Removal, Rests, RoleRemoval, StatementRemoval, function_changed, role_changed,
};
use crate::resource::{FunctionRef, InstanceArn, Judgement, Kind};
use crate::snapshot::{RolePolicies, SET_TAG};

impl Runner<'_> {
    pub(super) async fn remove(&self, id: &ActionId, removal: &Removal, subject: &str) -> Ended {
        match removal {
            Removal::Flow(removal) => self.remove_flow(removal, subject).await,
            Removal::Association(removal) => self.remove_association(removal, subject).await,
            Removal::Statements(removal) => self.remove_statements(removal, subject).await,
            Removal::Function(removal) => self.remove_function(id, removal, subject).await,
            Removal::Role(removal) => self.remove_role(removal, subject).await,
        }
    }

    async fn remove_flow(&self, removal: &FlowRemoval, subject: &str) -> Ended {
        let FlowRemoval { flow, base } = removal;
        let kind = flow.key.0;
        let target = Target { kind, instance: &flow.instance, id: &flow.id, subject };
        let now = match self.look_again(target, Some(base), Rests::OnAll).await? {
            Now::Gone => {
                self.deleted(target);
                return Ok(Outcome::AlreadySo);
            }
            Now::Changed(_, what) => return Ok(changed(subject, &what)),
            Now::Known(now) => now,
        };
        let instance = (flow.instance.clone(), flow.instance_name.clone());
        let kept = KeptFlow::of(&now, flow.address.clone(), flow.key.clone(), instance);
        if let Some(outcome) = self.keep_found(&kept, "deleted", subject) {
            return Ok(outcome);
        }
        let was_there = match self.session.delete_flow(kind, &flow.instance, &flow.id, subject).await {
            Ok(was_there) => was_there,
            Err(fault) => return undeletable(fault, kind),
        };
        self.deleted(target);
        let mut patience = self.session.patience();
        loop {
            let published = self.session.published(kind, &flow.instance, &flow.id, subject).await?;
            if published.is_none()
                && self.session.draft(kind, &flow.instance, &flow.id, subject).await?.is_none()
            {
                return Ok(ended(was_there));
            }
            if !patience.goes_on().await {
                return Ok(still_there(subject));
            }
        }
    }

    async fn remove_association(&self, removal: &Disassociation, subject: &str) -> Ended {
        let Some(function) = removal.functions.first() else { return Ok(Outcome::AlreadySo) };
        let guard = self.policy_of(function);
        let _held = guard.lock().await;
        for function in removal.functions.iter().filter(|_| removal.callers.is_some()) {
            if let Some(caller) = self.caller_now(&removal.instance, function, true, subject).await? {
                return Ok(called(subject, &caller));
            }
        }
        let mut was_there = false;
        for function in &removal.functions {
            was_there |= self.disassociate(&removal.instance, function, subject).await?;
        }
        let arns: Vec<String> = removal.functions.iter().map(|function| function.arn().to_string()).collect();
        let mut patience = self.session.patience();
        loop {
            let list = self.session.functions_of(&removal.instance, subject).await?;
            if !arns.iter().any(|arn| list.contains(arn)) {
                break;
            }
            if !patience.goes_on().await {
                return Ok(still_there(subject));
            }
        }
        for kept in &removal.keep {
            let restored = self.restore(kept, subject).await?;
            if !restored.is_done() {
                return Ok(restored);
            }
        }
        Ok(ended(was_there))
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
        if self.session.disassociate(instance, &arn, subject).await? {
            return Ok(true);
        }
        if !self.session.functions_of(instance, subject).await?.contains(&arn) {
            return Ok(false);
        }
        let grant = crate::resource::Grant { function: function.clone(), instance: instance.clone() };
        let sid = instance.service_sid();
        self.session.add_permission(&grant, &sid, subject).await?;
        let again = self.session.disassociate(instance, &arn, subject).await;
        if !matches!(again, Ok(true)) {
            self.session.remove_permission(function, &sid, subject).await?;
        }
        again
    }

    /// Reads the policy again: whether the service takes more with it than its own statement is unknown (U1).
    async fn restore(&self, kept: &KeptGrant, subject: &str) -> Ended {
        let grant = &kept.grant.grant;
        let policy = self.session.policy(&grant.function, subject).await?.unwrap_or_default();
        let own = policy.exact(grant, |own| own.set == kept.grant.set).is_some();
        let allowed = matches!(policy.judge(&grant.function, &grant.instance), Judgement::Allowed(_));
        let enough = match kept.accepts {
            Grants::Own | Grants::Account => own,
            Grants::Exact => policy.says(grant),
            Grants::Any => own || allowed,
        };
        if enough {
            return Ok(Outcome::AlreadySo);
        }
        self.write_statement(&kept.grant, &kept.grant.sid(), subject).await
    }

    async fn remove_statements(&self, removal: &StatementRemoval, subject: &str) -> Ended {
        let Some(OwnStatement { function, .. }) = removal.statements.first() else {
            return Ok(Outcome::AlreadySo);
        };
        let guard = self.policy_of(function);
        let _held = guard.lock().await;
        let whatever_qualifier = !removal.ends.is_empty();
        for OwnStatement { function, .. } in removal.statements.iter().filter(|one| one.instead.is_none()) {
            for (instance, _) in &removal.callers {
                let caller = self.caller_now(instance, function, whatever_qualifier, subject).await?;
                if let Some(caller) = caller {
                    return Ok(called(subject, &caller));
                }
            }
        }
        if let Some(shown) = self.end_unseen(removal, subject).await? {
            return Ok(shown);
        }
        let mut was_there = false;
        for OwnStatement { function, sid, body, instead } in &removal.statements {
            let policy = self.session.policy(function, subject).await?.unwrap_or_default();
            if instead.as_ref().is_some_and(|grant| policy.exact(grant, |_| true).is_none()) {
                let what =
                    format!("the statement in the policy of {function} that replaces `{sid}` is not there");
                return Ok(changed(subject, &what));
            }
            match policy.statements.iter().find(|there| there.sid == *sid) {
                None => continue,
                Some(there) if there.body != *body => {
                    let what = format!("statement `{sid}` in the policy of {function} was changed");
                    return Ok(changed(subject, &what));
                }
                Some(_) => {}
            }
            was_there |= self.session.remove_permission(function, sid, subject).await?;
            let mut patience = self.session.patience();
            loop {
                let policy = self.session.policy(function, subject).await?.unwrap_or_default();
                if !policy.sids().any(|there| there == sid) {
                    break;
                }
                if !patience.goes_on().await {
                    return Ok(still_there(subject));
                }
                // A writer beside this one may have brought it back.
                self.session.remove_permission(function, sid, subject).await?;
            }
        }
        Ok(ended(was_there))
    }

    /// Ends associations that the list did not show when the plan was made; gives what is reported where it does now.
    async fn end_unseen(&self, removal: &StatementRemoval, subject: &str) -> Result<Option<Outcome>, Fault> {
        let StatementRemoval { instance, ends, .. } = removal;
        if ends.is_empty() {
            return Ok(None);
        }
        let list = self.session.functions_of(instance, subject).await?;
        let arns: Vec<String> = ends.iter().map(|function| function.arn().to_string()).collect();
        if let Some(arn) = arns.iter().find(|arn| list.contains(*arn)) {
            return Ok(Some(changed(subject, &format!("{arn} is associated with the instance now"))));
        }
        for arn in &arns {
            self.session.disassociate(instance, arn, subject).await?;
        }
        Ok(None)
    }

    async fn remove_function(&self, id: &ActionId, removal: &FunctionRemoval, subject: &str) -> Ended {
        let Some(now) = self.session.function(&removal.function, subject).await? else {
            return Ok(Outcome::AlreadySo);
        };
        if let Some(what) = function_changed(&removal.base, &now) {
            return Ok(changed(subject, &what));
        }
        match self.keep.keep(&id.address, &removal.record) {
            Ok(path) => lock(&self.backups).push(path),
            Err(error) => {
                let message =
                    format!("{subject}: its configuration could not be kept, so it was not deleted: {error}");
                let hint = Some("make the folder `.flowbind` writable.".to_owned());
                return Ok(Outcome::Failed { message, hint });
            }
        }
        let function = &removal.function;
        let guard = self.policy_of(function);
        let _held = guard.lock().await;
        let was_there = self.session.delete_function(function, subject).await?;
        let mut patience = self.session.patience();
        while self.session.function(function, subject).await?.is_some() {
            if !patience.goes_on().await {
                return Ok(still_there(subject));
            }
        }
        Ok(ended(was_there))
    }

    /// Deletes a role: IAM wants its policies gone first.
    async fn remove_role(&self, removal: &RoleRemoval, subject: &str) -> Ended {
        let RoleRemoval { place, name, owner, policies } = removal;
        let Some(role) = self.session.role(place, name, subject).await? else {
            return Ok(Outcome::AlreadySo);
        };
        if role.tags.get(SET_TAG) != Some(owner) {
            return Ok(changed(subject, "it does not belong to this set any more"));
        }
        if let Some(what) = role_changed(policies, &role.policies, &NOTHING) {
            return Ok(changed(subject, &what));
        }
        for arn in &role.policies.managed {
            steady(|| self.session.detach(place, name, arn, subject)).await?;
        }
        for policy in role.policies.inline.keys() {
            steady(|| self.session.delete_inline(place, name, policy, subject)).await?;
        }
        let was_there = self.session.delete_role(place, name, subject).await?;
        let mut patience = self.session.patience();
        while self.session.trust(place, name, subject).await?.is_some() {
            if !patience.goes_on().await {
                return Ok(still_there(subject));
            }
        }
        Ok(ended(was_there))
    }
}

/// What a role holds whose policies another run took away already.
static NOTHING: RolePolicies =
    RolePolicies { trust: String::new(), managed: BTreeSet::new(), inline: BTreeMap::new() };

/// Something calls the function by now.
fn called(subject: &str, caller: &str) -> Outcome {
    let message = format!(
        "{subject} was not removed: {caller} calls the function now, and did not when the plan was made. Run `flowbind \
         plan` again."
    );
    Outcome::Moved { message }
}

fn ended(was_there: bool) -> Outcome {
    if was_there { Outcome::Applied } else { Outcome::AlreadySo }
}

fn still_there(subject: &str) -> Outcome {
    Outcome::Failed {
        message: format!("{subject}: the deletion was accepted, but it is still there"),
        hint: Some("run the command again in some minutes.".to_owned()),
    }
}

/// Which deletions Amazon Connect refuses is not documented (U8): what refers to it may be nothing that can be read here.
fn undeletable(fault: Fault, kind: Kind) -> Ended {
    let hint = match fault.kind {
        FaultKind::Invalid(_) | FaultKind::Conflict => Some(format!(
            "something may refer to this {kind} that is no flow, such as a phone number, a queue or a quick connect: \
             take it off there and run the command again."
        )),
        FaultKind::Denied => {
            fault.hint().map(|hint| format!("{hint} Default flows cannot be deleted at all."))
        }
        _ => return Err(fault),
    };
    Ok(Outcome::Failed { message: fault.to_string(), hint })
}
