//! Functions: where they are, how flows call them, and how those with `source` are made.

use std::path::Path;
use std::time::Duration;

use crate::resource::{Code, FunctionArn, FunctionRef, MAX_FUNCTION_ARN, Place, Problem};

use super::place::{Claim, arn_place, place};
use super::roles;
use crate::manifest::declared::{At, DeclaredFunction, DeclaredSet, DeclaredSource};
use crate::manifest::model::{Associate, Function, Grants, Package, Source};
use crate::manifest::package::{Exclude, Fault, Packages, Packed, Warning, handler};
use crate::manifest::reading::files::{clean, display};
use crate::manifest::reading::log::{Log, quote};
use crate::manifest::reading::project::{self, Project};
use crate::manifest::secret::Secret;

/// The longest that an invocation may take, in seconds (AWS Lambda quotas: "Function timeout").
const MAX_TIMEOUT: u64 = 900;
/// The most that all environment variables of a function may have, in bytes (AWS Lambda quotas: 4 KB, in aggregate).
const MAX_ENVIRONMENT: usize = 4 << 10;
/// Variables that Lambda sets itself and refuses from others (AWS Lambda: "Reserved environment variables").
const RESERVED: [&str; 16] = [
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

/// Where the code of functions comes from.
pub(in crate::manifest) struct FunctionCode<'c, 'f> {
    /// The packages of this run.
    pub(in crate::manifest) packages: &'c mut Packages<'f>,
    /// The folder of the manifest.
    pub(in crate::manifest) folder: &'c Path,
    /// What it may name.
    pub(in crate::manifest) project: &'c Project<'f>,
}

/// Resolves a function.
pub(in crate::manifest) fn function(
    declared: &DeclaredSet,
    at: &At<DeclaredFunction>,
    code: &mut FunctionCode<'_, '_>,
    log: &mut Log,
) -> Option<Function> {
    let At { value, position } = at;
    let DeclaredFunction { name: own, arn, account, region, qualifier, grants, associate, response, .. } =
        value;
    let claim = Claim { account, region, arn: arn_place(arn, |FunctionArn { place, .. }| place) };
    let place = place(declared, &claim, log);
    let source = value.source.value().map(|declared| source(declared, place.as_ref(), code, log));
    let of_arn = arn.value().and_then(|arn| arn.qualifier.as_ref());
    if let (Some(At { value: said, position }), Some(of_arn)) = (qualifier.at(), of_arn)
        && said != of_arn
    {
        let message = format!("the ARN names the qualifier `{of_arn}`, but `qualifier` says `{said}`");
        log.error_with(Code::QualifierMismatch, *position, message, "keep one of them");
        return None;
    }
    let published = value.source.value().and_then(|source| source.publish.at());
    let target = FunctionRef {
        place: place?,
        name: own.value().or(arn.value().map(|arn| &arn.name))?.clone(),
        qualifier: qualifier.value().or(of_arn).or(published.map(|at| &at.value)).cloned(),
    };
    let text = target.arn().to_string();
    if text.len() > MAX_FUNCTION_ARN {
        let message = format!(
            "the ARN `{text}` has {} characters; Amazon Connect allows {MAX_FUNCTION_ARN}",
            text.len()
        );
        let said = qualifier.at().map(|at| at.position).or(arn.at().map(|at| at.position));
        let at = said.or(published.map(|at| at.position)).unwrap_or(*position);
        log.error_with(Code::ArnTooLong, at, message, "use a shorter alias");
    }
    let source = match source {
        Some(source) => Some(source?),
        None => None,
    };
    Some(Function {
        target,
        grants: grants.value().copied().unwrap_or(Grants::Own),
        associate: associate.value().copied().unwrap_or(Associate::Unqualified),
        response: response.value().cloned(),
        source,
        adopt: value.adopt.is_true(),
        protect: value.protect.is_true(),
        origin: log.origin(*position),
    })
}

/// Resolves how a function is made, and reads its code.
fn source(
    value: &DeclaredSource,
    place: Option<&Place>,
    code: &mut FunctionCode<'_, '_>,
    log: &mut Log,
) -> Option<Source> {
    let timeout = value.timeout.at().and_then(|limit| timeout(limit, log));
    check_environment(value, log);
    let package = value.code.at().and_then(|path| package(path, value, code, log));
    let role = value.role.at().and_then(|role| roles::role(role, place, log));
    // A value that was refused was reported.
    let environment = value.environment.value().map(|environment| {
        environment.iter().filter_map(|(name, at)| Some((name.clone(), at.value.clone()?))).collect()
    });
    Some(Source {
        runtime: value.runtime.value()?.clone(),
        handler: value.handler.value()?.clone(),
        code: package?,
        role: role?,
        timeout,
        memory: value.memory.value().copied(),
        environment,
        description: value.description.value().cloned(),
        publish: value.publish.value().cloned(),
    })
}

fn timeout(limit: &At<Duration>, log: &mut Log) -> Option<u32> {
    let seconds = limit.value.as_secs();
    if (1..=MAX_TIMEOUT).contains(&seconds) {
        return u32::try_from(seconds).ok();
    }
    let message = format!("the timeout of {seconds}s is outside of 1s to {MAX_TIMEOUT}s");
    log.error(Code::BadTimeout, limit.position, message);
    None
}

fn package(
    path: &At<String>,
    source: &DeclaredSource,
    code: &mut FunctionCode<'_, '_>,
    log: &mut Log,
) -> Option<Package> {
    let exclude = source.exclude.items();
    let patterns = match Exclude::new(exclude.iter().map(|at| at.value.clone()).collect()) {
        Ok(patterns) => patterns,
        Err(wrong) => {
            for (index, why) in wrong {
                let At { value, position } = &exclude[index];
                let message = format!("{} is not a pattern: {why}", quote(value));
                log.error_with(
                    Code::BadPattern,
                    *position,
                    message,
                    "patterns are written as in `.gitignore`",
                );
            }
            return None;
        }
    };
    let origin = log.origin(path.position);
    let problem = |problem: Problem, Fault { message, hint }: Fault| {
        let problem = Problem { message, ..problem }.at(&origin);
        hint.map_or(problem.clone(), |hint| problem.hint(hint))
    };
    let full = clean(&code.folder.join(&path.value));
    if let Some(why) = code.project.refusal(&full) {
        let message = format!("the code {}: {why}", quote(&display(&full)));
        log.error_with(Code::Outside, path.position, message, project::HINT);
        return None;
    }
    match code.packages.get(&full, &path.value, &patterns) {
        Ok(Packed { package, names, warnings }) => {
            if let (Some(runtime), Some(handler)) = (source.runtime.value(), source.handler.at())
                && let Some(Fault { message, hint }) = handler::missing(runtime, &handler.value, &names)
            {
                let origin = log.origin(handler.position);
                let problem = Problem::warning(Code::MissingHandler, message).at(&origin);
                log.push(hint.map_or(problem.clone(), |hint| problem.hint(hint)));
            }
            for Warning { code, fault } in warnings {
                log.push(problem(Problem::warning(code, ""), fault));
            }
            Some(package)
        }
        Err(faults) => {
            faults.into_iter().for_each(|fault| log.push(problem(Problem::error(Code::BadCode, ""), fault)));
            None
        }
    }
}

/// Never says a value.
fn check_environment(source: &DeclaredSource, log: &mut Log) {
    let environment = source.environment.entries();
    for (name, At { position, .. }) in environment.clone() {
        if RESERVED.contains(&name.as_str()) {
            let message = format!("`{name}` is set by Lambda itself");
            log.error_with(
                Code::ReservedVariable,
                *position,
                message,
                "leave it out, or give it another name",
            );
        }
    }
    let size = |(name, at): (&String, &At<Option<Secret>>)| {
        name.len() + at.value.as_ref().map_or(0, |value| value.expose().len())
    };
    let total: usize = environment.clone().map(size).sum();
    if total > MAX_ENVIRONMENT {
        let position = environment.map(|(_, at)| at.position).min();
        let message =
            format!("the environment has {total} bytes with its names; Lambda allows {MAX_ENVIRONMENT}");
        let hint = "keep what is large in a parameter store, and give its name";
        if let Some(position) = position {
            log.error_with(Code::EnvironmentTooLarge, position, message, hint);
        }
    }
}
