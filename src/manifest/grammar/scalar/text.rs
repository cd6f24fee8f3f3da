//! The checks of texts, each into what the text is read into.

use super::form::{self, within};
use super::{Fault, regions};
use crate::manifest::reading::log::{hint, quote};
use crate::resource::{AccountId, FlowType, FunctionArn, InstanceArn, Label, Qualifier, Region, SetName};

/// The longest name of a set, in characters: with a target behind it, it must still fit into a statement's Sid.
pub(crate) const MAX_SET: usize = 40;
/// The longest flow name, in characters (`AWS::Connect::ContactFlow` caps `Name`).
pub(crate) const MAX_FLOW_NAME: usize = 127;

pub(super) fn description(text: &str, longest: usize) -> Result<(), Fault> {
    match text.chars().count() {
        count if count > longest => {
            Err(Fault::new(format!("the description has {count} characters; AWS allows {longest}")))
        }
        _ => Ok(()),
    }
}

pub(super) fn word(text: &str, words: &[&str], what: &str) -> Result<(), Fault> {
    if words.contains(&text) { Ok(()) } else { Err(no_word(text, words, what)) }
}

/// Says that a text is none of some words.
pub(super) fn no_word(text: &str, words: &[&str], what: &str) -> Fault {
    let fault = Fault::new(format!("{} is not {what}", quote(text)));
    match hint(text, words.iter().copied()) {
        Some(hint) => fault.hint(hint),
        None => fault,
    }
}

pub(super) fn flow_type(text: &str) -> Result<FlowType, Fault> {
    match FlowType::from_word(text) {
        Some(kind) => Ok(kind),
        None => Err(no_word(text, &FlowType::ALL.map(FlowType::word), "a flow type")),
    }
}

pub(super) fn bool(text: &str) -> Result<bool, Fault> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Fault::new(format!("{} is not `true` or `false`", quote(text)))),
    }
}

pub(super) fn label(text: &str) -> Result<Label, Fault> {
    Label::parse(text).map_err(|error| Fault::new(error.to_string()))
}

pub(super) fn account_id(text: &str) -> Result<AccountId, Fault> {
    AccountId::parse(text).map_err(|error| Fault::new(error.to_string()))
}

pub(super) fn region(text: &str) -> Result<Region, Fault> {
    Region::parse(text).map_err(|error| match regions::close_region(text) {
        Some(close) => Fault::new(format!("{} is not an AWS Region", quote(text)))
            .hint(format!("did you mean `{close}`?")),
        None => Fault::new(error.to_string()),
    })
}

pub(super) fn set_name(text: &str) -> Result<SetName, Fault> {
    let name = SetName::parse(text).map_err(|error| Fault::new(error.to_string()))?;
    if text.len() > MAX_SET {
        let message =
            format!("{} has {} characters; the name of a set has at most {MAX_SET}", quote(text), text.len());
        return Err(Fault::new(message).hint("the ids of the set's statements contain it"));
    }
    Ok(name)
}

pub(super) fn function_name(text: &str) -> Result<(), Fault> {
    let result =
        formed(text, is_function_name, "a function name", "use letters, digits, `-` and `_`, at most 64");
    result.map_err(|fault| match text.split_once(':') {
        Some(("arn", _)) => fault.hint("an ARN belongs under `arn:`"),
        Some(_) => fault.hint("an alias or version belongs under `qualifier:`"),
        None => fault,
    })
}

pub(super) fn qualifier(text: &str) -> Result<(), Fault> {
    if Qualifier::of(Some(text)) == Qualifier::Latest {
        let fault = Fault::new("`$LATEST` cannot be granted: a resource policy takes an alias or a version");
        return Err(fault.hint("leave `qualifier` out to call the unqualified function"));
    }
    formed(text, is_qualifier, "an alias or a version", "use letters, digits, `-` and `_`, at most 128")
}

pub(super) fn function_arn(text: &str) -> Result<FunctionArn, Fault> {
    let arn = FunctionArn::parse(text).map_err(|error| Fault::new(error.to_string()))?;
    same_partition(text, &arn.to_string())?;
    let FunctionArn { place: _, name, qualifier: given } = &arn;
    function_name(name)?;
    given.as_deref().map_or(Ok(()), qualifier)?;
    Ok(arn)
}

pub(super) fn instance_arn(text: &str) -> Result<InstanceArn, Fault> {
    let arn = InstanceArn::parse(text).map_err(|error| Fault::new(error.to_string()))?;
    same_partition(text, &arn.to_string())?;
    Ok(arn)
}

fn same_partition(text: &str, expected: &str) -> Result<(), Fault> {
    if text == expected {
        return Ok(());
    }
    let message = format!("the partition in {} does not match its Region", quote(text));
    Err(Fault::new(message).hint(format!("it would be `{expected}`")))
}

pub(super) fn path(text: &str) -> Result<(), Fault> {
    if text.is_empty() || text.contains('\0') {
        return Err(Fault::new(format!("{} is not the name of a file", quote(text))));
    }
    if text.starts_with('/') || text.contains('\\') {
        let fault = Fault::new(format!("{} is not relative to this file", quote(text)));
        return Err(fault.hint("write a relative path with `/`, such as `flows/main.json`"));
    }
    Ok(())
}

pub(super) fn formed(text: &str, is: fn(&str) -> bool, what: &str, rule: &str) -> Result<(), Fault> {
    if is(text) {
        return Ok(());
    }
    // A key with a space or a sign in it may be a value that somebody forgot to put behind its name.
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
    let shown =
        if what == form::ENVIRONMENT_NAME.what && !plain { "this key".to_owned() } else { quote(text) };
    Err(Fault::new(format!("{shown} is not {what}: {rule}")))
}

pub(super) fn variable(text: &str) -> Result<(), Fault> {
    let rule = "use letters, digits, `_` and `-`, at most 64, starting with a letter";
    formed(text, is_variable, "a name here", rule)
}

pub(super) fn instance_alias(text: &str) -> Result<(), Fault> {
    let rule = "use letters, digits and `-`, at most 45, starting with a letter or digit but not with `d-`, and not \
                ending with `-`";
    formed(text, is_instance_alias, "an instance alias", rule)
}

pub(super) fn instance_id(text: &str) -> Result<(), Fault> {
    let rule = "use letters, digits and `-`, at most 100; it is the last part of the instance's ARN";
    formed(text, is_instance_id, "an instance id", rule)
}

pub(super) fn flow_name(text: &str) -> Result<(), Fault> {
    formed(text, is_flow_name, "a flow name", "use 1 to 127 characters")
}

fn is_variable(text: &str) -> bool {
    within(text, 64, |b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn is_function_name(text: &str) -> bool {
    within(text, 64, |b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}

fn is_qualifier(text: &str) -> bool {
    within(text, 128, |b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}

fn is_instance_alias(text: &str) -> bool {
    within(text, 45, |b| b.is_ascii_alphanumeric() || b == b'-')
        && !text.starts_with("d-")
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_instance_id(text: &str) -> bool {
    within(text, 100, |b| b.is_ascii_alphanumeric() || b == b'-')
}

fn is_flow_name(text: &str) -> bool {
    (1..=MAX_FLOW_NAME).contains(&text.chars().count()) && !text.contains(char::is_control)
}
