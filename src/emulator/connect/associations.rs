//! Which Lambda functions an instance lists, and the statement that an association writes.
//!
//! AssociateLambdaFunction itself adds the statement `connect-<instance id>` to the function's policy, with the
//! caller's rights (Connect administrator guide, "Restrict AWS resources that can be associated", and the dependent
//! actions in the Service Authorization Reference).

use serde_json::{Value, json};

use super::instances::listed;
use super::lookup::{instance, instance_id, instance_mut, invalid_parameter, not_found};
use crate::emulator::access::PolicyWrite;
use crate::emulator::call::Call;
use crate::emulator::call::resource::Resource;
use crate::emulator::dispatch::operation::{Handler, Operation, connect};
use crate::emulator::dispatch::view::{Edit, View};
use crate::emulator::lambda::policy;
use crate::emulator::settings::assumptions::{
    DeletedFunction, DeniedPermission, DisassociatedStatement, ExistingSid, ForeignFunction, ImplicitRights,
    MissingFunction, MissingStatement, QualifiedArn, RepeatedAssociate, Wording,
};
use crate::emulator::settings::quotas::Limited;
use crate::emulator::state::arn::{self, FunctionName};
use crate::emulator::state::associations::Association;
use crate::emulator::wire::{Answer, ApiError, Reply, Service};

pub(crate) const OPERATIONS: &[Operation] = &[
    connect(
        "AssociateLambdaFunction",
        "PUT",
        "/instance/{InstanceId}/lambda-function",
        Resource::Instance,
        Handler::Write(associate),
    ),
    connect(
        "DisassociateLambdaFunction",
        "DELETE",
        "/instance/{InstanceId}/lambda-function",
        Resource::Instance,
        Handler::Write(disassociate),
    ),
    connect(
        "ListLambdaFunctions",
        "GET",
        "/instance/{InstanceId}/lambda-functions",
        Resource::Instance,
        Handler::Read(list),
    ),
];

/// The function of an association, as far as it can be found.
struct Target {
    account: String,
    region: String,
    name: String,
    qualifier: Option<String>,
}

impl Target {
    /// Reads a full ARN; anything else is not a function that Connect can be given.
    fn of(arn: &str) -> Option<Self> {
        let parsed = FunctionName::parse(arn)?;
        Some(Self {
            account: parsed.account?,
            region: parsed.region?,
            name: parsed.name,
            qualifier: parsed.qualifier,
        })
    }

    fn is_foreign(&self, call: &Call) -> bool {
        self.account != call.account || self.region != call.region
    }

    /// The qualifier whose policy the association writes (U3).
    fn policy_qualifier(&self, edit: &Edit<'_>) -> String {
        let qualified = edit.assumptions().qualified_arn == QualifiedArn::WritesQualified;
        self.qualifier.clone().filter(|_| qualified).unwrap_or_default()
    }
}

fn list(view: &View<'_>) -> Answer {
    let page = view.call.page("nextToken", "maxResults", 25, 25)?;
    let (_, instance) = instance(view)?;
    let exists = |arn: &str| {
        Target::of(arn)
            .is_none_or(|target| view.state.function(&target.account, &target.region, &target.name).is_some())
    };
    let arns = |passed| instance.associations.iter_from(passed).map(|association| association.arn.as_str());
    let page = match view.assumptions().deleted_function {
        DeletedFunction::Listed => page.of(|passed| arns(passed).map(Value::from)),
        DeletedFunction::Unlisted => {
            page.of(|passed| arns(0).filter(|arn| exists(arn)).skip(passed).map(Value::from))
        }
    };
    Ok(listed("LambdaFunctions", page))
}

fn associate(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let arn = call.required("FunctionArn", 140)?.to_owned();
    let token = call.optional("ClientToken", 500)?.map(str::to_owned);
    let target = Target::of(&arn)
        .ok_or_else(|| invalid_parameter(format!("FunctionArn {arn} is not the ARN of a Lambda function")))?;
    let instance = instance_mut(edit)?;
    if let Some(known) = instance.associations.get(&arn) {
        let same_token = token.is_some() && known.token == token;
        return repeated(edit, same_token);
    }
    let count = instance.associations.len();
    if edit.settings.quotas.reached(Limited::FunctionsPerInstance, count) {
        let message = match edit.assumptions().wording {
            Wording::Usual => {
                format!("The maximum number of Lambda functions for this instance was reached: {count}")
            }
            Wording::Other => "Limit reached.".to_owned(),
        };
        return Err(ApiError::new(402, "ServiceQuotaExceededException", message));
    }
    check_target(edit, &target, &arn)?;
    let written = write_statement(edit, &target);
    let keep = match &written {
        Ok(()) => true,
        Err(error) => error.commit,
    };
    if keep {
        instance_mut(edit)?.associations.push(Association { arn, token });
    }
    written.map(|()| Reply::empty())
}

/// U4: what a second Associate of the same ARN answers.
fn repeated(edit: &Edit<'_>, same_token: bool) -> Answer {
    match edit.assumptions().repeated_associate {
        RepeatedAssociate::Ok => return Ok(Reply::empty()),
        RepeatedAssociate::SameTokenOk if same_token => return Ok(Reply::empty()),
        RepeatedAssociate::SameTokenOk | RepeatedAssociate::Conflicts => {}
    }
    let message = match edit.assumptions().wording {
        Wording::Usual => "The Lambda function is already associated with the instance.",
        Wording::Other => "The resource is in a conflicting state.",
    };
    Err(ApiError::new(409, "ResourceConflictException", message))
}

fn check_target(edit: &Edit<'_>, target: &Target, arn: &str) -> Result<(), ApiError> {
    if target.qualifier.is_some() && edit.assumptions().qualified_arn == QualifiedArn::Refused {
        return Err(invalid_parameter(format!("FunctionArn {arn} must not have a qualifier")));
    }
    if target.is_foreign(edit.call) {
        return match edit.assumptions().foreign_function {
            ForeignFunction::Accepted => Ok(()),
            ForeignFunction::Refused => Err(invalid_parameter(format!(
                "FunctionArn {arn} is not in the account and Region of the instance"
            ))),
        };
    }
    let function = edit.state.function(&target.account, &target.region, &target.name);
    let exists = function.is_some_and(|function| match target.qualifier.as_deref() {
        None | Some("$LATEST") => true,
        Some(qualifier) => policy::has_qualifier(function, qualifier),
    });
    if exists || edit.assumptions().missing_function == MissingFunction::Accepted {
        return Ok(());
    }
    Err(not_found(edit.assumptions().wording, "Lambda function", arn))
}

/// Returns whether the call that Connect makes on the caller's behalf is allowed (U14).
fn may(edit: &Edit<'_>, write: PolicyWrite, target: &Target) -> bool {
    match edit.assumptions().implicit_rights {
        ImplicitRights::OfService => true,
        ImplicitRights::OfCaller => edit.access.allows_policy_write(write, &policy_arn(edit, target)),
    }
}

/// What the caller must be allowed to write to: the function, or the qualifier whose policy is written (U3, U15).
fn policy_arn(edit: &Edit<'_>, target: &Target) -> String {
    let function = arn::function(&target.account, &target.region, &target.name);
    match target.policy_qualifier(edit).as_str() {
        qualifier if !qualifier.is_empty() && edit.access.qualifies() => format!("{function}:{qualifier}"),
        _ => function,
    }
}

fn denied(edit: &Edit<'_>, write: PolicyWrite, target: &Target) -> ApiError {
    let resource = policy_arn(edit, target);
    ApiError::denied(
        Service::Connect,
        &edit.call.principal,
        &format!("lambda:{}", write.operation()),
        &resource,
    )
}

/// Adds `connect-<instance id>` to the function's policy.
fn write_statement(edit: &mut Edit<'_>, target: &Target) -> Result<(), ApiError> {
    if !may(edit, PolicyWrite::Add, target) {
        let error = denied(edit, PolicyWrite::Add, target);
        return Err(match edit.assumptions().denied_permission {
            DeniedPermission::WithoutAssociation => error,
            DeniedPermission::WithAssociation => error.committed(),
        });
    }
    let id = instance_id(edit.call)?.to_owned();
    let sid = format!("connect-{id}");
    let qualifier = target.policy_qualifier(edit);
    let existing = edit.assumptions().existing_sid;
    let statement = statement(edit.call, &id, &sid, target, &qualifier);
    let limit = edit.settings.quotas.get(Limited::PolicyBytes);
    let revision = edit.state.next_id("policy revision");
    let Some(function) = edit.state.function_mut(&target.account, &target.region, &target.name) else {
        // A function that may be missing (U2) or lies elsewhere (U3) has no policy here to write.
        return Ok(());
    };
    let policy = function.policies.or_default(&qualifier);
    if let Some(known) = policy.statements.iter_mut().find(|known| known["Sid"] == sid.as_str()) {
        return match existing {
            ExistingSid::Kept => Ok(()),
            ExistingSid::Conflict => {
                let message = format!("The statement id ({sid}) provided already exists.");
                Err(ApiError::new(409, "ResourceConflictException", message))
            }
            ExistingSid::Replaced => {
                *known = statement;
                policy.revision = revision;
                Ok(())
            }
        };
    }
    policy.statements.push(statement);
    policy.revision = revision;
    policy::check_size(policy, limit).map_err(|error| invalid_parameter(error.message))
}

fn statement(call: &Call, id: &str, sid: &str, target: &Target, qualifier: &str) -> Value {
    let mut resource = arn::function(&target.account, &target.region, &target.name);
    if !qualifier.is_empty() {
        resource = format!("{resource}:{qualifier}");
    }
    json!({
        "Sid": sid,
        "Effect": "Allow",
        "Principal": { "Service": "connect.amazonaws.com" },
        "Action": "lambda:InvokeFunction",
        "Resource": resource,
        "Condition": {
            "StringEquals": { "AWS:SourceAccount": call.account },
            "ArnLike": { "AWS:SourceArn": arn::instance(&call.account, &call.region, id) },
        },
    })
}

fn disassociate(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let arn = call.query("functionArn").ok_or_else(|| call.invalid("functionArn is required"))?;
    let arn = call.within("functionArn", arn, 1, 140)?.to_owned();
    let wording = edit.assumptions().wording;
    let instance = instance_mut(edit)?;
    if instance.associations.get(&arn).is_none() {
        return Err(not_found(wording, "Lambda function association", &arn));
    }
    if let Some(target) = Target::of(&arn) {
        remove_statement(edit, &target)?;
    }
    instance_mut(edit)?.associations.remove(&arn);
    Ok(Reply::empty())
}

fn remove_statement(edit: &mut Edit<'_>, target: &Target) -> Result<(), ApiError> {
    if edit.assumptions().disassociated_statement == DisassociatedStatement::Kept {
        return Ok(());
    }
    if !may(edit, PolicyWrite::Remove, target) {
        return Err(denied(edit, PolicyWrite::Remove, target));
    }
    let sid = format!("connect-{}", instance_id(edit.call)?);
    let qualifier = target.policy_qualifier(edit);
    let missing = edit.assumptions().missing_statement;
    let revision = edit.state.next_id("policy revision");
    let removed = edit
        .state
        .function_mut(&target.account, &target.region, &target.name)
        .is_some_and(|function| policy::remove_statement(function, &qualifier, &sid, revision));
    if !removed && missing == MissingStatement::Refused {
        return Err(not_found(edit.assumptions().wording, "statement", &sid));
    }
    Ok(())
}
