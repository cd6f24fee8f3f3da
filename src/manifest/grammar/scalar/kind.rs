//! The kinds of scalar as types: which text each field takes, and what it is read into.

use std::marker::PhantomData;
use std::time::Duration as Time;

use super::{API_VERSION, Fault, KIND, Scalar, ScalarKind, attribute, form, quantity, text};
use crate::manifest::secret::Secret;
use crate::resource::{self, FunctionArn as Function, InstanceArn as Instance};

/// One of the words of something.
pub(crate) struct Word<W>(PhantomData<W>);

/// Kinds that are read into the text itself.
macro_rules! texts {
    ($($name:ident = $scalar:expr;)+) => {
        $(#[derive(Debug)]
        pub(crate) struct $name;

        impl ScalarKind for $name {
            type Value = String;
            const SCALAR: Scalar = $scalar;

            fn parse(text: &str) -> Result<String, Fault> {
                Self::SCALAR.judge(text).map(|()| text.to_owned())
            }
        })+
    };
}

/// Kinds that are read into a value of their own.
macro_rules! values {
    ($($name:ident = $scalar:expr => $value:ty, $parse:expr;)+) => {
        $(#[derive(Debug)]
        pub(crate) struct $name;

        impl ScalarKind for $name {
            type Value = $value;
            const SCALAR: Scalar = $scalar;

            fn parse(text: &str) -> Result<$value, Fault> {
                $parse(text)
            }
        })+
    };
}

texts! {
    Text = Scalar::Text;
    ApiVersion = Scalar::Word(&[API_VERSION]);
    DocumentKind = Scalar::Word(&[KIND]);
    Variable = Scalar::Variable;
    FunctionName = Scalar::FunctionName;
    Qualifier = Scalar::Qualifier;
    InstanceAlias = Scalar::InstanceAlias;
    InstanceId = Scalar::InstanceId;
    FlowName = Scalar::FlowName;
    FlowDescription = Scalar::Description(500);
    FunctionDescription = Scalar::Description(256);
    Name = Scalar::Name;
    Path = Scalar::Path;
    PolicyVersion = Scalar::Word(&["2012-10-17", "2008-10-17"]);
    Runtime = Scalar::Form(&form::RUNTIME);
    Handler = Scalar::Form(&form::HANDLER);
    Alias = Scalar::Form(&form::ALIAS);
    EnvironmentName = Scalar::Form(&form::ENVIRONMENT_NAME);
    RoleName = Scalar::Form(&form::ROLE_NAME);
    PolicyName = Scalar::Form(&form::POLICY_NAME);
    RoleArn = Scalar::Form(&form::ROLE_ARN);
    ManagedPolicy = Scalar::Form(&form::MANAGED_POLICY);
    ExternalId = Scalar::Form(&form::EXTERNAL_ID);
    DirectoryId = Scalar::Form(&form::DIRECTORY_ID);
}

values! {
    Hidden = Scalar::Text => Secret, |text| Ok(Secret::new(text));
    Bool = Scalar::Bool => bool, text::bool;
    Duration = Scalar::Duration => Time, quantity::duration;
    Memory = Scalar::Memory => u32, quantity::memory;
    Label = Scalar::Label => resource::Label, text::label;
    SetName = Scalar::SetName => resource::SetName, text::set_name;
    AccountId = Scalar::AccountId => resource::AccountId, text::account_id;
    Region = Scalar::Region => resource::Region, text::region;
    FunctionArn = Scalar::FunctionArn => Function, text::function_arn;
    InstanceArn = Scalar::InstanceArn => Instance, text::instance_arn;
    FlowType = Scalar::FlowType => resource::FlowType, text::flow_type;
    Attribute = Scalar::Attribute => String, attribute::wire;
}
