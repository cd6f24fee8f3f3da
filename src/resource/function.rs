//! A function as a flow calls it.

use std::fmt;

use super::arn::FunctionArn;
use super::name::Place;

/// A function and the qualifier that is called: each qualifier has a resource policy of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionRef {
    /// Where the function lives.
    pub place: Place,
    /// The function's name.
    pub name: String,
    /// The alias or version that flows call; none means the unqualified function.
    pub qualifier: Option<String>,
}

impl FunctionRef {
    /// Returns the ARN that a flow names.
    pub fn arn(&self) -> FunctionArn {
        FunctionArn { place: self.place.clone(), name: self.name.clone(), qualifier: self.qualifier.clone() }
    }

    /// Returns the function without its qualifier.
    pub fn unqualified(&self) -> Self {
        Self { qualifier: None, ..self.clone() }
    }
}

impl fmt::Display for FunctionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.qualifier.as_ref().map_or(Ok(()), |qualifier| write!(f, ":{qualifier}"))
    }
}
