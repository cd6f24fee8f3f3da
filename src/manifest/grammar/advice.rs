//! What can be written, and is probably a mistake: warnings, each at its place.

use crate::resource::{Code, Problem, Severity};

use super::scalar::{REGIONS, Scalar, form};
use crate::manifest::reading::log::{Log, hint, quote};
use crate::manifest::yaml::Position;

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

/// Returns a warning of a Region that AWS has not.
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

pub(super) fn warn(problem: Problem, position: Position, log: &mut Log) {
    let origin = log.origin(position);
    debug_assert_eq!(problem.severity, Severity::Warning);
    log.push(problem.at(&origin));
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
}
