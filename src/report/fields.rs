//! Fields of functions and roles that change, one line each. Hidden values are named and never shown.

use super::style::{green, red};
use super::visible::visible;
use crate::plan::{FunctionSpec, RoleSpec};

/// A longer value, such as a policy document, is cut in text; JSON has it whole.
const LONGEST: usize = 100;

/// Writes the line of a changed field.
pub(super) fn field_text(path: &str, from: Option<&str>, to: Option<&str>, hidden: bool) -> String {
    match (from, to, hidden) {
        (None, _, true) => format!("{path}: {}", green("added")),
        (_, None, true) => format!("{path}: {}", red("removed")),
        (Some(_), Some(_), true) => format!("{path}: changed"),
        (None, None, false) => path.to_owned(),
        (None, Some(to), false) => format!("{path}: {}", green(&format!("+ {}", cut(to)))),
        (Some(from), None, false) => format!("{path}: {}", red(&format!("- {}", cut(from)))),
        (Some(from), Some(to), false) => {
            format!("{path}: {} -> {}", red(&cut(from)), green(&cut(to)))
        }
    }
}

fn cut(text: &str) -> String {
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", visible(&text[..end])),
        None => visible(text).into_owned(),
    }
}

/// Says in a line what a new function is.
pub(super) fn function_line(spec: &FunctionSpec) -> String {
    let source = &spec.source;
    let mut line = format!(
        "`{}`, {}, {} from {} ({} bytes), role {}",
        spec.function.name, source.runtime, source.handler, source.code.path, source.code.size, spec.role
    );
    if let Some(variables) = source.environment.as_ref().filter(|variables| !variables.is_empty()) {
        let names: Vec<&str> = variables.keys().map(String::as_str).collect();
        line.push_str(&format!(", environment {}", names.join(", ")));
    }
    if let Some(alias) = &source.publish {
        line.push_str(&format!(", published as `{alias}`"));
    }
    line
}

/// Says in a line what a new role is.
pub(super) fn role_line(spec: &RoleSpec) -> String {
    let managed = spec.wanted.managed.iter().map(|arn| arn.rsplit('/').next().unwrap_or(arn).to_owned());
    let inline = spec.wanted.inline.keys().map(|name| format!("inline {name}"));
    let policies: Vec<String> = managed.chain(inline).collect();
    let with = if policies.is_empty() { "no policies".to_owned() } else { policies.join(", ") };
    format!("`{}` for lambda.amazonaws.com, with {with}", spec.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_values_are_named_and_long_ones_are_cut() {
        let line = |from, to, hidden| field_text("environment.TABLE", from, to, hidden);
        assert_eq!(line(Some("canary"), Some("canary2"), true), "environment.TABLE: changed");
        assert!(!line(None, Some("canary"), true).contains("canary"));
        assert!(!line(Some("canary"), None, true).contains("canary"));
        let long = "ä".repeat(101);
        assert!(line(Some(&long), Some(""), false).contains("ä…"));
        let forged = line(Some("a\nPlan: nothing"), Some("\u{202e}b"), false);
        assert!(!forged.contains('\n') && !forged.contains('\u{202e}'), "{forged}");
    }
}
