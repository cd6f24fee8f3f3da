//! The wire of the emulated services: who calls what (SigV4 scope, path, form), and how answers are written.
//!
//! Knows nothing of what the operations do.

mod authorization;
mod encode;
mod error;
mod percent;
mod query;
mod request;

pub(crate) use authorization::Scope;
pub(crate) use encode::{Answer, Reply, respond};
pub(crate) use error::ApiError;
pub(crate) use percent::{decode as percent_decode, encode as percent_encode};
pub(crate) use query::parse as parse_form;
pub(crate) use request::{Page, RawRequest, parse_query};

use serde::Serialize;

/// An emulated AWS service, as the credential scope names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) enum Service {
    /// Amazon Connect, REST-JSON.
    Connect,
    /// AWS Lambda, REST-JSON.
    Lambda,
    /// AWS Identity and Access Management, query and XML.
    Iam,
    /// AWS Security Token Service, query and XML.
    Sts,
}

impl Service {
    /// Returns the service of a signing name.
    pub(crate) fn from_signing_name(name: &str) -> Option<Self> {
        match name {
            "connect" => Some(Self::Connect),
            "lambda" => Some(Self::Lambda),
            "iam" => Some(Self::Iam),
            "sts" => Some(Self::Sts),
            _ => None,
        }
    }

    /// Returns the prefix of the service's IAM actions, which is its signing name.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Lambda => "lambda",
            Self::Iam => "iam",
            Self::Sts => "sts",
        }
    }

    /// Returns whether the service speaks the query protocol (form in, XML out).
    pub(crate) fn is_query(self) -> bool {
        matches!(self, Self::Iam | Self::Sts)
    }
}
