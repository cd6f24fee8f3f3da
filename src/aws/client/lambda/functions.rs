//! Functions from `source:` at AWS Lambda: the calls, and what comes back as plain data.
//!
//! Values of the environment go into the requests and nowhere else: the session's mask knows them before they are sent,
//! and takes them out of what the service says.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{self, Environment, FunctionCode, LastUpdateStatus, Runtime, State};
use aws_smithy_types::timeout::TimeoutConfig;

use crate::aws::session::{Fault, FaultKind, Session};
use crate::operations::Operation;
use crate::plan::{FieldPath, FunctionSpec};
use crate::resource::{FunctionRef, Mask, Secret, said};
use crate::snapshot::{AliasSeen, FunctionConfiguration, FunctionSeen, FunctionState};

impl Session {
    /// Reads a function, without its alias; none if there is no such function.
    pub(in crate::aws) async fn function(
        &self,
        function: &FunctionRef,
        subject: &str,
    ) -> Result<Option<FunctionSeen>, Fault> {
        self.get_function(&function.unqualified(), subject).await
    }

    /// Reads what stands behind a qualifier.
    pub(in crate::aws) async fn function_at(
        &self,
        function: &FunctionRef,
        qualifier: &str,
        subject: &str,
    ) -> Result<Option<FunctionSeen>, Fault> {
        let function = FunctionRef { qualifier: Some(qualifier.to_owned()), ..function.clone() };
        self.get_function(&function, subject).await
    }

    async fn get_function(
        &self,
        function: &FunctionRef,
        subject: &str,
    ) -> Result<Option<FunctionSeen>, Fault> {
        let client = self.at(&function.place);
        let get = client.lambda.get_function().function_name(&function.name);
        let get = get.set_qualifier(function.qualifier.clone());
        let request = || get.clone().send();
        match self.call(Operation::GetFunction, &function.place, subject, request).await {
            Ok(answer) => seen(function, answer, self.mask())
                .map(Some)
                .map_err(|lacks| Fault::unexpected(Operation::GetFunction, subject, lacks)),
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Reads an alias, without what stands behind it; none if there is no such alias.
    pub(in crate::aws) async fn alias(
        &self,
        function: &FunctionRef,
        name: &str,
        subject: &str,
    ) -> Result<Option<AliasSeen>, Fault> {
        let client = self.at(&function.place);
        let get = client.lambda.get_alias().function_name(&function.name).name(name);
        let request = || get.clone().send();
        let answer = match self.call(Operation::GetAlias, &function.place, subject, request).await {
            Ok(answer) => answer,
            Err(fault) if fault.kind == FaultKind::NotFound => return Ok(None),
            Err(fault) => return Err(fault),
        };
        let version = answer
            .function_version
            .ok_or_else(|| Fault::unexpected(Operation::GetAlias, subject, "an answer without a version"))?;
        let revision = answer
            .revision_id
            .ok_or_else(|| Fault::unexpected(Operation::GetAlias, subject, "an answer without a revision"))?;
        let weights = answer.routing_config.and_then(|routing| routing.additional_version_weights);
        Ok(Some(AliasSeen {
            version,
            description: answer.description.unwrap_or_default(),
            weighted: weights.unwrap_or_default().into_keys().collect(),
            revision,
            behind: None,
        }))
    }

    /// No fault may repeat these values from now on.
    fn hide(&self, environment: Option<&BTreeMap<String, Secret>>) {
        self.mask().hide(environment.into_iter().flat_map(BTreeMap::values).map(Secret::expose));
    }

    /// Creates a function. There is no idempotency token, but the name can be taken only once.
    pub(in crate::aws) async fn create_function(
        &self,
        spec: &FunctionSpec,
        tags: &BTreeMap<String, String>,
        subject: &str,
    ) -> Result<(), Fault> {
        let (function, source) = (&spec.function, &spec.source);
        self.hide(source.environment.as_ref());
        let client = self.at(&function.place);
        let attempt = self.attempt_with(source.code.zip.len());
        let request = || {
            let code = FunctionCode::builder().zip_file(Blob::new(source.code.zip.as_slice())).build();
            let create =
                client.lambda.create_function().function_name(&function.name).role(&spec.role).code(code);
            let create = create
                .runtime(Runtime::from(source.runtime.as_str()))
                .handler(&source.handler)
                .set_description(source.description.clone())
                .set_timeout(source.timeout.and_then(|seconds| seconds.try_into().ok()))
                .set_memory_size(source.memory.and_then(|megabytes| megabytes.try_into().ok()))
                .set_environment(source.environment.as_ref().map(environment))
                .set_tags(Some(tags.clone().into_iter().collect()));
            create.customize().config_override(patient(attempt)).send()
        };
        let created = self.create(Operation::CreateFunction, (&function.place, ""), subject, request).await;
        created.map(|_| ())
    }

    /// Replaces the code, if the function still has this revision.
    pub(in crate::aws) async fn update_code(
        &self,
        spec: &FunctionSpec,
        revision: &str,
        subject: &str,
    ) -> Result<(), Fault> {
        let function = &spec.function;
        let client = self.at(&function.place);
        let attempt = self.attempt_with(spec.source.code.zip.len());
        let request = || {
            let update = client.lambda.update_function_code().function_name(&function.name);
            let update = update.zip_file(Blob::new(spec.source.code.zip.as_slice()));
            update.revision_id(revision).customize().config_override(patient(attempt)).send()
        };
        self.call(Operation::UpdateFunctionCode, &function.place, subject, request).await.map(|_| ())
    }

    /// Sets the declared fields that differ, if the function still has this revision.
    pub(in crate::aws) async fn update_configuration(
        &self,
        spec: &FunctionSpec,
        revision: &str,
        subject: &str,
    ) -> Result<(), Fault> {
        let (function, source) = (&spec.function, &spec.source);
        self.hide(source.environment.as_ref());
        let client = self.at(&function.place);
        let changes = |path: &FieldPath| spec.fields.iter().any(|field| field.path == *path);
        let variables = spec.fields.iter().any(|field| matches!(field.path, FieldPath::Variable(_)));
        let update = client.lambda.update_function_configuration().function_name(&function.name);
        let update = update
            .revision_id(revision)
            .set_runtime(changes(&FieldPath::Runtime).then(|| Runtime::from(source.runtime.as_str())))
            .set_handler(changes(&FieldPath::Handler).then(|| source.handler.clone()))
            .set_role(changes(&FieldPath::Role).then(|| spec.role.clone()))
            .set_description(source.description.clone().filter(|_| changes(&FieldPath::Description)))
            .set_timeout(
                source.timeout.filter(|_| changes(&FieldPath::Timeout)).and_then(|n| n.try_into().ok()),
            )
            .set_memory_size(
                source.memory.filter(|_| changes(&FieldPath::Memory)).and_then(|n| n.try_into().ok()),
            )
            .set_environment(source.environment.as_ref().filter(|_| variables).map(environment));
        let request = || update.clone().send();
        let updated =
            self.call(Operation::UpdateFunctionConfiguration, &function.place, subject, request).await;
        updated.map(|_| ())
    }

    /// Publishes a version of the code that is meant, if the function still has this revision. Gives the version:
    /// an old one where nothing changed since.
    pub(in crate::aws) async fn publish_version(
        &self,
        function: &FunctionRef,
        code: &str,
        revision: &str,
        subject: &str,
    ) -> Result<String, Fault> {
        let operation = Operation::PublishVersion;
        let client = self.at(&function.place);
        let publish = client.lambda.publish_version().function_name(&function.name).code_sha256(code);
        let publish = publish.revision_id(revision);
        let request = || publish.clone().send();
        let answer = self.call(operation, &function.place, subject, request).await?;
        answer.version.ok_or_else(|| Fault::unexpected(operation, subject, "an answer without a version"))
    }

    /// Creates an alias.
    pub(in crate::aws) async fn create_alias(
        &self,
        function: &FunctionRef,
        name: &str,
        (version, note): (&str, &str),
        subject: &str,
    ) -> Result<(), Fault> {
        let client = self.at(&function.place);
        let create = client.lambda.create_alias().function_name(&function.name).name(name);
        let create = create.function_version(version).description(note);
        let request = || create.clone().send();
        self.call(Operation::CreateAlias, &function.place, subject, request).await.map(|_| ())
    }

    /// Moves an alias, if it still has this revision.
    pub(in crate::aws) async fn update_alias(
        &self,
        function: &FunctionRef,
        name: &str,
        (version, note): (&str, &str),
        revision: &str,
        subject: &str,
    ) -> Result<(), Fault> {
        let client = self.at(&function.place);
        let update = client.lambda.update_alias().function_name(&function.name).name(name);
        let update = update.function_version(version).description(note).revision_id(revision);
        let request = || update.clone().send();
        self.call(Operation::UpdateAlias, &function.place, subject, request).await.map(|_| ())
    }

    /// Sets tags of a function.
    pub(in crate::aws) async fn tag_function(
        &self,
        function: &FunctionRef,
        tags: &BTreeMap<String, String>,
        subject: &str,
    ) -> Result<(), Fault> {
        let client = self.at(&function.place);
        let tag = client.lambda.tag_resource().resource(function.unqualified().arn().to_string());
        let tag = tag.set_tags(Some(tags.clone().into_iter().collect()));
        let request = || tag.clone().send();
        self.call(Operation::TagFunction, &function.place, subject, request).await.map(|_| ())
    }
}

/// A try that sends a package may take longer than others.
pub(super) fn patient(attempt: Duration) -> aws_sdk_lambda::config::Builder {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(attempt).build();
    aws_sdk_lambda::config::Builder::new().timeout_config(timeouts)
}

fn environment(variables: &BTreeMap<String, Secret>) -> Environment {
    let variables = variables.iter().map(|(name, value)| (name.clone(), value.expose().to_owned()));
    Environment::builder().set_variables(Some(variables.collect())).build()
}

/// Takes an answer apart, and tells the mask the values of the environment before anything of it is repeated; says what it
/// lacks. Without a revision nothing could be written on a condition.
fn seen(
    function: &FunctionRef,
    answer: GetFunctionOutput,
    mask: &Mask,
) -> Result<FunctionSeen, &'static str> {
    let GetFunctionOutput { configuration, tags, tags_error, .. } = answer;
    let live = configuration.ok_or("an answer without a configuration")?;
    let values = live.environment.iter().filter_map(|environment| environment.variables.as_ref());
    mask.hide_live(values.flat_map(|variables| variables.values().map(String::as_str)));
    let state = state(&live, mask);
    let revision = live.revision_id.clone().ok_or("an answer without a revision")?;
    let tags = tags_error.is_none().then(|| tags.unwrap_or_default().into_iter().collect());
    let arn = function.unqualified().arn().to_string();
    Ok(FunctionSeen { arn, latest: configured(live), state, revision, tags, alias: None })
}

/// What is wrong with a function whose tags were not in the answer: without `lambda:ListTags` there is an error in
/// their place (GetFunction).
pub(in crate::aws) fn unreadable_tags(subject: &str) -> Fault {
    let message =
        "cannot determine the owner: its tags are not readable: not authorized to perform: lambda:ListTags";
    Fault { kind: FaultKind::Denied, ..Fault::unexpected(Operation::GetFunction, subject, message) }
}

fn state(live: &types::FunctionConfiguration, mask: &Mask) -> FunctionState {
    let why = |code: Option<&str>, reason: Option<&str>| match (code, reason) {
        (Some(code), Some(reason)) => said(&format!("{} ({code})", mask.foreign(reason))),
        (Some(text), None) | (None, Some(text)) => said(&mask.foreign(text)),
        (None, None) => "AWS gives no reason".to_owned(),
    };
    match (&live.state, &live.last_update_status) {
        (Some(State::Failed), _) => FunctionState::Failed(why(
            live.state_reason_code.as_ref().map(types::StateReasonCode::as_str),
            live.state_reason.as_deref(),
        )),
        _ if live.package_type == Some(types::PackageType::Image) => FunctionState::Image,
        (Some(State::Pending | State::Deleting), _) | (_, Some(LastUpdateStatus::InProgress)) => {
            FunctionState::Busy
        }
        (_, Some(LastUpdateStatus::Failed)) => FunctionState::UpdateFailed(why(
            live.last_update_status_reason_code.as_ref().map(types::LastUpdateStatusReasonCode::as_str),
            live.last_update_status_reason.as_deref(),
        )),
        _ => FunctionState::Ready,
    }
}

fn configured(live: types::FunctionConfiguration) -> FunctionConfiguration {
    let number = |value: Option<i32>| value.and_then(|n| n.try_into().ok()).unwrap_or_default();
    let environment = match live.environment {
        Some(environment) if environment.error.is_some() => None,
        Some(environment) => Some(environment.variables.unwrap_or_default()),
        None => Some(std::collections::HashMap::new()),
    };
    FunctionConfiguration {
        runtime: live.runtime.map(|runtime| runtime.as_str().to_owned()),
        handler: live.handler,
        role: live.role.unwrap_or_default(),
        timeout: number(live.timeout),
        memory: number(live.memory_size),
        description: live.description.unwrap_or_default(),
        environment: environment
            .map(|variables| variables.into_iter().map(|(name, value)| (name, Secret::new(value))).collect()),
        code: live.code_sha256.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::{AccountId, Place, Region};

    #[test]
    fn what_lambda_repeats_of_a_live_environment_is_hidden() {
        let reason = "the extension could not reach https://hooks.acme/T0K3N-51be";
        let environment =
            types::EnvironmentResponse::builder().variables("HOOK", "https://hooks.acme/T0K3N-51be");
        let live = types::FunctionConfiguration::builder()
            .revision_id("r1")
            .state(State::Failed)
            .state_reason(reason)
            .environment(environment.build())
            .build();
        let answer = GetFunctionOutput::builder().configuration(live).build();
        let place = Place {
            account: crate::resource::AccountId::parse("111122223333").unwrap(),
            region: crate::resource::Region::parse("eu-west-2").unwrap(),
        };
        let function = FunctionRef { place, name: "f".to_owned(), qualifier: None };
        let seen = seen(&function, answer, &Mask::default()).unwrap();
        let FunctionState::Failed(reason) = seen.state else { panic!("{seen:?}") };
        assert_eq!(reason, "the extension could not reach <hidden>");
    }

    #[test]
    fn a_function_without_a_revision_could_not_be_read() {
        let place = Place {
            account: AccountId::parse("111122223333").unwrap(),
            region: Region::parse("eu-west-2").unwrap(),
        };
        let function = FunctionRef { place, name: "greeter".to_owned(), qualifier: None };
        let read = |revision: Option<&str>| {
            let live = types::FunctionConfiguration::builder().set_revision_id(revision.map(str::to_owned));
            seen(
                &function,
                GetFunctionOutput::builder().configuration(live.build()).build(),
                &Mask::default(),
            )
        };
        assert_eq!(read(Some("r1")).map(|seen| seen.revision), Ok("r1".to_owned()));
        assert_eq!(read(None), Err("an answer without a revision"));
    }
}
