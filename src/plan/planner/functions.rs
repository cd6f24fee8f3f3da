//! Plans functions from `source:`: code, configuration, and the alias that is pointed at what they are.

use std::collections::BTreeMap;

use super::builder::PlanBuilder;
use super::namesake::{Known, Namesake};
use crate::manifest::{Function, Manifest, Source};
use crate::plan::facts::differences::{differences, named};
use crate::plan::facts::ownership::{OWNER_TAG, owner_tag};
use crate::plan::facts::roles;
use crate::plan::model::{ActionId, Cause, FieldChange, FieldPath, FunctionSpec, Step, TagTarget, Write};
use crate::resource::{Address, Code, Kind, Label, Problem, Qualifier};
use crate::snapshot::{AliasSeen, FunctionConfiguration, FunctionSeen, FunctionState, Look, Snapshot};

/// Whether carrying out a function's `source:` makes the qualifier that its flows call.
pub(super) fn provides(function: &Function) -> bool {
    let qualifier = &function.target.qualifier;
    function.source.as_ref().is_some_and(|source| qualifier.is_none() || *qualifier == source.publish)
}

/// The planned write of a function, if there is one.
pub(super) fn action(name: &Label, builder: &PlanBuilder) -> Option<ActionId> {
    let id = ActionId { address: Address::new(Kind::Function, name), step: Step::Write };
    builder.actions.iter().any(|action| action.id == id).then_some(id)
}

/// Plans every function that has a `source:`.
pub(super) fn plan(desired: &Manifest, observed: &Snapshot, builder: &mut PlanBuilder) {
    for (name, function) in &desired.functions {
        let Some(source) = &function.source else { continue };
        let Some(role) = roles::arn_of(desired, observed, name) else { continue };
        let address = Address::new(Kind::Function, name);
        Site { desired, observed, name, function, source, role, address }.plan(builder);
    }
}

struct Site<'a> {
    desired: &'a Manifest,
    observed: &'a Snapshot,
    name: &'a Label,
    function: &'a Function,
    source: &'a Source,
    role: String,
    address: Address,
}

impl Site<'_> {
    fn plan(&self, builder: &mut PlanBuilder) {
        match self.observed.sources.get(self.name) {
            Some(Look::Found(seen)) => self.compare(seen, builder),
            Some(Look::Absent { .. }) => {
                self.report_former(builder);
                if let Some(after) = self.after(true, builder) {
                    let target = &self.function.target;
                    let reason = format!("no function `{}` in {}", target.name, target.place);
                    let marks = [(OWNER_TAG.to_owned(), owner_tag(&self.desired.set, self.name))].into();
                    let write = self.spec((marks, true), None, Vec::new());
                    builder.act(self.address.clone(), write, (Cause::Absent, reason), after);
                }
            }
            Some(Look::Unknown) | None => {
                builder.block(self.address.clone(), format!("{} could not be read", self.what()));
            }
        }
    }

    fn what(&self) -> String {
        format!("function `{}`", self.function.target.name)
    }

    fn compare(&self, seen: &FunctionSeen, builder: &mut PlanBuilder) {
        if !self.can_be_written(seen, builder) {
            return;
        }
        let mut fields = differences(self.source, &self.role, &seen.latest);
        let latest = fields.len();
        fields.extend(self.alias(seen, &fields));
        if self.is_weighted(seen, &fields, builder) {
            return;
        }
        let namesake = Namesake {
            of: (&self.desired.set, self.name),
            address: &self.address,
            what: self.what(),
            tags: seen.tags.as_ref(),
            digest: seen.digest(),
            function: self.function,
        };
        namesake.warn_of_other_set(builder);
        let noted = namesake.other_set().is_none();
        if fields.is_empty() {
            let target = TagTarget::Function(self.function.target.unqualified());
            return namesake.settle(target, self.known(seen, &namesake.digest), builder);
        }
        let (reason, cause) = match latest {
            0 => alias_reason(seen, &fields),
            some => {
                let cause = namesake.cause(|applied| self.was_applied(seen, applied));
                (format!("{}: {}", namesake.who(), named(&fields[..some])), cause)
            }
        };
        let may = namesake.may_write(&fields, builder);
        let role_changes = fields.iter().any(|field| field.path == FieldPath::Role);
        let after = may.then(|| self.after(role_changes, builder)).flatten();
        let write = self.spec((namesake.marks(), noted), Some(seen.clone()), fields);
        let Some(after) = after else {
            builder.withhold(self.address.clone(), write, reason, cause);
            return;
        };
        let id = builder.act(self.address.clone(), write, (cause, reason), after);
        // An alias that is not there is nobody's way to the function: whoever was interrupted before it, it is created.
        builder.guard(&id, namesake.guard(latest == 0 && seen.alias.is_none()));
    }

    /// What is known of a function that agrees: the alias notes the whole of what flowbind published.
    fn known(&self, seen: &FunctionSeen, digest: &str) -> Known {
        if seen.state != FunctionState::Ready || seen.latest.environment.is_none() {
            return Known::Never;
        }
        let noted = seen.alias.as_ref().is_some_and(|alias| alias.is_note_of(digest));
        if noted || self.is_whole() { Known::Whole } else { Known::InPart }
    }

    /// Whether every field that a digest covers is declared.
    fn is_whole(&self) -> bool {
        let Source { timeout, memory, environment, description, .. } = self.source;
        timeout.is_some() && memory.is_some() && environment.is_some() && description.is_some()
    }

    /// Whether what is wanted is what was applied last; that can be told where it is, or where every value is declared.
    fn was_applied(&self, seen: &FunctionSeen, applied: &str) -> Option<bool> {
        let Source { runtime, handler, code, role: _, timeout, memory, environment, description, publish: _ } =
            self.source;
        let wanted = FunctionConfiguration {
            runtime: Some(runtime.clone()),
            handler: Some(handler.clone()),
            role: self.role.clone(),
            timeout: timeout.unwrap_or(seen.latest.timeout),
            memory: memory.unwrap_or(seen.latest.memory),
            description: description.clone().unwrap_or_else(|| seen.latest.description.clone()),
            environment: environment.clone().or_else(|| seen.latest.environment.clone()),
            code: code.digest.clone(),
        };
        let same = wanted.digest(&seen.arn) == applied;
        (same || self.is_whole()).then_some(same)
    }

    /// The write of its role; none at all if the function needs a role that cannot be had.
    fn after(&self, needs_role: bool, builder: &mut PlanBuilder) -> Option<Vec<ActionId>> {
        if roles::managed(self.function).is_none() {
            return Some(Vec::new());
        }
        let address = Address::new(Kind::Role, self.name);
        let there = self.observed.roles.get(self.name).and_then(Look::found).is_some();
        if let Some(why) = builder.blocked.get(&address).cloned()
            && needs_role
            && !there
        {
            let hint = format!("fix role/{} first, then run again.", self.name);
            self.hold(
                builder,
                Code::FunctionHeld,
                format!("{} is not written: {why}", self.what()),
                Some(&hint),
            );
            return None;
        }
        let id = ActionId { address, step: Step::Write };
        Some(builder.actions.iter().any(|action| action.id == id).then_some(id).into_iter().collect())
    }

    fn can_be_written(&self, seen: &FunctionSeen, builder: &mut PlanBuilder) -> bool {
        if seen.latest.environment.is_none() && self.source.environment.is_some() {
            let message = format!("the environment of {} could not be decrypted", self.what());
            let hint = "the caller needs kms:Decrypt for the function's key; until then the environment is not compared.";
            let problem = Problem::warning(Code::EnvironmentUnreadable, message);
            builder.problems.push(problem.on(&self.address).at(&self.function.origin).hint(hint));
        }
        match &seen.state {
            FunctionState::Ready | FunctionState::Busy => true,
            FunctionState::UpdateFailed(why) => {
                let message = format!("the last update of {} failed: {why}", self.what());
                let hint = "fix the cause; the next write to the function shows whether that worked.";
                let problem = Problem::warning(Code::FunctionUpdateFailed, message).hint(hint);
                builder.problems.push(problem.on(&self.address).at(&self.function.origin));
                true
            }
            FunctionState::Failed(why) => {
                let message = format!("{} could not be created by Lambda: {why}", self.what());
                let hint = "fix the cause, delete the function, then run again.";
                self.hold(builder, Code::FunctionFailed, message, Some(hint));
                false
            }
            FunctionState::Image => {
                let what = self.what();
                let message = format!(
                    "{what} is a container image (PackageType Image): its code cannot be replaced with a package"
                );
                let hint = format!(
                    "delete {what} with its versions and aliases, then run again; or give the declared function another name."
                );
                self.hold(builder, Code::FunctionIsImage, message, Some(&hint));
                false
            }
        }
    }

    /// What is to happen to the alias: nothing where it points at a version that is what the manifest says.
    fn alias(&self, seen: &FunctionSeen, latest: &[FieldChange]) -> Option<FieldChange> {
        let name = self.source.publish.as_ref()?;
        let from = match &seen.alias {
            None => None,
            Some(alias) => {
                if self.is_good(alias, latest) {
                    return None;
                }
                Some(format!("version {}", alias.version))
            }
        };
        let to = "a version of this code and configuration".to_owned();
        Some(FieldChange::open(FieldPath::Publish(name.clone()), from, Some(to)))
    }

    fn is_good(&self, alias: &AliasSeen, latest: &[FieldChange]) -> bool {
        if Qualifier::of(Some(&alias.version)) == Qualifier::Latest {
            return false;
        }
        match &alias.behind {
            // A version may have been published with a description of its own.
            Some(behind) => only_described(&differences(self.source, &self.role, behind)),
            None => only_described(latest),
        }
    }

    /// A rollout by weights is somebody's work in progress: it is told, and nothing is written to the function.
    fn is_weighted(&self, seen: &FunctionSeen, fields: &[FieldChange], builder: &mut PlanBuilder) -> bool {
        let Some((name, alias)) = self.source.publish.as_ref().zip(seen.alias.as_ref()) else { return false };
        if alias.weighted.is_empty() {
            return false;
        }
        let versions: Vec<&str> = alias.weighted.iter().map(String::as_str).collect();
        let mut message = format!(
            "alias `{name}` of {} also sends calls to version {}: someone is rolling out, so it stays as it is",
            self.what(),
            versions.join(", ")
        );
        if !fields.is_empty() {
            message = format!("{message} (what differs: {})", named(fields));
            let write = self.spec((BTreeMap::new(), true), Some(seen.clone()), fields.to_vec());
            builder.withhold(self.address.clone(), write, named(fields), Cause::Unknown);
        }
        let hint =
            "end the rollout, by removing the alias's routing configuration, then run the command again.";
        self.hold(builder, Code::AliasWeighted, message, Some(hint));
        true
    }

    fn hold(&self, builder: &mut PlanBuilder, code: Code, message: String, hint: Option<&str>) {
        builder.block(self.address.clone(), message.clone());
        let mut problem = Problem::held(code, message).on(&self.address).at(&self.function.origin);
        problem.hint = hint.map(str::to_owned);
        builder.problems.push(problem);
    }

    fn spec(
        &self,
        (marks, noted): (BTreeMap<String, String>, bool),
        before: Option<FunctionSeen>,
        fields: Vec<FieldChange>,
    ) -> Write {
        Write::Function(Box::new(FunctionSpec {
            function: self.function.target.unqualified(),
            marks,
            noted,
            source: self.source.clone(),
            role: self.role.clone(),
            before,
            fields,
        }))
    }
}

fn only_described(fields: &[FieldChange]) -> bool {
    fields.iter().all(|field| field.path == FieldPath::Description)
}

fn alias_reason(seen: &FunctionSeen, fields: &[FieldChange]) -> (String, Cause) {
    let published = fields.iter().find_map(|field| match &field.path {
        FieldPath::Publish(alias) => Some(alias.as_str()),
        _ => None,
    });
    let name = published.unwrap_or_default();
    match &seen.alias {
        None => (format!("there is no alias `{name}`"), Cause::Absent),
        Some(alias) => match alias.noted() {
            Some(noted) if noted != alias.version => {
                let version = &alias.version;
                let reason = format!(
                    "alias `{name}` was changed outside of flowbind, from version {noted} to {version}"
                );
                (reason, Cause::Outside)
            }
            _ => {
                let version = &alias.version;
                let reason = format!("alias `{name}` points at version {version}, which differs");
                (reason, Cause::Unknown)
            }
        },
    }
}

mod former;

#[cfg(test)]
mod tests;
