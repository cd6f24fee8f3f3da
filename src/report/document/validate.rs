//! The machine's view of what is wrong with manifests.

use serde::Serialize;

use crate::manifest::Sources;
use crate::resource::Problem;

/// `flowbind.validate/v1`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ValidateDocument<'a> {
    #[cfg_attr(test, schemars(extend("const" = "flowbind.validate/v1")))]
    format: &'static str,
    files: Vec<&'a str>,
    problems: &'a [Problem],
}

impl<'a> ValidateDocument<'a> {
    /// Creates the document of what was wrong, if anything.
    pub fn new(problems: &'a [Problem], sources: &'a Sources) -> Self {
        Self { format: "flowbind.validate/v1", files: sources.files().collect(), problems }
    }
}
