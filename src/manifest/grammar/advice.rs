//! What can be written, and is probably a mistake: warnings, each at its place.

use crate::resource::{Code, Problem, Severity};

use super::scalar::{REGIONS, Scalar, form};
use crate::manifest::reading::log::{Log, hint, quote};
use crate::manifest::yaml::{Node, Position};

/// Runtimes with which Lambda creates and updates no function any more, and what to use instead (AWS Lambda, "Lambda
/// runtimes", "Deprecated runtimes"). What is deprecated and can still be created is not in it: its dates move.
const GONE: [(&str, &str); 20] = [
    ("dotnetcore1.0", "dotnet8"),
    ("dotnetcore2.0", "dotnet8"),
    ("dotnetcore2.1", "dotnet8"),
    ("dotnetcore3.1", "dotnet8"),
    ("go1.x", "provided.al2023"),
    ("java8", "java21"),
    ("nodejs", "nodejs22.x"),
    ("nodejs10.x", "nodejs22.x"),
    ("nodejs12.x", "nodejs22.x"),
    ("nodejs14.x", "nodejs22.x"),
    ("nodejs4.3", "nodejs22.x"),
    ("nodejs4.3-edge", "nodejs22.x"),
    ("nodejs6.10", "nodejs22.x"),
    ("nodejs8.10", "nodejs22.x"),
    ("provided", "provided.al2023"),
    ("python2.7", "python3.13"),
    ("python3.6", "python3.13"),
    ("python3.7", "python3.13"),
    ("ruby2.5", "ruby3.4"),
    ("ruby2.7", "ruby3.4"),
];

/// The runtimes that Lambda has (AWS Lambda, "Lambda runtimes"; November 2026), and the deprecated ones with which it
/// still updates functions.
const RUNTIMES: [&str; 26] = [
    "dotnet10",
    "dotnet6",
    "dotnet8",
    "dotnet9",
    "java11",
    "java17",
    "java21",
    "java25",
    "java8.al2",
    "nodejs16.x",
    "nodejs18.x",
    "nodejs20.x",
    "nodejs22.x",
    "nodejs24.x",
    "provided.al2",
    "provided.al2023",
    "python3.10",
    "python3.11",
    "python3.12",
    "python3.13",
    "python3.14",
    "python3.8",
    "python3.9",
    "ruby3.2",
    "ruby3.3",
    "ruby3.4",
];

/// How names of variables end that hold a secret, in upper case and without `_` and `-`.
const SECRET_NAMES: [&str; 9] =
    ["PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "APIKEY", "PRIVATEKEY", "ACCESSKEY", "SECRETKEY"];

/// Warns of a scalar of a kind, at its place.
pub(in crate::manifest) fn scalar(scalar: Scalar, text: &str, position: Position, log: &mut Log) {
    let runtime = Scalar::Form(&form::RUNTIME);
    if scalar == Scalar::FlowName
        && let Some(hint) = super::scalar::foreign(text)
    {
        let message = format!("{} is taken as it is", quote(text));
        warn(Problem::warning(Code::Placeholder, message).hint(hint), position, log);
    } else if scalar == Scalar::Region
        && let Some(problem) = region(text)
    {
        warn(problem, position, log);
    } else if scalar == runtime
        && let Some((_, instead)) = GONE.iter().find(|(gone, _)| *gone == text)
    {
        let message = format!("Lambda no longer creates functions with the runtime `{text}`");
        let problem = Problem::warning(Code::RuntimeGone, message).hint(format!("use `{instead}`"));
        warn(problem, position, log);
    } else if scalar == runtime && !RUNTIMES.contains(&text) {
        // A new one may come any day.
        let problem =
            Problem::warning(Code::UnknownRuntime, format!("`{text}` is not a runtime that flowbind knows"));
        let problem = match runtime_hint(text) {
            Some(hint) => problem.hint(hint),
            None => problem,
        };
        warn(problem, position, log);
    }
}

/// Proposes the closest runtime, or those of the same language.
fn runtime_hint(text: &str) -> Option<String> {
    let stem = text.strip_suffix(".x").unwrap_or(text);
    let of_stem = RUNTIMES.into_iter().filter(|runtime| !stem.is_empty() && runtime.starts_with(stem));
    // `python` and `python3.x` name no version: the newest is meant.
    let version = |runtime: &&str| {
        let numbers = runtime.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
        numbers.map(|part| part.parse().unwrap_or(0)).collect::<Vec<u32>>()
    };
    if let (Some(newest), 2..) = (of_stem.clone().max_by_key(version), of_stem.count()) {
        return Some(format!("name a version, such as `{newest}`"));
    }
    let language: String = text.chars().take(4).collect();
    let of_it: Vec<&str> = RUNTIMES.into_iter().filter(|runtime| runtime.starts_with(&language)).collect();
    if of_it.is_empty() { hint(text, RUNTIMES) } else { hint(text, of_it) }
}

/// Gives a warning of a Region that AWS has not.
pub(in crate::manifest) fn region(text: &str) -> Option<Problem> {
    if REGIONS.contains(&text) {
        return None;
    }
    let problem =
        Problem::warning(Code::UnknownRegion, format!("`{text}` is not a Region that flowbind knows"));
    Some(match hint(text, REGIONS) {
        Some(hint) => problem.hint(hint),
        None => problem,
    })
}

fn warn(problem: Problem, position: Position, log: &mut Log) {
    let origin = log.origin(position);
    debug_assert_eq!(problem.severity, Severity::Warning);
    log.push(problem.at(&origin));
}

/// Warns of environment variables whose secret is written in the manifest, before variables are replaced. No value is
/// ever said.
pub(in crate::manifest) fn plain_secrets(document: &Node, log: &mut Log) {
    let functions = document.get("spec").and_then(|spec| spec.get("functions"));
    for (_, function) in functions.map_or(&[][..], Node::entries) {
        let environment = function.get("source").and_then(|source| source.get("environment"));
        for (name, value) in environment.map_or(&[][..], Node::entries) {
            if value.text().is_some_and(|value| is_secret(&name.text, value)) {
                let message =
                    format!("{} looks like a secret, and its value is in the manifest", quote(&name.text));
                let hint = "write `${var.NAME}` and give the value with `--var` or `--var-file`, or let the function \
                            read it from Secrets Manager";
                warn(Problem::warning(Code::PlainSecret, message).hint(hint), name.position, log);
            }
        }
    }
}

fn is_secret(name: &str, value: &str) -> bool {
    let known = ["AKIA", "ghp_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "sk_live_", "-----BEGIN "];
    if known.iter().any(|start| value.starts_with(start)) && value.len() >= 16 {
        return !value.contains("PUBLIC KEY") && !value.contains("CERTIFICATE");
    }
    // The name or place of a secret is none, and neither is what a variable gives.
    let refers = ["arn:", "/", "{{", "ssm:", "http:", "https:", "s3:"];
    if value.contains("${") || refers.iter().any(|start| value.starts_with(start)) {
        return false;
    }
    let name: String = name.chars().filter(|c| !"_-".contains(*c)).collect::<String>().to_ascii_uppercase();
    SECRET_NAMES.iter().any(|end| name.ends_with(end)) && !matches!(value, "" | "true" | "false")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_that_is_a_slip_of_the_finger_is_warned_of() {
        assert_eq!(region("eu-west-2"), None);
        let Problem { message, hint, .. } = region("eu-west-9").unwrap();
        assert_eq!(message, "`eu-west-9` is not a Region that flowbind knows");
        assert_eq!(hint.unwrap(), "did you mean `eu-west-1`?");
    }

    #[test]
    fn a_runtime_that_is_a_slip_of_the_finger_is_warned_of() {
        assert!(RUNTIMES.is_sorted());
        assert_eq!(runtime_hint("nodejs22").unwrap(), "did you mean `nodejs22.x`?");
        assert_eq!(runtime_hint("python3.x").unwrap(), "name a version, such as `python3.14`");
        assert_eq!(runtime_hint("python").unwrap(), "name a version, such as `python3.14`");
        assert_eq!(runtime_hint("java").unwrap(), "name a version, such as `java25`");
        let node = "one of `nodejs16.x`, `nodejs18.x`, `nodejs20.x`, `nodejs22.x`, `nodejs24.x`";
        assert_eq!(runtime_hint("node22").unwrap(), node);
    }

    #[test]
    fn a_secret_is_known_by_its_name_or_its_value() {
        for (name, value) in [
            ("DB_PASSWORD", "hunter2"),
            ("token", "t-1"),
            ("STRIPE_API_KEY", "x"),
            ("OTHER", "AKIAIOSFODNN7EXAMPLE"),
            ("KEY", "-----BEGIN PRIVATE KEY-----\nMII"),
        ] {
            assert!(is_secret(name, value), "{name}");
        }
        for (name, value) in [
            ("TABLE", "customers"),
            ("DB_PASSWORD", "${var.password}"),
            ("DB_PASSWORD_LENGTH", "12"),
            ("TOKEN_TTL", "60"),
            ("API_TOKEN", "arn:aws:secretsmanager:eu-west-2:111122223333:secret:x"),
            ("DB_PASSWORD", "/prod/db/password"),
            ("USE_TOKEN", "true"),
            ("KEY", "-----BEGIN PUBLIC KEY-----\nMII"),
        ] {
            assert!(!is_secret(name, value), "{name}");
        }
    }
}
