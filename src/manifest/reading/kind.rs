//! Which kind of document a file holds, before it is read.

/// The kind of the documents that are scenarios.
pub(in crate::manifest) const SCENARIO: &str = "Scenario";

/// Whether a file holds scenarios and nothing else, as far as its first look tells.
pub(crate) fn is_scenario_file(text: &str) -> bool {
    let mut kinds = text.lines().filter_map(|line| line.strip_prefix("kind:")).peekable();
    let is_ours = kinds.peek().is_some()
        && text.lines().any(|line| {
            let version =
                line.strip_prefix("apiVersion:").map(|version| version.trim_start_matches([' ', '"', '\'']));
            version.is_some_and(|version| version.starts_with("flowbind.dev/"))
        });
    let word = |text: &str| {
        text.split(" #").next().unwrap_or_default().trim_matches([' ', '"', '\'', '\r']).to_owned()
    };
    is_ours && kinds.all(|kind| word(kind) == SCENARIO)
}
