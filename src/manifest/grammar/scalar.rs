//! The kinds of scalar that a manifest's fields take: the check of each, and its pattern for editors.

use crate::resource::{AccountId, FlowType, FunctionArn, InstanceArn, Label, Region, SetName};

use crate::manifest::reading::log::{hint, quote};

mod attribute;
mod example;
pub(in crate::manifest) mod form;
mod quantity;
mod regions;
mod slip;

pub(in crate::manifest) use attribute::wire as attribute_wire;
pub(in crate::manifest) use quantity::{duration, memory};
pub(in crate::manifest) use regions::REGIONS;
pub(in crate::manifest) use slip::foreign;

use attribute::ATTRIBUTES;
use form::Form;

/// The API version that this code reads.
pub(in crate::manifest) const API_VERSION: &str = "flowbind.dev/v1alpha1";
/// The kind of document that this code reads.
pub(in crate::manifest) const KIND: &str = "BindingSet";
/// The longest name of a set, in characters: with a target behind it, it must still fit into a statement's Sid.
const MAX_SET: usize = 40;
/// The longest flow name, in characters (`AWS::Connect::ContactFlow` caps `Name`).
const MAX_FLOW_NAME: usize = 127;
/// The longest text of a field that has a form, in bytes; ARNs are the longest of them.
const MAX_FORMED: usize = 1_000;

/// A kind of scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::manifest) enum Scalar {
    /// Any text, also an empty one.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// The type of a flow.
    FlowType,
    /// `true` or `false`, and nothing else.
    Bool,
    /// Whole seconds or minutes, with their unit.
    Duration,
    /// A logical name.
    Label,
    /// The name of a set.
    SetName,
    /// A 12-digit account id.
    AccountId,
    /// A Region.
    Region,
    /// The name of a variable or of a value.
    Variable,
    /// A Lambda function's name.
    FunctionName,
    /// An alias or a version.
    Qualifier,
    /// The ARN of a function.
    FunctionArn,
    /// An instance's alias.
    InstanceAlias,
    /// An instance's id.
    InstanceId,
    /// The ARN of an instance.
    InstanceArn,
    /// A flow's name in Amazon Connect.
    FlowName,
    /// A block's identifier or friendly name, or the name of a parameter or of a key in an answer.
    Name,
    /// A file, relative to the file that names it.
    Path,
    /// A description of at most so many characters.
    Description(usize),
    /// A function's memory in MB.
    Memory,
    /// The name of an instance's attribute.
    Attribute,
    /// A text with a form and nothing more.
    Form(&'static Form),
}

/// Why a text is not what a field takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::manifest) struct Fault {
    /// What is wrong.
    pub(in crate::manifest) message: String,
    /// What to do.
    pub(in crate::manifest) hint: Option<String>,
}

impl Fault {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

impl Scalar {
    /// Checks that a text is of this kind.
    pub(in crate::manifest) fn check(self, text: &str) -> Result<(), Fault> {
        self.judge(text).map_err(|fault| match slip::hint(self, text) {
            Some(hint) => fault.hint(hint),
            None => fault,
        })
    }

    fn judge(self, text: &str) -> Result<(), Fault> {
        if text.len() > MAX_FORMED && !matches!(self, Self::Text | Self::Name | Self::Description(_)) {
            let message = format!("{} is too long: it has {} characters", quote(text), text.chars().count());
            return Err(Fault::new(message));
        }
        let plain = |fault: String| Fault::new(fault);
        match self {
            Self::Text => Ok(()),
            Self::Word(words) => word(text, words, "a valid value"),
            Self::FlowType => word(text, &FlowType::ALL.map(FlowType::word), "a flow type"),
            Self::Bool => bool(text),
            Self::Duration => duration(text).map(drop),
            Self::Label => Label::parse(text).map(drop).map_err(|e| plain(e.to_string())),
            Self::SetName => set_name(text),
            Self::AccountId => AccountId::parse(text).map(drop).map_err(|e| plain(e.to_string())),
            Self::Region => Region::parse(text).map(drop).map_err(|e| match regions::close_region(text) {
                Some(close) => Fault::new(format!("{} is not an AWS Region", quote(text)))
                    .hint(format!("did you mean `{close}`?")),
                None => plain(e.to_string()),
            }),
            Self::Variable => formed(
                text,
                is_variable,
                "a name here",
                "use letters, digits, `_` and `-`, at most 64, starting with a letter",
            ),
            Self::FunctionName => function_name(text),
            Self::Qualifier => qualifier(text),
            Self::FunctionArn => function_arn(text),
            Self::InstanceAlias => formed(
                text,
                is_instance_alias,
                "an instance alias",
                "use letters, digits and `-`, at most 45, starting with a letter or digit but not with `d-`, and not ending with `-`",
            ),
            Self::InstanceId => formed(
                text,
                is_instance_id,
                "an instance id",
                "use letters, digits and `-`, at most 100; it is the last part of the instance's ARN",
            ),
            Self::InstanceArn => instance_arn(text),
            Self::FlowName => formed(text, is_flow_name, "a flow name", "use 1 to 127 characters"),
            Self::Name if text.is_empty() => Err(Fault::new("the name is empty")),
            Self::Name => Ok(()),
            Self::Path => path(text),
            Self::Description(longest) => description(text, longest),
            Self::Memory => memory(text).map(drop),
            Self::Attribute => attribute::check(text),
            Self::Form(Form { what, rule, is, .. }) => formed(text, *is, what, rule),
        }
    }

    /// Names the kind, with its article.
    pub(in crate::manifest) fn what(self) -> &'static str {
        match self {
            Self::Text | Self::Name => "a text",
            Self::Word(_) | Self::FlowType => "a word",
            Self::Bool => "`true` or `false`",
            Self::Duration => "a duration such as `8s`",
            Self::Label => "a logical name",
            Self::SetName => "the name of the set",
            Self::AccountId => "an account id",
            Self::Region => "a Region",
            Self::Variable => "a variable's name",
            Self::FunctionName => "a function name",
            Self::Qualifier => "an alias or a version",
            Self::FunctionArn => "a function ARN",
            Self::InstanceAlias => "an instance alias",
            Self::InstanceId => "an instance id",
            Self::InstanceArn => "an instance ARN",
            Self::FlowName => "a flow name",
            Self::Path => "a file",
            Self::Description(_) => "a text",
            Self::Memory => "a number of MB",
            Self::Attribute => "an attribute of an instance",
            Self::Form(form) => form.what,
        }
    }

    /// Gives a regular expression (ECMA 262) that every accepted text matches, where there is a useful one.
    pub(in crate::manifest) fn pattern(self) -> Option<&'static str> {
        Some(match self {
            Self::Text | Self::Word(_) | Self::FlowType | Self::Attribute | Self::Bool => return None,
            Self::Description(_) => return None,
            Self::Duration => r"^[0-9]{1,6}[sm]$",
            Self::Label => r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
            Self::SetName => r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$",
            Self::AccountId => r"^[0-9]{12}$",
            Self::Region => r"^[a-z]+(-[a-z0-9]+)+-[0-9]+$",
            Self::Variable => r"^[A-Za-z][A-Za-z0-9_-]{0,63}$",
            Self::FunctionName => r"^[A-Za-z0-9_-]{1,64}$",
            Self::Qualifier => r"^[A-Za-z0-9_-]{1,128}$",
            Self::FunctionArn => {
                r"^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_-]{1,128})?$"
            }
            Self::InstanceAlias => r"^(?!d-)([0-9A-Za-z]+)([-]*[0-9A-Za-z])*$",
            Self::InstanceId => r"^[0-9A-Za-z-]{1,100}$",
            Self::InstanceArn => {
                r"^arn:aws[a-z-]*:connect:[a-z0-9-]+:[0-9]{12}:instance/[0-9A-Za-z-]{1,100}$"
            }
            Self::FlowName => r"^[^\x00-\x1f]{1,127}$",
            Self::Name => r"^[\s\S]+$",
            Self::Path => r"^[^/][\s\S]*$",
            Self::Memory => r"^[0-9]{3,5}$",
            Self::Form(form) => form.pattern,
        })
    }

    /// Lists the words that are accepted, where there is a list.
    pub(in crate::manifest) fn words(self) -> Option<Vec<&'static str>> {
        match self {
            Self::Word(words) => Some(words.to_vec()),
            Self::FlowType => Some(FlowType::ALL.map(FlowType::word).to_vec()),
            Self::Attribute => Some(ATTRIBUTES.to_vec()),
            _ => None,
        }
    }
}

fn description(text: &str, longest: usize) -> Result<(), Fault> {
    match text.chars().count() {
        count if count > longest => {
            Err(Fault::new(format!("the description has {count} characters; AWS allows {longest}")))
        }
        _ => Ok(()),
    }
}

fn word(text: &str, words: &[&str], what: &str) -> Result<(), Fault> {
    if words.contains(&text) {
        return Ok(());
    }
    let fault = Fault::new(format!("{} is not {what}", quote(text)));
    Err(match hint(text, words.iter().copied()) {
        Some(hint) => fault.hint(hint),
        None => fault,
    })
}

fn bool(text: &str) -> Result<(), Fault> {
    match text {
        "true" | "false" => Ok(()),
        _ => Err(Fault::new(format!("{} is not `true` or `false`", quote(text)))),
    }
}

fn set_name(text: &str) -> Result<(), Fault> {
    SetName::parse(text).map_err(|e| Fault::new(e.to_string()))?;
    if text.len() > MAX_SET {
        let message =
            format!("{} has {} characters; the name of a set has at most {MAX_SET}", quote(text), text.len());
        return Err(Fault::new(message).hint("the ids of the set's statements contain it"));
    }
    Ok(())
}

fn function_name(text: &str) -> Result<(), Fault> {
    let result =
        formed(text, is_function_name, "a function name", "use letters, digits, `-` and `_`, at most 64");
    result.map_err(|fault| match text.split_once(':') {
        Some(("arn", _)) => fault.hint("an ARN belongs under `arn:`"),
        Some(_) => fault.hint("an alias or version belongs under `qualifier:`"),
        None => fault,
    })
}

fn qualifier(text: &str) -> Result<(), Fault> {
    if text == "$LATEST" {
        let fault = Fault::new("`$LATEST` cannot be granted: a resource policy takes an alias or a version");
        return Err(fault.hint("leave `qualifier` out to call the unqualified function"));
    }
    formed(text, is_qualifier, "an alias or a version", "use letters, digits, `-` and `_`, at most 128")
}

fn function_arn(text: &str) -> Result<(), Fault> {
    let arn = FunctionArn::parse(text).map_err(|e| Fault::new(e.to_string()))?;
    same_partition(text, &arn.to_string())?;
    let FunctionArn { place: _, name, qualifier: given } = arn;
    function_name(&name)?;
    given.map_or(Ok(()), |given| qualifier(&given))
}

fn instance_arn(text: &str) -> Result<(), Fault> {
    let arn = InstanceArn::parse(text).map_err(|e| Fault::new(e.to_string()))?;
    same_partition(text, &arn.to_string())
}

fn same_partition(text: &str, expected: &str) -> Result<(), Fault> {
    if text == expected {
        return Ok(());
    }
    let message = format!("the partition in {} does not match its Region", quote(text));
    Err(Fault::new(message).hint(format!("it would be `{expected}`")))
}

fn path(text: &str) -> Result<(), Fault> {
    if text.is_empty() || text.contains('\0') {
        return Err(Fault::new(format!("{} is not the name of a file", quote(text))));
    }
    if text.starts_with('/') || text.contains('\\') {
        let fault = Fault::new(format!("{} is not relative to this file", quote(text)));
        return Err(fault.hint("write a relative path with `/`, such as `flows/main.json`"));
    }
    Ok(())
}

fn formed(text: &str, is: fn(&str) -> bool, what: &str, rule: &str) -> Result<(), Fault> {
    if is(text) {
        return Ok(());
    }
    // A key with a space or a sign in it may be a value that somebody forgot to put behind its name.
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
    let shown =
        if what == form::ENVIRONMENT_NAME.what && !plain { "this key".to_owned() } else { quote(text) };
    Err(Fault::new(format!("{shown} is not {what}: {rule}")))
}

fn within(text: &str, longest: usize, allowed: fn(u8) -> bool) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(allowed)
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

#[cfg(test)]
mod tests;
