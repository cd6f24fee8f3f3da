//! Which kind of document a file holds, before it is read.

/// The kind of the documents that are scenarios.
pub(in crate::manifest) const SCENARIO: &str = "Scenario";

/// Whether a file is one of flowbind's, as far as its first look tells.
fn is_ours(text: &str) -> bool {
    let mut versions = text.lines().filter_map(|line| line.strip_prefix("apiVersion:"));
    versions.any(|version| version.trim_start_matches([' ', '"', '\'']).starts_with("flowbind.dev/"))
}

/// Tells flowbind's manifests from the other YAML files of a folder, and from scenarios.
#[cfg(feature = "cli")]
pub(crate) fn is_manifest_file(text: &str) -> bool {
    is_ours(text) && !is_scenario_file(text)
}

/// Whether a file holds scenarios and nothing else, as far as its first look tells.
pub(crate) fn is_scenario_file(text: &str) -> bool {
    let mut kinds = text.lines().filter_map(|line| line.strip_prefix("kind:")).peekable();
    let word = |text: &str| {
        text.split(" #").next().unwrap_or_default().trim_matches([' ', '"', '\'', '\r']).to_owned()
    };
    kinds.peek().is_some() && is_ours(text) && kinds.all(|kind| word(kind) == SCENARIO)
}
