//! The kinds of scalar that a manifest's fields take: the check of each, and its pattern for editors.

use crate::manifest::reading::log::quote;
use crate::resource::FlowType;

mod attribute;
mod example;
pub(crate) mod form;
pub(crate) mod kind;
mod quantity;
mod regions;
mod slip;
mod text;
mod words;

pub(crate) use attribute::word as attribute_word;
pub(in crate::manifest) use regions::REGIONS;
pub(in crate::manifest) use slip::foreign;
pub(crate) use text::{MAX_FLOW_NAME, MAX_SET};
pub(crate) use words::{IdentityWord, Words, words};

use attribute::ATTRIBUTES;
use form::Form;
use text::formed;

/// The API version that this code reads.
pub(in crate::manifest) const API_VERSION: &str = "flowbind.dev/v1alpha1";
/// The kind of document that this code reads.
pub(in crate::manifest) const KIND: &str = "BindingSet";
/// The longest text of a field that has a form, in bytes; ARNs are the longest of them.
const MAX_FORMED: usize = 1_000;

/// A kind of scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar {
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
pub(crate) struct Fault {
    /// What is wrong.
    pub(crate) message: String,
    /// What to do.
    pub(crate) hint: Option<String>,
}

impl Fault {
    /// Says what is wrong.
    pub(in crate::manifest) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// Adds what to do.
    pub(in crate::manifest) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// A kind of scalar, and what a text of it is read into.
pub(crate) trait ScalarKind {
    /// What a text is read into.
    type Value;
    /// The kind as data.
    const SCALAR: Scalar;

    /// Reads a text of a sensible length.
    fn parse(text: &str) -> Result<Self::Value, Fault>;
}

/// Reads a text as a kind of scalar.
pub(crate) fn read<S: ScalarKind>(text: &str) -> Result<S::Value, Fault> {
    S::SCALAR.guarded(text, S::parse)
}

/// Returns whether a manifest takes a text as a kind of scalar.
pub(crate) fn fits<S: ScalarKind>(text: &str) -> bool {
    read::<S>(text).is_ok()
}

impl Scalar {
    /// Checks that a text is of this kind, where nobody needs its value.
    pub(in crate::manifest) fn check(self, text: &str) -> Result<(), Fault> {
        self.guarded(text, |text| self.judge(text))
    }

    /// Refuses what is far too long, and adds to a fault what to write instead.
    fn guarded<T>(self, text: &str, parse: impl FnOnce(&str) -> Result<T, Fault>) -> Result<T, Fault> {
        let result = if text.len() > MAX_FORMED
            && !matches!(self, Self::Text | Self::Name | Self::Description(_))
        {
            let message = format!("{} is too long: it has {} characters", quote(text), text.chars().count());
            Err(Fault::new(message))
        } else {
            parse(text)
        };
        result.map_err(|fault| match slip::hint(self, text) {
            Some(hint) => fault.hint(hint),
            None => fault,
        })
    }

    fn judge(self, text: &str) -> Result<(), Fault> {
        match self {
            Self::Text => Ok(()),
            Self::Word(words) => text::word(text, words, "a valid value"),
            Self::FlowType => text::flow_type(text).map(drop),
            Self::Bool => text::bool(text).map(drop),
            Self::Duration => quantity::duration(text).map(drop),
            Self::Label => text::label(text).map(drop),
            Self::SetName => text::set_name(text).map(drop),
            Self::AccountId => text::account_id(text).map(drop),
            Self::Region => text::region(text).map(drop),
            Self::Variable => text::variable(text),
            Self::FunctionName => text::function_name(text),
            Self::Qualifier => text::qualifier(text),
            Self::FunctionArn => text::function_arn(text).map(drop),
            Self::InstanceAlias => text::instance_alias(text),
            Self::InstanceId => text::instance_id(text),
            Self::InstanceArn => text::instance_arn(text).map(drop),
            Self::FlowName => text::flow_name(text),
            Self::Name if text.is_empty() => Err(Fault::new("the name is empty")),
            Self::Name => Ok(()),
            Self::Path => text::path(text),
            Self::Description(longest) => text::description(text, longest),
            Self::Memory => quantity::memory(text).map(drop),
            Self::Attribute => attribute::wire(text).map(drop),
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

    /// Returns a regular expression (ECMA 262) that every accepted text matches, where there is a useful one.
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
    pub(crate) fn words(self) -> Option<Vec<&'static str>> {
        match self {
            Self::Word(words) => Some(words.to_vec()),
            Self::FlowType => Some(FlowType::ALL.map(FlowType::word).to_vec()),
            Self::Attribute => Some(ATTRIBUTES.to_vec()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
