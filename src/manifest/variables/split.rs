//! A text split at its variables, and what to write where one is not well formed.

use super::super::grammar::scalar::{fits, kind};
use super::super::reading::log::{Log, quote};
use super::super::yaml::Position;
use crate::resource::Code;

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'t> {
    Text(&'t str),
    Variable(&'t str),
}

/// Why a text cannot be split.
pub(super) struct Fault {
    message: String,
    hint: String,
}

impl Fault {
    pub(super) fn report(self, position: Position, log: &mut Log) {
        log.error_with(Code::BadVariable, position, self.message, self.hint);
    }
}

/// How to write what is no variable.
pub(super) const LITERAL: &str = "write `$${` for a literal `${`";

/// Says what to write for a token that is no variable, by what stands in it.
fn hint_for(inner: &str) -> String {
    // `${ var.x }`, `${Var.x}` and `${vars.x}` are slips of the finger.
    let trimmed = inner.trim();
    if let Some((head, name)) = trimmed.split_once('.')
        && ["var", "vars", "variable", "variables"].iter().any(|word| head.eq_ignore_ascii_case(word))
        && fits::<kind::Variable>(name)
    {
        return format!("did you mean `${{var.{name}}}`?");
    }
    if inner.starts_with('{') && inner.ends_with('}') {
        return "this looks like an expression of GitHub Actions, which fills it in only in a workflow: declare a variable, \
                write `${var.NAME}`, and give the value with `--var`"
            .to_owned();
    }
    let of_flows = ["function.", "flow.", "module.", "instance.", "value.", "queue[", "prompt[", "hours["];
    if of_flows.iter().any(|start| inner.starts_with(start)) {
        return "such tokens belong in flow files".to_owned();
    }
    if fits::<kind::Variable>(inner) {
        return format!("write `${{var.{inner}}}` for a variable; {LITERAL}");
    }
    if ["aws:", "saml:", "sts:", "s3:", "iam:", "ec2:", "sso:"].iter().any(|start| inner.starts_with(start)) {
        return format!("a variable of an IAM policy is written `$${{{inner}}}`");
    }
    match crate::flow::placeholder::tool_of(inner) {
        Some(tool) => format!(
            "this looks like {tool}: let it fill in the file first, or declare a variable and write `${{var.NAME}}`"
        ),
        None => format!("write `${{var.NAME}}` for a variable; {LITERAL}"),
    }
}

/// Finds the variable that a text uses as a shell would, `$NAME`; the longest name counts.
pub(super) fn dollar<'n>(text: &str, names: impl Iterator<Item = &'n str> + Clone) -> Option<&'n str> {
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    text.split('$').skip(1).find_map(|rest| {
        names.clone().filter(|name| rest.strip_prefix(name).is_some_and(ends)).max_by_key(|name| name.len())
    })
}

/// Splits a text at its variables.
pub(super) fn split(text: &str) -> Result<Vec<Part<'_>>, Fault> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            parts.push(Part::Text(&rest[..at - 1]));
            parts.push(Part::Text("${"));
            rest = &rest[at + 2..];
            continue;
        }
        parts.push(Part::Text(&rest[..at]));
        let Some(end) = rest[at..].find('}') else {
            let message = format!("{} is not closed with `}}`", quote(&rest[at..]));
            let hint = match rest[at..].starts_with("${var.") {
                true => format!("write `}}` after the name of the variable; {LITERAL}"),
                false => LITERAL.to_owned(),
            };
            return Err(Fault { message, hint });
        };
        // `${{ vars.X }}`
        let end = if rest[at..].starts_with("${{") && rest[at + end + 1..].starts_with('}') {
            end + 1
        } else {
            end
        };
        let token = &rest[at..=at + end];
        let inner = &token[2..token.len() - 1];
        let Some(name) = inner.strip_prefix("var.").filter(|name| !name.is_empty()) else {
            let message = format!("{} is not a variable of the manifest", quote(token));
            return Err(Fault { message, hint: hint_for(inner) });
        };
        parts.push(Part::Variable(name));
        rest = &rest[at + end + 1..];
    }
    parts.push(Part::Text(rest));
    Ok(parts)
}
