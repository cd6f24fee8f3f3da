//! An example of each kind of scalar, for messages that say what to write.

use super::Scalar;

impl Scalar {
    /// Returns a text of this kind as an example, as it is written in YAML.
    pub(in crate::manifest) fn example(self) -> &'static str {
        match self {
            Self::Text | Self::Description(_) => "TEXT",
            Self::Name | Self::Variable => "NAME",
            Self::Word(words) => words.first().copied().unwrap_or_default(),
            Self::FlowType => "contact-flow",
            Self::Bool => "true",
            Self::Duration => "8s",
            Self::Label => "my-name",
            Self::SetName => "my-set",
            Self::AccountId => "\"111122223333\"",
            Self::Region => "eu-west-2",
            Self::FunctionName => "my-function",
            Self::Qualifier => "live",
            Self::FunctionArn => "arn:aws:lambda:eu-west-2:111122223333:function:my-function",
            Self::InstanceAlias => "my-contact-centre",
            Self::InstanceId => "aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb",
            Self::InstanceArn => {
                "arn:aws:connect:eu-west-2:111122223333:instance/aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb"
            }
            Self::FlowName => "Main IVR",
            Self::Path => "folder/file",
            Self::Memory => "256",
            Self::Attribute => "contactflow-logs",
            Self::Form(form) => form.example,
        }
    }
}
