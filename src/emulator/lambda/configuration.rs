//! The configuration of a function as requests set it: checks, defaults, the package's digest, the role.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::emulator::call::Call;
use crate::emulator::dispatch::view::Edit;
use crate::emulator::iam::roles;
use crate::emulator::state::arn;
use crate::emulator::state::clock;
use crate::emulator::store::packages::Packages;
use crate::emulator::wire::{ApiError, Service};

/// Members that are kept as they are sent.
const VERBATIM: &[&str] = &[
    "TracingConfig",
    "EphemeralStorage",
    "KMSKeyArn",
    "DeadLetterConfig",
    "LoggingConfig",
    "FileSystemConfigs",
];

/// The most bytes of names and values of environment variables (Lambda quotas).
const MAX_ENVIRONMENT: usize = 4096;

/// The configuration of a function that says nothing.
pub(crate) fn defaults() -> Map<String, Value> {
    let mut members = Map::new();
    for (name, value) in [
        ("Description", json!("")),
        ("Timeout", json!(3)),
        ("MemorySize", json!(128)),
        ("TracingConfig", json!({ "Mode": "PassThrough" })),
        ("PackageType", json!("Zip")),
        ("Architectures", json!(["x86_64"])),
        ("EphemeralStorage", json!({ "Size": 512 })),
        ("SnapStart", json!({ "ApplyOn": "None", "OptimizationStatus": "Off" })),
    ] {
        members.insert(name.to_owned(), value);
    }
    members
}

/// Sets the members that the body has. Nothing is set when one of them is refused.
pub(crate) fn apply(call: &Call, members: &mut Map<String, Value>) -> Result<(), ApiError> {
    for (name, max) in [("Runtime", 50), ("Handler", 128), ("Description", 256), ("PackageType", 10)] {
        if let Some(text) = call.optional(name, max)? {
            members.insert(name.to_owned(), json!(text));
        }
    }
    for (name, range) in [("Timeout", 1..=900), ("MemorySize", 128..=10_240)] {
        if let Some(number) = call.number(name)? {
            if !range.contains(&number) {
                return Err(call.invalid(format!(
                    "1 validation error detected: Value '{number}' at '{name}' failed to satisfy constraint: Member \
                     must lie between {} and {}",
                    range.start(),
                    range.end()
                )));
            }
            members.insert(name.to_owned(), json!(number));
        }
    }
    if let Some(environment) = call.body.get("Environment").filter(|value| !value.is_null()) {
        check_environment(call, environment)?;
        members.insert("Environment".into(), environment.clone());
    }
    if let Some(layers) = call.body.get("Layers").and_then(Value::as_array) {
        let layers: Vec<Value> = layers.iter().map(|arn| json!({ "Arn": arn, "CodeSize": 0 })).collect();
        members.insert("Layers".into(), json!(layers));
    }
    if let Some(apply_on) = call.body.pointer("/SnapStart/ApplyOn") {
        members.insert("SnapStart".into(), json!({ "ApplyOn": apply_on, "OptimizationStatus": "Off" }));
    }
    if let Some(vpc) = call.body.get("VpcConfig").and_then(Value::as_object) {
        let mut vpc = vpc.clone();
        vpc.insert("VpcId".into(), json!("vpc-emulated"));
        members.insert("VpcConfig".into(), Value::Object(vpc));
    }
    for name in VERBATIM {
        if let Some(value) = call.body.get(*name).filter(|value| !value.is_null()) {
            members.insert((*name).to_owned(), value.clone());
        }
    }
    Ok(())
}

fn check_environment(call: &Call, environment: &Value) -> Result<(), ApiError> {
    let Some(variables) = environment.get("Variables").map_or(Some(&Map::new()), Value::as_object).cloned()
    else {
        return Err(call.invalid("Environment.Variables must map strings to strings"));
    };
    let mut size = 0;
    for (name, value) in &variables {
        let legal = name.len() >= 2
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let Some(value) = value.as_str().filter(|_| legal) else {
            return Err(call.invalid(format!("Environment.Variables: {name} is not a legal variable")));
        };
        size += name.len() + value.len();
    }
    if size > MAX_ENVIRONMENT {
        return Err(call.invalid(
            "Lambda was unable to configure your environment variables because the environment variables you have \
             provided exceeded the 4KB limit.",
        ));
    }
    Ok(())
}

/// Sets digest and size of the package that `code` holds, and keeps it.
pub(crate) fn apply_code(
    (call, packages): (&Call, &Packages),
    code: &Value,
    members: &mut Map<String, Value>,
) -> Result<(), ApiError> {
    let image = code.get("ImageUri").and_then(Value::as_str);
    if is_image(members) != image.is_some() {
        let (given, kind) = if image.is_some() { ("ImageUri", "Zip") } else { ("ZipFile", "Image") };
        let message = format!("Please don't provide {given} when the function has the packageType {kind}.");
        return Err(call.invalid(&message));
    }
    let (digest, size) = match (code.get("ZipFile"), code.get("S3Bucket").and_then(Value::as_str)) {
        _ if image.is_some() => (clock::code_digest(image.unwrap_or_default().as_bytes()), 0),
        (Some(zip), _) => {
            let bytes = zip.as_str().and_then(|text| STANDARD.decode(text).ok());
            // Every zip archive starts with a local header, or, when it is empty, with the end record.
            let bytes = bytes.filter(|bytes| bytes.starts_with(b"PK")).ok_or_else(|| {
                call.invalid(
                    "Could not unzip uploaded file. Please check your file, then try to upload again.",
                )
            })?;
            let (digest, size) = (clock::code_digest(&bytes), bytes.len());
            packages.keep(&digest, bytes).map_err(|error| {
                tracing::error!(%error, "a package could not be kept");
                ApiError::internal(call.service)
            })?;
            (digest, size)
        }
        (None, Some(bucket)) => {
            let key = code.get("S3Key").and_then(Value::as_str).unwrap_or_default();
            (clock::code_digest(format!("{bucket}/{key}").as_bytes()), 1024)
        }
        (None, None) => return Err(call.invalid("Please provide a source for function code.")),
    };
    members.insert("CodeSha256".into(), json!(digest));
    members.insert("CodeSize".into(), json!(size));
    if let Some(architectures) = call.body.get("Architectures").filter(|value| value.is_array()) {
        members.insert("Architectures".into(), architectures.clone());
    }
    Ok(())
}

/// Whether a function is a container image.
pub(crate) fn is_image(members: &Map<String, Value>) -> bool {
    members.get("PackageType") == Some(&json!("Image"))
}

/// Sets the time of the change and a new revision id.
pub(crate) fn touch(members: &mut Map<String, Value>, now: u64, revision: String) {
    members.insert("LastModified".into(), json!(clock::iso(now)));
    members.insert("RevisionId".into(), json!(revision));
}

/// Checks that the caller may pass the role and that Lambda can assume it.
pub(crate) fn check_role(edit: &Edit<'_>, role: &str) -> Result<(), ApiError> {
    let call = edit.call;
    let parts: Vec<&str> = role.splitn(6, ':').collect();
    let ["arn", _, "iam", "", account, resource] = parts.as_slice() else {
        return Err(call.invalid(format!("Role {role} is not the ARN of a role")));
    };
    let Some(path) = resource.strip_prefix("role/").filter(|_| arn::is_account(account)) else {
        return Err(call.invalid(format!("Role {role} is not the ARN of a role")));
    };
    if *account != call.account {
        let message = "Cross-account pass role is not allowed.";
        return Err(ApiError::new(403, "AccessDeniedException", message));
    }
    let context = [("iam:PassedToService", "lambda.amazonaws.com")];
    if !edit.access.allows(Service::Iam, "PassRole", role, &context) {
        return Err(ApiError::denied(Service::Lambda, &call.principal, "iam:PassRole", role));
    }
    let name = path.rsplit('/').next().unwrap_or_default();
    let known = edit.state.roles.get(&call.account).and_then(|roles| roles.get(name));
    let assumable = known
        .is_some_and(|role| edit.now >= role.assumable_at && roles::trusts(role, "lambda.amazonaws.com"));
    if assumable {
        return Ok(());
    }
    Err(call.invalid("The role defined for the function cannot be assumed by Lambda."))
}
