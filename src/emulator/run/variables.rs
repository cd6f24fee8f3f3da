//! The environment variables of a function's process: those of Lambda, the function's own, and nothing of the emulator's.

use super::folder::Folders;
use super::interpreter::Family;
use super::{Configuration, Invocation};

/// Where programs are looked for by what a function starts.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

/// Stands for a secret, and is none.
const NO_SECRET: &str = "flowbind-embedded-aws-has-no-secrets";

/// Returns the variables of an environment. Lambda's own win over the function's, as on Lambda; none of the function's
/// may lead the AWS SDK to another endpoint.
pub(super) fn of(
    invocation: &Invocation,
    family: Family,
    folders: &Folders,
    (runtime_api, aws): (&str, &str),
) -> Vec<(String, String)> {
    let Configuration { runtime, handler, memory, variables, .. } = &invocation.configuration;
    let path = |path: &std::path::Path| path.to_string_lossy().into_owned();
    let function = &invocation.function;
    let (name, region) = (function.name.as_str(), function.region.as_str());
    let (task, writable) = (path(&folders.task), path(&folders.writable));
    let mut all: Vec<(String, String)> =
        variables.iter().filter(|(name, _)| !name.starts_with("AWS_ENDPOINT_URL")).cloned().collect();
    let mut set = |name: &str, value: &str| {
        all.retain(|(there, _)| there != name);
        all.push((name.to_owned(), value.to_owned()));
    };
    let key = format!("FLOWBIND{}FAKE", function.account);
    let group = format!("/aws/lambda/{name}");
    let stream = format!("embedded/[{}]", invocation.version);
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", key.as_str()),
        ("AWS_SECRET_ACCESS_KEY", NO_SECRET),
        ("AWS_SESSION_TOKEN", NO_SECRET),
        ("AWS_ENDPOINT_URL", aws),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_REGION", region),
        ("AWS_DEFAULT_REGION", region),
        ("AWS_LAMBDA_FUNCTION_NAME", name),
        ("AWS_LAMBDA_FUNCTION_VERSION", &invocation.version),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory.to_string()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", &stream),
        ("AWS_LAMBDA_RUNTIME_API", runtime_api),
        ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"),
        ("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:2000"),
        ("LAMBDA_TASK_ROOT", &task),
        ("LAMBDA_RUNTIME_DIR", &path(&folders.runtime)),
        ("_HANDLER", handler),
        ("PWD", &task),
        ("HOME", &writable),
        ("TMPDIR", &writable),
    ] {
        set(name, value);
    }
    match family {
        Family::Node(_) => set("NODE_PATH", &format!("{task}/node_modules")),
        Family::Python => set("PYTHONPATH", &path(&folders.runtime)),
        Family::Provided => {}
    }
    if family != Family::Provided {
        set("AWS_EXECUTION_ENV", &format!("AWS_Lambda_{runtime}"));
    }
    for (name, value) in [
        ("LANG", "en_US.UTF-8"),
        ("TZ", ":UTC"),
        ("PATH", PATH),
        ("LD_LIBRARY_PATH", &format!("{task}:{task}/lib")),
    ] {
        if !all.iter().any(|(there, _)| there == name) {
            all.push((name.to_owned(), value.to_owned()));
        }
    }
    all
}
