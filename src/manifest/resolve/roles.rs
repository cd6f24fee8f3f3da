//! Execution roles: named by ARN, or made by flowbind with their policies.

use std::collections::BTreeMap;

use crate::resource::{AccountId, Code, Label, Place, partition};

use crate::manifest::declared::{At, DeclaredRole, DeclaredSet, Either, Given};
use crate::manifest::grammar::scalar::form;
use crate::manifest::model::{Function, Role, RoleRef, Source};
use crate::manifest::reading::log::Log;

/// The most that all inline policies of a role may have, in characters without spaces (IAM quotas: "role policy size").
const MAX_INLINE: usize = 10_240;
/// Policies for execution roles that AWS keeps under the path `service-role/` (AWS Managed Policy Reference); all
/// others that a function may need stand at the top.
const SERVICE_ROLE: [&str; 10] = [
    "AWSLambdaBasicDurableExecutionRolePolicy",
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaDynamoDBExecutionRole",
    "AWSLambdaENIManagementAccess",
    "AWSLambdaKinesisExecutionRole",
    "AWSLambdaMSKExecutionRole",
    "AWSLambdaRole",
    "AWSLambdaSQSQueueExecutionRole",
    "AWSLambdaVPCAccessExecutionRole",
    "AmazonS3ObjectLambdaExecutionRolePolicy",
];

/// Resolves a function's role.
pub(in crate::manifest) fn role(
    At { value: role, position }: &At<Either<String, DeclaredRole>>,
    place: Option<&Place>,
    log: &mut Log,
) -> Option<RoleRef> {
    match role {
        Either::Scalar(arn) => {
            let place = place?;
            if let Some((account, _)) = form::arn(arn, "role")
                && account != place.account.as_str()
            {
                let message =
                    format!("the role is in the account {account}, but its function is in {}", place.account);
                let hint = "a function must use a role of its own account";
                log.error_with(Code::AccountMismatch, *position, message, hint);
            }
            check_partition(arn, place, *position, log);
            Some(RoleRef::Arn(arn.clone()))
        }
        Either::Object(DeclaredRole { name, managed_policies, inline_policies }) => {
            let inline = inline_policies.entries().map(|(_, at)| at);
            let size: usize =
                inline.clone().map(|at| at.value.chars().filter(|c| !c.is_whitespace()).count()).sum();
            if let Some(position) = inline.map(|at| at.position).min().filter(|_| size > MAX_INLINE) {
                let message = format!("the inline policies have {size} characters; IAM allows {MAX_INLINE}");
                log.error_with(
                    Code::PolicyTooLarge,
                    position,
                    message,
                    "turn the largest one into a managed policy",
                );
            }
            let place = place?;
            let policies = managed_policies.items().iter();
            let mut managed: Vec<String> = policies.map(|at| policy(at, place, log)).collect();
            managed.sort();
            managed.dedup();
            Some(RoleRef::Managed(Role {
                name: name.value()?.clone(),
                managed_policies: managed,
                inline: inline_policies.without_places().unwrap_or_default(),
            }))
        }
    }
}

/// Returns the ARN of a managed policy.
fn policy(At { value: text, position }: &At<String>, place: &Place, log: &mut Log) -> String {
    if text.starts_with("arn:") {
        check_partition(text, place, *position, log);
        if let Some((account, _)) = form::arn(text, "policy")
            && account != "aws"
            && account != place.account.as_str()
        {
            let message =
                format!("the policy is in the account {account}, but the role is in {}", place.account);
            let hint = "a role can have only policies of AWS and of its own account";
            log.error_with(Code::AccountMismatch, *position, message, hint);
        }
        return text.clone();
    }
    let path = if SERVICE_ROLE.contains(&text.as_str()) { "service-role/" } else { "" };
    format!("arn:{}:iam::aws:policy/{path}{text}", partition(&place.region))
}

fn check_partition(arn: &str, place: &Place, position: crate::manifest::yaml::Position, log: &mut Log) {
    let wanted = partition(&place.region);
    if arn.split(':').nth(1) != Some(wanted) {
        let message = format!("this ARN is not in the partition `{wanted}` of {}", place.region);
        log.error(Code::PartitionMismatch, position, message);
    }
}

/// Reports a role that two functions would make, and a function that two names would make: each would undo what the
/// other wants.
pub(in crate::manifest) fn check_roles(
    declared: &DeclaredSet,
    functions: &BTreeMap<Label, Function>,
    log: &mut Log,
) {
    let mut in_order: Vec<(&Label, &Function, &Source)> =
        functions.iter().filter_map(|(name, f)| Some((name, f, f.source.as_ref()?))).collect();
    in_order.sort_by_key(|(name, ..)| declared.functions.get(*name).map(|at| at.position));
    // IAM tells no names apart by their case (IAM API, `CreateRole`).
    let mut roles: BTreeMap<(&AccountId, String), &Label> = BTreeMap::new();
    let mut made = BTreeMap::new();
    let at = |name: &Label| declared.functions.get(name).map(|at| at.position);
    let first_at = |name: &Label, log: &Log| {
        at(name).map(|position| format!("; the first one is at {}", log.origin(position))).unwrap_or_default()
    };
    for (name, function, source) in in_order {
        let Some(At { value, position }) = declared.functions.get(name) else { continue };
        // Two names of one qualifier are reported as such.
        if let Some((first, target)) = made.insert(function.target.unqualified(), (name, &function.target))
            && *target != function.target
        {
            let message = format!(
                "`{name}` creates the function `{}`, which `{first}` already creates",
                function.target.name
            );
            let hint = format!("leave out `source` of one of them{}", first_at(first, log));
            log.error_with(Code::DuplicateFunction, *position, message, hint);
        }
        let RoleRef::Managed(role) = &source.role else { continue };
        let key = (&function.target.place.account, role.name.to_ascii_lowercase());
        if let Some(first) = roles.insert(key, name) {
            let at = match value.source.value().and_then(|source| source.role.value()) {
                Some(Either::Object(DeclaredRole { name: Given::Is(at), .. })) => at.position,
                _ => *position,
            };
            let message = format!("the role `{}` is already created by the function `{first}`", role.name);
            let way = "give each function a role of its own, or name a role that exists by its ARN";
            let hint = format!("{way}{}", first_at(first, log));
            log.error_with(Code::DuplicateRole, at, message, hint);
        }
    }
}
