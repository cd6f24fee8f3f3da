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

/// What is called of a function, by the word behind its name: an alias or a version, or what was uploaded last
/// (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qualifier<'a> {
    /// The unqualified function: with no word, or with `$LATEST`.
    Latest,
    /// The alias or version of this name.
    Named(&'a str),
}

impl<'a> Qualifier<'a> {
    /// Reads the word behind a function's name, or what an alias points at.
    pub fn of(word: Option<&'a str>) -> Self {
        match word {
            None | Some("$LATEST") => Self::Latest,
            Some(name) => Self::Named(name),
        }
    }
}

impl FunctionRef {
    /// Returns what is called of the function.
    pub fn called(&self) -> Qualifier<'_> {
        Qualifier::of(self.qualifier.as_deref())
    }

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
